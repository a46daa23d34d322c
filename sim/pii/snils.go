package pii

import (
	"fmt"
	"math/rand"
)

func recogniseSNILS(sc *scan, n *number, u *surroundings) {
	if n.plus || n.paren || !validSNILS(n.digits) {
		return
	}
	c := n.bare(sc, SNILS, "digits", 0.3)
	c.check = "контрольное число сходится"
	switch {
	case n.grouped(3, 3, 3, 2):
		c.rule, c.score = "formatted", 0.85
	case n.grouped(9, 2), n.grouped(3, 3, 5):
		c.score = 0.5
	case n.tight && sc.alone(n.start, n.end):
		c.rule, c.score = "whole", 0.65
	}
	switch {
	case u.strong(ctxSNILS) || u.far&ctxSNILS != 0 && u.near&ctxPhone == 0:
		c.score += 0.5
		c.context = sc.word(n.i, n.j, ctxSNILS)
	case u.after&ctxSNILS != 0:
		c.score += 0.35
		c.context = sc.word(n.i, n.j, ctxSNILS)
	case u.field&(notNumber|ctxPhone) != 0, sc.tiedTo(n.i, notNumber):
		c.score -= 0.5
	}
	sc.add(c)
}

// validSNILS checks the control number of the Pension Fund's order.
func validSNILS(d string) bool {
	if len(d) != 11 || same(d[:9]) {
		return false
	}
	if d[:9] <= "001001998" {
		return false
	}
	return d[9:] == snilsControl(d[:9])
}

func snilsControl(nine string) string {
	sum := weighted(nine, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
	return fmt.Sprintf("%02d", sum)
}

func maskSNILS(v string) string { return "***-***-*** " + tailOf(digits(v), 2) }

func inventSNILS(r *rand.Rand) string {
	// numbers that begin with 002 were given to nobody living and are still valid
	nine := "00" + string(rune('2'+r.Intn(3))) + inventDigits(r, 6)
	return fmt.Sprintf("%s-%s-%s %s", nine[:3], nine[3:6], nine[6:], snilsControl(nine))
}
