package bitrix24

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"progon"
)

// eventMethods let an application be told what happens. Page: events of the vendor's
// documentation.
func eventMethods() []*method {
	return []*method{
		{name: "events", run: func(*call) (any, error) { return eventNames(), nil }},
		{name: "event.bind", app: true, run: eventBind},
		{name: "event.get", app: true, run: eventGet},
		{name: "event.unbind", app: true, run: eventUnbind},
	}
}

// eventNames lists the events that the fake sends.
func eventNames() []string {
	var out []string
	for _, kind := range []string{"LEAD", "DEAL", "CONTACT", "COMPANY", "ACTIVITY", "TIMELINECOMMENT"} {
		for _, op := range []string{"ADD", "UPDATE", "DELETE"} {
			out = append(out, "ONCRM"+kind+op)
		}
	}
	for _, op := range []string{"ADD", "UPDATE", "DELETE"} {
		out = append(out, "ONTASK"+op, "ONBOOKING"+op)
	}
	return append(out, "ONAPPINSTALL", "ONAPPUNINSTALL", "ONIMCONNECTORMESSAGEADD", "ONIMCONNECTORDIALOGFINISH",
		"ONSESSIONSTART", "ONSESSIONFINISH", "ONOPENLINEMESSAGEADD",
		"ONIMBOTMESSAGEADD", "ONIMBOTJOINCHAT", "ONIMBOTDELETE", "ONIMCOMMANDADD")
}

func eventBind(c *call) (any, error) {
	name, handler := strings.ToUpper(c.text("event")), c.text("handler")
	if !slices.Contains(eventNames(), name) {
		return nil, refusal(400, "ERROR_EVENT_NOT_FOUND", "Event not found")
	}
	if !goodHandler(handler) {
		return nil, refusal(400, "ERROR_CORE", "Wrong handler URL")
	}
	if !flag(first(c.who, "ADMIN")) {
		return nil, refusal(403, "ACCESS_DENIED", "Access denied! Event binding requires administrator access rights")
	}
	for _, doc := range c.state.docs("handler").rows.all {
		if str(first(doc, "event")) == name && str(first(doc, "handler")) == handler && str(first(doc, "app")) == c.grant.app {
			return nil, refusal(400, "ERROR_EVENT_BINDING_EXISTS", "Handler already binded")
		}
	}
	c.state.docs("handler").add(M("event", name, "handler", handler, "auth_type", orText(c.text("auth_type"), "0"), "offline", 0, "app", c.grant.app))
	return true, nil
}

