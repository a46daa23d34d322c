package bitrix24

import (
	"sort"
	"strconv"
	"strings"
	"time"
)

// Limits are the portal's protection against too many calls. Page: "Limits" of the
// vendor's documentation.
type Limits struct {
	// Burst calls fit into the bucket, Rate of them leak out per second. Zero: no limit.
	Burst int
	Rate  float64
	// Operating is how long one method may have worked for one caller within ten
	// minutes. Zero: no limit.
	Operating time.Duration
	// Cost is added to the measured time of a method, to make Operating reachable.
	Cost map[string]time.Duration
}

// LimitsNamed gives the limits of a plan: off, basic, enterprise. «portal» is basic.
func LimitsNamed(name string) (Limits, bool) {
	switch name {
	case "", "off":
		return Limits{}, true
	case "basic", "portal":
		return Limits{Burst: 50, Rate: 2, Operating: 480 * time.Second}, true
	case "enterprise":
		return Limits{Burst: 250, Rate: 5, Operating: 480 * time.Second}, true
	}
	return Limits{}, false
}

// limiter is the state of the limits. The server's lock guards it.
type limiter struct {
	Limits
	buckets map[string]*bucket
	work    map[string]*work
}

type bucket struct {
	level float64
	at    time.Time
}

// work is how long a method has worked, minute by minute.
type work struct {
	minutes map[int64]float64
}

// maxBuckets bounds the memory for callers with ever new tokens.
const maxBuckets = 1024

// take puts one call into the caller's bucket, and tells whether it fits.
func (l *limiter) take(who string, now time.Time) bool {
	if l.Burst == 0 {
		return true
	}
	if l.buckets == nil || len(l.buckets) > maxBuckets {
		l.buckets = map[string]*bucket{}
	}
	b := l.buckets[who]
	if b == nil {
		b = &bucket{at: now}
		l.buckets[who] = b
	}
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.level = max(0, b.level-passed*l.Rate)
	}
	b.at = now
	if b.level+1 > float64(l.Burst) {
		return false
	}
	b.level++
	return true
}

// window is the time over which the work of a method is added up.
const window = 10 // minutes

func (l *limiter) total(method string, now time.Time) (seconds float64, reset int64) {
	w := l.work[method]
	minute := now.Unix() / 60
	reset = (minute + window) * 60
	if w == nil {
		return 0, reset
	}
	for m, s := range w.minutes {
		if m <= minute-window || m > minute {
			delete(w.minutes, m)
			continue
		}
		seconds += s
		reset = min(reset, (m+window)*60)
	}
	return seconds, reset
}

func (l *limiter) mayRun(method string, now time.Time) bool {
	if l.Operating == 0 {
		return true
	}
	seconds, _ := l.total(method, now)
	return seconds <= l.Operating.Seconds()
}

func (l *limiter) spent(method string, now time.Time, took time.Duration) {
	if l.work == nil {
		l.work = map[string]*work{}
	}
	w := l.work[method]
	if w == nil {
		w = &work{minutes: map[int64]float64{}}
		l.work[method] = w
	}
	w.minutes[now.Unix()/60] += (took + l.Cost[method]).Seconds()
}

// appendTime writes the «time» that stands in every successful answer. b24jssdk breaks
// without it.
func (s *Server) appendTime(b []byte, now time.Time, took time.Duration, method string) []byte {
	operating, reset := s.limits.total(method, now)
	if took <= 0 {
		took = time.Microsecond
	}
	seconds := took.Seconds()
	finish := now.Add(took)
	b = append(b, `{"start":`...)
	b = appendSeconds(b, now)
	b = append(b, `,"finish":`...)
	b = appendSeconds(b, finish)
	b = append(b, `,"duration":`...)
	b = strconv.AppendFloat(b, seconds, 'f', 6, 64)
	b = append(b, `,"processing":`...)
	b = strconv.AppendFloat(b, seconds, 'f', 6, 64)
	b = append(b, `,"date_start":"`...)
	b = append(b, s.iso(now)...)
	b = append(b, `","date_finish":"`...)
	b = append(b, s.iso(finish)...)
	b = append(b, `","operating_reset_at":`...)
	b = strconv.AppendInt(b, reset, 10)
	b = append(b, `,"operating":`...)
	b = strconv.AppendFloat(b, operating, 'f', 6, 64)
	return append(b, '}')
}

func appendSeconds(b []byte, t time.Time) []byte {
	return strconv.AppendFloat(b, float64(t.UnixMicro())/1e6, 'f', 6, 64)
}

// usage is which scopes and methods the bot really used.
type usage struct {
	methods map[string]int
	scopes  map[string]int
}

func newUsage() usage { return usage{methods: map[string]int{}, scopes: map[string]int{}} }

func (u usage) called(m *method, g *grant) {
	u.methods[m.name]++
	for _, scope := range strings.Split(m.scope, "|") {
		if scope != "" && g.allows(scope) {
			u.scopes[scope]++ // of several that would do, each counts as used
		}
	}
}

// Usage tells which methods and scopes were used, and which granted scopes never were.
type Usage struct {
	Methods, Scopes, Unused []string
}

// Usage returns what was used since the portal was made or reset.
func (s *Server) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := Usage{Methods: keysOf(s.usage.methods), Scopes: keysOf(s.usage.scopes)}
	granted := s.options.Scopes
	if len(granted) == 0 {
		granted = s.allScopes()
	}
	for _, scope := range granted {
		if s.usage.scopes[scope] == 0 {
			u.Unused = append(u.Unused, scope)
		}
	}
	sort.Strings(u.Unused)
	return u
}

func keysOf(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
