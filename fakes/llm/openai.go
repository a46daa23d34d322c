package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"progon"
)

// The protocol of OpenAI. Pages: "Chat Completions", "Responses", "Embeddings", "Models",
// "Audio: transcriptions" and "Error codes" of the API reference.

func (s *Server) openAI() {
	for _, prefix := range []string{"", "/v1", "/openai/v1"} {
		s.mux.HandleFunc("POST "+prefix+"/chat/completions", s.chat("openai"))
		s.mux.HandleFunc("POST "+prefix+"/responses", s.responses)
		s.mux.HandleFunc("POST "+prefix+"/embeddings", s.embeddings)
		s.mux.HandleFunc("POST "+prefix+"/audio/transcriptions", s.transcription)
		s.mux.HandleFunc("GET "+prefix+"/models", s.models("gpt-4o-mini", "gpt-4o", "text-embedding-3-small", "whisper-1"))
	}
}

// openAIError answers as the provider does when it refuses.
func openAIError(w http.ResponseWriter, status int, kind, text string) {
	if status < 100 {
		status = http.StatusInternalServerError
	}
	if status == http.StatusTooManyRequests {
		kind = "requests"
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": text, "type": kind, "param": nil, "code": nil}})
}

// content is a string or a list of parts; only the text of it is read.
type content string

func (c *content) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		*c = content(plain)
		return nil
	}
	var parts []struct {
		Text     string          `json:"text"`
		ImageURL json.RawMessage `json:"image_url"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil // null, or an object that nobody says
	}
	var said []string
	for _, p := range parts {
		if p.Text != "" {
			said = append(said, p.Text)
		}
		if len(p.ImageURL) > 0 {
			said = append(said, "[изображение]")
		}
	}
	*c = content(strings.Join(said, "\n"))
	return nil
}

type chatRequest struct {
	Model    string `json:"model"`
	Messages []struct {
		Role      string  `json:"role"`
		Content   content `json:"content"`
		ToolCalls []struct {
			Function struct{ Name, Arguments string } `json:"function"`
		} `json:"tool_calls"`
	} `json:"messages"`
	Stream        bool `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Tools []struct {
		Function struct{ Name string } `json:"function"`
	} `json:"tools"`
	Functions      []struct{ Name string } `json:"functions"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Schema map[string]any `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

func (q chatRequest) prompt(provider string) prompt {
	p := prompt{provider: provider, model: q.Model, json: strings.HasPrefix(q.ResponseFormat.Type, "json"), schema: q.ResponseFormat.JSONSchema.Schema}
	for _, m := range q.Messages {
		text := string(m.Content)
		for _, c := range m.ToolCalls {
			text += c.Function.Name + " " + c.Function.Arguments
		}
		p.messages = append(p.messages, message{m.Role, text})
	}
	for _, t := range q.Tools {
		p.tools = append(p.tools, t.Function.Name)
	}
	for _, f := range q.Functions {
		p.tools = append(p.tools, f.Name)
	}
	return p
}

func (s *Server) chat(provider string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q chatRequest
		raw, ok := s.take(w, r, provider, &q)
		if !ok {
			return
		}
		if q.Model == "" || len(q.Messages) == 0 {
			openAIError(w, http.StatusBadRequest, "invalid_request_error", "you must provide a model parameter and messages")
			return
		}
		c, err := s.complete(r.Context(), q.prompt(provider), raw)
		if err != nil {
			return // nobody waits any more
		}
		if q.Stream {
			s.streamChat(w, q, c)
			return
		}
		answer := map[string]any{"role": "assistant", "content": c.Text, "refusal": nil}
		finish := "stop"
		if c.Tool != "" {
			finish = "tool_calls"
			answer["content"] = nil
			answer["tool_calls"] = []any{c.call()}
		}
		send(w, map[string]any{
			"id": c.name("chatcmpl"), "object": "chat.completion", "created": s.options.Clock().Unix(), "model": q.Model,
			"choices": []any{map[string]any{"index": 0, "message": answer, "logprobs": nil, "finish_reason": finish}},
			"usage":   c.usage(),
		})
	}
}

func (c completion) name(prefix string) string { return fmt.Sprintf("%s-%012d", prefix, c.id) }

func (c completion) call() map[string]any {
	return map[string]any{"id": c.name("call"), "type": "function", "function": map[string]any{"name": c.Tool, "arguments": c.Args}}
}

func (c completion) usage() map[string]any {
	said := len([]rune(c.Text+c.Args))/3 + 1
	return map[string]any{"prompt_tokens": c.tokens, "completion_tokens": said, "total_tokens": c.tokens + said}
}

