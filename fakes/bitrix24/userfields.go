package bitrix24

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"progon"
)

// userFieldMethods are crm.*.userfield.*. Page: crm/universal/user-defined-fields and the
// pages of each kind.
func userFieldMethods() []*method {
	var out []*method
	for _, k := range kinds() {
		in := func(run func(*call, *kind) (any, error)) func(*call) (any, error) {
			return func(c *call) (any, error) { return run(c, k) }
		}
		name := "crm." + k.name + ".userfield."
		out = append(out,
			&method{name: name + "add", scope: "crm", run: in(userFieldAdd)},
			&method{name: name + "get", scope: "crm", run: in(userFieldGet)},
			&method{name: name + "list", scope: "crm", run: in(userFieldList)},
			&method{name: name + "update", scope: "crm", run: in(userFieldUpdate)},
			&method{name: name + "delete", scope: "crm", run: in(userFieldDelete)})
	}
	return append(out,
		&method{name: "crm.userfield.types", scope: "crm", run: func(*call) (any, error) {
			rows := []any{}
			for _, t := range userFieldTypes() {
				rows = append(rows, M("ID", t, "title", t))
			}
			return rows, nil
		}})
}

func userFieldTypes() []string {
	return []string{"string", "integer", "double", "boolean", "enumeration", "date", "datetime", "money", "url",
		"address", "file", "employee", "crm", "crm_status", "iblock_section", "iblock_element"}
}

func goodFieldName(name string) bool {
	return len(name) <= 50 && regexp.MustCompile(`^UF_CRM_[A-Z0-9_]+$`).MatchString(name)
}

