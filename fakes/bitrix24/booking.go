package bitrix24

import (
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
