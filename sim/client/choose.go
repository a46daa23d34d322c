package client

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"progon/sim/acts"
)

// option is one thing that can be chosen: a button, a numbered line, or plain words.
type option struct {
	title  string
	digit  string // what stands before the line
	button bool
}

// options lists what the turn lets the client choose from: buttons first, then the
// numbered lines of its text.
func (c *Client) options(h *hearing) []option {
	var out []option
	for _, t := range h.titles {
		if strings.TrimSpace(t) != "" {
			out = append(out, option{title: t, button: true})
		}
	}
	if len(out) > 0 {
		return out
	}
	for i := len(h.replies) - 1; i >= 0 && len(out) == 0; i-- {
		out = numbered(clip(h.replies[i].Text))
	}
	return out
}

// numbered reads «1. Маникюр», «2) Педикюр», «3️⃣ Брови», one a line or all in one.
func numbered(text string) []option {
	var out []option
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' }) {
		digit, rest := cutDigit(strings.TrimSpace(line))
		if digit != "" && rest != "" {
			out = append(out, option{title: rest, digit: digit})
		}
	}
	if len(out) >= 2 {
		return out
	}
	// «1 — да, 2 — нет»
	out = nil
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == ':' }) {
		digit, rest := cutDigit(strings.TrimSpace(part))
		if digit != "" && rest != "" && !unicode.IsDigit([]rune(rest)[0]) {
			out = append(out, option{title: strings.TrimRight(rest, ".!"), digit: digit})
		}
	}
	if len(out) >= 2 && out[0].digit == "1" {
		return out
	}
	return nil
}

func cutDigit(s string) (digit, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i > 2 {
		return "", ""
	}
	digit, rest = s[:i], s[i:]
	marked := strings.TrimLeft(rest, ".)]\ufe0f\u20e3:—–-= \t")
	if marked == rest || strings.HasPrefix(rest, ":") && marked != "" && unicode.IsDigit(rune(marked[0])) || strings.HasPrefix(rest, " ") && !strings.ContainsAny(rest[:len(rest)-len(marked)], ".)]:—–-=") {
		return "", "" // «11:00», «2 мастера»
	}
	if strings.HasPrefix(rest, ".") && marked != "" && unicode.IsDigit(rune(marked[0])) && !strings.HasPrefix(rest, ". ") {
		return "", "" // «27.11»
	}
	return digit, strings.TrimSpace(marked)
}

// byTitle lets a choice among titles be one among options.
func byTitle(options []option, choose func([]string) (string, bool)) (option, bool) {
	titles := make([]string, len(options))
	for i, o := range options {
		titles[i] = o.title
	}
	t, ok := choose(titles)
	if !ok {
		return option{}, false
	}
	return options[slices.Index(titles, t)], true
}

// send presses or says an option. What was not understood as a button or a digit is said
// in words the next time.
func (c *Client) send(o option) []Utterance {
	switch {
	case o.button && c.again != 1:
		return []Utterance{{Button: o.title}}
	case o.digit != "" && c.again != 1:
		return []Utterance{{Text: o.digit}}
	}
	return []Utterance{{Text: strings.TrimSpace(strings.TrimLeftFunc(o.title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))}}
}

// slot takes the offered time that is nearest to the wish. A strict client says its own
// time once more and then goes.
func (c *Client) slot(h *hearing) []Utterance {
	wish := c.o.Facts["time"]
	options := c.options(h)
	o, ok := byTitle(options, func(titles []string) (string, bool) { return nearestMoment(titles, wish, c.o.Now) })
	if !ok {
		var best string
		if best, ok = nearestMoment(apart(h.does[acts.OffersSlots].Options), wish, c.o.Now); ok {
			o = option{title: best}
		}
	}
	if !ok {
		if wish == "" {
			return c.words(c.pick("любое время подойдёт", "давайте ближайшее"))
		}
		return c.words(c.tell("time"))
	}
	if c.o.Strict && !c.sameTime(o.title, wish) {
		c.rejected++
		if c.rejected > 1 {
			c.end(Refused, "нужного клиенту времени нет, другое он не берёт")
			return nil
		}
		return c.words("нет, мне нужно только на " + c.tell("time"))
	}
	c.picked = o.title
	c.tells["time"]++
	c.told["time"] = c.turn
	if len(options) > 0 && (o.button || o.digit != "") {
		return c.send(o)
	}
	if len(h.does[acts.OffersSlots].Options) == 1 && h.wonders {
		return []Utterance{{Text: "да, " + o.title}}
	}
	return []Utterance{{Text: o.title}}
}

// hour finds the hours of a slot.
var hour = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)

// apart divides «завтра: 9:00, 11:00» into two slots of the same day.
func apart(slots []string) []string {
	var out []string
	for _, s := range slots {
		at := hour.FindAllStringIndex(s, -1)
		if len(at) < 2 {
			out = append(out, s)
			continue
		}
		day := strings.TrimRight(s[:at[0][0]], " :,–—-")
		for _, a := range at {
			out = append(out, strings.TrimSpace(day+" "+s[a[0]:a[1]]))
		}
	}
	return out
}

// day finds the button or the numbered line for the wished day, where days are offered
// before hours.
func (c *Client) day(h *hearing) (option, bool) {
	return byTitle(c.options(h), func(titles []string) (string, bool) {
		return nearestMoment(titles, c.o.Facts["time"], c.o.Now)
	})
}

func (c *Client) sameTime(a, b string) bool {
	x, okX := momentIn(a, c.o.Now)
	y, okY := momentIn(b, c.o.Now)
	return okX && okY && x.apart(y) == 0
}

