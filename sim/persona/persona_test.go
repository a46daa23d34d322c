package persona

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/sim/pii/trace"
)

func TestInventIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := Invent(7, "сценарий", "Алсу"), Invent(7, "сценарий", "Алсу")
	if diff := cmp.Diff(a.Canaries(), b.Canaries()); diff != "" || a.ID != b.ID {
		t.Errorf("то же семя дало другого человека:\n%s", diff)
	}
	for name, other := range map[string]*Person{
		"другое семя": Invent(8, "сценарий", "Алсу"), "другой сценарий": Invent(7, "сценарий 2", "Алсу"), "другой клиент": Invent(7, "сценарий", "Гузель"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, v := range []string{"телефон", "почта", "паспорт", "фамилия"} {
				x, _ := a.Value(v)
				y, _ := other.Value(v)
				if x == y {
					t.Errorf("%s совпал", v)
				}
			}
		})
	}
}

func TestLabelKeepsNameAndSex(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		label, first string
		female       bool
		opts         []Option
	}{
		{label: "Алсу", first: "Алсу", female: true},
		{label: "Ринат", first: "Ринат"},
		{label: "Ильнур Сафин", first: "Ильнур"},
		{label: "Зарема", first: "Зарема", female: true},
		{label: "Сания", first: "Сания", female: true},
		{label: "Рафкат", first: "Рафкат"},
		{label: "Гузелька", first: "Гузелька", female: true},
		{label: "Клиент", opts: []Option{Woman()}, female: true},
		{label: "Мама", opts: []Option{Woman()}, female: true},
		{label: "клиент 2", opts: []Option{Man()}},
	} {
		t.Run(tt.label, func(t *testing.T) {
			t.Parallel()
			p := Invent(1, "к", tt.label, tt.opts...)
			first, err := p.Value("имя")
			if err != nil {
				t.Fatal(err)
			}
			if tt.first != "" && first != tt.first || tt.first == "" && strings.EqualFold(first, tt.label) {
				t.Errorf("имя %s", first)
			}
			if p.Female() != tt.female {
				t.Errorf("пол не тот: %v", p.Canaries()[:3])
			}
			patronymic, _ := p.Value("отчество")
			surname, _ := p.Value("фамилия")
			if strings.HasSuffix(patronymic, "на") != tt.female || strings.HasSuffix(surname, "а") != tt.female {
				t.Errorf("отчество и фамилия другого пола: %s %s", patronymic, surname)
			}
		})
	}
}

