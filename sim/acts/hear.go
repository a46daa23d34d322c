package acts

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A reply longer than this is not a message of a chat; what follows is not heard.
const maxText = 64 << 10

// Hear tells what a reply does, in the order of [Names]. A reply that does nothing
// Progon has a name for is Other.
func Hear(r Reply) []Act { return knowledge().hear(r) }

func (k *reader) hear(r Reply) []Act {
	h := listen(k, r)
	h.rules()
	h.emergency()
	h.prices()
	h.slots()
	h.options()
	h.buttons()
	h.consent()
	h.trained()
	h.settle()
	return h.acts()
}

// Has finds an act by its name.
func Has(heard []Act, name Name) (Act, bool) {
	for _, a := range heard {
		if a.Name == name {
			return a, true
		}
	}
	return Act{}, false
}

// read is a segment with what was found in it.
type read struct {
	segment
	text    string // of which the segment is a part
	sets    []set
	matches []match
	frames  frame
}

// hearing is one reply while it is being understood.
type hearing struct {
	reply  Reply
	know   *reader
	reads  []read
	frames frame // of all segments together
	found  map[Name]*Act
}

func listen(know *reader, r Reply) *hearing {
	if len(r.Text) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(r.Text[cut]) {
			cut--
		}
		r.Text = r.Text[:cut]
	}
	h := &hearing{reply: r, know: know, found: map[Name]*Act{}}
	for _, seg := range scan(r.Text) {
		if seg.cited {
			continue
		}
		h.reads = append(h.reads, h.read(r.Text, seg))
	}
	for i := range h.reads {
		h.frames |= h.reads[i].frames
	}
	return h
}

func (h *hearing) read(text string, seg segment) read {
	rd := read{segment: seg, text: text, sets: h.know.book.sets(seg.tokens)}
	rd.frames = stated
	if seg.question {
		rd.frames = asked
	}
	h.know.book.find(seg.tokens, rd.sets, func(m match) {
		if marks := h.know.rules[m.rule].marks; marks != 0 {
			rd.frames |= marks
			return
		}
		rd.matches = append(rd.matches, m)
	})
	if rd.frames&sick != 0 {
		rd.frames &^= event // «боль после тренировки пройдёт»: what passes is the pain
	}
	return rd
}

// rules applies the tables: a match counts where its frames hold and no «не» stands
// before it.
func (h *hearing) rules() {
	for i := range h.reads {
		rd := &h.reads[i]
		for _, m := range rd.matches {
			r := &h.know.rules[m.rule]
			if isCue(r.act) || !h.holds(rd, m) || rd.quoted(m, r.sort) ||
				asksContact(r.act) && h.frames&(consents|processing) != 0 && rd.listsData() {
				continue
			}
			h.note(Act{Name: r.act, Sort: r.sort, Score: r.score, Why: h.quote(rd, m.first, m.last)})
		}
	}
}

// holds tells whether the surroundings of a match let it count.
func (h *hearing) holds(rd *read, m match) bool {
	r := &h.know.rules[m.rule]
	return rd.frames&r.need == r.need &&
		rd.frames&r.unless == 0 &&
		(r.anywhere == 0 || h.frames&r.anywhere != 0) &&
		(r.negated || h.know.book.patterns[m.pattern].denies || !rd.negated(m, r.act))
}

func asksContact(n Name) bool { return n == AsksName || n == AsksPhone || n == AsksEmail }

// dataList begins the list of data in a request for consent: «Перечень данных: имя,
// телефон» names what will be processed and asks for none of it yet.
var dataList = regexp.MustCompile(`(?i)^[^\p{L}]*(?:(?:перечень|состав|список|категории|какие|что)\s+)?(?:обрабатываем\p{L}+\s+|персональн\p{L}+\s+|ваш\p{L}+\s+)*(?:данн\p{L}+|что)[^:?.]{0,40}:`)

func (rd *read) listsData() bool {
	if len(rd.tokens) == 0 {
		return false
	}
	return dataList.MatchString(rd.text[rd.tokens[0].from:rd.tokens[len(rd.tokens)-1].to])
}

// negated tells whether a «не» or «ни» reaches the words of a match.
func (rd *read) negated(m match, act Name) bool {
	for i := max(0, m.first-2); i <= m.last; i++ {
		t := rd.tokens[i]
		if i < m.first && t.clause != rd.tokens[m.first].clause {
			continue
		}
		switch t.word {
		case "не", "ни", "тугел", "нельзя":
			if act == Refusal {
				return false
			}
			return true
		}
	}
	return m.last+1 < len(rd.tokens) && rd.tokens[m.last+1].word == "тугел"
}

// quoted tells whether the words of a match are the client's own, repeated between
// quotation marks: «Вы написали: «пейте ибупрофен»».
func (rd *read) quoted(m match, sort string) bool {
	return rd.tokens[m.first].quoted && rd.tokens[m.last].quoted && (rd.frames&reported != 0 || sort == sortState)
}

