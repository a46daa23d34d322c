package checks

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"progon"
)

func TestSightings(t *testing.T) {
	t.Parallel()
	told := progon.Sighting{Kind: "телефон", Surface: progon.SurfaceChat, Told: true, Place: "слова клиента", Open: 1, Example: progon.Pointer{Seq: 1}}
	from := func(s progon.Surface, kind, place, text string, fields ...progon.Field) progon.Event {
		return progon.Event{Surface: s, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: kind, Place: place, Text: text, Fields: fields}
	}
	for _, c := range []struct {
		name   string
		events []progon.Event
		want   []progon.Sighting
	}{
		{name: "nothing but what the client said"},
		{
			"fields of the CRM are places", []progon.Event{
				from(progon.SurfaceCRM, "crm.contact.add", "", "", progon.Field{Name: "fields.PHONE[0].VALUE", Value: alsuPhone}, progon.Field{Name: "fields.COMMENTS", Value: "новая"}),
				from(progon.SurfaceCRM, "crm.contact.update", "", "", progon.Field{Name: "fields.PHONE[0].VALUE", Value: alsuPhone}),
				from(progon.SurfaceCRM, "crm.lead.add", "", "", progon.Field{Name: "fields.TITLE", Value: "звонить " + alsuPhone}),
			},
			[]progon.Sighting{
				{Kind: "телефон", Surface: progon.SurfaceCRM, Place: "контакт, поле PHONE", Open: 2, Example: progon.Pointer{Seq: 2}},
				{Kind: "телефон", Surface: progon.SurfaceCRM, Place: "лид, поле TITLE", Open: 1, Example: progon.Pointer{Seq: 4}},
			},
		},
		{
			"lines of one log are one place, the most open example wins", []progon.Event{
				from(progon.SurfaceLog, "file", "bot.log:1", "звонок +7 9** ***-**-67"),
				from(progon.SurfaceLog, "file", "bot.log:2", "user 5b7ab1c7"),
				from(progon.SurfaceLog, "file", "bot.log:3", base64.StdEncoding.EncodeToString([]byte("phone="+alsuPhone))),
			},
			[]progon.Sighting{{Kind: "телефон", Surface: progon.SurfaceLog, Place: "bot.log", Open: 1, Masked: 1, Example: progon.Pointer{Seq: 4}}},
		},
		{
			"a hash is neither open nor masked", []progon.Event{
				from(progon.SurfaceStorage, "postgres users", "PostgreSQL, users.phone, id=5", "", progon.Field{Name: "phone", Value: md5Of("79751234567")}),
			},
			[]progon.Sighting{{Kind: "телефон", Surface: progon.SurfaceStorage, Place: "PostgreSQL, users.phone", Hashed: 1, Example: progon.Pointer{Seq: 2}}},
		},
		{
			"health and keys have no client as owner", []progon.Event{
				from(progon.SurfaceModel, "openai", "запрос к модели x", "у клиента болит поясница"),
				from(progon.SurfaceLog, "stdout", "stdout:7", "GET /rest/1/s3cretTOKENvalue/crm.lead.add"),
			},
			[]progon.Sighting{
				{Kind: kindHealth, Surface: progon.SurfaceModel, Place: "запросы к модели", Open: 1, Example: progon.Pointer{Seq: 2}},
				{Kind: kindSecret, Surface: progon.SurfaceLog, Place: "stdout", Open: 1, Example: progon.Pointer{Seq: 3}},
			},
		},
		{
			"what others did is not the bot's", []progon.Event{
				{Surface: progon.SurfaceChat, Direction: progon.FromBot, Actor: "врач", Text: "звоню " + alsuPhone},
				{Surface: progon.SurfaceLog, Direction: progon.Note, Actor: progon.ActorProgon, Text: alsuPhone},
				from(progon.SurfaceLog, "file", "bot.log:1", "заказ 9751234568, цена **** руб"),
			}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tp := newTape().says(alsu, "мой номер "+alsuPhone)
			for _, e := range c.events {
				tp.Record(e)
			}
			evidence := caseOf(tp)
			evidence.Health, evidence.Secrets = []string{"болит поясница"}, []string{"s3cretTOKENvalue"}
			got := Sightings(evidence)
			if diff := cmp.Diff(append([]progon.Sighting{told}, c.want...), got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMaskedKinds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"+7 9** ***-**-67":           {"телефон"},
		"8(9xx)xxx-xx-67":            {"телефон"},
		"[PHONE_1] и <email>":        {"телефон", "почта"},
		"a***@mail.ru":               {"почта"},
		"А***** К.":                  {"имя"},
		"**** **** **** 1234":        {"карта"},
		"***-***-*** 12":             {"СНИЛС"},
		"[диагноз]":                  {kindHealth},
		"**жирный** текст":           nil,
		"2 * 3 = 6, цена 1***":       nil,
		"<b>не разметка</b> [ок]":    nil,
		"заказ 12345678, 14:00, xx":  nil,
		"<телеграмный-канал-салона>": nil,
	} {
		if diff := cmp.Diff(want, maskedKinds(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func md5Of(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
