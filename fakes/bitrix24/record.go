package bitrix24

import (
	"slices"
	"strconv"
	"strings"

	"progon"
)

// field is one field of a card. Classic methods call it by code («DATE_CREATE»),
// universal ones by item («createdTime»).
type field struct {
	code, typ, title string
	item             string // name in crm.item.*; "" where it has none
	status           string // directory of a crm_status
	empty            any    // what a card without a value shows: nil, "", "0", "N"
	readOnly         bool
	immutable        bool
	required         bool
	multiple         bool
	gone             bool // a user field that was deleted; the place stays taken
	user             *Map // a user field's own description
}

func (f *field) number() bool {
	switch f.typ {
	case "integer", "double", "user", "crm_lead", "crm_contact", "crm_company", "crm_deal", "crm_category", "crm_entity":
		return true
	}
	return false
}

func (f *field) date() bool { return f.typ == "date" || f.typ == "datetime" }

// schema is the fields of one kind of card. The place of a field in it is the slot under
// which records keep its value.
type schema struct {
	fields []*field
	slots  map[string]uint16
	items  map[string]uint16 // by squashed universal name
}

func newSchema(fields []*field) *schema {
	s := &schema{slots: map[string]uint16{}, items: map[string]uint16{}}
	for _, f := range fields {
		s.add(f)
	}
	return s
}

func (s *schema) add(f *field) {
	slot := uint16(len(s.fields))
	s.fields = append(s.fields, f)
	s.slots[f.code] = slot
	if f.item != "" {
		s.items[squashName(f.item)] = slot
	}
}

// with returns a schema with one more field, or with a field in the place of the one
// with the same code.
func (s *schema) with(f *field) *schema {
	fields := append([]*field(nil), s.fields...)
	if slot, ok := s.slots[f.code]; ok {
		fields[slot] = f
		return newSchema(fields)
	}
	return newSchema(append(fields, f))
}

func (s *schema) byCode(code string) (*field, uint16, bool) {
	slot, ok := s.slots[code]
	if !ok {
		slot, ok = s.slots[strings.ToUpper(code)]
	}
	if !ok || s.fields[slot].gone {
		return nil, 0, false
	}
	return s.fields[slot], slot, true
}

// byItem finds a field by its universal name; user fields go in either spelling.
func (s *schema) byItem(name string) (*field, uint16, bool) {
	slot, ok := s.items[squashName(name)]
	if !ok || s.fields[slot].gone {
		return nil, 0, false
	}
	return s.fields[slot], slot, true
}

func squashName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// record is one card. It is never changed after it was put into a vector.
type record struct {
	id    int
	slots []uint16
	vals  []string
	lists map[uint16][]string // values of multiple fields
	comms []comm
}

// comm is one value of a multifield: a phone, a mail address, a messenger.
type comm struct {
	id               int
	typ, kind, value string // PHONE, WORK, +7…
}

func (r *record) get(slot uint16) (string, bool) {
	for i, s := range r.slots {
		if s == slot {
			return r.vals[i], true
		}
	}
	return "", false
}

func (r *record) set(slot uint16, value string) {
	for i, s := range r.slots {
		if s == slot {
			r.vals[i] = value
			return
		}
	}
	r.slots = append(r.slots, slot)
	r.vals = append(r.vals, value)
}

func (r *record) unset(slot uint16) {
	if i := slices.Index(r.slots, slot); i >= 0 {
		r.slots = slices.Delete(r.slots, i, i+1)
		r.vals = slices.Delete(r.vals, i, i+1)
	}
}

func (r *record) clone() *record {
	c := &record{id: r.id, comms: slices.Clone(r.comms)}
	c.slots = append(make([]uint16, 0, len(r.slots)+2), r.slots...)
	c.vals = append(make([]string, 0, len(r.vals)+2), r.vals...)
	if r.lists != nil {
		c.lists = make(map[uint16][]string, len(r.lists))
		for k, v := range r.lists {
			c.lists[k] = v
		}
	}
	return c
}

