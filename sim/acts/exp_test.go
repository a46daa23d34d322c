package acts

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand"
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

var exReg = func() float64 { var f float64 = 1e-5; fmt.Sscan(os.Getenv("EXR"), &f); return f }()
var exMode = os.Getenv("EXM")

func has(c string) bool { return strings.Contains(exMode, c) }

var exClasses = strings.Fields("drug remedy weakremedy take disease symptom body condition organ analyte vague doseunit clinic medverb dat adminact medproc lab who allow advise doctor decide person service servicename day give phone name")

func exFeats(r Reply, m map[uint32]float64) {
	k := knowledge()
	add := func(s string) {
		h := fnv.New32a()
		h.Write([]byte(s))
		m[h.Sum32()]++
	}
	cls := []int{}
	for _, c := range exClasses {
		if i, ok := k.book.byText["@"+c]; ok {
			cls = append(cls, i)
		}
	}
	for _, seg := range scan(r.Text) {
		if seg.cited {
			continue
		}
		sets := k.book.sets(seg.tokens)
		prev, prevc := "^", ""
		if seg.question {
			add("?")
		}
		for i, t := range seg.tokens {
			w := t.word
			switch {
			case t.kind&kindPhone != 0:
				w = "#phone"
			case t.kind&kindTime != 0:
				w = "#time"
			case t.kind&kindDate != 0:
				w = "#date"
			case t.kind&kindURL != 0:
				w = "#url"
			case t.kind&kindEmail != 0:
				w = "#email"
			case t.kind&kindNumber != 0:
				w = "#num"
			}
			rs := []rune(w)
			add("w" + w)
			st := w
			if len(rs) > 5 {
				st = string(rs[:5])
			}
			if has("p") && w[0] != '#' {
				for _, n := range []int{3, 4, 5, 6, 7} {
					if len(rs) > n {
						add("p" + string(rs[:n]))
					}
				}
				if len(rs) > 4 {
					add("s" + string(rs[len(rs)-3:]))
					add("s" + string(rs[len(rs)-2:]))
				}
			}
			if has("c") && w[0] != '#' {
				x := []rune(" " + w + " ")
				for n := 3; n <= 5; n++ {
					for j := 0; j+n <= len(x); j++ {
						add("c" + string(x[j:j+n]))
					}
				}
			}
			if has("b") {
				add("b" + prev + " " + st)
				if has("3") && i > 1 {
					q := []rune(seg.tokens[i-2].word)
					if len(q) > 5 {
						q = q[:5]
					}
					add("g" + string(q) + " " + st)
				}
			}
			if has("B") {
				pw := "^"
				if i > 0 {
					pw = seg.tokens[i-1].word
				}
				add("B" + pw + " " + w)
			}
			cc := ""
			if has("k") {
				for n, c := range cls {
					if sets[i].has(c) {
						add("k" + exClasses[n])
						if has("K") {
							add("kb" + prev + " " + exClasses[n])
							if prevc != "" {
								add("kk" + prevc + " " + exClasses[n])
							}
						}
						cc = exClasses[n]
					}
				}
				if t.kind&kindImperative != 0 {
					add("kimp")
				}
				if t.kind&kindDrug != 0 {
					add("kdrug")
				}
				if has("K") && prevc != "" {
					add("kw" + prevc + " " + st)
				}
			}
			prev, prevc = st, cc
		}
		add("E" + prev)
	}
	if has("n") {
		for _, b := range r.Buttons {
			for _, seg := range scan(b) {
				for _, t := range seg.tokens {
					add("btn" + t.word)
				}
			}
			add("btn")
		}
	}
}

type exX struct {
	k []uint32
	v []float64
}

