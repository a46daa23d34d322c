package persona

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"progon/sim/pii/trace/names"
)

// variant is one way to write a value.
type variant struct {
	name  string
	write func(value string) string
}

// groupOf tells which table of variants a value has.
func groupOf(base string) string {
	switch base {
	case "телефон", "другой телефон":
		return "телефон"
	case "дата рождения", "почта":
		return base
	case "паспорт", "загранпаспорт", "права", "СНИЛС", "ИНН", "полис", "карта":
		return "номер"
	case "имя", "фамилия", "отчество":
		return "слово"
	}
	if _, ok := composed[base]; ok {
		return "слово"
	}
	return "прочее"
}

var variants = map[string][]variant{
	"телефон": {
		{"слитно", func(v string) string { return "+7" + ten(v) }},
		{"без плюса", func(v string) string { return "7" + ten(v) }},
		{"с восьмёркой", func(v string) string { return "8" + ten(v) }},
		{"с восьмеркой", func(v string) string { return "8" + ten(v) }},
		{"десять цифр", ten},
		{"со скобками", func(v string) string { t := ten(v); return "8(" + t[:3] + ")" + t[3:6] + "-" + t[6:8] + "-" + t[8:] }},
		{"с пробелами", func(v string) string { return spaced("8", ten(v), " ") }},
		{"через дефис", func(v string) string { return spaced("8", ten(v), "-") }},
		{"через точку", func(v string) string { return spaced("8", ten(v), ".") }},
		{"словами", func(v string) string { t := ten(v); return "восемь " + inWords(t[:3], t[3:6], t[6:8], t[8:]) }},
		{"по цифрам", func(v string) string { return "восемь " + inWords(strings.Split(ten(v), "")...) }},
		{"с буквами", func(v string) string {
			return strings.NewReplacer("0", "О", "3", "З").Replace(spaced("8", ten(v), " "))
		}},
		{"значками", func(v string) string {
			return keycaps("8"+ten(v)[:3]) + " " + ten(v)[3:6] + " " + ten(v)[6:8] + " " + ten(v)[8:]
		}},
		{"начало", func(v string) string { return "8 " + ten(v)[:3] }},
		{"середина", func(v string) string { return ten(v)[3:6] }},
		{"конец", func(v string) string { return ten(v)[6:8] + " " + ten(v)[8:] }},
		{"последние две", func(v string) string { return ten(v)[8:] }},
		{"последние четыре", func(v string) string { return ten(v)[6:] }},
	},
	"дата рождения": {
		{"словами", func(v string) string { return date(v, "%d %s %s года") }},
		{"цифрами", func(v string) string { return strings.ReplaceAll(v, ".", "") }},
		{"машинно", func(v string) string { p := strings.Split(v, "."); return p[2] + "-" + p[1] + "-" + p[0] }},
		{"через косую", func(v string) string { return strings.ReplaceAll(v, ".", "/") }},
		{"год", func(v string) string { return v[len(v)-4:] }},
	},
	"почта": {
		{"заглавными", strings.ToUpper},
		{"словами", func(v string) string {
			return strings.NewReplacer("@", " собака ", ".", " точка ").Replace(v)
		}},
	},
	"номер": {
		{"слитно", digitsOnly},
		{"с пробелами", func(v string) string { return grouped(digitsOnly(v), " ") }},
		{"через дефис", func(v string) string { return grouped(digitsOnly(v), "-") }},
		{"последние четыре", func(v string) string { d := digitsOnly(v); return d[len(d)-4:] }},
	},
	"слово": {
		{"заглавными", strings.ToUpper},
		{"строчными", strings.ToLower},
		{"латиницей", func(v string) string { return names.Latin(v, names.Everyday) }},
		{"как в паспорте", func(v string) string { return names.Latin(v, names.Passport) }},
	},
	"прочее": {
		{"заглавными", strings.ToUpper},
		{"строчными", strings.ToLower},
	},
}

// keycaps writes digits as the picture keys of a phone.
func keycaps(digits string) string {
	var out strings.Builder
	for _, d := range digits {
		out.WriteRune(d)
		out.WriteString("\uFE0F\u20E3")
	}
	return out.String()
}

// variantsOf lists the variants of a value for an error text.
func variantsOf(base string) []string {
	all := []string{masked}
	for _, v := range variants[groupOf(base)] {
		if v.name != "с восьмеркой" {
			all = append(all, v.name)
		}
	}
	if groupOf(base) == "слово" {
		all = append(all, "им.", "род.", "дат.", "вин.", "тв.", "пр.")
	}
	sort.Strings(all)
	return all
}

func digitsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func ten(phone string) string {
	d := digitsOnly(phone)
	return d[len(d)-10:]
}

func spaced(prefix, t, sep string) string {
	return strings.Join([]string{prefix, t[:3], t[3:6], t[6:8], t[8:]}, sep)
}

// grouped writes a number in fours.
func grouped(d, sep string) string {
	var groups []string
	for len(d) > 4 {
		groups, d = append(groups, d[:4]), d[4:]
	}
	return strings.Join(append(groups, d), sep)
}

var monthsGenitive = strings.Fields("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")

func date(v, format string) string {
	p := strings.Split(v, ".")
	day, _ := strconv.Atoi(p[0])
	month, _ := strconv.Atoi(p[1])
	return fmt.Sprintf(format, day, monthsGenitive[month-1], p[2])
}

var (
	units    = strings.Fields("ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать")
	tens     = strings.Fields("- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
	hundreds = strings.Fields("- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")
)

// inWords says groups of digits as people dictate them; a group that begins with zeros
// names them: «ноль один».
func inWords(groups ...string) string {
	var said []string
	for _, g := range groups {
		for len(g) > 1 && g[0] == '0' {
			said, g = append(said, units[0]), g[1:]
		}
		n, _ := strconv.Atoi(g)
		if n >= 100 {
			said, n = append(said, hundreds[n/100]), n%100
			if n == 0 {
				continue
			}
		}
		if n >= 20 {
			said, n = append(said, tens[n/10]), n%10
			if n == 0 {
				continue
			}
		}
		said = append(said, units[n])
	}
	return strings.Join(said, " ")
}
