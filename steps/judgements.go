package steps

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"progon"
	"progon/sim/acts"
	"progon/steps/botfile"
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
	}
}

func crmSentences() []sentence {
	return []sentence{
		{pattern: "в CRM создан «лид»:", table: "поле и значение", do: cardMade, needs: "лиды",
			about: "«…слово…» значит: поле содержит слово; пустое значение: поле пусто"},
		{pattern: "в CRM не создано ничего", do: nothingMade, about: "ни карточки, ни дела, ни комментария, ни файла"},
		{pattern: "в CRM ровно «1» «лид» этого клиента", do: cardCount, needs: "лиды"},
		{pattern: "на «завтра 12:00» записано клиентов: «1»", do: slotCount, needs: "лиды",
			about: "время записи бот кладёт в поле, которое в progon.yaml названо «Время»"},
		{pattern: "в CRM у «лида» поле «Ответственный» равно «Резеда»", do: cardField, needs: "лиды"},
		{pattern: "в CRM сохранено доказательство согласия:", table: "поле и значение", do: consentEvidence, needs: "лиды"},
		{pattern: "в CRM поставлена задача «отзыв согласия» для «ответственный за данные» со сроком «10 рабочих дней»", do: taskSet, needs: "задачи"},
		{pattern: "данные клиента в «CRM» «удалены»", do: dataErased, needs: "удаление", about: "«удалены» или «заблокированы»"},
		{pattern: "«администратор» не видит «диагноз»", do: roleSeesNot, needs: "роли"},
	}
}

func protectionSentences() []sentence {
	return []sentence{
		{pattern: "в «журналах» нет персональных данных клиента", do: noClientData,
			about: "место: " + strings.Join(checks.PlaceNames(), ", ")},
		{pattern: "в «CRM» нет текста «обслуживание невозможно»", do: noText},
		{pattern: "в «CRM» нет сведений о здоровье клиента", do: noHealth},
		{pattern: "в «журналах» «телефон» записан как «+7 9** ***-**-01»", do: writtenAs, needs: "журнал",
			example: "в «журналах» «телефон» записан как «{телефон: маска}»"},
		{pattern: "в журнале есть событие «попытка выгрузки»", do: loggedEvent, needs: "события"},
		{pattern: "обращений «к языковой модели» не было", do: noCalls, about: "так же «к CRM»"},
		{pattern: "обращения уходили только на адреса в России", do: onlyRussianHosts, needs: "исходящие"},
		{pattern: "ключи и токены нигде не раскрыты", do: secretsHidden},
	}
}

func handoverSentences() []sentence {
	return []sentence{
		{pattern: "диалог передан «врач», причина «медицинский вопрос»", do: handedOver,
			about: "передача видна в CRM: дело, задача, перевод диалога или поле «Причина эскалации»; слов в чате мало"},
		{pattern: "передача произошла не позднее чем через «1 минуту»", do: handedOverWithin},
		{pattern: "диалог не передан человеку", do: notHandedOver},
		{pattern: "оповещение «попытка выгрузки» получил «ответственный за данные»", do: alerted, needs: "оповещения"},
	}
}

func measureSentences() []sentence {
	return []sentence{
		{pattern: "показатель «доля эскалаций» равен «3 из 10»", do: metricIs, needs: "показатели"},
		{pattern: "проверка настроек сообщает «нет основания для передачи за рубеж»", do: settingsReport, needs: "проверка"},
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

func cardMade(ctx context.Context, w *world, in input) error {
	rows, err := w.expectations(in.table)
	if err != nil {
		return err
	}
	if _, err := w.entity(in.at(0)); err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.CardMade(c, in.at(0), rows) })
}

// expectations reads a table of fields, with codes known and values put in.
func (w *world) expectations(table [][]string) ([]checks.Expectation, error) {
	rows, err := pairs(table)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if _, err := w.field(rows[i].Field); err != nil {
			return nil, err
		}
		if rows[i].Want, err = w.fillValue(rows[i].Want); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func nothingMade(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NothingMade)
}

