package pii

import "strings"

// maskRune tells what people hide characters with.
func maskChar(c byte) bool { return c == '*' || c == 'x' || c == 'X' || c == '#' }

// recogniseMasked finds values that are hidden, but not enough: six or more digits of ten
// readable, the local part of an address readable.
func recogniseMasked(sc *scan) {
	s := sc.text
	for from := 0; from < len(s); {
		k := strings.IndexByte(s[from:], '*')
		if k < 0 {
			break
		}
		at := from + k
		start, end := maskedRun(s, at)
		from = max(end, at+1)
		sc.judgeMasked(start, end)
	}
}

// maskedRun is the stretch of digits, stars and separators about a star.
func maskedRun(s string, at int) (start, end int) {
	in := func(c byte) bool {
		return asciiDigit(c) || strings.IndexByte("*+()- ", c) >= 0
	}
	start, end = at, at
	for start > 0 && in(s[start-1]) {
		start--
	}
	for end < len(s) && in(s[end]) {
		end++
	}
	for start < end && (s[start] == ' ' || s[start] == '-' || s[start] == ')') {
		start++
	}
	for end > start && (s[end-1] == ' ' || s[end-1] == '-' || s[end-1] == '(') {
		end--
	}
	return start, end
}

func (sc *scan) judgeMasked(start, end int) {
	s := sc.text
	run := s[start:end]
	if end-start < 8 || strings.Contains(run, "  ") {
		return
	}
	if open, ok := cardOpen(run); ok {
		sc.add(candidate{start: start, end: end, kind: Card, rule: "partial", score: 0.7, note: "открыто цифр: " + itoa(open) + " из 16"})
		return
	}
	digits, stars := phonePositions(run)
	if !digits.ok {
		return
	}
	if digits.open >= 6 && stars >= 1 && stars <= 4 {
		sc.add(candidate{start: start, end: end, kind: Phone, rule: "partial", score: 0.7,
			note: "открыто цифр: " + itoa(digits.open) + " из 10"})
	}
}

// cardOpen counts the open digits of a masked card: its first six with its last four name
// the bank and nearly the client.
func cardOpen(run string) (open int, ok bool) {
	places, head := 0, 0
	for i := 0; i < len(run); i++ {
		switch c := run[i]; {
		case asciiDigit(c):
			if places == head {
				head++
			}
			open++
			places++
		case c == '*':
			places++
		case c == '+' || c == '(':
			return 0, false
		}
	}
	return open, places == 16 && head >= 6 && open >= 10 && open < 16
}

// positions counts what is open in a masked phone.
type positions struct {
	ok   bool
	open int
	ten  [10]byte // the open digits, 0 where hidden
}

// phonePositions reads a masked number as ten places; ok where it is one.
func phonePositions(run string) (p positions, stars int) {
	var all []byte
	for i := 0; i < len(run); i++ {
		switch c := run[i]; {
		case asciiDigit(c):
			all = append(all, c)
		case c == '*':
			all = append(all, 0)
			stars++
		}
	}
	if stars == 0 {
		return p, 0
	}
	plus := strings.HasPrefix(run, "+7") || strings.HasPrefix(run, "+*")
	if len(all) > 0 && (all[0] == '7' || all[0] == '8') && (plus || len(all) == 11) || plus {
		all = all[1:]
	}
	if len(all) != 10 || all[0] != 0 && all[0] != '9' && !plus {
		return p, stars
	}
	copy(p.ten[:], all)
	for _, c := range all {
		if c != 0 {
			p.open++
		}
	}
	p.ok = true
	return p, stars
}
