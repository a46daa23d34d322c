package bitrix24

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"progon"
	"progon/fakes/calls"
	"progon/fakes/faults"
)

// Options describe a portal. The zero value is a portal with one administrator, all
// scopes, no limits and a random token.
type Options struct {
	// Clock tells the time of the lane; nil means the real time.
	Clock func() time.Time
	// Recorder takes one event per REST call; nil means nobody watches.
	Recorder progon.Recorder
	// Token and User make the address of the inbound webhook.
	Token string
	User  int
	// Scopes are the rights of the webhook; none means all.
	Scopes []string
	// Limits are off when zero.
	Limits Limits
	// HTTPSOnly refuses plain http, as the vendor's cloud does.
	HTTPSOnly bool
	// MaxBody bounds the body of a call; 0 means 16 MiB.
	MaxBody int64
	// Quirks settle what the vendor's documentation leaves open.
	Quirks Quirks
}

// Quirks are the points where sources about the portal disagree. The zero value is what
// the vendor's documentation states.
type Quirks struct {
	BadTokenStatus int  // of INVALID_CREDENTIALS; 0 means 401
	BadScopeStatus int  // of insufficient_scope; 0 means 403
	TextCodes      bool // "100" instead of 100
	ZeroTotal      bool // total 0 instead of none with start=-1
}

// Server is one portal. It is an [http.Handler], safe for concurrent use.
type Server struct {
	options Options
	clock   func() time.Time
	zone    *time.Location
	seed    maphash.Seed
	kinds   []*kind
	methods map[string]*method // by lower-case name
	faults  faults.Set
	token   string
	user    int

	mu       sync.Mutex // guards everything below
	recorder progon.Recorder
	state    *state
	blank    *Snapshot // the portal as it was made
	stages   stageCache
	usage    usage
	limits   limiter
	outbox   outbox
	journal  *calls.Journal // what the window shows; nil without one
}

// method is one row of the table of methods.
type method struct {
	name  string // as the documentation writes it
	scope string // what a webhook needs; "" means nothing
	level string // how faithful, see the package comment
	app   bool   // only for applications, not for webhooks
	run   func(c *call) (any, error)
}

// call is one call of a method while it runs.
type call struct {
	*Server
	name    string // as the documentation writes it
	params  *Map
	grant   *grant
	who     *Map // the user who calls
	now     time.Time
	effects []progon.Effect
	total   *int
	next    *int
	batched bool
	gap     string
}

// grant is what a token allows.
type grant struct {
	user    int
	scopes  map[string]bool // nil means all
	app     string          // client id; "" for a webhook
	expires time.Time       // zero means never
}

func (g *grant) allows(scope string) bool {
	if scope == "" || g.scopes == nil {
		return true
	}
	for _, s := range strings.Split(scope, "|") {
		if g.scopes[s] {
			return true
		}
	}
	return false
}

// New makes an empty portal with the directories that every portal has.
func New(o Options) (*Server, error) {
	s := &Server{
		options: o, clock: o.Clock, recorder: o.Recorder, seed: maphash.MakeSeed(), kinds: kinds(),
		token: o.Token, user: o.User, zone: time.FixedZone("MSK", 3*60*60),
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.user == 0 {
		s.user = 1
	}
	if s.token == "" {
		s.token = randomToken()
	}
	if strings.ContainsAny(s.token, "/?#% ") {
		return nil, fmt.Errorf("токен вебхука не может содержать знаки «/ ? # %%» и пробел")
	}
	if s.options.MaxBody == 0 {
		s.options.MaxBody = 16 << 20
	}
	s.methods = map[string]*method{}
	for _, m := range s.table() {
		s.methods[strings.ToLower(m.name)] = m
	}
	s.limits = limiter{Limits: o.Limits}
	s.usage = newUsage()
	s.state = s.newState()
	s.blank = s.snapshot()
	return s, nil
}

// table is every method of the portal, family by family.
func (s *Server) table() []*method {
	var all []*method
	for _, family := range [][]*method{
		s.cardMethods(), linkMethods(), itemMethods(), directoryMethods(), userFieldMethods(),
		timelineMethods(), activityMethods(), taskMethods(), userMethods(), systemMethods(),
		messageMethods(), eventMethods(), optionMethods(), productMethods(), lineMethods(), connectorMethods(), botMethods(), bot2Methods(),
		bookingMethods(), calendarMethods(),
	} {
		all = append(all, family...)
	}
	return all
}

func randomToken() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// WebhookURL is the address of the inbound webhook under a base address.
func (s *Server) WebhookURL(base string) string {
	return strings.TrimRight(base, "/") + "/rest/" + strconv.Itoa(s.user) + "/" + s.token + "/"
}

// Secrets are the tokens that must never appear outside the bot and the portal.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{s.token}, s.state.secrets()...)
}

// SetRecorder changes who watches the portal.
func (s *Server) SetRecorder(r progon.Recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recorder = r
}

// Fail makes the portal fail from now on as the rule says.
func (s *Server) Fail(r faults.Rule) { s.faults.Add(r, s.clock()) }

// ClearFaults ends all faults.
func (s *Server) ClearFaults() { s.faults.Clear() }

// Methods lists the names of all methods and how faithful each is.
func (s *Server) Methods() []MethodInfo {
	var out []MethodInfo
	for _, m := range s.table() {
		out = append(out, MethodInfo{Name: m.name, Scope: m.scope, Level: m.levelText(), App: m.app})
	}
	return out
}

// MethodInfo is what --methods prints.
type MethodInfo struct {
	Name, Scope, Level string
	App                bool // refuses webhooks
}

func (m *method) levelText() string {
	if m.level == "" {
		return "состояние"
	}
	return m.level
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/rest/"):
		s.serveREST(w, r)
	case strings.HasPrefix(path, "/oauth/"):
		s.serveOAuth(w, r)
	case strings.HasPrefix(path, "/_control/"):
		s.serveControl(w, r)
	case path == "/" || strings.HasPrefix(path, "/_window/"):
		s.serveWindow(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) record(e progon.Event) {
	if s.recorder != nil {
		s.recorder.Record(e)
	}
}

// changed notes an effect of the call and tells the handlers of events.
func (c *call) changed(x progon.Effect) { c.effects = append(c.effects, x) }

// seen notes that the caller has read a card.
func (c *call) seen(t *table, r *record) {
	if c.recorder != nil {
		c.effects = append(c.effects, t.effect(progon.Read, r))
	}
}

// param is a parameter of the call by name, in any case of letters.
func (c *call) param(names ...string) (any, bool) {
	for _, name := range names {
		if v, ok := c.params.Fold(name); ok {
			return v, true
		}
	}
	return nil, false
}

// text is a parameter as text, "" where there is none.
func (c *call) text(names ...string) string {
	v, _ := c.param(names...)
	return str(v)
}

// id is a parameter as an id, 0 where there is none.
func (c *call) id(names ...string) int {
	v, _ := c.param(names...)
	return num(v)
}

// mapping is a parameter as an array; nil where there is none.
func (c *call) mapping(names ...string) (*Map, bool) {
	v, ok := c.param(names...)
	if !ok {
		return nil, false
	}
	return asMap(v)
}

// list notes what the envelope of a list says about the rows before and after.
func (c *call) list(total, next *int) {
	c.total, c.next = total, next
	if total == nil && c.options.Quirks.ZeroTotal {
		zero := 0
		c.total = &zero
	}
}

// start is where the asked page begins.
func (c *call) start() int { return c.id("start") }
