package reports

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"sort"
	"strings"
	"time"

	"progon"
)

//go:embed report.html.tmpl
var reportTemplate string

//go:embed protocol.html.tmpl
var protocolTemplate string

// HTML writes one page that needs nothing beside itself.
func HTML(w io.Writer, run progon.Run) error { return render(w, "report", reportTemplate, run) }

// Protocol writes the record of the test that a lawyer signs.
func Protocol(w io.Writer, run progon.Run) error { return render(w, "protocol", protocolTemplate, run) }

func render(w io.Writer, name, text string, run progon.Run) error {
	t, err := template.New(name).Funcs(functions()).Parse(text)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(run))
}

// page is a run arranged for reading.
type page struct {
	progon.Run
	Conclusion string
	Colour     string // of the verdict: good, bad, unsure
	Numbers    progon.Counts
	Features   []featureView
	Norms      []normView
	Unchecked  []uncheckedView
	Urgent     []urgentView // what blocks the launch, first of all
	Gaps       []progon.Finding
	Atlas      atlasView
}

type featureView struct {
	Title string
	About string
	File  string
	Rules []ruleView
	Bad   int
	Total int
}

type ruleView struct {
	Title     string
	Scenarios []scenarioView
}

type scenarioView struct {
	progon.ScenarioResult
	Anchor  string
	Full    string
	Against []progon.Finding
	Rest    []progon.Finding // remarks
	Lines   []lineView
}

// lineView is one row of the time axis.
type lineView struct {
	progon.Event
	Anchor  string
	Who     string
	Side    string // client, bot, staff, note; empty for what is not said in the chat
	At      string // since the beginning of the scenario
	Marked  bool   // a finding points here
	Details []progon.Field
}

// urgentView is one rule that blocks the launch, with all scenarios that show it.
type urgentView struct {
	Rule      string
	Text      string
	Scenarios []scenarioView
}

func (p *page) urgent(rule, text string, v scenarioView) {
	for i := range p.Urgent {
		if u := &p.Urgent[i]; u.Rule == rule && u.Text == text {
			if u.Scenarios[len(u.Scenarios)-1].Anchor != v.Anchor {
				u.Scenarios = append(u.Scenarios, v)
			}
			return
		}
	}
	p.Urgent = append(p.Urgent, urgentView{rule, text, []scenarioView{v}})
}

type normView struct {
	Norm      string
	Passed    int
	Failed    int
	Unchecked int
	Scenarios []scenarioView
}

type uncheckedView struct {
	Reason string
	Names  []string
}

func newPage(run progon.Run) page {
	p := page{Run: run, Conclusion: conclusion(run), Numbers: run.Counts(), Colour: "unsure"}
	switch run.Verdict() {
	case progon.Passed:
		p.Colour = "good"
	case progon.Failed:
		p.Colour = "bad"
	}
	features := map[string]int{}
	norms := map[string]int{}
	anchors := map[progon.Pointer]anchored{}
	for i, s := range run.Scenarios {
		v := viewOf(i, s)
		for _, l := range v.Lines {
			at := progon.Pointer{Scenario: s.Key, Attempt: s.Attempt, Variant: s.Variant, Seq: l.Seq}
			anchors[at] = anchored{l.Anchor, cmp.Or(s.ID, s.Title), l.Marked}
		}
		switch {
		case s.Verdict == progon.Broken:
			p.urgent("не удалось проверить", s.Reason, v)
		case s.BlocksLaunch():
			for _, f := range v.Against {
				p.urgent(f.Rule, f.Text, v)
			}
		}
		at, ok := features[s.File]
		if !ok {
			at = len(p.Features)
			features[s.File] = at
			p.Features = append(p.Features, featureView{Title: s.Feature, About: s.About, File: s.File})
		}
		p.Features[at].add(v)
		for _, n := range s.Norms {
			at, ok := norms[n]
			if !ok {
				at = len(p.Norms)
				norms[n] = at
				p.Norms = append(p.Norms, normView{Norm: n})
			}
			p.Norms[at].add(v)
		}
		for _, f := range s.AllFindings() {
			if f.About == progon.AboutProgon {
				p.Gaps = append(p.Gaps, f)
			}
		}
	}
	p.Gaps = append(p.Gaps, run.Remarks...)
	p.Atlas = newAtlas(run.Map, anchors)
	sort.SliceStable(p.Norms, func(i, j int) bool { return p.Norms[i].Norm < p.Norms[j].Norm })
	for _, r := range notChecked(run) {
		p.Unchecked = append(p.Unchecked, uncheckedView{r.reason, r.ids})
	}
	return p
}

func (f *featureView) add(v scenarioView) {
	f.Total++
	if len(v.Against) > 0 || v.Verdict == progon.Broken {
		f.Bad++
	}
	for i := range f.Rules {
		if f.Rules[i].Title == v.Rule {
			f.Rules[i].Scenarios = append(f.Rules[i].Scenarios, v)
			return
		}
	}
	f.Rules = append(f.Rules, ruleView{v.Rule, []scenarioView{v}})
}

