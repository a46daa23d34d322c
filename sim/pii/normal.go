package pii

import (
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// normal is a text in which everything that people and machines put between or instead of
// plain characters is plain again: no-break and zero-width spaces, full-width digits,
// dashes, combining marks, JSON, percent and HTML escapes. It remembers where each
// character came from, so that findings point into the text as it was given.
type normal struct {
	text   string
	breaks []breakpoint // empty when nothing was changed
}

// breakpoint starts a stretch of the normal text. A stretch that stands for one odd unit
// has the end of that unit in until; a plain stretch has zero.
type breakpoint struct {
	at, from, until int
}

// normalise never changes a text without odd characters, which costs one look at each byte.
func normalise(text string) normal {
	first := firstOdd(text)
	if first < 0 {
		return normal{text: text}
	}
	n := normal{}
	out := make([]byte, 0, len(text))
	out = append(out, text[:first]...)
	n.breaks = append(n.breaks, breakpoint{})
	for i := first; i < len(text); {
		if c := text[i]; !odd[c] {
			out = append(out, c)
			i++
			continue
		}
		width, repl, keep := plainUnit(text, i, out)
		if keep {
			out = append(out, text[i:i+width]...)
			i += width
			continue
		}
		if repl == composed {
			out = composeLast(out, text[i:i+width])
		} else {
			n.breaks = append(n.breaks, breakpoint{at: len(out), from: i, until: i + width})
			out = append(out, repl...)
		}
		i += width
		n.breaks = append(n.breaks, breakpoint{at: len(out), from: i})
	}
	n.text = string(out)
	return n
}

// span turns offsets of the normal text into offsets of the given one.
func (n *normal) span(start, end int) (int, int) {
	if len(n.breaks) == 0 {
		return start, end
	}
	return n.from(start), n.until(end)
}

func (n *normal) find(p int) breakpoint {
	i := sort.Search(len(n.breaks), func(i int) bool { return n.breaks[i].at > p })
	return n.breaks[i-1]
}

func (n *normal) from(p int) int {
	b := n.find(p)
	if b.until > 0 {
		return b.from
	}
	return b.from + p - b.at
}

func (n *normal) until(p int) int {
	if p == 0 {
		return 0
	}
	b := n.find(p - 1)
	if b.until > 0 {
		return b.until
	}
	return b.from + p - b.at
}

// odd marks the bytes at which a closer look is needed: leads of everything but ASCII and
// plain Cyrillic, and the three characters that start an escape.
var odd = func() (t [256]bool) {
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	for c := 0x80; c < 0xC0; c++ {
		t[c] = false // continuation bytes
	}
	for c := 0xD0; c <= 0xD3; c++ {
		t[c] = false
	}
	t['\\'], t['%'], t['&'] = true, true, true
	return t
}()

func firstOdd(text string) int {
	for i := 0; i < len(text); i++ {
		if odd[text[i]] {
			return i
		}
	}
	return -1
}

// composed says that a combining mark must be merged into the letter before it.
const composed = "\x00composed"

// plainUnit reads one odd unit. It answers its width and what stands for it; keep means
// that the unit is as it should be.
func plainUnit(text string, i int, out []byte) (width int, repl string, keep bool) {
	switch text[i] {
	case '\\':
		return unescapeJSON(text[i:])
	case '%':
		return unescapePercent(text[i:])
	case '&':
		return unescapeHTML(text[i:])
	}
	r, w := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError && w == 1:
		return 1, "", true
	case r == 0x0306 || r == 0x0308:
		if len(out) >= 2 && composes(out, r) {
			return w, composed, false
		}
		return w, "", false
	case r == 0x00AD || r >= 0x200B && r <= 0x200F || r == 0x2060 || r == 0xFEFF || r == 0xFE0F || r == 0x20E3 || r == 0x202A || r == 0x202C:
		return w, "", false
	case r == 0x00A0 || r >= 0x2000 && r <= 0x200A || r == 0x202F || r == 0x205F || r == 0x3000:
		return w, " ", false
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0x2043:
		return w, "-", false
	case r >= 0xFF01 && r <= 0xFF5E:
		return w, string(rune(r - 0xFEE0)), false
	case r == 0x2024:
		return w, ".", false
	case r == 0x2116:
		return w, "#", false
	case r == '«' || r == '»' || r == '“' || r == '”' || r == '„':
		return w, `"`, false
	case r == '’' || r == '‘':
		return w, "'", false
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return w, string(rune('0' + (r-0x1D7CE)%10)), false
	case r >= 0x2460 && r <= 0x2468:
		return w, string(rune('1' + r - 0x2460)), false
	case r > 0x600 && unicode.IsDigit(r):
		for d := rune(0); d < 10; d++ {
			if !unicode.IsDigit(r - d - 1) {
				return w, string('0' + d), false
			}
		}
	}
	return w, "", true
}

