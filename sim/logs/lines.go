package logs

import (
	"bytes"
	"fmt"
	"sync"
	"unicode/utf8"

	"progon"
)

const (
	// maxLine is where a longer line is told in pieces, which overlap: a value on the
	// border must stay in one of them.
	maxLine = 256 << 10
	overlap = 4 << 10
	// maxGroup bounds what is told as one event of many lines.
	maxGroup = 64 << 10
)

// Lines cuts what a bot writes into events. It is an io.Writer for the output of a
// program, and the inside of a followed file. It is safe for concurrent use.
type Lines struct {
	recorder progon.Recorder
	kind     string
	place    func(line int) string

	mu    sync.Mutex
	line  int    // the number of the last line that has ended
	rest  []byte // a line that has not ended yet
	told  int    // how much of rest was told already
	group []byte // whole lines of this write which belong together
	from  int    // the number of the first of them
}

// NewLines tells each line that is written to it. Kind is the stream's name: «stdout».
func NewLines(recorder progon.Recorder, kind string) *Lines {
	return newLines(recorder, kind, func(n int) string { return fmt.Sprintf("вывод программы (%s), строка %d", kind, n) })
}

// NewLinesAt is NewLines with places of another kind: place names a line by its number.
func NewLinesAt(recorder progon.Recorder, kind string, place func(line int) string) *Lines {
	return newLines(recorder, kind, place)
}

func newLines(recorder progon.Recorder, kind string, place func(int) string) *Lines {
	return &Lines{recorder: recorder, kind: kind, place: place}
}

// Write implements io.Writer. Lines are told when they end; lines which continue the one
// before them (a stack, a printed object) are told with it.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	start := 0
	for {
		i := bytes.IndexByte(l.rest[start:], '\n')
		if i < 0 {
			break
		}
		l.end(l.rest[start : start+i+1])
		start += i + 1
	}
	l.tellGroup()
	l.rest = append(l.rest[:0], l.rest[start:]...)
	for len(l.rest) >= maxLine {
		l.tell(l.rest[:maxLine], l.line+1)
		l.rest = append(l.rest[:0], l.rest[maxLine-overlap:]...)
		l.told = len(l.rest) // the overlap alone says nothing new
	}
	return len(p), nil
}

// end takes one whole line, with its end.
func (l *Lines) end(line []byte) {
	l.line++
	l.told = 0
	if !continues(line) || len(l.group)+len(line) > maxGroup {
		l.tellGroup()
	}
	if len(l.group) == 0 {
		l.from = l.line
	}
	l.group = append(l.group, line...)
}

// continues tells whether a line belongs to the one before it.
func continues(line []byte) bool {
	switch line[0] {
	case ' ', '\t':
		return true
	case '}', ']', ')':
		return len(bytes.TrimSpace(line)) <= 3 // the end of a printed object
	}
	return false
}

func (l *Lines) tellGroup() {
	if len(l.group) > 0 {
		l.tell(l.group, l.from)
		l.group = l.group[:0]
	}
}

// Flush tells what has been written of a line without an end. If the line goes on later,
// it is told again as a whole.
func (l *Lines) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > l.told {
		rest := l.rest
		for n := 0; n < 3 && len(rest) > 0 && !utf8.Valid(rest) && utf8.Valid(l.rest[:len(rest)-1]); n++ {
			rest = rest[:len(rest)-1] // half a letter is not yet a letter
		}
		l.tell(rest, l.line+1)
		l.told = len(l.rest)
	}
}

// skip counts lines without telling them. A line that has not ended yet is told as a whole
// if it goes on.
func (l *Lines) skip(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line += bytes.Count(p, []byte("\n"))
	if last := bytes.LastIndexByte(p, '\n'); last >= 0 {
		l.rest = l.rest[:0]
		p = p[last+1:]
	}
	l.rest = append(l.rest, p...)
	if len(l.rest) > maxLine {
		l.rest = append(l.rest[:0], l.rest[len(l.rest)-overlap:]...)
	}
	l.told = len(l.rest)
}

// restart begins to count anew, for a new file.
func (l *Lines) restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest, l.told, l.line = l.rest[:0], 0, 0
}

func (l *Lines) tell(raw []byte, line int) {
	raw = bytes.TrimRight(raw, "\r\n")
	if len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	raw = bytes.Clone(raw)
	text := readable(raw)
	l.recorder.Record(progon.Event{
		Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: l.kind, Place: l.place(line), Text: text, Conversation: conversation(text), Raw: raw,
	})
}
