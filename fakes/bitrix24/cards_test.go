package bitrix24

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon"
)

func TestLeadFromFirstToLast(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	id := p.ok("crm.lead.add", `{"fields":{"TITLE":"Заявка","NAME":"Алсу","OPPORTUNITY":1500,"PHONE":[{"VALUE":"+79000000101","VALUE_TYPE":"MOBILE"}],"NOPE":1}}`)
	if id != float64(1) {
		t.Fatalf("add returns a number, got %v", id)
	}
	lead := p.ok("crm.lead.get", `{"id":1}`)
	for code, want := range map[string]any{
		"ID": "1", "TITLE": "Заявка", "OPPORTUNITY": "1500.00", "STATUS_ID": "NEW", "STATUS_SEMANTIC_ID": "P", "ASSIGNED_BY_ID": "1",
		"DATE_CREATE": "2026-09-15T14:00:00+03:00", "HAS_PHONE": "Y", "HAS_EMAIL": "N", "LAST_NAME": nil, "BIRTHDATE": "",
		"COMPANY_ID": nil, "CURRENCY_ID": "RUB", "DATE_CLOSED": "",
	} {
		if got := dig(t, lead, code); got != want {
			t.Errorf("%s is %v, want %v", code, got, want)
		}
	}
	if _, there := lead.(map[string]any)["EMAIL"]; there {
		t.Error("EMAIL is shown without values")
	}
	phone := dig(t, lead, "PHONE", 0)
	want := map[string]any{"ID": "1", "VALUE_TYPE": "MOBILE", "VALUE": "+79000000101", "TYPE_ID": "PHONE"}
	if d := cmp.Diff(want, phone); d != "" {
		t.Error(d)
	}
	if p.ok("crm.lead.update", `{"ID":"1","FIELDS":{"STATUS_ID":"CONVERTED"}}`) != true {
		t.Error("update does not return true")
	}
	lead = p.ok("crm.lead.get", `{"id":"1"}`)
	if dig(t, lead, "STATUS_SEMANTIC_ID") != "S" || dig(t, lead, "DATE_CLOSED") != "2026-09-15T14:00:00+03:00" {
		t.Errorf("closed lead: %v", lead)
	}
	if p.ok("crm.lead.delete", `{"id":1}`) != true {
		t.Error("delete does not return true")
	}
	p.refused("crm.lead.get", `{"id":1}`, 400, "")
}

