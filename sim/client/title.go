package client

import (
	"strings"
	"unicode"
)

// fold makes words comparable: lower case, «е» for «ё», one space for any gap.
func fold(s string) string {
	s = strings.ToLower(s)
	if strings.ContainsAny(s, "ё\u00a0\u202f") {
		s = strings.NewReplacer("ё", "е", "\u00a0", " ", "\u202f", " ").Replace(s)
	}
	return s
}

// wordsOf are the words of a folded text, without marks and emoji.
func wordsOf(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// has tells whether a word of the list begins with one of the stems; a stem that ends
// with «=» stands for the whole word.
func has(words []string, stems ...string) bool {
	for _, w := range words {
		for _, s := range stems {
			if whole, ok := strings.CutSuffix(s, "="); ok && w == whole || !ok && strings.HasPrefix(w, s) {
				return true
			}
		}
	}
	return false
}

// sense is what pressing a button would mean.
type sense int

const (
	neither sense = iota
	yes
	no
)

// senseOf reads a title: «✅ Да, согласна» is a yes, «Не согласен» a no. «Не против» and
// «не возражаю» are a yes with a «не».
func senseOf(words []string) sense {
	switch {
	case len(words) == 0:
		return neither
	case has(words, "не=") && has(words, "против", "возража"):
		return yes
	case has(words, "нет=", "не=", "отказ", "отклон", "против=", "юк=", "түгел=", "no=", "decline", "disagree", "reject", "отмена=", "неверно", "другое=", "другой=", "изменить", "исправить", "поменять", "назад=", "позже", "үзгәрт", "cancel"):
		return no
	case has(words, "да=", "ага=", "ок=", "окей=", "ok=", "okay=", "yes=", "әйе=", "хорошо=", "верно", "правильно", "подтвер", "соглас", "принима", "принять", "разреш", "даю=", "записать", "записаться", "запишите", "записывай", "бронир", "заброни", "оформ", "приду=", "буду=", "подходит", "подойдет", "устраивает", "готово=", "продолж", "далее=", "дальше=", "дөрес", "раслы", "раслау", "риза", "agree", "accept", "confirm", "беру="):
		return yes
	}
	return neither
}

// AboutConsent tells whether a button's title can answer a request for consent.
func AboutConsent(title string) bool {
	w := wordsOf(fold(title))
	switch {
	case has(w, "политик", "рассылк", "реклам", "новост", "акци", "читать", "прочитать", "подробнее", "документ"):
		return false
	case has(w, "соглас", "разреш", "принима", "принять", "риза", "даю=", "отказ", "отклон", "подтвержда", "agree", "accept", "decline", "disagree"):
		return true
	case has(w, "не=") && has(w, "против", "возража"):
		return true
	}
	return len(w) <= 2 && has(w, "да=", "нет=", "әйе=", "юк=", "yes=", "no=", "против=", "ок=")
}

// Consents tells whether such a title gives consent rather than refuses it.
func Consents(title string) bool { return senseOf(wordsOf(fold(title))) != no }

// consentButton finds the button that gives or refuses consent. A button that merely goes
// on («Продолжить») gives it where no other does.
func consentButton(titles []string, want sense) (string, bool) {
	for _, t := range titles {
		if AboutConsent(t) && Consents(t) == (want == yes) {
			return t, true
		}
	}
	for _, t := range titles {
		w := wordsOf(fold(t))
		if has(w, "политик", "рассылк", "реклам", "читать", "подробнее") {
			continue
		}
		if want == yes && has(w, "продолж", "далее=", "дальше=", "хорошо", "ок=", "окей=", "ознаком") && senseOf(w) != no {
			return t, true
		}
		if want == no && has(w, "не=", "нет=", "без=") {
			return t, true
		}
	}
	return "", false
}

// answerButton finds the yes or the no to a question about a visit.
func answerButton(titles []string, want sense, goal Goal) (string, bool) {
	if goal == Cancel { // «Отменить» is the yes of somebody who cancels, «Оставить» the no
		for _, t := range titles {
			w := wordsOf(fold(t))
			if want == yes && has(w, "отмен", "удал", "снять") && !has(w, "не=", "нет=") {
				return t, true
			}
		}
	}
	for _, t := range titles {
		if w := wordsOf(fold(t)); senseOf(w) == want && !link(w) && len(titles) > 0 {
			return t, true
		}
	}
	if want == yes {
		for _, t := range titles {
			if strings.ContainsAny(t, "✅👍✔") {
				return t, true
			}
		}
	}
	return "", false
}

// link tells whether a title leads out of the conversation.
func link(words []string) bool {
	return has(words, "политик", "сайт", "карт=", "карте=", "маршрут", "позвонить", "читать", "прочитать", "документ", "подробнее")
}
