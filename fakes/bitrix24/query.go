package bitrix24

import (
	"hash/maphash"
	"math"
	"sort"
	"strconv"
	"strings"
)

// pageSize is the number of rows in an answer of a list method: always 50.
const pageSize = 50

// column is what one leaf of cards holds in one field, ready for comparing. It is built
// when a filter first asks for it and lives until a card of the leaf changes: this is
// what makes a list over 100 000 cards fast without keeping an index for every field.
type column struct {
	hashes []hashed  // for equality; several for one row of a multifield
	nums   []float64 // for comparisons, NaN where there is no value
	texts  []string  // for everything else: canonical values, joined by \x00
}

type hashed struct {
	hash uint64
	row  uint8
}

type bits [leafSize / 64]uint64

func (b *bits) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }
func (b *bits) add(i int)      { b[i>>6] |= 1 << (i & 63) }

// find returns the ids of the cards that a filter keeps, in the order of ids.
func (s *Server) find(t *table, g *group, readable func(*record) bool) []int {
	var out []int
	for i, l := range t.rows.leaves {
		if l == nil {
			continue
		}
		var kept bits
		for j, used := range l.used {
			if used {
				kept.add(j)
			}
		}
		first := i * leafSize
		for c := range g.conds {
			if !g.or {
				s.refine(t, l, first, &g.conds[c], &kept)
			}
		}
		for j := range leafSize {
			if !kept.has(j) || (g.or && !g.fits(s.valuesOf(t, l.items[j]))) || (readable != nil && !readable(l.items[j])) {
				continue
			}
			out = append(out, first+j)
		}
	}
	return out
}

func (s *Server) valuesOf(t *table, r *record) func(string, form) []string {
	return func(code string, f form) []string {
		raw := t.values(r, code)
		out := make([]string, len(raw))
		for i, v := range raw {
			out[i] = s.canon(f, v)
		}
		return out
	}
}

// refine drops from kept the rows of a leaf that a condition does not let through.
func (s *Server) refine(t *table, l *leaf[*record], first int, c *cond, kept *bits) {
	if *kept == (bits{}) {
		return
	}
	if c.group != nil {
		for j := range leafSize {
			if kept.has(j) && !c.group.fits(s.valuesOf(t, l.items[j])) {
				kept[j>>6] &^= 1 << (j & 63)
			}
		}
		return
	}
	var hit bits
	switch {
	case c.code == "ID" && c.op >= opMore && c.op <= opLessEq:
		for j := range leafSize {
			if n := float64(first + j); compares(c.op, n, c.num) {
				hit.add(j)
			}
		}
	case c.op == opEqual && !contains(c.values, ""):
		for _, v := range c.values {
			h := s.hash(v)
			for _, x := range s.column(t, l, c, 'h').hashes {
				if x.hash == h {
					hit.add(int(x.row))
				}
			}
		}
	case c.op >= opMore && c.op <= opLessEq && c.form != formText && !math.IsNaN(c.num):
		for j, n := range s.column(t, l, c, 'n').nums {
			if compares(c.op, n, c.num) {
				hit.add(j)
			}
		}
	default:
		for j, text := range s.column(t, l, c, 't').texts {
			var values []string
			if text != "" {
				values = strings.Split(text, "\x00")
			}
			if kept.has(j) && c.match(values) {
				hit.add(j)
			}
		}
	}
	for i := range kept {
		kept[i] &= hit[i]
	}
}

