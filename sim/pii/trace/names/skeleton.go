package names

import (
	"strings"
	"unicode/utf8"
)

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
		if letters[i] == 'в' && i == len(letters)-1 {
			ways = []string{"v", "ff"} // «Ivanoff»
		}
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
	if cyrillic == "" || len(latin)*2 < len(cyrillic)-4 || len(latin) > 2*len(cyrillic) {
		return false
	}
	return spelled(cyrillic, latin)
}

func spelled(cyrillic, latin string) bool {
	if cyrillic == "" {
		return latin == ""
	}
	for _, two := range pairs {
		if rest, ok := strings.CutPrefix(cyrillic, two.letters); ok && anyOf(two.ways, rest, latin) {
			return true
		}
	}
	r, size := utf8.DecodeRuneInString(cyrillic)
	rest := cyrillic[size:]
	if r < 0x430 || r > 0x4FF {
		return strings.HasPrefix(latin, cyrillic[:size]) && spelled(rest, latin[size:])
	}
	return anyOf(waysOf[r-0x430], rest, latin)
}

func anyOf(ways []string, rest, latin string) bool {
	for _, w := range ways {
		if strings.HasPrefix(latin, w) && spelled(rest, latin[len(w):]) {
			return true
		}
	}
	return false
}

// pairs are letters that are transliterated together.
var pairs = []struct {
	letters string
	ways    []string
}{
	{"кс", []string{"x"}},
	{"дж", []string{"j", "dj", "g"}},
	{"ий", strings.Fields("y i ij yj iy ii yi yy")}, {"ый", strings.Fields("y i ij yj iy ii yi yy")}, {"ии", strings.Fields("y i ij yj iy ii yi yy")},
	{"ия", []string{"ia"}}, {"ье", strings.Fields("ye je ie e")}, {"ъе", strings.Fields("ye je ie e")},
}

// waysOf are the ways to write each letter, from а on; й may come folded into и.
var waysOf = func() (table [0xD0][]string) {
	for r, ways := range spelling {
		table[r-0x430] = ways
	}
	for letter, more := range map[rune]string{
		'е': "ye je ie yo jo io", 'э': "ye je", 'и': "y yi j", 'в': "w ff", 'ф': "ph",
	} {
		table[letter-0x430] = append(append([]string(nil), table[letter-0x430]...), strings.Fields(more)...)
	}
	return table
}()
