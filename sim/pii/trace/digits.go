package trace

import (
	"strings"
	"unicode/utf8"
)

// digits takes in a group of digits and looks up every number that may end with it.
func (p *pass) digits(start, end int, packed uint64) {
	text, n := p.text, end-start
	if p.count > 0 && start-p.last(0).end > widestGap {
		p.count, p.nAll, p.nCalm = 0, 0, 0
	}
	clock := p.isClock(start, end)
	if clock {
		p.dropDate(start)
	}
	p.groups[p.count%keptGroups] = group{start, end, clock}
	p.count++
	if n >= 16 {
		p.all, p.nAll = packed, n
	} else {
		p.all, p.nAll = p.all<<(4*n)|packed, p.nAll+n
	}
	if !clock {
		if n >= 16 {
			p.calm, p.nCalm = packed, n
		} else {
			p.calm, p.nCalm = p.calm<<(4*n)|packed, p.nCalm+n
		}
	}
	x := &p.t.index
	for _, length := range p.t.lengths {
		mask := uint64(1)<<(4*length) - 1
		if p.nAll >= length {
			if key := packedKey(p.all&mask, length); x.maybe(key) {
				p.numbered(key, false)
			}
		}
		if p.nCalm >= length && p.calm != p.all && !clock {
			if key := packedKey(p.calm&mask, length); x.maybe(key) {
				p.numbered(key, true)
			}
		}
	}
	if key := groupKey(packed, n); x.maybe(key) {
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			if found := &x.entries[e]; found.class == asSequence {
				if from, to, ok := p.t.sequences[found.aux].matches(text, start); ok {
					p.emit(found, from, to)
				}
			}
		}
	}
	if p.nWords > 0 {
		if w := &p.words[(p.nWords-1)%keptWords]; start-w.end <= 24 && start >= w.end {
			if key := afterWordKey(w.hash, packed); p.t.words.maybe(key) {
				p.afterWord(key, start)
			}
		}
	}
	p.codes(start, end, packed)
	p.dates(start, end, packed)
	if p.t.codes && start >= p.coded && (start > 0 && sortOf[text[start-1]] != sortOther || end < len(text) && sortOf[text[end]] != sortOther) {
		p.codeAround(start, end)
	}
	if n <= 4 {
		p.street(start, end, packed)
	}
	switch {
	case n == 3:
		p.plate(start, end, packed)
	case n >= 4 && start > 1 && text[start-1] == '.' && p.count > 1:
		p.coordinate(start, end, packed)
	}
	if n <= 3 && p.count >= 4 {
		p.address(end)
	}
	// «9ОО»: a letter that stands for a digit follows at once.
	if end < len(text) && start >= p.looked {
		if r, size := utf8.DecodeRuneInString(text[end:]); size > 0 && standsForDigit(r) != 0 {
			p.lookalikes(start)
		}
	}
}

// afterWord confirms sequences which are known by a word and the number after it.
func (p *pass) afterWord(key uint64, start int) {
	x := &p.t.words
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		if found := &x.entries[e]; found.class == asSequence {
			if from, to, ok := p.t.sequences[found.aux].matches(p.text, start); ok {
				p.emit(found, from, to)
			}
		}
	}
}

// last gives the k-th group from the end.
func (p *pass) last(k int) *group { return &p.groups[(p.count-1-k)%keptGroups] }

// machineMade passes over what machines write in every line and nobody's number is part
// of: identifiers and moments. It returns their end; the date of a moment is looked up.
func (p *pass) machineMade(start, end int) int {
	text := p.text
	if !p.t.identifiers && end < len(text) && (letterOf[text[end]] != 0 || text[end] == '-' && end-start == 8) {
		if to := identifier(text, start); to > 0 {
			return to
		}
	}
	const shape = "dddd-dd-ddTdd:dd:dd"
	if end-start != 4 || len(text) < start+len(shape) || text[end] != '-' {
		return 0
	}
	for k := range len(shape) {
		switch c := text[start+k]; {
		case shape[k] == 'd' && c-'0' > 9, shape[k] != 'd' && c != shape[k] && (shape[k] != 'T' || c != ' '):
			return 0
		}
	}
	to := start + len("dddd-dd-dd")
	number := func(from, to int) int { return p.value(&group{start: start + from, end: start + to}) }
	if key := dateKey(number(0, 4), number(5, 7), number(8, 10)); p.t.index.maybe(key) {
		x := &p.t.index
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			if x.entries[e].class == asDate {
				p.emit(&x.entries[e], start, to)
			}
		}
	}
	for to = start + len(shape); to < len(text) && (text[to]-'0' <= 9 || text[to] == '.' && to+1 < len(text) && text[to+1]-'0' <= 9); to++ {
	}
	return to
}

