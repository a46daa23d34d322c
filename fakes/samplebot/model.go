package samplebot

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	modelPatience = 250 * time.Millisecond
	modelRest     = time.Minute
	modelTask     = "Определи, о чём пишет клиент салона: запись, цена, адрес, другое. Ответь одним словом."
)

// consult asks the model what a message is about. The bot works without its answer: it
// only counts how often rules and model agree. The model is told nothing but words of the
// bot's own vocabulary, so that nobody's data can be among them, and nothing about health.
func (b *Bot) consult(s *session, text string) {
	low := normal(text)
	said := known(text)
	switch {
	case b.options.Model == "" || b.now().Before(b.modelRests):
		return
	case b.wrong("raw_text_to_model"):
		said = text
	case b.wrong("health_to_model") && b.medical(low):
		said = text
	case b.medical(low) || redFlag(low) || s.handed || said == "":
		return
	}
	task := modelTask
	if b.wrong("token_to_model") {
		task += " Карточки пиши сюда: " + b.options.CRM
	}
	patience := modelPatience
	if b.wrong("waits_for_model") {
		patience = time.Minute
	}
	if !b.ask(task, said, patience) {
		b.modelRests = b.now().Add(modelRest)
		b.log("модель не ответила", s)
	}
}

// ask makes one request; the protocol is that of OpenAI, which most providers speak.
func (b *Bot) ask(task, text string, patience time.Duration) bool {
	body, err := json.Marshal(map[string]any{"model": "gpt-4o-mini", "messages": []any{
		map[string]string{"role": "system", "content": task}, map[string]string{"role": "user", "content": text},
	}})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.options.Model+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer sample")
	res, err := b.model.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// vocabulary are the words that the bot knows and may repeat.
var vocabulary = strings.Fields("запис запиш хочу можно сколько стоит цена цену адрес где завтра послезавтра сегодня утр вечер день перенос отмен " +
	"понедельник вторник сред четверг пятниц суббот воскресень абонемент время услуг")

// known keeps the words of a message that are in the vocabulary or in the price list.
func known(text string) string {
	var kept []string
	for _, word := range strings.Fields(normal(text)) {
		word = strings.Trim(word, ".,!?;:()«»\"")
		if word == "" {
			continue
		}
		if hasPrefix(word, vocabulary) || (len([]rune(word)) > 3 && serviceIn(" "+word+" ") != nil) {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

func hasPrefix(word string, stems []string) bool {
	for _, s := range stems {
		if strings.HasPrefix(word, s) {
			return true
		}
	}
	return false
}
