package pii

import (
	"fmt"
	"math/rand"
	"strings"
)

// date is a calendar date as written, year zero where there is none.
type date struct {
	a, b             int // tokens
	day, month, year int
}

// recogniseDates finds dates that are said to be birthdays, or stand beside a name.
func recogniseDates(sc *scan) {
	for i := range sc.toks {
		if t := sc.toks[i]; !t.is(isDigits) || t.letters > 8 || t.letters == 3 {
			continue
		}
		d, ok := sc.dateAt(i)
		if !ok {
			continue
		}
		sc.judgeDate(d)
	}
}

func (sc *scan) num(i int) int {
	n := 0
	t := sc.toks[i]
	if t.letters > 8 {
		return -1
	}
	for _, c := range sc.text[t.start:t.end] {
		n = n*10 + int(c-'0')
	}
	return n
}

// dateAt reads 12.03.1989, 12/03/89, 1989-03-12, 19890312, 12 марта 1989.
func (sc *scan) dateAt(i int) (date, bool) {
	t := sc.toks[i]
	if i > 0 && sc.toks[i-1].is(isDigits) && sc.toks[i-1].end+1 == t.start && strings.Contains(".-/:", sc.gap(i-1)) {
		return date{}, false
	}
	d := date{a: i, b: i}
	switch {
	case t.letters == 8:
		v := sc.num(i)
		d.year, d.month, d.day = v/10000, v/100%100, v%100
		if !d.real() {
			d.day, d.month, d.year = v/1000000, v/10000%100, v%10000
		}
		return d, d.real() && d.past()
	case i+1 >= len(sc.toks):
		return d, false
	case sc.toks[i+1].is(isDigits):
		sep := sc.gap(i)
		if len(strings.TrimSpace(sep)) != 1 || len(sep) > 2 || !strings.ContainsAny(sep, "./-,") {
			if sep != " " {
				return d, false
			}
		}
		if i+2 >= len(sc.toks) || !sc.toks[i+2].is(isDigits) || strings.TrimSpace(sc.gap(i+1)) != strings.TrimSpace(sep) || len(sc.gap(i+1)) > 2 {
			d.b, d.day, d.month = i+1, sc.num(i), sc.num(i+1)
			return d, sep == "." && sc.toks[i+1].letters == 2 && d.real() && sc.endsNumber(i+1)
		}
		d.b = i + 2
		if t.letters == 4 {
			d.year, d.month, d.day = sc.num(i), sc.num(i+1), sc.num(i+2)
			if end := sc.toks[i+2].end; int(end) < len(sc.text) && sc.text[end] == 'T' && sc.fieldClass(i)&ctxBirth == 0 {
				return d, false
			}
		} else {
			d.day, d.month, d.year = sc.num(i), sc.num(i+1), sc.num(i+2)
			if sc.toks[i+2].letters == 2 {
				d.year = century(d.year)
			} else if sc.toks[i+2].letters != 4 {
				return d, false
			}
		}
		return d, t.letters <= 4 && d.real()
	case sc.toks[i+1].is(isLatin) && sc.romanMonth(i+1) > 0 && i+2 < len(sc.toks) && sc.toks[i+2].is(isDigits) && sc.gap(i) == "." && sc.gap(i+1) == ".":
		d.b, d.day, d.month, d.year = i+2, sc.num(i), sc.romanMonth(i+1), sc.num(i+2)
		if sc.toks[i+2].letters == 2 {
			d.year = century(d.year)
		}
		return d, d.real()
	case sc.class(i+1)&isMonth != 0 && (sc.gap(i) == " " || sc.gap(i) == "-" || sc.gap(i) == "-го "):
		d.b, d.day, d.month = i+1, sc.num(i), sc.month(i+1)
		if i+2 < len(sc.toks) && sc.toks[i+2].is(isDigits) && (sc.gap(i+1) == " " || sc.gap(i+1) == ", " || sc.gap(i+1) == ". ") && (sc.toks[i+2].letters == 4 || sc.toks[i+2].letters == 2 && sc.num(i+2) > 31) {
			d.b, d.year = i+2, sc.num(i+2)
			if d.year < 100 {
				d.year = century(d.year)
			}
		}
		return d, d.real()
	case i+2 < len(sc.toks) && sc.toks[i+1].letters == 2 && fold(sc.str(i+1)) == "го" && sc.class(i+2)&isMonth != 0:
		d.b, d.day, d.month = i+2, sc.num(i), sc.month(i+2)
		if i+3 < len(sc.toks) && sc.toks[i+3].is(isDigits) && sc.toks[i+3].letters == 4 {
			d.b, d.year = i+3, sc.num(i+3)
		}
		return d, d.real()
	}
	return d, false
}

