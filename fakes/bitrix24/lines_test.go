package bitrix24

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

// handler keeps the events that the portal sent.
type handler struct {
	*httptest.Server
	mu   sync.Mutex
	seen []url.Values
}

func newHandler(t *testing.T) *handler {
	t.Helper()
	h := &handler{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		h.mu.Lock()
		defer h.mu.Unlock()
		h.seen = append(h.seen, r.PostForm)
		w.WriteHeader(http.StatusInternalServerError) // the portal must not care
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *handler) events(t *testing.T, p *portalUnderTest) (names []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.WaitDelivered(ctx); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.seen {
		names = append(names, e.Get("event"))
	}
	return names
}

func (h *handler) last() url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[len(h.seen)-1]
}

// asApp installs the application of the clinic and returns calls on its behalf.
func asApp(t *testing.T, p *portalUnderTest) func(method, params string) (int, map[string]any) {
	t.Helper()
	tokens, err := p.Install("local.bot")
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(p.base, "1/secret/")
	return func(method, params string) (int, map[string]any) {
		return p.send("POST", base+method+"?auth="+tokens.Access, "application/json", params)
	}
}

func TestOpenLineFromClientToOperatorAndBack(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	bot := dig(t, p.ok("imbot.v2.Bot.register", `{"fields":{"code":"robot","botToken":"b","type":"openline","properties":{"name":"Робот"}}}`), "bot", "id")
	again := dig(t, p.ok("imbot.v2.Bot.register", `{"fields":{"code":"robot","botToken":"b","properties":{"name":"Другой"}}}`), "bot", "id")
	if bot != again {
		t.Error("registering twice made two bots")
	}
	auth := fmt.Sprintf(`"botId":%v,"botToken":"b"`, bot)
	pull := func(offset any) (types []string, next any) {
		got := p.ok("imbot.v2.Event.get", fmt.Sprintf(`{%s,"offset":%v}`, auth, offset))
		for _, e := range dig(t, got, "events").([]any) {
			types = append(types, fmt.Sprint(dig(t, e, "type")))
		}
		return types, dig(t, got, "nextOffset")
	}
	chat, err := p.ClientWrites(ClientMessage{User: "42", Name: "Алсу", Text: "здравствуйте"})
	if err != nil {
		t.Fatal(err)
	}
	types, next := pull(0)
	if d := cmp.Diff([]string{"ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"}, types); d != "" {
		t.Error(d)
	}
	if again, _ := pull(0); len(again) != 2 {
		t.Error("events vanish without being confirmed")
	}
	if rest, _ := pull(next); len(rest) != 0 {
		t.Errorf("confirmed events come again: %v", rest)
	}
	p.ok("imbot.v2.Chat.Message.send", fmt.Sprintf(`{%s,"dialogId":"chat%d","fields":{"message":"добрый день"}}`, auth, chat))
	p.ok("imbot.v2.Chat.InputAction.notify", fmt.Sprintf(`{%s,"dialogId":"chat%d"}`, auth, chat))
	p.refused("imbot.v2.Chat.Message.send", fmt.Sprintf(`{"botId":%v,"botToken":"x","dialogId":"chat1","fields":{"message":"м"}}`, bot), 400, "BOT_OWNERSHIP_ERROR")
	p.refused("imbot.v2.Event.get", fmt.Sprintf(`{"botId":%v}`, bot), 400, "BOT_TOKEN_NOT_SPECIFIED")
	p.refused("imopenlines.bot.session.operator", `{}`, 400, "CHAT_ID_EMPTY")
	p.refused("imopenlines.bot.session.transfer", fmt.Sprintf(`{"CHAT_ID":%d}`, chat), 400, "TRANSFER_ID_EMPTY")
	p.refused("imopenlines.bot.session.transfer", fmt.Sprintf(`{"CHAT_ID":%d,"USER_ID":77}`, chat), 400, "OPERATOR_WRONG")
	p.ok("imopenlines.bot.session.operator", fmt.Sprintf(`{"CHAT_ID":%d}`, chat))
	p.refused("imopenlines.bot.session.operator", fmt.Sprintf(`{"CHAT_ID":%d}`, chat), 400, "WRONG_CHAT")
	events := p.timeline.Events()
	var handover progon.Effect
	for _, e := range events {
		for _, x := range e.Effects {
			if x.Entity == "dialog" && x.Op == progon.Updated {
				handover = x
			}
		}
	}
	operator, _ := handover.Get("OPERATOR_ID")
	queue, _ := handover.Get("QUEUE_ID")
	if operator != "4" || queue != "7" {
		t.Errorf("handed over to %q of queue %q", operator, queue)
	}
	if _, err := p.ClientWrites(ClientMessage{User: "42", Text: "а врач тут?"}); err != nil {
		t.Fatal(err)
	}
	if types, _ = pull(next); len(types) != 0 {
		t.Errorf("the bot hears what is said to a person: %v", types)
	}
	if err := p.OperatorSays("врач", chat, "приходите завтра"); err != nil {
		t.Fatal(err)
	}
	if err := p.ReturnToBot("врач", chat); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ClientWrites(ClientMessage{User: "42", Text: "спасибо"}); err != nil {
		t.Fatal(err)
	}
	types, _ = pull(next)
	if d := cmp.Diff([]string{"ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"}, types); d != "" {
		t.Errorf("after the return: %s", d)
	}
	history := dig(t, p.ok("imopenlines.session.history.get", fmt.Sprintf(`{"CHAT_ID":%d}`, chat)), "message").(map[string]any)
	if len(history) != 5 {
		t.Errorf("history has %d messages", len(history))
	}
	if p.ok("imopenlines.crm.lead.create", fmt.Sprintf(`{"CHAT_ID":%d}`, chat)) != true {
		t.Error("no lead")
	}
	if got := dig(t, p.ok("imopenlines.crm.chat.get", `{"CRM_ENTITY_TYPE":"LEAD","CRM_ENTITY":1}`), 0, "CHAT_ID"); got != fmt.Sprint(chat) {
		t.Errorf("chat of the lead %v", got)
	}
	p.ok("imopenlines.bot.session.finish", fmt.Sprintf(`{"CHAT_ID":%d}`, chat))
	fresh, err := p.ClientWrites(ClientMessage{User: "42", Text: "снова я"})
	if err != nil || fresh == chat {
		t.Errorf("a finished dialogue goes on: %d, %v", fresh, err)
	}
}

