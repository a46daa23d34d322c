// Package checks holds the judgements: pure functions from what was seen to findings.
// A check reads a [Case] and nothing else; it knows neither godog nor the network nor
// the time of day. A check that finds nothing returns nil, so each of them has a defect
// of the sample bot which it catches and the good bot which it passes.
package checks

import (
	"sort"
	"strings"
	"time"

	"progon"
	"progon/sim/acts"
	"progon/sim/pii"
	"progon/sim/pii/trace"
)

// Case is the evidence of one scenario with all that is needed to read it.
type Case struct {
	Events progon.Events
	// Client is the id of the simulated client whom a sentence is about.
	Client string
	// Labels are the names of the clients in the scenario, by id.
	Labels map[string]string

	Portal   Portal
	Tracer   *trace.Tracer
	Detector *pii.Detector
	// Secrets are tokens and addresses that Progon gave to the bot.
	Secrets []string
	Policy  Policy
	// Now is the lane's time at the end of the stretch, in the zone of the business.
	Now time.Time
	// Health is what clients said about health: marked in the scenario.
	Health []string
	// BurstFrom is the Seq before the last burst of lines, 0 if the last line came alone.
	BurstFrom int
}

// Policy is what was agreed for this business.
type Policy struct {
	ReplyWithin time.Duration
	Hosts       []string
	// Own are the business's public phones, addresses and names: never a leak.
	Own []string
	// Approved are memos that a doctor has signed: a bot may send them word by word.
	Approved []string
}

// Portal tells how the CRM of this bot names what scenarios speak of.
type Portal struct {
	// Entities: «лид» → lead. Several kinds may stand for one word.
	Entities map[string][]string
	// Fields: «Телефон» → PHONE. Several codes may stand for one word.
	Fields map[string][]string
	// People: role → users and queues.
	People map[string]Person
	// Values: what the portal shows for an id: field code → id → name.
	Values map[string]map[string]string
}

// Person is one role of the staff.
type Person struct {
	Users  []string
	Queues []string
}

// Place is where a sentence looks for something: «журналах», «CRM»…
type Place struct {
	Name     string // as in the sentence, in the prepositional case
	Surfaces []progon.Surface
	// Narrow keeps only a part of the surface: the comments of the CRM.
	Narrow func(progon.Event) []Text
}

// Text is one piece of an event that can be searched.
type Text struct {
	Seq   int
	Where string // field, line, header: for the reader of the report
	Value string
}

// Places are the places that sentences may name.
func Places() []Place {
	return []Place{
		{Name: "журналах", Surfaces: []progon.Surface{progon.SurfaceLog, progon.SurfaceFile, progon.SurfaceStorage}},
		{Name: "CRM", Surfaces: []progon.Surface{progon.SurfaceCRM}},
		{Name: "комментариях CRM", Surfaces: []progon.Surface{progon.SurfaceCRM}, Narrow: commentsOf},
		{Name: "адресах запросов", Surfaces: []progon.Surface{progon.SurfaceCRM, progon.SurfaceEgress, progon.SurfaceModel}, Narrow: addressOf},
		{Name: "запросах к модели", Surfaces: []progon.Surface{progon.SurfaceModel}},
		{Name: "ответах", Surfaces: []progon.Surface{progon.SurfaceChat}},
		{Name: "названиях карточек", Surfaces: []progon.Surface{progon.SurfaceCRM}, Narrow: titlesOf},
		{Name: "показателях", Surfaces: []progon.Surface{progon.SurfaceFile}, Narrow: metricsOf},
		{Name: "оповещениях", Surfaces: []progon.Surface{progon.SurfaceAlert, progon.SurfaceCRM}, Narrow: alertOf},
	}
}

