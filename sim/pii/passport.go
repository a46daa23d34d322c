package pii

import (
	"math/rand"
	"strings"
)

// passportRegions are the first two digits of the series: OKATO codes of regions.
var passportRegions = func() (t [100]bool) {
	for _, r := range []int{1, 3, 4, 5, 7, 8, 10, 11, 12, 14, 15, 17, 18, 19, 20, 22, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 37, 38,
		40, 41, 42, 44, 45, 46, 47, 49, 50, 52, 53, 54, 56, 57, 58, 60, 61, 63, 64, 65, 66, 67, 68, 69, 70, 71, 73, 74, 75, 76, 77, 78, 79, 80,
		81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99} {
		t[r] = true
	}
	return t
}()

// passportSeries tells whether four digits can be a series: a region and a year of print.
func passportSeries(d string) bool {
	year := int(d[2]-'0')*10 + int(d[3]-'0')
	return passportRegions[int(d[0]-'0')*10+int(d[1]-'0')] && (year >= 97 || year <= 29)
}

func recognisePassport(sc *scan, n *number, u *surroundings) {
	c := n.bare(sc, Passport, "digits", 0)
	spaced := n.grouped(4, 6) && n.seps == "#" || n.grouped(2, 2, 6) && n.only(" -#")
	switch {
	case spaced:
		c.rule, c.score = "formatted", 0.65
	case n.grouped(4, 6), n.grouped(2, 2, 3, 3), n.grouped(4, 3, 3):
		c.score = 0.4
	case n.tight, len(n.groups) == 10 && n.only(" "): // read by a machine from a picture
		c.score = 0.2
	default:
		c.score = 0.1
	}
	if !validPassport(n.digits) {
		c.score -= 0.4
	}
	speaks := ctxPassport
	switch {
	case n.plus || n.paren:
		return
	case (u.strong(ctxLicence|isDoc|ctxINN) || sc.slashed(n.i)) && !u.strong(ctxPassport):
		c.score -= 0.6
	case u.field&ctxPassport != 0:
		c.rule = "field"
		c.score += 0.6
	case u.field&(notNumber|ctxPhone) != 0, u.near&notNumber != 0 && sc.tiedTo(n.i, notNumber), u.strong(ctxPhone):
		c.score -= 0.6
	case u.near&speaks != 0:
		c.score += 0.55
		c.context = sc.word(n.i, n.j, speaks)
	case u.far&speaks != 0 && sc.passportNear(n.i), u.after&speaks != 0:
		c.score += 0.41
		c.context = sc.word(n.i, n.j, speaks)
	case n.grouped(4, 6) && n.seps == " " && sc.alone(n.start, n.end):
		c.score += 0.25
		c.rule = "whole"
	case u.near&(ctxName|isFirst|isPatronymic) != 0 && n.seps != "":
		c.score += 0.2
	case u.after&notMoney != 0:
		c.score -= 0.3
	}
	sc.add(c)
}

// passportNear tells whether the word itself (not «документ», «личность») stands before.
func (sc *scan) passportNear(i int) bool {
	for k := i - 1; k >= 0 && k >= i-12; k-- {
		if sc.class(k)&ctxPassport != 0 {
			w := fold(sc.str(k))
			return strings.HasPrefix(w, "паспорт") || strings.HasPrefix(w, "сер") || strings.HasPrefix(w, "passport")
		}
	}
	return false
}

// recogniseSeries finds a series and a number with words between them: «серия 92 15 номер
// 000111», and the code of the department.
func recogniseSeries(sc *scan) {
	for i := range sc.toks {
		if t := sc.toks[i]; t.letters <= 4 && t.is(isLatin) && t.is(startsUpper) {
			sc.birthCertificate(i)
		}
		if sc.toks[i].letters == 1 && i > 0 && sc.gap(i-1) == "/" && fold(sc.str(i)) == "п" && fold(sc.str(i-1)) == "к" {
			if sc.around(max(0, i-1), min(i+2, len(sc.toks)-1)).has(ctxPassport) {
				sc.departmentCode(i)
			}
			continue
		}
		if sc.toks[i].is(isDigits) || sc.class(i)&ctxPassport == 0 {
			continue
		}
		w := fold(sc.str(i))
		if strings.HasPrefix(w, "подразд") || w == "подр" {
			sc.departmentCode(i)
			continue
		}
		if !strings.HasPrefix(w, "сер") && !strings.HasPrefix(w, "паспорт") && w != "passport" && w != "series" {
			continue
		}
		if i > 0 && i+1 < len(sc.toks) && sc.toks[i-1].is(isDigits) && sc.toks[i-1].letters == 6 && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters == 4 && passportSeries(sc.str(i+1)) {
			sc.add(candidate{start: int(sc.toks[i-1].start), end: int(sc.toks[i+1].end), kind: Passport, rule: "context", score: 0.9, context: sc.str(i)})
			continue
		}
		k := i + 1
		series, at := "", -1
		for ; k < len(sc.toks) && k < i+5 && len(series) < 4; k++ {
			if sc.toks[k].is(isDigits) {
				if at < 0 {
					at = k
				}
				series += sc.str(k)
			} else if at >= 0 {
				break
			}
		}
		if len(series) != 4 || !passportSeries(series) {
			continue
		}
		for m := k; m < len(sc.toks) && m < k+4; m++ {
			if !sc.toks[m].is(isDigits) {
				continue
			}
			if sc.toks[m].letters == 6 {
				c := candidate{start: int(sc.toks[at].start), end: int(sc.toks[m].end), kind: Passport, rule: "context", score: 0.95, context: sc.str(i)}
				if u := sc.around(i, m); u.near&ctxLicence != 0 && u.near&ctxPassport == 0 {
					c.kind = DriverLicence // «права: серия 9901 номер 081748»
				}
				sc.add(c)
			}
			break
		}
	}
}

