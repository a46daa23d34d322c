package bitrix24

import (
	"strconv"
	"strings"

	"progon"
)

// activityMethods are crm.activity.* and crm.activity.todo.*.
// Page: crm/timeline/activities of the vendor's documentation.
func activityMethods() []*method {
	todo := func(into ...string) func(*call) (any, error) {
		return func(c *call) (any, error) { return todoUpdate(c, into...) }
	}
	return []*method{
		{name: "crm.activity.fields", scope: "crm", run: activityFields},
		{name: "crm.activity.add", scope: "crm", run: activityAdd},
		{name: "crm.activity.get", scope: "crm", run: activityGet},
		{name: "crm.activity.list", scope: "crm", run: activityList},
		{name: "crm.activity.update", scope: "crm", run: activityUpdate},
		{name: "crm.activity.delete", scope: "crm", run: activityDelete},
		{name: "crm.activity.todo.add", scope: "crm", run: todoAdd},
		{name: "crm.activity.todo.update", scope: "crm", run: todo("deadline", "title", "description", "responsibleId", "colorId")},
		{name: "crm.activity.todo.updateDeadline", scope: "crm", run: todo("deadline", "value")},
		{name: "crm.activity.todo.updateDescription", scope: "crm", run: todo("description", "value")},
		{name: "crm.activity.todo.updateColor", scope: "crm", run: todo("colorId")},
		{name: "crm.activity.todo.updateResponsibleUser", scope: "crm", run: todo("responsibleId")},
		{name: "crm.activity.configurable.add", scope: "crm", run: activityConfigurable},
	}
}

// activityCodes are the fields of an activity, in the order of an answer.
func activityCodes() []string {
	return strings.Fields(`ID OWNER_ID OWNER_TYPE_ID TYPE_ID PROVIDER_ID PROVIDER_TYPE_ID PROVIDER_GROUP_ID ASSOCIATED_ENTITY_ID
		SUBJECT CREATED LAST_UPDATED START_TIME END_TIME DEADLINE COMPLETED STATUS RESPONSIBLE_ID PRIORITY NOTIFY_TYPE
		NOTIFY_VALUE DESCRIPTION DESCRIPTION_TYPE DIRECTION LOCATION SETTINGS ORIGINATOR_ID ORIGIN_ID AUTHOR_ID EDITOR_ID
		PROVIDER_PARAMS PROVIDER_DATA RESULT_MARK RESULT_VALUE RESULT_SUM RESULT_CURRENCY_ID RESULT_STATUS RESULT_STREAM
		RESULT_SOURCE_ID AUTOCOMPLETE_RULE IS_INCOMING_CHANNEL COMMUNICATIONS FILES`)
}

func activityFields(*call) (any, error) {
	out := &Map{}
	for _, code := range activityCodes() {
		typ := "string"
		switch {
		case strings.HasSuffix(code, "_TIME") || code == "DEADLINE" || code == "CREATED" || code == "LAST_UPDATED":
			typ = "datetime"
		case strings.HasSuffix(code, "_ID"):
			typ = "integer"
		}
		out.Set(code, describe(&field{code: code, typ: typ, title: code, readOnly: code == "ID" || code == "CREATED"}))
	}
	return out, nil
}

