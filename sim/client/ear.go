package client

import (
	"strings"
	"sync"

	"progon/sim/acts"
)

// Remember makes an ear that hears each different reply once: bots say the same things to
// thousands of clients, and hearing is most of what a client costs. It keeps at most most
// replies, then begins anew. It is safe for concurrent use; the acts it returns are
// shared and must not be changed.
func Remember(ear func(acts.Reply) []acts.Act, most int) func(acts.Reply) []acts.Act {
	var mu sync.Mutex
	known := map[string][]acts.Act{}
	return func(r acts.Reply) []acts.Act {
		key := r.Text
		if len(r.Buttons) > 0 {
			key += "\x00" + strings.Join(r.Buttons, "\x00")
		}
		mu.Lock()
		heard, ok := known[key]
		mu.Unlock()
		if ok {
			return heard
		}
		heard = ear(r)
		mu.Lock()
		defer mu.Unlock()
		if len(known) >= max(most, 1) {
			clear(known)
		}
		known[key] = heard
		return heard
	}
}