func TestRefusalsOfClassicMethods(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	for _, c := range []struct {
		method, params string
		status         int
		code           any
		text           string
	}{
		{"crm.lead.get", `{}`, 400, "", "ID is not defined or invalid."},
		{"crm.lead.get", `{"id":77}`, 400, "", "Not found"},
		{"crm.lead.add", `{}`, 400, "", "Parameter 'fields' must be array."},
		{"crm.lead.add", `{"fields":"x"}`, 400, "", "Parameter 'fields' must be array."},
		{"crm.lead.add", `{"fields":{"EMAIL":[{"VALUE":"no mail"}]}}`, 400, "ERROR_CORE", "Неверный адрес электронной почты."},
		{"crm.contact.update", `{"id":5,"fields":{}}`, 400, "", "Contact is not found"},
		{"crm.company.delete", `{"id":5}`, 400, "", "Company is not found"},
		{"crm.lead.list", `{"filter":"x"}`, 400, "", "Parameter 'filter' must be array."},
		{"crm.lead.nothing", `{}`, 404, "ERROR_METHOD_NOT_FOUND", "Method not found!"},
		{"crm.item.get", `{"id":1}`, 400, float64(100), "Could not find value for parameter {entityTypeId}"},
		{"crm.item.get", `{"entityTypeId":1,"id":9}`, 400, "NOT_FOUND", "Элемент не найден"},
		{"crm.item.list", `{"entityTypeId":1,"filter":{"nope":1}}`, 400, "INVALID_ARG_VALUE", "Invalid filter: field 'nope' is not allowed in filter"},
		{"crm.timeline.comment.add", `{"fields":{"ENTITY_ID":1,"ENTITY_TYPE":"lead","COMMENT":"x"}}`, 400, "OWNER_NOT_FOUND", "Owner was not found"},
		{"tasks.task.add", `{}`, 400, float64(100), "Could not find value for parameter {fields}"},
		{"crm.duplicate.findbycomm", `{}`, 400, "Communication type is not defined", "Parameter 'type' is required."},
		{"app.info", `{}`, 403, "ACCESS_DENIED", "Access denied! Application context required"},
		{"event.bind", `{}`, 403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method"},
	} {
		t.Run(c.method, func(t *testing.T) {
			status, answer := p.call(c.method, c.params)
			if status != c.status || answer["error"] != c.code || answer["error_description"] != c.text {
				t.Errorf("%d %v, want %d %v %q", status, answer, c.status, c.code, c.text)
			}
		})
	}
}

func TestAnUnknownMethodIsAGapOfTheFake(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.refused("crm.mystery.add", `{}`, 404, "ERROR_METHOD_NOT_FOUND")
	events := p.timeline.Events()
	if len(events) != 1 || events[0].Gap == "" || events[0].Error != "ERROR_METHOD_NOT_FOUND" {
		t.Errorf("%+v", events)
	}
}

func TestMultifields(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.form("crm.contact.add", query("fields[NAME]", "А", "fields[PHONE][n0][VALUE]", "+79000000101", "fields[PHONE][n1][VALUE]", "+79000000102"))
	phones := func() (out []string) {
		got := p.ok("crm.contact.get", `{"id":1}`)
		list, _ := got.(map[string]any)["PHONE"].([]any)
		for _, x := range list {
			out = append(out, fmt.Sprint(dig(t, x, "ID"), " ", dig(t, x, "VALUE")))
		}
		return out
	}
	for _, c := range []struct {
		update string
		want   []string
	}{
		{`[]`, []string{"1 +79000000101", "2 +79000000102"}},
		{`[{"ID":1,"VALUE":"+79000000109"}]`, []string{"1 +79000000109", "2 +79000000102"}},
		{`[{"VALUE":"+79000000103"}]`, []string{"1 +79000000109", "2 +79000000102", "3 +79000000103"}},
		{`[{"ID":2,"DELETE":"Y"}]`, []string{"1 +79000000109", "3 +79000000103"}},
		{`[{"ID":3,"VALUE":""}]`, []string{"1 +79000000109"}},
		{`[{"ID":99,"VALUE":"+79000000110"}]`, []string{"1 +79000000109"}},
	} {
		p.ok("crm.contact.update", `{"id":1,"fields":{"PHONE":`+c.update+`}}`)
		if d := cmp.Diff(c.want, phones()); d != "" {
			t.Errorf("after %s: %s", c.update, d)
		}
	}
}

func TestListPagesAndFilters(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	for i := 1; i <= 120; i++ {
		p.ok("crm.lead.add", fmt.Sprintf(`{"fields":{"TITLE":"Лид %03d","OPPORTUNITY":%d,"SOURCE_ID":"%s"}}`, i, i*10, []string{"WEB", "CALL"}[i%2]))
	}
	for _, c := range []struct {
		name, params string
		rows         int
		total, next  any
		first        string
	}{
		{"first page", `{}`, 50, 120.0, 50.0, "1"},
		{"odd start is rounded down", `{"start":99}`, 50, 120.0, 100.0, "51"},
		{"last page", `{"start":"100"}`, 20, 120.0, nil, "101"},
		{"past the end", `{"start":500}`, 0, 120.0, nil, ""},
		{"no counting", `{"start":-1,"filter":{">ID":60}}`, 50, nil, nil, "61"},
		{"order", `{"order":{"OPPORTUNITY":"desc"}}`, 50, 120.0, 50.0, "120"},
		{"order by id", `{"order":{"ID":"DESC"}}`, 50, 120.0, 50.0, "120"},
		{"equal", `{"filter":{"SOURCE_ID":"WEB"}}`, 50, 60.0, 50.0, "2"},
		{"in", `{"filter":{"@ID":[5,7,900]}}`, 2, 2.0, nil, "5"},
		{"array is in", `{"filter":{"ID":["5","7"]}}`, 2, 2.0, nil, "5"},
		{"not", `{"filter":{"!SOURCE_ID":"WEB","<=ID":4}}`, 2, 2.0, nil, "1"},
		{"range of money", `{"filter":{">=OPPORTUNITY":"1190.00","<OPPORTUNITY":1200}}`, 1, 1.0, nil, "119"},
		{"contains, any case", `{"filter":{"%TITLE":"ЛИД 01"}}`, 10, 10.0, nil, "10"},
		{"mask", `{"filter":{"=%TITLE":"%7"}}`, 12, 12.0, nil, "7"},
		{"not mask", `{"filter":{"!=%TITLE":"лид 0%"}}`, 21, 21.0, nil, "100"},
		{"empty", `{"filter":{"NAME":""}}`, 50, 120.0, 50.0, "1"},
		{"not empty", `{"filter":{"!NAME":""}}`, 0, 0.0, nil, ""},
		{"dates", `{"filter":{">=DATE_CREATE":"2026-09-15","<DATE_CREATE":"2026-09-15T14:00:01+03:00"}}`, 50, 120.0, 50.0, "1"},
		{"unknown field is ignored", `{"filter":{"NOPE":"x"}}`, 50, 120.0, 50.0, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := p.call("crm.lead.list", c.params)
			rows, _ := answer["result"].([]any)
			if status != 200 || len(rows) != c.rows || answer["total"] != c.total || answer["next"] != c.next {
				t.Fatalf("%d: %d rows, total %v, next %v", status, len(rows), answer["total"], answer["next"])
			}
			if len(rows) > 0 && dig(t, rows, 0, "ID") != c.first {
				t.Errorf("first row %v, want %s", dig(t, rows, 0, "ID"), c.first)
			}
		})
	}
	row := dig(t, p.ok("crm.lead.list", `{"select":["TITLE","PHONE"],"filter":{"ID":3}}`), 0)
	if d := cmp.Diff(map[string]any{"ID": "3", "TITLE": "Лид 003"}, row); d != "" {
		t.Error(d)
	}
}

