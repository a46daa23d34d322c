package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ohler55/ojg/jp"

	"progon"
	"progon/sim"
)

// Callback describes how the bot answers by requests of its own.
type Callback struct {
	// Listen is where Progon waits for the bot; a free port of this machine where empty.
	// The bot learns the address as {{callback}}, or from its own settings.
	Listen string `yaml:"listen"`
	// Session selects the conversation in what the bot sends, where the address that the
	// bot calls does not tell it: the session, or a value that carry has kept.
	Session string `yaml:"session"`
	// Status and Body are what Progon answers to the bot; 200 and {} where empty.
	Status int `yaml:"status"`
	Body   any `yaml:"body"`
}

// callbackPath is where {{callback}} leads; the session follows.
const callbackPath = "/callback/"

// webhookConnector posts the client's message and hears the answer as requests of the bot.
type webhookConnector struct {
	*line
	pace     sim.Pace
	session  jp.Expr
	address  string
	server   *http.Server
	answered []byte
	status   int
}

var (
	_ sim.Pacer  = (*webhookConnector)(nil)
	_ sim.Leaver = (*webhookConnector)(nil)
	_ sim.Poller = (*webhookConnector)(nil)
)

func checkWebhook(c Config) []error {
	wrong := append(append(checkCommon(c), checkSays(c)...), checkHears(c)...)
	if c.Callback == nil {
		return wrong
	}
	if _, err := sessionPath(c); err != nil {
		wrong = append(wrong, err)
	}
	if s := c.Callback.Status; s != 0 && (s < 200 || s > 599) {
		wrong = append(wrong, fmt.Errorf("connector.callback.status: %d не код ответа HTTP; обычно это 200", s))
	}
	if l := c.Callback.Listen; l != "" {
		if _, _, err := net.SplitHostPort(l); err != nil {
			wrong = append(wrong, fmt.Errorf("connector.callback.listen: «%s» не адрес; пример: 127.0.0.1:9000", l))
		}
	}
	return wrong
}

func sessionPath(c Config) (jp.Expr, error) {
	if c.Callback == nil || c.Callback.Session == "" {
		return nil, nil
	}
	return parsePath("connector.callback.session", c.Callback.Session)
}

func openWebhook(c Config, o Options) (sim.Connector, error) {
	l, err := newLine(c, o)
	if err != nil {
		return nil, err
	}
	w := &webhookConnector{line: l, status: http.StatusOK, answered: []byte("{}")}
	if w.session, err = sessionPath(c); err != nil {
		return nil, err
	}
	listen := "127.0.0.1:0"
	if cb := c.Callback; cb != nil {
		if cb.Listen != "" {
			listen = cb.Listen
		}
		if cb.Status != 0 {
			w.status = cb.Status
		}
		if cb.Body != nil {
			if w.answered, err = json.Marshal(cb.Body); err != nil {
				return nil, fmt.Errorf("connector.callback.body: не складывается в JSON: %w", err)
			}
		}
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("connector.callback.listen: не удалось занять %s; если прогон идёт в несколько полос, поставьте bot.lanes: 1 (%w)", listen, err)
	}
	w.address = "http://" + listener.Addr().String()
	w.server = &http.Server{Handler: http.HandlerFunc(w.hear), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	go func() { _ = w.server.Serve(listener) }() // ends with Close
	return w, nil
}

// Pace implements sim.Pacer.
func (w *webhookConnector) Pace() *sim.Pace { return &w.pace }

// Send implements sim.Connector: it ends with the bot's acknowledgement.
func (w *webhookConnector) Send(ctx context.Context, chat sim.Chat, m progon.Message) error {
	t := w.talk(chat)
	if err := w.start(ctx, t); err != nil {
		return err
	}
	t.says(m)
	v := w.values(t, m)
	v["callback"] = w.address + callbackPath + url.PathEscape(chat.ID)
	return w.acknowledged(ctx, t, v)
}

// acknowledged posts a message and wants nothing but success for an answer.
func (w *webhookConnector) acknowledged(ctx context.Context, t *talk, v values) error {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	res, err := w.do(ctx, t, w.config.Request, v)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := readBody(res)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return refused(res.StatusCode, body, t.lastWords())
	}
	return nil
}

// Poll implements sim.Poller; a bot with a callback needs no asking.
func (w *webhookConnector) Poll(context.Context, sim.Chat) error { return nil }

// hear takes one request of the bot.
func (w *webhookConnector) hear(rw http.ResponseWriter, req *http.Request) {
	chat := ""
	if session, ok := strings.CutPrefix(req.URL.Path, callbackPath); ok {
		chat = session
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxAnswer+1))
	if err != nil {
		return // the bot has hung up; it knows
	}
	if err := w.take(chat, req, body); err != nil {
		w.pass(sim.Reply{Chat: chat, Failed: err, Raw: body})
		http.Error(rw, "bad request", http.StatusBadRequest)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(w.status)
	_, _ = rw.Write(w.answered) // a bot that does not read the answer loses nothing
}

func (w *webhookConnector) take(chat string, req *http.Request, body []byte) error {
	if len(body) > maxAnswer {
		return &sim.Failure{Text: fmt.Sprintf("запрос бота длиннее %d МБ: столько Прогон не читает", maxAnswer>>20), Raw: body[:1024]}
	}
	payload, err := w.payload(req, body)
	if err != nil {
		var f *sim.Failure
		if errors.As(err, &f) {
			full := *f
			full.Text = "в ответ на сообщение бот прислал Прогону не то: " + full.Text
			return withExcerpt(&full, body, "")
		}
		return err
	}
	parts := []any{payload}
	if list, ok := payload.([]any); ok && w.session != nil {
		parts = parts[:0]
		for _, one := range list { // several conversations in one request
			parts = append(parts, []any{one})
		}
	}
	for _, part := range parts {
		to := w.whose(chat, part)
		h, err := w.reader.pick(part)
		if err != nil {
			return err
		}
		w.mu.Lock()
		t := w.talks[to]
		w.mu.Unlock()
		if t != nil {
			t.hears(h)
		}
		w.passAll(to, h, body)
	}
	return nil
}

// payload reads JSON, a form, or a plain text as the one message that it is.
func (w *webhookConnector) payload(req *http.Request, body []byte) (any, error) {
	ct, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")) // without a type it is JSON
	switch {
	case w.reader.Format == formatText:
		return nil, &sim.Failure{Text: "format: text не бывает у kind: webhook; укажите replies", Raw: body}
	case ct == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, &sim.Failure{Text: "форма не разбирается", Raw: body, Err: err}
		}
		object := map[string]any{}
		for k := range form {
			object[k] = form.Get(k)
		}
		return object, nil
	case len(body) == 0:
		return nil, nil
	}
	return parse(body)
}

// whose finds the conversation that a request of the bot belongs to.
func (w *webhookConnector) whose(chat string, payload any) string {
	if w.session == nil {
		return chat
	}
	candidates := w.session.Get(payload)
	if list, ok := payload.([]any); ok && len(candidates) == 0 && len(list) == 1 {
		candidates = w.session.Get(list[0])
	}
	for _, v := range candidates {
		id := plain(v)
		if known, ok := w.find(id); ok {
			return known
		}
		chat = id
	}
	return chat
}

// Close implements sim.Connector.
func (w *webhookConnector) Close() error {
	_ = w.line.Close() // never fails
	return w.server.Close()
}
