package pii

import (
	"encoding/base64"
	"math/rand"
	"strings"
)

// secretShapes are keys that show what they are by their first characters.
var secretShapes = []struct {
	prefix string
	chars  string // besides letters and digits
	min    int
	rule   string
}{
	{"eyJ", "-_.=", 30, "jwt"},
	{"sk-", "-_", 20, "shape"},
	{"AQVN", "-_", 35, "shape"},
	{"t1.", "-_.=", 60, "shape"},
	{"y0_", "-_", 30, "shape"},
	{"y0__", "-_", 30, "shape"},
	{"y1_", "-_", 30, "shape"},
	{"vk1.a.", "-_", 50, "shape"},
	{"AKIA", "", 20, "shape"},
	{"ghp_", "", 30, "shape"},
	{"github_pat_", "_", 40, "shape"},
	{"glpat-", "-_", 20, "shape"},
	{"xoxb-", "-", 30, "shape"},
	{"YCAJE", "-_", 20, "shape"},
	{"YCM", "-_", 35, "shape"},
	{"AIza", "-_", 35, "shape"},
}

func tokenChar(c byte, more string) bool {
	return asciiLetter(c) || asciiDigit(c) || more != "" && strings.IndexByte(more, c) >= 0
}

// recogniseSecrets finds keys by shape where the shape is strong, and by the name of the
// field where it is weak. Entropy alone proves nothing.
func recogniseSecrets(sc *scan) {
	s := sc.text
	sc.webhooks()
	sc.privateKeys()
	sc.basicAuth()
	run := 0
	for i := range sc.toks {
		t := sc.toks[i]
		switch {
		case t.is(isDigits) && t.letters >= 8 && t.letters <= 10 && int(t.end) < len(s) && s[t.end] == ':':
			sc.botToken(i)
		case t.is(isDigits):
		case t.letters == 1 && t.start > 1 && s[t.start] == 'u' && s[t.start-1] == '-':
			sc.curlUser(int(t.end))
		case sc.class(i)&ctxSecret != 0:
			sc.namedSecret(i)
			fallthrough
		default:
			sc.shapedSecret(int(t.start))
		}
		if i > 0 && sc.toks[i-1].end == t.start {
			if run == 0 {
				run = int(sc.toks[i-1].start) + 1
			}
		} else {
			run = 0
		}
		if run > 0 && int(t.end)-run+1 >= 90 && int(t.end)-run+1 <= 140 {
			sc.pairOfIDs(run-1, int(t.end))
		}
	}
}

// shapedSecret tries the shapes at the beginning of a word.
func (sc *scan) shapedSecret(start int) {
	s := sc.text
	if strings.IndexByte("esAtyvgxY", s[start]) < 0 {
		return
	}
	for _, shape := range secretShapes {
		if s[start] != shape.prefix[0] || !strings.HasPrefix(s[start:], shape.prefix) {
			continue
		}
		if start > 0 && (tokenChar(s[start-1], "-_") || s[start-1] == '/' && shape.prefix == "t1.") {
			continue
		}
		end := start + len(shape.prefix)
		for end < len(s) && tokenChar(s[end], shape.chars) {
			end++
		}
		for end > start && strings.IndexByte(".-", s[end-1]) >= 0 {
			end--
		}
		if end-start < shape.min || shape.rule == "jwt" && strings.Count(s[start:end], ".") < 2 || shape.rule != "jwt" && !strings.ContainsAny(s[start:end], "0123456789") {
			continue
		}
		sc.add(candidate{start: start, end: end, kind: Secret, rule: shape.rule, score: 0.98})
		return
	}
}

// webhooks finds addresses of Bitrix24: HOST/rest/1/key/ and the application's token.
func (sc *scan) webhooks() {
	s := sc.text
	for from := 0; ; {
		k := strings.Index(s[from:], "/rest/")
		if k < 0 {
			return
		}
		at := from + k
		p := at + len("/rest/")
		from = p
		user := p
		for p < len(s) && asciiDigit(s[p]) {
			p++
		}
		if p == user || p >= len(s) || s[p] != '/' {
			continue
		}
		p++
		key := p
		for p < len(s) && tokenChar(s[p], "") {
			p++
		}
		if p-key < 10 {
			continue
		}
		if p < len(s) && s[p] == '/' {
			p++
		}
		start := at
		for start > 0 && tokenChar(s[start-1], ".-:") {
			start--
		}
		for _, scheme := range []string{"https://", "http://"} {
			if strings.HasSuffix(s[:start], "//") || strings.HasPrefix(s[start:at], ":") {
				break
			}
			start = len(strings.TrimSuffix(s[:start], scheme))
		}
		if strings.HasSuffix(s[:start], "//") {
			// the scheme was read as part of the host: take it whole
			for start > 0 && (asciiLetter(s[start-1]) || s[start-1] == '/' || s[start-1] == ':') {
				start--
			}
		}
		sc.add(candidate{start: start, end: p, kind: Secret, rule: "webhook", score: 0.99})
	}
}

