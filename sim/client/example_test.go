package client_test

import (
	"fmt"

	"progon/sim/acts"
	"progon/sim/client"
)

// A client is given a goal and what it knows, and answers a bot turn by turn.
func ExampleClient_Hear() {
	c, err := client.New(client.Options{
		Goal:  client.Book,
		Facts: map[string]string{"service": "маникюр", "time": "завтра 11:00", "name": "Алсу", "phone": "+7 900 000-12-34"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Open()
	for _, turn := range [][]acts.Reply{
		{{Text: "Нужно согласие на обработку персональных данных. Вы согласны?", Buttons: []string{"Не согласна", "Принимаю"}}},
		{{Text: "Как вас зовут и по какому телефону с вами связаться?"}},
		{{Text: "Выберите время:", Buttons: []string{"завтра 10:00", "завтра 11:30"}}},
		{{Text: "Вы записаны на маникюр завтра в 11:30."}},
	} {
		say, done := c.Hear(turn)
		for _, u := range say {
			fmt.Printf("%s%s\n", u.Text, u.Button)
		}
		if done {
			fmt.Println("—", c.Stopped().Russian)
		}
	}
	// Output:
	// Принимаю
	// Алсу, +7 900 000-12-34
	// завтра 11:30
	// — клиент добился своего: бот подтвердил запись
}

// A scripted line is said otherwise; what stands in braces stays.
func ExampleRewrite() {
	for _, m := range []client.Manner{client.Polite, client.Spoken, client.Bursts, client.Loud} {
		fmt.Printf("%q\n", client.Rewrite("мой номер {телефон}, перезвоните сегодня", m, 7, "ЗАП-01"))
	}
	// Output:
	// ["Мой номер {телефон}, перезвоните сегодня. Заранее спасибо!"]
	// ["ну вот мой номер {телефон}, перезвоните сегодня"]
	// ["мой номер {телефон}" "перезвоните сегодня"]
	// ["МОЙ НОМЕР {телефон}, ПЕРЕЗВОНИТЕ СЕГОДНЯ"]
}
