package checks

import (
	"testing"

	"progon"
)

func TestNothingMade(t *testing.T) {
	t.Parallel()
	judge(t, NothingMade, []judged{
		{"silence", newTape(), nil},
		{"only reading", newTape().calls(alsu, "crm.contact.list", progon.Read, "contact", "1", "NAME", "Алсу"), nil},
		{"another client's lead", newTape().calls(marat, "crm.lead.add", progon.Created, "lead", "1"), nil},
		{"a lead", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1"), []string{"crm.too_early"}},
		{"a lead that nobody can be given", newTape().calls("", "crm.lead.add", progon.Created, "lead", "1"), []string{"crm.too_early"}},
		{"a comment", newTape().calls(alsu, "crm.timeline.comment.add", progon.Created, "comment", "1", "COMMENT", "без согласия"), []string{"crm.too_early"}},
		{"a change of an old card", newTape().calls(alsu, "crm.contact.update", progon.Updated, "contact", "1"), []string{"crm.too_early"}},
	})
}

func TestCardCount(t *testing.T) {
	t.Parallel()
	one := newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1")
	judge(t, func(c Case) []progon.Finding { return CardCount(c, "лид", 1) }, []judged{
		{"one", one, nil},
		{"one, and one of a neighbour", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1").calls(marat, "crm.lead.add", progon.Created, "lead", "2"), nil},
		{"one, the other deleted again", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1").
			calls(alsu, "crm.lead.add", progon.Created, "lead", "2").calls(alsu, "crm.lead.delete", progon.Deleted, "lead", "2"), nil},
		{"updated twice is still one", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1").calls(alsu, "crm.lead.update", progon.Updated, "lead", "1"), nil},
		{"none", newTape(), []string{"crm.lost"}},
		{"a deal instead", newTape().calls(alsu, "crm.deal.add", progon.Created, "deal", "1"), []string{"crm.lost"}},
		{"two", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1").calls(alsu, "crm.lead.add", progon.Created, "lead", "2"), []string{"crm.duplicate"}},
	})
}

func TestCardMade(t *testing.T) {
	t.Parallel()
	rows := []Expectation{{Field: "Телефон", Want: "8 975 123-45-67"}, {Field: "Ответственный", Want: "Резеда"}, {Field: fieldReason}}
	judge(t, func(c Case) []progon.Finding { return CardMade(c, "лид", rows) }, []judged{
		{"all right", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE", "+79751234567", "ASSIGNED_BY_ID", "1"), nil},
		{"second phone fits", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE", "+79990000000", "PHONE[1].VALUE", "+79751234567", "ASSIGNED_BY_ID", "1"), nil},
		{"filled in later", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1").
			calls(alsu, "crm.lead.update", progon.Updated, "lead", "1", "PHONE[0].VALUE", "89751234567", "ASSIGNED_BY_ID", "1"), nil},
		{"nothing made", newTape(), []string{"crm.lost"}},
		{"it was there before", newTape().calls(alsu, "crm.lead.list", progon.Read, "lead", "1", "PHONE[0].VALUE", "+79751234567"), []string{"crm.lost"}},
		{"no phone", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "ASSIGNED_BY_ID", "1"), []string{"crm.field"}},
		{"the type of a phone is not a phone", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE_TYPE", "89751234567", "ASSIGNED_BY_ID", "1"), []string{"crm.field"}},
		{"somebody else is responsible", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE", "+79751234567", "ASSIGNED_BY_ID", "2"), []string{"crm.field"}},
		{"a reason where none should be", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE", "+79751234567", "ASSIGNED_BY_ID", "1", "UF_CRM_REASON", "спор"), []string{"crm.field"}},
	})
}

func TestTaskSet(t *testing.T) {
	t.Parallel()
	check := func(c Case) []progon.Finding {
		return TaskSet(c, "отзыв согласия", "ответственный за данные", "10 рабочих дней")
	}
	judge(t, check, []judged{
		{"set", newTape().calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Отзыв согласия", "RESPONSIBLE_ID", "5", "DEADLINE", "2026-09-29T18:00:00+03:00"), nil},
		{"set as an activity", newTape().calls(alsu, "crm.activity.todo.add", progon.Created, "activity", "1", "DESCRIPTION", "отозвано согласие, отзыв согласия клиента", "RESPONSIBLE_ID", "5", "DEADLINE", "2026-09-25T18:00:00+03:00"), nil},
		{"none", newTape(), []string{"task.missing"}},
		{"another matter", newTape().calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Перезвонить", "RESPONSIBLE_ID", "5", "DEADLINE", "2026-09-29T18:00:00+03:00"), []string{"task.missing"}},
		{"another person", newTape().calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Отзыв согласия", "RESPONSIBLE_ID", "1", "DEADLINE", "2026-09-29T18:00:00+03:00"), []string{"task.missing"}},
		{"too late", newTape().calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Отзыв согласия", "RESPONSIBLE_ID", "5", "DEADLINE", "2026-10-20T18:00:00+03:00"), []string{"task.missing"}},
		{"no term", newTape().calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Отзыв согласия", "RESPONSIBLE_ID", "5"), []string{"task.missing"}},
	})
}
