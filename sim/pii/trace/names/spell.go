package names

import "strings"

// Spellings lists how a Cyrillic word in small letters may be written in Latin ones: every
// letter in every usual way, one way per letter within a word, at most limit of them, the
// most usual first. It covers mixtures of schemes, which people write more often than any
// scheme itself.
func Spellings(word string, limit int) []string {
	type unit struct {
		id   string
		ways []string
	}
	var units []unit
	letters := []rune(word)
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		final := i == len(letters)-1
		two := ""
		if !final {
			two = string(letters[i : i+2])
		}
		switch {
		case two == "кс":
			units = append(units, unit{two, []string{"ks", "x"}})
			i++
		case (two == "ий" || two == "ый" || two == "ии") && i+2 == len(letters):
			units = append(units, unit{two, strings.Fields("iy ii y ij i yi yy yj")})
			i++
		case two == "дж" || two == "җ":
			units = append(units, unit{two, strings.Fields("dzh j dj g")})
			i++
		case r == 'в' && final:
			units = append(units, unit{"в$", strings.Fields("v ff w")})
		case (r == 'е' || r == 'ё') && (i == 0 || strings.ContainsRune(vowels+"ьъ", letters[i-1])):
			units = append(units, unit{"^е", strings.Fields("e ye je yo jo io")})
		default:
			ways, ok := spelling[r]
			if !ok {
				ways = []string{string(r)}
			}
			units = append(units, unit{string(r), ways})
		}
	}
	all := []string{""}
	chosen := []map[string]string{{}}
	for _, u := range units {
		var grown []string
		var choices []map[string]string
		for way := range u.ways {
			for k, prefix := range all {
				made, fixed := chosen[k][u.id]
				if fixed && way > 0 {
					continue
				}
				if !fixed {
					made = u.ways[way]
				}
				if len(grown) == limit {
					break
				}
				choice := chosen[k]
				if !fixed && len(u.ways) > 1 {
					choice = make(map[string]string, len(chosen[k])+1)
					for id, w := range chosen[k] {
						choice[id] = w
					}
					choice[u.id] = made
				}
				grown, choices = append(grown, prefix+made), append(choices, choice)
			}
		}
		all, chosen = grown, choices
	}
	return all
}

var spelling = map[rune][]string{
	'а': {"a"}, 'б': {"b"}, 'в': {"v"}, 'г': {"g"}, 'д': {"d"}, 'е': {"e"}, 'ё': {"e", "yo", "io", "jo"},
	'ж': {"zh", "j", "z"}, 'з': {"z"}, 'и': {"i"}, 'й': {"i", "y", "j"}, 'к': {"k"}, 'л': {"l"}, 'м': {"m"}, 'н': {"n"},
	'о': {"o"}, 'п': {"p"}, 'р': {"r"}, 'с': {"s"}, 'т': {"t"}, 'у': {"u", "ou"}, 'ф': {"f"}, 'х': {"kh", "h", "x", "ch"},
	'ц': {"ts", "c", "tc"}, 'ч': {"ch", "c"}, 'ш': {"sh", "s"}, 'щ': {"shch", "sch", "shh", "sc"}, 'ъ': {"", "ie"},
	'ы': {"y", "i"}, 'ь': {"", "j"}, 'э': {"e"}, 'ю': {"yu", "iu", "ju", "u"}, 'я': {"ya", "ia", "ja"},
	'ә': {"a", "e", "ae"}, 'ө': {"o", "u", "oe"}, 'ү': {"u", "y", "ue"}, 'җ': {"j", "zh", "dzh", "c"}, 'ң': {"n", "ng"}, 'һ': {"h", "kh"},
}

// Russified lists how a word with Tatar letters is written without them, at most 64 ways;
// a word without such letters gives none.
func Russified(word string) []string {
	all := []string{""}
	tatar := false
	for _, r := range word {
		ways, ok := russified[r]
		if !ok {
			ways = []string{string(r)}
		}
		tatar = tatar || ok
		var grown []string
		for _, prefix := range all {
			for _, w := range ways {
				if len(grown) < 64 {
					grown = append(grown, prefix+w)
				}
			}
		}
		all = grown
	}
	if !tatar {
		return nil
	}
	return all
}

var russified = map[rune][]string{
	'ә': {"е", "а", "я", "э"}, 'ө': {"о", "у", "е"}, 'ү': {"у", "ю"}, 'җ': {"дж", "ж"}, 'ң': {"н", "нг"}, 'һ': {"х", "г"},
}

// TatarForms are the cases of Tatar: to, of, the, from, in. Back and front vowels both,
// because people do not agree on names from other languages.
func TatarForms(word string) []string {
	endings := strings.Fields("га ка ның ны дан тан нан да та гә кә нең не дән тән нән дә тә")
	all := make([]string, len(endings))
	for i, e := range endings {
		all[i] = word + e
	}
	return all
}

// Possessives of a first name: «Гузелин», «Алинин». A name on a consonant gives a surname
// («Маратов»), which is another value, so it has none here.
func Possessives(first string) []string {
	if !hasAny(first, "а", "я", "ь") {
		return nil
	}
	stem := cut(first, 1) + "ин"
	var all []string
	for _, e := range strings.Fields("а о ы у ого ому ой ых ыми ым") {
		all = append(all, stem+e)
	}
	return append(all, stem)
}
