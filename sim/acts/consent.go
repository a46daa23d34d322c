package acts

import "strings"

// consent reads what a request for consent names (152-ФЗ ст. 9): the parts of it may
// stand in any sentence of the message.
func (h *hearing) consent() {
	a := h.found[AsksConsent]
	if a == nil {
		return
	}
	h.forgetNeeds()
	if r := h.found[Refusal]; r != nil && r.Sort == "отказ" && !h.refusesBeside(consents) {
		h.drop(Refusal) // «без согласия записать не получится, согласны?» refuses nothing yet
	}
	c := &Consent{Implied: a.Sort == "подразумевает согласие"}
	processing, advertising, publishing := false, false, false
	data := map[string]bool{}
	for i := range h.reads {
		rd := &h.reads[i]
		c.Operator = c.Operator || h.operator(rd)
		c.Purpose = c.Purpose || h.purpose(rd)
		c.Term = c.Term || h.term(rd)
		c.Withdrawal = c.Withdrawal || rd.says("отозва", "отзыв", "отзов", "кире ал", "кайтарып ал") ||
			rd.says("отказаться", "отписаться", "передумаете") && rd.says("люб", "мож")
		c.Policy = c.Policy || rd.has(kindURL) || rd.says("политик", "соглашени") && rd.says("ссылк", "здесь", "тут", "ниже", "подвал", "кнопк")
		for j, t := range rd.tokens {
			if d := datum(t.word); d != "" {
				data[d] = true
			}
			if t.word == "перечень" || t.word == "состав" {
				data["перечень"], data["данные"] = true, true
			}
			if advert(t.word) && !rd.denies(j) {
				advertising = true
			}
			if (strings.HasPrefix(t.word, "публик") || strings.HasPrefix(t.word, "опублик") || strings.HasPrefix(t.word, "партнер") || strings.HasPrefix(t.word, "распространени") || strings.HasPrefix(t.word, "трет") && strings.HasPrefix(rd.word(j+1), "лиц")) && !rd.denies(j) {
				publishing = true
			}
			if strings.HasPrefix(t.word, "обработ") || strings.HasPrefix(t.word, "обрабатыв") || strings.HasPrefix(t.word, "персональн") || strings.HasPrefix(t.word, "политик") || strings.HasPrefix(t.word, "эшкэрт") {
				processing = true
			}
		}
	}
	for _, b := range h.reply.Buttons {
		low := strings.ToLower(b)
		c.Policy = c.Policy || strings.Contains(low, "политик")
	}
	low := strings.ToLower(h.reply.Text)
	c.Policy = c.Policy || strings.Contains(low, "href=") || strings.Contains(low, "](http")
	c.Data = len(data) >= 2 || len(data) == 1 && rdAny(h.reads, "только", "лишь")
	c.Bundled = processing && (advertising || publishing)
	c.Separate = !h.asksElse()
	for _, b := range h.reply.Buttons {
		f := foldWord(b)
		if strings.Contains(f, "запис") && strings.Contains(f, "соглас") {
			c.Separate = false // «Записаться и согласиться»: one button for two things
		}
	}
	a.Consent = c
	h.found[AsksConsent] = a
	if h.has(AsksConfirmation) && !h.has(ConfirmsBooking) && h.found[AsksConfirmation].Score < 0.95 && !h.asksAbout() {
		h.drop(AsksConfirmation)
		c.Separate = !h.asksElse()
	}
}

// refusesBeside tells whether a refusal stands in a sentence without the given frames.
func (h *hearing) refusesBeside(f frame) bool {
	for i := range h.reads {
		rd := &h.reads[i]
		for _, m := range rd.matches {
			if h.know.rules[m.rule].act == Refusal && h.holds(rd, m) && rd.frames&f == 0 {
				return true
			}
		}
	}
	return false
}

// forgetNeeds takes «мне нужны имя и телефон» for the reason of the request, not for a
// question of its own: nobody is told to write them yet.
func (h *hearing) forgetNeeds() {
	for _, n := range []Name{AsksName, AsksPhone, AsksEmail} {
		if a := h.found[n]; a != nil {
			for _, stem := range []string{"нужн", "Нужн", "потребу", "Потребу", "понадоб", "Понадоб", "необходим"} {
				if strings.Contains(a.Why, "«"+stem) {
					h.drop(n)
					break
				}
			}
		}
	}
}

func rdAny(reads []read, stems ...string) bool {
	for i := range reads {
		if reads[i].says(stems...) {
			return true
		}
	}
	return false
}

// asksElse tells whether the message asks the client for something besides consent.
func (h *hearing) asksElse() bool {
	for _, n := range []Name{AsksName, AsksPhone, AsksEmail, AsksService, AsksTime, AsksConfirmation, OffersSlots, ConfirmsBooking} {
		if h.has(n) {
			return true
		}
	}
	return false
}

// asksAbout tells whether a visit is asked to be confirmed outside the sentences on
// consent.
func (h *hearing) asksAbout() bool {
	for i := range h.reads {
		rd := &h.reads[i]
		if h.asksToConfirm(rd) && len(h.times(rd)) > 0 {
			return true
		}
	}
	return false
}

// asksToConfirm tells whether a segment holds a question about a visit.
func (h *hearing) asksToConfirm(rd *read) bool {
	for _, m := range rd.matches {
		if h.know.rules[m.rule].act == AsksConfirmation && h.holds(rd, m) {
			return true
		}
	}
	return false
}

