package bitrix24

import (
	"hash/maphash"
	"math"
	mathbits "math/bits"
	"slices"
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

// columnKey names a column: what it is for ('h' equality, 'n' numbers, 't' texts) and the
// field.
type columnKey struct {
	what byte
	code string
}

type hashed struct {
	hash uint64
	row  uint8
}

// find returns the ids of the cards that a filter keeps, in the order of ids; not more
// than limit, unless that is 0.
func (s *Server) find(t *table, g *group, readable func(*record) bool, limit int) []int {
	size := 2 * pageSize
	if len(g.conds) == 0 && limit == 0 {
		size = t.rows.count
	}
	out := make([]int, 0, size)
	for i, l := range t.rows.leaves {
		if l == nil {
			continue
		}
		kept := l.used
		first := i * leafSize
		for c := range g.conds {
			if !g.or {
				s.refine(t, l, first, &g.conds[c], &kept)
			}
		}
		for word, set := range kept {
			for ; set != 0; set &= set - 1 {
				j := word<<6 + mathbits.TrailingZeros64(set)
				if (g.or && !g.fits(s.valuesOf(t, l.items[j]))) || (readable != nil && !readable(l.items[j])) {
					continue
				}
				if out = append(out, first+j); len(out) == limit {
					return out
				}
			}
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
				kept.drop(j)
			}
		}
		return
	}
	var hit bits
	switch {
	case c.code == "ID" && c.op >= opMore && c.op <= opLessEq:
		low, high := compares(c.op, float64(first), c.num), compares(c.op, float64(first+leafSize-1), c.num)
		if low && high { // the whole leaf
			return
		}
		for j := range leafSize {
			if n := float64(first + j); compares(c.op, n, c.num) {
				hit.add(j)
			}
		}
	case c.code == "ID" && c.op == opEqual:
		for _, v := range c.values {
			if id, err := strconv.Atoi(v); err == nil && id >= first && id < first+leafSize {
				hit.add(id - first)
			}
		}
	case c.op == opEqual && c.set == nil && !contains(c.values, ""):
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
		var one [1]string
		for j, text := range s.column(t, l, c, 't').texts {
			if !kept.has(j) {
				continue
			}
			var values []string
			switch {
			case strings.Contains(text, "\x00"):
				values = strings.Split(text, "\x00")
			case text != "":
				one[0] = text
				values = one[:]
			}
			if c.match(values) {
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
	key := columnKey{what, c.code}
	if col, ok := l.cols[key]; ok {
		return col
	}
	col := &column{}
	for j := range leafSize {
		var values []string
		if l.used.has(j) {
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
		l.cols = map[columnKey]*column{}
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

// sortKey is a card with what it is sorted by: numbers for numbers and dates, text else.
type sortKey struct {
	id    int
	nums  [maxOrder]float64
	texts [maxOrder]string
}

// maxOrder is how many fields an order may name; the rest are ignored.
const maxOrder = 4

// sort brings the first want ids into order; what comes after them is in no order. A page
// of a big portal is sorted without sorting the portal.
func (s *Server) sort(t *table, ids []int, order []ordering, want int) {
	if len(order) == 0 || (order[0].code == "ID" && !order[0].desc) {
		return
	}
	if order[0].code == "ID" {
		slices.Reverse(ids)
		return
	}
	order = order[:min(len(order), maxOrder)]
	less := func(a, b *sortKey) bool {
		for k, o := range order {
			cmp := 0
			if o.form == formNumber || o.form == formDate {
				switch {
				case a.nums[k] < b.nums[k]:
					cmp = -1
				case a.nums[k] > b.nums[k]:
					cmp = 1
				}
			} else {
				cmp = strings.Compare(a.texts[k], b.texts[k])
			}
			if o.desc {
				cmp = -cmp
			}
			if cmp != 0 {
				return cmp < 0
			}
		}
		return a.id < b.id
	}
	rows := make([]sortKey, 0, min(want, len(ids))+1)
	var cols [maxOrder]*column // of the leaf where the last card was
	at := -1
	for i := range ids {
		id := ids[i]
		if order[0].desc { // the newest cards often have the greatest values: meet them first
			id = ids[len(ids)-1-i]
		}
		if id/leafSize != at {
			at = id / leafSize
			s.sortColumns(t, at, order, &cols)
		}
		row := sortKey{id: id}
		for k, o := range order {
			if o.form == formNumber || o.form == formDate {
				if row.nums[k] = cols[k].nums[id%leafSize]; math.IsNaN(row.nums[k]) {
					row.nums[k] = math.Inf(-1) // no value comes first, as NULL does
				}
			} else {
				row.texts[k] = cols[k].texts[id%leafSize]
			}
		}
		switch {
		case len(rows) < want:
			rows = append(rows, row)
			if len(rows) == want {
				heapify(rows, less)
			}
		case less(&row, &rows[0]):
			rows[0] = row
			sink(rows, 0, less)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return less(&rows[i], &rows[j]) })
	for i := range rows {
		ids[i] = rows[i].id
	}
}

func (s *Server) sortColumns(t *table, leaf int, order []ordering, cols *[maxOrder]*column) {
	for k, o := range order {
		what := byte('t')
		if o.form == formNumber || o.form == formDate {
			what = 'n'
		}
		cols[k] = s.column(t, t.rows.leaves[leaf], &cond{code: o.code, form: o.form}, what)
	}
}

// heapify and sink keep the last of the wanted rows at the head.
func heapify(rows []sortKey, less func(a, b *sortKey) bool) {
	for i := len(rows)/2 - 1; i >= 0; i-- {
		sink(rows, i, less)
	}
}

func sink(rows []sortKey, i int, less func(a, b *sortKey) bool) {
	for {
		child := 2*i + 1
		if child >= len(rows) {
			return
		}
		if child+1 < len(rows) && less(&rows[child], &rows[child+1]) {
			child++
		}
		if !less(&rows[i], &rows[child]) {
			return
		}
		rows[i], rows[child] = rows[child], rows[i]
		i = child
	}
}

// pageOf finds, sorts and cuts in one: the rows of the page that the call asks for.
func (c *call) pageOf(t *table, g *group, order []ordering, start int) []int {
	limit := 0
	if start < 0 && (len(order) == 0 || (order[0].code == "ID" && !order[0].desc)) {
		limit = pageSize // nobody counts, and the first rows are the page
	}
	ids := c.find(t, g, c.readable(t.kind), limit)
	c.sort(t, ids, order, max(start, 0)/pageSize*pageSize+pageSize)
	rows, total, next := page(ids, start)
	c.list(total, next)
	return rows
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
	c := &Map{entries: make([]entry, 0, doc.Len()+1)}
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
	if b, isBool := v.(bool); isBool {
		return []string{yn(b)}
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
