package trace

import "unicode/utf8"

// view is a text to read: the searched text itself, or a stretch of another view decoded.
// It knows where in the searched text its bytes come from.
type view struct {
	text string
	// at gives, for each byte and for the end, the place in the searched text. It is nil
	// for the searched text, and for what was decoded as a whole (base64): its bytes all
	// lie between start and end.
	at         []int32
	start, end int
	path       []string
}

// source translates bounds in the view into bounds in the searched text.
func (v *view) source(from, to int) (start, end int) {
	switch {
	case v.at != nil:
		return int(v.at[from]), int(v.at[to])
	case v.end > 0:
		return v.start, v.end
	}
	return from, to
}

// Limits keep a search linear: how deep encodings may be nested, and how much text may be
// decoded for each byte that was given.
const (
	deepest     = 4
	decodedEach = 12
	decodedBase = 1 << 16
)

// decoded is a stretch of a view while it is being decoded byte by byte.
type decoded struct {
	text []byte
	at   []int32
}

func (d *decoded) put(b byte, at int) {
	d.text = append(d.text, b)
	d.at = append(d.at, int32(at))
}

func (d *decoded) putRune(r rune, at int) {
	n := len(d.text)
	d.text = utf8.AppendRune(d.text, r)
	for range len(d.text) - n {
		d.at = append(d.at, int32(at))
	}
}

func (d *decoded) puts(s string, at int) {
	for i := range len(s) {
		d.put(s[i], at)
	}
}

// open reads what was decoded from a stretch which ends at to.
func (p *pass) open(name string, d *decoded, to int) {
	if len(p.v.path) >= deepest || p.budget < len(d.text) || len(d.text) == 0 {
		return
	}
	p.budget -= len(d.text)
	child := view{text: string(d.text), path: append(p.v.path[:len(p.v.path):len(p.v.path)], name)}
	if p.v.end > 0 && p.v.at == nil {
		child.start, child.end = p.v.start, p.v.end
	} else {
		d.at = append(d.at, int32(to))
		if p.v.at != nil {
			for i, a := range d.at {
				d.at[i] = p.v.at[a]
			}
		}
		child.at = d.at
	}
	p.read(&child)
}

// openWhole reads what was decoded from a token at once.
func (p *pass) openWhole(name string, text []byte, from, to int) {
	if len(p.v.path) >= deepest || p.budget < len(text) || len(text) == 0 {
		return
	}
	p.budget -= len(text)
	child := view{text: string(text), path: append(p.v.path[:len(p.v.path):len(p.v.path)], name)}
	child.start, child.end = p.v.source(from, to)
	p.read(&child)
}
