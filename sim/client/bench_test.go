package client_test

import (
	"strings"
	"testing"

	"progon/sim/acts"
	"progon/sim/client"
)

// BenchmarkDecision says how many decisions a second clients make on one core, from the
// bot's words to their own. Most of it is hearing: «known» is the client alone, with an
// ear that has heard every reply before.
func BenchmarkDecision(b *testing.B) {
	known := map[string][]acts.Act{}
	for _, bm := range []struct {
		name string
		ear  func(acts.Reply) []acts.Act
	}{
		{"heard", acts.Hear},
		{"known", func(r acts.Reply) []acts.Act {
			key := r.Text + strings.Join(r.Buttons, "|")
			a, ok := known[key]
			if !ok {
				a = acts.Hear(r)
				known[key] = a
			}
			return a
		}},
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
