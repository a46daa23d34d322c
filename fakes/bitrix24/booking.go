package bitrix24

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"progon"
)

// bookingMethods are booking.v1.*, the online booking. Page: booking of the vendor's
// documentation. There is no method for free time: a bot works it out from slots and
// bookings, and a booking of a taken time is refused with 1018.
func bookingMethods() []*method {
	const scope = "booking"
	out := []*method{
		{name: "booking.v1.resource.slots.set", scope: scope, run: slotsSet},
		{name: "booking.v1.resource.slots.list", scope: scope, run: slotsList},
		{name: "booking.v1.resource.slots.unset", scope: scope, run: slotsUnset},
		{name: "booking.v1.booking.add", scope: scope, run: bookingAdd},
		{name: "booking.v1.booking.get", scope: scope, run: bookingGet},
		{name: "booking.v1.booking.list", scope: scope, run: bookingList},
		{name: "booking.v1.booking.update", scope: scope, run: bookingUpdate},
		{name: "booking.v1.booking.delete", scope: scope, run: bookingDelete},
		{name: "booking.v1.booking.client.set", scope: scope, run: bookingPart("clients", "CLIENTS")},
		{name: "booking.v1.booking.client.list", scope: scope, run: bookingPartList("CLIENTS", "clients")},
		{name: "booking.v1.booking.client.unset", scope: scope, run: bookingPartUnset("CLIENTS")},
		{name: "booking.v1.booking.externalData.set", scope: scope, run: bookingPart("externalData", "EXTERNAL")},
		{name: "booking.v1.booking.externalData.list", scope: scope, run: bookingPartList("EXTERNAL", "externalData")},
		{name: "booking.v1.booking.externalData.unset", scope: scope, run: bookingPartUnset("EXTERNAL")},
		{name: "booking.v1.clienttype.list", scope: scope, run: func(*call) (any, error) {
			return M("clientType", []any{M("code", "CONTACT", "module", "crm"), M("code", "COMPANY", "module", "crm")}), nil
		}},
	}
	for _, l := range []bookingDirectory{
		{"resourceType", "resourcetype", []string{"name", "code"}, resourceTypeCheck},
		{"resource", "resource", []string{"name", "typeId"}, resourceCheck},
	} {
		name := "booking.v1." + l.name + "."
		out = append(out, &method{name: name + "add", scope: scope, run: l.add}, &method{name: name + "get", scope: scope, run: l.get},
			&method{name: name + "list", scope: scope, run: l.list}, &method{name: name + "update", scope: scope, run: l.update},
			&method{name: name + "delete", scope: scope, run: l.remove})
	}
	return out
}

// bookingDirectory is a plain collection of the booking: kinds of resource, resources.
type bookingDirectory struct {
	name, docs string
	required   []string
	check      func(c *call, id int, fields *Map) error
}

func resourceTypeCheck(c *call, id int, fields *Map) error {
	for other, doc := range c.state.docs("resourcetype").rows.all {
		if other != id && str(first(doc, "code")) == str(first(fields, "code")) {
			return refusal(400, 1010, "Resource type with this code already exists")
		}
	}
	return nil
}

func resourceCheck(c *call, _ int, fields *Map) error {
	if _, ok := c.state.docs("resourcetype").get(num(first(fields, "typeId"))); !ok {
		return refusal(400, 1013, "Resource type not found")
	}
	return nil
}

func bookingFields(c *call, required ...string) (*Map, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	var lacking []string
	for _, name := range required {
		if v, has := fields.Get(name); !has || (str(v) == "" && !isArray(v)) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		return nil, refusal(400, 0, "Required fields: "+strings.Join(lacking, ", "))
	}
	return fields, nil
}

func (l bookingDirectory) add(c *call) (any, error) {
	fields, err := bookingFields(c, l.required...)
	if err != nil {
		return nil, err
	}
	if err := l.check(c, 0, fields); err != nil {
		return nil, err
	}
	id := c.state.docs(l.docs).add(fields.clone())
	c.changed(docEffect(progon.Created, l.docs, id, fields))
	return M("id", id), nil
}

func (l bookingDirectory) find(c *call) (*Map, int, error) {
	if _, ok := c.param("id"); !ok {
		return nil, 0, missing("id")
	}
	doc, ok := c.state.docs(l.docs).get(c.id("id"))
	if !ok {
		return nil, 0, refusal(400, 1009, "Resource not found")
	}
	return doc, c.id("id"), nil
}

