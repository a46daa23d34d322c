package client

import (
	"regexp"
	"strings"

	"progon/sim/acts"
)

var (
	cancelled = regexp.MustCompile(`(?i)отмен(ена|ил|или|ено|яем)|снял[аи]? с записи|юкка чыгар`)
	accepted  = regexp.MustCompile(`(?i)заявк[ау] (принят|принял|получ|сохран|зафикс)|приняли (вашу )?заявку|администратор (подтвердит|перезвонит|свяжется)`)
)

// listen hears a whole turn: acts of all its messages together.
func (c *Client) listen(replies []acts.Reply) hearing {
	h := hearing{does: map[acts.Name]acts.Act{}, said: len(replies) > 0}
	for _, r := range replies {
		for _, a := range c.o.Ear(r) {
			if old, ok := h.does[a.Name]; !ok || a.Score > old.Score {
				h.does[a.Name] = a
			}
		}
		h.cancelled = h.cancelled || cancelled.MatchString(r.Text)
		h.accepted = h.accepted || accepted.MatchString(r.Text)
	}
	return h
}

// aboutConsent answers the request for consent as the client's attitude is.
func (c *Client) aboutConsent(replies []acts.Reply) ([]Utterance, bool) {
	switch c.o.Consent {
	case Silent:
		return c.end("silent", "клиент промолчал на просьбу о согласии"), true
	case Evades:
		c.refusals++
		if c.refusals > 2 {
			return c.end("refused", "клиент так и не ответил на просьбу о согласии"), true
		}
		return c.words(c.pick("ну не знаю", "потом", "а зачем это?")), false
	case Refuses:
		c.refusals++
		if c.refusals > 2 {
			return c.end("refused", "клиент отказал в согласии, а бот всё просит"), true
		}
		if b, ok := consentButton(replies, false); ok {
			return []Utterance{{Button: b}}, false
		}
		return c.words(c.sex("не согласен", "не согласна")), false
	}
	if b, ok := consentButton(replies, true); ok {
		return []Utterance{{Button: b}}, false
	}
	return c.words(c.sex("да, согласен", "да, согласна")), false
}

// insist is a client who refused and wants to be served nevertheless.
func (c *Client) insist(seen hearing) ([]Utterance, bool) {
	if c.nagged > 0 || seen.has(acts.OtherContact) && c.nagged > 0 {
		return c.end("refused", "клиент не дал согласия, бот предложил обойтись без записи в чате"), true
	}
	c.nagged++
	return c.words("а записаться-то можно?"), false
}

// answers gives what was asked, several facts at once, in the order of a person's mind.
func (c *Client) answers(seen hearing, replies []acts.Reply) []Utterance {
	if seen.has(acts.AsksConfirmation) {
		if b, ok := buttonLike(replies, yesTitle); ok {
			return []Utterance{{Button: b}}
		}
		return c.words(c.pick("да, всё верно", "да", "верно"))
	}
	if a, ok := seen.does[acts.OffersSlots]; ok {
		if say := c.choose(a, replies, c.o.Facts["time"]); len(say) > 0 {
			return say
		}
	}
	var parts []string
	tell := func(ask acts.Name, fact, text string) {
		if seen.has(ask) && text != "" {
			c.told[fact]++
			parts = append(parts, text)
		}
	}
	tell(acts.AsksService, "service", c.o.Facts["service"])
	tell(acts.AsksTime, "time", c.o.Facts["time"])
	tell(acts.AsksName, "name", c.name())
	tell(acts.AsksPhone, "phone", c.o.Facts["phone"])
	tell(acts.AsksEmail, "email", c.o.Facts["email"])
	if seen.has(acts.AsksService) && len(parts) == 1 {
		if b, ok := buttonLike(replies, func(title string) bool { return alike(title, c.o.Facts["service"]) }); ok {
			return []Utterance{{Button: b}}
		}
	}
	if len(parts) > 0 {
		return c.words(strings.Join(parts, ", "))
	}
	if a, ok := seen.does[acts.OffersOptions]; ok {
		return c.choose(a, replies, c.o.Facts["service"])
	}
	return nil
}

