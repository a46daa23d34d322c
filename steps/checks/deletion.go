package checks

import (
	"fmt"
	"strings"

	"progon"
)

// Erased checks that nothing of the client is left in the cards of the CRM: the cards
// are deleted, or hold no datum any more. A record about the erasure itself may stay.
func Erased(c Case) []progon.Finding {
	return c.remains("удалены", func(card progon.Card) bool { return false })
}

// Blocked checks that the client's data are erased or the cards are marked as blocked.
func Blocked(c Case) []progon.Finding {
	codes := c.Portal.codes("Обработка заблокирована")
	return c.remains("заблокированы", func(card progon.Card) bool {
		for _, f := range card.Fields {
			if belongsTo(f.Name, codes) {
				if yes, known := yesNo(squash(f.Value)); known && yes {
					return true
				}
			}
		}
		return false
	})
}

func (c Case) remains(wanted string, excused func(progon.Card) bool) []progon.Finding {
	var left []string
	var seen []int
	for _, card := range c.Events.Cards() {
		if card.Deleted || (card.Persona != "" && card.Persona != c.Client) || excused(card) {
			continue
		}
		for _, f := range card.Fields {
			for _, h := range c.Tracer.Find(f.Value) {
				if h.Canary.Owner != c.Client {
					continue
				}
				left = append(left, fmt.Sprintf("%s, %s: %s", c.Portal.card(card), f.Name, c.kindOf(h.Canary)))
				seen = append(seen, max(card.Born, card.Last))
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	return []progon.Finding{{
		Rule: "erasure.incomplete", Severity: progon.Blocker, Norms: []string{"152-ФЗ ст. 21 ч. 5"},
		Text:     "Данные клиента в CRM остались, хотя должны быть " + wanted + ".",
		Expected: "данные " + wanted, Got: strings.Join(dedupe(left), "; "),
		Evidence: seen, Persona: c.Client,
		Advice: "Удаляйте вместе с карточкой её дела, комментарии и связанные карточки.",
	}}
}

// RoleSeesNot checks that a person of the staff does not see a field of the client's
// cards. views hold, by card, what that person's rights let through.
func RoleSeesNot(c Case, role, field string, views map[string][]progon.Field) []progon.Finding {
	codes := c.Portal.codes(field)
	for _, card := range c.cards() {
		for _, f := range views[card.Ref()] {
			if !belongsTo(f.Name, codes) || strings.TrimSpace(f.Value) == "" {
				continue
			}
			return []progon.Finding{{
				Rule: "rights.too_wide", Severity: progon.Blocker, Norms: []string{normSecurity, "323-ФЗ ст. 13"},
				Text:     fmt.Sprintf("Сотрудник с ролью «%s» видит «%s».", role, field),
				Expected: "поле скрыто от этой роли", Got: "поле видно",
				Evidence: []int{max(card.Born, card.Last)}, Place: c.Portal.card(card), Persona: c.Client,
				Advice: "Держите такие сведения в поле, которое открыто только врачу.",
			}}
		}
	}
	return nil
}
