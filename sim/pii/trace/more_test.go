package trace

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/sim/pii"
)

// A second collection by hand, written after the first one passed.
func TestRenderingsByHandAgain(t *testing.T) {
	t.Parallel()
	initials := Canary{Kind: pii.Name, Value: "Сафиуллина А. Р."}
	soft := Canary{Kind: pii.Name, Value: "Хасьянов Ильнур"}
	for name, cases := range map[string]struct {
		canary Canary
		leaks  []string
		clean  []string
	}{
		"телефон": {phone, []string{
			"21-43-765-954", "vosem devyatsot pyatdesyat chetyre semsot shestdesyat pyat sorok tri dvadtsat odin", "nine hundred fifty four seven hundred sixty five forty three twenty one",
			"+7 (954) 765 сорок три двадцать один", "9x5x4x7x6x5x4x3x2x1", "data:text/plain;base64,KzcgOTU0IDc2NS00My0yMQ==", "%2B79547654321", "tel%3A%2B79547654321", "&#43;7&nbsp;954&nbsp;765&#8209;43&#8209;21",
			"7 9 5 4 7 6 5 4 3 2 1", "phone = 8(954)-765-43-21;", "/79547654321/", "[79547654321]", "(89547654321)", "'79547654321'", "№89547654321", "=79547654321=", "тел.: восемь, девятьсот пятьдесят четыре, семьсот шестьдесят пять, сорок три, двадцать один",
			`\"phone\":\"+79547654321\"`, "+7\t954\t765\t43\t21", "8954\r\n7654321", "+7-954-765-43-21;ext=5", "phone:79547654321|name:A", "1) 8 954 765 43 21", "79547654321_79547654321",
			"7️⃣ 9️⃣5️⃣4️⃣ 7️⃣6️⃣5️⃣ 4️⃣3️⃣ 2️⃣1️⃣", "⁷⁹⁵⁴⁷⁶⁵⁴³²¹", "８（９５４）７６５－４３－２１", "八 8 954 765 43 21", "8 9S4 765 43 21", "Кому: 8O 954 765 43 21"[:0] + "8 954 765 4Э 21", "xml: <tel>8 954 765 43 21</tel>",
			"первые три 954, следующие 765, последние 4321", "phone[0]=8&phone[1]=954&phone[2]=7654321", "девять пять четыре - семь шесть пять - четыре три - два один", "89547654321,89547654322", "девятьсот 54, 765 43 21", "восемь девятьсот 54 семьсот 65 сорок три 21",
		}, []string{
			"8 954 765 43 22", "+7 954 765-34-21", "+79457654321", "8 (495) 765-43-21", "номер оканчивается на 4321", "INV-2026-9547-6543", "95476543", "+7 954 765-43-2*", "***-***-43-21", "79547*****21",
			"b64:KzcgOTU0IDc2NS00My0yMg==", "%2B79547654322", "девятьсот пятьдесят четыре рубля", "девятьсот 54 рубля", "девятьсот 54, 765 43 22", "итого 9547 руб., 65 шт., 4322", "1e9547654321ab00cd11ef22", "00112233-4455-6677-8899-547654321000",
			"https://shop.example/item/19547654321345", "ОГРН 1029547654321", "счёт 40817810954765432100", "12 954 765 432 100", "версия 9.547.654", "8.954.765.43.2",
			`"954 765 43 2" n=1`, "1234567890", "79000000000", "+7 900 000-00-00", "8 800 555-35-35",
		}},
		"полное имя": {fullName, []string{
			"SafiullinaAlsuRashidovna", "СафиуллинаАлсу", "client=SafiullinaAlsu&x=1", "Safi'ullina", "Алсу Рашидовна С.", "Сафиуллина\u00a0Алсу", "ФИО: Сафиуллина; Алсу; Рашидовна", "Сафиуллин\u0336а", "С.А.Р. Сафиуллина",
			"Сафиуллина-Алсу", "alsu.safiullina@example.org", "getClientSafiullina()", "«Сафиуллина»", "/srv/safiullina/.bashrc", "Сафиуллиною", "Ѕafiullina"[:0] + "Ꙁ Сафиуллина", "Sаfiullinа", "𝐒𝐚𝐟𝐢𝐮𝐥𝐥𝐢𝐧𝐚", "Ｓａｆｉｕｌｌｉｎａ",
			"%D0%A1%D0%B0%D1%84%D0%B8%D1%83%D0%BB%D0%BB%D0%B8%D0%BD%D0%B0", "Alsu R. Safiullina", "Safiullinoi", "Сафиул лина", "Сафи\nуллина",
		}, []string{
			"Алсу Рашидовна Хайруллина", "Зайнаб Сафиуллина", "Сафиуллина Оксана", "И. Сафиуллина", "Рашид Сафин", "Гайнуллина", "safe", "safiulla", "С*фина", "Алсу Р.", "Рашидовна А.", "AlsuRashidova",
			"Сафиуллинский переулок", "улица Сафиуллы", "клиент № 5", "Самигуллина Алсу", "администратор Алсу ответит", "Алсу и Рашид", "Мария Рашидовна Сафина",
		}},
		"сеанс":       {Canary{Kind: "session", Value: "550e8400-e29b-41d4-a716-446655440000"}, []string{"sid=550e8400-e29b-41d4-a716-446655440000;", "550E8400E29B41D4A716446655440000"}, []string{"550e8400-e29b-41d4-a716-446655440001", "550e8400-****"}},
		"ключ":        {Canary{Kind: "secret", Value: "9f86d081884c7d659a2feaa0c55ad015"}, []string{"key=9f86d081884c7d659a2feaa0c55ad015", "9F86D081884C7D659A2FEAA0C55AD015"}, []string{"9f86d081884c7d659a2feaa0c55ad016", "9f86****"}},
		"краткое имя": {Canary{Kind: "first_name", Value: "Полина"}, []string{"Полинка", "полинка", "Поля пришла", "Полине", "Polina"}, []string{"поле ввода", "заполни поля", "полином", "П***"}},
		"инициалы":    {initials, []string{"Сафиуллина", "Сафиуллиной А.Р.", "А. Сафиуллина"}, []string{"А. Р.", "Сафина А. Р.", "Б. Сафиуллина"}},
		"мягкий":      {soft, []string{"Хасьянова", "Khas'yanov", "Khasyanov", "Hasianov", "Khasianov", "Xas`yanov", "Ильнур Хасьянов"}, []string{"Хасанов", "Khasanov", "Ильнур", "Хасянова Дина"}},
		"дата": {birth, []string{"12.III.1989", "1989 г., 12 марта", `{"day":12,"month":3,"year":1989}`, "12-го марта 1989-го", "12 marta 1989", "March 12th, 1989", "12\u200b.03\u200b.1989", "1989/3/12", "12|03|1989", "12_03_1989", "двенадцатое марта 1989", "12 мар. 1989 г."},
			[]string{"12:03:1989", "12 марта 2026", "№ 12/03-1989"[:0] + "1989", "12.03.1898", "март 12", "12 шт. 3 кв. 1989 руб.", "2026-03-12", "19890313", "12.03.1988"}},
		"почта": {email, []string{"алсу точка сафиуллина17 собака экзампл точка ком", "alsu(dot)safiullina17(at)example(dot)com", "alsu.safiullina17%40example.com", "=?utf-8?q?alsu=2Esafiullina17=40example=2Ecom?=", "ALSU.SAFIULLINA17 at EXAMPLE.COM", "href=\"mailto:alsu.safiullina17@example.com\""},
			[]string{"alsu.safiullina17@example.com.ru"[:0] + "alsu.gimadieva17@example.com", "support@example.com", "alsu17@example.com", "a.safiullin17@example.com", "alsu.safiullina@mail.ru", "alsu.safiullina17@pochta.test"}},
		"паспорт": {passport, []string{"серия девяносто два пятнадцать номер ноль ноль ноль сто одиннадцать", "92\n15\n000111", "паспорт РФ 92 15, №000111", "9 2 1 5 0 0 0 1 1 1"}, []string{"паспорт 92 15 ***111", "92 15", "000111", "92 15 001011", "9215 111000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tracer := New([]Canary{cases.canary})
			for _, text := range cases.leaks {
				if len(tracer.Find(text)) == 0 {
					t.Errorf("не найдено: %q", text)
				}
			}
			for _, text := range cases.clean {
				if hits := tracer.Find(text); len(hits) > 0 {
					t.Errorf("ложная тревога (%s): %q", hits[0].Rendering, text)
				}
			}
		})
	}
}

