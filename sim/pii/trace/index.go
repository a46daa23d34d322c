package trace

import "math/bits"

// class says what a key of the index stands for, and so how a match is confirmed.
type class uint8

const (
	asForm     class = iota + 1 // a word which is the value or one of its cases
	asShort                     // a diminutive or another spelling of a first name
	asLatin                     // transliterated, letter by letter; aux is an index of spellings
	asSkeleton                  // transliterated; aux is an index of spellings, to be read
	asTwins                     // Cyrillic written in Latin look-alikes
	asGlued                     // first name and surname in one word
	asReversed                  // letters or digits from the end
	asForename                  // a patronymic: counts beside the first name only
	asNumber                    // digits; aux is an index of numbers
	asSequence                  // one telling word of several; aux is an index of sequences
	asDate
	asStreet // street and house
	asIP
	asGeo
	asPlate
	asCode     // letters and digits without a break
	asNumeral  // a number word: nobody's
	asMonth    // a month's name: nobody's; aux is its number
	asPunycode // the mark of an encoded domain: nobody's
)

// entry is one meaning of a key. Entries of the same key form a list.
type entry struct {
	canary int32
	next   int32 // index of the next entry, -1 at the end
	aux    int32
	class  class
}

// index finds the entries of a key. A filter, small enough for the cache, turns away
// nearly all of what is looked up; so the time of a search does not depend on how many
// canaries there are.
type index struct {
	filter  []uint64
	keys    []uint64
	heads   []int32
	entries []entry
}

// draft collects keys before the size of the tables is known.
type draft struct {
	keys    []uint64
	entries []entry
}

func (d *draft) add(key uint64, e entry) {
	d.keys = append(d.keys, key)
	d.entries = append(d.entries, e)
}

func (d *draft) build() index {
	n := len(d.keys)
	size := n*4/3 + 16
	x := index{
		keys: make([]uint64, size), heads: make([]int32, size),
		entries: append(make([]entry, 0, n), d.entries...),
		filter:  make([]uint64, 1<<bits.Len(uint(n/6+16))), // ten bits for a key, or more
	}
	for i, key := range d.keys {
		x.filter[x.cell(key)] |= marks(key)
		x.insert(key, int32(i))
	}
	return x
}

// home is the place of a key in a table of any size.
func home(key uint64, size int) int {
	high, _ := bits.Mul64(key, uint64(size))
	return int(high)
}

// A key sets three bits of one cell, so that asking costs a single access to memory.
func (x *index) cell(key uint64) uint64 { return key >> 32 & uint64(len(x.filter)-1) }

func marks(key uint64) uint64 {
	return 1<<(key>>8&63) | 1<<(key>>16&63) | 1<<(key>>24&63)
}

// maybe tells quickly that a key is not in the index.
func (x *index) maybe(key uint64) bool {
	m := marks(key)
	return x.filter[x.cell(key)]&m == m
}

func (x *index) insert(key uint64, at int32) {
	for i := home(key, len(x.keys)); ; i++ {
		if i == len(x.keys) {
			i = 0
		}
		switch x.keys[i] {
		case 0:
			x.keys[i], x.heads[i] = key, at
			x.entries[at].next = -1
			return
		case key:
			// The same meaning twice is one. Its first time is near the head of the list,
			// because the keys of one canary come one after another.
			for e, near := x.heads[i], 0; e >= 0 && near < 8; e, near = x.entries[e].next, near+1 {
				if same(x.entries[e], x.entries[at]) {
					return
				}
			}
			x.entries[at].next = x.entries[x.heads[i]].next
			x.entries[x.heads[i]].next = at
			return
		}
	}
}

func same(a, b entry) bool {
	return a.canary == b.canary && a.aux == b.aux && (a.class == b.class || a.class <= asShort && b.class <= asShort)
}

// first gives the first entry of a key, -1 if there is none.
func (x *index) first(key uint64) int32 {
	for i := home(key, len(x.keys)); ; i++ {
		if i == len(x.keys) {
			i = 0
		}
		switch x.keys[i] {
		case key:
			return x.heads[i]
		case 0:
			return -1
		}
	}
}
