package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPIITrace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want, wantErr string
	}{
		{name: "пусто"},
		{
			name: "утечка, чужой номер, маска, пустая строка",
			in: `{"canary":{"kind":"phone","value":"+7 954 765-43-21"},"text":"звоните 8(954)7654321"}
{"canary":{"kind":"phone","value":"+7 954 765-43-21"},"text":"звоните 8(954)7654322"}

{"canary":{"kind":"телефон","value":"+7 954 765-43-21"},"text":"+7 9** ***-**-21"}
`,
			want: `{"leak":true,"rendering":"восьмёрка вместо +7"}
{"leak":false,"rendering":""}
{"leak":false,"rendering":""}
`,
		},
		{
			name: "незнакомый вид, последняя строка без перевода",
			in:   `{"canary":{"kind":"loyalty","value":"ЛК-7741-0098"},"text":"card=лк 7741 0098"}`,
			want: "{\"leak\":true,\"rendering\":\"другое написание\"}\n",
		},
		{
			name: "по сообщениям",
			in:   `{"canary":{"kind":"phone","value":"+7 954 765-43-21"},"text":["мой номер 8 954","765","43 21 жду"]}`,
			want: "{\"leak\":true,\"rendering\":\"разбито на части\"}\n",
		},
		{
			name: "ошибка во второй строке не теряет первую и не выдаёт значения",
			in: `{"canary":{"kind":"phone","value":"+7 954 765-43-21"},"text":"79547654321"}
{"canary":{"kind":"phone","value":"+7 954 765-43-21"},"text":79547654321}
`,
			want:    "{\"leak\":true,\"rendering\":\"только цифры\"}\n",
			wantErr: "строка 2: поле «text» не того типа",
		},
		{name: "не JSON", in: "79547654321\nещё", wantErr: "строка 1"},
		{name: "обрыв", in: `{"canary":{"kind":"phone"`, wantErr: "строка 1: это не JSON"},
		{name: "нет canary", in: `{"text":"привет"}`, wantErr: "нет поля «canary»"},
		{name: "нет text", in: `{"canary":{"kind":"phone","value":"1"}}`, wantErr: "нет поля «text»"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := traceLines(context.Background(), strings.NewReader(tt.in), &out)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("ответ (-want +got):\n%s", diff)
			}
			if tt.wantErr == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var exit *exitError
			if !errors.As(err, &exit) || exit.code != exitUsage || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("ошибка %v, ждали %q с кодом %d", err, tt.wantErr, exitUsage)
			}
			if err != nil && strings.Contains(err.Error(), "954") {
				t.Errorf("ошибка выдаёт значение: %v", err)
			}
		})
	}
}
