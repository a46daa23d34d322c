package client

import (
	"regexp"
	"slices"
	"strings"

	"progon/sim/acts"
)

// hearing is what one turn of the bot did, all its messages together.
type hearing struct {
	replies []acts.Reply
	texts   []string // folded
	does    map[acts.Name]acts.Act
	asks    []string // keys of the facts that are asked for, in the order of the text
	side    *side    // a question that package acts has no name for
	titles  []string // buttons that can be pressed now
	wonders bool     // a question mark ends the turn
	outcome outcome  // of all messages together
	last    outcome  // of the last one
}

func (h *hearing) has(n acts.Name) bool { _, ok := h.does[n]; return ok }

// wants tells whether the bot waits for an answer to something the client understands.
func (h *hearing) wants() bool {
	return len(h.asks) > 0 || h.side != nil || h.has(acts.AsksConsent) || h.has(acts.AsksConfirmation) ||
		h.has(acts.OffersSlots) || h.has(acts.OffersOptions)
}

// insists tells whether the bot waits for anything about the matter of the client rather
// than offering what else it can do.
func (h *hearing) insists() bool {
	return len(h.asks) > 0 || h.has(acts.AsksConsent) || h.has(acts.AsksConfirmation) || h.has(acts.OffersSlots)
}

// asked are the acts that ask for one fact each, with the words by which the order of
// several questions in one message is found.
var asked = [...]struct {
	act   acts.Name
	fact  string
	stems []string
}{
	{acts.AsksService, "service", []string{"услуг", "процедур", "интересует", "запис", "помочь", "хотите", "хезмәт"}},
	{acts.AsksTime, "time", []string{"врем", "когда", "дат", "день", "числ", "удобн", "вакыт", "кайчан"}},
	{acts.AsksName, "name", []string{"имя", "имен", "зовут", "обраща", "фио", "представ", "исем"}},
	{acts.AsksPhone, "phone", []string{"телефон", "номер", "контакт", "позвон", "связ"}},
	{acts.AsksEmail, "email", []string{"почт", "mail", "мейл"}},
}

// side is a question that bots ask besides: its fact, and what a client without such a
// fact says.
type side struct {
	stems  []string
	fact   string
	answer string
}

var sides = [...]side{
	{[]string{"дата рождения", "дату рождения", "когда родились", "день рождения"}, "birth_date", "это обязательно?"},
	{[]string{"фамили"}, "surname", "можно без фамилии"},
	{[]string{"отчеств"}, "patronymic", "можно без отчества"},
	{[]string{"сколько вам лет", "ваш возраст", "возраст?"}, "age", "взрослый"},
	{[]string{"какому мастеру", "какого мастера", "выберите мастера", "какому специалисту", "предпочитаете мастер", "пожелания по мастеру", "нинди мастер"}, "master", "всё равно к кому"},
	{[]string{"какой филиал", "каком филиале", "выберите филиал", "какой салон", "каком салоне", "какой адрес", "выберите адрес"}, "branch", "в любой"},
	{[]string{"коммент", "пожелани", "что-нибудь еще добав", "что-то добавить", "добавить что"}, "comment", "нет, больше ничего"},
	{[]string{"впервые", "первый раз", "были у нас", "бывали у нас"}, "first_visit", "впервые"},
	{[]string{"рассылк", "присылать акции", "получать новости", "новости и акции"}, "", "нет, спасибо"},
	{[]string{"марка", "марку", "модель авто", "какой автомобиль"}, "car", "обычная легковая"},
	{[]string{"как вам удобнее связ", "способ связи", "как с вами связаться", "куда вам написать"}, "channel", "здесь, в чате"},
	{[]string{"напомнить", "напоминание"}, "", "да, напомните"},
	{[]string{"откуда вы о нас", "как вы о нас узнали", "откуда узнали"}, "", "посоветовали знакомые"},
	{[]string{"сколько человек", "сколько вас будет", "на сколько персон"}, "guests", "я один человек"},
}

