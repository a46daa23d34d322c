package bitrix24

import (
	"sort"
	"strconv"
	"strings"
)

// userMethods are users and departments. Pages: user, departments.
func userMethods() []*method {
	return []*method{
		{name: "user.current", scope: "user|user_basic|user_brief", run: userCurrent},
		{name: "user.get", scope: "user|user_basic|user_brief", run: userGet},
		{name: "user.search", scope: "user|user_basic|user_brief", run: userSearch},
		{name: "user.fields", scope: "user|user_basic|user_brief", run: userFieldNames},
		{name: "user.admin", run: func(c *call) (any, error) { return flag(first(c.who, "ADMIN")), nil }},
		{name: "user.access", run: func(*call) (any, error) { return true, nil }, level: "форма"},
		{name: "profile", run: profile},
		{name: "department.get", scope: "department", run: departmentGet},
		{name: "department.fields", scope: "department", run: departmentFields},
		{name: "department.add", scope: "department", run: departmentAdd},
	}
}

// newUser is a user with everything that user.get shows. ROLES and ADMIN are the fake's
// own and never shown.
func newUser(given *Map, now string) *Map {
	doc := M("ID", "", "XML_ID", "", "ACTIVE", true, "NAME", "", "LAST_NAME", "", "SECOND_NAME", "", "EMAIL", "", "LAST_LOGIN", now,
		"DATE_REGISTER", now, "TIME_ZONE", "", "IS_ONLINE", "Y", "TIMESTAMP_X", raw("{}"), "LAST_ACTIVITY_DATE", raw("{}"),
		"PERSONAL_GENDER", "", "PERSONAL_BIRTHDAY", "", "PERSONAL_WWW", "", "PERSONAL_CITY", "", "PERSONAL_MOBILE", "", "WORK_PHONE", "", "WORK_POSITION", "",
		"UF_DEPARTMENT", []any{1}, "USER_TYPE", "employee")
	for k, v := range given.All {
		doc.Set(k, v)
	}
	return doc
}

func fullName(user *Map) string {
	return strings.TrimSpace(str(first(user, "NAME")) + " " + str(first(user, "LAST_NAME")))
}

// shownUser keeps what the caller's scopes let through.
func (c *call) shownUser(doc *Map) *Map {
	out := &Map{}
	brief := c.grant.scopes != nil && !c.grant.scopes["user"] && !c.grant.scopes["user_basic"]
	for k, v := range doc.All {
		switch {
		case k == "ROLES" || k == "ADMIN":
			continue
		case brief && (k == "EMAIL" || k == "PERSONAL_MOBILE" || k == "WORK_PHONE" || k == "PERSONAL_BIRTHDAY"):
			continue
		}
		out.Set(k, v)
	}
	return out
}

func userCurrent(c *call) (any, error) {
	out := c.shownUser(c.who)
	out.Set("TIMESTAMP_X", c.now.In(c.zone).Format("02.01.2006 15:04:05"))
	out.Set("LAST_ACTIVITY_DATE", c.now.In(c.zone).Format("2006-01-02 15:04:05"))
	return out, nil
}

func userGet(c *call) (any, error) {
	filter, ok := c.mapping("filter")
	if !ok {
		filter = &Map{}
	}
	filter = filter.clone()
	for k, v := range c.params.All { // bare fields at the top level filter too
		up := strings.ToUpper(k)
		_, o := splitKey(up)
		if _, known := newUser(nil, "").Get(o); known {
			filter.Set(up, v)
		}
	}
	return c.users(filter)
}

func userSearch(c *call) (any, error) {
	filter, ok := c.mapping("filter")
	if !ok {
		filter = c.params
	}
	loose := &Map{}
	find := ""
	for k, v := range filter.All {
		switch up := strings.ToUpper(strings.TrimPrefix(k, "%")); up {
		case "FIND", "NAME_SEARCH":
			find = strings.ToLower(str(v))
		case "NAME", "LAST_NAME", "WORK_POSITION":
			loose.Set("%"+up, v)
		case "ACTIVE", "ID", "UF_DEPARTMENT":
			loose.Set(up, v)
		}
	}
	rows, err := c.users(loose)
	if err != nil || find == "" {
		return rows, err
	}
	kept := []any{}
	for _, row := range rows.([]any) {
		if strings.Contains(strings.ToLower(fullName(row.(*Map))), find) {
			kept = append(kept, row)
		}
	}
	n := len(kept)
	c.total, c.next = &n, nil
	return kept, nil
}

func (c *call) users(filter *Map) (any, error) {
	list := c.state.docs("user")
	ids := c.findDocs(list, c.classicFilter(filter, c.docField))
	kept := ids[:0]
	for _, id := range ids {
		doc, _ := list.get(id)
		if str(first(doc, "USER_TYPE")) == "employee" {
			kept = append(kept, id)
		}
	}
	field := strings.ToUpper(c.text("sort"))
	if v, ok := c.param("sort"); !ok || field == "" || v == nil {
		field = "ID"
	}
	f, _, _ := c.docField(field)
	arrange(kept, []ordering{{field, formOf(f), strings.EqualFold(c.text("order"), "desc")}}, func(id int, code string) string {
		doc, _ := list.get(id)
		return str(first(doc, code))
	}, c.canon)
	shown, total, next := page(kept, c.start())
	c.list(total, next)
	rows := []any{}
	for _, id := range shown {
		doc, _ := list.get(id)
		rows = append(rows, c.shownUser(doc))
	}
	return rows, nil
}

