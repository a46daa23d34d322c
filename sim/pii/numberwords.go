package pii

import "strings"

// recogniseNumberWords reads a phone that is dictated: «восемь девятьсот семнадцать семьсот
// шестьдесят пять сорок три двадцать один».
func recogniseNumberWords(sc *scan) {
	for i := 0; i < len(sc.toks); i++ {
		if !sc.spoken(i) {
			continue
		}
		j, numerals := i, 1
		for j+1 < len(sc.toks) && strings.Trim(sc.gap(j), " ,-.+()\n") == "" && len(sc.gap(j)) <= 3 && (sc.spoken(j+1) || sc.toks[j+1].is(isDigits) && sc.toks[j+1].letters <= 3) {
			j++
			if sc.spoken(j) {
				numerals++
			}
		}
		from := i
		if i > 0 && sc.toks[i-1].is(isDigits) && sc.gap(i-1) == " " && sc.toks[i-1].letters <= 3 {
			from = i - 1
		}
		if numerals >= 3 {
			d := sc.spokenDigits(from, j)
			if from > 0 && sc.gap(from-1) == " " && d != "" && d[0] == '7' && fold(sc.str(from-1)) == "плюс" {
				from--
			}
			if len(d) == 11 && (d[0] == '8' || d[0] == '7') && subscriber(d[1:]) || len(d) == 10 && d[0] == '9' {
				sc.add(candidate{start: int(sc.toks[from].start), end: int(sc.toks[j].end), kind: Phone, rule: "words", score: 0.85})
			}
		}
		i = j
	}
}

func (sc *scan) spoken(i int) bool { return sc.class(i)&isNumeral != 0 }

// spokenDigits writes number words as digits: hundreds, tens and units join while each is
// smaller than the one before.
func (sc *scan) spokenDigits(i, j int) string {
	var b strings.Builder
	pending, unit := -1, 0 // the group being said and the size of what may still join it
	flush := func() {
		if pending >= 0 {
			b.WriteString(itoa(pending))
		}
		pending, unit = -1, 0
	}
	for k := i; k <= j; k++ {
		if sc.toks[k].is(isDigits) {
			flush()
			b.WriteString(sc.str(k))
			continue
		}
		v := sc.lex.words[sc.toks[k].node].value
		size := 1
		switch {
		case v == numeralZero:
			v, size = 0, 0
		case v >= 100:
			size = 100
		case v >= 20:
			size = 10
		case v >= 10:
			size = 2 // 10–19 close a group like units do
		}
		if v == 1 && fold(sc.str(k)) == "раз" && pending >= 0 {
			return ""
		}
		joins := pending >= 0 && size > 0 && (unit == 100 && size < 100 || unit == 10 && size == 1)
		if joins {
			pending += v
		} else {
			flush()
			pending = v
		}
		unit = size
		if size < 10 {
			flush()
		}
	}
	flush()
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
