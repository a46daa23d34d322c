package client_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon/sim/acts"
	"progon/sim/client"
)

func facts(more ...string) map[string]string {
	f := map[string]string{
		"name": "Алсу", "full_name": "Алсу Сафина", "surname": "Сафина", "phone": "+7 900 000-12-34", "email": "alsu@example.ru",
		"birth_date": "14.02.1991", "service": "маникюр", "time": "завтра 11:00",
	}
	for i := 0; i+1 < len(more); i += 2 {
		f[more[i]] = more[i+1]
	}
	return f
}

// talk is a conversation as a transcript.
type talk struct {
	lines []string
	turns int
}

func (t talk) String() string { return strings.Join(t.lines, "\n") }

// converse lets a client and a bot talk to the end. The bot answers each message of a
// burst by itself.
func converse(t testing.TB, c *client.Client, b bot) talk {
	t.Helper()
	var tr talk
	words, done := c.Open(), false
	for !done {
		var replies []acts.Reply
		for _, u := range words {
			text := u.Text
			if u.Button != "" {
				text = u.Button
				tr.lines = append(tr.lines, "К: ["+text+"]")
			} else {
				tr.lines = append(tr.lines, "К: "+text)
			}
			answer := b.hear(text, u.Button != "")
			for _, r := range answer {
				tr.lines = append(tr.lines, fmt.Sprintf("Б: %s %q", r.Text, r.Buttons))
			}
			replies = append(replies, answer...)
		}
		if tr.turns++; tr.turns > 100 {
			t.Fatalf("the conversation does not end:\n%s", tr)
		}
		words, done = c.Hear(replies)
		if !done && len(words) == 0 {
			t.Fatalf("the client says nothing and is not done:\n%s", tr)
		}
	}
	tr.lines = append(tr.lines, "— "+c.Stopped().Russian)
	return tr
}

func newClient(t testing.TB, o client.Options) *client.Client {
	t.Helper()
	if o.Facts == nil {
		o.Facts = facts()
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seeds is how many clients of each sort talk to each bot.
func seeds() uint64 {
	if testing.Short() {
		return 20
	}
	return 1000
}

// TestReachesItsGoal is the promise: with bots that cooperate, in every manner, the
// client reaches its goal in 99 of 100 conversations, and never believes it did where the
// bot wrote nothing down.
func TestReachesItsGoal(t *testing.T) {
	t.Parallel()
	all := maps.Clone(cooperative)
	maps.Copy(all, others)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached, turns := 0, 0
			failed := map[client.Manner]string{}
			for seed := range seeds() {
				manner := client.Manners()[seed%uint64(len(client.Manners()))]
				b := all[name]()
				c := newClient(t, client.Options{Goal: client.Book, Manner: manner, Seed: seed, Female: true})
				tr := converse(t, c, b)
				v, booked := b.booked()
				if c.Reached() && !booked {
					t.Fatalf("seed %d: reached, but nothing is booked:\n%s", seed, tr)
				}
				if c.Reached() {
					reached++
					turns += tr.turns
					if v == (visit{}) {
						t.Fatalf("seed %d: booked nothing: %+v\n%s", seed, v, tr)
					}
				} else {
					failed[manner] = tr.String()
				}
			}
			share := float64(reached) / float64(seeds())
			t.Logf("%.1f %% из %d, ходов в среднем %.1f", 100*share, seeds(), float64(turns)/float64(max(reached, 1)))
			if share < 0.99 {
				for m, tr := range failed {
					t.Errorf("manner «%s»:\n%s", m, tr)
				}
			}
		})
	}
}

// TestEndsProperly: with a bot that does not cooperate the client stops for the right
// reason, within its patience, and says so in Russian.
func TestEndsProperly(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(uncooperative)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := uncooperative[name]
			for seed := range seeds() / 4 {
				manner := client.Manners()[seed%uint64(len(client.Manners()))]
				c := newClient(t, client.Options{Goal: client.Book, Manner: manner, Seed: seed})
				tr := converse(t, c, &counting{answer: want.answer})
				if c.Reached() || !strings.Contains(want.reasons, c.Stopped().Reason) {
					t.Fatalf("seed %d: stopped as %q, want %s:\n%s", seed, c.Stopped().Reason, want.reasons, tr)
				}
				if tr.turns > 16 {
					t.Fatalf("seed %d: %d turns", seed, tr.turns)
				}
			}
		})
	}
}

