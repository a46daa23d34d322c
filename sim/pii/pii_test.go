package pii_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/sim/pii"
)

func ExampleDetector_Find() {
	d := pii.NewDetector(pii.ProfileChat)
	for _, s := range d.Find("Запишите Сафину Алсу, +7 907 765-43-21") {
		fmt.Println(s.Kind, s.Masked)
	}
	// Output:
	// name С*** А***
	// phone +7 9** ***-**-21
}

func ExampleDetector_Mask() {
	d := pii.NewDetector(pii.ProfileLog)
	fmt.Println(d.Mask("паспорт 92 15 000111, запись на 12.03 в 15:00"))
	// Output: паспорт ** ** ****11, запись на 12.03 в 15:00
}

func ExampleAddUp() {
	for _, s := range pii.AddUp([]string{"+7 954 1**-**-**", "+7 *** ***-22-33"}) {
		fmt.Println(s.Why)
	}
	// Output: записи по отдельности скрыты, а вместе открывают 8 цифр телефона из 10
}

func ExampleNewHealth() {
	h := pii.NewHealth([]string{"у меня диабет"})
	fmt.Println(h.Mask("клиентка принимает инсулин"))
	// Output: клиентка принимает [ЗДОРОВЬЕ]
}

func TestMaskValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind        pii.Kind
		value, want string
	}{
		{pii.Phone, "+7 907 765-43-01", "+7 9** ***-**-01"},
		{pii.Phone, "89077654301", "+7 9** ***-**-01"},
		{pii.Phone, "+375 29 123-45-67", "+**********67"},
		{pii.Phone, "восемь девятьсот", "[ТЕЛЕФОН]"},
		{pii.Email, "alsu@example.ru", "a***@e***.ru"},
		{pii.Email, "alsu собака mail точка ru", "[ПОЧТА]"},
		{pii.Name, "Сафина Алсу Рашитовна", "С*** А*** Р***"},
		{pii.BirthDate, "12.03.1989", "**.**.1989"},
		{pii.BirthDate, "12 марта", "**.**"},
		{pii.Passport, "92 15 000111", "** ** ****11"},
		{pii.SNILS, "112-233-445 95", "***-***-*** 95"},
		{pii.INN, "165500012389", "********2389"},
		{pii.OMS, "1654600832001014", "**** **** **** 1014"},
		{pii.Card, "2200 7000 0000 0124", "**** **** **** 0124"},
		{pii.CardCode, "123", "***"},
		{pii.Plate, "А001АА116", "******116"},
		{pii.Address, "г. Казань, ул. Прогонная, д. 5", "г. Казань, ***"},
		{pii.Address, "ул. Прогонная, д. 5", "[АДРЕС]"},
		{pii.Geo, "55.796127, 49.106414", "55.79, 49.10"},
		{pii.Handle, "@alsu_test", "@a***"},
		{pii.ProfileLink, "https://vk.com/id1", "vk.com/***"},
		{pii.IP, "95.24.13.7", "95.24.*.*"},
		{pii.Secret, "sk-abcdef", "[СЕКРЕТ]"},
		{pii.Health, "болит спина", "[МЕДИЦИНСКИЙ ВОПРОС]"},
		{"unknown", "value", "***"},
	} {
		t.Run(string(tt.kind)+"/"+tt.value, func(t *testing.T) {
			if got := pii.MaskValue(tt.kind, tt.value); got != tt.want {
				t.Errorf("MaskValue = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind  pii.Kind
		value string
		want  bool
	}{
		{pii.SNILS, "112-233-445 95", true}, {pii.SNILS, "087-654-302 00", true}, {pii.SNILS, "160-000-123 67", true}, {pii.SNILS, "002-008-999 00", true},
		{pii.SNILS, "112-233-445 94", false}, {pii.SNILS, "160-000-123 76", false}, {pii.SNILS, "000-000-000 00", false},
		{pii.INN, "1655000123", true}, {pii.INN, "1661009879", true}, {pii.INN, "165500012389", true}, {pii.INN, "166109870004", true},
		{pii.INN, "1655000124", false}, {pii.INN, "165500012398", false},
		{pii.OGRN, "1021600000124", true}, {pii.OGRN, "1151690003453", true}, {pii.OGRN, "304165512345674", true}, {pii.OGRN, "319169000123450", true}, {pii.OGRN, "319169000123451", false},
		{pii.OMS, "1654600832001014", true}, {pii.OMS, "1668150896001017", true}, {pii.OMS, "1697399791001011", true}, {pii.OMS, "1651930841200775", true}, {pii.OMS, "1670829100500015", true},
		{pii.OMS, "1654600832001016", false}, {pii.OMS, "1651930841200776", false},
		{pii.Card, "2200700000000124", true}, {pii.Card, "2204321055500177", true}, {pii.Card, "4111 1111 1111 1111", true}, {pii.Card, "4111111111111112", false},
		{pii.BankAccount, "40817810662000000000", true}, {pii.BankAccount, "30101810600000000603", false},
		{pii.Phone, "+7 (907) 765-43-21", true}, {pii.Phone, "8 800 555 35 35", false},
		{pii.Passport, "92 15 000111", true}, {pii.Passport, "92 50 000111", false},
		{pii.IP, "95.24.13.7", true}, {pii.IP, "192.168.0.1", false},
		{pii.VIN, "XTA210992Y2765499", true}, {pii.Plate, "A001AA116", true}, {pii.Plate, "А000АА116", false},
		{"unknown", "x", false},
	} {
		t.Run(string(tt.kind)+"/"+tt.value, func(t *testing.T) {
			if got := pii.Valid(tt.kind, tt.value); got != tt.want {
				t.Errorf("Valid(%s, %q) = %v", tt.kind, tt.value, got)
			}
		})
	}
}

func TestNormalizeJoinsWritings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind     pii.Kind
		writings []string
	}{
		{pii.Phone, []string{"+7 907 765-43-21", "8(907)7654321", "79077654321", "９０７ 765 43 21", "9077654321"}},
		{pii.Email, []string{"Alsu@Example.com", "alsu@example.com", "mailto:alsu@example.com"}},
		{pii.BirthDate, []string{"12.03.1989", "1989-03-12", "12 марта 1989", "12/03/89"}},
		{pii.Plate, []string{"А001АА116", "a001aa 116"}},
		{pii.Name, []string{"Сафина  Алсу", "сафина алсу"}},
	} {
		first := pii.Normalize(tt.kind, tt.writings[0])
		for _, w := range tt.writings[1:] {
			if got := pii.Normalize(tt.kind, w); got != first {
				t.Errorf("%s: %q is %q, want %q", tt.kind, w, got, first)
			}
		}
	}
}

func TestAllowIsNoFinding(t *testing.T) {
	t.Parallel()
	d := pii.NewDetector(pii.ProfileChat).Allow("+7 843 200-11-22", "info@salon.example", "ул. Баумана, д. 5", "Диана Салонова")
	if got := d.Find("Наш телефон 8 (843) 200-11-22, ул. Баумана, д. 5, мастер Диана Салонова"); len(got) != 0 {
		t.Errorf("found %+v", got)
	}
	if got := d.Find("а мой 8 (907) 200-11-22"); len(got) != 1 {
		t.Errorf("another phone must be found: %+v", got)
	}
}

func TestFirstNameAlone(t *testing.T) {
	t.Parallel()
	text := "Клиент Гузель хочет записаться"
	if got := pii.NewDetector(pii.ProfileLog).Find(text); len(got) != 0 {
		t.Errorf("log: %+v", got)
	}
	got := pii.NewDetector(pii.ProfileModel).Find(text)
	if len(got) != 1 || got[0].Severity != pii.Low {
		t.Errorf("model: %+v", got)
	}
}

func TestRuneSpan(t *testing.T) {
	t.Parallel()
	text := "тел. +7 907 765-43-21"
	start, end := pii.RuneSpan(text, pii.NewDetector(pii.ProfileLog).Find(text)[0])
	if diff := cmp.Diff([]int{5, 21}, []int{start, end}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFindIsSafe runs one detector in many goroutines; the race detector is the judge.
func TestFindIsSafe(t *testing.T) {
	t.Parallel()
	d := pii.NewDetector(pii.ProfileLog)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if len(d.Find("Сафина Алсу, +7 907 765-43-21")) != 2 {
					t.Error("not found")
				}
			}
		})
	}
	wg.Wait()
}

