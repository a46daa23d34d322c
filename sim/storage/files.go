package storage

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"progon"
)

// files reads a tree: the lines of texts, and other files as they are.
type files struct {
	root string
	skip []string
	seen map[string]string // path → size and time, when it was last read
}

func newFiles(root string, skip []string) *files {
	return &files{root: root, skip: skip, seen: map[string]string{}}
}

const maxFile = 16 << 20

func (f *files) mark(context.Context) (bool, error) { return false, nil }

func (f *files) close(context.Context) error { return nil }

func (f *files) unchanged() bool { return false } // each file tells by itself

func (f *files) cells(ctx context.Context, all bool, visit func(cell) error) error {
	now := map[string]string{}
	err := filepath.WalkDir(f.root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // not there yet, or gone meanwhile
		case err != nil:
			return err
		case !entry.Type().IsRegular():
			return nil // links may lead out of the tree
		}
		rel, err := filepath.Rel(f.root, name)
		if err != nil || skipped(f.skip, filepath.ToSlash(rel), entry.Name()) {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		stamp := fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano())
		now[rel] = stamp
		if !all && f.seen[rel] == stamp {
			return nil
		}
		return readFile(name, filepath.ToSlash(rel), visit)
	})
	if err != nil {
		return fmt.Errorf("папка %s не прочитана: %w", filepath.Base(f.root), err)
	}
	f.seen = now
	return nil
}

// readFile visits the lines of a text, or the whole of another file. A text may be packed.
func readFile(name, rel string, visit func(cell) error) error {
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(in, maxFile))
	if err != nil {
		return err
	}
	if bytes.HasPrefix(content, []byte("\x1f\x8b")) {
		if z, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
			if open, _ := io.ReadAll(io.LimitReader(z, maxFile)); len(open) > 0 { // a cut file gives what it has
				content = open
			}
		}
	}
	c := cell{surface: progon.SurfaceFile, kind: "файл " + shown(rel), key: rel}
	if !utf8.Valid(content) && looksBinary(content) {
		c.id, c.place, c.raw = rel, shown(rel), content
		return visit(c)
	}
	if fields, ok := flatten("", content); ok && len(fields) > 0 {
		c.id, c.place, c.raw = rel, shown(rel), content
		return visit(c)
	}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		// A line is known wherever it stands: one that was put before it moves it down.
		c.id, c.place, c.raw = rel+"\x00"+line, fmt.Sprintf("%s:%d", shown(rel), number), []byte(line)
		if err := visit(c); err != nil {
			return err
		}
	}
	if len(content) == 0 {
		c.id, c.place = rel, shown(rel)
		return visit(c) // its name may tell something
	}
	return nil
}

// looksBinary tells bytes from a text in an old encoding.
func looksBinary(content []byte) bool {
	head := content[:min(len(content), 4096)]
	strange := 0
	for _, b := range head {
		if b < 9 || (b > 13 && b < 32 && b != 27) {
			strange++
		}
	}
	return strange*50 > len(head)
}
