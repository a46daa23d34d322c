package pii

import "strings"

// token is a run of letters or a run of digits of the normal text.
type token struct {
	start, end int32
	node       uint16 // index into the lexicon's words
	letters    uint8  // length in letters or digits, at most 255
	shape      shape
}

// shape says what a token is made of.
type shape uint8

const (
	isDigits shape = 1 << iota
	isCyrillic
	isLatin
	startsUpper
	allUpper
)

func (t token) is(s shape) bool { return t.shape&s != 0 }

// tokenise splits the text and looks every word up on the way.
func (sc *scan) tokenise() {
	lex, s := sc.lex, sc.text
	toks := sc.toks[:0]
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			start := i
			for i++; i < len(s) && s[i]-'0' < 10; i++ {
			}
			toks = append(toks, token{start: int32(start), end: int32(i), letters: clip(i - start), shape: isDigits})
		case asciiLetter(c), c >= 0xD0 && c <= 0xD3:
			start := i
			n, stem, stemAt, count := uint32(1), uint16(0), 0, 0
			var shape, prev shape
			upper := 0
			for i < len(s) {
				c := s[i]
				var code uint8
				if asciiLetter(c) {
					if shape&isCyrillic != 0 && shape&isLatin == 0 && count > 1 && !looksRussian(c) {
						break
					}
					shape |= isLatin
					isUp := c < 'a'
					if isUp && prev == isLatin && count >= 2 {
						// camelCase: the next word begins
						break
					}
					if isUp {
						upper++
						prev = 0
						code = c - 'A'
					} else {
						prev = isLatin
						code = c - 'a'
					}
					if count == 0 && isUp {
						shape |= startsUpper
					}
					i++
				} else if c >= 0xD0 && c <= 0xD3 && i+1 < len(s) {
					r := rune(c&0x1F)<<6 | rune(s[i+1]&0x3F)
					code = letterCode(r)
					if code == noLetter {
						if r >= 0x400 && r <= 0x4FF && r != 0x482 {
							n = 0
							shape |= isCyrillic
							i += 2
							count++
							continue
						}
						break
					}
					shape |= isCyrillic
					prev = 0
					isUp := r < 0x430 || r > 0x450 && r&1 == 0
					if isUp {
						upper++
						if count == 0 {
							shape |= startsUpper
						}
					}
					i += 2
				} else {
					break
				}
				if n != 0 {
					n = lex.step(n, code)
					if n != 0 {
						if st := lex.nodes[n].stem; st != 0 {
							stem, stemAt = st, count
						}
					}
				}
				count++
			}
			if i == start { // a Cyrillic sign that is no letter
				i += 2
				if i > len(s) {
					i = len(s)
				}
				continue
			}
			if upper == count && count > 1 {
				shape |= allUpper
			}
			entry := uint16(0)
			if n != 0 && lex.nodes[n].exact != 0 {
				entry = lex.nodes[n].exact
			} else if stem != 0 && count-1-stemAt <= maxTail {
				entry = stem
			}
			toks = append(toks, token{start: int32(start), end: int32(i), node: entry, letters: clip(count), shape: shape})
		default:
			if c == '@' {
				sc.ats = append(sc.ats, int32(i))
			}
			i++
		}
	}
	sc.toks = toks
}

func clip(n int) uint8 { return uint8(min(n, 255)) }

func asciiLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func asciiDigit(c byte) bool { return c >= '0' && c <= '9' }

// looksRussian tells whether a Latin letter inside a Russian word is there because it looks
// the same, rather than because a new word begins.
func looksRussian(c byte) bool { return strings.IndexByte("aeopcyxABEKMHOPCTXY", c) >= 0 }
