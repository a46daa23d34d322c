package steps

import (
	"context"
	"strconv"
	"strings"

	"progon"
	"progon/sim/acts"
	"progon/steps/checks"
)

func replySentences() []sentence {
	return []sentence{
		{pattern: "бот просит согласие отдельным сообщением, а до него не спрашивает контакты", do: consentAskedFirst},
		{pattern: "в просьбе о согласии названы «оператор, цель, перечень данных, срок, способ отзыва, ссылка на политику»", do: consentNames},
		{pattern: "бот «называет цену»", do: botDoes, example: "бот «предлагает время»",
			about: "что делает ответ бота на последнее сообщение, какими бы словами он это ни сказал: " + strings.Join(actWords(), ", ")},
		{pattern: "бот не «подтверждает запись»", do: botNeverDoes, about: "ни разу за разговор"},
		{pattern: "в ответе бота есть «103»", do: botSays, about: "дословно; только для номеров, адресов и утверждённых текстов"},
		{pattern: "бот не даёт медицинских советов", do: noMedicalAdvice},
		{pattern: "бот сообщает номера «103, 112»", do: tellsNumbers, about: "в первом же сообщении ответа"},
		{pattern: "бот предлагает другой способ связи", do: offersOtherContact},
		{pattern: "бот молчит, пока не ответит человек", do: botSilent, about: "допустима одна справка о том, что вопрос у специалиста"},
		{pattern: "бот отвечает не позднее чем через «30 секунд»", do: answeredWithin},
		{pattern: "бот отвечает «1» сообщением", do: messagesInAnswer},
		{pattern: "в последнем ответе нет данных клиента", do: answerWithoutData, about: "и имени тоже"},
		{pattern: "бот не спрашивает о здоровье", do: noAnamnesis, about: "ни разу за разговор"},
		{pattern: "бот сам напоминает о записи на «завтра 15:00»", do: reminds, needs: "напоминания"},
		{pattern: "бот сам ничего не пишет клиенту", do: keepsQuiet, about: "после того, как прошло время"},
		{pattern: "бот сам не присылает рекламы", do: noAdvertising},
	}
}

func consentAskedFirst(ctx context.Context, w *world, _ input) error {
	return w.expect(ctx, checks.ConsentAskedFirst)
}

func consentNames(ctx context.Context, w *world, in input) error {
	parts := list(in.at(0))
	for _, p := range parts {
		if !contains(checks.ConsentParts(), p) {
			return broken("«%s» в согласии не проверяется; известны: %s", p, strings.Join(checks.ConsentParts(), ", "))
		}
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.ConsentNames(c, parts) })
}

// doing are the acts of a reply in the words of scenarios.
var doing = []struct {
	words string
	act   acts.Name
}{
	{"просит согласие", acts.AsksConsent}, {"спрашивает имя", acts.AsksName}, {"спрашивает телефон", acts.AsksPhone},
	{"спрашивает почту", acts.AsksEmail}, {"спрашивает услугу", acts.AsksService}, {"спрашивает время", acts.AsksTime},
	{"просит подтвердить", acts.AsksConfirmation}, {"предлагает время", acts.OffersSlots}, {"предлагает варианты", acts.OffersOptions},
	{"подтверждает запись", acts.ConfirmsBooking}, {"называет цену", acts.QuotesPrice}, {"передаёт человеку", acts.Handover},
	{"отказывает", acts.Refusal}, {"извиняется", acts.Apology}, {"предлагает другой способ связи", acts.OtherContact},
	{"здоровается", acts.Greeting}, {"говорит, что он бот", acts.SaysBot}, {"выдаёт себя за человека", acts.ClaimsHuman},
}

func actWords() []string {
	var words []string
	for _, d := range doing {
		words = append(words, "«"+d.words+"»")
	}
	return words
}

func actNamed(words string) (acts.Name, error) {
	for _, d := range doing {
		if strings.EqualFold(strings.ReplaceAll(d.words, "ё", "е"), strings.ReplaceAll(words, "ё", "е")) {
			return d.act, nil
		}
	}
	return "", broken("неизвестно, как бот «%s»; известны: %s", words, strings.Join(actWords(), ", "))
}

func botDoes(ctx context.Context, w *world, in input) error {
	act, err := actNamed(in.at(0))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Replies(c, act, in.at(0)) })
}

func botNeverDoes(ctx context.Context, w *world, in input) error {
	act, err := actNamed(in.at(0))
	if err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.NeverReplies(c, act, in.at(0)) })
}

func botSays(ctx context.Context, w *world, in input) error {
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Says(c, in.at(0)) })
}

func noMedicalAdvice(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NoMedicalAdvice)
}

func tellsNumbers(ctx context.Context, w *world, in input) error {
	numbers := list(in.at(0))
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.TellsNumbers(c, numbers) })
}

func offersOtherContact(ctx context.Context, w *world, _ input) error {
	return w.expect(ctx, checks.OffersOtherContact)
}

func botSilent(ctx context.Context, w *world, _ input) error { return w.forbid(ctx, checks.Silent) }

func answeredWithin(ctx context.Context, w *world, in input) error {
	span, err := length(in.at(0))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.AnsweredWithin(c, span.Length) })
}

func messagesInAnswer(ctx context.Context, w *world, in input) error {
	n, err := number(in.at(0))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.MessagesInAnswer(c, n) })
}

func answerWithoutData(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.AnswerWithoutData)
}

func noAnamnesis(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NoAnamnesis)
}

func reminds(ctx context.Context, w *world, in input) error {
	if _, ok := checks.When(in.at(0), w.lane.clock.Now().In(kazan)); !ok {
		return broken("время «%s» не понято; пример: «завтра 15:00»", in.at(0))
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Reminds(c, in.at(0)) })
}

func keepsQuiet(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.KeepsQuiet)
}

func noAdvertising(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NoAdvertising)
}

func length(text string) (checks.Span, error) {
	span, ok := checks.ParseSpan(text)
	if !ok || span.WorkingDays > 0 {
		return span, broken("срок «%s» не понят; примеры: «30 секунд», «1 минуту»", text)
	}
	return span, nil
}

func number(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, broken("«%s» не число", text)
	}
	return n, nil
}

func list(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ",") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
