package bitrix24

import (
	"errors"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"progon"
	"progon/fakes/calls"
	"progon/fakes/faults"
)

// request is one HTTP call of the REST API after decoding.
type request struct {
	method string // as it came, without .json
	user   string // of a webhook address
	token  string
	app    bool // the token came as a parameter, not in the path
	params *Map
	raw    []byte
	fields []progon.Field // params as the timeline shows them
	begun  time.Time
	now    time.Time
	source string // address of the caller, for the rate limit
	lost   string // why the bot will not get the answer; "" where it will
	gap    string // what the call asks of the fake that it does not model
}

// serveREST answers «/rest/…». Pages: "How to call REST methods", "Webhooks" and
// "Performing requests" of the vendor's documentation.
func (s *Server) serveREST(w http.ResponseWriter, r *http.Request) {
	q := &request{begun: time.Now(), now: s.clock(), params: &Map{}}
	q.source, _, _ = net.SplitHostPort(r.RemoteAddr)
	body, raw, err := calls.Capture(r, s.options.MaxBody)
	q.raw = raw
	q.address(r)
	if err != nil {
		status := http.StatusBadRequest
		if errors.Is(err, calls.ErrTooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		s.refuse(w, q, refusal(status, "INVALID_REQUEST", "Request body could not be read"))
		return
	}
	if err := q.decode(r, body, s.options.MaxBody); err != nil {
		s.refuse(w, q, refusal(400, "INVALID_REQUEST", "Malformed request: "+err.Error()))
		return
	}
	if strings.HasPrefix(r.URL.Path, "/rest/api/") {
		s.witness(q, progon.Event{Status: 404, Error: "METHODNOTFOUNDEXCEPTION"})
		send(w, 404, appendJSON(nil, M("error", M("code", "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION", "message", "Method not found"))))
		return
	}
	if s.options.HTTPSOnly && r.TLS == nil {
		s.refuse(w, q, refusal(400, "INVALID_REQUEST", "Https required"))
		return
	}
	rule, failing := s.failing(q)
	if failing && s.breakFirst(w, r, q, rule) {
		return
	}
	q.fields = flatten(nil, "", q.params)
	switch {
	case failing && rule.Kind == faults.Mute:
		q.lost = "ответ до бота не дошёл: соединение оборвано после записи"
	case failing && rule.Kind == faults.CutOff:
		q.lost = "ответ до бота не дошёл целиком"
	}
	status, answer, told := s.answerLocked(q)
	switch {
	case failing && rule.Kind == faults.Mute:
		faults.Drop(w)
	case failing && rule.Kind == faults.CutOff:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		faults.Cut(w, status, answer)
	default:
		send(w, status, answer)
	}
	if told {
		s.deliver()
	}
}

// failing says which fault hits a call, if any.
func (s *Server) failing(q *request) (faults.Rule, bool) {
	if s.faults.Empty() {
		return faults.Rule{}, false
	}
	s.mu.Lock() // before the lock of the faults, as in a batch
	defer s.mu.Unlock()
	return s.faults.Next(q.method, q.now, func(f string) bool { return s.carries(q.params, f) })
}

// breakFirst carries out the faults that come before the work. It tells whether the call has
// been dealt with.
func (s *Server) breakFirst(w http.ResponseWriter, r *http.Request, q *request, rule faults.Rule) bool {
	e := progon.Event{Status: rule.Status, Error: rule.Code}
	switch rule.Kind {
	case faults.Slow:
		timer := time.NewTimer(rule.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			return false
		case <-r.Context().Done(): // the bot gave up: the portal would work on, and so does this
			return false
		}
	case faults.Refuse:
		s.refuse(w, q, faultRefusal(rule))
		return true
	case faults.Lose:
		e.Error = "соединение оборвано"
		s.witness(q, e)
		faults.Drop(w)
		return true
	case faults.Break:
		s.witness(q, e)
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(rule.Status)
		_, _ = w.Write([]byte("<html><head><title>" + strconv.Itoa(rule.Status) + " " + http.StatusText(rule.Status) +
			"</title></head><body><center><h1>" + strconv.Itoa(rule.Status) + " " + http.StatusText(rule.Status) + "</h1></center></body></html>"))
		return true
	}
	return false
}

func faultRefusal(rule faults.Rule) *apiError {
	text := systemText(rule.Status, rule.Code)
	if rule.Field != "" {
		text += " «" + rule.Field + "»"
	}
	return refusal(rule.Status, numeric(rule.Code), text)
}

// carries tells whether the parameters hold a field, called by its code or by its title.
func (s *Server) carries(params *Map, name string) bool {
	codes := map[string]bool{strings.ToUpper(name): true}
	for _, t := range s.state.tables {
		for _, f := range t.schema.fields {
			if strings.EqualFold(f.title, name) {
				codes[f.code] = true
			}
		}
	}
	return holdsKey(params, codes)
}

func holdsKey(v any, codes map[string]bool) bool {
	m, ok := v.(*Map)
	if !ok {
		list, _ := v.([]any)
		for _, x := range list {
			if holdsKey(x, codes) {
				return true
			}
		}
		return false
	}
	for k, x := range m.All {
		if codes[strings.ToUpper(k)] || holdsKey(x, codes) {
			return true
		}
	}
	return false
}

// address takes method, user and token out of the path.
func (q *request) address(r *http.Request) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/rest/"), "/"), "/")
	switch {
	case parts[0] == "api":
		q.method, q.gap = parts[len(parts)-1], "REST 3.0 фальшивый портал не изображает"
	case len(parts) >= 3:
		q.user, q.token, q.method = parts[0], parts[1], strings.Join(parts[2:], "/")
	case len(parts) == 2:
		q.user, q.token = parts[0], parts[1]
	default:
		q.method, q.app = parts[0], true
	}
	low := strings.ToLower(q.method)
	if m, ok := strings.CutSuffix(low, ".json"); ok {
		q.method = q.method[:len(m)]
	}
	if m, ok := strings.CutSuffix(low, ".xml"); ok {
		q.method, q.gap = q.method[:len(m)], "ответы в XML фальшивый портал не изображает, ответ дан в JSON"
	}
}

