package bitrix24

import (
	"strconv"
	"strings"
	"time"

	"progon"
)

// cardMethods are crm.{lead,deal,contact,company}.*: the classic way to the cards.
// Pages: crm/leads, crm/deals, crm/contacts, crm/companies of the vendor's documentation.
func (s *Server) cardMethods() []*method {
	var out []*method
	for _, k := range s.kinds {
		in := func(run func(*call, *kind) (any, error)) func(*call) (any, error) {
			return func(c *call) (any, error) { return run(c, k) }
		}
		name := "crm." + k.name + "."
		out = append(out,
			&method{name: name + "fields", scope: "crm", run: in(cardFields)},
			&method{name: name + "add", scope: "crm", run: in(cardAdd)},
			&method{name: name + "get", scope: "crm", run: in(cardGet)},
			&method{name: name + "list", scope: "crm", run: in(cardList)},
			&method{name: name + "update", scope: "crm", run: in(cardUpdate)},
			&method{name: name + "delete", scope: "crm", run: in(cardDelete)})
	}
	return append(out, &method{name: "crm.duplicate.findbycomm", scope: "crm", run: findByComm},
		&method{name: "crm.settings.mode.get", scope: "crm", run: func(c *call) (any, error) { return c.state.portal.mode, nil }})
}

func (c *call) tableOf(k *kind) *table { return c.state.tables[k.name] }

func cardFields(c *call, k *kind) (any, error) {
	out := &Map{}
	for _, f := range c.tableOf(k).schema.fields {
		if !f.gone {
			out.Set(f.code, describe(f))
		}
	}
	return out, nil
}

func describe(f *field) *Map {
	m := M("type", f.typ, "isRequired", f.required, "isReadOnly", f.readOnly, "isImmutable", f.immutable,
		"isMultiple", f.multiple, "isDynamic", f.user != nil)
	if f.status != "" {
		m.Set("statusType", f.status)
	}
	if f.code == "CONTACT_ID" {
		m.Set("isDeprecated", true)
	}
	title := f.title
	if f.user != nil {
		title = f.code
		if list, ok := f.user.Get("LIST"); ok {
			m.Set("items", list)
		}
		m.Set("listLabel", f.title)
		m.Set("formLabel", f.title)
		m.Set("filterLabel", f.title)
	}
	m.Set("title", title)
	return m
}

func cardAdd(c *call, k *kind) (any, error) {
	if err := c.may(k.name, rightAdd, nil); err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	r, err := c.create(c.tableOf(k), c.writable(k.name, fields), c.grant.user)
	if err != nil {
		return nil, err
	}
	c.changed(c.tableOf(k).effect(progon.Created, r))
	return r.id, c.settle(c.tableOf(k), r)
}

func fieldsParam(c *call) (*Map, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, classic("Parameter 'fields' must be array.")
	}
	if v, given := c.param("params"); given {
		if _, ok := asMap(v); !ok {
			return nil, classic("Parameter 'params' must be array.")
		}
	}
	return fields, nil
}

// create puts a new card into a table, with everything that the portal adds by itself.
func (s *Server) create(t *table, fields *Map, by int) (*record, error) {
	const usual = 28 // values of a usual card
	r := &record{id: t.rows.last + 1, slots: make([]uint16, 0, usual), vals: make([]string, 0, usual)}
	if given, ok := fields.Get("ID"); ok && by == 0 && num(given) > 0 && num(given) < maxID {
		r.id = num(given) // only a seed may choose
	}
	if err := s.fill(t, r, fields, by == 0); err != nil {
		return nil, err
	}
	for _, f := range t.schema.fields {
		if f.required && f.user != nil && len(t.values(r, f.code)) == 0 {
			return nil, refusal(400, "ERROR_CORE", "Не заполнено обязательное поле «"+f.title+"»")
		}
	}
	now, caller := s.iso(s.clock()), strconv.Itoa(max(by, 1))
	for _, d := range []struct{ code, value string }{
		{"ASSIGNED_BY_ID", caller}, {"CREATED_BY_ID", caller}, {"MODIFY_BY_ID", caller}, {"LAST_ACTIVITY_BY", caller},
		{"DATE_CREATE", now}, {"DATE_MODIFY", now}, {"LAST_ACTIVITY_TIME", now}, {"OPENED", "Y"},
		{"CURRENCY_ID", s.state.portal.currency}, {"MOVED_BY_ID", caller}, {"MOVED_TIME", now},
	} {
		if t.text(r, d.code) == "" {
			t.put(r, d.code, d.value)
		}
	}
	if _, _, has := t.schema.byCode("TITLE"); has && t.text(r, "TITLE") == "" {
		t.put(r, "TITLE", t.kind.title+" #"+strconv.Itoa(r.id))
	}
	if t.kind.name == "deal" {
		today := s.midnight(s.clock())
		for code, day := range map[string]time.Time{"BEGINDATE": today, "CLOSEDATE": today.AddDate(0, 0, 7)} {
			if t.text(r, code) == "" {
				t.put(r, code, s.iso(day))
			}
		}
		if t.text(r, "CATEGORY_ID") == "" {
			t.put(r, "CATEGORY_ID", "0")
		}
	}
	if t.kind.stage != "" && t.text(r, t.kind.stage) == "" {
		t.put(r, t.kind.stage, s.firstStage(t, r))
	}
	s.derive(t, r, "")
	r.trim()
	t.rows.put(r.id, r)
	s.stageMoved(t, r, "")
	return r, nil
}

