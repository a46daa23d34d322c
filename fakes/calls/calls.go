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

// Journal is a [progon.Recorder] that keeps the last events only, so that a fake can run
// for weeks. It is safe for concurrent use.
type Journal struct {
	now func() time.Time

	mu    sync.Mutex
	ring  []progon.Event
	next  int // where the next event goes
	seq   int
	grown chan struct{} // closed and replaced whenever an event is added
}

// NewJournal returns a journal of the last size events on the given clock.
func NewJournal(size int, now func() time.Time) *Journal {
	return &Journal{now: now, ring: make([]progon.Event, 0, max(size, 1)), grown: make(chan struct{})}
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
	if len(j.ring) < cap(j.ring) {
		j.ring = append(j.ring, e)
	} else {
		j.ring[j.next] = e
	}
	j.next = (j.next + 1) % cap(j.ring)
	close(j.grown)
	j.grown = make(chan struct{})
	return e
}

// Since returns the kept events after the one with that number, in order, and a channel
// that is closed when there is more.
func (j *Journal) Since(seq int) (progon.Events, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out progon.Events
	start := 0
	if len(j.ring) == cap(j.ring) {
		start = j.next
	}
	for i := range j.ring {
		if e := j.ring[(start+i)%len(j.ring)]; e.Seq > seq {
			out = append(out, e)
		}
	}
	return out, j.grown
}
