package acts

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// A pattern is a row of elements, separated by spaces, which must follow each other in
// one segment of a reply:
//
//	запиш*            a word that begins so        записан   exactly this word
//	имя|фамили*|@name one of several               @name     a class of the lexicon
//	#time #num        a token of a kind            ?ваш*     may be missing
//	~3                up to three words between    .3        the same, but within a clause
//	^                 the segment begins here      $         the segment ends here
//	!не               the next word is none of these
//	#imp\@admin       the first, unless it is one of the second
//	да|не_против      an alternative of two words
//
// Words are written folded: «е» for «ё», Russian letters for the Tatar ones.
type element struct {
	class    int // number of the class; -1 for ^ and $
	gap      int // words that may be skipped before this element
	except   int // class whose words do not count; -1 for none
	inClause bool
	optional bool
	not      bool
	start    bool
	finish   bool
}

type pattern struct {
	source   string
	elements []element
	rule     int
	denies   bool // says «не» itself: a «не» inside it takes nothing back
}

// book is all patterns, compiled: a trie over the words they mention, and for every
// class the patterns that begin with it. It does not change after compile.
type book struct {
	classes  int // how many «a|b*|@c|#time» there are
	byText   map[string]int
	lexicon  map[string]string
	nodes    []node
	edges    map[edge]int32
	letters  [][alphabet]int32 // by node: where the letters а–я lead, 0 for nowhere
	patterns []pattern
	starts   [][]int32 // by class: patterns whose first element is of it
	width    int       // machine words of a set of classes
	kinds    [32][]int32
}

type node struct {
	prefix []int32 // classes that hold for every word which passes here
	exact  []int32 // classes that hold for a word which ends here
}

type edge struct {
	from int32
	r    rune
}

// alphabet is the letters that most words consist of once they are folded, «а» to «я».
const alphabet = 32

// next is the node to which a letter leads, or 0.
func (b *book) next(at int32, r rune) int32 {
	if i := r - 'а'; i >= 0 && i < alphabet {
		return b.letters[at][i]
	}
	return b.edges[edge{at, r}]
}

// set is a set of classes.
type set []uint64

func (s set) has(class int) bool { return s[class>>6]&(1<<(class&63)) != 0 }
func (s set) add(class int32)    { s[class>>6] |= 1 << (class & 63) }

func newBook(lexicon map[string]string) *book {
	return &book{byText: map[string]int{}, lexicon: lexicon, nodes: make([]node, 1), edges: map[edge]int32{}}
}

// add compiles one pattern. A mistake in a pattern is a mistake of ours and ends the
// program: patterns never come from outside, and a test compiles all of them.
func (b *book) add(source string, rule int) {
	for _, s := range spread(source) {
		b.addOne(s, rule)
	}
}

// spread writes out the alternatives of several words: «не_против|согласны да» becomes
// «согласны да» and «не против да».
func spread(source string) []string {
	fields := strings.Fields(source)
	for i, field := range fields {
		if !strings.Contains(field, "_") {
			continue
		}
		var single, many []string
		for _, alternative := range strings.Split(field, "|") {
			if strings.Contains(alternative, "_") {
				many = append(many, strings.ReplaceAll(alternative, "_", " "))
			} else {
				single = append(single, alternative)
			}
		}
		if len(single) > 0 {
			many = append(many, strings.Join(single, "|"))
		}
		var all []string
		for _, m := range many {
			one := append(append(append([]string(nil), fields[:i]...), m), fields[i+1:]...)
			all = append(all, spread(strings.Join(one, " "))...)
		}
		return all
	}
	return []string{source}
}

