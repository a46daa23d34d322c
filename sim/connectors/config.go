// Package connectors holds the ways to speak to a bot, one file each. A connector is
// described by the «connector» part of progon.yaml; it sends and receives, and judges
// nothing. Start at [Config] and [New]; a new channel is one file and one row in kinds.
package connectors

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"progon/sim"
)

// Config describes how one bot is spoken to. Values in {{…}} are put into the request
// (see valueNames), variables of the environment as ${NAME}.
type Config struct {
	// Kind is the name of the connector; empty means «http». See Kinds.
	Kind string `yaml:"kind"`
	// Preset is a well-known bot whose settings are taken where nothing else is said.
	// See Presets.
	Preset string `yaml:"preset"`
	// Path is another word for url.
	Path string `yaml:"path"`

	Request `yaml:",inline"`
	Answer  `yaml:",inline"`

	// Start is a request that opens a conversation, where a bot needs one.
	Start *Request `yaml:"start"`
	// Poll is an address where the bot keeps what it says by itself.
	Poll string `yaml:"poll"`
	// Timeout bounds one request; 60s where empty.
	Timeout string `yaml:"timeout"`
	// Types renames the kinds of message for this bot: «button: callback».
	Types map[string]string `yaml:"types"`

	Callback *Callback `yaml:"callback"` // kind webhook
	Socket   *Socket   `yaml:"socket"`   // kinds websocket and socketio
	Stream   *Stream   `yaml:"stream"`   // kinds sse and ndjson
}

// Options are what the surroundings give to a connector.
type Options struct {
	// BaseURL is the address of the bot, for paths without a host.
	BaseURL string
	Client  *http.Client // nil means a client of its own
	Clock   func() time.Time
	// Env reads a variable of the environment; nil means os.LookupEnv.
	Env func(name string) (string, bool)
}

// kind is one row of the table.
type kind struct {
	name  string
	about string
	check func(Config) []error
	open  func(Config, Options) (sim.Connector, error)
}

// kinds is the explicit table of connectors, in the order of the help.
func kinds() []kind {
	return []kind{
		{"http", "запрос на каждое сообщение, ответ бота в теле ответа", checkHTTP, openHTTP},
		{"webhook", "запрос на каждое сообщение, бот отвечает своим запросом к Прогону", checkWebhook, openWebhook},
		{"websocket", "постоянное соединение, как у виджета на сайте", checkSocket, openWebSocket},
		{"socketio", "постоянное соединение Socket.IO 4", checkSocket, openSocketIO},
		{"sse", "запрос на каждое сообщение, ответ приходит по частям (text/event-stream)", checkStream, openSSE},
		{"ndjson", "запрос на каждое сообщение, ответ приходит по частям (JSON по строкам)", checkStream, openNDJSON},
	}
}

// Kind is a way to speak to a bot, for the help.
type Kind struct{ Name, About string }

// Kinds lists the connectors with what they are for.
func Kinds() []Kind {
	var out []Kind
	for _, k := range kinds() {
		out = append(out, Kind{k.name, k.about})
	}
	return out
}

func kindNames() string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

func find(name string) (kind, bool) {
	for _, k := range kinds() {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

// resolve fills in the preset and the defaults.
func (c Config) resolve() (Config, kind, error) {
	if reflect.ValueOf(c).IsZero() {
		c.Preset = "progon" // nothing was said: the bot follows our own agreement
	}
	if c.Path != "" && c.URL != "" {
		return c, kind{}, errors.New("connector: path и url — одно и то же; оставьте одно")
	}
	if c.URL == "" {
		c.URL = c.Path
	}
	if c.Preset != "" {
		p, ok := findPreset(c.Preset)
		if !ok {
			return c, kind{}, fmt.Errorf("connector.preset: неизвестная заготовка «%s»; известны: %s", c.Preset, presetNames())
		}
		c = c.over(p.config)
	}
	if c.Kind == "" {
		c.Kind = "http"
	}
	k, ok := find(c.Kind)
	if !ok {
		return c, kind{}, fmt.Errorf("connector.kind: неизвестный вид «%s»; известны: %s", c.Kind, kindNames())
	}
	return c, k, nil
}

// Check finds mistakes in a description, in Russian, with the key to correct.
func (c Config) Check() error {
	c, k, err := c.resolve()
	if err != nil {
		return err
	}
	return errors.Join(k.check(c)...)
}

// checkCommon finds the mistakes that any kind may have.
func checkCommon(c Config) []error {
	var wrong []error
	wrong = append(wrong, c.Request.check("connector")...)
	if c.Start != nil {
		wrong = append(wrong, c.Start.check("connector.start")...)
	}
	if _, err := newAnswerReader(c.Answer); err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, checkDuration("connector.timeout", c.Timeout))
	for _, name := range unknownNames(c) {
		wrong = append(wrong, fmt.Errorf("connector: значения {{%s}} нет; есть: %s и то, что названо в carry", name, strings.Join(valueNames(), ", ")))
	}
	for _, part := range []struct {
		key   string
		set   bool
		kinds string
	}{
		{"callback", c.Callback != nil, "webhook"},
		{"socket", c.Socket != nil, "websocket socketio"},
		{"stream", c.Stream != nil, "sse ndjson"},
	} {
		if part.set && !strings.Contains(" "+part.kinds+" ", " "+c.Kind+" ") {
			wrong = append(wrong, fmt.Errorf("connector.%s: этот раздел нужен при kind: %s, а указан вид «%s»",
				part.key, strings.ReplaceAll(part.kinds, " ", " или "), c.Kind))
		}
	}
	return wrong
}

func checkDuration(key, text string) error {
	if text == "" {
		return nil
	}
	if d, err := time.ParseDuration(text); err != nil || d <= 0 {
		return fmt.Errorf("%s: ожидалась длительность, например 30s, а не «%s»", key, text)
	}
	return nil
}

// checkSays finds a request that would tell the bot nothing.
func checkSays(c Config) []error {
	if c.Body == nil && c.Raw == "" && len(c.Form) == 0 && !strings.Contains(c.URL, "{{") {
		return []error{errors.New(`connector.body: не сказано, что послать боту; например {session: "{{session}}", text: "{{text}}"}`)}
	}
	return nil
}

// checkHears finds a description that would never hear a message.
func checkHears(c Config) []error {
	if c.Replies == "" && c.Format != formatText {
		return []error{errors.New("connector.replies: не сказано, где в ответе сообщения бота; например $.replies[*].text")}
	}
	return nil
}

// New opens a connector.
func New(c Config, o Options) (sim.Connector, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	c, k, err := c.resolve()
	if err != nil {
		return nil, err
	}
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return k.open(c, o)
}

// lasts reads a duration that was checked before.
func lasts(text string, fallback time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d
	}
	return fallback
}
