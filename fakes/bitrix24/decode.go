package bitrix24

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
)

// maxDepth bounds nesting, as json_decode and max_input_nesting_level of PHP do.
const maxDepth = 64

// maxValues bounds how many values one call may carry: a hostile body must not cost more
// memory than it has bytes, and no honest call comes near.
const maxValues = 100_000

var (
	errTooDeep = errors.New("вложенность параметров больше 64")
	errTooMany = errors.New("параметров больше 100 000")
)

// decodeForm reads «a=1&b[c][]=2» as PHP reads a query string or a form, into m.
func decodeForm(m *Map, text string) error {
	for count := 0; len(text) > 0; count++ {
		if count > maxValues {
			return errTooMany
		}
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if err := putBracket(m, unescape(key), unescape(value)); err != nil {
			return err
		}
	}
	return nil
}

// unescape decodes %XX and «+»; like PHP it leaves a broken escape as it is.
func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s):
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
			b.WriteByte('%')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// putBracket puts a value under a key with brackets: «fields[PHONE][0][VALUE]».
// «[]» takes the next free index.
func putBracket(m *Map, key string, value any) error {
	name, rest := key, ""
	if i := strings.IndexByte(key, '['); i > 0 {
		name, rest = key[:i], key[i:]
	}
	if name == "" {
		return nil
	}
	for depth := 0; strings.HasPrefix(rest, "["); depth++ {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			break // PHP takes an unclosed bracket as part of nothing
		}
		if depth >= maxDepth {
			return errTooDeep
		}
		inner, ok := m.Get(name)
		next, isMap := inner.(*Map)
		if !ok || !isMap {
			next = &Map{}
			m.Set(name, next)
		}
		m, name = next, rest[1:end]
		if name == "" {
			name = strconv.Itoa(m.next)
		}
		rest = rest[end+1:]
	}
	m.Set(name, value)
	return nil
}

// decodeMultipart reads a form with files. A file becomes [name, base64], the form in
// which the portal takes files elsewhere.
func decodeMultipart(m *Map, contentType string, body []byte, limit int64) error {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("заголовок Content-Type: %w", err)
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(limit)
	if err != nil {
		return fmt.Errorf("разбор multipart: %w", err)
	}
	defer func() { _ = form.RemoveAll() }()
	values := map[string]any{}
	for key, list := range form.Value {
		values[key] = list
	}
	for key, list := range form.File {
		values[key] = list
	}
	for key, list := range sorted(values).All {
		switch list := list.(type) {
		case []string:
			for _, v := range list {
				if err := putBracket(m, key, v); err != nil {
					return err
				}
			}
		case []*multipart.FileHeader:
			for _, f := range list {
				if err := putBracket(m, key, []any{f.Filename, fmt.Sprintf("%d байт", f.Size)}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