// romanMonth reads the month of «5.V.1988».
func (sc *scan) romanMonth(i int) int {
	if sc.toks[i].letters > 4 || !sc.toks[i].is(startsUpper) {
		return 0
	}
	for n, roman := range [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"} {
		if sc.str(i) == roman {
			return n + 1
		}
	}
	return 0
}

func (sc *scan) month(i int) int { return sc.lex.words[sc.toks[i].node].value }

func century(y int) int {
	if y > 26 {
		return 1900 + y
	}
	return 2000 + y
}

func (d date) real() bool {
	return d.day >= 1 && d.day <= 31 && d.month >= 1 && d.month <= 12 && (d.year == 0 || d.year >= 1900 && d.year <= 2100)
}

// past tells whether somebody who is alive may have been born then.
func (d date) past() bool { return d.year >= 1920 && d.year <= 2026 }

func (sc *scan) judgeDate(d date) {
	u := sc.around(d.a, d.b)
	c := candidate{start: int(sc.toks[d.a].start), end: int(sc.toks[d.b].end), kind: BirthDate, rule: "context"}
	birth := sc.birthBefore(d.a)
	after := sc.birthAfter(d.b)
	switch {
	case d.year != 0 && !d.past():
		return
	case u.field&ctxBirth != 0:
		c.rule, c.score = "field", 0.95
	case d.year == 0 && birth && sc.class(d.a-1)&(isBooking|isWeekday) == 0:
		c.score = 0.7
	case d.year == 0:
		return
	case birth, after:
		c.score = 0.92
	case d.year > 2015 && !(d.year < 2026 && sc.nameBeside(d) && sc.childBefore(d.a)):
		return
	case d.b == d.a:
		return // eight digits without a word are anything
	case u.near&(isBooking|notNumber|notVersion) == 0 && sc.nameBeside(d):
		c.rule, c.score = "shape", 0.75
		c.note = "рядом имя, год прошлый"
	case sc.alone(c.start, c.end) && d.year < 2012:
		c.rule, c.score = "whole", 0.65
	}
	if u.near&notTime != 0 && u.far&ctxBirth == 0 && c.rule != "field" {
		c.score -= 0.3
	}
	if c.score >= Threshold && sc.issued(d.a) {
		return
	}
	if birth || after {
		c.context = sc.word(d.a, d.b, ctxBirth)
	}
	sc.add(c)
}

// issued tells whether a date is of a paper: «выдан 17.05.2008».
func (sc *scan) issued(i int) bool {
	return i > 0 && startsAny(fold(sc.str(i-1)), "выдан", "выдач") && sc.fieldClass(i)&ctxBirth == 0
}

// birthBefore looks for the word within some ten words before; a date that belongs to
// something else in between takes it away.
func (sc *scan) birthBefore(i int) bool {
	start := int(sc.toks[i].start)
	words := 0
	for k := i - 1; k >= 0 && words < 8 && start-int(sc.toks[k].end) < 80; k-- {
		if sc.toks[k].is(isDigits) {
			if words > 0 || sc.toks[k].letters > 2 {
				return false
			}
			continue
		}
		gap := sc.gap(k)
		if words > 0 && endsSentence(gap) && sc.toks[k].letters > 2 || strings.Contains(gap, "\n\n") {
			return false
		}
		c := sc.class(k)
		if c&ctxBirth != 0 {
			return !sc.feast(k)
		}
		// д.р., г.р.
		if w := fold(sc.str(k)); w == "р" && k > 0 && (fold(sc.str(k-1)) == "д" || fold(sc.str(k-1)) == "г") && len(sc.gap(k-1)) <= 2 {
			return true
		}
		if c&(isBooking|notNumber|notVersion) != 0 && words < 3 {
			return false
		}
		words++
	}
	return false
}