// choose takes the option that serves the goal, or the nearest to the service; where a
// service is already agreed on, any kind of it will do.
func (c *Client) choose(h *hearing) []Utterance {
	options := c.options(h)
	for _, t := range h.does[acts.OffersOptions].Options {
		if !slices.ContainsFunc(options, func(o option) bool { return o.title == t }) {
			options = append(options, option{title: t})
		}
	}
	for _, o := range options {
		if len(c.offered) < 64 && !slices.Contains(c.offered, o.title) {
			c.offered = append(c.offered, o.title)
		}
	}
	if c.o.Goal == Book || c.o.Goal == Move && c.tells["goal"] > 0 {
		if o, ok := bestLike(options, c.o.Facts["service"]); ok {
			c.tells["service"]++
			c.told["service"] = c.turn
			c.option = o.title
			return c.send(o)
		}
	}
	if o, ok := c.goalOption(options); ok {
		return c.send(o)
	}
	if o, ok := byTitle(options, func(t []string) (string, bool) { return nearestMoment(t, c.o.Facts["time"], c.o.Now) }); ok && c.o.Goal != Ask {
		c.picked = o.title
		return c.send(o)
	}
	if c.o.Goal == Book {
		if o, ok := category(options, c.o.Facts["service"]); ok {
			c.option = o.title
			return c.send(o)
		}
		if c.tells["service"] > 0 && c.again < 2 {
			if o, ok := c.anything(h); ok {
				c.option = o.title
				return c.send(o)
			}
		}
	}
	return nil
}

// anything is the first option that leads on: somebody who does not care takes it.
func (c *Client) anything(h *hearing) (option, bool) {
	options := c.options(h)
	for _, o := range options {
		if has(wordsOf(fold(o.title)), "любой", "любая", "любое", "неважно", "пропустить", "ближайш", "первый=") {
			return o, true
		}
	}
	for _, o := range options {
		w := wordsOf(fold(o.title))
		if len(w) > 0 && !link(w) && !has(w, "назад", "меню", "отмен", "друг", "оператор", "администратор", "позвать", "прайс", "цены", "контакт", "акци", "отзыв", "отправить", "поделиться") {
			return o, true
		}
	}
	return option{}, false
}

// onward is the button that leads on where nothing is asked: «Начать», «Далее».
func onward(options []option) (option, bool) {
	for _, o := range options {
		if w := wordsOf(fold(o.title)); has(w, "начать", "начнем", "старт", "start", "далее", "дальше", "продолж", "поехали", "понятно", "понял", "хорошо", "ок=", "окей", "ясно", "башла", "алга") && senseOf(w) != no {
			return o, true
		}
	}
	return option{}, false
}

// bestLike finds the option that shares most with the wish; the shorter of equals.
func bestLike(options []option, wish string) (option, bool) {
	best, most := option{}, 0
	for _, o := range options {
		n := likeness(o.title, wish)
		if n > most || n == most && n > 0 && len(o.title) < len(best.title) {
			best, most = o, n
		}
	}
	return best, most > 0
}

// likeness counts the letters of the wish whose words stand in the option in any form.
func likeness(option, wish string) int {
	n := 0
	words := wordsOf(fold(option))
	for _, w := range wordsOf(fold(wish)) {
		stem := stemOf(w)
		if len([]rune(w)) < 3 {
			continue
		}
		for _, o := range words {
			if strings.HasPrefix(o, stem) || len([]rune(o)) >= 4 && strings.HasPrefix(w, stemOf(o)) {
				n += len([]rune(stem))
				break
			}
		}
	}
	return n
}

func stemOf(w string) string {
	r := []rune(w)
	if len(r) <= 4 {
		return w
	}
	return string(r[:max(4, len(r)-2)])
}

// stemsOf are the stems of the words that carry a question.
func stemsOf(question string) []string {
	var out []string
	for _, w := range wordsOf(fold(question)) {
		if len([]rune(w)) >= 5 && !has([]string{w}, "сколько", "какой", "какая", "какие", "можно", "подскаж", "скажите", "пожалуйста", "здравствуй", "добрый", "хочу", "когда") {
			out = append(out, stemOf(w))
		}
	}
	return out
}

// category finds the heading under which a price list keeps the service.
func category(options []option, service string) (option, bool) {
	low := fold(service)
	for _, c := range [...]struct{ services, headings []string }{
		{[]string{"маник", "педик", "ногт", "гель"}, []string{"ногт", "нейл", "руки", "маник"}},
		{[]string{"стриж", "окраш", "уклад", "мелир", "прическ"}, []string{"волос", "парикмах", "стриж"}},
		{[]string{"бров", "ресниц"}, []string{"взгляд", "бров", "ресниц", "визаж"}},
		{[]string{"чистка лица", "пилинг", "уход"}, []string{"лиц", "космет"}},
		{[]string{"чистка зуб", "зуб", "кариес", "пломб", "ортодонт"}, []string{"стомат", "зуб", "гигиен"}},
		{[]string{"массаж", "обертыв"}, []string{"тел", "спа", "spa", "массаж"}},
		{[]string{"эпиляц", "шугаринг", "депиляц"}, []string{"эпил", "тел", "лазер"}},
		{[]string{"йог", "пилатес", "растяж", "танц"}, []string{"групп", "занят", "трениров", "расписан"}},
		{[]string{"прием", "врач", "терапевт", "невролог", "хирург"}, []string{"прием", "врач", "специалист", "консульт"}},
	} {
		if !anyOf(low, c.services...) {
			continue
		}
		for _, o := range options {
			if has(wordsOf(fold(o.title)), c.headings...) {
				return o, true
			}
		}
	}
	for _, o := range options {
		if has(wordsOf(fold(o.title)), "другая", "другое", "другие", "прочее", "все=") {
			return o, true
		}
	}
	return option{}, false
}