// note keeps the strongest evidence for each act.
func (h *hearing) note(a Act) {
	if old := h.found[a.Name]; old == nil || a.Score > old.Score {
		h.found[a.Name] = &a
	}
}

func (h *hearing) drop(n Name) { delete(h.found, n) }

func (h *hearing) has(n Name) bool { return h.found[n] != nil }

// quote is the words from token first to last as they were written.
func (h *hearing) quote(rd *read, first, last int) string {
	from := rd.tokens[first].from
	var b strings.Builder
	for _, t := range rd.tokens[first : last+1] {
		if hidden := contact(t.kind); hidden != "" {
			b.WriteString(rd.text[from:t.from] + hidden)
			from = t.to
		}
	}
	b.WriteString(rd.text[from:rd.tokens[last].to])
	return "«" + strings.Join(strings.Fields(b.String()), " ") + "»"
}

// contact is what a reason shows instead of a telephone or an address: it may be the
// client's own, and reasons go into reports.
func contact(k kind) string {
	switch {
	case k&kindPhone != 0:
		return "(телефон)"
	case k&kindEmail != 0:
		return "(почта)"
	}
	return ""
}

// settle resolves acts that exclude one another in one reply.
func (h *hearing) settle() {
	if a := h.found[OffersSlots]; a != nil && len(a.Options) == 1 && (h.has(AsksName) || h.has(AsksPhone)) && rdAny(h.reads, "закреп", "заброн", "оформ") {
		h.drop(OffersSlots) // «15:00 свободно, чтобы закрепить, пришлите телефон»: the time is chosen
	}
	if h.has(OffersSlots) {
		h.drop(AsksTime) // «какое удобно?» after a list of times asks to choose from it
		if a := h.found[AsksService]; a != nil && a.Sort == chosen {
			h.drop(AsksService)
		}
		if a := h.found[Refusal]; a != nil && a.Sort == "нет свободного времени" {
			h.drop(Refusal)
		}
	}
	if h.has(AsksConfirmation) {
		h.drop(ConfirmsBooking) // «вы записаны на завтра, придёте?»
	}
	if a := h.found[AsksPhone]; a != nil && h.has(OffersOptions) && strings.HasSuffix(strings.ToLower(a.Why), " номер»") {
		h.drop(AsksPhone) // «напишите номер» under a numbered list asks for its item
	}
	if h.has(ConfirmsBooking) {
		h.drop(OffersSlots)
		h.drop(AsksTime)
	}
	if a := h.found[AsksService]; a != nil && a.Sort == chosen && h.has(OffersOptions) && !h.namesService() {
		h.drop(AsksService) // «онлайн или в классе, что ближе?» chooses no service
	}
	if a := h.found[AsksService]; a != nil && a.Sort == general && h.has(OffersOptions) && len(h.reply.Buttons) > 1 && !h.serviceButton() {
		h.drop(AsksService)
	}
	if len(h.found) == 0 {
		h.soothed()
	}
	if h.has(MedicalAdvice) {
		h.drop(Refusal) // «не назначаю лечение, но попробуйте…» refuses nothing
	}
	if a := h.found[Apology]; a != nil && a.Score < 0.9 && h.has(Refusal) && h.frames&failed == 0 {
		h.drop(Apology) // «простите, но не могу» is politeness; an apology is for a failure
	}
	if h.has(SaysBot) {
		h.drop(ClaimsHuman)
	}
	if a := h.found[Handover]; a != nil {
		h.handover(a)
	}
	if a := h.found[ConfirmsBooking]; a != nil {
		a.Booking = h.booking()
	}
}

// soothed hears a reply that only soothes, «Ничего страшного, это нормально»: with no
// word of a booking or a mistake beside it, it answers a complaint.
func (h *hearing) soothed() {
	words := 0
	for i := range h.reads {
		words += len(h.reads[i].tokens)
	}
	if words > 5 || h.frames&(ordered|vehicles|event|failed|asked|thanked|sympathy) != 0 {
		return
	}
	for i := range h.reads {
		rd := &h.reads[i]
		for _, m := range rd.matches {
			if h.know.rules[m.rule].act == calming && h.holds(rd, m) {
				h.note(Act{Name: MedicalAdvice, Sort: sortCalm, Score: 0.5, Why: h.quote(rd, m.first, m.last)})
				return
			}
		}
	}
}

func (h *hearing) acts() []Act {
	var out []Act
	for _, n := range Names() {
		a := h.found[n]
		if a == nil {
			continue
		}
		if a.Sort != "" && a.Sort != a.Name.Russian() {
			a.Why = a.Sort + ": " + a.Why
		}
		a.Score = math.Round(a.Score*100) / 100
		out = append(out, *a)
	}
	if len(out) == 0 {
		return []Act{{Name: Other, Score: 1, Why: Other.Russian()}}
	}
	return out
}
