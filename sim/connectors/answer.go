package connectors

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/ohler55/ojg/jp"
	"github.com/ohler55/ojg/oj"

	"progon"
	"progon/sim"
	"progon/sim/excerpt"
)

// Answer says where a bot's messages are in what it sends. All paths are JSONPath.
type Answer struct {
	// Format is json where empty, or text: the whole answer is one message.
	Format string `yaml:"format"`
	// Replies selects the messages: texts, or objects of which Text and Buttons select
	// further. An answer without a message is silence.
	Replies string `yaml:"replies"`
	Text    string `yaml:"text"`    // within a reply; text, message or content where empty
	Buttons string `yaml:"buttons"` // within a reply, or else within the whole answer
	Title   string `yaml:"title"`   // within a button
	Payload string `yaml:"payload"` // within a button
	// Carry keeps values of an answer for the next requests of the conversation: a
	// conversation id that the bot gives out.
	Carry map[string]string `yaml:"carry"`
	// Error selects the text of an error that comes with status 200.
	Error string `yaml:"error"`
	// When tells messages from other traffic: each path must give that value.
	When map[string]string `yaml:"when"`
	// Typing and Over select something in what only says «typing», or «that was all».
	Typing string `yaml:"typing"`
	Over   string `yaml:"over"`
	// HTML tells that texts are HTML, as site widgets show it.
	HTML bool `yaml:"html"`
}

const (
	formatJSON = "json"
	formatText = "text"

	maxDepth   = 200 // of nested JSON
	maxReplies = 100 // messages in one answer
)

// answerReader finds a bot's messages in its answer.
type answerReader struct {
	Answer
	replies, text, buttons, title, payload, fails, typing, over jp.Expr
	carry                                                       map[string]jp.Expr
	when                                                        map[string]condition
}

type condition struct {
	path jp.Expr
	want string
}

func newAnswerReader(a Answer) (answerReader, error) {
	r := answerReader{Answer: a, carry: map[string]jp.Expr{}, when: map[string]condition{}}
	if a.Format != "" && a.Format != formatJSON && a.Format != formatText {
		return r, fmt.Errorf("connector.format: неизвестный вид ответа «%s»; известны: json, text", a.Format)
	}
	for _, p := range []struct {
		key, path string
		into      *jp.Expr
	}{
		{"replies", a.Replies, &r.replies}, {"text", a.Text, &r.text}, {"buttons", a.Buttons, &r.buttons},
		{"title", a.Title, &r.title}, {"payload", a.Payload, &r.payload}, {"error", a.Error, &r.fails},
		{"typing", a.Typing, &r.typing}, {"over", a.Over, &r.over},
	} {
		if p.path == "" {
			continue
		}
		e, err := parsePath("connector."+p.key, p.path)
		if err != nil {
			return r, err
		}
		*p.into = e
	}
	for name, path := range a.Carry {
		e, err := parsePath("connector.carry."+name, path)
		if err != nil {
			return r, err
		}
		r.carry[name] = e
	}
	for path, want := range a.When {
		e, err := parsePath("connector.when", path)
		if err != nil {
			return r, err
		}
		r.when[path] = condition{e, want}
	}
	return r, nil
}

func parsePath(key, path string) (jp.Expr, error) {
	e, err := jp.ParseString(path)
	if err != nil {
		return nil, fmt.Errorf("%s: неверный JSONPath «%s» (%w); пример: $.replies[*].text", key, path, err)
	}
	return e, nil
}

// heard is what one answer says.
type heard struct {
	messages []progon.Message
	carried  map[string]string
	typing   bool
	over     bool
	fits     bool // the conditions of When hold
	remark   string
}

// read returns what the bot says in one answer. An empty answer is silence.
func (r answerReader) read(body []byte) (heard, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return heard{}, nil
	}
	if r.Format == formatText {
		return heard{messages: []progon.Message{{Kind: progon.MessageText, Text: r.shown(strings.TrimSpace(string(body)))}}}, nil
	}
	parsed, err := parse(body)
	if err != nil {
		return heard{}, err
	}
	return r.pick(parsed)
}

// parse reads JSON of bounded depth.
func parse(body []byte) (any, error) {
	depth, quoted, escaped := 0, false, false
	for _, b := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = b == '\\', b != '"'
		case b == '"':
			quoted = true
		case b == '[' || b == '{':
			if depth++; depth > maxDepth {
				return nil, &sim.Failure{Text: fmt.Sprintf("ответ бота вложен глубже %d уровней: такой JSON Прогон не разбирает", maxDepth), Raw: body}
			}
		case b == ']' || b == '}':
			depth--
		}
	}
	v, err := oj.Parse(body)
	if err != nil {
		return nil, &sim.Failure{Text: "ответ бота не JSON; проверьте адрес в connector.url и format", Raw: body, Err: err}
	}
	return v, nil
}

// pickSignals reads everything but the messages.
func (r answerReader) pickSignals(parsed any) (heard, error) {
	h := heard{carried: map[string]string{}, fits: true}
	for name, e := range r.carry {
		if found := e.Get(parsed); len(found) > 0 && found[0] != nil {
			h.carried[name] = plain(found[0])
		}
	}
	if r.fails != nil {
		for _, v := range r.fails.Get(parsed) {
			if tells(v) {
				return h, &sim.Failure{Text: "бот ответил ошибкой (connector.error): «" + excerpt.Of(plain(v), shownRunes) + "»"}
			}
		}
	}
	h.typing, h.over = selects(r.typing, parsed), selects(r.over, parsed)
	for _, c := range r.when {
		if found := c.path.Get(parsed); len(found) == 0 || plain(found[0]) != c.want {
			h.fits = false
		}
	}
	return h, nil
}

