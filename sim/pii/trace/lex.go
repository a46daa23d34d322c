package trace

import (
	"strings"
	"unicode/utf8"
)

// token is a run of letters or a run of digits.
type token struct {
	text       string // folded
	digits     bool
	start, end int
}

// lex cuts s[from:to] into tokens. It is for short stretches around a find: the search
// itself reads bytes.
func lex(s string, from, to int) []token {
	var all []token
	for i := from; i < to; {
		c := s[i]
		if c >= '0' && c <= '9' {
			start := i
			for i < to && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			all = append(all, token{s[start:i], true, start, i})
			continue
		}
		code, size := foldOf(s, i)
		if code == 0 {
			i += size
			continue
		}
		start, end := i, i
		var word strings.Builder
		for i < to {
			if code, size = foldOf(s, i); code != 0 {
				word.WriteRune(rune(code))
				i += size
				end = i
			} else if n := invisible(s, i); n > 0 {
				i += n
			} else {
				break
			}
		}
		all = append(all, token{word.String(), false, start, end})
	}
	return all
}

// startOfRune moves i back to the beginning of the character it lies in.
func startOfRune(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// around gives bounds of the text near a place, on whole characters.
func around(s string, start, end, before, after int) (from, to int) {
	return startOfRune(s, max(0, start-before)), startOfRune(s, min(len(s), end+after))
}
