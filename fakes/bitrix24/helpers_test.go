package bitrix24

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"progon"
)

// testTime is the clock of the tests: a Tuesday afternoon in Kazan.
func testTime() time.Time {
	return time.Date(2026, 9, 15, 14, 0, 0, 0, time.FixedZone("MSK", 3*60*60))
}

type testClock struct{ t time.Time }

func (c testClock) Now() time.Time { return c.t }

// portalUnderTest is a portal with the door and the evidence of a test.
type portalUnderTest struct {
	*Server
	t        *testing.T
	base     string
	timeline *progon.Timeline
}

func newPortal(t *testing.T, o Options) *portalUnderTest {
	t.Helper()
	timeline := progon.NewTimeline(testClock{testTime()})
	if o.Clock == nil {
		o.Clock = testTime
	}
	if o.Token == "" {
		o.Token = "secret"
	}
	o.Recorder = timeline
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	door := httptest.NewServer(s)
	t.Cleanup(door.Close)
	return &portalUnderTest{s, t, s.WebhookURL(door.URL), timeline}
}

// call posts JSON and returns the status and the decoded answer.
func (p *portalUnderTest) call(method, params string) (int, map[string]any) {
	p.t.Helper()
	return p.send("POST", p.base+method, "application/json", params)
}

func (p *portalUnderTest) form(method, params string) (int, map[string]any) {
	p.t.Helper()
	return p.send("POST", p.base+method, "application/x-www-form-urlencoded", params)
}

func (p *portalUnderTest) send(verb, address, kind, body string) (int, map[string]any) {
	p.t.Helper()
	req, err := http.NewRequest(verb, address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		p.t.Fatalf("%s: answer is no JSON: %v\n%s", address, err, data)
	}
	return resp.StatusCode, out
}

// ok is a call that must succeed; it returns the result.
func (p *portalUnderTest) ok(method, params string) any {
	p.t.Helper()
	status, answer := p.call(method, params)
	if status != 200 {
		p.t.Fatalf("%s %s: %d %v", method, params, status, answer)
	}
	if _, ok := answer["time"].(map[string]any)["operating"]; !ok {
		p.t.Fatalf("%s: no time.operating", method)
	}
	return answer["result"]
}

// refused is a call that must be refused with that status and code.
func (p *portalUnderTest) refused(method, params string, status int, code any) {
	p.t.Helper()
	got, answer := p.call(method, params)
	if n, ok := code.(int); ok {
		code = float64(n)
	}
	if got != status || answer["error"] != code {
		p.t.Errorf("%s %s: %d %v, want %d %v", method, params, got, answer, status, code)
	}
}

func dig(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, key := range path {
		switch key := key.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("no map at %v: %v", key, v)
			}
			v = m[key]
		case int:
			list, ok := v.([]any)
			if !ok || key >= len(list) {
				t.Fatalf("no list with %v: %v", key, v)
			}
			v = list[key]
		}
	}
	return v
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