func TestFindSays(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, email, fullName})
	for _, tt := range []struct{ text, rendering, place string }{
		{"звоните +7 954 765-43-21.", "без изменений", "+7 954 765-43-21"},
		{"звоните 8(954)765-43-21.", "восьмёрка вместо +7", "8(954)765-43-21"},
		{"id 79547654321", "только цифры", "79547654321"},
		{"id 9547654321", "без кода страны", "9547654321"},
		{"код 954, потом 765-43-21!", "разбито словами", "954, потом 765-43-21"},
		{"x=" + b64("+7 954 765-43-21") + ";", "base64", b64("+7 954 765-43-21")},
		{"x=" + b64("%D0%A1%D0%B0%D1%84%D0%B8%D1%83%D0%BB%D0%BB%D0%B8%D0%BD%D0%B0"), "base64 → URL, часть имени", b64("%D0%A1%D0%B0%D1%84%D0%B8%D1%83%D0%BB%D0%BB%D0%B8%D0%BD%D0%B0")},
		{"ждём Сафиуллину завтра", "другой падеж", "Сафиуллину"},
		{"Safiullina!", "транслит", "Safiullina"},
		{"ALSU.SAFIULLINA17@EXAMPLE.COM", "другой регистр", "ALSU.SAFIULLINA17@EXAMPLE.COM"},
		{"12345674597+", "задом наперёд", "12345674597"},
	} {
		hits := tracer.Find(tt.text)
		if len(hits) != 1 {
			t.Errorf("%q: находок %d", tt.text, len(hits))
			continue
		}
		if h := hits[0]; h.Rendering != tt.rendering || strings.TrimRight(tt.text[h.Start:h.End], "=") != strings.TrimRight(tt.place, "=") {
			t.Errorf("%q: %s на месте %q", tt.text, h.Rendering, tt.text[h.Start:h.End])
		}
	}
	if hits := (*Tracer)(nil).Find("+7 954 765-43-21"); hits != nil {
		t.Error("у пустого поиска есть находки")
	}
}

