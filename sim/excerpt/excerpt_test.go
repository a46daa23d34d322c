package excerpt

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "cannot find module", "cannot find module"},
		{"digits", "тел 8 917 000-00-00", "тел * *** ***-**-**"},
		{"name", "клиент Алсу Гарипова", "клиент *** ***"},
		{"an error is not a name", "Ошибка: порт занят", "Ошибка: порт занят"},
		{"mail", "пишите на alsu@example.ru сразу", "пишите на *** сразу"},
		{"link with a key", "POST https://portal.example/rest/1/abc/ failed", "POST *** failed"},
		{"key", "token sk-abcdefghijklmnopqrstuv", "token ***"},
		{"lines", "a\n\tb\x00c", "a b c"},
		{"torn letter", "a\xd0b", "ab"},
		{"long", strings.Repeat("я", 50), strings.Repeat("я", 40) + "…"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Of(tt.in, 40); got != tt.want {
				t.Errorf("Of(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	if got := Without("echo: меня зовут гульнара, я", "меня зовут гульнара я"); got != "echo: *** *** ***, я" {
		t.Errorf("Without = %q", got)
	}
}