func (rd *read) has(k kind) bool {
	for _, t := range rd.tokens {
		if t.kind&k != 0 {
			return true
		}
	}
	return false
}

// denies tells whether «без», «не» or «отдельно» takes a word back: «без рекламы».
func (rd *read) denies(j int) bool {
	for k := max(0, j-4); k < min(len(rd.tokens), j+5); k++ {
		switch w := rd.tokens[k].word; {
		case (w == "без" || w == "никакой" || w == "никаких" || w == "кроме") && k < j, w == "не" && rd.tokens[k].clause == rd.tokens[j].clause, strings.HasPrefix(w, "отдельн"), w == "нет" && k > j:
			return true
		}
	}
	return false
}

func advert(w string) bool {
	for _, s := range []string{"реклам", "рассылк", "акци", "новост", "маркетинг", "скидк", "промо", "спецпредложен", "новинк", "яналык"} {
		if strings.HasPrefix(w, s) {
			return true
		}
	}
	return w == "предложений" || w == "предложениями"
}

// datum names the sort of personal data that a word means, or nothing.
func datum(w string) string {
	for _, d := range [...]struct{ stem, name string }{
		{"имя", "имя"}, {"имен", "имя"}, {"фио", "имя"}, {"исем", "имя"}, {"фамили", "фамилия"}, {"отчеств", "отчество"},
		{"телефон", "телефон"}, {"номер", "телефон"}, {"почт", "почта"}, {"email", "почта"}, {"mail", "почта"}, {"имейл", "почта"},
		{"рождени", "дата рождения"}, {"возраст", "возраст"}, {"адрес", "адрес"}, {"паспорт", "паспорт"}, {"ник", "ник"}, {"фото", "фото"}, {"изображени", "фото"},
	} {
		if strings.HasPrefix(w, d.stem) && !strings.HasPrefix(w, "именн") && !strings.HasPrefix(w, "никак") && !strings.HasPrefix(w, "ником") && !strings.HasPrefix(w, "никог") {
			return d.name
		}
	}
	return ""
}

// operator looks for who processes the data: a legal form, the word itself, or the name
// of the business between quotation marks.
func (h *hearing) operator(rd *read) bool {
	for j, t := range rd.tokens {
		switch t.word {
		case "общество", "индивидуальный", "ооо", "ип", "зао", "ао", "оао", "пао", "самозанятый", "самозанятая", "оператор", "оператору", "оператора", "оператором", "жчж":
			return true
		}
		for _, s := range []string{"салон", "клиник", "студи", "центр", "школ", "автосервис", "барбершоп", "клуб", "стоматологи", "ветклиник", "компани", "фитнес"} {
			if strings.HasPrefix(t.word, s) && j+1 < len(rd.tokens) && (rd.tokens[j+1].quoted || rd.tokens[j+1].kind&kindCapital != 0) {
				return true
			}
		}
	}
	return false
}

func (h *hearing) purpose(rd *read) bool {
	for j, t := range rd.tokens {
		switch {
		case strings.HasPrefix(t.word, "цел"), strings.HasPrefix(t.word, "максат"):
			return true
		case t.word == "чтобы", t.word == "зачем":
			return true
		case t.word == "для":
			for k := j + 1; k <= j+3; k++ {
				w := rd.word(k)
				for _, s := range []string{"запис", "связ", "напомин", "оказан", "оформл", "заявк", "визит", "бронир", "обратн", "услуг", "договор", "консультац", "доставк", "подтвержд", "прием", "звонк", "чек", "рассылк", "приглаш"} {
					if strings.HasPrefix(w, s) {
						return true
					}
				}
			}
		case t.word == "очен", t.word == "языр":
			return true // Tatar «өчен»: for
		}
	}
	return false
}

func (h *hearing) term(rd *read) bool {
	for j, t := range rd.tokens {
		switch {
		case strings.HasPrefix(t.word, "срок") && !strings.HasPrefix(t.word, "срочн"), strings.HasPrefix(t.word, "бессрочн"), t.word == "вакыты":
			return true
		case t.word == "до" && (strings.HasPrefix(rd.word(j+1), "отзыв") || strings.HasPrefix(rd.word(j+1), "достижен")), t.word == "дольше", t.word == "кадэр":
			return true
		case t.kind&kindNumber != 0 || t.word == "год" || t.word == "года" || t.word == "полгода":
			w := rd.word(j + 1)
			if t.kind&kindNumber == 0 {
				w = t.word
			}
			for _, s := range []string{"год", "лет", "месяц", "полгода", "ел", "ай"} {
				if strings.HasPrefix(w, s) {
					return true
				}
			}
			if strings.HasPrefix(w, "дн") && rd.says("хран", "обраб", "действ", "удал", "согласи") {
				return true
			}
		}
	}
	return false
}

// Russian lists what the request says and leaves out, for people.
func (c Consent) Russian() []string {
	yes := map[bool]string{true: "есть", false: "нет"}
	parts := []string{
		"отдельное сообщение: " + map[bool]string{true: "да", false: "нет"}[c.Separate],
		"оператор: " + yes[c.Operator], "цель: " + yes[c.Purpose], "перечень данных: " + yes[c.Data],
		"срок: " + yes[c.Term], "способ отзыва: " + yes[c.Withdrawal], "ссылка на политику: " + yes[c.Policy],
	}
	if c.Bundled {
		parts = append(parts, "слито с согласием на рекламу или другую цель")
	}
	if c.Implied {
		parts = append(parts, "согласием считается продолжение разговора")
	}
	return parts
}
