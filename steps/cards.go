package steps

import (
	"context"
	"strings"

	"progon"
	"progon/steps/checks"
)

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
		{pattern: "в карточках CRM не осталось «{телефон}»", do: valueGone, needs: "лиды"},
		{pattern: "после этого сообщения в CRM ничего не записано", do: nothingMadeSince},
		{pattern: "в CRM сохранены согласия на версии «2026-03, 2026-09»", do: consentVersions, needs: "лиды"},
		{pattern: "в CRM нет файлов клиента", do: noFiles, about: "ни фото, ни голоса, ни документов"},
		{pattern: "у каждой заявки в CRM есть контакт, созданный раньше неё", do: contactFirst, needs: "лиды"},
		{pattern: "источники заявок клиента: «Instagram, VK, сайт»", do: sources, needs: "лиды"},
		{pattern: "обращений к CRM с отозванным ключом не больше «3»", do: keyRefused},
		{pattern: "данные клиента в «CRM» «удалены»", do: dataErased, needs: "удаление", about: "«удалены» или «заблокированы»"},
		{pattern: "«администратор» не видит «диагноз»", do: roleSeesNot, needs: "роли", about: "поле по названию или слова в любом поле"},
	}
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

func valueGone(ctx context.Context, w *world, in input) error {
	value, err := w.fillValue(in.at(0))
	if err != nil {
		return err
	}
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Gone(c, value) })
}

func nothingMadeSince(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.NothingMadeSince)
}

func consentVersions(ctx context.Context, w *world, in input) error {
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.ConsentVersions(c, list(in.at(0))) })
}

func noFiles(ctx context.Context, w *world, _ input) error { return w.forbid(ctx, checks.NoFiles) }

func contactFirst(ctx context.Context, w *world, _ input) error {
	return w.forbid(ctx, checks.ContactFirst)
}

func sources(ctx context.Context, w *world, in input) error {
	return w.expect(ctx, func(c checks.Case) []progon.Finding { return checks.Sources(c, list(in.at(0))) })
}

func keyRefused(ctx context.Context, w *world, in input) error {
	n, err := number(in.at(0))
	if err != nil {
		return err
	}
	return w.forbid(ctx, func(c checks.Case) []progon.Finding { return checks.KeyRefused(c, n) })
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
