package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"progon"
)

// Kinds of notes which the simulator leaves in the chat.
const (
	KindFailure = "failure" // the bot could not be reached or broke the protocol
	KindSilence = "silence" // the client's line stayed without an answer
)

// Options say how a simulator speaks to a bot.
type Options struct {
	Connector Connector
	// Clock stamps events; nil leaves it to the recorder.
	Clock    func() time.Time
	Recorder progon.Recorder
	// TurnTimeout is how long the bot may take to answer at all.
	TurnTimeout time.Duration
	// Quiet is the silence after which a turn counts as over, for channels that do not
	// tell so themselves. A bot that proves quick is waited for less; see Pace.
	Quiet time.Duration
	// Key makes the ids of sessions and messages: the same key gives the same ids.
	Key string
}

// Simulator says the lines of simulated clients and keeps the transcript. Its methods are
// safe for concurrent use; turns of one session are said one after another.
type Simulator struct {
	Options
	pace *Pace

	mu       sync.Mutex
	sessions map[string]*Session
	opened   int
	stop     context.CancelFunc // set as soon as somebody listens
	broken   error              // why nothing more is heard
	done     chan struct{}
}

// New returns a simulator that listens from the first session on. Close it.
func New(o Options) *Simulator {
	if o.TurnTimeout <= 0 {
		o.TurnTimeout = 40 * time.Second
	}
	if o.Quiet <= 0 {
		o.Quiet = 300 * time.Millisecond
	}
	s := &Simulator{Options: o, pace: &Pace{}, sessions: map[string]*Session{}, done: make(chan struct{})}
	if p, ok := o.Connector.(Pacer); ok {
		s.pace = p.Pace()
	}
	return s
}

// Open begins a conversation. Nothing is sent until the client says something.
func (s *Simulator) Open(persona, name, channel string) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	session := &Session{
		chat: Chat{ID: s.id("chat", s.opened), Persona: persona, Name: name, Channel: channel},
		pace: s.pace, changed: make(chan struct{}),
	}
	s.sessions[session.chat.ID] = session
	if s.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = cancel
		go s.listen(ctx)
	}
	return session
}

// id is a number that looks like a channel's own and does not change from run to run.
func (s *Simulator) id(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", s.Key, kind, n))
	if len(kind) > 3 && kind[:4] == "msg-" {
		kind = "msg"
	}
	return kind + "-" + hex.EncodeToString(sum[:6])
}

// listen hears the bot until the simulator is closed.
func (s *Simulator) listen(ctx context.Context) {
	defer close(s.done)
	for {
		r, err := s.Connector.Receive(ctx)
		if err != nil {
			s.mu.Lock()
			s.broken = err
			s.mu.Unlock()
			return
		}
		s.hear(r)
	}
}

// Close stops listening and leaves all conversations. The connector stays open: the next
// scenario uses it.
func (s *Simulator) Close() {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-s.done
	if l, ok := s.Connector.(Leaver); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, session := range s.sessions {
			l.Leave(session.chat)
		}
	}
}

// hear gives a reply to its session, or to the only one there is.
func (s *Simulator) hear(r Reply) {
	s.mu.Lock()
	session := s.sessions[r.Chat]
	if session == nil && r.Chat == "" && len(s.sessions) == 1 {
		for _, only := range s.sessions {
			session = only
		}
	}
	s.mu.Unlock()
	if session != nil {
		session.hear(r, s)
		return
	}
	switch {
	case r.Message != nil:
		e := s.event(Chat{ID: r.Chat}, progon.FromBot, progon.ActorBot)
		e.Kind, e.Text, e.Message, e.Raw = string(r.Message.Kind), r.Message.Text, r.Message, r.Raw
		e.Place = "разговор, которого Прогон не начинал"
		s.Recorder.Record(e)
	case r.Failed != nil:
		s.note(Chat{ID: r.Chat}, KindFailure, r.Failed)
	}
}

// event is a chat event of one conversation, stamped and attributed.
func (s *Simulator) event(chat Chat, d progon.Direction, actor progon.Actor) progon.Event {
	e := progon.Event{
		Surface: progon.SurfaceChat, Direction: d, Actor: actor,
		Conversation: chat.ID, Persona: chat.Persona,
	}
	if chat.Persona != "" {
		e.Attributed = "session"
	}
	if s.Clock != nil {
		e.Time = s.Clock()
	}
	return e
}

// note records what went wrong, with what came instead of an answer.
func (s *Simulator) note(chat Chat, kind string, err error) {
	e := s.event(chat, progon.Note, progon.ActorProgon)
	e.Kind, e.Text, e.Place = kind, err.Error(), chat.Channel
	var f *Failure
	if errors.As(err, &f) {
		e.Status, e.Raw = f.Status, f.Raw
	}
	s.Recorder.Record(e)
}

// Say sends one message of the client and waits until the bot's turn is over. No answer
// is no error: silence may be right. It returns what the bot said.
func (s *Simulator) Say(ctx context.Context, session *Session, m progon.Message) ([]progon.Message, error) {
	return s.Burst(ctx, session, []progon.Message{m})
}

// Burst sends several messages without waiting in between, and waits for the answer to
// all of them.
func (s *Simulator) Burst(ctx context.Context, session *Session, messages []progon.Message) ([]progon.Message, error) {
	session.turn.Lock()
	defer session.turn.Unlock()
	session.begin()
	for _, m := range messages {
		if m.ID == "" {
			m.ID = session.next(s)
		}
		if m.Kind == "" {
			m.Kind = progon.MessageText
		}
		if err := s.send(ctx, session, m, false); err != nil {
			return session.said(err)
		}
	}
	return s.settle(ctx, session, s.Quiet)
}

