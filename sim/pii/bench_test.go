package pii

import (
	"strings"
	"testing"
)

// realistic is what a bot of a salon logs in a quarter of a minute.
var realistic = strings.Repeat(`{"ts":"2026-09-17T12:00:01.123+03:00","level":"info","msg":"входящее сообщение","trace_id":"6f1c2f7e3b1a4e599a705d7712f0a9b1","chat_id":48213377,"text":"Здравствуйте! Можно записаться на маникюр завтра в 12:30? Сколько будет стоить с покрытием?"}
{"ts":"2026-09-17T12:00:02.456+03:00","level":"info","msg":"ответ","trace_id":"6f1c2f7e3b1a4e599a705d7712f0a9b1","text":"Добрый день! Маникюр с покрытием стоит 1 800 ₽, свободно завтра в 11:00, 12:30 и 17:15. На какое время вас записать?","tokens":{"prompt":350,"completion":48}}
{"ts":"2026-09-17T12:00:03.789+03:00","level":"debug","msg":"crm.lead.add","trace_id":"6f1c2f7e3b1a4e599a705d7712f0a9b1","request":{"fields":{"TITLE":"Заявка из чата","STATUS_ID":"NEW","PHONE":[{"VALUE":"+7 9** ***-**-21","VALUE_TYPE":"WORK"}]}},"duration_ms":142,"lead_id":48213}
{"ts":"2026-09-17T12:00:04.012+03:00","level":"info","msg":"напоминание отправлено","chat_id":48213378,"text":"Напоминаем: вы записаны на стрижку 18.09 в 10:00, мастер Диана. Если планы изменятся, напишите нам, пожалуйста.","delivered":true}
`, 64)

func BenchmarkFind(b *testing.B) {
	d := NewDetector(ProfileLog)
	b.SetBytes(int64(len(realistic)))
	b.ReportAllocs()
	for b.Loop() {
		d.Find(realistic)
	}
}

func BenchmarkFindLine(b *testing.B) {
	d := NewDetector(ProfileLog)
	line := "Мой телефон +7 907 765-43-21, запишите Сафину Алсу на завтра в 12:30, заказ №15"
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		d.Find(line)
	}
}

func BenchmarkFindProse(b *testing.B) {
	d := NewDetector(ProfileChat)
	text := strings.Repeat("Добрый вечер, подскажите, есть ли свободное время на этой неделе после работы, хотелось бы сделать окрашивание и стрижку у того же мастера, что и в прошлый раз. Спасибо большое, очень понравилось, всем подругам советую ваш салон! ", 200)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d.Find(text)
	}
}

// BenchmarkFindDense is an export in which every line is personal data.
func BenchmarkFindDense(b *testing.B) {
	d := NewDetector(ProfileCRM)
	text := strings.Repeat("12;Гайнутдинова Эльвира Маратовна;+7 907 999-88-77;elvira@example.com;12.03.1989;2204 3210 5550 0177;г. Казань, ул. Прогонная, д. 5\n", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d.Find(text)
	}
}
