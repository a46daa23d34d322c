package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
	"progon/sim/pii"
	"progon/sim/pii/trace"
)

const (
	alsu  = "client-1"
	marat = "client-2"

	alsuPhone  = "+7 975 123-45-67"
	maratPhone = "+7 975 765-43-21"
)

// tape builds a timeline in the order in which things happen, a second apart.
type tape struct{ *progon.Timeline }

type stepped struct{ now time.Time }

func (s *stepped) Now() time.Time {
	s.now = s.now.Add(time.Second)
	return s.now
}

func newTape() tape { return tape{progon.NewTimeline(&stepped{noon})} }

func (t tape) says(client, text string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceChat, Direction: progon.ToBot, Actor: progon.ActorClient, Persona: client, Conversation: "chat-" + client,
		Text: text, Message: &progon.Message{Kind: progon.MessageText, Text: text}})
	return t
}

func (t tape) replies(client, text string, buttons ...string) tape {
	return t.repliesAfter(client, text, time.Second, buttons...)
}

func (t tape) repliesAfter(client, text string, took time.Duration, buttons ...string) tape {
	m := &progon.Message{Kind: progon.MessageText, Text: text}
	for _, b := range buttons {
		m.Buttons = append(m.Buttons, progon.Button{Title: b})
	}
	t.Record(progon.Event{Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: progon.ActorBot, Persona: client, Conversation: "chat-" + client, Text: text, Message: m, Took: took})
	return t
}

func (t tape) staff(client, role, text string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: progon.Actor(role), Persona: client, Text: text})
	return t
}

func (t tape) again(client, text string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceChat, Direction: progon.ToBot, Actor: progon.ActorProgon, Persona: client, Conversation: "chat-" + client, Text: text})
	return t
}

// calls records one call to the CRM with one effect. Fields come in pairs.
func (t tape) calls(client, method string, op progon.Op, entity, id string, pairs ...string) tape {
	return t.callsWith(client, method, "POST /rest/1/x/"+method+" HTTP/1.1\n\n", op, entity, id, pairs...)
}

func (t tape) callsWith(client, method, raw string, op progon.Op, entity, id string, pairs ...string) tape {
	var sent, after []progon.Field
	for i := 0; i+1 < len(pairs); i += 2 {
		sent = append(sent, progon.Field{Name: "fields." + pairs[i], Value: pairs[i+1]})
		after = append(after, progon.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	t.Record(progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Persona: client, Kind: method, Fields: sent, Status: 200, Raw: []byte(raw),
		Effects: []progon.Effect{{Op: op, Entity: entity, ID: id, Fields: after}}})
	return t
}

func (t tape) logs(text string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot, Place: "bot.log:1", Text: text})
	return t
}

func canaries() []trace.Canary {
	return []trace.Canary{
		{Owner: alsu, Kind: pii.Name, Name: "имя", Value: "Алсу", Mask: "А***"},
		{Owner: alsu, Kind: pii.Phone, Name: "телефон", Value: alsuPhone, Mask: "+7 9** ***-**-67"},
		{Owner: marat, Kind: pii.Phone, Name: "телефон", Value: maratPhone, Mask: "+7 9** ***-**-21"},
	}
}

// caseOf is the evidence with Alsu as the client whom a sentence is about.
func caseOf(t tape) Case {
	return Case{
		Events: t.Events(), Client: alsu, Labels: map[string]string{alsu: "Алсу", marat: "Марат"},
		Tracer: trace.New(canaries()), Detector: pii.NewDetector(pii.ProfileLog),
		Secrets: []string{"s3cr3t-webhook-token"},
		Policy:  Policy{ReplyWithin: 30 * time.Second, Hosts: []string{"api.example.ru"}},
		Portal: Portal{
			Entities: map[string][]string{"лид": {"lead"}, "контакт": {"contact"}, "сделка": {"deal"}, "задача": {"task"}, "дело": {"activity"}, "заявка": {"lead", "deal"}},
			Fields: map[string][]string{
				"Имя": {"NAME"}, "Телефон": {"PHONE"}, "Название": {"TITLE"}, "Ответственный": {"ASSIGNED_BY_ID"},
				"Согласие": {"UF_CRM_CONSENT"}, "Дата согласия": {"UF_CRM_CONSENT_AT"}, "Текст согласия": {"UF_CRM_CONSENT_TEXT"},
				fieldReason: {"UF_CRM_REASON"},
			},
			People: map[string]Person{
				"врач": {Users: []string{"2"}, Queues: []string{"7"}}, "администратор": {Users: []string{"1"}}, "ответственный за данные": {Users: []string{"5"}},
			},
			Values: map[string]map[string]string{"ASSIGNED_BY_ID": {"1": "Резеда", "2": "Ильдар"}},
		},
		Now: noon,
	}
}

func rulesOf(found []progon.Finding) []string {
	var rules []string
	for _, f := range found {
		rules = append(rules, f.Rule)
	}
	return rules
}

// judged is one row of a table test: what was seen and which rules it breaks.
type judged struct {
	name string
	tape tape
	want []string
}

func judge(t *testing.T, check func(Case) []progon.Finding, tests []judged) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := check(caseOf(tt.tape))
			if diff := cmp.Diff(tt.want, rulesOf(found)); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			for _, f := range found {
				if f.Text == "" || f.Severity == "" {
					t.Errorf("finding without text or severity: %+v", f)
				}
				for _, raw := range []string{"9751234567", "123-45-67", "s3cr3t-webhook-token"} {
					if s := f.Text + f.Expected + f.Got + f.Excerpt + f.Place; contains(s, raw) {
						t.Errorf("a finding shows what it must hide: %s", s)
					}
				}
			}
		})
	}
}

func contains(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

// passes lets time pass.
func (t tape) passes(span string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceChat, Direction: progon.Note, Actor: progon.ActorProgon, Kind: TimePassed, Text: "проходит " + span})
	return t
}

// linked is calls with the cards to which the new one belongs.
func (t tape) linked(client, method, entity, id string, links ...string) tape {
	t.Record(progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Persona: client, Kind: method, Status: 200,
		Effects: []progon.Effect{{Op: progon.Created, Entity: entity, ID: id, Links: links}}})
	return t
}