// decode merges the parameters of the query and of the body. What the body is, its
// Content-Type alone decides: JSON that calls itself a form is read as a form, and the
// portal finds no fields in it.
func (q *request) decode(r *http.Request, body []byte, limit int64) error {
	if err := decodeForm(q.params, r.URL.RawQuery); err != nil {
		return err
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "multipart/form-data":
		if err := decodeMultipart(q.params, r.Header.Get("Content-Type"), body, limit); err != nil {
			return err
		}
	case kind == "application/json" || (kind == "" && looksLikeJSON(body)):
		v, err := decodeJSON(orEmptyObject(body))
		if err != nil {
			return err
		}
		m, _ := asMap(v)
		for k, v := range m.All {
			q.params.Set(k, v)
		}
	default:
		if err := decodeForm(q.params, string(body)); err != nil {
			return err
		}
	}
	if q.app {
		for _, name := range []string{"auth", "access_token"} {
			if v, ok := q.params.Get(name); ok && str(v) != "" {
				q.token = str(v)
			}
		}
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && q.token == "" {
			q.token = bearer
		}
	}
	return nil
}

func looksLikeJSON(body []byte) bool {
	return len(body) > 1 && body[0] == '{' && body[len(body)-1] == '}'
}

func orEmptyObject(body []byte) []byte {
	if len(strings.TrimSpace(string(body))) == 0 {
		return []byte("{}")
	}
	return body
}

// answerLocked is the one time that a usual call takes the lock. told says that handlers
// of events are to be told.
func (s *Server) answerLocked(q *request) (status int, answer []byte, told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, answer = s.answer(q)
	return status, answer, len(s.outbox.letters) > 0
}

// answer runs the call and returns status and body. The caller holds the lock.
func (s *Server) answer(q *request) (int, []byte) {
	e := progon.Event{Kind: q.method, Status: http.StatusOK}
	b := make([]byte, 0, 1024)
	c, result, refused := s.dispatch(q)
	if c != nil {
		e.Kind, e.Effects, e.Gap = c.name, c.effects, c.gap
	}
	if refused == nil {
		b = append(b, `{"result":`...)
		b = appendJSON(b, result)
		if c.total != nil {
			b = append(append(b, `,"total":`...), strconv.Itoa(*c.total)...)
		}
		if c.next != nil {
			b = append(append(b, `,"next":`...), strconv.Itoa(*c.next)...)
		}
		b = append(b, `,"time":`...)
		b = append(s.appendTime(b, q.now, time.Since(q.begun), c.name), '}')
		if s.recorder != nil {
			e.Answer = flatten(nil, "result", result)
		}
	} else {
		if s.options.Quirks.TextCodes {
			refused.code = str(refused.code)
		}
		b = append(b, refused.body()...)
		e.Status, e.Error, e.Text = refused.status, refused.codeText(), refused.text
		if refused.gap != "" {
			e.Gap = refused.gap
		}
	}
	s.witnessLocked(q, e)
	return e.Status, b
}

