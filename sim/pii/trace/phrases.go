package trace

import (
	"strings"
	"unicode/utf8"

	"github.com/kljensen/snowball/russian"
)

// phrase is what somebody said of health: found by the stems of its words, in any order
// and close to one another. «Болит зуб» is in «боли в зубе» and in «зубы болят».
type phrase struct {
	canary int32
	stems  []string
}

// widestPhrase is how many words the words of a phrase may spread over.
const widestPhrase = 8

func (b *builder) phrase(i int32, value string) {
	stems := stemsOf(lex(value, 0, len(value)))
	var kept []string
	for _, s := range stems {
		if s != "" {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		b.generic(i, value)
		return
	}
	b.phrases = append(b.phrases, phrase{i, kept})
}

// stemsOf gives the stem of each word, empty for little words and numbers.
func stemsOf(tokens []token) []string {
	stems := make([]string, len(tokens))
	for i, t := range tokens {
		if !t.digits && utf8.RuneCountInString(t.text) > 2 && !little[t.text] && !aboutSelf[t.text] {
			stems[i] = russian.Stem(t.text, true)
		}
	}
	return stems
}

var aboutSelf = wordSet("меня мне мною мой моя моё мои очень уже был была было есть это что как")

// say looks for the phrases in a view. Few searches have any, so this may be slow.
func (p *pass) say() {
	tokens := lex(p.text, 0, len(p.text))
	stems := stemsOf(tokens)
	for _, ph := range p.t.phrases {
		for i := range stems {
			if stems[i] == "" || stems[i] != ph.stems[0] {
				continue
			}
			if first, last, ok := ph.around(stems, i); ok {
				p.report(ph.canary, rephrased(p.text[tokens[first].start:tokens[last].end], p.t.canaries[ph.canary].Value), tokens[first].start, tokens[last].end)
			}
		}
	}
}

// around finds the other stems of a phrase near the i-th word.
func (ph *phrase) around(stems []string, i int) (first, last int, ok bool) {
	first, last = i, i
	for _, want := range ph.stems[1:] {
		best := -1
		for k := max(0, i-widestPhrase); k < len(stems) && k <= i+widestPhrase; k++ {
			if stems[k] == want && (best < 0 || abs(k-i) < abs(best-i)) {
				best = k
			}
		}
		if best < 0 {
			return 0, 0, false
		}
		first, last = min(first, best), max(last, best)
	}
	return first, last, true
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func rephrased(found, value string) string {
	if strings.EqualFold(found, value) {
		return asIs
	}
	return "другими словами"
}
