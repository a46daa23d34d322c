package pii

import "math/rand"

// recogniseOGRN: a registration number, with the word only: a moment in milliseconds has
// thirteen digits too.
func recogniseOGRN(sc *scan, n *number, u *surroundings) {
	if n.plus || !validOGRN(n.digits) || !(u.strong(ctxOGRN) || u.after&ctxOGRN != 0) {
		return
	}
	c := n.bare(sc, OGRN, "context", 0.9)
	c.check = "контрольная цифра сходится"
	c.context = sc.word(n.i, n.j, ctxOGRN)
	sc.add(c)
}

func validOGRN(d string) bool {
	switch len(d) {
	case 13:
		return d[0] != '0' && remainder(d[:12], 11)%10 == int(d[12]-'0')
	case 15:
		return d[0] != '0' && remainder(d[:14], 13)%10 == int(d[14]-'0')
	}
	return false
}

func remainder(d string, mod int) int {
	r := 0
	for i := 0; i < len(d); i++ {
		r = (r*10 + int(d[i]-'0')) % mod
	}
	return r
}

func inventOGRN(r *rand.Rand) string {
	body := "3041655" + inventDigits(r, 7)
	return body + string(rune('0'+remainder(body, 13)%10))
}
