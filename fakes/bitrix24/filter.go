package bitrix24

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// op is what a condition asks.
type op uint8

const (
	opEqual op = iota
	opNot
	opMore
	opMoreEq
	opLess
	opLessEq
	opHas
	opHasNot
	opLike
	opNotLike
)

// prefixes of filter keys, the longest first. Page: the section on filters in
// crm/leads/crm-lead-list and crm/universal/crm-item-list of the vendor's documentation.
func prefixes() []struct {
	text string
	op   op
} {
	return []struct {
		text string
		op   op
	}{
		{"!=%", opNotLike}, {"!%=", opNotLike}, {"!%", opHasNot}, {"!=", opNot}, {"!@", opNot}, {"!", opNot},
		{">=", opMoreEq}, {"<=", opLessEq}, {">", opMore}, {"<", opLess},
		{"=%", opLike}, {"%=", opLike}, {"%", opHas}, {"@", opEqual}, {"=", opEqual},
	}
}

// splitKey parts a filter key into operator and field: «>=ID».
func splitKey(key string) (op, string) {
	for _, p := range prefixes() {
		if strings.HasPrefix(key, p.text) {
			return p.op, key[len(p.text):]
		}
	}
	return opEqual, key
}

// cond is one condition. Values are in the canonical form of the field's type, so that
// «5» meets «5.00» and «+03:00» meets «Z».
type cond struct {
	code   string
	op     op
	form   form
	values []string
	num    float64         // of the one value, for comparisons
	set    map[string]bool // of the values, where there are many
	group  *group          // instead of all above
}

// group is a list of conditions joined by AND or OR.
type group struct {
	or    bool
	conds []cond
}

// form is how values of a field compare.
type form uint8

const (
	formText form = iota
	formNumber
	formDate
	formFlag // boolean: Y and 1 are the same
)

func formOf(f *field) form {
	switch {
	case f == nil:
		return formText
	case f.number():
		return formNumber
	case f.date():
		return formDate
	case f.typ == "boolean" || f.typ == "char":
		return formFlag
	}
	return formText
}

// canon gives the form in which two equal values are the same text. Texts compare without
// regard to case, as the portal's database does.
func (s *Server) canon(f form, v string) string {
	switch f {
	case formNumber:
		if n, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return strconv.FormatFloat(n, 'f', -1, 64)
		}
	case formDate:
		if t, ok := s.parseTime(v); ok {
			return strconv.FormatInt(t.Unix(), 10)
		}
	case formFlag:
		switch v {
		case "1", "true", "TRUE", "y":
			return "y"
		case "0", "false", "FALSE", "n":
			return "n"
		}
	}
	return strings.ToLower(strings.TrimRight(v, " "))
}

func number(canonical string) float64 {
	if n, err := strconv.ParseFloat(canonical, 64); err == nil {
		return n
	}
	return math.NaN()
}

// condition makes one condition; value may be an array, which means IN.
func (s *Server) condition(o op, f *field, code string, value any) cond {
	c := cond{code: code, op: o, form: formOf(f)}
	list, many := asList(value)
	if !many {
		list = []any{value}
	}
	for _, v := range list {
		text := str(v)
		if b, ok := v.(bool); ok && c.form == formFlag {
			text = yn(b)
		}
		if o == opLike || o == opNotLike || o == opHas || o == opHasNot {
			c.values = append(c.values, strings.ToLower(text))
			continue
		}
		c.values = append(c.values, s.canon(c.form, text))
	}
	if len(c.values) > 0 {
		c.num = number(c.values[0])
	}
	if len(c.values) > fewValues {
		c.set = make(map[string]bool, len(c.values))
		for _, v := range c.values {
			c.set[v] = true
		}
	}
	return c
}

// fewValues is up to how many values of an IN are compared one by one.
const fewValues = 8

// match tells whether the canonical values of a field satisfy the condition. A field
// without values counts as empty text.
func (c *cond) match(values []string) bool {
	switch c.op {
	case opNot, opHasNot, opNotLike:
		for _, v := range values {
			if c.positive(v) {
				return false
			}
		}
		return len(values) > 0 || !c.positive("")
	}
	for _, v := range values {
		if c.positive(v) {
			return true
		}
	}
	return len(values) == 0 && c.op <= opNot && c.positive("")
}

