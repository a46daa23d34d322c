package client_test

import (
	"fmt"
	"strings"

	"progon/sim/acts"
)

// form wants everything in one message.
type form struct {
	noConsent, lines bool
	state            int
	v                visit
}

func (b *form) hear(text string, _ bool) []acts.Reply {
	low := strings.ToLower(text)
	ask := "Напишите одним сообщением: ваше имя, номер телефона, услугу и удобное время."
	if b.lines {
		ask = "Чтобы записаться, пришлите:\n- имя\n- телефон\n- услугу\n- дату и время"
	}
	switch {
	case b.state == 0 && !b.noConsent:
		b.state = 1
		return []acts.Reply{{Text: consentText, Buttons: []string{"Согласен(на)", "Нет"}}}
	case b.state == 0:
		b.state = 2
		return say("Добрый день! " + ask)
	case b.state == 1:
		v, ok := takeConsent(low, false)
		if !ok {
			return []acts.Reply{{Text: consentText, Buttons: []string{"Согласен(на)", "Нет"}}}
		}
		if v == "отказ" {
			return otherWay(nil)
		}
		b.state = 2
		return say("Спасибо! " + ask)
	case b.state == 3:
		return say("Ждём вас!")
	}
	if p, ok := takePhone(low, false); ok {
		b.v.phone, low = p, strings.Replace(low, p, "", 1)
	}
	if t, ok := takeClock(low, false); ok {
		b.v.time = t
	}
	if s, ok := takeService(low, false); ok {
		b.v.service = s
	}
	if strings.Contains(low, "алсу") {
		b.v.name = "Алсу"
	}
	var missing []string
	for _, m := range []struct{ value, word string }{{b.v.name, "имя"}, {b.v.phone, "номер телефона"}, {b.v.service, "услугу"}, {b.v.time, "время"}} {
		if m.value == "" {
			missing = append(missing, m.word)
		}
	}
	if len(missing) > 0 {
		return say("Не хватает данных. Напишите, пожалуйста: " + strings.Join(missing, ", ") + ".")
	}
	b.state = 3
	return say(fmt.Sprintf("%s, вы записаны на %s завтра в %s.", b.v.name, b.v.service, b.v.time))
}

func (b *form) booked() (visit, bool) { return b.v, b.state == 3 }

// digits understands digits only, as a bot made in a constructor does.
type digits struct {
	state int
	v     visit
}

func (b *digits) hear(text string, _ bool) []acts.Reply {
	low := strings.TrimSpace(strings.ToLower(text))
	menus := []string{
		"Добро пожаловать! Выберите пункт меню, отправив цифру:\n1. Записаться\n2. Цены\n3. Контакты",
		"Согласие на обработку персональных данных: 1 — согласен, 2 — не согласен",
		"Выберите услугу:\n1️⃣ Педикюр\n2️⃣ Стрижка\n3️⃣ Маникюр",
		"Свободное время:\n1) завтра 10:00\n2) завтра 11:00\n3) завтра 17:00\nОтправьте номер варианта.",
		"Введите ваше имя:",
		"Введите номер телефона:",
		"Подтвердите запись на завтра:\n1. Да, записать\n2. Нет",
	}
	want := map[int]string{1: "1", 2: "1", 3: "3", 4: "2", 7: "1"}
	switch {
	case b.state == 0:
	case b.state == 2 && low == "2":
		b.state = 9
		return say("Запись без согласия возможна только по телефону +7 (843) 000-12-00.")
	case b.state == 9:
		return say("Запись без согласия возможна только по телефону +7 (843) 000-12-00.")
	case want[b.state] != "" && low != want[b.state]:
		return say("Неверный ввод. " + menus[b.state-1])
	case b.state == 5:
		b.v.name = text
	case b.state == 6:
		p, ok := takePhone(low, false)
		if !ok {
			return say("Неверный номер. " + menus[5])
		}
		b.v.phone = p
	}
	b.state++
	if b.state == 8 {
		b.v.service, b.v.time = "маникюр", "11:00"
		return say("Вы записаны на маникюр, завтра в 11:00!")
	}
	if b.state > 8 {
		return say("Спасибо за обращение.")
	}
	return say(menus[b.state-1])
}

func (b *digits) booked() (visit, bool) { return b.v, b.state == 8 }

// wordy answers as a language model does: long, friendly, and never twice the same.
type wordy struct {
	n        int
	agreed   bool
	asked    bool
	sure     bool
	refusing bool
	done     bool
	v        visit
}