// pick reads what was parsed already.
func (r answerReader) pick(parsed any) (heard, error) {
	h, err := r.pickSignals(parsed)
	if err != nil || !h.fits {
		return h, err
	}
	found := flatten(r.replies.Get(parsed))
	if len(found) > maxReplies {
		return h, &sim.Failure{Text: fmt.Sprintf("бот прислал %d сообщений в одном ответе; больше %d Прогон не принимает", len(found), maxReplies)}
	}
	for _, v := range found {
		h.add(r.message(v))
	}
	if r.buttons != nil {
		r.commonButtons(&h, parsed)
	}
	if len(h.messages) == 0 {
		if err := misuse(parsed); err != nil {
			return h, err
		}
		h.remark = r.nothingIn(parsed)
	}
	return h, nil
}

// add keeps a message. Buttons without a text belong to the message before.
func (h *heard) add(m progon.Message) {
	if n := len(h.messages); m.Text == "" && m.File == "" && n > 0 && len(h.messages[n-1].Buttons) == 0 {
		h.messages[n-1].Buttons = m.Buttons
		return
	}
	if m.Text != "" || len(m.Buttons) > 0 || m.File != "" {
		h.messages = append(h.messages, m)
	}
}

// commonButtons gives buttons that stand beside the texts to the last of them.
func (r answerReader) commonButtons(h *heard, parsed any) {
	n := len(h.messages)
	if n == 0 {
		return
	}
	for _, m := range h.messages {
		if len(m.Buttons) > 0 {
			return
		}
	}
	for _, b := range flatten(r.buttons.Get(parsed)) {
		h.messages[n-1].Buttons = append(h.messages[n-1].Buttons, r.button(b))
	}
}

// nothingIn tells a tester which fields an answer without messages has: a wrong path looks
// like a silent bot. It gives names only, since values may be personal.
func (r answerReader) nothingIn(parsed any) string {
	object, ok := parsed.(map[string]any)
	if !ok || len(object) == 0 {
		return ""
	}
	return fmt.Sprintf("в ответе есть поля %s, но путь connector.replies «%s» ничего в них не нашёл", names(object), r.Replies)
}

func tells(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func selects(e jp.Expr, parsed any) bool {
	if e == nil {
		return false
	}
	found := e.Get(parsed)
	return len(found) > 0 && tells(found[0])
}

// flatten lets «$.replies» mean the same as «$.replies[*]», and rows of buttons the same
// as a plain list.
func flatten(found []any) []any {
	var out []any
	for _, v := range found {
		if list, ok := v.([]any); ok {
			out = append(out, flatten(list)...)
		} else if v != nil {
			out = append(out, v)
		}
	}
	return out
}

func (r answerReader) message(v any) progon.Message {
	m := progon.Message{Kind: progon.MessageText}
	object, ok := v.(map[string]any)
	if !ok {
		m.Text = r.shown(plain(v))
		return m
	}
	m.Text = r.shown(joined(all(r.text, object, "text", "message", "content", "body")))
	m.ID = plain(first(nil, object, "id", "message_id"))
	if f := first(nil, object, "image", "photo"); f != nil {
		m.Kind, m.File = progon.MessagePhoto, nameOf(f)
	} else if f := first(nil, object, "file", "document", "attachment"); f != nil {
		m.Kind, m.File = progon.MessageFile, nameOf(f)
	}
	if m.File == "" {
		m.Kind = progon.MessageText
	}
	for _, b := range flatten(all(r.buttons, object, "buttons", "options", "quick_replies", "suggestions")) {
		m.Buttons = append(m.Buttons, r.button(b))
	}
	return m
}

// nameOf is the name or the address of a file.
func nameOf(v any) string {
	if object, ok := v.(map[string]any); ok {
		return plain(first(nil, object, "name", "filename", "url", "src"))
	}
	return plain(v)
}

func (r answerReader) button(v any) progon.Button {
	object, ok := v.(map[string]any)
	if !ok {
		return progon.Button{Title: plain(v)}
	}
	return progon.Button{
		Title:   plain(first(r.title, object, "title", "text", "label", "caption", "name")),
		Payload: plain(first(r.payload, object, "payload", "value", "callback_data", "data")),
		URL:     plain(first(nil, object, "url", "link")),
	}
}

func all(e jp.Expr, object map[string]any, keys ...string) []any {
	if e != nil {
		return e.Get(object)
	}
	for _, k := range keys {
		if v, ok := object[k]; ok && v != nil {
			return []any{v}
		}
	}
	return nil
}

func first(e jp.Expr, object map[string]any, keys ...string) any {
	if found := all(e, object, keys...); len(found) > 0 {
		return found[0]
	}
	return nil
}

// joined puts the pieces of one text together: a list of paragraphs, or of content parts.
func joined(found []any) string {
	var parts []string
	for _, v := range flatten(found) {
		if object, ok := v.(map[string]any); ok {
			v = first(nil, object, "text", "content", "value", "body")
		}
		if s := plain(v); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

var (
	lineTag = regexp.MustCompile(`(?i)<(?:br\s*/?|/p|/li|/div|/h[1-6]|/tr)\s*>`)
	anyTag  = regexp.MustCompile(`</?[A-Za-z!][^<>]*>`)
	manyEnd = regexp.MustCompile(`\n{3,}`)
)

// shown is a text as the client sees it.
func (r answerReader) shown(text string) string {
	if r.HTML {
		text = anyTag.ReplaceAllString(lineTag.ReplaceAllString(text, "\n"), "")
		text = strings.TrimSpace(manyEnd.ReplaceAllString(html.UnescapeString(text), "\n\n"))
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return oj.JSON(v)
}
