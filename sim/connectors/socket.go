package connectors

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/ohler55/ojg/jp"

	"progon"
	"progon/sim"
)

// Socket describes a bot that is spoken to over a lasting connection, one per
// conversation. The client's message is body (or raw) of the connector; url, headers and
// hello may hold {{session}}.
type Socket struct {
	// Hello is sent as soon as the connection stands; Await selects something in the
	// frame that must come before the client may speak.
	Hello     any      `yaml:"hello"`
	Await     string   `yaml:"await"`
	Protocols []string `yaml:"protocols"`
	// Ping is a text that keeps the connection alive, sent each PingEvery.
	Ping      string `yaml:"ping"`
	PingEvery string `yaml:"ping_every"`

	// Event is the name under which Socket.IO sends the client's message; «message»
	// where empty. Events are those in which the bot answers; all where empty.
	Event     string   `yaml:"event"`
	Events    []string `yaml:"events"`
	Namespace string   `yaml:"namespace"`
	Auth      any      `yaml:"auth"`
}

// framing is how a protocol packs messages into the frames of a socket.
type framing interface {
	// url completes the address.
	url(address string) string
	// greet makes the connection ready for messages.
	greet(ctx context.Context, conn *websocket.Conn, v values) error
	// pack makes a frame of one message.
	pack(payload []byte) []byte
	// unpack returns what a frame carries (nil for traffic of the protocol itself), and
	// what must be answered to it at once.
	unpack(frame []byte) (payload any, answer []byte, err error)
}

const (
	redials     = 6
	redialPause = 50 * time.Millisecond // doubled each time
)

// socketConnector keeps one connection for each conversation.
type socketConnector struct {
	*line
	pace    sim.Pace
	framing framing
	how     Socket

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wait   sync.WaitGroup

	guard sync.Mutex
	conns map[string]*socket
}

// socket is the connection of one conversation.
type socket struct {
	conn *websocket.Conn
	stop context.CancelFunc
}

var (
	_ sim.Pacer  = (*socketConnector)(nil)
	_ sim.Leaver = (*socketConnector)(nil)
)

