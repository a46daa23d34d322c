package pii

import (
	"math/rand"
	"sort"
	"strings"
)

// recogniseCodes finds one-time codes and the codes of cards, beside their words.
func recogniseCodes(sc *scan) {
	recogniseSeries(sc)
	sc.codesBesidePassports()
	sc.cards = sc.cards[:0]
	for _, f := range sc.found {
		if f.kind == Card {
			sc.cards = append(sc.cards, f)
		}
	}
	sort.Slice(sc.cards, func(i, j int) bool { return sc.cards[i].start < sc.cards[j].start })
	for i := range sc.toks {
		t := sc.toks[i]
		if !t.is(isDigits) || t.letters < 2 || t.letters > 8 {
			continue
		}
		if t.letters == 2 && i+2 < len(sc.toks) && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters == 2 && sc.toks[i+2].is(isDigits) && sc.toks[i+2].letters == 2 && sc.gap(i) == "-" && sc.gap(i+1) == "-" && sc.endsNumber(i+2) {
			sc.oneTime(i, i+2)
		}
		if (t.letters == 3 || t.letters == 2) && i+1 < len(sc.toks) && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters == t.letters && (sc.gap(i) == "-" || sc.gap(i) == " ") && sc.endsNumber(i+1) {
			sc.oneTime(i, i+1)
		}
		if !sc.startsNumber(i) || !sc.endsNumber(i) {
			sc.expiry(i)
			continue
		}
		switch {
		case t.letters == 3 || t.letters == 4:
			if sc.cardCode(i) {
				continue
			}
			if t.letters == 4 {
				sc.oneTime(i, i)
			}
		case t.letters > 4:
			sc.oneTime(i, i)
		}
		if t.letters == 2 {
			sc.expiry(i)
		}
	}
}

// cardCode: three or four digits beside CVC, or after a card.
func (sc *scan) cardCode(i int) bool {
	c := candidate{start: int(sc.toks[i].start), end: int(sc.toks[i].end), kind: CardCode, rule: "context"}
	if i > 0 && sc.toks[i].letters == 4 && sc.expiryWord(i) && sc.num(i)/100 >= 1 && sc.num(i)/100 <= 12 && sc.num(i)%100 >= 20 && sc.num(i)%100 <= 45 {
		if _, ok := sc.cardNear(c.start, 20); ok {
			c.score, c.note = 0.85, "срок рядом с номером карты"
			sc.add(c)
			return true
		}
	}
	for k := i - 1; k >= 0 && k >= i-5; k-- {
		if sc.toks[k].is(isDigits) && sc.toks[k].letters > 2 || c.start-int(sc.toks[k].end) > 60 || strings.Contains(sc.gap(k), "\n") {
			break
		}
		w := fold(sc.str(k))
		back := strings.HasPrefix(w, "оборот") || strings.HasPrefix(w, "обратн") || w == "сзади"
		if sc.class(k)&ctxCardCode != 0 || back {
			c.score, c.context = 0.92, sc.str(k)
			sc.add(c)
			return true
		}
	}
	if sc.toks[i].letters == 3 && sc.afterExpiry(i) {
		c.score, c.note = 0.85, "сразу после срока карты"
		sc.add(c)
		return true
	}
	if i+1 < len(sc.toks) && sc.class(i+1)&ctxCardCode != 0 && len(sc.gap(i)) <= 4 {
		c.score, c.context = 0.85, sc.str(i+1)
		sc.add(c)
		return true
	}
	if i+1 < len(sc.toks) && (fold(sc.str(i+1)) == "на" || fold(sc.str(i+1)) == "сзади") && i+2 < len(sc.toks) && strings.HasPrefix(fold(sc.str(i+2)), "оборот") {
		c.score = 0.85
		sc.add(c)
		return true
	}
	return false
}

