// Package client is the simulated client: an agenda-based user (Schatzmann et al., 2007)
// who wants something, answers whatever the bot asks next, in its own manner, and stops
// when the goal is reached, when a person takes over, when it is refused, or when its
// patience ends. It needs no model: the same seed and the same bot give the same words.
//
// It knows neither the network nor the bot; it hears what a reply does through package
// acts. Start at [New]; [Client.Hear] is the whole of it.
package client

import (
	"fmt"
	"hash/fnv"
	"strings"

	"progon/sim/acts"
)

// Goal is what a client wants.
type Goal string

// The goals.
const (
	Book     Goal = "записаться"
	Move     Goal = "перенести запись"
	Cancel   Goal = "отменить запись"
	Ask      Goal = "задать вопрос"
	Complain Goal = "пожаловаться"
	Withdraw Goal = "отозвать согласие"
	Delete   Goal = "удалить свои данные"
)

// Consent is the client's attitude to the processing of its data.
type Consent string

// Attitudes.
const (
	Gives   Consent = "gives"
	Refuses Consent = "refuses"
	Evades  Consent = "evades"
	Silent  Consent = "silent"
)

// Options describe one client.
type Options struct {
	Goal    Goal
	Consent Consent
	Manner  Manner
	// Patience is how many turns the client bears, 16 where zero.
	Patience int
	Seed     uint64
	// Facts are what the client may reveal when it is asked: name, full_name, surname,
	// phone, email, birth_date, service, time, question.
	Facts map[string]string
	// Interjections are questions that the client asks once each in the middle.
	Interjections []string
	Female        bool
	// Ear tells what a reply does; acts.Hear where nil.
	Ear func(acts.Reply) []acts.Act
}

// Utterance is one message of the client.
type Utterance struct {
	Text string
	// Button is the title of the button that is pressed instead of writing.
	Button string
}

// Stop is why a client has ended the conversation.
type Stop struct {
	Reason  string // reached, handover, refused, impatient, loop, silent
	Russian string
}

// Client is one simulated client in one conversation. It is not safe for concurrent use.
type Client struct {
	o       Options
	turn    int
	stop    Stop
	reached bool

	told     map[string]int // how often a fact was told
	heard    map[string]int // how often the bot said the same
	refusals int            // how often the client has refused its consent
	nagged   int            // how often the bot went on without a question
	asked    int            // interjections made
	chosen   bool           // a time was chosen
}

// New prepares a client. Unknown goals and missing facts are errors.
func New(o Options) (*Client, error) {
	switch o.Goal {
	case Book, Move, Cancel, Ask, Complain, Withdraw, Delete:
	default:
		return nil, fmt.Errorf("цель клиента «%s» неизвестна", o.Goal)
	}
	if o.Goal == Book && o.Facts["service"] == "" {
		return nil, fmt.Errorf("клиент не знает, на что записаться: нет услуги")
	}
	if o.Goal == Ask && o.Facts["question"] == "" {
		return nil, fmt.Errorf("клиент не знает, о чём спросить: нет вопроса")
	}
	if o.Consent == "" {
		o.Consent = Gives
	}
	if o.Patience <= 0 {
		o.Patience = 16
	}
	if o.Ear == nil {
		o.Ear = acts.Hear
	}
	return &Client{o: o, told: map[string]int{}, heard: map[string]int{}}, nil
}

// Goal is what the client wants, in Russian.
func (c *Client) Goal() string {
	switch c.o.Goal {
	case Book:
		return "записаться на «" + c.o.Facts["service"] + "»"
	case Move:
		return "перенести запись на «" + c.o.Facts["time"] + "»"
	}
	return string(c.o.Goal)
}

// Stopped tells why the conversation has ended.
func (c *Client) Stopped() Stop { return c.stop }

// Reached tells whether the client got what it wanted.
func (c *Client) Reached() bool { return c.reached }

// Open is what the client says first.
func (c *Client) Open() []Utterance { return c.words(c.opening(0)) }

func (c *Client) opening(again int) string {
	service, when := c.o.Facts["service"], c.o.Facts["time"]
	switch c.o.Goal {
	case Book:
		if again > 0 {
			return "мне бы записаться на " + service
		}
		return c.pick("здравствуйте, хочу записаться на "+service, "добрый день, запишите меня на "+service, "хочу на "+service)
	case Move:
		if again > 0 {
			return "мне нужно перенести запись на другое время: " + when
		}
		return "перенесите, пожалуйста, мою запись на " + when
	case Cancel:
		if again > 0 {
			return "отмените мою запись, я не приду"
		}
		return "отмените, пожалуйста, мою запись"
	case Complain:
		return "хочу пожаловаться, мне не понравилось обслуживание"
	case Withdraw:
		return "отзываю согласие на обработку моих персональных данных"
	case Delete:
		return "удалите мои данные"
	}
	return c.o.Facts["question"]
}

