package connectors_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"progon"
	"progon/sim"
	"progon/sim/connectors"
)

func TestStreams(t *testing.T) {
	t.Parallel()
	delta := &connectors.Stream{Delta: "$.d", Done: "[DONE]"}
	tests := []struct {
		name   string
		kind   string
		stream *connectors.Stream
		answer connectors.Answer
		writes []string // each flushed by itself
		want   string
		err    string
	}{
		{"pieces", "sse", delta, connectors.Answer{}, []string{"data: {\"d\":\"При\"}\n\n", ": keep-alive\n\n", "data: {\"d\":\"вет\"}\n\ndata: [DONE]\n\n"}, "Привет", ""},
		{"a letter torn between writes", "sse", delta, connectors.Answer{}, []string{"data: {\"d\":\"\xd0", "\x9f\"}\n\ndata: [DONE]\n\n"}, "П", ""},
		{"other line ends and a byte order mark", "sse", delta, connectors.Answer{}, []string{"\xef\xbb\xbfdata: {\"d\":\"а\"}\r\n\r\ndata: [DONE]\r\n\r\n"}, "а", ""},
		{"data over several lines", "sse", delta, connectors.Answer{}, []string{"data: {\"d\":\ndata: \"а\"}\n\ndata: [DONE]\n\n"}, "а", ""},
		{"the whole text each time", "ndjson", &connectors.Stream{Delta: "$.d", Mode: "replace"}, connectors.Answer{}, []string{"{\"d\":\"При\"}\n{\"d\":\"Привет\"}\n"}, "Привет", ""},
		{"named events", "sse", &connectors.Stream{Delta: "$.d", Event: "say"}, connectors.Answer{}, []string{"event: log\ndata: {\"d\":\"нет\"}\n\nevent: say\ndata: {\"d\":\"а\"}\n\n"}, "а", ""},
		{"several messages", "ndjson", &connectors.Stream{Delta: "$.content", Split: map[string]string{"$.type": "end"}}, connectors.Answer{When: map[string]string{"$.type": "item"}},
			[]string{`{"type":"begin"}` + "\n" + `{"type":"item","content":"а"}` + "\n" + `{"type":"end"}` + "\n" + `{"type":"item","content":"б"}` + "\n" + `{"type":"end"}` + "\n"}, "а|б", ""},
		{"the last line without an end", "ndjson", nil, connectors.Answer{Replies: "$"}, []string{`{"text":"а"}` + "\n" + `{"text":"б"}`}, "а|б", ""},
		{"nothing at all", "sse", &connectors.Stream{Delta: "$.d"}, connectors.Answer{}, nil, "", ""},
		{"cut before the end mark", "sse", delta, connectors.Answer{}, []string{"data: {\"d\":\"Пол\"}\n\n"}, "Пол", "без завершающего знака «[DONE]»"},
		{"cut within an event", "sse", &connectors.Stream{Delta: "$.d"}, connectors.Answer{}, []string{"data: {\"d\":\"Пол\"}\n\ndata: {\"d\":\"ови"}, "Пол", "оборвался"},
		{"an error inside", "sse", delta, connectors.Answer{Error: "$.error.message"}, []string{"data: {\"error\":{\"message\":\"quota\"}}\n\n"}, "", "quota"},
		{"not JSON", "sse", delta, connectors.Answer{}, []string{"data: oops\n\n"}, "", "не JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if tt.kind == "sse" {
					w.Header().Set("Content-Type", "text/event-stream")
				}
				for _, part := range tt.writes {
					_, _ = io.WriteString(w, part)
					_ = http.NewResponseController(w).Flush()
				}
			})
			c := connect(t, connectors.Config{Kind: tt.kind, Request: connectors.Request{URL: "/", Body: plainBody}, Answer: tt.answer, Stream: tt.stream}, base)
			got, err := turn(t, c)
			if got != tt.want {
				t.Errorf("heard %q, want %q", got, tt.want)
			}
			if (tt.err == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error = %v, want «…%s…»", err, tt.err)
			}
		})
	}
}

// turn says one line through a simulator.
func turn(t *testing.T, c sim.Connector) (string, error) {
	t.Helper()
	s := sim.New(sim.Options{Connector: c, Recorder: progon.NewTimeline(sim.NewClock(time.Now())), TurnTimeout: 3 * time.Second, Quiet: 100 * time.Millisecond})
	defer s.Close()
	got, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), progon.Message{Kind: progon.MessageText, Text: "привет"})
	var texts []string
	for _, m := range got {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, "|"), err
}