// identifier gives the end of a long hexadecimal identifier or a UUID that begins at
// start, 0 if there is none. Digits alone are no identifier.
func identifier(text string, start int) int {
	if start > 0 && isAlnum(text[start-1]) {
		return 0
	}
	end, letters := start, 0
	for end < len(text) && isHex(text[end]) {
		if text[end] > '9' {
			letters++
		}
		end++
	}
	switch {
	case end < len(text) && isAlnum(text[end]):
		return 0
	case end-start >= 16 && letters >= 2:
		return end
	case end-start != 8 || len(text) < start+36:
		return 0
	}
	for k := 8; k < 36; k++ {
		if dash := k == 8 || k == 13 || k == 18 || k == 23; dash != (text[start+k] == '-') || !dash && !isHex(text[start+k]) {
			return 0
		}
	}
	if start+36 < len(text) && isHex(text[start+36]) {
		return 0
	}
	return start + 36
}

// isClock tells a part of a time of day.
func (p *pass) isClock(start, end int) bool {
	text := p.text
	if end-start <= 2 {
		if start > 0 && end < len(text) && text[start-1] == '[' && text[end] == ']' {
			return true // no time, but no part of a number either: «phone[1]=954»
		}
		if start > 1 && text[start-1] == ':' && text[start-2]-'0' <= 9 {
			return true
		}
		if end+1 < len(text) && text[end] == ':' && text[end+1]-'0' <= 9 {
			return true
		}
	}
	if p.count > 0 && start > 0 && (text[start-1] == '.' || text[start-1] == ',') {
		last := p.last(0)
		return last.clock && last.end == start-1 && (end-start)%3 == 0
	}
	return false
}

// dropDate takes the date before a time of day out of the calm digits.
func (p *pass) dropDate(start int) {
	if p.count < 3 {
		return
	}
	a, b, c := p.last(2), p.last(1), p.last(0)
	if c.clock || a.clock || start-c.end > 2 || b.start-a.end != 1 || c.start-b.end != 1 {
		return
	}
	if n := a.end - a.start + b.end - b.start + c.end - c.start; n == 8 && b.end-b.start == 2 {
		a.clock, b.clock, c.clock = true, true, true
		p.calm >>= 32
		p.nCalm -= 8
	}
}

// numbered confirms numbers by all their digits and by what stands around them.
func (p *pass) numbered(key uint64, calm bool) {
	x := &p.t.index
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		found := &x.entries[e]
		if found.class != asNumber && found.class != asReversed {
			continue
		}
		if start, ok := p.confirm(&p.t.numbers[found.aux], calm); ok {
			p.emit(found, start, p.last(0).end)
		}
	}
}

