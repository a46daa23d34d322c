package client

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// moment is a day and an hour as people name them; what is not named is -1.
type moment struct {
	day     int // counted from today
	weekday int // time.Sunday is 0
	date    int // month*100 + day of the month
	minute  int // of the day
}

var nowhere = moment{-1, -1, -1, -1}

// momentIn reads «завтра 11:00», «пт, 27 ноября, в 19.30», «15 мая к 9 утра». today makes
// days comparable: where it is known, every named day gets its distance from today.
func momentIn(text string, today time.Time) (moment, bool) {
	m := nowhere
	tokens := timeTokens(fold(text))
	for i, t := range tokens {
		next := ""
		if i+1 < len(tokens) {
			next = tokens[i+1]
		}
		prev := ""
		if i > 0 {
			prev = tokens[i-1]
		}
		m.read(t, prev, next)
	}
	if m == nowhere {
		return m, false
	}
	if m.day < 0 && !today.IsZero() {
		m.day = m.distance(today)
	}
	return m, true
}

func (m *moment) read(t, prev, next string) {
	if d, ok := dayWord(t); ok {
		m.day = d
		return
	}
	if w, ok := weekdayWord(t); ok {
		m.weekday = w
		return
	}
	if a, b, ok := pair(t); ok {
		switch colon := strings.ContainsRune(t, ':'); {
		case a < 24 && b < 60 && (colon || m.minute < 0 && (b > 12 || b == 0 || prev == "в" || prev == "на" || prev == "к")):
			m.minute = a*60 + b
		case a >= 1 && a <= 31 && b >= 1 && b <= 12:
			m.date = b*100 + a
		}
		return
	}
	n, err := strconv.Atoi(t)
	if err != nil {
		return
	}
	switch {
	case month(next) > 0 && n >= 1 && n <= 31:
		m.date = month(next)*100 + n
	case n < 24 && m.minute < 0 && (strings.HasPrefix(next, "утра") || strings.HasPrefix(next, "час") || next == "дня" || strings.HasPrefix(next, "вечера") || next == "дә" || next == "да"):
		if (next == "дня" || strings.HasPrefix(next, "вечера")) && n < 12 {
			n += 12
		}
		m.minute = n * 60
	case n < 24 && m.minute < 0 && (prev == "в" || prev == "к" || prev == "на") && month(next) == 0:
		m.minute = n * 60
	}
}

// distance is how many days after today the moment is, as far as it says.
func (m moment) distance(today time.Time) int {
	switch {
	case m.date > 0:
		then := time.Date(today.Year(), time.Month(m.date/100), m.date%100, 12, 0, 0, 0, today.Location())
		noon := time.Date(today.Year(), today.Month(), today.Day(), 12, 0, 0, 0, today.Location())
		if then.Before(noon) {
			then = then.AddDate(1, 0, 0)
		}
		return int(then.Sub(noon).Hours()+0.5) / 24
	case m.weekday >= 0:
		d := (m.weekday - int(today.Weekday()) + 7) % 7
		if d == 0 {
			d = 7
		}
		return d
	}
	return -1
}

// apart says how far two moments are from one another, in minutes. Days that cannot be
// compared count as half a day.
func (m moment) apart(o moment) int {
	far := 0
	switch {
	case m.day >= 0 && o.day >= 0:
		far += abs(m.day-o.day) * 24 * 60
	case m.date >= 0 && o.date >= 0:
		far += abs(m.date-o.date) * 24 * 60
	case m.weekday >= 0 && o.weekday >= 0:
		far += (m.weekday - o.weekday + 7) % 7 * 24 * 60
	case m.named() != o.named():
		far += 60
	case m.named():
		far += 12 * 60
	}
	if m.minute >= 0 && o.minute >= 0 {
		far += abs(m.minute - o.minute)
	}
	return far
}

// named tells whether the moment says a day.
func (m moment) named() bool { return m.day >= 0 || m.date >= 0 || m.weekday >= 0 }

func abs(n int) int { return max(n, -n) }

// nearestMoment finds the option whose moment is nearest to the wish.
func nearestMoment(options []string, wish string, today time.Time) (string, bool) {
	want, _ := momentIn(wish, today)
	best, bestApart := "", -1
	for _, o := range options {
		m, ok := momentIn(o, today)
		if !ok {
			continue
		}
		if apart := want.apart(m); bestApart < 0 || apart < bestApart {
			best, bestApart = o, apart
		}
	}
	return best, bestApart >= 0
}

// clocksIn lists the hours that a text names as «11:00» or «11.30», in minutes.
func clocksIn(text string) []int {
	var out []int
	for _, t := range timeTokens(fold(text)) {
		if a, b, ok := pair(t); ok && strings.ContainsRune(t, ':') && a < 24 && b < 60 {
			out = append(out, a*60+b)
		}
	}
	return out
}

// timeTokens cuts a text into words and numbers; «11:00» and «27.11» stay whole.
func timeTokens(s string) []string {
	var out []string
	from, sort := -1, 0
	flush := func(to int) {
		if from >= 0 {
			out = append(out, strings.TrimRight(s[from:to], ".:"))
		}
		from = -1
	}
	for i, r := range s {
		now := 0
		switch {
		case unicode.IsDigit(r):
			now = 1
		case unicode.IsLetter(r):
			now = 2
		case (r == ':' || r == '.') && sort == 1 && from >= 0:
			now = 1
		}
		if now != sort || now == 0 {
			flush(i)
		}
		if now > 0 && from < 0 {
			from = i
		}
		sort = now
	}
	flush(len(s))
	return out
}

// pair reads two numbers with a colon or a full stop between them.
func pair(t string) (a, b int, ok bool) {
	i := strings.IndexAny(t, ":.")
	if i < 0 {
		return 0, 0, false
	}
	rest := t[i+1:]
	if j := strings.IndexAny(rest, ":."); j >= 0 {
		rest = rest[:j]
	}
	a, errA := strconv.Atoi(t[:i])
	b, errB := strconv.Atoi(rest)
	return a, b, errA == nil && errB == nil && len(rest) == 2 && i <= 2
}

func dayWord(w string) (int, bool) {
	switch w {
	case "сегодня", "бүген":
		return 0, true
	case "завтра", "завтр", "иртәгә":
		return 1, true
	case "послезавтра":
		return 2, true
	}
	return 0, false
}

func weekdayWord(w string) (int, bool) {
	switch w {
	case "пн":
		return 1, true
	case "вт":
		return 2, true
	case "ср", "средам":
		return 3, true
	case "чт":
		return 4, true
	case "пт":
		return 5, true
	case "сб":
		return 6, true
	case "вс":
		return 0, true
	}
	for _, d := range [...]struct {
		stem string
		day  int
	}{
		{"понедельник", 1}, {"вторник", 2}, {"среда", 3}, {"среду", 3}, {"среды", 3}, {"среде", 3}, {"четверг", 4}, {"пятниц", 5}, {"суббот", 6}, {"воскресень", 0},
		{"дүшәмбе", 1}, {"сишәмбе", 2}, {"чәршәмбе", 3}, {"пәнҗешәмбе", 4}, {"җомга", 5}, {"шимбә", 6}, {"якшәмбе", 0},
	} {
		if strings.HasPrefix(w, d.stem) && len(w) <= len(d.stem)+6 {
			return d.day, true
		}
	}
	return 0, false
}

func month(w string) int {
	for i, m := range [...]string{"январ", "феврал", "март", "апрел", "мая", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"} {
		if strings.HasPrefix(w, m) {
			return i + 1
		}
	}
	return 0
}
