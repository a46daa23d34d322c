package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

// scripted is a connector whose bot does what the test says.
type scripted struct {
	on      func(s *scripted, chat Chat, m progon.Message) error
	replies chan Reply
	pace    Pace

	mu   sync.Mutex
	left []string
}

func (s *scripted) Send(_ context.Context, chat Chat, m progon.Message) error {
	return s.on(s, chat, m)
}

func (s *scripted) Receive(ctx context.Context) (Reply, error) {
	select {
	case r := <-s.replies:
		return r, nil
	case <-ctx.Done():
		return Reply{}, ctx.Err()
	}
}

func (s *scripted) Close() error { return nil }

func (s *scripted) Pace() *Pace { return &s.pace }

func (s *scripted) Leave(chat Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, chat.ID)
}

// later lets the bot say something after a while.
func (s *scripted) later(d time.Duration, r Reply) {
	time.AfterFunc(d, func() { s.replies <- r })
}

func said(chat Chat, text string) Reply {
	return Reply{Chat: chat.ID, Message: &progon.Message{Kind: progon.MessageText, Text: text}}
}

func line(text string) progon.Message {
	return progon.Message{Kind: progon.MessageText, Text: text}
}

// stage is a simulator over a scripted bot, in time that does not pass by itself.
func stage(t *testing.T, on func(s *scripted, chat Chat, m progon.Message) error) (*Simulator, *progon.Timeline, *scripted) {
	t.Helper()
	c := &scripted{on: on, replies: make(chan Reply, 2000)}
	clock := NewClock(time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC))
	tl := progon.NewTimeline(clock)
	s := New(Options{Connector: c, Recorder: tl, Clock: clock.Now, TurnTimeout: 30 * time.Second, Quiet: 300 * time.Millisecond})
	t.Cleanup(s.Close)
	return s, tl, c
}

func texts(messages []progon.Message) string {
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return strings.Join(out, "|")
}

func TestTurns(t *testing.T) {
	t.Parallel()
	over := func(chat Chat, m progon.Message) Reply { return Reply{Chat: chat.ID, TurnOver: true, To: m.ID} }
	tests := []struct {
		name string
		on   func(s *scripted, chat Chat, m progon.Message) error
		want string
		took time.Duration // of the turn, in the time of the test
	}{
		{"the channel tells the end", func(s *scripted, c Chat, m progon.Message) error {
			s.replies <- said(c, "а")
			s.replies <- over(c, m)
			return nil
		}, "а", 0},
		{"quiet ends a turn", func(s *scripted, c Chat, m progon.Message) error {
			s.later(time.Second, said(c, "а"))
			s.later(1200*time.Millisecond, said(c, "б"))
			return nil
		}, "а|б", 1500 * time.Millisecond},
		{"typing is not yet an answer", func(s *scripted, c Chat, m progon.Message) error {
			s.later(10*time.Millisecond, Reply{Chat: c.ID, Typing: true})
			s.later(4*time.Second, said(c, "а"))
			return nil
		}, "а", 4300 * time.Millisecond},
		{"typing after a promise", func(s *scripted, c Chat, m progon.Message) error {
			s.later(0, said(c, "секунду"))
			s.later(10*time.Millisecond, Reply{Chat: c.ID, Typing: true})
			s.later(3*time.Second, said(c, "готово"))
			return nil
		}, "секунду|готово", 3300 * time.Millisecond},
		{"silence lasts as long as the bot may think", func(*scripted, Chat, progon.Message) error { return nil }, "", 30 * time.Second},
		{"the end of another message means nothing", func(s *scripted, c Chat, m progon.Message) error {
			s.replies <- Reply{Chat: c.ID, TurnOver: true, To: "msg-earlier"}
			s.later(time.Second, said(c, "а"))
			return nil
		}, "а", 1300 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _, _ := stage(t, tt.on)
				defer s.Close()
				begun := time.Now()
				got, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), line("x"))
				if err != nil {
					t.Fatal(err)
				}
				if texts(got) != tt.want || time.Since(begun) != tt.took {
					t.Errorf("heard %q after %v, want %q after %v", texts(got), time.Since(begun), tt.want, tt.took)
				}
			})
		})
	}
}

func TestDelayIsThatOfTheFirstMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, tl, _ := stage(t, func(s *scripted, c Chat, m progon.Message) error {
			s.later(2*time.Second, said(c, "а"))
			s.later(2100*time.Millisecond, said(c, "б"))
			return nil
		})
		defer s.Close()
		if _, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), line("x")); err != nil {
			t.Fatal(err)
		}
		var took []time.Duration
		for _, e := range tl.Events().Replies() {
			took = append(took, e.Took)
		}
		if diff := cmp.Diff([]time.Duration{2 * time.Second, 0}, took); diff != "" {
			t.Errorf("delays (-want +got):\n%s", diff)
		}
	})
}

// A bot that answers at once is not waited for longer than it needs; one that answers in two
// steps is waited for as soon as that is known.
func TestQuietFollowsTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := stage(t, func(s *scripted, c Chat, m progon.Message) error {
			s.later(time.Millisecond, said(c, "а"))
			return nil
		})
		defer s.Close()
		session, begun := s.Open("p1", "Алсу", "сайт"), time.Now()
		for range 6 {
			if got, err := s.Say(t.Context(), session, line("x")); err != nil || texts(got) != "а" {
				t.Fatalf("heard %q, %v", texts(got), err)
			}
		}
		if average := time.Since(begun) / 6; average > 150*time.Millisecond {
			t.Errorf("a turn takes %v on average", average)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := stage(t, func(s *scripted, c Chat, m progon.Message) error {
			s.later(time.Millisecond, said(c, "секунду"))
			s.later(700*time.Millisecond, said(c, "готово"))
			return nil
		})
		defer s.Close()
		session := s.Open("p1", "Алсу", "сайт")
		var heard []string
		for range 3 {
			got, err := s.Say(t.Context(), session, line("x"))
			if err != nil {
				t.Fatal(err)
			}
			heard = append(heard, texts(got))
			<-time.After(time.Second) // in the time of the test: the client reads
		}
		// The first turn ends too early by the quiet that was asked for; that is noticed.
		if diff := cmp.Diff([]string{"секунду", "секунду|готово", "секунду|готово"}, heard); diff != "" {
			t.Errorf("turns (-want +got):\n%s", diff)
		}
	})
}

func TestFailuresAndSilenceAreRecorded(t *testing.T) {
	t.Parallel()
	cut := &Failure{Text: "бот ответил 500", Status: 500, Raw: []byte("стек")}
	tests := []struct {
		name string
		on   func(s *scripted, chat Chat, m progon.Message) error
		kind string
		err  bool
	}{
		{"refused", func(*scripted, Chat, progon.Message) error { return cut }, KindFailure, true},
		{"cut while thinking", func(s *scripted, c Chat, _ progon.Message) error {
			s.replies <- Reply{Chat: c.ID, Failed: cut}
			return nil
		}, KindFailure, true},
		{"silence", func(s *scripted, c Chat, m progon.Message) error {
			s.replies <- Reply{Chat: c.ID, TurnOver: true, Remark: "путь ничего не нашёл"}
			return nil
		}, KindSilence, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, tl, _ := stage(t, tt.on)
			_, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), line("x"))
			if (err != nil) != tt.err || (tt.err && !errors.Is(err, cut)) {
				t.Fatalf("error = %v", err)
			}
			events := tl.Events()
			last := events[len(events)-1]
			if last.Kind != tt.kind || last.Direction != progon.Note || last.Actor != progon.ActorProgon || last.Persona != "p1" {
				t.Errorf("the last event is %+v", last)
			}
			if tt.err && (last.Status != 500 || string(last.Raw) != "стек") {
				t.Errorf("status %d, raw %q", last.Status, last.Raw)
			}
			if tt.kind == KindSilence && last.Text != "бот ничего не ответил: путь ничего не нашёл" {
				t.Errorf("text %q", last.Text)
			}
			if n := len(tl.Events().Replies()); n != 0 {
				t.Errorf("%d replies", n)
			}
		})
	}
}

