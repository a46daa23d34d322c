package acts

import "strings"

// prices gathers the amounts that a reply names as prices. A refund, a bonus or a
// discount is money too, and no price.
func (h *hearing) prices() {
	var prices []Price
	why, score := "", 0.95
	for i := range h.reads {
		rd := &h.reads[i]
		if rd.says(notPrice...) && !rd.says("средн") {
			continue
		}
		about := rd.says(pricing...) || rd.word(0) == "за" && rd.says("все", "всё")
		for j := range rd.tokens {
			p, last, sure := h.price(rd, j, about)
			if last < 0 {
				continue
			}
			if why == "" {
				why = h.quote(rd, j, last)
			}
			if !sure {
				score = 0.75
			}
			prices = append(prices, p)
		}
	}
	if len(prices) == 0 {
		return
	}
	h.note(Act{Name: QuotesPrice, Score: score, Why: why, Prices: prices})
}

var (
	pricing = []string{"стоит", "стоят", "стоимост", "цен", "обойдется", "обойдутся", "выйдет", "итого", "оплате", "хакы", "бэясе", "прайс", "почем", "будет стоить"}
	// Words beside which an amount is not the price of something on offer.
	notPrice = []string{"возврат", "вернул", "вернем", "вернут", "вернуть", "бонус", "кэшбэк", "кешбэк", "чек", "штраф", "баланс", "на счету", "сдач", "скидка", "скидку", "скидки", "списан", "спишите", "перевели", "оплатили", "оплачено", "поступил", "получили", "сертификатом"}
)

// says tells whether a word of the segment begins with one of the stems.
func (rd *read) says(stems ...string) bool {
	for _, t := range rd.tokens {
		for _, s := range stems {
			if strings.HasPrefix(t.word, s) {
				return true
			}
		}
	}
	return false
}

// price reads the amount that begins at token j; last is -1 where there is none.
func (h *hearing) price(rd *read, j int, about bool) (p Price, last int, sure bool) {
	t := rd.tokens[j]
	word := func(k int) string {
		if k < 0 || k >= len(rd.tokens) {
			return ""
		}
		return rd.tokens[k].word
	}
	first := j
	if w := word(j - 1); w == "от" || w == "до" || w == "около" || w == "примерно" {
		first = j - 1
	}
	done := func(rubles float64, last int, sure bool) (Price, int, bool) {
		return Price{Rubles: rubles, Words: strings.Trim(h.quote(rd, first, last), "«»")}, last, sure
	}
	switch {
	case t.kind&kindNumber != 0:
		k := j + 1
		scale := 1.0
		switch w := word(k); {
		case strings.HasPrefix(w, "тыс"), w == "т" && currency(word(k+1)):
			scale, k = 1000, k+1
		case w == "к" && rd.tokens[k].glued, w == "k" && rd.tokens[k].glued:
			return done(t.value*1000, k, t.value < 1000)
		}
		if currency(word(k)) {
			return done(t.value*scale, k, true)
		}
		if scale > 1 {
			if unit(word(k)) {
				return Price{}, -1, false
			}
			return done(t.value*scale, k-1, about || len(rd.tokens) <= 6)
		}
		if strings.HasPrefix(word(j-1), "тыс") && word(j-2) != "" && !currency(word(j-2)) {
			return done(t.value*1000, j, false) // «тысяч 12»
		}
		if w := word(j - 1); w == "₽" || w == "$" {
			return done(t.value, j, true)
		}
		if t.value >= 100 && (about || len(rd.tokens) == 1 && len(h.reads) == 1 && t.value >= 200) && !unit(word(j+1)) && !strings.HasPrefix(word(j-1), "№") {
			return done(t.value, j, about)
		}
		// «УЗИ брюшной полости 1800»: a round number after a service.
		if t.value >= 300 && t.value < 200000 && int(t.value)%50 == 0 && j > 0 && !unit(word(j+1)) && rd.frames&(coded|ownPhone) == 0 && h.named(rd, j) {
			return done(t.value, j, false)
		}
	case hundreds(t.word) > 0 && currency(word(j+1)):
		return done(hundreds(t.word), j+1, true)
	case strings.HasPrefix(t.word, "тысяч") && hundreds(word(j+1)) > 0 && word(j+2) == "за":
		return done(1000+hundreds(word(j+1)), j+1, true)
	case strings.HasPrefix(t.word, "тысяч"):
		if v := spelled(word(j - 1)); v > 0 && !unit(word(j+1)) {
			first = j - 1
			return done(v*1000, j, true)
		}
		for k := j + 1; k <= j+2; k++ {
			if v := spelled(word(k)); v > 0 && about {
				return done(v*1000, k, true)
			}
		}
	case t.word == "тыща", t.word == "тыщу", t.word == "косарь":
		return done(1000, j, true)
	case free(t.word):
		if rd.frames&urgent == 0 && h.sold(rd) && word(j-1) != "не" {
			return done(0, j, true)
		}
	}
	return Price{}, -1, false
}

