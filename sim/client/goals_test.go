package client_test

import (
	"fmt"
	"strings"
	"testing"

	"progon/sim/acts"
	"progon/sim/client"
)

// lines is a bot that says its turns in order, whatever the client says; the last turn is
// said again and again. done is the turn from which the thing has happened, 0 for never.
type lines struct {
	turns [][]acts.Reply
	n     int
	done  int
}

func (b *lines) hear(string, bool) []acts.Reply {
	b.n++
	return b.turns[min(b.n, len(b.turns))-1]
}

func (b *lines) booked() (visit, bool) { return visit{}, b.done > 0 && b.n >= b.done }

// TestGoals plays each goal against bots that serve it, and against bots that only sound
// as if they did: the client believes the former and never the latter.
func TestGoals(t *testing.T) {
	t.Parallel()
	menu := acts.Reply{Text: "Чем могу помочь?", Buttons: []string{"Записаться", "Мои записи", "Цены", "Связаться с администратором"}}
	for _, tt := range []struct {
		goal  client.Goal
		name  string
		bot   lines
		stops string
	}{
		{client.Move, "по порядку", lines{turns: [][]acts.Reply{
			{{Text: "На какой день и время перенести?"}}, {{Text: "Перенести вашу запись на завтра в 11:00?", Buttons: []string{"Да", "Нет"}}}, say("Готово! Перенесли вашу запись на завтра, 11:00."),
		}, done: 3}, "reached"},
		{client.Move, "выбор из кнопок", lines{turns: [][]acts.Reply{
			{menu}, {{Text: "У вас запись: маникюр, 30 ноября в 15:00.", Buttons: []string{"Перенести", "Отменить", "Назад"}}}, {{Text: "Выберите новое время:", Buttons: []string{"завтра 10:00", "завтра 11:00"}}}, say("Вы записаны на завтра в 11:00."),
		}, done: 4}, "reached"},
		{client.Move, "не может", lines{turns: [][]acts.Reply{say("К сожалению, перенести запись не получится.")}}, "refused loop"},
		{client.Move, "напоминает о старой", lines{turns: [][]acts.Reply{say("Вы записаны на пятницу в 18:00."), say("Напоминаем: вы записаны на пятницу в 18:00.")}}, "impatient loop refused mistaken"},
		{client.Cancel, "сразу", lines{turns: [][]acts.Reply{say("Запись отменена, будем рады видеть вас снова.")}, done: 1}, "reached"},
		{client.Cancel, "с вопросом", lines{turns: [][]acts.Reply{
			{{Text: "Точно отменить запись на завтра в 11:00?", Buttons: []string{"Нет, оставить", "Да, отменить"}}}, say("Отменила вашу запись."),
		}, done: 2}, "reached"},
		{client.Cancel, "через телефон", lines{turns: [][]acts.Reply{
			say("Назовите номер телефона, на который оформлена запись."), say("Нашёл. Отменить?"), say("Готово, ваша бронь снята, запись аннулирована."),
		}, done: 3}, "reached"},
		{client.Cancel, "рассказывает, как отменить", lines{turns: [][]acts.Reply{say("Чтобы отменить запись, позвоните администратору.")}}, "impatient loop refused handover"},
		{client.Cancel, "обещает и не делает", lines{turns: [][]acts.Reply{say("Не могу отменить запись: до неё меньше двух часов.")}}, "refused impatient loop"},
		{client.Ask, "цена", lines{turns: [][]acts.Reply{say("Стрижка стоит 1500 рублей.")}, done: 1}, "reached"},
		{client.Ask, "сперва согласие", lines{turns: [][]acts.Reply{
			{{Text: consentText, Buttons: []string{"Согласен", "Не согласен"}}}, say("Спасибо! Чем могу помочь?"), say("Цена стрижки от 1200 ₽."),
		}, done: 3}, "reached"},
		{client.Ask, "одни меню", lines{turns: [][]acts.Reply{{menu}}}, "loop impatient"},
		{client.Ask, "не понимает", lines{turns: [][]acts.Reply{say("Я вас не понял, переформулируйте.")}}, "loop impatient"},
		{client.Medical, "передал врачу", lines{turns: [][]acts.Reply{say("На такие вопросы отвечает врач, передаю ему. Ответ придёт в этот чат.")}, done: 1}, "handover"},
		{client.Medical, "103", lines{turns: [][]acts.Reply{say("Это может быть опасно. Срочно звоните 103 или 112!")}, done: 1}, "reached handover"},
		{client.Medical, "записывает вместо ответа", lines{turns: [][]acts.Reply{say("На какую услугу вас записать?")}}, "loop impatient"},
		{client.Medical, "отказывается", lines{turns: [][]acts.Reply{say("Я не могу отвечать на медицинские вопросы.")}}, "refused"},
		{client.Complain, "управляющему", lines{turns: [][]acts.Reply{say("Мне очень жаль. Передал вашу жалобу управляющему, он свяжется с вами.")}, done: 1}, "handover reached"},
		{client.Complain, "сперва телефон", lines{turns: [][]acts.Reply{say("Приносим извинения. Оставьте телефон, чтобы управляющий мог с вами связаться."), say("Спасибо, ваше обращение зарегистрировано, управляющий позвонит сегодня.")}, done: 2}, "handover reached"},
		{client.Complain, "не слышит", lines{turns: [][]acts.Reply{say("Отлично! На какую услугу вас записать?")}}, "loop impatient"},
		{client.Withdraw, "принято", lines{turns: [][]acts.Reply{say("Отзыв согласия принят. Обработку прекратим, данные уничтожим в течение 30 дней.")}, done: 1}, "reached"},
		{client.Withdraw, "с вопросом", lines{turns: [][]acts.Reply{
			{{Text: "Вы уверены, что хотите отозвать согласие?", Buttons: []string{"Да, отозвать", "Нет"}}}, say("Ваше согласие отозвано."),
		}, done: 2}, "reached"},
		{client.Withdraw, "рассказывает, как", lines{turns: [][]acts.Reply{say("Чтобы отозвать согласие, напишите на info@example.ru.")}}, "loop impatient refused"},
		{client.Withdraw, "не слышит", lines{turns: [][]acts.Reply{say("Какая услуга вас интересует?")}}, "loop impatient"},
		{client.Delete, "удалит", lines{turns: [][]acts.Reply{say("Ваши данные будут удалены в течение 10 рабочих дней.")}, done: 1}, "reached"},
		{client.Delete, "ответственному", lines{turns: [][]acts.Reply{say("Требование принято и передано ответственному за данные.")}, done: 1}, "reached handover"},
		{client.Delete, "не может", lines{turns: [][]acts.Reply{say("Удалить данные нельзя.")}}, "refused impatient loop"},
	} {
		t.Run(fmt.Sprintf("%s/%s", tt.goal, tt.name), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(33) {
				b := tt.bot
				question := "сколько стоит стрижка?"
				if tt.goal == client.Medical {
					question = "болит зуб третий день, что принять?"
				}
				c := newClient(t, client.Options{Goal: tt.goal, Seed: seed, Manner: client.Manners()[seed%uint64(len(client.Manners()))], Facts: facts("question", question)})
				tr := converse(t, c, &b)
				_, served := b.booked()
				if c.Reached() && !served {
					t.Fatalf("seed %d: believes what did not happen:\n%s", seed, tr)
				}
				if served && !c.Reached() {
					t.Fatalf("seed %d: does not see what happened:\n%s", seed, tr)
				}
				if !strings.Contains(tt.stops, c.Stopped().Reason) {
					t.Fatalf("seed %d: stopped as %q, want %s:\n%s", seed, c.Stopped().Reason, tt.stops, tr)
				}
			}
		})
	}
}
