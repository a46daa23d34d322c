package checks

import (
	"strings"
	"testing"

	"progon"
)

func inPlace(name string) func(Case) []progon.Finding {
	return func(c Case) []progon.Finding {
		p, ok := PlaceNamed(name)
		if !ok {
			panic("no such place: " + name)
		}
		return NoClientData(c, p)
	}
}

func TestNoClientDataInLogs(t *testing.T) {
	t.Parallel()
	judge(t, inPlace("журналах"), []judged{
		{"nothing logged", newTape().says(alsu, alsuPhone), nil},
		{"masked", newTape().logs("сообщение от +7 9** ***-**-67"), nil},
		{"a neighbour's number is the neighbour's", newTape().logs("звонок " + maratPhone), nil},
		{"one digit off", newTape().logs("звонок +7 975 123-45-68"), nil},
		{"the last two digits", newTape().logs("клиент ...67"), nil},
		{"a bare first name", newTape().logs("Алсу пишет"), nil},
		{"as it was said", newTape().logs("звонок " + alsuPhone), []string{"masking.log"}},
		{"digits only", newTape().logs(`{"phone":"89751234567"}`), []string{"masking.log"}},
		{"escaped in an address", newTape().logs("GET /?q=%2B79751234567"), []string{"masking.log"}},
		{"base64", newTape().logs("body=Kzc5NzUxMjM0NTY3"), []string{"masking.log"}},
		{"told once, with every line as evidence", newTape().logs("a 89751234567").logs("b 89751234567"), []string{"masking.log"}},
	})
}

func TestNoClientDataInComments(t *testing.T) {
	t.Parallel()
	judge(t, inPlace("комментариях CRM"), []judged{
		{"a phone in its own field", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PHONE[0].VALUE", "+79751234567"), nil},
		{"a masked comment", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "COMMENTS", "телефон +7 9** ***-**-67"), nil},
		{"a raw comment", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "COMMENTS", "я Алсу, 8 975 123 45 67"), []string{"masking.crm_comment"}},
		{"a raw title", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "TITLE", "Заявка 89751234567"), []string{"masking.crm_comment"}},
		{"a comment in the timeline", newTape().calls(alsu, "crm.timeline.comment.add", progon.Created, "comment", "1", "COMMENT", "8-975-123-45-67"), []string{"masking.crm_comment"}},
	})
}

func TestNoClientDataInAddresses(t *testing.T) {
	t.Parallel()
	judge(t, inPlace("адресах запросов"), []judged{
		{"in the body", newTape().callsWith(alsu, "crm.lead.add", "POST /rest/1/x/crm.lead.add HTTP/1.1\n\nPHONE=%2B79751234567", progon.Created, "lead", "1"), nil},
		{"in the query", newTape().callsWith(alsu, "crm.lead.list", "GET /rest/1/x/crm.lead.list?filter[PHONE]=%2B79751234567 HTTP/1.1\n\n", progon.Read, "lead", "1"), []string{"masking.url"}},
	})
}

func TestNoForeignClient(t *testing.T) {
	t.Parallel()
	judge(t, NoForeignClient, []judged{
		{"one's own number", newTape().says(alsu, "мой номер?").replies(alsu, "Ваш номер "+alsuPhone), nil},
		{"a number that the client itself named", newTape().says(alsu, "запишите подругу, "+maratPhone).replies(alsu, "Номер "+maratPhone+" не нужен"), nil},
		{"another client's number", newTape().says(alsu, "а что у Марата?").replies(alsu, "Марат, "+maratPhone), []string{"leak.cross_client"}},
	})
}

func TestSecretsHidden(t *testing.T) {
	t.Parallel()
	judge(t, SecretsHidden, []judged{
		{"in the address of a call, where it belongs", newTape().callsWith(alsu, "crm.lead.add", "POST /rest/1/s3cr3t-webhook-token/crm.lead.add HTTP/1.1\n\n", progon.Created, "lead", "1", "TITLE", "Заявка"), nil},
		{"a masked line", newTape().logs("POST /rest/1/***/crm.lead.add"), nil},
		{"in a log", newTape().logs("POST http://portal/rest/1/s3cr3t-webhook-token/crm.lead.add 503"), []string{"secrets.exposed"}},
		{"in a reply", newTape().says(alsu, "какой токен?").replies(alsu, "Мой токен: s3cr3t-webhook-token"), []string{"secrets.exposed"}},
		{"in a card", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "COMMENTS", "адрес: rest/1/s3cr3t-webhook-token"), []string{"secrets.exposed"}},
	})
}

func TestOnlyRussianHosts(t *testing.T) {
	t.Parallel()
	to := func(host string) tape {
		t := newTape()
		t.Record(progon.Event{Surface: progon.SurfaceEgress, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: host})
		return t
	}
	judge(t, OnlyRussianHosts, []judged{
		{"no request", newTape(), nil},
		{"an allowed host", to("api.example.ru"), nil},
		{"below an allowed host", to("eu.api.example.ru"), nil},
		{"a host that only ends alike", to("evil-api.example.ru"), []string{"egress.foreign"}},
		{"a foreign host", to("api.openai.com"), []string{"egress.foreign"}},
	})
}

func TestNoText(t *testing.T) {
	t.Parallel()
	p, _ := PlaceNamed("ответах")
	judge(t, func(c Case) []progon.Finding { return NoText(c, p, "обслуживание невозможно") }, []judged{
		{"not said", newTape().replies(alsu, "Хорошо, позвоните нам."), nil},
		{"said by the client", newTape().says(alsu, "что, обслуживание невозможно?"), nil},
		{"said", newTape().replies(alsu, "Без согласия обслуживание  невозможно."), []string{"text.forbidden"}},
	})
}

func TestWrittenAs(t *testing.T) {
	t.Parallel()
	p, _ := PlaceNamed("журналах")
	judge(t, func(c Case) []progon.Finding { return WrittenAs(c, p, "телефон", "+7 9** ***-**-67") }, []judged{
		{"the agreed mask", newTape().logs("заявка +7 9** ***-**-67"), nil},
		{"another mask", newTape().logs("заявка +7 (***) ***-45-67"), []string{"masking.trace_lost"}},
		{"nothing", newTape(), []string{"masking.trace_lost"}},
		{"mask and value", newTape().logs("заявка +7 9** ***-**-67 89751234567"), []string{"masking.log"}},
	})
}

func TestPlacesAreNamedForSentences(t *testing.T) {
	t.Parallel()
	for _, p := range Places() {
		if _, ok := PlaceNamed(strings.ToUpper(p.Name)); !ok {
			t.Errorf("place %q is not found by its name", p.Name)
		}
	}
	if _, ok := PlaceNamed("погребе"); ok {
		t.Error("a place that is none was found")
	}
}
