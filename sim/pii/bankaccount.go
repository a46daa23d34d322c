package pii

import (
	"math/rand"
	"strings"
)

var accountWeights = [3]int{7, 1, 3}

func recogniseAccount(sc *scan, n *number, u *surroundings) {
	d := n.digits
	if n.plus || n.paren || !validAccount(d) {
		return
	}
	c := n.bare(sc, BankAccount, "digits", 0.3)
	person := personAccount(d)
	if person {
		c.score = 0.7
	}
	if bik := sc.bikNear(n.i, n.j); bik != "" {
		if !accountFits(d, bik) {
			return
		}
		c.score += 0.4
		c.check = "сходится с БИК"
	}
	switch {
	case u.strong(ctxAccount) || u.far&ctxAccount != 0 || u.after&ctxAccount != 0 || u.strong(ctxCard):
		c.score += 0.35
		c.context = sc.word(n.i, n.j, ctxAccount|ctxCard)
	case u.field&notNumber != 0, sc.tiedTo(n.i, notNumber):
		c.score -= 0.5
	}
	sc.add(c)
}

func personAccount(d string) bool {
	for _, p := range [...]string{"40817", "40820", "40802", "423", "426"} {
		if strings.HasPrefix(d, p) {
			return true
		}
	}
	return false
}

// validAccount tells whether twenty digits begin like a client's account in a known
// currency. Accounts of banks (30101) are public.
func validAccount(d string) bool {
	if len(d) != 20 || !personAccount(d) && !strings.HasPrefix(d, "407") && !strings.HasPrefix(d, "408") {
		return false
	}
	switch d[5:8] {
	case "810", "643", "840", "978", "156":
		return true
	}
	return false
}

// bikNear finds the code of the bank: nine digits that begin with 04 beside the word.
func (sc *scan) bikNear(i, j int) string {
	for k := max(0, i-14); k < len(sc.toks) && k < j+14; k++ {
		if sc.class(k)&ctxBIK == 0 {
			continue
		}
		for m := k + 1; m < len(sc.toks) && m <= k+2; m++ {
			if sc.toks[m].is(isDigits) && sc.toks[m].letters == 9 {
				return sc.str(m)
			}
		}
	}
	return ""
}

func accountFits(account, bik string) bool {
	sum := 0
	for i, c := range bik[6:] + account {
		sum += int(c-'0') * accountWeights[i%3] % 10
	}
	return sum%10 == 0
}

func inventAccount(r *rand.Rand) string {
	const bik = "049205603"
	body := "40817810066" + inventDigits(r, 9)
	for k := 0; k < 10; k++ {
		// the ninth digit is the check digit of an account
		try := body[:8] + string(rune('0'+k)) + body[9:]
		if accountFits(try, bik) {
			return try
		}
	}
	return body
}
