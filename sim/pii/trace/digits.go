package trace

import (
	"strings"
	"unicode/utf8"
)

// digits takes in a group of digits and looks up every number that may end with it.
func (p *pass) digits(start, end int, packed uint64) {
	text, n := p.text, end-start
	if p.count > 0 && start-p.last(0).end > widestGap {
		p.count, p.nAll, p.calm8 = 0, 0, 0
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
			p.calm, p.calm8 = packed, n
		} else {
			p.calm, p.calm8 = p.calm<<(4*n)|packed, p.calm8+n
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
		if p.calm8 >= length && p.calm != p.all && !clock {
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

// isClock tells a part of a time of day.
func (p *pass) isClock(start, end int) bool {
	text := p.text
	if end-start <= 2 {
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
		p.calm8 -= 8
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
	multi, first := 0, 0
	var inner string // what stands between the groups of the number
	lonely := false  // a single digit stands far from the rest
	next := 0        // the length of the group after the one at hand
	k := 0
	for ; left > 0; k++ {
		if k >= p.count || k >= keptGroups {
			return 0, false
		}
		g := p.last(k)
		if calm && g.clock {
			continue
		}
		if first > 0 {
			inner = text[g.end:first]
		}
		multi++
		size := min(left, g.end-g.start)
		if first > 0 && len(inner) > 3 && (size == 1 || next == 1) {
			lonely = true
		}
		next = size
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
	if lonely && multi*2 < len(n.digits) {
		return 0, false // `"id":"7258077","n":3` is no number of eight digits
	}
	if n.words && !p.announced(first, p.last(0).end) {
		return 0, false
	}
	if p.inIdentifier(first, p.last(0).end) {
		return 0, false
	}
	return p.alone(n, first, k, multi, inner, calm)
}

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
func (p *pass) alone(n *number, first, k, multi int, inner string, calm bool) (int, bool) {
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

// dates looks up the dates which end with this group.
func (p *pass) dates(start, end int, packed uint64) {
	n := end - start
	x := &p.t.index
	wide := false // words stand between the numbers
	ask := func(y, m, d, from int) {
		if m < 1 || m > 12 || d < 1 || d > 31 {
			return
		}
		key := dateKey(y, m, d)
		if !x.maybe(key) || wide && !dateWordsOnly(p.text[from:end]) {
			return
		}
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			if x.entries[e].class == asDate {
				p.emit(&x.entries[e], from, end)
			}
		}
	}
	if n == 8 {
		v := decimal(packed)
		ask(v/10000, v/100%100, v%100, start)
		ask(v%10000, v/10000%100, v/1000000, start)
		return
	}
	if n > 4 || n == 3 || p.count < 3 {
		return
	}
	a, b := p.last(2), p.last(1)
	if start-b.end > 16 || b.start-a.end > 16 || b.end-b.start > 2 {
		return
	}
	wide = start-b.end > 3 || b.start-a.end > 3
	if !wide && (p.text[b.end] == ':' || p.text[a.end] == ':') {
		return // hours and minutes
	}
	if !wide && p.count > 3 && a.start-p.last(3).end <= 1 && p.text[a.start-1] != ' ' && p.text[a.start-1] != 'T' {
		return // a longer chain of numbers: a version, an address
	}
	one, two, three := p.value(a), p.value(b), decimal(packed)
	switch na := a.end - a.start; {
	case n == 4 && na <= 2:
		ask(three, two, one, a.start)
		if two > 12 {
			ask(three, one, two, a.start)
		}
	case n <= 2 && na == 4:
		ask(one, two, three, a.start)
	case n == 2 && na <= 2 && start-b.end == 1 && b.start-a.end == 1 && p.text[b.end] == p.text[a.end] && strings.IndexByte("./-", p.text[b.end]) >= 0:
		ask(1900+three, two, one, a.start)
		ask(2000+three, two, one, a.start)
	}
}

// dateWordsOnly tells that only names of fields stand between the numbers of a date.
func dateWordsOnly(s string) bool {
	for _, t := range lex(s, 0, len(s)) {
		if !t.digits && !dateWords[t.text] {
			return false
		}
	}
	return true
}

var dateWords = wordSet("day month year d m y dd mm yyyy birth bday день число месяц месяца год года го г числа дня")

func (p *pass) value(g *group) int {
	v := 0
	for _, c := range []byte(p.text[g.start:g.end]) {
		v = v*10 + int(c-'0')
	}
	return v
}

func decimal(packed uint64) int {
	v := 0
	for shift := 60; shift >= 0; shift -= 4 {
		v = v*10 + int(packed>>shift&15)
	}
	return v
}

// month reads a date whose month is a word: «12 марта 1989», «March 12, 1989».
func (p *pass) month(start, end, month int) {
	from, to := around(p.text, start, end, 24, 24)
	tokens := lex(p.text, from, to)
	for k, t := range tokens {
		if t.start != start {
			continue
		}
		num := func(j int) (value, digits int) {
			if j < 0 || j >= len(tokens) || !tokens[j].digits || len(tokens[j].text) > 4 {
				return 0, 0
			}
			return decimal(packDigits(tokens[j].text)), len(tokens[j].text)
		}
		report := func(y, d, a, b int) {
			x := &p.t.index
			for e := x.first(dateKey(y, month, d)); e >= 0; e = x.entries[e].next {
				if x.entries[e].class == asDate {
					p.emit(&x.entries[e], tokens[a].start, tokens[b].end)
				}
			}
		}
		before, nb := num(k - 1)
		if nb == 0 {
			before, nb = dayInWords(tokens, k-1)
		}
		after, na := num(k + 1)
		skip := 0
		if na == 0 && k+1 < len(tokens) && ordinalEnds[tokens[k+1].text] {
			skip = 1
		}
		if nb == 0 && k >= 2 && ordinalEnds[tokens[k-1].text] {
			before, nb = num(k - 2)
		}
		if nb > 0 && nb <= 2 && na == 4 {
			report(after, before, max(0, k-1), k+1)
		}
		if nb > 0 && nb <= 2 && na == 2 && after > 12 && tokens[k+1].start-t.end == 1 {
			report(1900+after, before, max(0, k-1), k+1)
			report(2000+after, before, max(0, k-1), k+1)
		}
		if nb > 0 && nb <= 2 && na == 0 {
			for _, j := range []int{k - 2, k - 3} {
				if y, ny := num(j); ny == 4 {
					report(y, before, j, k)
				}
			}
			if y, ny := num(k + 2); skip == 1 && ny == 4 {
				report(y, before, k-1, k+2)
			}
		}
		if nb == 4 && na > 0 && na <= 2 {
			report(before, after, k-1, k+1)
		}
		if na > 0 && na <= 2 {
			next := k + 2
			if next < len(tokens) && ordinalEnds[tokens[next].text] {
				next++
			}
			if y, ny := num(next + skip); ny == 4 {
				report(y, after, k, next)
			}
		}
	}
}

// dayInWords reads «двенадцатое», «двадцать пятого» before a month.
func dayInWords(tokens []token, k int) (day, digits int) {
	if k < 0 || tokens[k].digits {
		return 0, 0
	}
	day, ok := numeralWords[tokens[k].text]
	if !ok || day > 30 || day == 0 {
		return 0, 0
	}
	if k > 0 && day < 10 {
		if tens := numeralWords[tokens[k-1].text]; tens == 20 || tens == 30 {
			day += tens
		}
	}
	return day, 2
}

var ordinalEnds = wordSet("го е ое ого ное ст st nd rd th of год года г ел")

// street looks up a house number together with the words before it.
func (p *pass) street(start, end int, packed uint64) {
	x := &p.t.words
	for k := 1; k <= 3 && k <= p.nWords; k++ {
		w := &p.words[(p.nWords-k)%keptWords]
		if start-w.end > 32 || w.end > start {
			return
		}
		key := pairKey(w.hash, packed)
		if w.skeleton != 0 {
			key = latinPairKey(w.skeleton, packed)
		}
		if !x.maybe(key) {
			continue
		}
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			found := &x.entries[e]
			if found.class != asStreet {
				continue
			}
			if suffix := p.suffix(end); suffix != found.aux {
				continue
			}
			p.emit(found, w.start, end)
		}
	}
}

// suffix is the letter of a house number: 12а.
func (p *pass) suffix(end int) int32 {
	if end >= len(p.text) {
		return 0
	}
	code, size := foldOf(p.text, end)
	if code == 0 {
		return 0
	}
	if next := end + size; next < len(p.text) {
		if c, _ := foldOf(p.text, next); c != 0 {
			return 0 // a word, not a letter
		}
	}
	return int32(code)
}

// plate reads the letters around three digits.
func (p *pass) plate(start, end int, packed uint64) {
	letter := func(i int) (byte, int) {
		code, size := foldOf(p.text, i)
		r := rune(code)
		if l, ok := toLatinTwin[r]; ok {
			r = l
		}
		if r < utf8.RuneSelf && strings.IndexByte("abekmhopctyx", byte(r)) >= 0 && r != 0 {
			return byte(r), size
		}
		return 0, 0
	}
	at := startOfRune(p.text, start-1)
	if at >= 0 && at < start && (p.text[at] == ' ' || p.text[at] == '-') {
		at = startOfRune(p.text, at-1)
	}
	if at < 0 || start == 0 {
		return
	}
	first, _ := letter(at)
	if first == 0 {
		return
	}
	i := end
	if i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '-') {
		i++
	}
	var rest [2]byte
	for k := range rest {
		if i >= len(p.text) {
			return
		}
		c, size := letter(i)
		if c == 0 {
			return
		}
		rest[k] = c
		i += size
		if k == 0 && i < len(p.text) && p.text[i] == ' ' {
			i++
		}
	}
	key := plateKey(string([]byte{first, rest[0], rest[1]}), uint64(decimal(packed)))
	x := &p.t.index
	if !x.maybe(key) {
		return
	}
	stop, region := i, 0
	for j := i; j < len(p.text) && j < i+5; j++ {
		if c := p.text[j]; c >= '0' && c <= '9' {
			region, stop = region*10+int(c-'0'), j+1
		} else if c != ' ' && c != '-' || region > 0 {
			break
		}
	}
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		if found := &x.entries[e]; found.class == asPlate && (region == 0 || found.aux == 0 || int(found.aux) == region) {
			p.emit(found, at, stop)
		}
	}
}

// coordinate reads a latitude or longitude; the other one must be near.
func (p *pass) coordinate(start, end int, packed uint64) {
	whole := p.last(1)
	if whole.end != start-1 || whole.end-whole.start > 3 {
		return
	}
	key := geoKey(uint64(p.value(whole)), uint64(decimal(packed>>(4*(end-start-4)))))
	x := &p.t.index
	if end-start > 16 || !x.maybe(key) {
		return
	}
	from, to := around(p.text, whole.start, end, 100, 100)
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		if found := &x.entries[e]; found.class == asGeo && strings.Contains(p.text[from:to], p.t.sequences[found.aux].value) {
			p.emit(found, whole.start, end)
		}
	}
}

// address reads four groups as an address of the internet.
func (p *pass) address(end int) {
	packed := uint32(0)
	for k := 3; k >= 0; k-- {
		g := p.last(k)
		v := 256
		if g.end-g.start <= 3 {
			v = p.value(g)
		}
		if v > 255 {
			return
		}
		packed = packed<<8 | uint32(v)
		if k < 3 {
			if prev := p.last(k + 1); g.start-prev.end != 1 || strings.IndexByte(".-_", p.text[prev.end]) < 0 {
				return
			}
		}
	}
	key := ipKey(packed)
	if x := &p.t.index; x.maybe(key) {
		start := p.last(3).start
		if p.count > 4 && p.text[start-1] == '.' || start > 0 && (p.text[start-1] == 'v' || p.text[start-1] == 'V') || end+1 < len(p.text) && p.text[end] == '.' && p.text[end+1]-'0' <= 9 {
			return
		}
		for e := x.first(key); e >= 0; e = x.entries[e].next {
			if x.entries[e].class == asIP {
				p.emit(&x.entries[e], start, end)
			}
		}
	}
}
