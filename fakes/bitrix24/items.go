package bitrix24

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"progon"
)

// itemMethods are crm.item.*, the universal way to the same cards: other names, numbers
// instead of texts. Page: crm/universal of the vendor's documentation.
func itemMethods() []*method {
	return []*method{
		{name: "crm.item.fields", scope: "crm", run: itemFields},
		{name: "crm.item.add", scope: "crm", run: itemAdd},
		{name: "crm.item.get", scope: "crm", run: itemGet},
		{name: "crm.item.list", scope: "crm", run: itemList},
		{name: "crm.item.update", scope: "crm", run: itemUpdate},
		{name: "crm.item.delete", scope: "crm", run: itemDelete},
	}
}

// itemTable finds the cards that entityTypeId names. Universal methods are sensitive to
// the case of their parameters.
func itemTable(c *call) (*table, error) {
	v, ok := c.params.Get("entityTypeId")
	if !ok {
		return nil, missing("entityTypeId")
	}
	if k, known := c.kindOf(strconv.Itoa(num(v))); known {
		return c.tableOf(k), nil
	}
	e := refusal(400, "NOT_FOUND", "Смарт-процесс не найден")
	if n := num(v); n == 7 || n == 31 || n >= 128 {
		e.gap = "вид карточек " + strconv.Itoa(n) + " (счета, предложения, смарт-процессы) фальшивый портал не изображает"
	}
	return nil, e
}

func itemFields(c *call) (any, error) {
	t, err := itemTable(c)
	if err != nil {
		return nil, err
	}
	out := &Map{}
	for _, f := range t.schema.fields {
		if f.gone || f.item == "" {
			continue
		}
		d := describe(f)
		d.Set("upperName", f.code)
		out.Set(c.itemKey(f), d)
	}
	return M("fields", out), nil
}

// itemKey is the name under which a universal answer writes a field.
func (c *call) itemKey(f *field) string {
	if f.user != nil {
		if v, ok := c.params.Get("useOriginalUfNames"); ok && flag(v) {
			return f.code
		}
	}
	return f.item
}

// classicNames turns the fields of a universal call into classic ones.
func (c *call) classicNames(t *table, fields *Map) (*Map, error) {
	out := &Map{}
	for name, value := range fields.All {
		if name == "fm" {
			list, _ := asList(value)
			for _, item := range list {
				m, ok := asMap(item)
				if !ok {
					continue
				}
				typ := strings.ToUpper(str(first(m, "typeId")))
				before, _ := out.Get(typ)
				comms, _ := asList(before)
				one := M("VALUE", first(m, "value"), "VALUE_TYPE", first(m, "valueType"))
				if id, has := m.Get("id"); has {
					one.Set("ID", id)
				}
				out.Set(typ, append(slices.Clone(comms), one))
			}
			continue
		}
		f, _, ok := t.schema.byItem(name)
		if !ok {
			continue
		}
		if _, many := asList(value); !many && f.multiple && str(value) != "" {
			return nil, refusal(400, 100, "Expected iterable value for multiple field, but got string instead")
		}
		out.Set(f.code, value)
	}
	return out, nil
}

func itemFieldsParam(c *call) (*Map, error) {
	v, ok := c.params.Get("fields")
	if !ok {
		return nil, missing("fields")
	}
	fields, ok := asMap(v)
	if !ok {
		return nil, notArray("fields")
	}
	return fields, nil
}

func itemAdd(c *call) (any, error) {
	t, err := itemTable(c)
	if err != nil {
		return nil, err
	}
	given, err := itemFieldsParam(c)
	if err != nil {
		return nil, err
	}
	if c.may(t.kind.name, rightAdd, nil) != nil {
		return nil, refusal(400, "ACCESS_DENIED", "Доступ запрещён")
	}
	fields, err := c.classicNames(t, given)
	if err != nil {
		return nil, err
	}
	fields = c.writable(t.kind.name, fields)
	r, err := c.create(t, fields, c.grant.user)
	if err != nil {
		return nil, itemRefusal(err)
	}
	c.changed(t.effect(progon.Created, r))
	if err := c.settle(t, r); err != nil {
		return nil, itemRefusal(err)
	}
	return M("item", c.showItem(t, r, nil)), nil
}

