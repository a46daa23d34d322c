package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"progon/sim/pii"
	"progon/sim/pii/trace"
)

// piiTraceCommand answers for each line whether a text gives a known value away.
func piiTraceCommand(s streams) *cobra.Command {
	var jsonl bool
	c := &cobra.Command{
		Use:   "trace --jsonl [ФАЙЛ|-]",
		Short: "Найти известное значение в тексте, как бы оно ни было записано",
		Long: `Для каждой строки отвечает, выдаёт ли текст известное значение: в любом формате,
кодировке (base64, URL, JSON, HTML, хеш без соли…), падеже, транслитом, прописью,
по частям. Похожее, но другое значение (чужой номер, маска, последние четыре
цифры) утечкой не считается.

На входе JSON Lines:
  {"canary":{"kind":"phone","value":"+7 954 000-00-01"},"text":"звоните 8(954)0000001"}
Если кусков несколько (сообщения, строки журнала), text — список строк.
На выходе по строке на каждую строку входа:
  {"leak":true,"rendering":"восьмёрка вместо +7"}

Виды: phone, email, name, first_name, last_name, patronymic, birth_date, passport,
foreign_passport, snils, inn, oms, card, bank_account, address, geo, handle,
profile_link, plate, vin, ip, otp и другие. Значение незнакомого вида ищется по
его собственному виду: цифры, слова, почта.`,
		Example: `  progon pii trace --jsonl < случаи.jsonl
  progon pii trace --jsonl случаи.jsonl > ответы.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !jsonl {
				return usageErrorf("pii trace: укажите --jsonl: команда читает и пишет JSON Lines (пример: progon pii trace --help)")
			}
			in := s.in
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return usageErrorf("pii trace: файл не открывается: %w", err)
				}
				defer func() { _ = f.Close() }()
				in = f
			}
			return traceLines(cmd.Context(), in, s.out)
		},
	}
	c.Flags().BoolVar(&jsonl, "jsonl", false, "читать и писать JSON Lines")
	return c
}

// traceQuestion is one line of input.
type traceQuestion struct {
	Canary *struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	} `json:"canary"`
	Text *texts `json:"text"`
}

// texts is one text or several which belong together.
type texts []string

func (t *texts) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(t))
	}
	*t = make(texts, 1)
	return json.Unmarshal(raw, &(*t)[0])
}

// traceAnswer is one line of output.
type traceAnswer struct {
	Leak      bool   `json:"leak"`
	Rendering string `json:"rendering"`
}

// traceLines answers line by line. What was answered before a bad line is written.
func traceLines(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	reader := bufio.NewReaderSize(in, 1<<16)
	w := bufio.NewWriter(out)
	defer func() {
		if flushed := w.Flush(); err == nil && flushed != nil {
			err = surroundingsError(fmt.Errorf("pii trace: ответ не записан: %w", flushed))
		}
	}()
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, readErr := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			answer, err := traceLine(line)
			if err != nil {
				return usageErrorf("pii trace: строка %d: %w", n, err)
			}
			if err := encoder.Encode(answer); err != nil {
				return surroundingsError(fmt.Errorf("pii trace: ответ не записан: %w", err))
			}
		}
		switch {
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return surroundingsError(fmt.Errorf("pii trace: строка %d не читается: %w", n, readErr))
		}
	}
}

// traceLine answers one question. Its errors never quote the line: it may hold somebody's
// data.
func traceLine(line []byte) (traceAnswer, error) {
	var q traceQuestion
	line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	if err := json.Unmarshal(line, &q); err != nil {
		var wrong *json.UnmarshalTypeError
		var syntax *json.SyntaxError
		switch {
		case errors.As(err, &wrong):
			return traceAnswer{}, fmt.Errorf("поле «%s» не того типа: нужна строка вида {\"canary\":{\"kind\":\"phone\",\"value\":\"…\"},\"text\":\"…\"}", wrong.Field)
		case errors.As(err, &syntax):
			return traceAnswer{}, fmt.Errorf("это не JSON (ошибка у байта %d): нужна строка вида {\"canary\":{\"kind\":\"phone\",\"value\":\"…\"},\"text\":\"…\"}", syntax.Offset)
		}
		return traceAnswer{}, errors.New("это не JSON: нужна строка вида {\"canary\":{\"kind\":\"phone\",\"value\":\"…\"},\"text\":\"…\"}")
	}
	switch {
	case q.Canary == nil:
		return traceAnswer{}, errors.New("нет поля «canary» с полями «kind» и «value»")
	case q.Canary.Value == "":
		return traceAnswer{}, errors.New("поле «canary.value» пусто: нечего искать")
	case q.Text == nil:
		return traceAnswer{}, errors.New("нет поля «text»")
	}
	tracer := trace.New([]trace.Canary{{Owner: "canary", Kind: pii.Kind(q.Canary.Kind), Value: q.Canary.Value}})
	for _, text := range *q.Text {
		if hits := tracer.Find(text); len(hits) > 0 {
			return traceAnswer{true, hits[0].Rendering}, nil
		}
	}
	if hits := tracer.FindAcross(*q.Text); len(hits) > 0 {
		return traceAnswer{true, hits[0].Rendering}, nil
	}
	return traceAnswer{}, nil
}
