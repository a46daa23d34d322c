// Package botfile reads progon.yaml: how to reach one bot, how to start it, where its
// logs are, how its fields and people are called in the CRM, what it can do and what
// blocks its launch. Every mistake is answered with line, column and what is allowed.
package botfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"progon/sim/connectors"
	"progon/sim/launch"
	"progon/sim/storage"
)

// File is one progon.yaml.
type File struct {
	Bot       Bot               `yaml:"bot"`
	Connector connectors.Config `yaml:"connector"`
	Logs      []Log             `yaml:"logs"`
	// Storage is what the bot keeps: databases and files. Cells that are new are read
	// whenever a scenario looks at them, and at its end.
	Storage []storage.Config `yaml:"storage"`
	Egress  *Egress          `yaml:"egress"`
	Model   Model            `yaml:"model"`
	Alerts  Alerts           `yaml:"alerts"`
	CRM     CRM              `yaml:"crm"`
	Control Control          `yaml:"control"`
	// Can lists what the bot is able to do; see Capabilities. A scenario that needs
	// more is not checked, and is shown as such.
	Can    []string `yaml:"can"`
	Policy Policy   `yaml:"policy"`
	// Events are the names under which the bot's log keeps what scenarios call
	// «попытка выгрузки», «повтор отброшен».
	Events map[string][]string `yaml:"events"`

	// Dir is where relative paths start: the folder of the file.
	Dir string `yaml:"-"`
	// Hash identifies the content.
	Hash string `yaml:"-"`
}

// Bot says what is rehearsed and how it is started. Exactly one of URL, Command, Image
// and Sample is set.
type Bot struct {
	Name    string          `yaml:"name"`
	Version string          `yaml:"version"`
	URL     string          `yaml:"url"`
	Command *launch.Command `yaml:"command"`
	Image   *launch.Image   `yaml:"image"`
	Sample  *Sample         `yaml:"sample"`
	// Model is «none» for a bot that uses no language model: then there is nothing to see.
	Model string `yaml:"model"`
	// Lanes bounds how many copies of the bot run side by side; 0 means as many as
	// scenarios run in parallel. A bot reached by URL is always one lane.
	Lanes int `yaml:"lanes"`
}

// NoModel is the value of Model for a bot without one.
const NoModel = "none"

// Sample starts the built-in sample bot.
type Sample struct {
	Defect  string `yaml:"defect"`
	Wording int    `yaml:"wording"`
	Order   string `yaml:"order"`
}

// Egress is the proxy through which the bot reaches other hosts.
type Egress struct {
	// Mode is «block» (nobody outside is reached), «allowed» (the hosts of policy.hosts are)
	// or «watch» (everybody is).
	Mode string `yaml:"mode"`
	// Listen fixes the address of the proxy, for a bot that is running already.
	Listen string `yaml:"listen"`
	// Zones are the countries of hosts, for the report: «*.example.ru»: Россия.
	Zones map[string]string `yaml:"zones"`
}

// Alerts is where the bot's alarms may go besides the CRM: a web hook that is always
// there, as {{alerts}}, and a mail server.
type Alerts struct {
	Listen string `yaml:"listen"` // fixes the address of the web hook
	Mail   *Mail  `yaml:"mail"`
}

// Mail is a mail server for alarms; the bot is told its host:port as {{smtp}}.
type Mail struct {
	Listen string `yaml:"listen"`
	// Roles are the staff behind addresses: it@salon.example: дежурный ИТ.
	Roles map[string]string `yaml:"roles"`
}

// Model is the stand-in of a language model: what it says to the bot. A bot that Progon
// starts is told its address as {{llm}}.
type Model struct {
	// Mode is its character; empty means a polite one. «progon fake llm --help» lists them.
	Mode   string      `yaml:"mode"`
	Rules  []ModelRule `yaml:"rules"`
	Listen string      `yaml:"listen"` // fixes its address, for a bot that is running already
}

// ModelRule answers prompts whose last message fits.
type ModelRule struct {
	When  string `yaml:"when"`
	Reply string `yaml:"reply"`
	Tool  string `yaml:"tool"`
	Args  string `yaml:"args"`
}

// Log is one place where the bot writes. Exactly one of the three is set.
type Log struct {
	// File is a path or a pattern, relative to progon.yaml. {{dir}} is the folder that
	// each copy of the bot has for itself; without it the copies would share a log, and
	// only one is started.
	File string `yaml:"file"`
	// Syslog and Push are addresses on which Progon takes lines: syslog over UDP and TCP,
	// Loki and OpenTelemetry over HTTP. «auto» takes a free one, which the bot is told as
	// {{syslog}}, {{loki}} and {{otlp}}.
	Syslog string `yaml:"syslog"`
	Push   string `yaml:"push"`
}

// Auto is the address of a log that Progon chooses.
const Auto = "auto"

