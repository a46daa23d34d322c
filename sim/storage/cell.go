package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"progon"
	"progon/sim/excerpt"
)

// cell is one stored value.
type cell struct {
	id      string // what tells it from the others; may hold personal data
	surface progon.Surface
	kind    string // the storage and the table: «sqlite clients»
	place   string // where a person looks for it; holds no personal data
	name    string // of the column, the first part of the paths of JSON in it
	raw     []byte
	key     string // a name that the bot has made up and that may give away a client
}

func (c cell) event() progon.Event {
	e := progon.Event{
		Surface: c.surface, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: c.kind, Place: c.place, Raw: c.raw,
	}
	if c.key != "" {
		e.Fields = append(e.Fields, progon.Field{Name: "имя", Value: c.key})
	}
	if fields, ok := flatten(c.name, c.raw); ok {
		e.Fields = append(e.Fields, fields...)
	} else if utf8.Valid(c.raw) && bytes.IndexByte(c.raw, 0) < 0 {
		e.Text = string(c.raw)
	}
	e.Conversation = conversation(e.Fields)
	return e
}

// flatten reads JSON, so that a value in it is found with its path: «data.client.phone».
// It is not JSON where it is a bare word or number: those are values as they are.
func flatten(name string, raw []byte) ([]progon.Field, bool) {
	text := bytes.TrimSpace(raw)
	if len(text) < 2 || (text[0] != '{' && text[0] != '[') {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	f := flattener{decoder: d}
	if err := f.value(name, 0); err != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return f.fields, true
}

// flattener keeps the order in which things are written, as a map would not.
type flattener struct {
	decoder *json.Decoder
	fields  []progon.Field
}

const (
	deepest   = 64
	maxFields = 10_000
)

var errTooDeep = errors.New("слишком глубоко")

func (f *flattener) value(name string, depth int) error {
	if depth > deepest || len(f.fields) > maxFields {
		return errTooDeep
	}
	token, err := f.decoder.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		for n := 0; f.decoder.More(); n++ {
			inner := fmt.Sprintf("%s[%d]", name, n)
			if v == '{' {
				key, err := f.decoder.Token()
				if err != nil {
					return err
				}
				inner = strings.TrimPrefix(fmt.Sprintf("%s.%v", name, key), ".")
			}
			if err := f.value(inner, depth+1); err != nil {
				return err
			}
		}
		_, err := f.decoder.Token()
		return err
	case nil:
	case string:
		f.fields = append(f.fields, progon.Field{Name: name, Value: v})
	default:
		f.fields = append(f.fields, progon.Field{Name: name, Value: fmt.Sprint(v)})
	}
	return nil
}

// conversation is the session that a record carries itself.
func conversation(fields []progon.Field) string {
	for _, f := range fields {
		switch f.Name[strings.LastIndexByte(f.Name, '.')+1:] {
		case "session", "session_id", "sessionId", "chat_id", "chatId", "conversation_id", "dialog_id":
			return f.Value
		}
	}
	return ""
}

var harmlessKey = regexp.MustCompile(`^(?:\d{1,8}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)

// shown is a key as a report may show it: numbers of rows as they are, anything else
// without what may be a client's.
func shown(key string) string {
	if harmlessKey.MatchString(key) {
		return key
	}
	return excerpt.Of(key, 60)
}

func checkPatterns(patterns []string) error {
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("storage.skip: неверный образец «%s»: квадратные скобки в нём должны закрываться", p)
		}
	}
	return nil
}

// skipped tells whether one of the names of a thing matches one of the patterns.
func skipped(patterns []string, names ...string) bool {
	for _, p := range patterns {
		for _, n := range names {
			if ok, _ := path.Match(p, n); ok || p == n { // patterns are checked
				return true
			}
		}
	}
	return false
}
