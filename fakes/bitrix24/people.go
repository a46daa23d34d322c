package bitrix24

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"progon"
)

// What follows is the portal as the people of the business use it: the scenario and the
// staff, not the bot. Each change is recorded as an event with its actor.

// Put makes a new card, or a task, comment, booking…, as a person in the portal would.
// Fields have classic codes; a phone may be given as bare text.
func (s *Server) Put(actor, entity string, fields map[string]any) (id string, err error) {
	defer s.deliver() // after the lock is given back
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.put(entity, fieldsOf(fields), s.userID(actor))
	if err != nil {
		return "", fmt.Errorf("карточка «%s»: %w", entity, err)
	}
	s.byPerson(actor, entity+".add", x)
	return x.ID, nil
}

func (s *Server) put(entity string, fields *Map, by int) (progon.Effect, error) {
	if t, ok := s.state.tables[entity]; ok {
		r, err := s.create(t, s.named(t, fields), 0)
		if err != nil {
			return progon.Effect{}, plain(err)
		}
		return t.effect(progon.Created, r), nil
	}
	list, ok := s.state.lists[entity]
	if !ok && !documents()[entity] {
		return progon.Effect{}, fmt.Errorf("такого вида нет; есть лиды (lead), контакты (contact), компании (company), сделки (deal), задачи (task), дела (activity), комментарии (comment)")
	}
	if list == nil {
		list = s.state.docs(entity)
	}
	doc := fields.clone()
	defaults := M("DATE_CREATE", s.iso(s.clock()), "CREATED_BY", strconv.Itoa(max(by, 1)))
	if entity == "comment" {
		defaults = M("CREATED", s.iso(s.clock()), "AUTHOR_ID", strconv.Itoa(max(by, 1)))
	}
	for k, v := range defaults.All {
		if _, given := doc.Get(k); !given {
			doc.Set(k, v)
		}
	}
	id := list.add(doc)
	doc, _ = list.get(id)
	c := &call{Server: s}
	return docEffect(progon.Created, entity, id, doc, c.docLinks(doc)...), nil
}

// documents are the kinds of record without a schema that people may make.
func documents() map[string]bool {
	return map[string]bool{"task": true, "activity": true, "comment": true, "booking": true, "dialog": true,
		"notification": true, "message": true, "event": true, "resource": true}
}

// Change puts new values into a card.
func (s *Server) Change(actor, entity, id string, fields map[string]any) error {
	defer s.deliver() // after the lock is given back
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.state.tables[entity]; ok {
		r, found := t.rows.get(num(id))
		if !found {
			return fmt.Errorf("карточки «%s» с номером %s нет", entity, id)
		}
		next, err := s.change(t, r, s.named(t, fieldsOf(fields)), 0)
		if err != nil {
			return fmt.Errorf("карточка «%s» %s: %w", entity, id, plain(err))
		}
		s.byPerson(actor, entity+".update", t.effect(progon.Updated, next))
		return nil
	}
	list, ok := s.state.lists[entity]
	if !ok {
		return fmt.Errorf("вида «%s» в портале нет", entity)
	}
	doc, found := list.get(num(id))
	if !found {
		return fmt.Errorf("записи «%s» с номером %s нет", entity, id)
	}
	doc = doc.clone()
	for k, v := range fieldsOf(fields).All {
		doc.Set(k, v)
	}
	list.rows.put(num(id), doc)
	c := &call{Server: s}
	s.byPerson(actor, entity+".update", docEffect(progon.Updated, entity, num(id), doc, c.docLinks(doc)...))
	return nil
}

// Remove deletes a card.
func (s *Server) Remove(actor, entity, id string) error {
	defer s.deliver() // after the lock is given back
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.state.tables[entity]; ok {
		r, found := t.rows.get(num(id))
		if !found {
			return fmt.Errorf("карточки «%s» с номером %s нет", entity, id)
		}
		s.byPerson(actor, entity+".delete", s.removeCard(t, r)...)
		return nil
	}
	list, ok := s.state.lists[entity]
	if ok {
		var doc *Map
		if doc, ok = list.get(num(id)); ok {
			list.rows.remove(num(id))
			s.byPerson(actor, entity+".delete", docEffect(progon.Deleted, entity, num(id), doc))
		}
	}
	if !ok {
		return fmt.Errorf("записи «%s» с номером %s нет", entity, id)
	}
	return nil
}

