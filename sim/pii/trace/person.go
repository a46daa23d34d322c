package trace

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"progon/sim/pii/trace/names"
)

// person is what a full name tells about neighbours of its surname: «Диляра Сафиуллина»
// is not «Алсу Сафиуллина».
type person struct {
	forenames map[uint64]bool
	surnames  map[uint64]bool
	initials  map[uint16]bool
}

func newPerson() person {
	return person{forenames: map[uint64]bool{}, surnames: map[uint64]bool{}, initials: map[uint16]bool{}}
}

// called adds a first name with all that the person may be called by it.
func (p *person) called(first string, sex names.Sex) {
	all := append([]string{first}, names.Short(first)...)
	if strings.Contains(first, "-") {
		all = append(all, strings.Split(first, "-")...) // «Анна-Мария» is two words of a text
	}
	for _, w := range all {
		for _, f := range names.Decline(w, names.First, sex) {
			p.forenames[wordHash(f)] = true
		}
		for _, s := range names.Spellings(strings.ToLower(w), 12) {
			p.forenames[wordHash(s)] = true
		}
	}
}

// companions gives each patronymic the first name of its owner: «Анна Рашидовна» on the
// staff is not the client Алсу Рашидовна.
func companions(canaries []Canary, persons []person) ([]int32, []person) {
	first := map[string]string{}
	for i := range canaries {
		if r, _ := roleOf(&canaries[i]); r == roleFirst && canaries[i].Owner != "" {
			first[canaries[i].Owner] = canaries[i].Value
		}
	}
	if len(first) == 0 {
		return nil, persons
	}
	known := map[string]int32{}
	all := make([]int32, len(canaries))
	for i := range canaries {
		all[i] = -1
		name, ok := first[canaries[i].Owner]
		if r, _ := roleOf(&canaries[i]); r != rolePatronymic || !ok {
			continue
		}
		at, ok := known[name]
		if !ok {
			p := newPerson()
			p.called(name, names.Unknown)
			at = int32(len(persons))
			persons, known[name] = append(persons, p), at
		}
		all[i] = at
	}
	return all, persons
}

// A word's aux holds whether it counts only with a capital letter (it is also a common
// word) and whose surname it is.
func wordAux(word string, person int) int32 {
	aux := int32(person) << 1
	// «Толстых» is a surname, «толстых» is not.
	if low := lower(word); commonWords[low] || utf8.RuneCountInString(word) <= 3 || strings.HasSuffix(low, "ых") || strings.HasSuffix(low, "их") {
		aux |= 1
	}
	return aux
}

// shortAux: a little diminutive is too often a word («поле», «тема») to count without its
// capital letter.
func shortAux(word string, as class) int32 {
	if as == asShort && utf8.RuneCountInString(word) <= 5 {
		return 1
	}
	return 0
}

// commonWords are names that are words too, in their cases; and short forms of names that
// mean something else.
var commonWords = func() map[string]bool {
	set := wordSet(`света рус галка маика серыи лана поля майя ася слава люба верка мира марс марса марсу мари надя роман романа роману
		мир мира миру миром мире лев рада раде раду майка гуля роза розы розе розу розои искра тори ник шура аля дина
		mars roman rose roza mir lev rada vera lada mila lana maya maia sveta slava nadezhda lubov max mark dina`)
	for _, name := range []string{"Вера", "Надежда", "Любовь", "Роза", "Лилия", "Слава", "Лев", "Мир", "Роман", "Марс", "Рада", "Майя", "Искра", "Тимур", "Алмаз", "Булат", "Азат"} {
		for _, f := range names.Decline(name, names.First, names.Unknown) {
			set[lower(f)] = true
		}
	}
	for _, surname := range []string{"Мороз", "Король", "Заяц", "Пятница", "Лебедь", "Мастер", "Зима", "Весна", "Волк", "Медведь", "Воробей", "Соловей",
		"Сокол", "Орел", "Гусь", "Жук", "Коваль", "Кравец", "Мельник", "Бондарь", "Гончар", "Ткач", "Швец", "Бобр", "Белый", "Черный", "Новый", "Добрый",
		"Малой", "Толстой", "Горький", "Веселый", "Краса", "Береза", "Дуб", "Сорока", "Ворона", "Галка", "Синица", "Муха", "Шум", "Гром", "Ветер", "Туман",
		"Мир", "Воля", "Сила", "Слово", "Пятак", "Рубль", "Копейка", "Борода", "Голова", "Рука", "Нос", "Зуб", "Борщ", "Каша", "Сало", "Соль", "Сахар"} {
		for _, f := range names.Decline(surname, names.Surname, names.Male) {
			set[lower(f)] = true
		}
	}
	return set
}()

