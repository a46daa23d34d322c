package trace

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Blobs are runs of letters and digits that stand for other bytes: base64, base32, hex.
// Most runs are words, paths and numbers; so a run is decoded only if its beginning looks
// like text afterwards.

var base64Value = func() (table [256]uint8) {
	for i := range table {
		table[i] = 255
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = uint8(i)
	}
	table['-'], table['_'] = 62, 63
	return table
}()

// run looks at text[from:to], all of characters of base64.
func (p *pass) run(from, to int) {
	n := to - from
	if n < shortestRun {
		return
	}
	text := p.text
	if text[from] == '0' && text[from+1]|0x20 == 'x' {
		p.hexRun(from+2, to)
		return
	}
	upper, small, digit, hexes, joints := 0, 0, 0, 0, 0
	for _, c := range []byte(text[from:min(to, from+48)]) {
		switch {
		case c >= '0' && c <= '9':
			digit++
			hexes++
		case c >= 'a' && c <= 'z':
			small++
			if c <= 'f' {
				hexes++
			}
		case c >= 'A' && c <= 'Z':
			upper++
			if c <= 'F' {
				hexes++
			}
		default:
			joints++
		}
	}
	looked := min(n, 48)
	if hexes == looked {
		if digit < looked || n >= 16 {
			p.hexRun(from, to)
		}
		if small > 0 && upper == 0 || digit == looked {
			return
		}
	}
	if joints > 0 && hexes+joints == looked && (small == 0 || upper == 0) {
		return // a date, a phone, a UUID
	}
	if upper+small < 4 || upper == 0 || small+digit == 0 && joints > 0 {
		return // words joined by signs, times
	}
	if n >= 56 && n <= 80 && n%4 == 0 && to < len(text) && (text[to] == '\n' || text[to] == '\r' || text[to] == '\\') && from >= p.unwrapped {
		p.unwrap(from, to)
	}
	p.base64(from, to)
	if small == 0 && n >= 16 {
		p.base32(from, to)
	}
	for i := from + 1; joints > 0 && i < to-shortestRun; i++ {
		if c := text[i-1]; !isAlnum(c) && isAlnum(text[i]) {
			p.base64From(i, to, 0)
			joints--
			stop := i
			for stop < to && isAlnum(text[stop]) {
				stop++
			}
			if stop-i >= 16 {
				p.hexRun(i, stop)
			}
		}
	}
}

// unwrap joins the lines into which mail programs cut base64.
func (p *pass) unwrap(from, to int) {
	text := p.text
	var d decoded
	d.copy(text, from, to)
	width, lines := to-from, 1
	at := to
	for {
		next := at
		for _, eol := range []string{"\r\n", "\n", `\r\n`, `\n`} {
			if strings.HasPrefix(text[at:], eol) {
				next += len(eol)
				break
			}
		}
		stop := next
		for stop < len(text) && stop-next < width && base64Value[text[stop]] != 255 {
			stop++
		}
		if next == at || stop == next {
			break
		}
		d.copy(text, next, stop)
		lines++
		at = stop
		if stop-next < width {
			break
		}
	}
	p.unwrapped = at
	if lines > 1 {
		p.open("перенос строк", &d, at)
	}
}

// base64 tries the four places where a run may have been cut.
func (p *pass) base64(from, to int) {
	for skip := range 4 {
		if p.base64From(from, to, skip) {
			return
		}
	}
}

