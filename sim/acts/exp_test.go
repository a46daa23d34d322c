package acts

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type exD struct {
	Reply
	Acts []Name
	file string
}

func exLoad() (out []exD) {
	fs, _ := filepath.Glob("testdata/replies/*.jsonl")
	more, _ := filepath.Glob("/tmp/acts-w/b*.jsonl")
	for _, f := range append(fs, more...) {
		h, _ := os.Open(f)
		s := bufio.NewScanner(h)
		for s.Scan() {
			var d exD
			json.Unmarshal(s.Bytes(), &d)
			d.file = filepath.Base(f)
			out = append(out, d)
		}
	}
	return
}


var exPrune = func() int { v := 1; fmt.Sscan(os.Getenv("EXPR"), &v); return v }()

func TestExp(t *testing.T) {
	all := exLoad()
	hold := strings.Split(os.Getenv("EXF"), ",")
	if os.Getenv("EXF") == "all" {
		hold = nil
		for _, d := range all {
			if !slices.Contains(hold, d.file) && d.file != "01-dev.jsonl" {
				hold = append(hold, d.file)
			}
		}
	}
	ths := []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9}
	type cc struct{ tp, fp, fn float64 }
	lin, or := make([]cc, len(ths)), make([]cc, len(ths))
	and := make([]cc, len(ths))
	add := func(c *cc, w, g bool) {
		switch {
		case w && g:
			c.tp++
		case g:
			c.fp++
		case w:
			c.fn++
		}
	}
	for _, f := range hold {
		var rs []Reply
		var ls [][]Name
		for _, d := range all {
			if d.file != f {
				rs = append(rs, d.Reply)
				ls = append(ls, d.Acts)
			}
		}
		tf := learn(knowledge(), rs, ls)
		s := tf.String()
		fmt.Println(f, "bytes", len(s), "lines", strings.Count(s, "\n"))
		k := *knowledge()
		k.weights = readWeights(s)
		for _, d := range all {
			if d.file != f {
				continue
			}
			p := listenWith(&k, d.Reply).weigh()
			w := slices.Contains(d.Acts, MedicalAdvice)
			_, g := Has(Hear(d.Reply), MedicalAdvice)
			for i, th := range ths {
				add(&lin[i], w, p > th)
				add(&or[i], w, p > th || g)
				add(&and[i], w, p > th && g)
			}
			if os.Getenv("EXV") != "" && ((p > .5) != w || g != w) {
				fmt.Printf("%.2f rule=%v want=%v %.110s\n", p, g, w, d.Text)
			}
		}
	}
	for i, th := range ths {
		for _, x := range []cc{lin[i], or[i], and[i]} {
			fmt.Printf("%.1f P %.3f R %.3f |", th, x.tp/(x.tp+x.fp), x.tp/(x.tp+x.fn))
		}
		fmt.Println()
	}
}
