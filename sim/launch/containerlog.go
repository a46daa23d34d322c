package launch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/client"

	"progon"
	"progon/sim/logs"
)

// containerLog tells what a container prints. Docker passes it on a little later than it
// was printed, so that Sync asks for the time of the last line and waits for that one.
type containerLog struct {
	api client.APIClient
	id  string
	out map[byte]*logs.Lines // by the number of the stream

	mu    sync.Mutex
	known time.Time // what is not newer was told before the container was started anew
	last  time.Time
	heard chan struct{} // closed and replaced with every line
	done  chan struct{} // closed when the container prints nothing more
}

const (
	streamOut = 1
	streamErr = 2
	// maxFrame bounds one message of Docker; it cuts lines at 16 KiB itself.
	maxFrame = 1 << 20
	// calm is how long the last line must have been the last one.
	calm       = 4 * time.Millisecond
	catchUp    = 5 * time.Second
	timeLayout = "2006-01-02T15:04:05.000000000Z07:00"
)

func newContainerLog(api client.APIClient, id, name string, r progon.Recorder) *containerLog {
	l := &containerLog{api: api, id: id, out: map[byte]*logs.Lines{}, heard: make(chan struct{})}
	for number, stream := range map[byte]string{streamOut: "stdout", streamErr: "stderr"} {
		l.out[number] = logs.NewLinesAt(r, stream, func(n int) string {
			return fmt.Sprintf("контейнер %s (%s), строка %d", name, stream, n)
		})
	}
	return l
}

// follow begins to read; after the container was started anew it goes on.
func (l *containerLog) follow(ctx context.Context) error {
	in, err := l.api.ContainerLogs(ctx, l.id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true, Follow: true})
	if err != nil {
		return fmt.Errorf("вывод контейнера недоступен: %w", err)
	}
	done := make(chan struct{})
	l.mu.Lock()
	l.done, l.known = done, l.last
	l.mu.Unlock()
	go func() {
		defer close(done)
		defer func() { _ = in.Close() }() // it was only read
		_ = frames(in, l.take)            // ends with the container
	}()
	return nil
}

func (l *containerLog) take(stream byte, at time.Time, said []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !at.After(l.known) {
		return
	}
	if lines := l.out[stream]; lines != nil {
		_, _ = lines.Write(said) // never fails
	}
	if at.After(l.last) {
		l.last = at
	}
	close(l.heard)
	l.heard = make(chan struct{})
}

// frames reads the messages of Docker: a head of eight bytes, a time, what was printed.
func frames(in io.Reader, tell func(stream byte, at time.Time, said []byte)) error {
	var head [8]byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		size := binary.BigEndian.Uint32(head[4:])
		if size > maxFrame {
			return fmt.Errorf("сообщение в %d байт", size)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(in, body); err != nil {
			return err
		}
		stamp, said, _ := strings.Cut(string(body), " ")
		at, err := time.Parse(timeLayout, stamp)
		if err != nil {
			return fmt.Errorf("сообщение без времени: %w", err)
		}
		tell(head[0], at, []byte(said))
	}
}

// newest is the time of the last line that Docker knows of.
func (l *containerLog) newest(ctx context.Context) (newest time.Time, err error) {
	in, err := l.api.ContainerLogs(ctx, l.id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true, Tail: "1"})
	if err != nil {
		return newest, fmt.Errorf("вывод контейнера недоступен: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	err = frames(in, func(_ byte, at time.Time, _ []byte) {
		if at.After(newest) {
			newest = at
		}
	})
	return newest, err
}

// sync returns when everything that was printed so far has been told.
func (l *containerLog) sync(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, catchUp)
	defer cancel()
	before := time.Time{}
	for first := true; ; first = false {
		newest, err := l.newest(ctx)
		if err != nil {
			return err
		}
		if err := l.reach(ctx, newest); err != nil {
			return err
		}
		if !first && newest.Equal(before) {
			break
		}
		before = newest
		// What was printed just now may still be on its way to Docker.
		select {
		case <-time.After(calm):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.flush()
	return nil
}

// reach waits until a line of that time has been told.
func (l *containerLog) reach(ctx context.Context, newest time.Time) error {
	for {
		l.mu.Lock()
		last, heard, done := l.last, l.heard, l.done
		l.mu.Unlock()
		if !last.Before(newest) {
			return nil
		}
		select {
		case <-heard:
		case <-done:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("вывод контейнера отстал: %w", ctx.Err())
		}
	}
}

// finish waits until the ended container has told everything, or is gone.
func (l *containerLog) finish(limit time.Duration) {
	l.mu.Lock()
	done := l.done
	l.mu.Unlock()
	if done != nil {
		select {
		case <-done:
		case <-time.After(limit):
		}
	}
	l.flush()
}

func (l *containerLog) flush() {
	for _, number := range []byte{streamOut, streamErr} {
		l.out[number].Flush()
	}
}

// started tells whether it was ever followed.
func (l *containerLog) started() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done != nil
}
