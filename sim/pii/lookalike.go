package pii

import "strings"

// digitTwins are letters that people put for digits, by mistake or to slip through.
var digitTwins = map[string]byte{
	"О": '0', "о": '0', "O": '0', "o": '0', "З": '3', "з": '3', "l": '1', "I": '1', "І": '1', "i": '1', "і": '1',
	"Б": '6', "б": '6', "В": '8', "B": '8',
}

// recogniseLookAlikes reads numbers in which letters stand for digits: «8 9l7 765 4З 21».
func recogniseLookAlikes(sc *scan) {
	suspect := false
	for i := 0; i < len(sc.toks) && !suspect; i++ {
		suspect = sc.twins(i) && sc.besideDigits(i)
	}
	if !suspect {
		return
	}
	// the same text with digits for letters; as a letter may take two bytes, a position
	// is kept for each
	text := make([]byte, 0, len(sc.text))
	from := make([]int, 0, len(sc.text)+1)
	changed := make([]bool, 0, len(sc.text))
	at := 0
	put := func(b byte, pos int, c bool) {
		text, from, changed = append(text, b), append(from, pos), append(changed, c)
	}
	for i := range sc.toks {
		t := sc.toks[i]
		for ; at < int(t.start); at++ {
			put(sc.text[at], at, false)
		}
		if sc.twins(i) && sc.besideDigits(i) {
			for p, r := range sc.text[t.start:t.end] {
				put(digitTwins[string(r)], int(t.start)+p, true)
			}
		} else {
			for ; at < int(t.end); at++ {
				put(sc.text[at], at, false)
			}
		}
		at = int(t.end)
	}
	for ; at < len(sc.text); at++ {
		put(sc.text[at], at, false)
	}
	from = append(from, len(sc.text))

	inner := scans.Get().(*scan)
	defer inner.free()
	inner.begin(sc.d, string(text))
	inner.tokenise()
	recogniseNumbers(inner)
	for _, c := range inner.found {
		replaced := 0
		for k := c.start; k < c.end; k++ {
			if changed[k] {
				replaced++
			}
		}
		if replaced == 0 || replaced*2 > len(digits(inner.text[c.start:c.end])) || c.kind != Phone && c.kind != Card && c.kind != SNILS && c.kind != Passport {
			continue
		}
		c.start, c.end = from[c.start], from[c.end]
		c.rule = "lookalike"
		c.score -= 0.05
		sc.add(c)
	}
}

// twins tells whether a word is made of look-alikes only.
func (sc *scan) twins(i int) bool {
	t := sc.toks[i]
	if t.is(isDigits) || t.letters > 4 {
		return false
	}
	for _, r := range sc.str(i) {
		if !strings.ContainsRune("ОоOoЗзlIІiіБбВB", r) {
			return false
		}
	}
	return true
}

// besideDigits tells whether a look-alike touches digits, or stands for a group of them.
func (sc *scan) besideDigits(i int) bool {
	near := func(k int, gap string) bool {
		return k >= 0 && k < len(sc.toks) && sc.toks[k].is(isDigits) && (gap == "" || gap == "-")
	}
	left, right := i > 0 && near(i-1, sc.gap(i-1)), i+1 < len(sc.toks) && near(i+1, sc.gap(i))
	if left || right {
		return true
	}
	// «8 9О5 ...» is covered; «… 43 Ol» is two letters between blanks after digits
	t := sc.toks[i]
	return t.letters >= 2 && i > 0 && sc.toks[i-1].is(isDigits) && sc.gap(i-1) == " " && (t.is(isLatin) || t.is(startsUpper))
}
