// Package alerts is a place to which a bot may send its alarms: a web hook that takes any
// request and keeps what it says. To whom an alarm went is read from its text, from a
// field that names a role, or from the address (/alerts?to=дежурный ИТ).
package alerts

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"progon"
	"progon/fakes/calls"
)

// maxBody is more than any alarm needs.
const maxBody = 1 << 20

// Sink takes alarms over HTTP. Each of them becomes an event.
type Sink struct{ recorder progon.Recorder }

// New makes a sink.
func New(recorder progon.Recorder) *Sink { return &Sink{recorder} }

// ServeHTTP implements http.Handler. It accepts whatever comes, as such services do.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, raw, err := calls.Capture(r, maxBody)
	if err != nil {
		http.Error(w, "the alarm is too long", http.StatusRequestEntityTooLarge)
		return
	}
	e := progon.Event{
		Surface: progon.SurfaceAlert, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: "webhook",
		Place: "оповещение " + r.URL.Path, Status: http.StatusOK, Raw: raw,
	}
	e.Fields = append(fieldsOf(r.URL.Query()), read(r.Header.Get("Content-Type"), body)...)
	if len(e.Fields) == 0 {
		e.Text = string(body)
	}
	s.recorder.Record(e)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"ok":true}`)) // whoever asked has gone
}

// read flattens a body of JSON or of a form; any other stays text.
func read(contentType string, body []byte) []progon.Field {
	var any any
	if json.Unmarshal(body, &any) == nil {
		return flatten("", any)
	}
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil {
			return fieldsOf(form)
		}
	}
	if len(body) == 0 {
		return nil
	}
	return []progon.Field{{Name: "text", Value: string(body)}}
}

func fieldsOf(values url.Values) []progon.Field {
	var fields []progon.Field
	for name, all := range values {
		for _, v := range all {
			fields = append(fields, progon.Field{Name: name, Value: v})
		}
	}
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	return fields
}

func flatten(name string, v any) []progon.Field {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		var fields []progon.Field
		for _, k := range keys {
			fields = append(fields, flatten(strings.TrimPrefix(name+"."+k, "."), v[k])...)
		}
		return fields
	case []any:
		var fields []progon.Field
		for i, x := range v {
			fields = append(fields, flatten(fmt.Sprintf("%s[%d]", name, i), x)...)
		}
		return fields
	case nil:
		return nil
	}
	return []progon.Field{{Name: name, Value: fmt.Sprint(v)}}
}
