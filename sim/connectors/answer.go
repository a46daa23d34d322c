package connectors

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/ohler55/ojg/jp"
	"github.com/ohler55/ojg/oj"

	"progon"
)

// answerReader finds a bot's messages in its answer.
type answerReader struct {
	replies, text, buttons, title, payload jp.Expr
	carry                                  map[string]jp.Expr
}

func newAnswerReader(h HTTP) (answerReader, error) {
	r := answerReader{carry: map[string]jp.Expr{}}
	for _, p := range []struct {
		key, path string
		into      *jp.Expr
	}{
		{"replies", h.Replies, &r.replies}, {"text", h.Text, &r.text}, {"buttons", h.Buttons, &r.buttons},
		{"title", h.Title, &r.title}, {"payload", h.Payload, &r.payload},
	} {
		if p.path == "" {
			continue
		}
		e, err := jp.ParseString(p.path)
		if err != nil {
			return r, fmt.Errorf("connector.%s: неверный JSONPath «%s»: %w", p.key, p.path, err)
		}
		*p.into = e
	}
	for name, path := range h.Carry {
		e, err := jp.ParseString(path)
		if err != nil {
			return r, fmt.Errorf("connector.carry.%s: неверный JSONPath «%s»: %w", name, path, err)
		}
		r.carry[name] = e
	}
	return r, nil
}

// read returns the messages and the values to carry over. An empty answer is silence.
func (r answerReader) read(body []byte) ([]progon.Message, map[string]string, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil, nil
	}
	parsed, err := oj.Parse(body)
	if err != nil {
		return nil, nil, fmt.Errorf("ответ бота не JSON: %w; проверьте адрес в connector.path", err)
	}
	carried := map[string]string{}
	for name, e := range r.carry {
		if found := e.Get(parsed); len(found) > 0 {
			carried[name] = plain(found[0])
		}
	}
	var messages []progon.Message
	for _, v := range flatten(r.replies.Get(parsed)) {
		m := r.message(v)
		if m.Text != "" || len(m.Buttons) > 0 || m.File != "" {
			messages = append(messages, m)
		}
	}
	return messages, carried, nil
}

// flatten lets «$.replies» mean the same as «$.replies[*]».
func flatten(found []any) []any {
	if len(found) == 1 {
		if list, ok := found[0].([]any); ok {
			return list
		}
	}
	return found
}

func (r answerReader) message(v any) progon.Message {
	m := progon.Message{Kind: progon.MessageText}
	object, ok := v.(map[string]any)
	if !ok {
		m.Text = plain(v)
		return m
	}
	m.Text = plain(first(r.text, object, "text", "message", "content", "body"))
	m.ID = plain(first(nil, object, "id", "message_id"))
	for _, b := range flatten(all(r.buttons, object, "buttons", "options", "quick_replies", "suggestions")) {
		m.Buttons = append(m.Buttons, r.button(b))
	}
	return m
}

func (r answerReader) button(v any) progon.Button {
	object, ok := v.(map[string]any)
	if !ok {
		return progon.Button{Title: plain(v)}
	}
	return progon.Button{
		Title:   plain(first(r.title, object, "title", "text", "label", "caption")),
		Payload: plain(first(r.payload, object, "payload", "value", "callback_data", "data")),
		URL:     plain(first(nil, object, "url", "link")),
	}
}

func all(e jp.Expr, object map[string]any, keys ...string) []any {
	if e != nil {
		return e.Get(object)
	}
	for _, k := range keys {
		if v, ok := object[k]; ok {
			return []any{v}
		}
	}
	return nil
}

func first(e jp.Expr, object map[string]any, keys ...string) any {
	if found := all(e, object, keys...); len(found) > 0 {
		return found[0]
	}
	return nil
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return oj.JSON(v)
}
