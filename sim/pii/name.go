package pii

import (
	"math/rand"
	"strings"
)

// recogniseNames starts at words that are sure to be of names (first names, patronymics,
// initials) and takes their neighbours in.
func recogniseNames(sc *scan) {
	for i := 0; i < len(sc.toks); i++ {
		t := sc.toks[i]
		if t.is(isDigits) {
			continue
		}
		c := sc.class(i)
		switch {
		case c&(isFirst|isPatronymic) != 0 && t.is(isCyrillic), t.letters >= 6 && t.is(isCyrillic) && sc.patronymic(i):
			i = sc.nameAround(i)
		case t.letters == 1 && t.is(startsUpper) && t.is(isCyrillic) && sc.dotAfter(i):
			i = sc.nameAround(i)
		case t.letters == 1 && t.is(startsUpper) && t.is(isCyrillic) && i > 0 && sc.bareInitials(i):
			i++
		case c&isLatinFirst != 0 && t.is(isLatin):
			sc.latinName(i)
		case c&ctxSelf != 0 && t.letters <= 3, t.letters == 3 && fold(sc.str(i)) == "это":
			sc.introduced(i)
		case c == 0 && t.letters >= 5 && t.is(startsUpper) && t.is(isCyrillic) && i > 0:
			sc.unknownPair(i)
		case c&isBooking != 0 && t.letters > 4:
			sc.bookedFor(i)
		case t.letters == 4 && t.is(isLatin) && sc.str(i) == "last":
			sc.namedSurname(i)
		case c&ctxName != 0, c&notNumber != 0 && t.letters == 5 && fold(sc.str(i)) == "бронь":
			sc.namedSurname(i)
			sc.namedPair(i)
		}
	}
	sc.surnamesBesideFindings()
}

// bareInitials reads «Абдрахманова Л Р».
func (sc *scan) bareInitials(i int) bool {
	if i+1 >= len(sc.toks) || sc.toks[i+1].letters != 1 || !sc.toks[i+1].is(startsUpper) || !sc.toks[i+1].is(isCyrillic) || sc.gap(i) != " " || sc.gap(i-1) != " " {
		return false
	}
	if sc.parts(i-1)&partSurname == 0 || !sc.toks[i-1].is(startsUpper) {
		return false
	}
	c := candidate{start: int(sc.toks[i-1].start), end: int(sc.toks[i+1].end), kind: Name, rule: "initials", score: 0.8}
	c.score = sc.namePlace(i-1, i+1, &c)
	sc.add(c)
	return true
}

func (sc *scan) dotAfter(i int) bool {
	end := int(sc.toks[i].end)
	return end < len(sc.text) && sc.text[end] == '.'
}

// joins tells whether the gap between two tokens may stand inside a name.
func joins(gap string, initialBefore bool) bool {
	switch gap {
	case " ", "-", "  ", "_", "+", ";", ",", "\t", "|":
		return true // cells of a table and names of files too
	case ".", ". ", ".  ", ".-":
		return initialBefore
	}
	return false
}

// nameAround finds the longest name which holds token i, adds it and answers its last
// token.
func (sc *scan) nameAround(i int) int {
	from, to := i, i
	for from > 0 && i-from < 4 && sc.parts(from-1) != 0 && joins(sc.gap(from-1), sc.parts(from-1)&partInitial != 0) {
		from--
	}
	for to+1 < len(sc.toks) && to-i < 4 && sc.parts(to+1) != 0 && joins(sc.gap(to), sc.parts(to)&partInitial != 0) {
		to++
	}
	best, bestFrom, bestTo := 0.0, 0, 0
	rule := ""
	for a := from; a <= i; a++ {
		for b := min(to, a+5); b >= i; b-- {
			score, r := sc.judgeName(a, b)
			if score > best || score == best && score > 0 && b-a > bestTo-bestFrom {
				best, bestFrom, bestTo, rule = score, a, b, r
			}
		}
	}
	if best < Threshold {
		sc.firstAlone(i)
		return i
	}
	start, end := int(sc.toks[bestFrom].start), int(sc.toks[bestTo].end)
	if sc.parts(bestTo)&partInitial != 0 {
		end++ // the dot
	}
	c := candidate{start: start, end: end, kind: Name, rule: rule, score: best}
	best = sc.namePlace(bestFrom, bestTo, &c)
	c.score = best
	sc.add(c)
	return bestTo
}

