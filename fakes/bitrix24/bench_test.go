package bitrix24

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"progon/fakes/calls"
)

const leadBody = `{"fields":{"TITLE":"Заявка из чата: маникюр","NAME":"Алсу","LAST_NAME":"Гарипова","SOURCE_ID":"WEB",
"PHONE":[{"VALUE":"+79000000101","VALUE_TYPE":"MOBILE"}],"COMMENTS":"хочет завтра в 11","UTM_SOURCE":"vk"}}`

// BenchmarkLeadAdd compares crm.lead.add, with the journal on, with a bare handler of
// net/http that decodes the lead and keeps it: 16 connections in both.
func BenchmarkLeadAdd(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		var mu sync.Mutex
		var leads []map[string]any
		hit(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var in struct {
				Fields map[string]any `json:"fields"`
			}
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			mu.Lock()
			leads = append(leads, in.Fields)
			n := len(leads)
			mu.Unlock()
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"result": n})
		}), "/rest/1/t/crm.lead.add")
	})
	b.Run("portal", func(b *testing.B) {
		s, err := New(Options{Token: "t", Recorder: calls.NewJournal(10_000, time.Now)})
		if err != nil {
			b.Fatal(err)
		}
		hit(b, s, "/rest/1/t/crm.lead.add")
	})
}

// hit posts leads over 16 connections.
func hit(b *testing.B, h http.Handler, path string) {
	door := httptest.NewServer(h)
	defer door.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, MaxConnsPerHost: 16}}
	b.SetParallelism(max(1, 16/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := client.Post(door.URL+path, "application/json", bytes.NewReader([]byte(leadBody)))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
}

// bigPortal is a portal with that many leads.
func bigPortal(tb testing.TB, leads int) *Server {
	tb.Helper()
	s, err := New(Options{Token: "t"})
	if err != nil {
		tb.Fatal(err)
	}
	t := s.state.tables["lead"]
	for i := range leads {
		if _, err := s.create(t, M("TITLE", fmt.Sprintf("Заявка %d", i), "NAME", "Алсу", "SOURCE_ID", []string{"WEB", "CALL", "OTHER"}[i%3],
			"OPPORTUNITY", fmt.Sprint(i), "PHONE", []any{M("VALUE", fmt.Sprintf("+7900%07d", i))}), 1); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// BenchmarkLeadList lists with a filter on a portal of 100 000 leads.
func BenchmarkLeadList(b *testing.B) {
	s := bigPortal(b, 100_000)
	for _, c := range []struct{ name, params string }{
		{"equal", `{"filter":{"SOURCE_ID":"WEB"},"order":{"ID":"DESC"}}`},
		{"phone", `{"filter":{"PHONE":"+79000050000"}}`},
		{"after id", `{"filter":{">ID":50000},"start":-1}`},
		{"range", `{"filter":{">=OPPORTUNITY":50000,"<OPPORTUNITY":60000}}`},
		{"contains", `{"filter":{"%TITLE":"9999"}}`},
		{"all", `{"start":99000}`},
		{"order by money", `{"filter":{"SOURCE_ID":"WEB"},"order":{"OPPORTUNITY":"DESC"}}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				r := httptest.NewRequest(http.MethodPost, "/rest/1/t/crm.lead.list", bytes.NewReader([]byte(c.params)))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkMemoryPerLead reports the bytes that a plain lead takes.
func BenchmarkMemoryPerLead(b *testing.B) {
	const leads = 20_000
	for range b.N {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := bigPortal(b, leads)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/leads, "B/lead")
		runtime.KeepAlive(s)
	}
}

// BenchmarkSnapshot takes a snapshot of a portal in use and goes back to it.
func BenchmarkSnapshot(b *testing.B) {
	for _, leads := range []int{100, 100_000} {
		b.Run(fmt.Sprint(leads), func(b *testing.B) {
			s := bigPortal(b, leads)
			before := s.Snapshot()
			b.ResetTimer()
			for range b.N {
				s.Restore(before)
			}
		})
	}
}
