package trace

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// FindAcross finds values of which the parts hold only pieces: «8 954» in one message, the
// rest in the next ones. What a single part shows is not repeated. The parts are in the
// order in which they were seen.
func (t *Tracer) FindAcross(parts []string) []Hit {
	if t == nil || len(t.canaries) == 0 || len(parts) < 2 {
		return nil
	}
	var across []Hit
	// Written on, a value goes on in the next part at once («Те», «стова»); dictated, its
	// groups stand in lines of their own.
	for _, glue := range []string{"\n", ""} {
		joined := strings.Join(parts, glue)
		starts := make([]int, len(parts))
		at := 0
		for i, p := range parts {
			starts[i] = at
			at += len(p) + len(glue)
		}
		for _, h := range t.Find(joined) {
			if pieces := piecesOf(h, parts, starts); len(pieces) > 1 {
				h.Parts = pieces
				if strings.HasPrefix(h.Rendering, "разбито") || h.Rendering == asIs {
					h.Rendering = inParts
				} else {
					h.Rendering = inParts + ", " + h.Rendering
				}
				across = append(across, h)
			}
		}
	}
	across = append(across, t.dictated(parts)...)
	sort.SliceStable(across, func(i, j int) bool { return less(across[i].Parts, across[j].Parts) })
	kept := across[:0]
	for _, h := range across {
		if !slices.ContainsFunc(kept, func(o Hit) bool {
			return o.Canary == h.Canary && o.Parts[0].Index == h.Parts[0].Index
		}) {
			kept = append(kept, h)
		}
	}
	return kept
}

const inParts = "разбито на части"

func less(a, b []Part) bool {
	if a[0].Index != b[0].Index {
		return a[0].Index < b[0].Index
	}
	return a[0].Start < b[0].Start
}

// piecesOf cuts the bounds of a hit at the borders of the parts.
func piecesOf(h Hit, parts []string, starts []int) []Part {
	var pieces []Part
	first := sort.SearchInts(starts, h.Start+1) - 1
	for i := max(first, 0); i < len(parts) && starts[i] < h.End; i++ {
		from, to := max(h.Start-starts[i], 0), min(h.End-starts[i], len(parts[i]))
		if from < to {
			pieces = append(pieces, Part{i, from, to})
		}
	}
	return pieces
}

// openings holds all numbers sorted, so that the beginning of one is found by bisection.
type openings struct {
	once sync.Once
	all  []opening
}

type opening struct {
	digits string
	canary int32
}

func (t *Tracer) openingList() []opening {
	t.openings.once.Do(func() {
		for _, e := range t.index.entries {
			if e.class != asNumber {
				continue
			}
			n := t.numbers[e.aux]
			if len(n.digits) < 8 || n.moment {
				continue
			}
			t.openings.all = append(t.openings.all, opening{n.digits, e.canary})
			if n.phone {
				t.openings.all = append(t.openings.all, opening{"7" + n.digits, e.canary}, opening{"8" + n.digits, e.canary})
			}
		}
		slices.SortFunc(t.openings.all, func(a, b opening) int { return strings.Compare(a.digits, b.digits) })
	})
	return t.openings.all
}

// piece is a run of digits in one part.
type piece struct {
	digits     string
	start, end int
}

// Bounds of the search for dictated numbers: how many parts may be skipped between two
// pieces, how many runs of one part are tried, how many steps are taken for each part.
const (
	skippedParts = 2
	triedRuns    = 8
	stepsEach    = 400
)

// A piece of one or two digits among other numbers of its part is hardly a piece: at most
// one of two digits is believed.
func stray(r piece, inPart int) int {
	switch {
	case inPart == 1 || len(r.digits) > 2:
		return 0
	case len(r.digits) == 2:
		return 1
	}
	return 2
}

// dictated puts numbers together from one run of digits in each of several parts, whatever
// else the parts hold: time stamps, ids.
func (t *Tracer) dictated(parts []string) []Hit {
	numbers := t.openingList()
	if len(numbers) == 0 {
		return nil
	}
	runs := make([][]piece, len(parts))
	for i, p := range parts {
		runs[i] = runsOf(p)
	}
	var hits []Hit
	steps := stepsEach * len(parts)
	var taken []Part
	var follow func(part int, said string, strays int)
	follow = func(part int, said string, strays int) {
		for next := part; next < len(parts) && next <= part+skippedParts && steps > 0; next++ {
			for _, r := range runs[next] {
				steps--
				doubts := strays + stray(r, len(runs[next]))
				if doubts > 1 {
					continue
				}
				whole := said + r.digits
				at := sort.Search(len(numbers), func(k int) bool { return numbers[k].digits >= whole })
				if at == len(numbers) || !strings.HasPrefix(numbers[at].digits, whole) {
					continue
				}
				taken = append(taken, Part{next, r.start, r.end})
				if numbers[at].digits == whole {
					if len(taken) > 1 {
						hits = append(hits, Hit{Canary: &t.canaries[numbers[at].canary], Rendering: inParts, Parts: slices.Clone(taken)})
					}
				} else {
					follow(next+1, whole, doubts)
				}
				taken = taken[:len(taken)-1]
			}
			if said == "" {
				return // each part begins its own search
			}
		}
	}
	for i := range parts {
		if len(runs[i]) > 0 {
			steps = stepsEach
			follow(i, "", 0)
		}
	}
	return hits
}

// runsOf lists the numbers of a text, without times of day and the dates before them.
func runsOf(text string) []piece {
	p := pass{text: text}
	var all []piece
	var runs []piece
	for i := 0; i < len(text); {
		if text[i]-'0' > 9 {
			i++
			continue
		}
		start := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		if p.isClock(start, i) {
			if n := len(runs); n > 0 && len(runs[n-1].digits) == 8 && start-runs[n-1].end <= 2 {
				runs = runs[:n-1]
			}
			continue
		}
		if n := len(runs); n > 0 && start-runs[n-1].end <= 2 && !strings.ContainsFunc(text[runs[n-1].end:start], isLetter) {
			runs[n-1].digits += text[start:i]
			runs[n-1].end = i
		} else {
			runs = append(runs, piece{text[start:i], start, i})
		}
	}
	for _, r := range runs {
		if len(r.digits) <= 20 {
			all = append(all, r)
		}
	}
	if len(all) > triedRuns {
		all = append(all[:triedRuns/2:triedRuns/2], all[len(all)-triedRuns/2:]...)
	}
	return all
}

func isLetter(r rune) bool {
	code, _ := foldOf(string(r), 0)
	return code != 0
}
