package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ohler55/ojg/jp"
	"github.com/ohler55/ojg/oj"

	"progon/steps/botfile"
)

// control speaks to the side of a bot that clients do not see: its clock, its settings,
// its operator's window. Every bot has its own; progon.yaml describes it.
type control struct {
	base   string // address of the bot, for requests that give a path only
	client *http.Client
}

const controlTimeout = 10 * time.Second

// call makes one request and returns what its result path selects, or nil.
func (c control) call(ctx context.Context, what string, r *botfile.Request, values map[string]string) ([]any, error) {
	address := fill(r.URL, values, url.QueryEscape)
	if strings.HasPrefix(address, "/") {
		address = strings.TrimSuffix(c.base, "/") + address
	}
	var body io.Reader
	if r.Body != nil {
		text, err := json.Marshal(fillAny(r.Body, values))
		if err != nil {
			return nil, broken("control.%s: тело запроса не складывается в JSON: %w", what, err)
		}
		body = bytes.NewReader(text)
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
		if body != nil {
			method = http.MethodPost
		}
	}
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, broken("control.%s: неверный адрес: %w", what, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Headers {
		req.Header.Set(name, fill(value, values, nil))
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, broken("control.%s: бот не ответил: %w", what, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, broken("control.%s: ответ бота оборвался: %w", what, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, broken("control.%s: бот ответил %s; проверьте раздел control в progon.yaml", what, res.Status)
	}
	if r.Result == "" {
		return nil, nil
	}
	path, err := jp.ParseString(r.Result)
	if err != nil {
		return nil, broken("control.%s.result: неверный JSONPath %q: %w", what, r.Result, err)
	}
	parsed, err := oj.Parse(answer)
	if err != nil {
		return nil, broken("control.%s: ответ бота не JSON: %w", what, err)
	}
	return path.Get(parsed), nil
}

// fill puts values into {{name}}.
func fill(template string, values map[string]string, escape func(string) string) string {
	for name, value := range values {
		if escape != nil {
			value = escape(value)
		}
		template = strings.ReplaceAll(template, "{{"+name+"}}", value)
	}
	return template
}

// fillAny puts values into all strings of a YAML value. A string that is nothing but
// {{return}} becomes a boolean, so that a bot's own types are kept.
func fillAny(v any, values map[string]string) any {
	switch v := v.(type) {
	case string:
		switch filled := fill(v, values, nil); {
		case strings.HasPrefix(v, "{{") && (filled == "true" || filled == "false"):
			return filled == "true"
		default:
			return filled
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[fill(k, values, nil)] = fillAny(x, values)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = fillAny(x, values)
		}
		return out
	}
	return v
}

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		for _, key := range []string{"text", "message", "problem", "title", "name"} {
			if s, ok := v[key].(string); ok {
				return s
			}
		}
	}
	return fmt.Sprint(v)
}
