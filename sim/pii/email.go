package pii

import (
	"math/rand"
	"strings"
)

// recogniseEmails looks at every @ and at the words that people write instead of it.
func recogniseEmails(sc *scan) {
	for _, at := range sc.ats {
		sc.emailAt(int(at), int(at)+1)
	}
	for i := range sc.toks {
		t := sc.toks[i]
		if i == 0 || t.letters < 2 || t.letters > 7 || i+1 >= len(sc.toks) || t.is(isDigits) || sc.toks[i-1].is(isCyrillic) && !sc.toks[i-1].is(isLatin) {
			continue
		}
		switch fold(sc.str(i)) {
		case "собака", "собачка", "at", "эт", "гав", "соб":
			sc.spelledEmail(i)
		}
	}
}

func localChar(c byte) bool {
	return asciiLetter(c) || asciiDigit(c) || strings.IndexByte("._%+-", c) >= 0
}

func (sc *scan) emailAt(at, after int) {
	s := sc.text
	if at > 1 && s[at-1] == ' ' && after+1 < len(s) && s[after] == ' ' && asciiLetter(s[after+1]) {
		at, after = at-1, after+1 // «guzel.s @ example.com»
	}
	start := at
	for start > 0 && (localChar(s[start-1]) || s[start-1] >= 0xD0 && s[start-1] <= 0xD3 || s[start-1] >= 0x80 && s[start-1] < 0xC0) && at-start < 64 {
		start--
	}
	for start < at && (s[start] == '.' || s[start] == '-' || s[start] == '%' || s[start] == '+' || s[start] >= 0x80 && s[start] < 0xC0) {
		start++
	}
	if start == at {
		return
	}
	// Latin after Russian letters: «почтаalsu@mail.ru» begins where the letters change.
	if asciiLetter(s[at-1]) || asciiDigit(s[at-1]) {
		for k := at - 1; k >= start; k-- {
			if s[k] >= 0x80 {
				start = k + 1
				break
			}
		}
	}
	end, ok := domainEnd(s, after)
	if !ok {
		return
	}
	domain := s[after:end]
	if start >= 4 && (strings.EqualFold(s[start-4:start], "sip:") || strings.EqualFold(s[max(0, start-5):start], "sip:+")) {
		return // the address of a telephone
	}
	if start > 0 && (s[start-1] == ':' || s[start-1] == '/') && sc.inCredentials(start, at) {
		return
	}
	if end < len(s) && (s[end] == ':' || s[end] == '/') && strings.HasPrefix(s[start:at], "git") && at-start == 3 {
		return
	}
	if domain == "c.us" || domain == "s.whatsapp.net" || domain == "g.us" || fileSuffix(domain) {
		return
	}
	c := candidate{start: start, end: end, kind: Email, rule: "formatted", score: 0.97}
	if serviceMailbox(s[start:at]) {
		return
	}
	sc.add(c)
}

// inCredentials tells whether user:password@host is being read.
func (sc *scan) inCredentials(start, at int) bool {
	from := max(0, start-80)
	return strings.Contains(sc.text[from:at], "://") && !strings.Contains(sc.text[from:at], "mailto:")
}

// domainEnd reads a domain of at least two labels, the last of letters.
func domainEnd(s string, i int) (int, bool) {
	end, labels, label := i, 0, i
	for end < len(s) {
		c := s[end]
		switch {
		case asciiLetter(c) || asciiDigit(c) || c == '-' || c >= 0xD0 && c <= 0xD3 || c >= 0x80 && c < 0xC0:
			end++
			continue
		case c == '.' && end > label && end+1 < len(s) && (asciiLetter(s[end+1]) || asciiDigit(s[end+1]) || s[end+1] >= 0xD0 && s[end+1] <= 0xD3):
			// «…mail.ru.Пишите»: a Russian word after a Latin domain is the next sentence
			if s[end+1] >= 0x80 && s[end-1] < 0x80 {
				goto done
			}
			labels++
			end++
			label = end
			continue
		}
		break
	}
done:
	last := s[label:end]
	// a Russian letter glued to a Latin zone is not of it
	if last != "" && asciiLetter(last[0]) {
		for k := 0; k < len(last); k++ {
			if last[k] >= 0x80 {
				end = label + k
				last = s[label:end]
				break
			}
		}
	}
	if labels == 0 || len(last) < 2 || strings.ContainsAny(last, "0123456789") || last[0] == '-' {
		return end, false
	}
	return end, true
}

