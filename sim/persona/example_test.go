package persona_test

import (
	"fmt"

	"progon/sim/persona"
)

func ExampleCast_Fill() {
	cast := persona.NewCast(42, "features/soglasie.feature:21")
	alsu := cast.Person("Алсу")
	filled, err := cast.Fill(alsu, "Это {имя}, у меня {здоровье: болит зуб}")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filled.Text)
	fmt.Println(filled.Used, filled.Health)
	// Output:
	// Это Алсу, у меня болит зуб
	// [имя] [болит зуб]
}

func ExamplePerson_Value() {
	alsu := persona.Invent(42, "пример", "Алсу")
	_, err := alsu.Value("телефон: слитна")
	fmt.Println(err != nil)
	dative, _ := alsu.Value("имя кратко: дат.")
	fmt.Println(dative)
	// Output:
	// true
	// Алсушке
}
