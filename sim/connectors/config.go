// Package connectors holds the ways to speak to a bot, one file each. A connector is
// described by the «connector» part of progon.yaml; it sends and receives, and judges
// nothing. Start at [New].
package connectors

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"progon/sim"
)

// Config describes how one bot is spoken to.
type Config struct {
	// Kind is the name of the connector; empty means «http».
	Kind string `yaml:"kind"`
	HTTP `yaml:",inline"`
}

// Options are what the surroundings give to a connector.
type Options struct {
	// BaseURL is the address of the bot, for paths without a host.
	BaseURL string
	Client  *http.Client // nil means a client of its own
	Clock   func() time.Time
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
	}
}

// Kinds lists the connectors with what they are for.
func Kinds() []string {
	var out []string
	for _, k := range kinds() {
		out = append(out, k.name)
	}
	return out
}

func find(name string) (kind, bool) {
	if name == "" {
		name = "http"
	}
	for _, k := range kinds() {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

// Check finds mistakes in a description, in Russian, with the key to correct.
func (c Config) Check() error {
	k, ok := find(c.Kind)
	if !ok {
		return fmt.Errorf("connector.kind: неизвестный вид «%s»; известны: %s", c.Kind, strings.Join(Kinds(), ", "))
	}
	return errors.Join(k.check(c)...)
}

// New opens a connector.
func New(c Config, o Options) (sim.Connector, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	k, _ := find(c.Kind)
	return k.open(c, o)
}