// codesBesidePassports reads «…, к/п 162-003» after a passport.
func (sc *scan) codesBesidePassports() {
	n := len(sc.found)
	for x := 0; x < n; x++ {
		f := sc.found[x]
		if f.kind != Passport || f.low {
			continue
		}
		for i := sc.tokenAt(f.end); i+1 < len(sc.toks) && int(sc.toks[i].start)-f.end < 160; i++ {
			if sc.toks[i].is(isDigits) && sc.toks[i].letters == 3 && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters == 3 && sc.gap(i) == "-" && sc.startsNumber(i) && sc.endsNumber(i+1) {
				sc.add(candidate{start: int(sc.toks[i].start), end: int(sc.toks[i+1].end), kind: Passport, rule: "context", score: 0.65, low: true, note: "код подразделения"})
				break
			}
		}
	}
}

// birthCertificate reads «II-КБ № 123456»: Roman digits, two letters, six digits.
func (sc *scan) birthCertificate(i int) {
	if i+2 >= len(sc.toks) || sc.gap(i) != "-" && sc.gap(i) != " " || strings.Trim(sc.str(i), "IVX") != "" {
		return
	}
	letters, number := sc.toks[i+1], sc.toks[i+2]
	if letters.letters != 2 || !letters.is(isCyrillic) || !letters.is(allUpper) || !number.is(isDigits) || number.letters != 6 || len(sc.gap(i+1)) > 4 {
		return
	}
	sc.add(candidate{start: int(sc.toks[i].start), end: int(number.end), kind: Passport, rule: "shape", score: 0.85, note: "свидетельство о рождении"})
}

// departmentCode reads «код подразделения 160-001».
func (sc *scan) departmentCode(i int) {
	if i+2 < len(sc.toks) && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters == 3 && sc.toks[i+2].is(isDigits) && sc.toks[i+2].letters == 3 &&
		(sc.gap(i+1) == "-" || sc.gap(i+1) == " ") && len(sc.gap(i)) <= 4 {
		sc.add(candidate{start: int(sc.toks[i+1].start), end: int(sc.toks[i+2].end), kind: Passport, rule: "context", score: 0.7, context: sc.str(i), low: true, note: "код подразделения"})
	}
}

// recogniseForeignPassport: two and seven digits with the word.
func recogniseForeignPassport(sc *scan, n *number, u *surroundings) {
	shaped := n.grouped(2, 7) || n.tight || n.grouped(2, 3, 4) || n.grouped(2, 3, 2, 2)
	if !shaped || n.plus || u.strong(notNumber) && u.near&(ctxForeign|ctxPassport) == 0 {
		return
	}
	c := n.bare(sc, ForeignPassport, "context", 0.2)
	if n.seps != "" {
		c.score = 0.35
	}
	switch {
	case u.has(ctxForeign):
		c.score += 0.6
		c.context = sc.word(n.i, n.j, ctxForeign)
	case u.strong(ctxPassport) && n.grouped(2, 7):
		c.score += 0.4
		c.context = sc.word(n.i, n.j, ctxPassport)
	case n.digits[0] == '7' && n.grouped(2, 7) && sc.alone(n.start, n.end):
		c.score += 0.3
	}
	sc.add(c)
}

func maskPassport(v string) string {
	return "** ** ****" + tailOf(digits(v), 2)
}

func maskForeignPassport(v string) string { return "** *****" + tailOf(digits(v), 2) }

func tailOf(s string, n int) string {
	if len(s) < n {
		return ""
	}
	return s[len(s)-n:]
}

func validPassport(d string) bool { return len(d) == 10 && passportSeries(d) && d[4:] != "000000" }

func validForeignPassport(d string) bool { return len(d) == 9 }

func inventPassport(r *rand.Rand) string {
	return "92 " + [...]string{"05", "11", "15", "19", "22"}[r.Intn(5)] + " 000" + inventDigits(r, 2) + string(rune('1'+r.Intn(9)))
}

func inventForeignPassport(r *rand.Rand) string {
	return "75 00" + inventDigits(r, 4) + string(rune('1'+r.Intn(9)))
}
