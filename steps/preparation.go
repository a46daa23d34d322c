package steps

import (
	"context"
	"fmt"
	"strings"
	"time"

	"progon/fakes/faults"
	"progon/steps/checks"
)

func preparationSentences() []sentence {
	return []sentence{
		{pattern: "бизнес «салон», канал «сайт»", do: setBusiness,
			about: "бизнес: салон, клиника или студия; канал — как он назван у бота"},
		{pattern: "политика обработки данных версии «2026-09» опубликована", do: publishPolicy},
		{pattern: "сейчас «вторник 14:00» по времени Казани", do: setNow},
		{pattern: "новый клиент «Алсу»", do: newClient,
			about: "клиента, о котором бот ничего не знает, выдумывает Прогон: телефон, почта и прочее у каждого свои"},
		{pattern: "клиент «Алсу» дал согласие на цель «запись и связь по услуге»", do: consentGiven, needs: "согласие",
			about: "согласие получают в разговоре: бот спрашивает, клиент соглашается"},
		{pattern: "в CRM есть «контакт»:", table: "поле и значение", do: seedCard, needs: "лиды",
			about: "так же «запись» и «правило маршрутизации»"},
		{pattern: "свободно время: «завтра 11:00, завтра 15:00»", do: freeSlots},
		{pattern: "«CRM» отказывает: «503 QUERY_LIMIT_EXCEEDED», «3 раза»", do: failService,
			about: "так же «модель»; вид отказа: код ответа, при нём имя ошибки; сколько: «3 раза» или «10 минут»"},
		{pattern: "настройка «срок хранения переписки» равна «60 дней»", do: setSetting, needs: "настройки"},
	}
}

func setBusiness(ctx context.Context, w *world, in input) error {
	business := strings.ToLower(in.at(0))
	if !w.suite.Bot.Has(business) {
		return notChecked("бот не заявил, что умеет работать как «%s» (раздел can в progon.yaml)", business)
	}
	w.channel = in.at(1)
	return w.settingIfAny(ctx, "бизнес", business)
}

func publishPolicy(ctx context.Context, w *world, in input) error {
	return w.settingIfAny(ctx, "версия политики", in.at(0))
}

func setNow(ctx context.Context, w *world, in input) error {
	at, ok := checks.When(in.at(0), baseTime.Add(-24*time.Hour))
	if !ok {
		return broken("время «%s» не понято; примеры: «вторник 14:00», «воскресенье 02:30»", in.at(0))
	}
	if !w.suite.Bot.Has("часы") {
		w.note("часы бота Прогону не подчиняются: сценарий идёт в настоящее время, а не «%s»", in.at(0))
		return nil
	}
	w.note("на часах %s", in.at(0))
	return w.lane.setTime(ctx, at)
}

func newClient(_ context.Context, w *world, in input) error {
	w.current = w.guest(in.at(0))
	return nil
}

func consentGiven(ctx context.Context, w *world, in input) error {
	w.current = w.guest(in.at(0))
	return w.obtainConsent(ctx, w.current)
}

func seedCard(ctx context.Context, w *world, in input) error {
	rows, err := pairs(in.table)
	if err != nil {
		return err
	}
	if strings.EqualFold(in.at(0), "правило маршрутизации") {
		var parts []string
		for _, r := range rows {
			parts = append(parts, r.Field+"="+r.Want)
		}
		return w.setting(ctx, "правило маршрутизации", strings.Join(parts, "; "))
	}
	fields, err := w.cardFields(rows)
	if err != nil {
		return err
	}
	entity, err := w.entity(in.at(0))
	if err != nil {
		return err
	}
	if _, err := w.lane.portal.Put("Прогон", entity, fields); err != nil {
		return broken("в портал не удалось положить «%s»: %w", in.at(0), err)
	}
	return nil
}

func freeSlots(ctx context.Context, w *world, in input) error {
	now := w.lane.clock.Now().In(kazan)
	var times []string
	for _, text := range strings.Split(in.at(0), ",") {
		at, ok := checks.When(text, now)
		if !ok {
			return broken("время «%s» не понято; пример: «завтра 11:00, завтра 15:00»", strings.TrimSpace(text))
		}
		times = append(times, at.Format(time.RFC3339))
	}
	return w.settingIfAny(ctx, "свободное время", strings.Join(times, ","))
}

