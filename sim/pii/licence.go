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