func TestEventsGoOutAsForms(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	h := newHandler(t)
	call := asApp(t, p)
	if status, answer := call("event.bind", `{"event":"onCrmLeadAdd","handler":"`+h.URL+`"}`); status != 200 || answer["result"] != true {
		t.Fatalf("%d %v", status, answer)
	}
	if status, answer := call("event.bind", `{"event":"onNothing","handler":"`+h.URL+`"}`); status != 400 || answer["error"] != "ERROR_EVENT_NOT_FOUND" {
		t.Errorf("%d %v", status, answer)
	}
	if _, answer := call("event.get", `{}`); dig(t, answer["result"], 0, "event") != "ONCRMLEADADD" {
		t.Errorf("%v", answer)
	}
	call("app.option.set", `{"options":{"theme":"dark"}}`)
	if _, answer := call("app.option.get", `{"option":"theme"}`); answer["result"] != "dark" {
		t.Errorf("%v", answer)
	}
	if _, answer := call("user.option.get", `{}`); fmt.Sprint(answer["result"]) != "[]" {
		t.Errorf("a user's options are not the application's: %v", answer)
	}
	token, err := p.BindOutgoing("ONCRMLEADUPDATE", h.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.ok("crm.lead.add", `{"fields":{"TITLE":"x"}}`)
	if d := cmp.Diff([]string{"ONCRMLEADADD"}, h.events(t, p)); d != "" {
		t.Fatal(d)
	}
	e := h.last()
	if e.Get("data[FIELDS][ID]") != "1" || e.Get("auth[application_token]") != "app-token" || e.Get("auth[access_token]") == "" || e.Get("auth[refresh_token]") != "" {
		t.Errorf("event %v", e)
	}
	p.DeliverTwice(1)
	p.ok("crm.lead.update", `{"id":1,"fields":{"TITLE":"y"}}`)
	if d := cmp.Diff([]string{"ONCRMLEADADD", "ONCRMLEADUPDATE", "ONCRMLEADUPDATE"}, h.events(t, p)); d != "" {
		t.Error(d)
	}
	if e = h.last(); e.Get("auth[application_token]") != token || e.Get("auth[access_token]") != "" {
		t.Errorf("event of an outgoing webhook %v", e)
	}
	if _, answer := call("event.unbind", `{"event":"ONCRMLEADADD"}`); dig(t, answer["result"], "count") != 1.0 {
		t.Errorf("%v", answer)
	}
	p.Disorder(true)
	p.ok("batch", `{"cmd":["crm.lead.update?id=1&fields[TITLE]=z","crm.lead.update?id=1&fields[TITLE]=w"]}`)
	if n := len(h.events(t, p)); n != 5 {
		t.Errorf("%d events", n)
	}
}

func TestBotsOfTheFirstGeneration(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	h := newHandler(t)
	p.refused("imbot.register", `{"CODE":"b"}`, 403, "ACCESS_DENIED")
	p.refused("imbot.register", `{"CLIENT_ID":"c","EVENT_HANDLER":"`+h.URL+`","PROPERTIES":{"NAME":"Р"}}`, 400, "CODE_ERROR")
	bot := p.ok("imbot.register", `{"CLIENT_ID":"c","CODE":"b","TYPE":"O","EVENT_HANDLER":"`+h.URL+`","PROPERTIES":{"NAME":"Робот"}}`)
	chat, err := p.ClientWrites(ClientMessage{User: "42", Name: "Алсу", Text: "привет & пока"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD"}, h.events(t, p)); d != "" {
		t.Fatal(d)
	}
	e := h.last()
	if e.Get("data[PARAMS][MESSAGE]") != "привет & пока" || e.Get("data[PARAMS][CHAT_TYPE]") != "L" || e.Get("data[USER][IS_CONNECTOR]") != "Y" ||
		e.Get(fmt.Sprintf("data[BOT][%v][BOT_CODE]", bot)) != "b" || e.Get("data[PARAMS][DIALOG_ID]") != fmt.Sprintf("chat%d", chat) {
		t.Errorf("event %v", e)
	}
	p.refused("imbot.message.add", `{"CLIENT_ID":"c","MESSAGE":"x"}`, 400, "DIALOG_ID_EMPTY")
	p.refused("imbot.message.add", `{"CLIENT_ID":"other","DIALOG_ID":"chat1","MESSAGE":"x"}`, 400, "BOT_ID_ERROR")
	p.refused("imbot.message.add", `{"CLIENT_ID":"c","DIALOG_ID":"chat1","MESSAGE":"x","KEYBOARD":"no"}`, 400, "KEYBOARD_ERROR")
	p.ok("imbot.message.add", `{"CLIENT_ID":"c","DIALOG_ID":"chat1","MESSAGE":"x","KEYBOARD":"{\"BUTTONS\":[{\"TEXT\":\"да\"}]}"}`)
	p.ok("imbot.unregister", fmt.Sprintf(`{"CLIENT_ID":"c","BOT_ID":%v}`, bot))
	names := h.events(t, p)
	if names[len(names)-1] != "ONIMBOTDELETE" {
		t.Errorf("events %v", names)
	}
}

func TestConnector(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	h := newHandler(t)
	call := asApp(t, p)
	p.refused("imconnector.register", `{}`, 403, "WRONG_AUTH_TYPE")
	if _, answer := call("imconnector.register", `{"ID":"mine"}`); dig(t, answer["result"], "result") != false {
		t.Errorf("a bad registration comes as a success: %v", answer)
	}
	call("imconnector.register", `{"ID":"mine","NAME":"Мой канал","ICON":{"DATA_IMAGE":"data:"}}`)
	if status, answer := call("imconnector.send.messages", `{"CONNECTOR":"mine","LINE":7,"MESSAGES":[{"user":{"id":"u"},"message":{"text":"x"}}]}`); status != 400 || answer["error"] != "NOT_ACTIVE_LINE" {
		t.Errorf("%d %v", status, answer)
	}
	call("imconnector.activate", `{"CONNECTOR":"mine","LINE":7,"ACTIVE":1}`)
	call("event.bind", `{"event":"OnImConnectorMessageAdd","handler":"`+h.URL+`"}`)
	_, answer := call("imconnector.send.messages", `{"CONNECTOR":"mine","LINE":7,"MESSAGES":[{"user":{"id":"u","name":"Алсу"},"message":{"id":"1","text":"x"},"chat":{"id":"c"}}]}`)
	if dig(t, answer["result"], "DATA", "RESULT", 0, "session", "CHAT_ID") != "1" {
		t.Fatalf("%v", answer)
	}
	if err := p.OperatorSays("врач", 1, "ждём вас"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"ONIMCONNECTORMESSAGEADD"}, h.events(t, p)); d != "" {
		t.Fatal(d)
	}
	if e := h.last(); e.Get("data[MESSAGES][0][message][text]") != "[b]Тимур:[/b] [br]ждём вас" || e.Get("data[MESSAGES][0][chat][id]") != "c" {
		t.Errorf("event %v", e)
	}
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	now := testTime()
	p := clinic(t, Options{Clock: func() time.Time { return now }})
	tokens, err := p.Install("local.bot")
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(p.base, "rest/1/secret/")
	info := func(token string) any {
		status, answer := p.send("GET", base+"rest/app.info?auth="+token, "", "")
		if status == 200 {
			return dig(t, answer["result"], "INSTALLED")
		}
		return answer["error"]
	}
	if got := info(tokens.Access); got != true {
		t.Fatalf("app.info: %v", got)
	}
	now = now.Add(61 * time.Minute)
	if got := info(tokens.Access); got != "expired_token" {
		t.Errorf("after an hour: %v", got)
	}
	exchange := query("grant_type", "refresh_token", "client_id", "local.bot", "client_secret", "app-secret", "refresh_token", tokens.Refresh)
	status, answer := p.send("GET", base+"oauth/token/?"+exchange, "", "")
	if status != 200 || info(fmt.Sprint(answer["access_token"])) != true {
		t.Errorf("%d %v", status, answer)
	}
	if status, answer = p.send("POST", base+"oauth/token/", "application/x-www-form-urlencoded", exchange); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("a refresh token works twice: %d %v", status, answer)
	}
	if status, answer = p.send("GET", base+"oauth/token/?grant_type=refresh_token&client_id=local.bot&client_secret=no", "", ""); status != 400 || answer["error"] != "invalid_client" {
		t.Errorf("%d %v", status, answer)
	}
	for _, e := range p.timeline.Events() {
		for _, f := range append(e.Fields, e.Answer...) {
			for _, secret := range p.Secrets() {
				if strings.Contains(f.Value, secret) {
					t.Errorf("%s shows a secret in %s", e.Kind, f.Name)
				}
			}
		}
	}
}

