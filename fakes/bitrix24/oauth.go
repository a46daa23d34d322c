package bitrix24

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"progon"
	"progon/fakes/calls"
)

// app is an application that speaks OAuth with the portal.
type app struct {
	id, secret string
	token      string // application_token: how handlers know the portal
	scopes     []string
	user       int
}

// tokenLife is how long an access token lives; a refresh token lives 180 days.
const (
	tokenLife   = time.Hour
	refreshLife = 180 * 24 * time.Hour
	codeLife    = 30 * time.Second
)

func (s *Server) addApp(id, secret, token string, scopes []string, user int) {
	if token == "" {
		token = randomToken()
	}
	s.state.apps[id] = &app{id: id, secret: secret, token: token, scopes: scopes, user: user}
}

// Tokens are what an application gets for a user.
type Tokens struct {
	Access, Refresh string
	Expires         time.Time
}

// Install gives a known application (see Seed.Apps) its first tokens, as installing it in
// the portal does, and tells its handlers.
func (s *Server) Install(clientID string) (Tokens, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.state.apps[clientID]
	if !ok {
		return Tokens{}, fmt.Errorf("приложения «%s» в описании портала нет", clientID)
	}
	access, refresh := s.issue(a, a.user)
	return Tokens{access, refresh, s.clock().Add(tokenLife)}, nil
}

// issue makes a pair of tokens. They are made of the portal's own secret, so that they
// cannot be guessed and are the same in each run with the same token.
func (s *Server) issue(a *app, user int) (access, refresh string) {
	var scopes map[string]bool
	if len(a.scopes) > 0 {
		scopes = map[string]bool{}
		for _, scope := range a.scopes {
			scopes[scope] = true
		}
	}
	s.state.serial++
	access, refresh = s.derived("access"), s.derived("refresh")
	now := s.clock()
	forgetExpired(s.state.access, now)
	forgetExpired(s.state.refresh, now)
	s.state.access[access] = &grant{user: user, scopes: scopes, app: a.id, expires: now.Add(tokenLife)}
	s.state.refresh[refresh] = &grant{user: user, scopes: scopes, app: a.id, expires: now.Add(refreshLife)}
	return access, refresh
}

// manyTokens is from how many tokens on the expired ones are forgotten: a portal that runs
// for weeks must not grow.
const manyTokens = 1000

func forgetExpired(tokens map[string]*grant, now time.Time) {
	if len(tokens) < manyTokens {
		return
	}
	for token, g := range tokens {
		if now.After(g.expires.Add(tokenLife)) { // for an hour more the refusal says «expired»
			delete(tokens, token)
		}
	}
}

// appGrant is what an access token allows.
func (s *Server) appGrant(token string, now time.Time) (*grant, *apiError) {
	if g, ok := s.state.webhooks[token]; ok && g != nil {
		return nil, refusal(401, "NO_AUTH_FOUND", "Wrong authorization data") // a webhook's token works in the path only
	}
	g, ok := s.state.access[token]
	switch {
	case !ok:
		return nil, refusal(401, "invalid_token", "Unable to get application by token")
	case now.After(g.expires):
		return nil, refusal(401, "expired_token", "The access token provided has expired.")
	}
	return g, nil
}

// serveOAuth is the authorisation server. Page: "OAuth 2.0 protocol" of the vendor's
// documentation: GET there, a form body in b24jssdk; both are taken.
func (s *Server) serveOAuth(w http.ResponseWriter, r *http.Request) {
	q := &request{begun: time.Now(), now: s.clock(), params: &Map{}, method: "oauth.token"}
	body, raw, err := calls.Capture(r, 1<<20)
	q.raw = raw
	if err == nil {
		err = q.decode(r, body, 1<<20)
	}
	if err != nil {
		s.refuse(w, q, refusal(400, "invalid_request", "Malformed request"))
		return
	}
	switch strings.Trim(r.URL.Path, "/") {
	case "oauth/token":
		s.mu.Lock()
		status, answer := s.oauthToken(q, baseOf(r))
		s.mu.Unlock()
		send(w, status, answer)
	case "oauth/authorize":
		s.authorizeApp(w, r, q)
	default:
		http.NotFound(w, r)
	}
}

func baseOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// authorizeApp sends the browser back to the application with a code.
func (s *Server) authorizeApp(w http.ResponseWriter, r *http.Request, q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := q.params.Get("client_id")
	a, ok := s.state.apps[str(id)]
	back, _ := q.params.Get("redirect_uri")
	if !ok || str(back) == "" {
		send(w, 400, refusal(400, "invalid_client", "Wrong client").body())
		return
	}
	s.state.serial++
	code := s.derived("code")
	s.state.refresh["code:"+code] = &grant{user: a.user, app: a.id, expires: q.now.Add(codeLife)}
	state, _ := q.params.Get("state")
	values := url.Values{"code": {code}, "state": {str(state)}, "domain": {s.state.portal.domain}, "member_id": {s.state.portal.memberID},
		"scope": {strings.Join(a.scopes, ",")}, "server_domain": {r.Host}}
	http.Redirect(w, r, str(back)+"?"+values.Encode(), http.StatusFound)
}

func (s *Server) oauthToken(q *request, base string) (int, []byte) {
	get := func(name string) string { v, _ := q.params.Get(name); return str(v) }
	fail := func(code, text string) (int, []byte) {
		s.witnessOAuth(q, 400, code)
		return 400, refusal(400, code, text).body()
	}
	a, ok := s.state.apps[get("client_id")]
	if !ok || a.secret != get("client_secret") {
		return fail("invalid_client", "Wrong client")
	}
	var key string
	kind := get("grant_type")
	switch kind {
	case "refresh_token":
		key = get("refresh_token")
	case "authorization_code":
		key = "code:" + get("code")
	default:
		return fail("invalid_request", "Wrong grant type")
	}
	g, ok := s.state.refresh[key]
	if !ok || g.app != a.id || q.now.After(g.expires) {
		return fail("invalid_grant", "Refresh token is invalid or has expired")
	}
	delete(s.state.refresh, key) // rotates
	access, refresh := s.issue(a, g.user)
	out := M("access_token", access, "refresh_token", refresh, "expires_in", int(tokenLife.Seconds()), "client_endpoint", base+"/rest/",
		"server_endpoint", base+"/rest/", "domain", "oauth.bitrix24.tech", "member_id", s.state.portal.memberID,
		"scope", strings.Join(a.scopes, ","), "status", "L")
	if kind == "refresh_token" {
		out.Set("expires", int(q.now.Add(tokenLife).Unix()))
		out.Set("user_id", g.user)
	}
	s.witnessOAuth(q, 200, "")
	return 200, appendJSON(nil, out)
}

// witnessOAuth records an exchange of tokens without the tokens.
func (s *Server) witnessOAuth(q *request, status int, code string) {
	v, _ := q.params.Get("grant_type")
	s.record(progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: "oauth.token",
		Fields: []progon.Field{{Name: "grant_type", Value: str(v)}}, Status: status, Error: code, Took: time.Since(q.begun), Raw: q.raw})
}

// ExpireTokens makes all access tokens expire now.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, g := range s.state.access {
		old := *g
		old.expires = s.clock().Add(-time.Second)
		s.state.access[token] = &old
	}
}

// auth is what an outgoing event carries about who may answer.
func (s *Server) auth(a *app, user int, base string) *Map {
	access, refresh := s.issue(a, user)
	return M("access_token", access, "expires", strconv.FormatInt(s.clock().Add(tokenLife).Unix(), 10), "expires_in", "3600",
		"scope", strings.Join(a.scopes, ","), "domain", s.state.portal.domain, "server_endpoint", base+"/rest/", "status", "L",
		"client_endpoint", base+"/rest/", "member_id", s.state.portal.memberID, "user_id", strconv.Itoa(user),
		"refresh_token", refresh, "application_token", a.token)
}
