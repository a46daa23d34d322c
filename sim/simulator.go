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

// Options say how a simulator speaks to a bot.
type Options struct {
	Connector Connector
	Clock     func() time.Time
	Recorder  progon.Recorder
	// TurnTimeout is how long the bot may take to answer at all.
	TurnTimeout time.Duration
	// Quiet is the silence after which a turn counts as over, for channels that do not
	// tell so themselves.
	Quiet time.Duration
	// Key makes the ids of sessions and messages: the same key gives the same ids.
	Key string
}

// Simulator says the lines of simulated clients and keeps the transcript. Its methods are
// safe for concurrent use; turns of one session are said one after another.
type Simulator struct {
	Options

	mu       sync.Mutex
	sessions map[string]*Session
	pump     sync.Once
	stop     context.CancelFunc
	broken   error // why nothing more is heard
	done     chan struct{}
}

// Session is one conversation of one client.
type Session struct {
	chat Chat
	turn sync.Mutex // one turn at a time

	mu       sync.Mutex
	messages int
	last     progon.Message
	replies  []progon.Message // of the present turn
	sent     int              // messages of the client in this turn
	overs    int              // how many of them the channel has called answered
	asked    time.Time        // when the present turn began, on the real clock
	heard    time.Time        // when the bot was last heard
	changed  chan struct{}    // closed and replaced when something was heard
}

// ID is the session id as the bot sees it.
func (s *Session) ID() string { return s.chat.ID }

// New returns a simulator that listens from the first session on. Close it.
func New(o Options) *Simulator {
	if o.TurnTimeout <= 0 {
		o.TurnTimeout = 40 * time.Second
	}
	if o.Quiet <= 0 {
		o.Quiet = 300 * time.Millisecond
	}
	return &Simulator{Options: o, sessions: map[string]*Session{}, done: make(chan struct{})}
}

// Open begins a conversation. Nothing is sent until the client says something.
func (s *Simulator) Open(persona, name, channel string) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id("chat", len(s.sessions)+1)
	session := &Session{
		chat:    Chat{ID: id, Persona: persona, Name: name, Channel: channel},
		changed: make(chan struct{}),
	}
	s.sessions[id] = session
	s.pump.Do(s.listen)
	return session
}

// id is a number that looks like a channel's own and does not change from run to run.
func (s *Simulator) id(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", s.Key, kind, n))
	return kind + "-" + hex.EncodeToString(sum[:6])
}

// listen hears the bot until the simulator is closed.
func (s *Simulator) listen() {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() {
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
	}()
}

// Close stops listening. The connector stays open: the next scenario uses it.
func (s *Simulator) Close() {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-s.done
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
	if session == nil {
		if r.Message != nil {
			s.Recorder.Record(progon.Event{
				Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: progon.ActorBot, Conversation: r.Chat,
				Kind: string(r.Message.Kind), Text: r.Message.Text, Message: r.Message, Raw: r.Raw,
				Place: "разговор, которого Прогон не начинал",
			})
		}
		return
	}
	session.hear(r, s.Recorder)
}

func (s *Session) hear(r Reply, rec progon.Recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if r.Message != nil {
		e := progon.Event{
			Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: progon.ActorBot,
			Conversation: s.chat.ID, Persona: s.chat.Persona, Attributed: "session",
			Kind: string(r.Message.Kind), Text: r.Message.Text, Message: r.Message, Raw: r.Raw,
		}
		if len(s.replies) == 0 && !s.asked.IsZero() {
			e.Took = now.Sub(s.asked) // the bot's delay is that of its first message
		}
		rec.Record(e)
		s.replies = append(s.replies, *r.Message)
	}
	if r.TurnOver {
		s.overs++
	}
	s.heard = now
	close(s.changed)
	s.changed = make(chan struct{})
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
		if err := s.send(ctx, session, m, progon.ActorClient); err != nil {
			return nil, err
		}
	}
	return s.wait(ctx, session)
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
	if err := s.send(ctx, session, last, progon.ActorProgon); err != nil {
		return nil, err
	}
	return s.wait(ctx, session)
}

// Listen waits for what the bot says by itself, until it has been quiet for that long.
func (s *Simulator) Listen(ctx context.Context, session *Session, quiet time.Duration) ([]progon.Message, error) {
	session.turn.Lock()
	defer session.turn.Unlock()
	session.begin()
	session.mu.Lock()
	session.asked = time.Time{} // nobody asked: there is no delay to measure
	session.mu.Unlock()
	if p, ok := s.Connector.(Poller); ok {
		if err := p.Poll(ctx, session.chat); err != nil {
			return nil, err
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
	for _, l := range lines {
		bySession[l.Session] = append(bySession[l.Session], l.Message)
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(bySession))
	for session, messages := range bySession {
		wg.Go(func() {
			for _, m := range messages {
				if _, err := s.Say(ctx, session, m); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (s *Simulator) send(ctx context.Context, session *Session, m progon.Message, actor progon.Actor) error {
	session.mu.Lock()
	session.sent++
	if actor == progon.ActorClient {
		session.last = m
	}
	session.mu.Unlock()
	s.Recorder.Record(progon.Event{
		Surface: progon.SurfaceChat, Direction: progon.ToBot, Actor: actor,
		Conversation: session.chat.ID, Persona: session.chat.Persona, Attributed: "session",
		Kind: string(m.Kind), Text: m.Text, Message: &m, Place: placeOf(session, actor),
	})
	ctx, cancel := context.WithTimeout(ctx, s.TurnTimeout)
	defer cancel()
	return s.Connector.Send(ctx, session.chat, m)
}

func placeOf(session *Session, actor progon.Actor) string {
	if actor == progon.ActorProgon {
		return session.chat.Channel + ", повторная доставка"
	}
	return session.chat.Channel
}

// wait waits for the end of the bot's turn.
func (s *Simulator) wait(ctx context.Context, session *Session) ([]progon.Message, error) {
	return s.settle(ctx, session, s.Quiet)
}

// settle waits until the channel says that the turn is over, or the bot has said something
// and been quiet since, or nothing came within the timeout.
func (s *Simulator) settle(ctx context.Context, session *Session, quiet time.Duration) ([]progon.Message, error) {
	deadline := time.NewTimer(s.TurnTimeout)
	defer deadline.Stop()
	begun := time.Now()
	for {
		session.mu.Lock()
		replies, heard, changed, asked := session.replies, session.heard, session.changed, session.asked
		over := session.sent > 0 && session.overs >= session.sent
		session.mu.Unlock()
		if over {
			return replies, nil
		}
		// Whoever was asked may think as long as the timeout allows; whoever was not
		// only has to be quiet.
		pause := s.TurnTimeout
		if !heard.IsZero() {
			pause = quiet - time.Since(heard)
		} else if asked.IsZero() {
			pause = quiet - time.Since(begun)
		}
		if pause <= 0 {
			return replies, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-changed:
		case <-timer.C:
		case <-deadline.C:
			timer.Stop()
			return replies, nil
		case <-s.done:
			timer.Stop()
			s.mu.Lock()
			err := s.broken
			s.mu.Unlock()
			return nil, fmt.Errorf("связь с ботом оборвалась: %w", err)
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
		timer.Stop()
	}
}

// begin starts a turn: what came late belongs to the turn before.
func (s *Session) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies, s.sent, s.overs, s.heard, s.asked = nil, 0, 0, time.Time{}, time.Now()
}

func (s *Session) next(sim *Simulator) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages++
	return sim.id("msg-"+s.chat.ID, s.messages)
}