// foreNames are all forms of all first names of the table: they tell that a neighbour of a
// surname is somebody else's first name.
var foreNames = sync.OnceValue(func() map[uint64]bool {
	set := map[uint64]bool{}
	for _, n := range names.All() {
		for _, w := range append([]string{n.Name}, n.Also...) {
			for _, f := range names.Decline(w, names.First, n.Sex) {
				set[wordHash(f)] = true
			}
			for _, s := range names.Spellings(strings.ToLower(w), 6) {
				set[wordHash(s)] = true
			}
		}
		for _, s := range n.Short {
			set[wordHash(s)] = true
		}
	}
	for _, n := range names.Others() {
		for _, f := range names.Decline(n, names.First, names.Unknown) {
			set[wordHash(f)] = true
		}
	}
	return set
})

// name looks for a person's name. A full name is found by its surname, or by first name
// and patronymic together: a first name alone identifies nobody.
func (b *builder) name(i int32, value string, r role) {
	fields := strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '`' && !unicode.IsMark(r) })
	for j := len(fields) - 1; j > 0; j-- {
		if tail := lower(fields[j]); tail == "улы" || tail == "кызы" || tail == "оглы" {
			fields = append(fields[:j-1], append([]string{fields[j-1] + fields[j]}, fields[j+1:]...)...)
		}
	}
	if len(fields) == 0 {
		b.generic(i, value)
		return
	}
	if len(fields) == 1 || r != roleFullName {
		for _, f := range fields {
			b.single(i, f, r)
		}
		return
	}
	p := newPerson()
	fields = slices.DeleteFunc(fields, func(f string) bool {
		initial := utf8.RuneCountInString(f) == 1
		if initial {
			code, _ := foldOf(f, 0)
			p.initials[code] = true
		}
		return initial
	})
	if len(fields) == 0 {
		b.generic(i, value)
		return
	}
	first, patronymic, surname := parts(fields)
	if first != "" {
		p.called(first, sexOf(first, patronymic, surname))
	}
	for _, w := range []string{first, patronymic} {
		for _, s := range append([]string{strings.ToLower(w)}, names.Spellings(strings.ToLower(w), 4)...) {
			if s != "" {
				code, _ := foldOf(s, 0)
				p.initials[code] = true
			}
		}
	}
	b.persons = append(b.persons, p)
	who := len(b.persons)
	sex := sexOf(first, patronymic, surname)
	if surname != "" {
		for _, f := range names.Decline(surname, names.Surname, sex) {
			p.surnames[wordHash(f)] = true
		}
		b.declined(i, surname, names.Surname, sex, who, asForm)
		if first != "" {
			b.glued(i, first, surname)
		}
		if first != "" && patronymic != "" {
			f, _ := utf8.DecodeRuneInString(strings.ToLower(first))
			m, _ := utf8.DecodeRuneInString(strings.ToLower(patronymic))
			b.putAll(i, []string{strings.ToLower(surname) + string(f) + string(m)}, asGlued, 0)
			b.putAll(i, []string{string(f) + string(m) + strings.ToLower(surname)}, asGlued, 0)
			b.putAll(i, []string{strings.ToLower(surname + first + patronymic)}, asGlued, 0)
			b.putAll(i, []string{strings.ToLower(first + patronymic + surname)}, asGlued, 0)
		}
	}
	if patronymic != "" && first != "" {
		b.declined(i, patronymic, names.Patronymic, sex, who, asForename)
	}
	b.reversedText(i, value)
	if surname != "" {
		b.reversedWord(i, surname)
	}
}

