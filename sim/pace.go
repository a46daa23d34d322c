package sim

import (
	"sync"
	"time"
)

// Pace is the rhythm of a bot on a channel that does not tell the end of a turn: how long
// one must wait after a message to be sure that no other follows. It begins cautiously,
// grows short with a bot that answers at once, and long again as soon as a message comes
// after its turn was taken for over. It is safe for concurrent use.
type Pace struct {
	mu    sync.Mutex
	turns int           // observed since the last surprise
	gap   time.Duration // the longest between two messages of one turn
	first time.Duration // the longest before the first message
}

const (
	cautiousTurns = 2               // how many turns the full quiet is kept for
	gapFactor     = 4               // how much longer than anything seen the quiet is
	quietParts    = 5               // the quiet never shrinks below this part of what was asked for
	typingHold    = 6 * time.Second // channels show «typing» for about five seconds
	lateWindow    = 3 * time.Second // what comes later than that, the bot says by itself
)

// heard notes a message: how long after the line or the message before it came.
func (p *Pace) heard(first bool, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first {
		p.first = max(p.first, after)
	} else {
		p.gap = max(p.gap, after)
	}
}

// late notes a message that came after its turn was taken for over.
func (p *Pace) late(after time.Duration) {
	if after > lateWindow {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gap, p.turns = max(p.gap, after), 0
}

// turn notes a finished turn.
func (p *Pace) turn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns++
}

// quiet is how long a bot must be silent after a message, where limit was asked for.
func (p *Pace) quiet(limit time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	learned := gapFactor * max(p.gap, p.first)
	switch {
	case p.gap > limit: // it takes its time: a promise first, the answer later
		return min(2*p.gap, 10*limit)
	case p.turns < cautiousTurns:
		return limit
	}
	return min(max(learned, limit/quietParts), limit)
}
