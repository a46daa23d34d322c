package steps

import (
	"maps"
	"slices"
	"sync"

	"progon"
	"progon/fakes/bitrix24"
)

// usage gathers over all scenarios what the bot's webhook was used for.
type usage struct {
	mu                       sync.Mutex
	methods, scopes, granted map[string]bool
}

func newUsage() *usage {
	return &usage{methods: map[string]bool{}, scopes: map[string]bool{}, granted: map[string]bool{}}
}

func (u *usage) add(more bitrix24.Usage) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, m := range more.Methods {
		u.methods[m] = true
	}
	for _, s := range more.Scopes {
		u.scopes[s], u.granted[s] = true, true
	}
	for _, s := range more.Unused {
		u.granted[s] = true
	}
}

// result lists what was used. That all rights of a portal were granted, because nobody
// has limited them, is no news about the bot: then only what it needed is listed.
func (u *usage) result(limited bool) progon.Usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	r := progon.Usage{Methods: slices.Sorted(maps.Keys(u.methods)), Scopes: slices.Sorted(maps.Keys(u.scopes))}
	for _, s := range slices.Sorted(maps.Keys(u.granted)) {
		if limited && !u.scopes[s] {
			r.Unused = append(r.Unused, s)
		}
	}
	return r
}
