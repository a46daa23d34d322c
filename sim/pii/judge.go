package pii

import (
	"fmt"
	"strings"
)

// Problem is one place where masking is wrong.
type Problem struct {
	Start, End int // byte offsets
	Kind       Kind
	Why        string // in Russian
	Masked     string // what may be shown of it
}

// Judgement says how well a text is masked.
type Judgement struct {
	// Open are values that lie open or are hidden too little.
	Open []Span
	// Over are places where the mask ate what is no personal datum.
	Over []Problem
}

// Masked tells whether nothing is open.
func (j Judgement) Masked() bool { return len(j.Open) == 0 }

// Judge tells whether a text that was written with a mask is masked enough, and whether
// the mask ate dates, prices or order numbers.
func (d *Detector) Judge(text string) Judgement {
	return Judgement{Open: d.Find(text), Over: overMasked(text)}
}

// overMasked looks for masks in places where no datum of a person can be.
func overMasked(text string) []Problem {
	n := normalise(text)
	var out []Problem
	for _, at := range maskPlaces(n.text) {
		before := lastWords(n.text[:at[0]], 2)
		after := firstWords(n.text[at[1]:], 1)
		what := ""
		switch {
		case startsAny(after, "руб", "₽", "коп", "тыс"), endsAny(before, "цена", "стоимость", "стоит", "сумма", "итого", "скидка"):
			what = "цена"
		case endsAny(before, "заказ", "заказа", "заказ #", "заявка", "запись #", "сделка", "артикул"):
			what = "номер заказа"
		case startsAny(after, "мин", "час", "сеанс"), endsAny(before, "время", "длительность"):
			what = "время"
		case endsAny(before, "услуга", "услугу", "процедура", "процедуру"):
			what = "название услуги"
		case endsAny(before, "записали на", "запись на", "записана на", "записаны на", "приходите", "ждем вас", "перенесли на", "сегодня в", "завтра в"):
			what = "дата или время записи"
		default:
			continue
		}
		start, end := n.span(at[0], at[1])
		out = append(out, Problem{Start: start, End: end, Why: "маской закрыто лишнее: " + what, Masked: text[start:end]})
	}
	return out
}

// maskPlaces finds runs of stars and bracketed placeholders.
func maskPlaces(s string) [][2]int {
	var out [][2]int
	for i := 0; i < len(s); {
		switch {
		case s[i] == '*':
			start := i
			for start > 0 && (asciiDigit(s[start-1]) || s[start-1] == '.' || s[start-1] == ':' || s[start-1] == '+') {
				start--
			}
			for i < len(s) && (s[i] == '*' || s[i] == '.' || s[i] == ':' || asciiDigit(s[i]) || s[i] == ' ' && i+1 < len(s) && s[i+1] == '*') {
				i++
			}
			out = append(out, [2]int{start, i})
		case s[i] == '[':
			end := strings.IndexByte(s[i:min(len(s), i+48)], ']')
			if end > 2 && strings.ToUpper(s[i:i+end]) == s[i:i+end] {
				out = append(out, [2]int{i, i + end + 1})
				i += end
			}
			i++
		default:
			i++
		}
	}
	return out
}

func lastWords(s string, n int) string {
	if len(s) > 80 {
		s = s[len(s)-80:]
	}
	f := strings.Fields(fold(s))
	if len(f) > n {
		f = f[len(f)-n:]
	}
	return strings.TrimRight(strings.Join(f, " "), ` :=-"(`)
}

func firstWords(s string, n int) string {
	if len(s) > 40 {
		s = s[:40]
	}
	f := strings.Fields(fold(s))
	if len(f) > n {
		f = f[:n]
	}
	return strings.Join(f, " ")
}

func startsAny(s string, list ...string) bool {
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func endsAny(s string, list ...string) bool {
	for _, p := range list {
		if s == p || strings.HasSuffix(s, " "+p) {
			return true
		}
	}
	return false
}

// Compare tells what a mask did to a text: what stayed open, and what was eaten although
// the original had no personal datum there.
func (d *Detector) Compare(original, masked string) Judgement {
	j := d.Judge(masked)
	spans := d.Find(original)
	n := normalise(original)
	sc := &scan{d: d, lex: d.lex, text: n.text}
	sc.tokenise()
	for i := range sc.toks {
		if !sc.toks[i].is(isDigits) {
			continue
		}
		start, end := n.span(int(sc.toks[i].start), int(sc.toks[i].end))
		if inside(spans, start, end) || strings.Contains(masked, original[start:end]) {
			continue
		}
		what := "число"
		switch u := sc.around(i, i); {
		case u.strong(notMoney) || u.after&notMoney != 0:
			what = "цена"
		case u.strong(notNumber):
			what = "номер заказа"
		case u.has(isMonth) || strings.Contains(sc.before(i), ":") || strings.Contains(sc.before(i), "."):
			what = "дата или время"
		}
		j.Over = append(j.Over, Problem{Start: start, End: end, Why: "маской закрыто лишнее: " + what, Masked: original[start:end]})
	}
	return j
}

func inside(spans []Span, start, end int) bool {
	for _, s := range spans {
		if start >= s.Start && end <= s.End {
			return true
		}
	}
	return false
}

// Sum is a value that several records show together although each hides enough.
type Sum struct {
	Kind  Kind
	Parts []int // indexes of the records
	Open  int   // how many characters are open in sum
	Why   string
}

// AddUp finds masked phones which, laid over each other, show six digits or more. Records
// that contradict each other belong to different people and are never added.
func AddUp(parts []string) []Sum {
	type seen struct {
		at int
		p  positions
	}
	var all []seen
	for i, text := range parts {
		n := normalise(text).text
		for from := 0; from < len(n); {
			k := strings.IndexByte(n[from:], '*')
			if k < 0 {
				break
			}
			start, end := maskedRun(n, from+k)
			from = max(end, from+k+1)
			if p, _ := phonePositions(n[start:end]); p.ok && p.open > 0 && p.open < 6 {
				all = append(all, seen{i, p})
			}
		}
	}
	used := make([]bool, len(all))
	var out []Sum
	for i := range all {
		if used[i] {
			continue
		}
		sum, at := all[i].p, []int{all[i].at}
		for j := i + 1; j < len(all); j++ {
			if merged, ok := lay(sum, all[j].p); ok && merged.open > sum.open {
				sum, at = merged, append(at, all[j].at)
				used[j] = true
			}
		}
		if len(at) > 1 && sum.open >= 6 {
			out = append(out, Sum{Kind: Phone, Parts: at, Open: sum.open,
				Why: fmt.Sprintf("записи по отдельности скрыты, а вместе открывают %d цифр телефона из 10", sum.open)})
		}
	}
	return out
}

// lay joins what two masks leave open; they must agree somewhere or leave nothing to
// contradict.
func lay(a, b positions) (positions, bool) {
	out := a
	out.open = 0
	for i := range out.ten {
		switch {
		case a.ten[i] != 0 && b.ten[i] != 0 && a.ten[i] != b.ten[i]:
			return a, false
		case out.ten[i] == 0:
			out.ten[i] = b.ten[i]
		}
		if out.ten[i] != 0 {
			out.open++
		}
	}
	return out, true
}
