package checks

import (
	"testing"

	"progon"
	"progon/sim/pii/trace"
)

func TestAttribute(t *testing.T) {
	t.Parallel()
	lead := func(ref string, fields ...progon.Field) progon.Event {
		return progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Effects: []progon.Effect{{Op: progon.Created, Entity: "lead", ID: ref, Fields: fields}}}
	}
	field := func(name, value string) progon.Field { return progon.Field{Name: name, Value: value} }
	tests := []struct {
		name   string
		events []progon.Event
		want   string // of the last event
		by     string
	}{
		{"by the conversation", []progon.Event{{Conversation: "chat-alsu-01"}}, alsu, bySession},
		{"by a conversation inside", []progon.Event{{Text: "session=chat-alsu-01 ok"}}, alsu, bySession},
		{"by a canary", []progon.Event{lead("1", field("PHONE[0].VALUE", "+79751234567"))}, alsu, byCanary},
		{"by an entity", []progon.Event{lead("1", field("PHONE[0].VALUE", "+79751234567")), {Effects: []progon.Effect{{Op: progon.Updated, Entity: "lead", ID: "1"}}}}, alsu, byEntity},
		{"by a link", []progon.Event{lead("1", field("PHONE[0].VALUE", "+79751234567")), {Effects: []progon.Effect{{Op: progon.Created, Entity: "task", ID: "9", Links: []string{"lead:1"}}}}}, alsu, byEntity},
		{"by an external key", []progon.Event{lead("1", field("PHONE[0].VALUE", "+79751234567"), field("ORIGIN_ID", "abc")), {Fields: []progon.Field{field("filter.ORIGIN_ID", "abc")}}}, alsu, byKey},
		{"two clients at once", []progon.Event{{Text: alsuPhone + " и " + maratPhone}}, "", ""},
		{"an entity that two have touched", []progon.Event{lead("1", field("A", alsuPhone)), {Text: maratPhone, Effects: []progon.Effect{{Op: progon.Updated, Entity: "lead", ID: "1"}}},
			{Effects: []progon.Effect{{Op: progon.Updated, Entity: "lead", ID: "1"}}}}, "", ""},
		{"nothing decides", []progon.Event{{Text: "bot started"}}, "", ""},
		{"a name is too little", []progon.Event{{Text: "один из двух"}}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := Attribute(tt.events, map[string]string{"chat-alsu-01": alsu, "chat-marat-02": marat}, trace.New(canaries()))
			last := out[len(out)-1]
			if last.Persona != tt.want || last.Attributed != tt.by {
				t.Errorf("attributed to %q by %q, want %q by %q", last.Persona, last.Attributed, tt.want, tt.by)
			}
			if tt.events[len(tt.events)-1].Persona != "" {
				t.Error("the evidence itself was changed")
			}
		})
	}
}
