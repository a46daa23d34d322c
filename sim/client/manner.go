package client

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Manner is how a client writes.
type Manner string

// Manners.
const (
	Plain     Manner = ""
	Polite    Manner = "вежливо"
	Slang     Manner = "сленг"
	Typos     Manner = "с опечатками"
	Spoken    Manner = "как говорит"
	Bursts    Manner = "короткими сообщениями"
	Tatar     Manner = "с татарскими словами"
	TatarOnly Manner = "по-татарски" // Russian where it is not understood
	Emoji     Manner = "со смайлами"
	Careful   Manner = "с заглавными и точками"
	Loud      Manner = "заглавными буквами"
)

// Manners lists all of them.
func Manners() []Manner {
	return []Manner{Plain, Polite, Slang, Typos, Spoken, Bursts, Tatar, TatarOnly, Emoji, Careful, Loud}
}

// Vary says a scripted line in another manner. Its meaning and its placeholders stay; the
// same seed and key give the same words. It stays one message: see [Rewrite] for bursts.
func Vary(line string, seed uint64, key string) string {
	draw := source(seed, 0, key)
	manners := [...]Manner{Polite, Slang, Typos, Spoken, Tatar, Emoji, Careful, Loud}
	return rewrite(line, manners[draw(len(manners))], draw)[0]
}

// Rewrite says a scripted line in the given manner: several messages for [Bursts], one
// for the others. What stands in braces is never touched, and neither are numbers,
// addresses and the words on which the meaning of a consent depends.
func Rewrite(line string, m Manner, seed uint64, key string) []string {
	return rewrite(line, m, source(seed, 0, key))
}

// source draws numbers that depend on nothing but its arguments.
func source(seed, turn uint64, key string) func(n int) int {
	h := fnv.New64a()
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(seed>>(8*i)), byte(turn>>(8*i))
	}
	_, _ = h.Write(b[:])
	_, _ = h.Write([]byte(key))
	x := h.Sum64()
	return func(n int) int {
		x = x*6364136223846793005 + 1442695040888963407 // Knuth's generator for 64 bits
		return int((x >> 33) % uint64(n))
	}
}

func rewrite(line string, m Manner, draw func(int) int) []string {
	n := plainWords(line)
	if n == 0 {
		return []string{line}
	}
	brief := n < 3 // «не согласна», «ну ок»: another word might change what it means
	switch m {
	case Polite:
		return []string{polite(line, brief, draw)}
	case Slang:
		return []string{strings.TrimRight(mapWords(lowerFirst(line), replaced(slang)), ".!")}
	case Typos:
		return []string{typos(line, draw)}
	case Spoken:
		line = unpunctuated(lowerFirst(line))
		if brief || greeted(line) {
			return []string{line}
		}
		return []string{[]string{"ну вот ", "так ", "слушайте ", "э-э ", "значит "}[draw(5)] + line}
	case Bursts:
		return bursts(line)
	case Tatar, TatarOnly:
		return []string{mixed(line, brief, draw)}
	case Emoji:
		return []string{strings.TrimRight(line, ". ") + []string{" 🙂", " 🙏", " 😊", " 🌸"}[draw(4)]}
	case Careful:
		line = upperFirst(line)
		if r, _ := utf8.DecodeLastRuneInString(line); unicode.IsLetter(r) || unicode.IsDigit(r) || r == '}' {
			line += "."
		}
		return []string{line}
	case Loud:
		return []string{mapWords(line, strings.ToUpper)}
	}
	return []string{line}
}

func polite(line string, brief bool, draw func(int) int) string {
	line = upperFirst(line)
	if brief {
		return line
	}
	words := wordsOf(fold(line))
	thanked := has(words, "спасибо", "благодар", "рәхмәт")
	switch n := draw(2); {
	case n == 0 && !greeted(line):
		return []string{"Здравствуйте! ", "Добрый день! "}[draw(2)] + line
	case !thanked:
		if r, _ := utf8.DecodeLastRuneInString(line); !strings.ContainsRune(".?!…", r) {
			line += "."
		}
		return line + []string{" Спасибо!", " Заранее спасибо!"}[draw(2)]
	}
	return line
}

