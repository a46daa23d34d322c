// Package faults breaks a fake on request: the outside service refuses, is slow, cuts its
// answer, drops the connection, or does the work and never says so.
//
// A [Rule] says what breaks, a [Set] holds the rules of one fake and decides for each
// call. How a refusal looks in the protocol of a service is the fake's business; the
// wire-level breakdowns are carried out here ([Cut], [Drop]).
package faults

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is how a call goes wrong.
type Kind string

// The kinds of fault.
const (
	Refuse Kind = "refuse" // answers Status (and Code) and does nothing
	Slow   Kind = "slow"   // answers rightly after Delay
	CutOff Kind = "cut"    // does the work, the answer ends in the middle
	Lose   Kind = "drop"   // does nothing and closes the connection
	Mute   Kind = "mute"   // does the work and closes the connection without an answer
	Break  Kind = "html"   // answers Status with a page of HTML instead of JSON
)

// Rule is one fault.
type Rule struct {
	Kind Kind
	// Method is a pattern of the called method («crm.lead.*»); empty means every method.
	Method string
	// Status and Code of a refusal: 503 and "QUERY_LIMIT_EXCEEDED".
	Status int
	Code   string
	// Field names the field of the card that the service finds wrong: only calls that
	// carry it are refused.
	Field string
	Delay time.Duration
	// Times is how many calls it hits, 0 for all. After lets that many pass before.
	Times, After int
	// For ends the fault that long after it was set, 0 for never.
	For time.Duration
}

// Set is the faults of one fake. The zero value is ready and empty; it is safe for
// concurrent use.
type Set struct {
	mu    sync.Mutex
	rules []active
}

type active struct {
	Rule
	since time.Time
	seen  int // calls that matched
}

// Add puts a fault in force from now on.
func (s *Set) Add(r Rule, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, active{Rule: r, since: now})
}

// Clear ends all faults.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Empty tells whether nothing was set: the usual case, which a busy fake need not ask more
// about.
func (s *Set) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rules) == 0
}

// Next says what happens to a call: the first rule that applies, and whether one does.
// carries tells whether the call carries a field; it may be nil.
func (s *Set) Next(method string, now time.Time, carries func(field string) bool) (Rule, bool) {
	return s.next(method, now, carries, false)
}

// NextNamed is Next for one command of a bundle: only refusals that name a method or a
// field hit it, since the others have hit, or spared, the bundle as a whole.
func (s *Set) NextNamed(method string, now time.Time, carries func(field string) bool) (Rule, bool) {
	return s.next(method, now, carries, true)
}

func (s *Set) next(method string, now time.Time, carries func(field string) bool, named bool) (Rule, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rules {
		r := &s.rules[i]
		switch {
		case named && (r.Kind != Refuse || (r.Method == "" && r.Field == "")),
			r.For > 0 && !now.Before(r.since.Add(r.For)),
			!matches(r.Method, method),
			r.Field != "" && (carries == nil || !carries(r.Field)):
			continue
		}
		r.seen++
		if r.seen <= r.After || (r.Times > 0 && r.seen > r.After+r.Times) {
			continue
		}
		return r.Rule, true
	}
	return Rule{}, false
}

func matches(pattern, method string) bool {
	if pattern == "" || pattern == "*" {
		return true
	}
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(method))
	return ok && err == nil
}

// Drop closes the connection of a request without an answer. Where the connection cannot
// be taken over (HTTP/2, a test recorder) the server's own way to abort is used.
func Drop(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
		return
	}
	panic(http.ErrAbortHandler)
}

// Cut sends the head and the first half of an answer, then closes the connection.
func Cut(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	Drop(w)
}

var (
	statusWords = regexp.MustCompile(`^(\d{3})(?:\s+([A-Za-z_]+))?$`)
	codeWords   = regexp.MustCompile(`^[A-Za-z]+(?:_[A-Za-z]+)+$`)
	timesWords  = regexp.MustCompile(`^(\d+)\s+раза?$`)
	spanWords   = regexp.MustCompile(`(\d+)\s*(миллисекунд|секунд|минут|час)`)
	fieldWords  = regexp.MustCompile(`^(?:ошибка (?:разбора )?поля|не принимает поле)\s+[«"]?([^»"]+)[»"]?$`)
)