// TestValuesAreValid checks shapes and check digits by rules written apart from the
// generator.
func TestValuesAreValid(t *testing.T) {
	t.Parallel()
	shapes := map[string]*regexp.Regexp{
		"телефон":       regexp.MustCompile(`^\+7 (907|935|954|957|972|973|974|975|976|979|998) \d{3}-\d\d-\d\d$`),
		"почта":         regexp.MustCompile(`^[a-z]+\.[a-z]+\d\d@(example\.(com|org|net)|pochta\.test)$`),
		"дата рождения": regexp.MustCompile(`^\d\d\.\d\d\.(19[5-9]\d|200[0-3])$`),
		"адрес":         regexp.MustCompile(`^г\. Казань, ул\. [А-Я][а-яё]+, д\. \d+, кв\. \d+$`),
		"паспорт":       regexp.MustCompile(`^92 \d\d \d{6}$`),
		"СНИЛС":         regexp.MustCompile(`^\d{3}-\d{3}-\d{3} \d\d$`),
		"ИНН":           regexp.MustCompile(`^16\d{10}$`),
		"полис":         regexp.MustCompile(`^16\d{14}$`),
		"карта":         regexp.MustCompile(`^2204 32\d\d \d{4} \d{4}$`),
		"ник":           regexp.MustCompile(`^@[a-z]+_[a-z]{4}\d{4}$`),
		"номер машины":  regexp.MustCompile(`^[АВЕКМНОРСТУХ]\d{3}[АВЕКМНОРСТУХ]{2}116$`),
	}
	luhnOK := func(s string) bool {
		sum := 0
		for i := range s {
			d := int(s[len(s)-1-i] - '0')
			if i%2 == 1 {
				d = d*2/10 + d*2%10
			}
			sum += d
		}
		return sum%10 == 0
	}
	for i := range 300 {
		p := Invent(uint64(i), "проверка", "Клиент")
		for name, shape := range shapes {
			if v, _ := p.Value(name); !shape.MatchString(v) {
				t.Errorf("%s: %s", name, v)
			}
		}
		for _, name := range []string{"полис: слитно", "карта: слитно"} {
			if v, _ := p.Value(name); !luhnOK(v) {
				t.Errorf("%s: контрольное число неверно: %s", name, v)
			}
		}
		v, _ := p.Value("СНИЛС: слитно")
		sum := 0
		for k := range 9 {
			sum += int(v[k]-'0') * (9 - k)
		}
		if want := fmt.Sprintf("%02d", sum%101%100); v[9:] != want {
			t.Errorf("СНИЛС %s: контрольное число %s", v, want)
		}
	}
	for _, known := range []struct{ got, want string }{
		{snils("112233445"), "112-233-445 95"}, {snils("002008999"), "002-008-999 00"}, {inn("1655000123"), "165500012389"},
		{luhn("165460083200101"), "1654600832001014"}, {luhn("220070000000012"), "2200700000000124"},
	} {
		if known.got != known.want {
			t.Errorf("контрольное число: %s, верно %s", known.got, known.want)
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	p := &Person{first: "Алсу", patronymic: "Рашидовна", surname: "Сафиуллина", sex: Invent(1, "", "Алсу").sex, facts: map[string]fact{
		"имя": {value: "Алсу", mask: "А***"}, "фамилия": {value: "Сафиуллина", mask: "С***"}, "отчество": {value: "Рашидовна", mask: "Р***"},
		"телефон": {value: "+7 954 305-40-01", mask: "+7 9** ***-**-01"}, "дата рождения": {value: "12.03.1989", mask: "**.**.1989"},
		"паспорт": {value: "92 15 000111"}, "почта": {value: "alsu.s17@example.com"}, "карта": {value: "2204 3210 5550 0177"}, "код карты": {value: "123"},
	}}
	for name, want := range map[string]string{
		"имя": "Алсу", "Имя": "Алсу", " фамилия ": "Сафиуллина", "имя и фамилия": "Алсу Сафиуллина", "полное имя": "Сафиуллина Алсу Рашидовна", "ФИО": "Сафиуллина Алсу Рашидовна",
		"фамилия: род.": "Сафиуллиной", "фамилия: вин": "Сафиуллину", "имя и фамилия: дат.": "Алсу Сафиуллиной", "отчество: тв.": "Рашидовной", "фамилия и инициалы": "Сафиуллина А. Р.",
		"фамилия: латиницей": "Safiullina", "фамилия: заглавными": "САФИУЛЛИНА", "имя кратко": "Алсушка", "имя и отчество": "Алсу Рашидовна",
		"телефон": "+7 954 305-40-01", "телефон: слитно": "+79543054001", "телефон: с восьмёркой": "89543054001", "телефон:с восьмеркой": "89543054001", "телефон: со скобками": "8(954)305-40-01",
		"телефон: словами":   "восемь девятьсот пятьдесят четыре триста пять сорок ноль один",
		"телефон: по цифрам": "восемь девять пять четыре три ноль пять четыре ноль ноль один", "телефон: с буквами": "8 954 ЗО5 4О О1", "телефон: последние четыре": "4001",
		"телефон: начало": "8 954", "телефон: маска": "+7 9** ***-**-01", "ФИО: маска": "С*** А*** Р***", "телефон: середина": "305", "телефон: конец": "40 01", "номер телефона": "+7 954 305-40-01",
		"дата рождения: словами": "12 марта 1989 года", "день рождения: машинно": "1989-03-12", "паспорт: слитно": "9215000111", "почта: заглавными": "ALSU.S17@EXAMPLE.COM",
		"карта: через дефис": "2204-3210-5550-0177", "карта: последние четыре": "0177", "CVC": "123",
	} {
		got, err := p.Value(name)
		if err != nil || got != want {
			t.Errorf("{%s}: %q (%v), верно %q", name, got, err, want)
		}
	}
	for name, want := range map[string][]string{
		"тилефон":           {"{тилефон}", "есть: ", "дата рождения", "Может быть, «телефон»?"},
		"":                  {"есть: "},
		"телефон: слитна":   {"такого варианта нет", "слитно", "Может быть, «слитно»?"},
		"телефон:":          {"после двоеточия нет варианта"},
		"телефон: род.":     {"такого варианта нет"},
		"любимый цвет":      {"есть: "},
		"имя: родительский": {"им., ", "род."},
	} {
		_, err := p.Value(name)
		if err == nil {
			t.Errorf("{%s}: нет ошибки", name)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("{%s}: в ошибке нет %q: %v", name, w, err)
			}
		}
	}
	for name, want := range map[string]string{"телефон": "+7 9** ***-**-01", "телефон: слитно": "+7 9** ***-**-01", "полное имя": "С*** А*** Р***", "имя и фамилия": "С*** А***", "чего-то": "***"} {
		if got := p.Masked(name); got != want {
			t.Errorf("маска {%s}: %q, верно %q", name, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	cast := NewCast(3, "к")
	p := cast.Person("Алсу")
	phone, _ := p.Value("телефон: слитно")
	name, _ := p.Value("имя")
	other, _ := cast.Person("Ильнур").Value("телефон")
	for _, tt := range []struct {
		line string
		want Filled
	}{
		{"хочу на маникюр", Filled{Text: "хочу на маникюр"}},
		{"Это {имя}, {телефон: слитно}.", Filled{Text: "Это " + name + ", " + phone + ".", Used: []string{"имя", "телефон: слитно"}}},
		{"{здоровье: болит зуб}, можно {здоровье: ибупрофен}?", Filled{Text: "болит зуб, можно ибупрофен?", Health: []string{"болит зуб", "ибупрофен"}}},
		{"скобки {{вот}} и {имя}", Filled{Text: "скобки {вот} и " + name, Used: []string{"имя"}}},
		{"а что у {Ильнур: телефон}?", Filled{Text: "а что у " + other + "?", Used: []string{"Ильнур: телефон"}}},
		{"", Filled{}},
	} {
		got, err := cast.Fill(p, tt.line)
		if err != nil {
			t.Errorf("%q: %v", tt.line, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.line, diff)
		}
	}
	for line, want := range map[string]string{
		"{имя": "не закрыта", "имя}": "лишняя", "{}": "нет имени", "{имя {фамилия}}": "не закрыта", "{тилефон}": "телефон", "{здоровье}": "без слов", "{здоровье: }": "без слов", "{Ильнур: цвет}": "значения",
	} {
		if got, err := cast.Fill(p, line); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "строка клиента: ") {
			t.Errorf("%q: %v (%v), ждали «%s»", line, err, got, want)
		}
	}
	if _, err := p.Fill("{Ильнур: телефон}"); err == nil {
		t.Error("без других клиентов чужое значение подставлено")
	}
}

func TestCast(t *testing.T) {
	t.Parallel()
	cast := NewCast(1, "ключ")
	if cast.Person("Алсу") != cast.Person("алсу") {
		t.Error("один и тот же клиент придуман дважды")
	}
	cast.Person("Ринат")
	if got := len(cast.All()); got != 2 {
		t.Errorf("людей %d", got)
	}
	if got := len(cast.Canaries()); got != 2*len(canaryNames) {
		t.Errorf("значений %d", got)
	}
	masks := regexp.MustCompile(`\d{5}`)
	for _, c := range cast.Canaries() {
		if c.Owner == "" || c.Name == "" || c.Value == "" || c.Mask == "" || c.Kind == "" || masks.MatchString(c.Mask) {
			t.Errorf("канарейка неполна: %+v", c.Name)
		}
	}
}

func TestMinor(t *testing.T) {
	t.Parallel()
	for i := range 50 {
		p := Invent(uint64(i), "дети", "Ильнур", Minor())
		if year, _ := p.Value("дата рождения: год"); year < "2011" || year > "2016" {
			t.Errorf("ребёнок родился в %s", year)
		}
	}
}

func TestEveryNameHasValue(t *testing.T) {
	t.Parallel()
	p := Invent(1, "к", "Алсу")
	for _, name := range Names() {
		if name == "здоровье" {
			continue // it has words of the scenario instead
		}
		if v, err := p.Value(name); err != nil || v == "" || p.Masked(name) == v {
			t.Errorf("{%s}: %v", name, err)
		}
	}
}

func TestTenThousandClientsShareNothing(t *testing.T) {
	t.Parallel()
	cast := NewCast(1, "толпа")
	seen := map[string]string{}
	stems := map[string]bool{}
	for i := range 10000 {
		p := cast.Person(fmt.Sprint("клиент ", i))
		for _, name := range []string{"телефон", "почта", "паспорт", "СНИЛС", "ИНН", "полис", "карта", "ник", "профиль", "номер машины", "фамилия", "адрес"} {
			v := name + " " + p.facts[name].value
			if who, taken := seen[v]; taken {
				t.Fatalf("%s: у %s и %s одно и то же", name, who, p.Label)
			}
			seen[v] = p.Label
		}
		stems[strings.TrimSuffix(p.surname, "а")] = true
	}
	if len(stems) < 9500 {
		t.Errorf("основ фамилий только %d", len(stems))
	}
}

// TestEveryVariantIsFound is the promise of canaries: however a scenario writes a value,
// the tracer knows whose it is, and finds nothing after masking.
func TestEveryVariantIsFound(t *testing.T) {
	t.Parallel()
	partial := []string{"маска", "последние две", "последние четыре", "начало", "середина", "конец", "год"}
	cast := NewCast(5, "все")
	for _, label := range []string{"Алсу", "Ринат", "Клиент", "Гость"} {
		cast.Person(label)
	}
	tracer := trace.New(cast.Canaries())
	for _, p := range cast.All() {
		for _, name := range canaryNames {
			asked := []string{name}
			for _, v := range variantsOf(name) {
				asked = append(asked, name+": "+v)
			}
			for _, ask := range asked {
				value, err := p.Value(ask)
				if err != nil {
					t.Fatal(err)
				}
				text := "клиент: " + value + ", спасибо"
				found := slices.ContainsFunc(tracer.Find(text), func(h trace.Hit) bool { return h.Canary.Owner == p.ID && h.Canary.Name == name })
				_, variant, _ := strings.Cut(ask, ": ")
				if want := !slices.Contains(partial, variant); found != want {
					t.Errorf("{%s} %q: найдено %v", ask, value, found)
				}
				if left := tracer.Find(tracer.Mask(text)); len(left) > 0 {
					t.Errorf("{%s}: после маски осталось: %q", ask, tracer.Mask(text))
				}
			}
		}
	}
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "{имя}", "{телефон: слитно}", "{{", "}}", "{здоровье: болит}", "{имя:род.}", "{:", "{a:b:c}", "{\x00}", "{здоровье:}", "{И:имя}"} {
		f.Add(s)
	}
	p := Invent(1, "к", "Алсу")
	f.Fuzz(func(t *testing.T, line string) {
		filled, err := p.Fill(line)
		if err != nil && filled.Text != "" {
			t.Error("и текст, и ошибка")
		}
		if err == nil && !strings.ContainsAny(line, "{}") && filled.Text != line {
			t.Errorf("строка без скобок изменилась: %q", filled.Text)
		}
	})
}
