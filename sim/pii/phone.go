package pii

import (
	"math/rand"
	"strings"
)

// phoneGroupings are the ways to write ten digits in groups, without the prefix.
var phoneGroupings = map[string]bool{
	"3322": true, "334": true, "37": true, ":": true, "3223": true, "3232": true, "343": true, "31222": true, "3212": true,
	"55": true, "22222": true, "46": true, "4222": true, "433": true, "442": true, "42": true, "3 7": true, "52": true,
	"532": true, "541": true, "1111111111": true, "3331": true, "3313": true, "31111111": true, "3241": true, "424": true,
	"361": true, "325": true, "352": true, "3421": true, "32221": true, "4321": true, "523": true, "5122": true, "64": true, "73": true, "82": true,
}

// groupsOf writes group sizes as a key of phoneGroupings, after skip digits of a prefix.
func groupsOf(groups []int, skip int) string {
	var b []byte
	for _, g := range groups {
		if skip > 0 {
			take := min(skip, g)
			skip -= take
			g -= take
			if g == 0 {
				continue
			}
		}
		if g > 9 {
			return ":"
		}
		b = append(b, byte('0'+g))
	}
	return string(b)
}

// recognisePhoneEleven: +7, 7 or 8 and ten digits.
func recognisePhoneEleven(sc *scan, n *number, u *surroundings) {
	d := n.digits
	if d[0] != '7' && d[0] != '8' || d[0] == '8' && n.plus || !subscriber(d[1:]) {
		return
	}
	key := groupsOf(n.groups, 1)
	grouped := phoneGroupings[key]
	c := n.candidate(Phone, "digits", 0)
	switch {
	case n.plus && grouped:
		c.rule, c.score = "formatted", 0.95
	case n.tight && d[1] == '9':
		c.score = 0.65
		if !sc.isField(n.i) {
			c.score = 0.8
		}
	case n.tight:
		c.score = 0.45
	case grouped && n.groups[0] <= 4 && d[1] == '9':
		c.rule, c.score = "formatted", 0.9
	case n.paren || n.groups[0] == 1 && n.groups[1] <= 5 && grouped && strings.Contains(sc.text[n.start:n.end], "("):
		c.rule, c.score = "formatted", 0.9
	case grouped:
		c.rule, c.score = "formatted", 0.75
	default:
		c.score = 0.3
	}
	if !n.plus && n.seps != "" && n.seps[0] == ',' {
		c.score -= 0.4
	}
	sc.judgePhone(n, u, c)
}

// recognisePhoneTen: the same without a prefix.
func recognisePhoneTen(sc *scan, n *number, u *surroundings) {
	d := n.digits
	if !subscriber(d) || n.plus {
		return
	}
	key := groupsOf(n.groups, 0)
	if strings.Contains(n.seps, "#") {
		return // a series and a number
	}
	c := n.candidate(Phone, "digits", 0)
	switch {
	case n.paren && phoneGroupings[key]:
		c.rule, c.score = "formatted", 0.85
	case n.tight && d[0] == '9':
		c.score = 0.3
	case n.tight:
		c.score = 0.1
	case (key == "3322" || key == "334") && d[0] == '9':
		c.rule, c.score = "formatted", 0.8
	case phoneGroupings[key] && d[0] == '9' && n.groups[0] == 3:
		c.rule, c.score = "formatted", 0.5
	case key == "3322" && n.only("-"):
		c.rule, c.score = "formatted", 0.6
	case phoneGroupings[key]:
		c.score = 0.25
	}
	sc.judgePhone(n, u, c)
}

