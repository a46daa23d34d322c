package bitrix24

import (
	"slices"
	"strconv"

	"progon"
)

// linkMethods are the links between cards: crm.{lead,deal,company}.contact.* and
// crm.contact.company.*. Pages: crm/leads/management-communication and its neighbours.
func linkMethods() []*method {
	var out []*method
	for _, l := range []link{
		{"lead", "contact", "CONTACT_IDS", "CONTACT_ID"}, {"deal", "contact", "CONTACT_IDS", "CONTACT_ID"},
		{"company", "contact", "CONTACT_ID", "CONTACT_ID"}, {"contact", "company", "COMPANY_IDS", "COMPANY_ID"},
	} {
		name := "crm." + l.from + "." + l.to + "."
		out = append(out,
			&method{name: name + "fields", scope: "crm", run: l.fields},
			&method{name: name + "add", scope: "crm", run: l.add},
			&method{name: name + "delete", scope: "crm", run: l.remove},
			&method{name: name + "items.get", scope: "crm", run: l.items},
			&method{name: name + "items.set", scope: "crm", run: l.set},
			&method{name: name + "items.delete", scope: "crm", run: l.clear})
	}
	return out
}

// link is one kind of link: the list of ids is kept in a multiple field of the card.
type link struct{ from, to, field, key string }

func (l link) fields(*call) (any, error) {
	out := &Map{}
	for code, typ := range map[string]string{l.key: "integer", "SORT": "integer", "ROLE_ID": "integer", "IS_PRIMARY": "char"} {
		out.Set(code, describe(&field{code: code, typ: typ, title: code, required: code == l.key}))
	}
	return out, nil
}

// card finds the card that a call names and the ids it is linked with.
func (l link) card(c *call, want right) (*table, *record, []string, error) {
	k, _ := c.kindOf(l.from)
	t := c.tableOf(k)
	id := c.id("id")
	if id <= 0 {
		return nil, nil, nil, classic("The parameter id is invalid or not defined.")
	}
	r, ok := t.rows.get(id)
	if !ok {
		if l.from == "lead" {
			return nil, nil, nil, refusal(400, "NOT_FOUND", "Not found.")
		}
		return nil, nil, nil, classic("Not found.")
	}
	return t, r, t.values(r, l.field), c.may(k.name, want, c.ownerOf(k, r))
}

// save writes the ids of a card's links.
func (l link) save(c *call, t *table, r *record, ids []string) {
	next := r.clone()
	f, slot, _ := t.schema.byCode(l.field)
	if next.lists == nil {
		next.lists = map[uint16][]string{}
	}
	next.lists[slot] = ids
	c.mirror(t, next, f, ids)
	c.derive(t, next, "")
	t.put(next, "DATE_MODIFY", c.iso(c.now))
	t.rows.put(next.id, next)
	c.changed(t.effect(progon.Updated, next))
}

// target reads the id of the other card; it must exist.
func (l link) target(c *call, fields *Map) (string, error) {
	v, _ := fields.Fold(l.key)
	id := num(v)
	if id <= 0 {
		return "", classic("The '" + l.key + "' field is not found or invalid.")
	}
	if _, ok := c.state.tables[l.to].rows.get(id); !ok {
		return "", classic("The " + l.to + " with ID '" + strconv.Itoa(id) + "' is not found.")
	}
	return strconv.Itoa(id), nil
}

func (l link) add(c *call) (any, error) {
	t, r, ids, err := l.card(c, rightUpdate)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	id, err := l.target(c, fields)
	if err != nil {
		return nil, err
	}
	ids = slices.Clone(ids)
	primary, _ := fields.Fold("IS_PRIMARY")
	switch at := slices.Index(ids, id); {
	case at >= 0 && !flag(primary):
		return false, nil // already there
	case at >= 0:
		ids = slices.Delete(ids, at, at+1)
		fallthrough
	case flag(primary):
		ids = slices.Insert(ids, 0, id)
	default:
		ids = append(ids, id)
	}
	l.save(c, t, r, ids)
	return true, nil
}

func (l link) remove(c *call) (any, error) {
	t, r, ids, err := l.card(c, rightUpdate)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	v, _ := fields.Fold(l.key)
	at := slices.Index(ids, strconv.Itoa(num(v)))
	if at < 0 {
		return false, nil
	}
	l.save(c, t, r, slices.Delete(slices.Clone(ids), at, at+1))
	return true, nil
}

func (l link) items(c *call) (any, error) {
	_, _, ids, err := l.card(c, rightRead)
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for i, id := range ids {
		rows = append(rows, M(l.key, num(id), "SORT", (i+1)*10, "ROLE_ID", 0, "IS_PRIMARY", yn(i == 0)))
	}
	return rows, nil
}

func (l link) set(c *call) (any, error) {
	t, r, _, err := l.card(c, rightUpdate)
	if err != nil {
		return nil, err
	}
	given, _ := c.param("items")
	list, ok := asList(given)
	if !ok {
		return nil, classic("Parameter 'items' must be array.")
	}
	var ids []string
	for _, item := range list {
		m, _ := asMap(item)
		id, err := l.target(c, m)
		if err != nil {
			return nil, err
		}
		if primary, _ := m.Fold("IS_PRIMARY"); flag(primary) {
			ids = slices.Insert(ids, 0, id)
		} else {
			ids = append(ids, id)
		}
	}
	l.save(c, t, r, ids)
	return true, nil
}

func (l link) clear(c *call) (any, error) {
	t, r, _, err := l.card(c, rightUpdate)
	if err != nil {
		return nil, err
	}
	l.save(c, t, r, nil)
	return true, nil
}
