package connectors_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	sse "github.com/tmaxmax/go-sse"

	"progon/sim"
	"progon/sim/connectors"
	"progon/sim/connectors/conformance"
)

// house serves a handler at one address, which survives a restart.
type house struct {
	t       *testing.T
	handler func() http.Handler
	address string

	mu     sync.Mutex
	server *http.Server
	quit   chan struct{} // closed when the present server ends
}

func open(t *testing.T, handler func() http.Handler) *house {
	t.Helper()
	h := &house{t: t, handler: handler, address: "127.0.0.1:0"}
	h.start()
	t.Cleanup(h.stop)
	return h
}

func (h *house) start() {
	l, err := net.Listen("tcp", h.address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.address = l.Addr().String()
	server := &http.Server{Handler: h.handler(), ReadHeaderTimeout: time.Second}
	h.server, h.quit = server, make(chan struct{})
	go func() { _ = server.Serve(l) }()
}

func (h *house) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.quit)
	_ = h.server.Close()
	h.quit = make(chan struct{})
}

// ended is closed when the server that runs now is stopped.
func (h *house) ended() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.quit
}

// restart takes as long as the quickest of real bots, so that clients see their connections
// end.
func (h *house) restart() { h.stop(); pause(30 * time.Millisecond); h.start() }

func (h *house) url() string { return "http://" + h.address }

// wire is the shape in which the bots of this test speak.
type wire struct {
	Session string `json:"session,omitempty"`
	ID      string `json:"id,omitempty"`
	Type    string `json:"type,omitempty"`
	Text    string `json:"text"`
	Payload string `json:"payload,omitempty"`
	Name    string `json:"name,omitempty"`
	Back    string `json:"back,omitempty"`
	Buttons []btn  `json:"buttons,omitempty"`
}

type btn struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

func (w wire) line() conformance.Line {
	return conformance.Line{Session: w.Session, ID: w.ID, Type: w.Type, Text: w.Text, Payload: w.Payload, Name: w.Name}
}

func said(session string, s conformance.Say) wire {
	w := wire{Session: session, Text: s.Text}
	for _, b := range s.Buttons {
		w.Buttons = append(w.Buttons, btn{b.Title, b.Payload})
	}
	return w
}

// pause is the bot thinking.
func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// brokenText is not what any protocol here allows, and repeats the client's words.
const brokenText = `<html>Ошибка: клиент написал «сломай протокол»`

var asked = map[string]any{
	"session": "{{session}}", "id": "{{message_id}}", "type": "{{type}}", "text": "{{text}}", "payload": "{{payload}}", "name": "{{name}}",
}

func with(m map[string]any, pairs ...string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func connect(t *testing.T, c connectors.Config, base string) sim.Connector {
	t.Helper()
	conn, err := connectors.New(c, connectors.Options{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func read(r *http.Request) wire {
	var w wire
	_ = json.NewDecoder(r.Body).Decode(&w) // a broken request shows as an empty line
	return w
}

func TestHTTPConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		h := open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				in := read(r)
				replies := []wire{}
				for _, s := range bot.Hear(in.line()) {
					if s.Broken {
						_, _ = w.Write([]byte(brokenText))
						return
					}
					pause(s.After)
					replies = append(replies, said(in.Session, s))
				}
				_ = json.NewEncoder(w).Encode(map[string]any{"replies": replies})
			})
		})
		c := connectors.Config{Request: connectors.Request{URL: "/chat", Body: asked}, Answer: connectors.Answer{Replies: "$.replies"}}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}

func TestWebhookConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		h := open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				in := read(r)
				says := bot.Hear(in.line())
				w.WriteHeader(http.StatusAccepted)
				go func() { // as such bots do: acknowledge first, answer later
					for _, s := range says {
						pause(s.After)
						text, _ := json.Marshal(said(in.Session, s))
						if s.Broken {
							text = []byte(brokenText)
						}
						res, err := http.Post(in.Back, "application/json", strings.NewReader(string(text)))
						if err == nil {
							_ = res.Body.Close()
						}
					}
				}()
			})
		})
		c := connectors.Config{
			Kind:    "webhook",
			Request: connectors.Request{URL: "/hook", Body: with(asked, "back", "{{callback}}")},
			Answer:  connectors.Answer{Replies: "$"},
		}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}

func TestWebSocketConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		var h *house
		h = open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				conn.SetReadLimit(1 << 22)
				ctx := contextUntil(r.Context(), h.ended())
				for {
					_, frame, err := conn.Read(ctx)
					if err != nil {
						_ = conn.CloseNow()
						return
					}
					var in wire
					_ = json.Unmarshal(frame, &in)
					in.Session = r.URL.Query().Get("session")
					_ = conn.Write(ctx, websocket.MessageText, []byte(`{"type":"typing"}`))
					for _, s := range bot.Hear(in.line()) {
						pause(s.After)
						out := said(in.Session, s)
						out.Type = "message"
						text, _ := json.Marshal(out)
						if s.Broken {
							text = []byte(brokenText)
						}
						_ = conn.Write(ctx, websocket.MessageText, text)
					}
					_ = conn.Write(ctx, websocket.MessageText, []byte(`{"type":"idle"}`))
				}
			})
		})
		c := connectors.Config{
			Kind:    "websocket",
			Request: connectors.Request{URL: "/ws?session={{session}}", Body: asked},
			Answer:  connectors.Answer{Replies: "$", When: map[string]string{"$.type": "message"}, Over: "$[?(@=='idle')]"},
		}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}

func TestSocketIOConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		var h *house
		h = open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ioServer(w, r, h, bot) })
		})
		c := connectors.Config{
			Kind:    "socketio",
			Request: connectors.Request{Body: asked},
			Answer:  connectors.Answer{Replies: "$"},
			Socket:  &connectors.Socket{Event: "user_uttered", Events: []string{"bot_uttered"}},
		}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}

// ioServer speaks as much of Socket.IO as a widget's server does.
func ioServer(w http.ResponseWriter, r *http.Request, h *house, bot *conformance.Bot) {
	if r.URL.Query().Get("EIO") != "4" || r.URL.Path != "/socket.io/" {
		http.Error(w, "not socket.io", http.StatusBadRequest)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 22)
	ctx := contextUntil(r.Context(), h.ended())
	send := func(s string) { _ = conn.Write(ctx, websocket.MessageText, []byte(s)) }
	send(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`)
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if string(frame) == "40" {
			send("2")
			send(`40{"sid":"y"}`)
			continue
		}
		data, ok := strings.CutPrefix(string(frame), "42")
		if !ok {
			continue
		}
		var args []json.RawMessage
		var name string
		var in wire
		_ = json.Unmarshal([]byte(data), &args)
		_ = json.Unmarshal(args[0], &name)
		_ = json.Unmarshal(args[1], &in)
		if name != "user_uttered" {
			continue
		}
		for _, s := range bot.Hear(in.line()) {
			pause(s.After)
			text, _ := json.Marshal(said(in.Session, s))
			if s.Broken {
				send("42" + brokenText)
				continue
			}
			send(fmt.Sprintf(`42["bot_uttered",%s]`, text))
		}
	}
}

func TestSSEConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		h := open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				in := read(r)
				session, err := sse.Upgrade(w, r)
				if err != nil {
					return
				}
				for _, s := range bot.Hear(in.line()) {
					pause(s.After)
					streamWords(session, s)
				}
				send(session, "[DONE]")
			})
		})
		c := connectors.Config{
			Kind:    "sse",
			Request: connectors.Request{URL: "/stream", Body: asked},
			Answer:  connectors.Answer{Buttons: "$.buttons"},
			Stream:  &connectors.Stream{Delta: "$.delta", Split: map[string]string{"$.end": "true"}, Done: "[DONE]"},
		}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}

func send(s *sse.Session, data string) {
	m := &sse.Message{}
	m.AppendData(data)
	_ = s.Send(m)
	_ = s.Flush()
}

// streamWords streams a text in pieces, the last one with the buttons.
func streamWords(session *sse.Session, s conformance.Say) {
	if s.Broken {
		send(session, brokenText)
		return
	}
	size := max(7, len(s.Text)/20)
	rs := []rune(s.Text)
	for len(rs) > 0 {
		n := min(size, len(rs))
		piece, _ := json.Marshal(map[string]any{"delta": string(rs[:n])})
		send(session, string(piece))
		rs = rs[n:]
	}
	end, _ := json.Marshal(map[string]any{"buttons": said("", s).Buttons})
	send(session, string(end))
	send(session, `{"end":true}`)
}

func TestNDJSONConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T, bot *conformance.Bot) conformance.Served {
		h := open(t, func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				in := read(r)
				for _, s := range bot.Hear(in.line()) {
					pause(s.After)
					if s.Broken {
						_, _ = w.Write([]byte(brokenText + "\n"))
						return
					}
					_ = json.NewEncoder(w).Encode(said(in.Session, s))
					_ = http.NewResponseController(w).Flush()
				}
			})
		})
		c := connectors.Config{
			Kind:    "ndjson",
			Request: connectors.Request{URL: "/stream", Body: asked},
			Answer:  connectors.Answer{Replies: "$"},
		}
		return conformance.Served{Connector: connect(t, c, h.url()), Restart: h.restart}
	})
}
