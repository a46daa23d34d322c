package chat

import (
	"context"
	"sync"
)

// Box holds what was heard until somebody asks. It is bounded: a bot that floods its
// clients is told so once, and the rest is dropped. Make it with [NewBox].
type Box struct {
	mu     sync.Mutex
	heard  []Heard
	closed bool
	wake   chan struct{}
}

// boxSize is far more than any conversation needs.
const boxSize = 10_000

// NewBox returns an empty box.
func NewBox() *Box { return &Box{wake: make(chan struct{}, 1)} }

// Put keeps what was heard; after Close it is dropped.
func (b *Box) Put(h Heard) {
	b.mu.Lock()
	switch {
	case b.closed || len(b.heard) > boxSize:
	case len(b.heard) == boxSize:
		b.heard = append(b.heard, Heard{Client: h.Client, Failed: &Failure{
			Text: "бот пишет быстрее, чем Прогон успевает слушать: похоже, он зациклился",
		}})
	default:
		b.heard = append(b.heard, h)
	}
	b.mu.Unlock()
	b.signal()
}

func (b *Box) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Take returns the oldest, or waits for it.
func (b *Box) Take(ctx context.Context) (Heard, error) {
	for {
		b.mu.Lock()
		if b.closed {
			b.mu.Unlock()
			b.signal() // others may be waiting as well
			return Heard{}, ErrClosed
		}
		if len(b.heard) > 0 {
			h := b.heard[0]
			b.heard = b.heard[1:]
			more := len(b.heard) > 0
			b.mu.Unlock()
			if more {
				b.signal()
			}
			return h, nil
		}
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-ctx.Done():
			return Heard{}, ctx.Err()
		}
	}
}

// Close ends all waiting.
func (b *Box) Close() {
	b.mu.Lock()
	b.closed, b.heard = true, nil
	b.mu.Unlock()
	b.signal()
}