func exVec(m map[uint32]float64, idf map[uint32]float64, n float64) exX {
	var x exX
	t := 0.0
	for k, v := range m {
		d := idf[k]
		if d < 2 {
			continue
		}
		w := (1 + math.Log(v)) * math.Log(n/d)
		if has("1") {
			w = 1
		}
		x.k = append(x.k, k)
		x.v = append(x.v, w)
		t += w * w
	}
	t = math.Sqrt(t)
	if has("u") {
		t = 6
	}
	if has("h") {
		t = math.Sqrt(6 * t)
	}
	for i := range x.v {
		x.v[i] /= t
	}
	return x
}

func TestExp(t *testing.T) {
	all := exLoad()
	fs := make([]map[uint32]float64, len(all))
	for i, d := range all {
		fs[i] = map[uint32]float64{}
		exFeats(d.Reply, fs[i])
	}
	files := []string{}
	for _, d := range all {
		if !slices.Contains(files, d.file) {
			files = append(files, d.file)
		}
	}
	test := files[1:]
	if f := os.Getenv("EXF"); f != "" {
		test = strings.Split(f, ",")
	}
	ths := []float64{.2, .3, .4, .5, .6, .7, .8}
	TP, FP := make([]float64, 7), make([]float64, 7)
	NN := 0.0
	for _, hold := range test {
		idf := map[uint32]float64{}
		n := 0.0
		for i, d := range all {
			if d.file != hold {
				n++
				for k := range fs[i] {
					idf[k]++
				}
			}
		}
		var X []exX
		var Y []float64
		for i, d := range all {
			if d.file != hold {
				X = append(X, exVec(fs[i], idf, n))
				y := 0.0
				if slices.Contains(d.Acts, MedicalAdvice) {
					y = 1
				}
				Y = append(Y, y)
			}
		}
		W, G := map[uint32]int{}, []float64{}
		w := []float64{}
		for i := range X {
			for j, k := range X[i].k {
				id, ok := W[k]
				if !ok {
					id = len(w)
					W[k] = id
					w = append(w, 0)
					G = append(G, 0)
				}
				X[i].k[j] = uint32(id)
			}
		}
		b := 0.0
		rng := rand.New(rand.NewSource(1))
		for ep := 0; ep < 20; ep++ {
			for _, i := range rng.Perm(len(X)) {
				z := b
				x := X[i]
				for j, k := range x.k {
					z += w[k] * x.v[j]
				}
				p := 1 / (1 + math.Exp(-z))
				c := 1.0
				if Y[i] == 1 {
					c = 2
				}
				e := c * (p - Y[i])
				b -= 0.05 * e
				for j, k := range x.k {
					g := e*x.v[j] + exReg*w[k]
					G[k] += g * g
					w[k] -= 0.5 * g / (math.Sqrt(G[k]) + 1e-3)
				}
			}
		}
		tp, fp, nn := 0.0, 0.0, 0.0
		for i, d := range all {
			if d.file != hold {
				continue
			}
			x := exVec(fs[i], idf, n)
			z := b
			for j, k := range x.k {
				if id, ok := W[k]; ok {
					z += w[id] * x.v[j]
				}
			}
			p := 1 / (1 + math.Exp(-z))
			y := slices.Contains(d.Acts, MedicalAdvice)
			if y {
				nn++
				NN++
			}
			for q, th := range ths {
				if p > th {
					if y {
						TP[q]++
					} else {
						FP[q]++
					}
				}
			}
			if p > .5 {
				if y {
					tp++
				} else {
					fp++
				}
			}
			if os.Getenv("EXV") != "" && (p > .5) != y {
				fmt.Printf("%.2f %v %.110s\n", p, y, d.Text)
			}
		}
		fmt.Printf("%-16s n=%3.0f P %.3f R %.3f feats %d\n", hold, nn, tp/(tp+fp), tp/nn, len(w))
	}
	for q, th := range ths {
		fmt.Printf("%s %.1f P %.3f R %.3f\n", exMode, th, TP[q]/(TP[q]+FP[q]), TP[q]/NN)
	}
}