func (sc *scan) privateKeys() {
	s := sc.text
	for from := 0; ; {
		k := strings.Index(s[from:], "PRIVATE KEY-----")
		if k < 0 {
			return
		}
		at := from + k
		start := strings.LastIndex(s[max(0, at-40):at], "-----BEGIN")
		from = at + 16
		if start < 0 {
			continue
		}
		end := from
		if e := strings.Index(s[from:], "-----END"); e >= 0 {
			end = from + e
			if f := strings.Index(s[end+8:], "-----"); f >= 0 && f < 60 {
				end += 8 + f + 5
			}
		} else {
			for end < len(s) && (tokenChar(s[end], "+/= \n\\")) {
				end++
			}
		}
		sc.add(candidate{start: max(0, at-40) + start, end: end, kind: Secret, rule: "privatekey", score: 0.99})
		from = end
	}
}

// basicAuth finds scheme://user:password@host.
func (sc *scan) basicAuth() {
	s := sc.text
	for from := 0; ; {
		k := strings.Index(s[from:], "://")
		if k < 0 {
			return
		}
		p := from + k + 3
		from = p
		colon, at := -1, -1
		for q := p; q < len(s) && q < p+200; q++ {
			c := s[q]
			if c <= ' ' || c == '"' || c == '\'' || c == '/' || c == '<' {
				break
			}
			if c == ':' && colon < 0 {
				colon = q
			}
			if c == '@' {
				at = q
			}
		}
		if colon < 0 || at < colon+2 || hidden(s[colon+1:at]) {
			continue
		}
		start := p - 3
		for start > 0 && (asciiLetter(s[start-1]) || s[start-1] == '+') {
			start--
		}
		end := at + 1
		for end < len(s) && tokenChar(s[end], ".-:") {
			end++
		}
		for end > at && (s[end-1] == '.' || s[end-1] == ':') {
			end--
		}
		sc.add(candidate{start: start, end: end, kind: Secret, rule: "basicauth", score: 0.98})
	}
}

// curlUser finds «curl -u user:password»; p is behind the letter of the option.
func (sc *scan) curlUser(p int) {
	s := sc.text
	if p+1 >= len(s) || s[p] != ' ' || !strings.Contains(s[max(0, p-80):p], "curl") {
		return
	}
	p++
	end := valueEnd(s, p)
	user, password, ok := strings.Cut(s[p:end], ":")
	if ok && user != "" && len(password) >= 4 && !hidden(password) {
		sc.add(candidate{start: p, end: end, kind: Secret, rule: "basicauth", score: 0.9})
	}
}

// botToken: eight to ten digits, a colon and 35 characters.
func (sc *scan) botToken(i int) {
	s, t := sc.text, sc.toks[i]
	start := int(t.start)
	end := int(t.end) + 1
	for end < len(s) && tokenChar(s[end], "-_") {
		end++
	}
	n := end - int(t.end) - 1
	if n < 33 || n > 37 {
		return
	}
	if start > 0 && asciiLetter(s[start-1]) && !strings.HasSuffix(s[:start], "bot") {
		return
	}
	sc.add(candidate{start: start, end: end, kind: Secret, rule: "bot", score: 0.98})
}

// hidden tells whether a value is a mask or a place for one, rather than a value.
func hidden(v string) bool {
	low := strings.ToLower(v)
	switch low {
	case "", "null", "nil", "none", "true", "false", "undefined", "string", "required", "password", "token", "secret", "changeme", "xxx", "redacted", "masked", "hidden", "example", "your", "bearer", "basic":
		return true
	}
	return strings.ContainsAny(v, "*•…<>{}$[]") || strings.Trim(low, "x.-_") == "" || strings.HasPrefix(low, "redact") || strings.HasPrefix(low, "your_") || strings.HasPrefix(low, "your-") || strings.HasPrefix(v, "[")
}

