package reports

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"progon"
)

//go:embed book.html.tmpl
var bookTemplate string

// Book writes the conversations themselves as a document for reading and printing:
// requirement, article of law, scenario. It needs no run: verdicts are not shown.
func Book(w io.Writer, run progon.Run) error {
	t, err := template.New("book").Funcs(functions()).Parse(bookTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, newBook(run))
}

// book is the scenarios arranged by chapter.
type book struct {
	progon.Run
	Chapters []chapterView
	Index    []normView
	Total    int // scenarios, rows of a table counted once
	Blocking int
}

type chapterView struct {
	Title    string
	About    []string // paragraphs
	Sections []string // of the requirements
	Before   []progon.StepResult
	Rules    []bookRule
}

type bookRule struct {
	Title     string
	Scenarios []*bookScenario
}

type bookScenario struct {
	progon.ScenarioResult
	Needs []string
	Rows  []string // of its table
}

// requirements are the chapters of what the business asked for, by tag.
var requirements = []struct{ tag, name string }{
	{"@шаг-1", "Шаг 1. Быстрый аудит"}, {"@шаг-2", "Шаг 2. Юридические и пользовательские согласия"},
	{"@шаг-3", "Шаг 3. Технические меры"}, {"@шаг-4", "Шаг 4. Тестирование и запуск"},
	{"@шаг-5", "Шаг 5. Мониторинг и реагирование"}, {"@проблемы", "Проблемы владельцев бизнеса"},
	{"@решения", "Как технологии решают проблемы"}, {"@результаты", "Ожидаемые результаты"},
	{"@договоры", "Договоры с поставщиками"}, {"@вопросы", "Частые вопросы"}, {"@казань", "Особенности Казани"},
}

func newBook(run progon.Run) book {
	b := book{Run: run}
	seen := map[string]*bookScenario{} // by feature, number and title: the rows of one table
	norms := map[string]int{}
	for _, s := range run.Scenarios {
		if s.Variant > 0 || s.Attempt > 1 {
			continue
		}
		key := s.Feature + "\x00" + s.Rule + "\x00" + s.ID + "\x00" + s.Title
		if known := seen[key]; known != nil && s.Row != "" {
			known.Rows = append(known.Rows, s.Row)
			continue
		}
		c := b.chapter(s)
		if len(c.Rules) == 0 || c.Rules[len(c.Rules)-1].Title != s.Rule {
			c.Rules = append(c.Rules, bookRule{Title: s.Rule})
		}
		view := &bookScenario{ScenarioResult: s, Needs: needsOf(s.Tags)}
		if s.Row != "" {
			view.Rows = []string{s.Row}
		}
		seen[key] = view
		r := &c.Rules[len(c.Rules)-1]
		r.Scenarios = append(r.Scenarios, view)
		b.Total++
		if s.Blocks {
			b.Blocking++
		}
		for _, n := range s.Norms {
			i, known := norms[n]
			if !known {
				i = len(b.Index)
				norms[n], b.Index = i, append(b.Index, normView{Norm: n})
			}
			b.Index[i].Scenarios = append(b.Index[i].Scenarios, scenarioView{ScenarioResult: s})
		}
	}
	slices.SortFunc(b.Index, func(x, y normView) int { return strings.Compare(x.Norm, y.Norm) })
	for i := range b.Chapters {
		b.Chapters[i].liftContext()
	}
	return b
}

func (b *book) chapter(s progon.ScenarioResult) *chapterView {
	if n := len(b.Chapters); n > 0 && b.Chapters[n-1].Title == s.Feature {
		return &b.Chapters[n-1]
	}
	c := chapterView{Title: s.Feature}
	for _, p := range strings.Split(s.About, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			c.About = append(c.About, p)
		}
	}
	for _, r := range requirements {
		if slices.Contains(s.Tags, r.tag) {
			c.Sections = append(c.Sections, r.name)
		}
	}
	b.Chapters = append(b.Chapters, c)
	return &b.Chapters[len(b.Chapters)-1]
}

// liftContext takes the steps with which every scenario of the chapter begins out of them.
func (c *chapterView) liftContext() {
	var all []*bookScenario
	for _, r := range c.Rules {
		all = append(all, r.Scenarios...)
	}
	if len(all) < 2 {
		return
	}
	common := all[0].Steps
	for _, s := range all[1:] {
		n := 0
		for n < len(common) && n < len(s.Steps) && common[n].Text == s.Steps[n].Text {
			n++
		}
		common = common[:n]
	}
	c.Before = common
	for _, s := range all {
		s.Steps = s.Steps[len(common):]
	}
}

func needsOf(tags []string) []string {
	var needs []string
	for _, t := range tags {
		if need, ok := strings.CutPrefix(t, "@нужно:"); ok && !slices.Contains(needs, need) {
			needs = append(needs, need)
		}
	}
	return needs
}
