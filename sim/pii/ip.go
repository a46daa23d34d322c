package pii

import (
	"math/rand"
	"net/netip"
	"strings"
)

// notClients are ranges in which no client's address can be.
var notClients = func() (list []netip.Prefix) {
	for _, p := range strings.Fields(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16
		198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 ::1/128 ::/128 fe80::/10 fc00::/7 2001:db8::/32 ff00::/8
		8.8.8.8/32 8.8.4.4/32 1.1.1.1/32 1.0.0.1/32 77.88.8.8/32 77.88.8.1/32 9.9.9.9/32`) {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}()

func recogniseIP(sc *scan) {
	s := sc.text
	for i := 0; i+3 < len(sc.toks); i++ {
		if !sc.toks[i].is(isDigits) || sc.toks[i].letters > 3 || !sc.toks[i+1].is(isDigits) || sc.gap(i) != "." || !sc.toks[i+2].is(isDigits) || sc.gap(i+1) != "." || !sc.toks[i+3].is(isDigits) || sc.gap(i+2) != "." {
			continue
		}
		start, end := int(sc.toks[i].start), int(sc.toks[i+3].end)
		if start > 0 && (s[start-1] == '.' || s[start-1] == '-' || asciiLetter(s[start-1]) || s[start-1] == '/' && !strings.HasSuffix(s[:start], "//")) {
			continue
		}
		if end < len(s) && (s[end] == '.' && end+1 < len(s) && asciiDigit(s[end+1]) || s[end] == '-' || asciiLetter(s[end]) || s[end] == '_') {
			continue
		}
		sc.judgeIP(i, i+3, start, end)
		i += 3
	}
	sc.ipv6()
}

func (sc *scan) judgeIP(i, j, start, end int) {
	addr, err := netip.ParseAddr(sc.text[start:end])
	if err != nil || !clientsAddress(addr) {
		return
	}
	u := sc.around(i, j)
	c := candidate{start: start, end: end, kind: IP, rule: "formatted", score: 0.8}
	server := false
	if f, l := sc.fieldName(i); f >= 0 {
		for k := f; k <= l; k++ {
			switch fold(sc.str(k)) {
			case "server", "listen", "bind", "upstream", "host", "backend", "dns", "nameserver", "endpoint", "gateway", "version":
				server = true
			}
		}
	}
	switch {
	case server:
		c.score -= 0.4
	case u.strong(ctxIP):
		c.score += 0.15
	case u.strong(notVersion), j+1 < len(sc.toks) && sc.class(j+1)&notVersion != 0 && sc.gap(j) == " ":
		c.score -= 0.5
	case addr.Is4() && addr.As4()[0] < 20 && addr.As4()[1] < 20 && addr.As4()[2] < 30 && addr.As4()[3] < 100 && !sc.logLine(i):
		c.score -= 0.25 // 1.2.3.4 is rather a version or a paragraph
	}
	sc.add(c)
}

// logLine tells whether an address stands where servers write it: at the start of a line.
func (sc *scan) logLine(i int) bool {
	start := int(sc.toks[i].start)
	return start == 0 || sc.text[start-1] == '\n' || sc.text[start-1] == '"'
}

func clientsAddress(a netip.Addr) bool {
	for _, p := range notClients {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// ipv6 reads runs of hex digits and colons.
func (sc *scan) ipv6() {
	s := sc.text
	for from := 0; from < len(s); {
		k := strings.IndexByte(s[from:], ':')
		if k < 0 {
			return
		}
		at := from + k
		start := at
		for start > from && hexDigit(s[start-1]) {
			start--
		}
		end, colons := at, 0
		for end < len(s) && (hexDigit(s[end]) || s[end] == ':') {
			if s[end] == ':' {
				colons++
			}
			end++
		}
		from = end
		if end == at {
			from = at + 1
		}
		if colons < 3 || colons > 7 || end-start < 8 || start > 0 && (asciiLetter(s[start-1]) || s[start-1] == '-') || end < len(s) && asciiLetter(s[end]) {
			continue
		}
		addr, err := netip.ParseAddr(strings.TrimRight(s[start:end], ":"))
		if err != nil || !clientsAddress(addr) || addr.As16()[0] < 0x20 || addr.As16()[0] > 0x3f {
			continue
		}
		sc.add(candidate{start: start, end: start + len(strings.TrimRight(s[start:end], ":")), kind: IP, rule: "formatted", score: 0.9})
	}
}

func hexDigit(c byte) bool { return asciiDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func maskIP(v string) string {
	a := strings.Split(v, ".")
	if len(a) == 4 {
		return a[0] + "." + a[1] + ".*.*"
	}
	b := strings.Split(v, ":")
	if len(b) > 2 {
		return b[0] + ":" + b[1] + ":*"
	}
	return "[IP]"
}

func validIP(v string) bool {
	a, err := netip.ParseAddr(v)
	return err == nil && clientsAddress(a)
}

func inventIP(r *rand.Rand) string {
	return "95.24.0." + string(rune('1'+r.Intn(9))) + inventDigits(r, 1)
}
