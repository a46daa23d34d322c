package pii

import "strings"

// nameForms declines a first name: all that may stand in a text for it.
func nameForms(name string, female bool) []string {
	w := []rune(fold(name))
	n := len(w)
	nom := string(w)
	stem := string(w[:n-1])
	last := w[n-1]
	prev := rune(0)
	if n > 1 {
		prev = w[n-2]
	}
	out := []string{nom}
	with := func(stem string, endings string) {
		for _, e := range strings.Fields(endings) {
			out = append(out, stem+e)
		}
	}
	soft := strings.ContainsRune("гкхжчшщц", prev)
	switch {
	case last == 'а' && soft:
		with(stem, "и е у ой ою ей")
	case last == 'а':
		with(stem, "ы е у ой ою")
	case last == 'я' && prev == 'и':
		with(stem, "и ю ей ею е") // «Алие» is wrong and usual
	case last == 'я':
		with(stem, "и е ю ей ею ьей")
	case last == 'й':
		with(stem, "я ю ем е и")
	case last == 'ь' && female:
		with(stem, "и ью")
	case last == 'ь':
		with(stem, "я ю ем е")
	case female || strings.ContainsRune("уоиюеэөәү", last):
		// unchanged
	default:
		with(nom, "а у ом ем е")
	}
	switch nom {
	case "павел":
		with("павл", "а у ом е")
	case "лев":
		with("льв", "а у ом е")
	case "петр":
		with("петр", "а у ом е")
	case "любовь":
		with("любов", "и ью")
	}
	return out
}

// tatarForms adds the endings of Tatar cases: Алсуга, Алсуның, Алсуны, Алсудан.
func tatarForms(name string) []string {
	nom := fold(name)
	front := strings.ContainsAny(nom, "әөүеи") && !strings.ContainsAny(nom, "аоуы")
	endings := "ның ны га ка дан тан нан да та лар"
	if front {
		endings = "нең не гә кә дән тән нән дә тә ләр"
	}
	out := make([]string, 0, 10)
	for _, e := range strings.Fields(endings) {
		out = append(out, nom+e)
	}
	return out
}

// addNames puts first names, diminutives and plain surnames into the lexicon.
func addNames(b *builder) {
	ambiguous := map[string]bool{}
	for _, n := range strings.Fields(ambiguousNames) {
		ambiguous[fold(n)] = true
	}
	put := func(names string, female bool, c class) {
		for _, n := range strings.Fields(names) {
			k := c
			if ambiguous[fold(n)] {
				k |= isAmbiguous
			}
			for _, f := range nameForms(n, female) {
				b.put(f, k, 0)
			}
			if c == isFirst {
				for _, f := range tatarForms(n) {
					if b.exact[f] == nil {
						b.put(f, k, 0)
					}
				}
				for _, f := range latinForms(fold(n)) {
					b.put(f, isLatinFirst, 0)
				}
			}
		}
	}
	put(maleNames, false, isFirst)
	put(femaleNames, true, isFirst)
	put(moreMaleNames, false, isFirst)
	put(moreFemaleNames, true, isFirst)
	for _, n := range strings.Fields(ambiguousNames) {
		female := strings.HasSuffix(n, "а") || strings.HasSuffix(n, "я") || strings.HasSuffix(n, "ь")
		for _, f := range nameForms(n, female) {
			b.put(f, isFirst|isAmbiguous, 0)
		}
	}
	put(shortNames, true, isFirst|isPet)
	for _, n := range strings.Fields(plainSurnames) {
		b.put(n, isSurname, 0)
		for _, f := range nameForms(n, false) {
			b.put(f, isSurname, 0)
		}
	}
	b.add(isCommon, commonWords)
}

// latinForms are the usual transliterations of a name.
func latinForms(name string) []string {
	out := []string{""}
	if stem, ok := strings.CutSuffix(name, "ия"); ok {
		// Ксения is Ksenia more often than Kseniya
		for _, s := range latinForms(stem) {
			out = append(out, s+"ia", s+"iya", s+"iia", s+"ya")
		}
		return out[1:]
	}
	for _, r := range name {
		alts := latinLetters[r]
		if alts == nil {
			return nil
		}
		if len(out) > 8 {
			alts = alts[:1]
		}
		next := make([]string, 0, len(out)*len(alts))
		for _, o := range out {
			for _, a := range alts {
				next = append(next, o+a)
			}
		}
		out = next
	}
	return out
}

var latinLetters = map[rune][]string{
	'а': {"a"}, 'б': {"b"}, 'в': {"v"}, 'г': {"g"}, 'д': {"d"}, 'е': {"e"}, 'ж': {"zh"}, 'з': {"z"}, 'и': {"i"}, 'й': {"y", "i", "j"},
	'к': {"k"}, 'л': {"l"}, 'м': {"m"}, 'н': {"n"}, 'о': {"o"}, 'п': {"p"}, 'р': {"r"}, 'с': {"s"}, 'т': {"t"}, 'у': {"u"}, 'ф': {"f"},
	'х': {"kh", "h"}, 'ц': {"ts", "c"}, 'ч': {"ch"}, 'ш': {"sh"}, 'щ': {"shch", "sch"}, 'ъ': {""}, 'ы': {"y"}, 'ь': {"", "'"}, 'э': {"e"},
	'ю': {"yu", "iu", "ju"}, 'я': {"ya", "ia", "ja"}, 'ә': {"a"}, 'ө': {"o"}, 'ү': {"u"}, 'җ': {"j"}, 'ң': {"n"}, 'һ': {"h"},
}
