package pii

import (
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Severity says how bad it is when a value of a kind lies open.
type Severity string

// Severities, in falling order.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Span is one personal datum that was found open.
type Span struct {
	// Start and End are byte offsets in the text as it was given. See RuneSpan.
	Start, End int
	Kind       Kind
	// Score is between Threshold and 1. From 0.8 on the form alone is proof.
	Score    float64
	Severity Severity
	// Rule is the stable name of the rule that fired: «phone.formatted».
	Rule string
	// Why explains the finding in Russian: rule, check digit, context.
	Why string
	// Masked is what may be shown or written instead.
	Masked string
}

// Threshold is the score from which a candidate is a finding.
const Threshold = 0.6

// Profile says where the text comes from, and so how strict to be.
type Profile int

// The profiles.
const (
	// ProfileLog is for logs and exports: many numbers that are nobody's.
	ProfileLog Profile = iota
	// ProfileCRM is for fields of a CRM: the last four digits of a phone may stay.
	ProfileCRM
	// ProfileChat is for what people write: a message of one number is an answer.
	ProfileChat
	// ProfileModel is for prompts to a model: a first name alone is a finding too.
	ProfileModel
)

// Detector finds personal data. It is safe for concurrent use.
type Detector struct {
	profile Profile
	lex     *lexicon
	own     map[string]bool
}

// NewDetector makes a detector.
func NewDetector(p Profile) *Detector {
	return &Detector{profile: p, lex: theLexicon()}
}

// Allow returns a detector that also knows what the business says of itself in public:
// its phones, addresses, e-mails, pages, names of the staff. They are never findings.
func (d *Detector) Allow(own ...string) *Detector {
	allowed := make(map[string]bool, len(d.own)+len(own))
	for k := range d.own {
		allowed[k] = true
	}
	for _, o := range own {
		allowed[ownKey(o)] = true
	}
	return &Detector{profile: d.profile, lex: d.lex, own: allowed}
}

// ownKey folds a public value: phones to ten digits, the rest to letters and digits.
func ownKey(v string) string {
	if d := digits(v); len(d) >= 10 && len(d) <= 11 && len(d)*2 > len(v) {
		return d[len(d)-10:]
	}
	return strings.Map(func(r rune) rune {
		if letterCode(r) == noLetter && (r < '0' || r > '9') {
			return -1
		}
		return r
	}, fold(v))
}

// Find answers every open personal datum of a text, in the order of the text. A span may
// lie inside another one: the phone in a link to a messenger.
func (d *Detector) Find(text string) []Span {
	if !worthReading(text) {
		return nil
	}
	sc := scans.Get().(*scan)
	defer sc.free()
	n := normalise(text)
	sc.begin(d, n.text)
	sc.tokenise()
	for _, recognise := range recognisers {
		recognise(sc)
	}
	found := sc.resolve()
	if len(found) == 0 {
		return nil
	}
	out := make([]Span, 0, len(found))
	for _, c := range found {
		value := n.text[c.start:c.end]
		if len(d.own) > 0 && d.own[ownKey(value)] {
			continue
		}
		start, end := n.span(c.start, c.end)
		for _, mark := range [...]string{"\ufe0f", "\u20e3"} { // the rest of a key cap
			end += len(text[end:]) - len(strings.TrimPrefix(text[end:], mark))
		}
		out = append(out, Span{
			Start: start, End: end, Kind: c.kind, Score: min(c.score, 1), Severity: severityOf(c),
			Rule: string(c.kind) + "." + c.rule, Why: explain(c), Masked: MaskValue(c.kind, value),
		})
	}
	return out
}

// worthReading is false for texts in which nothing can be: no digit, no letter pair.
func worthReading(text string) bool { return len(text) >= 3 }

// Mask writes a text with everything found masked.
func (d *Detector) Mask(text string) string {
	// A mask may bring neighbours together, so what comes out is looked at again.
	for range 3 {
		spans := d.Find(text)
		if len(spans) == 0 {
			break
		}
		text = maskSpans(text, spans)
	}
	return text
}

func maskSpans(text string, spans []Span) string {
	var out strings.Builder
	from := 0
	for _, s := range spans {
		if s.Start < from {
			continue
		}
		out.WriteString(text[from:s.Start])
		out.WriteString(s.Masked)
		from = s.End
	}
	out.WriteString(text[from:])
	return out.String()
}

// RuneSpan turns the byte offsets of a span into rune offsets of the same text.
func RuneSpan(text string, s Span) (start, end int) {
	start = utf8.RuneCountInString(text[:s.Start])
	return start, start + utf8.RuneCountInString(text[s.Start:s.End])
}

// candidate is what a recogniser proposes, in offsets of the normal text.
type candidate struct {
	start, end int
	kind       Kind
	score      float64
	rule       string
	check      string // what is said about a check digit
	context    string // the word that spoke for it
	note       string // what else is to be said
	low        bool   // of lower severity than its kind
	nested     bool   // may lie inside another finding
}

// scan is the work on one text. It is reused, so that a log line costs no garbage.
type scan struct {
	d     *Detector
	lex   *lexicon
	text  string
	toks  []token
	ats   []int32
	found []candidate
	cards []candidate // of found, in order; filled by recogniseCodes

	number number       // the number that recogniseNumbers tries
	near   surroundings // and the words about it

	table table // the columns, where the text is a table with a header
}

var scans = sync.Pool{New: func() any { return new(scan) }}

func (sc *scan) begin(d *Detector, text string) {
	sc.d, sc.lex, sc.text = d, d.lex, text
	sc.toks, sc.ats, sc.found = sc.toks[:0], sc.ats[:0], sc.found[:0]
	sc.table = table{}
}

func (sc *scan) free() {
	sc.d, sc.text = nil, ""
	if cap(sc.toks) > 1<<18 {
		sc.toks = nil // one huge text must not hold memory for ever
	}
	scans.Put(sc)
}

func (sc *scan) add(c candidate) {
	if c.score >= Threshold {
		sc.found = append(sc.found, c)
	}
}

// class answers what the lexicon says about a token.
func (sc *scan) class(i int) class {
	if i < 0 || i >= len(sc.toks) {
		return 0
	}
	return sc.lex.words[sc.toks[i].node].class
}

// str is the text of a token.
func (sc *scan) str(i int) string { return sc.text[sc.toks[i].start:sc.toks[i].end] }

// gap is the text between two neighbouring tokens.
func (sc *scan) gap(i int) string { return sc.text[sc.toks[i].end:sc.toks[i+1].start] }

// before is the text between the previous token and this one.
func (sc *scan) before(i int) string {
	if i == 0 {
		return sc.text[:sc.toks[0].start]
	}
	return sc.gap(i - 1)
}

// resolve keeps the best of overlapping candidates: the surer, then the longer one. It
// works by clusters of candidates that touch, so that a text full of data costs no more.
func (sc *scan) resolve() []candidate {
	if len(sc.found) == 0 {
		return nil
	}
	sort.SliceStable(sc.found, func(i, j int) bool { return sc.found[i].start < sc.found[j].start })
	kept := make([]candidate, 0, len(sc.found))
	for from := 0; from < len(sc.found); {
		to, end := from+1, sc.found[from].end
		for to < len(sc.found) && sc.found[to].start < end {
			end = max(end, sc.found[to].end)
			to++
		}
		kept = best(sc.found[from:to], kept)
		from = to
	}
	sort.Slice(kept, func(i, j int) bool {
		if kept[i].start != kept[j].start {
			return kept[i].start < kept[j].start
		}
		return kept[i].end > kept[j].end
	})
	return kept
}

// best appends those of a cluster that stay.
func best(cluster, kept []candidate) []candidate {
	first := len(kept)
	sort.SliceStable(cluster, func(i, j int) bool {
		a, b := cluster[i], cluster[j]
		if a.score != b.score {
			return a.score > b.score
		}
		return a.end-a.start > b.end-b.start
	})
	for _, c := range cluster {
		free := true
		for _, k := range kept[first:] {
			overlap := c.start < k.end && k.start < c.end && !c.nested && !k.nested
			if overlap || c.start == k.start && c.end == k.end && c.kind == k.kind {
				free = false
				break
			}
		}
		if free {
			kept = append(kept, c)
		}
	}
	return kept
}

func severityOf(c candidate) Severity {
	if c.low {
		return Low
	}
	return infoOf(c.kind).severity
}

// explain says in Russian why a candidate is a finding.
func explain(c candidate) string {
	parts := []string{Russian(c.kind)}
	if about, ok := rules[c.rule]; ok {
		parts = append(parts, about)
	}
	for _, p := range []string{c.check, c.note} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if c.context != "" {
		parts = append(parts, "рядом сказано «"+c.context+"»")
	}
	return strings.Join(parts, "; ")
}

func digits(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if asciiDigit(s[i]) {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func wordsOf(s string) []string { return strings.Fields(s) }