// afterExpiry tells whether the number stands right after the term of a card or the card.
func (sc *scan) afterExpiry(i int) bool {
	start := int(sc.toks[i].start)
	if n := len(sc.found); n > 0 && sc.found[n-1].kind == CardCode {
		between := ""
		if end := sc.found[n-1].end; end < start && start-end < 20 {
			between = strings.Trim(fold(sc.text[end:start]), " ,;/:")
			return between == "" || between == "код"
		}
	}
	card, ok := sc.cardNear(start, 3)
	return ok && card.end < start && card.score >= 0.8 && strings.Trim(sc.text[card.end:start], " ,;/") == ""
}

// cardNear answers the card that ends or begins within some bytes of a place.
func (sc *scan) cardNear(at, within int) (candidate, bool) {
	k := sort.Search(len(sc.cards), func(k int) bool { return sc.cards[k].start >= at })
	if k > 0 && at-sc.cards[k-1].end <= within {
		return sc.cards[k-1], true
	}
	if k < len(sc.cards) && sc.cards[k].start-at <= within {
		return sc.cards[k], true
	}
	return candidate{}, false
}

// expiry: 12/27 beside a card that was found.
func (sc *scan) expiry(i int) {
	if i+1 >= len(sc.toks) || !sc.toks[i+1].is(isDigits) || sc.toks[i].letters != 2 || sc.toks[i+1].letters != 2 && sc.toks[i+1].letters != 4 {
		return
	}
	if g := sc.gap(i); g != "/" && g != " / " && g != "." && g != "-" {
		return
	}
	if m := sc.num(i); m < 1 || m > 12 {
		return
	}
	y := sc.num(i+1) % 100
	if y < 20 || y > 45 {
		return
	}
	start, end := int(sc.toks[i].start), int(sc.toks[i+1].end)
	if f, ok := sc.cardNear(start, 40); ok && !strings.Contains(sc.text[min(f.end, end):max(start, f.start)], "\n") {
		sc.add(candidate{start: start, end: end, kind: CardCode, rule: "context", score: 0.85, note: "срок рядом с номером карты"})
		return
	}
	u := sc.around(i, i+1)
	if u.near&ctxCard != 0 && sc.gap(i) == "/" && sc.expiryWord(i) {
		sc.add(candidate{start: start, end: end, kind: CardCode, rule: "context", score: 0.75})
	}
}

func (sc *scan) expiryWord(i int) bool {
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		switch w := fold(sc.str(k)); {
		case w == "срок", w == "действует", w == "до", w == "expires", w == "exp", w == "valid", w == "expiry":
			return true
		}
	}
	return false
}

// notOTP are the things whose codes and passwords are not one-time.
var notOTP = map[string]bool{
	"услуги": true, "услуга": true, "домофона": true, "домофон": true, "товара": true, "города": true, "региона": true, "страны": true, "скидки": true, "акции": true,
	"ошибки": true, "ошибка": true, "error": true, "status": true, "ответа": true, "статус": true, "статуса": true, "подразделения": true, "подр": true, "http": true, "exit": true, "возврата": true,
	"мкб": true, "диагноза": true, "окпд": true, "оквэд": true, "купона": true, "сертификата": true, "zip": true, "postal": true, "почтовый": true, "кода": false, "процедуры": true,
	"артикула": true, "материала": true, "цвета": true, "краски": true, "оттенка": true, "оттенок": true, "лака": true, "color": true, "country": true, "area": true, "source": true, "исходный": true,
	"завершения": true, "двери": true, "подъезда": true, "ворот": true, "калитки": true, "шлагбаума": true, "сейфа": true, "бик": true, "классификатора": true, "валюты": true, "currency": true,
	"бронирования": true, "брони": true, "заказа": true, "order": true, "product": true, "штрих": true, "return": true, "response": true, "reason": true, "бонусный": true, "врача": true, "специалиста": true, "тариф": true, "тарифа": true, "operation": true,
	"отправки": true, "посылки": true, "партнера": true, "партнёра": true, "реферальный": true, "wi": true, "вайфай": true, "fi": true, "отделения": true, "филиала": true, "кабинета": true, "палаты": true,
}

