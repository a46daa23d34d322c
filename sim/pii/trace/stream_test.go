package trace

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestStreamFindsWhatFindFinds(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, email, fullName})
	// A long text with values at places which fall on borders of windows and writes.
	var b strings.Builder
	want := 0
	for i := 0; b.Len() < 5<<20; i++ {
		b.WriteString("2026-11-23 12:00:01 INFO обычная строка журнала без данных клиента\n")
		if i%997 == 0 {
			fmt.Fprintf(&b, "%*s8(954)765-43-21\n", i%61, "")
			want++
		}
		if i%1499 == 0 {
			fmt.Fprintf(&b, `{"m":"%s"}`+"\n", b64("клиент alsu.safiullina17@example.com"))
			want++
		}
	}
	text := b.String()
	for _, size := range []int{1 << 20, 4096, 1000003, 77777} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := tracer.Stream()
			var found []Hit
			s.OnHit = func(h Hit) { found = append(found, h) }
			for from := 0; from < len(text); from += size {
				if _, err := s.Write([]byte(text[from:min(from+size, len(text))])); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if len(found) != want {
				t.Errorf("найдено %d, всего %d", len(found), want)
			}
			for _, h := range found {
				if got := text[h.Start:h.End]; len(got) > 60 || strings.Contains(got, "\n") {
					t.Fatalf("место указано неверно: %q", got)
				}
			}
			if _, err := s.Write([]byte("ещё")); err == nil {
				t.Error("запись после закрытия прошла молча")
			}
			if hits := s.Hits(); len(hits) != 2 || s.Count(hits[0]) < 2 {
				t.Errorf("в сводке %d видов находок: %v", len(hits), hits)
			}
		})
	}
}

func TestStreamByteByByte(t *testing.T) {
	t.Parallel()
	s := New([]Canary{phone}).Stream()
	for _, c := range []byte("номер +7 954 765-43-21.") {
		_, _ = s.Write([]byte{c})
	}
	_ = s.Close()
	if len(s.Hits()) != 1 {
		t.Error("значение, разрезанное записями, не найдено")
	}
}

// BenchmarkStream shows time and memory on a stream of 200 MB.
func BenchmarkStream(b *testing.B) {
	tracer := New([]Canary{phone, email, fullName, birth, passport, card, address})
	line := []byte(`{"ts":"2026-11-23T12:00:01.123Z","level":"info","msg":"отправлен ответ","text":"Свободно завтра в 11:00 и в 15:30. Какое время вам удобнее?"}` + "\n")
	const size = 200 << 20
	b.SetBytes(size)
	var most uint64
	for b.Loop() {
		s := tracer.Stream()
		var m runtime.MemStats
		for n := 0; n < size; n += len(line) {
			_, _ = s.Write(line)
			if n%(64<<20) < len(line) {
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
		_ = s.Close()
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-heap")
}
