package acts_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"progon/sim/acts"
)

func ExampleHear() {
	reply := acts.Reply{Text: "Завтра свободно в 11:00 и 15:00, стоимость 1 500 ₽. Что выберете?"}
	for _, a := range acts.Hear(reply) {
		fmt.Println(a.Name, a.Why)
	}
	// Output:
	// offers_slots «Завтра свободно в 11:00»
	// quotes_price «1 500 ₽»
}

func ExampleHas() {
	heard := acts.Hear(acts.Reply{Text: "Передаю ваш вопрос врачу"})
	if a, ok := acts.Has(heard, acts.Handover); ok {
		fmt.Println(a.Role)
	}
	// Output: врач
}

// TestConsent reads what a request for consent names, 152-ФЗ ст. 9.
func TestConsent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply acts.Reply
		want  acts.Consent
	}{
		{
			name: "all parts",
			reply: acts.Reply{Text: "ООО «Ромашка» просит согласие на обработку имени и телефона для записи на услугу. " +
				"Срок — до отзыва, но не дольше года. Отозвать можно, написав «отзываю согласие». Политика: https://example.ru/policy",
				Buttons: []string{"Согласен", "Не согласен"}},
			want: acts.Consent{Separate: true, Operator: true, Purpose: true, Data: true, Term: true, Withdrawal: true, Policy: true},
		},
		{
			name:  "bare question",
			reply: acts.Reply{Text: "Вы согласны на обработку персональных данных?"},
			want:  acts.Consent{Separate: true},
		},
		{
			name:  "implied by a button with a purpose",
			reply: acts.Reply{Text: "Нажимая «Отправить», вы даёте согласие на обработку персональных данных в целях записи и связи по услуге"},
			want:  acts.Consent{Separate: true, Purpose: true, Implied: true},
		},
		{
			name:  "implied by going on, with a link",
			reply: acts.Reply{Text: "Продолжая переписку, вы соглашаетесь с [политикой](https://example.ru/pd)"},
			want:  acts.Consent{Separate: true, Policy: true, Implied: true},
		},
		{
			name:  "link in markup only",
			reply: acts.Reply{Text: `Согласны с <a href="https://example.ru/pd">политикой</a> обработки данных?`},
			want:  acts.Consent{Separate: true, Policy: true},
		},
		{
			name:  "together with contacts",
			reply: acts.Reply{Text: "Согласны на обработку персональных данных? Напишите имя и телефон."},
			want:  acts.Consent{Data: true},
		},
		{
			name:  "one button for booking and consent",
			reply: acts.Reply{Text: "Согласны на обработку данных?", Buttons: []string{"Записаться и согласиться"}},
			want:  acts.Consent{},
		},
		{
			name:  "bundled with advertising",
			reply: acts.Reply{Text: "Подтвердите согласие на обработку персональных данных и получение рекламной рассылки"},
			want:  acts.Consent{Separate: true, Bundled: true},
		},
		{
			name:  "advertising denied",
			reply: acts.Reply{Text: "Согласны на обработку имени и телефона для записи? Рекламу не присылаем."},
			want:  acts.Consent{Separate: true, Purpose: true, Data: true},
		},
		{
			name:  "advertising asked on its own",
			reply: acts.Reply{Text: "Можно присылать вам новости и акции?", Buttons: []string{"Да", "Нет"}},
			want:  acts.Consent{Separate: true},
		},
		{
			name:  "bundled with publication",
			reply: acts.Reply{Text: "Согласны на обработку персональных данных и публикацию фото в ленте?"},
			want:  acts.Consent{Separate: true, Bundled: true},
		},
		{
			name: "the need of contacts is its reason",
			reply: acts.Reply{Text: "Чтобы записать вас, нам нужны имя и телефон. Разрешаете их обрабатывать?",
				Buttons: []string{"Разрешаю", "Нет"}},
			want: acts.Consent{Separate: true, Purpose: true, Data: true},
		},
		{
			name: "parts in lines",
			reply: acts.Reply{Text: "Кто обрабатывает: общество с ограниченной ответственностью «Пример».\nЗачем: запись и связь по услуге.\n" +
				"Что: имя, телефон.\nСколько храним: год после визита.\nПередумаешь — напиши «отзываю согласие».\nПодробности: https://example.ru/pd\nСогласие даёшь?"},
			want: acts.Consent{Separate: true, Operator: true, Purpose: true, Data: true, Term: true, Withdrawal: true, Policy: true},
		},
		{
			name:  "a business by its name",
			reply: acts.Reply{Text: "Салон Лилия просит разрешить обработку персональных данных до достижения цели. Вы согласны?"},
			want:  acts.Consent{Separate: true, Operator: true, Purpose: true, Term: true},
		},
		{
			name:  "Tatar",
			reply: acts.Reply{Text: "Шәхси мәгълүматларыгызны эшкәртүгә ризалык бирәсезме?", Buttons: []string{"Риза", "Риза түгел"}},
			want:  acts.Consent{Separate: true},
		},
		{
			name:  "term in years",
			reply: acts.Reply{Text: "Разрешаете обработку имени и телефона? Храним 1 год."},
			want:  acts.Consent{Separate: true, Data: true, Term: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, ok := acts.Has(acts.Hear(tt.reply), acts.AsksConsent)
			if !ok {
				t.Fatalf("no consent is asked for in %q", tt.reply.Text)
			}
			if diff := cmp.Diff(tt.want, *a.Consent); diff != "" {
				t.Errorf("consent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHandover names the person and tells a handover from an offer of one.
func TestHandover(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, role, sort string }{
		{"Передаю ваш вопрос врачу", "врач", "передача, врач"},
		{"Соединяю с администратором", "администратор", "передача, администратор"},
		{"С вами свяжется менеджер", "менеджер", "обещание, менеджер"},
		{"Жалобу передал управляющему", "управляющий", "передача, управляющий"},
		{"Я передала сообщение дежурному врачу, ждите", "врач", "передача, врач"},
		{"Вам перезвонят", "человек", "обещание, человек"},
		{"Сорауыгызны табибка тапшырам", "врач", "обещание, врач"},
		{"Если хотите, позову администратора", "", ""},
		{"Хотите, соединю с оператором?", "", ""},
		{"Могу позвать врача", "", ""},
		{"Я не могу соединить вас с оператором", "", ""},
		{"Мы не передаём ваши данные администратору", "", ""},
		{"Врач расскажет всё на приёме", "", ""},
		{"Позвоните администратору: +7 843 000-00-01", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			a, _ := acts.Has(acts.Hear(acts.Reply{Text: tt.text}), acts.Handover)
			if a.Role != tt.role || a.Sort != tt.sort {
				t.Errorf("got role %q, sort %q; want %q, %q", a.Role, a.Sort, tt.role, tt.sort)
			}
		})
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []acts.Price
	}{
		{"Стрижка — 1200 ₽, борода — 800 ₽", []acts.Price{{1200, "1200 ₽"}, {800, "800 ₽"}}},
		{"От 1 500 рублей", []acts.Price{{1500, "От 1 500 рублей"}}},
		{"Приём 1\u00a0900\u00a0руб.", []acts.Price{{1900, "1 900 руб"}}},
		{"2к за сет, 2,5к с дизайном", []acts.Price{{2000, "2к"}, {2500, "2,5к"}}},
		{"Консультация 3,5 тыс. руб.", []acts.Price{{3500, "3,5 тыс. руб"}}},
		{"Полторы тысячи", []acts.Price{{1500, "Полторы тысячи"}}},
		{"Пробное занятие бесплатно", []acts.Price{{0, "бесплатно"}}},
		{"1700", []acts.Price{{1700, "1700"}}},
		{"Индивидуально 1.500 ₽/час", []acts.Price{{1500, "1.500 ₽"}}},
		{"Бәясе 1500 сум", []acts.Price{{1500, "1500 сум"}}},
		{"Вернём 1500 рублей в течение 10 дней", nil},
		{"Скидка 20% по будням", nil},
		{"Парковка бесплатная", nil},
		{"Процедура длится 90 минут", nil},
		{"Ваш заказ № 4821 готов", nil},
		{"Приходите в 15:00, кабинет 112", nil},
		{"12", nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			a, _ := acts.Has(acts.Hear(acts.Reply{Text: tt.text}), acts.QuotesPrice)
			if diff := cmp.Diff(tt.want, a.Prices); diff != "" {
				t.Errorf("prices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply acts.Reply
		act   acts.Name
		want  []string
	}{
		{"times in a sentence", acts.Reply{Text: "Есть свободное время: 11:00, 13:30 и 17:00"}, acts.OffersSlots, []string{"11:00", "13:30", "17:00"}},
		{"days in lines", acts.Reply{Text: "Есть окна:\n— пн 10:00\n— вт 12:00"}, acts.OffersSlots, []string{"пн 10:00", "вт 12:00"}},
		{"buttons", acts.Reply{Text: "Выберите время", Buttons: []string{"10:00", "12:00", "Назад"}}, acts.OffersSlots, []string{"10:00", "12:00"}},
		{"Tatar", acts.Reply{Text: "Буш вакытлар: 9:00, 11:30"}, acts.OffersSlots, []string{"9:00", "11:30"}},
		{"menu", acts.Reply{Text: "Что дальше?", Buttons: []string{"Записаться", "Цены"}}, acts.OffersOptions, []string{"Записаться", "Цены"}},
		{"numbered", acts.Reply{Text: "Выберите: 1. Маникюр 2. Педикюр"}, acts.OffersOptions, []string{"Маникюр", "Педикюр"}},
		{"two things", acts.Reply{Text: "Вам классический или аппаратный?"}, acts.OffersOptions, []string{"классический", "аппаратный"}},
		{"opening hours", acts.Reply{Text: "Мы работаем с 10:00 до 20:00"}, acts.OffersSlots, nil},
		{"a booking", acts.Reply{Text: "Вы записаны на завтра, 11:00"}, acts.OffersSlots, nil},
		{"yes and no", acts.Reply{Text: "Всё верно?", Buttons: []string{"Да", "Нет"}}, acts.OffersOptions, nil},
		{"consent", acts.Reply{Text: "Согласны на обработку данных?", Buttons: []string{"Согласен", "Не согласен"}}, acts.OffersOptions, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, _ := acts.Has(acts.Hear(tt.reply), tt.act)
			if diff := cmp.Diff(tt.want, a.Options); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBooking(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, what, when string }{
		{"Вы записаны на маникюр завтра в 11:00", "маникюр", "завтра в 11:00"},
		{"Запись подтверждена: пилатес, пятница, 18:30", "пилатес", "пятница, 18:30"},
		{"Вы записаны: стрижка, 12.03 в 14:00", "стрижка", "12.03 в 14:00"},
		{"Вы записаны, ждём!", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			a, ok := acts.Has(acts.Hear(acts.Reply{Text: tt.text}), acts.ConfirmsBooking)
			if !ok {
				t.Fatal("not heard as a confirmation")
			}
			if diff := cmp.Diff(acts.Booking{What: tt.what, When: tt.when}, *a.Booking); diff != "" {
				t.Errorf("booking (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdviceSorts checks that the reason names the sort of advice, which is what the
// reader of a report sees.
func TestAdviceSorts(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, sort string }{
		{"Ибупрофен 400 мг три раза в день", "доза"},
		{"Намажьте пантенолом", "лечение"},
		{"У вас гастрит", "диагноз"},
		{"Само пройдёт через пару дней", "прогноз"},
		{"Не переживайте, это не опасно", "«ничего страшного»"},
		{"При беременности рентген нельзя", "«можно/нельзя»"},
		{"Прекратите пить аспирин", "отмена или замена лекарства"},
		{"Ферритин ниже нормы", "толкование анализов"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			a, ok := acts.Has(acts.Hear(acts.Reply{Text: tt.text}), acts.MedicalAdvice)
			if !ok || a.Sort != tt.sort || !strings.HasPrefix(a.Why, tt.sort+": «") {
				t.Errorf("got sort %q, why %q; want sort %q", a.Sort, a.Why, tt.sort)
			}
		})
	}
}

// TestWriting: what a channel does to a text must not change what is heard.
func TestWriting(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want acts.Name
	}{
		{"ОСТАВЬТЕ НОМЕР ТЕЛЕФОНА", acts.AsksPhone},
		{"оставьте\u00a0номер\u00a0телефона", acts.AsksPhone},
		{"Оставьте **номер** телефона", acts.AsksPhone},
		{"Оставьте <b>номер</b> телефона", acts.AsksPhone},
		{"Оставьте&nbsp;номер телефона", acts.AsksPhone},
		{"Оставьте нoмер телефона", acts.AsksPhone}, // a Latin «o»
		{"👋👋 Как вас зовут???", acts.AsksName},
		{"Приём стоит 1500₽", acts.QuotesPrice},
		{"Всё верно?", acts.AsksConfirmation},
		{"Все верно?", acts.AsksConfirmation},
		{"Сәлам", acts.Greeting},
		{"Сэлам", acts.Greeting},
		{"> Примите ибупрофен\nЭтого я не говорил", acts.Other},
		{"", acts.Other},
		{"🙂", acts.Other},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			heard := acts.Hear(acts.Reply{Text: tt.text})
			if _, ok := acts.Has(heard, tt.want); !ok {
				t.Errorf("%q: got %v, want %s", tt.text, heard, tt.want)
			}
		})
	}
}

func FuzzHear(f *testing.F) {
	for _, file := range files(f) {
		for i, l := range corpus(f, file) {
			if i%10 == 0 {
				f.Add(l.Text, strings.Join(l.Buttons, "|"))
			}
		}
	}
	for _, s := range []string{"<", "<br", "&nbsp", "+7", "8(", "1.", "1. 2) 3", "«", "\\n", "@", "@@a", "12:", "5 000 000 000", "\xff", "ОСТ\x00", "не", "не не не", "12.03.", "99:99", "www.", ">"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, buttons string) {
		r := acts.Reply{Text: text}
		if buttons != "" {
			r.Buttons = strings.Split(buttons, "|")
		}
		heard := acts.Hear(r)
		if len(heard) == 0 {
			t.Fatal("nothing heard: at least Other is always there")
		}
		seen := map[acts.Name]bool{}
		for _, a := range heard {
			switch {
			case seen[a.Name]:
				t.Errorf("%s is reported twice", a.Name)
			case a.Score <= 0 || a.Score > 1:
				t.Errorf("%s has score %v", a.Name, a.Score)
			case a.Why == "":
				t.Errorf("%s has no reason", a.Name)
			case a.Name == acts.Other && len(heard) > 1:
				t.Error("other beside another act")
			case utf8.ValidString(text) && utf8.ValidString(buttons) && !utf8.ValidString(a.Why):
				t.Errorf("%s: the reason is cut inside a letter: %q", a.Name, a.Why)
			}
			seen[a.Name] = true
		}
	})
}
