package client_test

import (
	"regexp"
	"strings"

	"progon/sim/acts"
)

// taking makes a bot understand what a pattern finds.
func taking(pattern string) func(string, bool) (string, bool) {
	p := regexp.MustCompile(pattern)
	return func(low string, _ bool) (string, bool) {
		m := p.FindString(low)
		return m, m != ""
	}
}

// agreeing reads a request for consent by what means yes and what means no.
func agreeing(yes, no string) func(string, bool) (string, bool) {
	y, n := regexp.MustCompile(yes), regexp.MustCompile(no)
	return func(low string, _ bool) (string, bool) {
		switch {
		case n.MatchString(low):
			return "отказ", true
		case y.MatchString(low):
			return "да", true
		}
		return "", false
	}
}

// others are bots of other trades and tempers.
var others = map[string]func() bot{
	"автосервис": func() bot {
		return &scripted{
			hello: say("Автосервис «Гараж», на связи чат-помощник 🔧"),
			steps: []step{
				{"service", with("Опишите, что нужно сделать с машиной?"), taking(`.{6,}`), ""},
				{"car", with("Марка и модель автомобиля?"), taking(`.{3,}`), ""},
				{"time", with("Могу записать на завтра: 9:00, 11:00, 14:30. Во сколько подъедете?"), takeClock, "Напишите время цифрами, пожалуйста."},
				{"consent", with("Оставляя телефон, вы подтверждаете согласие на обработку персональных данных. Напишите «Согласен», чтобы продолжить."), agreeing("согласен|согласна", "не соглас"), "Без согласия не можем продолжить."},
				{"phone", with("Номер для связи?"), takePhone, "Номер не распознан."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Записал: завтра в " + b.facts["time"] + ". Ждём!")
			},
		}
	},
	"ветклиника, на «ты»": func() bot {
		return &scripted{
			hello: say("Привет! Я Барсик-бот 🐾"),
			steps: []step{
				{"consent", with("Сначала формальность: разрешаешь нам хранить твоё имя и телефон? Это нужно по закону о персональных данных.", "👍 Разрешаю", "👎 Нет"), agreeing("разреш|соглас|да", "нет|не "), ""},
				{"name", with("Как к тебе обращаться?"), takeName, ""},
				{"pet", with("А как зовут питомца?"), taking(`.{2,}`), ""},
				{"time", with("Когда тебе удобно заглянуть?", "завтра утром в 11:00", "завтра вечером в 19:00"), takeClock, ""},
				{"phone", with("Скинь номер телефона, чтобы врач мог перезвонить."), takePhone, "Что-то не похоже на номер 🤔"},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Супер, записал тебя на завтра, " + b.facts["time"] + "! 🐶")
			},
		}
	},
	"строгий канцелярит": func() bot {
		return &scripted{
			steps: []step{
				{"consent", with("Уважаемый клиент! В соответствии с Федеральным законом № 152-ФЗ просим подтвердить согласие на обработку Ваших персональных данных (фамилия, имя, номер телефона) в целях оформления записи. Подтверждаете?", "Подтверждаю", "Не подтверждаю"), agreeing("подтвержд|соглас", "не "), "Просим воспользоваться кнопками."},
				{"name", with("Просим указать Ваше имя и фамилию."), takeName, ""},
				{"phone", with("Просим указать контактный номер телефона в международном формате."), takePhone, "Номер указан некорректно."},
				{"service", with("Просим указать наименование услуги."), takeService, "Наименование услуги не распознано."},
				{"time", with("Просим выбрать дату и время приёма из числа доступных: 25.11.2026 10:00; 25.11.2026 11:00; 26.11.2026 9:00."), taking(`\d{1,2}:\d{2}`), "Дата и время не распознаны."},
				{"yes", func(b *scripted) acts.Reply {
					return acts.Reply{Text: "Просим проверить сведения: услуга — " + b.facts["service"] + ", время — " + b.facts["time"] + ". Сведения верны?"}
				}, takeYes, ""},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Запись оформлена. Номер записи: 4815. Время: " + b.facts["time"] + ".")
			},
		}
	},
	"напишите «да»": func() bot {
		return &scripted{
			steps: []step{
				{"service", with("Здравствуйте! Напишите, на какую услугу хотите записаться (маникюр, педикюр, массаж)."), takeService, ""},
				{"time", with("Напишите желаемые дату и время."), takeClock, "Не вижу времени."},
				{"contacts", with("Напишите имя и телефон через запятую. Отправляя их, вы соглашаетесь с политикой обработки персональных данных example.ru/p"), takePhone, "Нужны имя и телефон."},
				{"yes", with("Всё записал. Если данные верны, напишите «да», если нет — «нет»."), exactWords("да"), "Напишите «да» или «нет»."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Спасибо! Запись подтверждена, до встречи.")
			},
		}
	},
	"часы словами": func() bot {
		return &scripted{
			steps: []step{
				{"service", with("Добрый день 🌸 Что бы вы хотели: маникюр, педикюр или массаж?"), takeService, ""},
				{"day", with("На какое число смотрим?"), taking("завтра|сегодня|иртәгә|\\d"), "Не поняла дату."},
				{"time", with("Завтра есть в 10 утра, в 11 утра и в 6 вечера. Что выбираете?"), taking("10|11|6|18"), "Не поняла время."},
				{"name", with("Записываю! На чьё имя?"), takeName, ""},
				{"phone", with("И телефончик, пожалуйста 📞"), takePhone, "Проверьте номер."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Записала вас на завтра! До встречи 💖")
			},
		}
	},
	"согласие вторым сообщением, со списком слотов": func() bot {
		return &scripted{
			hello: say("Здравствуйте!", "Я виртуальный администратор студии йоги."),
			steps: []step{
				{"time", with("Ближайшие занятия:\n• завтра, 09:00\n• завтра, 11:00\n• завтра, 20:00\nКакое занятие выберете?"), takeClock, "Выберите время из списка."},
				{"consent", with("Нам понадобится согласие на обработку персональных данных. Отправьте «+», если согласны, и «-», если нет."), func(low string, _ bool) (string, bool) {
					low = strings.TrimSpace(low)
					if low == "-" || strings.Contains(low, "не соглас") {
						return "отказ", true
					}
					return "да", low == "+" || strings.Contains(low, "соглас")
				}, "Отправьте «+» или «-»."},
				{"name", with("Как вас записать?"), takeName, ""},
				{"phone", with("Телефон для связи:"), takePhone, "Неверный формат."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Вы записаны на занятие завтра в " + b.facts["time"] + " 🧘")
			},
		}
	},
	"спрашивает лишнее": func() bot {
		return &scripted{
			steps: []step{
				{"city", with("Из какого вы города?"), taking(`.{2,}`), ""},
				{"service", with("Что вас интересует?", "Маникюр", "Педикюр", "Обучение", "Подарочный сертификат"), takeService, ""},
				{"length", with("Какая у вас длина ногтей?", "Короткие", "Средние", "Длинные"), taking(`корот|средн|длин`), "Выберите вариант."},
				{"master", with("Предпочитаете мастера или топ-мастера?", "Мастер", "Топ-мастер"), taking(`мастер`), "Выберите вариант."},
				{"time", with("Когда вам удобно?", "Утро 11:00", "Вечер 18:00"), takeClock, ""},
				{"phone", with("Ваш телефон?"), takePhone, ""},
				{"reminder", with("Напомнить о визите за день?", "Да", "Нет"), taking(`да|нет`), ""},
				{"promo", with("Есть промокод? Если нет, напишите «нет».", "Нет промокода"), taking(`.{2,}`), ""},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Готово, вы записаны на завтра в " + b.facts["time"] + "!")
			},
		}
	},
	"стоматология, сначала вопрос о ребёнке": func() bot {
		return &scripted{
			hello: say("Стоматология «Пример» приветствует вас!"),
			steps: []step{
				{"who", with("Запись для вас или для ребёнка?", "Для меня", "Для ребёнка"), taking("для меня|для реб"), "Выберите вариант."},
				{"consent", with("Чтобы записать вас, нам нужно разрешение на обработку ФИО и телефона. Политика: example.ru/p", "Разрешаю", "Запрещаю"), agreeing("разреш|соглас", "запрещ|не "), "Нажмите кнопку."},
				{"name", with("Пожалуйста, введите ФИО пациента."), takeName, ""},
				{"birth", with("Введите дату рождения пациента (дд.мм.гггг)."), taking(`\d\d\.\d\d\.\d{4}`), "Неверный формат."},
				{"phone", with("Введите мобильный телефон."), takePhone, "Неверный формат."},
				{"time", with("Доступное время на завтра: 10:15 / 11:00 / 12:45. Напишите удобное."), takeClock, "Такого времени нет."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Вы записаны на приём завтра в " + b.facts["time"] + ". Возьмите паспорт.")
			},
		}
	},
	"английские слова вперемешку": func() bot {
		return &scripted{
			steps: []step{
				{"service", with("Hi! Какой service вас интересует?", "Manicure / Маникюр", "Massage / Массаж"), taking("маникюр"), "Sorry, не понял."},
				{"time", with("Выберите slot:", "tomorrow / завтра 10:00", "tomorrow / завтра 11:00"), takeClock, "Выберите slot."},
				{"consent", with("Do you agree to personal data processing? Согласие на обработку персональных данных.", "I agree / Согласен", "Decline / Отказ"), agreeing("agree|соглас", "decline|не соглас"), ""},
				{"name", with("Your name? Имя?"), takeName, ""},
				{"phone", with("Phone number? Телефон?"), takePhone, ""},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Done! Вы записаны на завтра, " + b.facts["time"] + ".")
			},
		}
	},
	"коротко, как в мессенджере": func() bot {
		return &scripted{
			steps: []step{
				{"service", with("привет) на что?"), takeService, "не поняла)"},
				{"time", with("когда?"), takeClock, "во сколько?)"},
				{"consent", with("ок. данные можно сохранить? имя и тел, для записи"), agreeing("да|можно|соглас", "нет|не "), "так можно?)"},
				{"name", with("как зовут?"), takeName, ""},
				{"phone", with("телефончик"), takePhone, "номер)"},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("записала, жду завтра в " + b.facts["time"] + ")")
			},
		}
	},
	"предоплата и подтверждение словом": func() bot {
		return &scripted{
			steps: []step{
				{"service", with("Добрый вечер! Выберите направление:\n1 - Маникюр\n2 - Педикюр\n3 - Ресницы"), taking("^1$|маникюр"), "Введите цифру."},
				{"time", with("Есть два окошка: завтра в 11:00 и послезавтра в 16:00. Какое бронируем?"), takeClock, "Какое время бронируем?"},
				{"phone", with("Для брони нужен ваш номер. Отправляя его, вы соглашаетесь на обработку персональных данных."), takePhone, "Это не номер."},
				{"yes", with("Бронь держим за вами. Для подтверждения ответьте «Подтверждаю»."), taking("подтверждаю"), "Ответьте «Подтверждаю»."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Бронь подтверждена ✅ Ждём вас завтра в " + b.facts["time"] + ".")
			},
		}
	},
	"просит прочитать правила": func() bot {
		return &scripted{
			hello: say("Вас приветствует фитнес-клуб."),
			steps: []step{
				{"consent", with("Ознакомьтесь с политикой конфиденциальности и правилами клуба.", "Ознакомлен и согласен", "Выйти", "Политика"), agreeing("соглас", "не соглас|выйти"), "Нужно ознакомиться."},
				{"service", with("На какое занятие хотите попасть?", "Пилатес", "Массаж", "Маникюр", "Назад"), takeService, ""},
				{"time", with("Завтра есть места на 11:00 и 18:00. Куда записать?"), takeClock, ""},
				{"contacts", with("Представьтесь и оставьте номер, пожалуйста."), takePhone, "Мне нужен номер, чтобы администратор мог вас найти."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Есть! Вы в списке на завтра, " + b.facts["time"] + ". Запись подтверждена.")
			},
		}
	},
}