// positive is the condition without its «not», for one canonical value.
func (c *cond) positive(v string) bool {
	switch c.op {
	case opEqual, opNot:
		if c.set != nil {
			return c.set[v]
		}
		for _, w := range c.values {
			if v == w {
				return true
			}
		}
		return false
	case opHas, opHasNot:
		for _, w := range c.values {
			if strings.Contains(v, w) {
				return true
			}
		}
		return false
	case opLike, opNotLike:
		for _, w := range c.values {
			if like(v, w) {
				return true
			}
		}
		return false
	}
	if len(c.values) == 0 {
		return false
	}
	cmp := 0
	if n := number(v); !math.IsNaN(c.num) && c.form != formText {
		if math.IsNaN(n) {
			return false
		}
		switch {
		case n < c.num:
			cmp = -1
		case n > c.num:
			cmp = 1
		}
	} else if cmp = strings.Compare(v, c.values[0]); v == "" {
		return false
	}
	switch c.op {
	case opMore:
		return cmp > 0
	case opMoreEq:
		return cmp >= 0
	case opLess:
		return cmp < 0
	default:
		return cmp <= 0
	}
}

// like matches a mask in which % stands for any text. It is linear in the length of both
// but for the restarts after each %, which only move forward.
func like(s, mask string) bool {
	parts := strings.Split(mask, "%")
	if len(parts) == 1 {
		return s == mask
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// fits tells whether everything that the group asks holds of a row.
func (g *group) fits(values func(code string, f form) []string) bool {
	for i := range g.conds {
		c := &g.conds[i]
		var ok bool
		if c.group != nil {
			ok = c.group.fits(values)
		} else {
			ok = c.match(values(c.code, c.form))
		}
		if ok == g.or {
			return ok
		}
	}
	return !g.or
}

// namer resolves the name of a field in a filter; not ok means that there is none.
type namer func(name string) (f *field, code string, ok bool)

// classicFilter reads the filter of a classic list: conditions joined by AND, unknown
// fields ignored.
func (s *Server) classicFilter(filter *Map, find namer) *group {
	g := &group{}
	for key, value := range filter.All {
		o, name := splitKey(key)
		if f, code, ok := find(name); ok {
			g.conds = append(g.conds, s.condition(o, f, code, value))
		}
	}
	return g
}

// itemFilter reads the filter of crm.item.list, which has groups and refuses unknown
// fields. Page: crm/universal/crm-item-list.
func (s *Server) itemFilter(filter *Map, find namer, depth int) (*group, error) {
	g := &group{}
	if depth > maxDepth {
		return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid filter: too deep")
	}
	for key, value := range filter.All {
		if strings.EqualFold(key, "logic") {
			g.or = strings.EqualFold(str(value), "OR")
			continue
		}
		if _, err := strconv.Atoi(key); err == nil {
			inner, ok := asMap(value)
			if !ok {
				return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid filter: field '"+key+"' has invalid value")
			}
			sub, err := s.itemFilter(inner, find, depth+1)
			if err != nil {
				return nil, err
			}
			g.conds = append(g.conds, cond{group: sub})
			continue
		}
		o, name := splitKey(key)
		f, code, ok := find(name)
		if !ok {
			return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid filter: field '"+name+"' is not allowed in filter")
		}
		if _, nested := value.(*Map); nested && value.(*Map).Len() > 0 && !value.(*Map).isList() {
			return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid filter: field '"+name+"' has invalid value")
		}
		g.conds = append(g.conds, s.condition(o, f, code, value))
	}
	return g, nil
}

// timeForms are the forms in which the portal takes dates.
func timeForms() []string {
	return []string{
		time.RFC3339, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
		"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05-07:00",
	}
}

// parseTime reads a date in any form that the portal takes; without a zone it is the
// portal's own.
func (s *Server) parseTime(v string) (time.Time, bool) {
	if len(v) == 25 && v[10] == 'T' { // the portal's own form, and the usual one
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t, true
		}
	}
	v = strings.TrimSpace(v)
	if len(v) < 8 || len(v) > 40 {
		return time.Time{}, false
	}
	for _, form := range timeForms() {
		if t, err := time.ParseInLocation(form, v, s.zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

const isoForm = "2006-01-02T15:04:05-07:00"

func (s *Server) iso(t time.Time) string { return t.In(s.zone).Format(isoForm) }