func TestAttitudesToConsent(t *testing.T) {
	t.Parallel()
	asks := []string{"салон: кнопки, согласие, время, имя, телефон", "клиника: сначала контакты, одними словами", "анкета одним сообщением", "меню из цифр", "многословный, как языковая модель", "по-татарски", "много сообщений в ответ", "главное меню, категории, виды, мастера", "по дням, потом по часам", "понимает только кнопки"}
	for attitude, reasons := range map[client.Consent]string{client.Refuses: "refused loop", client.Evades: "refused loop", client.Silent: "silent"} {
		for _, name := range asks {
			t.Run(string(attitude)+"/"+name, func(t *testing.T) {
				t.Parallel()
				for seed := range seeds() / 10 {
					b := cooperative[name]()
					c := newClient(t, client.Options{Goal: client.Book, Consent: attitude, Seed: seed, Manner: client.Manners()[seed%uint64(len(client.Manners()))]})
					tr := converse(t, c, b)
					if _, booked := b.booked(); booked || c.Reached() {
						t.Fatalf("seed %d: booked without consent:\n%s", seed, tr)
					}
					if !strings.Contains(reasons, c.Stopped().Reason) {
						t.Fatalf("seed %d: stopped as %q, want %s:\n%s", seed, c.Stopped().Reason, reasons, tr)
					}
					if name != "клиника: сначала контакты, одними словами" && strings.Contains(tr.String(), "К: Алсу") || strings.Contains(tr.String(), "000-12-34") {
						t.Fatalf("seed %d: personal data without consent:\n%s", seed, tr)
					}
				}
			})
		}
	}
}

// TestSaysNothingUnasked: consent and personal data come only after the question.
func TestSaysNothingUnasked(t *testing.T) {
	t.Parallel()
	for _, g := range client.Goals() {
		for _, m := range client.Manners() {
			for seed := range uint64(50) {
				c := newClient(t, client.Options{Goal: g, Manner: m, Seed: seed, Facts: facts("question", "сколько стоит стрижка?")})
				var said []string
				for _, u := range c.Open() {
					said = append(said, u.Text)
				}
				for range 3 {
					say, _ := c.Hear([]acts.Reply{{Text: "Здравствуйте!"}})
					for _, u := range say {
						said = append(said, u.Text)
					}
				}
				all := strings.ToLower(strings.Join(said, " "))
				for _, word := range []string{"алсу", "сафина", "000-12-34", "@example", "1991", "да, согласна", "согласен"} {
					if strings.Contains(all, word) {
						t.Fatalf("%s, %s: says %q unasked: %s", g, m, word, all)
					}
				}
			}
		}
	}
}

func TestSameSeedSameWords(t *testing.T) {
	t.Parallel()
	different := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(cooperative)) {
		for seed := range uint64(30) {
			o := client.Options{Goal: client.Book, Seed: seed, Manner: client.Manners()[seed%11], Interjections: []string{"а сколько стоит?"}}
			one := converse(t, newClient(t, o), cooperative[name]()).String()
			two := converse(t, newClient(t, o), cooperative[name]()).String()
			if diff := cmp.Diff(one, two); diff != "" {
				t.Fatalf("%s, seed %d (-one +two):\n%s", name, seed, diff)
			}
			different[one] = true
		}
	}
	if len(different) < 16*15 {
		t.Errorf("only %d different conversations", len(different))
	}
}