func (l bookingDirectory) show(id int, doc *Map) *Map {
	out := M("id", id)
	if l.name == "resource" {
		for _, kind := range []string{"Info", "Confirmation", "Reminder", "Delayed", "Feedback"} {
			out.Set("is"+kind+"NotificationOn", "Y")
			out.Set("templateType"+kind, "inanimate")
		}
		for _, name := range []string{"infoNotificationDelay", "confirmationNotificationDelay", "confirmationNotificationRepetitions",
			"confirmationNotificationRepetitionsInterval", "confirmationCounterDelay", "reminderNotificationDelay",
			"delayedNotificationDelay", "delayedCounterDelay"} {
			out.Set(name, 0)
		}
	}
	for k, v := range doc.All {
		if k != "ID" && k != "SLOTS" {
			out.Set(k, v)
		}
	}
	if t, ok := out.Get("typeId"); ok {
		out.Set("typeId", num(t))
	}
	return out
}

func (l bookingDirectory) get(c *call) (any, error) {
	doc, id, err := l.find(c)
	if err != nil {
		return nil, err
	}
	return M(l.name, l.show(id, doc)), nil
}

func (l bookingDirectory) list(c *call) (any, error) {
	filter, _ := c.mapping("filter")
	rows := []any{}
	for id, doc := range c.state.docs(l.docs).rows.all {
		fits := true
		for name, v := range filter.All {
			if name == "searchQuery" {
				fits = fits && strings.Contains(strings.ToLower(str(first(doc, "name"))), strings.ToLower(str(v)))
			} else if got, has := doc.Get(name); has || name == "id" {
				if name == "id" {
					got = id
				}
				fits = fits && strings.EqualFold(str(got), str(v))
			}
		}
		if fits {
			rows = append(rows, l.show(id, doc))
		}
	}
	return M(l.name, rows), nil
}

func (l bookingDirectory) update(c *call) (any, error) {
	doc, id, err := l.find(c)
	if err != nil {
		return nil, err
	}
	fields, err := bookingFields(c)
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	for k, v := range fields.All {
		doc.Set(k, v)
	}
	if err := l.check(c, id, doc); err != nil {
		return nil, err
	}
	c.state.docs(l.docs).rows.put(id, doc)
	return true, nil
}

func (l bookingDirectory) remove(c *call) (any, error) {
	_, id, err := l.find(c)
	if err != nil {
		return nil, err
	}
	c.state.docs(l.docs).rows.remove(id)
	return true, nil
}

// resource finds the resource that a call about slots names.
func resource(c *call) (*Map, int, error) {
	if _, ok := c.param("resourceId"); !ok {
		return nil, 0, missing("resourceId")
	}
	doc, ok := c.state.docs("resource").get(c.id("resourceId"))
	if !ok {
		return nil, 0, refusal(400, 1009, "Resource not found")
	}
	return doc, c.id("resourceId"), nil
}

func slotsSet(c *call) (any, error) {
	doc, id, err := resource(c)
	if err != nil {
		return nil, err
	}
	v, ok := c.param("slots")
	slots, many := asList(v)
	if !ok || !many {
		return nil, missing("slots")
	}
	kept := []any{}
	for i, s := range slots {
		m, _ := asMap(s)
		from, to := num(first(m, "from")), num(first(m, "to"))
		if from < 0 || to > 24*60 || from >= to {
			return nil, refusal(400, 0, "Invalid slot range")
		}
		days := first(m, "weekDays")
		kept = append(kept, M("id", i+1, "from", from, "to", to, "timezone", orText(str(first(m, "timezone")), "Europe/Moscow"),
			"weekDays", days, "slotSize", max(num(first(m, "slotSize")), 5)))
	}
	doc = doc.clone()
	doc.Set("SLOTS", kept)
	c.state.docs("resource").rows.put(id, doc)
	return true, nil
}

func slotsList(c *call) (any, error) {
	doc, _, err := resource(c)
	if err != nil {
		return nil, err
	}
	slots, _ := asList(first(doc, "SLOTS"))
	if slots == nil {
		slots = []any{}
	}
	return M("slots", slots), nil
}

func slotsUnset(c *call) (any, error) {
	doc, id, err := resource(c)
	if err != nil {
		return nil, err
	}
	c.state.docs("resource").rows.put(id, without(doc, "SLOTS"))
	return true, nil
}

// period reads a date period of two {timestamp, timezone}.
func period(v any) (from, to int, err error) {
	m, _ := asMap(v)
	a, _ := asMap(first(m, "from"))
	b, _ := asMap(first(m, "to"))
	from, to = num(first(a, "timestamp")), num(first(b, "timestamp"))
	if from <= 0 || to <= from {
		return 0, 0, refusal(400, 422, "Invalid date period")
	}
	return from, to, nil
}