// greeted tells whether a line greets.
func greeted(line string) bool {
	return has(wordsOf(fold(line)), "здравств", "здрасте", "добрый", "доброе", "доброго", "привет", "салам", "исәнмесез", "сәлам", "саумысыз")
}

var slang = map[string]string{
	"здравствуйте": "здрасте", "привет": "прив", "пожалуйста": "плз", "сейчас": "щас", "спасибо": "спс", "что": "чё",
	"сколько": "скок", "сегодня": "сёдня", "вообще": "ваще", "нормально": "норм", "только": "тока", "человек": "чел",
	"может": "мож", "короче": "кароч", "тысяча": "косарь", "конечно": "конеш",
}

var tatar = map[string]string{
	"здравствуйте": "исәнмесез", "привет": "сәлам", "спасибо": "рәхмәт", "пожалуйста": "зинһар", "завтра": "иртәгә",
}

func replaced(table map[string]string) func(string) string {
	return func(w string) string {
		if r, ok := table[strings.ToLower(w)]; ok {
			if first, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(first) {
				return upperFirst(r)
			}
			return r
		}
		return w
	}
}

func mixed(line string, brief bool, draw func(int) int) string {
	line = mapWords(line, replaced(tatar))
	if brief || greeted(line) {
		return line
	}
	return []string{"Сәлам! ", "Исәнмесез! ", "Саумысыз! "}[draw(3)] + line
}

// bursts cuts a line at its commas and full stops into short messages. A piece without a
// word of its own, or one that begins with «не» after «да», stays with the one before it.
func bursts(line string) []string {
	var out []string
	for i, p := range pieces(line) {
		if p.hidden {
			if i == 0 {
				out = append(out, "")
			}
			out[len(out)-1] += p.text
			continue
		}
		for j, part := range cut(p.text) {
			if len(out) == 0 || j > 0 {
				out = append(out, "")
			}
			out[len(out)-1] += part
		}
	}
	var tidy []string
	for _, s := range out {
		s = strings.TrimRight(strings.TrimSpace(s), ",.; ")
		words := wordsOf(fold(s))
		switch {
		case s == "":
		case len(tidy) > 0 && (len(words) == 0 || has(words[:1], "что=", "чтобы=", "если=", "а=", "но=", "и=", "или=", "не=", "который", "которая", "которое") || endsOpen(tidy[len(tidy)-1])):
			tidy[len(tidy)-1] += ", " + s
		default:
			tidy = append(tidy, s)
		}
	}
	if len(tidy) == 0 {
		return []string{line}
	}
	return tidy
}

// endsOpen tells whether a piece cannot stand alone: «да», «нет», «не».
func endsOpen(s string) bool {
	words := wordsOf(fold(s))
	return len(words) == 1 && has(words, "да=", "нет=", "не=", "ой=", "перенесите=", "отмените=", "запишите=", "напишите=", "подскажите=", "скажите=", "пожалуйста=")
}

