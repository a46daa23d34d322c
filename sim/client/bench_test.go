package client_test

import (
	"testing"

	"progon/sim/acts"
	"progon/sim/client"
)

// BenchmarkDecision says how many decisions a second clients make on one core, from the
// bot's words to their own. Most of it is hearing: «known» is a client whose ear has
// heard the bot before, as in a run of many clients.
func BenchmarkDecision(b *testing.B) {
	for _, bm := range []struct {
		name string
		ear  func(acts.Reply) []acts.Act
	}{
		{"heard", acts.Hear},
		{"known", client.Remember(acts.Hear, 1000)},
	} {
		b.Run(bm.name, func(b *testing.B) {
			names := []string{"салон: кнопки, согласие, время, имя, телефон", "клиника: сначала контакты, одними словами", "меню из цифр", "многословный, как языковая модель", "по-татарски"}
			decisions, n := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				c := newClient(b, client.Options{Goal: client.Book, Seed: uint64(n % 100), Ear: bm.ear})
				decisions += converse(b, c, cooperative[names[n%len(names)]]()).turns
				n++
			}
			b.ReportMetric(float64(decisions)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}

func BenchmarkVary(b *testing.B) {
	n := uint64(0)
	for b.Loop() {
		client.Vary("здравствуйте, мой номер {телефон}, запишите меня на маникюр завтра", n, "ЗАП-01")
		n++
	}
}
