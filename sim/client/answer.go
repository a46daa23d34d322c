package client

import (
	"regexp"
	"slices"
	"strings"

	"progon/sim/acts"
)

// factNames are facts as a report calls them.
var factNames = map[string]string{"service": "услуга", "time": "время", "name": "имя", "full_name": "имя и фамилия", "phone": "телефон", "email": "почта"}

// answers gives what was asked, several facts at once, in the order of the questions.
func (c *Client) answers(h *hearing) []Utterance {
	if h.has(acts.AsksConfirmation) {
		return c.confirm(h)
	}
	if len(h.asks) == 1 && h.asks[0] == "time" && c.visit() && c.o.Facts["time"] != "" {
		if o, ok := c.day(h); ok {
			return c.send(o)
		}
	}
	facts := c.facts(h)
	if h.has(acts.OffersSlots) && c.visit() {
		say := c.slot(h)
		if len(facts) > 0 && len(say) == 1 && say[0].Button == "" {
			return c.list(append([]string{say[0].Text}, facts...))
		}
		return append(say, c.list(facts)...)
	}
	if len(facts) == 1 && len(h.asks) == 1 && h.asks[0] == "service" || h.has(acts.OffersOptions) && len(facts) == 0 {
		if say := c.choose(h); len(say) > 0 {
			return say
		}
	}
	if len(facts) > 0 {
		if c.shy(h) {
			return c.decline()
		}
		return c.list(facts)
	}
	if c.shy(h) {
		return c.decline()
	}
	if h.side != nil {
		return c.besides(h)
	}
	return nil
}

// visit tells whether the goal is about a time.
func (c *Client) visit() bool { return c.o.Goal == Book || c.o.Goal == Move }

// shy tells whether a client who refused its consent is asked for personal data.
func (c *Client) shy(h *hearing) bool {
	return c.o.Consent == Refuses && c.refusals > 0 && slices.ContainsFunc(h.asks, personal)
}

func personal(fact string) bool { return fact != "service" && fact != "time" }

// facts are the answers to what was asked, one for each question. Somebody who came for
// something else than a visit says what for when it is asked about the service.
func (c *Client) facts(h *hearing) []string {
	var out []string
	alone := len(h.asks) == 1 && c.again > 0 // asked again: a whole sentence may help
	for _, fact := range h.asks {
		switch {
		case fact == "service" && c.o.Goal != Book:
			if len(h.asks) > 1 || h.has(acts.AsksConfirmation) {
				continue // «вы уверены, что хотите отменить?» asks no new matter
			}
			if c.o.Facts["service"] == "" || c.tells["goal"] < 2 {
				out = append(out, c.purpose(1))
				continue
			}
		case personal(fact) && c.o.Consent == Refuses && c.refusals > 0:
			continue
		}
		if fact == "name" && c.tells["name"] > 0 && c.o.Facts["full_name"] != "" {
			fact = "full_name"
		}
		if fact == "full_name" && c.o.Facts[fact] == "" {
			fact = "name"
		}
		if c.o.Facts[fact] == "" {
			out = append(out, unknown[fact])
			continue
		}
		said := c.tell(fact)
		if alone && c.again < 3 {
			said = whole[fact] + said
		}
		out = append(out, said)
	}
	return out
}

// whole is how a fact is said once more; unknown what is said where there is none.
var (
	whole   = map[string]string{"name": "меня зовут ", "full_name": "меня зовут ", "phone": "мой телефон ", "email": "моя почта ", "service": "мне нужно: ", "time": "хочу на "}
	unknown = map[string]string{"service": "не знаю, что посоветуете?", "time": "в любое время", "name": "можно без имени?", "full_name": "можно без имени?", "phone": "телефон не дам", "email": "почты нет"}
)

// besides answers a question that is not about the visit itself.
func (c *Client) besides(h *hearing) []Utterance {
	s := h.side
	if s.fact != "" && c.o.Facts[s.fact] != "" {
		if options := c.options(h); len(options) > 0 {
			if o, ok := bestLike(options, c.o.Facts[s.fact]); ok {
				return c.send(o)
			}
		}
		if s.fact == "birth_date" && c.o.Consent == Refuses && c.refusals > 0 {
			return c.decline()
		}
		return c.words(c.tell(s.fact))
	}
	if options := c.options(h); len(options) > 0 {
		if o, ok := bestLike(options, s.answer); ok {
			return c.send(o)
		}
		if strings.HasPrefix(s.answer, "нет") {
			if o, ok := answerOption(options, no, c.o.Goal); ok {
				return c.send(o)
			}
		}
		if o, ok := c.anything(h); ok {
			return c.send(o)
		}
	}
	return c.words(s.answer)
}

// ownPhone finds the number that a bot reads back as the client's.
var ownPhone = regexp.MustCompile(`(?:ваш\S{0,3} (?:номер|телефон)|(?:номер|телефон) ?[:—-])\D{0,16}(\+?[78][\d\s()-]{9,16}\d)`)

// confirm answers «всё верно?»: yes, or what is not. A client who has said once what is
// wrong and is asked the same again gives in, unless it is strict.
func (c *Client) confirm(h *hearing) []Utterance {
	if wrong := c.misread(h); wrong != "" && c.disputes < 1 {
		c.disputes++
		return c.words("нет, не так, правильно: " + wrong)
	}
	if c.visit() && !h.agreed(c) {
		if c.o.Strict && c.disputes > 0 {
			c.end(Mistaken, "бот раз за разом предлагает не то время, о котором просит клиент")
			return nil
		}
		if a, ok := h.does[acts.OffersSlots]; ok && len(a.Options) > 0 {
			c.picked = a.Options[0]
		} else {
			c.picked = clip(h.texts[len(h.texts)-1])
		}
	}
	facts := c.facts(h)
	if o, ok := answerOption(c.options(h), yes, c.o.Goal); ok && len(facts) == 0 {
		return c.send(o)
	}
	if word, ok := instructed(h.texts, yes); ok && len(facts) == 0 {
		return []Utterance{{Text: word}}
	}
	affirm := c.pick("да, всё верно", "да", "да, верно")
	switch {
	case c.again > 0:
		affirm = "да"
	case c.o.Manner == TatarOnly:
		affirm = "әйе, дөрес"
	case c.o.Goal == Cancel:
		affirm = c.pick("да, отмените", "да")
	}
	return c.list(append([]string{affirm}, facts...))
}

// misread says what the bot repeats wrongly, as placeholders.
func (c *Client) misread(h *hearing) string {
	if c.o.Facts["phone"] != "" {
		for _, t := range h.texts {
			if m := ownPhone.FindStringSubmatch(t); m != nil && lastTen(m[1]) != lastTen(c.o.Facts["phone"]) {
				return "{phone}"
			}
		}
	}
	if c.visit() && c.o.Facts["time"] != "" && !h.agreed(c) {
		return "{time}"
	}
	return ""
}

// agreed tells whether the hours that the turn names hold the one that was wished or
// taken.
func (h *hearing) agreed(c *Client) bool {
	return c.agrees(strings.Join(h.texts, "\n"))
}

func lastTen(phone string) string {
	d := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	return d[max(0, len(d)-10):]
}
