package pii

import (
	"math/rand"
	"strings"
)

var (
	innWeights10 = []int{2, 4, 10, 3, 5, 9, 4, 6, 8}
	innWeights11 = []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	innWeights12 = []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
)

// recogniseINNTwelve: a person's number. Two check digits are proof enough in a sentence.
func recogniseINNTwelve(sc *scan, n *number, u *surroundings) {
	if n.plus || n.paren || !validINN(n.digits) {
		return
	}
	c := n.bare(sc, INN, "digits", 0.35)
	c.check = "контрольные цифры сходятся"
	if n.tight || n.grouped(4, 4, 4) || n.grouped(3, 3, 3, 3) || n.grouped(2, 2, 6, 2) || n.grouped(4, 6, 2) {
		c.score = 0.62
	}
	switch {
	case u.strong(ctxINN) || u.far&ctxINN != 0 || u.after&ctxINN != 0:
		c.score += 0.35
		c.context = sc.word(n.i, n.j, ctxINN)
	case u.field&^(ctxName|isStaff) != 0, u.near&notNumber != 0 && sc.tiedTo(n.i, notNumber), sc.hashed(n.i), sc.isField(n.i),
		u.after&notMoney != 0:
		c.score -= 0.5
	}
	sc.add(c)
}

// recogniseINNTen: an organisation's; one random number in ten passes, so only with the
// word.
func recogniseINNTen(sc *scan, n *number, u *surroundings) {
	if n.plus || !validINN(n.digits) || !(u.strong(ctxINN) || u.after&ctxINN != 0 && n.tight) {
		return
	}
	c := n.bare(sc, INN, "context", 0.9)
	c.check, c.low = "контрольная цифра сходится", true
	c.context = sc.word(n.i, n.j, ctxINN)
	sc.add(c)
}

// recogniseINNWithKPP reads «ИНН/КПП 1655000123/165501001»: ten digits before a slash.
func recogniseINNWithKPP(sc *scan, n *number, u *surroundings) {
	if !n.grouped(10, 9) || !n.only("/ ") || !u.strong(ctxINN) || !validINN(n.digits[:10]) {
		return
	}
	t := sc.toks[n.i]
	sc.add(candidate{start: int(t.start), end: int(t.end), kind: INN, rule: "context", score: 0.9, check: "контрольная цифра сходится", low: true, context: sc.word(n.i, n.j, ctxINN)})
}

func validINN(d string) bool {
	switch len(d) {
	case 10:
		return !same(d) && d[:2] != "00" && weighted(d, innWeights10...)%11%10 == int(d[9]-'0')
	case 12:
		return !same(d) && d[:2] != "00" && weighted(d, innWeights11...)%11%10 == int(d[10]-'0') &&
			weighted(d, innWeights12...)%11%10 == int(d[11]-'0')
	}
	return false
}

func maskINN(v string) string {
	d := digits(v)
	if len(d) < 4 {
		return maskAll(v)
	}
	return strings.Repeat("*", len(d)-4) + d[len(d)-4:]
}

func inventINN(r *rand.Rand) string {
	d := "1655" + "000" + inventDigits(r, 3)
	d += string(rune('0' + weighted(d, innWeights11...)%11%10))
	return d + string(rune('0'+weighted(d, innWeights12...)%11%10))
}