// name is the first name; a bot that asks again gets the full one.
func (c *Client) name() string {
	if c.told["name"] > 0 && c.o.Facts["full_name"] != "" {
		return c.o.Facts["full_name"]
	}
	return c.o.Facts["name"]
}

// choose takes the option that is nearest to the wish, by its button where it has one.
func (c *Client) choose(a acts.Act, replies []acts.Reply, wish string) []Utterance {
	var buttons []string
	for _, r := range replies {
		buttons = append(buttons, r.Buttons...)
	}
	if b, ok := nearest(buttons, wish); ok {
		return []Utterance{{Button: b}}
	}
	if o, ok := nearest(a.Options, wish); ok {
		if n := listNumber.FindStringSubmatch(o); n != nil {
			return c.words(n[1])
		}
		return c.words(o)
	}
	return c.words(wish)
}

var (
	listNumber = regexp.MustCompile(`^\s*(\d{1,2})\s*[).:—-]\s+\D`)
	clockTime  = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)
)

// nearest finds the option that shares most with the wish. A wish for a time that is not
// offered takes the first time that is.
func nearest(options []string, wish string) (string, bool) {
	best, bestScore := "", 0
	for _, o := range options {
		if score := likeness(o, wish); score > bestScore {
			best, bestScore = o, score
		}
	}
	if best != "" {
		return best, true
	}
	if clockTime.MatchString(wish) {
		for _, o := range options {
			if clockTime.MatchString(o) {
				return o, true
			}
		}
	}
	return "", false
}

// weekdays as buttons shorten them.
var weekdays = map[string]string{"понедельник": "пн", "вторник": "вт", "среда": "ср", "четверг": "чт", "пятница": "пт", "суббота": "сб", "воскресенье": "вс"}

func likeness(option, wish string) int {
	o, score := strings.ToLower(option), 0
	for _, w := range strings.Fields(strings.ToLower(wish)) {
		switch {
		case clockTime.MatchString(w):
			if hasTime(o, w) {
				score += 10
			}
		case strings.Contains(o, w):
			score += 3
		case weekdays[w] != "" && strings.HasPrefix(o, weekdays[w]):
			score += 3
		case len([]rune(w)) > 4 && strings.Contains(o, string([]rune(w)[:len([]rune(w))-2])):
			score += 2
		}
	}
	return score
}

func hasTime(option, want string) bool {
	for _, t := range clockTime.FindAllString(option, -1) {
		if strings.ReplaceAll(t, ".", ":") == strings.ReplaceAll(want, ".", ":") {
			return true
		}
	}
	return false
}

func alike(title, wish string) bool { return likeness(title, wish) > 0 }

func buttonLike(replies []acts.Reply, fits func(string) bool) (string, bool) {
	for i := len(replies) - 1; i >= 0; i-- {
		for _, b := range replies[i].Buttons {
			if fits(b) {
				return b, true
			}
		}
	}
	return "", false
}

var (
	yes     = regexp.MustCompile(`(?i)^[^\p{L}\d]*(да|верно|подтвержда|всё верно|все верно|ок|записать|подходит|әйе)`)
	no      = regexp.MustCompile(`(?i)(^|[^\p{L}])(нет|не|отказ\p{L}*|против|юк|түгел)([^\p{L}]|$)|отказ`)
	consent = regexp.MustCompile(`(?i)соглас|разреш|принима|ризамын|ризалык|даю|отказ|не да|не принима|подтвержда|^[^\p{L}]*(да|нет|әйе|юк)[^\p{L}]*$`)
)

func yesTitle(title string) bool { return yes.MatchString(title) && !no.MatchString(title) }

// AboutConsent tells whether a button's title can answer a request for consent.
func AboutConsent(title string) bool { return consent.MatchString(title) }

// Consents tells whether such a title gives consent rather than refuses it.
func Consents(title string) bool { return !no.MatchString(title) }

func consentButton(replies []acts.Reply, want bool) (string, bool) {
	return buttonLike(replies, func(title string) bool { return AboutConsent(title) && Consents(title) == want })
}

func (c *Client) sex(male, female string) string {
	if c.o.Female {
		return female
	}
	return male
}
