package trace

import (
	"slices"
	"sort"
	"strings"
)

// Hit is one place where a canary was found.
type Hit struct {
	Canary *Canary
	// Rendering says in Russian how the value was written: «только цифры», «транслит».
	Rendering string
	// Path are the encodings that had to be undone, outermost first: «base64», «URL».
	Path []string
	// Start and End bound the place in bytes of the searched text. A value that was
	// encoded together with others has the bounds of the whole token.
	Start, End int
	// Parts are the bounds in each part, for values found by FindAcross.
	Parts []Part
}

// Part is the piece of a value that lies in one of several texts.
type Part struct {
	Index      int // of the text
	Start, End int // in its bytes
}

// Tracer looks for all canaries at once. It does not change and is safe for concurrent
// use.
type Tracer struct {
	canaries  []Canary
	index     index // of digits and codes
	words     index
	spellings []spelling
	// twins leads from a canary to the next one with the same value, -1 at the end: they
	// are compiled once.
	twins     []int32
	numbers   []number
	sequences []sequence
	persons   []person
	// companions leads from a patronymic to the person whose it is, -1 or nil without one.
	companions  []int32
	phrases     []phrase
	lengths     []int
	codes       bool // there are values of letters and digits in one
	identifiers bool // there are values such as machines make
	digests     digests
	openings    openings
}

// New prepares a search for the canaries, which must not be changed afterwards. Do it
// once: it costs far more than a search.
func New(canaries []Canary) *Tracer {
	t := &Tracer{canaries: canaries, twins: make([]int32, len(canaries))}
	var b builder
	type meaning struct {
		role  role
		value string
		forms int
	}
	known := map[meaning]int32{}
	for i := range t.canaries {
		c := &t.canaries[i]
		r, _ := roleOf(c)
		m := meaning{r, c.Value, len(c.Forms)}
		if first, ok := known[m]; ok && slices.Equal(c.Forms, t.canaries[first].Forms) {
			t.twins[i], t.twins[first] = t.twins[first], int32(i)
			continue
		}
		known[m], t.twins[i] = int32(i), -1
		b.compile(int32(i), c)
	}
	for w, v := range numeralWords {
		b.words.add(finish(wordHash(w), saltWord), entry{canary: -1, class: asNumeral, aux: int32(v)})
	}
	for w, m := range monthNames {
		b.words.add(finish(wordHash(w), saltWord), entry{canary: -1, class: asMonth, aux: int32(m)})
	}
	b.words.add(finish(wordHash("xn"), saltWord), entry{canary: -1, class: asPunycode})
	t.index, t.words, t.spellings = b.build(), b.words.build(), b.spellings
	t.numbers, t.sequences, t.persons, t.phrases, t.codes = b.numbers, b.sequences, b.persons, b.phrases, b.codes
	t.identifiers = b.identifiers
	t.lengths = lengthsOf(b.lengths)
	t.companions, t.persons = companions(t.canaries, t.persons)
	return t
}

// search is one call of Find.
type search struct {
	t      *Tracer
	hits   []find
	budget int
	// scratch holds what a blob became. It is free again as soon as the view with a copy
	// of it begins.
	scratch []byte
	// foreign and split colour the rendering of the word at hand.
	foreign, split bool
}

// find is a hit with its place in the view where it was seen.
type find struct {
	Hit
	view     *view
	from, to int
}

// within tells that a find lies inside another one and so says nothing new: the surname
// inside an e-mail of the same client.
func (f find) within(o find) bool {
	if f.Canary == o.Canary {
		return o.Start <= f.Start && f.End <= o.End
	}
	if f.Canary.Owner != o.Canary.Owner || f.Canary.Owner == "" {
		return false
	}
	if f.view == o.view {
		return o.from <= f.from && f.to <= o.to && o.to-o.from > f.to-f.from
	}
	return len(o.Path) == 0 && o.Start <= f.Start && f.End <= o.End && o.End-o.Start > f.End-f.Start
}

// Find returns where canaries are in a text, in order. A place that shows several values
// of a client (an e-mail with the surname in it) is reported once, for the longest.
func (t *Tracer) Find(text string) []Hit {
	if t == nil || len(t.canaries) == 0 || text == "" {
		return nil
	}
	s := search{t: t, budget: decodedEach*len(text) + decodedBase}
	s.read(&view{text: text})
	if len(text) <= shortText && strings.IndexByte(text, '\n') >= 0 {
		s.lines(text)
	}
	return tidy(s.hits)
}

// shortText is up to what length the lines of a text are also tried as the parts of a
// dictated number.
const shortText = 16 << 10

