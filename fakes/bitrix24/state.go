package bitrix24

import (
	"maps"
	"strconv"
	"time"

	"progon"
)

// state is all that the portal remembers. Every value in it is replaced, never changed in
// place, so that a snapshot costs a few pointers.
type state struct {
	tables   map[string]*table // lead, deal, contact, company
	lists    map[string]*docs  // user, status, task, comment…
	webhooks map[string]*grant
	access   map[string]*grant // OAuth access tokens
	refresh  map[string]*grant // OAuth refresh tokens
	apps     map[string]*app   // by client id
	commID   int               // last id of a phone, mail…
	serial   int               // for tokens and other running numbers
	rights   map[string]*Map   // role → entity → rights
	portal   portal
}

// portal is what is set once for the whole portal.
type portal struct {
	domain   string
	currency string
	mode     int // 1 with leads, 2 without
	memberID string
}

func (s *Server) newState() *state {
	st := &state{
		tables: map[string]*table{}, lists: map[string]*docs{}, webhooks: map[string]*grant{},
		access: map[string]*grant{}, refresh: map[string]*grant{}, apps: map[string]*app{}, rights: map[string]*Map{},
		portal: portal{domain: "portal.example", currency: "RUB", mode: 1, memberID: "a223c6b3710f85df22e9377d6c4f7553"},
	}
	for _, k := range s.kinds {
		st.tables[k.name] = &table{kind: k, schema: schemaOf(k)}
	}
	var scopes map[string]bool
	if len(s.options.Scopes) > 0 {
		scopes = map[string]bool{}
		for _, scope := range s.options.Scopes {
			scopes[scope] = true
		}
	}
	st.webhooks[s.token] = &grant{user: s.user, scopes: scopes}
	st.docs("department").add(M("ID", "1", "NAME", "Компания", "SORT", 500, "PARENT", "", "UF_HEAD", "1"))
	st.docs("user").add(newUser(M("ID", strconv.Itoa(s.user), "NAME", "Администратор", "ADMIN", true), s.iso(s.clock())))
	seedDirectories(st)
	return st
}

// docs returns a collection by its name.
func (st *state) docs(name string) *docs {
	d := st.lists[name]
	if d == nil {
		d = &docs{}
		st.lists[name] = d
	}
	return d
}

func (st *state) secrets() []string {
	var out []string
	for token := range st.access {
		out = append(out, token)
	}
	for token := range st.refresh {
		out = append(out, token)
	}
	for _, a := range st.apps {
		out = append(out, a.secret, a.token)
	}
	for _, doc := range st.docs("handler").rows.all {
		if token := str(first(doc, "token")); token != "" {
			out = append(out, token)
		}
	}
	return out
}

// Snapshot is a portal at one moment.
type Snapshot struct{ state *state }

// Snapshot remembers the portal as it is now.
func (s *Server) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot()
}

func (s *Server) snapshot() *Snapshot { return &Snapshot{s.state.copied(false)} }

// Restore brings the portal back to a snapshot. Limits and usage start anew; faults stay.
func (s *Server) Restore(to *Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = to.state.copied(true)
	s.stages = stageCache{}
	s.limits = limiter{Limits: s.limits.Limits}
	s.usage = newUsage()
	s.outbox.drop()
}

// Rollback brings the data of the portal back from a backup, as an administrator would.
// Cards that come to life again are recorded with their actor; rights, limits and usage
// stay as they are.
func (s *Server) Rollback(actor string, to *Snapshot) {
	defer s.deliver() // after the lock is given back
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.state
	s.state = to.state.copied(true)
	s.state.webhooks, s.state.access, s.state.refresh = was.webhooks, was.access, was.refresh
	s.state.apps, s.state.rights, s.state.serial, s.state.commID = was.apps, was.rights, was.serial, was.commID
	s.stages = stageCache{}
	for _, k := range s.kinds {
		t := s.state.tables[k.name]
		for id, r := range t.rows.all {
			if _, lives := was.tables[k.name].rows.get(id); !lives {
				s.byPerson(actor, k.name+".restore", t.effect(progon.Created, r))
			}
		}
		t.rows.last = max(t.rows.last, was.tables[k.name].rows.last) // ids are never given twice
	}
}

// Reset brings the portal back to what it was when it was made, before any seed.
func (s *Server) Reset() { s.Restore(s.blank) }

func (st *state) copied(toChange bool) *state {
	c := *st
	c.tables, c.lists = make(map[string]*table, len(st.tables)), make(map[string]*docs, len(st.lists))
	for name, t := range st.tables {
		rows := t.rows.snapshot()
		if toChange {
			rows = t.rows.restored()
		}
		c.tables[name] = &table{kind: t.kind, schema: t.schema, rows: rows}
	}
	for name, d := range st.lists {
		if toChange {
			c.lists[name] = &docs{d.rows.restored()}
		} else {
			c.lists[name] = &docs{d.rows.snapshot()}
		}
	}
	c.webhooks, c.access, c.refresh = maps.Clone(st.webhooks), maps.Clone(st.access), maps.Clone(st.refresh)
	c.apps, c.rights = maps.Clone(st.apps), maps.Clone(st.rights)
	return &c
}

// Age moves everything that the portal remembers d back in time, as if it had happened so
// much earlier: for bots whose clock cannot be moved.
func (s *Server) Age(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.state.tables {
		var dates []uint16
		for slot, f := range t.schema.fields {
			if f.typ == "datetime" || f.code == "BEGINDATE" || f.code == "CLOSEDATE" {
				dates = append(dates, uint16(slot))
			}
		}
		for id, r := range t.rows.all {
			aged := r.clone()
			for _, slot := range dates {
				if v, ok := aged.get(slot); ok {
					aged.set(slot, s.older(v, d))
				}
			}
			t.rows.put(id, aged)
		}
	}
	for _, list := range s.state.lists {
		for id, doc := range list.rows.all {
			if aged, ok := s.ageDoc(doc, d); ok {
				list.rows.put(id, aged)
			}
		}
	}
}

// ageDoc moves the dates of a document; ok tells whether there are any.
func (s *Server) ageDoc(doc *Map, d time.Duration) (aged *Map, ok bool) {
	aged = doc
	for k, v := range doc.All {
		var older any
		switch v := v.(type) {
		case string:
			if len(v) == len("2006-01-02T15:04:05+03:00") && v[10] == 'T' {
				older = s.older(v, d)
			}
		case *Map:
			if in, changed := s.ageDoc(v, d); changed {
				older = in
			}
		}
		if older == nil || k == "PERSONAL_BIRTHDAY" {
			continue
		}
		if !ok {
			aged, ok = doc.clone(), true
		}
		aged.Set(k, older)
	}
	return aged, ok
}

func (s *Server) older(v string, d time.Duration) string {
	t, ok := s.parseTime(v)
	if !ok {
		return v
	}
	return s.iso(t.Add(-d))
}

// docEffect is a change of a document as the timeline shows it.
func docEffect(op progon.Op, entity string, id int, doc *Map, links ...string) progon.Effect {
	return progon.Effect{Op: op, Entity: entity, ID: strconv.Itoa(id), Fields: flatten(nil, "", doc), Links: links}
}
