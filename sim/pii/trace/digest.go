package trace

import (
	"crypto/md5"  // what bots use, not what they should
	"crypto/sha1" // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"math/bits"
	"strings"
	"sync"
)

// A hash without salt hides nothing where values are few: whoever can count to ten
// thousand million knows the phone behind it. So hashes of the usual spellings are
// leaks too.

// digests is made at the first text that holds something like a hash.
type digests struct {
	once   sync.Once
	keys   []uint64
	owners []int32
}

// algorithms by the length of what they give.
var algorithms = []struct {
	name string
	size int
	sum  func(string) []byte
}{
	{"MD5", md5.Size, func(s string) []byte { h := md5.Sum([]byte(s)); return h[:] }},
	{"SHA-1", sha1.Size, func(s string) []byte { h := sha1.Sum([]byte(s)); return h[:] }},
	{"SHA-256", sha256.Size, func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }},
	{"SHA-512", sha512.Size, func(s string) []byte { h := sha512.Sum512([]byte(s)); return h[:] }},
}

// plainForms are the spellings of a value that programs hash.
func plainForms(c *Canary) []string {
	value := strings.TrimSpace(c.Value)
	forms := []string{value}
	r, _ := roleOf(c)
	digits := onlyDigits(value)
	switch {
	case r == rolePhone, len(digits) == 11 && strings.HasPrefix(value, "+7"):
		if len(digits) >= 10 {
			ten := digits[len(digits)-10:]
			forms = append(forms, "+7"+ten, "7"+ten, "8"+ten, ten)
		}
	case len(digits) >= 8 && len(digits)*2 > len(value):
		forms = append(forms, digits)
		if y, m, d, ok := parseDate(value); ok && r == roleDate {
			iso := twoDigits(m) + "-" + twoDigits(d)
			forms = append(forms, string(append([]byte(nil), []byte(itoa4(y)+"-"+iso)...)))
		}
	default:
		forms = append(forms, strings.ToLower(value), strings.ToUpper(value))
	}
	seen := map[string]bool{}
	kept := forms[:0]
	for _, f := range forms {
		if !seen[f] {
			seen[f] = true
			kept = append(kept, f)
		}
	}
	return kept
}

func itoa4(y int) string { return twoDigits(y/100) + twoDigits(y%100) }

func (t *Tracer) hashed() *digests {
	t.digests.once.Do(func() {
		type pair struct {
			key   uint64
			owner int32
		}
		var pairs []pair
		for i := range t.canaries {
			for _, form := range plainForms(&t.canaries[i]) {
				for _, a := range algorithms[:3] {
					pairs = append(pairs, pair{binary.LittleEndian.Uint64(a.sum(form)), int32(i)})
				}
			}
		}
		size := 1 << bits.Len(uint(len(pairs)*5/4+8))
		t.digests.keys, t.digests.owners = make([]uint64, size), make([]int32, size)
		for _, p := range pairs {
			for i := p.key & uint64(size-1); ; i = (i + 1) & uint64(size-1) {
				if t.digests.keys[i] == 0 || t.digests.keys[i] == p.key {
					t.digests.keys[i], t.digests.owners[i] = p.key, p.owner
					break
				}
			}
		}
	})
	return &t.digests
}

// digest looks up bytes that may be a hash.
func (p *pass) digest(b []byte, from, to int, how string) {
	for _, a := range algorithms {
		if len(b) != a.size {
			continue
		}
		if a.size == sha512.Size {
			p.longDigest(b, from, to)
			return
		}
		d := p.t.hashed()
		key := binary.LittleEndian.Uint64(b)
		mask := uint64(len(d.keys) - 1)
		for i := key & mask; d.keys[i] != 0; i = (i + 1) & mask {
			if d.keys[i] != key {
				continue
			}
			c := d.owners[i]
			for _, form := range plainForms(&p.t.canaries[c]) {
				if string(a.sum(form)) == string(b) {
					p.report(c, "хеш "+a.name+" без соли", from, to)
					return
				}
			}
		}
	}
}

// longDigest compares with SHA-512, which is too rare to keep a table of.
func (p *pass) longDigest(b []byte, from, to int) {
	const few = 2000
	if len(p.t.canaries) > few {
		return
	}
	for i := range p.t.canaries {
		for _, form := range plainForms(&p.t.canaries[i]) {
			if string(algorithms[3].sum(form)) == string(b) {
				p.report(int32(i), "хеш SHA-512 без соли", from, to)
				return
			}
		}
	}
}
