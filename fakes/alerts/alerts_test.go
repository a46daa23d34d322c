package alerts

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, time.September, 15, 14, 0, 0, 0, time.UTC) }

func post(t *testing.T, target, contentType, body string) (progon.Event, int) {
	t.Helper()
	timeline := progon.NewTimeline(clock{})
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	New(timeline).ServeHTTP(w, r)
	events := timeline.Events()
	if len(events) == 0 {
		return progon.Event{}, w.Code
	}
	return events[0], w.Code
}

func TestSinkKeepsWhatAnAlarmSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, target, contentType, body string
		fields                          []progon.Field
	}{
		{"json", "/", "application/json", `{"to":"дежурный ИТ","alert":{"text":"ключ не принят","n":2}}`, []progon.Field{
			{Name: "alert.n", Value: "2"}, {Name: "alert.text", Value: "ключ не принят"}, {Name: "to", Value: "дежурный ИТ"}}},
		{"a list", "/", "application/json", `{"alerts":[{"a":"x"}]}`, []progon.Field{{Name: "alerts[0].a", Value: "x"}}},
		{"a form", "/", "application/x-www-form-urlencoded", "text=%D1%81%D0%B1%D0%BE%D0%B9", []progon.Field{{Name: "text", Value: "сбой"}}},
		{"plain words", "/", "text/plain", "сбой", []progon.Field{{Name: "text", Value: "сбой"}}},
		{"in the address", "/?to=врач", "", "", []progon.Field{{Name: "to", Value: "врач"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, code := post(t, c.target, c.contentType, c.body)
			if code != http.StatusOK || e.Surface != progon.SurfaceAlert || e.Direction != progon.FromBot {
				t.Errorf("code %d, event %+v", code, e)
			}
			if diff := cmp.Diff(c.fields, e.Fields); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSinkRefusesAFlood(t *testing.T) {
	t.Parallel()
	e, code := post(t, "/", "text/plain", strings.Repeat("x", maxBody+1))
	if code != http.StatusRequestEntityTooLarge || e.Surface != "" {
		t.Errorf("code %d, event %+v", code, e)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[1,{"b":null}]}`))
	f.Add("application/x-www-form-urlencoded", []byte("a=%zz&b"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		n := len(read(contentType, body))
		if limit := len(body) + 1; n > limit {
			t.Errorf("%d fields of %d bytes", n, len(body))
		}
	})
}
