package pii

import (
	"math/rand"
	"strings"
)

// recogniseAddresses finds a street with a house: «ул. Баумана, д. 5, кв. 7», «Тукай урамы
// 5», «Казань, Баумана 1-5».
func recogniseAddresses(sc *scan) {
	last := -1
	for i := range sc.toks {
		if sc.toks[i].is(isDigits) || i <= last {
			continue
		}
		c := sc.class(i)
		switch {
		case c&ctxStreet != 0:
			if end := sc.street(i); end > 0 {
				last = end
			}
		case c&ctxCity != 0 && sc.toks[i].is(startsUpper):
			if end := sc.cityAddress(i); end > 0 {
				last = end
			}
		case c&^(isSurname|isFirst|isAmbiguous) == 0 && sc.toks[i].is(startsUpper) && sc.toks[i].letters >= 4 && i+1 < len(sc.toks) && sc.toks[i+1].is(isDigits):
			if end := sc.barePlace(i); end > 0 {
				last = end
			}
		case c&ctxAddress != 0:
			if end := sc.toldAddress(i); end > 0 {
				last = end
			}
		}
	}
}

// saysFlat tells whether a flat is named as such: «Баумана 1, кв 3».
func (sc *scan) saysFlat(i, end int) bool {
	for k := i; k <= end; k++ {
		if sc.class(k)&ctxFlat != 0 {
			return true
		}
	}
	return false
}

// addressGap tells whether the gap keeps parts of one address together.
func addressGap(g string) bool {
	return len(g) <= 3 && g != "" && !strings.ContainsAny(g, "!?;:\n{}")
}

// street reads from a marker: the name may stand after it or before it.
func (sc *scan) street(i int) int {
	w := fold(sc.str(i))
	short := sc.toks[i].letters <= 3
	boulevard := w == "б" && i+1 < len(sc.toks) && sc.gap(i) == "-" && fold(sc.str(i+1)) == "р"
	if short && !boulevard && w != "ул" && w != "пр" && w != "пер" && w != "мкр" && w != "наб" && w != "жк" && w != "бр" && w != "ul" && w != "бул" {
		return 0
	}
	if short && !sc.toks[i].is(isCyrillic) && w != "ul" {
		return 0
	}
	// after: ул. Баумана, проспект Победы, улица Карла Маркса
	k, words := i+1, 0
	if k+1 < len(sc.toks) && sc.gap(i) == "-" && (fold(sc.str(k)) == "т" || fold(sc.str(k)) == "кт" || fold(sc.str(k)) == "р") {
		k++ // пр-т, б-р
	}
	nameFrom := k
	for k < len(sc.toks) && words < 4 && addressGap(sc.gap(k-1)) {
		t := sc.toks[k]
		if t.is(isDigits) {
			// «ул. 8 Марта 5», «50 лет Октября»
			if words == 0 && k+1 < len(sc.toks) && t.letters <= 2 && !sc.toks[k+1].is(isDigits) && (sc.class(k+1)&isMonth != 0 || fold(sc.str(k+1)) == "лет" || sc.gap(k) == "-") {
				k++
				words++
				continue
			}
			break
		}
		if sc.class(k)&(ctxHouse|ctxFlat|isNumeral) != 0 && words > 0 {
			break
		}
		if strings.Contains(sc.gap(k-1), ",") && words > 0 {
			break
		}
		if words > 0 && !t.is(startsUpper) && sc.toks[nameFrom].is(startsUpper) {
			break
		}
		words++
		k++
	}
	if words > 0 && !sc.toks[i].is(startsUpper) && !short && !sc.toks[nameFrom].is(startsUpper) && !sc.toks[nameFrom].is(isDigits) && !streetForm(fold(sc.str(nameFrom))) {
		words = 0 // «на улице дождь»
	}
	if words > 0 && (words > 1 || sc.toks[nameFrom].letters > 2) {
		if end, flat := sc.house(k); end > 0 {
			return sc.addAddress(i, end, flat, 0.85)
		}
	}
	// before: Тукай урамы, 5 йорт; Тукая ул., 5
	if i > 0 && sc.gap(i-1) == " " && (sc.toks[i-1].is(startsUpper) || strings.HasPrefix(w, "урам")) && !sc.toks[i-1].is(isDigits) {
		from := i - 1
		if from > 0 && sc.gap(from-1) == " " && sc.toks[from-1].is(startsUpper) && sc.toks[from-1].is(isCyrillic) && sc.class(from-1)&(ctxCity) == 0 {
			from--
		}
		if end, flat := sc.house(i + 1); end > 0 {
			return sc.addAddress(from, end, flat, 0.8)
		}
	}
	return 0
}

