package trace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Glyphs: other characters than those meant. Full-width and mathematical letters, letters
// for digits, spaced-out words, texts read in a wrong encoding.

// high handles a character beyond Cyrillic and returns where to go on.
func (p *pass) high(i int) int {
	text := p.text
	if n := invisible(text, i); n > 0 {
		return i + n
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError && size <= 1:
		if i >= p.bare {
			return p.legacy(i)
		}
	case (r == 'Ð' || r == 'Ñ') && i >= p.mended:
		return p.mojibake(i, charmap.Windows1252)
	case size > 1 && odd(r):
		return p.widths(i)
	case i >= 2 && text[i-2] == 0xD0 && (text[i-1] == 0xA0 || text[i-1] == 0xA1) && i >= p.mended:
		// «Р» or «С» and then a sign that no word has: each letter was two bytes.
		return max(p.mojibake(i, charmap.Windows1251), i+size)
	}
	return i + max(size, 1)
}

// odd tells characters that have a plain counterpart: full-width, mathematical, circled,
// superscript, the digits of other scripts.
func odd(r rune) bool {
	switch {
	case r == keycap, r >= 0xFF01 && r <= 0xFF5E, r >= 0x1D400 && r <= 0x1D7FF, r >= 0x2460 && r <= 0x24FF, r >= 0x2070 && r <= 0x209C, r >= 0x1F100 && r <= 0x1F1E5:
		return true
	case r == '²' || r == '³' || r == '¹':
		return true
	case r >= 0x370 && r <= 0x3FF:
		return greekTwins[r] != 0
	}
	return r > 0x7F && unicode.IsDigit(r)
}

// keycap is the frame that makes a digit the picture of a key.
const keycap = 0x20E3

// greekTwins are Greek letters that look like Latin ones.
var greekTwins = map[rune]byte{
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
	'α': 'a', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'υ': 'u', 'χ': 'x',
}

// stretch finds the piece of text around i in which characters of a sort stand close to
// one another. last is the end of the last of them.
func (p *pass) stretch(i, before, after int, is func(rune) bool) (from, to, last int) {
	from, _ = around(p.text, i, i, before, 0)
	for limit := 100; from > 0 && limit > 0 && isAlnum(p.text[from-1]); limit-- {
		from--
	}
	j := i
	last = i
	for j < len(p.text) && j-last <= after {
		r, size := utf8.DecodeRuneInString(p.text[j:])
		j += size
		if is(r) {
			last = j
		}
	}
	return from, j, last
}

// widths reads a stretch with its odd characters made plain.
func (p *pass) widths(i int) int {
	from, to, last := p.stretch(i, 48, 48, odd)
	var d decoded
	for k := from; k < to; {
		r, size := utf8.DecodeRuneInString(p.text[k:])
		switch {
		case r == keycap, r > 0x7F && invisible(p.text, k) > 0:
		case r > 0x7F && unicode.IsDigit(r):
			d.put(byte('0'+digitValue(r)), k)
		case greekTwins[r] != 0:
			d.put(greekTwins[r], k)
		case odd(r):
			d.puts(norm.NFKC.String(string(r)), k)
		default:
			d.puts(p.text[k:k+size], k)
		}
		k += size
	}
	p.open("другие знаки", &d, to)
	return max(last, i+1)
}

// digitValue counts from the zero of a script: digits stand in tens.
func digitValue(r rune) int {
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	if r >= 0x1D7CE && r <= 0x1D7FF {
		return int(r-0x1D7CE) % 10
	}
	return int(r - zero)
}

// legacy reads bytes that are no UTF-8 in the encodings that Russian texts once had.
func (p *pass) legacy(i int) int {
	from, _ := around(p.text, i, i, 32, 0)
	last, j := i, i
	for j < len(p.text) && j-last <= 48 {
		if p.text[j] >= 0x80 {
			last = j + 1
		}
		j++
	}
	for _, enc := range []struct {
		name string
		set  *charmap.Charmap
	}{{"windows-1251", charmap.Windows1251}, {"KOI8-R", charmap.KOI8R}, {"CP866", charmap.CodePage866}} {
		var d decoded
		for k := from; k < j; k++ {
			d.puts(string(enc.set.DecodeByte(p.text[k])), k)
		}
		p.open(enc.name, &d, j)
	}
	p.bare = last
	return i + 1
}

