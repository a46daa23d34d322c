package bitrix24

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"progon"
)

// Resources of the online booking: kinds, resources, slots. Page: booking/resource.

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
