package trace

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"progon/sim/pii/trace/names"
)

// numeralWords are number words and their values. Tens, hundreds and thousands join with
// what follows them; the others stand for their own digits.
var numeralWords = func() map[string]int {
	words := map[string]int{}
	for value, list := range map[int]string{
		0: "ноль нуль ноля нуля нолей нулей нолик нолики ноликов ноли нули zero oh null", 1: "один одна одно раз одного первое первого бер one единица единичка", 2: "два две двух второе второго ике two двойка двоечка",
		3: "три трех третье третьего өч three тройка троечка", 4: "четыре четырех четвертое четвертого дүрт four четверка четверочка", 5: "пять пяти пятое пятого биш five пятерка пятерочка",
		6: "шесть шести шестое шестого алты six шестерка шестерочка", 7: "семь семи седьмое седьмого җиде seven семерка семерочка", 8: "восемь восьми восьмое восьмого сигез eight восьмерка восьмерочка",
		9: "девять девяти девятое девятого тугыз nine девятка девяточка", 10: "десять десяти десятое десятого ун ten", 11: "одиннадцать одиннадцатое одиннадцатого одиннадцати eleven",
		12: "двенадцать двенадцатое двенадцатого двенадцати twelve", 13: "тринадцать тринадцатое тринадцатого тринадцати thirteen",
		14: "четырнадцать четырнадцатое четырнадцатого четырнадцати fourteen", 15: "пятнадцать пятнадцатое пятнадцатого пятнадцати fifteen",
		16: "шестнадцать шестнадцатое шестнадцатого шестнадцати sixteen", 17: "семнадцать семнадцатое семнадцатого семнадцати seventeen",
		18: "восемнадцать восемнадцатое восемнадцатого восемнадцати eighteen", 19: "девятнадцать девятнадцатое девятнадцатого девятнадцати nineteen",
		20: "двадцать двадцатое двадцатого двадцати егерме twenty", 30: "тридцать тридцатое тридцатого тридцати утыз thirty", 40: "сорок сорока сорокового сороковом кырык forty",
		50: "пятьдесят пятидесяти пятидесятого пятидесятом илле fifty", 60: "шестьдесят шестидесяти шестидесятого шестидесятом алтмыш sixty", 70: "семьдесят семидесяти семидесятого семидесятом җитмеш seventy",
		80: "восемьдесят восьмидесяти восьмидесятого восьмидесятом сиксән eighty", 90: "девяносто девяностого девяностом туксан ninety",
		100: "сто ста йөз hundred", 200: "двести двухсот", 300: "триста трехсот", 400: "четыреста четырехсот", 500: "пятьсот пятисот", 600: "шестьсот шестисот",
		700: "семьсот семисот", 800: "восемьсот восьмисот", 900: "девятьсот девятисот", 1000: "тысяча тысячи тысяч мең тыща", 2000: "двухтысячного",
	} {
		for n, w := range strings.Fields(list) {
			words[lower(w)] = value
			if n == 0 && w[0] >= utf8.RuneSelf {
				for _, s := range names.Spellings(strings.ToLower(w), 12) {
					if len(s) > 2 {
						words[s] = value
					}
				}
			}
		}
	}
	return words
}()

// hundredWords multiply what stands before them: «тугыз йөз», “nine hundred”.
var hundredWords = wordSet("йөз hundred")

// numeralStarts are the first two letters of number words.
var numeralStarts = func() map[string]bool {
	set := map[string]bool{}
	for w := range numeralWords {
		if r := []rune(w); len(r) > 1 && r[0] >= utf8.RuneSelf {
			set[string(r[:2])] = true
		}
	}
	return set
}()

// cutNumerals cuts number words that were written together: «девятьсотпятьдесят».
func cutNumerals(word string) []string {
	var parts []string
	for word != "" {
		best := 0
		for end := min(len(word), 40); end > 4; end-- {
			if _, ok := numeralWords[word[:end]]; ok {
				best = end
				break
			}
		}
		if best == 0 {
			return nil
		}
		parts, word = append(parts, word[:best]), word[best:]
	}
	return parts
}

// longWord notes number words that were written together.
func (p *pass) longWord(start, end int) {
	first := lower(p.text[start : start+4])
	if !numeralStarts[first] {
		return
	}
	for range cutNumerals(lower(p.text[start:end])) {
		p.numeral(start, end)
	}
}

// numeral notes a number word.
func (p *pass) numeral(start, end int) {
	if p.numerals > 0 && start-p.numeralsTo > widestGap {
		p.flushNumerals()
	}
	if p.numerals == 0 {
		p.numeralsFrom = start
	}
	p.numerals++
	p.numeralsTo = end
}

