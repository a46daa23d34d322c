package names

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		word string
		part Part
		sex  Sex
		want string
	}{
		{"Сафин", Surname, Male, "Сафин Сафина Сафину Сафина Сафиным Сафине"},
		{"Сафина", Surname, Female, "Сафина Сафиной Сафиной Сафину Сафиной Сафиной"},
		{"Сафина", Surname, Unknown, "Сафина Сафиной Сафиной Сафину Сафиной Сафиной"},
		{"Ёлкин", Surname, Unknown, "Ёлкин Ёлкина Ёлкину Ёлкина Ёлкиным Ёлкине"},
		{"Крымский", Surname, Male, "Крымский Крымского Крымскому Крымского Крымским Крымском"},
		{"Крымская", Surname, Female, "Крымская Крымской Крымской Крымскую Крымской Крымской"},
		{"Шевченко", Surname, Male, "Шевченко Шевченко Шевченко Шевченко Шевченко Шевченко"},
		{"Черных", Surname, Female, "Черных Черных Черных Черных Черных Черных"},
		{"Шмидт", Surname, Male, "Шмидт Шмидта Шмидту Шмидта Шмидтом Шмидте"},
		{"Шмидт", Surname, Female, "Шмидт Шмидт Шмидт Шмидт Шмидт Шмидт"},
		{"Тукай", Surname, Male, "Тукай Тукая Тукаю Тукая Тукаем Тукае"},
		{"Мулла", Surname, Male, "Мулла Муллы Мулле Муллу Муллой Мулле"},
		{"Гали-Ахметова", Surname, Female, "Гали-Ахметова Гали-Ахметовой Гали-Ахметовой Гали-Ахметову Гали-Ахметовой Гали-Ахметовой"},
		{"САФИН", Surname, Male, "САФИН САФИНА САФИНУ САФИНА САФИНЫМ САФИНЕ"},
		{"Марат", First, Male, "Марат Марата Марату Марата Маратом Марате"},
		{"Андрей", First, Male, "Андрей Андрея Андрею Андрея Андреем Андрее"},
		{"Рамиль", First, Male, "Рамиль Рамиля Рамилю Рамиля Рамилем Рамиле"},
		{"Дмитрий", First, Male, "Дмитрий Дмитрия Дмитрию Дмитрия Дмитрием Дмитрии"},
		{"Павел", First, Male, "Павел Павла Павлу Павла Павлом Павле"},
		{"Лев", First, Male, "Лев Льва Льву Льва Львом Льве"},
		{"Алсу", First, Female, "Алсу Алсу Алсу Алсу Алсу Алсу"},
		{"Гузель", First, Female, "Гузель Гузели Гузели Гузель Гузелью Гузели"},
		{"Гульнара", First, Female, "Гульнара Гульнары Гульнаре Гульнару Гульнарой Гульнаре"},
		{"Зульфия", First, Female, "Зульфия Зульфии Зульфии Зульфию Зульфией Зульфии"},
		{"Лейсан", First, Female, "Лейсан Лейсан Лейсан Лейсан Лейсан Лейсан"},
		{"Ольга", First, Female, "Ольга Ольги Ольге Ольгу Ольгой Ольге"},
		{"Любовь", First, Female, "Любовь Любови Любови Любовь Любовью Любови"},
		{"Наташа", First, Female, "Наташа Наташи Наташе Наташу Наташей Наташе"},
		{"Рашидович", Patronymic, Male, "Рашидович Рашидовича Рашидовичу Рашидовича Рашидовичем Рашидовиче"},
		{"Рашидовна", Patronymic, Female, "Рашидовна Рашидовны Рашидовне Рашидовну Рашидовной Рашидовне"},
	} {
		t.Run(tt.word, func(t *testing.T) {
			t.Parallel()
			got := Decline(tt.word, tt.part, tt.sex)
			if diff := cmp.Diff(tt.want, strings.Join(got[:], " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatronymicOf(t *testing.T) {
	t.Parallel()
	for father, want := range map[string]string{
		"Рашид": "Рашидович Рашидовна", "Андрей": "Андреевич Андреевна", "Рамиль": "Рамилевич Рамилевна", "Юрий": "Юрьевич Юрьевна", "Василий": "Васильевич Васильевна",
		"Дмитрий": "Дмитриевич Дмитриевна", "Лев": "Львович Львовна", "Павел": "Павлович Павловна", "Пётр": "Петрович Петровна", "Илья": "Ильич Ильинична", "Никита": "Никитич Никитична",
		"Михаил": "Михайлович Михайловна", "Игорь": "Игоревич Игоревна", "Евгений": "Евгеньевич Евгеньевна",
	} {
		if got := PatronymicOf(father, Male) + " " + PatronymicOf(father, Female); got != want {
			t.Errorf("%s: %s, верно %s", father, got, want)
		}
	}
}

func TestTableIsConsistent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range All() {
		if seen[f.Name] {
			t.Errorf("%s дважды", f.Name)
		}
		seen[f.Name] = true
		if f.Sex == Unknown {
			t.Errorf("%s: нет пола", f.Name)
		}
	}
	if f, ok := Find("гүзәл"); !ok || f.Name != "Гузель" {
		t.Errorf("татарское написание не узнано: %v", f.Name)
	}
	if got := len(FindShort("саша")); got != 2 {
		t.Errorf("«Саша» — %d имён", got)
	}
	if s := Short("Айгөл"); len(s) == 0 || s[len(s)-1] != "Айгуль" {
		t.Errorf("от «Айгөл» не дойти до «Айгуль»: %v", s)
	}
}

func TestSpelledAs(t *testing.T) {
	t.Parallel()
	for cyrillic, latin := range map[string]string{
		"хайруллин": "khairullin khayrullin hairullin hayrullin xajrullin chairullin khajrullin", "щукин": "shchukin schukin shhukin", "юлия": "yuliya iuliia julija yulia",
		"жанна": "zhanna janna", "крымский": "krymskiy krymskii krymsky krymskij krimski", "алексей": "aleksey alexey alexei aleksei", "цой": "tsoy coj tsoi", "иванов": "ivanov ivanoff ivanow",
		"дмитриев": "dmitriev dmitriyev", "чулпан": "chulpan culpan", "евгения": "evgeniya yevgenia evgeniia", "подъячев": "podyachev podiachev podieiachev",
	} {
		for _, l := range strings.Fields(latin) {
			if !SpelledAs(cyrillic, l) {
				t.Errorf("%s не узнано в %s", cyrillic, l)
			}
			shared := false
			for _, s := range Skeletons(cyrillic) {
				shared = shared || s == skeletonOf(l)
			}
			if !shared {
				t.Errorf("у %s и %s нет общего остова: %v", cyrillic, l, Skeletons(cyrillic))
			}
		}
	}
	for cyrillic, latin := range map[string]string{
		"хайруллин": "hairulin khairullina hayrulin haidullin", "сафин": "safina savin safiullin", "алсу": "asu also alsou2", "мир": "mira",
	} {
		for _, l := range strings.Fields(latin) {
			if SpelledAs(cyrillic, l) {
				t.Errorf("%s принято за %s", l, cyrillic)
			}
		}
	}
}

func skeletonOf(latin string) string {
	var b strings.Builder
	for i := range len(latin) {
		if c := FirmConsonant(latin[i]); c != 0 {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestSpellingsAreReadBack(t *testing.T) {
	t.Parallel()
	for _, f := range All() {
		w := strings.ToLower(f.Name)
		for _, s := range Spellings(w, 48) {
			if !SpelledAs(w, s) {
				t.Errorf("%s: запись %s не читается обратно", w, s)
			}
		}
		for _, scheme := range Schemes() {
			if s := strings.ReplaceAll(Latin(w, scheme), "`", ""); scheme != Scholarly && !SpelledAs(w, s) {
				t.Errorf("%s: запись %s (схема %d) не читается обратно", w, s, scheme)
			}
		}
	}
}

func TestLatin(t *testing.T) {
	t.Parallel()
	want := map[Scheme]string{Passport: "Iuliia Shchukina", GOST: "Yuliya Shhukina", Everyday: "Yuliya Schukina", Scholarly: "Julija Scukina"}
	for scheme, w := range want {
		if got := Latin("Юлия Щукина", scheme); got != w {
			t.Errorf("схема %d: %s, верно %s", scheme, got, w)
		}
	}
	for word, back := range map[string]string{"safiullina": "сафиуллина", "zhanna": "жанна", "a1": ""} {
		if got := Cyrillic(word); got != back {
			t.Errorf("%s: %s, верно %s", word, got, back)
		}
	}
}
