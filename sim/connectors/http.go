package connectors

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"progon"
	"progon/sim"
)

// HTTP describes a bot that is asked by one request per message and answers in the
// response. Values in {{…}} are put in: text, session, message_id, type, payload, file,
// ref, name, channel, now, and what Carry has kept from earlier answers.
type HTTP struct {
	Method  string            `yaml:"method"` // POST where empty
	Path    string            `yaml:"path"`   // a path below the bot's address, or a whole address
	Headers map[string]string `yaml:"headers"`
	// Body is sent as JSON; Form instead of it as a form.
	Body any               `yaml:"body"`
	Form map[string]string `yaml:"form"`
	// Replies selects the messages in the answer (JSONPath): texts, or objects of which
	// Text and Buttons select further. An answer without a message is silence.
	Replies string `yaml:"replies"`
	Text    string `yaml:"text"`    // within a reply; text, message or content where empty
	Buttons string `yaml:"buttons"` // within a reply; buttons, options or quick_replies where empty
	Title   string `yaml:"title"`   // within a button
	Payload string `yaml:"payload"` // within a button
	// Carry keeps values of an answer for the next requests of the conversation: a
	// conversation id that the bot gives out.
	Carry map[string]string `yaml:"carry"`
	// Poll is a path where the bot keeps what it says by itself.
	Poll string `yaml:"poll"`
	// Timeout bounds one request.
	Timeout string `yaml:"timeout"`
	// Types renames the kinds of message for this bot: «button: callback».
	Types map[string]string `yaml:"types"`
}

// maxAnswer bounds what is read of one answer.
const maxAnswer = 4 << 20

type httpConnector struct {
	HTTP
	base    string
	client  *http.Client
	own     bool
	timeout time.Duration
	reader  answerReader
	now     func() time.Time

	replies chan sim.Reply
	closed  chan struct{}
	once    sync.Once

	mu      sync.Mutex
	carried map[string]map[string]string // chat → name → value
	jars    map[string]http.CookieJar
}

func checkHTTP(c Config) []error {
	var wrong []error
	if c.Body != nil && len(c.Form) > 0 {
		wrong = append(wrong, errors.New("connector: нужно что-то одно: body (JSON) или form"))
	}
	if c.Body == nil && len(c.Form) == 0 && !strings.EqualFold(c.Method, http.MethodGet) {
		wrong = append(wrong, errors.New(`connector.body: не сказано, что послать боту; например {session: "{{session}}", text: "{{text}}"}`))
	}
	if c.Replies == "" {
		wrong = append(wrong, errors.New("connector.replies: не сказано, где в ответе сообщения бота; например $.replies[*].text"))
	}
	if _, err := newAnswerReader(c.HTTP); err != nil {
		wrong = append(wrong, err)
	}
	if c.Timeout != "" {
		if d, err := time.ParseDuration(c.Timeout); err != nil || d <= 0 {
			wrong = append(wrong, fmt.Errorf("connector.timeout: ожидалась длительность, например 30s, а не «%s»", c.Timeout))
		}
	}
	for _, name := range unknownNames(c.HTTP) {
		wrong = append(wrong, fmt.Errorf("connector: значения {{%s}} нет; есть: %s и то, что названо в carry", name, strings.Join(valueNames, ", ")))
	}
	return wrong
}

func openHTTP(c Config, o Options) (sim.Connector, error) {
	reader, err := newAnswerReader(c.HTTP)
	if err != nil {
		return nil, err
	}
	h := &httpConnector{
		HTTP: c.HTTP, base: strings.TrimSuffix(o.BaseURL, "/"), client: o.Client, timeout: 60 * time.Second, reader: reader, now: o.Clock,
		replies: make(chan sim.Reply, 1024), closed: make(chan struct{}),
		carried: map[string]map[string]string{}, jars: map[string]http.CookieJar{},
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.client == nil {
		h.client, h.own = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, true
	}
	if c.Timeout != "" {
		h.timeout, _ = time.ParseDuration(c.Timeout) // checked above
	}
	return h, nil
}

// Send implements sim.Connector: the answer is heard with Receive.
func (h *httpConnector) Send(ctx context.Context, chat sim.Chat, m progon.Message) error {
	req, err := h.request(ctx, h.Method, h.Path, h.values(chat, m))
	if err != nil {
		return err
	}
	return h.exchange(chat, req)
}

// Poll implements sim.Poller.
func (h *httpConnector) Poll(ctx context.Context, chat sim.Chat) error {
	if h.HTTP.Poll == "" {
		return nil
	}
	values := h.values(chat, progon.Message{})
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address(h.HTTP.Poll, values), nil)
	if err != nil {
		return fmt.Errorf("connector.poll: неверный адрес: %w", err)
	}
	h.addHeaders(req, values)
	return h.exchange(chat, req)
}

