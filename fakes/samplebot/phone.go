package samplebot

import (
	"strconv"
	"strings"
)

// changePhone puts the corrected number in the place of the old one. A multiple field of
// the portal keeps what it has unless the value's own id is given.
func (b *Bot) changePhone(s *session) {
	phone := phoneField(s.phone)
	if !b.wrong("old_phone_stays") {
		phone = append(b.oldPhones("crm.contact.get", s.contactID), phone...)
	}
	b.do(s, "crm.contact.update", map[string]any{"id": s.contactID, "fields": map[string]any{"PHONE": phone}})
	if s.leadID != "" {
		phone := append(b.oldPhones("crm.lead.get", s.leadID), phoneField(s.phone)...)
		b.do(s, "crm.lead.update", map[string]any{"id": s.leadID, "fields": map[string]any{"PHONE": phone}})
	}
	b.do(s, "crm.timeline.comment.add", map[string]any{"fields": map[string]any{
		"ENTITY_TYPE": "contact", "ENTITY_ID": s.contactID, "COMMENT": "Клиент исправил номер телефона, прежний удалён",
	}})
}

// oldPhones are the numbers of a card, marked for deletion.
func (b *Bot) oldPhones(method, id string) []any {
	result, err := b.crm.call(method, map[string]any{"id": id})
	if err != nil {
		return nil
	}
	card, _ := result.(map[string]any)
	values, _ := card["PHONE"].([]any)
	var gone []any
	for _, v := range values {
		if row, ok := v.(map[string]any); ok {
			gone = append(gone, map[string]any{"ID": row["ID"], "DELETE": "Y"})
		}
	}
	return gone
}

// numerals are the words by which people dictate a number, with what they are worth.
var numerals = map[string]int{
	"ноль": 0, "нуль": 0, "один": 1, "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
	"десять": 10, "одиннадцать": 11, "двенадцать": 12, "тринадцать": 13, "четырнадцать": 14, "пятнадцать": 15, "шестнадцать": 16,
	"семнадцать": 17, "восемнадцать": 18, "девятнадцать": 19, "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50,
	"шестьдесят": 60, "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200, "триста": 300,
	"четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800, "девятьсот": 900,
}

// dictated turns a phone in words into digits. Fewer than seven number words are left as
// they are: they say a time or a price.
func dictated(text string) string {
	var digits strings.Builder
	words, group, room := 0, -1, 0
	flush := func() {
		if group >= 0 {
			digits.WriteString(strconv.Itoa(group))
		}
		group, room = -1, 0
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,.;-–", r) }) {
		n, ok := numerals[word]
		if !ok {
			if word != "плюс" && words > 0 && words < 7 {
				digits.Reset()
				words, group = 0, -1
			}
			if words >= 7 {
				break
			}
			continue
		}
		words++
		if group < 0 || n == 0 || n >= room {
			flush()
			group = n
		} else {
			group += n
		}
		switch {
		case n >= 100:
			room = 100
		case n >= 20:
			room = 10
		default:
			room = 0
		}
	}
	flush()
	if words < 7 {
		return text
	}
	return digits.String()
}
