package connectors

import (
	"encoding/json"
	"regexp"
	"sort"
	"strings"
)

// values are what a request may hold, by name. They are strings, except for numbers and
// the history, which keep their JSON type where they are a whole value.
type values map[string]any

// valueNames lists the names, in the order of the help.
func valueNames() []string {
	return []string{
		"text", "session", "message_id", "type", "payload", "file", "ref", "name", "channel",
		"now", "now_s", "now_ms", "session_number", "message_number", "history", "callback",
	}
}

var (
	// A filter says how a value is written: {{payload|json}} puts JSON text in as JSON,
	// {{now_ms|text}} a number as a string.
	placeholder = regexp.MustCompile(`\{\{\s*([\p{L}\d_]+)\s*(?:\|\s*(text|json)\s*)?\}\}`)
	variable    = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
)

func (v values) text(name string) string { return plain(v[name]) }

// put replaces {{name}} by its value; a name without a value becomes empty.
func put(template string, values values, escape func(string) string) string {
	if !strings.Contains(template, "{{") {
		return template
	}
	return placeholder.ReplaceAllStringFunc(template, func(m string) string {
		v := values.text(placeholder.FindStringSubmatch(m)[1])
		if escape != nil {
			v = escape(v)
		}
		return v
	})
}

// whole returns the value of a template that is nothing but one placeholder.
func whole(template string, values values) (v any, ok bool) {
	m := placeholder.FindStringSubmatch(template)
	if m == nil || m[0] != template {
		return nil, false
	}
	v = values[m[1]]
	switch m[2] {
	case "text":
		v = plain(v)
	case "json":
		var parsed any
		if json.Unmarshal([]byte(plain(v)), &parsed) == nil {
			v = parsed
		}
	}
	return v, true
}

// putAll replaces in all strings of a YAML value. A field whose whole value is a
// placeholder without a value is left out, as clients of bots do.
func putAll(v any, values values) any {
	switch v := v.(type) {
	case string:
		if filled, ok := whole(v, values); ok {
			return filled
		}
		return put(v, values, nil)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if s, ok := x.(string); ok {
				if filled, ok := whole(s, values); ok && (filled == nil || filled == "") {
					continue
				}
			}
			out[put(k, values, nil)] = putAll(x, values)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = putAll(x, values)
		}
		return out
	}
	return v
}

// putEnv replaces ${NAME} and names the variables that are not set.
func putEnv(template string, env func(string) (string, bool)) (string, []string) {
	var absent []string
	filled := variable.ReplaceAllStringFunc(template, func(m string) string {
		name := m[2 : len(m)-1]
		v, ok := env(name)
		if !ok {
			absent = append(absent, name)
		}
		return v
	})
	return filled, absent
}

// everyString replaces the strings of a YAML value.
func everyString(v any, by func(string) string) any {
	switch v := v.(type) {
	case string:
		return by(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = everyString(x, by)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = everyString(x, by)
		}
		return out
	}
	return v
}

// unknownNames lists the placeholders that nothing will ever fill.
func unknownNames(c Config) []string {
	known := map[string]bool{}
	for _, n := range valueNames() {
		known[n] = true
	}
	for n := range c.Carry {
		known[n] = true
	}
	unknown := map[string]bool{}
	look := func(s string) string {
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			if !known[m[1]] {
				unknown[m[1]] = true
			}
		}
		return s
	}
	requests := []Request{c.Request}
	if c.Start != nil {
		requests = append(requests, *c.Start)
	}
	for _, r := range requests {
		look(r.URL)
		look(r.Raw)
		for _, m := range []map[string]string{r.Headers, r.Form} {
			for _, v := range m {
				look(v)
			}
		}
		walk(r.Body, look)
	}
	look(c.Poll)
	if c.Socket != nil {
		walk(c.Socket.Hello, look)
	}
	out := make([]string, 0, len(unknown))
	for n := range unknown {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// walk visits keys and strings of a YAML value.
func walk(v any, visit func(string) string) {
	switch v := v.(type) {
	case string:
		visit(v)
	case map[string]any:
		for k, x := range v {
			visit(k)
			walk(x, visit)
		}
	case []any:
		for _, x := range v {
			walk(x, visit)
		}
	}
}