// Hear takes the bot's turn and returns what the client says next. done is true when the
// client has said its last word.
func (c *Client) Hear(replies []acts.Reply) (say []Utterance, done bool) {
	if c.stop.Reason != "" {
		return nil, true
	}
	c.turn++
	seen := c.listen(replies)
	if c.repeats(replies) {
		return c.end("loop", "бот повторяет одно и то же, разговор зашёл в круг"), true
	}
	if c.turn > c.o.Patience {
		return c.end("impatient", fmt.Sprintf("терпение кончилось: %d ходов, а цель не достигнута", c.o.Patience)), true
	}
	if say, done, ok := c.finish(seen); ok {
		return say, done
	}
	if seen.has(acts.AsksConsent) {
		return c.aboutConsent(replies)
	}
	if c.asked < len(c.o.Interjections) && c.turn > 1 && seen.asksAnything() {
		c.asked++
		return c.words(c.o.Interjections[c.asked-1]), false
	}
	if c.o.Consent == Refuses && c.refusals > 0 {
		return c.insist(seen)
	}
	if say := c.answers(seen, replies); len(say) > 0 {
		c.nagged = 0
		return say, false
	}
	// The bot asked nothing that the client understands: say again what is wanted.
	c.nagged++
	switch {
	case c.nagged > 3:
		return c.end("impatient", "бот не понимает, чего хочет клиент"), true
	case len(replies) == 0 && c.nagged > 1:
		return c.end("impatient", "бот молчит"), true
	}
	return c.words(c.opening(c.nagged)), false
}

// finish ends the conversation when there is nothing more to say.
func (c *Client) finish(seen hearing) (say []Utterance, done, ok bool) {
	confirmed, asksYes := seen.has(acts.ConfirmsBooking), seen.has(acts.AsksConfirmation)
	handed, refused := seen.has(acts.Handover), seen.has(acts.Refusal)
	switch {
	case confirmed && !asksYes && (c.o.Goal == Book || c.o.Goal == Move):
		c.reached = true
		return c.end("reached", "клиент добился своего: бот подтвердил запись"), true, true
	case handed && !seen.asksAnything():
		return c.end("handover", "разговор передан человеку"), true, true
	case c.o.Goal == Cancel && c.turn > 0 && seen.cancelled:
		c.reached = true
		return c.end("reached", "клиент добился своего: запись отменена"), true, true
	case c.o.Goal == Book && seen.accepted && !seen.asksAnything():
		return c.end("accepted", "бот принял заявку, но запись не подтвердил"), true, true
	case refused && !seen.asksAnything() && c.refusals == 0 && c.turn > 1:
		return c.end("refused", "бот отказал"), true, true
	case (c.o.Goal == Ask || c.o.Goal == Complain || c.o.Goal == Withdraw || c.o.Goal == Delete) && !seen.asksAnything() && seen.said:
		c.reached = true
		return c.end("reached", "клиент получил ответ"), true, true
	}
	return nil, false, false
}

func (c *Client) end(reason, russian string) []Utterance {
	c.stop = Stop{reason, russian}
	return nil
}

// hearing is what one turn of the bot did.
type hearing struct {
	does                      map[acts.Name]acts.Act
	cancelled, accepted, said bool
}

func (h hearing) has(n acts.Name) bool { _, ok := h.does[n]; return ok }

func (h hearing) asksAnything() bool {
	for _, n := range []acts.Name{
		acts.AsksConsent, acts.AsksName, acts.AsksPhone, acts.AsksEmail, acts.AsksService, acts.AsksTime,
		acts.AsksConfirmation, acts.OffersSlots, acts.OffersOptions,
	} {
		if h.has(n) {
			return true
		}
	}
	return false
}

// repeats tells whether the bot says the same for the third time.
func (c *Client) repeats(replies []acts.Reply) bool {
	if len(replies) == 0 {
		return false
	}
	var all strings.Builder
	for _, r := range replies {
		all.WriteString(r.Text + "\n")
	}
	c.heard[all.String()]++
	return c.heard[all.String()] > 3
}

// pick chooses a wording by the seed: the same client says the same.
func (c *Client) pick(options ...string) string {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%d/%s/%d", c.o.Seed, options[0], c.turn)
	return options[int(h.Sum32())%len(options)]
}
