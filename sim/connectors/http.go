package connectors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"progon"
	"progon/sim"
	"progon/sim/excerpt"
)

// httpConnector asks the bot by one request per message; the answer is in the response.
type httpConnector struct{ *line }

var (
	_ sim.Poller = (*httpConnector)(nil)
	_ sim.Leaver = (*httpConnector)(nil)
)

func checkHTTP(c Config) []error {
	return append(append(checkCommon(c), checkSays(c)...), checkHears(c)...)
}

func openHTTP(c Config, o Options) (sim.Connector, error) {
	l, err := newLine(c, o)
	if err != nil {
		return nil, err
	}
	return &httpConnector{l}, nil
}

// Send implements sim.Connector: the answer is heard with Receive.
func (h *httpConnector) Send(ctx context.Context, chat sim.Chat, m progon.Message) error {
	t := h.talk(chat)
	if err := h.start(ctx, t); err != nil {
		return err
	}
	t.says(m)
	answer, body, err := h.ask(ctx, t, h.config.Request, h.values(t, m))
	if err != nil {
		return err
	}
	h.passAll(chat.ID, answer, body)
	h.pass(sim.Reply{Chat: chat.ID, TurnOver: true, To: m.ID, Remark: answer.remark})
	return nil
}

// Poll implements sim.Poller.
func (h *httpConnector) Poll(ctx context.Context, chat sim.Chat) error {
	if h.config.Poll == "" {
		return nil
	}
	t := h.talk(chat)
	r := h.config.Request
	r.Method, r.URL, r.Body, r.Form, r.Raw, r.Sign = http.MethodGet, h.config.Poll, nil, nil, "", nil
	answer, body, err := h.ask(ctx, t, r, h.values(t, progon.Message{}))
	if err != nil {
		return err
	}
	h.passAll(chat.ID, answer, body)
	return nil
}

// start opens a conversation once, where a bot needs it.
func (l *line) start(ctx context.Context, t *talk) error {
	if l.config.Start == nil {
		return nil
	}
	t.open.Lock()
	defer t.open.Unlock()
	if t.started {
		return nil
	}
	answer, body, err := l.ask(ctx, t, *l.config.Start, l.values(t, progon.Message{}))
	if err != nil {
		return fmt.Errorf("начало разговора (connector.start): %w", err)
	}
	t.started = true
	l.passAll(t.chat.ID, answer, body)
	return nil
}

// ask makes one request and reads the answer.
func (l *line) ask(ctx context.Context, t *talk, r Request, v values) (heard, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	res, err := l.do(ctx, t, r, v)
	if err != nil {
		return heard{}, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := readBody(res)
	if err != nil {
		return heard{}, nil, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return heard{}, nil, refused(res.StatusCode, body, t.lastWords())
	}
	answer, err := l.reader.read(decoded(res, body))
	if err != nil {
		return heard{}, nil, explained(err, res, body, t.lastWords())
	}
	t.hears(answer)
	return answer, body, nil
}

// do sends one request with the cookies of its conversation.
func (l *line) do(ctx context.Context, t *talk, r Request, v values) (*http.Response, error) {
	req, err := r.build(ctx, l.options.BaseURL, v)
	if err != nil {
		return nil, err
	}
	if req.URL.Host == "" {
		return nil, errors.New("connector.url: не хватает адреса бота: укажите bot.url или целый адрес, например http://127.0.0.1:3000/chat")
	}
	client := *l.client
	client.Jar = t.jar
	// A redirected POST arrives as an empty GET: better told than followed.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return nil, unreachable(req.URL, err)
	}
	return res, nil
}

func readBody(res *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil && isTimeout(err):
		return nil, &sim.Failure{Status: res.StatusCode, Raw: body, Err: err, Text: fmt.Sprintf("бот начал отвечать, но не закончил вовремя (пришло %d байт): проверьте, не завис ли он, и connector.timeout", len(body))}
	case err != nil:
		return nil, &sim.Failure{Status: res.StatusCode, Raw: body, Err: err, Text: fmt.Sprintf("ответ бота оборвался после %d байт: бот закрыл соединение раньше, чем обещал", len(body))}
	case len(body) > maxAnswer:
		return nil, &sim.Failure{Status: res.StatusCode, Raw: body, Text: fmt.Sprintf("ответ бота длиннее %d МБ: столько Прогон не читает", maxAnswer>>20)}
	}
	return body, nil
}

// decoded reads the other encoding of Russian servers, where the bot says that it uses it.
func decoded(res *http.Response, body []byte) []byte {
	_, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		return body
	}
	switch strings.ToLower(params["charset"]) {
	case "windows-1251", "cp1251", "win-1251":
		if text, err := charmap.Windows1251.NewDecoder().Bytes(body); err == nil {
			return text
		}
	}
	return body
}

// explained adds to an error of the reader what came instead.
func explained(err error, res *http.Response, body []byte, said string) error {
	var f *sim.Failure
	if !errors.As(err, &f) {
		return err
	}
	full := *f
	full.Status = res.StatusCode
	if f.Raw == nil { // the reader has shown what matters itself
		full.Raw, full.Text = body, excerpt.Without(full.Text, said)
		return &full
	}
	if ct, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err == nil && ct != "application/json" {
		full.Text += fmt.Sprintf("; бот назвал его %s", ct)
	}
	return withExcerpt(&full, body, said)
}