func goodHandler(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func eventGet(c *call) (any, error) {
	rows := []any{}
	for _, doc := range c.state.docs("handler").rows.all {
		if str(first(doc, "app")) == c.grant.app {
			rows = append(rows, M("event", first(doc, "event"), "handler", first(doc, "handler"), "auth_type", first(doc, "auth_type"), "offline", 0))
		}
	}
	return rows, nil
}

func eventUnbind(c *call) (any, error) {
	count := 0
	list := c.state.docs("handler")
	for id, doc := range list.rows.all {
		handler := c.text("handler")
		if str(first(doc, "app")) == c.grant.app && strings.EqualFold(str(first(doc, "event")), c.text("event")) &&
			(handler == "" || str(first(doc, "handler")) == handler) {
			list.rows.remove(id)
			count++
		}
	}
	return M("count", count), nil
}

// BindOutgoing makes an outgoing webhook: the portal tells the handler about an event
// without any application. It returns the application_token that the handler checks.
func (s *Server) BindOutgoing(event, handler string) (token string, err error) {
	if !goodHandler(handler) {
		return "", fmt.Errorf("адрес обработчика «%s»: нужен полный адрес http или https", handler)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.serial++
	token = s.derived("outgoing")
	s.state.docs("handler").add(M("event", strings.ToUpper(event), "handler", handler, "auth_type", "0", "offline", 0, "app", "", "token", token))
	return token, nil
}

// derived is a token that cannot be guessed and is the same in each run with the same
// webhook token and the same calls.
func (s *Server) derived(purpose string) string {
	h := hmac.New(sha256.New, []byte(s.token))
	_, _ = fmt.Fprintf(h, "%s/%d", purpose, s.state.serial)
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// announce tells the handlers what a call has changed.
func (s *Server) announce(c *call) {
	if s.state.docs("handler").rows.count == 0 {
		return
	}
	for _, x := range c.effects {
		op := map[progon.Op]string{progon.Created: "ADD", progon.Updated: "UPDATE", progon.Deleted: "DELETE"}[x.Op]
		if op == "" {
			continue
		}
		var name string
		data := M("FIELDS", M("ID", x.ID))
		switch x.Entity {
		case "lead", "deal", "contact", "company", "activity":
			name = "ONCRM" + strings.ToUpper(x.Entity) + op
		case "comment":
			name = "ONCRMTIMELINECOMMENT" + op
		case "task":
			name, data = "ONTASK"+op, M("FIELDS_BEFORE", M("ID", x.ID), "FIELDS_AFTER", M("ID", x.ID))
		case "booking":
			name, data = "ONBOOKING"+op, M("ID", x.ID)
		default:
			continue
		}
		s.tell(name, data, c.grant.user, "")
	}
}

// tell queues an event for its handlers; app limits it to the handlers of one.
func (s *Server) tell(name string, data *Map, user int, onlyApp string) {
	for id, doc := range s.state.docs("handler").rows.all {
		owner := str(first(doc, "app"))
		if str(first(doc, "event")) != name || (onlyApp != "" && owner != onlyApp) {
			continue
		}
		body := M("event", name, "event_handler_id", strconv.Itoa(id), "data", data, "ts", strconv.FormatInt(s.clock().Unix(), 10))
		if a, ok := s.state.apps[owner]; ok {
			auth := s.auth(a, max(user, 1), "https://"+s.state.portal.domain)
			if !strings.HasPrefix(name, "ONIMBOT") && !strings.HasPrefix(name, "ONIMCOMMAND") && name != "ONAPPINSTALL" {
				auth = without(auth, "refresh_token")
			}
			body.Set("auth", auth)
		} else {
			base := "https://" + s.state.portal.domain
			body.Set("auth", M("domain", s.state.portal.domain, "client_endpoint", base+"/rest/", "server_endpoint", base+"/rest/",
				"member_id", s.state.portal.memberID, "application_token", first(doc, "token")))
		}
		s.outbox.queue(letter{name: name, to: str(first(doc, "handler")), body: encodeForm(body)})
	}
}

func without(m *Map, key string) *Map {
	out := &Map{}
	for k, v := range m.All {
		if k != key {
			out.Set(k, v)
		}
	}
	return out
}

// encodeForm writes a value as http_build_query of PHP does.
func encodeForm(m *Map) string {
	var b strings.Builder
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		if in, ok := asMap(v); ok {
			for k, x := range in.All {
				key := k
				if prefix != "" {
					key = prefix + "[" + k + "]"
				}
				walk(key, x)
			}
			return
		}
		text := str(v)
		if yes, isBool := v.(bool); isBool && !yes {
			text = "0"
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(prefix) + "=" + url.QueryEscape(text))
	}
	walk("", m)
	return b.String()
}

// letter is one event on its way to a handler.
type letter struct {
	name, to, body string
	age            int // see outbox.dropped
}

// outbox holds the events that are to be sent. The server's lock guards it.
type outbox struct {
	letters  []letter
	twice    int  // that many next events are sent twice
	shuffled bool // events of one call go out in reverse order
	dropped  int  // grows when the portal is restored: what is on its way is of the past
	sending  sync.WaitGroup
}

// maxLetters bounds what waits for a handler that does not answer.
const maxLetters = 1000

func (o *outbox) queue(l letter) {
	if len(o.letters) < maxLetters {
		l.age = o.dropped
		o.letters = append(o.letters, l)
	}
}

func (o *outbox) drop() { o.letters, o.dropped = nil, o.dropped+1 }

// DeliverTwice makes the next n events go out twice; Disorder turns the order of events
// of one call round: the portal promises neither one delivery nor an order.
func (s *Server) DeliverTwice(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbox.twice = n
}

// Disorder turns disorder of outgoing events on or off.
func (s *Server) Disorder(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbox.shuffled = on
}

// deliver sends what waits, without making anybody wait. Nothing is sent again: the
// portal does not either.
func (s *Server) deliver() {
	s.mu.Lock()
	letters := s.outbox.letters
	s.outbox.letters = nil
	if s.outbox.shuffled {
		slices.Reverse(letters)
	}
	for i := 0; i < len(letters) && s.outbox.twice > 0; i += 2 {
		letters = slices.Insert(letters, i, letters[i])
		s.outbox.twice--
	}
	s.mu.Unlock()
	if len(letters) == 0 {
		return
	}
	s.outbox.sending.Add(1)
	go func() {
		defer s.outbox.sending.Done()
		for _, l := range letters {
			s.post(l)
		}
	}()
}

// deliveryTimeout is how long a handler may take.
const deliveryTimeout = 10 * time.Second

func (s *Server) post(l letter) {
	ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
	defer cancel()
	if s.outdated(l) {
		return
	}
	e := progon.Event{Surface: progon.SurfaceCRM, Direction: progon.ToBot, Actor: progon.Actor("портал"), Kind: l.name, Raw: []byte(l.body)}
	begun := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.to, strings.NewReader(l.body))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", "Bitrix24 Webhook Engine")
		var resp *http.Response
		if resp, err = http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
			_ = resp.Body.Close()
			e.Status = resp.StatusCode
		}
	}
	if err != nil {
		e.Error = "обработчик не ответил"
	}
	e.Took = time.Since(begun)
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.age == s.outbox.dropped { // a new scenario must not see what the one before caused
		s.record(e)
	}
}

// outdated tells whether the portal was restored since an event was queued.
func (s *Server) outdated(l letter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.age != s.outbox.dropped
}

// WaitDelivered waits until everything that was on its way has arrived or failed, or
// until ctx ends.
func (s *Server) WaitDelivered(ctx context.Context) error {
	done := make(chan struct{})
	go func() { s.outbox.sending.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("события портала не доставлены: %w", ctx.Err())
	}
}
