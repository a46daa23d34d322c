// Package trace finds planted values again. Every simulated client is invented with
// values that nobody else has ([Canary]); a [Tracer] looks for all of them at once in any
// text, in any rendering: formatted, encoded, hashed, transliterated, declined, spelled in
// words, split over lines.
//
// It is not a detector of personal data in general (that is package pii): it knows what it
// looks for, so it neither guesses nor misses. Start at [New] and [Tracer.Find].
package trace

import "progon/sim/pii"

// Canary is one planted value.
type Canary struct {
	// Owner is the client whose value it is.
	Owner string
	Kind  pii.Kind
	// Name is what a scenario calls the value: «телефон».
	Name  string
	Value string
	// Forms are further spellings that give the value away: cases, diminutives.
	Forms []string
	// Mask is what may be shown instead of the value.
	Mask string
}
