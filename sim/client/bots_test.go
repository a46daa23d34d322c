package client_test

import (
	"fmt"
	"regexp"
	"strings"

	"progon/sim/acts"
)

// bot is a small bot of the tests: it knows nothing of packages acts and client, and
// understands only what it was written for.
type bot interface {
	hear(text string, pressed bool) []acts.Reply
	// booked says what the bot has really written down, if anything.
	booked() (visit, bool)
}

type visit struct{ service, time, name, phone, email string }

// step is one question of a scripted bot.
type step struct {
	key  string
	ask  func(*scripted) acts.Reply
	take func(low string, pressed bool) (string, bool) // false: not an answer
	// again is said before the question where the answer was none.
	again string
}

// scripted asks its questions one after another.
type scripted struct {
	hello   []acts.Reply // said before the first question
	steps   []step
	last    func(*scripted) []acts.Reply
	facts   map[string]string
	at      int
	started bool
	done    bool
	refused func(*scripted) []acts.Reply // what a bot says to somebody who gives no consent
	rest    bool
}

func (b *scripted) hear(text string, pressed bool) []acts.Reply {
	if b.facts == nil {
		b.facts = map[string]string{}
	}
	low := strings.ToLower(text)
	if b.done {
		return say("Ждём вас!")
	}
	if !b.started {
		b.started = true
		return append(append([]acts.Reply{}, b.hello...), b.steps[0].ask(b))
	}
	s := b.steps[b.at]
	value, ok := s.take(low, pressed)
	switch {
	case !ok:
		ask := s.ask(b)
		if s.again != "" {
			return append(say(s.again), ask)
		}
		return []acts.Reply{ask}
	case value == "отказ":
		return b.refused(b)
	}
	b.facts[s.key] = value
	if b.at++; b.at < len(b.steps) {
		return []acts.Reply{b.steps[b.at].ask(b)}
	}
	b.done = true
	return b.last(b)
}

func (b *scripted) booked() (visit, bool) {
	return visit{b.facts["service"], b.facts["time"], b.facts["name"], b.facts["phone"], b.facts["email"]}, b.done
}

func say(texts ...string) []acts.Reply {
	var out []acts.Reply
	for _, t := range texts {
		out = append(out, acts.Reply{Text: t})
	}
	return out
}

func with(text string, buttons ...string) func(*scripted) acts.Reply {
	return func(*scripted) acts.Reply { return acts.Reply{Text: text, Buttons: buttons} }
}

var (
	phonePattern = regexp.MustCompile(`(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}`)
	clockPattern = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)
	mailPattern  = regexp.MustCompile(`\S+@\S+\.\w+`)
)

func takePhone(low string, _ bool) (string, bool) {
	p := phonePattern.FindString(low)
	return p, p != ""
}

func takeClock(low string, _ bool) (string, bool) {
	t := clockPattern.FindString(low)
	return strings.ReplaceAll(t, ".", ":"), t != ""
}

func takeName(low string, _ bool) (string, bool) {
	low = strings.TrimPrefix(low, "меня зовут ")
	return low, low != "" && !strings.ContainsAny(low, "0123456789?")
}

func takeService(low string, _ bool) (string, bool) {
	for _, s := range []string{"маникюр", "педикюр", "стриж", "массаж"} {
		if strings.Contains(low, s) {
			return s, true
		}
	}
	return "", false
}

func takeConsent(low string, _ bool) (string, bool) {
	switch {
	case strings.Contains(low, "не согл") || strings.Contains(low, "отказ") || strings.HasPrefix(low, "не ") || low == "нет":
		return "отказ", true
	case strings.Contains(low, "соглас") || strings.Contains(low, "принима") || strings.Contains(low, "риза") || low == "да":
		return "да", true
	}
	return "", false
}

func takeYes(low string, _ bool) (string, bool) {
	return "да", strings.HasPrefix(low, "да") || strings.HasPrefix(low, "верно") || strings.Contains(low, "әйе") || strings.Contains(low, "подтвер")
}

// exactly accepts only the titles of buttons.
func exactly(values ...string) func(string, bool) (string, bool) {
	return func(low string, pressed bool) (string, bool) {
		for _, v := range values {
			if pressed && strings.EqualFold(low, v) {
				return low, true
			}
		}
		return "", false
	}
}

