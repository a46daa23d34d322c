package bitrix24

import (
	"strconv"
	"strings"

	"progon"
)

// calendarMethods are events and resources of the calendar. Page: calendar of the
// vendor's documentation. Refusals are in Russian there too.
func calendarMethods() []*method {
	const scope = "calendar"
	return []*method{
		{name: "calendar.event.add", scope: scope, run: calendarAdd},
		{name: "calendar.event.get", scope: scope, run: calendarGet},
		{name: "calendar.event.getbyid", scope: scope, run: calendarByID},
		{name: "calendar.event.get.nearest", scope: scope, run: calendarNearest},
		{name: "calendar.event.update", scope: scope, run: calendarUpdate},
		{name: "calendar.event.delete", scope: scope, run: calendarDelete},
		{name: "calendar.accessibility.get", scope: scope, run: calendarBusy},
		{name: "calendar.section.get", scope: scope, run: calendarSections},
		{name: "calendar.resource.list", scope: scope, run: calendarResources},
		{name: "calendar.resource.add", scope: scope, run: calendarResourceAdd},
		{name: "calendar.resource.delete", scope: scope, run: calendarResourceDelete},
		{name: "calendar.resource.booking.list", scope: scope, run: calendarBookings},
	}
}

const calendarForm = "02.01.2006 15:04:05"

// needs refuses a call without one of the parameters.
func (c *call) needs(names ...string) error {
	for _, name := range names {
		if v, ok := c.param(name); !ok || (str(v) == "" && !isArray(v)) {
			return classic("Не задан обязательный параметр \"" + name + "\" для метода \"" + c.name + "\"")
		}
	}
	return nil
}

func (c *call) calendarTime(name string) (string, error) {
	t, ok := c.parseTime(c.text(name))
	if !ok {
		return "", classic("Неверное значение параметра \"" + name + "\" для метода \"" + c.name + "\"")
	}
	return c.iso(t), nil
}

func calendarAdd(c *call) (any, error) {
	if err := c.needs("type", "name", "from", "to"); err != nil {
		return nil, err
	}
	if _, auto := c.param("auto_detect_section"); !auto {
		if _, given := c.param("section"); !given {
			return nil, c.needs("section")
		}
	}
	from, err := c.calendarTime("from")
	if err != nil {
		return nil, err
	}
	to, err := c.calendarTime("to")
	if err != nil {
		return nil, err
	}
	links, _ := c.param("crm_fields")
	list, _ := asList(links)
	attendees, _ := c.param("attendees")
	doc := M("CAL_TYPE", c.text("type"), "OWNER_ID", strconv.Itoa(c.id("ownerId")), "NAME", c.text("name"), "DATE_FROM", from, "DATE_TO", to,
		"SKIP_TIME", yn(flag(c.text("skip_time"))), "DESCRIPTION", c.text("description"), "SECTION_ID", orText(c.text("section"), "1"),
		"CREATED_BY", strconv.Itoa(c.grant.user), "DATE_CREATE", c.iso(c.now), "UF_CRM_CAL_EVENT", list, "ATTENDEES", attendees)
	id := c.state.docs("event").add(doc)
	c.changed(docEffect(progon.Created, "event", id, doc, c.shortLinks(list)...))
	return id, nil
}

// shownEvent writes dates as the calendar does: DD.MM.YYYY HH:MM:SS.
func (c *call) shownEvent(doc *Map) *Map {
	out := doc.clone()
	for _, name := range []string{"DATE_FROM", "DATE_TO", "DATE_CREATE"} {
		if t, ok := c.parseTime(str(first(doc, name))); ok {
			out.Set(name, t.In(c.zone).Format(calendarForm))
		}
	}
	for _, kv := range [][2]string{{"TZ_FROM", "Europe/Moscow"}, {"TZ_TO", "Europe/Moscow"}, {"TZ_OFFSET_FROM", "10800"}, {"TZ_OFFSET_TO", "10800"},
		{"PARENT_ID", str(first(doc, "ID"))}, {"DELETED", "N"}, {"SECT_ID", str(first(doc, "SECTION_ID"))}, {"DT_SKIP_TIME", str(first(doc, "SKIP_TIME"))},
		{"ACCESSIBILITY", "busy"}, {"IMPORTANCE", "normal"}, {"PRIVATE_EVENT", ""}, {"LOCATION", ""}, {"RRULE", ""}, {"VERSION", "1"}} {
		out.Set(kv[0], kv[1])
	}
	out.Set("IS_MEETING", isArray(first(doc, "ATTENDEES")))
	return without(without(out, "SKIP_TIME"), "ATTENDEES")
}

func (c *call) eventLinks(doc *Map) []string {
	list, _ := asList(first(doc, "UF_CRM_CAL_EVENT"))
	return c.shortLinks(list)
}

