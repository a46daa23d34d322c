package pii

import "strings"

// part is what a word can be in a person's name.
type part uint8

const (
	partFirst      part = 1 << iota
	partPatronymic      // Рашидовна
	partSurname         // has the ending of a surname or is one
	partUnknown         // a capitalised word that the lexicon does not know
	partInitial         // И.
	partKin             // улы, кызы
)

// parts says what a token can be.
func (sc *scan) parts(i int) part {
	if i < 0 || i >= len(sc.toks) {
		return 0
	}
	t := sc.toks[i]
	if !t.is(isCyrillic) {
		return 0
	}
	c := sc.class(i)
	if t.letters == 1 {
		if t.is(startsUpper) && sc.dotAfter(i) {
			return partInitial
		}
		return 0
	}
	var p part
	if c&isFirst != 0 {
		p |= partFirst
	}
	if c&isPatronymic != 0 {
		return partKin
	}
	if sc.patronymic(i) {
		p |= partPatronymic
	}
	if c&isSurname != 0 {
		if c&(isCommon|isStaff|isWeekday|isMonth|isBooking) == 0 {
			p |= partSurname
		} else if t.is(startsUpper) {
			p |= partUnknown // «Мастер Гузель», but «Мастер Анна Петровна»
		}
	}
	if t.is(startsUpper) && t.letters >= 4 && (c == isCommon || c&(healthPart|healthWeak|healthNot) != 0 && c&^(healthPart|healthWeak|healthNot) == 0) && surnameEnding(fold(sc.str(i))) {
		p |= partUnknown // «А.В. Чулков», «Печёнкина О. Д.»
	}
	if c&(isCommon|ctxCity|isMonth|isWeekday|isBooking) == 0 && t.letters >= 4 && c&^(isFirst|isAmbiguous|isPet|isSurname|isLatinFirst) == 0 {
		if surnameEnding(fold(sc.str(i))) {
			p |= partSurname
		} else if c == 0 && t.is(startsUpper) {
			p |= partUnknown
		}
	}
	return p
}

var patronymicEndings = strings.Fields(`ович овича овичу овичем овиче евич евича евичу евичем евиче
	овна овны овне овну овной овною евна евны евне евну евной евною ична ичны ичне ичну ичной ьича ьичу ьичом`)

func (sc *scan) patronymic(i int) bool {
	t := sc.toks[i]
	if t.letters < 5 || !t.is(isCyrillic) {
		return false
	}
	s := sc.text[t.start:t.end]
	// cheap look at the last letters before the word is folded
	switch lastTwo(s) {
	case "ич", "на", "ча", "чу", "ны", "не", "ну", "ой", "ем", "че", "ом", "ою", "ИЧ", "НА", "ЧА", "ЧУ", "НЫ", "НЕ", "НУ", "ОЙ", "ЕМ", "ЧЕ":
	default:
		return false
	}
	w := fold(s)
	for _, e := range [...]string{"", "а", "у", "ем", "ом", "е"} {
		switch strings.TrimSuffix(w, e) {
		case "кузьмич", "фомич", "лукич", "никитич", "саввич", "ильич":
			return true
		}
	}
	for _, e := range patronymicEndings {
		if strings.HasSuffix(w, e) {
			return !notPatronymic[w] && sc.class(i)&(isCommon|isFirst) == 0
		}
	}
	return false
}

var notPatronymic = map[string]bool{
	"церковна": true, "основна": true, "духовна": true, "любовна": true, "виновна": true, "условна": true, "ровна": true, "безусловна": true,
	"вична": true, "лична": true, "отлична": true, "прилична": true, "различна": true, "логична": true, "типична": true, "циничной": true, "отличной": true,
	"личной": true, "обычной": true, "больничной": true, "больничны": true, "клинична": true, "наличной": true, "столичной": true, "единичной": true, "вторичной": true, "первичной": true,
	"аллергична": true, "органичной": true, "личну": true, "пшеничной": true, "яичной": true, "уличной": true, "приличной": true, "различной": true, "привычной": true, "границы": true,
	"гигиенична": true, "тактична": true, "практична": true, "пластична": true, "симпатична": true, "энергична": true, "эстетична": true, "косметичной": true, "основной": true, "условной": true,
	"духовной": true, "церковной": true, "любовной": true, "виновной": true, "деревне": true, "деревны": true, "ровной": true, "ровны": true, "ровне": true, "условны": true, "основны": true,
	"верховной": true, "чиновной": true, "напольной": true, "королевной": true, "царевной": true, "королевна": true, "царевна": true, "царевны": true, "плачевной": true, "душевной": true, "душевна": true, "душевны": true,
	"ежедневной": true, "дневной": true, "дневны": true, "ежедневна": true, "вечерной": true, "кирпичной": true, "отличны": true, "личны": true, "обычны": true, "различны": true, "типичны": true, "типичной": true,
	"наличны": true, "идентичны": true, "идентичной": true, "идентична": true, "тяжбовна": true, "обычна": true, "необычна": true, "необычной": true, "гневной": true, "древной": true, "сантехничной": true,
}

func lastTwo(s string) string {
	if len(s) < 4 {
		return s
	}
	return s[len(s)-4:]
}

// surnameEnding tells whether a folded word ends like a surname in any case.
func surnameEnding(w string) bool {
	if len(w) < 4 {
		return false
	}
	for _, e := range surnameEndings[w[len(w)-2:]] {
		if len(w)-len(e.ending) >= e.stem*2 && strings.HasSuffix(w, e.ending) {
			return true
		}
	}
	return false
}

// ending is what a surname ends with, and how many letters must stand before.
type ending struct {
	ending string
	stem   int
}

// surnameEndings has the endings of -ов, -ин, -ский and the rest in all cases, by their last
// letter.
var surnameEndings = func() map[string][]ending {
	table := map[string][]ending{}
	add := func(base, endings string, stem int) {
		for _, e := range strings.Fields(endings) {
			whole := base + strings.TrimPrefix(e, "0")
			last := whole[len(whole)-2:]
			table[last] = append(table[last], ending{whole, stem})
		}
	}
	for _, base := range []string{"ов", "ев"} {
		add(base, "0 а у ым е ой ою ы ых ыми", 2)
	}
	for _, base := range []string{"ин", "ын"} {
		add(base, "0 а у ым ой ою ы ых", 3)
		add(base, "е", 4)
	}
	for _, base := range []string{"ск", "цк"} {
		add(base, "ий ого ому им ом ая ой ую ою ие их", 3)
	}
	add("енко", "0", 2)
	add("юк", "0 а у ом е", 3)
	add("чук", "0 а у ом е", 2)
	add("ян", "0 а у ом е", 3)
	add("швили", "0", 2)
	for _, base := range []string{"адзе", "идзе", "заде"} {
		add(base, "0", 2)
	}
	for _, base := range []string{"ович", "евич"} {
		add(base, "0 а у ем е", 2)
	}
	add("улла", "0", 3)
	return table
}()
