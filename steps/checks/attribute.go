package checks

import (
	"strings"

	"progon"
	"progon/sim/pii/trace"
)

// By what an event was given to a client.
const (
	bySession = "session"
	byCanary  = "canary"
	byEntity  = "entity"
	byKey     = "key"
)

// Attribute decides whose each event is: by the conversation it carries, by a canary of
// one client, by an entity that is already attributed, by an external key that was. What
// none of these decides, or what points at two clients, stays shared.
//
// sessions gives the client behind a conversation id.
func Attribute(events progon.Events, sessions map[string]string, tracer *trace.Tracer) progon.Events {
	out := append(progon.Events(nil), events...)
	owners := map[string]string{} // entity or key → client
	shared := map[string]bool{}   // entities which two clients have touched
	learn := func(key, client string) {
		if known, ok := owners[key]; ok && known != client {
			shared[key] = true
		}
		owners[key] = client
	}
	// Two passes: an entity may become known by a later call than its first.
	for range 2 {
		for i := range out {
			e := &out[i]
			if e.Persona == "" {
				e.Persona, e.Attributed = owner(*e, sessions, tracer, owners, shared)
			}
			if e.Persona == "" {
				continue
			}
			for _, x := range e.Effects {
				if x.Op != progon.Read {
					learn(x.Ref(), e.Persona)
				}
				if key, ok := x.Get("ORIGIN_ID"); ok && key != "" {
					learn("key:"+key, e.Persona)
				}
			}
		}
	}
	return out
}

func owner(e progon.Event, sessions map[string]string, tracer *trace.Tracer, owners map[string]string, shared map[string]bool) (client, by string) {
	if c, ok := sessions[e.Conversation]; ok && e.Conversation != "" {
		return c, bySession
	}
	text := everythingOf(e)
	if c, ok := only(func(yield func(string)) {
		for id, c := range sessions {
			if len(id) >= 6 && strings.Contains(text, id) {
				yield(c)
			}
		}
	}); ok {
		return c, bySession
	}
	if tracer != nil {
		if c, ok := only(func(yield func(string)) {
			for _, h := range tracer.Find(text) {
				if h.Canary.Owner != "" {
					yield(h.Canary.Owner)
				}
			}
		}); ok {
			return c, byCanary
		}
	}
	if c, ok := only(func(yield func(string)) {
		for _, x := range e.Effects {
			for _, ref := range append([]string{x.Ref()}, x.Links...) {
				if c, ok := owners[ref]; ok && !shared[ref] {
					yield(c)
				}
			}
		}
	}); ok {
		return c, byEntity
	}
	return only2(owners, shared, e)
}

func only2(owners map[string]string, shared map[string]bool, e progon.Event) (string, string) {
	c, ok := only(func(yield func(string)) {
		for _, f := range append(append([]progon.Field(nil), e.Fields...), e.Answer...) {
			if lastName(f.Name) != "ORIGIN_ID" {
				continue
			}
			if c, ok := owners["key:"+f.Value]; ok && !shared["key:"+f.Value] {
				yield(c)
			}
		}
	})
	if !ok {
		return "", ""
	}
	return c, byKey
}

// only returns the one client that was named, if exactly one was.
func only(each func(yield func(string))) (string, bool) {
	found, many := "", false
	each(func(c string) {
		if found != "" && found != c {
			many = true
		}
		found = c
	})
	return found, found != "" && !many
}

// everythingOf is all text that an event carries, for the search of ids and canaries.
func everythingOf(e progon.Event) string {
	var b strings.Builder
	b.WriteString(e.Text)
	for _, f := range e.Fields {
		b.WriteByte('\n')
		b.WriteString(f.Value)
	}
	for _, x := range e.Effects {
		if x.Op == progon.Read {
			continue
		}
		for _, f := range x.Fields {
			b.WriteByte('\n')
			b.WriteString(f.Value)
		}
	}
	if len(e.Raw) > 0 && len(e.Fields) == 0 {
		b.WriteByte('\n')
		b.Write(e.Raw)
	}
	return b.String()
}
