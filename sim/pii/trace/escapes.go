package trace

import (
	"encoding/base64"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Escapes change single characters and leave the rest readable: JSON, URL, HTML,
// quoted-printable. A stretch that is thick with them is decoded with its surroundings.

// notation is one way to escape. size tells how many bytes an escape at s[i] has, 0 where
// there is none; decode writes what it stands for.
type notation struct {
	name   string
	size   func(s string, i int) int
	decode func(d *decoded, s string, i, size int)
	// plus is what a plus stands for, if not for itself.
	plus byte
}

var (
	backslashes = notation{name: `\u`, size: backslashSize, decode: backslash}
	percents    = notation{name: "URL", size: percentSize, decode: percent, plus: ' '}
	entities    = notation{name: "HTML", size: entitySize, decode: entity}
	quoted      = notation{name: "quoted-printable", size: quotedSize, decode: quotedPrintable}
	softBreaks  = notation{name: "quoted-printable", size: softBreakSize, decode: quotedPrintable}
)

// escape handles the character which may begin an escape and returns where to go on.
func (p *pass) escape(i int) int {
	switch p.text[i] {
	case '\\':
		if backslashSize(p.text, i) > 0 {
			return p.unescape(&backslashes, i)
		}
		j := i + 1
		for j < len(p.text) && p.text[j] == '\\' {
			j++
		}
		if j < len(p.text) && strings.IndexByte("nrtbfv", p.text[j]) >= 0 {
			// «\nАлсу» is a line break and a name; «C:\rustam» is a folder. Both are tried.
			p.escaped, p.escapedAt = ascii[p.text[j]], j+1
			return j + 1
		}
		return j
	case '%':
		if size := percentSize(p.text, i); size > 0 {
			if structural[hexValue(p.text[i+1:i+3])&0x7F] && size == 3 && p.text[i+1] < '8' {
				return i + size
			}
			return p.unescape(&percents, i)
		}
	case '&':
		if entitySize(p.text, i) > 0 {
			return p.unescape(&entities, i)
		}
	case '=':
		if strings.HasPrefix(p.text[i:], "=?") {
			if end := p.encodedWords(i); end > i {
				return end
			}
		}
		// «=40» may be an escape and may be a parameter, so what follows is read both ways.
		if size := quotedSize(p.text, i); size > 0 && i >= p.quoted && (size != 3 || p.text[i+1] >= 'A' || p.text[i+1] <= '\r' || p.inWord(i)) {
			p.quoted = p.unescape(&quoted, i)
		}
		if softBreakSize(p.text, i) > 0 && i >= p.joinedTo {
			p.joinedTo = p.unescape(&softBreaks, i)
		}
	}
	return i + 1
}

// structural are signs that belong to no other encoding: as escapes they hide nothing.
var structural = func() (table [128]bool) {
	for _, c := range []byte(":,") {
		table[c] = true
	}
	return table
}()

// inWord tells an escape inside a word («alsu=40example») from the value of a parameter
// («limit=40&…»).
func (p *pass) inWord(i int) bool {
	if strings.HasPrefix(p.text[i:], "=3D") {
		return true
	}
	return i+3 < len(p.text) && (p.text[i+3] == '=' || isAlnum(p.text[i+3]) && (i == 0 || p.text[i-1] != '"'))
}

const (
	beforeEscapes = 64
	afterEscapes  = 96
)

// unescape decodes the stretch around the escape at i and returns the end of its last
// escape. What stands before and after belongs to the stretch, because a value may be
// escaped in part.
func (p *pass) unescape(n *notation, i int) int {
	text := p.text
	before := beforeEscapes
	if softBreakSize(text, i) > 0 {
		before *= 4 // the whole line before the break may be one token
	}
	from, _ := around(text, i, i, before, 0)
	for limit := 200; from > 0 && limit > 0 && isAlnum(text[from-1]); limit-- {
		from--
	}
	last := i
	j := i
	for j < len(text) && j-last <= afterEscapes {
		if size := n.size(text, j); size > 0 {
			j += size
			last = j
		} else {
			j++
		}
	}
	to := startOfRune(text, min(j, len(text)))
	for limit := 200; to < len(text) && limit > 0 && isAlnum(text[to]); limit-- {
		to++
	}
	if len(p.v.path) >= deepest || p.budget < to-from {
		return last
	}
	p.open(n.name, n.undo(text, from, i, last, to, n.plus), to)
	if n.plus != 0 && strings.IndexByte(text[from:to], '+') >= 0 {
		p.open(n.name, n.undo(text, from, i, last, to, '+'), to)
	}
	if n != &quoted && n != &softBreaks {
		for k := i; k < last; k++ {
			eq := strings.IndexByte(text[k:last], '=')
			if eq < 0 {
				break
			}
			if k += eq; softBreakSize(text, k) > 0 {
				p.unescape(&quoted, k)
				break
			}
		}
	}
	return last
}

// undo decodes the escapes between i and last; the rest of the stretch stays as it is.
func (n *notation) undo(text string, from, i, last, to int, plus byte) *decoded {
	d := &decoded{make([]byte, 0, to-from), make([]int32, 0, to-from+1)}
	for k := from; k < to; {
		if size := n.size(text, k); size > 0 && k >= i && k < last {
			n.decode(d, text, k, size)
			k += size
			continue
		}
		c := text[k]
		if c == '+' && plus != 0 {
			c = plus
		}
		d.put(c, k)
		k++
	}
	return d
}

func hexes(s string, i, n int) bool {
	if i+n > len(s) {
		return false
	}
	for k := i; k < i+n; k++ {
		if !isHex(s[k]) {
			return false
		}
	}
	return true
}

// hexValue reads hexadecimal digits; braces around them do not count.
func hexValue(s string) int {
	v := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = v<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			v = v<<4 | int(c-'A'+10)
		}
	}
	return v
}

