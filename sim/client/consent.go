package client

import "progon/sim/acts"

// aboutConsent answers a request for consent as the client's attitude is. ok is false
// where the request needs no answer of its own: «продолжая, вы соглашаетесь» is answered
// by going on.
func (c *Client) aboutConsent(h *hearing) (say []Utterance, ok bool) {
	options := c.options(h)
	switch c.o.Consent {
	case Silent:
		c.end(KeptSilent, "клиент промолчал на просьбу о согласии")
		return nil, true
	case Evades:
		c.refusals++
		if c.refusals > 2 {
			c.end(Refused, "клиент так и не ответил на просьбу о согласии")
			return nil, true
		}
		return c.words(c.pick("ну не знаю", "потом как-нибудь", "а зачем это?")), true
	case Refuses:
		c.refusals++
		if c.refusals > 2 {
			c.end(Refused, "клиент отказал в согласии, а бот всё просит")
			return nil, true
		}
		if o, found := consentOption(options, no); found && c.again == 0 {
			return c.send(o), true
		}
		if word, found := instructed(h.texts, no); found && c.again == 0 {
			return []Utterance{{Text: word}}, true
		}
		return c.words(c.sex("не согласен", "не согласна")), true
	}
	if onlyNews(h) {
		if o, found := answerOption(options, no, c.o.Goal); found {
			return c.send(o), true
		}
		return c.words("нет, спасибо, рассылка не нужна"), true
	}
	o, found := consentOption(options, yes)
	if found && c.again != 1 {
		c.hold(h)
		return c.send(o), true
	}
	a := h.does[acts.AsksConsent]
	if a.Consent != nil && a.Consent.Implied && (h.has(acts.OffersSlots) || len(h.asks) > 0) && c.again == 0 {
		return nil, false
	}
	if word, found := instructed(h.texts, yes); found && c.again < 2 && len(h.asks) == 0 {
		return []Utterance{{Text: word}}, true
	}
	agreed := c.pick(c.sex("да, согласен", "да, согласна"), c.sex("согласен", "согласна"))
	if c.o.Manner == TatarOnly && c.again == 0 {
		agreed = "әйе, риза"
	}
	if c.again > 1 {
		agreed = c.sex("да, согласен", "да, согласна") + " на обработку персональных данных"
	}
	// A request that asks for more than consent gets the rest in the same message.
	if facts := c.facts(h); len(facts) > 0 && c.again == 0 {
		return c.list(append([]string{agreed}, facts...)), true
	}
	return c.words(agreed), true
}

// hold keeps what else the message asked: a pressed button has answered the consent only.
func (c *Client) hold(h *hearing) {
	rest := *h
	rest.does = make(map[acts.Name]acts.Act, len(h.does))
	for n, a := range h.does {
		if n != acts.AsksConsent && n != acts.OffersOptions {
			rest.does[n] = a
		}
	}
	if rest.titles = nil; rest.insists() {
		c.pending = &rest
	}
}

// onlyNews tells whether the consent is asked for advertising alone.
func onlyNews(h *hearing) bool {
	news := false
	for _, t := range h.texts {
		if anyOf(t, "обработк", "персональн", "данны", "политик", "мәгълүмат") {
			return false
		}
		news = news || anyOf(t, "рассылк", "реклам", "новост", "акци")
	}
	return news
}

// insist is a client who refused its consent and wants to be served nevertheless.
func (c *Client) insist() []Utterance {
	if c.nagged > 0 {
		c.end(Refused, "клиент не дал согласия, и бот его в чате не записывает")
		return nil
	}
	c.nagged++
	return c.words("а записаться-то можно?")
}

// decline is a client who refused its consent and is asked for personal data.
func (c *Client) decline() []Utterance {
	c.declined++
	if c.declined > 1 {
		c.end(Refused, "бот просит личные данные, хотя согласия клиент не дал")
		return nil
	}
	return c.words("не дам, согласия на обработку данных не было")
}

func consentOption(options []option, want sense) (option, bool) {
	return byTitle(options, func(titles []string) (string, bool) { return consentButton(titles, want) })
}

func answerOption(options []option, want sense, goal Goal) (option, bool) {
	return byTitle(options, func(titles []string) (string, bool) { return answerButton(titles, want, goal) })
}