// calendarEvents lists the events that a call asks for.
func (c *call) calendarEvents() []any {
	rows := []any{}
	from, hasFrom := c.parseTime(c.text("from"))
	to, hasTo := c.parseTime(c.text("to"))
	if hasTo && len(c.text("to")) <= len("2006-01-02") {
		to = to.AddDate(0, 0, 1)
	}
	for id, doc := range c.state.docs("event").rows.all {
		begin, _ := c.parseTime(str(first(doc, "DATE_FROM")))
		end, _ := c.parseTime(str(first(doc, "DATE_TO")))
		if !strings.EqualFold(str(first(doc, "CAL_TYPE")), c.text("type")) || (hasFrom && !end.After(from)) || (hasTo && !begin.Before(to)) ||
			(c.text("ownerId") != "" && num(first(doc, "OWNER_ID")) != c.id("ownerId")) {
			continue
		}
		c.changed(docEffect(progon.Read, "event", id, doc, c.eventLinks(doc)...))
		rows = append(rows, c.shownEvent(doc))
	}
	return rows
}

func calendarGet(c *call) (any, error) {
	if err := c.needs("type"); err != nil {
		return nil, err
	}
	return c.calendarEvents(), nil
}

func calendarNearest(c *call) (any, error) {
	c.params = c.params.clone()
	if c.text("type") == "" {
		c.params.Set("type", "user")
	}
	c.params.Set("from", c.iso(c.now))
	c.params.Set("to", c.iso(c.now.AddDate(0, 0, max(c.id("days"), 60))))
	return c.calendarEvents(), nil
}

func (c *call) event() (*Map, int, error) {
	if err := c.needs("id"); err != nil {
		return nil, 0, err
	}
	doc, ok := c.state.docs("event").get(c.id("id"))
	if !ok {
		return nil, 0, classic("Событие не найдено")
	}
	return doc, c.id("id"), nil
}

func calendarByID(c *call) (any, error) {
	doc, id, err := c.event()
	if err != nil {
		return nil, err
	}
	c.changed(docEffect(progon.Read, "event", id, doc, c.eventLinks(doc)...))
	return c.shownEvent(doc), nil
}

func calendarUpdate(c *call) (any, error) {
	doc, id, err := c.event()
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	for param, code := range map[string]string{"name": "NAME", "description": "DESCRIPTION", "section": "SECTION_ID"} {
		if v, ok := c.param(param); ok {
			doc.Set(code, str(v))
		}
	}
	for param, code := range map[string]string{"from": "DATE_FROM", "to": "DATE_TO"} {
		if _, ok := c.param(param); !ok {
			continue
		}
		when, err := c.calendarTime(param)
		if err != nil {
			return nil, err
		}
		doc.Set(code, when)
	}
	c.state.docs("event").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "event", id, doc, c.eventLinks(doc)...))
	return id, nil
}

func calendarDelete(c *call) (any, error) {
	doc, id, err := c.event()
	if err != nil {
		return nil, err
	}
	c.state.docs("event").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "event", id, doc, c.eventLinks(doc)...))
	return true, nil
}

func calendarBusy(c *call) (any, error) {
	if err := c.needs("users", "from", "to"); err != nil {
		return nil, err
	}
	v, _ := c.param("users")
	users, _ := asList(v)
	out := &Map{}
	asked := c.params
	for _, user := range users {
		c.params = asked.clone()
		c.params.Set("type", "user")
		c.params.Set("ownerId", str(user))
		busy := []any{}
		for _, row := range c.calendarEvents() {
			m := row.(*Map)
			busy = append(busy, M("ID", first(m, "ID"), "NAME", first(m, "NAME"), "DATE_FROM", first(m, "DATE_FROM"), "DATE_TO", first(m, "DATE_TO"),
				"ACCESSIBILITY", "busy", "TZ_FROM", "Europe/Moscow", "TZ_TO", "Europe/Moscow"))
		}
		out.Set(str(user), busy)
	}
	return out, nil
}

func calendarSections(c *call) (any, error) {
	if err := c.needs("type"); err != nil {
		return nil, err
	}
	return []any{M("ID", "1", "NAME", "Календарь", "CAL_TYPE", c.text("type"), "OWNER_ID", orText(c.text("ownerId"), "0"), "COLOR", "#86b100")}, nil
}

func calendarResources(c *call) (any, error) {
	rows := []any{}
	for _, doc := range c.state.docs("calresource").rows.all {
		rows = append(rows, doc)
	}
	return rows, nil
}

func calendarResourceAdd(c *call) (any, error) {
	if err := c.needs("name"); err != nil {
		return nil, err
	}
	return c.state.docs("calresource").add(M("NAME", c.text("name"), "CREATED_BY", strconv.Itoa(c.grant.user))), nil
}

func calendarResourceDelete(c *call) (any, error) {
	if err := c.needs("resourceId"); err != nil {
		return nil, err
	}
	return c.state.docs("calresource").rows.remove(c.id("resourceId")), nil
}

func calendarBookings(c *call) (any, error) {
	filter, _ := c.mapping("filter")
	given, ok := filter.Fold("resourceIdList")
	if !ok {
		given, ok = filter.Fold("resourceTypeIdList")
	}
	if !ok {
		return nil, classic("Не задан обязательный параметр \"resourceTypeIdList\" для метода \"" + c.name + "\"")
	}
	wanted, _ := asList(given)
	rows := []any{}
	for _, doc := range c.state.docs("event").rows.all {
		if !strings.EqualFold(str(first(doc, "CAL_TYPE")), "resource") {
			continue
		}
		for _, w := range wanted {
			if num(w) == num(first(doc, "OWNER_ID")) {
				rows = append(rows, c.shownEvent(doc))
			}
		}
	}
	return rows, nil
}
