package client_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/sim/client"
)

var scriptedLines = []string{
	"хочу на маникюр завтра", "мой номер {телефон: слитно}, перезвоните", "не согласна", "нет, не согласна", "ну ок", "👍",
	"{имя}, {телефон}", "отзываю согласие на обработку персональных данных", "Болит зуб, {здоровье: Третий День}, что принять?",
	"Запишите на 14.05 в 11:30, пожалуйста!", "пишите на {почта} или site.example.ru/Path?a=1", "{{не значение}} и всё",
	"Сколько стоит стрижка? Можно завтра?", "тешем бик сызлый, нишләргә?", "", "  ", "{", "а }{ б",
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

// TestMannersKeepTheMeaning: placeholders, numbers and addresses stay, letter by letter.
func TestMannersKeepTheMeaning(t *testing.T) {
	t.Parallel()
	kept := regexp.MustCompile(`\d[\d.:]*\d|\S*example\S*\w`)
	for _, m := range client.Manners() {
		for _, line := range scriptedLines {
			for seed := range uint64(200) {
				got := strings.Join(client.Rewrite(line, m, seed, "key"), " ")
				if diff := cmp.Diff(braces.FindAllString(line, -1), braces.FindAllString(got, -1)); diff != "" {
					t.Fatalf("%s: %q became %q: placeholders (-want +got):\n%s", m, line, got, diff)
				}
				if diff := cmp.Diff(kept.FindAllString(line, -1), kept.FindAllString(got, -1)); diff != "" {
					t.Fatalf("%s: %q became %q: values (-want +got):\n%s", m, line, got, diff)
				}
				for _, word := range []string{"не согласна", "отзываю согласие"} {
					if strings.Contains(strings.ToLower(line), word) != strings.Contains(strings.ToLower(got), word) {
						t.Fatalf("%s: %q became %q: %q is lost", m, line, got, word)
					}
				}
			}
		}
	}
}

func TestMannersDiffer(t *testing.T) {
	t.Parallel()
	const line = "здравствуйте, сколько стоит окрашивание волос и можно ли сегодня вечером?"
	seen := map[string]client.Manner{}
	for _, m := range client.Manners() {
		got := strings.Join(client.Rewrite(line, m, 1, "key"), " | ")
		if other, ok := seen[got]; ok && !(m == client.TatarOnly && other == client.Tatar) {
			t.Errorf("«%s» and «%s» say the same: %q", m, other, got)
		}
		seen[got] = m
	}
}

func TestVary(t *testing.T) {
	t.Parallel()
	const line = "здравствуйте, мой номер {телефон}, запишите на {услуга}"
	seen := map[string]bool{}
	for seed := range uint64(100) {
		one, two := client.Vary(line, seed, "ЗАП-01/1/2"), client.Vary(line, seed, "ЗАП-01/1/2")
		if one != two {
			t.Fatalf("seed %d: %q, then %q", seed, one, two)
		}
		seen[one] = true
	}
	if len(seen) < 15 {
		t.Errorf("only %d variants", len(seen))
	}
}

func TestBursts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"здравствуйте, хочу на стрижку. Можно завтра?", []string{"здравствуйте", "хочу на стрижку", "Можно завтра?"}},
		{"нет, не согласна", []string{"нет, не согласна"}},
		{"мой номер {телефон: слитно}, жду звонка", []string{"мой номер {телефон: слитно}", "жду звонка"}},
		{"скажите, что делать, если опоздаю", []string{"скажите, что делать, если опоздаю"}},
	} {
		if diff := cmp.Diff(tt.want, client.Rewrite(tt.line, client.Bursts, 1, "")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.line, diff)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Согласна": "yes", "Да, согласен": "yes", "Принимаю": "yes", "✅ Даю согласие": "yes", "Согласен(на)": "yes", "Не против": "yes", "Не возражаю": "yes", "Әйе, риза": "yes", "Да": "yes", "Разрешаю": "yes", "I agree": "yes",
		"Не согласна": "no", "Отказываюсь": "no", "Не принимаю": "no", "❌ Нет": "no", "Не даю": "no", "Юк, риза түгел": "no", "Против": "no", "Отклонить": "no",
		"Политика обработки": "", "Согласен на рассылку": "", "Записаться": "", "Завтра 11:00": "", "Нет свободного времени сегодня": "", "Читать соглашение": "", "": "",
	} {
		got := ""
		if client.AboutConsent(title) {
			got = map[bool]string{true: "yes", false: "no"}[client.Consents(title)]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

func FuzzVary(f *testing.F) {
	for i, line := range scriptedLines {
		f.Add(line, uint64(i))
	}
	f.Fuzz(func(t *testing.T, line string, seed uint64) {
		for _, m := range client.Manners() {
			got := client.Rewrite(line, m, seed, "")
			if len(got) == 0 {
				t.Fatalf("%s: %q became nothing", m, line)
			}
			if !slices.Equal(braces.FindAllString(line, -1), braces.FindAllString(strings.Join(got, " "), -1)) {
				t.Fatalf("%s: %q became %q", m, line, got)
			}
		}
	})
}