// dispatch checks auth and limits and runs the method.
func (s *Server) dispatch(q *request) (*call, any, *apiError) {
	g, refused := s.authorise(q)
	if refused != nil {
		return nil, nil, refused
	}
	if !s.limits.take(q.token+"|"+q.source, q.now) {
		return nil, nil, refusal(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
	}
	c := &call{Server: s, name: q.method, params: q.params, grant: g, now: q.now}
	result, err := s.invoke(c)
	if err != nil {
		return c, nil, asRefusal(err)
	}
	return c, result, nil
}

// invoke runs a method for a caller who is already known: the heart of plain calls and
// of the commands of a batch.
func (s *Server) invoke(c *call) (any, error) {
	m, known := s.methods[strings.ToLower(c.name)]
	if strings.EqualFold(c.name, "batch") && !c.batched {
		c.name = "batch"
		return s.batch(c)
	}
	if !known {
		return nil, unknownMethod(c.name)
	}
	c.name = m.name
	s.usage.called(m, c.grant)
	if !c.grant.allows(m.scope) {
		status := s.options.Quirks.BadScopeStatus
		if status == 0 {
			status = 403
		}
		what := "webhook token"
		if c.grant.app != "" {
			what = "access token"
		}
		return nil, refusal(status, "insufficient_scope", "The request requires higher privileges than provided by the "+what)
	}
	if m.app && c.grant.app == "" {
		return nil, refusal(403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")
	}
	who, ok := s.state.docs("user").get(c.grant.user)
	if !ok {
		return nil, refusal(401, "authorization_error", "Unable to authorize user")
	}
	c.who = who
	begun := time.Now()
	if !s.limits.mayRun(m.name, c.now) {
		return nil, refusal(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
	}
	result, err := m.run(c)
	s.limits.spent(m.name, c.now, time.Since(begun))
	if err != nil {
		c.effects = nil
		return nil, err
	}
	s.announce(c)
	return result, nil
}

// authorise finds out on whose behalf a call comes.
func (s *Server) authorise(q *request) (*grant, *apiError) {
	switch {
	case q.token == "":
		return nil, refusal(401, "NO_AUTH_FOUND", "Wrong authorization data")
	case q.app:
		return s.appGrant(q.token, q.now)
	}
	g, ok := s.state.webhooks[q.token]
	if !ok || strconv.Itoa(g.user) != q.user {
		status := s.options.Quirks.BadTokenStatus
		if status == 0 {
			status = 401
		}
		return nil, refusal(status, "INVALID_CREDENTIALS", "Invalid request credentials")
	}
	return g, nil
}

// refuse answers a call that did not come as far as its method.
func (s *Server) refuse(w http.ResponseWriter, q *request, e *apiError) {
	s.witness(q, progon.Event{Status: e.status, Error: e.codeText(), Text: e.text})
	send(w, e.status, e.body())
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (s *Server) witness(q *request, e progon.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.witnessLocked(q, e)
}

func (s *Server) witnessLocked(q *request, e progon.Event) {
	if s.recorder == nil {
		return
	}
	e.Surface, e.Direction, e.Actor = progon.SurfaceCRM, progon.FromBot, progon.ActorBot
	if e.Kind == "" {
		e.Kind = q.method
	}
	if e.Gap == "" {
		e.Gap = q.gap
	}
	if q.lost != "" {
		e.Text = q.lost
	}
	if e.Fields = q.fields; e.Fields == nil {
		e.Fields = flatten(nil, "", q.params)
	}
	e.Took, e.Raw = time.Since(q.begun), q.raw
	s.record(e)
}

// maxFlat bounds how many values of one call the timeline keeps by name; the raw bytes
// of the request are kept whole.
const maxFlat = 4000

// flatten writes a value as named fields: «fields.PHONE[0].VALUE».
func flatten(out []progon.Field, name string, v any) []progon.Field {
	if len(out) >= maxFlat {
		return out
	}
	switch v := v.(type) {
	case *Map:
		list := v.Len() > 0 && v.isList()
		for k, x := range v.All {
			switch {
			case list:
				out = flatten(out, name+"["+k+"]", x)
			case name == "":
				if k != "auth" && k != "access_token" {
					out = flatten(out, k, x)
				}
			default:
				out = flatten(out, name+"."+k, x)
			}
		}
		return out
	case []any:
		for i, x := range v {
			out = flatten(out, name+"["+strconv.Itoa(i)+"]", x)
		}
		return out
	case []string:
		for i, x := range v {
			out = append(out, progon.Field{Name: name + "[" + strconv.Itoa(i) + "]", Value: x})
		}
		return out
	case nil, raw:
		return out
	case bool:
		return append(out, progon.Field{Name: name, Value: strconv.FormatBool(v)})
	}
	return append(out, progon.Field{Name: name, Value: str(v)})
}