// oneTime: four to eight digits beside «код», «пароль из смс».
func (sc *scan) oneTime(i, j int) {
	c := candidate{start: int(sc.toks[i].start), end: int(sc.toks[j].end), kind: OTP, rule: "context"}
	words, code, strong, at := 0, false, false, -1
	reach := 2 // how near «код» must stand, in tokens
	for k := i - 1; k >= 0 && words < 6; k-- {
		if sc.toks[k].is(isDigits) && words == 1 && sc.toks[k].letters == 1 && startsAny(fold(sc.str(k+1)), "цифр") {
			reach = 4 // «код 4 цифры: 9917»
			continue
		}
		if sc.toks[k].is(isDigits) || c.start-int(sc.toks[k].end) > 70 || strings.ContainsAny(sc.gap(k), "{}") || words > 1 && strings.Contains(sc.gap(k), "\n") || words > 0 && strings.Contains(sc.gap(k), `,"`) {
			break
		}
		w := fold(sc.str(k))
		if notOTP[w] {
			return
		}
		cl := sc.class(k)
		if words < 4 && cl&ctxOTP != 0 && at < 0 {
			code, at = true, k
		}
		if cl&ctxOTPStrong != 0 || strings.HasPrefix(w, "ваш") || w == "your" || strings.HasPrefix(w, "прише") || w == "введите" {
			strong = true
		}
		if cl&(notNumber|notMoney|ctxAddress|ctxFlat|ctxHouse|ctxStreet|notTime|notVersion|isDoc|ctxPlate|ctxCard|ctxPassport) != 0 && !strong && w != "code" {
			return
		}
		words++
	}
	after := false
	for k := j + 1; k < len(sc.toks) && k <= j+4; k++ {
		if sc.toks[k].is(isDigits) || strings.ContainsAny(sc.gap(k-1), "\n;{}") || strings.Contains(sc.gap(k-1), ". ") {
			break
		}
		w := fold(sc.str(k))
		if notOTP[w] || sc.class(k)&(notMoney|notTime) != 0 && k == j+1 {
			return
		}
		if sc.class(k)&ctxOTP != 0 && w != "пароль" || strings.HasPrefix(w, "смс") {
			after = true
		}
		if sc.class(k)&ctxOTPStrong != 0 || w == "никому" || w == "сообщайте" {
			strong = true
		}
	}
	switch {
	case code && strong:
		c.score = 0.92
	case code && i-at <= reach && sc.toks[i].letters != 5 && fold(sc.str(at)) != "code" && fold(sc.str(at)) != "codes" && fold(sc.str(at)) != "коды":
		c.score = 0.72
	case code && fold(sc.str(at)) == "otp":
		c.score = 0.85
	case strong && sc.entering(i, j):
		c.score = 0.65
	case strong && words <= 3 && sc.smsBefore(i):
		c.score = 0.65
	case after && strong:
		c.score = 0.75
	case after:
		c.score = 0.62
	}
	if at >= 0 {
		c.context = sc.str(at)
	}
	sc.add(c)
}

// entering: «введите 0045 для входа».
func (sc *scan) entering(i, j int) bool {
	if i == 0 || fold(sc.str(i-1)) != "введите" || j+2 >= len(sc.toks) {
		return false
	}
	return sc.class(j+1)&ctxOTPStrong != 0 || sc.class(j+2)&ctxOTPStrong != 0
}

// smsBefore: «в смс пришло 4821».
func (sc *scan) smsBefore(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		w := fold(sc.str(k))
		if strings.HasPrefix(w, "приш") || w == "смс" || w == "sms" || w == "смски" {
			return sc.smsNear(i)
		}
	}
	return false
}

func (sc *scan) smsNear(i int) bool {
	for k := i - 1; k >= 0 && k >= i-5; k-- {
		w := fold(sc.str(k))
		if strings.HasPrefix(w, "смс") || w == "sms" {
			return true
		}
	}
	return false
}

func validOTP(d string) bool { return len(d) >= 4 && len(d) <= 8 }

func inventOTP(r *rand.Rand) string { return inventDigits(r, 6) }

func validCardCode(d string) bool { return len(d) == 3 || len(d) == 4 }

func inventCardCode(r *rand.Rand) string { return inventDigits(r, 3) }