// namedSecret reads the value beside «пароль», token=, "api_key": and the like.
func (sc *scan) namedSecret(i int) {
	s := sc.text
	name := fold(sc.str(i))
	k := i
	// the rest of the field's name: access_token, client_secret
	for k+1 < len(sc.toks) && (sc.gap(k) == "_" || sc.gap(k) == "-" || sc.gap(k) == "") && sc.class(k+1)&ctxSecret != 0 {
		k++
		name += "_" + fold(sc.str(k))
	}
	if name == "auth" && k+1 < len(sc.toks) && sc.gap(k) == "_" && fold(sc.str(k+1)) == "id" {
		k++ // what Bitrix24 sends with events
		name = "auth_token"
	}
	if k+1 < len(sc.toks) && (sc.gap(k) == "_" || sc.gap(k) == "" && sc.toks[k+1].is(isLatin)) {
		return // "token_count", "password_hash"
	}
	if strings.HasPrefix(name, "парол") {
		// «пароль от личного кабинета Alsu2015!»
		for m := k + 1; m < len(sc.toks) && m <= k+3 && sc.gap(m-1) == " " && sc.toks[m].is(isCyrillic) && !sc.toks[m].is(isLatin); m++ {
			if m+1 < len(sc.toks) && sc.toks[m+1].is(isLatin) {
				k = m
				break
			}
		}
	}
	p := int(sc.toks[k].end)
	explicit := false
	if strings.HasPrefix(s[p:], " - ") || strings.HasPrefix(s[p:], " — ") {
		p += strings.IndexByte(s[p+1:], ' ') + 1
		explicit = true
	}
	for p < len(s) && strings.IndexByte(" \"'=:>(", s[p]) >= 0 {
		if s[p] == '=' || s[p] == ':' {
			explicit = true
		}
		p++
	}
	if p == int(sc.toks[k].end) {
		return
	}
	end := valueEnd(s, p)
	for end > p && strings.IndexByte(".!?", s[end-1]) >= 0 {
		end--
	}
	v := s[p:end]
	if name == "authorization" || name == "bearer" || name == "auth" {
		if w := strings.ToLower(v); w == "bearer" || w == "basic" || w == "token" || w == "oauth" || w == "key" {
			p = end
			for p < len(s) && s[p] == ' ' {
				p++
			}
			end = valueEnd(s, p)
			v = s[p:end]
		}
	}
	if hidden(v) || !secretEnough(name, v, explicit) {
		return
	}
	sc.add(candidate{start: p, end: end, kind: Secret, rule: "field", score: 0.85, context: sc.text[sc.toks[i].start:sc.toks[k].end]})
}

// maxSecret bounds a value, so that a text of nothing but «token=» is read in linear time.
const maxSecret = 2048

// valueEnd reads a value up to a blank, a quote or a bracket.
func valueEnd(s string, p int) int {
	end := p
	for end < len(s) && end-p < maxSecret && s[end] > ' ' && strings.IndexByte("\"',;&<>)}]=", s[end]) < 0 {
		end++
	}
	for end < len(s) && s[end] == '=' && (end+1 == len(s) || s[end+1] == '=' || s[end+1] <= ' ' || s[end+1] == '"') {
		end++ // the end of base64
	}
	return end
}

// secretEnough asks more of a value the less its name says.
func secretEnough(name, v string, explicit bool) bool {
	hasDigit := strings.ContainsAny(v, "0123456789")
	hasLetter, cyrillic, upper := false, false, false
	for i := 0; i < len(v); i++ {
		hasLetter = hasLetter || asciiLetter(v[i])
		upper = upper || v[i] >= 'A' && v[i] <= 'Z'
		cyrillic = cyrillic || v[i] >= 0x80
	}
	if strings.Contains(v, "://") {
		return false
	}
	password := strings.Contains(name, "passw") || strings.HasPrefix(name, "парол") || name == "pwd" || name == "pass"
	switch {
	case cyrillic: // «пароль: котик2015»
		return password && explicit && hasDigit && len(v) >= 8
	case password && explicit:
		return len(v) >= 4 && (hasLetter || len(v) >= 6) && !strings.Contains(v, "/") || len(v) >= 8 && hasDigit && hasLetter
	case password:
		return len(v) >= 6 && hasDigit && hasLetter
	case name == "bearer" || name == "authorization":
		return len(v) >= 12 && (hasDigit || upper)
	case strings.Contains(name, "token") || strings.Contains(name, "secret") || strings.Contains(name, "токен") || strings.HasPrefix(name, "api") || strings.Contains(name, "key_") || strings.Contains(name, "_key") || strings.HasPrefix(name, "вебхук") || strings.HasPrefix(name, "ключ"):
		return len(v) >= 12 && hasDigit && hasLetter && (!uuid(v) || strings.Contains(name, "secret") && explicit) && (explicit || len(v) >= 20)
	}
	return explicit && len(v) >= 24 && hasDigit && hasLetter && !uuid(v) && !strings.ContainsAny(v, ":/")
}

func uuid(v string) bool {
	return len(v) == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-'
}

// pairOfIDs: GigaChat's key is base64 of two identifiers with a colon between.
func (sc *scan) pairOfIDs(start, end int) {
	s := sc.text
	for end < len(s) && s[end] == '=' {
		end++
	}
	raw, err := base64.StdEncoding.DecodeString(s[start:end])
	if err != nil || len(raw) != 73 || raw[36] != ':' || !uuid(string(raw[:36])) || !uuid(string(raw[37:])) {
		return
	}
	sc.add(candidate{start: start, end: end, kind: Secret, rule: "shape", score: 0.98})
}

func maskSecret(string) string { return "[СЕКРЕТ]" }

func validSecret(v string) bool { return len(v) >= 8 && !hidden(v) }

func inventSecret(r *rand.Rand) string {
	return "sk-" + inventLetters(r, 8) + inventDigits(r, 4) + inventLetters(r, 20)
}

func maskAll(v string) string { return "***" }

// maskAllButFour shows the last four characters of a code.
func maskAllButFour(v string) string { return maskLastFour(v) }