// named tells whether a service stands before token j, with nothing between that would
// make the number a part of something else.
func (h *hearing) named(rd *read, j int) bool {
	switch rd.word(j - 1) {
	case "в", "на", "к", "с", "до", "после", "и", "номер", "кабинет", "дом", "более", "больше", "за":
		return false
	}
	for k := max(0, j-4); k < j; k++ {
		if h.isService(rd, k) {
			return true
		}
	}
	return false
}

func currency(w string) bool {
	switch w {
	case "₽", "р", "руб", "рубль", "рубля", "рублей", "рублэй", "рублях", "рублем", "сум", "рэ", "рубликов", "р.", "rub", "тенге", "рубл", "рублик", "деревянных", "целковых":
		return true
	}
	return false
}

// unit tells whether the word after a number makes it something else than money.
func unit(w string) bool {
	for _, u := range []string{"мин", "час", "дн", "ден", "день", "сут", "недел", "мес", "год", "лет", "раз", "заняти", "посещен", "мл", "мг", "км", "%", "см", "этаж", "кабинет", "человек", "мест", "балл", "процедур", "сеанс", "грамм", "кг", "километр", "подписчик", "клиент", "метр"} {
		if strings.HasPrefix(w, u) {
			return true
		}
	}
	return false
}

// sold tells whether a segment speaks of something that has a price, so that «бесплатно»
// is one: not parking, towels or a call.
func (h *hearing) sold(rd *read) bool {
	if len(rd.tokens) <= 2 && !rd.says("парков", "звон") || rd.says("консульт", "заняти", "урок", "прием", "перв", "пробн", "визит", "стоим", "цен", "снят", "осмотр", "дэрес", "услуг", "дет", "процедур", "сеанс", "тренировк", "диагностик", "прайс") {
		return !rd.says("отмен", "перенос", "парков", "напомин")
	}
	for j := range rd.tokens {
		if h.isService(rd, j) {
			return true
		}
	}
	return false
}

// hundreds is a round number of hundreds written in words.
func hundreds(w string) float64 {
	switch {
	case w == "сто", w == "ста":
		return 100
	case w == "двести", w == "двухсот":
		return 200
	case w == "триста", w == "трехсот":
		return 300
	case w == "четыреста", w == "четырехсот":
		return 400
	case strings.HasPrefix(w, "пятьсот"), w == "пятисот":
		return 500
	case strings.HasPrefix(w, "шестьсот"), w == "шестисот":
		return 600
	case strings.HasPrefix(w, "семьсот"), w == "семисот":
		return 700
	case strings.HasPrefix(w, "восемьсот"), w == "восьмисот":
		return 800
	case strings.HasPrefix(w, "девятьсот"), w == "девятисот":
		return 900
	}
	return 0
}

func free(w string) bool {
	return strings.HasPrefix(w, "бесплатн") || w == "бушлай" || strings.HasPrefix(w, "тулэусез") || w == "даром"
}

// spelled is a small number written in words.
func spelled(w string) float64 {
	switch {
	case w == "полторы":
		return 1.5
	case strings.HasPrefix(w, "дв"):
		return 2
	case w == "три", w == "трех":
		return 3
	case strings.HasPrefix(w, "четыр"):
		return 4
	case w == "пять", w == "пяти":
		return 5
	case w == "шесть", w == "шести":
		return 6
	case w == "семь", w == "семи":
		return 7
	case w == "восемь":
		return 8
	case w == "девять":
		return 9
	case w == "десять":
		return 10
	}
	return 0
}
