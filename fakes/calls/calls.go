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
	b.Grow(512 + len(r.RequestURI) + len(body))
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
	now func() time.Time

	mu    sync.Mutex
	ring  []progon.Event
	head  int // the oldest kept event
	count int
	bytes int
	seq   int
	grown chan struct{} // closed when an event is added; nil while nobody waits
}

// NewJournal returns a journal of the last size events on the given clock.
func NewJournal(size int, now func() time.Time) *Journal {
	return &Journal{now: now, ring: make([]progon.Event, max(size, 1))}
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
	j.bytes += weight(&e)
	for j.count == len(j.ring) || (j.bytes > MaxBytes && j.count > 0) {
		j.bytes -= weight(&j.ring[j.head])
		j.ring[j.head] = progon.Event{}
		j.head = (j.head + 1) % len(j.ring)
		j.count--
	}
	j.ring[(j.head+j.count)%len(j.ring)] = e
	j.count++
	if j.grown != nil {
		close(j.grown)
		j.grown = nil
	}
	return e
}

// weight is about how many bytes an event takes.
func weight(e *progon.Event) int {
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
	if j.grown == nil {
		j.grown = make(chan struct{})
	}
	var kept progon.Events
	for i := range j.count {
		if e := &j.ring[(j.head+i)%len(j.ring)]; e.Seq > seq {
			kept = append(kept, *e)
		}
	}
	return kept, j.grown
}
