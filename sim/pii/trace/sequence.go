package trace

import (
	"math"
	"strings"
	"unicode/utf8"

	"progon/sim/pii/trace/names"
)

// sequence is a value of several words or numbers: an address of e-mail, a handle, a
// phrase. It is found by its most telling token and then read in both directions.
type sequence struct {
	value  string
	anchor uint8 // which token of the value
	// whole tells that nothing may be joined to the ends: «alsu_test» is not «alsu_test2».
	whole bool
	// local marks the part of an e-mail before @.
	local bool
}

// filler are the words and signs that people say between the parts of an address.
var filler = map[string]bool{
	"собака": true, "собачка": true, "точка": true, "dot": true, "at": true, "эт": true, "доткомом": true, "дефис": true, "тире": true,
	"подчеркивание": true, "нижнее": true, "underscore": true, "dash": true, "и": true, "в": true,
}

func (b *builder) email(i int32, value string) {
	value = strings.TrimPrefix(strings.ToLower(value), "mailto:")
	b.sequence(i, sequence{value: value, whole: true})
	local, _, _ := strings.Cut(value, "@")
	if len(local) >= 8 && len(lex(local, 0, len(local))) > 1 {
		b.sequence(i, sequence{value: local, whole: true, local: true})
	}
	b.reversedText(i, value)
}

func (b *builder) reversedText(i int32, value string) {
	r := []rune(value)
	for l, e := 0, len(r)-1; l < e; l, e = l+1, e-1 {
		r[l], r[e] = r[e], r[l]
	}
	tokens := lex(string(r), 0, len(string(r)))
	if len(tokens) == 1 && !tokens[0].digits && len(r) >= 4 {
		b.words.add(finish(wordHash(string(r)), saltWord), entry{canary: i, class: asReversed})
	} else if len(tokens) > 1 {
		b.sequence(i, sequence{value: string(r)})
	}
}

// generic looks for a value word by word.
func (b *builder) generic(i int32, value string) {
	if _, rest, ok := strings.Cut(value, "://"); ok {
		value = strings.TrimPrefix(rest, "www.")
	}
	if mac := hardware(value); mac != "" {
		b.sequence(i, sequence{value: mac[:4] + "." + mac[4:8] + "." + mac[8:]})
		b.sequence(i, sequence{value: mac[:6] + "-" + mac[6:]})
	}
	tokens := lex(value, 0, len(value))
	if len(tokens) == 0 {
		return
	}
	if len(tokens) == 1 && !tokens[0].digits {
		b.word(i, tokens[0].text)
		b.reversedText(i, value)
		return
	}
	for _, t := range tokens {
		b.identifiers = b.identifiers || identifier(value, t.start) > 0
	}
	joined := strings.ContainsAny(value, "@_/.-") && !strings.Contains(value, " ")
	b.sequence(i, sequence{value: value, whole: joined})
	b.reversedText(i, value)
	if key, ok := codeKey(value); ok && !strings.ContainsAny(value, "@/_") {
		b.codes = true
		b.add(key, entry{canary: i, class: asCode})
	}
	b.spelled(i, value, joined)
}

// hardware gives the twelve digits of the address of a network card, if value is one.
func hardware(value string) string {
	digits := strings.NewReplacer(":", "", "-", "").Replace(value)
	if len(value) != 17 || len(digits) != 12 || !hexes(digits, 0, 12) {
		return ""
	}
	return digits
}

// spelled adds the transliteration of a phrase, scheme by scheme.
func (b *builder) spelled(i int32, value string, whole bool) {
	value = strings.ToLower(value)
	for _, scheme := range names.Schemes() {
		latin := strings.ReplaceAll(names.Latin(value, scheme), "`", "")
		if latin == value {
			return
		}
		b.sequence(i, sequence{value: latin, whole: whole})
	}
}

