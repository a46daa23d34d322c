package bitrix24

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"progon"
)

// oddities are values that no method expects somewhere.
func oddities() []string {
	return []string{`null`, `""`, `"x"`, `-1`, `0`, `1`, `1e300`, `true`, `[]`, `{}`, `[null]`, `["x"]`, `[[1]]`, `{"0":{"ID":1}}`,
		`{"ID":"1","VALUE":"","VALUE_TYPE":""}`, `[{"ID":1,"VALUE":"7","VALUE_TYPE":""}]`, `"2026-13-45T99:99:99"`, `"D_"`,
		`[{"user":{"id":1},"message":1,"chat":[]}]`, `{"from":{"timestamp":5},"to":{"timestamp":9}}`}
}

// parameters are names that methods look for.
func parameters() []string {
	return strings.Fields(`id ID fields filter FILTER order select start entityTypeId ownerTypeId ownerId deadline taskId type values
		items cmd USER_ID DIALOG_ID CHAT_ID MESSAGE MESSAGE_ID TRANSFER_ID QUEUE_ID BOT_ID CLIENT_ID botId botToken dialogId PROPERTIES FIELDS
		KEYBOARD CODE EVENT_HANDLER CONNECTOR LINE MESSAGES ICON NAME resourceId slots bookingId clients externalData from to users section
		crm_fields event handler name USER_CODE SESSION_ID CRM_ENTITY CRM_ENTITY_TYPE offset limit params layout messageId sort`)
}

// TestNoMethodFallsOverOddParameters calls every method with every oddity under every
// name: the answer must be an envelope of the portal, never a panic or broken JSON, and
// never a fault of the portal's own.
func TestNoMethodFallsOverOddParameters(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	tokens, err := p.Install("local.bot")
	if err != nil {
		t.Fatal(err)
	}
	p.state.access[tokens.Access].scopes = nil
	p.SetRecorder(nil)
	if _, err := p.ClientWrites(ClientMessage{User: "1", Text: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []string{"lead", "deal", "company"} {
		if _, err := p.Put("Прогон", e, map[string]any{"TITLE": "x", "CONTACT_ID": 1, "PHONE": "+79000000101"}); err != nil {
			t.Fatal(err)
		}
	}
	before := p.Snapshot()
	for n, m := range p.table() {
		p.Restore(before)
		for i, odd := range oddities() {
			var all []string
			for j, name := range parameters() {
				value := odd
				if (i+j)%3 == 0 { // a mixture lets calls come further in
					value = "1"
				}
				all = append(all, fmt.Sprintf("%q:%s", name, value))
			}
			for j, body := range []string{
				"{" + strings.Join(all, ",") + "}",
				`{"id":1,"ID":1,"entityTypeId":2,"taskId":1,"CHAT_ID":1,"type":"PHONE","fields":` + odd + `,"filter":` + odd + `,"order":` + odd + `,"select":` + odd + `,"values":` + odd + `,"items":` + odd + `}`,
				`{"id":1,"entityTypeId":1,"CLIENT_ID":"c","botToken":"b","fields":{"PHONE":` + odd + `,"TITLE":` + odd + `,"fm":` + odd + `,"LIST":` + odd + `,"UF_CRM_TASK":` + odd + `,"BINDINGS":` + odd + `,"UF_CRM_REASON":` + odd + `,"CONTACT_IDS":` + odd + `,"contactIds":` + odd + `}}`,
			} {
				if (n+i+j)%2 == 1 { // half of them is enough, and the neighbours have the other half
					continue
				}
				if !oddCall(t, p, m.name, tokens.Access, body) {
					return
				}
			}
		}
	}
}

func oddCall(t *testing.T, p *portalUnderTest, method, token, body string) (fine bool) {
	t.Helper()
	defer func() {
		if what := recover(); what != nil {
			t.Errorf("%s falls over %s: %v", method, body, what)
			fine = false
		}
	}()
	r := httptest.NewRequest(http.MethodPost, "/rest/"+method+"?auth="+token, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if !json.Valid(w.Body.Bytes()) || w.Code >= http.StatusInternalServerError {
		t.Errorf("%s %s: %d %s", method, body, w.Code, w.Body)
	}
	return true
}

// TestEffectsFoldIntoTheCardsOfThePortal checks that the timeline alone tells what the
// portal holds.
func TestEffectsFoldIntoTheCardsOfThePortal(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	p.ok("crm.lead.add", `{"fields":{"TITLE":"а","PHONE":[{"VALUE":"+79000000101"},{"VALUE":"+79000000102"}]}}`)
	p.ok("crm.item.update", `{"entityTypeId":1,"id":1,"fields":{"title":"б","ufCrmConsent":"Y"}}`)
	p.ok("batch", `{"cmd":{"a":"crm.lead.update?id=1&fields[PHONE][0][ID]=2&fields[PHONE][0][DELETE]=Y","b":"crm.lead.contact.add?id=1&fields[CONTACT_ID]=1"}}`)
	p.ok("crm.deal.add", `{"fields":{"TITLE":"в"}}`)
	p.ok("crm.deal.delete", `{"id":1}`)
	t1 := p.state.tables["lead"]
	r, _ := t1.rows.get(1)
	for _, card := range p.timeline.Events().Cards() {
		switch card.Ref() {
		case "lead:1":
			want := t1.effect(progon.Read, r)
			if fmt.Sprint(card.Fields) != fmt.Sprint(want.Fields) || fmt.Sprint(card.Links) != fmt.Sprint(want.Links) {
				t.Errorf("the timeline says\n%v %v\nthe portal holds\n%v %v", card.Fields, card.Links, want.Fields, want.Links)
			}
		case "deal:1":
			if !card.Deleted {
				t.Error("a deleted deal lives on in the timeline")
			}
		}
	}
}