func failService(_ context.Context, w *world, in input) error {
	rule, err := faults.Parse(in.at(1), in.at(2))
	if err != nil {
		return broken("%w", err)
	}
	if rule.Kind == faults.Mute && rule.Method == "" && strings.EqualFold(in.at(0), "CRM") {
		rule.Method = "crm.*.add" // a reading that is not answered leaves nothing behind
	}
	switch strings.ToLower(in.at(0)) {
	case "crm":
		w.lane.portal.Fail(rule)
	case "модель":
		w.lane.model.Fail(rule)
	default:
		return broken("службы «%s» Прогон не изображает; известны «CRM» и «модель»", in.at(0))
	}
	w.note("%s отказывает: %s, %s", in.at(0), in.at(1), in.at(2))
	return nil
}

func setSetting(ctx context.Context, w *world, in input) error {
	return w.setting(ctx, in.at(0), in.at(1))
}

// setting changes one setting of the bot; a bot without a way to do so is not checked.
func (w *world) setting(ctx context.Context, name, value string) error {
	r := w.suite.Bot.Control.Settings
	if r == nil {
		return notChecked("у бота нельзя поменять настройку «%s» (нет control.settings в progon.yaml)", name)
	}
	w.note("настройка «%s»: %s", name, value)
	_, err := w.lane.control.call(ctx, "settings", r, map[string]string{"name": name, "value": value})
	return err
}

// settingIfAny changes a setting that only makes the scene more exact.
func (w *world) settingIfAny(ctx context.Context, name, value string) error {
	if w.suite.Bot.Control.Settings == nil {
		w.note("настройка «%s: %s» остаётся за ботом: control.settings не указан", name, value)
		return nil
	}
	return w.setting(ctx, name, value)
}

// cardFields gives the fields of a table their codes in this portal.
func (w *world) cardFields(rows []checks.Expectation) (map[string]any, error) {
	fields := map[string]any{}
	for _, r := range rows {
		code, err := w.field(r.Field)
		if err != nil {
			return nil, err
		}
		value, err := w.fillValue(r.Want)
		if err != nil {
			return nil, err
		}
		if at, ok := checks.When(value, w.lane.clock.Now().In(kazan)); ok {
			value = at.Format(time.RFC3339)
		}
		fields[code] = w.suite.portal.id(code, value)
	}
	return fields, nil
}

// pairs reads a table of two columns. The heading is optional.
func pairs(table [][]string) ([]checks.Expectation, error) {
	var rows []checks.Expectation
	for i, r := range table {
		if len(r) != 2 {
			return nil, broken("в таблице нужны две колонки: поле и значение")
		}
		if i == 0 && strings.EqualFold(r[0], "поле") {
			continue
		}
		rows = append(rows, checks.Expectation{Field: strings.TrimSpace(r[0]), Want: strings.TrimSpace(r[1])})
	}
	if len(rows) == 0 {
		return nil, broken("таблица пуста")
	}
	return rows, nil
}

// field gives the code of a field in this portal.
func (w *world) field(name string) (string, error) {
	if !w.suite.portal.Knows(name) {
		return "", notChecked("в progon.yaml не сказано, какое поле CRM означает «%s» (раздел crm.fields)", name)
	}
	return w.suite.portal.code(name), nil
}

func (w *world) entity(word string) (string, error) {
	if !w.suite.portal.KnowsKind(word) {
		return "", broken("вид карточки «%s» неизвестен; известны: %s", word, strings.Join(w.suite.portal.words(), ", "))
	}
	return w.suite.portal.kind(word), nil
}

// fillValue puts the client's values into a cell: «{телефон}».
func (w *world) fillValue(text string) (string, error) {
	if !strings.Contains(text, "{") {
		return text, nil
	}
	filled, err := w.cast.Fill(w.client().person, w.fillMasks(text))
	if err != nil {
		return "", broken("%w", err)
	}
	return filled.Text, nil
}

func plural(n int, one, few, many string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return fmt.Sprintf("%d %s", n, one)
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return fmt.Sprintf("%d %s", n, few)
	}
	return fmt.Sprintf("%d %s", n, many)
}
