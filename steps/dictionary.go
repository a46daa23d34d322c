package steps

import (
	"bufio"
	"fmt"
	"io"
)

// Dictionary writes the whole language of features, for those who write them.
func Dictionary(w io.Writer) error {
	b := bufio.NewWriter(w)
	_, _ = fmt.Fprint(b, `# Словарь фраз

Этот файл создан командой «progon steps»: правьте не его, а таблицы фраз в папке steps.
В «ёлочках» то, что меняется. Ключевое слово (Дано, Когда, Тогда, И, Но) ставится перед фразой.
Значения клиента пишут заместителями: {имя}, {фамилия}, {телефон}, {почта}; слова о здоровье
отмечают так: {здоровье: болит зуб}.
`)
	for _, ch := range vocabulary() {
		_, _ = fmt.Fprintf(b, "\n## %s\n\n", ch.title)
		for _, s := range ch.sentences {
			_, _ = fmt.Fprintf(b, "- %s\n", s.pattern)
			if s.example != "" {
				_, _ = fmt.Fprintf(b, "  Пример: %s\n", s.example)
			}
			if s.table != "" {
				_, _ = fmt.Fprintf(b, "  Ниже таблица: %s.\n", s.table)
			}
			if s.about != "" {
				_, _ = fmt.Fprintf(b, "  Пояснение: %s.\n", s.about)
			}
			if s.needs != "" {
				_, _ = fmt.Fprintf(b, "  Бот должен заявить возможность «%s».\n", s.needs)
			}
		}
	}
	return b.Flush()
}
