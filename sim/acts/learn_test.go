package acts

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
)

// example is one labelled reply as its features.
type example struct {
	features []int32
	advice   bool
}

// learn finds the weights by which the acts of labelled replies are told apart: one
// logistic regression for each act, by stochastic descent with AdaGrad's steps. The
// order of examples comes from a fixed seed.
func learn(know *reader, replies []Reply, labels [][]Name) *trainedFile {
	byID := map[uint64]int32{}
	var texts []string
	var counts []int
	examples := make([]example, len(replies))
	for i, r := range replies {
		h := listen(know, r)
		seen := map[int32]bool{}
		h.gather(true, func(f feature) {
			id, ok := byID[f.id]
			if !ok {
				id = int32(len(texts))
				byID[f.id] = id
				texts = append(texts, f.text)
				counts = append(counts, 0)
			}
			if !seen[id] {
				seen[id] = true
				counts[id]++
			}
			examples[i].features = append(examples[i].features, id)
		})
		examples[i].advice = slices.Contains(labels[i], MedicalAdvice)
	}
	for i := range examples {
		examples[i].features = slices.DeleteFunc(examples[i].features, func(f int32) bool { return counts[f] < 2 })
	}
	out := &trainedFile{texts: texts}
	out.bias, out.weights = descend(examples, len(texts))
	return out
}

func descend(examples []example, size int) (bias float64, w []float64) {
	const (
		epochs = 20
		rate   = 0.5
		shrink = 1e-5
		weight = 2 // of an example that has the act: these are the fewer
	)
	w = make([]float64, size)
	steps := make([]float64, size)
	random := rand.New(rand.NewPCG(1, 2))
	for range epochs {
		for _, i := range random.Perm(len(examples)) {
			x := examples[i].features
			value := 1 / math.Sqrt(float64(max(len(x), 1)))
			sum := bias
			for _, f := range x {
				sum += w[f] * value
			}
			miss := 1 / (1 + math.Exp(-sum))
			if examples[i].advice {
				miss = weight * (miss - 1)
			}
			bias -= 0.05 * miss
			for _, f := range x {
				g := miss*value + shrink*w[f]
				steps[f] += g * g
				w[f] -= rate * g / (math.Sqrt(steps[f]) + 1e-3)
			}
		}
	}
	return bias, w
}

// trainedFile is what learning found, before it is written down.
type trainedFile struct {
	texts   []string
	bias    float64
	weights []float64 // by feature
}

// Weights of fewer tenths are not written: they decide nothing and fill the file.
const negligible = 5

// String writes the weights as weights.tsv has them.
func (t *trainedFile) String() string {
	var lines []string
	for f, text := range t.texts {
		if v := int(math.Round(t.weights[f] * 10)); v >= negligible || v <= -negligible {
			lines = append(lines, fmt.Sprintf("%s\t%d", text, v))
		}
	}
	sort.Strings(lines)
	return fmt.Sprintf("// Written by «go test ./sim/acts -run TestWeights -args -update».\n%s\t%d\n%s\n", biasName, int(math.Round(t.bias*10)), strings.Join(lines, "\n"))
}
