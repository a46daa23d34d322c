package checks

import (
	"testing"
	"time"

	"progon"
)

const ask = "Перед записью нужно ваше согласие на обработку персональных данных (имя, телефон). Оператор: ИП Тестова. " +
	"Цель: запись и связь по услуге. Срок: один год. Отозвать: напишите «отзыв». Политика: https://salon.example.ru/policy. Согласны?"

func TestConsentAskedFirst(t *testing.T) {
	t.Parallel()
	judge(t, ConsentAskedFirst, []judged{
		{"first", newTape().says(alsu, "хочу на маникюр").replies(alsu, ask, "Согласен", "Не согласен").says(alsu, "Согласен").replies(alsu, "Как вас зовут и какой у вас телефон?"), nil},
		{"after a greeting", newTape().says(alsu, "привет").replies(alsu, "Здравствуйте! Какая услуга нужна?").says(alsu, "маникюр").replies(alsu, ask, "Согласен", "Не согласен"), nil},
		{"never", newTape().says(alsu, "хочу на маникюр").replies(alsu, "На какой день?"), []string{"consent.not_asked"}},
		{"after the phone", newTape().says(alsu, "хочу").replies(alsu, "Оставьте, пожалуйста, ваш номер телефона.").says(alsu, "вот").replies(alsu, ask, "Согласен", "Не согласен"), []string{"consent.after_contacts"}},
		{"never, though the phone was asked", newTape().says(alsu, "хочу").replies(alsu, "Оставьте, пожалуйста, ваш номер телефона."), []string{"consent.after_contacts"}},
	})
}

func TestConsentEvidence(t *testing.T) {
	t.Parallel()
	rows := func() []Expectation {
		return []Expectation{
			{Field: "Согласие", Want: "да"},
			{Field: "Дата согласия", Want: "время согласия, по Казани"},
			{Field: "Текст согласия", Want: "тот, что показан клиенту"},
		}
	}
	talk := func() tape {
		return newTape().says(alsu, "хочу на маникюр").replies(alsu, ask, "Согласен", "Не согласен").says(alsu, "Согласен")
	}
	at := noon.Add(3 * time.Second).Format(time.RFC3339)
	judge(t, func(c Case) []progon.Finding { return ConsentEvidence(c, rows()) }, []judged{
		{"complete", talk().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_CONSENT", "Y", "UF_CRM_CONSENT_AT", at, "UF_CRM_CONSENT_TEXT", ask), nil},
		{"no card", talk(), []string{"consent.not_recorded"}},
		{"only the fact", talk().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_CONSENT", "Y"), []string{"consent.not_recorded"}},
		{"another text", talk().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_CONSENT", "Y", "UF_CRM_CONSENT_AT", at, "UF_CRM_CONSENT_TEXT", "Согласие получено"), []string{"consent.not_recorded"}},
		{"a time without a zone", talk().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_CONSENT", "Y", "UF_CRM_CONSENT_AT", noon.Add(3*time.Second).Format("2006-01-02 15:04:05"), "UF_CRM_CONSENT_TEXT", ask), []string{"consent.not_recorded"}},
		{"an hour off", talk().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_CONSENT", "Y", "UF_CRM_CONSENT_AT", noon.Add(time.Hour).Format(time.RFC3339), "UF_CRM_CONSENT_TEXT", ask), []string{"consent.not_recorded"}},
		{"consent was refused", newTape().says(alsu, "хочу").replies(alsu, ask, "Согласен").says(alsu, "не согласна"), []string{"consent.not_given"}},
	})
}

func TestAgrees(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"Согласен": true, "да, согласна": true, "Даю согласие": true, "принимаю": true, "ризамын": true, "подтверждаю": true,
		"не согласна": false, "нет": false, "потом": false, "ну ок наверное": false, "👍": false, "отказываюсь": false, "а что за политика?": false, "риза түгел": false, "": false,
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if got := Agrees(line); got != want {
				t.Errorf("Agrees(%q) = %v", line, got)
			}
		})
	}
}