// feast tells whether «день рождения» is of a firm or of an offer.
func (sc *scan) feast(k int) bool {
	for m := k - 3; m <= k+2; m++ {
		if m < 0 || m >= len(sc.toks) {
			continue
		}
		if sc.class(m)&isStaff != 0 {
			return true // «день рождения у мастера»
		}
		switch w := fold(sc.str(m)); {
		case strings.HasPrefix(w, "салон"), strings.HasPrefix(w, "скидк"), strings.HasPrefix(w, "студи"), strings.HasPrefix(w, "клиник"), strings.HasPrefix(w, "компани"), strings.HasPrefix(w, "акци"):
			return true
		}
	}
	return false
}

func (sc *scan) birthAfter(j int) bool {
	for k := j + 1; k < len(sc.toks) && k <= j+4; k++ {
		if sc.toks[k].is(isDigits) || strings.ContainsAny(sc.gap(k-1), "\n;{}") {
			return false
		}
		w := fold(sc.str(k))
		if sc.class(k)&ctxBirth != 0 && w != "туган" {
			return true
		}
		if w == "р" && (fold(sc.str(k-1)) == "г" || fold(sc.str(k-1)) == "д") {
			return true
		}
		if w == "ел" || w == "елгы" || w == "года" || w == "г" || w == "елда" || w == "елның" {
			continue
		}
		if w == "туган" || w == "тугам" || w == "туды" {
			return true
		}
		if k > j+2 {
			return false
		}
	}
	return false
}

// childBefore tells whether a child is spoken of.
func (sc *scan) childBefore(i int) bool {
	for k := i - 1; k >= 0 && k >= i-8; k-- {
		switch w := fold(sc.str(k)); {
		case strings.HasPrefix(w, "ребен"), strings.HasPrefix(w, "сын"), strings.HasPrefix(w, "доч"), strings.HasPrefix(w, "внук"), strings.HasPrefix(w, "внуч"), strings.HasPrefix(w, "бала"), strings.HasPrefix(w, "дет"):
			return true
		}
	}
	return false
}

// nameBeside tells whether words of a name stand right before or after the date.
func (sc *scan) nameBeside(d date) bool {
	isName := func(k int) bool {
		return k >= 0 && k < len(sc.toks) && sc.toks[k].is(startsUpper) && (sc.class(k)&isFirst != 0 && sc.class(k)&isAmbiguous == 0 || sc.patronymic(k) || sc.parts(k)&(partInitial|partSurname) != 0)
	}
	for k := d.a - 1; k >= d.a-2; k-- {
		if k < 0 || int(sc.toks[d.a].start)-int(sc.toks[k].end) > 24 {
			break
		}
		if isName(k) {
			return true
		}
	}
	return d.b+1 < len(sc.toks) && len(sc.gap(d.b)) < 4 && (isName(d.b+1) || isName(d.b+2))
}

// maskBirthDate leaves the year, where there is one.
func maskBirthDate(v string) string {
	run := ""
	for i := 0; i <= len(v); i++ {
		if i < len(v) && asciiDigit(v[i]) {
			run += v[i : i+1]
			continue
		}
		if len(run) == 4 {
			return "**.**." + run
		}
		run = ""
	}
	return "**.**"
}

func normalBirthDate(v string) string {
	sc := &scan{d: &Detector{}, lex: theLexicon(), text: v}
	sc.tokenise()
	for i := range sc.toks {
		if sc.toks[i].is(isDigits) {
			if d, ok := sc.dateAt(i); ok {
				return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
			}
		}
	}
	return v
}

func validBirthDate(v string) bool {
	var y, m, d int
	if n, err := fmt.Sscanf(v, "%d-%d-%d", &y, &m, &d); n != 3 || err != nil {
		return false
	}
	return date{day: d, month: m, year: y}.real() && (y == 0 || y >= 1900 && y <= 2026)
}

func inventBirthDate(r *rand.Rand) string {
	return fmt.Sprintf("%02d.%02d.%d", 1+r.Intn(28), 1+r.Intn(12), 1950+r.Intn(55))
}