func (s *Server) midnight(t time.Time) time.Time {
	y, m, d := t.In(s.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.zone)
}

// derive sets what follows from other fields.
func (s *Server) derive(t *table, r *record, stageBefore string) {
	if t.kind.stage != "" {
		stage := t.text(r, t.kind.stage)
		meaning := s.meaning(t, r)
		semantic := "STATUS_SEMANTIC_ID"
		if t.kind.name == "deal" {
			semantic = "STAGE_SEMANTIC_ID"
			t.put(r, "CLOSED", yn(meaning != "P"))
		}
		t.put(r, semantic, meaning)
		if meaning != "P" && t.text(r, "DATE_CLOSED") == "" {
			t.put(r, "DATE_CLOSED", s.iso(s.clock()))
		} else if meaning == "P" {
			t.put(r, "DATE_CLOSED", "")
		}
		if stageBefore != "" && stageBefore != stage {
			t.put(r, "MOVED_TIME", s.iso(s.clock()))
		}
		known := t.text(r, "CONTACT_ID") + t.text(r, "COMPANY_ID")
		t.put(r, "IS_RETURN_CUSTOMER", yn(strings.Trim(known, "0") != ""))
	}
	for code, typ := range map[string]string{"HAS_PHONE": "PHONE", "HAS_EMAIL": "EMAIL"} {
		if _, _, has := t.schema.byCode(code); has {
			t.put(r, code, yn(len(t.values(r, typ)) > 0))
		}
	}
	if _, _, has := t.schema.byCode("HAS_IMOL"); has {
		imol := false
		for _, v := range t.values(r, "IM") {
			imol = imol || strings.HasPrefix(v, "imol|")
		}
		t.put(r, "HAS_IMOL", yn(imol))
	}
}

// cardByID finds the card that a call names, if the caller may do that with it.
func cardByID(c *call, k *kind, notFound string, want right) (*record, error) {
	id := c.id("id")
	if id <= 0 {
		return nil, classic("ID is not defined or invalid.")
	}
	r, ok := c.tableOf(k).rows.get(id)
	if !ok {
		return nil, classic(notFound)
	}
	return r, c.may(k.name, want, c.ownerOf(k, r))
}

func cardGet(c *call, k *kind) (any, error) {
	r, err := cardByID(c, k, "Not found", rightRead)
	if err != nil {
		return nil, err
	}
	t := c.tableOf(k)
	c.seen(t, r)
	return c.show(t, r, nil), nil
}

func cardUpdate(c *call, k *kind) (any, error) {
	r, err := cardByID(c, k, k.gone, rightUpdate)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	if fields.Len() == 0 {
		return true, nil
	}
	t := c.tableOf(k)
	next, err := c.change(t, r, c.writable(k.name, fields), c.grant.user)
	if err != nil {
		return nil, err
	}
	c.changed(t.effect(progon.Updated, next))
	return true, nil
}

// change puts new values into a card.
func (s *Server) change(t *table, r *record, fields *Map, by int) (*record, error) {
	next := r.clone()
	before := ""
	if t.kind.stage != "" {
		before = t.text(r, t.kind.stage)
	}
	if err := s.fill(t, next, fields, by == 0); err != nil {
		return nil, err
	}
	now, caller := s.iso(s.clock()), strconv.Itoa(max(by, 1))
	t.put(next, "DATE_MODIFY", now)
	t.put(next, "MODIFY_BY_ID", caller)
	t.put(next, "LAST_ACTIVITY_TIME", now)
	if t.kind.stage != "" && t.text(next, t.kind.stage) != before {
		t.put(next, "MOVED_BY_ID", caller)
	}
	s.derive(t, next, before)
	next.trim()
	t.rows.put(next.id, next)
	s.stageMoved(t, next, before)
	return next, nil
}

func cardDelete(c *call, k *kind) (any, error) {
	r, err := cardByID(c, k, k.undel, rightDelete)
	if err != nil {
		return nil, err
	}
	c.destroy(c.tableOf(k), r)
	return true, nil
}

// destroy takes a card away together with what hangs on it.
func (c *call) destroy(t *table, r *record) {
	c.effects = append(c.effects, c.removeCard(t, r)...)
}