// firstAlone is a finding of low weight, and only where the profile says so.
func (sc *scan) firstAlone(i int) {
	if sc.d.profile != ProfileModel {
		return
	}
	c := sc.class(i)
	if c&isFirst == 0 || c&isAmbiguous != 0 || !sc.toks[i].is(startsUpper) {
		return
	}
	cand := candidate{start: int(sc.toks[i].start), end: int(sc.toks[i].end), kind: Name, rule: "first", score: 0.65, low: true}
	cand.score = sc.namePlace(i, i, &cand)
	sc.add(cand)
}

// judgeName weighs a run of tokens as a name.
func (sc *scan) judgeName(a, b int) (float64, string) {
	if a == b {
		return 0, ""
	}
	var firsts, patronymics, surnames, unknown, initials, kin, ambiguous, pets int
	upper, lower, hyphen := 0, 0, 0
	pattern := make([]byte, 0, 6)
	for k := a; k <= b; k++ {
		p := sc.parts(k)
		t := sc.toks[k]
		if p&partInitial == 0 && p&partKin == 0 {
			if t.is(startsUpper) {
				upper++
			} else {
				lower++
			}
		}
		if k > a && sc.gap(k-1) == "-" {
			// Гали-Ахметова: both halves make one part
			if p&partKin != 0 {
				kin++
				continue
			}
			hyphen++
			if p&(partSurname|partUnknown) == 0 && p&partFirst == 0 {
				return 0, ""
			}
			if len(pattern) > 0 && pattern[len(pattern)-1] == 'F' && p&partSurname != 0 {
				firsts--
				surnames++
				pattern[len(pattern)-1] = 'S'
			}
			continue
		}
		switch {
		case p&partInitial != 0:
			initials++
			pattern = append(pattern, 'I')
		case p&partKin != 0 && honorific(fold(sc.str(k))):
			if len(pattern) == 0 {
				return 0, ""
			}
		case p&partKin != 0:
			kin++
			if len(pattern) == 0 || pattern[len(pattern)-1] == 'I' {
				return 0, ""
			}
			if pattern[len(pattern)-1] == 'F' {
				firsts--
			}
			if pattern[len(pattern)-1] == 'S' {
				surnames--
			}
			if pattern[len(pattern)-1] == 'U' {
				unknown--
			}
			pattern[len(pattern)-1] = 'P'
			patronymics++
		case p&partPatronymic != 0 && (p&partSurname == 0 || firsts > 0 || sc.parts(k+1)&partFirst == 0) && patronymics == 0:
			patronymics++
			pattern = append(pattern, 'P')
		case p&partFirst != 0 && (p&partSurname == 0 || firsts == 0 && (surnames > 0 || sc.parts(k+1)&(partFirst) == 0)):
			firsts++
			if sc.class(k)&isAmbiguous != 0 {
				ambiguous++
			}
			if sc.class(k)&isPet != 0 {
				pets++
			}
			pattern = append(pattern, 'F')
		case p&partSurname != 0:
			surnames++
			pattern = append(pattern, 'S')
		default:
			unknown++
			pattern = append(pattern, 'U')
		}
	}
	if upper > 0 && lower > 0 {
		return 0, "" // «Марат готов», «скажите Гузель»
	}
	capital := lower == 0
	known, ok := namePatterns[string(pattern)]
	if !ok || unknown > 0 && !capital {
		return 0, ""
	}
	score, rule := known.score, known.rule
	if !capital {
		// in lower case everything must be sure
		score -= 0.15
		if ambiguous > 0 && patronymics == 0 || pets > 0 && patronymics == 0 && surnames == 0 {
			score -= 0.15
		}
	}
	if ambiguous > 0 && patronymics == 0 && surnames == 0 {
		score -= 0.3
	}
	if unknown > 0 && patronymics == 0 && initials == 0 {
		// a capital alone proves a surname only where no other reason for it is seen
		u := b
		if sc.parts(a)&partFirst == 0 {
			u = a
		}
		switch {
		case u == b && ambiguous == 0 && sc.class(u) == isCommon && surnameEnding(fold(sc.str(u))) && sc.toks[a].is(startsUpper) && !sc.toks[a].is(allUpper):
			// «Антон Чулков»: a common word has no other reason for its capital here
		case ambiguous > 0 || sc.class(u) != 0 || verbLike(fold(sc.str(u))) || sc.toks[u].letters < 3:
			score -= 0.3
		case u == a && sc.sentenceStart(a) && !sc.entry(a, b):
			score -= 0.3
		case sc.toks[a].is(allUpper):
			score -= 0.3
		}
	}
	return score, rule
}

