package trace

import "strconv"

// Lists of bytes: a dump in hexadecimal («2b 37 39»), codes in decimal («43, 55, 57»), bits.

// codes notices a list by its numbers and reads it once.
func (p *pass) codes(start, end int, packed uint64) {
	n := end - start
	if n == 1 || n > 8 || n > 3 && n < 8 || start < p.listed || p.count < 4 {
		return
	}
	switch {
	case n == 8:
		// Eight digits of ones and zeros, twice.
		if packed&^0x11111111 == 0 && p.last(1).end-p.last(1).start == 8 && start-p.last(1).end <= 2 {
			p.byteList(start, 2)
		}
	case n == 3:
		if packed == 0x208 || packed == 0x209 {
			p.byteList(start, 10)
		}
	default:
		// A date with its time has five such numbers, so these count only if there are six.
		enough := 4
		for k := 0; k < enough; k++ {
			if k >= p.count {
				return
			}
			g := p.last(k)
			if g.end-g.start != 2 || k > 0 && p.last(k-1).start-g.end > 5 {
				return
			}
			if g.clock {
				enough = 6
			}
		}
		p.byteList(start, 16)
		p.listed = 0
		p.byteList(start, 10)
	}
}

// shortestList is how many bytes make a list.
const shortestList = 5

// byteList reads the numbers around i as bytes.
func (p *pass) byteList(i, base int) {
	if i < p.listed {
		return
	}
	text := p.text
	inside := func(c byte) bool {
		return c >= '0' && c <= '9' || base == 16 && (isHex(c) || c == 'x' || c == 'X') || c == ' ' || c == ':' || c == ',' || c == '-' || c == '\\'
	}
	from, to := i, i
	for from > 0 && i-from < 64 && inside(text[from-1]) {
		from--
	}
	for to < len(text) && inside(text[to]) {
		to++
	}
	p.listed = to
	var d decoded
	for k := from; k < to; {
		if !isHex(text[k]) {
			k++
			continue
		}
		start := k
		if base == 16 && k+1 < to && text[k] == '0' && text[k+1]|0x20 == 'x' {
			start += 2
		}
		stop := start
		for stop < to && isHex(text[stop]) {
			stop++
		}
		v, err := strconv.ParseUint(text[start:stop], base, 8)
		if width := stop - start; err != nil || base == 16 && width != 2 || base == 2 && width != 8 {
			d.put(' ', k)
		} else {
			d.put(byte(v), k)
		}
		k = max(stop, k+1)
	}
	if len(d.text) >= shortestList {
		p.open("байты", &d, to)
	}
}