func TestEndlessStreamEnds(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sse", "ndjson"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if kind == "sse" {
					w.Header().Set("Content-Type", "text/event-stream")
				}
				for {
					piece := `{"d":"` + strings.Repeat("а", 1000) + `"}` + "\n"
					if kind == "sse" {
						piece = "data: " + piece + "\n"
					}
					if _, err := io.WriteString(w, piece); err != nil {
						return
					}
				}
			})
			c := connect(t, connectors.Config{Kind: kind, Request: connectors.Request{URL: "/", Body: plainBody}, Stream: &connectors.Stream{Delta: "$.d"}}, base)
			_, err := turn(t, c)
			var f *sim.Failure
			if !errors.As(err, &f) || !strings.Contains(f.Text, "длиннее 4 МБ") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// hook is a bot that answers by requests of its own: with what the test says, sent to where
// the test says.
func hook(t *testing.T, c connectors.Config, answer func(back, session string) (address, contentType, body string)) sim.Connector {
	t.Helper()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		in := read(r)
		w.WriteHeader(http.StatusNoContent)
		go func() {
			address, contentType, body := answer(in.Back, in.Session)
			res, err := http.Post(address, contentType, strings.NewReader(body))
			if err == nil {
				_ = res.Body.Close()
			}
		}()
	})
	c.Kind, c.Request = "webhook", connectors.Request{URL: "/", Body: with(asked, "back", "{{callback}}")}
	return connect(t, c, base)
}

func TestWebhookFindsTheConversation(t *testing.T) {
	t.Parallel()
	bySession := &connectors.Callback{Session: "$.chat.id"}
	root := func(back string) string { return back[:strings.LastIndex(back, "/callback/")] }
	tests := []struct {
		name   string
		cb     *connectors.Callback
		answer func(back, session string) (string, string, string)
		want   string
		err    string
	}{
		{"by the address", nil, func(back, _ string) (string, string, string) { return back, "application/json", `{"text":"а"}` }, "а", ""},
		{"by a field", bySession, func(back, s string) (string, string, string) {
			return root(back) + "/any", "application/json", fmt.Sprintf(`{"chat":{"id":%q},"text":"а"}`, s)
		}, "а", ""},
		{"several at once", bySession, func(back, s string) (string, string, string) {
			return root(back), "application/json", fmt.Sprintf(`[{"chat":{"id":%q},"text":"а"},{"chat":{"id":"чужой"},"text":"нет"},{"chat":{"id":%q},"text":"б"}]`, s, s)
		}, "а|б", ""},
		{"the only conversation", nil, func(back, _ string) (string, string, string) { return root(back), "", `{"text":"а"}` }, "а", ""},
		{"a form", nil, func(back, _ string) (string, string, string) {
			return back, "application/x-www-form-urlencoded", "text=%D0%B0"
		}, "а", ""},
		{"an empty call", nil, func(back, _ string) (string, string, string) { return back, "application/json", "" }, "", ""},
		{"not JSON", nil, func(back, _ string) (string, string, string) { return back, "application/json", "oops" }, "", "бот прислал Прогону не то"},
		{"too long", nil, func(back, _ string) (string, string, string) {
			return back, "application/json", strings.Repeat("x", 5<<20)
		}, "", "длиннее 4 МБ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := hook(t, connectors.Config{Answer: connectors.Answer{Replies: "$"}, Callback: tt.cb}, tt.answer)
			patience := 20 * time.Second
			if tt.want == "" && tt.err == "" {
				patience = 300 * time.Millisecond // nothing will come
			}
			s := sim.New(sim.Options{Connector: c, Recorder: progon.NewTimeline(sim.NewClock(time.Now())), TurnTimeout: patience, Quiet: 100 * time.Millisecond})
			defer s.Close()
			got, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), progon.Message{Kind: progon.MessageText, Text: "привет"})
			var texts []string
			for _, m := range got {
				texts = append(texts, m.Text)
			}
			if diff := cmp.Diff(tt.want, strings.Join(texts, "|")); diff != "" {
				t.Errorf("heard (-want +got):\n%s", diff)
			}
			if (tt.err == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error = %v, want «…%s…»", err, tt.err)
			}
		})
	}
}