// reversedWord adds a name from the end, in both scripts.
func (b *builder) reversedWord(i int32, word string) {
	word = strings.ToLower(word)
	for _, w := range []string{word, names.Latin(word, names.Everyday), names.Latin(word, names.Passport)} {
		r := []rune(w)
		slices.Reverse(r)
		if len(r) >= 4 {
			b.words.add(finish(wordHash(string(r)), saltWord), entry{canary: i, class: asReversed})
		}
	}
}

// parts tells first name, patronymic and surname of a full name in any order.
func parts(fields []string) (first, patronymic, surname string) {
	var rest []string
	for _, f := range fields {
		low := lower(f)
		switch {
		case patronymic == "" && (names.LooksPatronymic(f) && len(fields) > 1 || strings.HasSuffix(low, "кызы") || strings.HasSuffix(low, "улы") && len(low) > 8):
			patronymic = f
		default:
			rest = append(rest, f)
		}
	}
	if len(rest) == 1 {
		if patronymic != "" && !looksSurname(rest[0]) {
			return rest[0], patronymic, ""
		}
		return "", patronymic, rest[0]
	}
	if len(rest) == 0 {
		return "", patronymic, ""
	}
	isFirst := func(w string) bool {
		_, known := names.KnownFirst(w)
		return known || len(names.FindShort(w)) > 0
	}
	a, z := rest[0], rest[len(rest)-1]
	switch {
	case isFirst(a) && !isFirst(z):
		first, surname = a, z
	case isFirst(z) && !isFirst(a):
		first, surname = z, a
	case looksSurname(a) && !looksSurname(z):
		first, surname = z, a
	case patronymic != "" && fields[0] == a && fields[1] != patronymic:
		first, surname = z, a // «Тукай Габдулла Мөхәммәт улы»
	default:
		first, surname = a, z
	}
	return first, patronymic, surname
}

