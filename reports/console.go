package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"progon"
)

// ConsoleOptions say how the summary looks.
type ConsoleOptions struct {
	Colour bool
}

const (
	red, green, yellow, grey, reset = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[90m", "\x1b[0m"
	mostFindings                    = 40 // the rest stands in the reports
)

// Console prints what a person wants to know at once: what blocks the launch, why, and
// how much was checked.
func Console(w io.Writer, run progon.Run, o ConsoleOptions) error {
	b := bufio.NewWriter(w)
	paint := func(colour, text string) string {
		if !o.Colour {
			return text
		}
		return colour + text + reset
	}
	told := 0
	for _, s := range run.Scenarios {
		against := s.AgainstBot()
		if s.Verdict == progon.Broken {
			_, _ = fmt.Fprintf(b, "\n%s %s\n  %s\n", paint(yellow, "НЕ УДАЛОСЬ ПРОВЕРИТЬ"), title(s), s.Reason)
			continue
		}
		if len(against) == 0 {
			continue
		}
		mark := paint(red, "БЛОКИРУЕТ")
		if !s.BlocksLaunch() {
			mark = paint(yellow, "ПРЕДУПРЕЖДЕНИЕ")
		}
		_, _ = fmt.Fprintf(b, "\n%s %s\n  %s\n", mark, title(s), paint(grey, fmt.Sprintf("%s:%d", s.File, s.Line)))
		for _, f := range against {
			if told++; told > mostFindings {
				break
			}
			printFinding(b, f, paint)
		}
	}
	if told > mostFindings {
		_, _ = fmt.Fprintf(b, "\n… и другие нарушения, всего %d: все в отчёте\n", countFindings(run))
	}
	skipped := notChecked(run)
	if len(skipped) > 0 {
		_, _ = fmt.Fprintf(b, "\nНе проверялось:\n")
		for _, r := range skipped {
			_, _ = fmt.Fprintf(b, "  %s: %s\n", r.reason, strings.Join(r.ids, ", "))
		}
	}
	c := run.Counts()
	_, _ = fmt.Fprintf(b, "\nБот: %s. Сценариев: %d; пройдено %d, не пройдено %d, не проверено %d, не удалось проверить %d. Время: %s.\n",
		run.Bot.Name, len(run.Scenarios), c[progon.Passed], c[progon.Failed], c[progon.Skipped]+c[progon.Draft], c[progon.Broken], length(run))
	if run.Interrupted {
		_, _ = fmt.Fprintf(b, "Прогон прерван: сыграно %d из %d.\n", len(run.Scenarios), run.Planned)
	}
	if run.Broken != "" {
		_, _ = fmt.Fprintf(b, "Бот не проверен: %s.\n", run.Broken)
	}
	colour := map[progon.Verdict]string{progon.Passed: green, progon.Failed: red}[run.Verdict()]
	if colour == "" {
		colour = yellow
	}
	_, _ = fmt.Fprintf(b, "%s\n", paint(colour, conclusion(run)))
	return b.Flush()
}

func printFinding(w io.Writer, f progon.Finding, paint func(string, string) string) {
	_, _ = fmt.Fprintf(w, "  • %s %s\n", f.Text, paint(grey, "["+f.Rule+"]"))
	for _, part := range []struct{ label, value string }{
		{"ожидалось", f.Expected}, {"оказалось", f.Got}, {"где", f.Place}, {"отрывок", f.Excerpt},
		{"норма", strings.Join(f.Norms, "; ")}, {"что делать", f.Advice},
	} {
		if part.value != "" {
			_, _ = fmt.Fprintf(w, "      %s: %s\n", part.label, part.value)
		}
	}
}

func countFindings(run progon.Run) int {
	n := 0
	for _, s := range run.Scenarios {
		n += len(s.AgainstBot())
	}
	return n
}

// conclusion is the verdict of the run in one sentence.
func conclusion(run progon.Run) string {
	switch run.Verdict() {
	case progon.Passed:
		if n := run.Counts()[progon.Failed]; n > 0 {
			return fmt.Sprintf("Выпускать можно, но есть предупреждения: %d.", n)
		}
		return "Выпускать можно: нарушений не найдено."
	case progon.Failed:
		return "Выпускать нельзя."
	case progon.Broken:
		return "Решить нельзя: бот не проверен."
	}
	return "Решить нельзя: ничего не проверено."
}

// reason groups the scenarios that were not checked for the same reason.
type reason struct {
	reason string
	ids    []string
}

func notChecked(run progon.Run) []reason {
	at := map[string]int{}
	var all []reason
	for _, s := range run.Scenarios {
		if s.Verdict != progon.Skipped && s.Verdict != progon.Draft {
			continue
		}
		i, ok := at[s.Reason]
		if !ok {
			i = len(all)
			at[s.Reason] = i
			all = append(all, reason{reason: orDash(s.Reason)})
		}
		id := s.ID
		if id == "" {
			id = s.Title
		}
		if ids := all[i].ids; len(ids) == 0 || ids[len(ids)-1] != id {
			all[i].ids = append(all[i].ids, id)
		}
	}
	return all
}

func length(run progon.Run) string {
	return strings.Replace(fmt.Sprintf("%.1f с", run.Took.Seconds()), ".", ",", 1)
}