// TestPatronymicOfAnother checks that a patronymic beside somebody else's first name is
// somebody else's.
func TestPatronymicOfAnother(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{
		{Owner: "а", Kind: pii.Name, Name: "имя", Value: "Алсу"}, {Owner: "а", Kind: pii.Name, Name: "отчество", Value: "Рашидовна"},
	})
	for text, want := range map[string]bool{
		"это Рашидовна": true, "Алсу Рашидовна": true, "Алсу Рашидовне": true, "Рашидовна Алсу": true, "ваш врач Анна Рашидовна": false, "к Гульнаре Рашидовне": false, "Анна, Рашидовна": true,
	} {
		found := false
		for _, h := range tracer.Find(text) {
			found = found || h.Canary.Name == "отчество"
		}
		if found != want {
			t.Errorf("%q: найдено %v", text, found)
		}
	}
}

func TestFindAcross(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, fullName, birth, email, {Kind: pii.Name, Name: "имя", Value: "Алсу", Owner: "а"}})
	for _, tt := range []struct {
		name  string
		parts []string
		want  string // name of the canary, empty for none
		where []Part
	}{
		{"три сообщения", []string{"мой номер 8 954", "765", "43 21 жду"}, "телефон", []Part{{0, 18, 23}, {1, 0, 3}, {2, 0, 5}}},
		{"по одной цифре", strings.Split("9 5 4 7 6 5 4 3 2 1", " "), "телефон", nil},
		{"между чужими строками", []string{"8954", "записал, дальше?", "7654321"}, "телефон", nil},
		{"журнал", []string{"2026-11-23T12:00:01Z INFO user=5 text=8 954", "2026-11-23T12:00:02Z INFO user=5 text=765", "2026-11-23T12:00:05Z INFO user=5 text=4321"}, "телефон", nil},
		{"фамилия", []string{"Алсу Сафи", "уллина"}, "полное имя", nil},
		{"прописью", []string{"девятьсот пятьдесят четыре", "семьсот шестьдесят пять", "сорок три двадцать один"}, "телефон", nil},
		{"дата", []string{"12", "марта", "1989"}, "дата рождения", nil},
		{"почта", []string{"alsu.safiullina17@", "example.com"}, "почта", nil},
		{"base64", []string{b64("номер +7 954 765-43-21")[:19], b64("номер +7 954 765-43-21")[19:]}, "телефон", nil},
		{"целиком в одном", []string{"8 954 765 43 21", "спасибо"}, "", nil},
		{"чужой", []string{"8 954", "765", "43 22"}, "", nil},
		{"не все", []string{"8 954", "765", "43"}, "", nil},
		{"другой порядок", []string{"765", "8 954", "4321"}, "", nil},
		{"одна часть", []string{"8 954"}, "", nil},
		{"разговор", []string{"на 12", "в 15:30", "1989 рублей"}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hits := tracer.FindAcross(tt.parts)
			got := ""
			for _, h := range hits {
				got = h.Canary.Name
				if len(h.Parts) < 2 {
					t.Errorf("куски не указаны: %+v", h.Parts)
				}
				if h.Canary.Name == tt.want {
					break
				}
			}
			if got != tt.want {
				t.Fatalf("найдено «%s», ждали «%s»", got, tt.want)
			}
			if tt.where != nil {
				if diff := cmp.Diff(tt.where, hits[0].Parts); diff != "" {
					t.Error(diff)
				}
			}
			masked := tracer.MaskAcross(tt.parts)
			if left := tracer.FindAcross(masked); len(left) > 0 {
				t.Errorf("после маски осталось: %q", masked)
			}
			if tt.want == "" && tt.name != "целиком в одном" {
				if diff := cmp.Diff(tt.parts, masked); diff != "" {
					t.Errorf("маска тронула лишнее: %s", diff)
				}
			}
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, email, fullName, card})
	for text, want := range map[string]string{
		"":               "",
		"ничего личного": "ничего личного",
		"звоните 8(954)765-43-21 завтра":            "звоните +7 9** ***-**-21 завтра",
		"Сафиуллина, alsu.safiullina17@example.com": "А*** Р*** С***, a***@e***.com",
		"x=" + b64("+7 954 765-43-21") + "&y=1":     "x=+7 9** ***-**-21&y=1",
		"+79547654321+79547654321":                  "+7 9** ***-**-21+7 9** ***-**-21",
	} {
		if got := tracer.Mask(text); got != want {
			t.Errorf("%q: %q, ждали %q", text, got, want)
		}
	}
}