// newActivity is an activity with everything that the portal sets by itself.
func (c *call) newActivity(t *table, r *record) *Map {
	now, caller := c.iso(c.now), strconv.Itoa(c.grant.user)
	doc := &Map{}
	for _, code := range activityCodes() {
		if code != "COMMUNICATIONS" && code != "FILES" {
			doc.Set(code, nil)
		}
	}
	for _, kv := range [][2]string{
		{"OWNER_ID", strconv.Itoa(r.id)}, {"OWNER_TYPE_ID", strconv.Itoa(t.kind.typeID)}, {"CREATED", now}, {"LAST_UPDATED", now},
		{"COMPLETED", "N"}, {"STATUS", "1"}, {"RESPONSIBLE_ID", caller}, {"PRIORITY", "2"}, {"NOTIFY_TYPE", "0"},
		{"NOTIFY_VALUE", "0"}, {"DESCRIPTION", ""}, {"DESCRIPTION_TYPE", "1"}, {"DIRECTION", "0"}, {"AUTHOR_ID", caller},
		{"EDITOR_ID", caller}, {"ASSOCIATED_ENTITY_ID", "0"}, {"RESULT_MARK", "0"}, {"RESULT_STATUS", "0"},
		{"RESULT_STREAM", "0"}, {"AUTOCOMPLETE_RULE", "0"}, {"IS_INCOMING_CHANNEL", "N"},
	} {
		doc.Set(kv[0], kv[1])
	}
	doc.Set("SETTINGS", &Map{})
	doc.Set("PROVIDER_PARAMS", &Map{})
	return doc
}

func activityAdd(c *call) (any, error) {
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	get := func(name string) any { v, _ := fields.Fold(name); return v }
	typ := num(get("TYPE_ID"))
	switch provider := strings.ToUpper(str(get("PROVIDER_ID"))); {
	case strings.TrimSpace(str(get("SUBJECT"))) == "":
		return nil, classic("The field SUBJECT is not defined or empty")
	case num(get("RESPONSIBLE_ID")) <= 0:
		return nil, classic("The field RESPONSIBLE_ID is not defined or invalid")
	case typ <= 0:
		return nil, classic("The field TYPE_ID is not defined or invalid")
	case typ == 6 && provider == "":
		return nil, classic("The custom activity without provider is not supported in current context")
	case provider == "CONFIGURABLE_REST_APP":
		return nil, classic("Use crm.activity.configurable.add for this activity provider")
	case provider == "REST_APP" && c.grant.app == "":
		return nil, classic("Application context required")
	}
	comms, many := asList(get("COMMUNICATIONS"))
	if (!many || len(comms) == 0) && typ != 6 && typ != 3 {
		return nil, classic("The field COMMUNICATIONS is not defined or invalid")
	}
	kindName, id := get("OWNER_TYPE_ID"), get("OWNER_ID")
	if list, ok := asList(get("BINDINGS")); ok && len(list) > 0 && num(id) == 0 {
		first, _ := asMap(list[0])
		kindName, _ = first.Fold("OWNER_TYPE_ID")
		id, _ = first.Fold("OWNER_ID")
	}
	t, r, ok := c.owner(kindName, id)
	if !ok {
		return nil, classic("Could not find owner.")
	}
	if err := c.may(t.kind.name, rightUpdate, c.ownerOf(t.kind, r)); err != nil {
		return nil, err
	}
	doc := c.newActivity(t, r)
	providers := map[int][2]string{1: {"CRM_MEETING", "MEETING"}, 2: {"VOXIMPLANT_CALL", "CALL"}, 3: {"TASKS", "TASKS"}, 4: {"CRM_EMAIL", "EMAIL"}}
	doc.Set("PROVIDER_ID", providers[typ][0])
	doc.Set("PROVIDER_TYPE_ID", providers[typ][1])
	c.setActivity(doc, fields)
	if v, _ := doc.Get("DEADLINE"); v == nil {
		end, _ := doc.Get("END_TIME")
		doc.Set("DEADLINE", end)
	}
	newID := c.state.docs("activity").add(doc)
	c.touch(t, r)
	c.changed(docEffect(progon.Created, "activity", newID, doc, ref(t, r)))
	return newID, nil
}

