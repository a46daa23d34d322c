package sim

import (
	"fmt"
	"sync"
	"time"

	"progon"
)

// Session is one conversation of one client.
type Session struct {
	chat Chat
	pace *Pace
	turn sync.Mutex // one turn at a time

	mu       sync.Mutex
	messages int
	last     progon.Message
	open     bool             // a turn is under way
	replies  []progon.Message // of the present turn
	waiting  []string         // messages of the client which the channel has not called answered
	tells    bool             // the channel does tell when a message is answered
	sent     int
	failed   error
	remark   string
	asked    time.Time     // when the client last wrote, on the real clock
	heard    time.Time     // when the bot last said something
	typing   time.Time     // when it was last seen typing
	changed  chan struct{} // closed and replaced when something was heard
}

// ID is the session id as the bot sees it.
func (s *Session) ID() string { return s.chat.ID }

// maxReplies bounds a turn: a bot that floods its client is told so, not recorded without end.
const maxReplies = 300

// hear takes what the bot said in this conversation. Recording happens under the lock, so
// that the order of the timeline is the order of hearing.
func (s *Session) hear(r Reply, sim *Simulator) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if r.Failed != nil && s.failed == nil {
		s.failed = r.Failed
	}
	if r.Remark != "" {
		s.remark = r.Remark
	}
	if r.Message != nil {
		s.message(r, sim, now)
	}
	if r.Typing {
		s.typing = now
	}
	if r.TurnOver {
		s.over(r.To)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Session) message(r Reply, sim *Simulator, now time.Time) {
	if len(s.replies) >= maxReplies {
		if s.failed == nil {
			s.failed = &Failure{Text: fmt.Sprintf("бот прислал больше %d сообщений подряд: похоже, он зациклился; остальные Прогон не слушает", maxReplies)}
		}
		return
	}
	e := sim.event(s.chat, progon.FromBot, progon.ActorBot)
	e.Kind, e.Text, e.Message, e.Raw = string(r.Message.Kind), r.Message.Text, r.Message, r.Raw
	began := now
	if !r.Began.IsZero() {
		began = r.Began
	}
	first := len(s.replies) == 0
	if first && !s.asked.IsZero() {
		e.Took = max(began.Sub(s.asked), 0) // the bot's delay is that of its first message
	}
	switch {
	case first && s.open && !s.asked.IsZero():
		s.pace.heard(true, now.Sub(s.asked))
	case s.typing.After(s.heard):
		// Whoever was seen typing needs no waiting on suspicion.
	case !first && s.open:
		s.pace.heard(false, now.Sub(s.heard))
	case !first:
		s.pace.late(now.Sub(s.heard))
	}
	sim.Recorder.Record(e)
	s.replies = append(s.replies, *r.Message)
	s.heard = now
}

// over strikes out the message whose answer has come to its end. An end that nobody waits
// for belongs to a turn before and means nothing.
func (s *Session) over(to string) {
	for i, id := range s.waiting {
		if to == "" || id == to {
			s.waiting, s.tells = append(s.waiting[:i:i], s.waiting[i+1:]...), true
			return
		}
	}
}

// begin starts a turn: what came late belongs to the turn before.
func (s *Session) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open, s.replies, s.waiting, s.sent, s.failed, s.remark = true, nil, nil, 0, nil, ""
	s.asked, s.heard, s.typing = time.Time{}, time.Time{}, time.Time{}
}

// end closes a turn and returns what was said in it.
func (s *Session) end() ([]progon.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
	if len(s.replies) > 0 {
		s.pace.turn()
	}
	return s.replies, s.failed
}

// writes notes a line of the client before it is sent.
func (s *Session) writes(m progon.Message, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	s.waiting = append(s.waiting, m.ID)
	s.asked = time.Now()
	if !again {
		s.last = m
	}
}

func (s *Session) next(sim *Simulator) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages++
	return sim.id("msg-"+s.chat.ID, s.messages)
}

// state is what settle decides by.
type state struct {
	over    bool
	pause   time.Duration // how long to wait for more
	changed <-chan struct{}
}

// look tells whether the turn is over, and how long to wait if it is not.
func (s *Session) look(begun time.Time, quiet, timeout time.Duration) state {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := state{changed: s.changed, over: s.failed != nil || (s.sent > 0 && len(s.waiting) == 0)}
	switch {
	case s.typing.After(s.heard):
		// Whoever types has not finished, even if nothing was said yet.
		st.pause = max(typingHold, quiet) - time.Since(s.typing)
	case s.tells && len(s.waiting) > 0:
		// The rest of a burst is still to be answered, and the channel will say so.
		st.pause = timeout - time.Since(begun)
	case !s.heard.IsZero():
		st.pause = quiet - time.Since(s.heard)
	case s.sent == 0:
		// Nobody was asked: it is enough to be quiet.
		st.pause = quiet - time.Since(begun)
	default:
		st.pause = timeout - time.Since(begun)
	}
	return st
}
