package names

import "strings"

// A skeleton of a Latin word is what all transliterations of a name have in common: its
// firm consonants. The others (h, j, y, c, x and the vowels) depend on the scheme.

// FirmConsonant maps a small Latin letter to the letter that a skeleton has for it; 0 is
// none.
func FirmConsonant(c byte) byte {
	switch c {
	case 'w':
		return 'v'
	case 'q':
		return 'k'
	case 'b', 'v', 'g', 'd', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'f', 'z':
		return c
	}
	return 0
}

var firm = map[rune][]string{
	'б': {"b"}, 'в': {"v"}, 'г': {"g"}, 'д': {"d"}, 'ж': {"z", "", "g"}, 'з': {"z"}, 'к': {"k"}, 'л': {"l"}, 'м': {"m"}, 'н': {"n"},
	'п': {"p"}, 'р': {"r"}, 'с': {"s"}, 'т': {"t"}, 'ф': {"f"}, 'х': {"k", ""}, 'ц': {"ts", "", "t"}, 'ш': {"s"}, 'щ': {"s"},
	'җ': {"", "z", "dz", "d"}, 'ң': {"n", "ng"}, 'һ': {"", "k"},
}

// Skeletons lists the skeletons of a Cyrillic word in small letters, at most 16.
func Skeletons(word string) []string {
	all := []string{""}
	letters := []rune(word)
	for i := 0; i < len(letters); i++ {
		ways, ok := firm[letters[i]]
		if i+1 < len(letters) {
			switch string(letters[i : i+2]) {
			case "кс":
				ways, ok = []string{"ks", ""}, true
				i++
			case "дж":
				ways, ok = []string{"dz", "", "d", "g"}, true
				i++
			}
		}
		if !ok {
			continue
		}
		var grown []string
		for _, w := range ways {
			for _, prefix := range all {
				if len(grown) < 16 {
					grown = append(grown, prefix+w)
				}
			}
		}
		all = grown
	}
	return all
}

// SpelledAs tells whether Latin is a transliteration of Cyrillic by any scheme or mixture
// of schemes. Both are in small letters.
func SpelledAs(cyrillic, latin string) bool {
	return spelled([]rune(cyrillic), strings.ReplaceAll(latin, "'", ""), true)
}

func spelled(letters []rune, latin string, initial bool) bool {
	if len(letters) == 0 {
		return latin == ""
	}
	try := func(used int, ways ...string) bool {
		for _, w := range ways {
			if rest, ok := strings.CutPrefix(latin, w); ok && spelled(letters[used:], rest, false) {
				return true
			}
		}
		return false
	}
	if len(letters) > 1 {
		switch string(letters[:2]) {
		case "кс":
			if try(2, "x") {
				return true
			}
		case "дж":
			if try(2, "j", "dj", "g") {
				return true
			}
		case "ий", "ый", "ии":
			if try(2, "y", "i", "ij", "yj", "iy", "ii", "yi", "yy") {
				return true
			}
		case "ье", "ъе":
			if try(2, "ye", "je", "ie", "e") {
				return true
			}
		}
	}
	r := letters[0]
	ways, ok := spelling[r]
	if !ok {
		return try(1, string(r))
	}
	if try(1, ways...) {
		return true
	}
	switch {
	case r == 'е' || r == 'э':
		return try(1, "ye", "je", "ie", "yo", "jo", "io")
	case r == 'и':
		return try(1, "y", "yi", "j") // й is folded into и
	case r == 'в':
		return try(1, "w", "ff")
	case r == 'ф':
		return try(1, "ph")
	}
	return false
}
