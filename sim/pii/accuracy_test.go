package pii

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
)

// labelled is one line of the corpus: its text and what must be found in it.
type labelled struct {
	place string
	text  string
	want  []Span
}

// readCorpus reads lines in which personal data are marked: <<phone|+7 907 …>>.
func readCorpus(t testing.TB) []labelled {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var out []labelled
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			if line := lines.Text(); line != "" && !strings.HasPrefix(line, "## ") {
				out = append(out, parseLabelled(fmt.Sprintf("%s:%d", filepath.Base(name), n), line))
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func parseLabelled(place, line string) labelled {
	l := labelled{place: place}
	var text strings.Builder
	for {
		before, rest, ok := strings.Cut(line, "<<")
		text.WriteString(before)
		if !ok {
			break
		}
		kind, rest, _ := strings.Cut(rest, "|")
		value, rest, _ := strings.Cut(rest, ">>")
		start := text.Len()
		text.WriteString(value)
		l.want = append(l.want, Span{Start: start, End: text.Len(), Kind: Kind(kind)})
		line = rest
	}
	l.text = text.String()
	return l
}

type tally struct{ found, missed, invented int }

func (c tally) precision() float64 { return ratio(c.found, c.found+c.invented) }
func (c tally) recall() float64    { return ratio(c.found, c.found+c.missed) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// compare matches spans of one kind that overlap by at least half of the shorter one.
func compare(want, got []Span, counts map[Kind]*tally) (missed, invented []Span) {
	used := make([]bool, len(got))
	for _, w := range want {
		hit := false
		for i, g := range got {
			common := min(w.End, g.End) - max(w.Start, g.Start)
			if !used[i] && g.Kind == w.Kind && common*2 >= min(w.End-w.Start, g.End-g.Start) && common > 0 {
				used[i], hit = true, true
				break
			}
		}
		if hit {
			counts[w.Kind].found++
			continue
		}
		counts[w.Kind].missed++
		missed = append(missed, w)
	}
	for i, g := range got {
		if !used[i] {
			counts[g.Kind].invented++
			invented = append(invented, g)
		}
	}
	return missed, invented
}

// TestAccuracyOfDetector prints how much is found and how much is invented on lines that
// were written by hand, and holds both to what is promised.
func TestAccuracyOfDetector(t *testing.T) {
	t.Parallel()
	corpus := readCorpus(t)
	d := NewDetector(ProfileLog)
	counts := map[Kind]*tally{}
	for _, k := range Kinds() {
		counts[k] = &tally{}
	}
	var with, without, missedLines, alarmedLines int
	for _, l := range corpus {
		missed, invented := compare(l.want, d.Find(l.text), counts)
		if len(l.want) > 0 {
			with++
			if len(missed) > 0 {
				missedLines++
			}
		} else {
			without++
			if len(invented) > 0 {
				alarmedLines++
			}
		}
		for _, m := range missed {
			t.Logf("%s: missed %s %q in %q", l.place, m.Kind, l.text[m.Start:m.End], l.text)
		}
		for _, s := range invented {
			t.Logf("%s: invented %s %q in %q: %s %.2f", l.place, s.Kind, l.text[s.Start:s.End], l.text, s.Rule, s.Score)
		}
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "kind\tvalues\tmissed\tinvented\tprecision\trecall\t")
	for _, k := range Kinds() {
		c := counts[k]
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.3f\t%.3f\t\n", k, c.found+c.missed, c.missed, c.invented, c.precision(), c.recall())
		if c.precision() < 0.98 || c.recall() < 0.98 {
			t.Errorf("%s: precision %.3f, recall %.3f; want 0.98 of both", k, c.precision(), c.recall())
		}
	}
	_ = w.Flush()
	t.Logf("personal data on %d lines:\n%s", len(corpus), table.String())
	t.Logf("lines with data: %d, with a miss: %d; lines without: %d, with a false alarm: %d", with, missedLines, without, alarmedLines)
	if share := ratio(without, len(corpus)); share < 0.45 {
		t.Errorf("lines without data are %.0f %% of the corpus; want 45 at least", share*100)
	}
	if ratio(with-missedLines, with) < 0.995 || ratio(alarmedLines, without) > 0.005 {
		t.Errorf("lines: recall %.4f, false alarms %.4f", ratio(with-missedLines, with), ratio(alarmedLines, without))
	}
}