func fileSuffix(domain string) bool {
	switch domain[strings.LastIndexByte(domain, '.')+1:] {
	case "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "ts", "json", "html", "go", "py", "map", "min":
		return true
	}
	return false
}

// serviceMailbox tells mailboxes of a business or of a machine from a person's.
func serviceMailbox(local string) bool {
	switch strings.ToLower(local) {
	case "info", "support", "noreply", "no-reply", "admin", "postmaster", "help", "sales", "office", "webmaster", "abuse", "mailer-daemon", "donotreply", "hr", "contact", "hello":
		return true
	}
	return false
}

// spelledEmail reads «alsu собака mail точка ru» and alsu[at]mail.ru.
func (sc *scan) spelledEmail(i int) {
	first := i - 1
	for first > 0 && first > i-6 {
		g := sc.gap(first - 1)
		if g == "." || g == "_" || g == "" || g == "-" {
			first--
			continue
		}
		if w := fold(sc.str(first)); first > 1 && (w == "точка" || w == "dot" || w == "подчеркивание" || w == "тире") {
			first--
			continue
		}
		if w := fold(sc.str(first - 1)); (w == "точка" || w == "dot" || w == "подчеркивание" || w == "тире") && first > 1 {
			first -= 2
			continue
		}
		break
	}
	if sc.toks[i-1].is(isCyrillic) && !sc.toks[i-1].is(isLatin) {
		return
	}
	glue := strings.Trim(sc.gap(i-1)+sc.gap(i), " ()[]{}<>*\"")
	if glue != "" || len(sc.gap(i-1)) > 4 || len(sc.gap(i)) > 4 {
		return
	}
	latinWord := fold(sc.str(i)) == "at"
	k := i + 1
	for ; k+1 < len(sc.toks) && k < i+6; k++ {
		g := sc.gap(k)
		if g == "." || g == "-" {
			continue
		}
		w := fold(sc.str(k + 1))
		if (w == "точка" || w == "dot" || w == "тчк") && k+2 < len(sc.toks) {
			k++
			continue
		}
		if w0 := fold(sc.str(k)); w0 == "точка" || w0 == "dot" || w0 == "тчк" {
			continue
		}
		if (w == "ru" || w == "com" || w == "ру" || w == "ком") && g == " " && !latinWord {
			continue
		}
		break
	}
	zone := fold(sc.str(k))
	if k == i+1 || latinWord && strings.Trim(sc.gap(i-1), " ") == "" && !strings.Contains(sc.text[sc.toks[i].end:sc.toks[k].end], "dot") {
		return
	}
	if sc.toks[k].is(isDigits) || len(zone) < 2 || len(zone) > 12 {
		return
	}
	sc.add(candidate{start: int(sc.toks[first].start), end: int(sc.toks[k].end), kind: Email, rule: "spelled", score: 0.85})
}

// maskEmail shows the first letter of each half and the zone.
func maskEmail(v string) string {
	n := normalise(v).text
	at := strings.IndexByte(n, '@')
	dot := strings.LastIndexByte(n, '.')
	if at < 1 || dot < at+2 {
		return "[ПОЧТА]"
	}
	return firstRune(n) + "***@" + firstRune(n[at+1:]) + "***" + n[dot:]
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func normalEmail(v string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "mailto:")
}

func validEmail(v string) bool {
	at := strings.IndexByte(v, '@')
	if at < 1 {
		return false
	}
	end, ok := domainEnd(v, at+1)
	return ok && end == len(v)
}

func inventEmail(r *rand.Rand) string {
	zones := [...]string{"example.com", "example.org", "example.net"}
	return "client." + inventLetters(r, 6) + "@" + zones[r.Intn(len(zones))]
}

func inventLetters(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.Intn(26))
	}
	return string(b)
}