// free tells whether all resources exist and are free; except is a booking that does not
// count.
func (c *call) free(resources []any, from, to, except int) bool {
	if len(resources) == 0 {
		return false
	}
	for _, r := range resources {
		if _, ok := c.state.docs("resource").get(num(r)); !ok {
			return false
		}
	}
	for id, doc := range c.state.docs("booking").rows.all {
		if id == except || num(first(doc, "FROM")) >= to || num(first(doc, "TO")) <= from {
			continue
		}
		taken, _ := asList(first(doc, "RESOURCE_IDS"))
		for _, r := range taken {
			if slices.ContainsFunc(resources, func(x any) bool { return num(x) == num(r) }) {
				return false
			}
		}
	}
	return true
}

func bookingAdd(c *call) (any, error) {
	fields, err := bookingFields(c, "resourceIds", "datePeriod")
	if err != nil {
		return nil, err
	}
	from, to, err := period(first(fields, "datePeriod"))
	if err != nil {
		return nil, err
	}
	resources, _ := asList(first(fields, "resourceIds"))
	if !c.free(resources, from, to, 0) {
		return nil, refusal(400, 1018, "Empty resource collection")
	}
	ids := make([]any, len(resources))
	for i, r := range resources {
		ids[i] = num(r)
	}
	doc := M("NAME", str(first(fields, "name")), "DESCRIPTION", str(first(fields, "description")), "RESOURCE_IDS", ids,
		"FROM", from, "TO", to, "FROM_TIME", c.iso(time.Unix(int64(from), 0)), "TO_TIME", c.iso(time.Unix(int64(to), 0)),
		"PERIOD", first(fields, "datePeriod"), "CREATED_BY", strconv.Itoa(c.grant.user), "DATE_CREATE", c.iso(c.now))
	id := c.state.docs("booking").add(doc)
	c.changed(docEffect(progon.Created, "booking", id, doc))
	return M("id", id), nil
}

func booking(c *call) (*Map, int, error) {
	name := "id"
	if _, ok := c.param("bookingId"); ok {
		name = "bookingId"
	}
	if _, ok := c.param(name); !ok {
		return nil, 0, missing("id")
	}
	doc, ok := c.state.docs("booking").get(c.id(name))
	if !ok {
		code := 1021
		if strings.HasSuffix(c.name, ".update") {
			code = 1019
		}
		return nil, 0, refusal(400, code, "Booking not found")
	}
	return doc, c.id(name), nil
}

func showBooking(id int, doc *Map) *Map {
	return M("id", id, "name", first(doc, "NAME"), "description", first(doc, "DESCRIPTION"), "resourceIds", first(doc, "RESOURCE_IDS"),
		"datePeriod", first(doc, "PERIOD"))
}

// bookingLinks are the cards that a booking belongs to.
func bookingLinks(doc *Map) []string {
	var out []string
	clients, _ := asList(first(doc, "CLIENTS"))
	for _, client := range clients {
		m, _ := asMap(client)
		typ, _ := asMap(first(m, "type"))
		out = append(out, strings.ToLower(str(first(typ, "code")))+":"+str(first(m, "id")))
	}
	external, _ := asList(first(doc, "EXTERNAL"))
	for _, x := range external {
		m, _ := asMap(x)
		out = append(out, strings.ToLower(str(first(m, "entityTypeId")))+":"+str(first(m, "value")))
	}
	return out
}

func bookingGet(c *call) (any, error) {
	doc, id, err := booking(c)
	if err != nil {
		return nil, err
	}
	c.changed(docEffect(progon.Read, "booking", id, doc, bookingLinks(doc)...))
	return M("booking", showBooking(id, doc)), nil
}

func bookingList(c *call) (any, error) {
	filter, _ := c.mapping("filter")
	within, bounded := asMap(first(filter, "within"))
	client, _ := asMap(first(filter, "client"))
	entities, _ := asList(first(client, "entities"))
	rows := []any{}
	for id, doc := range c.state.docs("booking").rows.all {
		if bounded && (num(first(doc, "TO")) <= num(first(within, "dateFrom")) || num(first(doc, "FROM")) >= num(first(within, "dateTo"))) {
			continue
		}
		if len(entities) > 0 && !slices.ContainsFunc(entities, func(e any) bool {
			m, _ := asMap(e)
			return slices.Contains(bookingLinks(doc), strings.ToLower(str(first(m, "code")))+":"+str(first(m, "id")))
		}) {
			continue
		}
		c.changed(docEffect(progon.Read, "booking", id, doc, bookingLinks(doc)...))
		rows = append(rows, showBooking(id, doc))
	}
	return M("booking", rows), nil
}