// base64From decodes from a given place, if the first bytes look like something.
func (p *pass) base64From(from, to, skip int) bool {
	text := p.text
	at := from + skip
	if to-at < 8 {
		return false
	}
	var head [6]byte
	for k := range 2 {
		quad := 0
		for j := range 4 {
			quad = quad<<6 | int(base64Value[text[at+4*k+j]]&63)
		}
		head[3*k], head[3*k+1], head[3*k+2] = byte(quad>>16), byte(quad>>8), byte(quad)
	}
	n := (to - at) * 3 / 4
	digest := skip == 0 && (n == 16 || n == 20 || n == 28 || n == 32 || n == 48 || n == 64)
	packed := skip == 0 && (head[0] == 0x1f && head[1] == 0x8b || head[0] == 0x78 && (head[1] == 1 || head[1] == 0x5e || head[1] == 0x9c || head[1] == 0xda))
	text16 := wide(head[0]) && wide(head[2]) && wide(head[4]) || wide(head[1]) && wide(head[3]) && wide(head[5]) || head[0] == 0xFF && head[1] == 0xFE
	if !digest && !packed && !text16 && !readable(head[:], skip > 0) && n < 12 {
		return false
	}
	if !digest && !packed && !text16 && !readable(head[:], skip > 0) && !p.mixture(at, to) {
		return false
	}
	if p.budget < n {
		return false
	}
	p.budget -= n / 4 // also what comes to nothing is work
	out := p.scratch[:0]
	bits, value := 0, 0
	for _, c := range []byte(text[at:to]) {
		value = value<<6 | int(base64Value[c]&63)
		if bits += 6; bits >= 8 {
			bits -= 8
			out = append(out, byte(value>>bits))
		}
	}
	p.scratch = out
	end := to
	for end < len(text) && text[end] == '=' && end < to+2 {
		end++
	}
	if digest {
		p.digest(out, from, end, "base64")
	}
	return p.bytes("base64", out, from, end)
}

// wide tells the high byte of Latin and Cyrillic letters in UTF-16.
func wide(b byte) bool { return b == 0 || b == 4 }

// mixture tells letters of both sizes and digits in such an order as words do not have.
func (p *pass) mixture(at, to int) bool {
	if to-at < 16 {
		return false
	}
	changes, last, digits := 0, sortOther, false
	for _, c := range []byte(p.text[at:min(to, at+32)]) {
		kind := sortOfByte(1)
		switch {
		case c >= 'a' && c <= 'z':
			kind = 2
		case c >= 'A' && c <= 'Z':
			kind = 3
		case !isAlnum(c):
			continue
		default:
			digits = true
		}
		if kind != last {
			changes++
		}
		last = kind
	}
	return changes >= 10 || digits && changes >= 5
}

// readable tells whether bytes may be the beginning of a text. A cut may leave the tail of
// a character in front.
func readable(b []byte, cut bool) bool {
	i := 0
	for cut && i < 2 && b[i]&0xC0 == 0x80 {
		i++
	}
	for i < len(b) {
		c := b[i]
		switch {
		case c >= 0x20 && c < 0x7F, c == '\n', c == '\r', c == '\t':
			i++
		case c >= 0xC2 && c < 0xE0:
			if i+1 < len(b) && b[i+1]&0xC0 != 0x80 {
				return legacy(b[i:])
			}
			i += 2
		case c >= 0xE2 && c <= 0xEF:
			for k := 1; k < 3 && i+k < len(b); k++ {
				if b[i+k]&0xC0 != 0x80 {
					return legacy(b[i:])
				}
			}
			i += 3
		default:
			return legacy(b[i:])
		}
	}
	return true
}

// legacy tells text in a one-byte Cyrillic encoding: all its high bytes are letters of one
// and the same encoding.
func legacy(b []byte) bool {
	var outside [3]bool // Windows-1251, KOI8-R, CP866
	for _, c := range b {
		switch {
		case c >= 0x20 && c < 0x7F, c == '\n', c == '\r', c == '\t':
			continue
		case c < 0x80:
			return false
		}
		outside[0] = outside[0] || c < 0xC0 && c != 0xA8 && c != 0xB8 && c != 0xB9 && c != 0xA0
		outside[1] = outside[1] || c < 0xC0 && c != 0xA3 && c != 0xB3
		outside[2] = outside[2] || c > 0xAF && c < 0xE0 || c > 0xF1
	}
	return !outside[0] || !outside[1] || !outside[2]
}