// CRM says how the portal of this bot names things.
type CRM struct {
	// Portal is a YAML file with users, funnels, sources and fields of the fake portal.
	Portal string `yaml:"portal"`
	// Fields gives the codes behind the names in scenarios: «Согласие»: UF_CRM_CONSENT.
	Fields map[string]string `yaml:"fields"`
	// People gives the staff behind the roles in scenarios.
	People map[string]Person `yaml:"people"`
	// Entities gives the kind of card behind a name, where a portal differs: a portal
	// without leads says «лид: deal».
	Entities map[string]string `yaml:"entities"`
	// Listen and Token fix the address of the fake portal, for a bot that is running
	// already: http://LISTEN/rest/1/TOKEN/. A bot that Progon starts is told a free one.
	Listen string `yaml:"listen"`
	Token  string `yaml:"token"`
	// Scopes are the rights of the webhook; empty means all.
	Scopes []string `yaml:"scopes"`
}

// Person is one role of the staff as the portal knows it.
type Person struct {
	User  int `yaml:"user"`
	Queue int `yaml:"queue"`
}

// Control is how Progon reaches behind the bot's conversation, where the bot lets it.
type Control struct {
	Clock    *Request `yaml:"clock"`    // moves the bot's clock: {{now}}
	Reset    *Request `yaml:"reset"`    // forgets all conversations
	Restart  bool     `yaml:"restart"`  // … or the bot is started anew for each scenario
	Settings *Request `yaml:"settings"` // sets one setting: {{name}}, {{value}}
	Operator *Request `yaml:"operator"` // a person answers: {{session}}, {{role}}, {{text}}, {{return}}
	Check    *Request `yaml:"check"`    // checks the bot's settings, answers problems
	Metrics  *Request `yaml:"metrics"`  // answers the bot's figures by name
	View     *Request `yaml:"view"`     // a person opens the client's card: {{role}}, {{session}}
}

// Request is one call to the bot's control plane. Values in {{…}} are put in.
type Request struct {
	Method  string            `yaml:"method"`
	URL     string            `yaml:"url"`
	Headers map[string]string `yaml:"headers"`
	Body    any               `yaml:"body"`
	// Result is the JSONPath of what is read from the answer.
	Result string `yaml:"result"`
}

// Policy is what was agreed with the lawyer for this business.
type Policy struct {
	// ReplyWithin is the promised time of an answer.
	ReplyWithin Duration `yaml:"reply_within"`
	// TurnTimeout is how long Progon waits for an answer at all.
	TurnTimeout Duration `yaml:"turn_timeout"`
	// Settle is how long Progon waits for what must come of a turn: a card, a task.
	Settle Duration `yaml:"settle"`
	// Quiet is how long a bot must have been silent before its silence counts.
	Quiet Duration `yaml:"quiet"`
	// Hosts are the addresses in Russia that the bot may call, besides the fakes.
	Hosts []string `yaml:"hosts"`
	// Own are the business's public phones, addresses and names: never a leak.
	Own Own `yaml:"own"`
	// Approved are memos that a doctor has signed: the bot may send them word by word.
	Approved []string `yaml:"approved"`
	// Retention is how long conversations are kept.
	Retention string `yaml:"retention"`
}

// Own are public data of the business itself.
type Own struct {
	Phones    []string `yaml:"phones"`
	Emails    []string `yaml:"emails"`
	Addresses []string `yaml:"addresses"`
	Sites     []string `yaml:"sites"`
	Staff     []string `yaml:"staff"`
}

// All lists the public data of the business.
func (o Own) All() []string {
	return slices.Concat(o.Phones, o.Emails, o.Addresses, o.Sites, o.Staff)
}

// Duration is a time.Duration written as «30s».
type Duration time.Duration

// UnmarshalYAML reads «30s», «2m».
func (d *Duration) UnmarshalYAML(text []byte) error {
	v, err := time.ParseDuration(strings.Trim(string(text), "\"' \n"))
	if err != nil {
		return fmt.Errorf("ожидалась длительность, например 30s или 2m, а не %s", bytes.TrimSpace(text))
	}
	*d = Duration(v)
	return nil
}

// Or returns the duration, or a default where none is set.
func (d Duration) Or(fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return time.Duration(d)
}

// Load reads and checks a file.
func Load(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: не удалось прочитать настройку: %w", path, err)
	}
	f, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.Dir = filepath.Dir(path)
	return f, nil
}

// Parse reads and checks the text of a file.
func Parse(text []byte) (*File, error) {
	var f File
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := dec.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("файл пуст; образец настройки печатает «progon init»")
		}
		return nil, fmt.Errorf("настройка не разобрана:\n%s", inRussian(yaml.FormatError(err, false, true)))
	}
	sum := sha256.Sum256(text)
	f.Hash = hex.EncodeToString(sum[:])
	if err := f.check(); err != nil {
		return nil, err
	}
	return &f, nil
}

// Path resolves a path of the file.
func (f *File) Path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(f.Dir, p)
}

// Shared tells whether copies of the bot would write into one log.
func (f *File) Shared() bool {
	for _, l := range f.Logs {
		if l.File == "" {
			if l.Syslog != Auto && l.Push != Auto {
				return true
			}
			continue
		}
		if !strings.Contains(l.File, "{{dir}}") && !strings.Contains(l.File, "{{lane}}") {
			return true
		}
	}
	return false
}

// Has tells whether the bot has declared a capability.
func (f *File) Has(capability string) bool {
	for _, c := range f.Can {
		if c == capability {
			return true
		}
	}
	return false
}
