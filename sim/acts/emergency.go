package acts

import "strings"

// emergency looks for 103 and 112 as numbers to call. Alone they mean nothing else; the
// words around tell a room, a house, an order, a count or a price.
func (h *hearing) emergency() {
	for i := range h.reads {
		rd := &h.reads[i]
		for j, t := range rd.tokens {
			if t.word != "103" && t.word != "112" && !(t.word == "03" && rd.says("звон", "скор", "набер")) {
				continue
			}
			if rd.counts(j) || rd.inNumber(j) {
				continue
			}
			score := 0.8
			if rd.says("звон", "скор", "набер", "набир", "вызов", "вызыв", "экстрен", "срочно", "немедленно", "шалтырат", "ярдэм", "ашыгыч", "служб", "опасн", "угроз") {
				score = 0.95
			}
			h.note(Act{Name: EmergencyNumber, Score: score, Why: h.quote(rd, max(0, j-1), j)})
		}
	}
}

// inNumber tells whether digits go on across a hyphen: «112-233-445 95».
func (rd *read) inNumber(j int) bool {
	t := rd.tokens[j]
	before, after := rd.text[:t.from], rd.text[t.to:]
	return len(after) > 1 && (after[0] == '-' || after[0] == '/') && isDigit(after, 1) ||
		len(before) > 1 && (before[len(before)-1] == '-' || before[len(before)-1] == '/') && isDigit(before, len(before)-2)
}

// counts tells whether the number at j belongs to a thing: «кабинет 103», «112 рублей».
func (rd *read) counts(j int) bool {
	things := []string{"кабинет", "каб", "дом", "офис", "корпус", "квартир", "кв", "заказ", "заявк", "маршрут", "автобус", "трамва", "троллейбус", "зал", "аудитори", "помещени", "павильон", "бокс", "шкафчик", "столик", "палат", "этаж", "школ", "детсад", "поликлиник", "больниц", "строени", "участк", "работа", "чек", "талон", "очеред", "код", "модел", "артикул", "страниц", "стр", "пункт", "лот", "оттенок", "тон", "номер заказа", "скидк", "итого", "цена", "стоит", "стоимост", "осталось", "всего", "уже", "почти", "около", "ровно", "сдач"}
	for k := max(0, j-3); k < j; k++ {
		for _, thing := range things {
			if strings.HasPrefix(rd.tokens[k].word, thing) && rd.tokens[k].clause >= rd.tokens[j].clause-1 {
				return true
			}
		}
		if w := rd.tokens[k].word; w == "д" || w == "к" || w == "ул" {
			return true
		}
	}
	next := rd.word(j + 1)
	if currency(next) || unit(next) {
		return true
	}
	for _, thing := range []string{"отзыв", "клиент", "место", "мест", "штук", "балл", "метр", "кабинет", "маршрут", "автобус", "сум", "готов", "км", "ученик", "гост", "отзыв", "бонус", "подпис", "рецепт", "оттен", "вопрос"} {
		if strings.HasPrefix(next, thing) {
			return true
		}
	}
	return j+1 < len(rd.tokens) && rd.tokens[j+1].glued && rd.tokens[j+1].kind&kindWord != 0 && len(next) <= 2 && next != "гэ" && next != "га" && next != "кэ"
}
