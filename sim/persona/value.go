package persona

import (
	"fmt"
	"sort"
	"strings"

	"progon/sim/pii/trace/names"
)

// synonyms lead from what a scenario may write to the name of a fact.
var synonyms = map[string]string{
	"фио": "полное имя", "имя фамилия": "имя и фамилия", "фамилия и имя": "фамилия и имя", "номер": "телефон", "номер телефона": "телефон",
	"email": "почта", "e-mail": "почта", "электронная почта": "почта", "имейл": "почта", "др": "дата рождения", "день рождения": "дата рождения",
	"снилс": "СНИЛС", "инн": "ИНН", "омс": "полис", "полис омс": "полис", "номер паспорта": "паспорт", "паспорта": "паспорт",
	"номер карты": "карта", "банковская карта": "карта", "cvc": "код карты", "cvv": "код карты", "никнейм": "ник", "мессенджер": "ник",
	"ссылка на профиль": "профиль", "вконтакте": "профиль", "госномер": "номер машины", "машина": "номер машины", "автомобиль": "номер машины",
	"водительское удостоверение": "права", "заграничный паспорт": "загранпаспорт", "ласково": "имя кратко", "уменьшительное имя": "имя кратко",
}

// composed are names of values that are made of several facts.
var composed = map[string]func(*Person, int) string{
	"имя и фамилия": func(p *Person, c int) string { return p.declined("имя", c) + " " + p.declined("фамилия", c) },
	"фамилия и имя": func(p *Person, c int) string { return p.declined("фамилия", c) + " " + p.declined("имя", c) },
	"имя и отчество": func(p *Person, c int) string {
		return p.declined("имя", c) + " " + p.declined("отчество", c)
	},
	"фамилия и инициалы": func(p *Person, c int) string { return p.declined("фамилия", c) + " " + p.initials() },
	"полное имя": func(p *Person, c int) string {
		return p.declined("фамилия", c) + " " + p.declined("имя", c) + " " + p.declined("отчество", c)
	},
	"имя кратко": func(p *Person, c int) string {
		short := names.Short(p.first)
		if len(short) == 0 {
			return p.declined("имя", c)
		}
		return names.Decline(short[0], names.First, p.sex)[c]
	},
}

func (p *Person) initials() string { return initialOf(p.first) + ". " + initialOf(p.patronymic) + "." }

var nameParts = map[string]names.Part{"имя": names.First, "отчество": names.Patronymic, "фамилия": names.Surname}

func (p *Person) declined(name string, c int) string {
	return names.Decline(p.facts[name].value, nameParts[name], p.sex)[c]
}

// cases are the spellings of cases after a colon: «имя: род.».
var cases = map[string]names.Case{
	"им": names.Nominative, "род": names.Genitive, "дат": names.Dative, "вин": names.Accusative, "тв": names.Instrumental, "твор": names.Instrumental,
	"пр": names.Prepositional, "предл": names.Prepositional,
	"именительный": names.Nominative, "родительный": names.Genitive, "дательный": names.Dative, "винительный": names.Accusative,
	"творительный": names.Instrumental, "предложный": names.Prepositional,
}

// Names lists the values that a scenario may ask for, in alphabetical order.
func Names() []string {
	var all []string
	for _, n := range canaryNames {
		all = append(all, n)
	}
	all = append(all, "код карты", "здоровье")
	for n := range composed {
		all = append(all, n)
	}
	sort.Strings(all)
	return all
}

// Value gives a value by the name in a placeholder, with a variant after a colon:
// «телефон», «телефон: слитно», «имя: род.». An unknown name or variant is an error that
// lists what is known.
func (p *Person) Value(name string) (string, error) {
	base, variant, varied := strings.Cut(name, ":")
	base, variant = canonical(base), fold(variant)
	if varied && variant == "" {
		return "", fmt.Errorf("«{%s}»: после двоеточия нет варианта; для «%s» есть: %s", strings.TrimSpace(name), base, strings.Join(variantsOf(base), ", "))
	}
	f, isFact := p.facts[base]
	compose, isComposed := composed[base]
	if !isFact && !isComposed {
		return "", unknownName(base)
	}
	if variant == "" {
		if isComposed {
			return compose(p, int(names.Nominative)), nil
		}
		return f.value, nil
	}
	if c, ok := cases[strings.TrimSuffix(variant, ".")]; ok && (isComposed || isName(base)) {
		if isComposed {
			return compose(p, int(c)), nil
		}
		return p.declined(base, int(c)), nil
	}
	if variant == masked {
		return p.Masked(base), nil
	}
	whole := f.value
	if isComposed {
		whole = compose(p, int(names.Nominative))
	}
	for _, v := range variants[groupOf(base)] {
		if v.name == variant {
			return v.write(whole), nil
		}
	}
	return "", fmt.Errorf("«{%s: %s}»: такого варианта нет; для «%s» есть: %s%s", base, variant, base,
		strings.Join(variantsOf(base), ", "), suggestion(variant, variantsOf(base)))
}

// masked is the variant that every value has: what the bot should write instead of it.
const masked = "маска"

// Masked is the form of a value that may be shown.
func (p *Person) Masked(name string) string {
	base, _, _ := strings.Cut(name, ":")
	base = canonical(base)
	if f, ok := p.facts[base]; ok {
		return f.mask
	}
	if _, ok := composed[base]; !ok {
		return "***"
	}
	var parts []string
	for _, part := range []string{"фамилия", "имя", "отчество"} {
		if base == "полное имя" || strings.Contains(base, part) {
			parts = append(parts, p.facts[part].mask)
		}
	}
	return strings.Join(parts, " ")
}

func isName(base string) bool { _, ok := nameParts[base]; return ok }

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// canonical leads to the spelling of the table: capitals, ё and blanks do not matter.
func canonical(name string) string {
	name = fold(name)
	if s, ok := synonyms[name]; ok {
		return s
	}
	for _, known := range Names() {
		if fold(known) == name {
			return known
		}
	}
	return name
}

func unknownName(name string) error {
	return fmt.Errorf("значения «{%s}» нет; есть: %s%s", name, strings.Join(Names(), ", "), suggestion(name, Names()))
}

// suggestion is the nearest known word, if it is near enough to be a slip.
func suggestion(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(fold(word), fold(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ". Может быть, «" + best + "»?"
}

// distance is Levenshtein's.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, cost)
		}
	}
	return row[len(y)]
}