// TestTurns plays single turns whose answer is known.
func TestTurns(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC) // a Tuesday
	for _, tt := range []struct {
		name    string
		options client.Options
		replies []acts.Reply
		want    string // what is said; messages are divided by « | », buttons stand in brackets
		stop    string
	}{
		{"несколько вопросов, в порядке вопросов", client.Options{Goal: client.Book}, say("Напишите телефон и ваше имя."), "+7 900 000-12-34, Алсу", ""},
		{"фамилия и имя", client.Options{Goal: client.Book}, say("Укажите ваши фамилию и имя."), "Алсу Сафина", ""},
		{"кнопка согласия другими словами", client.Options{Goal: client.Book}, []acts.Reply{{Text: consentText, Buttons: []string{"Не принимаю", "Принимаю"}}}, "[Принимаю]", ""},
		{"отказ кнопкой", client.Options{Goal: client.Book, Consent: client.Refuses}, []acts.Reply{{Text: consentText, Buttons: []string{"✅ Даю согласие", "❌ Не даю"}}}, "[❌ Не даю]", ""},
		{"отказ словами, когда кнопки для него нет", client.Options{Goal: client.Book, Consent: client.Refuses, Female: true}, []acts.Reply{{Text: consentText, Buttons: []string{"Согласен"}}}, "не согласна", ""},
		{"завтра по календарю", client.Options{Goal: client.Book, Now: today}, []acts.Reply{{Text: "Выберите время:", Buttons: []string{"вт, 24 ноября, 11:00", "ср, 25 ноября, 11:00", "чт, 26 ноября, 11:00"}}}, "[ср, 25 ноября, 11:00]", ""},
		{"ближайшее к желаемому", client.Options{Goal: client.Book, Now: today}, []acts.Reply{{Text: "Выберите время:", Buttons: []string{"25 ноября, 18:00", "25 ноября, 12:30", "30 ноября, 11:00"}}}, "[25 ноября, 12:30]", ""},
		{"строгий клиент не берёт другое время", client.Options{Goal: client.Book, Strict: true, Now: today}, []acts.Reply{{Text: "Выберите время:", Buttons: []string{"25 ноября, 18:00"}}}, "нет, мне нужно только на завтра 11:00", ""},
		{"меню ведёт к цели", client.Options{Goal: client.Cancel}, []acts.Reply{{Text: "Чем помочь?", Buttons: []string{"Записаться", "Отменить запись", "Цены"}}}, "[Отменить запись]", ""},
		{"да, отменить", client.Options{Goal: client.Cancel}, []acts.Reply{{Text: "Вы уверены, что хотите отменить запись?", Buttons: []string{"Оставить", "Да, отменить"}}}, "[Да, отменить]", ""},
		{"отменено", client.Options{Goal: client.Cancel}, say("Ваша запись отменена."), "", "reached"},
		{"отмена только обещана", client.Options{Goal: client.Cancel}, say("Чтобы запись была отменена, подтвердите отмену."), "*", ""},
		{"не отменено", client.Options{Goal: client.Cancel}, say("Запись не отменена: до неё меньше часа."), "*", ""},
		{"перенесено", client.Options{Goal: client.Move}, say("Запись перенесена на завтра, 11:00."), "", "reached"},
		{"прежняя запись только названа", client.Options{Goal: client.Move}, say("Вы записаны на сегодня в 15:00. На какое время перенести?"), "завтра 11:00", ""},
		{"записан не туда", client.Options{Goal: client.Book}, say("Вы записаны на завтра в 18:00."), "нет, мне нужно: маникюр, завтра 11:00", ""},
		{"повторено не то время", client.Options{Goal: client.Book}, say("Записываю вас на завтра в 19:00. Всё верно?"), "нет, не так, правильно: завтра 11:00", ""},
		{"повторён не тот телефон", client.Options{Goal: client.Book}, say("Ваш телефон: +7 900 000-99-99. Всё верно?"), "нет, не так, правильно: +7 900 000-12-34", ""},
		{"человек вместо бота", client.Options{Goal: client.Book}, say("Соединяю с администратором, ожидайте."), "", "handover"},
		{"вопрос о здоровье передан", client.Options{Goal: client.Medical, Facts: facts("question", "болит зуб, что принять?")}, say("Ваш вопрос передан врачу, он ответит в этом чате."), "", "handover"},
		{"вопрос о цене", client.Options{Goal: client.Ask, Facts: facts("question", "сколько стоит маникюр?")}, say("Маникюр стоит 1800 рублей."), "", "reached"},
		{"на вопрос не ответили", client.Options{Goal: client.Ask, Facts: facts("question", "сколько стоит маникюр?")}, say("Извините, я вас не понял."), "*", ""},
		{"приветствие не ответ", client.Options{Goal: client.Ask, Facts: facts("question", "во сколько вы закрываетесь?")}, say("Здравствуйте! Чем могу помочь?"), "*", ""},
		{"согласие отозвано", client.Options{Goal: client.Withdraw}, say("Отзыв согласия принят, данные уничтожим в течение 30 дней."), "", "reached"},
		{"требование не понято", client.Options{Goal: client.Delete}, say("Какая услуга вас интересует?"), "*", ""},
		{"жалоба принята", client.Options{Goal: client.Complain}, say("Вашу жалобу приняли, управляющий разберётся."), "", "reached handover"},
		{"кнопка, которая ведёт дальше", client.Options{Goal: client.Book}, []acts.Reply{{Text: "Добро пожаловать в наш салон красоты.", Buttons: []string{"Начать"}}}, "[Начать]", ""},
		{"да или плюс", client.Options{Goal: client.Book}, say("Нужно согласие на обработку персональных данных. Отправьте «+», если согласны."), "+", ""},
		{"номер варианта не телефон", client.Options{Goal: client.Book}, say("Выберите услугу и отправьте номер варианта:\n1. Педикюр\n2. Маникюр"), "2", ""},
		{"слоты одного дня", client.Options{Goal: client.Book}, say("Могу записать на завтра: 9:00, 11:00, 14:30. Во сколько подойдёте?"), "завтра 11:00", ""},
		{"пожелание по мастеру", client.Options{Goal: client.Book}, []acts.Reply{{Text: "К какому мастеру вас записать?", Buttons: []string{"Анна", "Любой мастер"}}}, "[Любой мастер]", ""},
		{"рассылка не согласие на обработку", client.Options{Goal: client.Book}, []acts.Reply{{Text: "Хотите получать рассылку об акциях?", Buttons: []string{"Да", "Нет"}}}, "[Нет]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, tt.options)
			c.Open()
			words, _ := c.Hear(tt.replies)
			var said []string
			for _, u := range words {
				if u.Button != "" {
					said = append(said, "["+u.Button+"]")
				} else {
					said = append(said, u.Text)
				}
			}
			got := strings.Join(said, " | ")
			if tt.want == "*" && got != "" {
				got = "*"
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("says (-want +got):\n%s", diff)
			}
			if r := c.Stopped().Reason; r == "" != (tt.stop == "") || !strings.Contains(tt.stop, r) {
				t.Errorf("stopped as %q (%s), want %q", r, c.Stopped().Russian, tt.stop)
			}
		})
	}
}

