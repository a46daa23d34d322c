package botfile

import (
	"strings"
	"testing"
	"time"
)

const good = `
bot:
  name: Мой бот
  url: http://127.0.0.1:3000
connector: {path: /chat, body: {text: "{{text}}"}, replies: "$.replies"}
can: [согласие, запись]
crm:
  fields: {Согласие: UF_CRM_CONSENT}
  people: {врач: {user: 2}}
policy: {reply_within: 20s, own: {phones: ["+7 843 000-00-00"], staff: [Резеда]}}
events: {попытка выгрузки: [export_attempt]}
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if f.Bot.Name != "Мой бот" || !f.Has("запись") || f.Has("часы") || f.CRM.People["врач"].User != 2 {
		t.Errorf("file = %+v", f)
	}
	if got := f.Policy.ReplyWithin.Or(time.Second); got != 20*time.Second {
		t.Errorf("reply_within = %v", got)
	}
	if got := f.Policy.TurnTimeout.Or(time.Minute); got != time.Minute {
		t.Errorf("turn_timeout without a value = %v", got)
	}
	if got := f.Policy.Own.All(); len(got) != 2 {
		t.Errorf("own = %v", got)
	}
	if f.Hash == "" {
		t.Error("no hash")
	}
}

func TestParseMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"файл пуст"}},
		{"nothing reached", "bot: {name: а}", []string{"ровно одно из url"}},
		{"reached twice", "bot: {name: а, url: 'http://x', sample: {}}", []string{"ровно одно из url"}},
		{"no name", "bot: {url: 'http://x'}", []string{"bot.name"}},
		{"unknown key", "bot:\n  name: а\n  adres: http://x\n", []string{"[3:3]", "неизвестный ключ «adres»"}},
		{"a comment does no harm", good + "# конец\n", nil},
		{"connector without answers", strings.Replace(good, ", replies: \"$.replies\"", "", 1), []string{"connector.replies"}},
		{"misspelt capability", strings.Replace(good, "запись]", "зопись]", 1), []string{"неизвестная возможность «зопись»", "известны"}},
		{"capability without means", strings.Replace(good, "запись]", "часы]", 1), []string{"control.clock"}},
		{"wrong duration", strings.Replace(good, "20s", "скоро", 1), []string{"ожидалась длительность"}},
		{"restart of somebody else's bot", good + "control: {restart: true}\n", []string{"control.restart"}},
		{"broken YAML", "bot: [", []string{"настройка не разобрана"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tt.text))
			if len(tt.want) == 0 {
				if err != nil {
					t.Errorf("error = %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("bot: [")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = Parse([]byte(text)) })
}
