package client_test

import (
	"fmt"
	"strings"

	"progon/sim/acts"
)

// stubborn answers by a function and books nothing.
type stubborn func(n int, low string) []acts.Reply

type counting struct {
	answer stubborn
	n      int
}

func (b *counting) hear(text string, _ bool) []acts.Reply {
	b.n++
	return b.answer(b.n, strings.ToLower(text))
}

func (b *counting) booked() (visit, bool) { return visit{}, false }

// uncooperative bots never book, and why the client may stop with each.
var uncooperative = map[string]struct {
	answer  stubborn
	reasons string
}{
	"молчит":       {func(int, string) []acts.Reply { return nil }, "impatient"},
	"твердит одно": {func(int, string) []acts.Reply { return say("Как вас зовут?") }, "loop"},
	"твердит разными словами": {func(n int, _ string) []acts.Reply {
		return say([]string{"Как вас зовут?", "Ваше имя?", "Представьтесь, пожалуйста.", "Как к вам обращаться?", "Напишите ваше имя.", "Подскажите ваше имя.", "Назовите имя, пожалуйста."}[n%7])
	}, "loop"},
	"ходит по кругу из двух вопросов": {func(n int, _ string) []acts.Reply {
		return say([]string{"Ваш номер телефона?", "Как вас зовут?"}[n%2])
	}, "loop"},
	"отказывает": {func(int, string) []acts.Reply {
		return say("К сожалению, записать вас не можем: свободных мест нет.")
	}, "refused impatient"},
	"передаёт человеку": {func(int, string) []acts.Reply {
		return say("Передаю ваш вопрос администратору, он скоро ответит.")
	}, "handover"},
	"не понимает": {func(int, string) []acts.Reply { return say("Извините, я вас не понял.") }, "impatient loop"},
	"только принимает заявку": {func(n int, _ string) []acts.Reply {
		if n == 1 {
			return say("Напишите ваш телефон.")
		}
		return say("Ваша заявка принята. Администратор подтвердит время.")
	}, "accepted handover"},
	"записывает на другое время": {func(n int, _ string) []acts.Reply {
		if n == 1 {
			return say("На какое время вас записать?")
		}
		return say("Вы записаны на завтра в 18:00.")
	}, "mistaken"},
	"пишет бессмыслицу": {func(n int, _ string) []acts.Reply {
		return say(fmt.Sprintf("Лорем ипсум %d долор сит амет.", n))
	}, "impatient"},
	"обещает и срывается": {func(n int, _ string) []acts.Reply {
		if n == 1 {
			return say("Вы записаны? Как вас зовут?")
		}
		return say("Что-то пошло не так, записать не удалось. Попробуйте позже.")
	}, "refused impatient loop"},
	"рассказывает о записи вообще": {func(n int, _ string) []acts.Reply {
		return say([]string{"Когда вы будете записаны, мы пришлём сообщение.", "Если вы записаны на завтра, приходите за 10 минут.", "Чтобы запись была подтверждена, нужна предоплата."}[n%3])
	}, "impatient loop handover refused"},
}