// listen hears a whole turn.
func (c *Client) listen(replies []acts.Reply) *hearing {
	h := &hearing{replies: replies, does: make(map[acts.Name]acts.Act, 4)}
	for _, r := range replies {
		low := fold(clip(r.Text))
		h.texts = append(h.texts, low)
		h.last = outcomeOf(low, c.o.Goal.matters())
		h.outcome |= h.last
	}
	c.remember(h)
	type question struct {
		fact      string
		reply, at int
	}
	var questions []question
	for i, r := range replies {
		low := h.texts[i]
		for _, a := range c.o.Ear(r) {
			if a.Name == acts.Other {
				continue
			}
			if old, ok := h.does[a.Name]; !ok || a.Score >= old.Score {
				h.does[a.Name] = a
			}
			for _, q := range asked {
				if q.act == a.Name && !slices.ContainsFunc(questions, func(o question) bool { return o.fact == q.fact && o.reply == i }) {
					questions = append(questions, question{q.fact, i, firstOf(low, q.stems)})
				}
			}
		}
		if len(r.Buttons) > 0 {
			h.titles = r.Buttons
		}
		h.wonders = strings.HasSuffix(strings.TrimRight(low, " \n\t)🙂😊🙏🤗☺️😉👇"), "?")
	}
	slices.SortStableFunc(questions, func(a, b question) int {
		if a.reply != b.reply {
			return a.reply - b.reply
		}
		return a.at - b.at
	})
	for _, q := range questions {
		if q.fact == "phone" && numberOf(h.texts[q.reply]) {
			continue
		}
		if slices.Contains(h.asks, q.fact) {
			continue
		}
		// After a burst of short messages an earlier reply asks what a later message has
		// already told.
		if c.burst && q.reply < len(replies)-1 && c.told[q.fact] == c.turn-1 && c.tells[q.fact] > 0 {
			continue
		}
		h.asks = append(h.asks, q.fact)
	}
	c.overheard(h)
	if _, ok := h.does[acts.AsksConsent]; !ok && c.consentLike(h) {
		h.does[acts.AsksConsent] = acts.Act{Name: acts.AsksConsent, Score: 0.5}
	}
	if !h.insists() && !h.has(acts.ConfirmsBooking) && c.visit() && c.tells["goal"] > 0 && c.turn > 1 {
		// «Если данные верны, напишите «да»»
		if word, ok := instructed(h.texts, yes); ok && !anyOf(strings.Join(h.texts, " "), "рассылк", "персональн") && word != "" {
			h.does[acts.AsksConfirmation] = acts.Act{Name: acts.AsksConfirmation, Score: 0.5}
		}
	}
	h.aside(c.again)
	h.guess(c.o.Goal)
	return h
}

// overheard adds what the bot asks besides, where it asks again for what it has just been
// told: the question must have been for more.
func (c *Client) overheard(h *hearing) {
	if len(h.asks) == 0 || c.turn < 2 || slices.ContainsFunc(h.asks, func(f string) bool { return c.tells[f] == 0 || c.told[f] != c.turn-1 }) {
		return
	}
	last := h.texts[len(h.texts)-1]
	for _, q := range asked {
		if personal(q.fact) && c.tells[q.fact] == 0 && !slices.Contains(h.asks, q.fact) && firstOf(last, q.stems) < len(last) && !(q.fact == "phone" && numberOf(last)) {
			h.asks = append(h.asks, q.fact)
		}
	}
}

// instruction is a word that the bot tells the client to write: «отправьте «+», если
// согласны».
var instruction = regexp.MustCompile(`(?:напиш|отправ|ответ|пришл|введ)[а-я]{2,5}[^«»".!?\n]{0,30}[«"]([^«»"\n]{1,30})[»"](?:[^«»".!?\n]{0,30}[«"]([^«»"\n]{1,30})[»"])?`)

// instructed finds the word that would mean a yes or a no.
func instructed(texts []string, want sense) (string, bool) {
	for _, t := range texts {
		if !strings.ContainsAny(t, "«\"") {
			continue
		}
		for _, m := range instruction.FindAllStringSubmatch(t, -1) {
			for _, word := range m[1:] {
				w := wordsOf(word)
				switch {
				case word == "", has(w, "отз", "отм", "стоп", "удал"):
				case word == "+" && want == yes, word == "-" && want == no, len(w) > 0 && senseOf(w) == want:
					return word, true
				}
			}
		}
	}
	return "", false
}

