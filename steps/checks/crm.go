package checks

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"progon"
)

// Expectation is one row of a table: a field of a card and what it must hold.
type Expectation struct {
	Field string
	Want  string
	// match overrides the comparison where the wanted value is a description.
	match func(got string) bool
}

// cards returns the cards of the case's client which the bot has not deleted, of the
// kinds that the words name («лид», «контакт»…); no words means all kinds.
func (c Case) cards(words ...string) []progon.Card {
	kinds := map[string]bool{}
	for _, w := range words {
		for _, k := range c.Portal.kinds(w) {
			kinds[k] = true
		}
	}
	var out []progon.Card
	for _, card := range c.Events.Cards() {
		if card.Deleted || (len(words) > 0 && !kinds[card.Entity]) {
			continue
		}
		if c.Client != "" && card.Persona != "" && card.Persona != c.Client {
			continue
		}
		out = append(out, card)
	}
	return out
}

// made keeps the cards that the bot itself created during the scenario.
func made(cards []progon.Card) []progon.Card {
	var out []progon.Card
	for _, card := range cards {
		if card.Created {
			out = append(out, card)
		}
	}
	return out
}

// CardMade checks that the bot created a card of that kind with the given fields.
func CardMade(c Case, kind string, rows []Expectation) []progon.Finding {
	cards := made(c.cards(kind))
	if len(cards) == 0 {
		return []progon.Finding{{
			Rule: "crm.lost", Severity: progon.Blocker,
			Text:     fmt.Sprintf("В CRM нет карточки «%s»: обращение клиента потеряно.", kind),
			Expected: c.describe(rows), Got: c.whatWasMade(),
			Evidence: c.lastSeq(), Persona: c.Client,
			Advice: "Проверьте, что бот дошёл до вызова CRM и дождался успешного ответа.",
		}}
	}
	return c.cardFields(kind, cards, rows)
}

// CardField checks a field of the client's cards of that kind, whoever created them.
func CardField(c Case, kind string, row Expectation) []progon.Finding {
	cards := c.cards(kind)
	if len(cards) == 0 {
		return []progon.Finding{{
			Rule: "crm.lost", Severity: progon.Blocker,
			Text:     fmt.Sprintf("В CRM нет карточки «%s» этого клиента, проверять поле «%s» не в чем.", kind, row.Field),
			Expected: c.describe([]Expectation{row}), Got: c.whatWasMade(),
			Evidence: c.lastSeq(), Persona: c.Client,
		}}
	}
	return c.cardFields(kind, cards, []Expectation{row})
}

// cardFields reports the card that comes nearest to what was wanted.
func (c Case) cardFields(kind string, cards []progon.Card, rows []Expectation) []progon.Finding {
	best, bestWrong := cards[0], []string(nil)
	for i, card := range cards {
		var wrong []string
		for _, row := range rows {
			if got, ok := c.cardHas(card, row); !ok {
				wrong = append(wrong, fmt.Sprintf("%s: %s", row.Field, orEmpty(c.excerpt(got))))
			}
		}
		if len(wrong) == 0 {
			return nil
		}
		if i == 0 || len(wrong) < len(bestWrong) {
			best, bestWrong = card, wrong
		}
	}
	return []progon.Finding{{
		Rule: "crm.field", Severity: progon.Blocker,
		Text:     fmt.Sprintf("В карточке «%s» записано не то, что нужно.", kind),
		Expected: c.describe(rows), Got: strings.Join(bestWrong, "; "),
		Evidence: []int{max(best.Born, best.Last)}, Place: c.Portal.card(best), Persona: c.Client,
		Advice: "Сверьте, какие поля и с какими значениями бот передаёт в CRM.",
	}}
}

// CardCount checks that the client has exactly that many cards of a kind.
func CardCount(c Case, kind string, want int) []progon.Finding {
	cards := c.cards(kind)
	if len(cards) == want {
		return nil
	}
	f := progon.Finding{
		Severity: progon.Blocker, Persona: c.Client,
		Expected: fmt.Sprintf("%s: %d", kind, want), Got: fmt.Sprintf("%s: %d", kind, len(cards)),
		Evidence: c.lastSeq(),
	}
	if len(cards) < want {
		f.Rule, f.Text = "crm.lost", fmt.Sprintf("Карточек «%s» меньше, чем нужно: обращение потеряно.", kind)
		f.Advice = "Сохраняйте обращение в очереди и повторяйте вызов CRM, пока он не удастся."
		return []progon.Finding{f}
	}
	f.Rule, f.Text = "crm.duplicate", fmt.Sprintf("Карточек «%s» больше, чем нужно: обращение удвоено.", kind)
	f.Advice = "Узнавайте повтор по номеру сообщения и ищите карточку клиента до создания новой."
	f.Evidence = nil
	for _, card := range cards {
		f.Evidence = append(f.Evidence, card.Born)
	}
	return []progon.Finding{f}
}

