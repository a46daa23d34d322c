package pii

import "testing"

func TestSmoke(t *testing.T) {
	d := NewDetector(ProfileLog)
	for _, s := range []string{
		"Мой телефон +7 917 765-43-21, Алсу", "8917 765 43 21 звоните", "alsu@mail.ru", "Сафина Алсу Рашитовна", "запишите сафину гузель",
		"паспорт 92 15 000111", "112-233-445 95", "ИНН 165500012389", "4111111111111111", "https://x.bitrix24.ru/rest/1/abcdefgh12345678/crm.lead.add",
		"заказ №9177654321", "адрес ул. Баумана, д. 5, кв. 7", "др 12.03.1989", "у меня болит спина", "@alsu_test", "код из смс 4821",
		"восемь девятьсот семнадцать семьсот шестьдесят пять сорок три двадцать один", "8 9l7 765 4З 21", "А001АА116",
	} {
		for _, sp := range d.Find(s) {
			t.Logf("%q → %s %q %.2f %s | %s", s, sp.Kind, s[sp.Start:sp.End], sp.Score, sp.Masked, sp.Why)
		}
	}
}
