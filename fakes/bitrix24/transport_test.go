package bitrix24

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"

	"progon"
	"progon/fakes/faults"
)

func TestEveryWayToCallIsTheSame(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("fields[TITLE]", "Л")
	_ = w.WriteField("fields[PHONE][0][VALUE]", "+79000000101")
	_ = w.Close()
	const json = `{"fields":{"TITLE":"Л","PHONE":[{"VALUE":"+79000000101"}]}}`
	bracketed := query("fields[TITLE]", "Л", "fields[PHONE][0][VALUE]", "+79000000101")
	for i, c := range []struct{ name, verb, path, kind, body string }{
		{"JSON", "POST", "crm.lead.add", "application/json", json},
		{"JSON with charset", "POST", "crm.lead.add", "application/json; charset=utf-8", json},
		{"form", "POST", "crm.lead.add", "application/x-www-form-urlencoded", bracketed},
		{"raw brackets", "POST", "crm.lead.add", "application/x-www-form-urlencoded", "fields[TITLE]=Л&fields[PHONE][][VALUE]=%2B79000000101"},
		{"query", "GET", "crm.lead.add?" + bracketed, "", ""},
		{"query of a POST without body", "POST", "crm.lead.add?" + bracketed, "", ""},
		{"query and body", "POST", "crm.lead.add?fields%5BTITLE%5D=other&bx24_request_id=7", "application/json", json},
		{"multipart", "POST", "crm.lead.add", w.FormDataContentType(), form.String()},
		{".json", "POST", "crm.lead.add.json", "application/json", json},
		{"slash", "POST", "crm.lead.add/", "application/json", json},
		{"lower and upper case", "POST", "CRM.Lead.ADD", "application/json", `{"FIELDS":{"TITLE":"Л","PHONE":[{"VALUE":"+79000000101"}]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := p.send(c.verb, p.base+c.path, c.kind, c.body)
			if status != 200 || answer["result"] != float64(i+1) {
				t.Fatalf("%d %v", status, answer)
			}
			lead := p.ok("crm.lead.get", fmt.Sprintf(`{"id":%d}`, i+1))
			if dig(t, lead, "TITLE") != "Л" || dig(t, lead, "PHONE", 0, "VALUE") != "+79000000101" {
				t.Errorf("lead %v", lead)
			}
		})
	}
}

func TestJSONUnderTheNameOfAForm(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	status, answer := p.form("crm.lead.add", `{"fields":{"TITLE":"x"}}`)
	if status != 400 || answer["error_description"] != "Parameter 'fields' must be array." {
		t.Errorf("the portal reads what it must not: %d %v", status, answer)
	}
}

func TestManyBotsAtOnce(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	const bots, leads = 16, 8
	var all sync.WaitGroup
	for range bots {
		all.Go(func() {
			for range leads {
				for _, call := range [][2]string{
					{"crm.lead.add", `{"fields":{"TITLE":"x","SOURCE_ID":"WEB"}}`},
					{"crm.lead.list", `{"filter":{"SOURCE_ID":"WEB"},"order":{"DATE_CREATE":"DESC"}}`},
				} {
					resp, err := http.Post(p.base+call[0], "application/json", strings.NewReader(call[1]))
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				p.Snapshot()
				p.Usage()
			}
		})
	}
	all.Wait()
	_, answer := p.call("crm.lead.list", `{"order":{"ID":"DESC"}}`)
	if answer["total"] != float64(bots*leads) || dig(t, answer["result"], 0, "ID") != strconv.Itoa(bots*leads) {
		t.Errorf("total %v, last %v", answer["total"], dig(t, answer["result"], 0, "ID"))
	}
}

func TestAuthorisation(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{Scopes: []string{"crm"}})
	base := strings.TrimSuffix(p.base, "rest/1/secret/")
	for _, c := range []struct {
		name, path string
		status     int
		code       string
	}{
		{"wrong token", "rest/1/wrong/server.time", 401, "INVALID_CREDENTIALS"},
		{"somebody else's token", "rest/2/secret/server.time", 401, "INVALID_CREDENTIALS"},
		{"no token", "rest/server.time", 401, "NO_AUTH_FOUND"},
		{"unknown access token", "rest/server.time?auth=nope", 401, "invalid_token"},
		{"a webhook's token is no access token", "rest/server.time?auth=secret", 401, "NO_AUTH_FOUND"},
		{"no scope", "rest/1/secret/im.notify?to=1&message=x", 403, "insufficient_scope"},
		{"no method", "rest/1/secret/", 404, "ERROR_METHOD_NOT_FOUND"},
		{"broken body", "", 400, "INVALID_REQUEST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, body := base+c.path, ""
			if c.path == "" {
				address, body = p.base+"server.time", `{"a":`
			}
			status, answer := p.send("POST", address, "application/json", body)
			if status != c.status || answer["error"] != c.code {
				t.Errorf("%d %v", status, answer)
			}
			if _, has := answer["time"]; has {
				t.Error("a refusal has a time")
			}
		})
	}
	if d := cmp.Diff([]string{"crm"}, p.Usage().Unused); d != "" {
		t.Errorf("unused scopes: %s", d)
	}
	p.ok("crm.lead.list", `{}`)
	if u := p.Usage(); len(u.Unused) != 0 || !contains(u.Scopes, "crm") || !contains(u.Methods, "crm.lead.list") {
		t.Errorf("usage %+v", u)
	}
}

func TestHTTPSOnly(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{HTTPSOnly: true})
	p.refused("server.time", `{}`, 400, "INVALID_REQUEST")
}

func TestBatch(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	result := p.ok("batch", `{"halt":0,"cmd":{
		"contact":"crm.contact.add?fields%5BNAME%5D=%D0%90%26%D0%91",
		"deal":"crm.deal.add?fields[TITLE]=d&fields[CONTACT_ID]=%24result%5Bcontact%5D",
		"read":"crm.deal.get?id=$result[deal]",
		"list":"crm.deal.list?select[]=ID&filter[%3EID]=0",
		"page":"crm.deal.get?id=$result[list][0][ID]",
		"bad":"crm.item.get?entityTypeId=2&id=999",
		"nested":"batch?cmd[a]=server.time",
		"missing":"crm.deal.list?filter[ID]=$result[nothing][here]",
		"text":"crm.timeline.comment.add?fields[ENTITY_TYPE]=deal&fields[ENTITY_ID]=$result[deal]&fields[COMMENT]=сделка $result[deal], контакт $result[contact]",
		"bare":"server.time"}}`)
	if dig(t, result, "result", "read", "CONTACT_ID") != "1" || dig(t, result, "result", "page", "TITLE") != "d" {
		t.Errorf("references: %v", result)
	}
	if dig(t, p.ok("crm.contact.get", `{"id":1}`), "NAME") != "А&Б" {
		t.Error("the value was decoded twice")
	}
	if got := dig(t, p.ok("crm.timeline.comment.get", `{"id":1}`), "COMMENT"); got != "сделка 1, контакт 1" {
		t.Errorf("references inside a text: %v", got)
	}
	errs := dig(t, result, "result_error").(map[string]any)
	if dig(t, errs, "bad", "error") != "NOT_FOUND" || dig(t, errs, "nested", "error") != "ERROR_BATCH_METHOD_NOT_ALLOWED" || len(errs) != 2 {
		t.Errorf("errors %v", errs)
	}
	if dig(t, result, "result_total", "list") != 1.0 {
		t.Errorf("totals %v", dig(t, result, "result_total"))
	}
	if next, empty := dig(t, result, "result_next").([]any); !empty || len(next) != 0 {
		t.Error("an empty map of PHP is a list")
	}
	if _, has := dig(t, result, "result_time", "bare").(map[string]any)["operating"]; !has {
		t.Error("result_time")
	}
	if _, has := dig(t, result, "result").(map[string]any)["bad"]; has {
		t.Error("a failed command has a result")
	}
}

func TestBatchListHaltAndLength(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	list := p.ok("batch", `{"cmd":["server.time","profile"]}`)
	if rows, ok := dig(t, list, "result").([]any); !ok || len(rows) != 2 {
		t.Errorf("a list gives a list: %v", list)
	}
	broken := p.ok("batch", `{"cmd":["server.time","no.method","profile"]}`)
	if rows, ok := dig(t, broken, "result").(map[string]any); !ok || rows["0"] == nil || rows["2"] == nil {
		t.Errorf("a list with a gap becomes a map: %v", broken)
	}
	halted := p.ok("batch", `{"halt":"1","cmd":{"a":"server.time","b":"no.method","c":"profile"}}`)
	if _, has := dig(t, halted, "result").(map[string]any)["c"]; has || dig(t, halted, "result_error", "b", "error") != "ERROR_METHOD_NOT_FOUND" {
		t.Errorf("halt: %v", halted)
	}
	var commands []string
	for i := range 52 {
		commands = append(commands, fmt.Sprintf(`"k%d":"server.time"`, i))
	}
	long := p.ok("batch", `{"cmd":{`+strings.Join(commands, ",")+`}}`)
	if len(dig(t, long, "result").(map[string]any)) != 50 || dig(t, long, "result_error", "k50", "error") != "ERROR_BATCH_LENGTH_EXCEEDED" {
		t.Errorf("52 commands: %v", dig(t, long, "result_error"))
	}
	status, answer := p.form("batch", query("cmd[a]", "crm.lead.add?"+query("fields[TITLE]", "из формы"), "halt", "0"))
	if status != 200 || dig(t, answer["result"], "result", "a") != 1.0 {
		t.Errorf("a form: %v", answer)
	}
}

func TestBatchCommandsAreEventsOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("batch", `{"cmd":{"a":"crm.lead.add?fields[TITLE]=x","b":"crm.lead.get?id=$result[a]"}}`)
	var kinds []string
	for _, e := range p.timeline.Events() {
		kinds = append(kinds, e.Kind+" "+strconv.Itoa(len(e.Effects)))
	}
	if d := cmp.Diff([]string{"crm.lead.add 1", "crm.lead.get 1", "batch 0"}, kinds); d != "" {
		t.Error(d)
	}
}

func TestAnEventTellsTheWholeCall(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	p.ok("crm.contact.add", `{"fields":{"NAME":"Алсу"}}`)
	p.ok("crm.lead.add", `{"fields":{"TITLE":"Заявка","CONTACT_ID":1,"PHONE":[{"VALUE":"+79000000101","VALUE_TYPE":"WORK"}]}}`)
	e := p.timeline.Events()[1]
	if e.Surface != progon.SurfaceCRM || e.Direction != progon.FromBot || e.Actor != progon.ActorBot || e.Kind != "crm.lead.add" || e.Status != 200 {
		t.Errorf("%+v", e)
	}
	want := []progon.Field{{Name: "fields.TITLE", Value: "Заявка"}, {Name: "fields.CONTACT_ID", Value: "1"},
		{Name: "fields.PHONE[0].VALUE", Value: "+79000000101"}, {Name: "fields.PHONE[0].VALUE_TYPE", Value: "WORK"}}
	if d := cmp.Diff(want, e.Fields); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]progon.Field{{Name: "result", Value: "1"}}, e.Answer); d != "" {
		t.Error(d)
	}
	x := e.Effects[0]
	phone, _ := x.Get("PHONE[0].VALUE")
	stage, _ := x.Get("STATUS_ID")
	if x.Op != progon.Created || x.Ref() != "lead:1" || phone != "+79000000101" || stage != "NEW" || cmp.Diff([]string{"contact:1"}, x.Links) != "" {
		t.Errorf("effect %+v", x)
	}
	if !bytes.HasPrefix(e.Raw, []byte("POST /rest/1/secret/crm.lead.add HTTP/1.1\r\n")) || !bytes.Contains(e.Raw, []byte("+79000000101")) {
		t.Errorf("raw %s", e.Raw)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	now := testTime()
	limits, _ := LimitsNamed("basic")
	limits.Operating = 480 * time.Second
	limits.Cost = map[string]time.Duration{"crm.lead.list": 200 * time.Second}
	p := newPortal(t, Options{Limits: limits, Clock: func() time.Time { return now }})
	for range 50 {
		p.ok("server.time", `{}`)
	}
	p.refused("server.time", `{}`, 503, "QUERY_LIMIT_EXCEEDED")
	now = now.Add(time.Second) // two calls leak out
	p.ok("server.time", `{}`)
	p.ok("server.time", `{}`)
	p.refused("server.time", `{}`, 503, "QUERY_LIMIT_EXCEEDED")
	now = now.Add(time.Minute)
	for range 3 {
		p.ok("crm.lead.list", `{}`)
	}
	p.refused("crm.lead.list", `{}`, 429, "OPERATION_TIME_LIMIT")
	p.ok("crm.deal.list", `{}`) // the limit is for one method
	now = now.Add(10 * time.Minute)
	p.ok("crm.lead.list", `{}`)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	fail := func(what, howLong string) {
		rule, err := faults.Parse(what, howLong)
		if err != nil {
			t.Fatal(err)
		}
		p.ClearFaults()
		p.Fail(rule)
	}
	fail("503 QUERY_LIMIT_EXCEEDED", "2 раза")
	p.refused("crm.lead.add", `{"fields":{}}`, 503, "QUERY_LIMIT_EXCEEDED")
	p.refused("crm.lead.add", `{"fields":{}}`, 503, "QUERY_LIMIT_EXCEEDED")
	p.ok("crm.lead.add", `{"fields":{"TITLE":"1"}}`)
	fail("ошибка поля «Телефон»", "1 раз")
	p.ok("crm.lead.add", `{"fields":{"TITLE":"2"}}`)
	p.refused("crm.lead.add", `{"fields":{"PHONE":[{"VALUE":"1"}]}}`, 400, "ERROR_CORE")
	p.ok("crm.lead.add", `{"fields":{"PHONE":[{"VALUE":"1"}]}}`)
	fail("crm.lead.get: expired_token", "всегда")
	p.refused("crm.lead.get", `{"id":1}`, 401, "expired_token")
	if got := dig(t, p.ok("batch", `{"cmd":{"a":"crm.lead.get?id=1","b":"server.time"}}`), "result_error", "a", "error"); got != "expired_token" {
		t.Errorf("a command of a batch: %v", got)
	}
	fail("запись без ответа", "1 раз")
	if _, err := http.Post(p.base+"crm.lead.add", "application/json", strings.NewReader(`{"fields":{"TITLE":"молча"}}`)); err == nil {
		t.Error("an answer came")
	}
	if n := len(p.ok("crm.lead.list", `{"filter":{"TITLE":"молча"}}`).([]any)); n != 1 {
		t.Errorf("%d leads were made without an answer", n)
	}
	fail("обрыв ответа", "1 раз")
	resp, err := http.Post(p.base+"server.time", "application/json", nil)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut answer: %v", err)
	}
	fail("502", "1 раз")
	resp, err = http.Post(p.base+"server.time", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 502 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	last := p.timeline.Events()
	if e := last[len(last)-1]; e.Status != 502 || e.Kind != "server.time" {
		t.Errorf("a broken call is not in the timeline: %+v", e)
	}
}

func TestHostileBody(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{MaxBody: 1000})
	status, answer := p.call("crm.lead.add", `{"fields":{"TITLE":"`+strings.Repeat("x", 2000)+`"}}`)
	if status != http.StatusRequestEntityTooLarge || answer["error"] != "INVALID_REQUEST" {
		t.Errorf("%d %v", status, answer)
	}
	status, _ = p.form("crm.lead.add", "a"+strings.Repeat("[x]", 100)+"=1")
	if status != 400 {
		t.Errorf("deep brackets: %d", status)
	}
	many := newPortal(t, Options{})
	for kind, body := range map[string]string{
		"application/json":                  `{"fields":[` + strings.Repeat("1,", maxValues) + `1]}`,
		"application/x-www-form-urlencoded": strings.Repeat("a[]=1&", maxValues+1) + "b=1",
	} {
		if status, answer := many.send("POST", many.base+"crm.lead.add", kind, body); status != 400 || answer["error"] != "INVALID_REQUEST" {
			t.Errorf("%s of very many values: %d %v", kind, status, answer)
		}
	}
}

func TestThreeDoors(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	transport := httpmock.NewMockTransport()
	webhook, err := s.Mount(transport, "https://portal.example")
	if err != nil {
		t.Fatal(err)
	}
	door := httptest.NewServer(s)
	defer door.Close()
	for name, c := range map[string]struct {
		client *http.Client
		base   string
	}{
		"port":     {http.DefaultClient, s.WebhookURL(door.URL)},
		"httpmock": {&http.Client{Transport: transport}, webhook},
	} {
		for _, body := range [][2]string{{"application/json", `{"fields":{"TITLE":"Л"}}`}, {"application/x-www-form-urlencoded", "fields[TITLE]=Л"}} {
			resp, err := c.client.Post(c.base+"crm.lead.add", body[0], strings.NewReader(body[1]))
			if err != nil {
				t.Fatal(name, err)
			}
			data, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != 200 || !bytes.Contains(data, []byte(`"result":`)) {
				t.Errorf("%s: %d %s", name, resp.StatusCode, data)
			}
		}
	}
	s.Fail(faults.Rule{Kind: faults.Lose, Times: 1})
	if resp, err := (&http.Client{Transport: transport}).Get(webhook + "server.time"); err == nil {
		_ = resp.Body.Close()
		t.Error("a dropped connection answered in the process")
	}
	if _, err := s.Mount(transport, "portal"); err == nil {
		t.Error("an address without a host was taken")
	}
}
