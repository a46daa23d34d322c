package trace

import (
	"strings"
	"unicode/utf8"
)

// Places: houses, cars, coordinates, addresses of the internet. All of them are found by
// a group of digits.

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

// houseBefore looks up a street whose house came first: «дом 12 по улице Репетиционной»,
// “12 Repetitsionnaya st.”.
func (p *pass) houseBefore(h, skeleton uint64, g *group, start, end int) {
	packed := packDigits(p.text[g.start:g.end])
	key := pairKey(h, packed)
	if skeleton != 0 {
		key = latinPairKey(skeleton, packed)
	}
	x := &p.t.words
	if !x.maybe(key) {
		return
	}
	// Without such words the number belongs to what stands before it.
	linked := false
	for _, t := range lex(p.text, g.end, start) {
		if t.text == "по" || t.text == "на" {
			linked = true
		} else if !streetWords[t.text] {
			return
		}
	}
	_, to := around(p.text, end, end, 0, 20)
	if after := lex(p.text, end, to); skeleton != 0 && len(after) > 0 && streetWords[after[0].text] {
		linked = true
	}
	for e := x.first(key); linked && e >= 0; e = x.entries[e].next {
		if found := &x.entries[e]; found.class == asStreet && found.aux == 0 {
			p.emit(found, g.start, end)
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
