package chat

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// Book keeps which id a platform has given to which conversation. Ids come from the names,
// so the same run gives the same ids. The zero value is ready.
type Book struct {
	mu      sync.Mutex
	numbers map[string]int64
	names   map[int64]Client
	left    map[string]bool
}

// Number is the platform's id of a client: positive, of 9 or 10 digits, as messengers have
// them.
func (b *Book) Number(c Client) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n, ok := b.numbers[c.ID]; ok {
		b.names[n] = c
		return n
	}
	if b.numbers == nil {
		b.numbers, b.names, b.left = map[string]int64{}, map[int64]Client{}, map[string]bool{}
	}
	sum := sha256.Sum256([]byte(c.ID))
	n := int64(100_000_000 + binary.BigEndian.Uint64(sum[:])%4_000_000_000)
	for {
		if _, taken := b.names[n]; !taken {
			break
		}
		n++
	}
	b.numbers[c.ID], b.names[n] = n, c
	return n
}

// Client is whoever has that id.
func (b *Book) Client(number int64) (Client, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.names[number]
	return c, ok
}

// Leave notes that a conversation is over.
func (b *Book) Leave(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == nil {
		b.left = map[string]bool{}
	}
	b.left[id] = true
}

// Left tells whether a conversation is over.
func (b *Book) Left(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left[id]
}
