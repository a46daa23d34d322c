package connectors_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"

	"progon"
	"progon/sim"
	"progon/sim/connectors"
)

var chat = sim.Chat{ID: "chat-1", Persona: "p1", Name: "Алсу", Channel: "сайт"}

// say sends one line and returns what came until the turn was over.
func say(t *testing.T, c sim.Connector, text string) ([]progon.Message, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := c.Send(ctx, chat, progon.Message{ID: "msg-" + text, Kind: progon.MessageText, Text: text})
	if err != nil {
		return nil, err
	}
	var out []progon.Message
	for {
		r, err := c.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if r.Message != nil {
			out = append(out, *r.Message)
		}
		if r.TurnOver {
			return out, nil
		}
	}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// hang waits until the client has gone. The body must be read first, or the server does not
// look after the connection.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func config(body any, a connectors.Answer) connectors.Config {
	return connectors.Config{Request: connectors.Request{URL: "/chat", Body: body}, Answer: a}
}

var plainBody = map[string]any{"text": "{{text}}"}

func TestRequests(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) { return "тайна", name == "KEY" }
	tests := []struct {
		name string
		req  connectors.Request
		want string // method, address, type, body
	}{
		{"json", connectors.Request{URL: "chat", Body: map[string]any{"t": "{{text}}", "n": []any{"{{session}}!", 5, true}}},
			`POST /chat application/json {"n":["chat-1!",5,true],"t":"a \"b\" & c?"}`},
		{"a value without content is left out", connectors.Request{URL: "/", Body: map[string]any{"t": "{{text}}", "p": "{{payload}}", "q": "p={{payload}}"}},
			`POST / application/json {"q":"p=","t":"a \"b\" & c?"}`},
		{"numbers stay numbers", connectors.Request{URL: "/", Body: map[string]any{"a": "{{now_s}}", "b": "{{now_s|text}}", "c": "at {{now_s}}"}},
			`POST / application/json {"a":1789473600,"b":"1789473600","c":"at 1789473600"}`},
		{"get", connectors.Request{Method: "get", URL: "/chat/{{session}}?q={{text}}"}, "GET /chat/chat-1?q=a+%22b%22+%26+c%3F  "},
		{"path is escaped as a path", connectors.Request{Method: "GET", URL: "/say/{{text}}"}, "GET /say/a%20%22b%22%20&%20c%3F  "},
		{"form", connectors.Request{URL: "/", Form: map[string]string{"t": "{{text}}"}}, "POST / application/x-www-form-urlencoded t=a+%22b%22+%26+c%3F"},
		{"raw", connectors.Request{URL: "/", Raw: "<t>{{text}}</t>", Headers: map[string]string{"Content-Type": "text/xml"}}, `POST / text/xml <t>a "b" & c?</t>`},
		{"environment", connectors.Request{URL: "/", Body: "${KEY} {{type}}"}, `POST / application/json "тайна text"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := make(chan string, 1)
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got <- fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.Header.Get("Content-Type"), " ", string(body))
			})
			c, err := connectors.New(connectors.Config{Request: tt.req, Answer: connectors.Answer{Replies: "$"}}, connectors.Options{
				BaseURL: base, Env: env, Clock: func() time.Time { return time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC) },
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			if err := c.Send(t.Context(), chat, progon.Message{ID: "m1", Kind: progon.MessageText, Text: `a "b" & c?`}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, <-got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte("секрет"))
		mac.Write(body)
		user, password, _ := r.BasicAuth()
		fmt.Fprintf(w, `["%s:%s %t"]`, user, password, r.Header.Get("X-Signature") == "sha256="+hex.EncodeToString(mac.Sum(nil)))
	})
	c := config(plainBody, connectors.Answer{Replies: "$"})
	c.Basic = &connectors.Basic{User: "u", Password: "p"}
	c.Sign = &connectors.Sign{Header: "X-Signature", Secret: "секрет", Prefix: "sha256="}
	got, err := say(t, connect(t, c, base), "привет")
	if err != nil || len(got) != 1 || got[0].Text != "u:p true" {
		t.Errorf("answer %+v, %v", got, err)
	}
}

func TestConversationIsCarriedOn(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/open" {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: "c1"})
			fmt.Fprint(w, `{"id":"conv-9","greeting":"Здравствуйте"}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		cookie, err := r.Cookie("who")
		fmt.Fprintf(w, `{"id":"conv-10","text":%q}`, fmt.Sprint(string(body), " ", cookie.Value, " ", err))
	})
	c := config(map[string]any{"c": "{{conversation}}"}, connectors.Answer{Replies: "$['text','greeting']", Carry: map[string]string{"conversation": "$.id"}})
	c.Start = &connectors.Request{URL: "/open", Body: map[string]any{}}
	conn := connect(t, c, base)
	for i, want := range []string{"Здравствуйте|{\"c\":\"conv-9\"} c1 <nil>", "{\"c\":\"conv-10\"} c1 <nil>"} {
		got, err := say(t, conn, "x")
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range got {
			texts = append(texts, m.Text)
		}
		if diff := cmp.Diff(want, strings.Join(texts, "|")); diff != "" {
			t.Errorf("turn %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestPoll(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprintf(w, `["напоминание для %s"]`, r.URL.Query().Get("session"))
		}
	})
	c := config(plainBody, connectors.Answer{Replies: "$"})
	c.Poll = "/outbox?session={{session}}"
	tl := progon.NewTimeline(sim.NewClock(time.Now()))
	s := sim.New(sim.Options{Connector: connect(t, c, base), Recorder: tl})
	t.Cleanup(s.Close)
	session := s.Open("p1", "Алсу", "сайт")
	got, err := s.Listen(t.Context(), session, 30*time.Millisecond)
	if err != nil || len(got) != 1 || got[0].Text != "напоминание для "+session.ID() {
		t.Errorf("heard %+v, %v", got, err)
	}
}

