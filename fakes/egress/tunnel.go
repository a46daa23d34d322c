package egress

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// tunnel is a connection that was asked for with CONNECT.
type tunnel struct {
	net.Conn
	in   *bufio.Reader // what came already
	to   target
	used atomic.Bool // something was said in it
	done sync.Once
	over chan struct{}
}

// Read implements net.Conn.
func (t *tunnel) Read(p []byte) (int, error) { return t.in.Read(p) }

// Close implements net.Conn.
func (t *tunnel) Close() error {
	t.done.Do(func() { close(t.over) })
	return t.Conn.Close()
}

type tunnelKey struct{}

// withTunnel lets requests know in which tunnel they came.
func withTunnel(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, tunnelKey{}, c)
}

// connect opens a tunnel and finds out what is spoken in it.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	to := newTarget("https", r.Host)
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "CONNECT возможен только по HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return
	}
	t := &tunnel{Conn: conn, in: rw.Reader, to: to, over: make(chan struct{})}
	if !s.track(t) {
		_ = t.Close()
		return
	}
	go func() {
		defer s.untrack(t)
		defer func() { _ = t.Close() }()
		if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
			return
		}
		if s.wayTo(to).home {
			s.splice(t) // nothing leaves: there is nothing to see
			return
		}
		s.sniff(t)
		if !t.used.Load() {
			s.tellTunnel(t, nil, "в соединении ничего не сказано")
		}
	}()
}

// recordHandshake is the first byte of every TLS connection.
const recordHandshake = 22

// sniff looks at the first byte: TLS, HTTP, or something that is not understood.
func (s *Server) sniff(t *tunnel) {
	_ = t.SetReadDeadline(time.Now().Add(sniffTimeout))
	first, err := t.in.Peek(1)
	_ = t.SetReadDeadline(time.Time{})
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.foreign(t) // the other side is to speak first
	case err != nil: // gone without a word
	case first[0] == recordHandshake:
		s.secure(t)
	case first[0] >= 'A' && first[0] <= 'Z' && looksHTTP(t.in):
		s.serveTunnel(t, t)
	default:
		s.foreign(t)
	}
}

// looksHTTP tells a request from another protocol of words: a method, a space, a path.
func looksHTTP(in *bufio.Reader) bool {
	word, _ := in.Peek(in.Buffered()) // what is there
	for i, b := range word {
		switch {
		case b == ' ':
			return i > 2 && i+1 < len(word) && (word[i+1] == '/' || word[i+1] == '*' || word[i+1] == 'h')
		case b < 'A' || b > 'Z' || i > 10:
			return false
		}
	}
	return false
}

// secure opens TLS with a certificate of the lane.
func (s *Server) secure(t *tunnel) {
	conn := tls.Server(t, s.config(t.to.host))
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		t.used.Store(true)
		s.tellTunnel(t, nil, "бот не доверяет сертификату Прогона, содержимое запроса не видно: передайте ему файл сертификата (SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE)")
		return
	}
	s.serveTunnel(t, conn)
}

// serveTunnel gives the connection to the server inside and waits until it is over.
func (s *Server) serveTunnel(t *tunnel, conn net.Conn) {
	if s.tunnels.give(conn) {
		<-t.over
	}
}

// foreign is a tunnel in which something else than HTTP is spoken: its first words are told.
func (s *Server) foreign(t *tunnel) {
	t.used.Store(true)
	said, _ := t.in.Peek(t.in.Buffered()) // what is there
	s.tellTunnel(t, append([]byte(nil), said...), "это не HTTP: видно только начало сказанного")
	if s.wayTo(t.to).passes {
		s.splice(t)
	}
}

// handed is a listener whose connections are given to it.
type handed struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newHanded() *handed { return &handed{conns: make(chan net.Conn), done: make(chan struct{})} }

func (h *handed) give(c net.Conn) bool {
	select {
	case h.conns <- c:
		return true
	case <-h.done:
		return false
	}
}

// Accept implements net.Listener.
func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *handed) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

// Addr implements net.Listener.
func (h *handed) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// splice joins a tunnel with its real end, until either side ends. Where nobody answers,
// the bot sees a closed connection.
func (s *Server) splice(t *tunnel) {
	if s.isOwn(t.to) {
		return
	}
	ctx := context.WithValue(context.Background(), http.LocalAddrContextKey, t.LocalAddr())
	out, err := net.DialTimeout("tcp", fromContainer(ctx, t.to.addr()), handshakeTimeout)
	if err != nil || !s.track(out) {
		return
	}
	defer s.untrack(out)
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(t.Conn, out) // ends when either side does
		_ = t.Close()
	}()
	_, _ = io.Copy(out, t)
	_ = out.Close()
	<-back
}
