package acts

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

func TestEv(t *testing.T) {
	h, _ := os.Open(os.Getenv("EVI"))
	o, _ := os.Create("/tmp/acts-w/out.jsonl")
	defer o.Close()
	s := bufio.NewScanner(h)
	for s.Scan() {
		var r Reply
		json.Unmarshal(s.Bytes(), &r)
		b, _ := json.Marshal(map[string]any{"acts": Hear(r)})
		o.Write(append(b, '\n'))
	}
}