var compositions = map[string]string{
	"и\u0306": "й", "И\u0306": "Й", "е\u0308": "ё", "Е\u0308": "Ё", "у\u0306": "ў",
}

func composes(out []byte, mark rune) bool {
	_, ok := compositions[string(out[len(out)-2:])+string(mark)]
	return ok
}

func composeLast(out []byte, mark string) []byte {
	if len(out) < 2 {
		return out
	}
	whole := compositions[string(out[len(out)-2:])+mark]
	return append(out[:len(out)-2], whole...)
}

func hexValue(s string) (int, bool) {
	v, err := strconv.ParseUint(s, 16, 32)
	return int(v), err == nil
}

// unescapeJSON reads \n, \", \/ and \uXXXX, single or doubly escaped.
func unescapeJSON(s string) (int, string, bool) {
	slashes := 1
	for slashes < len(s) && slashes < 4 && s[slashes] == '\\' {
		slashes++
	}
	if slashes >= len(s) {
		return slashes, "", true
	}
	switch s[slashes] {
	case 'n', 'r', 't':
		// A backslash before a Latin word is a path of Windows, before anything else
		// it is a line break.
		if next := slashes + 1; next < len(s) && s[next] >= 'a' && s[next] <= 'z' {
			return slashes, "", true
		}
		return slashes + 1, "\n", false
	case '"', '/':
		return slashes + 1, s[slashes : slashes+1], false
	case 'u':
		if len(s) < slashes+5 {
			return slashes, "", true
		}
		v, ok := hexValue(s[slashes+1 : slashes+5])
		if !ok || v >= 0xD800 && v < 0xE000 {
			return slashes, "", true
		}
		return slashes + 5, plainRune(rune(v)), false
	}
	return slashes, "", true
}

// plainRune is a rune that came out of an escape, made plain in its turn.
func plainRune(r rune) string {
	s := string(r)
	if r < utf8.RuneSelf || !odd[s[0]] {
		if r < ' ' {
			return " "
		}
		return s
	}
	if _, repl, keep := plainUnit(s, 0, nil); !keep && repl != composed {
		return repl
	}
	return s
}

func unescapePercent(s string) (int, string, bool) {
	var buf [4]byte
	n := 0
	for n < 4 && len(s) >= 3*n+3 && s[3*n] == '%' {
		v, ok := hexValue(s[3*n+1 : 3*n+3])
		if !ok {
			break
		}
		buf[n] = byte(v)
		n++
		if utf8.FullRune(buf[:n]) {
			break
		}
	}
	if n == 0 {
		return 1, "", true
	}
	r, w := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError || w != n || r < ' ' && r != '\n' {
		return 1, "", true
	}
	return 3 * n, plainRune(r), false
}

var entities = map[string]string{
	"nbsp": " ", "quot": `"`, "amp": "&", "thinsp": " ", "ndash": "-", "mdash": "-", "apos": "'",
	"shy": "", "laquo": `"`, "raquo": `"`, "commat": "@", "plus": "+",
}

func unescapeHTML(s string) (int, string, bool) {
	end := strings.IndexByte(s[:min(len(s), 10)], ';')
	if end < 3 {
		return 1, "", true
	}
	body := s[1:end]
	if repl, ok := entities[body]; ok {
		return end + 1, repl, false
	}
	if body[0] != '#' {
		return 1, "", true
	}
	base := 10
	digits := body[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	v, err := strconv.ParseInt(digits, base, 32)
	if err != nil || !utf8.ValidRune(rune(v)) {
		return 1, "", true
	}
	return end + 1, plainRune(rune(v)), false
}