// stream writes server-sent events.
type stream struct {
	w     http.ResponseWriter
	flush func()
}

func newStream(w http.ResponseWriter) stream {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	flush := http.NewResponseController(w)
	return stream{w, func() { _ = flush.Flush() }}
}

func (s stream) event(name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		return
	}
	if name != "" {
		_, _ = fmt.Fprintf(s.w, "event: %s\n", name)
	}
	_, _ = fmt.Fprintf(s.w, "data: %s\n\n", text)
	s.flush()
}

// pieces cuts a text as models speak: a word at a time.
func pieces(text string) []string {
	var out []string
	for len(text) > 0 {
		n := strings.IndexByte(text[1:], ' ') + 1
		if n <= 0 {
			n = len(text)
		}
		out, text = append(out, text[:n]), text[n:]
	}
	return out
}

func (s *Server) streamChat(w http.ResponseWriter, q chatRequest, c completion) {
	out := newStream(w)
	chunk := func(delta map[string]any, finish any) {
		out.event("", map[string]any{
			"id": c.name("chatcmpl"), "object": "chat.completion.chunk", "created": s.options.Clock().Unix(), "model": q.Model,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish}},
		})
	}
	chunk(map[string]any{"role": "assistant", "content": ""}, nil)
	finish := "stop"
	if c.Tool != "" {
		finish = "tool_calls"
		call := c.call()
		call["index"] = 0
		chunk(map[string]any{"tool_calls": []any{call}}, nil)
	} else {
		for _, p := range pieces(c.Text) {
			chunk(map[string]any{"content": p}, nil)
		}
	}
	chunk(map[string]any{}, finish)
	if q.StreamOptions.IncludeUsage {
		out.event("", map[string]any{
			"id": c.name("chatcmpl"), "object": "chat.completion.chunk", "created": s.options.Clock().Unix(), "model": q.Model,
			"choices": []any{}, "usage": c.usage(),
		})
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
	out.flush()
}

type responsesRequest struct {
	Model        string          `json:"model"`
	Instructions string          `json:"instructions"`
	Input        json.RawMessage `json:"input"`
	Stream       bool            `json:"stream"`
	Tools        []struct{ Name string }
	Text         struct {
		Format struct {
			Type   string         `json:"type"`
			Schema map[string]any `json:"schema"`
		} `json:"format"`
	} `json:"text"`
}

func (q responsesRequest) prompt() prompt {
	p := prompt{provider: "openai", model: q.Model, json: strings.HasPrefix(q.Text.Format.Type, "json"), schema: q.Text.Format.Schema}
	if q.Instructions != "" {
		p.messages = append(p.messages, message{"system", q.Instructions})
	}
	var plain string
	if json.Unmarshal(q.Input, &plain) == nil {
		p.messages = append(p.messages, message{"user", plain})
	}
	var items []struct {
		Role    string  `json:"role"`
		Content content `json:"content"`
		Output  content `json:"output"`
	}
	if json.Unmarshal(q.Input, &items) == nil {
		for _, item := range items {
			if item.Role == "" {
				item.Role = "tool"
			}
			p.messages = append(p.messages, message{item.Role, string(item.Content + item.Output)})
		}
	}
	for _, t := range q.Tools {
		p.tools = append(p.tools, t.Name)
	}
	return p
}