// sequence adds a sequence under its most telling token.
func (b *builder) sequence(i int32, s sequence) {
	tokens := lex(s.value, 0, len(s.value))
	best := 0.0
	for j, t := range tokens {
		score := telling(t)
		if t.digits && len(t.text) < 6 && (j == 0 || tokens[j-1].digits) {
			score /= 3 // short numbers tell something only after their word
		}
		if score > best && j < 256 {
			best, s.anchor = score, uint8(j)
		}
	}
	if len(tokens) == 0 {
		return
	}
	e := entry{canary: i, class: asSequence, aux: int32(len(b.sequences))}
	b.sequences = append(b.sequences, s)
	anchor := tokens[s.anchor]
	if at := int(s.anchor); anchor.digits && at > 0 && !tokens[at-1].digits {
		b.words.add(afterWordKey(wordHash(tokens[at-1].text), packDigits(anchor.text)), e)
		return
	}
	if anchor.digits {
		b.add(groupKey(packDigits(anchor.text), len(anchor.text)), e)
		return
	}
	b.words.add(finish(wordHash(anchor.text), saltWord), e)
	if strings.Contains(s.value, "@") || s.local {
		if c := names.Cyrillic(anchor.text); c != "" {
			b.words.add(finish(wordHash(c), saltWord), e)
		}
	}
}

// telling estimates how rare a token is, in bits.
func telling(t token) float64 {
	n := float64(utf8.RuneCountInString(t.text))
	if t.digits {
		if n < 3 {
			return n / 10 // short numbers are everywhere
		}
		return 3.3 * math.Min(n, 6)
	}
	if _, common := filler[t.text]; common || n < 3 {
		return n / 5
	}
	switch t.text {
	case "example", "com", "org", "net", "test", "mail", "yandex", "gmail", "pochta", "https", "http", "www":
		return 1
	}
	return 2 * math.Min(n, 8)
}

// codeKey is the key of a value of letters and digits that is written without a break,
// such as the number of a vehicle: capitals and the script of twins do not matter.
func codeKey(value string) (uint64, bool) {
	h, letters, digits := uint64(0), 0, 0
	for _, r := range lower(value) {
		if l, ok := toLatinTwin[r]; ok && l >= 'a' {
			r = l
		}
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z':
			letters++
		default:
			continue
		}
		h = step(h, uint16(r))
	}
	return finish(h, saltCode), letters > 0 && digits > 0 && letters+digits >= 8
}

// address finds street and house, which together are enough to find a person.
func (b *builder) address(i int32, value string) bool {
	tokens := lex(value, 0, len(value))
	for j := 1; j < len(tokens); j++ {
		if !tokens[j].digits || len(tokens[j].text) > 4 {
			continue
		}
		for k := j - 1; k >= 0 && k >= j-3; k-- {
			word := tokens[k]
			if word.digits || streetWords[word.text] || utf8.RuneCountInString(word.text) < 3 {
				continue
			}
			suffix := rune(0)
			if end := tokens[j].end; end < len(value) {
				if code, _ := foldOf(value, end); code != 0 {
					suffix = rune(code)
				}
			}
			b.street(i, word.text, packDigits(tokens[j].text), suffix)
			return true
		}
	}
	return false
}

func (b *builder) street(i int32, word string, house uint64, suffix rune) {
	forms := []string{word}
	if stem, ok := strings.CutSuffix(word, "ая"); ok {
		forms = append(forms, stem+"ои", stem+"ую", stem+"ою")
	} else {
		for _, f := range names.Decline(word, names.Surname, names.Unknown) {
			forms = append(forms, f)
		}
	}
	e := entry{canary: i, class: asStreet, aux: int32(suffix)}
	for _, f := range forms {
		b.words.add(pairKey(wordHash(f), house), e)
	}
	for _, s := range names.Skeletons(word) {
		if len(s) >= shortestSkeleton {
			b.words.add(latinPairKey(skeletonHash(s), house), e)
		}
	}
}

