package connectors

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/ohler55/ojg/jp"
	sse "github.com/tmaxmax/go-sse"

	"progon"
	"progon/sim"
	"progon/sim/excerpt"
)

// Stream describes an answer that comes in pieces.
type Stream struct {
	// Delta selects the next piece of text. Without it every piece is a whole answer, of
	// which Replies selects the messages.
	Delta string `yaml:"delta"`
	// Mode is append where empty, or replace: each piece is the whole text so far.
	Mode string `yaml:"mode"`
	// Split tells the piece that ends a message: {"$.type": end}.
	Split map[string]string `yaml:"split"`
	// Done is the piece that ends the stream: «[DONE]». Without it the stream must not end.
	Done string `yaml:"done"`
	// Event is the name of the events that count (SSE); all where empty.
	Event string `yaml:"event"`
}

// pieces cuts a stream. It calls take until the stream ends or take returns an error.
type pieces func(stream io.Reader, take func(event string, data []byte) error) error

// streamConnector asks by one request per message and hears the answer piece by piece.
type streamConnector struct {
	httpConnector
	how   Stream
	delta jp.Expr
	split map[string]condition
	cut   pieces
	want  string // the content type that a stream has
}

func checkStream(c Config) []error {
	wrong := append(checkCommon(c), checkSays(c)...)
	how := c.stream()
	if how.Delta == "" {
		wrong = append(wrong, checkHears(c)...)
	} else if _, err := parsePath("connector.stream.delta", how.Delta); err != nil {
		wrong = append(wrong, err)
	}
	if how.Mode != "" && how.Mode != "append" && how.Mode != "replace" {
		wrong = append(wrong, fmt.Errorf("connector.stream.mode: неизвестный способ «%s»; известны: append (куски складываются), replace (кусок заменяет сказанное)", how.Mode))
	}
	for path := range how.Split {
		if _, err := parsePath("connector.stream.split", path); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

func (c Config) stream() Stream {
	if c.Stream == nil {
		return Stream{}
	}
	return *c.Stream
}

func openSSE(c Config, o Options) (sim.Connector, error) {
	return openStream(c, o, cutSSE, "text/event-stream")
}

func openNDJSON(c Config, o Options) (sim.Connector, error) {
	return openStream(c, o, cutLines, "")
}

func openStream(c Config, o Options, cut pieces, want string) (sim.Connector, error) {
	l, err := newLine(c, o)
	if err != nil {
		return nil, err
	}
	s := &streamConnector{httpConnector: httpConnector{l}, how: c.stream(), cut: cut, want: want, split: map[string]condition{}}
	if s.how.Delta != "" {
		if s.delta, err = parsePath("connector.stream.delta", s.how.Delta); err != nil {
			return nil, err
		}
	}
	for path, value := range s.how.Split {
		e, err := parsePath("connector.stream.split", path)
		if err != nil {
			return nil, err
		}
		s.split[path] = condition{e, value}
	}
	return s, nil
}

// Send implements sim.Connector. Messages are passed on as soon as they are whole.
func (s *streamConnector) Send(ctx context.Context, chat sim.Chat, m progon.Message) error {
	t := s.talk(chat)
	if err := s.start(ctx, t); err != nil {
		return err
	}
	t.says(m)
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	res, err := s.do(ctx, t, s.config.Request, s.values(t, m))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= http.StatusMultipleChoices {
		body, err := readBody(res)
		if err != nil {
			return err
		}
		return refused(res.StatusCode, body, t.lastWords())
	}
	if err := s.listen(res, t); err != nil {
		// In its place among the messages: what was said before the break was heard.
		s.pass(sim.Reply{Chat: chat.ID, Failed: err})
		return nil
	}
	s.pass(sim.Reply{Chat: chat.ID, TurnOver: true, To: m.ID})
	return nil
}

func (s *streamConnector) listen(res *http.Response, t *talk) error {
	if ct, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); s.want != "" && ct != s.want && ct != "" {
		return s.notStream(res, t, ct)
	}
	a := &assembly{streamConnector: s, talk: t}
	raw := &tee{in: res.Body}
	err := s.cut(raw, a.take)
	a.flush()
	switch {
	case errors.Is(err, errDone):
		return nil
	case err == nil && s.how.Done != "":
		return &sim.Failure{Status: res.StatusCode, Raw: raw.all.Bytes(),
			Text: fmt.Sprintf("поток ответа закончился без завершающего знака «%s»: клиент видит ответ, оборванный на полуслове", s.how.Done)}
	case err == nil:
		return nil
	}
	var f *sim.Failure
	if errors.As(err, &f) {
		full := *f
		full.Status, full.Raw = res.StatusCode, raw.all.Bytes()
		full.Text = excerpt.Without(full.Text, t.lastWords())
		return &full
	}
	text := fmt.Sprintf("поток ответа оборвался после %d байт", raw.all.Len())
	if isTimeout(err) {
		text += ": бот не закончил вовремя; проверьте connector.timeout"
	}
	return &sim.Failure{Status: res.StatusCode, Raw: raw.all.Bytes(), Err: err, Text: text}
}

// notStream reads an answer that came whole after all.
func (s *streamConnector) notStream(res *http.Response, t *talk, ct string) error {
	body, err := readBody(res)
	if err != nil {
		return err
	}
	if s.reader.replies == nil {
		f := &sim.Failure{Status: res.StatusCode, Raw: body, Text: fmt.Sprintf("ожидался поток (%s), а пришёл %s", s.want, ct)}
		return withExcerpt(f, body, t.lastWords())
	}
	h, err := s.reader.read(decoded(res, body))
	if err != nil {
		return explained(err, res, body, t.lastWords())
	}
	t.hears(h)
	s.passAll(t.chat.ID, h, body)
	return nil
}

// errDone ends the reading of a stream that said that it is complete.
var errDone = errors.New("the stream is complete")

// assembly puts the pieces of one answer together.
type assembly struct {
	*streamConnector
	talk    *talk
	text    strings.Builder
	began   time.Time
	buttons []progon.Button
	raw     []byte // of the present message
	count   int
}

func (a *assembly) take(event string, data []byte) error {
	if a.how.Event != "" && event != a.how.Event {
		return nil
	}
	if a.how.Done != "" && strings.TrimSpace(string(data)) == a.how.Done {
		return errDone
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if a.reader.Format == formatText && a.delta == nil {
		a.raw = append(a.raw, data...)
		a.add(string(data))
		return nil
	}
	parsed, err := parse(data)
	if err != nil {
		return err
	}
	if a.delta == nil {
		h, err := a.reader.pick(parsed)
		if err != nil {
			return err
		}
		return a.whole(h, data)
	}
	for _, c := range a.split {
		if found := c.path.Get(parsed); len(found) > 0 && plain(found[0]) == c.want {
			a.flush()
		}
	}
	a.raw = append(a.raw, data...)
	return a.piece(parsed)
}

func (a *assembly) piece(parsed any) error {
	h, err := a.reader.pickSignals(parsed)
	if err != nil {
		return err
	}
	a.talk.hears(heard{carried: h.carried})
	if !h.fits {
		return nil
	}
	for _, v := range a.delta.Get(parsed) {
		a.add(plain(v))
	}
	if a.reader.buttons != nil {
		for _, b := range flatten(a.reader.buttons.Get(parsed)) {
			a.buttons = append(a.buttons, a.reader.button(b))
		}
	}
	return nil
}

func (a *assembly) add(text string) {
	if text == "" {
		return
	}
	if a.began.IsZero() {
		a.began = time.Now()
		a.pass(sim.Reply{Chat: a.talk.chat.ID, Typing: true})
	}
	if a.how.Mode == "replace" {
		a.text.Reset()
	}
	a.text.WriteString(text)
}

// whole passes on messages that came whole.
func (a *assembly) whole(h heard, raw []byte) error {
	if a.count += len(h.messages); a.count > maxReplies {
		return &sim.Failure{Text: fmt.Sprintf("бот прислал больше %d сообщений в одном ответе: столько Прогон не принимает", maxReplies)}
	}
	a.talk.hears(h)
	a.passAll(a.talk.chat.ID, h, bytes.Clone(raw))
	return nil
}

// flush passes on the message that the pieces have made.
func (a *assembly) flush() {
	text := a.reader.shown(a.text.String())
	began, buttons, raw := a.began, a.buttons, a.raw
	a.began, a.buttons, a.raw = time.Time{}, nil, nil
	a.text.Reset()
	if strings.TrimSpace(text) == "" && len(buttons) == 0 {
		return
	}
	m := progon.Message{Kind: progon.MessageText, Text: text, Buttons: buttons}
	a.talk.hears(heard{messages: []progon.Message{m}})
	a.pass(sim.Reply{Chat: a.talk.chat.ID, Message: &m, Began: began, Raw: raw})
}

// tee keeps what was read, within the limit of an answer.
type tee struct {
	in  io.Reader
	all bytes.Buffer
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	t.all.Write(p[:n])
	if t.all.Len() > maxAnswer {
		return n, &sim.Failure{Text: fmt.Sprintf("поток ответа длиннее %d МБ: столько Прогон не читает", maxAnswer>>20)}
	}
	return n, err
}

// cutSSE cuts a stream of server-sent events.
func cutSSE(stream io.Reader, take func(string, []byte) error) error {
	last := &tail{in: stream}
	for e, err := range sse.Read(last, &sse.ReadConfig{MaxEventSize: maxAnswer}) {
		if err != nil {
			return err
		}
		if err := take(e.Type, []byte(e.Data)); err != nil {
			return err
		}
	}
	if last.inside() {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// tail remembers how a stream ended: an event that no empty line has ended is lost, which
// the standard allows and a client of a shop does not.
type tail struct {
	in  io.Reader
	end [4]byte
	any bool
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	for _, b := range p[:n] {
		if b == '\r' { // \r\n, \r and \n end a line alike
			b = '\n'
		}
		t.any = true
		copy(t.end[:], t.end[1:])
		t.end[3] = b
	}
	return n, err
}

// inside tells whether the stream stopped within an event.
func (t *tail) inside() bool {
	return t.any && !bytes.HasSuffix(t.end[:], []byte("\n\n"))
}

// cutLines cuts a stream of JSON values, one a line.
func cutLines(stream io.Reader, take func(string, []byte) error) error {
	in := bufio.NewReader(stream)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) > 0 {
			if wrong := take("", line); wrong != nil {
				return wrong
			}
		}
		if err != nil {
			return nil
		}
	}
}