// SlotTaken checks how many clients are booked for the same time.
func SlotTaken(c Case, when string, want int) []progon.Finding {
	c.Client = "" // of all clients
	var taken []progon.Card
	for _, card := range made(c.cards()) {
		if _, ok := c.cardHas(card, Expectation{Field: "Время", Want: when}); ok {
			taken = append(taken, card)
		}
	}
	if len(taken) == want {
		return nil
	}
	f := progon.Finding{
		Rule: "crm.double_booking", Severity: progon.Blocker,
		Text:     "На одно время записано не столько клиентов, сколько можно.",
		Expected: fmt.Sprintf("%s: %d", when, want), Got: fmt.Sprintf("%s: %d", when, len(taken)), Evidence: c.lastSeq(),
		Advice: "Занимайте время до ответа клиенту и проверяйте его ещё раз при подтверждении.",
	}
	if len(taken) > 0 {
		f.Evidence = nil
	}
	for _, card := range taken {
		f.Evidence = append(f.Evidence, card.Born)
	}
	return []progon.Finding{f}
}

// NothingMade checks that the bot has put nothing about the client into the CRM: no
// card, no activity, no comment, no file, and no change of what was there.
func NothingMade(c Case) []progon.Finding {
	var seen []int
	var what []string
	for _, e := range c.ofClient(c.Events.On(progon.SurfaceCRM)) {
		if e.Actor != progon.ActorBot {
			continue
		}
		for _, x := range e.Effects {
			if x.Op == progon.Read {
				continue
			}
			seen = append(seen, e.Seq)
			what = append(what, c.Portal.kindName(x.Entity)+" "+x.ID)
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return []progon.Finding{{
		Rule: "crm.too_early", Severity: progon.Blocker, Norms: []string{normConsent, "152-ФЗ ст. 6 ч. 1 п. 1"},
		Text:     "Бот записал в CRM то, на что у него ещё нет права.",
		Expected: "в CRM не создано и не изменено ничего", Got: strings.Join(dedupe(what), ", "),
		Evidence: seen, Persona: c.Client,
		Advice: "Создавайте карточки только после явного согласия клиента.",
	}}
}

// cardHas tells whether a card satisfies a row, and what it holds instead.
func (c Case) cardHas(card progon.Card, row Expectation) (string, bool) {
	var got []string
	codes := c.Portal.codes(row.Field)
	for _, f := range card.Fields {
		if !belongsTo(f.Name, codes) || strings.TrimSpace(f.Value) == "" {
			continue
		}
		got = append(got, f.Value)
		if c.holds(codes, f.Value, row) {
			return f.Value, true
		}
	}
	if len(got) == 0 && strings.TrimSpace(row.Want) == "" {
		return "", true
	}
	shown := make([]string, len(got))
	for i, g := range got {
		shown[i] = c.Portal.shown(codes, g)
	}
	return strings.Join(shown, ", "), false
}

func (c Case) anyCardHas(cards []progon.Card, row Expectation) (string, bool) {
	got := ""
	for _, card := range cards {
		value, ok := c.cardHas(card, row)
		if ok {
			return value, true
		}
		if value != "" {
			got = value
		}
	}
	return got, false
}

// holds compares a value with what was wanted: as it stands, as the portal shows it, or
// in the other forms that mean the same.
func (c Case) holds(codes []string, got string, row Expectation) bool {
	if row.match != nil {
		return row.match(got)
	}
	if who, ok := c.Portal.People[squash(row.Want)]; ok && isOneOf(got, who.Users...) {
		return true // «Ответственный»: «администратор»
	}
	for _, value := range []string{got, c.Portal.shown(codes, got)} {
		if SameValue(value, row.Want, c.Now) {
			return true
		}
	}
	return false
}

// SameValue tells whether a value of the CRM means what a scenario says. «…слово…» in
// the scenario asks for a part of the value.
func SameValue(got, want string, now time.Time) bool {
	if part := strings.Trim(want, "…"); part != want {
		return strings.Contains(squash(got), squash(part))
	}
	g, w := squash(got), squash(want)
	if g == w {
		return true
	}
	if yes, known := yesNo(w); known {
		is, ok := yesNo(g)
		return ok && is == yes
	}
	if digits := phoneDigits(want); digits != "" {
		return phoneDigits(got) == digits
	}
	if at, ok := When(want, now); ok {
		seen, parsed := parseTime(got, now.Location())
		return parsed && seen.Equal(at)
	}
	return false
}

func yesNo(s string) (yes, known bool) {
	switch s {
	case "да", "y", "yes", "true", "1", "есть", "получено", "дано", "әйе":
		return true, true
	case "нет", "n", "no", "false", "0", "юк":
		return false, true
	}
	return false, false
}

// phoneDigits returns the ten digits of a Russian phone, if the text is nothing else.
func phoneDigits(s string) string {
	var digits strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case strings.ContainsRune("+-() \u00a0", r):
		default:
			return ""
		}
	}
	d := digits.String()
	switch {
	case len(d) == 11 && (d[0] == '7' || d[0] == '8'):
		return d[1:]
	case len(d) == 10 && d[0] == '9':
		return d
	}
	return ""
}