// View returns what a person sees of a card, with the rights of the person's roles. The
// person is named by id, by name or by role. A card that the person may not see is an
// error; fields that are hidden are not there.
func (s *Server) View(user, entity, id string) ([]progon.Field, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, ok := s.state.userNamed(user)
	if !ok {
		return nil, fmt.Errorf("сотрудника «%s» в портале нет", user)
	}
	c := &call{Server: s, who: who, grant: &grant{user: num(first(who, "ID"))}}
	t, isCard := s.state.tables[entity]
	if !isCard {
		return s.viewDoc(c, user, entity, num(id))
	}
	r, found := t.rows.get(num(id))
	if !found {
		return nil, fmt.Errorf("карточки «%s» с номером %s нет", entity, id)
	}
	if c.may(entity, rightRead, c.ownerOf(t.kind, r)) != nil {
		return nil, fmt.Errorf("сотруднику «%s» карточка «%s» %s не видна", user, entity, id)
	}
	hidden := c.hidden(entity)
	var out []progon.Field
	for _, f := range t.flat(r) {
		code, _, _ := strings.Cut(f.Name, "[")
		if !hidden[code] {
			out = append(out, f)
		}
	}
	for _, list := range []string{"comment", "activity"} {
		if hidden[strings.ToUpper(list)] || c.may(list, rightRead, nil) != nil {
			continue
		}
		for docID, doc := range s.state.docs(list).rows.all {
			for _, link := range c.docLinks(doc) {
				if link == ref(t, r) {
					out = append(out, flatten(nil, list+"["+strconv.Itoa(docID)+"]", doc)...)
				}
			}
		}
	}
	return out, nil
}

func (s *Server) viewDoc(c *call, user, entity string, id int) ([]progon.Field, error) {
	list, ok := s.state.lists[entity]
	if !ok {
		return nil, fmt.Errorf("вида «%s» в портале нет", entity)
	}
	doc, found := list.get(id)
	if !found {
		return nil, fmt.Errorf("записи «%s» с номером %d нет", entity, id)
	}
	if c.may(entity, rightRead, nil) != nil {
		return nil, fmt.Errorf("сотруднику «%s» запись «%s» %d не видна", user, entity, id)
	}
	hidden := c.hidden(entity)
	var out []progon.Field
	for _, f := range flatten(nil, "", doc) {
		code, _, _ := strings.Cut(f.Name, "[")
		if !hidden[strings.ToUpper(code)] {
			out = append(out, f)
		}
	}
	return out, nil
}

// byPerson records what a person did in the portal, and tells the handlers of events.
func (s *Server) byPerson(actor, kind string, effects ...progon.Effect) {
	direction := progon.ToBot
	if actor == string(progon.ActorProgon) || strings.EqualFold(actor, "Прогон") {
		direction = progon.Note
	}
	e := progon.Event{Surface: progon.SurfaceCRM, Direction: direction, Actor: progon.Actor(actor), Kind: kind, Effects: effects}
	s.record(e)
	s.announce(&call{Server: s, now: s.clock(), effects: effects, grant: &grant{user: s.userID(actor)}})
}

func (s *Server) userID(actor string) int {
	if who, ok := s.state.userNamed(actor); ok {
		return num(first(who, "ID"))
	}
	return 0
}

// named lets people write what they see: «Да» of a flag, the name of a list item, of a
// person, of a stage.
func (s *Server) named(t *table, fields *Map) *Map {
	out := &Map{}
	for name, value := range fields.All {
		f, _, ok := t.schema.byCode(name)
		text, isText := value.(string)
		if !ok || !isText {
			out.Set(name, value)
			continue
		}
		out.Set(name, s.idOf(f, text))
	}
	return out
}

func (s *Server) idOf(f *field, text string) string {
	low := strings.ToLower(strings.TrimSpace(text))
	switch {
	case f.typ == "boolean" || f.typ == "char":
		switch low {
		case "да", "есть", "получено", "дано":
			return "1"
		case "нет", "не дано":
			return "0"
		}
	case f.typ == "enumeration" && f.user != nil:
		items, _ := asList(first(f.user, "LIST"))
		for _, item := range items {
			if m, ok := item.(*Map); ok && strings.EqualFold(str(first(m, "VALUE")), text) {
				return str(first(m, "ID"))
			}
		}
	case f.typ == "user":
		if who, ok := s.state.userNamed(text); ok {
			return str(first(who, "ID"))
		}
	case f.typ == "crm_status":
		for _, row := range s.state.docs("status").rows.all {
			if strings.HasPrefix(str(first(row, "ENTITY_ID")), f.status) && strings.EqualFold(str(first(row, "NAME")), text) {
				return str(first(row, "STATUS_ID"))
			}
		}
	}
	return text
}

// fieldsOf brings values of Go into the portal's own types, in the order of their names.
func fieldsOf(in map[string]any) *Map {
	keys := make([]string, 0, len(in))
	for k := range in {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	m := &Map{}
	for _, k := range keys {
		m.Set(k, fromGo(in[k]))
	}
	return m
}

func fromGo(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return fieldsOf(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = fromGo(v[i])
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = fieldsOf(v[i])
		}
		return out
	}
	return v
}

// plain turns the portal's refusal into an error for the author of a scenario.
func plain(err error) error {
	e := asRefusal(err)
	return fmt.Errorf("портал не принял: %s", strings.TrimSuffix(e.text, "<br>"))
}
