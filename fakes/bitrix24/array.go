package bitrix24

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Map is an array of PHP: keys in the order in which they came. Parameters of calls and
// answers are made of nil, bool, string, json.Number, int, float64, []any and *Map.
type Map struct {
	entries []entry
	index   map[string]int // only for big maps; nil otherwise
	next    int            // the index that PHP would give to «[]»
}

type entry struct {
	key   string
	value any
}

// indexFrom is the size from which a map is searched by an index.
const indexFrom = 12

// M makes a map of pairs: key, value, key, value…
func M(pairs ...any) *Map {
	m := &Map{entries: make([]entry, 0, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Set(pairs[i].(string), pairs[i+1])
	}
	return m
}

// Len is the number of keys.
func (m *Map) Len() int {
	if m == nil {
		return 0
	}
	return len(m.entries)
}

func (m *Map) find(key string) int {
	if m == nil {
		return -1
	}
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range m.entries {
		if m.entries[i].key == key {
			return i
		}
	}
	return -1
}

// Get returns the value of a key, and whether there is one.
func (m *Map) Get(key string) (any, bool) {
	if i := m.find(key); i >= 0 {
		return m.entries[i].value, true
	}
	return nil, false
}

// Fold is Get in any case of letters; the exact key wins.
func (m *Map) Fold(key string) (any, bool) {
	if v, ok := m.Get(key); ok {
		return v, true
	}
	if m != nil {
		for i := range m.entries {
			if strings.EqualFold(m.entries[i].key, key) {
				return m.entries[i].value, true
			}
		}
	}
	return nil, false
}

// Set puts a value under a key; a known key keeps its place.
func (m *Map) Set(key string, value any) {
	if i := m.find(key); i >= 0 {
		m.entries[i].value = value
		return
	}
	m.entries = append(m.entries, entry{key, value})
	if key != "" && key[0] >= '0' && key[0] <= '9' && len(key) < 10 {
		if n, err := strconv.Atoi(key); err == nil && n >= m.next {
			m.next = n + 1
		}
	}
	switch {
	case m.index != nil:
		m.index[key] = len(m.entries) - 1
	case len(m.entries) > indexFrom:
		m.index = make(map[string]int, 2*len(m.entries))
		for i := range m.entries {
			m.index[m.entries[i].key] = i
		}
	}
}

// push adds a pair whose key is known to be new.
func (m *Map) push(key string, value any) { m.entries = append(m.entries, entry{key, value}) }

// All visits the pairs in order.
func (m *Map) All(yield func(key string, value any) bool) {
	if m == nil {
		return
	}
	for i := range m.entries {
		if !yield(m.entries[i].key, m.entries[i].value) {
			return
		}
	}
}

// clone copies the map, not the values.
func (m *Map) clone() *Map {
	c := &Map{}
	if m == nil {
		return c
	}
	c.next = m.next
	c.entries = append(make([]entry, 0, len(m.entries)+2), m.entries...)
	if len(c.entries) > indexFrom {
		c.index = make(map[string]int, 2*len(c.entries))
		for i := range c.entries {
			c.index[c.entries[i].key] = i
		}
	}
	return c
}

// isList tells whether PHP would write the map as a JSON list: keys 0..n-1 in order.
func (m *Map) isList() bool {
	for i := range m.entries {
		k := m.entries[i].key
		if len(k) > 10 || k != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// asMap reads a value as an array of PHP.
func asMap(v any) (*Map, bool) {
	switch v := v.(type) {
	case *Map:
		return v, true
	case []any:
		m := &Map{}
		for i, x := range v {
			m.Set(strconv.Itoa(i), x)
		}
		return m, true
	}
	return nil, false
}

// asList reads the values of an array of PHP, whatever its keys.
func asList(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case *Map:
		out := make([]any, 0, v.Len())
		for _, e := range v.entries {
			out = append(out, e.value)
		}
		return out, true
	}
	return nil, false
}

// str is a scalar as PHP would print it; arrays have no text.
func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "1"
		}
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// num is a value as an integer, as (int) of PHP would give it for an id: 0 for no number.
func num(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	}
	s := strings.TrimSpace(str(v))
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		return int(f)
	}
	return 0
}

// flag is a value as a yes or no: 1, true, "Y", "true", "1".
func flag(v any) bool {
	switch strings.ToLower(str(v)) {
	case "1", "y", "yes", "true":
		return true
	}
	return false
}

func yn(yes bool) string {
	if yes {
		return "Y"
	}
	return "N"
}

// raw is JSON that is written as it stands.
type raw string

// appendJSON writes a value as json_encode of PHP does: slashes and everything beyond
// ASCII are escaped, an empty array is [], keys 0..n-1 make a list.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return appendString(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendFloat(b, v)
	case json.Number:
		return append(b, v.String()...)
	case raw:
		return append(b, v...)
	case []any:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, x)
		}
		return append(b, ']')
	case []string:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, x)
		}
		return append(b, ']')
	case *Map:
		if v == nil {
			return append(b, "null"...)
		}
		if v.isList() {
			list, _ := asList(v)
			return appendJSON(b, list)
		}
		b = append(b, '{')
		for i := range v.entries {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, v.entries[i].key)
			b = append(b, ':')
			b = appendJSON(b, v.entries[i].value)
		}
		return append(b, '}')
	case map[string]any:
		return appendJSON(b, sorted(v))
	default:
		data, err := json.Marshal(v)
		if err != nil {
			return append(b, "null"...)
		}
		return append(b, data...)
	}
}

// sorted is a map of Go as a map of PHP, in the order of its keys.
func sorted(in map[string]any) *Map {
	keys := make([]string, 0, len(in))
	for k := range in {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	m := &Map{}
	for _, k := range keys {
		m.Set(k, in[k])
	}
	return m
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, '0')
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\' || c == '/':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\r':
				b = append(b, '\\', 'r')
			case c == '\t':
				b = append(b, '\\', 't')
			case c < 0x20:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r >= 0x10000 {
			r -= 0x10000
			b = appendUnit(b, 0xd800+(r>>10))
			r = 0xdc00 + r&0x3ff
		}
		b = appendUnit(b, r)
	}
	return append(b, '"')
}

func appendUnit(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
