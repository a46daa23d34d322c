package progon_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon"
)

func TestMergeKeepsTheMostOpenExample(t *testing.T) {
	t.Parallel()
	at := func(seq int) progon.Pointer { return progon.Pointer{Scenario: "a:1", Seq: seq} }
	one := func(open, masked, hashed, seq int) progon.Sighting {
		return progon.Sighting{Kind: "телефон", Surface: progon.SurfaceLog, Place: "bot.log", Open: open, Masked: masked, Hashed: hashed, Example: at(seq)}
	}
	told := progon.Sighting{Kind: "телефон", Surface: progon.SurfaceLog, Place: "bot.log", Told: true, Open: 1, Example: at(9)}
	var all []progon.Sighting
	for _, s := range []progon.Sighting{one(0, 2, 0, 1), one(0, 0, 1, 2), one(0, 1, 0, 3), told, one(3, 0, 0, 4), one(1, 0, 0, 5)} {
		all = progon.Merge(all, []progon.Sighting{s})
	}
	want := []progon.Sighting{one(4, 3, 1, 4), told}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := all[0].Events(); n != 8 {
		t.Errorf("seen in %d events, want 8", n)
	}
}
