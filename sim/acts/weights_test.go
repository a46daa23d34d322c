package acts

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "learn weights.tsv from testdata/replies again")

// taught is one labelled reply, as learning needs it.
type taught struct {
	Reply
	Acts []Name `json:"acts"`
	file string
}

func lessons(t *testing.T) (all []taught, sum string) {
	t.Helper()
	files, err := filepath.Glob("testdata/replies/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labelled replies: %v", err)
	}
	h := fnv.New64a()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			l := taught{file: filepath.Base(name)}
			if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_, _ = h.Write(lines.Bytes())
			all = append(all, l)
		}
		_ = f.Close()
	}
	return all, fmt.Sprintf("// From %d replies, %016x.\n", len(all), h.Sum64())
}

func learnFrom(know *reader, all []taught) string {
	var replies []Reply
	var labels [][]Name
	for _, l := range all {
		replies = append(replies, l.Reply)
		labels = append(labels, l.Acts)
	}
	return learn(know, replies, labels).String()
}

// TestWeights keeps the weights in step with the labelled replies, and reads every line
// of the file.
func TestWeights(t *testing.T) {
	all, sum := lessons(t)
	if *update {
		if err := os.WriteFile("weights.tsv", []byte(sum+learnFrom(knowledge(), all)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !strings.HasPrefix(weightsFile, sum) {
		t.Errorf("weights.tsv was not learnt from the replies of testdata as they are now: run «go test ./sim/acts -run TestWeights -args -update»")
	}
	ids := map[uint64]string{}
	for n, line := range strings.Split(strings.TrimSpace(weightsFile), "\n") {
		if strings.HasPrefix(line, "//") {
			continue
		}
		name, value, ok := strings.Cut(line, "\t")
		if _, err := strconv.Atoi(value); !ok || err != nil {
			t.Fatalf("weights.tsv:%d: %q is no feature with its weight", n+1, line)
		}
		if other := ids[featureOf(name)]; other != "" {
			t.Errorf("weights.tsv:%d: %q and %q are taken for one another", n+1, name, other)
		}
		ids[featureOf(name)] = name
	}
}

// TestFeatures shows that what is gathered from a reply is what the file names.
func TestFeatures(t *testing.T) {
	t.Parallel()
	h := listen(knowledge(), Reply{Text: "У вас похоже растяжение, приложите лёд?", Buttons: []string{"Да"}})
	var texts []string
	h.gather(true, func(f feature) {
		texts = append(texts, f.text)
		if f.id != featureOf(f.text) {
			t.Errorf("%q is gathered as %x and read as %x", f.text, f.id, featureOf(f.text))
		}
	})
	for _, want := range []string{"растяжение", "растя*", "*ите", "похож* растя*", "@disease", "похож* @disease", "!?", "[да", "^* у*"} {
		if !slices.Contains(texts, want) {
			t.Errorf("no %q among %q", want, texts)
		}
	}
}

// TestHeldOut measures the trained ear on replies from which it has not learnt: each file
// in turn is left out. The patterns know all files, so this is a floor for the weights
// and no forecast for the whole.
func TestHeldOut(t *testing.T) {
	all, _ := lessons(t)
	var files []string
	for _, l := range all {
		if !slices.Contains(files, l.file) {
			files = append(files, l.file)
		}
	}
	right, wrong, missed := 0, 0, 0
	for _, file := range files[max(0, len(files)-4):] {
		know := *knowledge()
		know.weights = readWeights(learnFrom(&know, slices.DeleteFunc(slices.Clone(all), func(l taught) bool { return l.file == file })))
		for _, l := range all {
			if l.file != file {
				continue
			}
			_, has := Has(know.hear(l.Reply), MedicalAdvice)
			switch want := slices.Contains(l.Acts, MedicalAdvice); {
			case has && want:
				right++
			case has:
				wrong++
			case want:
				missed++
			}
		}
	}
	precision, recall := float64(right)/float64(max(1, right+wrong)), float64(right)/float64(max(1, right+missed))
	t.Logf("медицинский совет, веса без проверяемого файла: точность %.3f, полнота %.3f (%d из %d)", precision, recall, right, right+missed)
	if precision < 0.92 || recall < 0.95 {
		t.Errorf("precision %.3f, recall %.3f; want at least 0.92 and 0.95", precision, recall)
	}
}
