package connectors

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"sync"
	"time"

	"progon"
	"progon/sim"
)

var errClosed = errors.New("соединение с ботом закрыто")

const (
	inboxSize = 1024
	keptLeft  = 1024 // how many ended conversations are remembered
	kept      = 200  // how many messages of a conversation the history holds
	maxAnswer = 4 << 20
)

// line is what every connector has: the inbox of what the bot said, what each
// conversation keeps from one message to the next, and the making of requests.
type line struct {
	config  Config
	options Options
	reader  answerReader
	client  *http.Client
	own     bool
	timeout time.Duration

	replies chan sim.Reply
	closed  chan struct{}
	once    sync.Once

	mu    sync.Mutex
	talks map[string]*talk
	left  map[string]bool
	order []string // of left
}

// talk is one conversation as a connector sees it.
type talk struct {
	chat sim.Chat
	jar  http.CookieJar
	open sync.Mutex // held while the conversation is being opened

	mu      sync.Mutex
	carried map[string]string
	history []any
	known   map[string]bool // ids of messages in the history
	said    string          // the client's last words: never shown in errors
	started bool
}

func newLine(c Config, o Options) (*line, error) {
	reader, err := newAnswerReader(c.Answer)
	if err != nil {
		return nil, err
	}
	if c.Request, err = c.Request.withEnv("connector", o.Env); err != nil {
		return nil, err
	}
	if c.Start != nil {
		start, err := c.Start.withEnv("connector.start", o.Env)
		if err != nil {
			return nil, err
		}
		c.Start = &start
	}
	var absent []string
	if c.Poll, absent = putEnv(c.Poll, o.Env); len(absent) > 0 {
		return nil, fmt.Errorf("connector.poll: переменная окружения %s не задана", absent[0])
	}
	l := &line{
		config: c, options: o, reader: reader, client: o.Client, timeout: lasts(c.Timeout, 60*time.Second),
		replies: make(chan sim.Reply, inboxSize), closed: make(chan struct{}),
		talks: map[string]*talk{}, left: map[string]bool{},
	}
	if l.client == nil {
		l.client, l.own = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
		}}, true
	}
	return l, nil
}

// talk returns the conversation of a chat.
func (l *line) talk(chat sim.Chat) *talk {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.talks[chat.ID]
	if t == nil {
		jar, _ := cookiejar.New(nil) // never fails without options
		t = &talk{chat: chat, jar: jar, carried: map[string]string{}, known: map[string]bool{}}
		l.talks[chat.ID] = t
		delete(l.left, chat.ID) // the same conversation is begun anew
	}
	return t
}

// find returns the chat that a bot means by an id: the session, or a value which the bot
// has given out itself.
func (l *line) find(id string) (chat string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.talks[id]; ok || l.left[id] {
		return id, true
	}
	for chat, t := range l.talks {
		if strconv.FormatInt(number(chat), 10) == id || t.carries(id) {
			return chat, true
		}
	}
	return "", false
}

func (t *talk) carries(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, v := range t.carried {
		if v == id && id != "" {
			return true
		}
	}
	return false
}

// Leave implements sim.Leaver.
func (l *line) Leave(chat sim.Chat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.talks, chat.ID)
	l.left[chat.ID] = true
	if l.order = append(l.order, chat.ID); len(l.order) > keptLeft {
		delete(l.left, l.order[0])
		l.order = l.order[1:]
	}
	if len(l.talks) == 0 && l.own {
		l.client.CloseIdleConnections() // the bot may be started anew before the next scenario
	}
}

// pass gives a reply to whoever receives.
func (l *line) pass(r sim.Reply) {
	l.mu.Lock()
	gone := l.left[r.Chat]
	l.mu.Unlock()
	if gone {
		return
	}
	select {
	case l.replies <- r:
	case <-l.closed:
	}
}

// passAll gives what one answer says, in order.
func (l *line) passAll(chat string, h heard, raw []byte) {
	if h.typing {
		l.pass(sim.Reply{Chat: chat, Typing: true})
	}
	for i := range h.messages {
		l.pass(sim.Reply{Chat: chat, Message: &h.messages[i], Raw: raw})
	}
	if h.over {
		l.pass(sim.Reply{Chat: chat, TurnOver: true})
	}
}

// Receive implements sim.Connector.
func (l *line) Receive(ctx context.Context) (sim.Reply, error) {
	select {
	case r := <-l.replies:
		return r, nil
	case <-l.closed:
		return sim.Reply{}, errClosed
	case <-ctx.Done():
		return sim.Reply{}, ctx.Err()
	}
}

// Close implements sim.Connector.
func (l *line) Close() error {
	l.once.Do(func() {
		close(l.closed)
		if l.own {
			l.client.CloseIdleConnections()
		}
	})
	return nil
}

// number is a number that looks like a messenger's own, for bots that want no letters. It
// is small enough for JavaScript.
func number(id string) int64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, id) // a hash never fails
	return int64(h.Sum64()>>12 | 1)
}

// values are what a request about one message may hold.
func (l *line) values(t *talk, m progon.Message) values {
	kind := string(m.Kind)
	if renamed, ok := l.config.Types[kind]; ok {
		kind = renamed
	}
	now := l.options.Clock()
	v := values{
		"text": m.Text, "session": t.chat.ID, "message_id": m.ID, "type": kind, "payload": m.Payload, "file": m.File,
		"ref": m.Ref, "name": t.chat.Name, "channel": t.chat.Channel, "now": now.Format(time.RFC3339),
		"now_s": now.Unix(), "now_ms": now.UnixMilli(),
		"session_number": number(t.chat.ID), "message_number": number(m.ID),
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v["history"] = append([]any(nil), t.history...)
	for name := range l.config.Carry {
		v[name] = t.carried[name]
	}
	return v
}

// says notes the client's line. A second delivery is not a second line.
func (t *talk) says(m progon.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = m.Text + " " + t.chat.Name
	if m.Text == "" || t.known[m.ID] {
		return
	}
	t.known[m.ID] = true
	t.remember("user", m.Text)
}

// hears notes the bot's answer and keeps what must be carried on.
func (t *talk) hears(h heard) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, v := range h.carried {
		t.carried[name] = v
	}
	for _, m := range h.messages {
		t.remember("assistant", m.Text)
	}
}

func (t *talk) remember(role, text string) {
	t.history = append(t.history, map[string]any{"role": role, "content": text})
	if len(t.history) > kept {
		t.history = t.history[len(t.history)-kept:]
	}
}

func (t *talk) lastWords() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said
}
