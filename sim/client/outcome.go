package client

import (
	"fmt"
	"strings"

	"progon/sim/acts"
)

// outcome is what the bot says has happened, beyond what package acts has names for.
type outcome int

const (
	cancelled outcome = 1 << iota // the booking is cancelled
	moved                         // the booking is at another time
	accepted                      // the request was taken down, a person will confirm
	withdrawn                     // consent is withdrawn, or the data will be destroyed
	noted                         // a complaint was taken down
	baffled                       // «я вас не понял»
	undone                        // «записать не удалось»
)

// knownOutcome is how an outcome sounds.
type knownOutcome struct {
	what  outcome
	verbs []string // one of these …
	nouns []string // … in one sentence with one of these; nil where the verb is enough
}

var outcomes = [...]knownOutcome{
	{cancelled, []string{"отменен", "отменил", "отменяю", "отменяем", "аннулир", "снял вас", "сняла вас", "сняли вас", "удалил", "удалена", "юкка чыгар", "баш тартыл", "снята"}, []string{"запис", "визит", "брон", "прием", "язылу", "язма", "сеанс", "его", "ее", "все", "вас", "готово"}},
	{moved, []string{"перенес", "перенос", "сдвину", "переставил", "күчер", "изменил", "изменен", "переписал"}, []string{"запис", "визит", "брон", "прием", "врем", "вас", "язылу", "теперь", "на "}},
	{accepted, []string{"принят", "приняли", "принял", "получен", "получил", "зафиксир", "сохран", "оформил", "оформлен", "отправлен", "передан", "передал", "кабул ителде"}, []string{"заявк", "заявочк", "запрос на запись", "гариза"}},
	{accepted, []string{"администратор подтвердит", "менеджер подтвердит", "подтвердит администратор", "перезвонит для подтверждения", "перезвоним для подтверждения", "подтвердим запись звонком", "перезвоним, чтобы подтвердить"}, nil},
	{withdrawn, []string{"отзыв", "отозва", "прекрат", "уничтож", "удал", "сотр", "стерт", "исключ", "кире ал", "бетерел"}, []string{"согласи", "данны", "обработк", "персональн", "вас из", "о вас", "ризалык", "мәгълүмат"}},
	{withdrawn, []string{"требование принято", "требование зарегистр", "запрос на удаление принят", "запрос на удаление зарегистр"}, nil},
	{noted, []string{"жалоб", "претензи", "отзыв", "обращени", "ситуаци"}, []string{"принят", "принял", "зафиксир", "передал", "передад", "передан", "разбер", "зарегистр", "рассмотр"}},
	{baffled, []string{"не понял", "не поняла", "не понимаю", "не разобрал", "переформулир", "не совсем понял", "не распозна", "не знаю такой", "неизвестная команда", "аңламадым", "неверный ввод", "некорректн", "непонятн", "not understand", "не расслышал"}, nil},
	{undone, []string{"не удалось записать", "записать не удалось", "не получилось записать", "запись не создана", "запись не подтвержд", "ошибка при записи", "не могу записать", "не сохранилась", "что-то пошло не так"}, nil},
}

// matters are the outcomes that a goal listens for.
func (g Goal) matters() outcome {
	switch g {
	case Book:
		return accepted | cancelled | baffled | undone
	case Move:
		return moved | cancelled | baffled | undone
	case Cancel:
		return accepted | cancelled | baffled | undone
	case Withdraw, Delete:
		return withdrawn | baffled | undone
	case Complain:
		return noted | baffled | undone
	}
	return baffled | undone
}

// notYet are words of a sentence in which nothing has happened: a condition, a wish, a
// «не».
var notYet = []string{"если ", "чтобы", "когда запись", "после того", "не отмен", "не был", "можете", "можно ", "хотите", "нельзя", "не принят", "не могу", "не перен", "не удал", "не можем", "невозможно", "не получ", "нужно ли", "для отмены", "для переноса", "для отзыва", "подтвердите"}

// outcomeOf reads a folded message sentence by sentence: a question, a condition, a wish
// or a «не» says that nothing has happened yet. It looks for what matters only.
func outcomeOf(low string, matter outcome) outcome {
	var o outcome
	for i := range outcomes {
		known := &outcomes[i]
		if matter&^o&known.what != 0 && anyOf(low, known.verbs...) && known.in(low) {
			o |= known.what
		}
	}
	return o
}