func TestFlood(t *testing.T) {
	t.Parallel()
	s, tl, _ := stage(t, func(s *scripted, c Chat, m progon.Message) error {
		for i := range 1500 {
			s.replies <- said(c, fmt.Sprint(i))
		}
		return nil
	})
	_, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), line("x"))
	if err == nil || !strings.Contains(err.Error(), "больше 300 сообщений подряд") {
		t.Errorf("error = %v", err)
	}
	if n := len(tl.Events().Replies()); n != maxReplies {
		t.Errorf("%d replies recorded", n)
	}
}

func TestUnknownConversation(t *testing.T) {
	t.Parallel()
	s, tl, _ := stage(t, func(s *scripted, c Chat, m progon.Message) error {
		s.replies <- said(Chat{ID: "чужой"}, "не вам")
		s.replies <- said(c, "вам")
		s.replies <- Reply{Chat: c.ID, TurnOver: true}
		return nil
	})
	s.Open("p2", "Айгуль", "сайт")
	got, err := s.Say(t.Context(), s.Open("p1", "Алсу", "сайт"), line("x"))
	if err != nil || texts(got) != "вам" {
		t.Fatalf("heard %q, %v", texts(got), err)
	}
	first := tl.Events().Replies()[0]
	if first.Persona != "" || first.Attributed != "" || first.Conversation != "чужой" || first.Place != "разговор, которого Прогон не начинал" {
		t.Errorf("somebody else's reply is %+v", first)
	}
}

func TestCloseLeavesTheConversations(t *testing.T) {
	t.Parallel()
	s, _, c := stage(t, func(*scripted, Chat, progon.Message) error { return nil })
	session := s.Open("p1", "Алсу", "сайт")
	s.Close()
	s.Close()
	if len(c.left) == 0 || c.left[0] != session.ID() {
		t.Errorf("left %v", c.left)
	}
	if _, err := s.Redeliver(t.Context(), session); err == nil {
		t.Error("nothing was said, and yet it was delivered again")
	}
}

func TestIDsFollowTheKey(t *testing.T) {
	t.Parallel()
	ids := func(key string) string {
		var sent []string
		s, _, c := stage(t, func(s *scripted, chat Chat, m progon.Message) error {
			sent = append(sent, chat.ID+" "+m.ID)
			s.replies <- Reply{Chat: chat.ID, TurnOver: true}
			return nil
		})
		_ = c
		s.Key = key
		session := s.Open("p1", "Алсу", "сайт")
		for range 2 {
			if _, err := s.Say(t.Context(), session, line("x")); err != nil {
				t.Fatal(err)
			}
		}
		return strings.Join(sent, ", ")
	}
	if ids("a") != ids("a") || ids("a") == ids("b") {
		t.Errorf("a: %s, b: %s", ids("a"), ids("b"))
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kazan := time.FixedZone("Казань", 3*60*60)
		base := time.Date(2026, 9, 15, 14, 0, 0, 0, kazan)
		c := NewClock(base)
		<-time.After(time.Minute) // in the time of the test
		if got := c.Now(); !got.Equal(base.Add(time.Minute)) || got.Location() != kazan {
			t.Errorf("after a minute it shows %v", got)
		}
		c.Advance(61 * 24 * time.Hour)
		if got, want := c.Now(), base.Add(time.Minute+61*24*time.Hour); !got.Equal(want) {
			t.Errorf("after 61 days it shows %v, want %v", got, want)
		}
		c.Set(base)
		<-time.After(time.Second) // in the time of the test
		if got := c.Now(); !got.Equal(base.Add(time.Second)) {
			t.Errorf("set back it shows %v", got)
		}
	})
}

func TestClockIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := NewClock(time.Now())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				c.Advance(time.Second)
				c.Now()
			}
		})
	}
	wg.Wait()
	if d := time.Until(c.Now()); d < 799*time.Second || d > 801*time.Second {
		t.Errorf("800 steps of a second are %v", d)
	}
}
