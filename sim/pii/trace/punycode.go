package trace

import (
	"strings"
	"unicode/utf8"
)

// punycode reads the domain around «xn--» with its labels decoded (RFC 3492).
func (p *pass) punycode(at int) {
	text := p.text
	if !strings.HasPrefix(text[at:], "xn--") && !strings.HasPrefix(text[at:], "XN--") || at < p.domains {
		return
	}
	from, to := around(text, at, at, 80, 0)
	for to < len(text) && (isAlnum(text[to]) || text[to] == '-' || text[to] == '.') {
		to++
	}
	p.domains = to
	var d decoded
	d.copy(text, from, at)
	for k := at; k < to; {
		stop := k
		for stop < to && text[stop] != '.' {
			stop++
		}
		label := strings.ToLower(text[k:stop])
		if body, ok := strings.CutPrefix(label, "xn--"); ok {
			if plain, ok := decodePunycode(body); ok {
				label = plain
			}
		}
		d.puts(label, k)
		if stop < to {
			d.put('.', stop)
			stop++
		}
		k = stop
	}
	p.open("punycode", &d, to)
}

// Parameters of punycode.
const (
	punyBase = 36
	punyTMin = 1
	punyTMax = 26
	punySkew = 38
	punyDamp = 700
)

func decodePunycode(s string) (string, bool) {
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i > 0 {
		out, s = []rune(s[:i]), s[i+1:]
	}
	n, i, bias := rune(128), 0, 72
	for len(s) > 0 {
		old, w := i, 1
		for k := punyBase; ; k += punyBase {
			if len(s) == 0 {
				return "", false
			}
			digit := 0
			switch c := s[0]; {
			case c >= 'a' && c <= 'z':
				digit = int(c - 'a')
			case c >= '0' && c <= '9':
				digit = int(c-'0') + 26
			default:
				return "", false
			}
			s = s[1:]
			i += digit * w
			t := min(max(k-bias, punyTMin), punyTMax)
			if digit < t {
				break
			}
			w *= punyBase - t
			if i < 0 || i > 1<<30 || w > 1<<30 {
				return "", false
			}
		}
		size := len(out) + 1
		delta := i - old
		if old == 0 {
			delta /= punyDamp
		} else {
			delta /= 2
		}
		delta += delta / size
		bias = 0
		for delta > (punyBase-punyTMin)*punyTMax/2 {
			delta /= punyBase - punyTMin
			bias += punyBase
		}
		bias += (punyBase - punyTMin + 1) * delta / (delta + punySkew)
		n += rune(i / size)
		i %= size
		if !utf8.ValidRune(n) || len(out) > 63 {
			return "", false
		}
		out = append(out[:i], append([]rune{n}, out[i:]...)...)
		i++
	}
	return string(out), true
}