func TestClassicAndUniversalAreOneStore(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	item := dig(t, p.ok("crm.item.add", `{"entityTypeId":2,"fields":{"title":"Запись","opportunity":100,"fm":[]}}`), "item")
	if dig(t, item, "id") != 1.0 || dig(t, item, "stageId") != "NEW" || dig(t, item, "opportunity") != 100.0 || dig(t, item, "categoryId") != 0.0 {
		t.Errorf("item %v", item)
	}
	if got := dig(t, p.ok("crm.deal.get", `{"id":1}`), "OPPORTUNITY"); got != "100.00" {
		t.Errorf("classic OPPORTUNITY is %v", got)
	}
	events := len(p.timeline.Events().Where(func(e progon.Event) bool { return len(e.Effects) > 0 && e.Effects[0].Op == progon.Updated }))
	p.ok("crm.item.update", `{"entityTypeId":2,"id":1,"fields":{"title":"Запись"}}`)
	if got := len(p.timeline.Events().Where(func(e progon.Event) bool { return len(e.Effects) > 0 && e.Effects[0].Op == progon.Updated })); got != events {
		t.Error("an update without changes was saved")
	}
	p.ok("crm.item.update", `{"entityTypeId":2,"id":1,"fields":{"stageId":"WON"}}`)
	if dig(t, p.ok("crm.deal.get", `{"id":1}`), "CLOSED") != "Y" {
		t.Error("a won deal is not closed")
	}
	items := dig(t, p.ok("crm.item.list", `{"entityTypeId":2,"filter":{"0":{"logic":"OR","0":{"title":"нет"},"1":{"=stageId":"WON"}}}}`), "items")
	if len(items.([]any)) != 1 {
		t.Errorf("groups of a filter: %v", items)
	}
	history := dig(t, p.ok("crm.stagehistory.list", `{"entityTypeId":2}`), "items")
	if dig(t, history, 0, "TYPE_ID") != 1.0 || dig(t, history, 1, "TYPE_ID") != 3.0 || dig(t, history, 1, "STAGE_ID") != "WON" {
		t.Errorf("history %v", history)
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.contact.add", `{"fields":{"NAME":"А","PHONE":[{"VALUE":"8 (900) 000-01-01"}],"EMAIL":[{"VALUE":"A@example.ru"}]}}`)
	p.ok("crm.lead.add", `{"fields":{"PHONE":[{"VALUE":"+79000000101"}]}}`)
	for _, c := range []struct{ params, want string }{
		{`{"type":"PHONE","values":["+7 900 000-01-01"]}`, "map[CONTACT:[1] LEAD:[1]]"},
		{`{"type":"PHONE","values":["+79000000101"],"entity_type":"CONTACT"}`, "map[CONTACT:[1]]"},
		{`{"type":"EMAIL","values":["a@EXAMPLE.ru"]}`, "map[CONTACT:[1]]"},
		{`{"type":"PHONE","values":["+79000000199"]}`, "[]"},
	} {
		if got := fmt.Sprint(p.ok("crm.duplicate.findbycomm", c.params)); got != c.want {
			t.Errorf("%s: %s, want %s", c.params, got, c.want)
		}
	}
}

func TestUserFields(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.lead.userfield.add", `{"fields":{"FIELD_NAME":"CONSENT","USER_TYPE_ID":"boolean","EDIT_FORM_LABEL":{"ru":"Согласие"}}}`)
	p.ok("crm.lead.userfield.add", `{"fields":{"FIELD_NAME":"REASON","USER_TYPE_ID":"enumeration","LIST":[{"VALUE":"медицинский вопрос"},{"VALUE":"жалоба"}]}}`)
	p.refused("crm.lead.userfield.add", `{"fields":{"FIELD_NAME":"CONSENT","USER_TYPE_ID":"boolean"}}`, 400, "ERROR_CORE")
	p.refused("crm.lead.userfield.add", `{"fields":{"FIELD_NAME":"ПОЛЕ","USER_TYPE_ID":"boolean"}}`, 400, "ERROR_CORE")
	list := p.ok("crm.lead.userfield.list", `{"filter":{"USER_TYPE_ID":"enumeration"}}`)
	item := dig(t, list, 0, "LIST", 0, "ID")
	p.ok("crm.lead.add", fmt.Sprintf(`{"fields":{"UF_CRM_CONSENT":"Y","UF_CRM_REASON":"%v"}}`, item))
	lead := p.ok("crm.lead.get", `{"id":1}`)
	if dig(t, lead, "UF_CRM_CONSENT") != "1" || dig(t, lead, "UF_CRM_REASON") != item {
		t.Errorf("lead %v", lead)
	}
	if got := dig(t, p.ok("crm.item.get", `{"entityTypeId":1,"id":1}`), "item", "ufCrmConsent"); got != "Y" {
		t.Errorf("ufCrmConsent is %v", got)
	}
	if n := len(p.ok("crm.lead.list", `{"filter":{"UF_CRM_CONSENT":"Y"}}`).([]any)); n != 1 {
		t.Errorf("filter by a flag finds %d", n)
	}
	if p.Names()["UF_CRM_REASON"][fmt.Sprint(item)] != "медицинский вопрос" {
		t.Errorf("names %v", p.Names()["UF_CRM_REASON"])
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.contact.add", `{"fields":{"NAME":"А"}}`)
	p.ok("crm.contact.add", `{"fields":{"NAME":"Б"}}`)
	p.ok("crm.deal.add", `{"fields":{"CONTACT_ID":1}}`)
	if p.ok("crm.deal.contact.add", `{"id":1,"fields":{"CONTACT_ID":2,"IS_PRIMARY":"Y"}}`) != true {
		t.Error("add")
	}
	got := fmt.Sprint(p.ok("crm.deal.contact.items.get", `{"id":1}`))
	want := "[map[CONTACT_ID:2 IS_PRIMARY:Y ROLE_ID:0 SORT:10] map[CONTACT_ID:1 IS_PRIMARY:N ROLE_ID:0 SORT:20]]"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if dig(t, p.ok("crm.deal.get", `{"id":1}`), "CONTACT_ID") != "2" {
		t.Error("the primary contact is not CONTACT_ID")
	}
	p.refused("crm.deal.contact.add", `{"id":1,"fields":{"CONTACT_ID":9}}`, 400, "")
}

func TestProductsOfADeal(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.deal.add", `{"fields":{"TITLE":"x"}}`)
	p.ok("crm.deal.productrows.set", `{"id":1,"rows":[{"PRODUCT_NAME":"маникюр","PRICE":1500,"QUANTITY":2},{"PRODUCT_NAME":"снятие","PRICE":"300.50"}]}`)
	if got := dig(t, p.ok("crm.deal.get", `{"id":1}`), "OPPORTUNITY"); got != "3300.50" {
		t.Errorf("the sum is %v", got)
	}
	if got := dig(t, p.ok("crm.deal.productrows.get", `{"id":1}`), 1, "PRODUCT_NAME"); got != "снятие" {
		t.Errorf("the second row is %v", got)
	}
	p.refused("crm.deal.productrows.set", `{"id":1,"rows":"x"}`, 400, "")
	p.refused("crm.deal.productrows.get", `{"id":9}`, 400, "")
}

func TestTimelineTasksAndNotes(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.lead.add", `{"fields":{"TITLE":"Л"}}`)
	if p.ok("crm.timeline.comment.add", `{"fields":{"ENTITY_ID":1,"ENTITY_TYPE":"lead","COMMENT":"привет"}}`) != 1.0 {
		t.Error("comment id")
	}
	if dig(t, p.ok("crm.timeline.comment.list", `{"filter":{"ENTITY_ID":1,"ENTITY_TYPE":"lead"}}`), 0, "COMMENT") != "привет" {
		t.Error("comment list")
	}
	p.refused("crm.timeline.comment.list", `{"filter":{}}`, 400, 100)
	p.refused("crm.timeline.comment.add", `{"fields":{"ENTITY_ID":1,"ENTITY_TYPE":"lead","COMMENT":" "}}`, 400, "INVALID_ARG_VALUE")
	if dig(t, p.ok("crm.activity.todo.add", `{"ownerTypeId":1,"ownerId":1,"deadline":"2026-09-16T10:00:00","title":"Перезвонить","description":"х"}`), "id") != 1.0 {
		t.Error("todo id")
	}
	p.refused("crm.activity.todo.add", `{"ownerTypeId":1,"ownerId":1,"deadline":"когда-нибудь"}`, 400, "WRONG_DATETIME_FORMAT")
	p.refused("crm.activity.todo.add", `{"ownerTypeId":1,"ownerId":1}`, 400, 100)
	rows := p.ok("crm.activity.list", `{"filter":{"OWNER_TYPE_ID":1,"OWNER_ID":1}}`)
	if dig(t, rows, 0, "PROVIDER_ID") != "CRM_TODO" || dig(t, rows, 0, "DEADLINE") != "2026-09-16T10:00:00+03:00" {
		t.Errorf("activity %v", rows)
	}
	task := dig(t, p.ok("tasks.task.add", `{"fields":{"TITLE":"Т","RESPONSIBLE_ID":1,"UF_CRM_TASK":["L_1"]}}`), "task")
	if dig(t, task, "id") != "1" || dig(t, task, "responsibleId") != "1" {
		t.Errorf("task %v", task)
	}
	p.refused("tasks.task.add", `{"fields":{"TITLE":"Т","RESPONSIBLE_ID":44}}`, 400, "ERROR_CORE")
	p.ok("im.notify.personal.add", `{"USER_ID":1,"MESSAGE":"х"}`)
	p.refused("im.notify.personal.add", `{"USER_ID":44,"MESSAGE":"х"}`, 400, "USER_NOT_FOUND")
	var entities []string
	for _, e := range p.timeline.Events() {
		for _, x := range e.Effects {
			if x.Op == progon.Created {
				entities = append(entities, x.Entity+fmt.Sprint(x.Links))
			}
		}
	}
	want := []string{"lead[]", "comment[lead:1]", "activity[lead:1]", "task[lead:1]", "notification[]"}
	if d := cmp.Diff(want, entities); d != "" {
		t.Error(d)
	}
}
