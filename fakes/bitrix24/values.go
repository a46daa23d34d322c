package bitrix24

import (
	"encoding/json"
	"net/mail"
	"slices"
	"strconv"
	"strings"
)

// fill puts the given fields into a card. Unknown fields and fields that may only be read
// are ignored, as the portal does. seed lets a seed or a person set any field.
func (s *Server) fill(t *table, r *record, fields *Map, seed bool) error {
	for name, value := range fields.All {
		f, slot, ok := t.schema.byCode(name)
		if !ok || f.code == "ID" || (f.readOnly && !seed) || (f.immutable && !seed && t.text(r, "DATE_CREATE") != "") {
			continue
		}
		if f.typ == "crm_multifield" {
			if err := s.fillComms(r, f.code, value); err != nil {
				return err
			}
			continue
		}
		if f.multiple {
			list, many := asList(value)
			if !many {
				list = []any{value}
			}
			if list = fileList(f, value, list); r.lists == nil {
				r.lists = map[uint16][]string{}
			}
			var texts []string
			for _, v := range list {
				if text, err := s.clean(f, v); err != nil {
					return err
				} else if text != "" {
					texts = append(texts, text)
				}
			}
			r.lists[slot] = texts
			s.mirror(t, r, f, texts)
			continue
		}
		text, err := s.clean(f, value)
		if err != nil {
			return err
		}
		if text == "" {
			r.unset(slot)
		} else {
			r.set(slot, text)
		}
		if f.code == "CONTACT_ID" || f.code == "COMPANY_ID" {
			s.mirrorOne(t, r, f.code+"S", text)
		}
	}
	return nil
}

// fileList keeps [name, base64] of a multiple file field together.
func fileList(f *field, value any, list []any) []any {
	if f.typ == "file" && len(list) == 2 {
		if _, nested := list[0].(string); nested {
			return []any{value}
		}
	}
	return list
}

// mirror keeps the first of a list of links in the single field beside it.
func (s *Server) mirror(t *table, r *record, f *field, ids []string) {
	single, ok := strings.CutSuffix(f.code, "S")
	if !ok {
		return
	}
	if _, _, has := t.schema.byCode(single); has {
		first := ""
		if len(ids) > 0 {
			first = ids[0]
		}
		t.put(r, single, first)
	}
}

// mirrorOne puts a single link at the head of the list beside it.
func (s *Server) mirrorOne(t *table, r *record, list, id string) {
	_, slot, ok := t.schema.byCode(list)
	if !ok {
		return
	}
	if r.lists == nil {
		r.lists = map[uint16][]string{}
	}
	if id == "" || id == "0" {
		r.lists[slot] = nil
		return
	}
	rest := slices.DeleteFunc(slices.Clone(r.lists[slot]), func(x string) bool { return x == id })
	r.lists[slot] = append([]string{id}, rest...)
}

