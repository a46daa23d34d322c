package launch

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Image describes a bot that is started in containers. Values in {{…}} are put into
// command, environment and the machine's side of mounts.
type Image struct {
	Part `yaml:",inline"`
	// With are further containers, started before the bot in this order: its database.
	// The bot reaches them by their names; Progon at {{NAME.addr}}.
	With []Part `yaml:"with"`
	// Network is «closed» (the default: nothing but the fakes and the proxy can be reached)
	// or «open».
	Network string `yaml:"network"`
	// Timeout is how long each container may take to be ready; 60s where empty.
	Timeout string `yaml:"timeout"`
	// Stop is how long each container may take to end when it is asked to; 3s where empty.
	Stop string `yaml:"stop"`
}

// Networks of an image.
const (
	NetworkClosed = "closed"
	NetworkOpen   = "open"
)

// Part is one container.
type Part struct {
	Name  string            `yaml:"name"`  // required in With; «bot» for the bot itself
	Image string            `yaml:"image"` // what to start, or …
	Build Build             `yaml:"build"` // … what to build it from
	Entry Words             `yaml:"entrypoint"`
	Run   Words             `yaml:"run"` // in place of the command of the image
	Env   map[string]string `yaml:"env"`
	User  string            `yaml:"user"`
	// Files are copied into the container: its path → a file, relative to progon.yaml.
	Files map[string]string `yaml:"files"`
	// Mounts are folders of this machine: path in the container → folder. The lane's own
	// folder is always there, as {{dir}}.
	Mounts map[string]string `yaml:"mounts"`
	// Port is where it listens; needed where the image does not expose exactly one.
	Port  int   `yaml:"port"`
	Ready Ready `yaml:"ready"`
}

// Build says how an image is made.
type Build struct {
	Context string            `yaml:"context"` // a folder, relative to progon.yaml
	File    string            `yaml:"file"`    // Dockerfile where empty
	Args    map[string]string `yaml:"args"`
}

// UnmarshalYAML reads a folder, or its parts by name.
func (b *Build) UnmarshalYAML(unmarshal func(any) error) error {
	var folder string
	if unmarshal(&folder) == nil {
		b.Context = folder
		return nil
	}
	type plain Build
	return unmarshal((*plain)(b))
}

// UnmarshalYAML reads the name of an image, or a description.
func (i *Image) UnmarshalYAML(unmarshal func(any) error) error {
	var name string
	if unmarshal(&name) == nil {
		i.Image = name
		return nil
	}
	type plain Image
	return unmarshal((*plain)(i))
}

var partName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// Check finds mistakes in a description, in Russian, with the key to correct.
func (i Image) Check() error {
	var wrong []error
	switch i.Network {
	case "", NetworkClosed, NetworkOpen:
	default:
		wrong = append(wrong, fmt.Errorf("bot.image.network: «%s» нет; есть: %s (боту доступны только подставные сервисы и прокси), %s", i.Network, NetworkClosed, NetworkOpen))
	}
	for _, d := range []struct{ key, value string }{{"timeout", i.Timeout}, {"stop", i.Stop}} {
		if d.value == "" {
			continue
		}
		if v, err := time.ParseDuration(d.value); err != nil || v <= 0 {
			wrong = append(wrong, fmt.Errorf("bot.image.%s: ожидалась длительность, например 30s, а не «%s»", d.key, d.value))
		}
	}
	wrong = append(wrong, i.check("bot.image"))
	seen := map[string]bool{mainName(i.Part): true}
	for n, p := range i.With {
		key := fmt.Sprintf("bot.image.with[%d]", n)
		switch {
		case !partName.MatchString(p.Name):
			wrong = append(wrong, fmt.Errorf("%s.name: нужно имя из латинских строчных букв, цифр и дефиса, под которым его знает бот; пример: db", key))
		case seen[p.Name]:
			wrong = append(wrong, fmt.Errorf("%s.name: имя «%s» уже занято", key, p.Name))
		}
		seen[p.Name] = true
		wrong = append(wrong, p.check(key))
	}
	return errors.Join(wrong...)
}

func mainName(p Part) string {
	if p.Name == "" {
		return "bot"
	}
	return p.Name
}

func (p Part) check(key string) error {
	var wrong []error
	switch {
	case p.Image == "" && p.Build.Context == "":
		wrong = append(wrong, fmt.Errorf("%s: не указано, что запускать: image (имя образа) или build (папка с Dockerfile)", key))
	case p.Image != "" && p.Build.Context != "":
		wrong = append(wrong, fmt.Errorf("%s: нужно что-то одно: image или build", key))
	}
	if p.Name != "" && !partName.MatchString(p.Name) {
		wrong = append(wrong, fmt.Errorf("%s.name: «%s» не имя; нужны латинские строчные буквы, цифры и дефис", key, p.Name))
	}
	if p.Port < 0 || p.Port > 65535 {
		wrong = append(wrong, fmt.Errorf("%s.port: %d не порт", key, p.Port))
	}
	if err := p.Ready.check(key); err != nil {
		wrong = append(wrong, err)
	}
	if err := checkEnv(key, p.Env); err != nil {
		wrong = append(wrong, err)
	}
	for inside := range p.Files {
		if !strings.HasPrefix(inside, "/") {
			wrong = append(wrong, fmt.Errorf("%s.files: слева полный путь в контейнере, а не «%s»", key, inside))
		}
	}
	for inside := range p.Mounts {
		if !strings.HasPrefix(inside, "/") {
			wrong = append(wrong, fmt.Errorf("%s.mounts: слева полный путь в контейнере, а не «%s»", key, inside))
		}
	}
	return errors.Join(wrong...)
}
