package bitrix24_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/jarcoal/httpmock"

	"progon"
	"progon/fakes/bitrix24"
	"progon/fakes/faults"
)

// The door of tests: a portal behind httptest.
func Example() {
	portal, err := bitrix24.New(bitrix24.Options{Token: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	door := httptest.NewServer(portal)
	defer door.Close()

	resp, err := http.Post(portal.WebhookURL(door.URL)+"crm.lead.add", "application/json",
		strings.NewReader(`{"fields":{"TITLE":"Заявка из чата"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(strings.HasPrefix(string(body), `{"result":1,"time":{`))
	// Output: true
}

// The door of unit tests: no port at all.
func ExampleServer_Mount() {
	portal, err := bitrix24.New(bitrix24.Options{Token: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	transport := httpmock.NewMockTransport()
	webhook, err := portal.Mount(transport, "https://portal.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	bot := &http.Client{Transport: transport}
	resp, err := bot.Get(webhook + "user.admin")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	fmt.Println(webhook, resp.StatusCode)
	// Output: https://portal.example/rest/1/secret/ 200
}

// The door of other programs: a port. What the bot did is in the timeline.
func ExampleServer() {
	timeline := progon.NewTimeline(clock{})
	portal, err := bitrix24.New(bitrix24.Options{Token: "secret", Recorder: timeline})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &http.Server{Addr: "127.0.0.1:0", Handler: portal, ReadHeaderTimeout: time.Second}
	defer func() { _ = server.Close() }()

	call := httptest.NewRequest(http.MethodGet, "/rest/1/secret/crm.contact.add?fields[NAME]=Алсу", nil)
	server.Handler.ServeHTTP(httptest.NewRecorder(), call)
	for _, card := range timeline.Events().Cards() {
		name, _ := card.Get("NAME")
		fmt.Println(card.Ref(), name)
	}
	// Output: contact:1 Алсу
}

// A fault: the portal is overloaded for two calls.
func ExampleServer_Fail() {
	portal, err := bitrix24.New(bitrix24.Options{Token: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rule, err := faults.Parse("503 QUERY_LIMIT_EXCEEDED", "2 раза")
	if err != nil {
		fmt.Println(err)
		return
	}
	portal.Fail(rule)
	for range 3 {
		w := httptest.NewRecorder()
		portal.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/rest/1/secret/server.time", nil))
		fmt.Println(w.Code)
	}
	// Output:
	// 503
	// 503
	// 200
}

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC) }