func (h *httpConnector) request(ctx context.Context, method, path string, values map[string]string) (*http.Request, error) {
	var body io.Reader
	contentType := ""
	switch {
	case h.Body != nil:
		text, err := json.Marshal(putAll(h.Body, values))
		if err != nil {
			return nil, fmt.Errorf("connector.body: не складывается в JSON: %w", err)
		}
		body, contentType = bytes.NewReader(text), "application/json"
	case len(h.Form) > 0:
		form := url.Values{}
		for name, v := range h.Form {
			form.Set(name, put(v, values))
		}
		body, contentType = strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	}
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, strings.ToUpper(method), h.address(path, values), body)
	if err != nil {
		return nil, fmt.Errorf("connector.path: неверный адрес: %w", err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	h.addHeaders(req, values)
	return req, nil
}

func (h *httpConnector) addHeaders(req *http.Request, values map[string]string) {
	for name, v := range h.Headers {
		req.Header.Set(name, put(v, values))
	}
}

// address puts values into the path, escaped, and the bot's address before it.
func (h *httpConnector) address(path string, values map[string]string) string {
	escaped := make(map[string]string, len(values))
	for name, v := range values {
		escaped[name] = url.QueryEscape(v)
	}
	path = put(path, escaped)
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		return path
	}
	if path != "" && !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "?") {
		path = "/" + path
	}
	return h.base + path
}

// exchange sends one request and passes on what the bot said.
func (h *httpConnector) exchange(chat sim.Chat, req *http.Request) error {
	ctx, cancel := context.WithTimeout(req.Context(), h.timeout)
	defer cancel()
	client := *h.client
	client.Jar = h.jar(chat.ID)
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return unreachable(req, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("ответ бота оборвался: %w", cause(err))
	case len(body) > maxAnswer:
		return fmt.Errorf("ответ бота длиннее %d МБ", maxAnswer>>20)
	case res.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("бот ответил %s вместо 200", res.Status)
	}
	messages, carried, err := h.reader.read(body)
	if err != nil {
		return err
	}
	h.keep(chat.ID, carried)
	for i := range messages {
		h.pass(sim.Reply{Chat: chat.ID, Message: &messages[i], Raw: body})
	}
	h.pass(sim.Reply{Chat: chat.ID, TurnOver: true})
	return nil
}

func (h *httpConnector) pass(r sim.Reply) {
	select {
	case h.replies <- r:
	case <-h.closed:
	}
}

// unreachable says what to check when a request has failed.
func unreachable(req *http.Request, err error) error {
	where := req.URL.Scheme + "://" + req.URL.Host
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("бот не ответил вовремя (%s): проверьте, не завис ли он, и connector.timeout", where)
	}
	return fmt.Errorf("бот недоступен (%s): проверьте, запущен ли он и тот ли это адрес: %w", where, cause(err))
}

// cause drops the address from an error of net/http: it may hold what a client said.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Receive implements sim.Connector.
func (h *httpConnector) Receive(ctx context.Context) (sim.Reply, error) {
	select {
	case r := <-h.replies:
		return r, nil
	case <-h.closed:
		return sim.Reply{}, errClosed
	case <-ctx.Done():
		return sim.Reply{}, ctx.Err()
	}
}

var errClosed = errors.New("соединение с ботом закрыто")

// Close implements sim.Connector.
func (h *httpConnector) Close() error {
	h.once.Do(func() {
		close(h.closed)
		if h.own {
			h.client.CloseIdleConnections()
		}
	})
	return nil
}

func (h *httpConnector) values(chat sim.Chat, m progon.Message) map[string]string {
	kind := string(m.Kind)
	if renamed, ok := h.Types[kind]; ok {
		kind = renamed
	}
	values := map[string]string{
		"text": m.Text, "session": chat.ID, "message_id": m.ID, "type": kind, "payload": m.Payload, "file": m.File, "ref": m.Ref,
		"name": chat.Name, "channel": chat.Channel, "now": h.now().Format(time.RFC3339),
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range h.Carry {
		values[name] = h.carried[chat.ID][name]
	}
	return values
}

func (h *httpConnector) keep(chat string, carried map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.carried[chat] == nil {
		h.carried[chat] = map[string]string{}
	}
	for name, v := range carried {
		h.carried[chat][name] = v
	}
}

// jar keeps the cookies of each conversation apart.
func (h *httpConnector) jar(chat string) http.CookieJar {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.jars[chat] == nil {
		h.jars[chat], _ = cookiejar.New(nil) // never fails without options
	}
	return h.jars[chat]
}
