package progon_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

type fixedClock time.Time

func (c fixedClock) Now() time.Time { return time.Time(c) }

var noon = fixedClock(time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC))

func TestTimelineNumbersAndStamps(t *testing.T) {
	t.Parallel()
	tl := progon.NewTimeline(noon)
	grown := tl.Grown()
	first := tl.Record(progon.Event{Text: "раз"})
	select {
	case <-grown:
	default:
		t.Error("nobody was told of the first event")
	}
	second := tl.Record(progon.Event{Text: "два", Time: time.Time(noon).Add(time.Hour)})
	if first.Seq != 1 || second.Seq != 2 || tl.Len() != 2 {
		t.Errorf("seq %d, %d, len %d", first.Seq, second.Seq, tl.Len())
	}
	if !first.Time.Equal(time.Time(noon)) || !second.Time.Equal(time.Time(noon).Add(time.Hour)) {
		t.Errorf("times %v, %v", first.Time, second.Time)
	}
	events := tl.Events()
	events[0].Text = "подмена"
	if tl.Events()[0].Text != "раз" {
		t.Error("a reader changed the timeline")
	}
}

func TestTimelineIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	tl := progon.NewTimeline(noon)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 50 {
				tl.Record(progon.Event{})
			}
		})
	}
	wg.Wait()
	for i, e := range tl.Events() {
		if e.Seq != i+1 {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
	}
	if tl.Len() != 1000 {
		t.Errorf("%d events, want 1000", tl.Len())
	}
}

func TestCards(t *testing.T) {
	t.Parallel()
	field := func(name, value string) []progon.Field { return []progon.Field{{Name: name, Value: value}} }
	bot := func(op progon.Op, entity, id string, fields []progon.Field) progon.Event {
		return progon.Event{Actor: progon.ActorBot, Persona: "p1", Effects: []progon.Effect{{Op: op, Entity: entity, ID: id, Fields: fields}}}
	}
	staff := func(op progon.Op, entity, id string, fields []progon.Field) progon.Event {
		e := bot(op, entity, id, fields)
		e.Actor, e.Persona = "администратор", ""
		return e
	}
	type card struct {
		Ref, Value                       string
		Created, Deleted, Changed, Given bool
	}
	tests := []struct {
		name   string
		events []progon.Event
		want   []card
	}{
		{"nothing", nil, nil},
		{"created", []progon.Event{bot(progon.Created, "lead", "1", field("TITLE", "a"))}, []card{{"lead:1", "a", true, false, false, false}}},
		{"created and updated", []progon.Event{bot(progon.Created, "lead", "1", field("TITLE", "a")), bot(progon.Updated, "lead", "1", field("TITLE", "b"))},
			[]card{{"lead:1", "b", true, false, true, false}}},
		{"created and deleted", []progon.Event{bot(progon.Created, "lead", "1", field("TITLE", "a")), bot(progon.Deleted, "lead", "1", nil)},
			[]card{{"lead:1", "a", true, true, false, false}}},
		{"made by staff", []progon.Event{staff(progon.Created, "contact", "1", field("TITLE", "a"))}, []card{{"contact:1", "a", false, false, false, true}}},
		{"only read", []progon.Event{bot(progon.Read, "contact", "7", field("TITLE", "a"))}, []card{{"contact:7", "a", false, false, false, true}}},
		{"reading changes nothing", []progon.Event{bot(progon.Created, "lead", "1", field("TITLE", "a")), bot(progon.Read, "lead", "1", field("TITLE", "old"))},
			[]card{{"lead:1", "a", true, false, false, false}}},
		{"same number, another kind", []progon.Event{bot(progon.Created, "lead", "1", field("TITLE", "a")), bot(progon.Created, "deal", "1", field("TITLE", "b"))},
			[]card{{"lead:1", "a", true, false, false, false}, {"deal:1", "b", true, false, false, false}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tl := progon.NewTimeline(noon)
			for _, e := range tt.events {
				tl.Record(e)
			}
			var got []card
			for _, c := range tl.Events().Cards() {
				value, _ := c.Get("TITLE")
				got = append(got, card{c.Ref(), value, c.Created, c.Deleted, c.Changed, c.Given})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cards (-want +got):\n%s", diff)
			}
		})
	}
}
