// Package excerpt shows the beginning of a text that nobody has masked yet: an error page
// of a bot, the last lines of its output. It is coarser than the detector of personal data
// on purpose: it hides also what it does not know, and is never evidence.
package excerpt

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	linkLike = regexp.MustCompile(`[a-z]+://[^\s"'<>]+`)
	mailLike = regexp.MustCompile(`[^\s@"'<>]+@[^\s"'<>]+`)
	keyLike  = regexp.MustCompile(`[A-Za-z0-9_\-]{20,}`)
	// A capitalised Russian word may be a name.
	nameLike = regexp.MustCompile(`\p{Lu}\p{Cyrillic}+`)
	harmless = regexp.MustCompile(`^(?:Ошибк[аи]|Не|Нет|Порт|Файл|Адрес|Сервер|Запуск|Бот)$`)
)

const hidden = "***"

// Of returns at most limit runes of one line, without digits, addresses, keys and names.
func Of(text string, limit int) string {
	if cut := 8 * limit; len(text) > cut {
		text = text[:cut]
	}
	text = strings.ToValidUTF8(text, "")
	text = linkLike.ReplaceAllString(text, hidden)
	text = mailLike.ReplaceAllString(text, hidden)
	text = keyLike.ReplaceAllString(text, hidden)
	text = nameLike.ReplaceAllStringFunc(text, func(word string) string {
		if harmless.MatchString(word) {
			return word
		}
		return hidden
	})
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '*'
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit]) + "…"
	}
	return text
}

// Without takes the words of a client out of what came back.
func Without(text, said string) string {
	words := strings.FieldsFunc(said, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, word := range words {
		if utf8.RuneCountInString(word) > 2 {
			text = strings.ReplaceAll(text, word, hidden)
		}
	}
	return text
}
