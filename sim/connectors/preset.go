package connectors

import (
	"reflect"
	"strings"
)

// preset is a well-known bot or builder of bots, with the shape of its requests.
type preset struct {
	name   string
	about  string
	config Config
}

// presets is the explicit table of presets, in the order of the help. What a user writes
// beside a preset counts more.
func presets() []preset {
	object := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	return []preset{
		{"progon", "простейший договор: {session, message_id, type, text, …} → {replies: [{text, buttons}]}", Config{
			Request: Request{URL: "/chat", Body: object("session", "{{session}}", "message_id", "{{message_id}}", "type", "{{type}}",
				"text", "{{text}}", "payload", "{{payload}}", "file", "{{file}}", "ref", "{{ref}}", "channel", "{{channel}}", "name", "{{name}}")},
			Answer: Answer{Replies: "$.replies"},
		}},
		{"n8n", "n8n, узел Chat Trigger", Config{
			Request: Request{Body: object("action", "sendMessage", "sessionId", "{{session}}", "chatInput", "{{text}}")},
			Answer:  Answer{Replies: "$", Text: "$['output','text']", Error: "$.error"},
		}},
		{"n8n-stream", "n8n, узел Chat Trigger с потоковым ответом", Config{
			Kind:    "ndjson",
			Request: Request{Body: object("action", "sendMessage", "sessionId", "{{session}}", "chatInput", "{{text}}")},
			Answer:  Answer{When: map[string]string{"$.type": "item"}},
			Stream:  &Stream{Delta: "$.content", Split: map[string]string{"$.type": "end"}},
		}},
		{"flowise", "Flowise, prediction API (url: /api/v1/prediction/ID)", Config{
			Request: Request{Body: object("question", "{{text}}", "overrideConfig", object("sessionId", "{{session}}"))},
			Answer:  Answer{Replies: "$.text"},
		}},
		{"dify", "Dify, chat-messages; ключ в headers.Authorization", Config{
			Request: Request{URL: "/v1/chat-messages", Body: object("inputs", object(), "query", "{{text}}", "user", "{{session}}",
				"response_mode", "blocking", "conversation_id", "{{conversation}}")},
			Answer: Answer{Replies: "$.answer", Carry: map[string]string{"conversation": "$.conversation_id"}},
		}},
		{"dify-stream", "Dify, chat-messages по частям", Config{
			Kind: "sse",
			Request: Request{URL: "/v1/chat-messages", Body: object("inputs", object(), "query", "{{text}}", "user", "{{session}}",
				"response_mode", "streaming", "conversation_id", "{{conversation}}")},
			Answer: Answer{Carry: map[string]string{"conversation": "$.conversation_id"}},
			Stream: &Stream{Delta: "$.answer"},
		}},
		{"rasa", "Rasa, канал REST", Config{
			Request: Request{URL: "/webhooks/rest/webhook", Body: object("sender", "{{session}}", "message", "{{text}}")},
			Answer:  Answer{Replies: "$[*]"},
		}},
		{"jaicp", "JAICP, Chat API (url: /chatapi/КЛЮЧ)", Config{
			Request: Request{Body: object("clientId", "{{session}}", "query", "{{text}}")},
			Answer:  Answer{Replies: "$.data.replies[?(@.type=='text' || @.type=='buttons')]"},
		}},
		{"openai", "собеседник с API в духе OpenAI (chat/completions)", Config{
			Request: Request{URL: "/v1/chat/completions", Body: object("model", "bot", "messages", "{{history}}", "user", "{{session}}")},
			Answer:  Answer{Replies: "$.choices[*].message.content", Error: "$.error.message"},
		}},
		{"openai-stream", "то же, ответ по частям", Config{
			Kind: "sse",
			Request: Request{URL: "/v1/chat/completions", Body: object("model", "bot", "messages", "{{history}}", "user", "{{session}}",
				"stream", true)},
			Answer: Answer{Error: "$.error.message"},
			Stream: &Stream{Delta: "$.choices[0].delta.content", Done: "[DONE]"},
		}},
		{"dialogflow", "Dialogflow ES, detectIntent (url: /v2/projects/P/agent/sessions/{{session}}:detectIntent)", Config{
			Request: Request{Body: object("queryInput", object("text", object("text", "{{text}}", "languageCode", "ru")))},
			Answer:  Answer{Replies: "$.queryResult.fulfillmentText"},
		}},
		{"dialogflow-cx", "Dialogflow CX, detectIntent", Config{
			Request: Request{Body: object("queryInput", object("text", object("text", "{{text}}"), "languageCode", "ru"))},
			Answer:  Answer{Replies: "$.queryResult.responseMessages[*].text.text[*]"},
		}},
		{"botpress", "Botpress, webhook интеграции Messaging", Config{
			Kind: "webhook",
			Request: Request{Body: object("userId", "{{session}}", "messageId", "{{message_id}}", "conversationId", "{{session}}",
				"type", "text", "text", "{{text}}", "payload", object("type", "text", "text", "{{text}}"))},
			Answer:   Answer{Replies: "$.payload", Text: "text", Buttons: "options"},
			Callback: &Callback{Session: "$.conversationId"},
		}},
		{"jivo", "бот для Jivo (Bot API)", Config{
			Kind: "webhook", Timeout: "3s",
			Request: Request{Body: object("event", "CLIENT_MESSAGE", "id", "{{message_id}}", "site_id", "1", "client_id", "{{session}}",
				"chat_id", "{{session}}", "agents_online", true, "sender", object("id", "{{session_number}}", "name", "{{name}}"),
				"message", object("type", "TEXT", "text", "{{text}}", "timestamp", "{{now_s}}"),
				"channel", object("id", "1", "type", "widget"))},
			Answer:   Answer{Replies: "$.message", When: map[string]string{"$.event": "BOT_MESSAGE"}},
			Callback: &Callback{Session: "$.chat_id"},
		}},
		{"salebot", "SaleBot: вопросы в проект, ответы на его webhook", Config{
			Kind:     "webhook",
			Request:  Request{Body: object("user_id", "{{session}}", "message", "{{text}}", "name", "{{name}}")},
			Answer:   Answer{Replies: "$.message", When: map[string]string{"$.is_input": "0"}},
			Callback: &Callback{Session: "$.client.recepient"},
		}},
	}
}

// Preset is a well-known bot, for the help.
type Preset struct{ Name, About string }

// Presets lists the presets.
func Presets() []Preset {
	var out []Preset
	for _, p := range presets() {
		out = append(out, Preset{p.name, p.about})
	}
	return out
}

func findPreset(name string) (preset, bool) {
	for _, p := range presets() {
		if p.name == name {
			return p, true
		}
	}
	return preset{}, false
}

func presetNames() string {
	var out []string
	for _, p := range presets() {
		out = append(out, p.name)
	}
	return strings.Join(out, ", ")
}

// over is the description with the preset below it: what is empty comes from there.
func (c Config) over(below Config) Config {
	if c.Body != nil || c.Raw != "" || len(c.Form) > 0 {
		below.Body = nil // there is one body
	}
	fill(reflect.ValueOf(&c).Elem(), reflect.ValueOf(below))
	return c
}

func fill(to, from reflect.Value) {
	for i := range to.NumField() {
		switch f := to.Field(i); {
		case to.Type().Field(i).Anonymous:
			fill(f, from.Field(i))
		case f.IsZero():
			f.Set(from.Field(i))
		}
	}
}
