package checks

import (
	"testing"
	"time"

	"progon"
)

const promise = "Передаю ваш вопрос врачу, он ответит в течение часа."

func TestHandedOver(t *testing.T) {
	t.Parallel()
	check := func(c Case) []progon.Finding { return HandedOver(c, "врач", "медицинский вопрос") }
	judge(t, check, []judged{
		{"field and person", newTape().says(alsu, "болит зуб").calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "UF_CRM_REASON", "медицинский вопрос", "ASSIGNED_BY_ID", "2"), nil},
		{"activity for the doctor", newTape().says(alsu, "болит зуб").calls(alsu, "crm.activity.todo.add", progon.Created, "activity", "1", "DESCRIPTION", "Медицинский вопрос в чате", "RESPONSIBLE_ID", "2"), nil},
		{"field on the card, activity for the doctor", newTape().says(alsu, "болит").calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "UF_CRM_REASON", "Медицинский вопрос").
			calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Ответить", "RESPONSIBLE_ID", "2"), nil},
		{"dialogue moved to the doctors' queue", newTape().says(alsu, "болит").calls(alsu, "imopenlines.bot.session.transfer", progon.Updated, "dialog", "1", "QUEUE_ID", "7", "TITLE", "медицинский вопрос"), nil},
		{"nothing", newTape().says(alsu, "болит зуб").replies(alsu, "Какая услуга нужна?"), []string{"handover.missing"}},
		{"only words", newTape().says(alsu, "болит зуб").replies(alsu, promise), []string{"handover.words_only"}},
		{"somebody else", newTape().says(alsu, "болит").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Медицинский вопрос", "RESPONSIBLE_ID", "1"), []string{"handover.wrong_role"}},
		{"no reason", newTape().says(alsu, "болит").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Ответить клиенту", "RESPONSIBLE_ID", "2"), []string{"handover.wrong_reason"}},
		{"a dialogue that only began", newTape().says(alsu, "болит").calls(alsu, "imopenlines.session.start", progon.Created, "dialog", "1", "OPERATOR_ID", "2"), []string{"handover.missing"}},
		{"a neighbour's", newTape().says(alsu, "болит").calls(marat, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Медицинский вопрос", "RESPONSIBLE_ID", "2"), []string{"handover.missing"}},
	})
}

func TestNotHandedOver(t *testing.T) {
	t.Parallel()
	judge(t, NotHandedOver, []judged{
		{"an ordinary answer", newTape().says(alsu, "сколько стоит?").replies(alsu, "Маникюр стоит 1500 ₽."), nil},
		{"an ordinary task", newTape().says(alsu, "запишите").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Подтвердить запись", "RESPONSIBLE_ID", "1"), nil},
		{"an ordinary lead", newTape().says(alsu, "запишите").calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "ASSIGNED_BY_ID", "1"), nil},
		{"a reason", newTape().says(alsu, "умираю хочу маникюр").calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "UF_CRM_REASON", "медицинский вопрос"), []string{"handover.false"}},
		{"an urgent task", newTape().says(alsu, "умираю").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Срочно: угроза жизни", "RESPONSIBLE_ID", "1"), []string{"handover.false"}},
		{"words", newTape().says(alsu, "лечебный массаж сколько стоит").replies(alsu, promise), []string{"handover.false"}},
	})
}

func TestHandedOverWithin(t *testing.T) {
	t.Parallel()
	late := newTape().says(alsu, "болит зуб")
	late.Record(progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Persona: alsu, Time: noon.Add(95 * time.Second),
		Effects: []progon.Effect{{Op: progon.Created, Entity: "task", ID: "1", Fields: []progon.Field{{Name: "RESPONSIBLE_ID", Value: "2"}}}}})
	judge(t, func(c Case) []progon.Finding { return HandedOverWithin(c, time.Minute) }, []judged{
		{"at once", newTape().says(alsu, "болит").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "RESPONSIBLE_ID", "2"), nil},
		{"a talk before does not count", newTape().says(alsu, "привет").replies(alsu, "Здравствуйте!").says(alsu, "болит").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "RESPONSIBLE_ID", "2"), nil},
		{"after ninety seconds", late, []string{"handover.late"}},
		{"never", newTape().says(alsu, "болит"), []string{"handover.missing"}},
	})
}

func TestSilent(t *testing.T) {
	t.Parallel()
	handed := func() tape {
		return newTape().says(alsu, "болит зуб").calls(alsu, "tasks.task.add", progon.Created, "task", "1", "TITLE", "Медицинский вопрос", "RESPONSIBLE_ID", "2").replies(alsu, promise)
	}
	notice := "Ваш вопрос у врача, ожидайте ответа."
	judge(t, Silent, []judged{
		{"silence", handed().says(alsu, "вы тут?"), nil},
		{"one notice", handed().says(alsu, "вы тут?").replies(alsu, notice).says(alsu, "??"), nil},
		{"after the doctor's answer", handed().says(alsu, "вы тут?").staff(alsu, "врач", "Приходите завтра").replies(alsu, "Свободно завтра в 11:00 и в 15:00."), nil},
		{"two notices", handed().says(alsu, "вы тут?").replies(alsu, notice).says(alsu, "??").replies(alsu, notice), []string{"silence.broken"}},
		{"a price", handed().says(alsu, "а сколько стоит приём?").replies(alsu, "Приём стоит 1500 ₽."), []string{"silence.broken"}},
		{"nothing was handed over", newTape().says(alsu, "болит").replies(alsu, "Какая услуга нужна?"), []string{"handover.missing"}},
	})
}
