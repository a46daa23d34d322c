package samplebot

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	emails     = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}`)
	phones     = regexp.MustCompile(`(?:(?:\+7|8|7)[\s(\x{00A0}-]{0,2})?\(?\d{3}[\s).\x{00A0}-]{0,3}\d{3}[\s.\x{00A0}-]?\d{2}[\s.\x{00A0}-]?\d{2}`)
	papers     = regexp.MustCompile(`(?i)паспорт|снилс|полис|инн|карт[аы]? |cvc|cvv`)
	nameAfter  = regexp.MustCompile(`(?:(?i:меня зовут|зовут|мое имя|моё имя|это|я)|,|^)\s+([А-ЯЁӘӨҮҖҢҺ][\p{L}-]{2,})`)
	calledSo   = regexp.MustCompile(`(?i)(?:меня зовут|мое имя|моё имя|минем исемем|исемем)\s+([А-ЯЁӘӨҮҖҢҺа-яёәөүҗңһ][\p{L}-]{2,})`)
	onlyName   = regexp.MustCompile(`^[\p{Lu}][\p{L}-]+(?: [\p{Lu}][\p{L}-]+){0,2}[.!]?$`)
	anyDigit   = regexp.MustCompile(`\d`)
	children   = regexp.MustCompile(`запишите (моего |мою )?(сына|дочь|дочку|ребенка|внук)`)
	friendAsks = regexp.MustCompile(`подруг|друга |мужа |жену |маму |сестр|брата `)
)

// take keeps in the memory of the conversation what a message holds, and tells whether
// it held anything.
func (b *Bot) take(s *session, text string, asked bool) bool {
	low := normal(text)
	understood := false
	if friendAsks.MatchString(low) && phones.MatchString(text) {
		return true // somebody else's number is not ours to keep
	}
	s.child = s.child || children.MatchString(low)
	if e := emails.FindString(text); e != "" {
		s.email, understood = e, true
	}
	if !papers.MatchString(text) {
		if p := b.phoneIn(s, text); p != "" {
			changed := s.phone != "" && s.phone != p && s.contactID != ""
			s.phone, understood = p, true
			if changed {
				b.changePhone(s)
			}
		}
	}
	if v := serviceIn(low); v != nil && !s.booked {
		s.service, understood = v, true
	}
	if !s.booked && s.slot.IsZero() {
		if t, ok := b.slotIn(low); ok {
			s.slot, understood = t, true
		} else if _, hasDay := b.dayIn(low); hasDay && asked && s.stage == wantsTime {
			s.wanted, understood = "day", true
		} else if _, _, hasTime := hourIn(low); hasTime && asked && s.stage == wantsTime {
			s.wanted, understood = "time", true
		}
	}
	if n := nameIn(text, asked && s.stage == wantsName); n != "" && s.name == "" {
		s.name, understood = n, true
	}
	return understood
}

// phoneIn finds a phone, also one that comes in several messages.
func (b *Bot) phoneIn(s *session, text string) string {
	text = dictated(strings.NewReplacer("\uFE0F", "", "\u20E3", "").Replace(text))
	clean := strings.NewReplacer("О", "0", "о", "0", "O", "0", "З", "3").Replace(text)
	if !anyDigit.MatchString(text) {
		clean = text
	}
	if p := phones.FindString(clean); p != "" {
		s.digits = ""
		return canonical(digitsOf(p))
	}
	d := digitsOf(text)
	if len(d) == 0 || len(d) > 6 || regexp.MustCompile(`[:₽]|руб|лет|мне \d`).MatchString(text) {
		return ""
	}
	s.digits += d
	if p := canonical(s.digits); len(s.digits) >= 10 && p != "" {
		s.digits = ""
		return p
	}
	return ""
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func canonical(digits string) string {
	switch {
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8'):
		return "+7" + digits[1:]
	case len(digits) == 10:
		return "+7" + digits
	}
	return ""
}

// notNames are capitalised words that begin a sentence and are no names.
var notNames = map[string]bool{
	"здравствуйте": true, "добрый": true, "привет": true, "хочу": true, "запишите": true, "можно": true, "мне": true, "да": true, "нет": true,
	"сәлам": true, "салам": true, "давайте": true, "хорошо": true, "маникюр": true, "пилатес": true, "согласен": true, "согласна": true,
	"казань": true, "системный": true, "спасибо": true, "вот": true, "пожалуйста": true, "телефон": true, "мой": true, "если": true, "завтра": true,
}

func nameIn(text string, asked bool) string {
	text = strings.TrimSpace(text)
	if m := calledSo.FindStringSubmatch(text); m != nil && !notNames[strings.ToLower(m[1])] {
		return capital(m[1])
	}
	if asked && strings.Contains(text, "?") {
		return "" // a question is nobody's name
	}
	if asked {
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
		var kept []string
		for _, w := range words {
			switch strings.ToLower(w) {
			case "меня", "зовут", "это", "я", "мое", "моё", "имя", "исемем", "мин", "и", "мой", "телефон", "номер", "здравствуйте", "да", "ну", "эм", "э", "короче", "ой", "лучше", "вернее", "точнее", "нет", "слушайте", "так", "вот", "значит":
			default:
				kept = append(kept, w)
			}
		}
		if len(kept) > 0 && len(kept) <= 4 && len([]rune(kept[0])) > 1 && !notNames[strings.ToLower(kept[0])] {
			return capital(kept[0])
		}
		return ""
	}
	if m := nameAfter.FindStringSubmatch(text); m != nil && !notNames[strings.ToLower(m[1])] && serviceIn(normal(m[1])) == nil {
		return m[1]
	}
	return ""
}

func capital(w string) string {
	runes := []rune(w)
	return string(unicode.ToUpper(runes[0])) + string(runes[1:])
}

func phoneField(p string) []any {
	return []any{map[string]any{"VALUE": p, "VALUE_TYPE": "MOBILE"}}
}
