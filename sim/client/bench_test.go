package client_test

import (
	"testing"

	"progon/sim/client"
)

// BenchmarkDecision says how many decisions a second clients make on one core, from the
// bot's words to their own: hearing is the greater part of it.
func BenchmarkDecision(b *testing.B) {
	names := []string{"салон: кнопки, согласие, время, имя, телефон", "клиника: сначала контакты, одними словами", "меню из цифр", "многословный, как языковая модель", "по-татарски"}
	decisions := 0
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		c := newClient(b, client.Options{Goal: client.Book, Seed: uint64(n)})
		decisions += converse(b, c, cooperative[names[n%len(names)]]()).turns
		n++
	}
	b.ReportMetric(float64(decisions)/b.Elapsed().Seconds(), "decisions/s")
}

func BenchmarkVary(b *testing.B) {
	n := uint64(0)
	for b.Loop() {
		client.Vary("здравствуйте, мой номер {телефон}, запишите меня на маникюр завтра", n, "ЗАП-01")
		n++
	}
}
