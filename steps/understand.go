package steps

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"progon/steps/script"
)

// matcher is the vocabulary ready to be compared with lines of features.
type matcher struct {
	patterns    []string
	expressions []*regexp.Regexp
	tables      []bool
	goals       []bool
}

func newMatcher() matcher {
	var m matcher
	for _, s := range compiled() {
		m.patterns = append(m.patterns, s.pattern)
		m.expressions = append(m.expressions, s.expression)
		m.tables = append(m.tables, s.table != "")
		m.goals = append(m.goals, s.goal)
	}
	return m
}

// match returns the sentences that a line can mean.
func (m matcher) match(text string) []int {
	var which []int
	for i, e := range m.expressions {
		if e.MatchString(text) {
			which = append(which, i)
		}
	}
	return which
}

// Understand checks that every step of a book means exactly one sentence of the
// vocabulary, before anything is sent to a bot.
func Understand(book *script.Book) error {
	m := newMatcher()
	var wrong []error
	told := map[string]bool{}
	for _, sc := range book.Scenarios {
		for _, st := range sc.Steps {
			at := fmt.Sprintf("%s:%d", sc.File, st.Line)
			if told[at] {
				continue
			}
			if problem := m.problem(st); problem != "" {
				told[at] = true
				wrong = append(wrong, fmt.Errorf("%s: %s", at, problem))
			}
		}
	}
	return errors.Join(wrong...)
}

// goalDriven tells whether the simulated client leads a part of the conversation.
func (m matcher) goalDriven(sc script.Scenario) bool {
	for _, st := range sc.Steps {
		for _, i := range m.match(st.Text) {
			if m.goals[i] {
				return true
			}
		}
	}
	return false
}

// problem says what is wrong with one step, or nothing.
func (m matcher) problem(st script.Step) string {
	which := m.match(st.Text)
	switch {
	case len(which) == 0:
		near := m.nearest(st.Text)
		return fmt.Sprintf("фраза не понята: «%s»; похожая фраза словаря: %s", st.Text, near)
	case len(which) > 1:
		var names []string
		for _, i := range which {
			names = append(names, m.patterns[i])
		}
		return fmt.Sprintf("фраза понята двояко: «%s»; подходят: %s", st.Text, strings.Join(names, " | "))
	case m.tables[which[0]] && len(st.Table) == 0:
		return fmt.Sprintf("под фразой «%s» нужна таблица", st.Text)
	case !m.tables[which[0]] && len(st.Table) > 0:
		return fmt.Sprintf("под фразой «%s» таблица не нужна", st.Text)
	}
	return ""
}

// Sentences returns, for the linter, a judge of single steps.
func Sentences() func(script.Step) string {
	m := newMatcher()
	return m.problem
}

// nearest is the sentence with the fewest changed words.
func (m matcher) nearest(text string) string {
	best, bestDistance := "", 1<<30
	words := strings.Fields(strings.ToLower(parameter.ReplaceAllString(text, "«»")))
	for _, p := range m.patterns {
		d := distance(words, strings.Fields(strings.ToLower(parameter.ReplaceAllString(p, "«»"))))
		if d < bestDistance {
			best, bestDistance = p, d
		}
	}
	return best
}

// distance is the edit distance over words (Wagner and Fischer, 1974); words that differ
// only in their ending cost half.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = 2 * j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = 2 * (i + 1)
		for j, y := range b {
			cost := 2
			switch {
			case x == y:
				cost = 0
			case sameStart(x, y):
				cost = 1
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+2, row[j+1]+2)
		}
	}
	return row[len(b)]
}

func sameStart(a, b string) bool {
	x, y := []rune(a), []rune(b)
	n := min(len(x), len(y))
	if n < 4 {
		return false
	}
	same := 0
	for same < n && x[same] == y[same] {
		same++
	}
	return same*3 >= n*2
}
