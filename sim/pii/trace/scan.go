package trace

import "unicode/utf8"

// A search reads a text once, byte by byte, and asks the index about every word and every
// group of digits. Where the shape says that something is encoded, the stretch is decoded
// into a view of its own, which is read in the same way.

// sortOfByte drives the loop.
type sortOfByte uint8

const (
	sortOther sortOfByte = iota
	sortDigit
	sortLatin
	sortCyrillic
	sortJoint // belongs to runs of base64, breaks words
	sortEscape
	sortHigh
)

var sortOf = func() (table [256]sortOfByte) {
	for c := range table {
		switch {
		case c >= '0' && c <= '9':
			table[c] = sortDigit
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			table[c] = sortLatin
		case c >= 0xD0 && c <= 0xD3:
			table[c] = sortCyrillic
		case c >= 0x80:
			table[c] = sortHigh
		}
	}
	for _, c := range []byte("+/-_") {
		table[c] = sortJoint
	}
	for _, c := range []byte(`\%&=`) {
		table[c] = sortEscape
	}
	return table
}()

// group is a run of digits.
type group struct {
	start, end int
	clock      bool // part of a time stamp
}

// word is a run of letters.
type word struct {
	hash       uint64
	skeleton   uint64 // of a Latin word; 0 of others
	start, end int
	letters    int
}

const (
	keptGroups = 32
	keptWords  = 4
	// widestGap is how far apart, in bytes, parts of one number may stand: «код 917,
	// дальше 765…».
	widestGap = 40
	// shortestRun is the length from which a run may be worth decoding.
	shortestRun = 10
)

// pass reads one view.
type pass struct {
	*search
	v    *view
	text string

	groups      [keptGroups]group
	count       int // of groups since the last wide gap
	all, calm   uint64
	nAll, nCalm int // digits in all and in calm (all without time stamps)

	words  [keptWords]word
	nWords int

	escaped   uint16 // a letter that may belong to an escape or to the next word
	escapedAt int

	spaced               int // words of one letter in a row
	spacedFrom, spacedTo int

	numerals                 int // number words in a row
	numeralsFrom, numeralsTo int

	// Ends of the last stretches that were read again: for look-alike digits, for
	// quoted-printable and its line breaks, for broken encodings, for bytes that are no
	// UTF-8, for domains, for codes, for base64 in lines, for lists of bytes.
	looked, quoted, joinedTo, mended, bare int
	domains, coded, unwrapped, listed      int
}

func (s *search) read(v *view) {
	p := pass{search: s, v: v, text: v.text}
	p.loop()
	p.flushSpaced()
	p.flushNumerals()
	if len(s.t.phrases) > 0 {
		p.say()
	}
}

func (p *pass) loop() {
	text := p.text
	run := 0 // where the run of base64 characters began
	for i := 0; i < len(text); {
		c := text[i]
		switch sortOf[c] {
		case sortDigit:
			start, packed := i, uint64(0)
			for i < len(text) && text[i]-'0' <= 9 {
				packed = packed<<4 | uint64(text[i]-'0')
				i++
			}
			if end := p.machineMade(start, i); end > i {
				i = end
				continue
			}
			p.digits(start, i, packed)
		case sortLatin:
			start, h, skeleton := i, uint64(0), uint64(0)
			for i < len(text) {
				code := letterOf[text[i]]
				if code == 0 {
					break
				}
				h = h*factor + uint64(code)
				s := &skeletonStep[text[i]]
				skeleton = skeleton*s.times + s.plus
				i++
			}
			if i < len(text) && text[i] >= utf8.RuneSelf {
				if end := p.mixed(start); end > i {
					p.run(run, i)
					i, run = end, end
					continue
				}
			}
			if !p.t.identifiers && i-start <= 6 && i < len(text) && text[i]-'0' <= 9 {
				if end := identifier(text, start); end > i {
					i = end
					continue
				}
			}
			p.word(h, skeleton, start, i, i-start)
		case sortCyrillic:
			p.run(run, i)
			start, h, n := i, uint64(0), 0
			for i+1 < len(text) && text[i] >= 0xD0 && text[i] <= 0xD3 && text[i+1]&0xC0 == 0x80 {
				code := cyrillic[int(text[i]&3)<<6|int(text[i+1]&0x3F)]
				if code == 0 {
					break
				}
				h = step(h, code)
				i += 2
				n++
			}
			if n == 0 {
				i = p.high(i)
				run = i
				continue
			}
			if i < len(text) && (text[i] >= utf8.RuneSelf || ascii[text[i]] != 0) {
				if end := p.mixed(start); end > i {
					i, run = end, end
					continue
				}
			}
			run = i
			p.word(h, 0, start, i, n)
		case sortJoint:
			i++
		case sortEscape:
			p.run(run, i)
			i = p.escape(i)
			run = i
		case sortHigh:
			p.run(run, i)
			i = p.high(i)
			run = i
		default:
			if i-run >= shortestRun {
				p.run(run, i)
			}
			i++
			run = i
		}
	}
	p.run(run, len(text))
}

// letterOf folds the letters of ASCII and gives 0 for all other bytes.
var letterOf = func() (table [256]uint16) {
	copy(table[:], ascii[:])
	return table
}()
