package pii

import "strings"

// surroundings are the classes of the words about a place in the text.
type surroundings struct {
	near  class // up to five words before, with no other number between
	far   class // up to 60 characters before
	after class // up to four words after
	field class // the words of the name of the field whose value it is
	nearW int   // token of the nearest word before which has a class
}

// has tells whether any word around speaks for c; strong leaves out the far ones.
func (u surroundings) has(c class) bool    { return (u.near|u.far|u.after|u.field)&c != 0 }
func (u surroundings) strong(c class) bool { return (u.near|u.field)&c != 0 }

// around reads what stands about the tokens from i to j.
func (sc *scan) around(i, j int) surroundings {
	var u surroundings
	u.nearW = -1
	start, end := int(sc.toks[i].start), int(sc.toks[j].end)
	crossed, words := false, 0
	for k := i - 1; k >= 0; k-- {
		t := sc.toks[k]
		dist := start - int(t.end)
		if dist > 110 {
			break
		}
		gap := sc.gap(k)
		if strings.Contains(gap, "\n\n") || words > 0 && endsSentence(gap) && dist > 2 && !(t.letters <= 4 && gap == ". " && sc.class(k)&(ctxPassport|ctxPhone) != 0) {
			crossed = true
		}
		if t.is(isDigits) {
			if t.letters > 1 || k < i-1 {
				crossed = true
			}
			continue
		}
		c := sc.class(k)
		if strings.Contains(gap, "\n") && words > 0 {
			crossed = true
		}
		if !crossed && words < 5 {
			if words < 3 || dist < 40 {
				u.near |= c
			}
			if c != 0 && u.nearW < 0 {
				u.nearW = k
			}
		}
		u.far |= c
		words++
	}
	u.field = sc.fieldClass(i)
	words = 0
	for k := j + 1; k < len(sc.toks) && words < 4; k++ {
		t := sc.toks[k]
		gap := sc.before(k)
		if int(t.start)-end > 60 || strings.ContainsAny(gap, "\n;{}") || strings.Contains(gap, `","`) {
			break
		}
		if t.is(isDigits) {
			break
		}
		u.after |= sc.class(k)
		words++
	}
	return u
}

func endsSentence(gap string) bool {
	return strings.Contains(gap, ". ") || strings.Contains(gap, "! ") || strings.Contains(gap, "? ") || strings.ContainsAny(gap, ";{}[]|")
}

// fieldClass reads the name of a field: "phone": "…", phone=…, CLIENT_PHONE: ….
func (sc *scan) fieldClass(i int) class {
	first, last := sc.fieldName(i)
	var c class
	if first < 0 {
		return sc.columnClass(i)
	}
	for k := first; k <= last; k++ {
		c |= sc.class(k)
	}
	return c
}

// fieldName answers the tokens of the name, or -1.
func (sc *scan) fieldName(i int) (first, last int) {
	if i == 0 {
		return -1, -1
	}
	gap := strings.TrimRight(sc.gap(i-1), "+( [")
	switch strings.ReplaceAll(gap, " ", "") {
	case `":"`, `":`, "=", `="`, `:'`, `':'`, "='", `=>`, `":["`:
	default:
		return -1, -1
	}
	last = i - 1
	for first = last; first > 0; first-- {
		if g := sc.gap(first - 1); g != "_" && g != "-" && g != "." && g != "" {
			break
		}
	}
	return first, last
}

// isField tells whether the value at token i has a named field.
func (sc *scan) isField(i int) bool {
	first, _ := sc.fieldName(i)
	return first >= 0
}

// word answers the word that spoke for a class, for the explanation.
func (sc *scan) word(i, j int, c class) string {
	start := int(sc.toks[i].start)
	for k := i - 1; k >= 0 && start-int(sc.toks[k].end) <= 110; k-- {
		if sc.class(k)&c != 0 {
			return sc.str(k)
		}
	}
	for k := j + 1; k < len(sc.toks) && k <= j+6; k++ {
		if sc.class(k)&c != 0 {
			return sc.str(k)
		}
	}
	return ""
}

// alone tells whether a stretch is the whole message.
func (sc *scan) alone(start, end int) bool {
	return strings.Trim(sc.text[:start], " \t\n\"'+(.,!:") == "" && strings.Trim(sc.text[end:], " \t\n\"').,!") == ""
}
