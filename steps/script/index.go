package script

import (
	"fmt"
	"regexp"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
)

// Tags that mean something to Progon. All others are an index for people.
const (
	TagBlocks = "@блокирует-выпуск"
	TagWarns  = "@предупреждение"
	TagDraft  = "@черновик"
	tagNeeds  = "@нужно:" // «@нужно:часы»: a capability of the bot
)

var (
	catalogueID = regexp.MustCompile(`^@([А-ЯЁ]{3}-\d{2,3})$`)
	lawTag      = regexp.MustCompile(`^@((?:\d+-ФЗ|ЗоЗПП|ГК|УК|КоАП)(?:_[\p{L}\d.,–-]+)*)$`)
	lawParts    = regexp.MustCompile(`(ст|ч|п)\.([\d])`)
)

// sections are the parts of the client's requirement, by the tag that refers to them.
var sections = map[string]string{
	"@проблемы":   "Проблемы владельцев бизнеса в Казани при использовании ИИ",
	"@решения":    "Как AI‑технологии решают проблемы и снижают юридические риски в Казани",
	"@результаты": "Конкретные результаты и преимущества автоматизации",
	"@шаг-1":      "Шаг 1 — Быстрый аудит",
	"@шаг-2":      "Шаг 2 — Юридические и пользовательские согласия",
	"@шаг-3":      "Шаг 3 — Технические меры",
	"@шаг-4":      "Шаг 4 — Тестирование и запуск",
	"@шаг-5":      "Шаг 5 — Мониторинг и реагирование",
	"@договоры":   "Плюс практики: договоры с поставщиками ИИ",
	"@вопросы":    "FAQ — Частые вопросы про юридические риски",
	"@казань":     "Казань: два государственных языка",
}

// CatalogueID returns «СОГ-01» for «@СОГ-01».
func CatalogueID(tag string) (string, bool) {
	m := catalogueID.FindStringSubmatch(tag)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// Norm returns the article of law that a tag names: «152-ФЗ ст. 9 ч. 1» for
// «@152-ФЗ_ст.9_ч.1». Tags know no blanks, hence the underscores.
func Norm(tag string) (string, bool) {
	m := lawTag.FindStringSubmatch(tag)
	if m == nil {
		return "", false
	}
	return lawParts.ReplaceAllString(strings.ReplaceAll(m[1], "_", " "), "$1. $2"), true
}

// Basis returns the section of the requirement that a tag refers to.
func Basis(tag string) (string, bool) {
	title, ok := sections[tag]
	return title, ok
}

// Need returns the capability of the bot that a tag asks for.
func Need(tag string) (string, bool) {
	rest, ok := strings.CutPrefix(tag, tagNeeds)
	return rest, ok && rest != ""
}

// index finds what a pickle does not carry: the rule, lines, keywords, example rows.
type index struct {
	doc   *messages.GherkinDocument
	nodes map[string]node
	steps map[string]*messages.Step
	rows  map[string]row
}

type node struct {
	scenario *messages.Scenario
	rule     *messages.Rule
}

type row struct {
	header, cells []string
	line          int
}

func indexOf(doc *messages.GherkinDocument) index {
	ix := index{doc: doc, nodes: map[string]node{}, steps: map[string]*messages.Step{}, rows: map[string]row{}}
	keep := func(sc *messages.Scenario, rule *messages.Rule) {
		ix.nodes[sc.Id] = node{sc, rule}
		ix.keepSteps(sc.Steps)
		for _, ex := range sc.Examples {
			if ex.TableHeader == nil {
				continue
			}
			header := cellsOf(ex.TableHeader)
			for _, r := range ex.TableBody {
				ix.rows[r.Id] = row{header, cellsOf(r), int(r.Location.Line)}
			}
		}
	}
	for _, child := range doc.Feature.Children {
		switch {
		case child.Background != nil:
			ix.keepSteps(child.Background.Steps)
		case child.Scenario != nil:
			keep(child.Scenario, nil)
		case child.Rule != nil:
			for _, rc := range child.Rule.Children {
				if rc.Background != nil {
					ix.keepSteps(rc.Background.Steps)
				}
				if rc.Scenario != nil {
					keep(rc.Scenario, child.Rule)
				}
			}
		}
	}
	return ix
}

func (ix index) keepSteps(steps []*messages.Step) {
	for _, s := range steps {
		ix.steps[s.Id] = s
	}
}

func (ix index) scenario(file string, p *messages.Pickle, rows map[string]int) Scenario {
	n := ix.nodes[p.AstNodeIds[0]]
	s := Scenario{
		Title: p.Name, Feature: ix.doc.Feature.Name, About: unindent(ix.doc.Feature.Description),
		File: file, Line: int(n.scenario.Location.Line), pickle: p.Id,
		Blocks: true, // unless a tag says that it only warns
	}
	s.Key = fmt.Sprintf("%s:%d", file, s.Line)
	if n.rule != nil {
		s.Rule = n.rule.Name
	}
	if len(p.AstNodeIds) > 1 {
		r := ix.rows[p.AstNodeIds[1]]
		rows[s.Key]++
		s.Row = strings.Join(r.cells, " · ")
		s.Key = fmt.Sprintf("%s#%d", s.Key, rows[s.Key])
		s.Line = r.line
	}
	for _, t := range p.Tags {
		s.tag(t.Name)
	}
	for _, ps := range p.Steps {
		st := Step{Text: ps.Text}
		if ast := ix.steps[ps.AstNodeIds[0]]; ast != nil {
			st.Keyword, st.Line = strings.TrimSpace(ast.Keyword), int(ast.Location.Line)
		}
		if ps.Argument != nil && ps.Argument.DataTable != nil {
			for _, r := range ps.Argument.DataTable.Rows {
				var cells []string
				for _, c := range r.Cells {
					cells = append(cells, c.Value)
				}
				st.Table = append(st.Table, cells)
			}
		}
		s.Steps = append(s.Steps, st)
	}
	return s
}

// tag reads one tag. Own tags come after inherited ones, so that a scenario can warn
// inside a feature that blocks.
func (s *Scenario) tag(name string) {
	s.Tags = append(s.Tags, name)
	if id, ok := CatalogueID(name); ok {
		s.ID = id
	}
	if n, ok := Norm(name); ok {
		s.Norms = append(s.Norms, n)
	}
	if b, ok := Basis(name); ok {
		s.Basis = append(s.Basis, b)
	}
	if n, ok := Need(name); ok {
		s.Needs = append(s.Needs, n)
	}
	switch name {
	case TagBlocks:
		s.Blocks = true
	case TagWarns:
		s.Blocks = false
	case TagDraft:
		s.Draft = true
	}
}

func cellsOf(r *messages.TableRow) []string {
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = c.Value
	}
	return cells
}

func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
