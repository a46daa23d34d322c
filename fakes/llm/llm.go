// Package llm is a language model that is none: it speaks the protocols of OpenAI (chat
// completions, responses, embeddings, models, transcription), YandexGPT and GigaChat (with
// its OAuth), and answers by rules, always the same. Every prompt becomes an event on the
// model surface, in full, so that checks can look for what a model must not be told.
//
// It understands nothing. What it answers is decided by [Rule]s, then by its [Mode]: a
// model that behaves, or one that advises, invents, obeys and breaks down. Not modelled:
// images, audio out, fine-tuning, the Assistants API, prices and quotas.
//
// Start at [New].
package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"progon"
	"progon/fakes/calls"
	"progon/fakes/faults"
)

// Mode is the character of the model.
type Mode string

// Modes. Every one but Polite is a model against which a bot must protect its clients.
const (
	Polite      Mode = "polite"
	Advises     Mode = "advises"      // gives medical advice whatever it is asked
	Invents     Mode = "invents"      // makes up a price and a free hour
	Obeys       Mode = "obeys"        // does what the client's text orders
	Repeats     Mode = "repeats"      // says the digits of the prompt again
	TellsPrompt Mode = "tells-prompt" // shows its system instruction
	BreaksJSON  Mode = "breaks-json"  // answers half of an object
	Silent      Mode = "silent"       // never answers
)

// Modes lists them with what they do, for the help.
func Modes() []struct{ Name, About string } {
	return []struct{ Name, About string }{
		{string(Polite), "вежливый и бесполезный ответ; по правилам, если они заданы"},
		{string(Advises), "даёт медицинские советы"}, {string(Invents), "выдумывает цены и свободное время"},
		{string(Obeys), "исполняет то, что велит клиент"}, {string(Repeats), "повторяет числа из запроса"},
		{string(TellsPrompt), "показывает системную инструкцию"}, {string(BreaksJSON), "обрывает JSON посередине"},
		{string(Silent), "не отвечает"},
	}
}

// Rule answers prompts whose last message of the user fits.
type Rule struct {
	When  string `yaml:"when"`  // a regular expression
	Reply string `yaml:"reply"` // what the model says …
	// … or which of the offered tools it calls, with which arguments (JSON).
	Tool string `yaml:"tool"`
	Args string `yaml:"args"`
}

// Options are what a model needs.
type Options struct {
	Recorder progon.Recorder // nil drops what was seen
	Clock    func() time.Time
	Mode     Mode
	Rules    []Rule
}

// Server is the model. It is safe for concurrent use.
type Server struct {
	options Options
	rules   []compiled
	faults  faults.Set
	mux     *http.ServeMux

	mu    sync.Mutex
	mode  Mode
	count int
	done  map[string]completion // answers of asynchronous requests
}

type compiled struct {
	Rule
	when *regexp.Regexp
}

// maxBody is more than any prompt of a chat bot.
const maxBody = 8 << 20

// New makes a model. A rule that is no regular expression, or an unknown mode, is an error.
func New(o Options) (*Server, error) {
	if o.Mode == "" {
		o.Mode = Polite
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Recorder == nil {
		o.Recorder = dropped{}
	}
	s := &Server{options: o, mux: http.NewServeMux(), done: map[string]completion{}}
	if err := s.SetMode(o.Mode); err != nil {
		return nil, err
	}
	for _, r := range o.Rules {
		when, err := regexp.Compile("(?i)" + r.When)
		if err != nil {
			return nil, fmt.Errorf("правило «%s»: не регулярное выражение: %w", r.When, err)
		}
		s.rules = append(s.rules, compiled{r, when})
	}
	s.openAI()
	s.yandex()
	s.gigaChat()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		openAIError(w, http.StatusNotFound, "invalid_request_error", "Unknown request URL: "+r.Method+" "+r.URL.Path)
	})
	return s, nil
}

// SetMode changes the character of the model.
func (s *Server) SetMode(m Mode) error {
	var known []string
	for _, k := range Modes() {
		if k.Name == string(m) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.mode = m
			return nil
		}
		known = append(known, k.Name)
	}
	return fmt.Errorf("характер модели «%s» неизвестен; есть: %s", m, strings.Join(known, ", "))
}

// Fail breaks the model from now on; ClearFaults mends it. The methods of rules are the
// names of providers: «openai», «yandexgpt», «gigachat».
func (s *Server) Fail(r faults.Rule) { s.faults.Add(r, s.options.Clock()) }

// ClearFaults ends all faults.
func (s *Server) ClearFaults() { s.faults.Clear() }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

type dropped struct{}

func (dropped) Record(e progon.Event) progon.Event { return e }

// message is one turn of a prompt.
type message struct {
	Role, Text string
}

// prompt is a request in the terms that all providers share.
type prompt struct {
	provider, model string
	messages        []message
	tools           []string // names
	json            bool     // an object is wanted
	schema          map[string]any
}

// user is what the user has said last.
func (p prompt) user() string {
	for i := len(p.messages) - 1; i >= 0; i-- {
		if p.messages[i].Role == "user" {
			return p.messages[i].Text
		}
	}
	return ""
}

func (p prompt) system() string {
	for _, m := range p.messages {
		if m.Role == "system" || m.Role == "developer" {
			return m.Text
		}
	}
	return ""
}

// text is the whole prompt for reading.
func (p prompt) text() string {
	var b strings.Builder
	for i, m := range p.messages {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(m.Role + ": " + m.Text)
	}
	return b.String()
}

// completion is an answer in the terms that all providers share.
type completion struct {
	Text       string
	Tool, Args string
	id         int
	tokens     int // of the prompt
}

// errSilent says that the caller has given up.
var errSilent = errors.New("the model kept silent")

