package steps

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"progon/fakes/alerts"
	"progon/fakes/bitrix24"
	"progon/fakes/egress"
	"progon/fakes/llm"
	"progon/fakes/mail"
	"progon/fakes/samplebot"
	"progon/sim/launch"
	"progon/sim/logs"
	"progon/sim/storage"
	"progon/steps/botfile"
)

// running is a bot that Progon has started: a process or containers.
type running interface {
	URL() string
	Alive() error
	Sync(ctx context.Context) error
	Restart(ctx context.Context) error
	Stop() error
}

// synced is a log which may lag behind what the bot has written.
type synced interface {
	Sync(ctx context.Context) error
}

// values are what {{…}} in progon.yaml means in this lane.
type values map[string]string

// openSurroundings opens everything that must be there before the bot starts: it is told
// where.
func (l *lane) openSurroundings(dir string) error {
	crm, err := l.openPortal()
	if err != nil {
		return err
	}
	alarms, err := l.serve(l.file.Alerts.Listen, alerts.New(l.recorder))
	if err != nil {
		return err
	}
	l.values = values{
		"crm": crm, "alerts": alarms, "lane": strconv.Itoa(l.number), "dir": dir,
		"time": l.clock.Now().Format(time.RFC3339),
	}
	if m := l.file.Alerts.Mail; m != nil {
		server, err := mail.Start(mail.Options{Recorder: l.recorder, Listen: m.Listen, Roles: m.Roles})
		if err != nil {
			return err
		}
		l.values["smtp"] = server.Addr()
		l.closers = append(l.closers, server.Close)
	}
	if err := l.openModel(); err != nil {
		return err
	}
	if err := l.openLogServers(); err != nil {
		return err
	}
	return l.openProxy(dir)
}

func (l *lane) openPortal() (webhook string, err error) {
	f := l.file
	seed := samplebot.Portal()
	if f.CRM.Portal != "" {
		if seed, err = os.ReadFile(f.Path(f.CRM.Portal)); err != nil {
			return "", fmt.Errorf("crm.portal: не удалось прочитать описание портала: %w", err)
		}
	}
	l.portal, err = bitrix24.New(bitrix24.Options{Clock: l.clock.Now, Recorder: l.recorder, Scopes: f.CRM.Scopes, Token: f.CRM.Token})
	if err != nil {
		return "", err
	}
	if err := l.portal.LoadSeed(seed); err != nil {
		return "", fmt.Errorf("crm.portal: %w", err)
	}
	l.before = l.portal.Snapshot()
	base, err := l.serve(f.CRM.Listen, l.portal)
	if err != nil {
		return "", err
	}
	l.secrets = append(l.secrets, l.portal.Secrets()...)
	return l.portal.WebhookURL(base), nil
}

// openModel puts the stand-in of a language model at the bot's disposal.
func (l *lane) openModel() error {
	o := llm.Options{Recorder: l.recorder, Clock: l.clock.Now, Mode: llm.Mode(l.file.Model.Mode)}
	for _, r := range l.file.Model.Rules {
		o.Rules = append(o.Rules, llm.Rule(r))
	}
	var err error
	if l.model, err = llm.New(o); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	base, err := l.serve(l.file.Model.Listen, l.model)
	if err != nil {
		return err
	}
	l.values["llm"] = base
	return nil
}

// serve gives a handler a port: the given one, or a free one on loopback.
func (l *lane) serve(addr string, h http.Handler) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("не удалось занять %s: %w; освободите порт или поменяйте crm.listen", addr, err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close below
	l.closers = append(l.closers, server.Close)
	return "http://" + listener.Addr().String(), nil
}

// openLogServers takes the lines that the bot sends instead of writing them to a file.
func (l *lane) openLogServers() error {
	for _, log := range l.file.Logs {
		switch {
		case log.Syslog != "":
			s, err := logs.OpenSyslog(strings.TrimPrefix(log.Syslog, botfile.Auto), l.recorder)
			if err != nil {
				return err
			}
			l.values["syslog"] = s.Addr()
			l.hearing, l.closers = append(l.hearing, s), append(l.closers, s.Close)
		case log.Push != "":
			p, err := logs.OpenPush(strings.TrimPrefix(log.Push, botfile.Auto), l.recorder)
			if err != nil {
				return err
			}
			l.values["loki"], l.values["otlp"] = p.LokiURL(), p.OTLPURL()
			l.closers = append(l.closers, p.Close)
		}
	}
	return nil
}