// confirm compares a number with the digits that end here, from the last to the first. Its
// first digit must begin a group, but for a country code and zeros in front.
func (p *pass) confirm(n *number, calm bool) (start int, ok bool) {
	text := p.text
	left := len(n.digits)
	multi, first := 0, 0 // how many groups, where the first of them begins
	var inner string     // what stands between the groups of the number
	lonely := false      // a single digit stands far from all others
	apart := true        // the group after the one at hand has nothing of the number near it
	next := 0            // the length of the group after the one at hand
	longest := 0
	k := 0
	for ; left > 0; k++ {
		if k >= p.count || k >= keptGroups {
			return 0, false
		}
		g := p.last(k)
		if calm && g.clock {
			continue
		}
		size := min(left, g.end-g.start)
		if multi++; multi > 1 {
			inner = text[g.end:first]
			if len(inner) > 4 && measured(inner) {
				return 0, false
			}
			wide := len(inner) > 3
			lonely = lonely || next == 1 && wide && apart
			apart = wide
		}
		next, longest = size, max(longest, size)
		if text[g.end-size:g.end] != n.digits[left-size:left] {
			return 0, false
		}
		left -= size
		first = g.end - size
		if left == 0 && first > g.start {
			if !allowedPrefix(text[g.start:first], n.phone) {
				return 0, false
			}
			first = g.start
		}
	}
	if (lonely || next == 1 && apart && multi > 1) && longest > 1 {
		return 0, false // `"id":"7258077","n":3` is no number of eight digits
	}
	if n.words && !p.announced(first, p.last(0).end) {
		return 0, false
	}
	if p.inIdentifier(first, p.last(0).end) {
		return 0, false
	}
	return p.alone(n, first, k, multi, inner)
}

// measured tells that numbers are amounts of something: «972 руб., 318 шт.».
func measured(gap string) bool {
	for _, t := range lex(gap, 0, len(gap)) {
		if units[t.text] {
			return true
		}
	}
	return strings.Contains(gap, "₽")
}

var units = wordSet("р руб рублей рубля рубль коп шт штук штуки г гр кг мг мл л м км см мин минут минуты ч час часа часов сек дней дня день раз раза процент процентов")

func allowedPrefix(prefix string, phone bool) bool {
	trimmed := strings.TrimLeft(prefix, "0")
	if trimmed == "" {
		return true
	}
	if !phone {
		return false
	}
	switch trimmed {
	case "7", "8", "87", "107", "8107":
		return true
	}
	return false
}

// alone tells that the find is not a piece of a longer number. k is the index, from the
// end, of the first group before it.
func (p *pass) alone(n *number, first, k, multi int, inner string) (int, bool) {
	text, end := p.text, p.last(0).end
	tight := ""
	if k < p.count && k < keptGroups {
		prev := p.last(k)
		if prev.end <= first {
			gap := text[prev.end:first]
			code := text[prev.start:prev.end]
			switch {
			case n.phone && len(gap) <= 3 && (code == "7" || code == "8" || code == "007"):
				return prev.start - plusBefore(text, prev.start), true
			case n.phone && strings.TrimSpace(gap) == "" && len(gap) <= 1 && plusBefore(text, prev.start) > 0:
				return 0, false // another country
			}
			tight = gap
		}
	}
	if multi > 1 && len(inner) == 1 && inner != " " {
		// «12-954-000-00-01-77»: the same sign goes on joining.
		if tight == inner || end+1 < len(text) && text[end:end+1] == inner && text[end+1]-'0' <= 9 {
			return 0, false
		}
	}
	if multi == 1 && (tight == "." || tight == ",") && len(n.digits) >= 6 {
		return 0, false // a fraction
	}
	return first - plusBefore(text, first), true
}

func plusBefore(text string, at int) int {
	if at > 0 && text[at-1] == '+' {
		return 1
	}
	return 0
}

// inIdentifier tells digits inside a long hexadecimal identifier.
func (p *pass) inIdentifier(start, end int) bool {
	from, to := start, end
	for from > 0 && start-from < 40 && isHex(p.text[from-1]) {
		from--
	}
	for to < len(p.text) && to-end < 40 && isHex(p.text[to]) {
		to++
	}
	if to-from < 16 || to-from == end-start {
		return false
	}
	letters := 0
	for _, c := range []byte(p.text[from:to]) {
		if c > '9' {
			letters++
		}
	}
	return letters >= 2
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// announced tells that a word nearby says what a short number is.
func (p *pass) announced(start, end int) bool {
	if end-start == len(p.text) {
		return true
	}
	from, to := around(p.text, start, end, 40, 24)
	for _, t := range lex(p.text, from, to) {
		if codeWords[t.text] {
			return true
		}
	}
	return false
}

var codeWords = wordSet(`код кода коду кодом коды пароль пароля паролем пин pin cvc cvv cvv2 cvc2 смс sms otp code password подтверждения подтверждение
	карта карты карту card раскод одноразовый secret token csc cid`)
