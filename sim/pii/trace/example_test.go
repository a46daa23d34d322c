package trace_test

import (
	"encoding/base64"
	"fmt"

	"progon/sim/pii"
	"progon/sim/pii/trace"
)

var alsu = []trace.Canary{
	{Owner: "Алсу", Kind: pii.Phone, Name: "телефон", Value: "+7 954 000-00-01", Mask: "+7 9** ***-**-01"},
	{Owner: "Алсу", Kind: pii.Name, Name: "фамилия", Value: "Тестова", Mask: "Т***"},
}

func ExampleTracer_Find() {
	tracer := trace.New(alsu)
	log := "лид Тестовой: " + base64.StdEncoding.EncodeToString([]byte("tel=8(954)000-00-01"))
	for _, hit := range tracer.Find(log) {
		fmt.Printf("%s клиента %s: %s\n", hit.Canary.Name, hit.Canary.Owner, hit.Rendering)
	}
	fmt.Println(len(tracer.Find("звоните 8 954 000-00-02")))
	// Output:
	// фамилия клиента Алсу: другой падеж
	// телефон клиента Алсу: base64, восьмёрка вместо +7
	// 0
}

func ExampleTracer_Mask() {
	fmt.Println(trace.New(alsu).Mask("Тестова, 89540000001"))
	// Output: Т***, +7 9** ***-**-01
}

func ExampleTracer_FindAcross() {
	hits := trace.New(alsu).FindAcross([]string{"мой номер 8 954", "000", "00 01"})
	fmt.Println(hits[0].Canary.Name, hits[0].Parts)
	// Output: телефон [{0 18 23} {1 0 3} {2 0 5}]
}

func ExampleTracer_Stream() {
	stream := trace.New(alsu).Stream()
	_, _ = stream.Write([]byte("… 8 954 00"))
	_, _ = stream.Write([]byte("0 00 01 …"))
	_ = stream.Close()
	for _, hit := range stream.Hits() {
		fmt.Println(hit.Canary.Name, hit.Start, hit.End)
	}
	// Output: телефон 4 19
}
