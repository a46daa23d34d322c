package logs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"progon"
)

// Syslog takes messages by UDP and TCP at one port. It is safe for concurrent use.
type Syslog struct {
	recorder progon.Recorder
	packets  net.PacketConn
	listener net.Listener

	mu      sync.Mutex
	n       int // messages so far
	conns   map[net.Conn]struct{}
	streams bool                     // somebody has connected
	marks   map[string]chan struct{} // by what Sync has sent
	over    bool
	busy    sync.WaitGroup
}

const (
	maxMessage = 64 << 10
	// tcpQuiet is how long the streams must have been silent to count as read: unlike with
	// packets there is nothing to send through the same queue.
	tcpQuiet = 5 * time.Millisecond
	// markWait is how long an own packet may take; it can only be late on a busy machine.
	markWait = 2 * time.Second
)

// OpenSyslog listens at an address; a free port on loopback where empty.
func OpenSyslog(addr string, recorder progon.Recorder) (*Syslog, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	const tries = 5 // a port that is free for TCP may be taken for UDP
	for try := 1; ; try++ {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("logs.syslog: не удалось занять %s: %w", addr, err)
		}
		p, err := net.ListenPacket("udp", l.Addr().String())
		if err != nil {
			_ = l.Close() // nobody has connected
			if try < tries {
				continue
			}
			return nil, fmt.Errorf("logs.syslog: не удалось занять %s: %w", addr, err)
		}
		s := &Syslog{
			recorder: recorder, packets: p, listener: l,
			conns: map[net.Conn]struct{}{}, marks: map[string]chan struct{}{},
		}
		s.busy.Go(s.readPackets)
		s.busy.Go(s.accept)
		return s, nil
	}
}

// Addr is host:port of both.
func (s *Syslog) Addr() string { return s.listener.Addr().String() }

func (s *Syslog) tell(message []byte, transport string) {
	if len(bytes.TrimSpace(message)) == 0 {
		return
	}
	e := parseSyslog(message)
	s.mu.Lock()
	s.n++
	n := s.n
	s.mu.Unlock()
	s.recorder.Record(e.event(message, transport, n))
}

func (s *Syslog) readPackets() {
	buf := make([]byte, maxMessage)
	for {
		n, _, err := s.packets.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // one packet that could not be read
		}
		if !s.isMark(buf[:n]) {
			s.tell(buf[:n], "UDP")
		}
	}
}

// isMark tells an own packet, and lets the one go who waits for it.
func (s *Syslog) isMark(packet []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, ok := s.marks[string(packet)]
	if ok {
		delete(s.marks, string(packet))
		close(seen)
	}
	return ok
}

func (s *Syslog) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		if s.over {
			s.mu.Unlock()
			_ = c.Close() // too late
			return
		}
		s.conns[c], s.streams = struct{}{}, true
		s.busy.Go(func() { s.readStream(c) })
		s.mu.Unlock()
	}
}

func (s *Syslog) readStream(c net.Conn) {
	defer func() {
		_ = c.Close() // it was only read
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
	}()
	_ = messages(bufio.NewReaderSize(c, maxMessage), func(m []byte) { // ends with the connection
		s.tell(m, "TCP")
	})
}

// messages cuts a stream: «12 message» says its length, others end with a line.
func messages(in *bufio.Reader, tell func([]byte)) error {
	for {
		first, err := in.Peek(1)
		if err != nil {
			return ended(err)
		}
		if first[0] >= '1' && first[0] <= '9' {
			if n := octets(in); n > 0 {
				m := make([]byte, n)
				read, err := io.ReadFull(in, m)
				tell(m[:read])
				if err != nil {
					return ended(err)
				}
				continue
			}
		}
		line, err := in.ReadSlice('\n')
		if len(line) > 0 {
			tell(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) { // a longer line is told in pieces
			return ended(err)
		}
	}
}

func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// octets takes the length of a message off, where there is one.
func octets(in *bufio.Reader) int {
	for size := 2; size <= 6; size++ {
		head, err := in.Peek(size)
		if err != nil {
			return 0
		}
		switch last := head[size-1]; {
		case last == ' ':
			n, err := strconv.Atoi(string(head[:size-1]))
			if err != nil || n > maxMessage {
				return 0
			}
			if next, err := in.Peek(size + 1); err != nil || next[size] != '<' {
				return 0 // a line that begins with a number
			}
			_, _ = in.Discard(size) // peeked
			return n
		case last < '0' || last > '9':
			return 0
		}
	}
	return 0
}

// Sync returns when everything that was sent before has been told.
func (s *Syslog) Sync(ctx context.Context) error {
	if err := s.syncPackets(ctx); err != nil {
		return err
	}
	for {
		streams, before := s.state()
		if !streams {
			return nil
		}
		select {
		case <-time.After(tcpQuiet):
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, now := s.state(); now == before {
			return nil
		}
	}
}

// state tells whether anybody speaks TCP here, and how much was said so far.
func (s *Syslog) state() (streams bool, said int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams, s.n
}

// syncPackets sends a packet of its own and waits until it has come: the queue keeps order.
func (s *Syslog) syncPackets(ctx context.Context) error {
	mark := "progon-" + rand.Text()
	seen := make(chan struct{})
	s.mu.Lock()
	s.marks[mark] = seen
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.marks, mark)
	}()
	conn, err := net.Dial("udp", s.packets.LocalAddr().String())
	if err != nil {
		return fmt.Errorf("журнал syslog недоступен: %w", err)
	}
	defer func() { _ = conn.Close() }() // it was only written
	if _, err := conn.Write([]byte(mark)); err != nil {
		return fmt.Errorf("журнал syslog недоступен: %w", err)
	}
	select {
	case <-seen:
	case <-time.After(markWait): // a full queue drops packets, also this one
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Close stops listening.
func (s *Syslog) Close() error {
	s.mu.Lock()
	s.over = true
	for c := range s.conns {
		_ = c.Close() // its reader sees it
	}
	s.mu.Unlock()
	err := errors.Join(s.packets.Close(), s.listener.Close())
	s.busy.Wait()
	return err
}
