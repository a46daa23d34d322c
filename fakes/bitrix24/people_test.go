package bitrix24

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

func clinic(t *testing.T, o Options) *portalUnderTest {
	t.Helper()
	p := newPortal(t, o)
	seed, err := os.ReadFile("testdata/clinic.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadSeed(seed); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSeed(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	if got := dig(t, p.ok("user.get", `{"ID":2}`), 0, "NAME"); got != "Резеда" {
		t.Errorf("user %v", got)
	}
	if got := dig(t, p.ok("crm.deal.add", `{"fields":{"CATEGORY_ID":1}}`)); got != 1.0 {
		t.Errorf("deal %v", got)
	}
	if got := dig(t, p.ok("crm.deal.get", `{"id":1}`), "STAGE_ID"); got != "C1:NEW" {
		t.Errorf("first stage of the pipeline is %v", got)
	}
	names := p.Names()
	for _, c := range [][3]string{{"ASSIGNED_BY_ID", "2", "Резеда"}, {"CATEGORY_ID", "1", "Запись"}, {"STAGE_ID", "C1:CANCEL", "Отменено"},
		{"SOURCE_ID", "WEB", "чат сайта"}, {"QUEUE_ID", "7", "Врачи"}} {
		if names[c[0]][c[1]] != c[2] {
			t.Errorf("%s %s is %q, want %q", c[0], c[1], names[c[0]][c[1]], c[2])
		}
	}
	if got := dig(t, p.ok("crm.contact.get", `{"id":1}`), "UF_CRM_CONSENT"); got != "1" {
		t.Errorf("«да» of a seeded card is %v", got)
	}
	slots := dig(t, p.ok("booking.v1.resource.slots.list", `{"resourceId":1}`), "slots", 0)
	if dig(t, slots, "from") != 600.0 || dig(t, slots, "to") != 1140.0 {
		t.Errorf("slots %v", slots)
	}
}

func TestADealMovesToAnotherPipeline(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	p.ok("crm.deal.add", `{"fields":{"TITLE":"x"}}`)
	p.ok("crm.deal.update", `{"id":1,"fields":{"CATEGORY_ID":1}}`)
	if got := dig(t, p.ok("crm.deal.get", `{"id":1}`), "CATEGORY_ID"); got != "0" {
		t.Errorf("the classic way moved it to %v", got)
	}
	item := dig(t, p.ok("crm.item.update", `{"entityTypeId":2,"id":1,"fields":{"categoryId":1}}`), "item")
	if dig(t, item, "categoryId") != 1.0 || dig(t, item, "stageId") != "C1:NEW" {
		t.Errorf("moved to %v, stage %v", dig(t, item, "categoryId"), dig(t, item, "stageId"))
	}
}

func TestASeedWithAMistakeSaysWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, seed, want string }{
		{"unknown word", "users:\n  - {id: 1, name: А, rolle: врач}\n", "[2:22]"},
		{"no id", "users:\n  - {name: А}\n", "users"},
		{"unknown right", "roles: {врач: {lead: {read: maybe}}}\n", "maybe"},
		{"unknown kind of card", "fields: [{code: X, entity: tree}]\n", "tree"},
		{"bad field code", "fields: [{code: Поле, title: П}]\n", "Поле"},
		{"bad hours", "resources: [{id: 1, name: А, from: '20:00', to: '9:00'}]\n", "часы"},
		{"bad card", "cards: [{entity: tree, fields: {A: 1}}]\n", "tree"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := New(Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.LoadSeed([]byte(c.seed)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	id, err := p.Put("врач", "deal", map[string]any{"TITLE": "Приём", "UF_CRM_DIAGNOSIS": "скрыто", "ASSIGNED_BY_ID": "врач", "CONTACT_ID": 1})
	if err != nil {
		t.Fatal(err)
	}
	sees := func(who string) string {
		fields, err := p.View(who, "deal", id)
		if err != nil {
			return err.Error()
		}
		v, _ := progon.Get(fields, "UF_CRM_DIAGNOSIS")
		return v
	}
	if got := sees("врач"); got != "скрыто" {
		t.Errorf("the doctor sees %q", got)
	}
	if got := sees("администратор"); got != "" {
		t.Errorf("the desk sees %q", got)
	}
	if got := sees("мастер"); !strings.Contains(got, "не видна") {
		t.Errorf("the master, who sees own cards only, sees %q", got)
	}
	if got := sees("никто"); !strings.Contains(got, "нет") {
		t.Errorf("an unknown person sees %q", got)
	}
	last := p.timeline.Events()
	e := last[len(last)-1]
	if e.Actor != "врач" || e.Direction != progon.ToBot || e.Effects[0].Op != progon.Created {
		t.Errorf("event %+v", e)
	}
}

func TestRightsOfAWebhook(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	for _, who := range []string{"врач", "мастер"} {
		if _, err := p.Put("Прогон", "deal", map[string]any{"TITLE": "У " + who, "ASSIGNED_BY_ID": who, "UF_CRM_DIAGNOSIS": "скрыто"}); err != nil {
			t.Fatal(err)
		}
	}
	p.state.webhooks["desk"] = &grant{user: 3}
	p.state.webhooks["master"] = &grant{user: 5}
	base := strings.TrimSuffix(p.base, "1/secret/")
	_, answer := p.send("POST", base+"5/master/crm.deal.list", "application/json", `{}`)
	if rows := answer["result"].([]any); len(rows) != 1 || dig(t, rows, 0, "TITLE") != "У мастер" {
		t.Errorf("own cards only: %v", answer["result"])
	}
	status, answer := p.send("POST", base+"5/master/crm.deal.update", "application/json", `{"id":1,"fields":{"TITLE":"x"}}`)
	if status != 400 || answer["error_description"] != "Access denied." {
		t.Errorf("%d %v", status, answer)
	}
	_, answer = p.send("POST", base+"3/desk/crm.deal.get", "application/json", `{"id":1}`)
	if _, has := answer["result"].(map[string]any)["UF_CRM_DIAGNOSIS"]; has {
		t.Error("a hidden field is shown")
	}
	_, _ = p.send("POST", base+"3/desk/crm.deal.update", "application/json", `{"id":1,"fields":{"UF_CRM_DIAGNOSIS":"x","OPPORTUNITY":5,"TITLE":"новое"}}`)
	deal := p.ok("crm.deal.get", `{"id":1}`)
	if dig(t, deal, "UF_CRM_DIAGNOSIS") != "скрыто" || dig(t, deal, "OPPORTUNITY") != "0.00" || dig(t, deal, "TITLE") != "новое" {
		t.Errorf("a field was written without the right: %v", deal)
	}
}

func TestSnapshotsAndAge(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	before := p.Snapshot()
	p.ok("crm.lead.add", `{"fields":{"TITLE":"1"}}`)
	p.ok("crm.contact.update", `{"id":1,"fields":{"NAME":"другая"}}`)
	p.ok("crm.lead.userfield.add", `{"fields":{"FIELD_NAME":"NEW","USER_TYPE_ID":"string"}}`)
	after := p.Snapshot()
	p.Restore(before)
	if n := len(p.ok("crm.lead.list", `{}`).([]any)); n != 0 {
		t.Errorf("%d leads after the restore", n)
	}
	if got := dig(t, p.ok("crm.contact.get", `{"id":1}`), "NAME"); got != "Алсу" {
		t.Errorf("contact %v", got)
	}
	if _, has := p.ok("crm.lead.fields", `{}`).(map[string]any)["UF_CRM_NEW"]; has {
		t.Error("a user field outlived the restore")
	}
	if p.ok("crm.lead.add", `{"fields":{"TITLE":"2"}}`) != 1.0 {
		t.Error("ids do not begin anew")
	}
	p.Restore(after)
	if got := dig(t, p.ok("crm.lead.get", `{"id":1}`), "TITLE"); got != "1" {
		t.Errorf("the later snapshot was spoiled: %v", got)
	}
	p.Restore(before)
	p.ok("crm.lead.add", `{"fields":{"TITLE":"старый","BIRTHDATE":"1990-01-02"}}`)
	p.Age(61 * 24 * time.Hour)
	lead := p.ok("crm.lead.get", `{"id":1}`)
	if dig(t, lead, "DATE_CREATE") != "2026-07-16T14:00:00+03:00" || dig(t, lead, "BIRTHDATE") != "1990-01-02T00:00:00+03:00" {
		t.Errorf("aged lead %v %v", dig(t, lead, "DATE_CREATE"), dig(t, lead, "BIRTHDATE"))
	}
	p.Reset()
	if n := len(p.ok("crm.contact.list", `{}`).([]any)); n != 0 {
		t.Errorf("%d contacts after the reset", n)
	}
}

func TestPeopleChangeCards(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	id, err := p.Put("Прогон", "lead", map[string]any{"NAME": "Алсу", "PHONE": "+79000000101", "UF_CRM_CONSENT": "да", "SOURCE_ID": "чат сайта", "ASSIGNED_BY_ID": "Резеда"})
	if err != nil {
		t.Fatal(err)
	}
	lead := p.ok("crm.lead.get", `{"id":`+id+`}`)
	got := []any{dig(t, lead, "PHONE", 0, "VALUE"), dig(t, lead, "UF_CRM_CONSENT"), dig(t, lead, "SOURCE_ID"), dig(t, lead, "ASSIGNED_BY_ID")}
	if d := cmp.Diff([]any{"+79000000101", "1", "WEB", "2"}, got); d != "" {
		t.Error(d)
	}
	if err := p.Change("врач", "lead", id, map[string]any{"STATUS_ID": "JUNK"}); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove("врач", "lead", id); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{p.Change("врач", "lead", "99", nil), p.Remove("врач", "tree", "1"), p.Change("врач", "tree", "1", nil)} {
		if err == nil {
			t.Error("an unknown card was changed")
		}
	}
	var seen []string
	for _, e := range p.timeline.Events() {
		if e.Actor != progon.ActorBot {
			seen = append(seen, string(e.Actor)+" "+string(e.Direction)+" "+string(e.Effects[0].Op))
		}
	}
	if d := cmp.Diff([]string{"Прогон note created", "врач to_bot updated", "врач to_bot deleted"}, seen); d != "" {
		t.Error(d)
	}
}

func TestAPortalWithoutLeads(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	if err := p.LoadSeed([]byte("portal: {leads: false}\nfields: [{code: CONSENT, title: Согласие, type: boolean}]\n")); err != nil {
		t.Fatal(err)
	}
	if p.ok("crm.settings.mode.get", `{}`) != 2.0 {
		t.Error("mode")
	}
	p.ok("crm.lead.add", `{"fields":{"TITLE":"Заявка","NAME":"Алсу","PHONE":[{"VALUE":"+79000000101"}],"UF_CRM_CONSENT":1}}`)
	deal := p.ok("crm.deal.get", `{"id":1}`)
	if dig(t, deal, "TITLE") != "Заявка" || dig(t, deal, "CONTACT_ID") != "1" || dig(t, deal, "LEAD_ID") != "1" || dig(t, deal, "UF_CRM_CONSENT") != "1" {
		t.Errorf("deal %v", deal)
	}
	if dig(t, p.ok("crm.contact.get", `{"id":1}`), "PHONE", 0, "VALUE") != "+79000000101" {
		t.Error("the phone did not reach the contact")
	}
	if dig(t, p.ok("crm.lead.get", `{"id":1}`), "STATUS_ID") != "CONVERTED" {
		t.Error("the lead is not converted")
	}
}