// namePatterns are the orders of Surname, First, Patronymic, Initial, Unknown.
var namePatterns = map[string]struct {
	score float64
	rule  string
}{
	"SFP": {0.98, "patronymic"}, "FPS": {0.98, "patronymic"}, "UFP": {0.93, "patronymic"}, "FPU": {0.85, "patronymic"}, "FP": {0.92, "patronymic"},
	"PF": {0.8, "patronymic"}, "FSP": {0.9, "patronymic"}, "PFS": {0.85, "patronymic"}, "SPF": {0.85, "patronymic"},
	"SUP": {0.9, "patronymic"}, "UPS": {0.8, "patronymic"}, "UP": {0.75, "patronymic"}, "SP": {0.75, "patronymic"}, "PS": {0.7, "patronymic"}, "UUP": {0.75, "patronymic"},
	"SFS": {0.85, "full"}, "SSP": {0.8, "patronymic"}, "FFP": {0.85, "patronymic"}, "FPF": {0.8, "patronymic"}, "SFPF": {0.85, "patronymic"},
	"SF": {0.85, "full"}, "FS": {0.88, "full"}, "FU": {0.65, "full"}, "UF": {0.65, "full"}, "FSS": {0.8, "full"},
	"SII": {0.95, "initials"}, "IIS": {0.93, "initials"}, "SI": {0.75, "initials"}, "IS": {0.7, "initials"},
	"UII": {0.8, "initials"}, "IIU": {0.7, "initials"}, "FII": {0.75, "initials"}, "IIF": {0.6, "initials"}, "FPI": {0.85, "patronymic"}, "SFI": {0.85, "full"}, "FI": {0, ""},
	"IFS": {0.8, "full"}, "FIS": {0.85, "full"}, "SIP": {0.8, "patronymic"},
}