// PlaceNamed finds a place by its name in a sentence.
func PlaceNamed(name string) (Place, bool) {
	for _, p := range Places() {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Place{}, false
}

// PlaceNames lists the names for an error message.
func PlaceNames() []string {
	var names []string
	for _, p := range Places() {
		names = append(names, "«"+p.Name+"»")
	}
	return names
}

// Texts returns everything that the bot put into the place, in order.
func (c Case) Texts(p Place) []Text {
	var texts []Text
	for _, e := range c.Events.On(p.Surfaces...) {
		if e.Direction != progon.FromBot || e.Actor != progon.ActorBot {
			continue
		}
		if p.Narrow != nil {
			texts = append(texts, p.Narrow(e)...)
			continue
		}
		texts = append(texts, wholeOf(e)...)
	}
	return texts
}

// wholeOf is all that the bot itself sent with an event. What a service answered is not
// the bot's doing.
func wholeOf(e progon.Event) []Text {
	var texts []Text
	if e.Text != "" {
		texts = append(texts, Text{e.Seq, "", e.Text})
	}
	for _, f := range e.Fields {
		texts = append(texts, Text{e.Seq, f.Name, f.Value})
	}
	if e.Message != nil {
		for _, b := range e.Message.Buttons {
			texts = append(texts, Text{e.Seq, "кнопка", b.Title}, Text{e.Seq, "кнопка", b.Payload}, Text{e.Seq, "ссылка кнопки", b.URL})
		}
	}
	if len(texts) == 0 && len(e.Raw) > 0 {
		texts = append(texts, Text{e.Seq, "", string(e.Raw)})
	}
	return texts
}

// commentsOf returns the free text that a call puts into the CRM: comments, titles and
// descriptions, as opposed to fields that are meant for a datum.
func commentsOf(e progon.Event) []Text {
	var texts []Text
	for _, f := range e.Fields {
		if isFreeText(f.Name) {
			texts = append(texts, Text{e.Seq, f.Name, f.Value})
		}
	}
	return texts
}

var freeText = map[string]bool{
	"COMMENTS": true, "COMMENT": true, "TITLE": true, "DESCRIPTION": true, "MESSAGE": true, "SUBJECT": true,
	"SOURCE_DESCRIPTION": true, "STATUS_DESCRIPTION": true, "OPPORTUNITY_DESCRIPTION": true, "ADDITIONAL_INFO": true,
	"NAME_TEMPLATE": true, "POST_MESSAGE": true, "TEXT": true, "SOURCEDESCRIPTION": true, "ADDITIONALINFO": true,
}

func isFreeText(field string) bool {
	return freeText[strings.ToUpper(lastName(field))]
}

// lastName is the code at the end of a flattened name: «fields.PHONE[0].VALUE» → VALUE.
func lastName(field string) string {
	field = strings.TrimRight(field, "]0123456789[")
	if i := strings.LastIndexAny(field, ".["); i >= 0 {
		field = field[i+1:]
	}
	return strings.Trim(field, "[]")
}

// alertOf returns what people of the staff are told: alarms, and messages of the portal.
func alertOf(e progon.Event) []Text {
	if e.Surface == progon.SurfaceAlert {
		return wholeOf(e)
	}
	for _, x := range e.Effects {
		if x.Op == progon.Created && isOneOf(x.Entity, "notification", "message") {
			return wholeOf(e)
		}
	}
	return nil
}

// titlesOf returns the titles of cards, which everybody in the portal sees.
func titlesOf(e progon.Event) []Text {
	var texts []Text
	for _, f := range e.Fields {
		if isOneOf(lastName(f.Name), "TITLE", "SUBJECT") {
			texts = append(texts, Text{e.Seq, f.Name, f.Value})
		}
	}
	return texts
}

// Metrics is the kind of the event that holds the bot's figures as they were exported.
const Metrics = "metrics"

func metricsOf(e progon.Event) []Text {
	if e.Kind != Metrics {
		return nil
	}
	return wholeOf(e)
}

// addressOf returns the address line of a request: path and query, never the body.
func addressOf(e progon.Event) []Text {
	line, _, _ := strings.Cut(string(e.Raw), "\n")
	if line == "" {
		return nil
	}
	return []Text{{e.Seq, "адрес запроса", strings.TrimSpace(line)}}
}

// replies returns what the bot said to the client of the case, with its acts.
func (c Case) replies() []heard {
	var out []heard
	for _, e := range c.ofClient(c.Events.Replies()) {
		out = append(out, hear(e))
	}
	return out
}

// ofClient keeps the events of the case's client and the shared ones.
func (c Case) ofClient(es progon.Events) progon.Events {
	if c.Client == "" {
		return es
	}
	return es.Where(func(e progon.Event) bool { return e.Persona == c.Client || e.Persona == "" })
}

// heard is a reply together with what it does.
type heard struct {
	progon.Event
	acts []acts.Act
}

func hear(e progon.Event) heard {
	r := acts.Reply{Text: e.Text}
	if e.Message != nil {
		r.Text, r.Buttons = e.Message.Text, e.Message.ButtonTitles()
	}
	return heard{e, acts.Hear(r)}
}

func (h heard) does(n acts.Name) (acts.Act, bool) { return acts.Has(h.acts, n) }

func (h heard) doesAny(names ...acts.Name) (acts.Act, bool) {
	for _, n := range names {
		if a, ok := h.does(n); ok {
			return a, true
		}
	}
	return acts.Act{}, false
}

// excerpt is a text as a report may show it: masked and short.
func (c Case) excerpt(text string) string {
	if c.Tracer != nil {
		text = c.Tracer.Mask(text)
	}
	if c.Detector != nil {
		text = c.Detector.Mask(text)
	}
	text = strings.Join(strings.Fields(text), " ")
	const most = 220
	runes := []rune(text)
	if len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}

// place says where an event is to be found, for a person.
func place(e progon.Event, where string) string {
	parts := []string{e.Place}
	if e.Place == "" {
		parts = []string{e.Kind}
	}
	if where != "" {
		parts = append(parts, where)
	}
	return strings.Join(parts, ", ")
}

// lastSeq is the moment from which something that is missing should have been there.
func (c Case) lastSeq() []int {
	lines := c.ofClient(c.Events.Lines())
	if len(lines) == 0 {
		return nil
	}
	return []int{lines[len(lines)-1].Seq}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