func contains(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func compares(o op, n, with float64) bool {
	switch o {
	case opMore:
		return n > with
	case opMoreEq:
		return n >= with
	case opLess:
		return n < with
	default:
		return n <= with
	}
}

func (s *Server) hash(v string) uint64 { return maphash.String(s.seed, v) }

// column returns a leaf's column for a condition, building it if need be.
func (s *Server) column(t *table, l *leaf[*record], c *cond, what byte) *column {
	key := string(what) + c.code
	if col, ok := l.cols[key]; ok {
		return col
	}
	col := &column{}
	for j := range leafSize {
		var values []string
		if l.used[j] {
			for _, v := range t.values(l.items[j], c.code) {
				values = append(values, s.canon(c.form, v))
			}
		}
		switch what {
		case 'h':
			for _, v := range values {
				col.hashes = append(col.hashes, hashed{s.hash(v), uint8(j)})
			}
		case 'n':
			n := math.NaN()
			if len(values) > 0 {
				n = number(values[0])
			}
			col.nums = append(col.nums, n)
		default:
			col.texts = append(col.texts, strings.Join(values, "\x00"))
		}
	}
	if l.cols == nil {
		l.cols = map[string]*column{}
	}
	l.cols[key] = col
	return col
}

// ordering is one key of an order.
type ordering struct {
	code string
	form form
	desc bool
}

// arrange sorts ids by the order; within equals the lower id comes first.
func arrange(ids []int, order []ordering, value func(id int, code string) string, canon func(form, string) string) {
	if len(order) == 0 || (order[0].code == "ID" && !order[0].desc) {
		return
	}
	if order[0].code == "ID" {
		for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
			ids[i], ids[j] = ids[j], ids[i]
		}
		return
	}
	type row struct {
		id    int
		texts []string
		nums  []float64
	}
	rows := make([]row, len(ids))
	for i, id := range ids {
		rows[i] = row{id, make([]string, len(order)), make([]float64, len(order))}
		for k, o := range order {
			v := canon(o.form, value(id, o.code))
			rows[i].texts[k] = v
			if o.form == formNumber || o.form == formDate {
				if n := number(v); !math.IsNaN(n) {
					rows[i].nums[k] = n
				} else {
					rows[i].nums[k] = math.Inf(-1) // no value comes first, as NULL does
				}
			}
		}
	}
	sort.SliceStable(rows, func(a, b int) bool {
		for k, o := range order {
			cmp := strings.Compare(rows[a].texts[k], rows[b].texts[k])
			if o.form == formNumber || o.form == formDate {
				cmp = 0
				if rows[a].nums[k] < rows[b].nums[k] {
					cmp = -1
				} else if rows[a].nums[k] > rows[b].nums[k] {
					cmp = 1
				}
			}
			if o.desc {
				cmp = -cmp
			}
			if cmp != 0 {
				return cmp < 0
			}
		}
		return false
	})
	for i := range rows {
		ids[i] = rows[i].id
	}
}

// page cuts one page out of ids and says what comes after it. start is what the call
// asked for: -1 means no counting; other values are rounded down to whole pages.
func page(ids []int, start int) (rows []int, total, next *int) {
	if start < 0 {
		return ids[:min(len(ids), pageSize)], nil, nil
	}
	n := len(ids)
	total = &n
	from := start / pageSize * pageSize
	if from >= n {
		return nil, total, nil
	}
	to := min(from+pageSize, n)
	if to < n {
		next = &to
	}
	return ids[from:to], total, next
}

// docs is a list of documents (tasks, comments, users…): small collections that have no
// use for columns.
type docs struct{ rows vector[*Map] }

func (d *docs) get(id int) (*Map, bool) { return d.rows.get(id) }

// add puts a document under the next id, which it also gets as its ID.
func (d *docs) add(doc *Map) int {
	id := d.rows.last + 1
	if given, ok := doc.Get("ID"); ok && num(given) > 0 {
		id = num(given)
	}
	c := &Map{}
	c.Set("ID", strconv.Itoa(id))
	for k, v := range doc.All {
		if k != "ID" {
			c.Set(k, v)
		}
	}
	d.rows.put(id, c)
	return id
}

// values reads a field of a document for filters.
func (d *docs) values(doc *Map, code string) []string {
	v, ok := doc.Fold(code)
	if !ok || v == nil {
		return nil
	}
	if list, many := asList(v); many {
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, str(x))
		}
		return out
	}
	return []string{str(v)}
}

// find returns the ids of the documents that a filter keeps, in the order of ids.
func (s *Server) findDocs(d *docs, g *group) []int {
	var out []int
	for id, doc := range d.rows.all {
		if g == nil || g.fits(func(code string, f form) []string {
			raw := d.values(doc, code)
			for i, v := range raw {
				raw[i] = s.canon(f, v)
			}
			return raw
		}) {
			out = append(out, id)
		}
	}
	return out
}