// mojibake undoes a text that was read byte by byte in the wrong encoding: «РђР»СЃСѓ»,
// «ÐÐ»Ñ».
func (p *pass) mojibake(i int, read *charmap.Charmap) int {
	from, _ := around(p.text, i, i, 48, 0)
	last, j := i, i
	for j < len(p.text) && j-last <= 48 {
		r, size := utf8.DecodeRuneInString(p.text[j:])
		j += size
		if r > 0x7F {
			last = j
		}
	}
	// Only what becomes UTF-8 was broken: words around it may be sound.
	var d decoded
	for k := from; k < j; {
		var run decoded
		start := k
		for k < j && p.text[k] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(p.text[k:])
			if b, ok := read.EncodeRune(r); ok {
				run.put(b, k)
			} else if r < 0x100 {
				run.put(byte(r), k)
			}
			k += size
		}
		switch {
		case k == start:
			d.put(p.text[k], k)
			k++
		case utf8.Valid(run.text):
			d.text, d.at = append(d.text, run.text...), append(d.at, run.at...)
		default:
			d.copy(p.text, start, k)
		}
	}
	before := p.hitCount()
	p.open("сбитая кодировка", &d, j)
	p.mended = last
	if p.hitCount() == before {
		_, size := utf8.DecodeRuneInString(p.text[i:])
		return i + size
	}
	return last
}

// standsForDigit gives the digit that a letter is written for, 0 if none.
func standsForDigit(r rune) byte {
	switch r {
	case 'О', 'о', 'O', 'o', 'Ο', 'ο':
		return '0'
	case 'З', 'з', 'Э', 'э':
		return '3'
	case 'l', 'I', 'І', 'і', '|', 'i', '!':
		return '1'
	case 'Б', 'б':
		return '6'
	case 'В', 'B':
		return '8'
	case 'S':
		return '5'
	case 'Ч', 'ч':
		return '4'
	case 'Z':
		return '2'
	}
	return 0
}

// lookalikes reads letters as digits in the stretch of digits, such letters and separators
// around i.
func (p *pass) lookalikes(i int) {
	part := func(r rune) bool {
		return r >= '0' && r <= '9' || standsForDigit(r) != 0 || strings.ContainsRune(" -().+/_,\u00a0\u2009\u202f\u2013\u2010\u2011\n", r)
	}
	from, to := i, i
	for from > 0 && i-from < 80 {
		r, size := utf8.DecodeLastRuneInString(p.text[:from])
		if !part(r) {
			break
		}
		from -= size
	}
	for to < len(p.text) && to-i < 80 {
		r, size := utf8.DecodeRuneInString(p.text[to:])
		if !part(r) {
			break
		}
		to += size
	}
	p.looked = to
	digits, letters := 0, 0
	for _, r := range p.text[from:to] {
		if r >= '0' && r <= '9' {
			digits++
		} else if standsForDigit(r) != 0 {
			letters++
		}
	}
	if letters == 0 || digits == 0 || digits+letters < 8 {
		return
	}
	var d decoded
	for k := from; k < to; {
		r, size := utf8.DecodeRuneInString(p.text[k:])
		if digit := standsForDigit(r); digit != 0 {
			d.put(digit, k)
		} else {
			d.puts(p.text[k:k+size], k)
		}
		k += size
	}
	p.open("похожие знаки", &d, to)
}

// flushSpaced reads words that were spaced out: «С а ф и н», «Са-фи-ул-лин».
func (p *pass) flushSpaced() {
	n := p.spaced
	p.spaced = 0
	if n < 3 {
		return
	}
	// The word after a break may be longer: «са-фи-уллина».
	to := p.spacedTo
	for k := to; k < len(p.text) && k-to < 24; {
		code, size := foldOf(p.text, k)
		if code == 0 && k-p.spacedTo > 2 && p.text[k]-'0' > 9 {
			break
		}
		if code != 0 || p.text[k]-'0' <= 9 {
			to = k + size
		}
		k += size
	}
	// Only the sign that spaces out is dropped; the others belong to the value.
	_, size := foldOf(p.text, p.spacedFrom)
	for p.spacedFrom+size < to && isWordPart(p.text, p.spacedFrom+size) {
		_, more := foldOf(p.text, p.spacedFrom+size)
		size += more
	}
	sign := p.text[min(p.spacedFrom+size, to-1)]
	var d decoded
	for k := p.spacedFrom; k < to; k++ {
		if p.text[k] != sign {
			d.put(p.text[k], k)
		} else if sign == ' ' && k+1 < to && p.text[k+1] == ' ' {
			d.put(' ', k)
		}
	}
	p.open("разрядка", &d, to)
}

func isWordPart(s string, i int) bool {
	code, _ := foldOf(s, i)
	return code != 0
}