func TestWebhookPortIsTaken(t *testing.T) {
	t.Parallel()
	busy := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(busy.Close)
	_, err := connectors.New(connectors.Config{
		Kind: "webhook", Request: connectors.Request{Body: plainBody}, Answer: connectors.Answer{Replies: "$"},
		Callback: &connectors.Callback{Listen: strings.TrimPrefix(busy.URL, "http://")},
	}, connectors.Options{BaseURL: busy.URL})
	if err == nil || !strings.Contains(err.Error(), "bot.lanes: 1") {
		t.Errorf("error = %v", err)
	}
}

func TestHostileSockets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		play func(t *testing.T, conn *websocket.Conn, r *http.Request)
		want string // of the error; empty: the bot is only silent
	}{
		{"thousands of messages", func(_ *testing.T, conn *websocket.Conn, r *http.Request) {
			for i := 0; conn.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, `{"text":"%d"}`, i)) == nil; i++ {
			}
		}, "больше 300 сообщений подряд"},
		{"a huge frame", func(_ *testing.T, conn *websocket.Conn, r *http.Request) {
			_ = conn.Write(r.Context(), websocket.MessageText, []byte(`{"text":"`+strings.Repeat("x", 6<<20)+`"}`))
			_, _, _ = conn.Read(r.Context())
		}, "длиннее 4 МБ"},
		{"garbage", func(_ *testing.T, conn *websocket.Conn, r *http.Request) {
			_ = conn.Write(r.Context(), websocket.MessageText, []byte("{{{{"))
			_, _, _ = conn.Read(r.Context())
		}, "бот прислал непонятное сообщение"},
		{"falls each time", func(_ *testing.T, conn *websocket.Conn, r *http.Request) { _ = conn.CloseNow() }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				conn, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				defer func() { _ = conn.CloseNow() }()
				if _, _, err := conn.Read(r.Context()); err == nil {
					tt.play(t, conn, r)
				}
			})
			c := connect(t, connectors.Config{Kind: "websocket", Request: connectors.Request{URL: "/", Body: plainBody}, Answer: connectors.Answer{Replies: "$"}}, base)
			_, err := turn(t, c)
			if (tt.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error = %v, want «…%s…»", err, tt.want)
			}
		})
	}
}

func TestSocketRefused(t *testing.T) {
	t.Parallel()
	page := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	for _, tt := range []struct{ name, kind, base, want string }{
		{"a page", "websocket", page, "бот ответил 200 (OK) вместо перехода на WebSocket"},
		{"nobody", "websocket", "http://127.0.0.1:1", "бот недоступен"},
		{"a page for Socket.IO", "socketio", page, "вместо перехода на WebSocket"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, connectors.Config{Kind: tt.kind, Request: connectors.Request{Body: plainBody}, Answer: connectors.Answer{Replies: "$"}}, tt.base)
			if _, err := turn(t, c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want «…%s…»", err, tt.want)
			}
		})
	}
}

// A push channel does not tell the end of a turn, and a quick bot must not cost for that.
func BenchmarkPushScenario(b *testing.B) {
	var c sim.Connector
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := read(r)
		w.WriteHeader(http.StatusAccepted)
		go func() {
			res, err := http.Post(in.Back, "application/json", strings.NewReader(`{"text":"а"}`))
			if err == nil {
				_ = res.Body.Close()
			}
		}()
	}))
	defer bot.Close()
	c, err := connectors.New(connectors.Config{
		Kind: "webhook", Request: connectors.Request{URL: "/", Body: with(asked, "back", "{{callback}}")}, Answer: connectors.Answer{Replies: "$"},
	}, connectors.Options{BaseURL: bot.URL})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for b.Loop() {
		s := sim.New(sim.Options{Connector: c, Recorder: progon.NewTimeline(sim.NewClock(time.Now()))})
		session := s.Open("p1", "Алсу", "сайт")
		for range 6 {
			if got, err := s.Say(b.Context(), session, progon.Message{Kind: progon.MessageText, Text: "привет"}); err != nil || len(got) != 1 {
				b.Fatalf("%d messages, %v", len(got), err)
			}
		}
		s.Close()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(6*b.N), "ms/turn")
}