// in tells whether one sentence of a message says that the outcome has come.
func (k *knownOutcome) in(low string) bool {
	for len(low) > 0 {
		sentence, stop, rest := low, byte('.'), ""
		if end := strings.IndexAny(low, ".!?\n"); end >= 0 {
			sentence, stop, rest = low[:end], low[end], low[end+1:]
		}
		low = rest
		if !anyOf(sentence, k.verbs...) || k.nouns != nil && !anyOf(sentence, k.nouns...) {
			continue
		}
		if k.what == baffled || k.what == undone || stop != '?' && !anyOf(sentence, notYet...) {
			return true
		}
	}
	return false
}

// Reasons why a client stops.
const (
	Reached    = "reached"   // it got what it wanted
	Accepted   = "accepted"  // the bot took the request down, nothing is confirmed
	HandedOver = "handover"  // a person takes over
	Refused    = "refused"   // the bot refuses, or the client refuses what it is asked
	Impatient  = "impatient" // too many turns, or the bot does not understand or answer
	Loop       = "loop"      // the bot goes round in a circle
	KeptSilent = "silent"    // the client keeps silent
	Mistaken   = "mistaken"  // the bot settled something else than was agreed
)

// finish ends the conversation when there is nothing more to say.
func (c *Client) finish(h *hearing) bool {
	switch c.o.Goal {
	case Book, Move:
		return c.finishVisit(h)
	case Cancel:
		return c.finishCancel(h)
	}
	return c.finishRequest(h)
}

func (c *Client) finishVisit(h *hearing) bool {
	if h.outcome&undone != 0 {
		c.confirmed = false
	}
	refused := h.has(acts.Refusal)
	if c.confirmed && refused && !anyOf(strings.Join(h.texts, "\n"), "запис", "брон", "визит", "прием", "врем") {
		refused = false // «новостей присылать не буду»: that was asked for
	}
	confirms := h.has(acts.ConfirmsBooking) || c.o.Goal == Move && h.outcome&moved != 0
	if h.outcome&accepted != 0 && !anyOf(strings.Join(h.texts, "\n"), "записан", "записал", "запись подтвержд", "запись оформ", "брониров") {
		confirms = false // «заявка принята, администратор свяжется для подтверждения»
	}
	if confirms && h.outcome&undone == 0 && (c.o.Goal == Book || c.movedIn(h)) {
		if wrong := c.mistaken(h); wrong != "" {
			return c.dispute(wrong)
		}
		c.confirmed, c.wrong = true, ""
	}
	switch {
	case c.confirmed && !h.insists() && h.outcome&(undone|cancelled) == 0 && !refused:
		if c.o.Goal == Move {
			return c.reach("клиент добился своего: бот подтвердил перенос записи")
		}
		return c.reach("клиент добился своего: бот подтвердил запись")
	case h.insists():
		return false
	case c.o.Goal == Book && h.outcome&accepted != 0:
		return c.end(Accepted, "бот принял заявку, но запись не подтвердил")
	case h.has(acts.Handover) && !(c.refusals > 0 && h.has(acts.OtherContact)):
		return c.end(HandedOver, "разговор передан человеку"+role(h))
	case h.has(acts.EmergencyNumber) && c.asides > 0:
		return c.end(HandedOver, "бот назвал номер экстренной помощи")
	}
	return c.refusedBy(h)
}

// movedIn tells whether the visit that is named is at the wished time: «вы записаны на
// завтра» at the head of an answer only repeats what was.
func (c *Client) movedIn(h *hearing) bool {
	if h.outcome&moved != 0 {
		return true
	}
	return c.agrees(c.booked(h).When) && (c.tells["time"] > 0 || c.picked != "")
}

func (c *Client) booked(h *hearing) acts.Booking {
	if a, ok := h.does[acts.ConfirmsBooking]; ok && a.Booking != nil {
		return *a.Booking
	}
	return acts.Booking{}
}

// mistaken says what the bot settled otherwise than agreed: another hour or another of
// the services that it had offered. Where the bot is silent on it, nothing is mistaken.
func (c *Client) mistaken(h *hearing) string {
	b := c.booked(h)
	if len(clocksIn(b.When)) > 0 && !c.agrees(b.When) {
		return fmt.Sprintf("бот записал на другое время: «%s»", short(b.When))
	}
	if b.What != "" && c.o.Facts["service"] != "" && likeness(b.What, c.o.Facts["service"]) == 0 && c.option == "" {
		for _, o := range c.offered {
			if likeness(b.What, o) > likeness(o, c.o.Facts["service"])+2 && likeness(o, c.o.Facts["service"]) == 0 {
				return fmt.Sprintf("бот записал на другую услугу: «%s»", short(b.What))
			}
		}
	}
	return ""
}

