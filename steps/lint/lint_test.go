package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/steps/lint"
	"progon/steps/script"
)

const good = `# language: ru
@согласие @шаг-2 @152-ФЗ_ст.9_ч.1 @блокирует-выпуск
Функция: Согласие
  И эта строка остаётся описанием.

  Правило: Сначала согласие

    @СОГ-01
    Сценарий: Бот просит согласие
      Когда клиент пишет «хочу на маникюр»
      Тогда бот просит согласие
`

func rules(problems []lint.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Rule)
	}
	return out
}

func TestCheck(t *testing.T) {
	t.Parallel()
	catalogue := lint.Options{Catalogue: true}
	tests := []struct {
		name    string
		text    string
		options lint.Options
		want    []string
	}{
		{"good", good, catalogue, nil},
		{"good with a row per example", strings.Replace(good, "Сценарий: Бот", "Структура сценария: Бот", 1) +
			"\n      Примеры:\n        | а |\n        | 1 |\n        | 2 |\n", catalogue, nil},
		{"byte order mark", "\ufeff" + good, catalogue, []string{"bom", "parse"}},
		{"no language line", strings.TrimPrefix(good, "# language: ru\n"), catalogue, []string{"language"}},
		{"keyword in lower case", strings.Replace(good, "Когда", "когда", 1), catalogue, []string{"lost-step"}},
		{"no-break space", strings.Replace(good, "Когда клиент", "Когда\u00a0клиент", 1), catalogue, []string{"nbsp", "lost-step"}},
		{"no-break space in what a client writes", strings.Replace(good, "хочу на", "хочу\u00a0на", 1), catalogue, nil},
		{"full stop", strings.Replace(good, "просит согласие\n", "просит согласие.\n", 2), catalogue, []string{"full-stop"}},
		{"dots of a quotation stay", strings.Replace(good, "маникюр»", "маникюр...»", 1), catalogue, nil},
		{"two spaces", strings.Replace(good, "бот просит согласие\n", "бот  просит согласие\n", 1), catalogue, []string{"spaces"}},
		{"Latin letter in a Russian word", strings.Replace(good, "бот просит согласие\n", "бoт просит согласие\n", 1), catalogue, []string{"alphabet"}},
		{"Latin letters in what a client writes", strings.Replace(good, "хочу на маникюр", "хочy на маникюр", 1), catalogue, nil},
		{"comment at the end", strings.Replace(good, "бот просит согласие\n", "бот просит согласие # важно\n", 1), catalogue, []string{"comment"}},
		{"hash in a client's line", strings.Replace(good, "маникюр»", "маникюр №5»", 1), catalogue, nil},
		{"conjunction as keyword", strings.Replace(good, "Тогда", "То", 1), catalogue, []string{"keyword"}},
		{"old word for examples", good + "\n      Значения:\n        | а |\n", catalogue, []string{"keyword", "parse"}},
		{"no number", strings.Replace(good, "@СОГ-01", "@проверка", 1), catalogue, []string{"no-id"}},
		{"no section", strings.Replace(good, "@шаг-2 ", "", 1), catalogue, []string{"no-basis"}},
		{"no article", strings.Replace(good, "@152-ФЗ_ст.9_ч.1 ", "", 1), catalogue, []string{"no-norm"}},
		{"no article on purpose", strings.Replace(good, "@152-ФЗ_ст.9_ч.1", "@без-нормы", 1), catalogue, nil},
		{"no severity", strings.Replace(good, "@блокирует-выпуск", "", 1), catalogue, []string{"no-severity"}},
		{"somebody's own feature needs no catalogue", strings.Replace(good, "@шаг-2 @152-ФЗ_ст.9_ч.1 @блокирует-выпуск", "", 1), lint.Options{}, nil},
		{"the same title twice", good + strings.ReplaceAll(good[strings.Index(good, "\n    @СОГ-01"):], "СОГ-01", "СОГ-02"), catalogue, []string{"duplicate-title"}},
		{"the same number twice", good + strings.ReplaceAll(good[strings.Index(good, "\n    @СОГ-01"):], "Бот просит", "И ещё раз"), catalogue, []string{"duplicate-id"}},
		{"no step", good[:strings.Index(good, "      Когда")], catalogue, []string{"no-steps"}},
		{"no outcome", strings.Replace(good, "Тогда", "И", 1), catalogue, []string{"no-outcome"}},
		{"unknown capability", strings.Replace(good, "@СОГ-01", "@СОГ-01 @нужно:телепатия", 1), lint.Options{Capabilities: []string{"часы"}}, []string{"unknown-need"}},
		{"known capability", strings.Replace(good, "@СОГ-01", "@СОГ-01 @нужно:часы", 1), lint.Options{Capabilities: []string{"часы"}}, nil},
		{"empty file", "", catalogue, []string{"empty"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := lint.Check([]script.File{{Path: "a.feature", Content: []byte(tt.text)}}, tt.options)
			if diff := cmp.Diff(tt.want, rules(got)); diff != "" {
				t.Errorf("rules (-want +got):\n%s\n%v", diff, got)
			}
		})
	}
}

func TestCheckAsksTheJudges(t *testing.T) {
	t.Parallel()
	got := lint.Check([]script.File{{Path: "a.feature", Content: []byte(good)}}, lint.Options{
		Step: func(s script.Step) string {
			if s.Keyword == "Тогда" {
				return "фраза не понята"
			}
			return ""
		},
		Personal: func(text string) (string, bool) { return "услуга", strings.Contains(text, "маникюр") },
	})
	if diff := cmp.Diff([]string{"personal-data", "sentence"}, rules(got)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if got[1].Line != 11 {
		t.Errorf("line = %d, want 11", got[1].Line)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(good)
	f.Add("# language: ru\nФункция: а\n  Сценарий: б\n    когда в")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range lint.Check([]script.File{{Path: "a.feature", Content: []byte(text)}}, lint.Options{Catalogue: true}) {
			if p.Line < 1 || p.Text == "" || p.Rule == "" {
				t.Errorf("problem without place or text: %+v", p)
			}
		}
	})
}
