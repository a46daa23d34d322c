package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"progon"
)

// file is how far one file has been read. It is kept open, so that what is written to it
// after it was renamed is not lost.
type file struct {
	name   string // as it was first found: places keep it over a rotation
	lines  *Lines
	in     *os.File
	info   os.FileInfo
	offset int64
	head   []byte // its first bytes: a file that was truncated and has grown again differs in them
	packed bool   // an old log that was compressed is not read
	gone   bool   // no pattern finds it any more
}

const (
	headSize = 64
	readSize = 256 << 10
)

// openFile returns nil for a file that is gone already.
func openFile(name string, recorder progon.Recorder) (*file, error) {
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := in.Stat()
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	base := filepath.Base(name)
	return &file{
		name: base, in: in, info: info,
		lines: newLines(recorder, "file", func(n int) string { return fmt.Sprintf("%s:%d", base, n) }),
	}, nil
}

func (f *file) close() { _ = f.in.Close() } // it was only read

// skip passes over what the file holds, and counts its lines.
func (f *file) skip() error {
	_, err := f.each(f.lines.skip)
	return err
}

// read tells what is new and returns how much that was.
func (f *file) read() (int64, error) {
	return f.each(func(p []byte) { _, _ = f.lines.Write(p) }) // never fails
}

// each visits what is new in the file. A truncated file begins anew.
func (f *file) each(visit func([]byte)) (int64, error) {
	info, err := f.in.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() < f.offset || (info.Size() > f.offset && !f.unchanged()) {
		f.lines.Flush()
		f.lines.restart()
		f.offset, f.head, f.packed = 0, nil, false
	}
	if info.Size() == f.offset {
		return 0, nil
	}
	var total int64
	buf := make([]byte, min(readSize, info.Size()-f.offset+512))
	for {
		n, err := f.in.ReadAt(buf, f.offset)
		f.remember(buf[:n])
		f.offset += int64(n)
		total += int64(n)
		if !f.packed {
			visit(buf[:n])
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// remember keeps the first bytes.
func (f *file) remember(read []byte) {
	missing := headSize - len(f.head)
	if missing <= 0 || f.offset != int64(len(f.head)) {
		return
	}
	f.head = append(f.head, read[:min(missing, len(read))]...)
	for _, magic := range []string{"\x1f\x8b", "BZh", "\x28\xb5\x2f\xfd"} { // gzip, bzip2, zstd
		f.packed = f.packed || bytes.HasPrefix(f.head, []byte(magic))
	}
}

// unchanged tells whether the file still begins as it did.
func (f *file) unchanged() bool {
	now := make([]byte, len(f.head))
	n, _ := f.in.ReadAt(now, 0) // a shorter file differs
	return bytes.Equal(now[:n], f.head)
}