func TestBooking(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	book := func(from, to int) string {
		return fmt.Sprintf(`{"fields":{"resourceIds":[1],"name":"маникюр","datePeriod":{"from":{"timestamp":%d,"timezone":"Europe/Moscow"},"to":{"timestamp":"%d","timezone":"Europe/Moscow"}}}}`, from, to)
	}
	const at = 1789540000
	if dig(t, p.ok("booking.v1.booking.add", book(at, at+3600)), "id") != 1.0 {
		t.Error("id")
	}
	p.refused("booking.v1.booking.add", book(at+1800, at+5400), 400, 1018)
	p.refused("booking.v1.booking.add", book(at, at), 400, 422)
	p.refused("booking.v1.booking.add", `{"fields":{"resourceIds":[1]}}`, 400, 0)
	p.refused("booking.v1.booking.add", `{}`, 400, 100)
	p.ok("booking.v1.booking.add", book(at+3600, at+7200)) // side by side is no overlap
	p.ok("booking.v1.booking.client.set", `{"bookingId":1,"clients":[{"id":1,"type":{"module":"crm","code":"CONTACT"}}]}`)
	list := dig(t, p.ok("booking.v1.booking.list", `{"FILTER":{"client":{"entities":[{"code":"CONTACT","module":"crm","id":1}]}}}`), "booking").([]any)
	if len(list) != 1 {
		t.Errorf("bookings of the client: %v", list)
	}
	list = dig(t, p.ok("booking.v1.booking.list", fmt.Sprintf(`{"filter":{"within":{"dateFrom":%d,"dateTo":%d}}}`, at+3600, at+3700)), "booking").([]any)
	if len(list) != 1 || dig(t, list, 0, "id") != 2.0 {
		t.Errorf("bookings within: %v", list)
	}
	p.ok("booking.v1.booking.delete", `{"id":1}`)
	p.refused("booking.v1.booking.get", `{"id":1}`, 400, 1021)
	p.ok("booking.v1.booking.add", book(at, at+3600))
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	p.refused("calendar.event.add", `{"type":"user"}`, 400, "")
	id := p.ok("calendar.event.add", `{"type":"user","ownerId":2,"name":"приём","from":"2026-09-16T11:00:00","to":"2026-09-16 12:00:00","section":1,"crm_fields":["C_1"]}`)
	got := dig(t, p.ok("calendar.event.getbyid", fmt.Sprintf(`{"id":%v}`, id)), "DATE_FROM")
	if got != "16.09.2026 11:00:00" {
		t.Errorf("DATE_FROM %v", got)
	}
	busy := p.ok("calendar.accessibility.get", `{"users":[2],"from":"2026-09-16","to":"2026-09-17"}`)
	if len(dig(t, busy, "2").([]any)) != 1 {
		t.Errorf("busy %v", busy)
	}
	if n := len(p.ok("calendar.event.get", `{"type":"user","ownerId":2,"from":"2026-09-17","to":"2026-09-18"}`).([]any)); n != 0 {
		t.Errorf("%d events on another day", n)
	}
}