// judgePhone weighs the words around.
func (sc *scan) judgePhone(n *number, u *surroundings, c candidate) {
	c.start = n.start
	against := notNumber | notVersion | notTime | notMoney
	if n.tight && !n.plus && n.start > 1 && sc.text[n.start-1] == '/' && (asciiLetter(sc.text[n.start-2]) || asciiDigit(sc.text[n.start-2])) {
		c.score -= 0.5 // a part of a path
	}
	if d := n.digits[len(n.digits)-10:]; d[0] != '9' && (u.near|u.field)&isBusiness != 0 && u.near&ctxSelf == 0 {
		return // a landline that is said to be the business's
	}
	switch {
	case strings.HasPrefix(sc.text[n.end:], "@c.us"), strings.HasPrefix(sc.text[n.end:], "@s.whatsapp.net"),
		strings.HasPrefix(sc.text[n.end:], "@") && n.i > 0 && startsAny(fold(sc.str(n.i-1)), "sip"):
		c.score += 0.5
		c.note = "адрес в мессенджере или у телефонии"
	case u.field&ctxPhone != 0:
		c.score += 0.5
		c.rule = "field"
	case u.near&ctxPhone != 0 && u.field&against == 0:
		c.score += 0.45
		c.context = sc.word(n.i, n.j, ctxPhone)
	case u.field&against != 0 || u.near&notNumber != 0 && sc.tiedTo(n.i, notNumber):
		if !n.plus {
			c.score -= 0.6
		}
	case u.near&(ctxPassport|ctxLicence|ctxINN|ctxSNILS|ctxOMS|ctxAccount|ctxOGRN) != 0 && !n.plus && n.tight:
		c.score -= 0.5
	case u.near&(ctxPhoneWeak|ctxHandle) != 0 && len(n.digits) >= 10:
		c.score += 0.35
		c.context = sc.word(n.i, n.j, ctxPhoneWeak|ctxHandle)
	case u.after&(ctxPhone|ctxPhoneWeak) != 0:
		c.score += 0.3
		c.context = sc.word(n.i, n.j, ctxPhone|ctxPhoneWeak)
	case u.far&(ctxPhone|ctxPhoneWeak) != 0 && len(n.digits) >= 10:
		c.score += 0.3
		c.context = sc.word(n.i, n.j, ctxPhone|ctxPhoneWeak)
	case u.after&notMoney != 0 && !n.plus && n.tight:
		c.score -= 0.5
	case sc.alone(n.start, n.end) && len(n.digits) >= 10 && n.digits[len(n.digits)-10] == '9':
		c.score += 0.4
		c.rule = "whole"
	case n.i > 0 && sc.class(n.i-1)&ctxSelf != 0 && n.seps != "" && d0(n) == '9':
		c.score += 0.15 // «мой 935 25 351 67»
	case u.near&ctxName != 0 || n.i > 0 && sc.parts(n.i-1)&(partSurname|partInitial|partPatronymic) != 0 && len(sc.gap(n.i-1)) <= 4 || u.near&isFirst != 0 && !sc.isField(n.i):
		c.score += 0.3
	case sc.hashed(n.i):
		c.score -= 0.4
	}
	sc.add(c)
}

// d0 is the first digit of the operator's code.
func d0(n *number) byte { return n.digits[len(n.digits)-10] }

// tiedTo tells whether the nearest word of the class stands right before the number:
// «заказ 8917…», «заказ № 8917…», "order_id": "8917…".
func (sc *scan) tiedTo(i int, c class) bool {
	start := int(sc.toks[i].start)
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		if start-int(sc.toks[k].end) > 24 || sc.toks[k].is(isDigits) {
			return false
		}
		if sc.class(k)&c != 0 {
			return true
		}
		if sc.class(k)&(ctxPhone|ctxName|isFirst) != 0 {
			return false
		}
	}
	return false
}

// hashed tells whether a number sign stands before the number.
func (sc *scan) hashed(i int) bool {
	b := strings.TrimRight(sc.before(i), " ")
	return strings.HasSuffix(b, "#")
}

// subscriber tells whether ten digits can be a person's number in Russia or Kazakhstan.
func subscriber(d string) bool {
	switch d[0] {
	case '9':
		return true
	case '3', '4':
		return true
	case '8':
		// 800 is toll-free: a business's
		return d[1] != '0' && d[1] != '8' && d[1] != '9'
	case '7':
		return d[1] == '0' || d[1] == '7' || d[1] == '4' || d[1] == '1' || d[1] == '2'
	}
	return false
}

// recogniseCityPhone: six or seven digits with the word.
func recogniseCityPhone(sc *scan, n *number, u *surroundings) {
	if n.plus || n.digits[0] == '0' || n.digits[0] == '1' && len(n.digits) == 7 {
		return
	}
	if !(n.grouped(3, 2, 2) || n.grouped(3, 4) || n.grouped(2, 2, 2) || n.tight && len(n.digits) == 7) || !n.only("- ") {
		return
	}
	if u.strong(notNumber|notMoney|ctxOTP|isDoc) || u.after&notMoney != 0 {
		return
	}
	if u.strong(ctxPhone) && (n.seps != "" || u.nearW == n.i-1) {
		c := n.candidate(Phone, "context", 0.75)
		c.context = sc.word(n.i, n.j, ctxPhone)
		sc.add(c)
	}
}