func TestInterjectsOnceAndGoesOn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"многословный, как языковая модель", "салон: кнопки, согласие, время, имя, телефон", "много сообщений в ответ", "анкета без согласия, по строкам", "по-татарски"} {
		c := newClient(t, client.Options{Goal: client.Book, Interjections: []string{"а сколько это стоит?"}})
		tr := converse(t, c, cooperative[name]())
		if n := strings.Count(tr.String(), "а сколько это стоит?"); n != 1 || !c.Reached() {
			t.Errorf("%s: asked %d times, stopped as %q:\n%s", name, n, c.Stopped().Reason, tr)
		}
	}
}

func TestCorrectsItself(t *testing.T) {
	t.Parallel()
	b := &wordy{}
	c := newClient(t, client.Options{Goal: client.Book, Female: true, Facts: facts("phone_first", "+7 900 000-99-99")})
	tr := converse(t, c, b)
	if !c.Reached() || b.v.phone != "+7 900 000-12-34" {
		t.Errorf("the bot has %q:\n%s", b.v.phone, tr)
	}
}

func TestNewRejects(t *testing.T) {
	t.Parallel()
	for _, o := range []client.Options{
		{}, {Goal: "полетать"}, {Goal: client.Book}, {Goal: client.Ask}, {Goal: client.Medical},
		{Goal: client.Cancel, Consent: "может быть"}, {Goal: client.Cancel, Manner: "стихами"},
	} {
		if _, err := client.New(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

func TestRemember(t *testing.T) {
	t.Parallel()
	times := 0
	ear := client.Remember(func(r acts.Reply) []acts.Act {
		times++
		return acts.Hear(r)
	}, 2)
	for _, tt := range []struct {
		reply acts.Reply
		times int
	}{
		{acts.Reply{Text: "Как вас зовут?"}, 1},
		{acts.Reply{Text: "Как вас зовут?"}, 1},
		{acts.Reply{Text: "Выберите", Buttons: []string{"Да", "Нет"}}, 2},
		{acts.Reply{Text: "Выберите", Buttons: []string{"Да"}}, 3}, // begins anew
		{acts.Reply{Text: "Как вас зовут?"}, 4},
	} {
		if diff := cmp.Diff(acts.Hear(tt.reply), ear(tt.reply)); diff != "" || times != tt.times {
			t.Errorf("%+v: heard %d times, want %d; (-want +got):\n%s", tt.reply, times, tt.times, diff)
		}
	}
}
