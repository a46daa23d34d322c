// Package names knows how Russian and Tatar personal names change: cases, short forms,
// Latin spellings. It is a table of rules, not a dictionary and not a recogniser: given a
// name it tells how else that name may be written.
//
// Start at [Decline] for cases, at [Short] for diminutives and at [Latin] for
// transliteration.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sex of a person, as grammar sees it.
type Sex int

// Sexes. Unknown makes [Decline] guess from the ending.
const (
	Unknown Sex = iota
	Male
	Female
)

// Part is what a word is in a full name.
type Part int

// Parts of a full name.
const (
	First Part = iota
	Patronymic
	Surname
)

// Case is one of the six cases of Russian grammar.
type Case int

// Cases, in the order of school books.
const (
	Nominative Case = iota
	Genitive
	Dative
	Accusative
	Instrumental
	Prepositional
)

// Forms are a word in all cases, indexed by [Case].
type Forms [6]string

const vowels = "аеёиоуыэюяәөү"

func isVowel(r rune) bool { return strings.ContainsRune(vowels, unicode.ToLower(r)) }

// same is a word which does not change.
func same(w string) Forms { return Forms{w, w, w, w, w, w} }

func forms(stem, nom string, endings [5]string) Forms {
	return Forms{nom, stem + endings[0], stem + endings[1], stem + endings[2], stem + endings[3], stem + endings[4]}
}

// Decline gives a word in all cases. A compound («Гали-Ахметова») declines by its parts.
// Capitals are kept: a word all in capitals stays so.
func Decline(word string, part Part, sex Sex) Forms {
	if i := strings.IndexByte(word, '-'); i > 0 && i < len(word)-1 {
		head, tail := Decline(word[:i], part, sex), Decline(word[i+1:], part, sex)
		var all Forms
		for c := range all {
			all[c] = head[c] + "-" + tail[c]
		}
		return all
	}
	lower := strings.ToLower(word)
	upper := utf8.RuneCountInString(word) > 1 && word == strings.ToUpper(word)
	if sex == Unknown {
		sex = GuessSex(lower, part)
	}
	var all Forms
	switch part {
	case Surname:
		all = surname(lower, sex)
	case Patronymic:
		all = patronymic(lower)
	default:
		all = first(lower, sex)
	}
	for c, f := range all {
		if upper {
			all[c] = strings.ToUpper(f)
		} else {
			all[c] = likeIn(word, f)
		}
	}
	all[Nominative] = word
	return all
}

// likeIn gives form the capital first letter of word, if word has one.
func likeIn(word, form string) string {
	r, _ := utf8.DecodeRuneInString(word)
	if !unicode.IsUpper(r) || form == "" {
		return form
	}
	return Title(form)
}

// Title gives a word a capital first letter.
func Title(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	if r == utf8.RuneError {
		return word
	}
	return string(unicode.ToUpper(r)) + word[size:]
}

