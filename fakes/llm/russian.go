package llm

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The Russian providers. YandexGPT: page "Text Generation API: TextGeneration.Completion"
// of the documentation of Yandex Cloud. GigaChat: "POST /api/v2/oauth" and "POST
// /chat/completions" of the reference of its REST API.

func (s *Server) yandex() {
	s.mux.HandleFunc("POST /foundationModels/v1/completion", func(w http.ResponseWriter, r *http.Request) {
		if p, raw, ok := s.yandexPrompt(w, r); ok {
			if c, err := s.complete(r.Context(), p, raw); err == nil {
				send(w, map[string]any{"result": yandexAnswer(c)})
			}
		}
	})
	s.mux.HandleFunc("POST /foundationModels/v1/completionAsync", func(w http.ResponseWriter, r *http.Request) {
		p, raw, ok := s.yandexPrompt(w, r)
		if !ok {
			return
		}
		c, err := s.complete(r.Context(), p, raw)
		if err != nil {
			return
		}
		id := c.name("fbv")
		s.mu.Lock()
		s.done[id] = c
		s.mu.Unlock()
		send(w, map[string]any{"id": id, "description": "Async GPT Completion", "done": false, "createdAt": s.options.Clock().UTC().Format(time.RFC3339)})
	})
	s.mux.HandleFunc("GET /operations/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		c, ok := s.done[r.PathValue("id")]
		s.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			send(w, map[string]any{"code": 5, "message": "Operation not found", "details": []any{}})
			return
		}
		send(w, map[string]any{"id": r.PathValue("id"), "done": true, "response": yandexAnswer(c)})
	})
	s.mux.HandleFunc("POST /foundationModels/v1/textEmbedding", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ModelURI string `json:"modelUri"`
			Text     string `json:"text"`
		}
		if raw, ok := s.take(w, r, "yandexgpt", &q); ok {
			s.overheard("yandexgpt", q.ModelURI, "embedding", q.Text, raw)
			send(w, map[string]any{"embedding": embedding(q.Text), "numTokens": strconv.Itoa(len(strings.Fields(q.Text))), "modelVersion": "06.12.2023"})
		}
	})
}

func (s *Server) yandexPrompt(w http.ResponseWriter, r *http.Request) (prompt, []byte, bool) {
	var q struct {
		ModelURI   string                                     `json:"modelUri"`
		Messages   []struct{ Role, Text string }              `json:"messages"`
		JSONObject bool                                       `json:"jsonObject"`
		Tools      []struct{ Function struct{ Name string } } `json:"tools"`
	}
	raw, ok := s.take(w, r, "yandexgpt", &q)
	if !ok {
		return prompt{}, nil, false
	}
	p := prompt{provider: "yandexgpt", model: q.ModelURI, json: q.JSONObject}
	for _, m := range q.Messages {
		p.messages = append(p.messages, message{m.Role, m.Text})
	}
	if len(p.messages) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		send(w, map[string]any{"error": map[string]any{"grpcCode": 3, "httpCode": 400, "message": "Error in session: messages are empty", "httpStatus": "Bad Request", "details": []any{}}})
		return prompt{}, nil, false
	}
	return p, raw, true
}

func yandexAnswer(c completion) map[string]any {
	said := len([]rune(c.Text))/3 + 1
	answer := map[string]any{"role": "assistant", "text": c.Text}
	if c.Tool != "" {
		answer = map[string]any{"role": "assistant", "toolCallList": map[string]any{"toolCalls": []any{map[string]any{"functionCall": map[string]any{"name": c.Tool, "arguments": c.Args}}}}}
	}
	return map[string]any{
		"alternatives": []any{map[string]any{"message": answer, "status": "ALTERNATIVE_STATUS_FINAL"}},
		"usage":        map[string]any{"inputTextTokens": strconv.Itoa(c.tokens), "completionTokens": strconv.Itoa(said), "totalTokens": strconv.Itoa(c.tokens + said)},
		"modelVersion": "23.10.2024",
	}
}

func (s *Server) gigaChat() {
	s.mux.HandleFunc("POST /api/v2/oauth", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") || r.Header.Get("RqUID") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			send(w, map[string]any{"code": 6, "message": "credentials doesn't match db data"})
			return
		}
		send(w, map[string]any{"access_token": "progon-gigachat-token", "expires_at": s.options.Clock().Add(30 * time.Minute).UnixMilli()})
	})
	chat := s.chat("gigachat")
	s.mux.HandleFunc("POST /api/v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer progon-gigachat-token" {
			w.WriteHeader(http.StatusUnauthorized)
			send(w, map[string]any{"status": 401, "message": "Token has expired"})
			return
		}
		chat(w, r)
	})
	s.mux.HandleFunc("GET /api/v1/models", s.models("GigaChat", "GigaChat-Pro", "GigaChat-Max"))
}

// packed is a vector as clients of OpenAI ask for it by default.
func packed(v []float32) string {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(b)
}

// BaseURLs are the addresses under which a provider's client finds the model.
func BaseURLs(base string) map[string]string {
	return map[string]string{
		"openai": base + "/v1", "yandexgpt": base, "gigachat": base + "/api/v1", "gigachat_auth": fmt.Sprintf("%s/api/v2/oauth", base),
	}
}