func bookingUpdate(c *call) (any, error) {
	doc, id, err := booking(c)
	if err != nil {
		return nil, err
	}
	fields, err := bookingFields(c)
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	for name, code := range map[string]string{"name": "NAME", "description": "DESCRIPTION"} {
		if v, ok := fields.Get(name); ok {
			doc.Set(code, str(v))
		}
	}
	if v, ok := fields.Get("resourceIds"); ok {
		list, _ := asList(v)
		doc.Set("RESOURCE_IDS", list)
	}
	if v, ok := fields.Get("datePeriod"); ok {
		from, to, err := period(v)
		if err != nil {
			return nil, err
		}
		doc.Set("FROM", from)
		doc.Set("TO", to)
		doc.Set("FROM_TIME", c.iso(time.Unix(int64(from), 0)))
		doc.Set("TO_TIME", c.iso(time.Unix(int64(to), 0)))
		doc.Set("PERIOD", v)
	}
	resources, _ := asList(first(doc, "RESOURCE_IDS"))
	if !c.free(resources, num(first(doc, "FROM")), num(first(doc, "TO")), id) {
		return nil, refusal(400, 1018, "Empty resource collection")
	}
	c.state.docs("booking").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "booking", id, doc, bookingLinks(doc)...))
	return true, nil
}

func bookingDelete(c *call) (any, error) {
	doc, id, err := booking(c)
	if err != nil {
		return nil, err
	}
	c.state.docs("booking").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "booking", id, doc, bookingLinks(doc)...))
	return true, nil
}

func bookingPart(param, code string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		doc, id, err := booking(c)
		if err != nil {
			return nil, err
		}
		v, ok := c.param(param)
		list, many := asList(v)
		if !ok || !many {
			return nil, missing(param)
		}
		doc = doc.clone()
		doc.Set(code, list)
		c.state.docs("booking").rows.put(id, doc)
		c.changed(docEffect(progon.Updated, "booking", id, doc, bookingLinks(doc)...))
		return true, nil
	}
}

func bookingPartList(code, name string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		doc, _, err := booking(c)
		if err != nil {
			return nil, err
		}
		list, _ := asList(first(doc, code))
		if list == nil {
			list = []any{}
		}
		return M(name, list), nil
	}
}

func bookingPartUnset(code string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		doc, id, err := booking(c)
		if err != nil {
			return nil, err
		}
		doc = without(doc, code)
		c.state.docs("booking").rows.put(id, doc)
		c.changed(docEffect(progon.Updated, "booking", id, doc, bookingLinks(doc)...))
		return true, nil
	}
}

// loadBooking puts the seed's resources in, with their working hours.
func (s *Server) loadBooking(seed Seed) error {
	types := map[string]int{}
	for id, doc := range s.state.docs("resourcetype").rows.all {
		types[str(first(doc, "name"))] = id
	}
	for _, r := range seed.Resources {
		if r.ID < 1 || r.ID > maxID || r.Name == "" {
			return fmt.Errorf("resources: у ресурса «%s» нужны id от 1 и name", r.Name)
		}
		kind := orText(r.Type, "Мастер")
		if types[kind] == 0 {
			types[kind] = s.state.docs("resourcetype").add(M("name", kind, "code", "type"+strconv.Itoa(len(types)+1), "moduleId", "booking"))
		}
		from, errFrom := time.Parse("15:04", orText(r.From, "09:00"))
		to, errTo := time.Parse("15:04", orText(r.To, "20:00"))
		if errFrom != nil || errTo != nil || !from.Before(to) {
			return fmt.Errorf("resources, «%s»: часы работы — from и to вида 09:00, from раньше to", r.Name)
		}
		days := []any{}
		for _, d := range r.Days {
			days = append(days, d)
		}
		if len(days) == 0 {
			days = []any{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
		}
		slot := M("id", 1, "from", from.Hour()*60+from.Minute(), "to", to.Hour()*60+to.Minute(), "timezone", "Europe/Moscow",
			"weekDays", days, "slotSize", max(r.Every, 60))
		s.state.docs("resource").add(M("ID", strconv.Itoa(r.ID), "name", r.Name, "typeId", types[kind], "description", "", "isMain", "Y", "SLOTS", []any{slot}))
	}
	return nil
}
