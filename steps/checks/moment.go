package checks

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	clockTime = regexp.MustCompile(`(\d{1,2})[:.](\d{2})`)
	spanWords = regexp.MustCompile(`^(\d+)\s*([\p{L}]+)(?:\s+([\p{L}]+))?$`)
)

var weekdays = map[string]time.Weekday{
	"понедельник": time.Monday, "вторник": time.Tuesday, "среда": time.Wednesday, "среду": time.Wednesday,
	"четверг": time.Thursday, "пятница": time.Friday, "пятницу": time.Friday,
	"суббота": time.Saturday, "субботу": time.Saturday, "воскресенье": time.Sunday,
}

// When reads a moment as scenarios write it: «завтра 11:00», «сегодня 15:00»,
// «суббота 12:00». The next such day counts, today included for the time still ahead.
func When(text string, now time.Time) (time.Time, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	m := clockTime.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	if hour > 23 || minute > 59 {
		return time.Time{}, false
	}
	at := func(days int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, hour, minute, 0, 0, now.Location())
	}
	day := strings.TrimSpace(clockTime.ReplaceAllString(text, ""))
	for _, preposition := range []string{"в ", "во ", "на "} {
		day = strings.TrimPrefix(day, preposition)
	}
	day = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(day), " в"))
	switch day {
	case "сегодня":
		return at(0), true
	case "завтра":
		return at(1), true
	case "послезавтра":
		return at(2), true
	}
	wanted, ok := weekdays[day]
	if !ok {
		return time.Time{}, false
	}
	for days := range 8 {
		if t := at(days); t.Weekday() == wanted && t.After(now) {
			return t, true
		}
	}
	return time.Time{}, false
}

// Span is a length of time as scenarios write it.
type Span struct {
	Length time.Duration // of «минут», «часов», calendar «дней»
	// WorkingDays is set instead for «рабочих дней».
	WorkingDays int
}

// ParseSpan reads «30 секунд», «1 минуту», «24 часа», «61 день», «10 рабочих дней».
func ParseSpan(text string) (Span, bool) {
	m := spanWords.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return Span{}, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 100_000 {
		return Span{}, false
	}
	unit := m[2]
	if strings.HasPrefix(unit, "рабоч") {
		return Span{WorkingDays: n}, strings.HasPrefix(m[3], "дн") || strings.HasPrefix(m[3], "ден")
	}
	if m[3] != "" && !strings.HasPrefix(unit, "календарн") {
		return Span{}, false
	}
	if strings.HasPrefix(unit, "календарн") {
		unit = m[3]
	}
	for _, u := range []struct {
		stem string
		of   time.Duration
	}{
		{"сек", time.Second}, {"мин", time.Minute}, {"час", time.Hour},
		{"день", 24 * time.Hour}, {"дня", 24 * time.Hour}, {"дней", 24 * time.Hour},
		{"сут", 24 * time.Hour}, {"недел", 7 * 24 * time.Hour},
	} {
		if strings.HasPrefix(unit, u.stem) {
			return Span{Length: time.Duration(n) * u.of}, true
		}
	}
	return Span{}, false
}

// deadlineFits tells whether a deadline keeps a term that began at the moment from: not
// later than the term, and not so early that it is another term altogether.
func (s Span) deadlineFits(from, deadline time.Time) bool {
	last := from.Add(s.Length)
	if s.WorkingDays > 0 {
		last = addWorkingDays(from, s.WorkingDays)
	}
	// A term ends with the last day, not at the hour at which it began.
	end := time.Date(last.Year(), last.Month(), last.Day(), 23, 59, 59, 0, last.Location())
	if s.Length > 0 && s.Length < 48*time.Hour {
		end = last.Add(time.Minute)
	}
	return deadline.After(from) && !deadline.After(end)
}

// holidays of the Russian production calendar that fall on the same dates every year
// (ТК РФ ст. 112). Transfers of days off differ from year to year and are not counted:
// a deadline that is too early by such a day is not a violation.
var holidays = map[[2]int]bool{
	{1, 1}: true, {1, 2}: true, {1, 3}: true, {1, 4}: true, {1, 5}: true, {1, 6}: true, {1, 7}: true, {1, 8}: true,
	{2, 23}: true, {3, 8}: true, {5, 1}: true, {5, 9}: true, {6, 12}: true, {11, 4}: true,
}

func addWorkingDays(from time.Time, n int) time.Time {
	t := from
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || holidays[[2]int{int(t.Month()), t.Day()}] {
			continue
		}
		n--
	}
	return t
}

// parseTime reads the forms of date and time that bots write into a CRM. A time without
// a zone is local.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{
		time.RFC3339Nano, time.RFC3339, "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05Z07:00",
		"02.01.2006 15:04:05 -07:00", "02.01.2006 15:04 -07:00",
		"02.01.2006 15:04:05 (UTC-07:00)", "02.01.2006 15:04 (UTC-07:00)", "02.01.2006 15:04 UTC-07", "02.01.2006 15:04:05 UTC-07",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.In(zone), true
		}
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
		"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006, 15:04", "02.01.2006 в 15:04",
	} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// hasZone tells whether a text names its zone.
var zoneMark = regexp.MustCompile(`(?:Z|[+-]\d{2}:?\d{2}|UTC|GMT|МСК|MSK)\)?$`)

func hasZone(text string) bool { return zoneMark.MatchString(strings.TrimSpace(text)) }
