package pii

import (
	"math/rand"
	"strings"
)

// recogniseGeo finds places with four decimals or more: that is a house.
func recogniseGeo(sc *scan) {
	for i := 0; i+1 < len(sc.toks); i++ {
		end, ok := sc.decimal(i)
		if !ok {
			continue
		}
		u := sc.around(i, i+1)
		start := int(sc.toks[i].start)
		if start > 0 && sc.text[start-1] == '-' {
			start--
		}
		if i+4 < len(sc.toks) && sc.num(i) <= 90 && sc.toks[i+2].letters == 1 && strings.HasPrefix(sc.gap(i+1), "°") {
			if end, ok := sc.decimal(i + 3); ok && len(sc.gap(i+2)) <= 3 {
				sc.add(candidate{start: start, end: end, kind: Geo, rule: "formatted", score: 0.9})
				i += 4
				continue
			}
		}
		if i+3 < len(sc.toks) && sc.num(i) <= 90 {
			if _, ok := sc.decimal(i + 2); ok && max(sc.num(i), sc.num(i+2)) >= 10 && sc.num(i+2) <= 180 && pairGap(sc.gap(i+1)) {
				c := candidate{start: start, end: int(sc.toks[i+3].end), kind: Geo, rule: "formatted", score: 0.75}
				if u.has(ctxGeo) {
					c.score = 0.95
				} else if u.has(notMoney | notVersion) {
					c.score = 0.4
				}
				sc.add(c)
				i += 3
				continue
			}
		}
		if sc.num(i) >= 10 && (u.field&ctxGeo != 0 || u.near&ctxGeo != 0 && u.nearW == i-1) {
			sc.add(candidate{start: start, end: end, kind: Geo, rule: "field", score: 0.9, context: sc.word(i, i+1, ctxGeo)})
			i++
		}
	}
}

// decimal reads 55.796127 at token i.
func (sc *scan) decimal(i int) (end int, ok bool) {
	if i+1 >= len(sc.toks) || !sc.toks[i].is(isDigits) || !sc.toks[i+1].is(isDigits) {
		return 0, false
	}
	g := sc.gap(i)
	whole, part := sc.toks[i], sc.toks[i+1]
	if g != "." && g != "," || whole.letters > 3 || part.letters < 4 || part.letters > 12 || sc.num(i) > 180 {
		return 0, false
	}
	if whole.start > 0 && strings.IndexByte(".:/", sc.text[whole.start-1]) >= 0 && whole.start > 1 && asciiDigit(sc.text[whole.start-2]) {
		return 0, false
	}
	end = int(part.end)
	return end, end >= len(sc.text) || sc.text[end] != '.' || end+1 >= len(sc.text) || !asciiDigit(sc.text[end+1])
}

func pairGap(g string) bool {
	return strings.Trim(strings.ReplaceAll(g, "с.ш.", ""), " ,;-+/°NE%") == "" && len(g) <= 5 && g != ""
}

func maskGeo(v string) string {
	var b strings.Builder
	after := -1
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case asciiDigit(c) && after >= 0:
			after++
			if after > 2 {
				continue
			}
		case (c == '.' || c == ',') && i > 0 && asciiDigit(v[i-1]) && i+1 < len(v) && asciiDigit(v[i+1]) && after < 0:
			after = 0
		case !asciiDigit(c):
			after = -1
		}
		b.WriteByte(c)
	}
	return b.String()
}

func validGeo(v string) bool {
	return strings.Count(v, ".")+strings.Count(v, ",") >= 1 && len(digits(v)) >= 6
}

func inventGeo(r *rand.Rand) string { return "55." + inventDigits(r, 6) + ", 49." + inventDigits(r, 6) }