func looksSurname(w string) bool {
	w = lower(w)
	for _, e := range []string{"ов", "ова", "ев", "ева", "ин", "ина", "ын", "ына", "ский", "скии", "ская", "цкии", "цкая", "ко", "их", "ых", "юк", "чук", "ян", "заде", "швили", "дзе", "ov", "ova", "ev", "eva", "in", "ina", "sky", "skaya"} {
		if utf8.RuneCountInString(w) > 4 && strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

func sexOf(first, patronymic, surname string) names.Sex {
	if patronymic != "" {
		if s := names.GuessSex(strings.ToLower(patronymic), names.Patronymic); s != names.Unknown {
			return s
		}
	}
	if s := names.GuessSex(strings.ToLower(surname), names.Surname); surname != "" && s != names.Unknown {
		return s
	}
	if first != "" {
		return names.GuessSex(strings.ToLower(first), names.First)
	}
	return names.Unknown
}

// single looks for one word of a name.
func (b *builder) single(i int32, word string, r role) {
	_, knownFirst := names.KnownFirst(word)
	isFirst := r == roleFirst || r == roleFullName && (knownFirst || !looksSurname(word) && !names.LooksPatronymic(word))
	switch {
	case r == rolePatronymic || r == roleFullName && names.LooksPatronymic(word) && !knownFirst:
		b.declined(i, word, names.Patronymic, names.Unknown, 0, asForm)
	case isFirst:
		b.declined(i, word, names.First, names.Unknown, 0, asForm)
		for _, s := range names.Short(word) {
			b.declined(i, s, names.First, names.Unknown, 0, asShort)
		}
		for _, f := range names.Possessives(strings.ToLower(word)) {
			b.put(i, f, asForm, 0)
		}
		if r == roleFirst || knownFirst {
			break
		}
		fallthrough
	default:
		b.declined(i, word, names.Surname, names.Unknown, 0, asForm)
	}
	b.reversedWord(i, word)
}

// spelling is a word that may be found transliterated: its forms with one skeleton, joined
// by bars, and what counts for words (see wordAux).
type spelling struct {
	forms string
	aux   int32
}

// shortestSkeleton is how many consonants are worth looking up: with fewer of them half of
// all words would do.
const shortestSkeleton = 4

// declined adds a word in all cases and scripts.
func (b *builder) declined(i int32, word string, part names.Part, sex names.Sex, who int, as class) {
	low := strings.ToLower(word)
	all := names.Decline(low, part, sex)
	forms := slices.Clone(all[:])
	if ins := all[names.Instrumental]; strings.HasSuffix(ins, "ой") || strings.HasSuffix(ins, "ей") {
		forms = append(forms, strings.TrimSuffix(ins, "й")+"ю") // «Сафиуллиною»
	}
	for _, f := range all {
		forms = append(forms, names.Russified(f)...)
	}
	b.putAll(i, forms, as, who)
	for _, f := range names.TatarForms(low) {
		b.put(i, f, as, who)
	}
}

// putAll adds forms of one word: as they are, in look-alikes of the other script, and in
// Latin letters.
func (b *builder) putAll(i int32, forms []string, as class, who int) {
	slices.Sort(forms)
	forms = slices.Compact(forms)
	bySkeleton := map[string]string{}
	var order []string
	for _, f := range forms {
		b.put(i, f, as, who)
		plain := lower(strings.ReplaceAll(f, "-", ""))
		for _, s := range names.Skeletons(plain) {
			if len(s) < shortestSkeleton {
				b.spell(i, strings.ReplaceAll(strings.ToLower(f), "-", ""), as, who)
				break
			}
			if _, known := bySkeleton[s]; !known {
				order = append(order, s)
			} else {
				plain = bySkeleton[s] + "|" + plain
			}
			bySkeleton[s] = plain
			plain = lower(strings.ReplaceAll(f, "-", ""))
		}
	}
	for _, s := range order {
		b.words.add(finish(skeletonHash(s), saltSkeleton), entry{canary: i, class: asSkeleton, aux: int32(len(b.spellings))})
		b.spellings = append(b.spellings, spelling{bySkeleton[s], int32(who) << 1})
	}
}

// put adds one form of a word, in small letters: as it is and in look-alikes of the other
// script.
func (b *builder) put(i int32, form string, as class, who int) {
	form = strings.ReplaceAll(form, "-", "")
	e := entry{canary: i, class: as, aux: wordAux(form, who) | shortAux(form, as)}
	b.words.add(finish(wordHash(form), saltWord), e)
	if twin, ok := twinOf(form); ok {
		e.aux, e.class = wordAux(twin, who), asTwins
		b.words.add(finish(wordHash(twin), saltWord), e)
	}
}

// spell adds the transliterations of a word that has too few firm consonants for a
// skeleton.
func (b *builder) spell(i int32, form string, as class, who int) {
	if as == asForm {
		as = asLatin
	}
	for _, s := range names.Spellings(form, 48) {
		if s != form {
			b.words.add(finish(wordHash(s), saltWord), entry{canary: i, class: as, aux: wordAux(s, who) | shortAux(s, as)})
		}
	}
}

// twinOf writes a Cyrillic word wholly in Latin letters that look the same.
func twinOf(form string) (string, bool) {
	var out strings.Builder
	for _, r := range form {
		l, ok := toLatinTwin[r]
		if !ok || !strings.ContainsRune("авекмнорстух", r) {
			return "", false
		}
		out.WriteRune(l)
	}
	return out.String(), utf8.RuneCountInString(form) > 2
}

func (b *builder) glued(i int32, first, surname string) {
	first, surname = strings.ReplaceAll(strings.ToLower(first), "-", ""), strings.ReplaceAll(strings.ToLower(surname), "-", "")
	initial, _ := utf8.DecodeRuneInString(first)
	for _, w := range []string{first + surname, surname + first, string(initial) + surname, surname + string(initial)} {
		b.putAll(i, []string{w}, asGlued, 0)
	}
}

// word adds a single word of no particular kind.
func (b *builder) word(i int32, word string) { b.putAll(i, []string{word}, asForm, 0) }

// form adds a spelling which the canary declares.
func (b *builder) form(i int32, form string, r role) {
	tokens := lex(form, 0, len(form))
	switch {
	case len(tokens) == 0:
	case len(tokens) == 1 && !tokens[0].digits:
		b.word(i, strings.ToLower(form[tokens[0].start:tokens[0].end]))
	case len(tokens) == 1, r == roleNumber, r == rolePhone:
		b.number(i, form, r)
	default:
		b.sequence(i, sequence{value: form, whole: !strings.Contains(form, " ")})
	}
}
