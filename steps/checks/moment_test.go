package checks

import (
	"testing"
	"time"
)

var (
	zone = time.FixedZone("Казань", 3*60*60)
	noon = time.Date(2026, time.September, 15, 14, 0, 0, 0, zone) // Tuesday
)

func TestWhen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want string // empty: not understood
	}{
		{"завтра 11:00", "2026-09-16 11:00"},
		{"завтра в 11:00", "2026-09-16 11:00"},
		{"сегодня 15:30", "2026-09-15 15:30"},
		{"послезавтра 9:05", "2026-09-17 09:05"},
		{"вторник 15:00", "2026-09-15 15:00"},
		{"вторник 13:00", "2026-09-22 13:00"}, // today's hour has passed
		{"в пятницу 19:30", "2026-09-18 19:30"},
		{"воскресенье 02:30", "2026-09-20 02:30"},
		{"завтра", ""},
		{"11:00", ""},
		{"завтра 25:00", ""},
		{"завтра 11:75", ""},
		{"тринадцатого 11:00", ""},
		{"", ""},
		{"маникюр", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, ok := When(tt.text, noon)
			if ok != (tt.want != "") {
				t.Fatalf("When(%q) understood = %v", tt.text, ok)
			}
			if ok && got.Format("2006-01-02 15:04") != tt.want {
				t.Errorf("When(%q) = %s, want %s", tt.text, got.Format("2006-01-02 15:04"), tt.want)
			}
		})
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want Span
		ok   bool
	}{
		{"30 секунд", Span{Length: 30 * time.Second}, true},
		{"1 минуту", Span{Length: time.Minute}, true},
		{"24 часа", Span{Length: 24 * time.Hour}, true},
		{"61 день", Span{Length: 61 * 24 * time.Hour}, true},
		{"30 календарных дней", Span{Length: 30 * 24 * time.Hour}, true},
		{"2 недели", Span{Length: 14 * 24 * time.Hour}, true},
		{"10 рабочих дней", Span{WorkingDays: 10}, true},
		{"10 рабочих часов", Span{WorkingDays: 10}, false},
		{"минута", Span{}, false},
		{"много дней", Span{}, false},
		{"10", Span{}, false},
		{"10 попугаев", Span{}, false},
		{"999999999999 дней", Span{}, false},
		{"", Span{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, ok := ParseSpan(tt.text)
			if ok != tt.ok || (ok && got != tt.want) {
				t.Errorf("ParseSpan(%q) = %+v, %v; want %+v, %v", tt.text, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestDeadlineFits(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	tests := []struct {
		name string
		term string
		at   string
		want bool
	}{
		{"ten working days", "10 рабочих дней", "2026-09-29 18:00", true},
		{"the last day to its end", "10 рабочих дней", "2026-09-29 23:59", true},
		{"a day late", "10 рабочих дней", "2026-09-30 09:00", false},
		{"calendar days taken for working days", "10 рабочих дней", "2026-09-25 14:00", true},
		{"thirty days", "30 дней", "2026-10-15 14:00", true},
		{"thirty-one days", "30 дней", "2026-10-16 14:00", false},
		{"in the past", "30 дней", "2026-09-14 14:00", false},
		{"an hour", "24 часа", "2026-09-16 14:00", true},
		{"an hour late", "24 часа", "2026-09-16 15:30", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			span, ok := ParseSpan(tt.term)
			if !ok {
				t.Fatal("term not understood")
			}
			if got := span.deadlineFits(noon, day(tt.at)); got != tt.want {
				t.Errorf("deadlineFits(%s, %s) = %v, want %v", tt.term, tt.at, got, tt.want)
			}
		})
	}
}

func TestSameValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		got, want string
		same      bool
	}{
		{"да", "да", true}, {"Y", "да", true}, {"1", "да", true}, {"true", "да", true}, {"Нет", "да", false}, {"", "да", false},
		{"N", "нет", true}, {"0", "нет", true}, {"отозвано", "нет", false},
		{"+79000000101", "8 900 000-01-01", true}, {"79000000102", "8 900 000-01-01", false}, {"9000000101", "+79000000101", true},
		{"Заявка из чата: маникюр", "…маникюр…", true}, {"Заявка из чата", "…маникюр…", false},
		{"2026-09-16T11:00:00+03:00", "завтра 11:00", true}, {"16.09.2026 11:00", "завтра 11:00", true},
		{"2026-09-16T08:00:00Z", "завтра 11:00", true}, {"2026-09-16T11:00:00Z", "завтра 11:00", false},
		{"  Алсу ", "алсу", true}, {"Алсуу", "алсу", false}, {"", "", true}, {"что-то", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.got+"="+tt.want, func(t *testing.T) {
			t.Parallel()
			if got := SameValue(tt.got, tt.want, noon); got != tt.same {
				t.Errorf("SameValue(%q, %q) = %v", tt.got, tt.want, got)
			}
		})
	}
}

func FuzzMoments(f *testing.F) {
	f.Add("завтра 11:00")
	f.Add("10 рабочих дней")
	f.Add("2026-09-16T11:00:00+03:00")
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := When(text, noon); ok && (at.Before(noon.AddDate(0, 0, -1)) || at.After(noon.AddDate(0, 0, 9))) {
			t.Errorf("When(%q) = %v, far away", text, at)
		}
		if span, ok := ParseSpan(text); ok && (span.Length < 0 || span.WorkingDays < 0) {
			t.Errorf("ParseSpan(%q) = %+v", text, span)
		}
		_, _ = parseTime(text, zone)
	})
}
