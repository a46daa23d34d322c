package pii

import "strings"

// latinSurname are the endings of surnames in the usual transliterations.
var latinSurname = strings.Fields(`ov ova ev eva yov in ina yn yna sky skiy skaya ski tsky tskiy tskaya enko uk yuk yan ian shvili dze zade ullin ullina off`)

// latinName: a known first name and a word with the ending of a surname, in Latin letters.
func (sc *scan) latinName(i int) {
	ends := func(k int) bool {
		if k < 0 || k >= len(sc.toks) || !sc.toks[k].is(isLatin) || sc.toks[k].is(isCyrillic) || sc.toks[k].letters < 5 || sc.class(k) != 0 {
			return false
		}
		return latinSurnameEnding(sc.str(k))
	}
	sep := func(k int) bool {
		if k < 0 || k+1 >= len(sc.toks) {
			return false
		}
		g := sc.gap(k)
		return g == " " || g == "_" || g == "-"
	}
	sameCase := func(a, b int) bool { return sc.toks[a].is(startsUpper) == sc.toks[b].is(startsUpper) }
	a, b := -1, -1
	switch {
	case sep(i) && ends(i+1) && sameCase(i, i+1):
		a, b = i, i+1
	case sep(i-1) && ends(i-1) && sameCase(i, i-1):
		a, b = i-1, i
	default:
		return
	}
	if sc.toks[i].letters < 4 {
		return
	}
	start, end := int(sc.toks[a].start), int(sc.toks[b].end)
	if end < len(sc.text) && (sc.text[end] == '@' || sc.text[end] == '/') || start > 0 && (sc.text[start-1] == '@' || sc.text[start-1] == '/') {
		return
	}
	c := candidate{start: start, end: end, kind: Name, rule: "latin", score: 0.75}
	if !sc.toks[a].is(startsUpper) && sc.gap(a) == " " {
		c.score = 0.5
		for _, f := range sc.found {
			if f.kind == Phone && f.start >= end && f.start-end < 6 {
				c.score = 0.65 // «gareeva yulia / 7954…»
			}
		}
	}
	c.score = sc.namePlace(a, b, &c)
	sc.add(c)
}

func latinSurnameEnding(w string) bool {
	w = fold(w)
	for _, e := range latinSurname {
		if strings.HasSuffix(w, e) && len(w)-len(e) >= 2 {
			return !notLatinSurname[w]
		}
	}
	return false
}

var notLatinSurname = map[string]bool{
	"admin": true, "login": true, "plugin": true, "begin": true, "domain": true, "origin": true, "main": true, "again": true, "margin": true, "contain": true,
	"train": true, "chain": true, "within": true, "certain": true, "maintain": true, "explain": true, "remain": true, "obtain": true, "linkedin": true, "bitcoin": true,
}