// house reads a house number with building and flat from token k; 0 is none.
func (sc *scan) house(k int) (end int, flat bool) {
	if k >= len(sc.toks) || k == 0 || !addressGap(sc.gap(k-1)) {
		return 0, false
	}
	named := sc.class(k)&ctxHouse != 0
	if named {
		if k+1 >= len(sc.toks) || !addressGap(sc.gap(k)) {
			return 0, false
		}
		k++
	}
	if sc.spoken(k) {
		return sc.spokenHouse(k, named)
	}
	t := sc.toks[k]
	if sc.gap(k-1) == "-" {
		return 0, false
	}
	if !t.is(isDigits) || t.letters > 3 || t.letters == 0 || sc.text[t.start] == '0' {
		return 0, false
	}
	if e := int(t.end); e+1 < len(sc.text) && sc.text[e] == ':' && asciiDigit(sc.text[e+1]) {
		return 0, false
	}
	if k+1 < len(sc.toks) && addressGap(sc.gap(k)) && sc.class(k+1)&(notMoney|notTime|isMonth) != 0 {
		return 0, false
	}
	end = k
	for k+1 < len(sc.toks) {
		g := sc.gap(k)
		next := sc.toks[k+1]
		c := sc.class(k + 1)
		w := ""
		if !next.is(isDigits) && next.letters <= 9 {
			w = fold(sc.str(k + 1))
		}
		switch {
		case !next.is(isDigits) && next.letters == 1 && g == "" && next.is(isCyrillic):
			k++
			end = k // 5а
			if k+1 < len(sc.toks) && sc.toks[k+1].is(isDigits) && sc.gap(k) == "" && sc.toks[k+1].letters <= 2 {
				k++
				end = k // 139к2
			}
		case next.is(isDigits) && (g == "/" || g == "-") && next.letters <= 4:
			k++
			end = k
			flat = flat || g == "-"
		case tatarHouse(w) && g == " ":
			flat = flat || c&ctxFlat != 0
			k++
			end = k // 12 йорт
		case strings.HasPrefix(w, "нч") && (g == " " || g == "-") && k+2 < len(sc.toks) && tatarHouse(fold(sc.str(k+2))):
			flat = flat || sc.class(k+2)&ctxFlat != 0
			k += 2
			end = k // 15 нче йорт
		case next.is(isDigits) && addressGap(g) && k+3 < len(sc.toks) && strings.HasPrefix(fold(sc.str(k+2)), "нч") && tatarHouse(fold(sc.str(k+3))):
			flat = true
			k += 3
			end = k // 7 нче фатир
		case addressGap(g) && (c&(ctxFlat|ctxHouse) != 0 || w == "к" || w == "корп" || w == "корпус" || w == "стр" || w == "строение" || w == "подъезд" || w == "под" || w == "этаж" || w == "эт" || w == "домофон" || w == "блок" || w == "секция") &&
			k+2 < len(sc.toks) && sc.toks[k+2].is(isDigits) && (addressGap(sc.gap(k+1)) || strings.TrimSpace(sc.gap(k+1)) == "" || sc.gap(k+1) == "-") && sc.toks[k+2].letters <= 4:
			flat = flat || c&ctxFlat != 0
			k += 2
			end = k
		case c&(ctxHouse|ctxFlat) != 0 && addressGap(g) && strings.TrimSpace(g) == "":
			flat = flat || c&ctxFlat != 0
			k++
			end = k // 5 йорт, 12 фатир
		case next.is(isDigits) && addressGap(g) && k+2 < len(sc.toks) && sc.class(k+2)&(ctxFlat|ctxHouse) != 0 && strings.TrimSpace(sc.gap(k+1)) == "":
			flat = true
			k += 2
			end = k
		case next.is(isDigits) && (w == "" && (g == ", " || g == " ")) && next.letters <= 3 && k == end && sc.inAddress(k):
			k++
			end = k
			flat = true
			return end, flat
		default:
			return end, flat
		}
	}
	return end, flat
}

// inAddress is true where a second bare number is a flat: nothing about time or money
// follows it.
func (sc *scan) inAddress(k int) bool {
	return k+2 >= len(sc.toks) && strings.Trim(sc.text[sc.toks[k+1].end:], " .\"\n") == "" && !strings.ContainsAny(sc.text[sc.toks[k+1].end:], ":")
}

// addAddress takes the city and the index before in, unless it is the business's own.
func (sc *scan) addAddress(from, end int, flat bool, score float64) int {
	start := int(sc.toks[from].start)
	first := from
	for k := from - 1; k >= 0 && k >= from-5; k-- {
		g := sc.gap(k)
		if !addressGap(g) || strings.ContainsAny(g, "\"") {
			break
		}
		c := sc.class(k)
		t := sc.toks[k]
		switch {
		case c&ctxCity != 0, t.is(isDigits) && t.letters == 6, t.letters <= 2 && fold(sc.str(k)) == "г", fold(sc.str(k)) == "рт":
			first = k
			start = int(t.start)
			continue
		}
		break
	}
	first = sc.settlement(first)
	start = int(sc.toks[first].start)
	c := candidate{start: start, end: int(sc.toks[end].end), kind: Address, rule: "formatted", score: score}
	if flat {
		c.score += 0.1
		c.note = "с квартирой"
	}
	u := sc.around(first, end)
	switch {
	case !flat && sc.ownAddress(first, end):
		c.score -= 0.5
	case u.strong(ctxAddress) && u.near&isBusiness == 0:
		c.score += 0.1
	case u.field&isBusiness != 0:
		c.score -= 0.5
	}
	sc.add(c)
	return end
}