// streetWords stand in every address.
var streetWords = wordSet(`г город ул улица пр проспект просп пер переулок б бульвар ш шоссе мкр микрорайон наб набережная пл площадь д дом
	корп корпус к стр строение кв квартира под подъезд эт этаж обл область респ республика р н район россия казань москва татарстан рт рф
	урамы урам йорт иорт фатир индекс домофон home house street st str ul ulitsa apt улице улицы`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[lower(w)] = true
	}
	return set
}

// matches reads a sequence around its anchor, which is the token of the text that starts
// at at. It returns the bounds of the whole.
func (s *sequence) matches(text string, at int) (start, end int, ok bool) {
	from, to := around(text, at, at, 2*len(s.value)+60, 3*len(s.value)+60)
	tokens := lex(text, from, to)
	pos := -1
	for i, t := range tokens {
		if t.start == at {
			pos = i
			break
		}
	}
	if pos < 0 {
		return 0, 0, false
	}
	value := lex(s.value, 0, len(s.value))
	first, ok := s.walk(value, tokens, pos, -1)
	if !ok {
		return 0, 0, false
	}
	final, ok := s.walk(value, tokens, pos, 1)
	if !ok {
		return 0, 0, false
	}
	start, end = tokens[first].start, tokens[final].end
	return start, end, s.bounded(text, start, end)
}

// walk compares tokens from the anchor outwards.
func (s *sequence) walk(value, tokens []token, pos, way int) (int, bool) {
	for k := int(s.anchor) + way; k >= 0 && k < len(value); k += way {
		next := pos + way
		for skipped := 0; next >= 0 && next < len(tokens) && !sameToken(tokens[next].text, value[k].text); skipped++ {
			if skipped == 3 || !filler[tokens[next].text] {
				return 0, false
			}
			next += way
		}
		if next < 0 || next >= len(tokens) {
			return 0, false
		}
		left, right := tokens[min(pos, next)], tokens[max(pos, next)]
		if right.start-left.end > 24 {
			return 0, false
		}
		pos = next
	}
	return pos, true
}

// sameToken compares words that may be written with look-alikes of the other script.
func sameToken(a, b string) bool {
	if a == b {
		return true
	}
	if a[0] >= utf8.RuneSelf && b[0] < utf8.RuneSelf && b[0] > '9' && names.SpelledAs(a, b) {
		return true // «алсу точка сафиуллина»
	}
	return utf8.RuneCountInString(a) == utf8.RuneCountInString(b) && latinTwins(a) == latinTwins(b)
}

func latinTwins(s string) string {
	return strings.Map(func(r rune) rune {
		if l, ok := toLatinTwin[r]; ok && l >= 'a' {
			return l
		}
		return r
	}, s)
}

// bounded tells whether the find ends where the value ends.
func (s *sequence) bounded(text string, start, end int) bool {
	if !s.whole {
		return true
	}
	if start > 0 {
		c := text[start-1]
		if start > 2 && text[start-3] == '%' && hexes(text, start-2, 2) {
			c = ' '
		}
		link := strings.Contains(text[start:end], "/") // «m.vk.com/id1» is «vk.com/id1»
		if isAlnum(c) || !link && (c == '.' || c == '-' || c == '+') && start > 1 && isAlnum(text[start-2]) {
			return false
		}
		if c == '_' && start > 1 && isAlnum(text[start-2]) && s.local {
			return false
		}
	}
	if end < len(text) {
		c := text[end]
		if isAlnum(c) {
			return false
		}
		if (c == '_' || c == '-') && end+1 < len(text) && isAlnum(text[end+1]) && (s.local || !strings.Contains(text[start:end], "@")) {
			// A longer handle; but «alsu_test_2026.jpg» is the name of a file.
			return start == 0 || text[start-1] != '@' && !s.local
		}
		if s.local && c == '@' {
			return end+1 < len(text) && strings.IndexByte("*[<x", text[end+1]) >= 0
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
