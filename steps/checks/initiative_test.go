package checks

import (
	"testing"

	"progon"
)

func TestReminds(t *testing.T) {
	t.Parallel()
	booked := func() tape {
		return newTape().says(alsu, "да").replies(alsu, "Вы записаны на завтра, 15:00.")
	}
	judge(t, func(c Case) []progon.Finding { return Reminds(c, "завтра 15:00") }, []judged{
		{"with the hour", booked().passes("2 часа").replies(alsu, "Напоминаем: завтра в 15:00 ждём вас."), nil},
		{"with a point", booked().passes("2 часа").replies(alsu, "Ждём завтра к 15.00!"), nil},
		{"in whole hours", booked().passes("2 часа").replies(alsu, "Завтра в 15 часов ваш визит."), nil},
		{"nothing came", booked().passes("2 часа"), []string{"reminder.missing"}},
		{"another hour", booked().passes("2 часа").replies(alsu, "Ждём завтра в 16:00."), []string{"reminder.missing"}},
		{"the hour is part of a price", booked().passes("2 часа").replies(alsu, "С вас 1500 ₽, счёт 215:001."), []string{"reminder.missing"}},
		{"only an answer", booked().passes("2 часа").says(alsu, "во сколько я?").replies(alsu, "В 15:00."), []string{"reminder.missing"}},
		{"to somebody else", booked().passes("2 часа").replies(marat, "Ждём завтра в 15:00."), []string{"reminder.missing"}},
	})
}

func TestKeepsQuiet(t *testing.T) {
	t.Parallel()
	judge(t, KeepsQuiet, []judged{
		{"silence", newTape().says(alsu, "отзываю").replies(alsu, "Принято.").passes("20 часов"), nil},
		{"an answer is not of its own", newTape().passes("20 часов").says(alsu, "хочу").replies(alsu, "На какую услугу?"), nil},
		{"a person wrote", newTape().says(alsu, "отзываю").passes("20 часов").staff(alsu, "администратор", "Подтверждаю отзыв."), nil},
		{"a reminder", newTape().says(alsu, "отзываю").replies(alsu, "Принято.").passes("20 часов").replies(alsu, "Ждём вас завтра!"), []string{"initiative.forbidden"}},
	})
}

func TestNoAdvertising(t *testing.T) {
	t.Parallel()
	judge(t, NoAdvertising, []judged{
		{"a plain reminder", newTape().passes("1 день").replies(alsu, "Напоминаем: завтра в 15:00, ул. Баумана, 1. Отмена: напишите «отмена»."), nil},
		{"an offer that was asked for", newTape().passes("1 день").says(alsu, "есть акции?").replies(alsu, "Да, скидка 10 %."), nil},
		{"the reaction of a client", newTape().passes("1 день").replies(alsu, "Реакция на процедуру записана врачом, визит завтра."), nil},
		{"a discount", newTape().passes("1 день").replies(alsu, "Только сегодня скидка 20 % на маникюр!"), []string{"advertising.unwanted"}},
		{"inside a reminder", newTape().passes("1 день").replies(alsu, "Ждём завтра в 15:00. А ещё у нас акция на педикюр."), []string{"advertising.unwanted"}},
		{"percent only", newTape().passes("1 день").replies(alsu, "Минус 30% на всё!"), []string{"advertising.unwanted"}},
	})
}

func TestNoAnamnesis(t *testing.T) {
	t.Parallel()
	judge(t, NoAnamnesis, []judged{
		{"service and time", newTape().replies(alsu, "На какую услугу вас записать?").replies(alsu, "Какой день удобен?"), nil},
		{"who decides", newTape().replies(alsu, "Есть ли противопоказания, решает врач на приёме: передаю ему вопрос."), nil},
		{"a worry about the order", newTape().replies(alsu, "Не беспокойтесь, запись сохранена."), nil},
		{"complaints", newTape().replies(alsu, "Что вас беспокоит?"), []string{"health.asked"}},
		{"pregnancy", newTape().replies(alsu, "На каком вы сроке беременности?"), []string{"health.asked"}},
		{"medicines", newTape().replies(alsu, "Какие лекарства вы принимаете?"), []string{"health.asked"}},
		{"in Tatar", newTape().replies(alsu, "Сезне нәрсә борчый?"), []string{"health.asked"}},
		{"symptoms", newTape().replies(alsu, "Опишите, пожалуйста, ваши симптомы."), []string{"health.asked"}},
	})
}

func TestAnswerWithoutData(t *testing.T) {
	t.Parallel()
	judge(t, AnswerWithoutData, []judged{
		{"asks anew", newTape().says(alsu, "хочу опять").replies(alsu, "Нужно ваше согласие."), nil},
		{"what was just said", newTape().says(alsu, "это Алсу").replies(alsu, "Алсу, нужно ваше согласие."), nil},
		{"an earlier answer", newTape().says(alsu, "да").replies(alsu, "Спасибо, Алсу!").says(alsu, "хочу опять").replies(alsu, "Нужно согласие."), nil},
		{"the name", newTape().says(alsu, "хочу опять").replies(alsu, "Алсу, рады видеть!"), []string{"memory.after_withdrawal"}},
		{"the phone", newTape().says(alsu, "хочу опять").replies(alsu, "Ваш номер "+alsuPhone+", верно?"), []string{"memory.after_withdrawal"}},
	})
}