// countryPhones are codes and lengths of national numbers of the neighbours and of the
// countries whose numbers are met most.
var countryPhones = []struct {
	code     string
	min, max int
}{
	{"375", 9, 9}, {"380", 9, 9}, {"998", 9, 9}, {"996", 9, 9}, {"992", 9, 9}, {"993", 8, 8}, {"994", 9, 9}, {"995", 9, 9},
	{"374", 8, 8}, {"373", 8, 8}, {"370", 8, 8}, {"371", 8, 8}, {"372", 7, 8}, {"971", 8, 9}, {"972", 8, 9}, {"90", 10, 10},
	{"49", 9, 11}, {"44", 10, 10}, {"1", 10, 10}, {"33", 9, 9}, {"34", 9, 9}, {"39", 9, 10}, {"48", 9, 9}, {"86", 11, 11},
	{"91", 10, 10}, {"66", 9, 9}, {"358", 9, 10}, {"420", 9, 9}, {"381", 8, 9}, {"976", 8, 8}, {"20", 10, 10}, {"84", 9, 9}, {"82", 9, 10},
	{"81", 10, 10}, {"31", 9, 9}, {"46", 9, 9}, {"41", 9, 9}, {"43", 10, 11}, {"30", 10, 10}, {"61", 9, 9}, {"55", 10, 11}, {"966", 9, 9},
}

func recogniseForeignPhone(sc *scan, n *number, u *surroundings) {
	if !n.plus && !(u.strong(ctxPhone) || u.field&ctxPhone != 0) {
		return
	}
	for _, p := range countryPhones {
		rest, ok := strings.CutPrefix(n.digits, p.code)
		if !ok || len(rest) < p.min || len(rest) > p.max || rest[0] == '0' {
			continue
		}
		c := n.candidate(Phone, "formatted", 0.85)
		if !n.plus {
			c.rule, c.score = "context", 0.7
		}
		if u.field&notNumber != 0 {
			c.score -= 0.5
		}
		sc.add(c)
		return
	}
}

// maskPhone shows the country, the first digit of the operator and the last two digits.
func maskPhone(v string) string {
	d := digits(normalise(v).text)
	switch {
	case len(d) == 11 && (d[0] == '7' || d[0] == '8'):
		return "+7 " + d[1:2] + "** ***-**-" + d[9:]
	case len(d) == 10:
		return "+7 " + d[:1] + "** ***-**-" + d[8:]
	case len(d) > 11:
		return "+" + strings.Repeat("*", len(d)-2) + d[len(d)-2:]
	case len(d) == 7:
		return "***-**-" + d[5:]
	}
	return "[ТЕЛЕФОН]"
}

// normalPhone brings a number to its ten digits, or a foreign one to all its digits.
func normalPhone(v string) string {
	d := digits(v)
	if len(d) == 11 && (d[0] == '7' || d[0] == '8') {
		return d[1:]
	}
	return d
}

func validPhone(d string) bool {
	return len(d) == 10 && subscriber(d) || len(d) > 10 && len(d) <= 15
}

// freeCodes are operator codes that no subscriber has.
var freeCodes = [...]string{"907", "935", "954", "957", "972", "973", "974", "975", "976", "979", "998"}

func inventPhone(r *rand.Rand) string {
	d := inventDigits(r, 7)
	return "+7 " + freeCodes[r.Intn(len(freeCodes))] + " " + d[:3] + "-" + d[3:5] + "-" + d[5:]
}

func inventDigits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.Intn(10))
	}
	return string(b)
}

// splitPhone reads a number that is told in two parts around the word at token i: «8 907,
// дальше 603 85 93».
func (sc *scan) splitPhone(i int) {
	if w := fold(sc.str(i)); w != "дальше" && w != "затем" && w != "потом" {
		return
	}
	a, b := i-1, i+1
	for a > 0 && i-a < 4 && sc.toks[a-1].is(isDigits) && isSeparator(sc.gap(a-1)) {
		a--
	}
	for b+1 < len(sc.toks) && b-i < 6 && sc.toks[b+1].is(isDigits) && isSeparator(sc.gap(b)) {
		b++
	}
	d := digits(sc.text[sc.toks[a].start:sc.toks[b].end])
	if len(d) == 11 && (d[0] == '7' || d[0] == '8') {
		d = d[1:]
	}
	if len(d) == 10 && d[0] == '9' {
		start, _, _ := sc.opening(a)
		sc.add(candidate{start: start, end: int(sc.toks[b].end), kind: Phone, rule: "context", score: 0.75, context: sc.str(i)})
	}
}
