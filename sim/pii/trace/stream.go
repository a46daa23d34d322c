package trace

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// Stream searches a text that is too large to hold: a log, an export. Write it piece by
// piece in any sizes, then Close. It keeps about two megabytes whatever the length, and
// finds what lies on the border of two writes. It is for one goroutine.
type Stream struct {
	// OnHit, if set, is called for every hit, with Start and End counted from the
	// beginning of the stream.
	OnHit func(Hit)

	t      *Tracer
	buf    []byte
	base   int // place of buf[0] in the stream
	done   int // hits that start before this place in buf were reported
	first  map[shown]int
	hits   []Hit
	closed bool
}

// shown is what Hits tells apart.
type shown struct {
	canary    *Canary
	rendering string
}

const (
	streamWindow = 1 << 20
	// streamMargin is read on both sides of what a window reports, so that a value is
	// seen with its surroundings. A longer token (base64 of a whole file) is read in
	// pieces of the window's size.
	streamMargin = 32 << 10
	// mostShown bounds what Hits keeps.
	mostShown = 10000
)

// Stream begins a search.
func (t *Tracer) Stream() *Stream {
	return &Stream{t: t, first: map[shown]int{}}
}

var errClosed = errors.New("поиск по потоку: запись после закрытия")

// Write implements io.Writer.
func (s *Stream) Write(p []byte) (int, error) {
	if s.closed {
		return 0, errClosed
	}
	written := len(p)
	for len(p) > 0 {
		n := min(len(p), streamWindow-len(s.buf))
		s.buf = append(s.buf, p[:n]...)
		p = p[n:]
		if len(s.buf) == streamWindow {
			s.read(false)
		}
	}
	return written, nil
}

// Close reads the rest. It may be called once more without effect.
func (s *Stream) Close() error {
	if !s.closed {
		s.closed = true
		s.read(true)
		s.buf = nil
	}
	return nil
}

// Hits lists what was found so far: for each canary and rendering the first place.
func (s *Stream) Hits() []Hit { return append([]Hit(nil), s.hits...) }

// Count is how often a canary was found in a rendering so far.
func (s *Stream) Count(h Hit) int { return s.first[shown{h.Canary, h.Rendering}] }

// read searches the window and reports what starts before its last margin.
func (s *Stream) read(last bool) {
	cut := len(s.buf)
	if !last {
		cut -= streamMargin
		if nl := bytes.LastIndexByte(s.buf[cut-streamMargin/2:cut], '\n'); nl >= 0 {
			cut += nl + 1 - streamMargin/2
		}
	}
	for _, h := range s.t.Find(string(s.buf)) {
		if h.Start >= s.done && h.Start < cut {
			h.Start, h.End = h.Start+s.base, h.End+s.base
			s.report(h)
		}
	}
	// The next window must not begin inside a character or a token.
	from := max(cut-streamMargin, 0)
	if nl := bytes.IndexByte(s.buf[from:cut-(cut-from)/2], '\n'); from > 0 && nl >= 0 {
		from += nl + 1
	}
	for from > 0 && from < len(s.buf) && !utf8.RuneStart(s.buf[from]) {
		from--
	}
	s.base, s.done = s.base+from, cut-from
	s.buf = append(s.buf[:0], s.buf[from:]...)
}

func (s *Stream) report(h Hit) {
	key := shown{h.Canary, h.Rendering}
	if s.first[key]++; s.first[key] == 1 {
		if len(s.hits) < mostShown {
			s.hits = append(s.hits, h)
		} else {
			delete(s.first, key)
		}
	}
	if s.OnHit != nil {
		s.OnHit(h)
	}
}
