package connectors

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"progon"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	text := func(s ...string) []progon.Message {
		var out []progon.Message
		for _, s := range s {
			out = append(out, progon.Message{Kind: progon.MessageText, Text: s})
		}
		return out
	}
	withButtons := func(s string, b ...progon.Button) []progon.Message {
		m := text(s)
		m[0].Buttons = b
		return m
	}
	yes := progon.Button{Title: "Да", Payload: "y"}
	tests := []struct {
		name string
		a    Answer
		body string
		want []progon.Message
	}{
		{"list of texts", Answer{Replies: "$.r"}, `{"r":["а","б"]}`, text("а", "б")},
		{"selected texts", Answer{Replies: "$.r[*].t"}, `{"r":[{"t":"а"},{"t":"б"}]}`, text("а", "б")},
		{"one text", Answer{Replies: "$.t"}, `{"t":"а"}`, text("а")},
		{"objects", Answer{Replies: "$.r"}, `{"r":[{"text":"а"},{"message":"б"},{"content":"в"}]}`, text("а", "б", "в")},
		{"own name of the text", Answer{Replies: "$.r", Text: "$.say.it"}, `{"r":[{"say":{"it":"а"},"text":"не это"}]}`, text("а")},
		{"paragraphs and parts", Answer{Replies: "$.r"}, `{"r":[{"text":["а","б"]},{"content":[{"type":"text","text":"в"}]}]}`, text("а\nб", "в")},
		{"empty list", Answer{Replies: "$.r"}, `{"r":[]}`, nil},
		{"empty body", Answer{Replies: "$.r"}, " \n", nil},
		{"empty texts", Answer{Replies: "$.r"}, `{"r":["",null,{"text":""}]}`, nil},
		{"no such field", Answer{Replies: "$.r"}, `{"x":"а"}`, nil},
		{"byte order mark", Answer{Replies: "$.t"}, "\xef\xbb\xbf" + `{"t":"а"}`, text("а")},
		{"number", Answer{Replies: "$.t"}, `{"t":1800}`, text("1800")},
		{"buttons", Answer{Replies: "$.r"}, `{"r":[{"text":"а","buttons":[{"title":"Да","payload":"y"}]}]}`, withButtons("а", yes)},
		{"rows of buttons", Answer{Replies: "$.r", Buttons: "$.kb.rows"}, `{"r":[{"text":"а","kb":{"rows":[[{"text":"Да","callback_data":"y"}],[{"text":"Сайт","url":"https://salon.example"}]]}}]}`,
			withButtons("а", yes, progon.Button{Title: "Сайт", URL: "https://salon.example"})},
		{"buttons as texts", Answer{Replies: "$.r"}, `{"r":[{"text":"а","quick_replies":["Да","Нет"]}]}`, withButtons("а", progon.Button{Title: "Да"}, progon.Button{Title: "Нет"})},
		{"buttons beside the text", Answer{Replies: "$.t", Buttons: "$.b"}, `{"t":"а","b":[{"title":"Да","payload":"y"}]}`, withButtons("а", yes)},
		{"buttons of their own", Answer{Replies: "$.data.replies[?(@.type=='text' || @.type=='buttons')]"},
			`{"data":{"replies":[{"type":"text","text":"а"},{"type":"raw","text":"нет"},{"type":"buttons","buttons":[{"text":"Да","payload":"y"}]}]}}`, withButtons("а", yes)},
		{"own names in buttons", Answer{Replies: "$.r", Buttons: "$.b", Title: "$.n", Payload: "$.v"}, `{"r":[{"text":"а","b":[{"n":"Да","v":"y"}]}]}`, withButtons("а", yes)},
		{"photo", Answer{Replies: "$"}, `[{"image":"https://salon.example/a.png"}]`, []progon.Message{{Kind: progon.MessagePhoto, File: "https://salon.example/a.png"}}},
		{"file", Answer{Replies: "$"}, `[{"text":"памятка","file":{"name":"a.pdf"}}]`, []progon.Message{{Kind: progon.MessageFile, Text: "памятка", File: "a.pdf"}}},
		{"id", Answer{Replies: "$"}, `[{"id":5,"text":"а"}]`, []progon.Message{{ID: "5", Kind: progon.MessageText, Text: "а"}}},
		{"other traffic", Answer{Replies: "$", When: map[string]string{"$.type": "message"}}, `{"type":"status","text":"не это"}`, nil},
		{"the right traffic", Answer{Replies: "$", When: map[string]string{"$.type": "message"}}, `{"type":"message","text":"а"}`, text("а")},
		{"html", Answer{Replies: "$.t", HTML: true}, `{"t":"<p>Здравствуйте,&nbsp;<b>Алсу</b>!</p><p>Цена &lt; 5<br/>да</p>"}`, text("Здравствуйте,\u00a0Алсу!\nЦена < 5\nда")},
		{"no html", Answer{Replies: "$.t"}, `{"t":"<b>а</b>"}`, text("<b>а</b>")},
		{"plain text", Answer{Format: "text"}, "Здравствуйте!\n", text("Здравствуйте!")},
		{"torn letter", Answer{Format: "text"}, "Здравствуйт\xd0", text("Здравствуйт\uFFFD")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := newAnswerReader(tt.a)
			if err != nil {
				t.Fatal(err)
			}
			h, err := r.read([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, h.messages, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	r, err := newAnswerReader(Answer{Replies: "$.t", Typing: "$.typing", Over: "$.done", Carry: map[string]string{"c": "$.id"}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.read([]byte(`{"typing":true,"done":1,"id":12345678901234567}`))
	if err != nil || !h.typing || !h.over || h.carried["c"] != "12345678901234567" {
		t.Errorf("heard %+v, %v", h, err)
	}
	if want := "в ответе есть поля «done», «id», «typing», но путь connector.replies «$.t» ничего в них не нашёл"; h.remark != want {
		t.Errorf("remark %q, want %q", h.remark, want)
	}
}

func TestPresetsReadTheirBots(t *testing.T) {
	t.Parallel()
	tests := []struct{ preset, body, want string }{
		{"progon", `{"replies":[{"text":"а"}]}`, "а"},
		{"n8n", `{"output":"а"}`, "а"},
		{"n8n", `[{"text":"а"}]`, "а"},
		{"flowise", `{"text":"а","question":"б"}`, "а"},
		{"dify", `{"answer":"а","conversation_id":"c"}`, "а"},
		{"rasa", `[{"recipient_id":"s","text":"а"},{"text":"б"}]`, "а|б"},
		{"jaicp", `{"data":{"replies":[{"type":"text","text":"а"}],"answer":"а"}}`, "а"},
		{"openai", `{"choices":[{"index":0,"message":{"role":"assistant","content":"а"},"finish_reason":"stop"}]}`, "а"},
		{"dialogflow", `{"queryResult":{"fulfillmentText":"а"}}`, "а"},
		{"dialogflow-cx", `{"queryResult":{"responseMessages":[{"text":{"text":["а","б"]}}]}}`, "а|б"},
		{"jivo", `{"event":"BOT_MESSAGE","message":{"type":"TEXT","text":"а"}}`, "а"},
		{"jivo", `{"event":"INVITE_AGENT","message":{"text":"нет"}}`, ""},
		{"salebot", `{"is_input":0,"message":"а","client":{"recepient":"s"}}`, "а"},
		{"salebot", `{"is_input":1,"message":"эхо"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.preset, func(t *testing.T) {
			t.Parallel()
			c, _, err := Config{Preset: tt.preset}.resolve()
			if err != nil {
				t.Fatal(err)
			}
			r, err := newAnswerReader(c.Answer)
			if err != nil {
				t.Fatal(err)
			}
			h, err := r.read([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, m := range h.messages {
				texts = append(texts, m.Text)
			}
			if got := strings.Join(texts, "|"); got != tt.want {
				t.Errorf("read %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOwnSettingsCountMoreThanAPreset(t *testing.T) {
	t.Parallel()
	c, _, err := Config{Preset: "rasa", Request: Request{URL: "/bot", Form: map[string]string{"q": "{{text}}"}}}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	if c.URL != "/bot" || c.Body != nil || c.Form["q"] == "" || c.Replies != "$[*]" {
		t.Errorf("resolved to %+v", c)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"r":[{"text":"а","buttons":[["Да"]]}]}`, `[{"r":null}]`, `"x"`, "\xef\xbb\xbf{}", `{"r":{"a":[1.5,true]}}`} {
		f.Add(s, "$.r")
	}
	f.Add(`{"a":[[1]]}`, "$..a[?(@ > 0)]")
	f.Fuzz(func(t *testing.T, body, path string) {
		r, err := newAnswerReader(Answer{Replies: path, Error: "$.error", HTML: true, Carry: map[string]string{"c": "$.id"}})
		if err != nil || path == "" {
			return
		}
		h, err := r.read([]byte(body))
		if err == nil {
			for _, m := range h.messages {
				if !utf8.ValidString(m.Text) {
					t.Errorf("text %q is not UTF-8", m.Text)
				}
			}
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add("{{text}} {{session|text}}", `a"b\`, "{{ text }}")
	f.Add("{{payload|json}}", `{"a":1}`, "{{{text}}}")
	f.Fuzz(func(t *testing.T, template, value, key string) {
		v := values{"text": value, "session": value, "payload": value, "now_s": int64(5)}
		out, _, err := Request{Body: map[string]any{"a": template, key: []any{template}}}.payload(v)
		if err != nil {
			t.Fatalf("payload: %v", err)
		}
		if !json.Valid(out) {
			t.Errorf("%q with %q gives invalid JSON: %s", template, value, out)
		}
		address("http://127.0.0.1", template, v)
	})
}
