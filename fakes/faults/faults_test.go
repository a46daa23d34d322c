package faults

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, howLong string
		want          Rule
	}{
		{"503 QUERY_LIMIT_EXCEEDED", "3 раза", Rule{Kind: Refuse, Status: 503, Code: "QUERY_LIMIT_EXCEEDED", Times: 3}},
		{"502", "10 минут", Rule{Kind: Break, Status: 502, For: 10 * time.Minute}},
		{"expired_token", "1 раз", Rule{Kind: Refuse, Status: 401, Code: "expired_token", Times: 1}},
		{"crm.lead.add: 429 OPERATION_TIME_LIMIT", "всегда", Rule{Kind: Refuse, Method: "crm.lead.add", Status: 429, Code: "OPERATION_TIME_LIMIT"}},
		{"задержка 3 секунды", "", Rule{Kind: Slow, Delay: 3 * time.Second}},
		{"запись без ответа", "один раз", Rule{Kind: Mute, Times: 1}},
		{"обрыв ответа", "2 раза", Rule{Kind: CutOff, Times: 2}},
		{"обрыв соединения", "5 раз", Rule{Kind: Lose, Times: 5}},
		{"ошибка разбора поля «Телефон»", "1 раз", Rule{Kind: Refuse, Status: 400, Code: "ERROR_CORE", Field: "Телефон", Times: 1}},
		{"Ошибка поля Телефон", "", Rule{Kind: Refuse, Status: 400, Code: "ERROR_CORE", Field: "телефон"}},
		{"ключ отозван", "всегда", Rule{Kind: Refuse, Status: 401, Code: "INVALID_CREDENTIALS"}},
		{"недоступна", "1 час", Rule{Kind: Break, Status: 502, For: time.Hour}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(c.what, c.howLong)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"200", "1 раз"}, {"700 X", ""}, {"плохое настроение", ""}, {"503", "иногда"}, {"задержка", ""},
		{"SOME_CODE", ""}, {"503 QUERY_LIMIT_EXCEEDED", "0 раз"},
	} {
		if r, err := Parse(c[0], c[1]); err == nil {
			t.Errorf("%q, %q: %+v", c[0], c[1], r)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("503 QUERY_LIMIT_EXCEEDED", "3 раза")
	f.Add("crm.lead.add: задержка 3 секунды", "10 минут")
	f.Fuzz(func(t *testing.T, what, howLong string) {
		if r, err := Parse(what, howLong); err == nil && r.Kind == "" {
			t.Errorf("%q, %q: a rule that does nothing", what, howLong)
		}
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC)
	var s Set
	s.Add(Rule{Kind: Refuse, Method: "crm.lead.*", Status: 503, After: 1, Times: 2}, start)
	s.Add(Rule{Kind: Slow, Method: "user.get", For: time.Minute}, start)
	s.Add(Rule{Kind: Refuse, Field: "PHONE", Status: 400}, start)
	var got []bool
	for _, c := range []struct {
		method string
		after  time.Duration
		phone  bool
	}{
		{"crm.lead.add", 0, false}, // After: the first passes
		{"CRM.Lead.Add", 0, false},
		{"crm.lead.get", 0, false},
		{"crm.lead.add", 0, false}, // Times is used up
		{"user.get", 59 * time.Second, false},
		{"user.get", time.Minute, false}, // over
		{"crm.deal.add", 0, true},
		{"crm.deal.add", 0, false},
	} {
		_, hit := s.Next(c.method, start.Add(c.after), func(string) bool { return c.phone })
		got = append(got, hit)
	}
	if d := cmp.Diff([]bool{false, true, true, false, true, false, true, false}, got); d != "" {
		t.Error(d)
	}
	s.Clear()
	if _, hit := s.Next("crm.lead.add", start, nil); hit {
		t.Error("a cleared fault is in force")
	}
}

func TestBrokenWires(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			Cut(w, http.StatusOK, []byte(`{"result":12345}`))
			return
		}
		Drop(w)
	}))
	defer server.Close()
	if resp, err := http.Post(server.URL+"/drop", "", nil); err == nil {
		_ = resp.Body.Close()
		t.Error("a dropped connection answered")
	}
	resp, err := http.Post(server.URL+"/cut", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) == 0 {
		t.Errorf("cut answer: %q, %v", body, err)
	}
}
