package pii

import (
	"math/rand"
	"strings"
)

// recogniseVIN: seventeen capitals and digits without I, O, Q. The check digit is not used
// by makers of Russia and Europe, so the word or the maker's code decides.
func recogniseVIN(sc *scan) {
	for i := 0; i < len(sc.toks); i++ {
		j := i
		for j+1 < len(sc.toks) && sc.toks[j].end == sc.toks[j+1].start && j-i < 12 {
			j++
		}
		if int(sc.toks[j].end-sc.toks[i].start) == 17 && j > i {
			v := strings.ToUpper(sc.text[sc.toks[i].start:sc.toks[j].end])
			if validVIN(v) {
				sc.judgeVIN(i, j, v)
			}
		}
		i = j
	}
}

func (sc *scan) judgeVIN(i, j int, v string) {
	start, end := int(sc.toks[i].start), int(sc.toks[j].end)
	glued := start > 0 && strings.IndexByte("-_/.=+", sc.text[start-1]) >= 0 && sc.text[start-1] != '=' || end < len(sc.text) && strings.IndexByte("-_/=+", sc.text[end]) >= 0
	if glued {
		return
	}
	u := sc.around(i, j)
	c := candidate{start: start, end: end, kind: VIN, rule: "digits", score: 0.3}
	if knownMaker(v) && digits(v[13:]) == v[13:] {
		c.score = 0.65
	}
	if u.has(ctxVIN) {
		c.score += 0.5
		c.context = sc.word(i, j, ctxVIN)
	} else if u.strong(ctxPlate) {
		c.score += 0.35
	} else if u.field&notNumber != 0 {
		c.score -= 0.4
	}
	sc.add(c)
}

func knownMaker(v string) bool {
	for _, m := range [...]string{"XTA", "X7L", "X9F", "XW8", "XWE", "XW7", "Z94", "Z8N", "Z8T", "X4X", "XUF", "XTT", "X96", "X89", "XTB", "XTC", "XTH", "XUU", "Y6D", "WBA", "WVW", "WDB", "WDD", "WAU", "WF0", "TMB", "VF1", "VF3", "VF7", "JTM", "JTD", "JN1", "KMH", "KNA", "KNE", "LVV", "SAL", "YV1", "ZFA", "1G1", "JHM", "VSS", "NMT", "MMC", "LB3", "LGX"} {
		if v[:3] == m {
			return true
		}
	}
	return false
}

func validVIN(v string) bool {
	if len(v) != 17 {
		return false
	}
	d, l := 0, 0
	for i := 0; i < 17; i++ {
		switch {
		case asciiDigit(v[i]):
			d++
		case v[i] >= 'A' && v[i] <= 'Z' && v[i] != 'I' && v[i] != 'O' && v[i] != 'Q':
			l++
		default:
			return false
		}
	}
	return d >= 4 && l >= 2
}

func inventVIN(r *rand.Rand) string { return "XTA210992Y0" + inventDigits(r, 6) }