// codes gives the status of the refusals that are named without one.
var codes = map[string]int{
	"query_limit_exceeded": 503, "overload_limit": 503, "operation_time_limit": 429, "expired_token": 401,
	"invalid_credentials": 401, "no_auth_found": 401, "insufficient_scope": 403, "access_denied": 403,
	"internal_server_error": 500, "error_method_not_found": 404, "portal_deleted": 500, "invalid_token": 401,
}

// Known lists what [Parse] understands, for help and errors.
const Known = "«503 QUERY_LIMIT_EXCEEDED», «502», «expired_token», «ключ отозван», «недоступна», «задержка 3 секунды», " +
	"«обрыв соединения», «обрыв ответа», «запись без ответа», «страница ошибки», «ошибка поля «Телефон»»"

// Parse reads a fault as a scenario names it: what («503 QUERY_LIMIT_EXCEEDED», «502»,
// «задержка 3 секунды», «обрыв ответа») and how long («3 раза», «10 минут», «всегда»).
// «crm.lead.add: 502» limits it to a method.
func Parse(what, howLong string) (Rule, error) {
	var r Rule
	text := strings.TrimSpace(what)
	if method, rest, ok := strings.Cut(text, ":"); ok && strings.Contains(method, ".") {
		r.Method, text = strings.TrimSpace(method), strings.TrimSpace(rest)
	}
	low := strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	switch m := statusWords.FindStringSubmatch(text); {
	case m != nil:
		r.Kind, r.Code = Refuse, m[2]
		r.Status, _ = strconv.Atoi(m[1]) // three digits
		if r.Status < 300 || r.Status > 599 {
			return Rule{}, fmt.Errorf("ответ %d не отказ; годятся 300–599", r.Status)
		}
		if r.Code == "" && r.Status >= 500 {
			r.Kind = Break // what stands before the portal answers with a page, not with JSON
		}
	case codeWords.MatchString(text):
		r.Kind, r.Code, r.Status = Refuse, text, codes[low]
		if r.Status == 0 {
			return Rule{}, fmt.Errorf("у отказа «%s» нет известного статуса; напишите его первым: «503 %s»", text, text)
		}
	case fieldWords.MatchString(low):
		m := fieldWords.FindStringSubmatch(text)
		if m == nil { // the words were capitalised
			m = fieldWords.FindStringSubmatch(low)
		}
		r.Kind, r.Status, r.Code, r.Field = Refuse, 400, "ERROR_CORE", m[1]
	case strings.Contains(low, "ключ") || strings.Contains(low, "отозван"):
		r.Kind, r.Status, r.Code = Refuse, 401, "INVALID_CREDENTIALS"
	case strings.Contains(low, "без ответа"):
		r.Kind = Mute
	case strings.Contains(low, "обрыв ответа"), strings.Contains(low, "обрезан"):
		r.Kind = CutOff
	case strings.Contains(low, "обрыв"), strings.Contains(low, "не отвечает"):
		r.Kind = Lose
	case strings.Contains(low, "недоступн"), strings.Contains(low, "страница"):
		r.Kind, r.Status = Break, http.StatusBadGateway
	case strings.Contains(low, "задержк"), strings.Contains(low, "медленно"):
		d, ok := span(low)
		if !ok {
			return Rule{}, fmt.Errorf("не понята задержка «%s»; пример: «задержка 3 секунды»", what)
		}
		r.Kind, r.Delay = Slow, d
	default:
		return Rule{}, fmt.Errorf("отказ «%s» неизвестен; известны: %s", what, Known)
	}
	return lasting(r, howLong)
}

func lasting(r Rule, howLong string) (Rule, error) {
	low := strings.ToLower(strings.TrimSpace(howLong))
	switch m := timesWords.FindStringSubmatch(low); {
	case low == "" || low == "всегда" || low == "постоянно":
	case low == "один раз" || low == "раз":
		r.Times = 1
	case m != nil:
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 {
			return Rule{}, fmt.Errorf("не понято, сколько раз: «%s»", howLong)
		}
		r.Times = n
	default:
		d, ok := span(low)
		if !ok {
			return Rule{}, fmt.Errorf("не понято, как долго длится отказ: «%s»; примеры: «3 раза», «10 минут», «всегда»", howLong)
		}
		r.For = d
	}
	return r, nil
}

func span(text string) (time.Duration, bool) {
	m := spanWords.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 1_000_000 {
		return 0, false
	}
	unit := map[string]time.Duration{"миллисекунд": time.Millisecond, "секунд": time.Second, "минут": time.Minute, "час": time.Hour}[m[2]]
	return time.Duration(n) * unit, true
}