func cardCount(ctx context.Context, w *world, in input) error {
	n, err := number(in.at(0))
	if err != nil {
		return err
	}
	kind := nominative(in.at(1))
	if _, err := w.entity(kind); err != nil {
		return err
	}
	check := func(c checks.Case) []progon.Finding { return checks.CardCount(c, kind, n) }
	if err := w.expect(ctx, check); err != nil || len(w.result.Steps[w.step-1].Findings) > 0 {
		return err
	}
	return w.forbid(ctx, check) // … and it stays so
}

func slotCount(ctx context.Context, w *world, in input) error {
	if _, err := w.field("Время"); err != nil {
		return err
	}
	n, err := number(in.at(1))
	if err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.SlotTaken(c, in.at(0), n) })
}

func cardField(ctx context.Context, w *world, in input) error {
	kind := nominative(in.at(0))
	if _, err := w.entity(kind); err != nil {
		return err
	}
	rows, err := w.expectations([][]string{{in.at(1), in.at(2)}})
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.CardField(c, kind, rows[0]) })
}

// nominative undoes the case in which a sentence names a kind of card.
func nominative(word string) string {
	for _, of := range []struct{ genitive, nominative string }{
		{"лида", "лид"}, {"контакта", "контакт"}, {"сделки", "сделка"}, {"записи", "запись"}, {"задачи", "задача"}, {"дела", "дело"},
		{"карточки", "карточка"}, {"заявки", "заявка"}, {"лидов", "лид"}, {"контактов", "контакт"}, {"сделок", "сделка"},
	} {
		if strings.EqualFold(word, of.genitive) {
			return of.nominative
		}
	}
	return strings.ToLower(word)
}

func consentEvidence(ctx context.Context, w *world, in input) error {
	rows, err := w.expectations(in.table)
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.ConsentEvidence(c, rows) })
}

func taskSet(ctx context.Context, w *world, in input) error {
	if _, ok := checks.ParseSpan(in.at(2)); !ok {
		return broken("срок «%s» не понят; примеры: «10 рабочих дней», «30 дней», «24 часа»", in.at(2))
	}
	if err := w.role(in.at(1)); err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.TaskSet(c, in.at(0), in.at(1), in.at(2)) })
}

// role checks that the portal of this bot has somebody in that role.
func (w *world) role(name string) error {
	if _, ok := w.suite.portal.People[strings.ToLower(name)]; !ok {
		return notChecked("в progon.yaml не сказано, кто в CRM «%s» (раздел crm.people)", name)
	}
	return nil
}

func dataErased(ctx context.Context, w *world, in input) error {
	switch strings.ToLower(in.at(1)) {
	case "удалены":
		return w.expect(ctx, checks.Erased)
	case "заблокированы":
		return w.expect(ctx, checks.Blocked)
	}
	return broken("данные не могут быть «%s»; известны: «удалены», «заблокированы»", in.at(1))
}

func roleSeesNot(ctx context.Context, w *world, in input) error {
	if err := w.role(in.at(0)); err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding {
		return checks.RoleSeesNot(c, in.at(0), in.at(1), w.views(in.at(0)))
	})
}

func noClientData(ctx context.Context, w *world, in input) error {
	p, err := w.placeNamed(in.at(0))
	if err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.NoClientData(c, p) })
}

// placeNamed finds a place, and tells when this bot does not let Progon look there.
func (w *world) placeNamed(name string) (checks.Place, error) {
	p, ok := checks.PlaceNamed(name)
	if !ok {
		return p, broken("место «%s» неизвестно; известны: %s", name, strings.Join(checks.PlaceNames(), ", "))
	}
	if p.Name == "журналах" && !w.suite.Bot.Has("журнал") {
		return p, notChecked("журнала бота Прогон не видит (раздел logs и возможность «журнал» в progon.yaml)")
	}
	if p.Name == "запросах к модели" && !w.seesModel() {
		return p, unseenModel()
	}
	return p, nil
}