// numberOf tells whether «номер» is that of a line to choose.
func numberOf(text string) bool {
	return anyOf(text, "номер варианта", "номер пункта", "номер услуги", "номер ответа", "номер строки", "номер из списка", "номер нужн") ||
		strings.Contains(text, "номер") && !anyOf(text, "телефон", "связ", "контакт", "ваш номер", "сотов", "мобил") && len(numbered(text)) > 0
}

// consentLike tells whether the choices of a turn are those of a request for consent.
func (c *Client) consentLike(h *hearing) bool {
	if !slices.ContainsFunc(h.texts, func(t string) bool {
		return anyOf(t, "соглас", "персональн", "обработк", "ризалык")
	}) {
		return false
	}
	if h.has(acts.AsksConfirmation) || len(h.asks) > 0 || h.has(acts.OffersSlots) {
		return false
	}
	return slices.ContainsFunc(c.options(h), func(o option) bool {
		return has(wordsOf(fold(o.title)), "соглас", "принима", "принять", "даю=", "риза")
	})
}

// clip bounds what the client reads of a message.
func clip(s string) string {
	const most = 8 << 10
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

func firstOf(text string, stems []string) int {
	first := len(text)
	for _, s := range stems {
		if i := strings.Index(text, s); i >= 0 && i < first {
			first = i
		}
	}
	return first
}

// aside looks for a question besides in the last message. A surname asked together with
// the name is the full name.
func (h *hearing) aside(again int) {
	if len(h.texts) == 0 {
		return
	}
	last := h.texts[len(h.texts)-1]
	if !h.wonders && !anyOf(last, "укажите", "напишите", "назовите", "введите", "выберите", "уточните", "пришлите", "оставьте", "подскажите", "сообщите", "языгыз") {
		return
	}
	for i := range sides {
		if anyOf(last, sides[i].stems...) {
			if sides[i].fact == "surname" && slices.Contains(h.asks, "name") {
				h.asks[slices.Index(h.asks, "name")] = "full_name"
				return
			}
			if again > 0 && len(h.asks) > 0 && sides[i].fact != "birth_date" && sides[i].fact != "surname" {
				return // the answer to this question was not what the bot waits for
			}
			if (sides[i].fact == "master" || sides[i].fact == "branch") && anyOf(last, "услуг", "процедур") {
				return
			}
			if sides[i].fact == "birth_date" || sides[i].fact == "master" || sides[i].fact == "branch" {
				// «Дату рождения» is no question about the time of a visit, «какой мастер» none
				// about the service, unless the message asks for that too.
				h.asks = slices.DeleteFunc(h.asks, func(f string) bool {
					return f == "time" && sides[i].fact == "birth_date" || f == "service" && sides[i].fact != "birth_date"
				})
			}
			h.side = &sides[i]
			return
		}
	}
}

// guess understands a question by its plainest words where nothing else was understood:
// «Имя?», «Your phone».
func (h *hearing) guess(goal Goal) {
	if h.insists() || h.side != nil || len(h.texts) == 0 || h.has(acts.OffersOptions) || h.has(acts.ConfirmsBooking) && goal != Move || h.has(acts.Handover) {
		return
	}
	last := h.texts[len(h.texts)-1]
	if !h.wonders && len(last) > 400 {
		return
	}
	words := wordsOf(last)
	if !h.wonders && !has(words, "указ", "укаж", "прос", "прош", "треб", "понадоб", "напиш", "назов", "введ", "остав", "скаж", "пришл", "выбер", "жду", "нуж", "type", "enter", "please", "send") && len(words) > 3 {
		return
	}
	for _, g := range [...]struct{ fact, stems string }{
		{"name", "имя= имени= зовут= обращаться= фио= name= исемегез исем="},
		{"phone", "телефон= телефона= номер= номерок= phone= мобильный= сотовый= телефоныгыз"},
		{"email", "почта= почту= email= mail= e-mail= имейл="},
		{"service", "услуга= услугу= процедура= процедуру= service= хезмәт"},
		{"time", "время= времени= когда= дата= дату= день= time= date= when= вакыт кайчан"},
	} {
		if has(words, strings.Fields(g.stems)...) {
			h.asks = append(h.asks, g.fact)
		}
	}
}

func anyOf(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
