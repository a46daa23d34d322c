package launch

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// relay joins an address on this machine with another one, byte by byte. Containers reach
// the fakes, which listen on loopback, through relays on the gateway of their network, and
// Progon reaches the bot at an address that stays when its container gets a new one.
type relay struct {
	listener net.Listener

	mu    sync.Mutex
	to    string
	conns map[net.Conn]struct{}
	over  bool
	busy  sync.WaitGroup
}

const dialTimeout = 5 * time.Second

func openRelay(listen, to string) (*relay, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, err
	}
	r := &relay{listener: l, to: to, conns: map[net.Conn]struct{}{}}
	r.busy.Add(1)
	go func() {
		defer r.busy.Done()
		for {
			in, err := l.Accept()
			if err != nil {
				return // closed
			}
			if r.keep(in) {
				go r.join(in)
			}
		}
	}()
	return r, nil
}

func (r *relay) addr() string { return r.listener.Addr().String() }

// turn leads new connections elsewhere.
func (r *relay) turn(to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = to
}

func (r *relay) target() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.to
}

// keep remembers a connection for close; it is closed at once where that has come.
func (r *relay) keep(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		_ = c.Close()
		return false
	}
	r.conns[c] = struct{}{}
	r.busy.Add(1)
	return true
}

func (r *relay) drop(c net.Conn) {
	_ = c.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	r.busy.Done()
}

func (r *relay) join(in net.Conn) {
	defer r.drop(in)
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	var d net.Dialer
	out, err := d.DialContext(ctx, "tcp", r.target())
	if err != nil || !r.keep(out) {
		return // whoever asked sees a closed connection
	}
	defer r.drop(out)
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(in, out) // ends with either side
		halfClose(in)
	}()
	_, _ = io.Copy(out, in) // likewise
	halfClose(out)
	<-back
}

// halfClose says that nothing more will be said, and still listens.
func halfClose(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.CloseWrite() // gone already is fine
	}
}

func (r *relay) close() {
	_ = r.listener.Close() // it was only listening
	r.mu.Lock()
	r.over = true
	for c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.busy.Wait()
}
