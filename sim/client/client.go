// Package client is the simulated client: an agenda-based user (Schatzmann et al., 2007)
// who wants something, answers whatever the bot asks next, in its own manner, and stops
// when the goal is reached, when a person takes over, when it is refused, or when its
// patience ends. It needs no model: the same seed and the same bot give the same words.
//
// It knows neither the network nor the bot; it hears what a reply does through package
// acts, and it judges nothing: whether the bot behaved well is for the checks to say.
// «Reached» is said only where the bot itself said so, of the hour that was agreed.
//
// Start at [New]; [Client.Hear] is the whole of it. The way of a turn: hearing.go hears
// it, outcome.go sees whether anything is settled, answer.go, consent.go and choose.go
// find what to say, words.go and manner.go how.
package client

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"progon/sim/acts"
)

// Consent is the client's attitude to the processing of its data.
type Consent string

// Attitudes. None of them gives consent unless the bot asks for it.
const (
	Gives   Consent = "gives"
	Refuses Consent = "refuses" // also gives no personal data afterwards
	Evades  Consent = "evades"  // neither yes nor no
	Silent  Consent = "silent"  // says nothing more once it is asked
)

// Options describe one client.
type Options struct {
	Goal    Goal
	Consent Consent // Gives where empty
	Manner  Manner
	// Patience is how many turns of the bot the client bears, 16 where zero.
	Patience int
	Seed     uint64
	// Facts are what the client may reveal when it is asked: name, full_name, surname,
	// patronymic, phone, email, birth_date, age, service, time, question, master, branch,
	// car, guests, comment. A fact with «_first» after its name («phone_first») is what
	// the client says at first by mistake and corrects in its next turn.
	Facts map[string]string
	// Interjections are questions that the client asks once each in the middle.
	Interjections []string
	Female        bool
	// Strict clients take no other time than they wished.
	Strict bool
	// Now is the client's today: with it «завтра» and «25 ноября» can be the same day.
	Now time.Time
	// Ear tells what a reply does; acts.Hear where nil.
	Ear func(acts.Reply) []acts.Act
}

// Utterance is one message of the client.
type Utterance struct {
	Text string
	// Button is the title of the button that is pressed instead of writing.
	Button string
	// Pause is how long the client waits before this message of a burst.
	Pause time.Duration
}

// Stop is why a client has ended the conversation.
type Stop struct {
	Reason  string // one of the reasons above: reached, accepted, handover…
	Russian string
}

// Client is one simulated client in one conversation. It is not safe for concurrent use.
type Client struct {
	o       Options
	turn    int
	stop    Stop
	reached bool
	next    []Utterance // what a dispute says

	told  map[string]int // the turn in which a fact was told last
	tells map[string]int // how often it was told
	asked map[string]int // how often the bot asked for it
	heard map[string]int // how often the bot said the same
	again int            // how often it has said before what it ends this turn with
	round int            // how often it has said this whole turn before

	pending   *hearing // what the bot asked before the client put in a question
	fix       string   // the fact that was told wrongly
	picked    string   // the time that was taken
	option    string   // the option that was taken
	offered   []string // options seen so far
	burst     bool     // the last words were several messages
	confirmed bool     // the bot has confirmed, but asks on
	wrong     string   // what the bot settled otherwise than agreed

	refusals, declined, rebuffs, nagged, quiet, asides, disputes, rejected int
}

