package acts

import (
	"strings"
	"unicode/utf8"
)

// shape tells what the ending of a folded Russian word suggests.
func shape(w string) kind {
	var k kind
	if hasAny(w, "йте", "йтесь", "ите", "итесь", "ьте", "ьтесь") {
		k |= kindImperative
	}
	if hasAny(w, "ть", "ться", "ти", "тись", "чь", "чься") && len(w) > 6 {
		k |= kindInfinitive
	}
	if hasAny(w, "ю", "у") && len(w) > 8 || hasAny(w, "аем", "яем", "уем", "юем", "чим") && len(w) > 10 {
		k |= kindFirst
	}
	if hasAny(w, "л", "ла", "ло", "ли", "лся", "лась", "лось", "лись", "ен", "ена", "ено", "ены", "ан", "ана", "ано", "аны") && len(w) > 8 {
		k |= kindPast
	}
	if strings.Contains(w, "терапи") && !strings.HasPrefix(w, "терапи") {
		k |= kindTherapy
	}
	// The stems by which names of medicines are formed (WHO's list of INN stems, in
	// Russian spelling), so that a medicine which is not in the lexicon is known too.
	stem := w
	for _, ending := range []string{"ом", "ами", "ам", "ы", "а", "у", "е"} {
		if s, ok := strings.CutSuffix(w, ending); ok {
			stem = s
			break
		}
	}
	if len(stem) > 14 && hasAny(stem, inn(stem)...) {
		k |= kindDrug
	}
	return k
}

func hasAny(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// inn lists the endings of INN stems which end like w. Most words end like none of them.
func inn(w string) []string {
	r, _ := utf8.DecodeLastRuneInString(w)
	switch r {
	case 'к':
		return []string{"фенак", "кеторолак"}
	case 'л':
		return []string{"назол", "празол", "топрил", "ципрофл", "гексал", "терол", "тропил"}
	case 'м':
		return []string{"оксикам", "зепам", "золам", "содерм", "фиксим"}
	case 'н':
		return []string{"циллин", "мицин", "флоксацин", "профен", "сартан", "вастатин", "тидин", "триптан", "кортизон", "преднизолон", "цетиризин", "лоратадин", "вудин", "глиптин", "глифлозин", "паксабан", "нитроглицерин", "стигмин", "аверин", "еверин", "дипин", "окаин", "цитин", "оитин", "прозин"}
	case 'р':
		return []string{"цикловир", "мивир"}
	case 'с':
		return []string{"микс", "олимус"}
	}
	return nil
}
