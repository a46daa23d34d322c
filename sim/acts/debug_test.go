package acts

import (
	"fmt"
	"os"
	"testing"
)

func TestDebug(t *testing.T) {
	text := os.Getenv("TXT")
	if text == "" {
		t.Skip()
	}
	k := knowledge()
	h := listen(Reply{Text: text})
	for _, rd := range h.reads {
		for _, tk := range rd.tokens {
			fmt.Printf("%s/%b/%d ", tk.word, tk.kind, tk.clause)
		}
		fmt.Printf("\n q=%v frames=%b\n", rd.question, rd.frames)
		k.book.find(rd.tokens, rd.sets, func(m match) {
			r := k.rules[m.rule]
			fmt.Printf("   %s marks=%b [%s] %s\n", r.act, r.marks, k.book.patterns[m.pattern].source, h.quote(&rd, m.first, m.last))
		})
	}
	fmt.Println(Hear(Reply{Text: text}))
}