// trim gives back what growing has left over: a portal may hold many cards.
func (r *record) trim() {
	r.slots, r.vals, r.comms = slices.Clip(slices.Clone(r.slots)), slices.Clip(slices.Clone(r.vals)), slices.Clip(r.comms)
}

// table is all cards of one kind.
type table struct {
	kind   *kind
	schema *schema
	rows   vector[*record]
}

// text is a single value by code, "" where there is none.
func (t *table) text(r *record, code string) string {
	if code == "ID" {
		return strconv.Itoa(r.id)
	}
	_, slot, ok := t.schema.byCode(code)
	if !ok {
		return ""
	}
	v, _ := r.get(slot)
	return v
}

// values is all values by code: those of a multifield or of a multiple field too.
func (t *table) values(r *record, code string) []string {
	if code == "ID" {
		return []string{strconv.Itoa(r.id)}
	}
	f, slot, ok := t.schema.byCode(code)
	switch {
	case !ok:
		return nil
	case f.typ == "crm_multifield":
		var out []string
		for _, c := range r.comms {
			if c.typ == f.code {
				out = append(out, c.value)
			}
		}
		return out
	case f.multiple:
		return r.lists[slot]
	}
	if code == "CONTACT_ID" || code == "COMPANY_ID" { // a filter by it finds the other links too
		if _, all, ok := t.schema.byCode(code + "S"); ok && len(r.lists[all]) > 0 {
			return r.lists[all]
		}
	}
	if v, ok := r.get(slot); ok {
		return []string{v}
	}
	return nil
}

// put sets a single value by code; an empty one takes it away.
func (t *table) put(r *record, code, value string) {
	if _, slot, ok := t.schema.byCode(code); ok {
		if value == "" {
			r.unset(slot)
			return
		}
		r.set(slot, value)
	}
}

// flat is the whole card as the timeline shows it: codes and values, no empty ones.
func (t *table) flat(r *record) []progon.Field {
	out := make([]progon.Field, 0, len(r.slots)+1+3*len(r.comms))
	out = append(out, progon.Field{Name: "ID", Value: strconv.Itoa(r.id)})
	for i, slot := range r.slots {
		if f := t.schema.fields[slot]; !f.gone {
			out = append(out, progon.Field{Name: f.code, Value: r.vals[i]})
		}
	}
	for slot, f := range t.schema.fields {
		for i, v := range r.lists[uint16(slot)] {
			out = append(out, progon.Field{Name: f.code + "[" + strconv.Itoa(i) + "]", Value: v})
		}
	}
	counts := map[string]int{}
	for _, c := range r.comms {
		at := c.typ + "[" + strconv.Itoa(counts[c.typ]) + "]."
		counts[c.typ]++
		out = append(out,
			progon.Field{Name: at + "ID", Value: strconv.Itoa(c.id)},
			progon.Field{Name: at + "VALUE_TYPE", Value: c.kind},
			progon.Field{Name: at + "VALUE", Value: c.value})
	}
	return out
}

// links are the cards that a card belongs to.
func (t *table) links(r *record) []string {
	var out []string
	add := func(kind, id string) {
		if link := kind + ":" + id; id != "" && id != "0" && !slices.Contains(out, link) {
			out = append(out, link)
		}
	}
	add("contact", t.text(r, "CONTACT_ID"))
	add("company", t.text(r, "COMPANY_ID"))
	add("lead", t.text(r, "LEAD_ID"))
	for _, id := range t.values(r, "CONTACT_IDS") {
		add("contact", id)
	}
	for _, id := range t.values(r, "COMPANY_IDS") {
		add("company", id)
	}
	return out
}

func (t *table) effect(op progon.Op, r *record) progon.Effect {
	return progon.Effect{Op: op, Entity: t.kind.name, ID: strconv.Itoa(r.id), Fields: t.flat(r), Links: t.links(r)}
}
