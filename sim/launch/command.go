package launch

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Command describes how a bot is started. Values in {{…}} are put into arguments,
// environment and url; a {{port}} is one that nobody uses.
type Command struct {
	Run Words             `yaml:"run"`
	Dir string            `yaml:"dir"` // relative to progon.yaml
	Env map[string]string `yaml:"env"`
	// Port is the variable in which the bot looks for its port; PORT where neither it nor
	// URL is given.
	Port string `yaml:"port"`
	// URL is where the bot will listen: http://127.0.0.1:{{port}} where empty.
	URL   string `yaml:"url"`
	Ready Ready  `yaml:"ready"`
	// Timeout is how long the bot may take to start; 30s where empty.
	Timeout string `yaml:"timeout"`
	// Stop is how long it may take to end when it is asked to; 3s where empty.
	Stop string `yaml:"stop"`
}

// Words is a command line: a list, or one string with quotes as in a shell. There is no
// shell: no variables, no pipes.
type Words []string

// UnmarshalYAML reads a list or a string.
func (w *Words) UnmarshalYAML(unmarshal func(any) error) error {
	var list []string
	if unmarshal(&list) == nil {
		*w = list
		return nil
	}
	var line string
	if err := unmarshal(&line); err != nil {
		return err
	}
	words, err := split(line)
	if err != nil {
		return fmt.Errorf("bot.command.run: %w", err)
	}
	*w = words
	return nil
}

// split cuts a command line at spaces outside of quotes.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	inside, escaped := false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0 && !(quote == '"' && r == '\\'):
			word.WriteRune(r)
		case r == '\\':
			inside, escaped = true, true
		case r == '"' || r == '\'':
			inside, quote = true, r
		case r == ' ' || r == '\t' || r == '\n':
			if inside {
				words = append(words, word.String())
				word.Reset()
				inside = false
			}
		default:
			inside = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("кавычка %c не закрыта; лучше напишите списком: [\"node\", \"bot.js\"]", quote)
	}
	if inside || escaped {
		words = append(words, word.String())
	}
	return words, nil
}

// Ready says how to see that the bot can be spoken to. Empty means: its address answers.
type Ready struct {
	URL  string `yaml:"url"`  // a path (or a whole address) that answers
	Log  string `yaml:"log"`  // a pattern of a line that it prints
	Port bool   `yaml:"port"` // its port takes connections
}

// UnmarshalYAML reads a path, or the three ways by name.
func (r *Ready) UnmarshalYAML(unmarshal func(any) error) error {
	var path string
	if unmarshal(&path) == nil {
		r.URL = path
		return nil
	}
	type plain Ready
	return unmarshal((*plain)(r))
}

// Check finds mistakes in a description, in Russian, with the key to correct.
func (c Command) Check() error {
	var wrong []error
	if len(c.Run) == 0 || strings.TrimSpace(c.Run[0]) == "" {
		wrong = append(wrong, errors.New(`bot.command.run: не указано, что запускать; пример: ["node", "bot.js"]`))
	}
	for _, d := range []struct{ key, value string }{{"timeout", c.Timeout}, {"stop", c.Stop}} {
		if d.value == "" {
			continue
		}
		if v, err := time.ParseDuration(d.value); err != nil || v <= 0 {
			wrong = append(wrong, fmt.Errorf("bot.command.%s: ожидалась длительность, например 30s, а не «%s»", d.key, d.value))
		}
	}
	return errors.Join(append(wrong, c.Ready.check("bot.command"), checkEnv("bot.command", c.Env))...)
}

func (r Ready) check(key string) error {
	var wrong []error
	if _, err := regexp.Compile(r.Log); err != nil {
		wrong = append(wrong, fmt.Errorf("%s.ready.log: неверное регулярное выражение «%s»; пример: listening on", key, r.Log))
	}
	ways := 0
	for _, set := range []bool{r.URL != "", r.Log != "", r.Port} {
		if set {
			ways++
		}
	}
	if ways > 1 {
		wrong = append(wrong, fmt.Errorf("%s.ready: нужно что-то одно: url (адрес отвечает), log (строка в выводе) или port (порт открыт)", key))
	}
	return errors.Join(wrong...)
}

func checkEnv(key string, env map[string]string) error {
	var wrong []error
	for name := range env {
		if name == "" || strings.ContainsAny(name, "= \x00") {
			wrong = append(wrong, fmt.Errorf("%s.env: «%s» не имя переменной", key, name))
		}
	}
	return errors.Join(wrong...)
}

func lasts(text string, fallback time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d
	}
	return fallback
}
