package connectors

import (
	"regexp"
	"sort"
	"strings"
)

// valueNames are the values that a request may hold.
var valueNames = []string{"text", "session", "message_id", "type", "payload", "file", "ref", "name", "channel", "now"}

var placeholder = regexp.MustCompile(`\{\{\s*([\p{L}\d_]+)\s*\}\}`)

// put replaces {{name}} by its value; a name without a value becomes empty.
func put(template string, values map[string]string) string {
	if !strings.Contains(template, "{{") {
		return template
	}
	return placeholder.ReplaceAllStringFunc(template, func(m string) string {
		return values[placeholder.FindStringSubmatch(m)[1]]
	})
}

// putAll replaces in all strings of a YAML value. A field whose whole value is a
// placeholder without a value is left out, as clients of bots do.
func putAll(v any, values map[string]string) any {
	switch v := v.(type) {
	case string:
		return put(v, values)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if s, ok := x.(string); ok && placeholder.FindString(s) == s && s != "" && put(s, values) == "" {
				continue
			}
			out[put(k, values)] = putAll(x, values)
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

// unknownNames lists the placeholders that nothing will ever fill.
func unknownNames(h HTTP) []string {
	known := map[string]bool{}
	for _, n := range valueNames {
		known[n] = true
	}
	for n := range h.Carry {
		known[n] = true
	}
	unknown := map[string]bool{}
	look := func(s string) {
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			if !known[m[1]] {
				unknown[m[1]] = true
			}
		}
	}
	look(h.Path)
	look(h.Poll)
	for _, v := range h.Headers {
		look(v)
	}
	for _, v := range h.Form {
		look(v)
	}
	walk(h.Body, look)
	var out []string
	for n := range unknown {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func walk(v any, visit func(string)) {
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
