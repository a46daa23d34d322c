// Package calls holds what the HTTP fakes share about being called: what a request looked
// like on the wire, and a bounded journal for a fake that runs alone.
//
// It does not judge and does not mask: [Capture] keeps secrets, and its bytes belong in
// [progon.Event.Raw], which never leaves the process.
package calls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"sync"
	"time"

	"progon"
)

// ErrTooLarge says that a body is longer than the fake is ready to read.
var ErrTooLarge = errors.New("тело запроса слишком велико")

// Capture reads the body of a request up to limit bytes, and returns it together with the
// request as it went over the wire: request line, headers, body.
func Capture(r *http.Request, limit int64) (body, raw []byte, err error) {
	if r.Body != nil {
		if n := r.ContentLength; n > 0 && n <= limit {
			body = make([]byte, n)
			read, readErr := io.ReadFull(r.Body, body)
			body, err = body[:read], readErr
		} else {
			body, err = io.ReadAll(io.LimitReader(r.Body, limit+1))
		}
	}
	switch {
	case err != nil:
		err = fmt.Errorf("не удалось прочитать тело запроса: %w", err)
	case int64(len(body)) > limit:
		body, err = body[:limit], ErrTooLarge
	}
	return body, wire(r, body), err
}

func wire(r *http.Request, body []byte) []byte {
	var b bytes.Buffer
	b.Grow(256 + len(r.RequestURI) + len(body))
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	b.WriteString(r.Method + " " + target + " " + r.Proto + "\r\nHost: " + r.Host + "\r\n")
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, value := range r.Header[name] {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// MaxBytes bounds what a [Journal] keeps, whatever its size in events: one list of a big
// portal weighs as much as a thousand plain calls.
const MaxBytes = 64 << 20

// Journal is a [progon.Recorder] that keeps the last events only, so that a fake can run
// for weeks. It is safe for concurrent use.
type Journal struct {
	now  func() time.Time
	size int

	mu     sync.Mutex
	events []progon.Event // events[head:] are kept
	head   int
	bytes  int
	seq    int
	grown  chan struct{} // closed and replaced whenever an event is added
}

// NewJournal returns a journal of the last size events on the given clock.
func NewJournal(size int, now func() time.Time) *Journal {
	return &Journal{now: now, size: max(size, 1), grown: make(chan struct{})}
}

// Record implements [progon.Recorder].
func (j *Journal) Record(e progon.Event) progon.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if e.Time.IsZero() {
		e.Time = j.now()
	}
	j.events = append(j.events, e)
	j.bytes += weight(e)
	for len(j.events)-j.head > j.size || (j.bytes > MaxBytes && len(j.events)-j.head > 1) {
		j.bytes -= weight(j.events[j.head])
		j.events[j.head] = progon.Event{}
		j.head++
	}
	if j.head > len(j.events)/2 { // as many places are free as are taken: move up
		j.events = append(make([]progon.Event, 0, 2*(len(j.events)-j.head)), j.events[j.head:]...)
		j.head = 0
	}
	close(j.grown)
	j.grown = make(chan struct{})
	return e
}

// weight is about how many bytes an event takes.
func weight(e progon.Event) int {
	const event, effect, field = 400, 120, 40
	n := event + len(e.Raw) + len(e.Text)
	add := func(fields []progon.Field) {
		for _, f := range fields {
			n += field + len(f.Name) + len(f.Value)
		}
	}
	add(e.Fields)
	add(e.Answer)
	for _, x := range e.Effects {
		n += effect
		add(x.Fields)
	}
	return n
}

// Since returns the kept events after the one with that number, in order, and a channel
// that is closed when there is more.
func (j *Journal) Since(seq int) (progon.Events, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.events[j.head:]
	from := sort.Search(len(kept), func(i int) bool { return kept[i].Seq > seq })
	return append(progon.Events(nil), kept[from:]...), j.grown
}
