package steps

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"progon"
	"progon/sim"
	"progon/steps/checks"
)

func surroundingSentences() []sentence {
	return []sentence{
		{pattern: "канал повторно доставляет последнее сообщение «2 раза»", do: redeliver, needs: "номера"},
		{pattern: "«врач» отвечает клиенту «приходите завтра, осмотрю»", do: staffAnswers, needs: "оператор"},
		{pattern: "«врач» возвращает диалог боту", do: staffReturns, needs: "оператор"},
		{pattern: "одновременно пишут:", table: "клиент, сообщение, сколько раз", do: allWrite},
		{pattern: "проходит «61 день»", do: timePasses, needs: "часы"},
		{pattern: "«администратор» открывает карточку клиента", do: staffOpensCard, needs: "роли"},
		{pattern: "запускается проверка настроек", do: checkSettings, needs: "проверка"},
		{pattern: "снята резервная копия CRM", do: takeBackup},
		{pattern: "CRM восстановлена из резервной копии", do: restoreBackup},
		{pattern: "выгружаются показатели", do: exportMetrics, needs: "показатели"},
	}
}

func redeliver(ctx context.Context, w *world, in input) error {
	n, ok := times(in.at(0))
	if !ok {
		return broken("«%s» не понято; пример: «2 раза»", in.at(0))
	}
	g := w.client()
	if g.session == nil {
		return broken("доставлять нечего: клиент ещё ничего не написал")
	}
	for range n {
		if _, err := w.simulator.Redeliver(ctx, w.session(g)); err != nil {
			return w.botFailed(ctx, err)
		}
	}
	return nil
}

func staffAnswers(ctx context.Context, w *world, in input) error {
	text, err := w.fill(w.client(), in.at(1))
	if err != nil {
		return err
	}
	return w.staff(ctx, in.at(0), text, false)
}

func staffReturns(ctx context.Context, w *world, in input) error {
	return w.staff(ctx, in.at(0), "", true)
}

// staff lets a person of the business act in the client's conversation.
func (w *world) staff(ctx context.Context, role, text string, back bool) error {
	r := w.suite.Bot.Control.Operator
	if r == nil {
		return notChecked("Прогон не знает, как за сотрудника ответить клиенту (нет control.operator в progon.yaml)")
	}
	g := w.client()
	if g.session == nil {
		return broken("разговора ещё нет: клиент ничего не написал")
	}
	values := map[string]string{"session": g.session.ID(), "role": role, "text": text, "return": "false"}
	said := progon.Event{
		Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: progon.Actor(role), Persona: g.person.ID,
		Conversation: g.session.ID(), Kind: string(progon.MessageText), Text: text,
	}
	if back {
		values["return"] = "true"
		said.Direction, said.Text = progon.Note, role+" возвращает диалог боту"
	} else {
		w.staffSaid = append(w.staffSaid, text)
	}
	w.timeline.Record(said)
	if _, err := w.lane.control.call(ctx, "operator", r, values); err != nil {
		return err
	}
	return w.listen(ctx, g)
}

// listen hears what the bot says by itself.
func (w *world) listen(ctx context.Context, g *guest) error {
	if g.session == nil {
		return nil
	}
	if _, err := w.simulator.Listen(ctx, g.session, w.suite.Bot.Policy.Quiet.Or(300*time.Millisecond)); err != nil {
		return w.botFailed(ctx, err)
	}
	return nil
}

func allWrite(ctx context.Context, w *world, in input) error {
	var lines []sim.Line
	for i, r := range in.table {
		if i == 0 && strings.EqualFold(strings.TrimSpace(r[0]), "клиент") {
			continue
		}
		if len(r) < 2 {
			return broken("в таблице нужны колонки: клиент, сообщение, сколько раз")
		}
		g, n := w.guest(strings.TrimSpace(r[0])), 1
		if len(r) > 2 {
			var ok bool
			if n, ok = times(r[2]); !ok {
				return broken("«%s» не понято; пример: «3 раза»", r[2])
			}
		}
		for range n {
			text, err := w.fill(g, strings.TrimSpace(r[1]))
			if err != nil {
				return err
			}
			lines = append(lines, sim.Line{Session: w.session(g), Message: progon.Message{Kind: progon.MessageText, Text: text}})
		}
		w.current = g
	}
	if err := w.simulator.SayAll(ctx, lines); err != nil {
		return w.botFailed(ctx, err)
	}
	return nil
}

func timePasses(ctx context.Context, w *world, in input) error {
	span, ok := checks.ParseSpan(in.at(0))
	if !ok || span.WorkingDays > 0 {
		return broken("срок «%s» не понят; примеры: «30 минут», «24 часа», «61 день»", in.at(0))
	}
	w.timeline.Record(progon.Event{
		Surface: progon.SurfaceChat, Direction: progon.Note, Actor: progon.ActorProgon, Kind: checks.TimePassed, Text: "проходит " + in.at(0),
	})
	w.lane.clock.Advance(span.Length)
	if err := w.lane.tellTime(ctx); err != nil {
		return err
	}
	for _, g := range w.guests {
		if err := w.listen(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func staffOpensCard(ctx context.Context, w *world, in input) error {
	r := w.suite.Bot.Control.View
	if r == nil {
		w.note("%s открывает карточку клиента в CRM", in.at(0))
		return nil
	}
	_, err := w.lane.control.call(ctx, "view", r, map[string]string{"role": in.at(0), "session": w.session(w.client()).ID()})
	return err
}

func checkSettings(ctx context.Context, w *world, _ input) error {
	r := w.suite.Bot.Control.Check
	problems, err := w.lane.control.call(ctx, "check", r, nil)
	if err != nil {
		return err
	}
	w.problems = nil
	for _, p := range problems {
		w.problems = append(w.problems, asText(p))
	}
	w.note("проверка настроек: %s", strings.Join(w.problems, "; "))
	return nil
}

func takeBackup(_ context.Context, w *world, _ input) error {
	w.backup = w.lane.portal.Snapshot()
	w.note("снята резервная копия CRM")
	return nil
}

func restoreBackup(_ context.Context, w *world, _ input) error {
	if w.backup == nil {
		return broken("восстанавливать нечего: сначала нужна фраза «снята резервная копия CRM»")
	}
	w.note("CRM восстановлена из резервной копии")
	w.lane.portal.Rollback(string(progon.ActorProgon), w.backup)
	return nil
}

// exportMetrics reads the bot's figures as a manager would, and keeps them as evidence.
func exportMetrics(ctx context.Context, w *world, _ input) error {
	got, err := w.lane.control.call(ctx, "metrics", w.suite.Bot.Control.Metrics, map[string]string{"name": ""})
	if err != nil {
		return err
	}
	text, err := json.Marshal(got)
	if err != nil {
		return broken("показатели бота не складываются в JSON: %w", err)
	}
	w.timeline.Record(progon.Event{
		Surface: progon.SurfaceFile, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: checks.Metrics, Place: "выгрузка показателей",
		Text: string(text), Raw: text,
	})
	return nil
}
