package names

import "strings"

// Scheme is a way to write Cyrillic in Latin letters.
type Scheme int

// Schemes in use in Russia.
const (
	Passport  Scheme = iota // ICAO 9303: ia, iu, i, kh, shch
	GOST                    // GOST 7.79 B: ya, yu, j, x, shh
	Everyday                // as in e-mail addresses: ya, yu, y, h, sch
	Scholarly               // ja, ju, j, ch, šč without the marks: c, s, z
	schemes
)

// Schemes lists all of them.
func Schemes() []Scheme {
	all := make([]Scheme, schemes)
	for i := range all {
		all[i] = Scheme(i)
	}
	return all
}

var latin = map[rune][schemes]string{
	'а': {"a", "a", "a", "a"}, 'б': {"b", "b", "b", "b"}, 'в': {"v", "v", "v", "v"}, 'г': {"g", "g", "g", "g"},
	'д': {"d", "d", "d", "d"}, 'е': {"e", "e", "e", "e"}, 'ё': {"e", "yo", "yo", "jo"}, 'ж': {"zh", "zh", "zh", "z"},
	'з': {"z", "z", "z", "z"}, 'и': {"i", "i", "i", "i"}, 'й': {"i", "j", "y", "j"}, 'к': {"k", "k", "k", "k"},
	'л': {"l", "l", "l", "l"}, 'м': {"m", "m", "m", "m"}, 'н': {"n", "n", "n", "n"}, 'о': {"o", "o", "o", "o"},
	'п': {"p", "p", "p", "p"}, 'р': {"r", "r", "r", "r"}, 'с': {"s", "s", "s", "s"}, 'т': {"t", "t", "t", "t"},
	'у': {"u", "u", "u", "u"}, 'ф': {"f", "f", "f", "f"}, 'х': {"kh", "x", "h", "ch"}, 'ц': {"ts", "c", "ts", "c"},
	'ч': {"ch", "ch", "ch", "c"}, 'ш': {"sh", "sh", "sh", "s"}, 'щ': {"shch", "shh", "sch", "sc"}, 'ъ': {"ie", "``", "", ""},
	'ы': {"y", "y`", "y", "y"}, 'ь': {"", "`", "", ""}, 'э': {"e", "e`", "e", "e"}, 'ю': {"iu", "yu", "yu", "ju"},
	'я': {"ia", "ya", "ya", "ja"}, 'ә': {"a", "a", "a", "e"}, 'ө': {"o", "o", "o", "u"}, 'ү': {"u", "u", "u", "y"},
	'җ': {"zh", "j", "j", "dj"}, 'ң': {"n", "ng", "n", "n"}, 'һ': {"h", "h", "h", "h"},
}

// Latin writes a word in Latin letters by a scheme. Other characters stay; capitals are
// kept at the beginning of words only.
func Latin(word string, scheme Scheme) string {
	var out strings.Builder
	for _, r := range word {
		low := []rune(strings.ToLower(string(r)))[0]
		spelled, ok := latin[low]
		switch {
		case !ok:
			out.WriteRune(r)
		case low != r:
			out.WriteString(Title(spelled[scheme]))
		default:
			out.WriteString(spelled[scheme])
		}
	}
	return out.String()
}

// Cyrillic reads a Latin word as a Russian one in the everyday scheme; it is empty if the
// word has other characters.
func Cyrillic(word string) string {
	var out strings.Builder
	for word != "" {
		n, letter := 0, ""
		for _, p := range fromLatin {
			if strings.HasPrefix(word, p.latin) {
				n, letter = len(p.latin), p.cyrillic
				break
			}
		}
		if n == 0 {
			return ""
		}
		out.WriteString(letter)
		word = word[n:]
	}
	return out.String()
}

// fromLatin has the longest spellings first.
var fromLatin = []struct{ latin, cyrillic string }{
	{"shch", "щ"}, {"sch", "щ"}, {"zh", "ж"}, {"kh", "х"}, {"ts", "ц"}, {"ch", "ч"}, {"sh", "ш"}, {"yu", "ю"}, {"ya", "я"}, {"yo", "ё"},
	{"a", "а"}, {"b", "б"}, {"v", "в"}, {"g", "г"}, {"d", "д"}, {"e", "е"}, {"z", "з"}, {"i", "и"}, {"k", "к"}, {"l", "л"}, {"m", "м"}, {"n", "н"}, {"o", "о"},
	{"p", "п"}, {"r", "р"}, {"s", "с"}, {"t", "т"}, {"u", "у"}, {"f", "ф"}, {"h", "х"}, {"c", "ц"}, {"y", "ы"}, {"j", "й"}, {"x", "кс"}, {"w", "в"}, {"q", "к"},
}