// itemRefusal gives a refusal of the common code the code that universal methods use.
func itemRefusal(err error) error {
	e := asRefusal(err)
	switch {
	case strings.Contains(e.text, "обязательное"):
		return refusal(400, "CRM_FIELD_ERROR_REQUIRED", e.text)
	case e.code == "ERROR_CORE":
		return refusal(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", e.text)
	}
	return e
}

// item finds the card that a universal call names.
func item(c *call, want right) (*table, *record, error) {
	t, err := itemTable(c)
	if err != nil {
		return nil, nil, err
	}
	v, ok := c.params.Get("id")
	if !ok {
		return nil, nil, missing("id")
	}
	r, ok := t.rows.get(num(v))
	if !ok {
		return nil, nil, refusal(400, "NOT_FOUND", "Элемент не найден")
	}
	if c.may(t.kind.name, want, c.ownerOf(t.kind, r)) != nil {
		return nil, nil, refusal(400, "ACCESS_DENIED", "Доступ запрещён")
	}
	return t, r, nil
}

func itemGet(c *call) (any, error) {
	t, r, err := item(c, rightRead)
	if err != nil {
		return nil, err
	}
	c.seen(t, r)
	return M("item", c.showItem(t, r, nil)), nil
}

func itemUpdate(c *call) (any, error) {
	t, r, err := item(c, rightUpdate)
	if err != nil {
		return nil, err
	}
	given, err := itemFieldsParam(c)
	if err != nil {
		return nil, err
	}
	fields, err := c.classicNames(t, given)
	if err != nil {
		return nil, err
	}
	fields = c.writable(t.kind.name, fields)
	moved := c.movePipeline(t, r, fields)
	next := moved.clone()
	if err := c.fill(t, next, fields, false); err != nil {
		return nil, itemRefusal(err)
	}
	if moved == r && same(r, next) { // nothing is saved when no value changed
		return M("item", c.showItem(t, r, nil)), nil
	}
	next, err = c.change(t, moved, fields, c.grant.user)
	if err != nil {
		return nil, itemRefusal(err)
	}
	c.changed(t.effect(progon.Updated, next))
	return M("item", c.showItem(t, next, nil)), nil
}

// movePipeline puts a deal into another pipeline, which only the universal way can do: it
// starts there at the first stage unless the call names one.
func (c *call) movePipeline(t *table, r *record, fields *Map) *record {
	v, given := fields.Get("CATEGORY_ID")
	if !given || t.kind.name != "deal" || num(v) == num(t.text(r, "CATEGORY_ID")) {
		return r
	}
	moved := r.clone()
	t.put(moved, "CATEGORY_ID", strconv.Itoa(num(v)))
	if _, named := fields.Get("STAGE_ID"); !named {
		fields.Set("STAGE_ID", c.firstStage(t, moved))
	}
	return moved
}

func same(a, b *record) bool {
	if len(a.slots) != len(b.slots) || !slices.Equal(a.comms, b.comms) {
		return false
	}
	for i, slot := range a.slots {
		if v, ok := b.get(slot); !ok || v != a.vals[i] {
			return false
		}
	}
	for slot, list := range b.lists {
		if !slices.Equal(list, a.lists[slot]) {
			return false
		}
	}
	return true
}

func itemDelete(c *call) (any, error) {
	t, r, err := item(c, rightDelete)
	if err != nil {
		return nil, err
	}
	c.destroy(t, r)
	return []any{}, nil
}

func itemList(c *call) (any, error) {
	t, err := itemTable(c)
	if err != nil {
		return nil, err
	}
	find := func(name string) (*field, string, bool) {
		f, _, ok := t.schema.byItem(name)
		if !ok || f.item == "" {
			return nil, "", false
		}
		return f, f.code, true
	}
	filter, order := &Map{}, &Map{}
	for name, into := range map[string]**Map{"filter": &filter, "order": &order} {
		v, ok := c.params.Get(name)
		if m, isMap := asMap(v); isMap {
			*into = m
		} else if ok && v != nil && str(v) != "" {
			return nil, notArray(name)
		}
	}
	g, err := c.itemFilter(filter, find, 0)
	if err != nil {
		return nil, err
	}
	var keys []ordering
	for name, direction := range order.All {
		f, code, ok := find(name)
		if !ok {
			return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid order: field '"+name+"' is not allowed in order")
		}
		up := strings.ToUpper(str(direction))
		if up != "ASC" && up != "DESC" {
			return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid order: allowed sort directions are ASC, DESC. But got '"+str(direction)+"' for field '"+name+"'")
		}
		keys = append(keys, ordering{code, formOf(f), up == "DESC"})
	}
	start := 0
	if v, ok := c.params.Get("start"); ok {
		start = num(v)
	}
	shown := c.pageOf(t, g, keys, start)
	selected := c.itemSelection(t)
	rows := make([]any, 0, len(shown))
	for _, id := range shown {
		r, _ := t.rows.get(id)
		c.seen(t, r)
		rows = append(rows, c.showItem(t, r, selected))
	}
	return M("items", rows), nil
}

// itemSelection reads «select» of crm.item.list; nil means everything. «fm» cannot be
// named: only «*» returns it.
func (c *call) itemSelection(t *table) map[string]bool {
	v, _ := c.params.Get("select")
	names, _ := asList(v)
	out := map[string]bool{"ID": true}
	for _, n := range names {
		name := str(n)
		if name == "*" {
			return nil
		}
		if strings.EqualFold(name, "uf_*") || strings.EqualFold(name, "ufCrm*") {
			for _, f := range t.schema.fields {
				if f.user != nil {
					out[f.code] = true
				}
			}
			continue
		}
		if f, _, ok := t.schema.byItem(name); ok {
			out[f.code] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	return out
}

// showItem writes a card as universal methods do: numbers as numbers, lists as lists.
func (c *call) showItem(t *table, r *record, selected map[string]bool) *Map {
	hidden := c.hidden(t.kind.name)
	out := &Map{entries: make([]entry, 0, len(t.schema.fields)+indexFrom)}
	for slot, f := range t.schema.fields {
		if f.gone || f.item == "" || hidden[f.code] || (selected != nil && !selected[f.code]) {
			continue
		}
		out.push(c.itemKey(f), itemValue(f, r, uint16(slot)))
	}
	if selected == nil {
		out.Set("observers", []any{})
		out.Set("entityTypeId", t.kind.typeID)
		if _, _, has := t.schema.byCode("PHONE"); has && !hidden["PHONE"] {
			c.showComms(r, out)
		}
	}
	return out
}

// showComms writes phones and mail addresses: as «fm» and flat.
func (c *call) showComms(r *record, out *Map) {
	fm := []any{}
	flat := map[string][]string{}
	for _, m := range r.comms {
		fm = append(fm, M("id", m.id, "typeId", m.typ, "valueType", m.kind, "value", m.value))
		low := strings.ToLower(m.typ)
		if low == "phone" || low == "email" || low == "im" || low == "web" {
			flat[low] = append(flat[low], m.value)
			sub := low + strings.ToUpper(m.kind[:1]) + strings.ToLower(m.kind[1:])
			flat[sub] = append(flat[sub], m.value)
		}
	}
	out.Set("fm", fm)
	for _, name := range []string{"phone", "phoneWork", "phoneMobile", "email", "emailWork", "emailHome", "imOpenline"} {
		out.Set(name, orNil(strings.Join(flat[name], ", ")))
	}
}

func itemValue(f *field, r *record, slot uint16) any {
	if f.code == "ID" {
		return r.id
	}
	if f.multiple {
		list := []any{}
		for _, v := range r.lists[slot] {
			list = append(list, itemScalar(f, v))
		}
		return list
	}
	v, ok := r.get(slot)
	if !ok {
		switch {
		case f.code == "COMPANY_ID" || f.code == "CONTACT_ID" || f.code == "CATEGORY_ID" || f.code == "OPPORTUNITY":
			return 0
		case f.typ == "char":
			return "N"
		case f.user != nil && f.typ == "boolean":
			return "N"
		}
		return nil
	}
	return itemScalar(f, v)
}

func itemScalar(f *field, v string) any {
	switch {
	case f.typ == "boolean":
		return yn(v == "1")
	case f.typ == "enumeration":
		if n := num(v); n > 0 {
			return n
		}
	case f.number():
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return json.Number(strconv.FormatFloat(n, 'f', -1, 64))
		}
	}
	return v
}
