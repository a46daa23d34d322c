// Package progon is the vocabulary of a rehearsal: what was seen ([Event] in a
// [Timeline]), what was concluded ([Finding], [Verdict]) and what it adds up to
// ([ScenarioResult], [Run]).
//
// It knows nothing else of the module and imports only the standard library, so
// that every wing (features, steps, sim, fakes, reports) can speak the same words
// without importing one another.
//
// The way of the data is: feature → step → simulator → bot → fakes → timeline →
// checks → run → reports. Start reading at [Event].
package progon
