package calls

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"progon"
)

func TestCaptureKeepsWhatWentOverTheWire(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/rest/1/secret/crm.lead.add?x=1", strings.NewReader(`{"a":1}`))
	r.Header.Set("X-B", "2")
	r.Header.Set("X-A", "1")
	body, raw, err := Capture(r, 100)
	if err != nil || string(body) != `{"a":1}` {
		t.Fatalf("body %q, err %v", body, err)
	}
	want := "POST /rest/1/secret/crm.lead.add?x=1 HTTP/1.1\r\nHost: example.com\r\nX-A: 1\r\nX-B: 2\r\n\r\n{\"a\":1}"
	if string(raw) != want {
		t.Errorf("raw:\n%s\nwant:\n%s", raw, want)
	}
}

func TestCaptureRefusesAHostileBody(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{-1, 11} { // chunked, and honest about its length
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 11)))
		r.ContentLength = length
		body, _, err := Capture(r, 10)
		if !errors.Is(err, ErrTooLarge) || len(body) != 10 {
			t.Errorf("length %d: %d bytes, err %v", length, len(body), err)
		}
	}
}

func TestJournalKeepsTheLastEvents(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC)
	j := NewJournal(3, func() time.Time { return now })
	_, grown := j.Since(0)
	for _, kind := range []string{"a", "b", "c", "d"} {
		j.Record(progon.Event{Kind: kind})
	}
	select {
	case <-grown:
	default:
		t.Error("nobody was told that the journal grew")
	}
	kept, _ := j.Since(2)
	if len(kept) != 2 || kept[0].Kind != "c" || kept[1].Seq != 4 || !kept[1].Time.Equal(now) {
		t.Errorf("kept %+v", kept)
	}
	if all, _ := j.Since(0); len(all) != 3 || all[0].Kind != "b" {
		t.Errorf("all %+v", all)
	}
}

func TestJournalIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	j := NewJournal(1000, time.Now)
	big := strings.Repeat("x", MaxBytes/4)
	for range 20 {
		j.Record(progon.Event{Text: big})
	}
	if kept, _ := j.Since(0); len(kept) != 3 || kept[2].Seq != 20 {
		t.Errorf("%d events are kept", len(kept))
	}
	j.Record(progon.Event{Text: strings.Repeat("x", MaxBytes+1)})
	if kept, _ := j.Since(0); len(kept) != 1 || kept[0].Seq != 21 {
		t.Errorf("the last event is always kept: %d", len(kept))
	}
}

func BenchmarkJournal(b *testing.B) {
	j := NewJournal(10_000, time.Now)
	for range b.N {
		j.Record(progon.Event{Kind: "crm.lead.add"})
	}
}
