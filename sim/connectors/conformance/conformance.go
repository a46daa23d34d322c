// Package conformance is one suite over all connectors: whatever the channel, a client must
// hear the same bot. It is not a bot's test: the bot is [Bot], served by each connector's own
// test over that channel. Start at [Run].
package conformance

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
	"progon/sim"
)

// Line is what the served bot gets.
type Line struct {
	Session, ID, Type, Text, Payload, Name string
}

// Say is one message of the served bot.
type Say struct {
	Text    string
	Buttons []progon.Button
	After   time.Duration
	Broken  bool // the channel's test sends something that is against the protocol
}

// Bot is what the channel's test must serve: it is asked for each line and answers with
// what to say, in order. It is safe for concurrent use.
type Bot struct {
	mu   sync.Mutex
	seen map[string]int
	last map[string]Line
}

// Lines of the suite which the bot understands.
const (
	three   = "три сообщения"
	silent  = "молчи"
	slow    = "отвечай не спеша"
	choice  = "покажи кнопки"
	count   = "который раз"
	broken  = "сломай протокол"
	profile = "кто я"
)

// Hear answers one line.
func (b *Bot) Hear(l Line) []Say {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		b.seen, b.last = map[string]int{}, map[string]Line{}
	}
	b.seen[l.ID]++
	b.last[l.Session] = l
	switch l.Text {
	case three:
		return []Say{{Text: "раз"}, {Text: "два"}, {Text: "три"}}
	case silent:
		return nil
	case slow:
		return []Say{{Text: "первое"}, {Text: "второе", After: 120 * time.Millisecond}}
	case choice:
		return []Say{{Text: "Выберите", Buttons: []progon.Button{{Title: "Да", Payload: "yes"}, {Title: "Нет", Payload: "no"}}}}
	case count:
		return []Say{{Text: fmt.Sprintf("раз: %d", b.seen[l.ID])}}
	case broken:
		return []Say{{Broken: true}}
	case profile:
		return []Say{{Text: l.Name + ", " + l.Type + ", " + l.Payload}}
	}
	return []Say{{Text: l.Text}}
}

// Served is a bot on its channel.
type Served struct {
	Connector sim.Connector
	// Restart stops the bot and starts it again at the same address.
	Restart func()
}

// Run checks a connector against the contract of sim.Connector. serve starts the bot on
// the channel; what it starts ends with the test.
func Run(t *testing.T, serve func(t *testing.T, bot *Bot) Served) {
	t.Helper()
	for _, c := range []struct {
		name  string
		check func(*testing.T, *world)
	}{
		{"several replies stay in order", severalReplies},
		{"silence is no error", silence},
		{"a slow reply belongs to its turn", slowReply},
		{"buttons, and pressing one", buttons},
		{"a second delivery has the same id", redelivery},
		{"two clients at once hear their own", manyClients},
		{"a long message", longMessage},
		{"any writing survives", anyWriting},
		{"the bot is restarted", restart},
		{"a broken answer is told in Russian", brokenAnswer},
		{"the next scenario hears nothing of the one before", nextScenario},
		{"an interrupted turn ends at once", interrupted},
		{"closing ends the hearing", closing},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &world{bot: &Bot{}}
			w.Served = serve(t, w.bot)
			w.begin(t)
			c.check(t, w)
		})
	}
}

type world struct {
	Served
	bot      *Bot
	sim      *sim.Simulator
	timeline *progon.Timeline
	ctx      context.Context
	runs     int
}

func (w *world) begin(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	clock := sim.NewClock(time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC))
	w.ctx, w.timeline = ctx, progon.NewTimeline(clock)
	w.runs++
	w.sim = sim.New(sim.Options{
		Connector: w.Connector, Recorder: w.timeline, Clock: clock.Now,
		TurnTimeout: 5 * time.Second, Quiet: 400 * time.Millisecond, Key: fmt.Sprint(t.Name(), w.runs),
	})
	t.Cleanup(w.sim.Close)
}

// say says one line and compares what the bot answered.
func (w *world) say(t *testing.T, s *sim.Session, m progon.Message, want ...string) []progon.Message {
	t.Helper()
	got, err := w.sim.Say(w.ctx, s, m)
	if err != nil {
		t.Fatalf("Say(%q): %v", m.Text, err)
	}
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Fatalf("answer to %.40q (-want +got):\n%s", m.Text, diff)
	}
	return got
}

func texts(messages []progon.Message) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return out
}

func text(s string) progon.Message { return progon.Message{Kind: progon.MessageText, Text: s} }

func severalReplies(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text(three), "раз", "два", "три")
	var heard []string
	for _, e := range w.timeline.Events().Replies() {
		if e.Persona != "p1" || e.Conversation != s.ID() || len(e.Raw) == 0 {
			t.Errorf("event %d: persona %q, conversation %q, %d raw bytes", e.Seq, e.Persona, e.Conversation, len(e.Raw))
		}
		heard = append(heard, e.Text)
	}
	if diff := cmp.Diff([]string{"раз", "два", "три"}, heard); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func silence(t *testing.T, w *world) {
	w.sim.TurnTimeout = time.Second
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text(silent))
	notes := w.timeline.Events().Where(func(e progon.Event) bool { return e.Kind == sim.KindSilence })
	if len(notes) != 1 || notes[0].Direction != progon.Note || notes[0].Persona != "p1" {
		t.Errorf("silence is recorded as %+v", notes)
	}
	w.say(t, s, text("теперь говори"), "теперь говори")
}

