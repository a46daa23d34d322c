package pii

import (
	"math/rand"
	"strings"
)

// plateLetters are the letters of number plates, Russian and Latin twins.
const plateLetters = "АВЕКМНОРСТУХавекмнорстухABEKMHOPCTYXabekmhopctyx"

func plateLetter(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune(plateLetters, r) {
			return false
		}
	}
	return true
}

// recognisePlates: letter, three digits, two letters, region.
func recognisePlates(sc *scan) {
	for i := 0; i+2 < len(sc.toks); i++ {
		a, n, b := sc.toks[i], sc.toks[i+1], sc.toks[i+2]
		if b.letters <= 3 && b.is(isDigits) && (a.is(allUpper) || n.is(allUpper)) && a.is(isDigits) != n.is(isDigits) {
			sc.otherPlates(i)
		}
		if a.letters != 1 || a.is(isDigits) || !n.is(isDigits) || n.letters != 3 || b.is(isDigits) || b.letters != 2 {
			continue
		}
		if !smallGap(sc.gap(i)) || !smallGap(sc.gap(i+1)) || !plateLetter(sc.str(i)) || !plateLetter(sc.str(i+2)) || sc.str(i+1) == "000" {
			continue
		}
		if i > 0 && sc.toks[i-1].end == a.start || a.start > 0 && strings.IndexByte("-_/.", sc.text[a.start-1]) >= 0 {
			continue
		}
		end, region := i+2, ""
		if i+3 < len(sc.toks) && sc.toks[i+3].is(isDigits) && smallGap(sc.gap(i+2)) && (sc.toks[i+3].letters == 2 || sc.toks[i+3].letters == 3) {
			end, region = i+3, sc.str(i+3)
		}
		if region != "" && !plateRegion(region) || int(sc.toks[end].end) < len(sc.text) && strings.IndexByte("-_", sc.text[sc.toks[end].end]) >= 0 {
			continue
		}
		u := sc.around(i, end)
		c := candidate{start: int(a.start), end: int(sc.toks[end].end), kind: Plate, rule: "formatted"}
		cyrillic := a.is(isCyrillic) && b.is(isCyrillic)
		tight := sc.gap(i) == "" && sc.gap(i+1) == ""
		switch {
		case cyrillic && region != "" && tight:
			c.score = 0.85
		case cyrillic && region != "":
			c.score = 0.7
		case region != "" && tight:
			c.score = 0.45
		default:
			c.score = 0.3
		}
		if u.has(ctxPlate) {
			c.score += 0.35
			c.context = sc.word(i, end, ctxPlate)
		} else if u.strong(notNumber) && sc.tiedTo(i, notNumber) {
			c.score -= 0.5
		}
		sc.add(c)
	}
}

// otherPlates reads plates of motorcycles, taxis and trailers where the word stands by:
// «1234 АВ 16», «АВ 123 16», «АВ 1234 16».
func (sc *scan) otherPlates(i int) {
	a, b, c := sc.toks[i], sc.toks[i+1], sc.toks[i+2]
	moto := a.is(isDigits) && a.letters == 4 && !b.is(isDigits) && b.letters == 2 && plateLetter(sc.str(i+1))
	other := !a.is(isDigits) && a.letters == 2 && a.is(allUpper) && b.is(isDigits) && (b.letters == 3 || b.letters == 4) && plateLetter(sc.str(i))
	if !moto && !other || !c.is(isDigits) || c.letters < 2 || c.letters > 3 || !plateRegion(sc.str(i+2)) || !smallGap(sc.gap(i)) || !smallGap(sc.gap(i+1)) {
		return
	}
	if u := sc.around(i, i+2); u.near&ctxPlate != 0 {
		sc.add(candidate{start: int(a.start), end: int(c.end), kind: Plate, rule: "context", score: 0.7, context: sc.word(i, i+2, ctxPlate)})
	}
}

func smallGap(g string) bool { return g == "" || g == " " || g == "-" || g == " | " || g == "/" }

func plateRegion(r string) bool {
	if len(r) == 2 {
		return r != "00"
	}
	return r[0] == '1' || r[0] == '2' || r[0] == '3' || r[0] == '5' || r[0] == '7' || r[0] == '9'
}

func maskPlate(v string) string {
	plain := []rune(normalCode(v))
	if len(plain) > 6 {
		return "******" + string(plain[6:])
	}
	return "******"
}

func normalPlate(v string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune("ABEKMHOPCTYX", r); i >= 0 {
			return []rune("АВЕКМНОРСТУХ")[i]
		}
		return r
	}, normalCode(v))
}

func validPlate(v string) bool {
	r := []rune(v)
	return (len(r) == 8 || len(r) == 9) && plateLetter(string(r[0])+string(r[4:6])) && digits(string(r[1:4])) == string(r[1:4]) && string(r[1:4]) != "000" && plateRegion(string(r[6:]))
}

func inventPlate(r *rand.Rand) string {
	l := []rune("АВЕКМНОРСТУХ")
	pick := func() string { return string(l[r.Intn(len(l))]) }
	return pick() + "00" + string(rune('1'+r.Intn(9))) + pick() + pick() + "116"
}
