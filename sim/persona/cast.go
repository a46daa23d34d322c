package persona

import (
	"strings"

	"progon/sim/pii/trace"
)

// Cast is the set of people of one scenario. No two of them share a value, except for the
// first name that a scenario gives to both. It is not safe for concurrent use.
type Cast struct {
	seed   uint64
	key    string
	people []*Person
	labels map[string]*Person // in small letters
	taken  map[string]bool
}

// NewCast starts a cast. The key names the scenario: other keys give other people.
func NewCast(seed uint64, key string) *Cast {
	return &Cast{seed: seed, key: key, labels: map[string]*Person{}, taken: map[string]bool{}}
}

// Person returns the client with that label, inventing it at the first call. Options count
// only then.
func (c *Cast) Person(label string, opts ...Option) *Person {
	name := strings.ToLower(strings.TrimSpace(label))
	if p := c.labels[name]; p != nil {
		return p
	}
	for attempt := 0; ; attempt++ {
		p := invent(c.seed, c.key, label, attempt, opts...)
		if c.free(p) {
			c.people, c.labels[name] = append(c.people, p), p
			return p
		}
	}
}

// free takes the values of a person, unless one of them is somebody's.
func (c *Cast) free(p *Person) bool {
	// «Гимадов» and «Гимадова» would be one surname in half of the cases.
	values := []string{p.ID, strings.ToLower(strings.TrimSuffix(p.surname, "а"))}
	for _, name := range canaryNames {
		if name != "имя" && name != "отчество" && name != "дата рождения" {
			values = append(values, strings.ToLower(p.facts[name].value))
		}
	}
	// The next ones may be drawn again and again: dates and fathers are few.
	if len(c.people) < 50 {
		values = append(values, strings.ToLower(p.patronymic), p.facts["дата рождения"].value)
	}
	for _, v := range values {
		if c.taken[v] {
			return false
		}
	}
	for _, v := range values {
		c.taken[v] = true
	}
	return true
}

// All lists the people in the order in which they appeared.
func (c *Cast) All() []*Person { return append([]*Person(nil), c.people...) }

// Canaries are the values of all people.
func (c *Cast) Canaries() []trace.Canary {
	var all []trace.Canary
	for _, p := range c.people {
		all = append(all, p.Canaries()...)
	}
	return all
}

// Fill is [Person.Fill] in company: «{Ильнур: телефон}» is the phone of another client, who
// joins the cast if he was not there before.
func (c *Cast) Fill(p *Person, line string) (Filled, error) { return fill(p, c, line) }
