package client

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"unicode"
)

// Manner is how a client writes.
type Manner string

// Manners.
const (
	Plain   Manner = ""
	Polite  Manner = "вежливо"
	Slang   Manner = "сленг"
	Typos   Manner = "с опечатками"
	Spoken  Manner = "как говорит"
	Bursts  Manner = "короткими сообщениями"
	Tatar   Manner = "с татарскими словами"
	Emoji   Manner = "со смайлами"
	Careful Manner = "с заглавными и точками"
)

// Manners lists all of them.
func Manners() []Manner {
	return []Manner{Plain, Polite, Slang, Typos, Spoken, Bursts, Tatar, Emoji, Careful}
}

// words says a line in the client's manner.
func (c *Client) words(line string) []Utterance {
	if c.o.Manner == Bursts {
		var out []Utterance
		for _, part := range strings.SplitAfter(line, ", ") {
			out = append(out, Utterance{Text: strings.TrimSuffix(strings.TrimSpace(part), ",")})
		}
		return out
	}
	return []Utterance{{Text: inManner(line, c.o.Manner, source(c.o.Seed, fmt.Sprint(c.turn)))}}
}

// Vary says a scripted line in another manner. Its meaning and its placeholders stay; the
// same seed and key give the same words.
func Vary(line string, seed uint64, key string) string {
	draw := source(seed, key)
	manners := []Manner{Polite, Slang, Typos, Spoken, Tatar, Emoji, Careful}
	return inManner(line, manners[draw(len(manners))], draw)
}

// source draws numbers that depend on nothing but seed and key.
func source(seed uint64, key string) func(n int) int {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d\x00%s", seed, key)
	x := h.Sum64()
	return func(n int) int {
		x = x*6364136223846793005 + 1442695040888963407 // Knuth's generator for 64 bits
		return int((x >> 33) % uint64(n))
	}
}

func inManner(line string, m Manner, draw func(int) int) string {
	if !hasWords(line) {
		return line
	}
	switch m {
	case Polite:
		return "Будьте добры, " + lowerFirst(strings.TrimRight(line, ".")) + ", пожалуйста"
	case Slang:
		return slang.Replace(lowerFirst(strings.TrimRight(line, ".!")))
	case Typos:
		return typo(strings.ToLower(strings.TrimRight(line, ".!")), draw)
	case Spoken:
		return []string{"ну вот ", "так, ", "слушайте, ", "э-э, "}[draw(4)] + strings.Map(dropPunctuation, lowerFirst(line))
	case Tatar:
		return []string{"Сәлам! ", "Исәнмесез, ", "Саумысыз! "}[draw(3)] + line
	case Emoji:
		return strings.TrimRight(line, ".") + []string{" 🙂", " 🙏", " 😊"}[draw(3)]
	case Careful:
		line = upperFirst(line)
		if !strings.HasSuffix(line, "?") && !strings.HasSuffix(line, "!") && !strings.HasSuffix(line, ".") {
			line += "."
		}
		return line
	}
	return line
}

var slang = strings.NewReplacer("здравствуйте", "здрасте", "Здравствуйте", "здрасте", "пожалуйста", "плз", "маникюр", "маник", "сколько", "скок", "сейчас", "щас", "спасибо", "спс", "что ", "чё ", "завтра", "завтр")

var letters = regexp.MustCompile(`\p{L}{3,}`)

func hasWords(s string) bool { return letters.MatchString(outside(s)) }

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func outside(s string) string { return placeholder.ReplaceAllString(s, " ") }

// typo swaps two letters inside one long word; placeholders, numbers and names of people
// stay as they are.
func typo(s string, draw func(int) int) string {
	places := letters.FindAllStringIndex(s, -1)
	hidden := placeholder.FindAllStringIndex(s, -1)
	var long [][]int
	for _, p := range places {
		if len([]rune(s[p[0]:p[1]])) >= 6 && !within(p[0], hidden) {
			long = append(long, p)
		}
	}
	if len(long) == 0 {
		return s
	}
	p := long[draw(len(long))]
	word := []rune(s[p[0]:p[1]])
	i := 2 + draw(len(word)-4)
	word[i], word[i+1] = word[i+1], word[i]
	return s[:p[0]] + string(word) + s[p[1]:]
}

func within(at int, spans [][]int) bool {
	for _, s := range spans {
		if at >= s[0] && at < s[1] {
			return true
		}
	}
	return false
}

func dropPunctuation(r rune) rune {
	if r == ',' || r == '.' || r == '!' {
		return -1
	}
	return r
}

func lowerFirst(s string) string { return mapFirst(s, unicode.ToLower) }
func upperFirst(s string) string { return mapFirst(s, unicode.ToUpper) }

func mapFirst(s string, f func(rune) rune) string {
	runes := []rune(s)
	if len(runes) == 0 || runes[0] == '{' {
		return s
	}
	runes[0] = f(runes[0])
	return string(runes)
}
