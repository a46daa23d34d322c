package sim

import (
	"sync"
	"time"
)

// Clock is the time of one lane: it flows as time does, and can be moved. It is safe for
// concurrent use.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	zone   *time.Location
}

// NewClock returns a clock that shows the given time now.
func NewClock(base time.Time) *Clock {
	return &Clock{offset: time.Until(base), zone: base.Location()}
}

// Now implements progon.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset).In(c.zone).Round(0)
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// Set moves the clock to a moment.
func (c *Clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = time.Until(to)
}
