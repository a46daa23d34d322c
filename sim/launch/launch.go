// Package launch starts bots and stops them: a command with its whole family of processes
// ([Command]), containers from an image in a network of their own ([Image]), or nothing at
// all for a bot that already runs ([Reachable]). Whatever a killed Progon leaves behind is
// removed by the next start ([Sweep], [SweepFolders]). It knows no scenario.
package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"progon"
)

// Options are what the surroundings give to a bot.
type Options struct {
	Dir     string // where relative paths of the command start
	WorkDir string // where the bot may write
	// Values are put into {{…}} of arguments, environment and addresses: crm, dir, lane,
	// time… Start adds port and url.
	Values map[string]string
	// Files are files of the surroundings by the names of their values: the certificate of
	// a proxy. A container gets copies; {{name}} is the path that the bot sees.
	Files map[string]string
	// Env is added to the environment of the bot where the bot's own says nothing else:
	// the variables of a proxy. Values in {{…}} are put in.
	Env      map[string]string
	Recorder progon.Recorder // gets what the bot prints; nil drops it
}

// reachTimeout is how long an address may take to answer at all.
const reachTimeout = 5 * time.Second

// URL is a bot that runs already.
type URL string

// Check finds mistakes in an address.
func (u URL) Check() error {
	parsed, err := url.Parse(string(u))
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https" && parsed.Scheme != "ws" && parsed.Scheme != "wss") {
		return fmt.Errorf("bot.url: «%s» не адрес; пример: http://127.0.0.1:3000", u)
	}
	return nil
}

// Reachable tells whether something listens at an address, and what to check if not.
func Reachable(ctx context.Context, address string) error {
	if err := URL(address).Check(); err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("bot.url: %w", err)
	}
	dialer := net.Dialer{Timeout: reachTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return fmt.Errorf("по адресу %s никто не отвечает: проверьте, что бот запущен и bot.url указан верно (%w)", address, reason(err))
	}
	return conn.Close()
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "https" || u.Scheme == "wss" {
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}

// reason drops the nesting of network errors.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

// answers tells whether an HTTP server answers at all, whatever it says. Only a server
// that is still busy with itself (5xx) does not count.
func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	req.Close = true // the next question may go to a bot that was started anew
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode < http.StatusInternalServerError
}

// listens tells whether somebody takes connections.
func listens(ctx context.Context, hostport string) bool {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", hostport)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

var placeholder = regexp.MustCompile(`\{\{\s*([\p{L}\d_.]+)\s*\}\}`)

// put replaces {{name}} by its value. A name that nobody knows is a mistake: a bot would
// get the braces.
func put(key, template string, values map[string]string) (string, error) {
	var unknown []string
	filled := placeholder.ReplaceAllStringFunc(template, func(m string) string {
		name := placeholder.FindStringSubmatch(m)[1]
		v, ok := values[name]
		if !ok {
			unknown = append(unknown, name)
		}
		return v
	})
	if len(unknown) > 0 {
		names := make([]string, 0, len(values))
		for n := range values {
			names = append(names, n)
		}
		sort.Strings(names)
		return "", fmt.Errorf("%s: значения {{%s}} нет; есть: %s", key, unknown[0], strings.Join(slices.Compact(names), ", "))
	}
	return filled, nil
}
