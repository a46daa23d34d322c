package steps

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/cucumber/godog"
)

// sentence is one thing that a feature file can say. Its pattern is written as a person
// reads it: what stands in «…» is a parameter, named by the word inside.
type sentence struct {
	pattern string
	// table says what the rows below the sentence hold; empty means no table.
	table string
	// example is a full line for the dictionary; empty means that the pattern is one.
	example string
	// about explains, for the dictionary, what is not plain from the words.
	about string
	// needs is a capability which the bot must have declared.
	needs string
	// goal tells that the simulated client leads the conversation by itself: only such
	// scenarios can be played in other words.
	goal bool
	do   func(ctx context.Context, w *world, in input) error
}

// input is what a feature file puts into a sentence.
type input struct {
	values []string
	table  [][]string
}

// at returns the i-th parameter without surrounding blanks.
func (in input) at(i int) string { return strings.TrimSpace(in.values[i]) }

// chapter is a group of sentences in the dictionary.
type chapter struct {
	title     string
	sentences []sentence
}

// vocabulary is the whole language of features, in the order of the dictionary.
func vocabulary() []chapter {
	return []chapter{
		{"Подготовка (Дано)", preparationSentences()},
		{"Что делает клиент (Когда)", clientSentences()},
		{"Что происходит вокруг (Когда)", surroundingSentences()},
		{"Ответы бота (Тогда)", replySentences()},
		{"Карточки в CRM (Тогда)", crmSentences()},
		{"Защита данных (Тогда)", protectionSentences()},
		{"Передача человеку и оповещения (Тогда)", handoverSentences()},
		{"Показатели и настройки (Тогда)", measureSentences()},
	}
}

var parameter = regexp.MustCompile(`«[^«»]*»`)

// expression turns a pattern into the regular expression of a step. Both « » and " " are
// accepted as quotes, since word processors and phones produce either. Only the last
// parameter may itself contain quotes.
func expression(pattern string) string {
	var b strings.Builder
	b.WriteString("^")
	places := parameter.FindAllStringIndex(pattern, -1)
	from := 0
	for i, p := range places {
		b.WriteString(literal(pattern[from:p[0]]))
		if i == len(places)-1 {
			b.WriteString(`[«"](.*)[»"]`)
		} else {
			b.WriteString(`[«"]([^«»"]*)[»"]`)
		}
		from = p[1]
	}
	b.WriteString(literal(pattern[from:]))
	b.WriteString("$")
	return b.String()
}

// literal accepts a colon before a table or none, and «е» for «ё».
func literal(text string) string {
	quoted := regexp.QuoteMeta(text)
	quoted = strings.ReplaceAll(quoted, "ё", "[её]")
	if rest, ok := strings.CutSuffix(quoted, ":"); ok {
		quoted = rest + ":?"
	}
	return quoted
}

// register hangs all sentences into a scenario of godog.
func register(sc *godog.ScenarioContext, w *world) {
	for _, s := range compiled() {
		sc.Step(s.expression, s.bind(w))
	}
}

// compiled is the vocabulary with its expressions, made once for all scenarios.
var compiled = sync.OnceValue(func() []compiledSentence {
	var all []compiledSentence
	for _, ch := range vocabulary() {
		for _, s := range ch.sentences {
			all = append(all, compiledSentence{s, regexp.MustCompile(expression(s.pattern))})
		}
	}
	return all
})

type compiledSentence struct {
	sentence
	expression *regexp.Regexp
}

// bind gives godog a function of the arity that it counts in the expression.
func (s sentence) bind(w *world) any {
	do := func(ctx context.Context, table *godog.Table, values ...string) error {
		in := input{values: values}
		if table != nil {
			for _, r := range table.Rows {
				var cells []string
				for _, c := range r.Cells {
					cells = append(cells, c.Value)
				}
				in.table = append(in.table, cells)
			}
		}
		return w.perform(ctx, s, in)
	}
	n := len(parameter.FindAllString(s.pattern, -1))
	if s.table != "" {
		switch n {
		case 0:
			return func(ctx context.Context, t *godog.Table) error { return do(ctx, t) }
		case 1:
			return func(ctx context.Context, a string, t *godog.Table) error { return do(ctx, t, a) }
		case 2:
			return func(ctx context.Context, a, b string, t *godog.Table) error { return do(ctx, t, a, b) }
		}
	}
	switch n {
	case 0:
		return func(ctx context.Context) error { return do(ctx, nil) }
	case 1:
		return func(ctx context.Context, a string) error { return do(ctx, nil, a) }
	case 2:
		return func(ctx context.Context, a, b string) error { return do(ctx, nil, a, b) }
	case 3:
		return func(ctx context.Context, a, b, c string) error { return do(ctx, nil, a, b, c) }
	}
	panic(fmt.Sprintf("sentence with %d parameters: %s", n, s.pattern)) // a mistake in our own table, caught by the first test
}
