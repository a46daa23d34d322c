package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"progon/sim/acts"
)

// maxReplyLine bounds one line of the input: a bot's reply is shorter by far, and a
// file without line breaks must not fill the memory.
const maxReplyLine = 4 << 20

func actsCommand(s streams) *cobra.Command {
	var jsonl bool
	c := &cobra.Command{
		Use:   "acts [ФАЙЛ|-]",
		Short: "что делает ответ бота: просит согласие, называет цену, советует…",
		Long: `Говорит, что делает ответ бота, и по каким словам это решено: спрашивает имя или
телефон, просит согласие, предлагает время, подтверждает запись, передаёт человеку,
даёт медицинский совет и так далее. Модель для этого не нужна.

Без --jsonl весь текст считается одним ответом, разбор печатается для чтения.
С --jsonl каждая строка — один ответ, {"text": "…", "buttons": ["…"]}, а кнопки можно
задать и как [{"title": "…", "payload": "…"}]; на каждую выводится
{"acts":[{"act":"asks_phone","score":0.95,"why":"…"}]}. Прочие поля не мешают.
Если файл не назван или назван «-», читается стандартный ввод.`,
		Example: `  echo "Оставьте ваш номер телефона" | progon acts
  progon acts --jsonl replies.jsonl > heard.jsonl`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageErrorf("укажите один файл или «-», а не %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			in, name := s.in, "стандартный ввод"
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return usageErrorf("не удалось открыть файл с ответами бота: %w", err)
				}
				defer func() { _ = f.Close() }() // only read: nothing to lose
				in, name = f, args[0]
			}
			out := bufio.NewWriter(s.out)
			var err error
			if jsonl {
				err = hearLines(in, out, name)
			} else {
				err = hearText(in, out, name)
			}
			return errors.Join(err, out.Flush())
		},
	}
	c.Flags().BoolVar(&jsonl, "jsonl", false, "строка JSON на каждый ответ, строка JSON на выходе")
	return c
}

// replyLine is one line of the input.
type replyLine struct {
	Text    *string      `json:"text"`
	Buttons buttonTitles `json:"buttons"`
}

// buttonTitles is a list of buttons, or a list of rows of them.
type buttonTitles []buttonTitle

func (b *buttonTitles) UnmarshalJSON(raw []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return errors.New("buttons должно быть списком")
	}
	for _, item := range items {
		if bytes.HasPrefix(bytes.TrimSpace(item), []byte("[")) {
			var row []buttonTitle
			if err := json.Unmarshal(item, &row); err != nil {
				return err
			}
			*b = append(*b, row...)
			continue
		}
		var one buttonTitle
		if err := json.Unmarshal(item, &one); err != nil {
			return err
		}
		*b = append(*b, one)
	}
	return nil
}

// buttonTitle is a button as bots write it: a string, or an object with a title.
type buttonTitle string

func (b *buttonTitle) UnmarshalJSON(raw []byte) error {
	var title string
	if json.Unmarshal(raw, &title) == nil {
		*b = buttonTitle(title)
		return nil
	}
	var object struct {
		Title string `json:"title"`
		Text  string `json:"text"` // Telegram's name for it
		Label string `json:"label"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return errors.New("кнопка должна быть строкой или объектом с полем title")
	}
	for _, t := range []string{object.Title, object.Text, object.Label} {
		if t != "" {
			*b = buttonTitle(t)
			break
		}
	}
	return nil
}

// heardLine is one line of the output.
type heardLine struct {
	Acts []acts.Act `json:"acts"`
}

func hearLines(in io.Reader, out io.Writer, name string) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxReplyLine)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		reply, err := readReply(line)
		if err != nil {
			return usageErrorf("%s, строка %d: %w", name, n, err)
		}
		if err := encoder.Encode(heardLine{acts.Hear(reply)}); err != nil {
			return fmt.Errorf("вывод строки %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return usageErrorf("%s, строка %d: длиннее %d МБ; в строке должен быть один ответ бота", name, n+1, maxReplyLine>>20)
		}
		return usageErrorf("чтение (%s): %w", name, err)
	}
	return nil
}

// readReply never repeats the line in its error: it may hold personal data.
func readReply(line []byte) (acts.Reply, error) {
	if !utf8.Valid(line) {
		return acts.Reply{}, errors.New("текст не в UTF-8; сохраните файл в этой кодировке")
	}
	var r replyLine
	if err := json.Unmarshal(line, &r); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return acts.Reply{}, fmt.Errorf("это не JSON (ошибка около знака %d); нужна строка вида {\"text\": \"…\"}", syntax.Offset)
		}
		return acts.Reply{}, errors.New("нужна строка вида {\"text\": \"…\", \"buttons\": [\"…\"]}: text — строка, buttons — список")
	}
	if r.Text == nil && len(r.Buttons) == 0 {
		return acts.Reply{}, errors.New("нет поля text; нужна строка вида {\"text\": \"…\"}")
	}
	var reply acts.Reply
	if r.Text != nil {
		reply.Text = *r.Text
	}
	for _, b := range r.Buttons {
		if b != "" {
			reply.Buttons = append(reply.Buttons, string(b))
		}
	}
	return reply, nil
}

func hearText(in io.Reader, out io.Writer, name string) error {
	text, err := io.ReadAll(io.LimitReader(in, maxReplyLine))
	if err != nil {
		return usageErrorf("чтение (%s): %w", name, err)
	}
	if !utf8.Valid(text) {
		return usageErrorf("%s: текст не в UTF-8; сохраните файл в этой кодировке", name)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return usageErrorf("%s: текста нет; напишите ответ бота, например: echo \"Как вас зовут?\" | progon acts", name)
	}
	for _, a := range acts.Hear(acts.Reply{Text: string(text)}) {
		if err := showAct(out, a); err != nil {
			return fmt.Errorf("вывод: %w", err)
		}
	}
	return nil
}

func showAct(out io.Writer, a acts.Act) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s, уверенность %.2f)\n", a.Name.Russian(), a.Name, a.Score)
	if a.Name != acts.Other {
		fmt.Fprintf(&b, "  почему: %s\n", a.Why)
	}
	if len(a.Options) > 0 {
		fmt.Fprintf(&b, "  варианты: %s\n", strings.Join(a.Options, "; "))
	}
	for _, p := range a.Prices {
		fmt.Fprintf(&b, "  цена: %s\n", p.Words)
	}
	if v := a.Booking; v != nil {
		if v.What != "" {
			fmt.Fprintf(&b, "  что: %s\n", v.What)
		}
		if v.When != "" {
			fmt.Fprintf(&b, "  когда: %s\n", v.When)
		}
	}
	if a.Consent != nil {
		for _, part := range a.Consent.Russian() {
			fmt.Fprintf(&b, "  %s\n", part)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
