// Package trace finds planted values again. Every simulated client is invented with
// values that nobody else has ([Canary]); a [Tracer] looks for all of them at once in any
// text, in any rendering: formatted, encoded, hashed, transliterated, declined, spelled in
// words, split over lines.
//
// It is not a detector of personal data in general (that is package pii): it knows what it
// looks for, so it neither guesses nor misses. What is almost a value is none: another
// digit, the last four of them, the mask, a longer number, a namesake.
//
// How it works: [New] compiles the canaries into keys (compile.go, person.go, sequence.go)
// of one index (index.go). A search reads the text once (scan.go, digits.go), asks the
// index about each word and each group of digits, and confirms what it answers. Where a
// stretch looks encoded (escapes.go, blobs.go, glyphs.go, spoken.go) it is decoded into a
// view (view.go) which is read in the same way, up to four deep.
//
// What it does not find: salted and keyed hashes, ciphers, pictures and sound; a value in
// compressed data that was cut at its beginning; pieces of a value in an order of their
// own.
//
// Start at [New] and [Tracer.Find]; [Tracer.FindAcross] is for messages that belong
// together, [Tracer.Stream] for logs, [Tracer.Mask] for everything that is shown.
package trace

import "progon/sim/pii"

// Canary is one planted value.
type Canary struct {
	// Owner is the client whose value it is.
	Owner string
	// Kind decides how the value is looked for. Kinds that package pii does not have are
	// looked for by the shape of the value.
	Kind pii.Kind
	// Name is what a scenario calls the value: «телефон». For names it also tells the
	// part: «имя», «фамилия», «отчество». A first name is a canary of its own, so that the
	// caller decides what a first name alone is worth; a full name is found by its surname.
	Name  string
	Value string
	// Forms are further spellings that give the value away. Cases, short forms and
	// transliterations of names need not be among them.
	Forms []string
	// Mask is what may be shown instead of the value.
	Mask string
}
