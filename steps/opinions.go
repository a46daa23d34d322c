package steps

import (
	"context"
	"errors"
	"strings"

	"progon"
	"progon/sim/acts"
	"progon/sim/second"
)

// secondOpinions shows where a model hears something else in the bot's replies than the
// rules do. It decides nothing: these are remarks. The model is given masked texts only.
func (w *world) secondOpinions(ctx context.Context, events progon.Events) []progon.Finding {
	judge := w.suite.Second
	if judge == nil {
		return nil
	}
	seal := w.sealer()
	var found []progon.Finding
	for _, e := range events.Replies() {
		reply := acts.Reply{Text: seal.text(e.Text)}
		if e.Message != nil {
			for _, title := range e.Message.ButtonTitles() {
				reply.Buttons = append(reply.Buttons, seal.text(title))
			}
		}
		thinks, err := judge.Acts(ctx, reply)
		if errors.Is(err, second.ErrUnknown) {
			continue
		}
		if err != nil {
			return append(found, progon.Finding{
				Rule: "second.unavailable", Severity: progon.Remark, About: progon.AboutProgon,
				Text: "Второе мнение не получено: " + err.Error(), Evidence: []int{e.Seq},
			})
		}
		onlyRules, onlyModel := second.Disagreements(acts.Hear(reply), thinks)
		if len(onlyRules)+len(onlyModel) == 0 {
			continue
		}
		found = append(found, progon.Finding{
			Rule: "second.disagrees", Severity: progon.Remark, About: progon.AboutProgon,
			Text:     "Правила и модель по-разному поняли ответ бота. На оценку это не влияет: посмотрите сами.",
			Expected: "правила слышат: " + orNothing(onlyRules), Got: "модель слышит: " + orNothing(onlyModel),
			Evidence: []int{e.Seq}, Excerpt: reply.Text, Persona: e.Persona,
		})
	}
	return found
}

func orNothing(names []acts.Name) string {
	if len(names) == 0 {
		return "ничего сверх того"
	}
	var words []string
	for _, n := range names {
		words = append(words, n.Russian())
	}
	return strings.Join(words, ", ")
}