func checkSocket(c Config) []error {
	wrong := append(checkCommon(c), checkHears(c)...)
	if c.Body == nil && c.Raw == "" {
		wrong = append(wrong, errors.New(`connector.body: не сказано, что послать боту; например {type: message, text: "{{text}}"}`))
	}
	if c.Socket == nil {
		return wrong
	}
	wrong = append(wrong, checkDuration("connector.socket.ping_every", c.Socket.PingEvery))
	if c.Socket.Await != "" {
		if _, err := parsePath("connector.socket.await", c.Socket.Await); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

func openWebSocket(c Config, o Options) (sim.Connector, error) {
	s, err := openSocket(c, o)
	if err != nil {
		return nil, err
	}
	f := &plainFraming{how: s.how, text: c.Format == formatText}
	if s.how.Await != "" {
		if f.await, err = parsePath("connector.socket.await", s.how.Await); err != nil {
			return nil, err
		}
	}
	s.framing = f
	return s, nil
}

func openSocket(c Config, o Options) (*socketConnector, error) {
	l, err := newLine(c, o)
	if err != nil {
		return nil, err
	}
	s := &socketConnector{line: l, conns: map[string]*socket{}}
	if c.Socket != nil {
		s.how = *c.Socket
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Pace implements sim.Pacer.
func (s *socketConnector) Pace() *sim.Pace { return &s.pace }

// Send implements sim.Connector.
func (s *socketConnector) Send(ctx context.Context, chat sim.Chat, m progon.Message) error {
	t := s.talk(chat)
	if err := s.start(ctx, t); err != nil {
		return err
	}
	t.says(m)
	v := s.values(t, m)
	payload, _, err := s.config.payload(v)
	if err != nil {
		return err
	}
	frame := s.framing.pack(payload)
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	for attempt := 0; ; attempt++ {
		conn, err := s.connect(ctx, t)
		if err != nil {
			return err
		}
		err = conn.conn.Write(ctx, websocket.MessageText, frame)
		switch {
		case err == nil:
			return nil
		case isTimeout(err):
			return &sim.Failure{Text: "бот не принял сообщение вовремя: соединение есть, но он из него не читает", Err: err}
		case attempt > 0:
			return &sim.Failure{Text: "соединение с ботом обрывается при каждой отправке: проверьте, не падает ли он", Err: err}
		}
		s.drop(chat.ID, conn) // the bot was restarted since the last message
	}
}

// connect returns the connection of a conversation, made anew if there is none.
func (s *socketConnector) connect(ctx context.Context, t *talk) (*socket, error) {
	t.open.Lock()
	defer t.open.Unlock()
	s.guard.Lock()
	have := s.conns[t.chat.ID]
	s.guard.Unlock()
	if have != nil {
		return have, nil
	}
	conn, err := s.dial(ctx, t)
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(s.ctx)
	made := &socket{conn: conn, stop: stop}
	s.guard.Lock()
	s.conns[t.chat.ID] = made
	s.guard.Unlock()
	s.wait.Go(func() { s.read(life, t, made) })
	if s.how.Ping != "" {
		s.wait.Go(func() { s.keepAlive(life, conn) })
	}
	return made, nil
}

func (s *socketConnector) dial(ctx context.Context, t *talk) (*websocket.Conn, error) {
	v := s.values(t, progon.Message{})
	r := s.config.Request
	r.Body, r.Raw, r.Form, r.Method = nil, "", nil, http.MethodGet
	r.URL = s.framing.url(r.URL)
	req, err := r.build(ctx, s.options.BaseURL, v)
	if err != nil {
		return nil, err
	}
	client := *s.client
	client.Jar = t.jar
	conn, res, err := websocket.Dial(ctx, req.URL.String(), &websocket.DialOptions{
		HTTPClient: &client, HTTPHeader: req.Header, Subprotocols: s.how.Protocols,
	})
	if err != nil {
		if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
			return nil, &sim.Failure{Status: res.StatusCode, Err: err, Text: fmt.Sprintf(
				"бот ответил %d (%s) вместо перехода на WebSocket (101): проверьте connector.url и kind", res.StatusCode, http.StatusText(res.StatusCode))}
		}
		return nil, unreachable(req.URL, err)
	}
	conn.SetReadLimit(maxAnswer)
	if err := s.framing.greet(ctx, conn, v); err != nil {
		_ = conn.CloseNow()
		var f *sim.Failure
		if errors.As(err, &f) {
			return nil, err
		}
		return nil, &sim.Failure{Text: "бот принял соединение, но не закончил приветствие: проверьте connector.kind и раздел socket", Err: err}
	}
	return conn, nil
}

// read hears one connection until it ends, and dials again if the bot has cut it.
func (s *socketConnector) read(ctx context.Context, t *talk, mine *socket) {
	defer mine.stop()
	for {
		_, frame, err := mine.conn.Read(ctx)
		if err != nil {
			s.forget(t.chat.ID, mine)
			_ = mine.conn.CloseNow()
			if ctx.Err() == nil {
				s.lost(ctx, t, err)
			}
			return
		}
		if err := s.frame(ctx, t, mine, frame); err != nil {
			s.pass(sim.Reply{Chat: t.chat.ID, Failed: err, Raw: frame})
		}
	}
}

func (s *socketConnector) frame(ctx context.Context, t *talk, mine *socket, frame []byte) error {
	payload, answer, err := s.framing.unpack(frame)
	if err != nil {
		var f *sim.Failure
		if errors.As(err, &f) {
			full := *f
			full.Text = "бот прислал непонятное сообщение: " + full.Text
			return withExcerpt(&full, frame, t.lastWords())
		}
		return err
	}
	if answer != nil {
		if err := mine.conn.Write(ctx, websocket.MessageText, answer); err != nil {
			return nil // the reader hears of it as well
		}
	}
	if payload == nil {
		return nil
	}
	var h heard
	if text, ok := payload.(rawText); ok {
		h, err = s.reader.read([]byte(text))
	} else {
		h, err = s.reader.pick(payload)
	}
	if err != nil {
		return err
	}
	t.hears(h)
	s.passAll(t.chat.ID, h, frame)
	return nil
}

// rawText is a frame that is a text and not JSON.
type rawText string

// lost dials again, as widgets do: what the bot says afterwards must still be heard. A bot
// that has closed in an orderly way is left alone until the client writes.
func (s *socketConnector) lost(ctx context.Context, t *talk, why error) {
	if websocket.CloseStatus(why) == websocket.StatusNormalClosure {
		return
	}
	if websocket.CloseStatus(why) == websocket.StatusMessageTooBig || errors.Is(why, websocket.ErrMessageTooBig) {
		s.pass(sim.Reply{Chat: t.chat.ID, Failed: &sim.Failure{Text: fmt.Sprintf("сообщение бота длиннее %d МБ: столько Прогон не читает", maxAnswer>>20), Err: why}})
		return
	}
	s.pass(sim.Reply{Chat: t.chat.ID, Remark: "бот оборвал соединение, и сказанное могло пропасть"})
	s.wait.Go(func() {
		pause := redialPause
		for range redials {
			timer := time.NewTimer(pause)
			select {
			case <-s.ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
			if s.gone(t.chat.ID) {
				return
			}
			dialCtx, cancel := context.WithTimeout(s.ctx, s.timeout)
			_, err := s.connect(dialCtx, t)
			cancel()
			if err == nil {
				return
			}
			why, pause = err, 2*pause
		}
		s.pass(sim.Reply{Chat: t.chat.ID, Failed: &sim.Failure{Text: "бот оборвал соединение и не принял нового: проверьте, не упал ли он", Err: why}})
	})
}

func (s *socketConnector) gone(chat string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left[chat]
}

func (s *socketConnector) forget(chat string, mine *socket) {
	s.guard.Lock()
	defer s.guard.Unlock()
	if s.conns[chat] == mine {
		delete(s.conns, chat)
	}
}

func (s *socketConnector) drop(chat string, mine *socket) {
	s.forget(chat, mine)
	mine.stop()
}

func (s *socketConnector) keepAlive(ctx context.Context, conn *websocket.Conn) {
	tick := time.NewTicker(lasts(s.how.PingEvery, 25*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if conn.Write(ctx, websocket.MessageText, []byte(s.how.Ping)) != nil {
				return // the reader hears of it as well
			}
		}
	}
}

// Leave implements sim.Leaver.
func (s *socketConnector) Leave(chat sim.Chat) {
	s.line.Leave(chat)
	s.guard.Lock()
	mine := s.conns[chat.ID]
	delete(s.conns, chat.ID)
	s.guard.Unlock()
	if mine != nil {
		mine.stop()
		_ = mine.conn.CloseNow() // the client has gone; nobody waits for a farewell
	}
}

// Close implements sim.Connector.
func (s *socketConnector) Close() error {
	_ = s.line.Close() // never fails
	s.cancel()
	s.guard.Lock()
	for _, c := range s.conns {
		_ = c.conn.CloseNow()
	}
	s.guard.Unlock()
	s.wait.Wait()
	return nil
}

// plainFraming is a frame for each message.
type plainFraming struct {
	how   Socket
	await jp.Expr
	text  bool
}

func (f *plainFraming) url(address string) string { return address }

func (f *plainFraming) greet(ctx context.Context, conn *websocket.Conn, v values) error {
	if f.how.Hello != nil {
		hello, _, err := Request{Body: f.how.Hello}.payload(v)
		if err != nil {
			return err
		}
		if s, ok := f.how.Hello.(string); ok { // a plain text stays one
			hello = []byte(put(s, v, nil))
		}
		if err := conn.Write(ctx, websocket.MessageText, hello); err != nil {
			return err
		}
	}
	for f.await != nil {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if parsed, err := parse(frame); err == nil && selects(f.await, parsed) {
			return nil
		}
	}
	return nil
}

func (f *plainFraming) pack(payload []byte) []byte { return payload }

func (f *plainFraming) unpack(frame []byte) (any, []byte, error) {
	text := strings.TrimSpace(string(frame))
	switch {
	case text == "", text == f.how.Ping, strings.EqualFold(text, "pong"), strings.EqualFold(text, "ping"):
		return nil, nil, nil
	case f.text:
		return rawText(text), nil, nil
	}
	parsed, err := parse(frame)
	return parsed, nil, err
}