func userFieldNames(*call) (any, error) {
	out := &Map{}
	for k := range newUser(nil, "").All {
		out.Set(k, k)
	}
	return out, nil
}

func profile(c *call) (any, error) {
	return M("ID", first(c.who, "ID"), "ADMIN", flag(first(c.who, "ADMIN")), "NAME", first(c.who, "NAME"),
		"LAST_NAME", first(c.who, "LAST_NAME"), "PERSONAL_GENDER", first(c.who, "PERSONAL_GENDER"), "TIME_ZONE", first(c.who, "TIME_ZONE")), nil
}

func departmentGet(c *call) (any, error) {
	filter := &Map{}
	for k, v := range c.params.All {
		switch up := strings.ToUpper(k); up {
		case "ID", "NAME", "SORT", "PARENT", "UF_HEAD":
			filter.Set(up, v)
		}
	}
	list := c.state.docs("department")
	ids := c.findDocs(list, c.classicFilter(filter, c.docField))
	if field := strings.ToUpper(c.text("sort")); field != "" {
		f, _, _ := c.docField(field)
		arrange(ids, []ordering{{field, formOf(f), strings.EqualFold(c.text("order"), "desc")}}, func(id int, code string) string {
			doc, _ := list.get(id)
			return str(first(doc, code))
		}, c.canon)
	}
	shown, total, next := page(ids, c.start())
	c.list(total, next)
	rows := []any{}
	for _, id := range shown {
		doc, _ := list.get(id)
		rows = append(rows, doc)
	}
	return rows, nil
}

func departmentFields(*call) (any, error) {
	return M("ID", "ID", "NAME", "Название подразделения", "SORT", "Поле сортировки", "PARENT", "Вышестоящее подразделение", "UF_HEAD", "Руководитель"), nil
}

func departmentAdd(c *call) (any, error) {
	if c.text("NAME") == "" {
		return nil, refusal(400, "ERROR_CORE", "Не указано название подразделения.")
	}
	return c.state.docs("department").add(M("NAME", c.text("NAME"), "SORT", max(c.id("SORT"), 500),
		"PARENT", c.text("PARENT"), "UF_HEAD", c.text("UF_HEAD"))), nil
}

// userNamed finds a user by id, by name or by role.
func (st *state) userNamed(name string) (*Map, bool) {
	if doc, ok := st.docs("user").get(num(name)); ok {
		return doc, true
	}
	for _, doc := range st.docs("user").rows.all {
		if strings.EqualFold(fullName(doc), name) || strings.EqualFold(str(first(doc, "NAME")), name) {
			return doc, true
		}
	}
	for _, doc := range st.docs("user").rows.all {
		roles, _ := asList(first(doc, "ROLES"))
		for _, role := range roles {
			if strings.EqualFold(str(role), name) {
				return doc, true
			}
		}
	}
	return nil, false
}

// Names gives what people see for the ids that cards hold: field code → id → name.
func (s *Server) Names() map[string]map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]map[string]string{}
	put := func(code, id, name string) {
		if out[code] == nil {
			out[code] = map[string]string{}
		}
		out[code][id] = name
	}
	for id, doc := range s.state.docs("user").rows.all {
		for _, code := range []string{"ASSIGNED_BY_ID", "CREATED_BY_ID", "MODIFY_BY_ID", "RESPONSIBLE_ID", "OPERATOR_ID", "AUTHOR_ID"} {
			put(code, strconv.Itoa(id), fullName(doc))
		}
	}
	for _, row := range s.state.docs("status").rows.all {
		id, name := str(first(row, "STATUS_ID")), str(first(row, "NAME"))
		switch entity := str(first(row, "ENTITY_ID")); {
		case entity == "STATUS":
			put("STATUS_ID", id, name)
		case entity == "SOURCE":
			put("SOURCE_ID", id, name)
		case strings.HasPrefix(entity, "DEAL_STAGE"):
			put("STAGE_ID", id, name)
		}
	}
	for _, row := range s.state.docs("category").rows.all {
		put("CATEGORY_ID", str(first(row, "NUMBER")), str(first(row, "NAME")))
	}
	for _, row := range s.state.docs("queue").rows.all {
		put("QUEUE_ID", str(first(row, "ID")), str(first(row, "LINE_NAME")))
	}
	for _, row := range s.state.docs("userfield").rows.all {
		items, _ := asList(first(row, "LIST"))
		for _, item := range items {
			if m, ok := item.(*Map); ok {
				put(str(first(row, "FIELD_NAME")), str(first(m, "ID")), str(first(m, "VALUE")))
			}
		}
	}
	return out
}

// Fields gives the titles of all fields of a kind of card: code → title.
func (s *Server) Fields(entity string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	if t := s.state.tables[entity]; t != nil {
		for _, f := range t.schema.fields {
			if !f.gone {
				out[f.code] = f.title
			}
		}
	}
	return out
}

// allScopes lists the scopes that the portal knows.
func (s *Server) allScopes() []string {
	seen := map[string]bool{}
	var out []string
	for _, m := range s.methods {
		for _, scope := range strings.Split(m.scope, "|") {
			if scope != "" && !seen[scope] {
				seen[scope] = true
				out = append(out, scope)
			}
		}
	}
	sort.Strings(out)
	return out
}
