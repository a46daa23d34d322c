package trace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// namesake tells that the surname at text[start:end] stands beside somebody else's first
// name or initials.
func (p *person) namesake(text string, start, end int) bool {
	from, to := around(text, start, end, 64, 64)
	own, others := false, false
	tokens := lex(text, from, to)
	for k, t := range tokens {
		if t.start != start {
			continue
		}
		last := k
		for last+1 < len(tokens) && tokens[last].end < end {
			last++
		}
		check := func(n int, gap string) {
			if n < 0 || n >= len(tokens) || tokens[n].digits || len(gap) > 3 || strings.ContainsAny(gap, ",;:!?\n\"(){}[]") {
				return
			}
			t := tokens[n]
			if utf8.RuneCountInString(t.text) == 1 {
				if t.end < len(text) && text[t.end] == '.' && len(p.initials) > 0 {
					code, _ := foldOf(t.text, 0)
					own, others = own || p.initials[code], others || !p.initials[code]
				}
				return
			}
			h := wordHash(t.text)
			own, others = own || p.forenames[h], others || !p.forenames[h] && foreNames()[h]
		}
		if k > 0 {
			check(k-1, text[tokens[k-1].end:start])
			if k > 1 && utf8.RuneCountInString(tokens[k-1].text) == 1 {
				check(k-2, text[tokens[k-2].end:tokens[k-1].start])
			}
		}
		if last+1 < len(tokens) {
			check(last+1, text[end:tokens[last+1].start])
		}
	}
	return others && !own
}

// beside tells whether a first name of the person is a neighbour of text[start:end], the
// person's patronymic, and no other surname is: «Алсу Рашидовна Хайруллина» is another
// person.
func (p *person) beside(text string, start, end int) bool {
	from, to := around(text, start, end, 96, 96)
	tokens := lex(text, from, to)
	near := func(a, b int) bool {
		return a >= 0 && b < len(tokens) && tokens[b].start-tokens[a].end <= 3 && !strings.ContainsAny(text[tokens[a].end:tokens[b].start], ",;:!?\n\"(){}[]")
	}
	foreign := func(k int) bool {
		t := tokens[k]
		r, _ := utf8.DecodeRuneInString(text[t.start:])
		return !t.digits && unicode.IsUpper(r) && looksSurname(t.text) && !p.surnames[wordHash(t.text)]
	}
	for k, t := range tokens {
		if t.start != start {
			continue
		}
		if near(k-1, k) && p.forenames[wordHash(tokens[k-1].text)] {
			return !(near(k-2, k-1) && foreign(k-2) || near(k, k+1) && foreign(k+1))
		}
		if near(k, k+1) && p.forenames[wordHash(tokens[k+1].text)] {
			return !(near(k-1, k) && foreign(k-1) || near(k+1, k+2) && foreign(k+2))
		}
	}
	return false
}
