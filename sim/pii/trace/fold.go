package trace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"progon/sim/pii/trace/names"
)

// Letters are compared folded: small, ё as е, й as и (so that a decomposed й needs no
// composing). Folding never changes the script; look-alikes are tried separately.

// cyrillic folds U+0400–U+04FF; 0 is no letter. ascii does it for one byte.
var cyrillic, ascii = foldTables()

func foldTables() (c [256]uint16, a [128]uint16) {
	for i := range c {
		r := rune(0x400 + i)
		// The letters around the Russian ones are signs of a broken encoding rather than
		// of Serbian; of them only ё and the Ukrainian ones make words.
		if unicode.IsLetter(r) && (i >= 0x10 && i < 0x50 || i >= 0x60 || strings.ContainsRune("ЁёЄєІіЇїЎўЅѕЈј", r)) {
			c[i] = uint16(foldLetter(r))
		}
	}
	for i := range a {
		if unicode.IsLetter(rune(i)) {
			a[i] = uint16(unicode.ToLower(rune(i)))
		}
	}
	return c, a
}

func foldLetter(r rune) rune {
	r = unicode.ToLower(r)
	switch r {
	case 'ё':
		return 'е'
	case 'й':
		return 'и'
	}
	return r
}

// foldOf gives the folded letter that begins at s[i] and its length; code 0 is no letter.
func foldOf(s string, i int) (code uint16, size int) {
	c := s[i]
	if c < utf8.RuneSelf {
		return ascii[c], 1
	}
	if c >= 0xD0 && c <= 0xD3 && i+1 < len(s) && s[i+1]&0xC0 == 0x80 {
		return cyrillic[int(c&3)<<6|int(s[i+1]&0x3F)], 2
	}
	return 0, 1
}

// invisible tells how many bytes at s[i] are a mark that readers do not see and that
// breaks no word: soft hyphen, zero-width characters, combining accents.
func invisible(s string, i int) int {
	if i+1 >= len(s) {
		return 0
	}
	switch s[i] {
	case 0xC2:
		if s[i+1] == 0xAD {
			return 2
		}
	case 0xCC:
		if s[i+1]&0xC0 == 0x80 {
			return 2
		}
	case 0xCD:
		if s[i+1] >= 0x80 && s[i+1] <= 0xAF {
			return 2
		}
	case 0xE2:
		if i+2 < len(s) && (s[i+1] == 0x80 && s[i+2] >= 0x8B && s[i+2] <= 0x8F || s[i+1] == 0x81 && s[i+2] >= 0xA0 && s[i+2] <= 0xAF || s[i+1] == 0x80 && s[i+2] >= 0xAA && s[i+2] <= 0xAE) {
			return 3
		}
	case 0xEF:
		if i+2 < len(s) && (s[i+1] == 0xBB && s[i+2] == 0xBF || s[i+1] == 0xB8 && s[i+2]&0xF0 == 0x80) {
			return 3
		}
	}
	return 0
}

// Words are hashed as polynomials, so that the hash of two words written together follows
// from theirs.
const factor = 0x9E3779B97F4A7C15

func step(h uint64, code uint16) uint64 { return h*factor + uint64(code) }

var powers = func() (p [65]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * factor
	}
	return p
}()

// together is the hash of a word of n letters appended to another.
func together(a, b uint64, n int) uint64 {
	if n < len(powers) {
		return a*powers[n] + b
	}
	return 0
}

// wordHash hashes the letters of a word; other characters do not count.
func wordHash(word string) uint64 {
	h := uint64(0)
	for i := 0; i < len(word); {
		code, size := foldOf(word, i)
		if code != 0 {
			h = step(h, code)
		}
		i += size
	}
	return h
}

// skeletonStep drives the hash of a Latin word's skeleton: letters that are not in it
// leave the hash as it is.
var skeletonStep = func() (table [256]struct{ times, plus uint64 }) {
	for c := range table {
		table[c].times = 1
		if f := names.FirmConsonant(byte(c | 0x20)); f != 0 && ascii[c&0x7F] != 0 && c < 128 {
			table[c].times, table[c].plus = factor, uint64(f)
		}
	}
	return table
}()

// skeletonHash hashes a skeleton or a word with one.
func skeletonHash(s string) uint64 {
	h := uint64(0)
	for i := range len(s) {
		h = h*skeletonStep[s[i]].times + skeletonStep[s[i]].plus
	}
	return h
}

// Keys of different sorts live in one index; a salt keeps them apart.
const (
	saltWord uint64 = iota * 0x0F4C_C1B7_2722_0A95 // no overflow up to 16
	saltTail
	saltGroup
	saltDate
	saltPair
	saltIP
	saltGeo
	saltPlate
	saltCode
	saltSkeleton
	saltLatinPair
	saltAfterWord
)

// finish spreads a key over all bits.
func finish(key, salt uint64) uint64 {
	key += salt
	key ^= key >> 32
	key *= 0xD6E8FEB86659FD93
	key ^= key >> 29
	if key == 0 {
		return 1
	}
	return key
}

// Letters that look alike in the other script.
var (
	toLatinTwin = map[rune]rune{'а': 'a', 'в': 'b', 'е': 'e', 'ё': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'і': 'i', 'ѕ': 's', 'ј': 'j', 'һ': 'h', 'ԁ': 'd', 'ү': 'y', 'ь': 'b', 'г': 'r', 'п': 'n', 'и': 'u', 'з': '3', 'б': '6', 'ч': '4'}
	toCyrTwin   = map[rune]rune{'a': 'а', 'b': 'в', 'e': 'е', 'k': 'к', 'm': 'м', 'h': 'н', 'o': 'о', 'p': 'р', 'c': 'с', 't': 'т', 'y': 'у', 'x': 'х', 'i': 'і', 'r': 'г', 'n': 'п', 'u': 'и', '0': 'о', '3': 'з', '6': 'б', '4': 'ч', '@': 'а', 'j': 'ј'}
)

// lower folds a whole string as letters are folded, keeping everything else.
func lower(s string) string {
	return strings.Map(foldLetter, s)
}