// backslashSize knows \u0410, \U00000410, \u{410}, \x41, \320 and, before one of these,
// doubled backslashes.
func backslashSize(s string, i int) int {
	if s[i] != '\\' || i+2 >= len(s) {
		return 0
	}
	switch c := s[i+1]; c {
	case 'u', 'U':
		if hexes(s, i+2, 8) && c == 'U' {
			return 10
		}
		if hexes(s, i+2, 4) {
			return 6
		}
		if s[i+2] == '{' {
			if end := strings.IndexByte(s[i:min(len(s), i+11)], '}'); end > 3 && hexes(s, i+3, end-3) {
				return end + 1
			}
		}
	case 'x', 'X':
		if hexes(s, i+2, 2) {
			return 4
		}
	case '\\':
		j := i + 1
		for j < len(s) && s[j] == '\\' && j-i < 8 {
			j++
		}
		if backslashSize(s, j-1) > 0 {
			return 1
		}
	case '0', '1', '2', '3':
		if i+3 < len(s) && s[i+2]-'0' < 8 && s[i+3]-'0' < 8 {
			return 4
		}
	default:
		// CSS: \0410 and \410 with at least three digits, letters among them or not.
		return 0
	}
	return 0
}

func backslash(d *decoded, s string, i, size int) {
	switch {
	case size == 1:
		return
	case size == 4 && (s[i+1] == 'x' || s[i+1] == 'X'):
		d.put(byte(hexValue(s[i+2:i+4])), i)
	case size == 4:
		v, _ := strconv.ParseUint(s[i+1:i+4], 8, 16)
		d.put(byte(v), i)
	default:
		r := rune(hexValue(s[i+2 : i+size]))
		if utf16.IsSurrogate(r) {
			if size == 6 && backslashSize(s, min(i+6, len(s)-1)) == 6 {
				if full := utf16.DecodeRune(r, rune(hexValue(s[i+8:i+12]))); full != utf8.RuneError {
					r = full
				}
			}
			if utf16.IsSurrogate(r) {
				return // the second half of a pair
			}
		}
		d.putRune(r, i)
	}
}

func percentSize(s string, i int) int {
	if s[i] != '%' {
		return 0
	}
	if hexes(s, i+1, 2) {
		return 3
	}
	if i+1 < len(s) && s[i+1] == 'u' && hexes(s, i+2, 4) {
		return 6
	}
	return 0
}

func percent(d *decoded, s string, i, size int) {
	if size == 6 {
		d.puts(string(rune(hexValue(s[i+2:i+6]))), i)
		return
	}
	d.put(byte(hexValue(s[i+1:i+3])), i)
}

func entitySize(s string, i int) int {
	if s[i] != '&' || i+2 >= len(s) {
		return 0
	}
	j := i + 1
	for j < len(s) && j-i < 12 && (isAlnum(s[j]) || s[j] == '#') {
		j++
	}
	switch {
	case j < len(s) && s[j] == ';' && j-i > 2:
		return j + 1 - i
	case s[i+1] == '#' && j-i > 3:
		return j - i // browsers forgive the missing semicolon
	}
	return 0
}

func entity(d *decoded, s string, i, size int) { d.puts(html.UnescapeString(s[i:i+size]), i) }

func quotedSize(s string, i int) int {
	if s[i] != '=' || i+1 >= len(s) {
		return 0
	}
	if hexes(s, i+1, 2) && s[i+1] < 'a' && s[i+2] < 'a' {
		return 3
	}
	return softBreakSize(s, i)
}

// softBreakSize knows the end of a line that is no end of a line.
func softBreakSize(s string, i int) int {
	switch {
	case s[i] != '=':
		return 0
	case strings.HasPrefix(s[i+1:], "\n"):
		return 2
	case strings.HasPrefix(s[i+1:], "\r\n"):
		return 3
	case strings.HasPrefix(s[i+1:], `\r\n`):
		return 5 // inside JSON
	}
	return 0
}

func quotedPrintable(d *decoded, s string, i, size int) {
	if s[i+1] == '\n' || s[i+1] == '\r' || s[i+1] == '\\' {
		return
	}
	d.put(byte(hexValue(s[i+1:i+3])), i)
}

// encodedWords reads the words of a mail header (RFC 2047) that begin at i. Neighbouring
// words are one text, and one character may be cut between them.
func (p *pass) encodedWords(i int) int {
	d := decoded{}
	at := i
	for {
		m := encodedWord.FindStringSubmatchIndex(p.text[at:min(len(p.text), at+400)])
		if m == nil {
			break
		}
		body := p.text[at+m[4] : at+m[5]]
		var bytes []byte
		if p.text[at+m[2]]|0x20 == 'b' {
			bytes, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
		} else {
			for k := 0; k < len(body); {
				switch size := quotedSize(body, k); {
				case size == 3:
					bytes = append(bytes, byte(hexValue(body[k+1:k+3])))
					k += 3
				case body[k] == '_':
					bytes = append(bytes, ' ')
					k++
				default:
					bytes = append(bytes, body[k])
					k++
				}
			}
		}
		d.puts(string(bytes), at)
		at += m[1]
	}
	if at > i {
		p.open("RFC 2047", &d, at)
	}
	return at
}

var encodedWord = regexp.MustCompile(`^\s*=\?[A-Za-z0-9_-]+\?([bBqQ])\?([^?\s]*)\?=`)