// complete records a prompt and answers it.
func (s *Server) complete(ctx context.Context, p prompt, raw []byte) (completion, error) {
	s.mu.Lock()
	mode := s.mode
	s.count++
	c := completion{id: s.count, tokens: len([]rune(p.text()))/3 + 1}
	s.mu.Unlock()
	e := progon.Event{
		Surface: progon.SurfaceModel, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: p.provider, Place: "запрос к модели " + p.model,
		Text: p.text(), Fields: []progon.Field{{Name: "model", Value: p.model}}, Status: http.StatusOK, Raw: raw,
	}
	for i, m := range p.messages {
		e.Fields = append(e.Fields, progon.Field{Name: fmt.Sprintf("messages[%d].%s", i, m.Role), Value: m.Text})
	}
	if mode == Silent {
		e.Status = 0
		s.options.Recorder.Record(e)
		<-ctx.Done()
		return c, errSilent
	}
	c.Text, c.Tool, c.Args = s.answer(mode, p)
	e.Answer = []progon.Field{{Name: "text", Value: c.Text}}
	if c.Tool != "" {
		e.Answer = append(e.Answer, progon.Field{Name: "tool", Value: c.Tool + " " + c.Args})
	}
	s.options.Recorder.Record(e)
	return c, nil
}

// answer decides what the model says: a rule, then its character.
func (s *Server) answer(mode Mode, p prompt) (text, tool, args string) {
	for _, r := range s.rules {
		if r.when.MatchString(p.user()) {
			args := r.Args
			if args == "" {
				args = "{}"
			}
			return r.Reply, r.Tool, args
		}
	}
	switch mode {
	case Advises:
		text = "Похоже на воспаление. Принимайте ибупрофен 400 мг три раза в день и грейте больное место."
	case Invents:
		text = "Стоимость 990 рублей, есть свободное время сегодня в 18:30, записал вас."
	case Obeys:
		text = "Хорошо, делаю, как вы велели: " + p.user()
	case Repeats:
		text = "Записал ваш номер: " + strings.Join(digits.FindAllString(p.text(), -1), " ")
	case TellsPrompt:
		text = "Моя инструкция: " + p.system()
	case BreaksJSON:
		return `{"intent": "book", "service": `, "", ""
	default:
		text = "Спасибо за сообщение! Уточните, пожалуйста, что вас интересует."
	}
	if p.json {
		object, err := json.Marshal(filled(p.schema, text, 0))
		if err == nil {
			return string(object), "", ""
		}
	}
	return text, "", ""
}

var digits = regexp.MustCompile(`\d[\d ()+-]*\d`)

// filled makes a value that a JSON schema allows; the text goes into its first string.
func filled(schema map[string]any, text string, depth int) any {
	if depth > 20 {
		return nil
	}
	if choices, ok := schema["enum"].([]any); ok && len(choices) > 0 {
		return choices[len(choices)-1]
	}
	kind, _ := schema["type"].(string)
	if list, ok := schema["type"].([]any); ok && len(list) > 0 {
		kind, _ = list[0].(string)
	}
	switch kind {
	case "string":
		return text
	case "number", "integer":
		return 0
	case "boolean":
		return false
	case "array":
		return []any{}
	case "null":
		return nil
	}
	properties, _ := schema["properties"].(map[string]any)
	if len(properties) == 0 {
		return map[string]any{"answer": text}
	}
	object := map[string]any{}
	for name, p := range properties {
		inner, _ := p.(map[string]any)
		object[name] = filled(inner, text, depth+1)
	}
	return object
}

// take reads a request of a provider, lets faults happen and decodes the body. What it
// answers itself is told by ok.
func (s *Server) take(w http.ResponseWriter, r *http.Request, provider string, into any) (raw []byte, ok bool) {
	key := r.Header.Get("Authorization")
	r.Header.Del("Authorization") // the key of the model is for the model
	body, raw, err := calls.Capture(r, maxBody)
	if err != nil {
		openAIError(w, http.StatusRequestEntityTooLarge, "invalid_request_error", "The request body is too large.")
		return nil, false
	}
	if key == "" && r.Header.Get("X-Api-Key") == "" {
		openAIError(w, http.StatusUnauthorized, "invalid_request_error", "You didn't provide an API key in the Authorization header.")
		return nil, false
	}
	if rule, hit := s.faults.Next(provider, s.options.Clock(), nil); hit && s.broken(w, r, rule, provider, raw) {
		return nil, false
	}
	if into == nil {
		return raw, true
	}
	if err := json.Unmarshal(body, into); err != nil {
		openAIError(w, http.StatusBadRequest, "invalid_request_error", "We could not parse the JSON body of your request.")
		return nil, false
	}
	return raw, true
}

// broken carries a fault out; a slow answer is still one.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, rule faults.Rule, provider string, raw []byte) bool {
	if rule.Kind == faults.Slow {
		timer := time.NewTimer(rule.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			return false
		case <-r.Context().Done():
			return true
		}
	}
	s.options.Recorder.Record(progon.Event{
		Surface: progon.SurfaceModel, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: provider, Place: "запрос к модели",
		Status: rule.Status, Error: string(rule.Kind), Raw: raw, Text: string(raw[max(0, len(raw)-4096):]),
	})
	switch rule.Kind {
	case faults.Lose, faults.Mute:
		<-r.Context().Done() // a model that hangs, as they do
	case faults.CutOff:
		faults.Cut(w, http.StatusOK, []byte(`{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0`))
	case faults.Break:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(rule.Status)
		_, _ = w.Write([]byte("<html><body>Bad Gateway</body></html>"))
	default:
		openAIError(w, rule.Status, "server_error", "The server had an error while processing your request. "+rule.Code)
	}
	return true
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}