func TestKindsHaveNames(t *testing.T) {
	t.Parallel()
	for _, k := range pii.Kinds() {
		if pii.Russian(k) == "" || pii.Russian(k) == string(k) || pii.SeverityOf(k) == "" {
			t.Errorf("%s has no name or severity", k)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"", "+7 907 765-43-21", "Сафина А.Р. 12.03.1989", "{\"a\":\"\\u0410\"}", "%D0%90%FF&#1040;&nbsp;", "a@b.c", "https://x/rest/1/abcdefghijkl/",
		"восемь девятьсот семь", "8 9О7 765 4З 21", "\xd0", "\xd0\xd0\xd0", "7954***2206", "🙂1️⃣", "д. р. 1", "2a00::1:::", "@@@@", "ул. 1", "eyJ..", "пароль: ", "----", "и\u0306",
	} {
		f.Add(s)
	}
	d := pii.NewDetector(pii.ProfileModel)
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, s := range d.Find(text) {
			if s.Start < last || s.End > len(text) || s.Start >= s.End {
				t.Fatalf("span %d–%d of %d bytes after %d", s.Start, s.End, len(text), last)
			}
			last = s.Start
			if strings.TrimSpace(s.Why) == "" || s.Masked == "" {
				t.Fatalf("%s explains nothing or has no mask", s.Kind)
			}
		}
		d.Judge(text)
		pii.AddUp([]string{text, text})
	})
}