// New prepares a client. Unknown goals and missing facts are errors.
func New(o Options) (*Client, error) {
	if !slices.Contains(Goals(), o.Goal) {
		var known []string
		for _, g := range Goals() {
			known = append(known, string(g))
		}
		return nil, fmt.Errorf("цель клиента «%s» неизвестна; есть: %s", o.Goal, strings.Join(known, ", "))
	}
	if o.Goal == Book && o.Facts["service"] == "" {
		return nil, fmt.Errorf("клиент не знает, на что записаться: нет услуги")
	}
	if (o.Goal == Ask || o.Goal == Medical) && o.Facts["question"] == "" {
		return nil, fmt.Errorf("клиент не знает, о чём спросить: нет вопроса")
	}
	switch o.Consent {
	case "":
		o.Consent = Gives
	case Gives, Refuses, Evades, Silent:
	default:
		return nil, fmt.Errorf("отношение клиента к согласию «%s» неизвестно; есть: %s, %s, %s, %s", o.Consent, Gives, Refuses, Evades, Silent)
	}
	if !slices.Contains(Manners(), o.Manner) {
		return nil, fmt.Errorf("манера клиента «%s» неизвестна", o.Manner)
	}
	if o.Patience <= 0 {
		o.Patience = 16
	}
	if o.Ear == nil {
		o.Ear = acts.Hear
	}
	return &Client{o: o, told: map[string]int{}, tells: map[string]int{}, asked: map[string]int{}, heard: map[string]int{}}, nil
}

// Stopped tells why the conversation has ended; its Reason is empty while it goes on.
func (c *Client) Stopped() Stop { return c.stop }

// Reached tells whether the client got what it wanted.
func (c *Client) Reached() bool { return c.reached }

// Open is what the client says first.
func (c *Client) Open() []Utterance { return c.opening(0) }

// Hear takes the bot's turn and returns what the client says next. done is true when the
// client has said its last word.
func (c *Client) Hear(replies []acts.Reply) (say []Utterance, done bool) {
	if c.stop.Reason != "" {
		return nil, true
	}
	c.turn++
	c.next = nil
	h := c.listen(replies)
	if c.finish(h) || c.circles(h) {
		return c.next, c.stop.Reason != ""
	}
	if c.turn >= c.o.Patience {
		c.end(Impatient, fmt.Sprintf("терпение кончилось: %d ходов, а цель не достигнута", c.o.Patience))
		return nil, true
	}
	say = c.respond(h)
	c.burst = len(say) > 1
	return say, c.stop.Reason != ""
}

// respond finds what to say to a turn that settled nothing.
func (c *Client) respond(h *hearing) []Utterance {
	if len(h.replies) == 0 {
		return c.unanswered()
	}
	c.quiet = 0
	if h.has(acts.AsksConsent) {
		if say, ok := c.aboutConsent(h); ok {
			return say
		}
	}
	if h.wants() {
		c.nagged = 0
	} else if c.pending != nil && h.outcome&baffled == 0 {
		before := c.pending
		c.pending = nil
		if say := c.answers(before); len(say) > 0 || c.stop.Reason != "" {
			return say
		}
	}
	if say, ok := c.putIn(h); ok {
		return say
	}
	if say := c.answers(h); len(say) > 0 || c.stop.Reason != "" {
		return say
	}
	if c.o.Consent == Refuses && c.refusals > 0 {
		return c.insist()
	}
	return c.nag(h)
}

// putIn asks a question of the client's own, or corrects what it said, in the middle.
func (c *Client) putIn(h *hearing) ([]Utterance, bool) {
	if c.fix != "" {
		key := c.fix
		c.fix, c.pending = "", h
		c.tell(key)
		return c.words(c.pick("ой, ошиб"+c.sex("ся", "лась")+", правильно так: {"+key+"}", "исправлюсь: {"+key+"}")), true
	}
	if c.asides >= len(c.o.Interjections) || !h.insists() || c.turn < 2 && len(h.asks) < 3 {
		return nil, false
	}
	c.asides++
	c.pending = h
	return c.words(c.mask(c.o.Interjections[c.asides-1])), true
}

