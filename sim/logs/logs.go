// Package logs follows the files in which a bot writes its log. Every line becomes an
// event; nothing is judged here.
package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"progon"
)

// Tail follows files that match patterns, also files that appear later. It is safe for
// concurrent use.
type Tail struct {
	patterns []string
	recorder progon.Recorder

	mu    sync.Mutex
	files map[string]*file
	ended chan struct{}
	done  chan struct{}
	once  sync.Once
}

// file is how far one file has been read.
type file struct {
	name   string
	offset int64
	line   int
	info   os.FileInfo
	rest   []byte // a line that has not ended yet
}

const (
	every   = 200 * time.Millisecond // how often the files are looked at without being asked
	maxLine = 1 << 20                // a longer line is told in pieces
)

// Open begins to follow. What the files hold already is not told: it was written before
// the rehearsal.
func Open(patterns []string, recorder progon.Recorder) (*Tail, error) {
	for _, p := range patterns {
		if _, err := filepath.Match(p, ""); err != nil {
			return nil, fmt.Errorf("logs: неверный образец имени «%s»: %w", p, err)
		}
	}
	t := &Tail{patterns: patterns, recorder: recorder, files: map[string]*file{}, ended: make(chan struct{}), done: make(chan struct{})}
	for _, name := range t.matches() {
		info, err := os.Stat(name)
		if err != nil || info.IsDir() {
			continue
		}
		t.files[name] = &file{name: name, offset: info.Size(), info: info, line: countLines(name)}
	}
	go t.follow()
	return t, nil
}

func countLines(name string) int {
	f, err := os.Open(name)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	n, buf := 0, make([]byte, 64<<10)
	for {
		k, err := f.Read(buf)
		n += bytes.Count(buf[:k], []byte("\n"))
		if err != nil {
			return n
		}
	}
}

func (t *Tail) matches() []string {
	var all []string
	for _, p := range t.patterns {
		found, err := filepath.Glob(p)
		if err == nil {
			all = append(all, found...)
		}
	}
	return all
}

// follow reads now and then, so that the times of lines are about right.
func (t *Tail) follow() {
	defer close(t.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-t.ended:
			return
		case <-tick.C:
			_ = t.read() // told by the next Sync
		}
	}
}

// Sync returns when everything that the bot has written so far has been told. A line
// without its end counts as written.
func (t *Tail) Sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.read(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.files {
		t.tell(f, f.rest)
		f.rest = nil
	}
	return nil
}

// Close stops following.
func (t *Tail) Close() error {
	t.once.Do(func() { close(t.ended) })
	<-t.done
	return nil
}

func (t *Tail) read() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range t.matches() {
		if err := t.readFile(name); err != nil {
			return fmt.Errorf("журнал %s: не удалось прочитать: %w", filepath.Base(name), err)
		}
	}
	return nil
}

func (t *Tail) readFile(name string) error {
	info, err := os.Stat(name)
	if os.IsNotExist(err) || (err == nil && info.IsDir()) {
		return nil // between two files of a rotation
	}
	if err != nil {
		return err
	}
	f := t.files[name]
	if f == nil {
		f = &file{name: name}
		t.files[name] = f
	}
	// A rotated or truncated file begins anew.
	if f.info != nil && (!os.SameFile(f.info, info) || info.Size() < f.offset) {
		t.tell(f, f.rest)
		f.offset, f.line, f.rest = 0, 0, nil
	}
	f.info = info
	if info.Size() == f.offset {
		return nil
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if _, err := in.Seek(f.offset, io.SeekStart); err != nil {
		return err
	}
	buf := make([]byte, 256<<10)
	for {
		n, err := in.Read(buf)
		f.offset += int64(n)
		t.take(f, buf[:n])
		if err == io.EOF || n == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// take cuts what was read into lines.
func (t *Tail) take(f *file, read []byte) {
	f.rest = append(f.rest, read...)
	for {
		i := bytes.IndexByte(f.rest, '\n')
		switch {
		case i >= 0:
			t.tell(f, f.rest[:i])
			f.rest = f.rest[i+1:]
		case len(f.rest) >= maxLine:
			t.tell(f, f.rest[:maxLine])
			f.rest = f.rest[maxLine:]
		default:
			f.rest = append([]byte(nil), f.rest...) // let go of what was told
			return
		}
	}
}

func (t *Tail) tell(f *file, line []byte) {
	if len(line) == 0 {
		f.line++
		return
	}
	f.line++
	raw := append([]byte(nil), line...)
	t.recorder.Record(progon.Event{
		Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: "file", Place: fmt.Sprintf("%s:%d", filepath.Base(f.name), f.line), Text: decoded(raw), Raw: raw,
	})
}

// decoded reads a line that is not UTF-8 as Windows-1251, the other encoding of Russian
// logs.
func decoded(line []byte) string {
	if utf8.Valid(line) {
		return strings.TrimRight(string(line), "\r")
	}
	text, err := charmap.Windows1251.NewDecoder().Bytes(line)
	if err != nil {
		return strings.ToValidUTF8(string(line), "�")
	}
	return strings.TrimRight(string(text), "\r")
}