// bytes reads what a blob has become, if it has become a text.
func (p *pass) bytes(name string, b []byte, from, to int) bool {
	if text, ok := unpack(b, min(p.budget, 1<<20)); ok {
		p.openWhole(name+"+сжатие", text, from, to)
		return true
	}
	if text, ok := fromUTF16(b); ok {
		p.openWhole(name+"+UTF-16", text, from, to)
		return true
	}
	good := 0
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r != utf8.RuneError && r >= ' ' || r == '\n' || r == '\t' || r == '\r' {
			good += size
		}
		i += size
	}
	if good*10 >= len(b)*9 || legacy(b) {
		p.openWhole(name, b, from, to)
		return good == len(b)
	}
	if len(b) >= 8 {
		r := inflaters.Get().(io.ReadCloser)
		_ = r.(flate.Resetter).Reset(bytes.NewReader(b), nil)
		text, err := io.ReadAll(io.LimitReader(r, 1<<16))
		inflaters.Put(r)
		if (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && len(text) > 4 && utf8.Valid(text) && readable(text[:min(len(text), 16)], false) {
			p.openWhole(name+"+сжатие", text, from, to)
			return true
		}
	}
	if good*10 >= len(b)*6 {
		p.openWhole(name, b, from, to)
	}
	return false
}

// inflaters are kept because each is large and most are asked in vain.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

// unpack undoes gzip and zlib. What is cut off at the end is read as far as it goes.
func unpack(b []byte, limit int) ([]byte, bool) {
	if len(b) < 8 {
		return nil, false
	}
	var r io.Reader
	var err error
	switch {
	case b[0] == 0x1f && b[1] == 0x8b:
		r, err = gzip.NewReader(bytes.NewReader(b))
	case b[0] == 0x78 && (int(b[0])<<8|int(b[1]))%31 == 0:
		r, err = zlib.NewReader(bytes.NewReader(b))
	default:
		return nil, false
	}
	if err != nil {
		return nil, false
	}
	text, _ := io.ReadAll(io.LimitReader(r, int64(limit)))
	return text, len(text) > 0
}

// fromUTF16 tells two-byte characters by the bytes that repeat at every other place.
func fromUTF16(b []byte) ([]byte, bool) {
	if len(b) < 8 {
		return nil, false
	}
	var high [2]int
	for i, c := range b {
		if c == 0 || c == 4 {
			high[i&1]++
		}
	}
	half := len(b) / 2
	big := high[0] > high[1]
	if n := max(high[0], high[1]); n*10 < half*8 {
		return nil, false
	}
	var text []byte
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		if big {
			r = rune(b[i])<<8 | rune(b[i+1])
		}
		text = utf8.AppendRune(text, r)
	}
	return text, utf8.Valid(text)
}

// hexRun reads a run of hexadecimal digits: a digest, or bytes.
func (p *pass) hexRun(from, to int) {
	for i := from; i < to; i++ {
		if !isHex(p.text[i]) {
			return
		}
	}
	if (to-from)%2 != 0 {
		return
	}
	b, err := hex.AppendDecode(p.scratch[:0], []byte(p.text[from:to]))
	if err != nil {
		return
	}
	p.scratch = b
	p.digest(b, from, to, "")
	if readable(b[:min(len(b), 16)], true) || b[0] == 0x1f && b[1] == 0x8b || b[0] == 0x78 || len(b) > 5 && (wide(b[0]) && wide(b[2]) && wide(b[4]) || wide(b[1]) && wide(b[3]) && wide(b[5])) {
		p.bytes("hex", b, from, to)
	}
}

// base32 reads capitals and the digits from 2 to 7.
func (p *pass) base32(from, to int) {
	var out []byte
	bits, value := 0, 0
	for _, c := range []byte(p.text[from:to]) {
		v := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", c)
		if v < 0 {
			return
		}
		value = value<<5 | v
		if bits += 5; bits >= 8 {
			bits -= 8
			out = append(out, byte(value>>bits))
		}
	}
	if len(out) >= 6 && readable(out[:6], false) {
		p.bytes("base32", out, from, to)
	}
}

// codeAround looks up the letters and digits that are written without a break around a
// group of digits.
func (p *pass) codeAround(start, end int) {
	from, to := start, end
	for from > 0 && start-from < 60 {
		r, size := utf8.DecodeLastRuneInString(p.text[:from])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		from -= size
	}
	for to < len(p.text) && to-end < 60 {
		r, size := utf8.DecodeRuneInString(p.text[to:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		to += size
	}
	p.coded = to
	key, ok := codeKey(p.text[from:to])
	x := &p.t.index
	if !ok || !x.maybe(key) {
		return
	}
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		if x.entries[e].class == asCode {
			p.emit(&x.entries[e], from, to)
		}
	}
}
