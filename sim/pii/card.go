package pii

import (
	"math/rand"
	"strings"
)

// cardIssuer names the system that a number begins like.
func cardIssuer(d string) string {
	two := d[:2]
	four := d[:4]
	switch {
	case four >= "2200" && four <= "2204" && len(d) >= 16:
		return "МИР"
	case d[0] == '4' && (len(d) == 16 || len(d) == 13 || len(d) == 19):
		return "Visa"
	case (two >= "51" && two <= "55" || four >= "2221" && four <= "2720") && len(d) == 16:
		return "Mastercard"
	case (two == "34" || two == "37") && len(d) == 15:
		return "American Express"
	case two == "62" && len(d) >= 16:
		return "UnionPay"
	case (two == "50" || two >= "56" && two <= "69") && len(d) >= 13:
		return "Maestro"
	case four >= "3528" && four <= "3589" && len(d) == 16:
		return "JCB"
	}
	return ""
}

func recogniseCard(sc *scan, n *number, u *surroundings) {
	d := n.digits
	if n.plus || n.paren || !luhn(d) || same(d) || d[0] == '0' {
		return
	}
	issuer := cardIssuer(d)
	grouped := n.grouped(4, 4, 4, 4) || n.grouped(4, 6, 5) || n.grouped(4, 4, 4, 4, 3) || n.grouped(4, 4, 4, 4, 2) || n.grouped(8, 8) || n.grouped(6, 10) || n.grouped(4, 4, 4, 1) || n.grouped(8, 10)
	c := n.bare(sc, Card, "digits", 0.3)
	c.check = "контрольная цифра сходится"
	switch {
	case issuer == "МИР" && (n.tight || grouped):
		c.score = 0.85
	case issuer != "" && len(d) == 16 && grouped:
		c.rule, c.score = "formatted", 0.85
	case issuer != "" && len(d) == 16 && n.tight:
		c.score = 0.6
	case grouped && len(d) == 16:
		c.rule, c.score = "formatted", 0.5
	case issuer != "" && (grouped || n.tight):
		c.score = 0.4
	}
	if issuer != "" {
		c.note = "начинается как " + issuer
	}
	against := notNumber | notTime | ctxDevice
	switch {
	case u.strong(ctxCard) && u.near&ctxOMS == 0:
		c.score += 0.4
		c.context = sc.word(n.i, n.j, ctxCard)
	case u.strong(ctxOMS):
		c.score -= 0.5
	case u.field&against != 0, u.near&against != 0 && sc.tiedTo(n.i, against), sc.hashed(n.i):
		c.score -= 0.5
	case u.far&ctxCard != 0 || u.after&ctxCard != 0 || u.after&ctxCardCode != 0:
		c.score += 0.35
		c.context = sc.word(n.i, n.j, ctxCard|ctxCardCode)
	case sc.alone(n.start, n.end) && issuer != "":
		c.score += 0.3
	case issuer != "МИР" && n.tight && sc.isField(n.i):
		c.score -= 0.3
	}
	sc.add(c)
}

func validCard(d string) bool {
	return len(d) >= 13 && len(d) <= 19 && !same(d) && luhn(d) && cardIssuer(d) != ""
}

func maskLastFour(v string) string {
	plain := normalCode(v)
	if len(plain) < 8 {
		return maskAll(v)
	}
	if len(plain) == 16 && digits(plain) == plain {
		return "**** **** **** " + plain[12:]
	}
	return strings.Repeat("*", len(plain)-4) + tailOf(plain, 4)
}

func inventCard(r *rand.Rand) string {
	body := "2204320000" + inventDigits(r, 5)
	d := body + luhnDigit(body)
	return d[:4] + " " + d[4:8] + " " + d[8:12] + " " + d[12:]
}
