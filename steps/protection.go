package steps

import (
	"context"
	"fmt"
	"strings"

	"progon"
	"progon/steps/botfile"
	"progon/steps/checks"
)

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
