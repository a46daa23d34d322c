package trace

import (
	"crypto/md5"  // what bots use, not what they should
	"crypto/sha1" // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
)

// A hash without salt hides nothing where values are few: whoever can count to ten
// thousand million knows the phone behind it. So hashes of the usual spellings are
// leaks too.

// digests is made at the first text that holds something like a hash.
type digests struct {
	once sync.Once
	// A cell holds the beginning of a hash and the canary, which confirms the rest.
	cells []digestCell
}

type digestCell struct {
	begin uint32 // 0 is an empty cell
	owner int32
}

// digestKey takes the parts of a hash that the table needs.
func digestKey(sum []byte) (key uint64, begin uint32) {
	key = binary.LittleEndian.Uint64(sum)
	return key, uint32(key) | 1
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
	{"SHA-224", sha256.Size224, func(s string) []byte { h := sha256.Sum224([]byte(s)); return h[:] }},
	{"SHA-384", sha512.Size384, func(s string) []byte { h := sha512.Sum384([]byte(s)); return h[:] }},
	{"SHA-512", sha512.Size, func(s string) []byte { h := sha512.Sum512([]byte(s)); return h[:] }},
}

// keptAlgorithms is how many of them have a table.
const keptAlgorithms = 3

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
			a, b, c, d := ten[:3], ten[3:6], ten[6:8], ten[8:]
			forms = append(forms, "+7"+ten, "7"+ten, "8"+ten, ten)
			for _, pattern := range []string{"+7 (%s) %s-%s-%s", "8 (%s) %s-%s-%s", "+7(%s)%s-%s-%s", "8(%s)%s-%s-%s", "+7 %s %s-%s-%s", "8 %s %s-%s-%s", "8-%s-%s-%s-%s", "+7-%s-%s-%s-%s", "+7 %s %s %s %s", "8 %s %s %s %s"} {
				forms = append(forms, fmt.Sprintf(pattern, a, b, c, d))
			}
		}
	case len(digits) >= 8 && len(digits)*2 > len(value):
		forms = append(forms, digits)
		if y, m, d, ok := parseDate(value); ok && r == roleDate {
			iso := twoDigits(m) + "-" + twoDigits(d)
			forms = append(forms, twoDigits(y/100)+twoDigits(y%100)+"-"+iso)
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

func (t *Tracer) hashed() *digests {
	t.digests.once.Do(func() {
		n := 0
		for i := range t.canaries {
			n += len(plainForms(&t.canaries[i])) * keptAlgorithms
		}
		cells := make([]digestCell, n*4/3+8)
		for i := range t.canaries {
			for _, form := range plainForms(&t.canaries[i]) {
				for _, a := range algorithms[:keptAlgorithms] {
					key, begin := digestKey(a.sum(form))
					at := home(key, len(cells))
					for cells[at].begin != 0 {
						at = (at + 1) % len(cells)
					}
					cells[at] = digestCell{begin, int32(i)}
				}
			}
		}
		t.digests.cells = cells
	})
	return &t.digests
}

// digest looks up bytes that may be a hash.
func (p *pass) digest(b []byte, from, to int, how string) {
	for k, a := range algorithms {
		if len(b) != a.size {
			continue
		}
		if k >= keptAlgorithms {
			p.rareDigest(a.name, a.sum, b, from, to)
			return
		}
		cells := p.t.hashed().cells
		key, begin := digestKey(b)
		for at := home(key, len(cells)); cells[at].begin != 0; at = (at + 1) % len(cells) {
			if cells[at].begin != begin {
				continue
			}
			c := cells[at].owner
			for _, form := range plainForms(&p.t.canaries[c]) {
				if string(a.sum(form)) == string(b) {
					p.reportOne(c, "хеш "+a.name+" без соли", from, to)
					return
				}
			}
		}
	}
}

// rareDigest compares with hashes that are too rare to keep a table of.
func (p *pass) rareDigest(name string, sum func(string) []byte, b []byte, from, to int) {
	const few = 2000
	if len(p.t.canaries) > few {
		return
	}
	for i := range p.t.canaries {
		for _, form := range plainForms(&p.t.canaries[i]) {
			if string(sum(form)) == string(b) {
				p.reportOne(int32(i), "хеш "+name+" без соли", from, to)
				return
			}
		}
	}
}