// lines looks for numbers of which each line holds a piece among other things.
func (s *search) lines(text string) {
	lines := strings.SplitAfter(text, "\n")
	starts := make([]int, len(lines))
	at := 0
	for i, l := range lines {
		starts[i] = at
		at += len(l)
	}
	for _, h := range s.t.dictated(lines) {
		last := h.Parts[len(h.Parts)-1]
		h.Start, h.End = starts[h.Parts[0].Index]+h.Parts[0].Start, starts[last.Index]+last.End
		h.Parts, h.Rendering = nil, "разбито на строки"
		s.hits = append(s.hits, find{Hit: h, from: h.Start, to: h.End})
	}
}

// tidy sorts finds and drops those that say nothing new.
func tidy(hits []find) []Hit {
	if len(hits) == 0 {
		return nil
	}
	sort.SliceStable(hits, func(i, j int) bool {
		a, b := hits[i], hits[j]
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		if a.End != b.End {
			return a.End > b.End
		}
		if len(a.Path) != len(b.Path) {
			return len(a.Path) < len(b.Path)
		}
		return a.to-a.from > b.to-b.from
	})
	kept := hits[:0]
	out := make([]Hit, 0, len(hits))
	for _, h := range hits {
		covered := false
		for k := len(kept) - 1; k >= 0 && len(kept)-k <= 24; k-- {
			if covered = h.within(kept[k]); covered {
				break
			}
		}
		if !covered {
			kept = append(kept, h)
			out = append(out, h.Hit)
		}
	}
	return out
}

func (s *search) hitCount() int { return len(s.hits) }

// emit reports a find in the view at hand.
func (p *pass) emit(e *entry, start, end int) {
	p.report(e.canary, p.rendering(e, start, end), start, end)
}

func (p *pass) report(canary int32, rendering string, start, end int) {
	owners := 0
	for c := canary; c >= 0 && owners <= mostNamesakes; c = p.t.twins[c] {
		owners++
	}
	wanted := owners
	if owners > mostNamesakes {
		wanted = 1
	}
	for c := canary; c >= 0 && wanted > 0; c = p.t.twins[c] {
		if p.t.companions != nil && p.t.companions[c] >= 0 && p.t.persons[p.t.companions[c]].namesake(p.text, start, end) {
			continue
		}
		p.reportOne(c, rendering, start, end)
		wanted--
	}
}

func (p *pass) reportOne(canary int32, rendering string, start, end int) {
	h := Hit{Canary: &p.t.canaries[canary], Rendering: rendering, Path: p.v.path}
	h.Start, h.End = p.v.source(start, end)
	if len(h.Path) > 0 {
		how := strings.Join(h.Path, " → ")
		if rendering != asIs {
			how += ", " + rendering
		}
		h.Rendering = how
	}
	p.hits = append(p.hits, find{h, p.v, start, end})
}

const asIs = "без изменений"

// rendering describes how text[start:end] shows a value.
func (p *pass) rendering(e *entry, start, end int) string {
	found := p.text[start:end]
	c := &p.t.canaries[e.canary]
	if found == c.Value {
		return asIs
	}
	how := ""
	switch e.class {
	case asForm, asForename, asCode, asPlate:
		switch {
		case lower(found) == lower(c.Value):
			how = "другой регистр"
		case lettersOf(found) == lettersOf(c.Value):
			how = "невидимые знаки или другие разделители"
		case e.class == asForm && strings.Contains(lower(c.Value), lower(found)):
			how = "часть имени"
		default:
			how = "другой падеж"
		}
		if e.class == asPlate || e.class == asCode {
			how = "другие знаки и разделители"
		}
	case asShort:
		how = "уменьшительное имя"
	case asLatin:
		how = "транслит"
	case asTwins:
		how = "похожие буквы"
	case asGlued:
		how = "слитно"
	case asReversed:
		how = "задом наперёд"
	case asNumber:
		how = digitsRendering(found, c.Value)
	case asSequence:
		how = "другое написание"
		if p.t.sequences[e.aux].local {
			how = "почта без домена"
		} else if lower(found) == lower(c.Value) {
			how = "другой регистр"
		}
	case asDate:
		how = "другая запись даты"
	case asStreet:
		how = "улица и дом"
	case asIP, asGeo:
		how = "другая запись"
	}
	if p.foreign {
		how = "похожие буквы"
	}
	if p.split {
		how = inParts
	}
	return how
}

// lettersOf keeps the folded letters and digits of a text.
func lettersOf(s string) string {
	var b strings.Builder
	for _, t := range lex(s, 0, len(s)) {
		b.WriteString(t.text)
	}
	return b.String()
}

func digitsRendering(found, value string) string {
	digits, own := onlyDigits(found), onlyDigits(value)
	for _, t := range lex(found, 0, len(found)) {
		if !t.digits {
			return "разбито словами"
		}
	}
	switch {
	case strings.Contains(found, "\n"):
		return "разбито на строки"
	case found == digits && digits == own:
		return "только цифры"
	case found == digits && len(digits) < len(own):
		return "без кода страны"
	case digits == own:
		return "другие разделители"
	case len(digits) == len(own) && digits[0] == '8':
		return "восьмёрка вместо +7"
	}
	return "другая запись номера"
}