// TestNamesInAllCases declines by the table of Russian grammar: a leak is a leak in any
// case.
func TestNamesInAllCases(t *testing.T) {
	t.Parallel()
	d := pii.NewDetector(pii.ProfileLog)
	for _, forms := range [][]string{
		{"Сафин Марат", "Сафина Марата", "Сафину Марату", "Сафиным Маратом", "Сафине Марате"},
		{"Сафина Гульнара", "Сафиной Гульнары", "Сафиной Гульнаре", "Сафину Гульнару", "Сафиной Гульнарой"},
		{"Крымская Зульфия", "Крымской Зульфии", "Крымскую Зульфию", "Крымской Зульфией"},
		{"Шмидт Андрей", "Шмидта Андрея", "Шмидту Андрею", "Шмидтом Андреем", "Шмидте Андрее"},
		{"Бойко Алсу", "Тукай Нинель", "Тукай Нинели", "Тукай Нинелью"},
		{"Марат Рашидович", "Марата Рашидовича", "Марату Рашидовичу", "Маратом Рашидовичем", "Марате Рашидовиче"},
		{"Алия Рашидовна", "Алии Рашидовны", "Алию Рашидовну", "Алией Рашидовной"},
		{"Айгөл Вәлиева", "Сафина Алсуга", "Сафина Алсуның", "Рөстәм Рәшит улы", "Алсу Рәшит кызы"},
		{"Сафиуллина Гузель", "Фахретдинов Ильнур", "Алиев Вугар Мамед оглы", "Гали-Ахметова Диляра"},
	} {
		for _, name := range forms {
			text := "напомните " + name + ", пожалуйста"
			spans := d.Find(text)
			if len(spans) != 1 || spans[0].Kind != pii.Name || text[spans[0].Start:spans[0].End] != name {
				t.Errorf("%q: %+v", text, spans)
			}
		}
	}
}

// TestNamesOfOthers: streets, firms, things and words are nobody.
func TestNamesOfOthers(t *testing.T) {
	t.Parallel()
	d := pii.NewDetector(pii.ProfileLog)
	for _, text := range []string{
		"ул. Габдуллы Тукая", "ДК Сайдашева", "клиника Ивана Петрова", "роман Анна Каренина", "Вера и Надежда", "роза красная", "Слава Богу",
		"Марат готов", "Спасибо, Алсу", "мастер Гузель свободна", "врач Хасанов Р. И. принимает", "Чёрная Пятница", "лак Диана",
	} {
		if spans := d.Find(text); len(spans) != 0 {
			t.Errorf("%q: %+v", text, spans)
		}
	}
}
