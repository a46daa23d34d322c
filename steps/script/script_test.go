package script_test

import (
	"strings"
	"testing"
	"testing/fstest"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
	"github.com/google/go-cmp/cmp"

	"progon/steps/script"
)

const first = `# language: ru
@согласие @шаг-2 @блокирует-выпуск
Функция: Согласие
  Бот спрашивает согласие отдельно.
    И может это доказать.

  Контекст:
    Дано новый клиент «Алсу»

  Правило: Сначала согласие

    @СОГ-01 @152-ФЗ_ст.9_ч.1
    Сценарий: Бот просит согласие
      Когда клиент пишет «привет»
      Тогда бот просит согласие

    @СОГ-05 @предупреждение @нужно:часы
    Структура сценария: Уклончивый ответ
      Когда клиент пишет «<ответ>»
      Тогда в CRM создан «лид»:
        | поле | значение |
        | Имя  | <ответ>  |

      Примеры:
        | ответ |
        | потом |
        | 👍    |
`

const second = `# language: ru
Функция: Другая
  Сценарий: Без правила
    Когда клиент пишет «раз»
`

func parse(t *testing.T, files ...script.File) *script.Book {
	t.Helper()
	b, err := script.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	t.Parallel()
	b := parse(t, script.File{Path: "a.feature", Content: []byte(first)}, script.File{Path: "b.feature", Content: []byte(second)})
	var keys []string
	for _, s := range b.Scenarios {
		keys = append(keys, s.Key)
	}
	if diff := cmp.Diff([]string{"a.feature:13", "a.feature:18#1", "a.feature:18#2", "b.feature:3"}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	one, row := b.Scenarios[0], b.Scenarios[2]
	if one.ID != "СОГ-01" || one.Rule != "Сначала согласие" || !one.Blocks || len(one.Steps) != 3 {
		t.Errorf("first scenario: %+v", one)
	}
	if one.About != "Бот спрашивает согласие отдельно.\nИ может это доказать." {
		t.Errorf("about = %q", one.About)
	}
	if diff := cmp.Diff([]string{"152-ФЗ ст. 9 ч. 1"}, one.Norms); diff != "" {
		t.Errorf("norms (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Шаг 2 — Юридические и пользовательские согласия"}, one.Basis); diff != "" {
		t.Errorf("basis (-want +got):\n%s", diff)
	}
	if row.Blocks || row.Row != "👍" || row.Line != 27 || len(row.Needs) != 1 || row.Needs[0] != "часы" {
		t.Errorf("row: blocks %v, row %q, line %d, needs %v", row.Blocks, row.Row, row.Line, row.Needs)
	}
	if diff := cmp.Diff([][]string{{"поле", "значение"}, {"Имя", "👍"}}, row.Steps[2].Table); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if row.Steps[0].Keyword != "Дано" || row.Steps[0].Line != 8 {
		t.Errorf("background step: %+v", row.Steps[0])
	}
}

// A running scenario is found again by the number that the runner's own parse gives it.
func TestFind(t *testing.T) {
	t.Parallel()
	files := []script.File{{Path: "a.feature", Content: []byte(first)}, {Path: "b.feature", Content: []byte(second)}}
	b := parse(t, files...)
	newID := (&messages.Incrementing{}).NewId
	var found []string
	for _, f := range files {
		doc, err := gherkin.ParseGherkinDocumentForLanguage(strings.NewReader(string(f.Content)), "ru", newID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range gherkin.Pickles(*doc, f.Path, newID) {
			s, ok := b.Find(p.Id, p.Name)
			if !ok {
				t.Fatalf("pickle %s «%s» is not in the book", p.Id, p.Name)
			}
			found = append(found, s.Key)
		}
	}
	if len(found) != len(b.Scenarios) {
		t.Errorf("found %d of %d", len(found), len(b.Scenarios))
	}
	if _, ok := b.Find("no such pickle", ""); ok {
		t.Error("an unknown pickle was found")
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
	}{
		{"wrong keyword", "# language: ru\nФункция: а\n  Сценарий: б\n    Когда в\n  Сцынарий: г\n", "a.feature:5:"},
		{"ragged table", "# language: ru\nФункция: а\n  Сценарий: б\n    Когда в\n      | 1 | 2 |\n      | 1 |\n", "разное число ячеек"},
		{"not a feature", "Привет!", "a.feature:1:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := script.Parse([]script.File{{Path: "a.feature", Content: []byte(tt.text)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want it to contain %q", err, tt.want)
			}
		})
	}
}

func TestNorm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag, want string
	}{
		{"@152-ФЗ_ст.9_ч.1", "152-ФЗ ст. 9 ч. 1"},
		{"@152-ФЗ_ст.6_ч.1_п.1", "152-ФЗ ст. 6 ч. 1 п. 1"},
		{"@ЗоЗПП_ст.16_ч.4", "ЗоЗПП ст. 16 ч. 4"},
		{"@УК_ст.272.1", "УК ст. 272.1"},
		{"@согласие", ""},
		{"@152ФЗ", ""},
		{"@шаг-2", ""},
		{"@СОГ-01", ""},
	}
	for _, tt := range tests {
		t.Run(tt.tag, func(t *testing.T) {
			t.Parallel()
			got, ok := script.Norm(tt.tag)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Norm(%q) = %q, %v", tt.tag, got, ok)
			}
		})
	}
}

func TestReadAndHash(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"b.feature":     {Data: []byte(second)},
		"sub/a.feature": {Data: []byte(first)},
		"notes.txt":     {Data: []byte("не сценарий")},
	}
	files, err := script.Read(fsys, ".", "b.feature")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Path != "b.feature" || files[1].Path != "sub/a.feature" {
		t.Fatalf("files = %+v", files)
	}
	before := parse(t, files...).Hash()
	files[0].Content = append(files[0].Content, '\n')
	if parse(t, files...).Hash() == before {
		t.Error("the hash does not see a change")
	}
	if _, err := script.Read(fsys, "missing.feature"); err == nil || !strings.Contains(err.Error(), "нет такого") {
		t.Errorf("error = %v", err)
	}
}

func TestResultStartsUnchecked(t *testing.T) {
	t.Parallel()
	r := parse(t, script.File{Path: "b.feature", Content: []byte(second)}).Scenarios[0].Result()
	if verdict, _ := r.Judge(); verdict == "passed" {
		t.Error("a scenario that was not played counts as passed")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(first)
	f.Add(second)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := script.Parse([]script.File{{Path: "a.feature", Content: []byte(text)}})
		if err != nil {
			return
		}
		for _, s := range b.Scenarios {
			_ = s.Result()
		}
	})
}