func (s *Server) removeCard(t *table, r *record) []progon.Effect {
	effects := []progon.Effect{t.effect(progon.Deleted, r)}
	t.rows.remove(r.id)
	s.state.docs("products:" + t.kind.name).rows.remove(r.id)
	for name, owner := range map[string][2]string{"comment": {"ENTITY_TYPE", "ENTITY_ID"}, "activity": {"OWNER_TYPE_ID", "OWNER_ID"}} {
		list := s.state.docs(name)
		for id, doc := range list.rows.all {
			kind, _ := doc.Get(owner[0])
			at, _ := doc.Get(owner[1])
			k, ok := s.kindOf(str(kind))
			if ok && k == t.kind && num(at) == r.id {
				effects = append(effects, docEffect(progon.Deleted, name, id, doc, t.kind.name+":"+strconv.Itoa(r.id)))
				list.rows.remove(id)
			}
		}
	}
	return effects
}

func cardList(c *call, k *kind) (any, error) {
	if err := c.may(k.name, rightRead, nil); err != nil {
		return nil, err
	}
	t := c.tableOf(k)
	ids, err := classicPage(c, t)
	if err != nil {
		return nil, err
	}
	selected := c.selection(t)
	rows := make([]any, 0, len(ids))
	for _, id := range ids {
		r, _ := t.rows.get(id)
		c.seen(t, r)
		rows = append(rows, c.show(t, r, selected))
	}
	return rows, nil
}

// classicPage reads filter, order and start, and returns the ids of one page.
func classicPage(c *call, t *table) ([]int, error) {
	filter, order := &Map{}, &Map{}
	for name, into := range map[string]**Map{"filter": &filter, "order": &order} {
		v, given := c.param(name)
		if m, ok := asMap(v); ok {
			*into = m
		} else if given && v != nil && str(v) != "" {
			return nil, classic("Parameter '" + name + "' must be array.")
		}
	}
	find := func(name string) (*field, string, bool) {
		f, _, ok := t.schema.byCode(name)
		if !ok {
			return nil, "", false
		}
		return f, f.code, true
	}
	var keys []ordering
	for name, direction := range order.All {
		if f, code, ok := find(name); ok {
			keys = append(keys, ordering{code, formOf(f), strings.EqualFold(str(direction), "desc")})
		}
	}
	return c.pageOf(t, c.classicFilter(filter, find), keys, c.start()), nil
}

// selection reads «select»: nil means the default, all ordinary fields and user fields.
func (c *call) selection(t *table) map[string]bool {
	v, ok := c.param("select")
	names, many := asList(v)
	if !ok || !many || len(names) == 0 {
		names = []any{"*", "UF_*"}
	}
	out := map[string]bool{"ID": true}
	for _, n := range names {
		switch name := strings.ToUpper(str(n)); name {
		case "*", "UF_*":
			for _, f := range t.schema.fields {
				if (f.user != nil) == (name == "UF_*") && f.typ != "crm_multifield" && !writeOnly(f) {
					out[f.code] = true
				}
			}
		default:
			out[name] = true
		}
	}
	return out
}

// show writes a card as classic methods do: texts for everything, null for nothing.
// selected nil means all fields, with multifields that have values.
func (c *call) show(t *table, r *record, selected map[string]bool) *Map {
	hidden := c.hidden(t.kind.name)
	out := &Map{entries: make([]entry, 0, len(t.schema.fields))}
	for slot, f := range t.schema.fields {
		if f.gone || hidden[f.code] || (selected != nil && !selected[f.code]) || writeOnly(f) {
			continue
		}
		switch {
		case f.code == "ID":
			out.push("ID", strconv.Itoa(r.id))
		case f.typ == "crm_multifield":
			if list := multifield(r, f.code); len(list) > 0 {
				out.push(f.code, list)
			}
		case f.multiple:
			list := make([]any, 0)
			for _, v := range r.lists[uint16(slot)] {
				list = append(list, v)
			}
			if len(list) == 0 && f.user != nil {
				out.push(f.code, false) // what the portal shows for an empty multiple user field
				continue
			}
			out.push(f.code, list)
		default:
			if v, ok := r.get(uint16(slot)); ok {
				out.push(f.code, v)
			} else {
				out.push(f.code, f.empty)
			}
		}
	}
	return out
}

// writeOnly tells of lists of links: they are read by the methods of the links.
func writeOnly(f *field) bool {
	return f.multiple && (f.typ == "crm_contact" || f.typ == "crm_company") && f.user == nil
}

func multifield(r *record, typ string) []any {
	var list []any
	for _, m := range r.comms {
		if m.typ == typ {
			list = append(list, M("ID", strconv.Itoa(m.id), "VALUE_TYPE", m.kind, "VALUE", m.value, "TYPE_ID", m.typ))
		}
	}
	return list
}