// Redeliver sends the client's last message a second time, under the same id, as a channel
// does that has missed the acknowledgement.
func (s *Simulator) Redeliver(ctx context.Context, session *Session) ([]progon.Message, error) {
	session.turn.Lock()
	defer session.turn.Unlock()
	session.mu.Lock()
	last := session.last
	session.mu.Unlock()
	if last.ID == "" {
		return nil, errors.New("повторять нечего: клиент ещё ничего не написал")
	}
	session.begin()
	if err := s.send(ctx, session, last, true); err != nil {
		return session.said(err)
	}
	return s.settle(ctx, session, s.Quiet)
}

// said ends a turn that went wrong: what the bot said before counts.
func (s *Session) said(err error) ([]progon.Message, error) {
	replies, _ := s.end()
	return replies, err
}

// Listen waits for what the bot says by itself, until it has been quiet for that long.
func (s *Simulator) Listen(ctx context.Context, session *Session, quiet time.Duration) ([]progon.Message, error) {
	session.turn.Lock()
	defer session.turn.Unlock()
	session.begin()
	if p, ok := s.Connector.(Poller); ok {
		pollCtx, cancel := context.WithTimeout(ctx, s.TurnTimeout)
		defer cancel()
		if err := p.Poll(pollCtx, session.chat); err != nil {
			return session.said(s.failed(ctx, session, err))
		}
	}
	return s.settle(ctx, session, quiet)
}

// Line is one message of one client, for SayAll.
type Line struct {
	Session *Session
	Message progon.Message
}

// SayAll lets several clients write at once. The lines of one client stay in order.
func (s *Simulator) SayAll(ctx context.Context, lines []Line) error {
	bySession := map[*Session][]progon.Message{}
	var order []*Session
	for _, l := range lines {
		if _, known := bySession[l.Session]; !known {
			order = append(order, l.Session)
		}
		bySession[l.Session] = append(bySession[l.Session], l.Message)
	}
	errs := make([]error, len(order))
	var wg sync.WaitGroup
	for i, session := range order {
		wg.Go(func() {
			for _, m := range bySession[session] {
				if _, errs[i] = s.Say(ctx, session, m); errs[i] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *Simulator) send(ctx context.Context, session *Session, m progon.Message, again bool) error {
	actor, place := progon.ActorClient, session.chat.Channel
	if again {
		actor, place = progon.ActorProgon, session.chat.Channel+", повторная доставка"
	}
	e := s.event(session.chat, progon.ToBot, actor)
	e.Kind, e.Text, e.Message, e.Place = string(m.Kind), m.Text, &m, place
	s.Recorder.Record(e)
	session.writes(m, again)
	sendCtx, cancel := context.WithTimeout(ctx, s.TurnTimeout)
	defer cancel()
	if err := s.Connector.Send(sendCtx, session.chat, m); err != nil {
		return s.failed(ctx, session, err)
	}
	return nil
}

// failed records an error of the bot's endpoint. An interrupted run is nobody's fault.
func (s *Simulator) failed(ctx context.Context, session *Session, err error) error {
	if ctx.Err() == nil {
		s.note(session.chat, KindFailure, err)
	}
	return err
}

// settle waits until the channel says that the turn is over, or the bot has said something
// and been quiet since, or nothing came within the timeout.
func (s *Simulator) settle(ctx context.Context, session *Session, quiet time.Duration) ([]progon.Message, error) {
	begun := time.Now()
	var grace time.Duration
	for {
		st := session.look(begun, s.pace.quiet(quiet)+grace, s.TurnTimeout)
		st.pause = min(st.pause, s.TurnTimeout-time.Since(begun))
		if st.over || st.pause <= 0 {
			return s.finish(session)
		}
		due := time.Now().Add(st.pause)
		timer := time.NewTimer(st.pause)
		select {
		case <-st.changed:
		case <-timer.C:
			// A timer that fires late tells of a busy machine, on which the bot is slow as
			// well: it gets that much more time.
			if late := time.Since(due); late > 5*time.Millisecond && grace == 0 {
				grace = gapFactor * late
			}
		case <-s.done:
			timer.Stop()
			return session.said(s.cut())
		case <-ctx.Done():
			timer.Stop()
			return session.said(ctx.Err())
		}
		timer.Stop()
	}
}

// cut tells why nothing is heard any more.
func (s *Simulator) cut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Errorf("связь с ботом оборвалась: %w", s.broken)
}

// finish ends a turn and records what nobody said: silence and broken protocol.
func (s *Simulator) finish(session *Session) ([]progon.Message, error) {
	replies, err := session.end()
	if err != nil {
		s.note(session.chat, KindFailure, err)
		return replies, err
	}
	session.mu.Lock()
	sent, remark, asked := session.sent, session.remark, session.asked
	session.mu.Unlock()
	if len(replies) == 0 && sent > 0 {
		e := s.event(session.chat, progon.Note, progon.ActorProgon)
		e.Kind, e.Text, e.Place, e.Took = KindSilence, "бот ничего не ответил", session.chat.Channel, time.Since(asked)
		if remark != "" {
			e.Text += ": " + remark
		}
		s.Recorder.Record(e)
	}
	return replies, nil
}