// clean brings a value into the form in which the portal keeps it.
func (s *Server) clean(f *field, value any) (string, error) {
	text := str(value)
	b, isBool := value.(bool)
	switch {
	case f.typ == "file":
		return fileText(value), nil
	case f.typ == "boolean":
		if text == "" && !isBool {
			return "", nil
		}
		if flag(value) {
			return "1", nil
		}
		return "0", nil
	case f.typ == "char":
		if isBool {
			return yn(b), nil
		}
		if text == "1" || strings.EqualFold(text, "y") {
			return "Y", nil
		}
		return "N", nil
	case f.typ == "enumeration" && f.user != nil:
		return enumID(f, text), nil
	case f.date():
		if text == "" {
			return "", nil
		}
		when, ok := s.parseTime(text)
		if !ok {
			return "", nil // the portal drops a date that it cannot read
		}
		if f.typ == "date" {
			when = s.midnight(when)
		}
		return s.iso(when), nil
	case f.typ == "double":
		if text == "" {
			return "", nil
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
		if err != nil {
			return "", nil
		}
		if f.user != nil {
			return strconv.FormatFloat(n, 'f', -1, 64), nil
		}
		return strconv.FormatFloat(n, 'f', 2, 64), nil
	case f.number():
		if text == "" {
			return "", nil
		}
		return strconv.Itoa(num(value)), nil
	case isBool && b:
		return "1", nil
	}
	if m, ok := value.(*Map); ok && text == "" {
		if v, has := m.Get("VALUE"); has {
			return str(v), nil
		}
	}
	return text, nil
}

// fileText is what a file field keeps of [name, base64]: both, since a file may hold
// personal data that the checks must find.
func fileText(value any) string {
	if m, ok := value.(*Map); ok {
		if data, has := m.Fold("fileData"); has {
			value = data
		}
	}
	list, ok := asList(value)
	if !ok {
		return str(value)
	}
	parts := make([]string, 0, len(list))
	for _, v := range list {
		parts = append(parts, str(v))
	}
	return strings.Join(parts, ";base64,")
}

// enumID turns the value of a list item into its id; an id stays, anything else is not
// kept, as in the portal.
func enumID(f *field, text string) string {
	items, _ := f.user.Get("LIST")
	list, _ := asList(items)
	for _, item := range list {
		m, ok := asMap(item)
		if !ok {
			continue
		}
		id, _ := m.Get("ID")
		if str(id) == text {
			return text
		}
	}
	return ""
}

// fillComms applies values of a multifield: an item with ID changes or, when it is empty
// or marked DELETE, removes that value; an item without ID adds one; the rest stays.
func (s *Server) fillComms(r *record, typ string, value any) error {
	list, many := asList(value)
	if m, ok := value.(*Map); ok {
		if _, single := m.Get("VALUE"); single {
			list, many = []any{m}, true
		}
	}
	if text, ok := value.(string); ok && text != "" { // some bots write the bare value
		list, many = []any{M("VALUE", text)}, true
	}
	if n, ok := value.(json.Number); ok {
		list, many = []any{M("VALUE", n.String())}, true
	}
	if !many {
		return nil
	}
	r.comms = slices.Clone(r.comms)
	for _, item := range list {
		m, ok := asMap(item)
		if !ok {
			if str(item) == "" {
				continue
			}
			m = M("VALUE", str(item))
		}
		if err := s.fillComm(r, typ, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) fillComm(r *record, typ string, m *Map) error {
	v, _ := m.Fold("VALUE")
	text := strings.TrimSpace(str(v))
	if typ == "EMAIL" && text != "" && !goodEmail(text) {
		return refusal(400, "ERROR_CORE", "Неверный адрес электронной почты.")
	}
	del, _ := m.Fold("DELETE")
	kind, hasKind := m.Fold("VALUE_TYPE")
	if given, ok := m.Fold("ID"); ok && num(given) > 0 {
		i := slices.IndexFunc(r.comms, func(c comm) bool { return c.id == num(given) && c.typ == typ })
		if i < 0 {
			return nil
		}
		if text == "" || flag(del) {
			r.comms = slices.Delete(r.comms, i, i+1)
			return nil
		}
		r.comms[i].value = text
		if hasKind && str(kind) != "" {
			r.comms[i].kind = strings.ToUpper(str(kind))
		}
		return nil
	}
	if text == "" || flag(del) {
		return nil
	}
	c := comm{typ: typ, kind: strings.ToUpper(str(kind)), value: text}
	if c.kind == "" {
		c.kind = "WORK"
	}
	s.state.commID++
	c.id = s.state.commID
	r.comms = append(r.comms, c)
	return nil
}

func goodEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && strings.Contains(a.Address, "@") && a.Address == text
}

// findByComm is crm.duplicate.findbycomm. Page: crm/duplicates/crm-duplicate-find-by-comm.
func findByComm(c *call) (any, error) {
	if err := c.may("contact", rightRead, nil); err != nil {
		return nil, refusal(403, "Access denied", "Access denied")
	}
	typ := strings.ToUpper(c.text("type"))
	if typ == "" {
		return nil, refusal(400, "Communication type is not defined", "Parameter 'type' is required.")
	}
	if typ != "PHONE" && typ != "EMAIL" {
		return nil, refusal(400, "Communication type '"+typ+"' is not supported in current context", "Parameter 'type' is invalid.")
	}
	given, _ := c.param("values")
	list, many := asList(given)
	if !many && str(given) != "" {
		list = []any{given}
	}
	wanted := map[string]bool{}
	for i, v := range list {
		if key := commKey(typ, str(v)); key != "" && i < maxFound {
			wanted[key] = true
		}
	}
	if len(wanted) == 0 {
		return nil, refusal(400, "Communication values is not defined", "Parameter 'values' is required.")
	}
	only := strings.ToUpper(c.text("entity_type"))
	out := &Map{}
	for _, name := range []string{"lead", "contact", "company"} {
		if only != "" && only != strings.ToUpper(name) {
			continue
		}
		ids := c.havingComm(c.state.tables[name], typ, wanted)
		if len(ids) > 0 {
			out.Set(strings.ToUpper(name), ids)
		}
		if len(ids) == maxFound {
			break
		}
	}
	return out, nil
}

// maxFound is how many cards of one kind a search for duplicates returns.
const maxFound = 20

func (c *call) havingComm(t *table, typ string, wanted map[string]bool) []any {
	var ids []any
	readable := c.readable(t.kind)
	for id, r := range t.rows.all {
		for _, m := range r.comms {
			if m.typ == typ && wanted[commKey(typ, m.value)] && (readable == nil || readable(r)) {
				ids = append(ids, id)
				c.seen(t, r)
				break
			}
		}
		if len(ids) == maxFound {
			break
		}
	}
	return ids
}

// commKey is what two spellings of one phone or mail address share.
func commKey(typ, value string) string {
	if typ == "EMAIL" {
		return strings.ToLower(strings.TrimSpace(value))
	}
	value, _, _ = strings.Cut(value, ";") // an extension number is not compared
	digits := make([]byte, 0, 16)
	for i := 0; i < len(value); i++ {
		if value[i] >= '0' && value[i] <= '9' {
			digits = append(digits, value[i])
		}
	}
	if len(digits) >= 11 && digits[0] == '8' {
		digits[0] = '7'
	}
	if len(digits) == 10 && digits[0] == '9' {
		return "7" + string(digits)
	}
	return string(digits)
}
