//go:build unix

package launch

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// pipe reads the output of a bot. What the bot has written before a moment can be had at
// that moment, without waiting for the reader in the background.
type pipe struct {
	mu  sync.Mutex
	buf [32 << 10]byte
}

// read takes everything until the end of the stream.
func (p *pipe) read(in *os.File, to io.Writer) {
	raw, err := in.SyscallConn()
	if err != nil {
		return // the stream was closed already
	}
	_ = raw.Read(func(fd uintptr) bool { return p.drain(int(fd), to) }) // ends with the stream
}

// now takes what is there.
func (p *pipe) now(in *os.File, to io.Writer) {
	raw, err := in.SyscallConn()
	if err != nil {
		return // the stream was closed already
	}
	_ = raw.Control(func(fd uintptr) { p.drain(int(fd), to) }) // ends at once
}

// drain reads without blocking and tells whether the stream has ended. Reading and passing
// on are one step for others.
func (p *pipe) drain(fd int, to io.Writer) (over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		n, err := unix.Read(fd, p.buf[:])
		switch {
		case n > 0:
			_, _ = to.Write(p.buf[:n]) // never fails
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return false
		default:
			return true
		}
	}
}