func slowReply(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text(slow), "первое", "второе")
	w.say(t, s, text("дальше"), "дальше")
	for i, e := range w.timeline.Events().Replies() {
		if first := i != 1; first != (e.Took > 0) {
			t.Errorf("reply %d: delay %v; only the first of a turn has one", i, e.Took)
		}
	}
}

func buttons(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	got := w.say(t, s, text(choice), "Выберите")
	want := []progon.Button{{Title: "Да", Payload: "yes"}, {Title: "Нет", Payload: "no"}}
	if diff := cmp.Diff(want, got[0].Buttons); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
	w.say(t, s, progon.Message{Kind: progon.MessageButton, Text: profile, Payload: "yes"}, "Алсу, button, yes")
}

func redelivery(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text(count), "раз: 1")
	got, err := w.sim.Redeliver(w.ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"раз: 2"}, texts(got)); diff != "" {
		t.Errorf("second delivery (-want +got):\n%s", diff)
	}
	w.say(t, s, text(count), "раз: 1")
}

func manyClients(t *testing.T, w *world) {
	var lines []sim.Line
	var sessions []*sim.Session
	for i := range 6 {
		s := w.sim.Open(fmt.Sprintf("p%d", i), "Алсу", "сайт")
		sessions = append(sessions, s)
		for k := range 3 {
			lines = append(lines, sim.Line{Session: s, Message: text(fmt.Sprintf("клиент %d, строка %d", i, k))})
		}
	}
	if err := w.sim.SayAll(w.ctx, lines); err != nil {
		t.Fatal(err)
	}
	for i, s := range sessions {
		var got []string
		for _, e := range w.timeline.Events().Replies().Of(fmt.Sprintf("p%d", i)) {
			got = append(got, e.Text)
		}
		want := []string{fmt.Sprintf("клиент %d, строка 0", i), fmt.Sprintf("клиент %d, строка 1", i), fmt.Sprintf("клиент %d, строка 2", i)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("client %s heard (-want +got):\n%s", s.ID(), diff)
		}
	}
}

func longMessage(t *testing.T, w *world) {
	long := strings.Repeat("очень длинное сообщение 🙂 ", 8000)
	w.say(t, w.sim.Open("p1", "Алсу", "сайт"), text(long+"конец"), long+"конец")
}

func anyWriting(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Әлфия «Ә» O'Нил", "сайт")
	for _, line := range []string{
		"Сәлам! Ңң Җҗ Һһ Үү Өө", "👩‍👩‍👧‍👦 и 🏳️‍🌈", "שלום مرحبا", `кавычки " ' \ / { } [ ] {{text}} ${HOME}`,
		"a\nb\nc", "+7 (000) 000-00-00", "100%25 & a=b + c;?#", "<b>не разметка</b>",
	} {
		w.say(t, s, text(line), line)
	}
	w.say(t, s, progon.Message{Kind: progon.MessageText, Text: profile}, "Әлфия «Ә» O'Нил, text, ")
}

func restart(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text("до"), "до")
	w.Restart()
	w.say(t, s, text("после"), "после")
}

var russian = regexp.MustCompile(`\p{Cyrillic}{4}`)

func brokenAnswer(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Зульфия", "сайт")
	_, err := w.sim.Say(w.ctx, s, text(broken))
	var f *sim.Failure
	if !errors.As(err, &f) {
		t.Fatalf("Say = %v, want a failure of the bot", err)
	}
	if !russian.MatchString(f.Text) || strings.Contains(f.Text, "Зульфия") || strings.Contains(f.Text, "протокол сломай") {
		t.Errorf("error %q: want Russian without the client's words", f.Text)
	}
	notes := w.timeline.Events().Where(func(e progon.Event) bool { return e.Kind == sim.KindFailure && e.Persona == "p1" })
	if len(notes) != 1 {
		t.Errorf("%d failures in the timeline, want 1: %+v", len(notes), notes)
	}
	w.say(t, s, text("дальше"), "дальше")
}

func nextScenario(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.sim.TurnTimeout = 60 * time.Millisecond
	_, _ = w.sim.Say(w.ctx, s, text(slow)) // too short to hear all of it
	w.sim.Close()
	w.begin(t)
	s = w.sim.Open("p2", "Айгуль", "сайт")
	w.say(t, s, text(slow), "первое", "второе")
	for _, e := range w.timeline.Events().Replies() {
		if e.Persona != "p2" {
			t.Errorf("heard of another scenario: %+v", e)
		}
	}
}

func interrupted(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text("раз"), "раз")
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := w.sim.Say(ctx, s, text("два")); err == nil {
		t.Error("an interrupted turn ended well")
	}
}

func closing(t *testing.T, w *world) {
	s := w.sim.Open("p1", "Алсу", "сайт")
	w.say(t, s, text("раз"), "раз")
	if err := w.Connector.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Connector.Receive(w.ctx); err == nil {
		t.Error("Receive after Close gave no error")
	}
	if _, err := w.sim.Listen(w.ctx, s, 50*time.Millisecond); err == nil {
		t.Error("a simulator on a closed connector hears on")
	}
}
