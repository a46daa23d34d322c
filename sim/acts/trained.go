package acts

import (
	_ "embed"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// The trained ear. Patterns say surely what they know and nothing of what they do not:
// «щадящая нагрузка подойдёт, пресс качать рано» has no word of theirs. So every word,
// its stems, its ending, its neighbour and its classes of the lexicon are weighed too.
// The weights are learnt from the labelled replies of testdata (learn_test.go writes
// them) and add up, so the words that weigh most are the reason that is given. There is
// no chance in it: the same reply is always heard alike.

//go:embed weights.tsv
var weightsFile string

// Sizes of stems in letters, and how many letters of two neighbours make a pair.
const (
	shortestStem = 3
	longestStem  = 7
	pairStem     = 5
)

// weights are what the trained ear has learnt: how much each feature speaks for advice.
// The features stand in a table of hashes with room to spare: a reply asks for some
// hundreds of them.
type weights struct {
	bias   float64
	places []place // a power of two of them
}

type place struct {
	id     uint64 // 0 where nothing stands
	weight float32
}

// of looks up what a feature weighs.
func (w *weights) of(id uint64) (float32, bool) {
	mask := uint64(len(w.places) - 1)
	for i := id & mask; w.places[i].id != 0; i = (i + 1) & mask {
		if w.places[i].id == id {
			return w.places[i].weight, true
		}
	}
	return 0, false
}

func (w *weights) put(id uint64, weight float32) {
	mask := uint64(len(w.places) - 1)
	i := id & mask
	for w.places[i].id != 0 && w.places[i].id != id {
		i = (i + 1) & mask
	}
	w.places[i] = place{id: id, weight: weight}
}

var trainedWeights = sync.OnceValue(func() *weights { return readWeights(weightsFile) })

// readWeights reads the file that training writes. The file is ours: a line that cannot
// be read is passed over, and a test reads every line of it.
func readWeights(file string) *weights {
	size := 1 << bits.Len(uint(3*strings.Count(file, "\n")))
	w := &weights{places: make([]place, size)}
	for line := range strings.Lines(file) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "\t")
		v, err := strconv.Atoi(value)
		switch {
		case !ok || err != nil:
		case name == biasName:
			w.bias = float64(v) / 10
		default:
			w.put(featureOf(name), float32(v)/10)
		}
	}
	return w
}

const biasName = "!bias"

// The sorts of features, by how they are written in the file of weights.
const (
	markWord   = 1 + iota // боль
	markStem              // бол*
	markEnding            // *ите
	markPair              // бол* спин*
	markClass             // @disease
	markNext              // при @disease: a stem and the class of the word after it
	markButton            // [да
	markSign              // ?
)

func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func mixed(mark int, a, b uint64) uint64 {
	h := a*0x9E3779B97F4A7C15 + uint64(mark)
	h ^= h >> 29
	h = (h + b) * 0xBF58476D1CE4E5B9
	return h ^ h>>32
}

// featureOf is the number of a feature written as in the file.
func featureOf(s string) uint64 {
	if a, b, pair := strings.Cut(s, " "); pair {
		if class, ok := strings.CutPrefix(b, "@"); ok {
			return mixed(markNext, hashOf(strings.TrimSuffix(a, "*")), hashOf(class))
		}
		return mixed(markPair, hashOf(strings.TrimSuffix(a, "*")), hashOf(strings.TrimSuffix(b, "*")))
	}
	switch {
	case strings.HasPrefix(s, "@"):
		return mixed(markClass, hashOf(s[1:]), 0)
	case strings.HasPrefix(s, "["):
		return mixed(markButton, hashOf(s[1:]), 0)
	case strings.HasPrefix(s, "!"):
		return mixed(markSign, hashOf(s[1:]), 0)
	case strings.HasPrefix(s, "*"):
		return mixed(markEnding, hashOf(s[1:]), 0)
	case strings.HasSuffix(s, "*"):
		return mixed(markStem, hashOf(strings.TrimSuffix(s, "*")), 0)
	}
	return mixed(markWord, hashOf(s), 0)
}

// feature is something weighed in a reply: its number, and where it stands. Its text is
// filled in only for training.
type feature struct {
	id     uint64
	text   string
	read   int
	first  int
	last   int
	spoken bool // by words of the text, so that it can be quoted
}

// gather lists the features of a reply, in order and as often as they occur.
func (h *hearing) gather(spell bool, found func(feature)) {
	for i := range h.reads {
		h.gatherFrom(i, spell, found)
	}
	for _, b := range h.reply.Buttons {
		found(feature{id: featureOf("!button"), text: written(spell, "!button", "")})
		for _, seg := range scan(b) {
			for _, t := range seg.tokens {
				found(feature{id: mixed(markButton, hashOf(plain(t)), 0), text: written(spell, "[", plain(t))})
			}
		}
	}
}

