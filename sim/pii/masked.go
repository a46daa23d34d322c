package pii

import "strings"

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
		sc.maskedEmail(at)
		sc.maskedDate(at)
		sc.maskedName(at)
	}
}

// maskedDocuments are kinds of which a few digits at most may stay open.
var maskedDocuments = []struct {
	kind   Kind
	said   class
	places int
	enough int // so many open digits are too many
}{
	{Passport, ctxPassport, 10, 4}, {SNILS, ctxSNILS, 11, 5}, {INN, ctxINN, 12, 5}, {INN, ctxINN, 10, 5},
	{OMS, ctxOMS, 16, 5}, {BankAccount, ctxAccount, 20, 5}, {DriverLicence, ctxLicence, 10, 4},
}

// wordsBefore joins the classes of the words that stand within 40 characters before.
func (sc *scan) wordsBefore(start int) class {
	var c class
	for k := sc.tokenAt(start) - 1; k >= 0 && start-int(sc.toks[k].end) < 50; k-- {
		if int(sc.toks[k].end) > start {
			continue // the value begins inside a longer number
		}
		if strings.Contains(sc.text[sc.toks[k].end:start], "\n") {
			break
		}
		c |= sc.class(k)
	}
	return c
}

func (sc *scan) maskedDocument(start, end int) bool {
	places, open, series := 0, 0, 0
	for i := start; i < end; i++ {
		switch c := sc.text[i]; {
		case asciiDigit(c):
			if places < 4 {
				series++
			}
			open++
			places++
		case c == '*':
			places++
		}
	}
	if open == 0 {
		return false
	}
	said := sc.wordsBefore(start)
	for _, m := range maskedDocuments {
		if m.kind == Passport && series < 4 && open-series < m.enough {
			continue // neither the series nor most of the number
		}
		if m.places == places && said&m.said != 0 && open >= m.enough {
			sc.add(candidate{start: start, end: end, kind: m.kind, rule: "partial", score: 0.75, note: "открыто цифр: " + itoa(open) + " из " + itoa(places)})
			return true
		}
	}
	return false
}

// maskedEmail: three letters of the name or more are open, «alsu***@mail.ru», «alsu@***».
func (sc *scan) maskedEmail(at int) {
	s := sc.text
	run := at
	for run < len(s) && s[run] == '*' {
		run++
	}
	if run < len(s) && s[run] == '@' {
		start := at
		for start > 0 && localChar(s[start-1]) {
			start--
		}
		end, ok := domainEnd(s, run+1)
		if ok && at-start >= 3 {
			sc.add(candidate{start: start, end: end, kind: Email, rule: "partial", score: 0.75, note: "имя в адресе читается"})
		}
		return
	}
	if at > 3 && s[at-1] == '@' && run < len(s) && s[run] == '.' {
		start := at - 1
		for start > 0 && localChar(s[start-1]) {
			start--
		}
		if at-1-start >= 3 && !serviceMailbox(s[start:at-1]) {
			end := run + 1
			for end < len(s) && asciiLetter(s[end]) {
				end++
			}
			sc.add(candidate{start: start, end: end, kind: Email, rule: "partial", score: 0.75, note: "имя в адресе читается"})
		}
	}
}

// maskedDate: day and month of a birthday are open, «12.03.****».
func (sc *scan) maskedDate(at int) {
	s := sc.text
	if at < 6 || s[at-1] != '.' || s[at-4] != '.' || !asciiDigit(s[at-2]) || !asciiDigit(s[at-3]) || !asciiDigit(s[at-5]) || !asciiDigit(s[at-6]) {
		return
	}
	if sc.wordsBefore(at-6)&ctxBirth == 0 {
		return
	}
	end := at
	for end < len(s) && (s[end] == '*' || asciiDigit(s[end])) {
		end++
	}
	sc.add(candidate{start: at - 6, end: end, kind: BirthDate, rule: "partial", score: 0.75, note: "день и месяц читаются"})
}

// maskedName: one letter of a surname is hidden, «С*фиуллина».
func (sc *scan) maskedName(at int) {
	k := sc.tokenAt(at + 1)
	if k == 0 || k >= len(sc.toks) {
		return
	}
	a, b := sc.toks[k-1], sc.toks[k]
	hidden := int(b.start - a.end)
	if hidden < 1 || int(a.end) != at || hidden > 2 || strings.Trim(sc.text[a.end:b.start], "*") != "" || !a.is(isCyrillic) || !b.is(isCyrillic) ||
		!a.is(startsUpper) || b.is(startsUpper) || int(a.letters)+int(b.letters) < 5 {
		return
	}
	sc.add(candidate{start: int(a.start), end: int(b.end), kind: Name, rule: "partial", score: 0.65, note: "скрыта одна буква"})
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
	if sc.maskedDocument(start, end) {
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
