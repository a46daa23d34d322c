package trace

import "strings"

// dates looks up the dates which end with this group.
func (p *pass) dates(start, end int, packed uint64) {
	n := end - start
	x := &p.t.index
	wide := false // words stand between the numbers
	ask := func(y, m, d, from int) {
		if m < 1 || m > 12 || d < 1 || d > 31 {
			return
		}
		key := dateKey(y, m, d)
		if !x.maybe(key) || wide && !dateWordsOnly(p.text[from:end]) {
			return
		}
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			if x.entries[e].class == asDate {
				p.emit(&x.entries[e], from, end)
			}
		}
	}
	if n == 8 {
		v := decimal(packed)
		ask(v/10000, v/100%100, v%100, start)
		ask(v%10000, v/10000%100, v/1000000, start)
		return
	}
	if n > 4 || n == 3 || p.count < 3 {
		return
	}
	a, b := p.last(2), p.last(1)
	if start-b.end > 16 || b.start-a.end > 16 || b.end-b.start > 2 {
		return
	}
	wide = start-b.end > 3 || b.start-a.end > 3
	if !wide && (p.text[b.end] == ':' || p.text[a.end] == ':') {
		return // hours and minutes
	}
	if !wide && p.count > 3 && a.start-p.last(3).end <= 1 && p.text[a.start-1] != ' ' && p.text[a.start-1] != 'T' {
		return // a longer chain of numbers: a version, an address
	}
	one, two, three := p.value(a), p.value(b), decimal(packed)
	switch na := a.end - a.start; {
	case n == 4 && na <= 2:
		ask(three, two, one, a.start)
		if two > 12 {
			ask(three, one, two, a.start)
		}
	case n <= 2 && na == 4:
		ask(one, two, three, a.start)
	case n == 2 && na <= 2 && start-b.end == 1 && b.start-a.end == 1 && p.text[b.end] == p.text[a.end] && strings.IndexByte("./-", p.text[b.end]) >= 0:
		ask(1900+three, two, one, a.start)
		ask(2000+three, two, one, a.start)
	}
}

// dateWordsOnly tells that only names of fields stand between the numbers of a date.
func dateWordsOnly(s string) bool {
	for _, t := range lex(s, 0, len(s)) {
		if !t.digits && !dateWords[t.text] {
			return false
		}
	}
	return true
}

var dateWords = wordSet("day month year d m y dd mm yyyy birth bday день число месяц месяца год года го г числа дня")

func (p *pass) value(g *group) int {
	v := 0
	for _, c := range []byte(p.text[g.start:g.end]) {
		v = v*10 + int(c-'0')
	}
	return v
}

func decimal(packed uint64) int {
	v := 0
	for shift := 60; shift >= 0; shift -= 4 {
		v = v*10 + int(packed>>shift&15)
	}
	return v
}

// month reads a date whose month is a word: «12 марта 1989», «March 12, 1989».
func (p *pass) month(start, end, month int) {
	from, to := around(p.text, start, end, 24, 24)
	tokens := lex(p.text, from, to)
	for k, t := range tokens {
		if t.start != start {
			continue
		}
		num := func(j int) (value, digits int) {
			if j < 0 || j >= len(tokens) || !tokens[j].digits || len(tokens[j].text) > 4 {
				return 0, 0
			}
			return decimal(packDigits(tokens[j].text)), len(tokens[j].text)
		}
		report := func(y, d, a, b int) {
			x := &p.t.index
			for e := x.first(dateKey(y, month, d)); e >= 0; e = x.entries[e].next {
				if x.entries[e].class == asDate {
					p.emit(&x.entries[e], tokens[a].start, tokens[b].end)
				}
			}
		}
		before, nb := num(k - 1)
		if nb == 0 {
			before, nb = dayInWords(tokens, k-1)
		}
		after, na := num(k + 1)
		skip := 0
		if na == 0 && k+1 < len(tokens) && ordinalEnds[tokens[k+1].text] {
			skip = 1
		}
		if nb == 0 && k >= 2 && ordinalEnds[tokens[k-1].text] {
			before, nb = num(k - 2)
		}
		if nb > 0 && nb <= 2 && na == 4 {
			report(after, before, max(0, k-1), k+1)
		}
		if nb > 0 && nb <= 2 && na == 2 && after > 12 && tokens[k+1].start-t.end == 1 {
			report(1900+after, before, max(0, k-1), k+1)
			report(2000+after, before, max(0, k-1), k+1)
		}
		if nb > 0 && nb <= 2 && na == 0 {
			for _, j := range []int{k - 2, k - 3} {
				if y, ny := num(j); ny == 4 {
					report(y, before, j, k)
				}
			}
			if y, ny := num(k + 2); skip == 1 && ny == 4 {
				report(y, before, k-1, k+2)
			}
		}
		if nb == 4 && na > 0 && na <= 2 {
			report(before, after, k-1, k+1)
		}
		if na > 0 && na <= 2 {
			next := k + 2
			if next < len(tokens) && ordinalEnds[tokens[next].text] {
				next++
			}
			if y, ny := num(next + skip); ny == 4 {
				report(y, after, k, next)
			}
		}
	}
}

// dayInWords reads «двенадцатое», «двадцать пятого» before a month.
func dayInWords(tokens []token, k int) (day, digits int) {
	if k < 0 || tokens[k].digits {
		return 0, 0
	}
	day, ok := numeralWords[tokens[k].text]
	if !ok || day > 30 || day == 0 {
		return 0, 0
	}
	if k > 0 && day < 10 {
		if tens := numeralWords[tokens[k-1].text]; tens == 20 || tens == 30 {
			day += tens
		}
	}
	return day, 2
}

var ordinalEnds = wordSet("го е ое ого ное ст st nd rd th of год года г ел")