const consentText = "Для записи нужно ваше согласие на обработку персональных данных (имя, телефон). Оператор ООО «Пример». Цель: запись. Срок: один год. Отозвать можно в любой момент. Политика: https://example.ru/policy. Вы согласны?"

func otherWay(*scripted) []acts.Reply {
	return say("Хорошо, данные не сохраняем. Записаться можно по телефону +7 (843) 000-12-00.")
}

// cooperative bots: somebody who answers gets a visit.
var cooperative = map[string]func() bot{
	"салон: кнопки, согласие, время, имя, телефон": func() bot {
		return &scripted{
			steps: []step{
				{"consent", with(consentText, "Согласна", "Не согласна"), takeConsent, "Нужен ясный ответ."},
				{"service", with("На какую услугу вас записать?", "Педикюр", "Маникюр", "Стрижка"), takeService, ""},
				{"time", with("Выберите удобное время:", "завтра, 10:00", "завтра, 11:00", "пт, 15:00"), takeClock, ""},
				{"name", with("Как вас зовут?"), takeName, ""},
				{"phone", with("Ваш номер телефона?"), takePhone, "Не вижу номера."},
				{"yes", func(b *scripted) acts.Reply {
					return acts.Reply{Text: "Записываю: " + b.facts["service"] + ", завтра в " + b.facts["time"] + ". Всё верно?", Buttons: []string{"Да, всё верно", "Нет, изменить"}}
				}, takeYes, ""},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Вы записаны на " + b.facts["service"] + " завтра в " + b.facts["time"] + ". Ждём вас!")
			},
		}
	},
	"клиника: сначала контакты, одними словами": func() bot {
		return &scripted{
			hello: say("Здравствуйте! Это бот клиники «Пример»."),
			steps: []step{
				{"name", with("Представьтесь, пожалуйста: как к вам можно обращаться?"), takeName, ""},
				{"consent", with("Чтобы продолжить, подтвердите согласие на обработку персональных данных: напишите «согласен» или «не согласен»."), takeConsent, "Не разобрал ответ."},
				{"phone", with("Укажите контактный телефон для связи."), takePhone, "Это не похоже на номер телефона."},
				{"service", with("Какая услуга вас интересует?"), takeService, "Такой услуги у нас нет."},
				{"time", with("На какой день и время вас записать?"), takeClock, "Напишите время, например 12:30."},
			},
			refused: otherWay,
			last: func(b *scripted) []acts.Reply {
				return say("Спасибо!", "Ваша запись подтверждена: "+b.facts["service"]+", "+b.facts["time"]+".")
			},
		}
	},
	"анкета одним сообщением":           func() bot { return &form{} },
	"анкета без согласия, по строкам":   func() bot { return &form{noConsent: true, lines: true} },
	"меню из цифр":                      func() bot { return &digits{} },
	"многословный, как языковая модель": func() bot { return &wordy{} },
	"по-татарски":                       func() bot { return tatarBot() },
	"много сообщений в ответ": func() bot {
		return &scripted{hello: say("Привет! 👋", "Я бот студии «Пример».", "Помогу записаться."), steps: chatty(), refused: otherWay, last: lastOf("Готово! Записала вас: %s, %s 🎉")}
	},
	"без подтверждения и без имени":          func() bot { return short() },
	"главное меню, категории, виды, мастера": func() bot { return &menus{} },
	"по дням, потом по часам":                func() bot { return byDays() },
	"спрашивает почту и дату рождения":       func() bot { return thorough() },
	"понимает только кнопки":                 func() bot { return buttonsOnly() },
	"«продолжая, вы соглашаетесь»":           func() bot { return implied() },
	"сразу предлагает одно время":            func() bot { return single() },
	"сперва сбоит, потом понимает": func() bot {
		return &deaf{inner: short(), left: 2}
	},
}

func lastOf(format string) func(*scripted) []acts.Reply {
	return func(b *scripted) []acts.Reply {
		return say(fmt.Sprintf(format, b.facts["service"], "завтра в "+b.facts["time"]))
	}
}

