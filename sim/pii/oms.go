package pii

import "math/rand"

// recogniseOMS: sixteen digits like a card. The words decide, then the birth date that is
// hidden in the number.
func recogniseOMS(sc *scan, n *number, u *surroundings) {
	if n.plus || n.paren || !validOMS(n.digits) {
		return
	}
	c := n.bare(sc, OMS, "digits", 0.3)
	c.check = "контрольная цифра сходится"
	dated := omsBirth(n.digits)
	bank := cardIssuer(n.digits) != ""
	if dated && !bank {
		c.note = "в номере скрыта дата рождения"
		c.score += 0.15
		if n.grouped(4, 4, 4, 4) || n.tight && sc.alone(n.start, n.end) {
			c.score += 0.2
		}
	}
	switch {
	case u.strong(ctxOMS) || u.far&ctxOMS != 0 && u.near&ctxCard == 0:
		c.score += 0.6
		c.context = sc.word(n.i, n.j, ctxOMS)
	case u.after&ctxOMS != 0:
		c.score += 0.4
		c.context = sc.word(n.i, n.j, ctxOMS)
	case u.strong(ctxCard):
		c.score -= 0.3
	case u.field&notNumber != 0, sc.tiedTo(n.i, notNumber), sc.isField(n.i):
		c.score -= 0.5
	}
	sc.add(c)
}

func validOMS(d string) bool { return len(d) == 16 && !same(d) && d[:2] != "00" && luhn(d) }

// omsBirth tells whether the eight digits after the region read as a birth date. It raises
// a score and never rejects: no official text about it is known.
func omsBirth(d string) bool {
	var v [8]int
	for i := range v {
		v[i] = 9 - int(d[2+i]-'0')
	}
	month := v[0]*10 + v[1]
	switch {
	case month > 40:
		month -= 40
	case month > 20:
		month -= 20
	}
	day := v[6]*10 + v[7]
	if day > 50 {
		day -= 50
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

func inventOMS(r *rand.Rand) string {
	month, day := 41+r.Intn(12), 1+r.Intn(28)+50*r.Intn(2)
	year := 1951 + r.Intn(49)
	eight := []int{month / 10, month % 10, year % 10, year / 10 % 10, year / 100 % 10, year / 1000, day / 10, day % 10}
	b := []byte("16")
	for _, v := range eight {
		b = append(b, byte('0'+9-v))
	}
	body := string(b) + "000" + inventDigits(r, 2)
	return body + luhnDigit(body)
}