// openProxy puts the proxy before the outside where somebody looks there: for the sample
// bot and for containers always, for a program where progon.yaml says so.
func (l *lane) openProxy(dir string) error {
	f := l.file
	watched := f.Bot.Sample != nil || f.Bot.Image != nil || f.Egress != nil || (f.Bot.Command != nil && f.Has("исходящие"))
	if !watched {
		return nil
	}
	o := egress.Options{Recorder: l.recorder, Dir: dir, Allowed: f.Policy.Hosts}
	if f.Egress != nil {
		o.Mode, o.Listen, o.Zones = egress.Mode(f.Egress.Mode), f.Egress.Listen, f.Egress.Zones
	}
	var err error
	if l.proxy, err = egress.Start(o); err != nil {
		return err
	}
	l.values["proxy"] = l.proxy.URL()
	l.closers = append(l.closers, l.proxy.Close)
	return nil
}

// openBot starts the bot as its file says and returns its address.
func (l *lane) openBot(ctx context.Context, dir string) (string, error) {
	f := l.file
	o := launch.Options{Dir: f.Dir, WorkDir: dir, Values: l.values, Recorder: l.recorder}
	if l.proxy != nil {
		o.Files = map[string]string{"ca": l.proxy.CAFile()}
		o.Env = egress.Env("{{proxy}}", "{{ca}}")
	}
	var err error
	switch {
	case f.Bot.Sample != nil:
		return l.openSample(dir)
	case f.Bot.Command != nil:
		var p *launch.Process
		if p, err = f.Bot.Command.Start(ctx, o); err == nil {
			l.bot = p
		}
	case f.Bot.Image != nil:
		var c *launch.Containers
		if c, err = f.Bot.Image.Start(ctx, o); err == nil {
			l.bot = c
			maps.Copy(l.values, c.Values())
		}
	default:
		if err := launch.Reachable(ctx, f.Bot.URL); err != nil {
			return "", fmt.Errorf("%w: %w", errUnreachable, err)
		}
		return f.Bot.URL, l.openLogs()
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", errUnreachable, err)
	}
	l.closers = append(l.closers, l.bot.Stop)
	return l.bot.URL(), l.openLogs()
}

func (l *lane) openSample(dir string) (string, error) {
	path := filepath.Join(dir, "bot.log")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", broken("не удалось открыть журнал бота: %w", err)
	}
	l.closers = append(l.closers, out.Close)
	s := l.file.Bot.Sample
	bot, err := samplebot.New(samplebot.Options{
		CRM: l.values["crm"], Alerts: l.values["alerts"], Proxy: l.values["proxy"], Model: l.values["llm"], Log: io.Writer(out), Clock: l.clock.Now,
		Defect: s.Defect, Wording: s.Wording, Order: s.Order,
	})
	if err != nil {
		return "", err
	}
	base, err := l.serve("", bot)
	if err != nil {
		return "", err
	}
	return base, l.openLogs()
}

// openLogs follows the files into which the bot writes.
func (l *lane) openLogs() error {
	var paths []string
	for _, log := range l.file.Logs {
		if log.File != "" {
			paths = append(paths, l.file.Path(fill(log.File, l.values, nil)))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	tail, err := logs.Open(paths, l.recorder)
	if err != nil {
		return err
	}
	l.hearing, l.closers = append(l.hearing, tail), append(l.closers, tail.Close)
	return nil
}

// openStorage connects to what the bot keeps.
func (l *lane) openStorage(ctx context.Context) error {
	for _, c := range l.file.Storage {
		for _, part := range []*string{&c.SQLite, &c.Files, &c.Postgres, &c.Redis} {
			*part = os.ExpandEnv(fill(*part, l.values, nil))
		}
		c.SQLite, c.Files = l.file.Path(c.SQLite), l.file.Path(c.Files)
		s, err := storage.Open(ctx, c, l.recorder)
		if err != nil {
			return fmt.Errorf("storage: %w", err)
		}
		l.kept, l.closers = append(l.kept, s), append(l.closers, s.Close)
	}
	return nil
}
