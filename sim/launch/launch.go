// Package launch starts bots and stops them: a command with its whole family of
// processes, or nothing at all for a bot that already runs. It knows no scenario.
package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"progon"
)

// Options are what the surroundings give to a bot.
type Options struct {
	Dir     string // where relative paths of the command start
	WorkDir string // where the bot may write
	// Values are put into {{…}} of arguments and environment: crm, port, url, dir, lane, time.
	Values   map[string]string
	Recorder progon.Recorder // gets what the bot prints
}

// reachTimeout is how long an address may take to answer at all.
const reachTimeout = 5 * time.Second

// Reachable tells whether something listens at an address, and what to check if not.
func Reachable(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("bot.url: «%s» не адрес; пример: http://127.0.0.1:3000", address)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), map[bool]string{true: "443", false: "80"}[u.Scheme == "https"])
	}
	dialer := net.Dialer{Timeout: reachTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return fmt.Errorf("по адресу %s никто не отвечает: проверьте, что бот запущен и bot.url указан верно (%w)", address, reason(err))
	}
	return conn.Close()
}

// reason drops the nesting of network errors.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

// answers tells whether an HTTP server answers at all, whatever it says.
func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode < http.StatusInternalServerError
}

func put(template string, values map[string]string) string {
	for name, v := range values {
		template = strings.ReplaceAll(template, "{{"+name+"}}", v)
	}
	return template
}