func (b *book) addOne(source string, rule int) {
	p := pattern{source: source, rule: rule}
	gap, inClause := 0, false
	for _, w := range strings.FieldsFunc(source, func(r rune) bool { return r == ' ' || r == '|' }) {
		p.denies = p.denies || w == "не" || w == "ни" || w == "нельзя" || w == "тугел"
	}
	for _, field := range strings.Fields(source) {
		switch {
		case field[0] == '~' || field[0] == '.':
			gap, inClause = 3, field[0] == '.'
			if len(field) > 1 {
				n, err := strconv.Atoi(field[1:])
				if err != nil {
					panic(fmt.Sprintf("acts: pattern %q: bad gap %q", source, field))
				}
				gap = n
			}
			continue
		case field == "^":
			p.elements = append(p.elements, element{class: -1, start: true})
			continue
		case field == "$":
			p.elements = append(p.elements, element{class: -1, finish: true, gap: gap})
			gap = 0
			continue
		}
		e := element{gap: gap, inClause: inClause}
		gap, inClause = 0, false
		if field[0] == '?' {
			e.optional, field = true, field[1:]
		}
		if field[0] == '!' {
			e.not, field = true, field[1:]
		}
		field, except, _ := strings.Cut(field, `\`)
		if e.except = -1; except != "" {
			e.except = b.class(except, source)
		}
		e.class = b.class(field, source)
		p.elements = append(p.elements, e)
	}
	b.patterns = append(b.patterns, p)
}

func (b *book) class(text, source string) int {
	if i, ok := b.byText[text]; ok {
		return i
	}
	i := b.classes
	b.classes++
	b.byText[text] = i
	b.fill(i, text, source, 0)
	return i
}

func (b *book) fill(i int, text, source string, depth int) {
	if depth > 8 {
		panic("acts: classes refer to one another in a circle: " + source)
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == '|' || r == ' ' || r == '\n' || r == '\t' }) {
		switch word[0] {
		case '@':
			words, ok := b.lexicon[word[1:]]
			if !ok {
				panic(fmt.Sprintf("acts: pattern %q: no class %q", source, word))
			}
			b.fill(i, words, source, depth+1)
		case '#':
			k, ok := kindNames()[word[1:]]
			if !ok {
				panic(fmt.Sprintf("acts: pattern %q: no kind %q", source, word))
			}
			for bit := range b.kinds {
				if k&(1<<bit) != 0 {
					b.kinds[bit] = append(b.kinds[bit], int32(i))
				}
			}
		default:
			b.word(i, word)
		}
	}
}

func kindNames() map[string]kind {
	return map[string]kind{
		"num": kindNumber, "time": kindTime, "date": kindDate, "phone": kindPhone, "url": kindURL, "email": kindEmail,
		"handle": kindHandle, "imp": kindImperative, "inf": kindInfinitive, "first": kindFirst, "therapy": kindTherapy, "past": kindPast, "drug": kindDrug, "money": kindCurrency, "pct": kindPercent, "cap": kindCapital, "word": kindWord,
	}
}

func (b *book) word(class int, word string) {
	stem, prefix := strings.CutSuffix(word, "*")
	at := int32(0)
	for _, r := range foldWord(stem) {
		next, ok := b.edges[edge{at, r}]
		if !ok {
			next = int32(len(b.nodes))
			b.nodes = append(b.nodes, node{})
			b.edges[edge{at, r}] = next
		}
		at = next
	}
	if prefix {
		b.nodes[at].prefix = append(b.nodes[at].prefix, int32(class))
	} else {
		b.nodes[at].exact = append(b.nodes[at].exact, int32(class))
	}
}

// seal prepares the index of first elements once all patterns are added.
func (b *book) seal() *book {
	b.width = (b.classes + 63) / 64
	b.letters = make([][alphabet]int32, len(b.nodes))
	for e, to := range b.edges {
		if i := e.r - 'а'; i >= 0 && i < alphabet {
			b.letters[e.from][i] = to
		}
	}
	b.starts = make([][]int32, b.classes)
	for i, p := range b.patterns {
		for _, e := range p.elements {
			if e.start {
				continue
			}
			if e.not || e.finish {
				panic(fmt.Sprintf("acts: pattern %q begins with a negation", p.source))
			}
			b.starts[e.class] = append(b.starts[e.class], int32(i))
			if !e.optional {
				break
			}
		}
	}
	return b
}

// sets returns, for every token, the classes that it belongs to.
func (b *book) sets(tokens []token) []set {
	slab := make([]uint64, b.width*len(tokens))
	sets := make([]set, len(tokens))
	for i, t := range tokens {
		s := set(slab[i*b.width : (i+1)*b.width])
		sets[i] = s
		for k := t.kind; k != 0; k &= k - 1 {
			for _, c := range b.kinds[bits.TrailingZeros32(uint32(k))] {
				s.add(c)
			}
		}
		at, whole := int32(0), true
		for _, r := range t.word {
			if at = b.next(at, r); at == 0 {
				whole = false
				break
			}
			for _, c := range b.nodes[at].prefix {
				s.add(c)
			}
		}
		if whole {
			for _, c := range b.nodes[at].exact {
				s.add(c)
			}
		}
	}
	return sets
}

// match is where a pattern was found: tokens first…last of a segment.
type match struct {
	rule        int
	pattern     int
	first, last int
}

// find reports every pattern found in a segment, at its first place for each start.
func (b *book) find(tokens []token, sets []set, report func(match)) {
	for i := range tokens {
		for word, bitsLeft := range sets[i] {
			for ; bitsLeft != 0; bitsLeft &= bitsLeft - 1 {
				c := word<<6 + bits.TrailingZeros64(bitsLeft)
				for _, p := range b.starts[c] {
					from := 0
					if x := b.patterns[p].elements; x[0].start {
						if i > x[1].gap {
							continue
						}
						from = 1
					}
					if last, ok := b.at(&b.patterns[p], from, i, i-1, tokens, sets); ok {
						report(match{rule: b.patterns[p].rule, pattern: int(p), first: i, last: last})
					}
				}
			}
		}
	}
}

// at matches elements e… of p from token i on; last is the last token matched so far.
func (b *book) at(p *pattern, e, i, last int, tokens []token, sets []set) (int, bool) {
	if e == len(p.elements) {
		return last, true
	}
	x := &p.elements[e]
	switch {
	case x.finish:
		if len(tokens)-i > x.gap {
			return 0, false
		}
		return b.at(p, e+1, i, last, tokens, sets)
	case x.not:
		for j := i; j <= i+x.gap && j < len(tokens); j++ {
			if sets[j].has(x.class) {
				return 0, false
			}
		}
		return b.at(p, e+1, i, last, tokens, sets)
	}
	for j := i; j <= i+x.gap && j < len(tokens); j++ {
		if x.inClause && last >= 0 && tokens[j].clause != tokens[last].clause {
			break
		}
		if sets[j].has(x.class) && (x.except < 0 || !sets[j].has(x.except)) {
			if end, ok := b.at(p, e+1, j+1, j, tokens, sets); ok {
				return end, true
			}
		}
	}
	if x.optional {
		return b.at(p, e+1, i, last, tokens, sets)
	}
	return 0, false
}