func (h *hearing) gatherFrom(i int, spell bool, found func(feature)) {
	rd := &h.reads[i]
	if rd.question {
		found(feature{id: featureOf("!?"), text: written(spell, "!?", "")})
	}
	previous := "^"
	previousHash := hashOf(previous)
	note := func(mark int, a, b uint64, j int, text string) {
		found(feature{id: mixed(mark, a, b), text: text, read: i, first: j, last: j, spoken: true})
	}
	for j, t := range rd.tokens {
		w := plain(t)
		note(markWord, hashOf(w), 0, j, written(spell, w, ""))
		stem := w
		if w[0] != '#' {
			hash, letters := uint64(14695981039346656037), 0
			for at := 0; at < len(w); {
				_, size := utf8.DecodeRuneInString(w[at:])
				for k := at; k < at+size; k++ {
					hash = (hash ^ uint64(w[k])) * 1099511628211
				}
				at += size
				letters++
				if at == len(w) {
					break
				}
				if letters >= shortestStem && letters <= longestStem {
					note(markStem, hash, 0, j, written(spell, w[:at], "*"))
				}
				if letters == pairStem {
					stem = w[:at]
				}
			}
			if letters > 4 {
				end := len(w)
				for n := 1; n <= 3; n++ {
					_, size := utf8.DecodeLastRuneInString(w[:end])
					end -= size
					if n > 1 {
						note(markEnding, hashOf(w[end:]), 0, j, written(spell, "*", w[end:]))
					}
				}
			}
			for _, c := range h.know.weighed {
				if rd.sets[j].has(c.class) {
					note(markClass, c.hash, 0, j, written(spell, "@", c.name))
					found(feature{id: mixed(markNext, previousHash, c.hash), text: written(spell, previous+"* @", c.name), read: i, first: max(0, j-1), last: j, spoken: true})
				}
			}
		}
		hash := hashOf(stem)
		found(feature{id: mixed(markPair, previousHash, hash), text: written(spell, previous+"* "+stem, "*"), read: i, first: max(0, j-1), last: j, spoken: true})
		previous, previousHash = stem, hash
	}
	found(feature{id: mixed(markPair, previousHash, hashOf("$")), text: written(spell, previous+"* $", "*")})
}

func written(spell bool, a, b string) string {
	if !spell {
		return ""
	}
	return a + b
}

// plain is the word of a token, or the sort of what stands for no word.
func plain(t token) string {
	switch {
	case t.kind&kindPhone != 0:
		return "#phone"
	case t.kind&kindEmail != 0:
		return "#email"
	case t.kind&kindURL != 0:
		return "#url"
	case t.kind&kindHandle != 0:
		return "#handle"
	case t.kind&kindTime != 0:
		return "#time"
	case t.kind&kindDate != 0:
		return "#date"
	case t.kind&kindNumber != 0 && t.word != "103" && t.word != "112":
		return "#num"
	}
	return t.word
}

// weighedClass is a class of the lexicon that the trained ear knows.
type weighedClass struct {
	name  string
	hash  uint64
	class int
}

func weighedClasses(b *book) []weighedClass {
	var out []weighedClass
	for _, name := range strings.Fields(`drug remedy weakremedy take disease symptom body condition organ analyte vague doseunit
		clinic medverb dat adminact medproc lab who allow advise doctor decide person service servicename day give phone name`) {
		if c, ok := b.byText["@"+name]; ok {
			out = append(out, weighedClass{name: name, hash: hashOf(name), class: c})
		}
	}
	return out
}

// The probabilities from which the trained ear decides against the patterns.
const (
	surely    = 0.9  // advice, whatever else the reply does
	probably  = 0.6  // advice, where something of health is named
	surelyNot = 0.02 // no advice, though a pattern fits
	certain   = 0.85 // of a pattern that is believed against all words
)

// trained lets the trained ear add advice that no pattern knows, and take back what a
// pattern heard in words that are never said so.
func (h *hearing) trained() {
	w := h.know.weights
	tallies := make([]tally, len(h.reads)+1)
	whole := &tallies[len(h.reads)]
	h.gather(false, func(f feature) {
		if v, ok := w.of(f.id); ok {
			whole.add(v)
			if f.spoken {
				tallies[f.read].add(v)
			}
		}
	})
	p := whole.probability(w.bias)
	best, at := 0.0, -1
	for i := range h.reads {
		rd := &h.reads[i]
		if q := tallies[i].probability(w.bias); q > best && rd.frames&(hurt|sick|bodily) != 0 && rd.frames&(asked|refused|reported|priced) == 0 {
			best, at = q, i
		}
	}
	if a := h.found[MedicalAdvice]; a != nil {
		if a.Score < certain && p < surelyNot && best < surelyNot {
			h.drop(MedicalAdvice)
		}
		return
	}
	if p < probably && best < surely || p < surely && h.frames&(hurt|sick|bodily) == 0 {
		return
	}
	if at < 0 {
		at = 0
	}
	if len(h.reads) == 0 {
		return
	}
	h.note(Act{Name: MedicalAdvice, Sort: sortWeighed, Score: max(p, best), Why: h.quote(&h.reads[at], 0, len(h.reads[at].tokens)-1)})
}

const sortWeighed = "по совокупности слов"

// tally adds up weights.
type tally struct {
	n   int
	sum float32
}

func (t *tally) add(v float32) {
	t.n++
	t.sum += v
}

func (t *tally) probability(bias float64) float64 {
	if t.n == 0 {
		return 0
	}
	return 1 / (1 + math.Exp(-(bias + float64(t.sum)/math.Sqrt(float64(t.n)))))
}
