package sim

import (
	"sync"
	"time"
)

// Clock is the time of one lane: it flows as time does, and can be moved. It is safe for
// concurrent use.
type Clock struct {
	mu   sync.Mutex
	base time.Time // what the clock showed …
	at   time.Time // … at this moment of the monotonic clock
}

// NewClock returns a clock that shows the given time now.
func NewClock(base time.Time) *Clock {
	return &Clock{base: base.Round(0), at: time.Now()}
}

// Now implements progon.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	// The difference of two monotonic readings: a correction of the machine's clock
	// must not turn the order of events around.
	return c.base.Add(time.Since(c.at))
}

// Advance moves the clock by that much.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = c.base.Add(d)
}

// Set moves the clock to a moment.
func (c *Clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.at = to.Round(0), time.Now()
}
