package pii

import "strings"

// number is a run of digit tokens joined by separators, tried as one value.
type number struct {
	i, j   int // tokens
	digits string
	groups []int // how many digits each token has
	start  int   // with a plus or bracket before it
	end    int
	plus   bool
	paren  bool   // the code stands in brackets
	seps   string // the first character of each gap
	tight  bool   // no gaps at all
}

const (
	maxDigits = 20
	maxGroups = 11
)

// numberRules says which kinds a number of so many digits may be.
var numberRules = [maxDigits + 1][]func(*scan, *number, *surroundings){
	6:  {recogniseCityPhone},
	7:  {recogniseCityPhone},
	9:  {recogniseForeignPassport},
	10: {recognisePhoneTen, recognisePassport, recogniseINNTen, recogniseLicence},
	11: {recognisePhoneEleven, recogniseSNILS, recogniseForeignPhone},
	12: {recogniseINNTwelve, recogniseForeignPhone},
	13: {recogniseOGRN, recogniseCard, recogniseForeignPhone},
	14: {recogniseForeignPhone},
	15: {recogniseOGRN, recogniseIMEI, recogniseCard},
	16: {recogniseCard, recogniseOMS},
	17: {recogniseCard},
	18: {recogniseCard},
	19: {recogniseCard, recogniseINNWithKPP},
	20: {recogniseAccount},
}

// recogniseNumbers tries every run of digit groups as every kind that has so many digits.
func recogniseNumbers(sc *scan) {
	var buf [maxDigits]byte
	var groups [maxGroups]int
	var seps [maxGroups]byte
	for i := range sc.toks {
		t := sc.toks[i]
		if !t.is(isDigits) {
			continue
		}
		if i+2 < len(sc.toks) && sc.toks[i+1].is(isCyrillic) && sc.toks[i+2].is(isDigits) && (sc.toks[i+1].letters == 5 || sc.toks[i+1].letters == 6) {
			sc.splitPhone(i + 1)
		}
		if !sc.startsNumber(i) {
			continue
		}
		n := &sc.number
		*n = number{i: i, start: int(t.start)}
		near := &sc.near
		count := 0
		looked := false
		for j := i; j < len(sc.toks) && j-i < maxGroups; j++ {
			if j > i {
				gap := sc.gap(j - 1)
				if !sc.toks[j].is(isDigits) || !isSeparator(gap) {
					break
				}
				seps[j-i-1] = gap[0]
				if strings.Contains(gap, "#") {
					seps[j-i-1] = '#'
				}
			}
			g := int(sc.toks[j].end - sc.toks[j].start)
			if count+g > maxDigits {
				break
			}
			copy(buf[count:], sc.text[sc.toks[j].start:sc.toks[j].end])
			groups[j-i] = g
			count += g
			if numberRules[count] == nil || !sc.endsNumber(j) {
				continue
			}
			n.j, n.end = j, int(sc.toks[j].end)
			if j == i {
				n.digits = sc.text[t.start:t.end]
			} else {
				n.digits = string(buf[:count])
			}
			n.groups = groups[:j-i+1]
			n.seps = string(seps[:j-i])
			n.tight = j == i
			n.start, n.plus, n.paren = sc.opening(i)
			if !looked || n.j > i {
				*near = sc.around(i, j)
				looked = true
			}
			for _, rule := range numberRules[count] {
				rule(sc, n, near)
			}
		}
	}
}

// startsNumber is false inside something longer: 1.2.3, a7, 12:30.
func (sc *scan) startsNumber(i int) bool {
	s, start := sc.text, int(sc.toks[i].start)
	if start == 0 {
		return true
	}
	switch c := s[start-1]; c {
	case ':':
		return start < 2 || !asciiDigit(s[start-2])
	case '.', ',', '-', '/', '_':
		if start < 2 || !asciiDigit(s[start-2]) {
			return c != '-' && c != '_' || start < 2 || !asciiLetter(s[start-2])
		}
		return c == ',' && i > 0 && sc.cell(i)
	default:
		if asciiLetter(c) || c >= 0x80 && i > 0 && sc.toks[i-1].end == sc.toks[i].start {
			// «тел89177654321», «т.8917…»: a Russian word may touch a number
			return sc.class(i-1) != 0 && sc.toks[i-1].is(isCyrillic)
		}
	}
	return true
}