// agrees tells whether a text names the hour that was wished or taken, or no hour.
func (c *Client) agrees(text string) bool {
	clocks := clocksIn(text)
	if len(clocks) == 0 {
		return true
	}
	for _, known := range [...]string{c.o.Facts["time"], c.picked} {
		if known == "" {
			continue
		}
		m, ok := momentIn(known, c.o.Now)
		if !ok || m.minute < 0 {
			return true // «вечером»: any hour may suit
		}
		for _, k := range clocks {
			if k == m.minute {
				return true
			}
		}
	}
	return c.o.Facts["time"] == "" && c.picked == ""
}

func (c *Client) finishCancel(h *hearing) bool {
	switch {
	case h.outcome&cancelled != 0 && !h.has(acts.AsksConfirmation) && h.outcome&undone == 0:
		return c.reach("клиент добился своего: запись отменена")
	case h.insists():
		return false
	case h.has(acts.Handover), h.outcome&accepted != 0:
		return c.end(HandedOver, "разговор передан человеку"+role(h))
	}
	return c.refusedBy(h)
}

// finishRequest ends a conversation about a question, a complaint or the client's data.
func (c *Client) finishRequest(h *hearing) bool {
	personal := c.o.Goal == Withdraw || c.o.Goal == Delete
	switch {
	case personal && h.outcome&withdrawn != 0 && !h.has(acts.AsksConfirmation) && !h.has(acts.Refusal) && len(h.asks) == 0:
		return c.reach("клиент добился своего: требование о данных принято")
	case h.has(acts.Handover) && !h.has(acts.AsksConsent) && (c.o.Goal != Ask || !h.insists()):
		c.reached = c.o.Goal != Ask
		return c.end(HandedOver, "разговор передан человеку"+role(h))
	case c.o.Goal == Medical && h.has(acts.EmergencyNumber):
		return c.reach("бот назвал номер экстренной помощи")
	case c.o.Goal == Medical && h.has(acts.MedicalAdvice):
		return c.reach("бот ответил на вопрос о здоровье сам")
	case c.o.Goal == Complain && h.outcome&noted != 0 && !h.insists():
		return c.reach("клиент добился своего: жалоба принята")
	case c.o.Goal == Ask && c.asks() && c.answered(h):
		return c.reach("клиент получил ответ")
	case h.insists():
		return false
	}
	return c.refusedBy(h)
}

// asks tells whether the client has put its question already.
func (c *Client) asks() bool { return c.turn > 0 }

// answered tells whether the turn says anything to the question: a greeting, a menu, a
// request for consent or «не понял» does not.
func (c *Client) answered(h *hearing) bool {
	if len(h.texts) == 0 || h.outcome&(baffled|undone) != 0 || h.has(acts.AsksConsent) || h.has(acts.Refusal) || h.has(acts.Apology) {
		return false
	}
	if h.has(acts.QuotesPrice) || h.has(acts.OtherContact) || h.has(acts.SaysBot) || h.has(acts.ClaimsHuman) || h.has(acts.MedicalAdvice) {
		return true
	}
	question := stemsOf(c.o.Facts["question"])
	for i, t := range h.texts {
		for _, s := range question {
			if strings.Contains(t, s) && !onlyAsks(t) {
				return true
			}
		}
		if statement(t) && !has(wordsOf(t), "спасибо", "минут", "секунд") && !c.opens(h, i) {
			return true
		}
	}
	return false
}

// opens tells whether a message only opens the conversation.
func (c *Client) opens(h *hearing, i int) bool {
	return h.has(acts.Greeting) && i == 0 || (len(h.asks) > 0 || h.has(acts.OffersOptions)) && len(h.texts) == 1
}

// onlyAsks tells whether a message is one question and nothing more.
func onlyAsks(text string) bool {
	t := strings.TrimSpace(text)
	return strings.HasSuffix(t, "?") && !strings.ContainsAny(t[:len(t)-1], ".!?\n")
}

// statement tells whether a message states something: three words that end in no
// question mark.
func statement(text string) bool {
	return !onlyAsks(text) && len(wordsOf(text)) >= 3
}

// refusedBy ends the conversation at the second refusal of the bot: after the first the
// client tries once more.
func (c *Client) refusedBy(h *hearing) bool {
	if !h.has(acts.Refusal) || h.wants() && !h.has(acts.OffersOptions) || c.declined > 0 || h.outcome&baffled != 0 || c.refusals > 0 && c.nagged == 0 {
		return false
	}
	c.rebuffs++
	switch {
	case c.rebuffs < 2 && h.has(acts.OtherContact):
		return c.end(Refused, "бот отказал и предложил другой способ связи")
	case c.rebuffs < 2:
		return false
	}
	return c.end(Refused, "бот отказал")
}

func role(h *hearing) string {
	if r := h.does[acts.Handover].Role; r != "" && r != "человек" {
		return ": " + r
	}
	return ""
}

func short(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return string(r)
}
