package pii

import "strings"

// spokenHouse reads a house, and a flat after it, that are said in words: «дом восемь»,
// «двадцать два, квартира сто пять». Without the word «дом» nothing but a flat or the end
// of the phrase may follow: «на проспекте Победы два салона» is no address.
func (sc *scan) spokenHouse(k int, named bool) (end int, flat bool) {
	end = sc.spokenRun(k)
	next := end + 1
	if next < len(sc.toks) && sc.class(next)&ctxFlat != 0 && addressGap(sc.gap(end)) && next+1 < len(sc.toks) {
		switch {
		case sc.spoken(next + 1):
			return sc.spokenRun(next + 1), true
		case sc.toks[next+1].is(isDigits) && sc.toks[next+1].letters <= 4:
			return next + 1, true
		}
	}
	if named || next == len(sc.toks) || strings.ContainsAny(sc.gap(end), ".,\n") {
		return end, false
	}
	return 0, false
}

// spokenRun answers the last of the number words that begin at token k.
func (sc *scan) spokenRun(k int) int {
	for k+1 < len(sc.toks) && sc.spoken(k+1) && sc.gap(k) == " " {
		k++
	}
	return k
}

// barePlace reads a street without its word: «Баумана 1, кв 3», and, where somebody is to
// come, «Зорге 66а-14 курьеру», «Азинская, 1в — туда такси».
func (sc *scan) barePlace(i int) int {
	end, flat := sc.house(i + 1)
	if end == 0 {
		return 0
	}
	if flat && sc.saysFlat(i, end) {
		return sc.addAddress(i, end, true, 0.6)
	}
	w := fold(sc.str(i))
	if !flat && !strings.HasSuffix(w, "ская") && !strings.HasSuffix(w, "ской") && !strings.HasSuffix(w, "ная") && !strings.HasSuffix(w, "ной") {
		return 0
	}
	if flat && i > 0 && sc.toks[i-1].is(isDigits) && sc.toks[i-1].letters == 6 && sc.gap(i-1) == ", " {
		return sc.addAddress(i, end, true, 0.6) // after a postal index
	}
	u := sc.around(i, end)
	if (u.near|u.after)&ctxAddress == 0 || (u.near|u.after)&isBusiness != 0 {
		return 0
	}
	return sc.addAddress(i, end, flat, 0.6)
}

// settlement goes back from the first word of an address over villages, districts and
// regions: «Пермский край, с. Высокая Гора, ул. Полевая». It answers the new first word.
func (sc *scan) settlement(first int) int {
	for first > 0 && addressGap(sc.gap(first-1)) {
		k := first - 1
		if regionWord(fold(sc.str(k))) {
			if k == 0 || !sc.toks[k-1].is(startsUpper) || sc.gap(k-1) != " " {
				return first
			}
			first = k - 1
			continue
		}
		// one or two capitalised words with the word for a village before them
		for k > 0 && first-k < 2 && sc.toks[k-1].is(startsUpper) && sc.toks[k].is(startsUpper) && sc.gap(k-1) == " " {
			k--
		}
		if k == 0 || !sc.toks[k].is(startsUpper) || !sc.toks[k].is(isCyrillic) || !addressGap(sc.gap(k-1)) || !villageWord(fold(sc.str(k-1))) {
			if villageWord(fold(sc.str(k))) && sc.toks[k].letters > 2 && k+1 < first {
				return k
			}
			return first
		}
		first = k - 1
	}
	return first
}

func regionWord(w string) bool {
	switch w {
	case "край", "область", "обл", "республика", "респ", "район":
		return true
	}
	return false
}

func villageWord(w string) bool {
	switch w {
	case "с", "село", "селе", "д", "дер", "деревня", "деревне", "п", "пос", "поселок", "поселке", "пгт", "рп", "снт", "мкр", "микрорайон", "город", "республика", "станица", "хутор":
		return true
	}
	return false
}

// tatarHouse tells whether a word closes the number before it: «12 йорт, 4 фатир».
func tatarHouse(w string) bool { return startsAny(w, "йорт", "фатир") }