func (b *wordy) hear(text string, _ bool) []acts.Reply {
	b.n++
	low := strings.ToLower(text)
	if b.asked && !b.agreed && !b.refusing {
		v, ok := takeConsent(low, false)
		b.agreed, b.refusing = ok && v == "да", ok && v == "отказ"
	}
	if s, ok := takeService(low, false); ok {
		b.v.service = s
	}
	if t, ok := takeClock(low, false); ok {
		b.v.time = t
	}
	if p, ok := takePhone(low, false); ok {
		b.v.phone = p
	}
	if strings.Contains(low, "алсу") {
		b.v.name = "Алсу"
	}
	pick := func(a ...string) []acts.Reply { return say(a[b.n%len(a)]) }
	switch {
	case b.refusing:
		return say("Понимаю вас, это ваше право! Без согласия я не смогу сохранить запись в чате, но вы всегда можете позвонить нам по телефону +7 (843) 000-12-00, и администратор с радостью поможет.")
	case strings.Contains(low, "стоит"):
		return say("Отличный вопрос! Маникюр у нас стоит от 1800 рублей, точная цена зависит от покрытия. Продолжим запись?")
	case b.v.service == "":
		return pick("Рада помочь! 😊 Подскажите, пожалуйста, на какую именно процедуру вы хотели бы записаться?", "Конечно! Чтобы подобрать для вас лучшее время, уточните, какая услуга вас интересует?")
	case b.v.time == "":
		return pick("Отличный выбор! Маникюр у нас делают прекрасные мастера. Подскажите, в какой день и в какое время вам было бы удобно прийти?", "Замечательно! А когда вам было бы удобно нас посетить — назовите, пожалуйста, день и время?")
	case !b.agreed:
		b.asked = true
		return pick("Прекрасно, это время как раз свободно! Прежде чем мы продолжим, мне необходимо получить ваше согласие на обработку персональных данных (имя и номер телефона) — исключительно для записи. Вы согласны?", "Супер, время есть! По закону 152-ФЗ я должна спросить: даёте ли вы согласие на обработку персональных данных для записи на услугу?")
	case b.v.name == "" || b.v.phone == "":
		return pick("Благодарю за доверие! Осталось совсем чуть-чуть: подскажите, пожалуйста, как к вам можно обращаться и по какому номеру телефона с вами связаться?", "Спасибо! Теперь поделитесь, пожалуйста, вашим именем и контактным номером телефона.")
	case !b.sure:
		b.sure = true
		return say(fmt.Sprintf("Отлично, %s! Давайте всё проверим: %s, завтра в %s. Всё правильно?", b.v.name, b.v.service, b.v.time))
	case strings.HasPrefix(low, "нет"):
		return say("Извините! Подскажите, пожалуйста, какое время вам удобно?")
	}
	b.done = true
	return say(fmt.Sprintf("Готово! 🎉 Вы записаны на %s завтра в %s. Будем очень рады вас видеть!", b.v.service, b.v.time))
}

func (b *wordy) booked() (visit, bool) { return b.v, b.done }

// menus leads through a main menu, categories, kinds and people.
type menus struct {
	at   string
	v    visit
	done bool
}

func (b *menus) hear(text string, pressed bool) []acts.Reply {
	low := strings.ToLower(text)
	main := []acts.Reply{{Text: "Главное меню. Чем могу помочь?", Buttons: []string{"💰 Цены", "📅 Записаться", "❌ Отменить запись", "📍 Как доехать"}}}
	var next []acts.Reply
	var at string
	switch b.at {
	case "":
		b.at = "main"
		return main
	case "main":
		if strings.Contains(low, "записаться") && pressed {
			at, next = "category", []acts.Reply{{Text: "Выберите категорию", Buttons: []string{"Волосы", "Ногтевой сервис", "Косметология", "⬅️ В меню"}}}
		}
	case "category":
		if strings.Contains(low, "ногт") {
			at, next = "service", []acts.Reply{{Text: "Выберите услугу", Buttons: []string{"Педикюр аппаратный", "Маникюр", "Снятие покрытия", "⬅️ В меню"}}}
		}
	case "service":
		if low == "маникюр" {
			b.v.service = "маникюр"
			at, next = "kind", []acts.Reply{{Text: "Какой вариант выберете?", Buttons: []string{"Классический", "С покрытием", "SPA", "⬅️ В меню"}}}
		}
	case "kind":
		if low == "классический" || low == "с покрытием" || low == "spa" {
			at, next = "master", []acts.Reply{{Text: "К какому мастеру вас записать?", Buttons: []string{"Ольга", "Лиана", "Любой мастер"}}}
		}
	case "master":
		if low == "ольга" || low == "лиана" || low == "любой мастер" {
			at, next = "time", []acts.Reply{{Text: "Свободные окна на завтра:", Buttons: []string{"09:00", "11:00", "13:00", "Другой день"}}}
		}
	case "time":
		if t, ok := takeClock(low, false); ok {
			b.v.time = t
			at, next = "consent", []acts.Reply{{Text: "Почти готово. Нажимая «Согласен», вы даёте согласие на обработку персональных данных.", Buttons: []string{"Согласен", "Не согласен", "Читать политику"}}}
		}
	case "consent":
		if low == "не согласен" || low == "не согласна" {
			return say("Без согласия записать не можем. Позвоните нам: +7 (843) 000-12-00.")
		}
		if strings.Contains(low, "соглас") {
			at, next = "phone", say("Оставьте ваш номер телефона:")
		}
	case "phone":
		if p, ok := takePhone(low, false); ok {
			b.v.phone, b.done = p, true
			return say("Запись подтверждена! Маникюр, завтра, " + b.v.time + ".")
		}
	}
	if next == nil {
		if b.at == "main" {
			return append(say("Не понимаю вас. Воспользуйтесь кнопками."), main...)
		}
		return say("Не понимаю вас. Воспользуйтесь кнопками выше.")
	}
	b.at = at
	return next
}

func (b *menus) booked() (visit, bool) { return b.v, b.done }

// deaf does not understand its first messages.
type deaf struct {
	inner bot
	left  int
}

func (b *deaf) hear(text string, pressed bool) []acts.Reply {
	if b.left > 0 {
		b.left--
		if b.left == 1 {
			return say("Извините, я вас не поняла. Переформулируйте, пожалуйста.")
		}
		return nil
	}
	return b.inner.hear(text, pressed)
}

func (b *deaf) booked() (visit, bool) { return b.inner.booked() }