// nag says again what is wanted: the bot asked nothing that the client understands.
func (c *Client) nag(h *hearing) []Utterance {
	if c.wrong != "" {
		c.end(Mistaken, c.wrong)
		return nil
	}
	c.nagged++
	if c.nagged > 3 {
		c.end(Impatient, "бот не понимает, чего хочет клиент")
		return nil
	}
	if c.nagged < 3 && len(h.titles) > 0 {
		if say := c.choose(h); len(say) > 0 {
			return say
		}
		if o, ok := onward(c.options(h)); ok {
			return c.send(o)
		}
	}
	if h.wonders && c.nagged < 3 && h.outcome&baffled == 0 && c.tells["service"] > 0 && c.turn > 1 {
		if o, ok := c.anything(h); ok {
			return c.send(o)
		}
		return c.words(c.pick("не знаю, на ваше усмотрение", "всё равно", "как вам удобнее"))
	}
	if h.has(acts.Refusal) && c.rebuffs == 1 && c.o.Goal == Book {
		return c.words(c.pick("а на другое время можно?", "а когда можно?", "может, в другой день?"))
	}
	return c.opening(c.nagged)
}

func (c *Client) unanswered() []Utterance {
	c.quiet++
	switch {
	case c.quiet > 2:
		c.end(Impatient, "бот молчит")
		return nil
	case c.quiet == 2:
		return c.words("вы здесь?")
	}
	return c.opening(c.quiet)
}

// remember counts how often the bot has said the same before: the whole turn, and its
// last message, which is the one that waits for an answer.
func (c *Client) remember(h *hearing) {
	c.again, c.round = 0, 0
	if len(h.replies) == 0 {
		return
	}
	var whole strings.Builder
	for i, t := range h.texts {
		said := strings.Join(wordsOf(t), " ") + "|" + strings.Join(h.replies[i].Buttons, "|") + "\n"
		whole.WriteString(said)
		if i == len(h.texts)-1 {
			if _, rest, ok := strings.Cut(t, ". "); ok && h.last&baffled != 0 {
				said = strings.Join(wordsOf(rest), " ") + "|" + strings.Join(h.replies[i].Buttons, "|") + "\n"
			}
			c.again = c.heard[said]
			c.heard[said]++
		}
	}
	if len(h.texts) == 1 {
		c.round = c.again
		return
	}
	c.round = c.heard[whole.String()]
	c.heard[whole.String()]++
}

// circles ends a conversation in which the bot says the same for the fourth time, or asks
// the same in other words for the sixth.
func (c *Client) circles(h *hearing) bool {
	if c.round >= 3 {
		return c.end(Loop, "бот повторяет одно и то же, разговор зашёл в круг")
	}
	count := func(what string) bool {
		c.asked[what]++
		return c.asked[what] > 5
	}
	for _, fact := range h.asks {
		if count(fact) {
			return c.end(Loop, fmt.Sprintf("бот снова и снова спрашивает одно и то же (%s), разговор зашёл в круг", factNames[fact]))
		}
	}
	for _, n := range [...]acts.Name{acts.AsksConsent, acts.AsksConfirmation, acts.OffersSlots} {
		if h.has(n) && count(string(n)) {
			return c.end(Loop, "бот раз за разом "+n.Russian()+", разговор зашёл в круг")
		}
	}
	return false
}

func (c *Client) end(reason, russian string) bool {
	c.stop = Stop{reason, russian}
	return true
}

func (c *Client) reach(russian string) bool {
	c.reached = true
	return c.end(Reached, russian)
}

// dispute tells the bot once that it settled the wrong thing; the second time the client
// gives up.
func (c *Client) dispute(wrong string) bool {
	c.disputes++
	if c.wrong = wrong; c.disputes > 1 {
		return c.end(Mistaken, wrong)
	}
	c.next = c.words("нет, мне нужно: {service}, {time}")
	return true
}

// tell notes that a fact was said and returns it as a placeholder. What the client first
// says by mistake is corrected in its next turn.
func (c *Client) tell(fact string) string {
	key := fact
	if c.o.Facts[fact+"_first"] != "" && c.tells[fact] == 0 {
		key, c.fix = fact+"_first", fact
	}
	c.tells[fact]++
	c.told[fact] = c.turn
	return "{" + key + "}"
}
