package pii

import (
	"math/rand"
	"strings"
)

func handleChar(c byte) bool { return asciiLetter(c) || asciiDigit(c) || c == '_' }

// recogniseHandles reads @nick and nicks named as such.
func recogniseHandles(sc *scan) {
	s := sc.text
	for _, a := range sc.ats {
		at := int(a)
		if at > 0 && (localChar(s[at-1]) || s[at-1] == '/' || s[at-1] == '@' || s[at-1] == ']' || s[at-1] == '*') {
			continue
		}
		end := at + 1
		for end < len(s) && (handleChar(s[end]) || s[end] == '.' && end+1 < len(s) && handleChar(s[end+1])) {
			end++
		}
		if end < len(s) && strings.IndexByte("/({:=[", s[end]) >= 0 || end-at < 5 || end-at > 33 || !asciiLetter(s[at+1]) {
			continue
		}
		if !personal(s[at+1:end]) || sc.ownPage(at) {
			continue
		}
		sc.add(candidate{start: at, end: end, kind: Handle, rule: "formatted", score: 0.85})
	}
	for i := range sc.toks {
		if sc.class(i)&ctxHandle != 0 {
			sc.namedHandle(i)
		}
	}
}

// personal leaves out words that are not people: groups, annotations of code, bots.
func personal(nick string) bool {
	low := strings.ToLower(nick)
	switch low {
	case "channel", "username", "nickname", "nick", "yourname", "everyone", "media", "import", "keyframes", "font", "charset", "supports", "override", "test", "autowired", "param", "return",
		"returns", "property", "dataclass", "staticmethod", "classmethod", "component", "service", "deprecated", "nullable", "nonnull", "bean", "entity", "table",
		"author", "since", "throws", "include", "mixin", "tailwind", "apply", "layer", "namespace", "decorator", "pytest", "beforeeach", "given", "when", "then", "scenario",
		"example", "online", "admin", "support", "group", "injectable", "controller", "module", "input", "output", "gmail", "yandex", "mail", "restcontroller", "getmapping", "postmapping",
		"suppresswarnings", "container", "extend", "function", "warn", "debug", "error", "else", "latest", "types", "value", "query", "column", "before", "after", "parametrize":
		return false
	}
	return !strings.HasSuffix(low, "bot") && !strings.HasPrefix(low, "salon") && !strings.HasPrefix(low, "studio") && !strings.HasPrefix(low, "clinic")
}

// namedHandle reads «телеграм: alsu_test», "username": "alsu.test".
func (sc *scan) namedHandle(i int) {
	s := sc.text
	k := i + 1
	for k < len(sc.toks) && k < i+4 && sc.toks[k].is(isCyrillic) && (sc.class(k)&(ctxHandle|ctxPhoneWeak|ctxSelf) != 0 || sc.toks[k].letters <= 2) && !strings.ContainsAny(sc.gap(k-1), ".!?\n") {
		k++
	}
	if k >= len(sc.toks) || !sc.toks[k].is(isLatin) || sc.toks[k].is(isCyrillic) {
		return
	}
	gap := sc.gap(k - 1)
	start := int(sc.toks[k].start)
	if len(gap) > 5 || strings.Trim(gap, " :-\"=(") != "" || gap == "" || gap == "-" || gap == "\"," {
		return
	}
	if strings.HasPrefix(s[start:], "live:") {
		start += len("live:") // as Skype writes it
	}
	end := start
	for end < len(s) && (handleChar(s[end]) || s[end] == '.' && end+1 < len(s) && handleChar(s[end+1]) && s[end+1] < 0x80) {
		end++
	}
	nick := s[start:end]
	special := strings.ContainsAny(nick, "_0123456789")
	explicit := strings.ContainsAny(gap, ":=") || sc.class(i)&ctxHandle != 0 && nickWord(sc.str(i))
	if len(nick) < 5 || len(nick) > 32 || end < len(s) && (s[end] == '/' || s[end] == '@' || s[end] == ':') || !personal(nick) {
		return
	}
	named := nickWord(sc.str(i))
	if !special && !(explicit && (strings.Contains(gap, ":") || named && sc.toks[i].is(isCyrillic))) || !special && !named {
		return
	}
	if strings.Contains(nick, ".") && !special && !named || sc.class(k)&(ctxSecret|ctxPhone|ctxCard|notNumber|ctxHandle) != 0 && strings.Contains(nick, "_") || strings.HasPrefix(nick, "bot_") || strings.Contains(nick, "token") {
		return
	}
	c := candidate{start: start, end: end, kind: Handle, rule: "context", score: 0.7, context: sc.str(i)}
	sc.add(c)
}

func nickWord(w string) bool {
	w = fold(w)
	return strings.HasPrefix(w, "ник") || w == "username" || w == "nickname" || w == "nick" || w == "screenname" || strings.HasPrefix(w, "логин") || strings.HasPrefix(w, "юзер")
}

func maskHandle(v string) string {
	v = strings.TrimPrefix(v, "@")
	return "@" + firstRune(v) + "***"
}

func normalHandle(v string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(v), "@"))
}

func validHandle(v string) bool {
	if len(v) < 5 || len(v) > 32 || !asciiLetter(v[0]) {
		return false
	}
	for i := 0; i < len(v); i++ {
		if !handleChar(v[i]) {
			return false
		}
	}
	return true
}

func inventHandle(r *rand.Rand) string { return "@klient_" + inventLetters(r, 4) + inventDigits(r, 4) }
