package pii

import "strings"

// Frames are phrases in which a surname stands alone and is a person's all the same.

// honorific tells whether a word of respect stands between the parts of a name: «Фәридә апа
// Шакирова».
func honorific(w string) bool {
	return startsAny(w, "апа", "абый", "ханым", "әфәнде", "туташ")
}

// nominativeSurname tells whether a folded word ends like a surname of the one who speaks.
// Adjectives in lower case («я русская») are none.
func nominativeSurname(w string, capital bool) bool {
	for _, e := range [...]string{"анин", "янин", "нина", "щина", "чина"} {
		if strings.HasSuffix(w, e) && !capital {
			return false
		}
	}
	for _, e := range [...]string{"ова", "ева", "ина", "ына", "ов", "ев", "ин", "ын", "енко", "швили", "адзе", "идзе"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return capital && (strings.HasSuffix(w, "ская") || strings.HasSuffix(w, "ский") || strings.HasSuffix(w, "цкая") || strings.HasSuffix(w, "цкий"))
}

// introduced reads «я Бикмуллина», «это Юнусов», «мин хусаинова, иртәгә киләм».
func (sc *scan) introduced(i int) {
	w := fold(sc.str(i))
	if w != "я" && w != "это" && w != "мин" || i+1 >= len(sc.toks) || i > 0 && strings.HasSuffix(sc.gap(i-1), "-") {
		return
	}
	switch sc.gap(i) {
	case " ", ", ", " - ":
	default:
		return
	}
	k := i + 1
	t := sc.toks[k]
	if !t.is(isCyrillic) || t.letters < 5 || sc.class(k)&^isSurname != 0 || sc.patronymic(k) {
		return
	}
	capital := t.is(startsUpper)
	if s := fold(sc.str(k)); !surnameEnding(s) || !nominativeSurname(s, capital) || w == "это" && (!capital || strings.HasSuffix(s, "ая") || strings.HasSuffix(s, "ий")) {
		return
	}
	rest := sc.text[t.end:]
	closed := rest == "" || strings.IndexByte(",.!;\n\"<", rest[0]) >= 0
	if !closed && (!capital || w == "это" && k+1 < len(sc.toks) && sc.toks[k+1].is(startsUpper)) {
		return
	}
	if k+1 < len(sc.toks) && sc.gap(k) == " " && sc.class(k+1)&(isBusiness|notPerson|ctxStreet) != 0 {
		return
	}
	sc.add(candidate{start: int(t.start), end: int(t.end), kind: Name, rule: "surname", score: 0.65, context: sc.str(i)})
}

// bookedFor reads «на Мингалееву запишите», «запись на Каримову». The accusative of women
// only: «записаться на Гагарина» asks for a street.
func (sc *scan) bookedFor(i int) {
	capital := func(k int) bool { return k > 0 && k < len(sc.toks) && sc.toks[k].is(startsUpper) }
	if !capital(i-1) && !capital(i+2) || !startsAny(fold(sc.str(i)), "запиш", "запис", "перезапиш", "брон", "заброн") {
		return
	}
	for _, k := range [...]int{i - 1, i + 2} {
		if k < 1 || k >= len(sc.toks) {
			continue
		}
		as := fold(sc.str(k-1)) == "как" && k == i+2 // «записана как Антипина»
		if !as && fold(sc.str(k-1)) != "на" || sc.gap(k-1) != " " || k == i-1 && sc.gap(k) != " " && sc.gap(k) != ", " || k == i+2 && sc.gap(i) != " " {
			continue
		}
		t := sc.toks[k]
		if !t.is(startsUpper) || sc.class(k)&^isSurname != 0 || !surnameEnding(fold(sc.str(k))) {
			continue
		}
		if s := fold(sc.str(k)); !as && !startsAny(s[len(s)-2:], "у", "ю") && !strings.HasSuffix(s, "чук") {
			continue
		}
		if k+1 < len(sc.toks) && sc.gap(k) == " " && sc.class(k+1)&(isBusiness|notPerson|ctxStreet) != 0 {
			continue
		}
		sc.add(candidate{start: int(t.start), end: int(t.end), kind: Name, rule: "surname", score: 0.65, context: sc.str(i)})
	}
}

// callerBefore finds the surname that opens the sentence of a phone: «Юнусов просил
// перезвонить 8917…».
func (sc *scan) callerBefore(start int) {
	for i := sc.tokenAt(start) - 1; i >= 0 && start-int(sc.toks[i].end) < 90; i-- {
		t := sc.toks[i]
		if t.is(isDigits) || strings.ContainsAny(sc.before(i+1), ";{}=\n") {
			return
		}
		if !sc.sentenceStart(i) {
			continue
		}
		if t.is(startsUpper) && sc.class(i)&^isSurname == 0 && i+1 < len(sc.toks) && sc.gap(i) == " " && pastOrPresent(fold(sc.str(i+1))) && nominativeSurname(fold(sc.str(i)), true) {
			sc.bareSurname(i)
		}
		return
	}
}

// opensWithSurname finds a surname in lower case that opens a message before a phone:
// «сафина 8917…».
func (sc *scan) opensWithSurname(start int) {
	t := sc.toks[0]
	if t.is(startsUpper) || t.letters < 5 || !t.is(isCyrillic) || sc.class(0) != 0 || start-int(t.end) > 4 || start <= int(t.end) || !nominativeSurname(fold(sc.str(0)), false) {
		return
	}
	sc.add(candidate{start: int(t.start), end: int(t.end), kind: Name, rule: "surname", score: 0.65})
}

// pastOrPresent tells whether a word is what somebody does or did: «просил», «ждёт».
func pastOrPresent(w string) bool {
	for _, e := range [...]string{"ил", "ал", "ила", "ала", "ел", "ела", "ит", "ет", "лся", "лась", "ится", "ется"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// namedPair reads two words that are said to be a name though neither is known as a first
// name: «меня зовут Рузанна Погосян», «клиент: Зебо Турсунова».
func (sc *scan) namedPair(i int) {
	w := fold(sc.str(i))
	called := w == "зовут"
	if !called && !startsAny(w, "фио", "fio", "fullname", "клиент", "пациент", "заявител", "плательщик", "отправител", "получател", "представил") {
		return
	}
	k := i + 1
	if k < len(sc.toks) && called && startsAny(fold(sc.str(k)), "меня", "мен", "ее", "её", "его") {
		k++
	}
	if k+1 >= len(sc.toks) || len(sc.gap(k-1)) > 4 || strings.ContainsAny(sc.gap(k-1), "\n.!?;") || sc.gap(k) != " " {
		return
	}
	a, b := sc.toks[k], sc.toks[k+1]
	capital := a.is(startsUpper) && b.is(startsUpper)
	if !a.is(isCyrillic) || !b.is(isCyrillic) || a.letters < 3 || b.letters < 3 || a.is(allUpper) != b.is(allUpper) || !capital && (!called || a.is(startsUpper) || b.is(startsUpper)) {
		return
	}
	known := isFirst | isAmbiguous | isPet | isSurname
	if sc.class(k)&^known != 0 || sc.class(k+1)&^known != 0 || verbLike(fold(sc.str(k+1))) && !surnameEnding(fold(sc.str(k+1))) {
		return
	}
	surname := sc.parts(k)&partSurname != 0 || sc.parts(k+1)&partSurname != 0
	if !surname && (!called || !capital) {
		return
	}
	sc.add(candidate{start: int(a.start), end: int(b.end), kind: Name, rule: "full", score: 0.65, context: sc.str(i)})
}

// namedSurname finds a surname alone that is said to be one: «фамилия Сафина», "LAST_NAME":
// "Сафина".
func (sc *scan) namedSurname(i int) {
	w := fold(sc.str(i))
	field := false
	k := i + 1
	if k >= len(sc.toks) {
		return
	}
	switch {
	case strings.HasPrefix(w, "фамили"), w == "surname", w == "lastname", w == "фио", w == "fio", w == "fullname":
		field = true
	case w == "name" && i > 0 && fold(sc.str(i-1)) == "last", w == "last" && sc.isField(k):
		field = true
	case w == "бронь" && k < len(sc.toks) && fold(sc.str(k)) == "на" && k+1 < len(sc.toks) && !(k+2 < len(sc.toks) && sc.toks[k+2].is(isDigits)):
		k++
		if sc.gap(k-1) != " " {
			return
		}
	case w == "имя" && i > 0 && fold(sc.str(i-1)) == "на", strings.HasPrefix(w, "клиент"), strings.HasPrefix(w, "пациент"), strings.HasPrefix(w, "госпо"), strings.HasPrefix(w, "граждан"), w == "гость", w == "гостя", w == "зовут":
	default:
		return
	}
	gap := sc.gap(i)
	if field && sc.isAnswer(gap) {
		gap = " " // «— Фамилия? — Ефремова»
	}
	if len(gap) > 6 || strings.ContainsAny(gap, "\n.,!?;") && !strings.Contains(gap, `":"`) {
		return
	}
	if field && k+1 < len(sc.toks) {
		switch fold(sc.str(k)) {
		case "моя", "наша", "у", "клиента", "клиентки", "это":
			k++
		}
	}
	t := sc.toks[k]
	if field && t.is(isLatin) && !t.is(isCyrillic) && sc.isField(k) && latinSurnameEnding(sc.str(k)) {
		sc.add(candidate{start: int(t.start), end: int(t.end), kind: Name, rule: "surname", score: 0.7, context: sc.str(i)})
		return
	}
	if !t.is(startsUpper) && !field || !t.is(isCyrillic) {
		return
	}
	p := sc.parts(k)
	if p&partSurname == 0 && !(field && p&partUnknown != 0 && sc.isField(k)) {
		return
	}
	end := int(t.end)
	if k+1 < len(sc.toks) && sc.gap(k) == "-" && sc.parts(k+1)&(partSurname|partUnknown) != 0 {
		end = int(sc.toks[k+1].end)
	}
	if k+1 < len(sc.toks) && sc.gap(k) == " " && sc.class(k+1)&(isBusiness|notPerson|ctxStreet) != 0 {
		return // «клиент Каримовой клиники»
	}
	sc.add(candidate{start: int(t.start), end: end, kind: Name, rule: "surname", score: 0.7, context: sc.str(i)})
}

// wanted tells whether the word after a master's trade asks for one: «Равшан Юсупов, барбер
// нужен на 18».
func (sc *scan) wanted(i int) bool {
	return i < len(sc.toks) && startsAny(fold(sc.str(i)), "нуж", "свобод", "занят", "есть")
}

// isAnswer tells whether a question ended and a turn of talk began: «? — ».
func (sc *scan) isAnswer(gap string) bool {
	return strings.Contains(gap, "?") && strings.ContainsAny(gap, "-—") && strings.Trim(gap, " ?-—\"\n") == ""
}

// unknownPair reads two capitalised words of which one ends like a surname for sure and the
// other is not in the lexicon: «Гыйззәтуллина Рәмзия дип языгыз». The first word of a
// sentence may have its capital for another reason.
func (sc *scan) unknownPair(i int) {
	if sc.gap(i-1) != " " {
		return
	}
	a, b := sc.toks[i-1], sc.toks[i]
	if !a.is(startsUpper) || !a.is(isCyrillic) || a.letters < 3 || sc.class(i-1) != 0 || a.is(allUpper) || b.is(allUpper) {
		return
	}
	first, second := fold(sc.str(i-1)), fold(sc.str(i))
	switch {
	case sureSurname(second) && !adjective(first) && (!sc.sentenceStart(i-1) || i > 1 && sc.gap(i-2) == ": "), sureSurname(second) && tatarLetters(first):
	case sureSurname(first) && !adjective(second) && !verbLike(second) && a.letters >= 6:
	default:
		return
	}
	c := candidate{start: int(a.start), end: int(b.end), kind: Name, rule: "full", score: 0.62}
	c.score = sc.namePlace(i-1, i, &c)
	sc.add(c)
}

// sureSurname leaves out the endings that other words have too.
func sureSurname(w string) bool {
	if len(w) < 12 {
		return false
	}
	for _, e := range [...]string{"уллин", "уллина", "уллину", "уллиной", "етдинов", "етдинова", "утдинов", "утдинова", "етдинову", "утдинову", "етдиновой", "утдиновой", "ова", "ева", "ину", "ову", "еву", "ина", "овой", "евой", "иной", "енко", "швили"} {
		if strings.HasSuffix(w, e) {
			return surnameEnding(w)
		}
	}
	return false
}

func adjective(w string) bool {
	for _, e := range [...]string{"ая", "яя", "ое", "ее", "ый", "ий", "ой", "ей", "ую", "ые", "ие", "ого", "его", "ых", "их", "ому", "ему", "ым", "им"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// tatarLetters tells whether a word has letters that Russian lacks.
func tatarLetters(w string) bool { return strings.ContainsAny(w, "әөүҗңһ") }
