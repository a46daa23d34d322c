// Package logs follows what a bot writes: files ([Open]), the output of its program
// ([NewLines]), and what it sends to a log server: syslog ([OpenSyslog]), Loki and
// OpenTelemetry ([OpenPush]). Every line becomes an event with its place; nothing is judged
// here, and nothing is kept.
package logs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"progon"
)

// Tail follows files that match patterns, also files that appear later, are rotated or
// truncated. A pattern may be a folder: then all files in it count. It is safe for
// concurrent use.
type Tail struct {
	patterns []string
	recorder progon.Recorder

	mu    sync.Mutex
	files []*file // in the order in which they were found
	wrong error   // what went wrong while nobody asked
	ended chan struct{}
	done  chan struct{}
	once  sync.Once
}

const (
	// every is how often the files are looked at without being asked, so that the times
	// of lines are about right.
	every    = 100 * time.Millisecond
	keptGone = 16 // how many files that went away are still read
)

// Open begins to follow. What the files hold already is not told: it was written before
// the rehearsal.
func Open(patterns []string, recorder progon.Recorder) (*Tail, error) {
	for _, p := range patterns {
		if _, err := filepath.Match(p, ""); err != nil {
			return nil, fmt.Errorf("logs: неверный образец имени «%s»: квадратные скобки в нём должны закрываться (%w)", p, err)
		}
	}
	t := &Tail{patterns: patterns, recorder: recorder, ended: make(chan struct{}), done: make(chan struct{})}
	if err := t.look((*file).skip); err != nil {
		return nil, err
	}
	go t.follow()
	return t, nil
}

// matches lists the files of today.
func (t *Tail) matches() ([]string, error) {
	var all []string
	for _, p := range t.patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			return nil, fmt.Errorf("logs: %s: %w", p, err)
		}
		for _, name := range found {
			info, err := os.Stat(name)
			switch {
			case err != nil: // gone between the two calls
			case info.Mode().IsRegular():
				all = append(all, name)
			case info.IsDir():
				all = append(all, inside(name)...)
			}
		}
	}
	return all, nil
}

func inside(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // gone, or not ours to read: then it is no log of the bot
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

func (t *Tail) follow() {
	defer close(t.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-t.ended:
			return
		case <-tick.C:
			t.mu.Lock()
			if _, err := t.read(); err != nil {
				t.wrong = err // told by the next Sync
			}
			t.mu.Unlock()
		}
	}
}

// Sync returns when everything that the bot has written so far has been told. A line
// without its end counts as written.
func (t *Tail) Sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.read()
	err, t.wrong = errors.Join(t.wrong, err), nil
	for _, f := range t.files {
		f.lines.Flush()
	}
	return err
}

// Settle waits until nothing new was written for that long, at most until the deadline of
// ctx: for a bot that writes its log in the background. What was written has been told.
func (t *Tail) Settle(ctx context.Context, quiet time.Duration) error {
	tick := time.NewTicker(max(quiet/4, time.Millisecond))
	defer tick.Stop()
	last := time.Now()
	for time.Since(last) < quiet {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), t.Sync(context.WithoutCancel(ctx)))
		case <-tick.C:
		}
		t.mu.Lock()
		n, err := t.read()
		t.mu.Unlock()
		if err != nil {
			return err
		}
		if n > 0 {
			last = time.Now()
		}
	}
	return t.Sync(ctx)
}

// Reset passes over everything that was written so far: it belongs to nobody.
func (t *Tail) Reset() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.look((*file).skip); err != nil {
		return err
	}
	for _, f := range t.files {
		if err := f.skip(); err != nil {
			return fmt.Errorf("журнал %s: не удалось прочитать: %w", f.name, err)
		}
	}
	t.wrong = nil
	return nil
}

// Close stops following.
func (t *Tail) Close() error {
	t.once.Do(func() {
		close(t.ended)
		<-t.done
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, f := range t.files {
			f.close()
		}
	})
	return nil
}

// read tells what is new in all files and returns how much that was.
func (t *Tail) read() (int64, error) {
	wrong := t.look(func(*file) error { return nil })
	var total int64
	for _, f := range t.files {
		n, err := f.read()
		total += n
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("журнал %s: не удалось прочитать: %w", f.name, err))
		}
	}
	return total, wrong
}

// look takes new files up. A file is the same under any name: rotation renames it. Those
// that went away are read on for a while, since a bot may still hold them open.
func (t *Tail) look(first func(*file) error) error {
	names, err := t.matches()
	if err != nil {
		return err
	}
	for _, f := range t.files {
		f.gone = true
	}
	for _, name := range names {
		if err := t.takeUp(name, first); err != nil {
			return fmt.Errorf("журнал %s: не удалось прочитать: %w", filepath.Base(name), err)
		}
	}
	t.dropOldest()
	return nil
}

func (t *Tail) takeUp(name string, first func(*file) error) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // between two files of a rotation
	}
	if err != nil {
		return err
	}
	for _, f := range t.files {
		if os.SameFile(f.info, info) {
			f.gone = false
			return nil
		}
	}
	f, err := openFile(name, t.recorder)
	if f == nil || err != nil {
		return err
	}
	t.files = append(t.files, f)
	return first(f)
}

// dropOldest lets go of the files that went away first.
func (t *Tail) dropOldest() {
	gone := 0
	for _, f := range t.files {
		if f.gone {
			gone++
		}
	}
	kept := t.files[:0]
	for _, f := range t.files {
		if f.gone && gone > keptGone {
			gone--
			f.close()
			continue
		}
		kept = append(kept, f)
	}
	t.files = kept
}
