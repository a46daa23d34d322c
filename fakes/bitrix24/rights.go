package bitrix24

import (
	"strings"
)

// right is what somebody wants to do with cards of a kind.
type right string

const (
	rightRead   right = "read"
	rightAdd    right = "add"
	rightUpdate right = "update"
	rightDelete right = "delete"
)

// may tells whether the caller has a right on cards of a kind; owner nil asks about the
// kind as a whole. A role without a word about a kind has all rights on it, and so has a
// person without a role. Rights of a role hold for an administrator of the portal too: a
// seed that gives one such a role means it.
//
// Rights of a role for a kind: {read|add|update|delete: all|own|none, hidden: [codes], readonly: [codes]}.
func (c *call) may(kind string, want right, owner *int) error {
	if c.who == nil || !allowed(c.state, c.who, kind, want, owner) {
		return classic("Access denied.")
	}
	return nil
}

func allowed(st *state, who *Map, kind string, want right, owner *int) bool {
	level := "none"
	rules := rulesFor(st, who, kind)
	if len(rules) == 0 {
		return true
	}
	for _, r := range rules { // several roles: the widest right counts
		v, ok := r.Get(string(want))
		text := strings.ToLower(str(v))
		switch {
		case !ok || text == "all" || text == "":
			return true
		case text == "own":
			level = "own"
		}
	}
	if level == "none" {
		return false
	}
	id, _ := who.Get("ID")
	return owner == nil || *owner == num(id)
}

// rulesFor lists the rights of a user's roles on a kind of card; none means no limits.
func rulesFor(st *state, who *Map, kind string) []*Map {
	roles, _ := who.Get("ROLES")
	list, _ := asList(roles)
	var rules []*Map
	for _, role := range list {
		r, ok := st.rights[strings.ToLower(str(role))]
		if !ok {
			continue
		}
		rule, _ := r.Get(kind)
		m, ok := rule.(*Map)
		if !ok {
			return nil // this role has all rights
		}
		rules = append(rules, m)
	}
	return rules
}

// ownerOf is the person responsible for a card.
func (c *call) ownerOf(k *kind, r *record) *int {
	id := num(c.tableOf(k).text(r, "ASSIGNED_BY_ID"))
	return &id
}

// readable returns the test for cards that the caller may see; nil means all.
func (c *call) readable(k *kind) func(*record) bool {
	if len(rulesFor(c.state, c.who, k.name)) == 0 {
		return nil
	}
	return func(r *record) bool { return allowed(c.state, c.who, k.name, rightRead, c.ownerOf(k, r)) }
}

// hidden lists the fields of a kind that the caller may not see.
func (c *call) hidden(kind string) map[string]bool {
	return deniedFields(c.state, c.who, kind, "hidden")
}

// writable drops the fields that the caller may not write: the portal ignores them
// without a word.
func (c *call) writable(kind string, fields *Map) *Map {
	hidden, readOnly := c.hidden(kind), deniedFields(c.state, c.who, kind, "readonly")
	if len(hidden)+len(readOnly) == 0 {
		return fields
	}
	out := &Map{}
	for name, value := range fields.All {
		if up := strings.ToUpper(name); !hidden[up] && !readOnly[up] {
			out.Set(name, value)
		}
	}
	return out
}

// deniedFields lists the fields that the rules of all of a person's roles name under a
// word: what one role allows, another does not take away.
func deniedFields(st *state, who *Map, kind, word string) map[string]bool {
	var out map[string]bool
	for i, rule := range rulesFor(st, who, kind) {
		list, _ := asList(first(rule, word))
		mine := map[string]bool{}
		for _, code := range list {
			if up := strings.ToUpper(str(code)); i == 0 || out[up] {
				mine[up] = true
			}
		}
		out = mine
	}
	return out
}
