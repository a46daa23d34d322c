package pii

import (
	"math/rand"
	"strings"
)

// profileHosts are the places where people have pages.
var profileHosts = []string{"vk.com/", "vkontakte.ru/", "odnoklassniki.ru/", "linkedin.com/in/", "threads.net/@", "threads.com/@", "vk.ru/", "t.me/", "instagram.com/", "ok.ru/", "wa.me/", "facebook.com/", "telegram.me/", "api.whatsapp.com/send?phone=", "vk.me/", "tiktok.com/@", "max.ru/u/", "viber.click/"}

// notPages are first parts of paths which belong to no person.
var notPages = map[string]bool{
	"wall": true, "club": true, "public": true, "event": true, "app": true, "away": true, "video": true, "photo": true, "album": true, "topic": true,
	"market": true, "feed": true, "share": true, "joinchat": true, "c": true, "s": true, "proxy": true, "addstickers": true, "p": true, "reel": true, "reels": true,
	"explore": true, "stories": true, "group": true, "dk": true, "sharer": true, "login": true, "dev": true, "im": true, "write": true, "docs": true, "iv": true, "i": true, "bot": true, "music": true,
}

func recogniseLinks(sc *scan) {
	s := sc.text
	for i := range sc.toks {
		t := sc.toks[i]
		at := int(t.start)
		if t.is(isLatin) && t.letters == 2 && strings.HasPrefix(s[at:], "tg://user?id=") {
			sc.telegramUser(at)
			continue
		}
		if !t.is(isLatin) || t.letters > 13 || int(t.end) >= len(s) || s[t.end] != '.' {
			continue
		}
		for _, host := range profileHosts {
			if s[at] != host[0] || !strings.HasPrefix(s[at:], host) {
				continue
			}
			if at > 0 && (asciiLetter(s[at-1]) || asciiDigit(s[at-1]) || s[at-1] == '-' || s[at-1] == '.' && !strings.HasSuffix(s[:at], "www.") && !strings.HasSuffix(s[:at], "m.")) {
				continue
			}
			sc.linkAt(at, at+len(host), host)
			break
		}
	}
}

// telegramUser reads tg://user?id=512345678.
func (sc *scan) telegramUser(at int) {
	id := at + len("tg://user?id=")
	end := id
	for end < len(sc.text) && asciiDigit(sc.text[end]) {
		end++
	}
	if end-id >= 5 {
		sc.add(candidate{start: at, end: end, kind: ProfileLink, rule: "formatted", score: 0.9})
	}
}

func (sc *scan) linkAt(at, path int, host string) {
	s := sc.text
	end := path
	for end < len(s) && end-path < 200 && (handleChar(s[end]) || strings.IndexByte(".+-/=?&@", s[end]) >= 0) {
		end++
	}
	for end > path && strings.IndexByte(".+-/?&=", s[end-1]) >= 0 {
		end--
	}
	page := s[path:end]
	first, _, _ := strings.Cut(page, "/")
	first, _, _ = strings.Cut(first, "?")
	if len(first) < 3 || s[path] == '+' && !strings.HasPrefix(host, "wa.me") && !strings.HasPrefix(host, "t.me") {
		return
	}
	number := digits(first) == strings.TrimPrefix(first, "+") && len(first) >= 10
	word := strings.TrimRight(first, "0123456789-_")
	if host == "ok.ru/" && first != "profile" && notPages[word] || host != "ok.ru/" && notPages[word] || strings.HasSuffix(strings.ToLower(first), "bot") || notPages[first] {
		return
	}
	if strings.HasPrefix(first, "+") && !number {
		return // an invitation to a group
	}
	start := at
	for _, p := range []string{"www.", "m.", "://", "https", "http"} {
		start = len(strings.TrimSuffix(s[:start], p))
	}
	c := candidate{start: start, end: end, kind: ProfileLink, rule: "formatted", score: 0.9, nested: number}
	if !number && (sc.ownPage(start) || sc.ownPageAfter(end)) {
		c.score = 0.4
	}
	if number {
		d := digits(first)
		if len(d) == 11 && subscriber(d[1:]) {
			sc.add(candidate{start: path, end: path + len(first), kind: Phone, rule: "formatted", score: 0.92, nested: true})
		}
	}
	sc.add(c)
}

// ownPage tells whether the page is said to be the business's: «наша группа vk.com/…».
func (sc *scan) ownPage(start int) bool {
	from := max(0, start-70)
	words := strings.Fields(fold(sc.text[from:start]))
	for _, w := range words[max(0, len(words)-5):] {
		w = strings.Trim(w, ".,:;!?()\"")
		switch {
		case strings.HasPrefix(w, "наш"), w == "группа", w == "группе", w == "канал", w == "канале", w == "сообщество", w == "нас", w == "подписывайтесь", w == "салон", w == "паблик", w == "мы", w == "безнең", w == "студия", w == "клиника":
			return true
		}
	}
	return false
}

// ownPageAfter reads «vk.com/… — наша страница».
func (sc *scan) ownPageAfter(end int) bool {
	k := sc.tokenAt(end)
	return k < len(sc.toks) && int(sc.toks[k].start)-end < 5 && strings.HasPrefix(fold(sc.str(k)), "наш")
}

func maskProfileLink(v string) string {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "https://"), "http://")
	host, _, ok := strings.Cut(v, "/")
	if !ok {
		return "[ССЫЛКА]"
	}
	return host + "/***"
}

func validProfileLink(v string) bool {
	for _, h := range profileHosts {
		if strings.Contains(v, h) {
			return true
		}
	}
	return false
}

func inventProfileLink(r *rand.Rand) string { return "https://vk.com/id9" + inventDigits(r, 9) }

// normalText folds case, ё and blanks.
func normalText(v string) string { return strings.Join(strings.Fields(fold(v)), " ") }