func chatty() []step {
	return []step{
		{"service", with("Подскажите, на что хотите записаться?"), takeService, "Ой, такого не делаем 🙈"},
		{"consent", with("Супер! 💅 Ещё нужно согласие на обработку персональных данных: имя и телефон, только для записи. Даёте?", "Да, даю согласие", "Нет, не даю"), func(low string, p bool) (string, bool) {
			if strings.HasPrefix(low, "нет") || strings.HasPrefix(low, "не ") {
				return "отказ", true
			}
			return "да", strings.HasPrefix(low, "да") || strings.Contains(low, "соглас")
		}, ""},
		{"time", with("Есть окошки завтра: 11:00, 13:00 и 18:30. Какое удобно?"), takeClock, ""},
		{"phone", with("Оставьте, пожалуйста, телефон, чтобы мы могли напомнить о визите 📱"), takePhone, ""},
		{"name", with("И последнее: ваше имя?"), takeName, ""},
	}
}

func short() *scripted {
	return &scripted{
		steps: []step{
			{"service", with("Что будем делать?"), takeService, ""},
			{"time", with("Когда вам удобно?"), takeClock, ""},
			{"phone", with("Телефон?"), takePhone, ""},
		},
		refused: otherWay,
		last:    lastOf("Записали вас на %s, %s. До встречи!"),
	}
}

func byDays() *scripted {
	return &scripted{
		steps: []step{
			{"consent", with("Согласны на обработку персональных данных по нашей политике https://example.ru/p?", "Принимаю", "Отклоняю"), func(low string, p bool) (string, bool) {
				if strings.HasPrefix(low, "отклон") || strings.Contains(low, "не ") {
					return "отказ", true
				}
				return "да", strings.Contains(low, "принимаю") || strings.Contains(low, "соглас")
			}, ""},
			{"service", with("Выберите услугу:\n1. Стрижка\n2. Маникюр\n3. Массаж\nОтправьте номер."), exactWords("1", "2", "3"), "Нужна цифра от 1 до 3."},
			{"day", with("На какой день записать?", "Сегодня", "Завтра", "Послезавтра"), exactWords("сегодня", "завтра", "послезавтра"), "Выберите день из списка."},
			{"time", with("Свободное время на этот день:", "10:30", "11:00", "16:00"), takeClock, ""},
			{"name", with("Введите имя"), takeName, ""},
			{"phone", with("Введите телефон", "Отправить мой номер"), takePhone, ""},
			{"yes", with("Проверьте данные и подтвердите запись", "Подтвердить", "Отменить"), takeYes2, ""},
		},
		refused: otherWay,
		last: func(b *scripted) []acts.Reply {
			return say("✅ Запись создана: завтра, " + b.facts["time"] + ". До встречи!")
		},
	}
}

func takeYes2(low string, _ bool) (string, bool) {
	return "да", strings.Contains(low, "подтвер") || strings.HasPrefix(low, "да")
}

func exactWords(values ...string) func(string, bool) (string, bool) {
	return func(low string, _ bool) (string, bool) {
		low = strings.Trim(low, " .!")
		for _, v := range values {
			if low == v {
				return v, true
			}
		}
		return "", false
	}
}

func thorough() *scripted {
	return &scripted{
		hello: say("Добрый день! Вас приветствует медицинский центр."),
		steps: []step{
			{"name", with("Укажите, пожалуйста, вашу фамилию и имя."), takeName, ""},
			{"birth", with("Укажите дату рождения в формате ДД.ММ.ГГГГ."), func(low string, _ bool) (string, bool) {
				return low, regexp.MustCompile(`\d{2}\.\d{2}\.\d{4}`).MatchString(low)
			}, "Дата не распознана."},
			{"email", with("На какую почту прислать подтверждение?"), func(low string, _ bool) (string, bool) {
				m := mailPattern.FindString(low)
				return m, m != ""
			}, "Адрес почты не распознан."},
			{"phone", with("Ваш мобильный телефон?"), takePhone, "Телефон не распознан."},
			{"service", with("К какому специалисту или на какую процедуру записать?"), takeService, "Уточните, пожалуйста, услугу."},
			{"first", with("Вы у нас впервые?", "Да, впервые", "Нет, уже бывали"), func(low string, _ bool) (string, bool) { return low, low != "" }, ""},
			{"time", with("Ближайшее свободное время: завтра 11:00, завтра 14:00, послезавтра 9:00. Что выберете?"), takeClock, ""},
			{"comment", with("Есть ли пожелания или комментарий к записи?", "Пропустить"), func(low string, _ bool) (string, bool) { return low, low != "" }, ""},
		},
		refused: otherWay,
		last:    lastOf("Вы записаны: %s, %s. Не забудьте паспорт."),
	}
}

