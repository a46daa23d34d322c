package pii

import "strings"

// digitTwins are letters that people put for digits, by mistake or to slip through.
var digitTwins = map[string]byte{
	"О": '0', "о": '0', "O": '0', "o": '0', "З": '3', "з": '3', "l": '1', "I": '1', "І": '1', "i": '1', "і": '1',
	"Б": '6', "б": '6', "В": '8', "B": '8',
}

// letterTwins are Latin letters that look like Russian ones.
var letterTwins = map[string]string{
	"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "y": "у", "x": "х", "k": "к", "m": "м", "t": "т", "i": "і", "b": "ь", "n": "п", "u": "и",
	"A": "А", "B": "В", "E": "Е", "K": "К", "M": "М", "H": "Н", "O": "О", "P": "Р", "C": "С", "T": "Т", "X": "Х", "Y": "У",
}

// recogniseLookAlikes reads numbers in which letters stand for digits, «8 9l7 765 4З 21»,
// and names in which Latin letters stand for Russian ones.
func recogniseLookAlikes(sc *scan) {
	digitsFor := func(i int) bool { return sc.twins(i) && sc.besideDigits(i) }
	lettersFor := func(i int) bool { return sc.toks[i].is(isCyrillic) && sc.toks[i].is(isLatin) }
	numbers, names := false, false
	for i := range sc.toks {
		numbers = numbers || digitsFor(i)
		names = names || lettersFor(i)
	}
	if numbers {
		sc.again(digitsFor, func(letter string) string { return string(rune(digitTwins[letter])) }, recogniseNumbers)
	}
	if names {
		sc.again(lettersFor, func(letter string) string {
			if t, ok := letterTwins[letter]; ok {
				return t
			}
			return letter
		}, recogniseNames)
	}
}

// again runs a recogniser over a copy of the text in which look-alikes of the chosen words
// are replaced, and keeps what it finds there through them.
func (sc *scan) again(chosen func(int) bool, twin func(string) string, recognise func(*scan)) {
	text := make([]byte, 0, len(sc.text)+16)
	from := make([]int, 0, len(sc.text)+16) // where each byte of the copy came from
	changed := make([]bool, 0, len(sc.text)+16)
	put := func(s string, pos int, c bool) {
		for k := 0; k < len(s); k++ {
			text, from, changed = append(text, s[k]), append(from, pos), append(changed, c)
		}
	}
	at := 0
	plain := func(until int) {
		for ; at < until; at++ {
			put(sc.text[at:at+1], at, false)
		}
	}
	for i := range sc.toks {
		t := sc.toks[i]
		plain(int(t.start))
		if !chosen(i) {
			continue
		}
		for p, r := range sc.text[t.start:t.end] {
			letter := string(r)
			put(twin(letter), int(t.start)+p, twin(letter) != letter)
		}
		at = int(t.end)
	}
	plain(len(sc.text))
	from = append(from, len(sc.text))

	inner := scans.Get().(*scan)
	defer inner.free()
	inner.begin(sc.d, string(text))
	inner.tokenise()
	recognise(inner)
	for _, c := range inner.found {
		replaced := 0
		for k := c.start; k < c.end; k++ {
			if changed[k] {
				replaced++
			}
		}
		switch c.kind {
		case Name:
		case Phone, Card, SNILS, Passport:
			if replaced*2 > len(digits(inner.text[c.start:c.end])) {
				continue
			}
		default:
			continue
		}
		if replaced == 0 {
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