func (n *normView) add(v scenarioView) {
	// The rows of one scenario are named once, by the worst of them.
	if last := len(n.Scenarios) - 1; last >= 0 && v.ID != "" && n.Scenarios[last].ID == v.ID {
		if v.Verdict == progon.Failed && n.Scenarios[last].Verdict != progon.Failed {
			n.Scenarios[last] = v
		}
	} else {
		n.Scenarios = append(n.Scenarios, v)
	}
	switch v.Verdict {
	case progon.Passed:
		n.Passed++
	case progon.Failed:
		n.Failed++
	default:
		n.Unchecked++
	}
}

func viewOf(number int, s progon.ScenarioResult) scenarioView {
	v := scenarioView{ScenarioResult: s, Anchor: fmt.Sprintf("s%d", number+1), Full: title(s), Against: s.AgainstBot()}
	marked := map[int]bool{}
	for _, f := range s.AllFindings() {
		if f.AgainstBot() {
			for _, seq := range f.Evidence {
				marked[seq] = true
			}
			continue
		}
		v.Rest = append(v.Rest, f)
	}
	// The axis begins with the conversation: before it Progon only sets the scene.
	var begun time.Time
	for _, e := range s.Timeline {
		if begun.IsZero() && e.Direction != progon.Note {
			begun = e.Time
		}
		v.Lines = append(v.Lines, lineOf(v.Anchor, s, e, begun, marked[e.Seq]))
	}
	return v
}

func lineOf(anchor string, s progon.ScenarioResult, e progon.Event, begun time.Time, marked bool) lineView {
	l := lineView{Event: e, Anchor: fmt.Sprintf("%s-%d", anchor, e.Seq), Who: speaker(s, e), Marked: marked}
	if !begun.IsZero() {
		l.At = since(e.Time.Sub(begun))
	}
	switch {
	case e.Direction == progon.Note:
		l.Side = "note"
	case e.Surface != progon.SurfaceChat:
	case e.Direction == progon.ToBot:
		l.Side = "client"
	case e.Actor == progon.ActorBot:
		l.Side = "bot"
	default:
		l.Side = "staff"
	}
	l.Details = append(l.Details, e.Fields...)
	return l
}

// since writes a distance in time as people read it.
func since(d time.Duration) string {
	switch {
	case d < time.Minute:
		return strings.Replace(fmt.Sprintf("%.1f с", max(d, 0).Seconds()), ".", ",", 1)
	case d < time.Hour:
		return fmt.Sprintf("%d мин", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d ч", int(d.Hours()))
	}
	return fmt.Sprintf("%d дн", int(d.Hours()/24))
}

func functions() template.FuncMap {
	return template.FuncMap{
		"verdict": func(v progon.Verdict) string { return v.Russian() },
		"join":    func(list []string) string { return strings.Join(list, "; ") },
		"comma":   func(list []string) string { return strings.Join(list, ", ") },
		"since":   since,
		"moment":  func(t time.Time) string { return t.Format("02.01.2006 15:04 (UTC-07:00)") },
		"short": func(s string) string {
			if len(s) > 12 {
				return s[:12]
			}
			return s
		},
		"surface": func(s progon.Surface) string {
			return map[progon.Surface]string{
				progon.SurfaceCRM: "CRM", progon.SurfaceModel: "Модель", progon.SurfaceLog: "Журнал", progon.SurfaceEgress: "Запрос",
				progon.SurfaceAlert: "Оповещение", progon.SurfaceFile: "Файл", progon.SurfaceStorage: "База бота",
			}[s]
		},
		"op": func(o progon.Op) string {
			return map[progon.Op]string{progon.Created: "создано", progon.Read: "прочитано", progon.Updated: "изменено", progon.Deleted: "удалено"}[o]
		},
		"severity": func(s progon.Severity) string {
			return map[progon.Severity]string{progon.Blocker: "блокирует выпуск", progon.Warning: "предупреждение", progon.Remark: "замечание"}[s]
		},
		"count": func(c progon.Counts, names ...string) int {
			n := 0
			for _, name := range names {
				n += c[progon.Verdict(name)]
			}
			return n
		},
		"plural": plural,
		"middle": func(b box) int { return b.Y + b.H*2/3 },
		"inside": func(b box) int { return b.X + 10 },
		"cut": func(s string, n int) string {
			if r := []rune(s); len(r) > n {
				return string(r[:n-1]) + "…"
			}
			return s
		},
		"lines":  func(s string) []string { return strings.Split(s, "\n") },
		"anchor": func(scenario string, seq int) string { return fmt.Sprintf("%s-%d", scenario, seq) },
		"pair":   func(v scenarioView, f progon.Finding) findingView { return findingView{v.Anchor, f} },
	}
}

// plural chooses the form that goes with a number: 1 сценарий, 2 сценария, 5 сценариев.
func plural(n int, one, few, many string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return one
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	}
	return many
}

// findingView is a finding with the scenario whose time axis proves it.
type findingView struct {
	Scenario string
	progon.Finding
}
