package bitrix24

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeJSON reads a JSON text into *Map, []any, string, json.Number, bool and nil. It
// keeps the order of keys, which encoding/json does not: batch runs its commands in the
// order in which they are written.
func decodeJSON(data []byte) (any, error) {
	r := jsonReader{data: data}
	v, err := r.value(0)
	if err != nil {
		return nil, fmt.Errorf("разбор JSON: %w", err)
	}
	if r.space(); r.at != len(r.data) {
		return nil, errors.New("после значения JSON есть лишнее")
	}
	return v, nil
}

type jsonReader struct {
	data  []byte
	at    int
	count int // values so far
}

func (r *jsonReader) wrong() error { return fmt.Errorf("ошибка в знаке %d", r.at+1) }

func (r *jsonReader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// next takes a byte if it is the wanted one.
func (r *jsonReader) next(want byte) bool {
	if r.space(); r.at < len(r.data) && r.data[r.at] == want {
		r.at++
		return true
	}
	return false
}

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	if r.count++; r.count > maxValues {
		return nil, errTooMany
	}
	r.space()
	if r.at >= len(r.data) {
		return nil, errors.New("текст оборван")
	}
	switch c := r.data[r.at]; {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.list(depth)
	case c == '"':
		return r.text()
	case c == '-' || (c >= '0' && c <= '9'):
		return r.number()
	}
	for _, word := range []struct {
		text  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if end := r.at + len(word.text); end <= len(r.data) && string(r.data[r.at:end]) == word.text {
			r.at = end
			return word.value, nil
		}
	}
	return nil, r.wrong()
}

func (r *jsonReader) object(depth int) (any, error) {
	r.at++
	if r.next('}') {
		return &Map{}, nil
	}
	m := &Map{entries: make([]entry, 0, 8)}
	for {
		if r.space(); r.at >= len(r.data) || r.data[r.at] != '"' {
			return nil, r.wrong()
		}
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if !r.next(':') {
			return nil, r.wrong()
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m.Set(key, v)
		if r.next('}') {
			return m, nil
		}
		if !r.next(',') {
			return nil, r.wrong()
		}
	}
}

func (r *jsonReader) list(depth int) (any, error) {
	r.at++
	list := []any{}
	if r.next(']') {
		return list, nil
	}
	for {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if r.next(']') {
			return list, nil
		}
		if !r.next(',') {
			return nil, r.wrong()
		}
	}
}

func (r *jsonReader) number() (any, error) {
	from := r.at
	digits := func() int {
		start := r.at
		for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
			r.at++
		}
		return r.at - start
	}
	if r.data[r.at] == '-' {
		r.at++
	}
	whole := r.at
	if n := digits(); n == 0 || (n > 1 && r.data[whole] == '0') {
		return nil, r.wrong()
	}
	if r.at < len(r.data) && r.data[r.at] == '.' {
		r.at++
		if digits() == 0 {
			return nil, r.wrong()
		}
	}
	if r.at < len(r.data) && (r.data[r.at] == 'e' || r.data[r.at] == 'E') {
		r.at++
		if r.at < len(r.data) && (r.data[r.at] == '+' || r.data[r.at] == '-') {
			r.at++
		}
		if digits() == 0 {
			return nil, r.wrong()
		}
	}
	return json.Number(r.data[from:r.at]), nil
}

// text reads a string; broken UTF-8 becomes the replacement character, as elsewhere.
func (r *jsonReader) text() (string, error) {
	r.at++
	from := r.at
	for r.at < len(r.data) { // most texts have nothing to decode
		switch c := r.data[r.at]; {
		case c == '"':
			plain := r.data[from:r.at]
			r.at++
			if utf8.Valid(plain) {
				return string(plain), nil
			}
			return string([]rune(string(plain))), nil
		case c == '\\':
			return r.escaped(from)
		case c < 0x20:
			return "", r.wrong()
		}
		r.at++
	}
	return "", errors.New("строка не закрыта")
}

func (r *jsonReader) escaped(from int) (string, error) {
	out := append(make([]byte, 0, 2*(r.at-from)+32), r.data[from:r.at]...)
	for r.at < len(r.data) {
		c := r.data[r.at]
		r.at++
		switch {
		case c == '"':
			if utf8.Valid(out) {
				return string(out), nil
			}
			return string([]rune(string(out))), nil
		case c < 0x20:
			return "", r.wrong()
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.at >= len(r.data) {
			break
		}
		c = r.data[r.at]
		r.at++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			unit, ok := r.unit()
			if !ok {
				return "", r.wrong()
			}
			if utf16.IsSurrogate(unit) {
				unit = r.pair(unit)
			}
			out = utf8.AppendRune(out, unit)
		default:
			return "", r.wrong()
		}
	}
	return "", errors.New("строка не закрыта")
}

// unit reads the four digits of \uXXXX.
func (r *jsonReader) unit() (rune, bool) {
	if r.at+4 > len(r.data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.data[r.at:r.at+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	r.at += 4
	return rune(n), true
}

// pair joins the first half of a surrogate pair with the second; a half alone becomes the
// replacement character.
func (r *jsonReader) pair(first rune) rune {
	if r.at+6 > len(r.data) || r.data[r.at] != '\\' || r.data[r.at+1] != 'u' {
		return utf8.RuneError
	}
	back := r.at
	r.at += 2
	second, ok := r.unit()
	if joined := utf16.DecodeRune(first, second); ok && joined != utf8.RuneError {
		return joined
	}
	r.at = back
	return utf8.RuneError
}
