package pii

import (
	"math/rand"
	"strings"
)

// recogniseLicence: the same shape as a passport, so the word decides.
func recogniseLicence(sc *scan, n *number, u *surroundings) {
	if n.plus || n.paren || !(n.tight || n.grouped(4, 6) || n.grouped(2, 2, 6)) {
		return
	}
	if !u.strong(ctxLicence) && !sc.slashed(n.i) && u.after&ctxLicence == 0 && !(u.far&ctxLicence != 0 && u.near&ctxPassport == 0 && n.seps != "") {
		return
	}
	c := n.bare(sc, DriverLicence, "context", 0.9)
	c.context = sc.word(n.i, n.j, ctxLicence)
	if n.digits[0] == '9' && n.tight && u.near&(ctxPhone|ctxPhoneWeak) != 0 {
		c.score = 0.3
	}
	sc.add(c)
}

// recogniseLetterLicences reads the older form, two digits and two letters before the
// number: «ВУ: 16 АВ 055330».
func recogniseLetterLicences(sc *scan) {
	for i := range sc.toks {
		if t := sc.toks[i]; t.letters != 2 || !t.is(allUpper) || t.is(isDigits) || i == 0 || i+1 >= len(sc.toks) {
			continue
		}
		region, number := sc.toks[i-1], sc.toks[i+1]
		if !region.is(isDigits) || region.letters != 2 || !number.is(isDigits) || number.letters != 6 || strings.Trim(sc.gap(i-1)+sc.gap(i), " -#") != "" || len(sc.gap(i-1))+len(sc.gap(i)) > 4 {
			continue
		}
		u := sc.around(i-1, i+1)
		if !u.strong(ctxLicence) && u.after&ctxLicence == 0 && !sc.slashed(i-1) {
			continue
		}
		sc.add(candidate{start: int(region.start), end: int(number.end), kind: DriverLicence, rule: "context", score: 0.9, context: sc.word(i-1, i+1, ctxLicence)})
	}
}

// slashed reads the usual «в/у» before a number.
func (sc *scan) slashed(i int) bool {
	for k := i - 1; k > 0 && k >= i-2; k-- {
		if sc.toks[k].letters == 1 && sc.gap(k-1) == "/" && fold(sc.str(k)) == "у" && fold(sc.str(k-1)) == "в" {
			return true
		}
	}
	return false
}

func validLicence(v string) bool { return len([]rune(v)) == 10 }

func maskLastTwo(v string) string {
	plain := normalCode(v)
	return "** ** ****" + tailOf(digits(plain), 2)
}

// normalCode keeps letters and digits, in capitals.
func normalCode(v string) string {
	return strings.Map(func(r rune) rune {
		if letterCode(r) == noLetter && (r < '0' || r > '9') {
			return -1
		}
		return r
	}, strings.ToUpper(v))
}

func inventLicence(r *rand.Rand) string { return "99 16 000" + inventDigits(r, 3) }