// activityConfigurable makes an activity with a layout of an application's own.
func activityConfigurable(c *call) (any, error) {
	if c.grant.app == "" {
		return nil, refusal(400, "ERROR_WRONG_CONTEXT", "Application context required")
	}
	for _, name := range []string{"ownerTypeId", "ownerId", "fields", "layout"} {
		if _, ok := c.param(name); !ok {
			return nil, missing(name)
		}
	}
	kindName, _ := c.param("ownerTypeId")
	id, _ := c.param("ownerId")
	t, r, ok := c.owner(kindName, id)
	if !ok {
		return nil, refusal(400, "OWNER_NOT_FOUND", "Элемент не найден")
	}
	doc := c.newActivity(t, r)
	doc.Set("TYPE_ID", "6")
	doc.Set("PROVIDER_ID", "CONFIGURABLE_REST_APP")
	doc.Set("PROVIDER_TYPE_ID", "CONFIGURABLE")
	fields, _ := c.mapping("fields")
	layout, _ := c.param("layout")
	doc.Set("PROVIDER_DATA", string(appendJSON(nil, layout)))
	for name, code := range map[string]string{"responsibleId": "RESPONSIBLE_ID", "title": "SUBJECT", "description": "DESCRIPTION"} {
		if v, given := fields.Get(name); given {
			doc.Set(code, str(v))
		}
	}
	if when, good := c.parseTime(str(first(fields, "deadline"))); good {
		doc.Set("DEADLINE", c.iso(when))
	}
	newID := c.state.docs("activity").add(doc)
	c.changed(docEffect(progon.Created, "activity", newID, doc, ref(t, r)))
	return M("activity", M("id", newID)), nil
}

// setActivity puts given fields into an activity.
func (c *call) setActivity(doc, fields *Map) {
	for _, code := range activityCodes() {
		v, ok := fields.Fold(code)
		if !ok || code == "ID" || code == "CREATED" {
			continue
		}
		switch {
		case strings.HasSuffix(code, "_TIME") || code == "DEADLINE":
			if t, good := c.parseTime(str(v)); good {
				doc.Set(code, c.iso(t))
			}
		case code == "COMMUNICATIONS" || code == "SETTINGS" || code == "PROVIDER_PARAMS" || code == "FILES":
			doc.Set(code, v)
		case code == "COMPLETED":
			doc.Set(code, yn(flag(v)))
			if flag(v) {
				doc.Set("STATUS", "2")
			}
		default:
			doc.Set(code, str(v))
		}
	}
}

func (c *call) activity() (*Map, int, error) {
	id := c.id("id")
	doc, ok := c.state.docs("activity").get(id)
	if !ok {
		return nil, 0, classic("Activity is not found")
	}
	return doc, id, nil
}

func activityGet(c *call) (any, error) {
	doc, id, err := c.activity()
	if err != nil {
		return nil, err
	}
	c.changed(docEffect(progon.Read, "activity", id, doc, c.docLinks(doc)...))
	return withoutComms(doc), nil
}

func withoutComms(doc *Map) *Map {
	out := &Map{}
	for k, v := range doc.All {
		if k != "COMMUNICATIONS" && k != "FILES" {
			out.Set(k, v)
		}
	}
	return out
}

func activityUpdate(c *call) (any, error) {
	doc, id, err := c.activity()
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	c.setActivity(doc, fields)
	doc.Set("LAST_UPDATED", c.iso(c.now))
	c.state.docs("activity").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "activity", id, doc, c.docLinks(doc)...))
	return true, nil
}

func activityDelete(c *call) (any, error) {
	doc, id, err := c.activity()
	if err != nil {
		return nil, err
	}
	c.state.docs("activity").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "activity", id, doc, c.docLinks(doc)...))
	return true, nil
}

func activityList(c *call) (any, error) {
	filter, _ := c.mapping("filter")
	if bindings, ok := filter.Fold("BINDINGS"); ok {
		list, _ := asList(bindings)
		flat := &Map{}
		for k, v := range filter.All {
			if !strings.EqualFold(k, "BINDINGS") {
				flat.Set(k, v)
			}
		}
		if len(list) > 0 { // the fake keeps one owner per activity: the first binding decides
			first, _ := asMap(list[0])
			for k, v := range first.All {
				flat.Set(strings.ToUpper(k), v)
			}
		}
		c.params = c.params.clone()
		c.params.Set("filter", flat)
	}
	rows, err := c.docPage("activity")
	if err != nil {
		return nil, err
	}
	selected, _ := c.param("select")
	if names, _ := asList(selected); len(names) == 0 {
		list := rows.([]any)
		for i := range list {
			list[i] = withoutComms(list[i].(*Map))
		}
	}
	return rows, nil
}

