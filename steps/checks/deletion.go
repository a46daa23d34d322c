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

// Gone checks that no card of the client holds a value any more, however it is written.
func Gone(c Case, value string) []progon.Finding {
	for _, card := range c.cards() {
		for _, f := range card.Fields {
			if f.Value == "" || (!SameValue(f.Value, value, c.Now) && !strings.Contains(squash(f.Value), squash(value))) {
				continue
			}
			return []progon.Finding{{
				Rule: "crm.stale", Severity: progon.Blocker, Norms: []string{"152-ФЗ ст. 21 ч. 2"},
				Text:     "В карточке клиента осталось значение, которое он исправил.",
				Expected: "прежнего значения нет", Got: f.Name + ": " + c.excerpt(f.Value),
				Evidence: []int{max(card.Born, card.Last)}, Place: c.Portal.card(card), Persona: c.Client,
				Advice: "Меняйте значение множественного поля по его номеру: новое без номера добавляется к старому.",
			}}
		}
	}
	return nil
}

// RoleSeesNot checks that a person of the staff does not see something in the client's
// cards: a field by its name, or words in any field. views hold, by card, what that
// person's rights let through.
func RoleSeesNot(c Case, role, what string, views map[string][]progon.Field) []progon.Finding {
	codes, named := c.Portal.codes(what), c.Portal.Knows(what)
	for _, card := range c.cards() {
		for _, f := range views[card.Ref()] {
			seen := strings.Contains(squash(f.Value), squash(what))
			if named {
				seen = belongsTo(f.Name, codes) && strings.TrimSpace(f.Value) != ""
			}
			if !seen {
				continue
			}
			return []progon.Finding{{
				Rule: "rights.too_wide", Severity: progon.Blocker, Norms: []string{normSecurity, "323-ФЗ ст. 13"},
				Text:     fmt.Sprintf("Сотрудник с ролью «%s» видит «%s».", role, c.excerpt(what)),
				Expected: "от этой роли скрыто", Got: "видно в поле " + f.Name,
				Evidence: []int{max(card.Born, card.Last)}, Place: c.Portal.card(card), Persona: c.Client,
				Advice: "Держите такие сведения в поле, которое открыто только врачу.",
			}}
		}
	}
	return nil
}
