package client

import (
	"testing"
	"time"
)

func TestMomentIn(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC) // a Tuesday
	for _, tt := range []struct {
		text string
		want moment
	}{
		{"завтра 11:00", moment{1, -1, -1, 11 * 60}},
		{"ср, 25 ноября, 11:00", moment{1, 3, 1125, 11 * 60}},
		{"27.11 в 19.30", moment{3, -1, 1127, 19*60 + 30}},
		{"25.11 10:00", moment{1, -1, 1125, 10 * 60}},
		{"пятница 19:30", moment{3, 5, -1, 19*60 + 30}},
		{"во вторник в 9 утра", moment{7, 2, -1, 9 * 60}},
		{"послезавтра в 6 вечера", moment{2, -1, -1, 18 * 60}},
		{"иртәгә 10:00", moment{1, -1, -1, 10 * 60}},
		{"3 января", moment{40, -1, 103, -1}},
		{"сегодня", moment{0, -1, -1, -1}},
		{"11:00–12:00", moment{-1, -1, -1, 12 * 60}},
	} {
		got, ok := momentIn(tt.text, today)
		if !ok || got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.text, got, tt.want)
		}
	}
	for _, text := range []string{"", "другой день", "назад", "99:99", "среднее покрытие", "вторая половина", "1500 ₽", "2 мастера", "32.13"} {
		if got, ok := momentIn(text, today); ok {
			t.Errorf("%q: %+v, want nothing", text, got)
		}
	}
}

func TestNearestMoment(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		wish, want string
		today      time.Time
		options    []string
	}{
		{"завтра 11:00", "ср 11:00", today, []string{"вт 11:00", "ср 11:00", "чт 11:00"}},
		{"завтра 11:00", "завтра, 12:00", time.Time{}, []string{"завтра, 18:00", "завтра, 12:00", "Другой день"}},
		{"пятница 19:30", "пт, 19:00", time.Time{}, []string{"чт, 19:30", "пт, 19:00"}},
		{"", "10:00", today, []string{"10:00", "11:00"}},
		{"вечером", "завтра 9:00", today, []string{"завтра 9:00"}},
	} {
		if got, ok := nearestMoment(tt.options, tt.wish, tt.today); !ok || got != tt.want {
			t.Errorf("%q of %q: %q, want %q", tt.wish, tt.options, got, tt.want)
		}
	}
	if got, ok := nearestMoment([]string{"Назад", "Любое"}, "завтра 11:00", today); ok {
		t.Errorf("found %q among no times", got)
	}
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want int
	}{
		{"1. Маникюр\n2. Педикюр", 2}, {"1️⃣ Да\n2️⃣ Нет", 2}, {"1) завтра 10:00\n2) завтра 11:00", 2}, {"1 — согласен, 2 — не согласен", 2}, {"Выберите: 1 - стрижка; 2 - укладка", 2}, {"1 - Маникюр\n2 - Педикюр\n3 - Брови", 3},
		{"10:00\n11:00\n12:00", 0}, {"27.11\n28.11", 0}, {"Цены: 1500 рублей, 2000 рублей", 0}, {"2 мастера свободны", 0}, {"1. Один пункт", 0}, {"", 0},
	} {
		if got := numbered(tt.text); len(got) != tt.want {
			t.Errorf("%q: %+v, want %d", tt.text, got, tt.want)
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	all := cancelled | moved | accepted | withdrawn | noted | baffled | undone
	for _, tt := range []struct {
		text string
		want outcome
	}{
		{"Ваша запись отменена.", cancelled}, {"Готово, сняла вас с записи.", cancelled}, {"Язылуыгыз юкка чыгарылды.", cancelled},
		{"Отменить запись?", 0}, {"Если запись отменена, придёт сообщение.", 0}, {"Запись не отменена.", 0}, {"Чтобы запись была отменена, позвоните.", 0},
		{"Заявка принята, ждите.", accepted}, {"Заявка не принята.", 0}, {"Ваши данные удалены.", withdrawn}, {"Согласие отозвано.", withdrawn}, {"Согласие можно отозвать.", 0},
		{"Извините, я вас не понял.", baffled}, {"Записать не удалось, что-то пошло не так.", undone}, {"Жалоба передана управляющему.", noted}, {"На что хотите записаться?", 0},
	} {
		if got := outcomeOf(fold(tt.text), all); got != tt.want {
			t.Errorf("%q: %b, want %b", tt.text, got, tt.want)
		}
	}
}