// TestMaskIsTotal puts values in all wrappings beside one another and wants nothing found
// after masking.
func TestMaskIsTotal(t *testing.T) {
	t.Parallel()
	all := []Canary{phone, email, fullName, birth, passport, snils, card, address, handle, plate, man}
	tracer := New(all)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		var b strings.Builder
		for range 1 + rng.IntN(5) {
			v := all[rng.IntN(len(all))].Value
			for range rng.IntN(3) {
				v = wrappings[rng.IntN(len(wrappings))].encode(v)
			}
			b.WriteString(v)
			b.WriteString([]string{" ", "", "\n", ", ", "8", "-", "=", "\\"}[rng.IntN(8)])
		}
		masked := tracer.Mask(b.String())
		if left := tracer.Find(masked); len(left) > 0 {
			t.Fatalf("осталось %s (%s): %q → %q", left[0].Canary.Name, left[0].Rendering, b.String(), masked)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, email, fullName})
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for range 50 {
				if len(tracer.Find("md5 d41d8cd98f00b204e9800998ecf8427e, 8 954 765 43 21")) != 1 || len(tracer.FindAcross([]string{"8 954", "7654321"})) == 0 {
					t.Error("поиск ошибся")
				}
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	all := []Canary{phone, email, fullName, birth, passport, address, plate, {Kind: pii.VIN, Value: "XTA210992Y2765499"}, {Kind: pii.IP, Value: "178.206.17.45"}}
	tracer := New(all)
	for _, c := range all {
		for _, w := range wrappings {
			f.Add(w.encode(c.Value))
		}
	}
	f.Add("=?utf-8?b??= =\r\n %u &#x; \\u{ xn--- \\x \xd0 9\xef\xb8\x8f\xe2\x83\xa3 один два три")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range tracer.Find(text) {
			if h.Start < 0 || h.End > len(text) || h.Start >= h.End {
				t.Fatalf("место вне текста: %d–%d из %d", h.Start, h.End, len(text))
			}
		}
		if left := tracer.Find(tracer.Mask(text)); len(left) > 0 {
			t.Fatalf("после маски осталось: %s", left[0].Rendering)
		}
	})
}

func FuzzNew(f *testing.F) {
	for _, v := range []string{"", " ", "+7", "а", "Алсу -", "@", "12.03.", "....", "улы кызы", "\xff", "1.2.3.4", "55.1234, 49.1234"} {
		f.Add("phone", v)
		f.Add("name", v)
		f.Add("что-то", v)
	}
	f.Fuzz(func(t *testing.T, kind, value string) {
		tracer := New([]Canary{{Kind: pii.Kind(kind), Value: value, Mask: "***"}})
		tracer.Find("текст " + value + " 12.03.1989 ещё")
	})
}
