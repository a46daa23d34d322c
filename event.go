package progon

import "time"

// Surface is a place where personal data can be seen.
type Surface string

// The surfaces that Progon watches. Reports and rules use these names.
const (
	SurfaceChat    Surface = "chat"    // what client and bot say to each other
	SurfaceCRM     Surface = "crm"     // calls to the CRM and what they change there
	SurfaceModel   Surface = "model"   // prompts to a language model and its answers
	SurfaceLog     Surface = "log"     // lines that the bot writes
	SurfaceEgress  Surface = "egress"  // any other request that leaves the bot
	SurfaceAlert   Surface = "alert"   // alarms to people on duty
	SurfaceFile    Surface = "file"    // files that the bot writes
	SurfaceStorage Surface = "storage" // cells of the bot's own database
)

// Surfaces lists all surfaces in the order of reports.
func Surfaces() []Surface {
	return []Surface{
		SurfaceChat, SurfaceCRM, SurfaceModel, SurfaceLog,
		SurfaceEgress, SurfaceAlert, SurfaceFile, SurfaceStorage,
	}
}

// Direction says which way an event went, seen from the bot.
type Direction string

// Directions. A note is Progon's own remark (the clock was moved, the simulated
// client gave up): it is shown, and never counted as something that the bot did.
const (
	ToBot   Direction = "to_bot"
	FromBot Direction = "from_bot"
	Note    Direction = "note"
)

// Actor is who caused an event.
type Actor string

// Actors. A person of the staff is named by role: Actor("врач").
const (
	ActorClient Actor = "клиент"
	ActorBot    Actor = "бот"
	ActorProgon Actor = "Progon"
)

// Event is one thing that was seen during a scenario. Whatever a check claims or a
// report shows can be pointed at by the Seq of an event.
type Event struct {
	Seq       int       `json:"seq"`
	Time      time.Time `json:"time"`
	Surface   Surface   `json:"surface"`
	Direction Direction `json:"direction"`
	Actor     Actor     `json:"actor,omitempty"`

	// Kind refines the surface: a MessageKind in the chat, a method in the CRM
	// ("crm.lead.add"), a stream in a log ("stdout"), a host for egress.
	Kind string `json:"kind,omitempty"`
	// Conversation is the session or chat id that the event itself carries.
	Conversation string `json:"conversation,omitempty"`
	// Persona is the simulated client whose event it is; empty means shared.
	Persona string `json:"persona,omitempty"`
	// Attributed says by what the persona was decided: session, canary, entity, key.
	Attributed string `json:"attributed,omitempty"`
	// Place is where a person would look for it: «bot.log:14», «лид 12».
	Place string `json:"place,omitempty"`

	Text    string   `json:"text,omitempty"`
	Message *Message `json:"message,omitempty"` // chat only
	Fields  []Field  `json:"fields,omitempty"`  // what was sent, flattened, in order
	Answer  []Field  `json:"answer,omitempty"`  // what came back, flattened, in order
	Effects []Effect `json:"effects,omitempty"` // what changed in the CRM because of it

	// Status is the HTTP status of a call, 0 where there is none.
	Status int `json:"status,omitempty"`
	// Error is the code with which a call was refused («QUERY_LIMIT_EXCEEDED»).
	Error string `json:"error,omitempty"`
	// Took is how long the answer took: the bot's delay for its first message of a
	// turn, the fake's for a call.
	Took time.Duration `json:"took_ns,omitempty"`
	// Gap marks a question that Progon's fake cannot answer as the real service
	// would. It is a remark about Progon, not about the bot.
	Gap string `json:"gap,omitempty"`

	// Raw is what went over the wire. It is searched for leaks and never leaves the
	// process: run.json and reports hold the masked fields above.
	Raw []byte `json:"-"`
}

// Field is one named value. Nested values are flattened with dots and brackets:
// «fields.PHONE[0].VALUE».
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Op is what happened to an entity.
type Op string

// Operations on entities.
const (
	Created Op = "created"
	Read    Op = "read"
	Updated Op = "updated"
	Deleted Op = "deleted"
)

// Effect is a change (or a reading) of one entity of the CRM. Fields hold the whole
// entity *after* it, flattened, so that a fold over effects gives the state of the CRM.
type Effect struct {
	Op Op `json:"op"`
	// Entity is the kind: lead, contact, company, deal, item:<type>, task, activity,
	// comment, dialog, booking, notification, event…
	Entity string  `json:"entity"`
	ID     string  `json:"id"`
	Fields []Field `json:"fields,omitempty"`
	// Links are other entities which this one belongs to, as «lead:12».
	Links []string `json:"links,omitempty"`
}

// Ref is the entity's identity in a timeline: «lead:12».
func (e Effect) Ref() string { return e.Entity + ":" + e.ID }

// Get returns the value of the first field with that name, and whether there is one.
func (e Effect) Get(name string) (string, bool) { return Get(e.Fields, name) }

// Get returns the value of the first field with that name, and whether there is one.
func Get(fields []Field, name string) (string, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}
