package acts_test

import (
	"testing"

	"progon/sim/acts"
)

// BenchmarkHear says how many replies a second one core hears.
func BenchmarkHear(b *testing.B) {
	var all []labelled
	for _, f := range files(b) {
		all = append(all, corpus(b, f)...)
	}
	acts.Hear(acts.Reply{}) // the rules are compiled once, at the first reply
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		acts.Hear(all[n%len(all)].Reply)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "replies/s")
}
