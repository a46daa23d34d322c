package client_test

import (
	"strings"
	"testing"

	"progon/sim/acts"
	"progon/sim/client"
)

// FuzzHear: whatever a bot says, the client neither panics nor talks beyond its patience,
// never is silent without being done, and always says why it stopped.
func FuzzHear(f *testing.F) {
	f.Add("Как вас зовут?", "Да|Нет", "Вы записаны на завтра в 11:00.", uint64(1))
	f.Add("1. Записаться\n2️⃣ Цены\n3)", "⬅️|", "Выберите время: 10:00, 99:99, 32.13", uint64(2))
	f.Add(consentText, "✅|❌", "", uint64(3))
	f.Add("\xff{}{name}", "{", "}", uint64(4))
	f.Fuzz(func(t *testing.T, first, buttons, second string, seed uint64) {
		manners, goals := client.Manners(), client.Goals()
		c, err := client.New(client.Options{
			Goal: goals[seed%uint64(len(goals))], Manner: manners[seed/8%uint64(len(manners))], Seed: seed,
			Consent: []client.Consent{client.Gives, client.Refuses, client.Evades, client.Silent}[seed/100%4],
			Facts:   facts("question", "сколько стоит?"), Interjections: []string{"где вы находитесь?"}, Strict: seed%3 == 0, Patience: 12,
		})
		if err != nil {
			t.Fatal(err)
		}
		words, done := c.Open(), false
		for turn := 1; !done; turn++ {
			if turn > 12 {
				t.Fatal("talks beyond its patience")
			}
			if len(words) == 0 {
				t.Fatal("silent and not done")
			}
			for _, u := range words {
				if u.Text == "" && u.Button == "" {
					t.Fatalf("an empty message in %+v", words)
				}
			}
			replies := []acts.Reply{{Text: first, Buttons: strings.Split(buttons, "|")}}
			if turn%2 == 0 {
				replies = append(replies, acts.Reply{Text: second})
			}
			words, done = c.Hear(replies)
		}
		if c.Stopped().Reason == "" || c.Stopped().Russian == "" {
			t.Fatal("does not say why it stopped")
		}
		if c.Reached() && c.Stopped().Reason != client.Reached && c.Stopped().Reason != client.HandedOver {
			t.Fatalf("reached, but stopped as %q", c.Stopped().Reason)
		}
	})
}