// flushNumerals reads a stretch of number words with the words made digits. Some words
// may be meant in two ways («два ноля» is 00 or 20); both are read.
func (p *pass) flushNumerals() {
	n := p.numerals
	p.numerals = 0
	if n < 2 && !p.hundredBeforeDigits() {
		return
	}
	from, to := around(p.text, p.numeralsFrom, p.numeralsTo, 40, 40)
	for limit := 60; from > 0 && limit > 0 && (isAlnum(p.text[from-1]) || p.text[from-1] >= 0x80); limit-- {
		from--
	}
	for limit := 60; to < len(p.text) && limit > 0 && (isAlnum(p.text[to]) || p.text[to] >= 0x80); limit-- {
		to++
	}
	from, to = startOfRune(p.text, from), startOfRune(p.text, to)
	var tokens []token
	for _, t := range lex(p.text, from, to) {
		parts := cutNumerals(t.text)
		if t.digits || len(parts) < 2 || t.end-t.start != len(t.text) {
			tokens = append(tokens, t)
			continue
		}
		at := t.start
		for _, w := range parts {
			tokens = append(tokens, token{text: w, start: at, end: at + len(w)})
			at += len(w)
		}
	}
	p.spell(tokens, from, to, plainly)
	for k := 1; k < len(tokens); k++ {
		if hundred(tokens[k-1].text) && tokens[k].digits && len(tokens[k].text) == 2 {
			p.spell(tokens, from, to, joinDigits)
			break
		}
	}
	for k := 1; k < len(tokens); k++ {
		if v, ok := numeralWords[tokens[k].text]; ok && v == 0 && strings.HasSuffix(tokens[k].text, "я") || ok && v == 0 && strings.HasSuffix(tokens[k].text, "ей") || ok && v == 0 && strings.HasSuffix(tokens[k].text, "ов") {
			p.spell(tokens, from, to, repeatZeros)
			break
		}
	}
}

// hundredBeforeDigits tells whether the last number word is a hundred with two digits after
// it: «девятьсот 54».
func (p *pass) hundredBeforeDigits() bool {
	at := p.numeralsTo
	if at+3 > len(p.text) || p.text[at] != ' ' || p.text[at+1]-'0' > 9 || p.text[at+2]-'0' > 9 || at+3 < len(p.text) && p.text[at+3]-'0' <= 9 {
		return false
	}
	return hundred(p.text[:at])
}

// hundred tells whether a text ends like the word for a hundred or hundreds.
func hundred(s string) bool {
	return strings.HasSuffix(s, "сот") || strings.HasSuffix(s, "сто") || strings.HasSuffix(s, "сти") || strings.HasSuffix(s, "ста")
}

// reading is one of the ways in which number words may be meant.
type reading int

const (
	plainly     reading = iota
	repeatZeros         // «два ноля» is 00
	joinDigits          // «девятьсот 54» is 954
)

// spell writes the numbers that the words say.
func (p *pass) spell(tokens []token, from, to int, how reading) {
	var d decoded
	at := from
	for k := 0; k < len(tokens); {
		t := tokens[k]
		digits, used := "", 0
		if !t.digits {
			digits, used = sayNumber(tokens[k:], how)
		}
		if used == 0 {
			d.copy(p.text, at, t.end)
			at = t.end
			k++
			continue
		}
		d.copy(p.text, at, t.start)
		d.puts(digits, t.start)
		at = tokens[k+used-1].end
		k += used
	}
	d.copy(p.text, at, to)
	p.open("прописью", &d, to)
}

func (d *decoded) copy(s string, from, to int) {
	for i := from; i < to; i++ {
		d.put(s[i], i)
	}
}

// sayNumber joins number words into one number, as they are said: «девятьсот семнадцать»,
// «тысяча девятьсот восемьдесят девятого». used is the number of words, 0 for none.
func sayNumber(tokens []token, how reading) (digits string, used int) {
	value := func(k int) (int, bool) {
		if k >= len(tokens) || tokens[k].digits || k > 0 && tokens[k].start-tokens[k-1].end > 3 {
			return 0, false
		}
		v, ok := numeralWords[tokens[k].text]
		return v, ok
	}
	v, ok := value(0)
	if !ok {
		return "", 0
	}
	if next, also := value(1); how == repeatZeros && also && next == 0 && v >= 2 && v <= 5 {
		return strings.Repeat("0", v), 2
	}
	sum, k := v, 1
	// limit is what the next word must be below to belong to the same number.
	limit := 1
	switch {
	case v >= 1000:
		limit = 1000
	case v >= 100:
		limit = 100
	case v >= 20:
		limit = 10
	}
	for {
		next, ok := value(k)
		switch {
		case !ok && how == joinDigits && limit == 100 && k < len(tokens) && tokens[k].digits && len(tokens[k].text) == 2 && tokens[k].start-tokens[k-1].end == 1:
			tens, _ := strconv.Atoi(tokens[k].text)
			return strconv.Itoa(sum + tens), k + 1
		case !ok:
			return strconv.Itoa(sum), k
		case next == 1000 && sum < 1000 && sum > 0:
			sum, limit = sum*1000, 1000
		case next == 100 && sum > 0 && sum < 10 && hundredWords[tokens[k].text]:
			sum, limit = sum*100, 100
		case next > 0 && next < limit:
			sum += next
			limit = 1
			if next >= 20 {
				limit = 10
			}
			if next >= 100 {
				limit = 100
			}
		default:
			return strconv.Itoa(sum), k
		}
		k++
	}
}