func TestFailuresSayWhatCame(t *testing.T) {
	t.Parallel()
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name   string
		handle http.HandlerFunc
		want   []string
		status int
	}{
		{"500", answer(500, "text/plain", "TypeError: x of Гульнара 8 917 000-00-00"), []string{"бот ответил 500", "ожидался успешный ответ 200", "TypeError: x of *** * *** ***-**-**"}, 500},
		{"404", answer(404, "text/plain", "нет"), []string{"проверьте connector.url и method"}, 404},
		{"401", answer(401, "text/plain", ""), []string{"проверьте ключ в connector.headers"}, 401},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, []string{"302", "пересылает на другой адрес"}, 302},
		{"a page", answer(200, "text/html", "<!doctype html><title>Вход</title>"), []string{"не JSON", "text/html", "<!doctype html>"}, 200},
		{"cut JSON", answer(200, "application/json", `{"replies":[{"te`), []string{"не JSON", "начало ответа"}, 200},
		{"what the client said is not shown", answer(500, "text/plain", "echo: зовут меня гульнара"), []string{"echo: *** *** ***»"}, 500},
		{"error with status 200", answer(200, "application/json", `{"error":"no credits, Алсу"}`), []string{"бот ответил ошибкой", "no credits, ***"}, 200},
		{"n8n that does not answer", answer(200, "application/json", `{"message":"Workflow was started"}`), []string{"n8n", "Respond"}, 200},
		{"too many messages", answer(200, "application/json", `{"replies":[`+strings.Repeat(`"а",`, 100)+`"б"]}`), []string{"101 сообщений в одном ответе"}, 200},
		{"too deep", answer(200, "application/json", strings.Repeat("[", 100000)), []string{"вложен глубже"}, 200},
		{"too long", func(w http.ResponseWriter, r *http.Request) {
			chunk := strings.Repeat("x", 1<<16)
			for { // a gigabyte, if it were read
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}, []string{"длиннее 4 МБ"}, 200},
		{"cut connection", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"replies"`)
		}, []string{"оборвался после 10 байт"}, 200},
		{"no answer at all", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, []string{"бот недоступен", "проверьте, запущен ли он"}, 0},
		{"slow", func(_ http.ResponseWriter, r *http.Request) { hang(r) }, []string{"не ответил вовремя", "connector.timeout"}, 0},
		{"slow bytes", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			hang(r)
		}, []string{"начал отвечать, но не закончил вовремя", "пришло 1 байт"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config(plainBody, connectors.Answer{Replies: "$.replies", Error: "$.error"})
			c.Timeout = "2s"
			if strings.HasPrefix(tt.name, "slow") {
				c.Timeout = "100ms"
			}
			_, err := say(t, connect(t, c, serve(t, tt.handle)), "меня зовут гульнара")
			var f *sim.Failure
			if !errors.As(err, &f) {
				t.Fatalf("error = %v, want a failure of the bot", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(f.Text, want) {
					t.Errorf("error %q lacks %q", f.Text, want)
				}
			}
			if strings.Contains(f.Text, "гульнара") || strings.Contains(f.Text, "Гульнара") || f.Status != tt.status {
				t.Errorf("status %d, want %d; error %q", f.Status, tt.status, f.Text)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	good := func(change func(*connectors.Config)) connectors.Config {
		c := config(plainBody, connectors.Answer{Replies: "$.replies"})
		change(&c)
		return c
	}
	tests := []struct {
		name string
		c    connectors.Config
		want string // empty: no mistake
	}{
		{"nothing said at all", connectors.Config{}, ""},
		{"good", good(func(*connectors.Config) {}), ""},
		{"path for url", connectors.Config{Path: "/chat", Request: connectors.Request{Body: plainBody}, Answer: connectors.Answer{Replies: "$"}}, ""},
		{"path and url", good(func(c *connectors.Config) { c.Path = "/x" }), "path и url — одно и то же"},
		{"unknown kind", good(func(c *connectors.Config) { c.Kind = "smtp" }), "неизвестный вид «smtp»; известны: http, webhook"},
		{"unknown preset", connectors.Config{Preset: "siri"}, "неизвестная заготовка «siri»; известны: progon, n8n"},
		{"no body", connectors.Config{Answer: connectors.Answer{Replies: "$"}}, "connector.body"},
		{"no replies", connectors.Config{Request: connectors.Request{Body: plainBody}}, "connector.replies"},
		{"body and form", good(func(c *connectors.Config) { c.Form = map[string]string{"a": "b"} }), "нужно что-то одно"},
		{"wrong path", good(func(c *connectors.Config) { c.Replies = "$[" }), "connector.replies: неверный JSONPath «$[»"},
		{"wrong carry", good(func(c *connectors.Config) { c.Carry = map[string]string{"a": "$[?"} }), "connector.carry.a"},
		{"unknown value", good(func(c *connectors.Config) { c.Body = "{{txet}}" }), "значения {{txet}} нет; есть: text"},
		{"carried value", good(func(c *connectors.Config) { c.Body = "{{conv}}"; c.Carry = map[string]string{"conv": "$.id"} }), ""},
		{"wrong timeout", good(func(c *connectors.Config) { c.Timeout = "долго" }), "connector.timeout"},
		{"wrong method", good(func(c *connectors.Config) { c.Method = "P OST" }), "connector.method"},
		{"wrong format", good(func(c *connectors.Config) { c.Format = "xml" }), "connector.format"},
		{"signature without a secret", good(func(c *connectors.Config) { c.Sign = &connectors.Sign{Header: "X"} }), "connector.sign: нужны header"},
		{"callback of another kind", good(func(c *connectors.Config) { c.Callback = &connectors.Callback{} }), "connector.callback: этот раздел нужен при kind: webhook"},
		{"wrong callback address", good(func(c *connectors.Config) { c.Kind = "webhook"; c.Callback = &connectors.Callback{Listen: "9000"} }), "connector.callback.listen"},
		{"wrong callback path", good(func(c *connectors.Config) { c.Kind = "webhook"; c.Callback = &connectors.Callback{Session: "$["} }), "connector.callback.session"},
		{"wrong mode of a stream", good(func(c *connectors.Config) {
			c.Kind = "sse"
			c.Stream = &connectors.Stream{Delta: "$.d", Mode: "mix"}
		}), "connector.stream.mode"},
		{"wrong wait of a socket", good(func(c *connectors.Config) { c.Kind = "websocket"; c.Socket = &connectors.Socket{Await: "$["} }), "connector.socket.await"},
		{"a socket that says nothing", connectors.Config{Kind: "websocket", Answer: connectors.Answer{Replies: "$"}}, "connector.body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.c.Check()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Check = %v, want «…%s…»", err, tt.want)
			}
		})
	}
	for _, p := range connectors.Presets() {
		if err := (connectors.Config{Preset: p.Name}).Check(); err != nil {
			t.Errorf("preset %s: %v", p.Name, err)
		}
	}
}

func TestMissingVariable(t *testing.T) {
	t.Parallel()
	c := config(plainBody, connectors.Answer{Replies: "$"})
	c.Headers = map[string]string{"Authorization": "Bearer ${BOT_KEY}"}
	_, err := connectors.New(c, connectors.Options{Env: func(string) (string, bool) { return "", false }})
	if err == nil || !strings.Contains(err.Error(), "connector.headers.Authorization: переменная окружения BOT_KEY не задана") {
		t.Errorf("error = %v", err)
	}
}

func TestClientDoor(t *testing.T) {
	t.Parallel()
	door := httpmock.NewMockTransport()
	door.RegisterResponder(http.MethodPost, "http://bot.example/chat", httpmock.NewStringResponder(200, `{"replies":["из памяти"]}`))
	c, err := connectors.New(config(plainBody, connectors.Answer{Replies: "$.replies"}), connectors.Options{
		BaseURL: "http://bot.example", Client: &http.Client{Transport: door},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if got, err := say(t, c, "x"); err != nil || len(got) != 1 || got[0].Text != "из памяти" {
		t.Errorf("answer %+v, %v", got, err)
	}
}

func ExampleNew() {
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `[{"recipient_id": "s1", "text": "Здравствуйте!", "buttons": [{"title": "Записаться", "payload": "/book"}]}]`)
	}))
	defer bot.Close()
	c, err := connectors.New(connectors.Config{Preset: "rasa"}, connectors.Options{BaseURL: bot.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = c.Close() }()
	if err := c.Send(context.Background(), sim.Chat{ID: "s1"}, progon.Message{Kind: progon.MessageText, Text: "привет"}); err != nil {
		fmt.Println(err)
		return
	}
	reply, err := c.Receive(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reply.Message.Text, reply.Message.ButtonTitles())
	// Output: Здравствуйте! [Записаться]
}

func BenchmarkTurn(b *testing.B) {
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"replies":[{"text":"Здравствуйте!","buttons":[{"title":"Записаться","payload":"book"}]}]}`)
	}))
	defer bot.Close()
	c, err := connectors.New(connectors.Config{}, connectors.Options{BaseURL: bot.URL})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	s := sim.New(sim.Options{Connector: c, Recorder: progon.NewTimeline(sim.NewClock(time.Now()))})
	defer s.Close()
	session := s.Open("p1", "Алсу", "сайт")
	for b.Loop() {
		if _, err := s.Say(b.Context(), session, progon.Message{Kind: progon.MessageText, Text: "привет"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
}