// addUserField gives a kind of card one more field. The description is in the form of
// crm.*.userfield.add.
func (s *Server) addUserField(k *kind, fields *Map) (int, *apiError) {
	get := func(name string) string { v, _ := fields.Fold(name); return str(v) }
	name, typ := strings.ToUpper(get("FIELD_NAME")), strings.ToLower(get("USER_TYPE_ID"))
	switch {
	case name == "":
		return 0, classic("The 'FIELD_NAME' field is not found.")
	case typ == "":
		return 0, classic("The 'USER_TYPE_ID' field is not found.")
	}
	if !strings.HasPrefix(name, "UF_CRM_") {
		name = "UF_CRM_" + name
	}
	t := s.state.tables[k.name]
	switch _, _, exists := t.schema.byCode(name); {
	case !goodFieldName(name):
		return 0, refusal(400, "ERROR_CORE", "Название поля может содержать только латинские буквы, цифры и знак подчёркивания.")
	case !slices.Contains(userFieldTypes(), typ):
		return 0, refusal(400, "ERROR_CORE", "Указан неверный пользовательский тип.")
	case exists:
		return 0, refusal(400, "ERROR_CORE", "Поле "+name+" для объекта CRM_"+strings.ToUpper(k.name)+" уже существует.")
	}
	title := name
	for _, label := range []string{"LABEL", "EDIT_FORM_LABEL", "LIST_COLUMN_LABEL"} {
		v, _ := fields.Fold(label)
		if m, ok := asMap(v); ok {
			v, _ = m.Fold("ru")
		}
		if str(v) != "" {
			title = str(v)
			break
		}
	}
	doc := M("ENTITY_ID", "CRM_"+strings.ToUpper(k.name), "FIELD_NAME", name, "USER_TYPE_ID", typ,
		"XML_ID", orNil(get("XML_ID")), "SORT", strconv.Itoa(max(num(get("SORT")), 100)), "MULTIPLE", yn(flag(get("MULTIPLE"))),
		"MANDATORY", yn(flag(get("MANDATORY"))), "SHOW_FILTER", "E", "SHOW_IN_LIST", "Y", "EDIT_IN_LIST", "Y",
		"IS_SEARCHABLE", "N", "TITLE", title)
	settings, ok := fields.Fold("SETTINGS")
	if !ok {
		settings = &Map{}
	}
	doc.Set("SETTINGS", settings)
	if typ == "enumeration" {
		doc.Set("LIST", s.enumItems(fields, nil))
	}
	id := s.state.docs("userfield").add(doc)
	doc, _ = s.state.docs("userfield").get(id)
	t.schema = t.schema.with(userField(doc))
	return id, nil
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// enumItems reads the items of a list field; new ones get ids that are unique in the
// portal, as the portal gives them.
func (s *Server) enumItems(fields *Map, before []any) []any {
	given, _ := fields.Fold("LIST")
	list, _ := asList(given)
	out := slices.Clone(before)
	for _, item := range list {
		m, ok := asMap(item)
		if !ok {
			m = M("VALUE", str(item))
		}
		get := func(name string) string { v, _ := m.Fold(name); return str(v) }
		if id := get("ID"); id != "" {
			at := slices.IndexFunc(out, func(x any) bool { v, _ := x.(*Map).Get("ID"); return str(v) == id })
			switch {
			case at >= 0 && strings.EqualFold(get("DEL"), "Y"):
				out = slices.Delete(out, at, at+1)
				continue
			case at >= 0:
				changed := out[at].(*Map).clone()
				for k, v := range m.All {
					changed.Set(strings.ToUpper(k), str(v))
				}
				out[at] = changed
				continue
			}
			if n := num(id); n > s.state.docs("enum").rows.last {
				s.state.docs("enum").add(M("ID", id))
			}
			out = append(out, M("ID", id, "SORT", orText(get("SORT"), "500"), "VALUE", get("VALUE"), "DEF", yn(flag(get("DEF"))), "XML_ID", get("XML_ID")))
			continue
		}
		id := s.state.docs("enum").add(&Map{})
		out = append(out, M("ID", strconv.Itoa(id), "SORT", orText(get("SORT"), "500"), "VALUE", get("VALUE"), "DEF", yn(flag(get("DEF"))), "XML_ID", get("XML_ID")))
	}
	if out == nil {
		out = []any{}
	}
	return out
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// userField makes the field of a card from the description of a user field.
func userField(doc *Map) *field {
	get := func(name string) string { v, _ := doc.Get(name); return str(v) }
	f := &field{code: get("FIELD_NAME"), typ: get("USER_TYPE_ID"), title: get("TITLE"), item: itemName(get("FIELD_NAME")),
		required: get("MANDATORY") == "Y", multiple: get("MULTIPLE") == "Y", user: doc}
	if f.typ == "employee" {
		f.typ = "user"
	}
	if f.typ == "boolean" {
		f.empty = "0"
	} else {
		f.empty = ""
	}
	if f.typ == "enumeration" || f.typ == "file" || f.date() {
		f.empty = nil
	}
	if f.date() {
		f.empty = ""
	}
	return f
}

func userFieldAdd(c *call, k *kind) (any, error) {
	if admin, _ := c.who.Get("ADMIN"); !flag(admin) {
		return nil, classic("Access denied.")
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	id, refused := c.addUserField(k, fields)
	if refused != nil {
		return nil, refused
	}
	doc, _ := c.state.docs("userfield").get(id)
	c.changed(docEffect(progon.Created, "userfield", id, doc))
	return id, nil
}

func (c *call) userField(k *kind) (*Map, int, error) {
	id := c.id("id")
	if id <= 0 {
		return nil, 0, classic("ID is not defined or invalid.")
	}
	doc, ok := c.state.docs("userfield").get(id)
	if entity, _ := doc.Get("ENTITY_ID"); !ok || str(entity) != "CRM_"+strings.ToUpper(k.name) {
		return nil, 0, refusal(400, "ERROR_NOT_FOUND", "The entity with ID '"+strconv.Itoa(id)+"' is not found.")
	}
	return doc, id, nil
}

func userFieldGet(c *call, k *kind) (any, error) {
	doc, _, err := c.userField(k)
	if err != nil {
		return nil, err
	}
	return shownUserField(doc, true, func(title any) any { return M("ru", title, "en", title) }), nil
}

// shownUserField writes a user field; labels are shown only where they are asked for.
func shownUserField(doc *Map, labels bool, label func(title any) any) *Map {
	out := &Map{}
	title, _ := doc.Get("TITLE")
	for k, v := range doc.All {
		if k != "TITLE" {
			out.Set(k, v)
		}
	}
	if labels {
		for _, name := range []string{"EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"} {
			out.Set(name, label(title))
		}
	}
	return out
}

func userFieldList(c *call, k *kind) (any, error) {
	own := c.condition(opEqual, nil, "ENTITY_ID", "CRM_"+strings.ToUpper(k.name))
	filter, _ := c.mapping("filter")
	_, labels := filter.Fold("LANG")
	if labels {
		stripped := &Map{}
		for key, v := range filter.All {
			if !strings.EqualFold(key, "LANG") {
				stripped.Set(key, v)
			}
		}
		c.params = c.params.clone()
		for _, e := range c.params.entries {
			if strings.EqualFold(e.key, "filter") {
				c.params.Set(e.key, stripped)
			}
		}
	}
	rows, err := c.wholeList("userfield", &group{conds: []cond{own}})
	if err != nil {
		return nil, err
	}
	list := rows.([]any)
	for i := range list {
		list[i] = shownUserField(list[i].(*Map), labels, func(title any) any { return title })
	}
	return list, nil
}

func userFieldUpdate(c *call, k *kind) (any, error) {
	doc, id, err := c.userField(k)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	for _, name := range []string{"MANDATORY", "SORT", "XML_ID", "SETTINGS"} {
		if v, ok := fields.Fold(name); ok {
			doc.Set(name, v)
		}
	}
	if label, ok := fields.Fold("EDIT_FORM_LABEL"); ok {
		if m, many := asMap(label); many {
			label, _ = m.Fold("ru")
		}
		doc.Set("TITLE", str(label))
	}
	if _, ok := fields.Fold("LIST"); ok {
		before, _ := doc.Get("LIST")
		list, _ := asList(before)
		doc.Set("LIST", c.enumItems(fields, list))
	}
	c.state.docs("userfield").rows.put(id, doc)
	t := c.tableOf(k)
	t.schema = t.schema.with(userField(doc))
	c.changed(docEffect(progon.Updated, "userfield", id, doc))
	return true, nil
}

func userFieldDelete(c *call, k *kind) (any, error) {
	doc, id, err := c.userField(k)
	if err != nil {
		return nil, err
	}
	c.state.docs("userfield").rows.remove(id)
	f := userField(doc)
	f.gone = true
	t := c.tableOf(k)
	t.schema = t.schema.with(f)
	c.changed(docEffect(progon.Deleted, "userfield", id, doc))
	return true, nil
}