// codes returns the field codes behind a name; an unknown name stands for itself.
func (p Portal) codes(name string) []string {
	for known, codes := range p.Fields {
		if squash(known) == squash(name) {
			return codes
		}
	}
	return []string{name}
}

// Knows tells whether a field's name is described for this portal.
func (p Portal) Knows(name string) bool {
	for known := range p.Fields {
		if squash(known) == squash(name) {
			return true
		}
	}
	return false
}

// kinds returns the kinds of card behind a word.
func (p Portal) kinds(word string) []string {
	if kinds, ok := p.Entities[strings.ToLower(strings.TrimSpace(word))]; ok {
		return kinds
	}
	return []string{word}
}

// KnowsKind tells whether a word names a kind of card.
func (p Portal) KnowsKind(word string) bool {
	_, ok := p.Entities[strings.ToLower(strings.TrimSpace(word))]
	return ok
}

// kindName is the word for a kind of card.
func (p Portal) kindName(kind string) string {
	for _, word := range sortedKeys(p.Entities) {
		for _, k := range p.Entities[word] {
			if k == kind {
				return word
			}
		}
	}
	return kind
}

func (p Portal) card(card progon.Card) string { return p.kindName(card.Entity) + " " + card.ID }

// shown is what a person sees in the portal instead of an id.
func (p Portal) shown(codes []string, value string) string {
	for _, code := range codes {
		if name, ok := p.Values[code][value]; ok {
			return name
		}
	}
	return value
}

// belongsTo tells whether a flattened name is one of the codes or a part of it:
// «PHONE[0].VALUE» belongs to PHONE, «PHONE[0].VALUE_TYPE» does not.
func belongsTo(name string, codes []string) bool {
	for _, code := range codes {
		if strings.EqualFold(name, code) {
			return true
		}
		rest, ok := cutPrefixFold(name, code)
		if ok && strings.HasPrefix(rest, "[") && !strings.HasSuffix(rest, ".ID") &&
			!strings.HasSuffix(rest, ".VALUE_TYPE") && !strings.HasSuffix(rest, ".TYPE_ID") {
			return true
		}
	}
	return false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func (c Case) whatWasMade() string {
	var names []string
	for _, card := range made(c.cards()) {
		names = append(names, c.Portal.card(card))
	}
	if len(names) == 0 {
		return "бот не создал ни одной карточки"
	}
	return "создано: " + strings.Join(names, ", ")
}

// describe says what was wanted, with the client's values masked.
func (c Case) describe(rows []Expectation) string {
	var parts []string
	for _, r := range rows {
		parts = append(parts, r.Field+": "+orEmpty(c.excerpt(r.Want)))
	}
	return strings.Join(parts, "; ")
}

var alike = strings.NewReplacer("ё", "е", "Ё", "Е", "«", "", "»", "", `"`, "", "\u00a0", " ")

// squash makes texts comparable: case, «ё», quotes and blanks do not matter.
func squash(s string) string {
	s = alike.Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// containsHash tells whether got holds a usual fingerprint of the text.
func containsHash(got, text string) bool {
	got = strings.ToLower(got)
	for _, form := range []string{text, strings.TrimSpace(text), strings.Join(strings.Fields(text), " ")} {
		b := []byte(form)
		s1, s2, s5 := sha256.Sum256(b), sha1.Sum(b), md5.Sum(b)
		for _, sum := range [][]byte{s1[:], s2[:], s5[:]} {
			full := hex.EncodeToString(sum)
			if strings.Contains(got, full) || strings.Contains(got, full[:16]) {
				return true
			}
		}
	}
	return false
}

func dedupe(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
