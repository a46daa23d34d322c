package bitrix24

// leafSize is how many neighbours share one leaf: a snapshot copies one pointer per leaf,
// a change after it copies one leaf.
const leafSize = 256

// maxID bounds ids, so that a seed cannot ask for a terabyte.
const maxID = 50_000_000

// vector keeps values by their id, in order. Values are never changed in place, so that
// a snapshot is a copy of the list of leaves.
type vector[T any] struct {
	leaves []*leaf[T]
	last   int // greatest id ever given
	count  int
	edits  int // grows with each change
	gen    int // leaves of an older generation belong to a snapshot
}

type leaf[T any] struct {
	gen   int
	used  bits
	items [leafSize]T
	cols  map[columnKey]*column // derived from items, see filter.go; nil after a change
}

func (v *vector[T]) get(id int) (T, bool) {
	var none T
	if id < 1 || id/leafSize >= len(v.leaves) {
		return none, false
	}
	l := v.leaves[id/leafSize]
	if l == nil || !l.used.has(id%leafSize) {
		return none, false
	}
	return l.items[id%leafSize], true
}

// own returns the leaf of an id for writing.
func (v *vector[T]) own(id int) *leaf[T] {
	for id/leafSize >= len(v.leaves) {
		v.leaves = append(v.leaves, nil)
	}
	l := v.leaves[id/leafSize]
	switch {
	case l == nil:
		l = &leaf[T]{gen: v.gen}
		v.leaves[id/leafSize] = l
	case l.gen != v.gen:
		l = &leaf[T]{gen: v.gen, used: l.used, items: l.items}
		v.leaves[id/leafSize] = l
	}
	l.cols = nil
	return l
}

func (v *vector[T]) put(id int, item T) {
	v.edits++
	l := v.own(id)
	if !l.used.has(id % leafSize) {
		v.count++
	}
	l.used.add(id % leafSize)
	l.items[id%leafSize] = item
	v.last = max(v.last, id)
}

func (v *vector[T]) remove(id int) bool {
	if _, ok := v.get(id); !ok {
		return false
	}
	var none T
	v.edits++
	l := v.own(id)
	l.used.drop(id % leafSize)
	l.items[id%leafSize] = none
	v.count--
	return true
}

// all visits the values in the order of their ids.
func (v *vector[T]) all(yield func(id int, item T) bool) {
	for i, l := range v.leaves {
		if l == nil {
			continue
		}
		for j := range l.items {
			if l.used.has(j) && !yield(i*leafSize+j, l.items[j]) {
				return
			}
		}
	}
}

// snapshot returns a copy that later changes do not reach.
func (v *vector[T]) snapshot() vector[T] {
	v.gen++
	return vector[T]{leaves: append([]*leaf[T](nil), v.leaves...), last: v.last, count: v.count, edits: v.edits, gen: v.gen}
}

// restored returns a copy of a snapshot that may be changed.
func (v *vector[T]) restored() vector[T] {
	c := v.snapshot()
	c.gen++
	return c
}

// bits is a set of places in a leaf.
type bits [leafSize / 64]uint64

func (b *bits) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }
func (b *bits) add(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b *bits) drop(i int)     { b[i>>6] &^= 1 << (i & 63) }
