package pii

import "strings"

// ordinalStems are numbers that count, without their endings: «пят-ого», «пят-ое».
var ordinalStems = map[string]int{
	"перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "шест": 6, "седьм": 7, "восьм": 8, "девят": 9, "десят": 10,
	"одиннадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14, "пятнадцат": 15, "шестнадцат": 16,
	"семнадцат": 17, "восемнадцат": 18, "девятнадцат": 19, "двадцат": 20, "тридцат": 30, "сороков": 40, "пятидесят": 50,
	"шестидесят": 60, "семидесят": 70, "восьмидесят": 80, "девяност": 90, "двухтысячн": 2000,
}

var ordinalEndings = [...]string{"ьего", "его", "ого", "ьем", "ье", "ом", "ое", "ий", "ый", "ой"}

// ordinal answers the number that a word counts, 0 for other words.
func (sc *scan) ordinal(k int) int {
	if k < 0 || k >= len(sc.toks) || !sc.toks[k].is(isCyrillic) || sc.toks[k].letters < 5 {
		return 0
	}
	w := fold(sc.str(k))
	for _, e := range ordinalEndings {
		if stem, ok := strings.CutSuffix(w, e); ok {
			if v := ordinalStems[stem]; v != 0 {
				return v
			}
		}
	}
	return 0
}

// spokenDate reads a date around the name of a month of which a part is said in words:
// «двенадцатого марта восемьдесят пятого», «12 марта восемьдесят пятого», «1975 ел, 4 март».
func (sc *scan) spokenDate(m int) (date, bool) {
	d := date{a: m, b: m, month: sc.month(m)}
	words := false
	switch {
	case m > 0 && sc.toks[m-1].is(isDigits) && sc.toks[m-1].letters <= 2 && len(sc.gap(m-1)) <= 2:
		d.a, d.day = m-1, sc.num(m-1)
	case m > 1 && sc.toks[m-2].is(isDigits) && sc.toks[m-2].letters <= 2 && sc.toks[m-1].letters <= 3 && len(sc.gap(m-2)) <= 1:
		d.a, d.day = m-2, sc.num(m-2) // «12-ого марта»
	default:
		v := sc.ordinal(m - 1)
		if v == 0 {
			return d, false
		}
		d.a, d.day, words = m-1, v, true
		if v < 10 && m > 1 && sc.gap(m-2) == " " {
			if w := fold(sc.str(m - 2)); w == "двадцать" || w == "тридцать" {
				d.a, d.day = m-2, v+sc.numeral(m-2)
			}
		}
	}
	switch year, last := sc.spokenYear(m + 1); {
	case year != 0:
		d.year, d.b, words = year, last, true
	case m+1 < len(sc.toks) && sc.toks[m+1].is(isDigits) && sc.gap(m) == " " && (sc.toks[m+1].letters == 4 || sc.toks[m+1].letters == 2 && sc.num(m+1) > 31):
		d.year, d.b = sc.num(m+1), m+1
		if d.year < 100 {
			d.year = century(d.year)
		}
	default:
		if a, year := sc.yearBefore(d.a); year != 0 {
			d.a, d.year, words = a, year, true
		}
	}
	return d, words && d.real()
}

func (sc *scan) numeral(k int) int { return sc.lex.words[sc.toks[k].node].value }

// spokenYear reads a year from token k: «тысяча девятьсот восемьдесят пятого», «девяностого»,
// «две тысячи двенадцатого». It answers 0 where no year is said.
func (sc *scan) spokenYear(k int) (year, last int) {
	sum := 0
	for i := k; i < len(sc.toks) && i < k+6; i++ {
		if i > 0 && strings.TrimLeft(sc.gap(i-1), " ,") != "" {
			return 0, 0
		}
		if v := sc.ordinal(i); v != 0 {
			sum += v
			if sum < 100 {
				sum = century(sum)
			}
			return sum, i
		}
		switch w := fold(sc.str(i)); {
		case strings.HasPrefix(w, "тысяч"):
			sum = max(sum, 1) * 1000
		case sc.spoken(i) && sc.numeral(i) != numeralZero:
			sum += sc.numeral(i)
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// yearBefore reads a year that stands before the day: «в 1975 году, 4 марта».
func (sc *scan) yearBefore(a int) (first, year int) {
	k := a - 1
	if k < 1 || len(sc.gap(k)) > 2 {
		return a, 0
	}
	switch fold(sc.str(k)) {
	case "году", "года", "год", "ел", "елның", "елда", "г":
	default:
		return a, 0
	}
	if k--; sc.toks[k].is(isDigits) {
		if y := sc.num(k); sc.toks[k].letters == 4 && y >= 1900 && y < 2030 {
			return k, y
		}
		return a, 0
	}
	for from := max(0, k-5); from <= k; from++ {
		if sc.toks[from].is(isDigits) || !sc.spoken(from) && sc.ordinal(from) == 0 && !strings.HasPrefix(fold(sc.str(from)), "тысяч") {
			continue
		}
		if y, last := sc.spokenYear(from); y != 0 && last == k {
			return from, y
		}
	}
	return a, 0
}

// spokenDigitsDate reads a date in which the month is a number too: «родилась двенадцатое
// ноль третье восемьдесят пятого». Only the word of a birthday makes a date of it.
func (sc *scan) spokenDigitsDate(i int) (date, bool) {
	d := date{a: i}
	var parts [2]int
	k := i
	for n := range parts {
		if k < len(sc.toks) && sc.spoken(k) && sc.numeral(k) == numeralZero {
			k++
		}
		tens := 0
		if k < len(sc.toks) && sc.spoken(k) && (sc.numeral(k) == 20 || sc.numeral(k) == 30) {
			tens = sc.numeral(k)
			k++
		}
		v := sc.ordinal(k)
		if v == 0 || tens > 0 && v > 9 {
			return d, false
		}
		parts[n] = tens + v
		k++
	}
	d.day, d.month = parts[0], parts[1]
	d.year, d.b = sc.spokenYear(k)
	if d.year == 0 && k < len(sc.toks) && sc.toks[k].is(isDigits) && (sc.toks[k].letters == 4 || sc.toks[k].letters == 2) {
		d.b = k
		if d.year = sc.num(k); d.year < 100 {
			d.year = century(d.year)
		}
	}
	return d, d.year != 0 && d.real()
}

// recogniseSpokenDates looks for birthdays of which a part is said in words.
func recogniseSpokenDates(sc *scan) {
	done := -1
	for i := range sc.toks {
		if i <= done {
			continue
		}
		c := sc.class(i)
		switch {
		case c&isMonth != 0:
			if d, ok := sc.spokenDate(i); ok {
				sc.judgeDate(d)
				done = d.b
			}
		case c&ctxBirth != 0:
			for k := i + 1; k < len(sc.toks) && k <= i+6; k++ {
				if d, ok := sc.spokenDigitsDate(k); ok {
					sc.judgeDate(d)
					done = d.b
					break
				}
			}
		}
	}
}