// cut splits after a comma, a full stop, a question or an exclamation mark that a space
// follows.
func cut(s string) []string {
	var out []string
	from := 0
	for i := 0; i+1 < len(s); i++ {
		if strings.IndexByte(",.!?;", s[i]) >= 0 && s[i+1] == ' ' {
			out = append(out, s[from:i+1])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// piece is a part of a line; hidden parts, in braces, are never changed.
type piece struct {
	text   string
	hidden bool
}

func pieces(line string) []piece {
	var out []piece
	for {
		i := strings.IndexByte(line, '{')
		if i < 0 {
			break
		}
		end := strings.IndexByte(line[i:], '}')
		if end < 0 {
			break
		}
		if i > 0 {
			out = append(out, piece{line[:i], false})
		}
		out = append(out, piece{line[i : i+end+1], true})
		line = line[i+end+1:]
	}
	if line != "" {
		out = append(out, piece{line, false})
	}
	return out
}

// mapWords changes words and leaves everything else alone: what stands in braces, what
// holds a digit or belongs to an address.
func mapWords(line string, change func(string) string) string {
	var out strings.Builder
	for _, p := range pieces(line) {
		if p.hidden {
			out.WriteString(p.text)
			continue
		}
		for _, f := range splitAtSpaces(p.text) {
			if strings.ContainsAny(f, "@/_{}0123456789") || strings.ContainsFunc(f, latin) {
				out.WriteString(f)
				continue
			}
			from := -1
			for i, r := range f {
				if letter := unicode.IsLetter(r); letter && from < 0 {
					from = i
				} else if !letter {
					if from >= 0 {
						out.WriteString(change(f[from:i]))
						from = -1
					}
					out.WriteRune(r)
				}
			}
			if from >= 0 {
				out.WriteString(change(f[from:]))
			}
		}
	}
	return out.String()
}

func latin(r rune) bool { return r < 128 && unicode.IsLetter(r) }

// splitAtSpaces keeps each run of spaces with the word before it.
func splitAtSpaces(s string) []string {
	var out []string
	from := 0
	for i, r := range s {
		if unicode.IsSpace(r) {
			end := i + utf8.RuneLen(r)
			out = append(out, s[from:end])
			from = end
		}
	}
	return append(out, s[from:])
}

// plainWords counts the words of three letters and more outside of braces.
func plainWords(line string) int {
	n := 0
	for _, p := range pieces(line) {
		if p.hidden {
			continue
		}
		for _, w := range wordsOf(p.text) {
			if utf8.RuneCountInString(w) >= 3 && strings.ContainsFunc(w, unicode.IsLetter) {
				n++
			}
		}
	}
	return n
}

// typos makes one or two slips in long words: neighbours change places, a letter falls
// out or is struck twice. Names, Tatar words (where a letter may be the whole ending) and
// words on which a right depends are spared.
func typos(line string, draw func(int) int) string {
	n := 0
	mapWords(line, func(w string) string {
		if spoilable(w) {
			n++
		}
		return w
	})
	first, second := -1, -1
	if n > 0 {
		first = draw(n)
	}
	if n > 4 {
		second = draw(n)
	}
	i := -1
	line = mapWords(line, func(w string) string {
		if !spoilable(w) {
			return w
		}
		if i++; i != first && i != second {
			return w
		}
		return slip(w, draw)
	})
	return strings.TrimRight(lowerFirst(line), ".!")
}

func spoilable(w string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	return utf8.RuneCountInString(w) >= 6 && unicode.IsLower(first) && !strings.ContainsAny(w, "әөүҗңһ") &&
		!has([]string{fold(w)}, "соглас", "отзыв", "отозв", "отказ", "удал", "персональн", "данны", "отмен", "перенес", "перенос")
}

func slip(w string, draw func(int) int) string {
	r := []rune(w)
	i := 2 + draw(len(r)-4)
	switch draw(3) {
	case 0:
		r = slices.Delete(r, i, i+1)
	case 1:
		r = slices.Insert(r, i, r[i])
	default:
		r[i], r[i+1] = r[i+1], r[i]
	}
	return string(r)
}

// unpunctuated drops the marks that nobody says; not in numbers, and not where a «не» or
// a «нет» would change its meaning.
func unpunctuated(line string) string {
	var out strings.Builder
	for _, p := range pieces(line) {
		if p.hidden {
			out.WriteString(p.text)
			continue
		}
		for _, f := range splitAtSpaces(p.text) {
			word := strings.TrimRightFunc(f, unicode.IsSpace)
			bare := strings.TrimRight(word, ",.!;")
			if low := fold(bare); low == "нет" || low == "да" || low == "не" || bare == "" {
				bare = word
			}
			out.WriteString(bare)
			out.WriteString(f[len(word):])
		}
	}
	return out.String()
}

func lowerFirst(s string) string { return mapFirst(s, unicode.ToLower) }
func upperFirst(s string) string { return mapFirst(s, unicode.ToUpper) }

// mapFirst changes the first letter, unless it begins a placeholder or an abbreviation.
func mapFirst(s string, f func(rune) rune) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if n == 0 || first == '{' || first == utf8.RuneError || unicode.IsUpper(second) {
		return s
	}
	return string(f(first)) + s[n:]
}