// seesModel tells whether Progon would see a prompt if there were one: it stands in for
// the model, or the bot is known to use none.
func (w *world) seesModel() bool {
	return w.suite.Bot.Has("модель") || w.suite.Bot.Bot.Model == botfile.NoModel
}

func unseenModel() error {
	return unseen("запросов бота к модели Прогон не видит: заявите возможность «модель» или напишите bot.model: none, если модели нет")
}

func noText(ctx context.Context, w *world, in input) error {
	p, err := w.placeNamed(in.at(0))
	if err != nil {
		return err
	}
	text, err := w.fillValue(in.at(1))
	if err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.NoText(c, p, text) })
}

func noHealth(ctx context.Context, w *world, in input) error {
	p, err := w.placeNamed(in.at(0))
	if err != nil {
		return err
	}
	if len(w.health) == 0 {
		return broken("в сценарии не отмечено, что клиент сказал о здоровье: оберните эти слова в {здоровье: …}")
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.NoHealth(c, p, c.Health) })
}

func writtenAs(ctx context.Context, w *world, in input) error {
	p, err := w.placeNamed(in.at(0))
	if err != nil {
		return err
	}
	mask, err := w.fillValue(in.at(2))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.WrittenAs(c, p, in.at(1), mask) })
}

func loggedEvent(ctx context.Context, w *world, in input) error {
	names := w.suite.Bot.Events[in.at(0)]
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.LoggedEvent(c, in.at(0), names) })
}

func noCalls(ctx context.Context, w *world, in input) error {
	surface, kind := progon.SurfaceEgress, in.at(0)
	switch strings.ToLower(in.at(0)) {
	case "к языковой модели":
		if !w.seesModel() {
			return unseenModel()
		}
		surface, kind = progon.SurfaceModel, ""
	case "к crm":
		surface, kind = progon.SurfaceCRM, ""
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.NoCalls(c, surface, kind) })
}

func onlyRussianHosts(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.OnlyRussianHosts)
}

func secretsHidden(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.SecretsHidden)
}

func handedOver(ctx context.Context, w *world, in input) error {
	if err := w.role(in.at(0)); err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.HandedOver(c, strings.ToLower(in.at(0)), in.at(1)) })
}

func handedOverWithin(ctx context.Context, w *world, in input) error {
	span, err := length(in.at(0))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.HandedOverWithin(c, span.Length) })
}

func notHandedOver(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NotHandedOver)
}

func alerted(ctx context.Context, w *world, in input) error {
	if err := w.role(in.at(1)); err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Alerted(c, in.at(0), strings.ToLower(in.at(1))) })
}

func metricIs(ctx context.Context, w *world, in input) error {
	got, err := w.lane.control.call(ctx, "metrics", w.suite.Bot.Control.Metrics, map[string]string{"name": in.at(0)})
	if err != nil {
		return err
	}
	value := "нет такого показателя"
	if len(got) > 0 {
		if all, ok := got[0].(map[string]any); ok {
			if v, ok := all[in.at(0)]; ok {
				value = fmt.Sprint(v)
			}
		} else {
			value = fmt.Sprint(got[0])
		}
	}
	w.note("показатель «%s»: %s", in.at(0), value)
	if checks.SameValue(value, in.at(1), w.lane.clock.Now()) {
		return nil
	}
	w.found(progon.Finding{
		Rule: "metrics.wrong", Severity: progon.Warning, Text: "Показатель бота посчитан неверно.",
		Expected: in.at(0) + ": " + in.at(1), Got: value, Evidence: []int{w.timeline.Len()},
	})
	return nil
}

func settingsReport(_ context.Context, w *world, in input) error {
	for _, p := range w.problems {
		if checks.SameMeaning(p, in.at(0)) {
			return nil
		}
	}
	got := "замечаний нет"
	if len(w.problems) > 0 {
		got = strings.Join(w.problems, "; ")
	}
	w.found(progon.Finding{
		Rule: "settings.unchecked", Severity: progon.Blocker, Text: "Проверка настроек бота не заметила ошибки.",
		Expected: in.at(0), Got: got, Evidence: []int{w.timeline.Len()},
	})
	return nil
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
