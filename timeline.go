package progon

import (
	"sync"
	"time"
)

// Clock tells the time of a lane. Implementations are safe for concurrent use.
type Clock interface {
	Now() time.Time
}

// Recorder takes events as they happen. Record stamps the event with the next
// sequence number and, where Time is zero, with the lane's time, and returns it.
// It is safe for concurrent use and never blocks on anything but other calls.
type Recorder interface {
	Record(Event) Event
}

// Timeline is the ordered evidence of one scenario: one clock, one order.
type Timeline struct {
	clock Clock

	mu     sync.Mutex
	events []Event
	grown  chan struct{} // closed and replaced whenever an event is added
}

// NewTimeline returns an empty timeline on the given clock.
func NewTimeline(clock Clock) *Timeline {
	return &Timeline{clock: clock, grown: make(chan struct{})}
}

// Record implements Recorder.
func (t *Timeline) Record(e Event) Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Seq = len(t.events) + 1
	if e.Time.IsZero() {
		e.Time = t.clock.Now()
	}
	t.events = append(t.events, e)
	close(t.grown)
	t.grown = make(chan struct{})
	return e
}

// Events returns a copy of what was seen so far, in order.
func (t *Timeline) Events() Events {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append(Events(nil), t.events...)
}

// Len is the number of events so far.
func (t *Timeline) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.events)
}

// Grown returns a channel that is closed when the next event is recorded. Ask for it
// before looking at Events, so that nothing is missed between the two.
func (t *Timeline) Grown() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grown
}

// Events is a finished stretch of a timeline. Checks read nothing else.
type Events []Event

// Where keeps the events for which keep is true, in order.
func (es Events) Where(keep func(Event) bool) Events {
	var kept Events
	for _, e := range es {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// On keeps the events of the given surfaces.
func (es Events) On(surfaces ...Surface) Events {
	return es.Where(func(e Event) bool {
		for _, s := range surfaces {
			if e.Surface == s {
				return true
			}
		}
		return false
	})
}

// Replies keeps what the bot said in the chat.
func (es Events) Replies() Events {
	return es.Where(func(e Event) bool {
		return e.Surface == SurfaceChat && e.Direction == FromBot && e.Actor == ActorBot
	})
}

// Lines keeps what the simulated clients said in the chat.
func (es Events) Lines() Events {
	return es.Where(func(e Event) bool {
		return e.Surface == SurfaceChat && e.Direction == ToBot && e.Actor == ActorClient
	})
}

// Of keeps the events of one persona.
func (es Events) Of(persona string) Events {
	return es.Where(func(e Event) bool { return e.Persona == persona })
}

// After keeps the events that follow the one with that sequence number.
func (es Events) After(seq int) Events {
	return es.Where(func(e Event) bool { return e.Seq > seq })
}

// BySeq returns the event with that sequence number.
func (es Events) BySeq(seq int) (Event, bool) {
	for _, e := range es {
		if e.Seq == seq {
			return e, true
		}
	}
	return Event{}, false
}

// Cards folds the effects into the present state of the CRM: the last known fields of
// every entity which was not deleted, in the order in which they first appeared.
// A reading shows an entity without changing it.
func (es Events) Cards() []Card {
	byRef := map[string]*Card{}
	var order []string
	for _, e := range es {
		for _, x := range e.Effects {
			c, known := byRef[x.Ref()]
			if !known {
				c = &Card{Entity: x.Entity, ID: x.ID, Born: e.Seq}
				byRef[x.Ref()] = c
				order = append(order, x.Ref())
			}
			c.apply(e, x)
		}
	}
	cards := make([]Card, 0, len(order))
	for _, ref := range order {
		cards = append(cards, *byRef[ref])
	}
	return cards
}

// Card is the state of one entity of the CRM as the timeline shows it.
type Card struct {
	Entity  string
	ID      string
	Persona string // decided by attribution of the events which made it
	Fields  []Field
	Links   []string
	Created bool // by the bot, during this timeline
	Deleted bool
	Changed bool // updated by the bot at least once
	Given   bool // was there before: seeded by the scenario or made by staff
	Born    int  // Seq of the first event that showed it
	Last    int  // Seq of the last event that changed it
}

// Ref is the card's identity: «lead:12».
func (c Card) Ref() string { return c.Entity + ":" + c.ID }

// Get returns the value of the first field with that name.
func (c Card) Get(name string) (string, bool) { return Get(c.Fields, name) }

func (c *Card) apply(e Event, x Effect) {
	if e.Persona != "" && c.Persona == "" {
		c.Persona = e.Persona
	}
	if x.Op == Read {
		if c.Fields == nil {
			c.Fields, c.Links, c.Given = x.Fields, x.Links, true
		}
		return
	}
	c.Last = e.Seq
	byBot := e.Actor == ActorBot
	switch x.Op {
	case Created:
		c.Created, c.Given, c.Deleted = byBot, !byBot, false
	case Updated:
		c.Changed = c.Changed || byBot
	case Deleted:
		c.Deleted = true
		return // the last fields stay readable: a report shows what was deleted
	}
	c.Fields, c.Links = x.Fields, x.Links
}