func buttonsOnly() *scripted {
	return &scripted{
		steps: []step{
			{"consent", with("Для продолжения примите условия обработки персональных данных", "✅ Принимаю", "❌ Не принимаю", "📄 Политика"), func(low string, pressed bool) (string, bool) {
				if !pressed {
					return "", false
				}
				if strings.Contains(low, "не принимаю") {
					return "отказ", true
				}
				return "да", strings.Contains(low, "принимаю")
			}, "Воспользуйтесь кнопками."},
			{"service", with("Выберите услугу", "💇 Стрижка (1500 ₽)", "💅 Маникюр (1800 ₽)", "🦶 Педикюр (2200 ₽)"), func(low string, pressed bool) (string, bool) {
				if !pressed {
					return "", false
				}
				return takeService(low, pressed)
			}, "Воспользуйтесь кнопками."},
			{"time", with("Выберите время", "25.11 10:00", "25.11 11:00", "26.11 12:00", "⬅️ Назад"), func(low string, pressed bool) (string, bool) {
				if !pressed {
					return "", false
				}
				return takeClock(strings.TrimPrefix(strings.TrimPrefix(low, "25.11 "), "26.11 "), pressed)
			}, "Воспользуйтесь кнопками."},
			{"yes", with("Записать вас?", "Записать", "Отмена"), exactly("записать"), "Воспользуйтесь кнопками."},
		},
		refused: otherWay,
		last:    func(b *scripted) []acts.Reply { return say("Вы успешно записаны ✅") },
	}
}

func implied() *scripted {
	return &scripted{
		hello: say("Здравствуйте! Продолжая разговор, вы соглашаетесь на обработку персональных данных: https://example.ru/p."),
		steps: []step{
			{"service", with("На какую процедуру вас записать?"), takeService, ""},
			{"time", with("Какое время вам подойдёт?"), takeClock, ""},
			{"both", with("Напишите ваше имя и номер телефона."), takePhone, "Не вижу телефона."},
		},
		refused: otherWay,
		last:    lastOf("Отлично, запись оформлена: %s, %s."),
	}
}

func single() *scripted {
	return &scripted{
		steps: []step{
			{"service", with("Здравствуйте! Какая услуга интересует?"), takeService, ""},
			{"time", with("Могу предложить завтра в 12:00. Подойдёт?"), func(low string, _ bool) (string, bool) {
				return "12:00", strings.HasPrefix(low, "да") || strings.Contains(low, "12:00")
			}, "На другое время мест нет."},
			{"name", with("Как вас записать, подскажите имя?"), takeName, ""},
			{"phone", with("И номер телефона, пожалуйста"), takePhone, ""},
		},
		refused: otherWay,
		last:    lastOf("Записал вас на %s, %s."),
	}
}

func tatarBot() bot {
	return &scripted{
		hello: say("Исәнмесез! Мин салон боты."),
		steps: []step{
			{"service", with("Нинди хезмәткә язылырга телисез?", "Маникюр", "Педикюр"), takeService, "Аңламадым."},
			{"consent", with("Шәхси мәгълүматларны эшкәртүгә ризамы сез? (исем, телефон, язылу өчен)", "Әйе, риза", "Юк, риза түгел"), func(low string, _ bool) (string, bool) {
				if strings.Contains(low, "юк") || strings.Contains(low, "не ") {
					return "отказ", true
				}
				return "да", strings.Contains(low, "риза") || strings.Contains(low, "соглас")
			}, ""},
			{"time", with("Кайсы вакыт уңайлы?", "иртәгә 10:00", "иртәгә 11:00"), takeClock, ""},
			{"name", with("Исемегез ничек?"), takeName, ""},
			{"phone", with("Телефон номерыгызны языгыз."), takePhone, ""},
		},
		refused: func(*scripted) []acts.Reply {
			return say("Ярар, мәгълүматларны сакламыйбыз. Телефон аша язылырга була: +7 (843) 000-12-00.")
		},
		last: func(b *scripted) []acts.Reply {
			return say("Сез язылдыгыз: " + b.facts["service"] + ", иртәгә " + b.facts["time"] + ".")
		},
	}
}
