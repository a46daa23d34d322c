package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"progon"
)

// The elements of the JUnit format that both Jenkins and GitLab read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		File      string        `xml:"file,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitProblem `xml:"failure,omitempty"`
		Error     *junitProblem `xml:"error,omitempty"`
		Skipped   *junitProblem `xml:"skipped,omitempty"`
		Out       string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes one suite per feature file and one case per scenario.
func JUnit(w io.Writer, run progon.Run) error {
	all := junitSuites{Name: "progon: " + clean(run.Bot.Name), Time: seconds(run.Took)}
	byFile := map[string]int{}
	for _, s := range run.Scenarios {
		at, ok := byFile[s.File]
		if !ok {
			at = len(all.Suites)
			byFile[s.File] = at
			all.Suites = append(all.Suites, junitSuite{
				Name: clean(s.Feature), Timestamp: run.Started.UTC().Format("2006-01-02T15:04:05"),
				Properties: []junitProperty{{"bot", clean(run.Bot.Name)}, {"seed", fmt.Sprint(run.Seed)}, {"progon", clean(run.Version)}},
			})
		}
		suite := &all.Suites[at]
		c := caseOf(s)
		suite.Cases = append(suite.Cases, c)
		suite.Tests, all.Tests = suite.Tests+1, all.Tests+1
		switch {
		case c.Failure != nil:
			suite.Failures, all.Failures = suite.Failures+1, all.Failures+1
		case c.Error != nil:
			suite.Errors, all.Errors = suite.Errors+1, all.Errors+1
		case c.Skipped != nil:
			suite.Skipped, all.Skipped = suite.Skipped+1, all.Skipped+1
		}
	}
	for i := range all.Suites {
		var took time.Duration
		for _, s := range run.Scenarios {
			if byFile[s.File] == i {
				took += s.Took
			}
		}
		all.Suites[i].Time = seconds(took)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func caseOf(s progon.ScenarioResult) junitCase {
	c := junitCase{Name: clean(title(s)), Classname: clean(s.File), File: clean(s.File), Time: seconds(s.Took)}
	switch s.Verdict {
	case progon.Failed:
		var text []string
		for _, f := range s.AgainstBot() {
			text = append(text, findingText(f))
		}
		p := &junitProblem{Message: clean(firstLine(text)), Text: clean(strings.Join(text, "\n\n")), Type: "finding"}
		if !s.BlocksLaunch() {
			p.Type = "warning"
		}
		c.Failure = p
		c.Out = clean(dialogue(s))
	case progon.Broken:
		c.Error = &junitProblem{Message: clean(orDash(s.Reason)), Type: "broken"}
		c.Out = clean(dialogue(s))
	case progon.Skipped, progon.Draft:
		c.Skipped = &junitProblem{Message: clean(orDash(s.Reason))}
	}
	return c
}

func findingText(f progon.Finding) string {
	lines := []string{f.Text}
	for _, part := range []struct{ label, value string }{
		{"правило", f.Rule}, {"норма", strings.Join(f.Norms, "; ")}, {"ожидалось", f.Expected}, {"оказалось", f.Got},
		{"где", f.Place}, {"отрывок", f.Excerpt}, {"что делать", f.Advice},
	} {
		if part.value != "" {
			lines = append(lines, "  "+part.label+": "+part.value)
		}
	}
	return strings.Join(lines, "\n")
}

func dialogue(s progon.ScenarioResult) string {
	var b strings.Builder
	for _, e := range s.Timeline.On(progon.SurfaceChat) {
		_, _ = fmt.Fprintf(&b, "%s: %s\n", speaker(s, e), e.Text)
	}
	return b.String()
}

func firstLine(text []string) string {
	if len(text) == 0 {
		return "есть нарушения"
	}
	line, _, _ := strings.Cut(text[0], "\n")
	return line
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

func orDash(s string) string {
	if s == "" {
		return "причина не указана"
	}
	return s
}

// clean drops what XML 1.0 cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < 0x20, r >= 0xD800 && r <= 0xDFFF, r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

func title(s progon.ScenarioResult) string {
	t := s.Title
	if s.ID != "" {
		t = s.ID + " " + t
	}
	if s.Row != "" {
		t += " [" + s.Row + "]"
	}
	if s.Attempt > 0 {
		t += fmt.Sprintf(" (раз %d)", s.Attempt)
	}
	if s.Variant > 0 {
		t += fmt.Sprintf(" (другими словами %d)", s.Variant)
	}
	return t
}

// speaker names who is behind an event of the chat.
func speaker(s progon.ScenarioResult, e progon.Event) string {
	if e.Actor != progon.ActorClient {
		return string(e.Actor)
	}
	for _, c := range s.Clients {
		if c.ID == e.Persona {
			return c.Label
		}
	}
	return string(e.Actor)
}