// verbLike tells whether an unknown word ends like a verb or an adjective: «Алсу Придёт».
func verbLike(w string) bool {
	for _, e := range [...]string{"ть", "те", "ит", "ет", "ла", "ло", "ли", "ся", "сь", "ат", "ят", "ут", "ют", "ый", "ая", "ое", "ые", "ие", "ых", "их", "ого", "ему", "но", "ись", "ешь", "ишь", "ем", "им", "о", "ость", "ция", "ние", "тие", "ство", "ка", "ки", "ку"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// entry tells whether tokens a to b fill a field of their own: a whole message, a cell, an
// item of a list.
func (sc *scan) entry(a, b int) bool {
	rest := strings.TrimLeft(sc.text[sc.toks[b].end:], " \"'")
	return rest == "" || strings.IndexByte(",;:\n)|\t<", rest[0]) >= 0
}

func (sc *scan) sentenceStart(i int) bool {
	if i == 0 {
		return true
	}
	gap := sc.before(i)
	b := strings.TrimRight(gap, " \"-—")
	return b == "" && gap != " " || b != "" && strings.ContainsAny(b[len(b)-1:], ".!?:\n")
}

// namePlace lowers the score of a name that is of a street, a firm, a work of art, or of
// the staff.
func (sc *scan) namePlace(a, b int, c *candidate) float64 {
	score := c.score
	start := int(sc.toks[a].start)
	for k := a - 1; k >= 0 && k >= a-2; k-- {
		gap := sc.text[sc.toks[k].end:start]
		if len(gap) > 22 || strings.ContainsAny(gap, "\n;{}") || strings.Contains(gap, ". ") && sc.class(k)&(ctxStreet|notPerson) == 0 || strings.Contains(gap, `","`) {
			break
		}
		cl := sc.class(k)
		if !sc.toks[k].is(startsUpper) && (fold(sc.str(k)) == "роман" || fold(sc.str(k)) == "повесть") {
			score -= 0.5
			break
		}
		if cl&(notPerson|ctxStreet) != 0 && cl&ctxName == 0 && sc.toks[k].letters > 1 || cl&ctxAddress != 0 && fold(sc.str(k)) == "адрес" && k == a-1 {
			score -= 0.5
			break
		}
		if cl&isStaff != 0 && cl&ctxName == 0 && (k == a-1 || sc.class(k+1)&isStaff != 0) {
			score -= 0.5
			break
		}
		if cl&ctxName != 0 {
			score += 0.1
			c.context = sc.str(k)
			break
		}
	}
	if b+1 < len(sc.toks) {
		gap := sc.gap(b)
		cl := sc.class(b + 1)
		if (gap == " " || gap == ", ") && cl&ctxStreet != 0 && sc.toks[b+1].letters > 2 {
			score -= 0.5
		}
		if (gap == ", " || gap == " - " || gap == " (") && cl&isStaff != 0 && !oblique(sc.str(b+1)) && !sc.wanted(b+2) {
			score -= 0.5
		}
	}
	if sc.quoted(a, b) && c.context == "" {
		score -= 0.3
	}
	if sc.fieldClass(a)&(isStaff|isBusiness) != 0 {
		score -= 0.5
	}
	return score
}

// quoted tells whether a name stands in quotes after a word, like the name of a thing.
func (sc *scan) quoted(a, b int) bool {
	end := int(sc.toks[b].end)
	return a > 0 && sc.gap(a-1) == " \"" && end < len(sc.text) && sc.text[end] == '"' && sc.toks[a-1].is(isCyrillic)
}

// oblique tells whether a role is spoken to rather than held: «администратору привет».
func oblique(w string) bool {
	w = fold(w)
	return strings.HasSuffix(w, "у") || strings.HasSuffix(w, "ом") || strings.HasSuffix(w, "ем")
}

// surnamesBesideFindings: a surname alone is a datum where a phone or another identifier
// stands by.
func (sc *scan) surnamesBesideFindings() {
	n := len(sc.found)
	for x := 0; x < n; x++ {
		f := sc.found[x]
		switch f.kind {
		case Phone, Email, BirthDate, Passport, SNILS, OMS, Card, INN:
		default:
			continue
		}
		for i := sc.tokenAt(f.start) - 1; i >= 0 && f.start-int(sc.toks[i].end) < 24; i-- {
			if sc.bareSurname(i) {
				break
			}
		}
		if f.kind == Phone {
			sc.opensWithSurname(f.start)
			sc.callerBefore(f.start)
		}
		for i := sc.tokenAt(f.end); i < len(sc.toks) && int(sc.toks[i].start)-f.end < 12; i++ {
			if sc.bareSurname(i) {
				break
			}
		}
	}
}

// tokenAt answers the first token that starts at or after an offset.
func (sc *scan) tokenAt(at int) int {
	lo, hi := 0, len(sc.toks)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(sc.toks[mid].start) < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (sc *scan) bareSurname(i int) bool {
	t := sc.toks[i]
	if !t.is(startsUpper) || t.is(isDigits) || sc.parts(i)&partSurname == 0 || sc.class(i)&(isFirst|isSurname) != 0 && !surnameEnding(fold(sc.str(i))) || sc.class(i)&isFirst != 0 {
		return false
	}
	if s := fold(sc.str(i)); strings.HasSuffix(s, "ского") || strings.HasSuffix(s, "ской") || strings.HasSuffix(s, "ском") {
		return false // «УВД Советского района»
	}
	if strings.Contains(sc.before(i), "@") || i+1 < len(sc.toks) && sc.toks[i+1].is(isCyrillic) && sc.gap(i) == " " && sc.toks[i+1].is(startsUpper) && sc.class(i+1) == 0 {
		return false
	}
	c := candidate{start: int(t.start), end: int(t.end), kind: Name, rule: "surname", score: 0.65}
	c.score = sc.namePlace(i, i, &c)
	sc.add(c)
	return true
}

// maskName shows the first letter of each part.
func maskName(v string) string {
	fields := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '_' || r == ',' || r == '\u00a0' || r == '\n' })
	if len(fields) == 0 {
		return "[ИМЯ]"
	}
	for i, f := range fields {
		fields[i] = strings.ToUpper(firstRune(f)) + "***"
	}
	return strings.Join(fields, " ")
}

func normalName(v string) string { return normalText(strings.ReplaceAll(v, ".", ". ")) }

// validName tells whether every part looks like one of a name.
func validName(v string) bool {
	n := 0
	for _, r := range v {
		switch {
		case letterCode(r) != noLetter:
			n++
		case r == ' ' || r == '-' || r == '.' || r == '\'':
		default:
			return false
		}
	}
	return n >= 2
}

func inventName(r *rand.Rand) string {
	surnames := [...]string{"Репетицина", "Прогонова", "Суфлёрова", "Антрактова", "Кулисина", "Гримёрова", "Рампова", "Премьерова"}
	firsts := [...]string{"Алсу", "Гузель", "Марина", "Наиля", "Ольга", "Диляра", "Светлана", "Чулпан"}
	fathers := [...]string{"Рашидовна", "Маратовна", "Ивановна", "Ильдаровна", "Сергеевна", "Тимуровна"}
	return surnames[r.Intn(len(surnames))] + " " + firsts[r.Intn(len(firsts))] + " " + fathers[r.Intn(len(fathers))]
}