func todoAdd(c *call) (any, error) {
	for _, name := range []string{"ownerTypeId", "ownerId", "deadline"} {
		if _, ok := c.param(name); !ok {
			return nil, missing(name)
		}
	}
	kindName, _ := c.param("ownerTypeId")
	id, _ := c.param("ownerId")
	t, r, ok := c.owner(kindName, id)
	if !ok {
		return nil, refusal(400, "OWNER_NOT_FOUND", "Элемент не найден")
	}
	if c.may(t.kind.name, rightUpdate, c.ownerOf(t.kind, r)) != nil {
		return nil, refusal(400, "ACCESS_DENIED", "Доступ запрещён")
	}
	deadline, ok := c.parseTime(c.text("deadline"))
	if !ok {
		return nil, refusal(400, "WRONG_DATETIME_FORMAT", "Неверный формат даты")
	}
	doc := c.newActivity(t, r)
	doc.Set("TYPE_ID", "6")
	doc.Set("PROVIDER_ID", "CRM_TODO")
	doc.Set("PROVIDER_TYPE_ID", "TODO")
	doc.Set("SUBJECT", c.text("title"))
	doc.Set("DESCRIPTION", c.text("description"))
	doc.Set("START_TIME", c.iso(deadline))
	doc.Set("END_TIME", c.iso(deadline))
	doc.Set("DEADLINE", c.iso(deadline))
	if who := c.id("responsibleId"); who > 0 {
		doc.Set("RESPONSIBLE_ID", strconv.Itoa(who))
	}
	doc.Set("SETTINGS", M("COLOR", c.text("colorId")))
	newID := c.state.docs("activity").add(doc)
	c.touch(t, r)
	c.changed(docEffect(progon.Created, "activity", newID, doc, ref(t, r)))
	return M("id", newID), nil
}

// todoUpdate changes the named parts of a todo. «value» is the other name that the
// methods for a single part take.
func todoUpdate(c *call, parts ...string) (any, error) {
	for _, name := range []string{"ownerTypeId", "ownerId", "id"} {
		if _, ok := c.param(name); !ok {
			return nil, missing(name)
		}
	}
	doc, ok := c.state.docs("activity").get(c.id("id"))
	if !ok {
		return nil, refusal(400, "NOT_FOUND", "Дело не найдено")
	}
	kindName, _ := c.param("ownerTypeId")
	id, _ := c.param("ownerId")
	t, r, ok := c.owner(kindName, id)
	if !ok {
		return nil, refusal(400, "OWNER_NOT_FOUND", "Элемент не найден")
	}
	codes := map[string]string{"title": "SUBJECT", "description": "DESCRIPTION", "responsibleId": "RESPONSIBLE_ID", "deadline": "DEADLINE"}
	doc = doc.clone()
	for _, part := range parts {
		v, given := c.param(part)
		if !given {
			continue
		}
		if part == "value" {
			part = parts[0]
		}
		if part == "deadline" {
			when, good := c.parseTime(str(v))
			if !good {
				return nil, refusal(400, "WRONG_DATETIME_FORMAT", "Неверный формат даты")
			}
			v = c.iso(when)
		}
		if code := codes[part]; code != "" {
			doc.Set(code, str(v))
		} else if part == "colorId" {
			doc.Set("SETTINGS", M("COLOR", str(v)))
		}
	}
	doc.Set("LAST_UPDATED", c.iso(c.now))
	c.state.docs("activity").rows.put(c.id("id"), doc)
	c.changed(docEffect(progon.Updated, "activity", c.id("id"), doc, ref(t, r)))
	return M("id", c.id("id")), nil
}