func (s *Server) responses(w http.ResponseWriter, r *http.Request) {
	var q responsesRequest
	raw, ok := s.take(w, r, "openai", &q)
	if !ok {
		return
	}
	c, err := s.complete(r.Context(), q.prompt(), raw)
	if err != nil {
		return
	}
	part := map[string]any{"type": "output_text", "text": c.Text, "annotations": []any{}}
	item := map[string]any{"id": c.name("msg"), "type": "message", "status": "completed", "role": "assistant", "content": []any{part}}
	if c.Tool != "" {
		item = map[string]any{"id": c.name("fc"), "type": "function_call", "status": "completed", "call_id": c.name("call"), "name": c.Tool, "arguments": c.Args}
	}
	usage := c.usage()
	whole := map[string]any{
		"id": c.name("resp"), "object": "response", "created_at": s.options.Clock().Unix(), "status": "completed", "model": q.Model,
		"error": nil, "incomplete_details": nil, "instructions": nil, "metadata": map[string]any{}, "tools": []any{}, "tool_choice": "auto",
		"parallel_tool_calls": true, "temperature": 1, "top_p": 1, "output": []any{item},
		"usage": map[string]any{"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"], "total_tokens": usage["total_tokens"]},
	}
	if !q.Stream {
		send(w, whole)
		return
	}
	out, n := newStream(w), 0
	event := func(kind string, fields map[string]any) {
		fields["type"], fields["sequence_number"] = kind, n
		n++
		out.event(kind, fields)
	}
	begun := map[string]any{"id": whole["id"], "object": "response", "created_at": whole["created_at"], "status": "in_progress", "model": q.Model, "output": []any{}}
	event("response.created", map[string]any{"response": begun})
	event("response.output_item.added", map[string]any{"output_index": 0, "item": map[string]any{"id": item["id"], "type": item["type"], "status": "in_progress", "role": "assistant", "content": []any{}}})
	if c.Tool == "" {
		event("response.content_part.added", map[string]any{"item_id": item["id"], "output_index": 0, "content_index": 0, "part": map[string]any{"type": "output_text", "text": "", "annotations": []any{}}})
		for _, p := range pieces(c.Text) {
			event("response.output_text.delta", map[string]any{"item_id": item["id"], "output_index": 0, "content_index": 0, "delta": p})
		}
		event("response.output_text.done", map[string]any{"item_id": item["id"], "output_index": 0, "content_index": 0, "text": c.Text})
		event("response.content_part.done", map[string]any{"item_id": item["id"], "output_index": 0, "content_index": 0, "part": part})
	}
	event("response.output_item.done", map[string]any{"output_index": 0, "item": item})
	event("response.completed", map[string]any{"response": whole})
}

// dimensions of an embedding; real ones have more, and nothing here depends on it.
const dimensions = 256

func (s *Server) embeddings(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Model  string          `json:"model"`
		Input  json.RawMessage `json:"input"`
		Format string          `json:"encoding_format"`
	}
	raw, ok := s.take(w, r, "openai", &q)
	if !ok {
		return
	}
	var texts []string
	var one string
	if json.Unmarshal(q.Input, &one) == nil {
		texts = []string{one}
	} else if err := json.Unmarshal(q.Input, &texts); err != nil {
		openAIError(w, http.StatusBadRequest, "invalid_request_error", "'input' must be a string or an array of strings")
		return
	}
	s.overheard("openai", q.Model, "embedding", strings.Join(texts, "\n"), raw)
	var data []any
	for i, t := range texts {
		var vector any = embedding(t)
		if q.Format == "base64" {
			vector = packed(embedding(t))
		}
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": vector})
	}
	send(w, map[string]any{"object": "list", "data": data, "model": q.Model, "usage": map[string]any{"prompt_tokens": len(texts), "total_tokens": len(texts)}})
}

// embedding depends on the words of a text and on nothing else.
func embedding(text string) []float32 {
	v := make([]float32, dimensions)
	for _, word := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[h.Sum32()%dimensions]++
	}
	return v
}

// overheard records what was told to a model that does not talk: embeddings, speech.
func (s *Server) overheard(provider, model, role, text string, raw []byte) {
	s.options.Recorder.Record(progon.Event{
		Surface: progon.SurfaceModel, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: provider, Place: "запрос к модели " + model,
		Text: text, Fields: []progon.Field{{Name: "model", Value: model}, {Name: role, Value: text}}, Status: http.StatusOK, Raw: raw,
	})
}

// transcription hears nothing: it answers what stands in the file if that is text, else a
// fixed sentence.
func (s *Server) transcription(w http.ResponseWriter, r *http.Request) {
	contentType := r.Header.Get("Content-Type")
	raw, ok := s.take(w, r, "openai", nil)
	if !ok {
		return
	}
	_, boundary, _ := strings.Cut(contentType, "boundary=")
	heard, model := "Здравствуйте, запишите меня, пожалуйста.", "whisper-1"
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	parts := multipart.NewReader(bytes.NewReader(body), strings.Trim(boundary, `"`))
	for boundary != "" {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		text, err := io.ReadAll(io.LimitReader(part, maxBody))
		if err != nil {
			break
		}
		switch part.FormName() {
		case "model":
			model = string(text)
		case "file":
			if said, found := bytes.CutPrefix(text, []byte("TEXT:")); found {
				heard = string(said)
			}
		}
	}
	s.overheard("openai", model, "audio", "[звук] "+heard, raw)
	send(w, map[string]any{"text": heard})
}

func (s *Server) models(names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var data []any
		for _, n := range names {
			data = append(data, map[string]any{"id": n, "object": "model", "created": 1700000000, "owned_by": "progon"})
		}
		send(w, map[string]any{"object": "list", "data": data})
	}
}
