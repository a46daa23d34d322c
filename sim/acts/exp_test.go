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
	o, _ := os.Create("/tmp/acts-w/out.jsonl")
	in, _ := os.Create("/tmp/acts-w/in.jsonl")
	for _, f := range hold {
		var rs []Reply
		var ls [][]Name
		for _, d := range all {
			if d.file != f {
				rs = append(rs, d.Reply)
				ls = append(ls, d.Acts)
			}
		}
		k := *knowledge()
		k.weights = readWeights(learn(knowledge(), rs, ls).String())
		for _, d := range all {
			if d.file == f {
				h := k.hear(d.Reply)
				b, _ := json.Marshal(map[string]any{"acts": h})
				o.Write(append(b, 10))
				b, _ = json.Marshal(map[string]any{"text": d.Text, "buttons": d.Buttons, "acts": d.Acts})
				in.Write(append(b, 10))
			}
		}
	}
}
