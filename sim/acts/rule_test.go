package acts

import (
	"strings"
	"testing"
)

// TestRules compiles every pattern (a bad one panics) and catches the slips that the
// compiler cannot see.
func TestRules(t *testing.T) {
	t.Parallel()
	k := knowledge()
	known := map[Name]bool{availability: true, choice: true, calming: true}
	for _, n := range Names() {
		known[n] = true
	}
	for i, r := range k.rules {
		switch {
		case r.marks != 0 && r.act != "":
			t.Errorf("rule %d both marks a frame and does %s", i, r.act)
		case r.marks == 0 && !known[r.act]:
			t.Errorf("rule %d: no act %q", i, r.act)
		case r.marks == 0 && !isCue(r.act) && (r.score <= 0 || r.score > 1 || r.sort == ""):
			t.Errorf("rule %d (%s): score %v, sort %q", i, r.act, r.score, r.sort)
		case r.need&r.unless != 0:
			t.Errorf("rule %d (%s) needs and forbids the same frame", i, r.act)
		}
	}
	for _, p := range k.book.patterns {
		for _, field := range strings.Fields(p.source) {
			if field != "$" && strings.Contains(field, "$") || field != "^" && strings.Contains(field, "^") || strings.HasSuffix(field, "|") {
				t.Errorf("pattern %q: %q is not a word", p.source, field)
			}
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	got := strings.Join(spread("не_против|согласны ~2 да|так_точно"), "; ")
	want := "не против ~2 так точно; не против ~2 да; согласны ~2 так точно; согласны ~2 да"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestPattern shows the language of patterns by example.
func TestPattern(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          string // the words found
	}{
		{"запиш*", "Запишите меня", "Запишите"},
		{"записан", "записана", ""},
		{"как ~2 зовут", "Как же вас зовут", "Как же вас зовут"},
		{"как ~1 зовут", "Как же вас зовут", ""},
		{"не .3 могу", "не сегодня, могу завтра", ""},
		{"не ~3 могу", "не сегодня, могу завтра", "не сегодня, могу"},
		{"^ имя $", "имя", "имя"},
		{"^ имя $", "ваше имя", ""},
		{"^ ?ваше имя $", "ваше имя", "ваше имя"},
		{"номер !заказа", "номер заказа", ""},
		{"номер !заказа", "номер телефона", "номер"},
		{"в #time", "завтра в 11:30", "в 11:30"},
		{"@day в", "завтра в 11:30", "завтра в"},
		{`#imp\извините`, "извините, примите", "примите"},
	}
	for _, tt := range tests {
		t.Run(tt.pattern+"/"+tt.text, func(t *testing.T) {
			t.Parallel()
			b := newBook(lexicon())
			b.add(tt.pattern, 0)
			b.seal()
			got := ""
			for _, seg := range scan(tt.text) {
				b.find(seg.tokens, b.sets(seg.tokens), func(m match) {
					if got == "" {
						got = tt.text[seg.tokens[m.first].from:seg.tokens[m.last].to]
					}
				})
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"sentences", "Да. Нет? Ура!", "да|нет?|ура"},
		{"abbreviations", "Цена 100 руб. за час, ул. Баумана", "цена 100 руб за час ул баумана"},
		{"a unit ends a sentence", "Итого 100 руб. Записываю?", "итого 100 руб|записываю?"},
		{"but", "Не могу, но могу иначе", "не могу|но могу иначе"},
		{"lines", "раз\nдва\\nтри", "раз|два|три"},
		{"markup", "<p>раз</p><b>два</b>", "раз|два"},
		{"numbers", "1 500 ₽, 11:30, 12.03, +7 900 000-01-01", "1 500 ₽ 11:30 12.03 +7 900 000-01-01"},
		{"letters of Tatar", "Сәлам, җомга һәм өй", "сэлам жомга хэм ой"},
		{"addresses", "a@example.ru и https://example.ru/x.", "a@example.ru и https://example.ru/x"},
		{"hyphens", "чат-бот", "чат бот"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var parts []string
			for _, seg := range scan(tt.text) {
				var words []string
				for _, tok := range seg.tokens {
					words = append(words, tok.word)
				}
				mark := ""
				if seg.question {
					mark = "?"
				}
				parts = append(parts, strings.Join(words, " ")+mark)
			}
			if got := strings.Join(parts, "|"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