// endsNumber is false when the number goes on: 1.2.3, 12:30, 5a.
func (sc *scan) endsNumber(j int) bool {
	s, end := sc.text, int(sc.toks[j].end)
	if end >= len(s) {
		return true
	}
	c := s[end]
	if asciiLetter(c) || c == '_' {
		return false
	}
	if c >= 0xD0 && c <= 0xD3 { // a Russian letter that touches: «5а»
		return sc.toks[j].letters >= 10 || j > 0 && sc.toks[j].letters == 2
	}
	if end+1 < len(s) && asciiDigit(s[end+1]) {
		switch c {
		case ',':
			return j+1 < len(sc.toks) && sc.cell(j+1)
		case '.', ':', '-', '/':
			return false
		}
	}
	return true
}

// cell tells whether the digits of token i, which a comma joins to other digits, fill a cell
// of a table rather than go on with a fraction: «1988-05-03,79541112233».
func (sc *scan) cell(i int) bool {
	if sc.columnClass(i) != 0 {
		return true
	}
	return sc.toks[i].letters >= 10 && (sc.toks[i-1].letters >= 5 || i > 1 && sc.toks[i-2].is(isDigits) && sc.gap(i-2) == "-")
}

// opening looks for a plus and a bracket before the first digit.
func (sc *scan) opening(i int) (start int, plus, paren bool) {
	start = int(sc.toks[i].start)
	for start > 0 {
		switch sc.text[start-1] {
		case '+':
			return start - 1, true, paren
		case '(':
			if paren {
				return start, plus, paren
			}
			paren = true
			start--
			continue
		case ' ':
			if start > 1 && sc.text[start-2] == '+' {
				return start - 2, true, paren
			}
		}
		break
	}
	return start, plus, paren
}

// isSeparator is true for what people put between the groups of one number.
func isSeparator(gap string) bool {
	if len(gap) == 0 || len(gap) > 4 {
		return false
	}
	for i := 0; i < len(gap); i++ {
		switch gap[i] {
		case ' ', '-', '.', '(', ')', '/', '_', ',', '\t', '~':
		case '#':
			if len(gap) > 3 {
				return false
			}
		default:
			return false
		}
	}
	return gap != ", "
}

func (n *number) candidate(kind Kind, rule string, score float64) candidate {
	return candidate{start: n.start, end: n.end, kind: kind, rule: rule, score: score}
}

// bare candidates begin at the first digit: a plus or bracket belongs to phones only.
func (n *number) bare(sc *scan, kind Kind, rule string, score float64) candidate {
	return candidate{start: int(sc.toks[n.i].start), end: n.end, kind: kind, rule: rule, score: score}
}

// only tells whether every gap begins with one of the characters.
func (n *number) only(chars string) bool {
	for i := 0; i < len(n.seps); i++ {
		found := false
		for k := 0; k < len(chars); k++ {
			found = found || n.seps[i] == chars[k]
		}
		if !found {
			return false
		}
	}
	return true
}

// grouped tells whether the groups have these sizes.
func (n *number) grouped(sizes ...int) bool {
	if len(sizes) != len(n.groups) {
		return false
	}
	for i, s := range sizes {
		if n.groups[i] != s {
			return false
		}
	}
	return true
}

// weighted sums digits times weights; check digits of all Russian documents are made so.
func weighted(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

// luhn tells whether a number passes the check of cards, policies and IMEI.
func luhn(d string) bool { return luhnSum(d, 0)%10 == 0 }

// luhnSum doubles every second digit, the rightmost being at an even place; shift 1 is for
// a body that has no check digit yet.
func luhnSum(d string, shift int) int {
	sum := 0
	for i := 0; i < len(d); i++ {
		v := int(d[len(d)-1-i] - '0')
		if (i+shift)%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum
}

func luhnDigit(body string) string { return string(rune('0' + (10-luhnSum(body, 1)%10)%10)) }

func same(d string) bool {
	for i := 1; i < len(d); i++ {
		if d[i] != d[0] {
			return false
		}
	}
	return true
}