func hasAny(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

func cut(w string, runes int) string {
	for range runes {
		_, size := utf8.DecodeLastRuneInString(w)
		w = w[:len(w)-size]
	}
	return w
}

func last(w string) rune {
	r, _ := utf8.DecodeLastRuneInString(w)
	return r
}

func surname(w string, sex Sex) Forms {
	n := utf8.RuneCountInString(w)
	switch {
	case hasAny(w, "их", "ых") && n > 3, hasAny(w, "ко", "аго", "яго", "ово", "заде", "оглы", "швили", "дзе"):
		return same(w)
	case sex == Female && hasAny(w, "ова", "ева", "ёва", "ина", "ына") && n > 3:
		return forms(cut(w, 1), w, [5]string{"ой", "ой", "у", "ой", "ой"})
	case sex == Female && hasAny(w, "ая"):
		return forms(cut(w, 2), w, [5]string{"ой", "ой", "ую", "ой", "ой"})
	case sex == Female && hasAny(w, "яя"):
		return forms(cut(w, 2), w, [5]string{"ей", "ей", "юю", "ей", "ей"})
	case sex != Female && hasAny(w, "ов", "ев", "ёв", "ин", "ын") && n > 3:
		return forms(w, w, [5]string{"а", "у", "а", "ым", "е"})
	case sex != Female && hasAny(w, "кий", "гий", "хий", "жий", "ший", "чий", "щий") && n > 4:
		stem := cut(w, 2)
		if hasAny(w, "жий", "ший", "чий", "щий") {
			return forms(stem, w, [5]string{"его", "ему", "его", "им", "ем"})
		}
		return forms(stem, w, [5]string{"ого", "ому", "ого", "им", "ом"})
	case sex != Female && hasAny(w, "ый", "ой") && n > 4:
		return forms(cut(w, 2), w, [5]string{"ого", "ому", "ого", "ым", "ом"})
	case sex == Female && !strings.ContainsRune("ая", last(w)):
		return same(w)
	}
	return noun(w, sex)
}

func patronymic(w string) Forms {
	switch {
	case hasAny(w, "ович", "евич", "ич"):
		return forms(w, w, [5]string{"а", "у", "а", "ем", "е"})
	case hasAny(w, "овна", "евна", "ична", "инична"):
		return forms(cut(w, 1), w, [5]string{"ы", "е", "у", "ой", "е"})
	}
	return same(w)
}

func first(w string, sex Sex) Forms {
	if irregular, ok := irregularFirst[w]; ok {
		return irregular
	}
	if sex == Female && last(w) == 'ь' {
		return forms(cut(w, 1), w, [5]string{"и", "и", "ь", "ью", "и"})
	}
	if sex == Female && !strings.ContainsRune("ая", last(w)) {
		return same(w)
	}
	return noun(w, sex)
}

// irregularFirst are names whose stem changes.
var irregularFirst = map[string]Forms{
	"павел":  {"павел", "павла", "павлу", "павла", "павлом", "павле"},
	"лев":    {"лев", "льва", "льву", "льва", "львом", "льве"},
	"пётр":   {"пётр", "петра", "петру", "петра", "петром", "петре"},
	"петр":   {"петр", "петра", "петру", "петра", "петром", "петре"},
	"любовь": {"любовь", "любови", "любови", "любовь", "любовью", "любови"},
}

// noun declines as nouns do, by the last letter.
func noun(w string, sex Sex) Forms {
	r := last(w)
	stem := cut(w, 1)
	hissing := strings.ContainsRune("жшчщ", last(stem))
	switch {
	case r == 'а':
		gen, ins := "ы", "ой"
		if hissing || strings.ContainsRune("гкх", last(stem)) {
			gen = "и"
		}
		if hissing || last(stem) == 'ц' {
			ins = "ей"
		}
		return forms(stem, w, [5]string{gen, "е", "у", ins, "е"})
	case hasAny(w, "ия"):
		return forms(stem, w, [5]string{"и", "и", "ю", "ей", "и"})
	case r == 'я':
		return forms(stem, w, [5]string{"и", "е", "ю", "ей", "е"})
	case hasAny(w, "ий"):
		return forms(stem, w, [5]string{"я", "ю", "я", "ем", "и"})
	case r == 'й', r == 'ь':
		return forms(stem, w, [5]string{"я", "ю", "я", "ем", "е"})
	case isVowel(r):
		return same(w)
	case sex == Female:
		return same(w)
	case strings.ContainsRune("жшчщц", r):
		return forms(w, w, [5]string{"а", "у", "а", "ем", "е"})
	}
	return forms(w, w, [5]string{"а", "у", "а", "ом", "е"})
}

// GuessSex guesses the sex from the ending of a word in lower case. What tells nothing
// is Unknown.
func GuessSex(lower string, part Part) Sex {
	switch part {
	case Patronymic:
		switch {
		case hasAny(lower, "ич", "улы", "оглы"):
			return Male
		case hasAny(lower, "на", "кызы"):
			return Female
		}
		return Unknown
	case Surname:
		switch {
		case hasAny(lower, "ова", "ева", "ёва", "ина", "ына", "ая", "яя"):
			return Female
		case hasAny(lower, "ов", "ев", "ёв", "ин", "ын", "ий", "ый", "ой"):
			return Male
		}
		return Unknown
	}
	if s, ok := KnownFirst(lower); ok {
		return s
	}
	switch last(lower) {
	case 'а', 'я', 'у', 'ә', 'ү':
		return Female
	case 'ь':
		return Unknown
	}
	return Male
}

// LooksPatronymic tells a patronymic by its ending.
func LooksPatronymic(word string) bool {
	w := strings.ToLower(word)
	return utf8.RuneCountInString(w) > 5 && hasAny(w, "ович", "евич", "ильич", "мич", "овна", "евна", "ична")
}