// ownAddress tells whether words of the business stand by: «мы находимся», «салон на».
func (sc *scan) ownAddress(a, b int) bool {
	for k := a - 1; k >= 0 && k >= a-12; k-- {
		if strings.ContainsAny(sc.gap(k), "\n{}") && k < a-1 {
			break
		}
		c := sc.class(k)
		if c&ctxSelf != 0 && fold(sc.str(k)) != "нас" {
			return false
		}
		if c&(isBusiness|notPerson) != 0 {
			return true
		}
		if w := fold(sc.str(k)); w == "находитесь" || w == "вы" || w == "нас" || w == "вам" || w == "вас" || w == "нам" || w == "записаны" || w == "приехать" || w == "зайти" || w == "подойти" {
			return true
		}
	}
	for k := b + 1; k < len(sc.toks) && k <= b+4; k++ {
		if sc.class(k)&isBusiness != 0 {
			return true
		}
	}
	return false
}

// cityAddress: «Казань, Баумана 1-5».
func (sc *scan) cityAddress(i int) int {
	if sc.toks[i].letters < 3 || i+2 >= len(sc.toks) || sc.gap(i) != ", " && sc.gap(i) != " " && sc.gap(i) != "," {
		return 0
	}
	k := i + 1
	if !sc.toks[k].is(startsUpper) || !sc.toks[k].is(isCyrillic) || sc.class(k)&(ctxStreet|isMonth|isFirst&^isAmbiguous) != 0 && sc.class(k)&isFirst == 0 || sc.toks[k].letters < 3 {
		return 0
	}
	if k+1 < len(sc.toks) && sc.gap(k) == " " && sc.toks[k+1].is(startsUpper) && sc.toks[k+1].is(isCyrillic) && sc.class(k+1)&ctxStreet == 0 {
		k++
	}
	if sc.class(k+1)&ctxStreet != 0 {
		return 0
	}
	end, flat := sc.house(k + 1)
	if end == 0 {
		return 0
	}
	score := 0.65
	if flat || end > k+1 {
		score = 0.75
	}
	return sc.addAddress(i, end, flat, score)
}

// toldAddress: «живу на Баумана 15 кв 7», «адрес: Баумана 15-7».
func (sc *scan) toldAddress(i int) int {
	for k := i + 1; k < len(sc.toks) && k <= i+5; k++ {
		t := sc.toks[k]
		if t.is(isDigits) || strings.ContainsAny(sc.gap(k-1), "!?\n{}") {
			return 0
		}
		if sc.class(k)&(ctxStreet|notMoney|isMonth) != 0 || sc.class(k)&ctxCity != 0 && sc.toks[k].is(startsUpper) {
			return 0
		}
		if !t.is(isCyrillic) || t.letters < 4 || !t.is(startsUpper) && !streetForm(fold(sc.str(k))) || sc.class(k)&(isBooking|ctxAddress|ctxPhone|ctxPhoneWeak|ctxSelf|isStaff) != 0 {
			continue
		}
		end, flat := sc.house(k + 1)
		if end == 0 {
			continue
		}
		from := k
		if k > i+1 && sc.gap(k-1) == " " && sc.toks[k-1].is(startsUpper) && sc.toks[k-1].letters > 3 {
			from--
		}
		score := 0.65
		if flat {
			score = 0.8
		}
		return sc.addAddress(from, end, flat, score)
	}
	return 0
}

// streetForm tells whether a word in lower case may be the name of a street.
func streetForm(w string) bool {
	for _, e := range [...]string{"ова", "ева", "ина", "ая", "ой", "ского", "ого", "его", "а", "я"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

func maskAddress(v string) string {
	lex := theLexicon()
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return letterCode(r) == noLetter }) {
		if len([]rune(w)) > 3 && lex.lookup(w).class&ctxCity != 0 && !strings.HasPrefix(fold(w), "город") {
			return "г. " + w + ", ***"
		}
	}
	return "[АДРЕС]"
}

func validAddress(v string) bool { return strings.ContainsAny(v, "0123456789") && len(v) > 6 }

func inventAddress(r *rand.Rand) string {
	streets := [...]string{"Репетиционная", "Прогонная", "Антрактная", "Премьерная", "Кулисная"}
	return "г. Казань, ул. " + streets[r.Intn(len(streets))] + ", д. " + string(rune('1'+r.Intn(9))) + ", кв. " + string(rune('1'+r.Intn(9)))
}
