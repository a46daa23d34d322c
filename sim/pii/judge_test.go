package pii

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileLog)
	for _, tt := range []struct {
		name, text string
		open       []Kind
		over       int
	}{
		{"agreed mask of a phone", "тел. +7 9** ***-**-01", nil, 0},
		{"mask without spaces", "тел. 79*******12", nil, 0},
		{"placeholder", "клиент [ИМЯ], [ТЕЛЕФОН], [PHONE_1]", nil, 0},
		{"initials", "клиент А. Т.", nil, 0},
		{"stars for a name", "клиент А*** Т***", nil, 0},
		{"last four of a card", "карта **** **** **** 0124", nil, 0},
		{"year of birth", "дата рождения **.**.1989", nil, 0},
		{"seven digits readable", "тел. +7954***2206", []Kind{Phone}, 0},
		{"code of the operator readable", "тел. +7 954 111-**-**", []Kind{Phone}, 0},
		{"open phone", "тел. +7 954 111-22-33", []Kind{Phone}, 0},
		{"price eaten", "маникюр стоит *** руб.", nil, 1},
		{"order eaten", "заказ № **** готов", nil, 1},
		{"time eaten", "записали на **.** в **:**", nil, 1},
		{"service eaten", "услуга [ИМЯ]", nil, 1},
		{"nothing eaten", "заказ №4521 на 12.03 в 15:00, 1 800 руб., клиент А***", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := d.Judge(tt.text)
			var open []Kind
			for _, s := range j.Open {
				open = append(open, s.Kind)
				if s.Why == "" {
					t.Error("a finding must explain itself")
				}
			}
			if diff := cmp.Diff(tt.open, open); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
			if (len(j.Over) > 0) != (tt.over > 0) {
				t.Errorf("over-masked: %+v, want %d", j.Over, tt.over)
			}
			if j.Masked() != (len(tt.open) == 0) {
				t.Error("Masked disagrees with Open")
			}
		})
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileLog)
	original := "Алсу, +7 954 111-22-33, запись 12.03 в 15:00, 1800 руб., заказ 4521"
	for _, tt := range []struct {
		name, masked string
		over, open   int
	}{
		{"as agreed", "Алсу, +7 9** ***-**-33, запись 12.03 в 15:00, 1800 руб., заказ 4521", 0, 0},
		{"the price is gone", "Алсу, +7 9** ***-**-33, запись 12.03 в 15:00, *** руб., заказ 4521", 1, 0},
		{"everything is gone", "***", 6, 0},
		{"nothing is masked", original, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := d.Compare(original, tt.masked)
			if (len(j.Over) > 0) != (tt.over > 0) || len(j.Open) != tt.open {
				t.Errorf("over %+v, open %d; want %d and %d", j.Over, len(j.Open), tt.over, tt.open)
			}
		})
	}
}

func TestAddUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		parts []string
		want  [][]int
	}{
		{"beginning here, end there", []string{"+7 954 1**-**-**", "звонок *****12233"}, [][]int{{0, 1}}},
		{"three records", []string{"+7 954 ***-**-**", "+7 *** 111-**-**", "+7 *** ***-22-33"}, [][]int{{0, 1, 2}}},
		{"always the same mask", []string{"+7 9** ***-**-33", "+7 9** ***-**-33", "+7 9** ***-**-33"}, nil},
		{"different people", []string{"+7 954 ***-**-33", "+7 907 ***-**-12"}, nil},
		{"no phones", []string{"***", "**.**.1989"}, nil},
		{"one record", []string{"+7 954 ***-**-**"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][]int
			for _, s := range AddUp(tt.parts) {
				got = append(got, s.Parts)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHealthTracer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, said, text string
		want             bool
	}{
		{"the word", "у меня диабет", "клиент: диабет", true},
		{"another form", "у меня диабет", "при диабете нельзя", true},
		{"paraphrase", "у меня диабет", "клиентка принимает инсулин", true},
		{"code", "у меня диабет", "диагноз E11.9", true},
		{"code with a Russian letter", "у меня диабет", "диагноз Е11", true},
		{"foreign code", "у меня диабет", "диагноз J45", false},
		{"pregnancy", "я беременна", "беременность 12 недель", true},
		{"pain", "болит спина", "жалобы на боль в спине", true},
		{"allergy", "аллергия на лидокаин", "непереносимость анестезии", true},
		{"the thing it is against", "аллергия на лидокаин", "лидокаин не использовать", true},
		{"nothing of it", "у меня диабет", "запись на маникюр 12.03 в 15:00", false},
		{"other illness", "у меня диабет", "у клиента астма", false},
		{"massage of a back", "болит спина", "услуга: массаж спины", false},
		{"agreed words", "у меня диабет", "медицинский вопрос, передано человеку", false},
		{"nothing said", "", "у клиента астма", false},
		{"Tatar", "тешем авырта", "зубная боль", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHealth([]string{tt.said})
			if got := len(h.Find(tt.text)) > 0; got != tt.want {
				t.Errorf("Find(%q) = %v, want %v: %+v", tt.text, got, tt.want, h.Find(tt.text))
			}
			if len(h.Find(h.Mask(tt.text))) > 0 {
				t.Errorf("Mask(%q) = %q still tells", tt.text, h.Mask(tt.text))
			}
		})
	}
}
