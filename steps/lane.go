package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"progon"
	"progon/fakes/alerts"
	"progon/fakes/bitrix24"
	"progon/fakes/samplebot"
	"progon/sim"
	"progon/sim/connectors"
	"progon/sim/launch"
	"progon/sim/logs"
	"progon/steps/botfile"
)

// lane is one instance of the bot with its own fakes, its own logs and its own clock. It
// plays one scenario at a time; parallel means more lanes.
type lane struct {
	number int
	file   *botfile.File
	clock  *sim.Clock
	portal *bitrix24.Server
	before *bitrix24.Snapshot // the portal before the first scenario

	connector sim.Connector
	control   control
	tail      *logs.Tail
	bot       *launch.Process // nil for a bot reached by url
	closers   []func() error
	secrets   []string

	recorder *recorder // where everything of the lane goes
}

// recorder passes events on to the timeline of the scenario which the lane plays.
type recorder struct {
	current atomic.Pointer[progon.Timeline]
}

func newRecorder(first *progon.Timeline) *recorder {
	r := &recorder{}
	r.current.Store(first)
	return r
}

// Record implements progon.Recorder.
func (r *recorder) Record(e progon.Event) progon.Event { return r.current.Load().Record(e) }

func (r *recorder) turn(to *progon.Timeline) { r.current.Store(to) }

// kazan is the zone of the business: UTC+3, without summer time.
var kazan = time.FixedZone("Казань", 3*60*60)

// baseTime is where the clock of a lane stands before a scenario sets it: a working
// Tuesday. It is fixed so that a run can be repeated word by word.
var baseTime = time.Date(2026, time.September, 15, 14, 0, 0, 0, kazan)

// errUnreachable marks a bot that could not be started or reached.
var errUnreachable = errors.New("бот недоступен")

// openLane starts fakes and bot. The folder holds what the bot writes.
func openLane(ctx context.Context, number int, f *botfile.File, dir string) (_ *lane, err error) {
	l := &lane{number: number, file: f}
	defer func() {
		if err != nil {
			_ = l.close()
		}
	}()
	start := time.Now().In(kazan)
	if f.Has("часы") {
		start = baseTime
	}
	l.clock = sim.NewClock(start)
	l.recorder = newRecorder(progon.NewTimeline(l.clock))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, broken("не удалось создать папку для журналов бота: %w", err)
	}
	crmURL, err := l.openPortal()
	if err != nil {
		return nil, err
	}
	alertsURL, err := l.serve("", alerts.New(l.recorder))
	if err != nil {
		return nil, err
	}
	base, err := l.openBot(ctx, dir, crmURL, alertsURL)
	if err != nil {
		return nil, err
	}
	l.control = control{base: base, client: &http.Client{}}
	l.connector, err = connectors.New(f.Connector, connectors.Options{BaseURL: base, Clock: l.clock.Now})
	if err != nil {
		return nil, err
	}
	l.closers = append(l.closers, l.connector.Close)
	return l, nil
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

// openBot starts the bot as its file says and returns its address.
func (l *lane) openBot(ctx context.Context, dir, crm, alerts string) (string, error) {
	f := l.file
	switch {
	case f.Bot.Sample != nil:
		return l.openSample(dir, crm, alerts)
	case f.Bot.Command != nil:
		values := map[string]string{
			"crm": crm, "alerts": alerts, "lane": strconv.Itoa(l.number), "dir": dir,
			"time": l.clock.Now().Format(time.RFC3339),
		}
		p, err := f.Bot.Command.Start(ctx, launch.Options{Dir: f.Dir, WorkDir: dir, Values: values, Recorder: l.recorder})
		if err != nil {
			return "", fmt.Errorf("%w: %w", errUnreachable, err)
		}
		l.bot = p
		l.closers = append(l.closers, p.Stop)
		return p.URL(), l.openLogs(values)
	default:
		if err := launch.Reachable(ctx, f.Bot.URL); err != nil {
			return "", fmt.Errorf("%w: %w", errUnreachable, err)
		}
		return f.Bot.URL, l.openLogs(map[string]string{"dir": dir, "lane": strconv.Itoa(l.number)})
	}
}

func (l *lane) openSample(dir, crm, alerts string) (string, error) {
	path := filepath.Join(dir, "bot.log")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", broken("не удалось открыть журнал бота: %w", err)
	}
	l.closers = append(l.closers, out.Close)
	s := l.file.Bot.Sample
	bot, err := samplebot.New(samplebot.Options{
		CRM: crm, Alerts: alerts, Log: io.Writer(out), Clock: l.clock.Now,
		Defect: s.Defect, Wording: s.Wording, Order: s.Order,
	})
	if err != nil {
		return "", err
	}
	base, err := l.serve("", bot)
	if err != nil {
		return "", err
	}
	return base, l.openLogs(map[string]string{"dir": dir})
}

func (l *lane) openLogs(values map[string]string) error {
	var paths []string
	for _, log := range l.file.Logs {
		paths = append(paths, l.file.Path(fill(log.File, values, nil)))
	}
	if len(paths) == 0 {
		return nil
	}
	tail, err := logs.Open(paths, l.recorder)
	if err != nil {
		return err
	}
	l.tail = tail
	l.closers = append(l.closers, tail.Close)
	return nil
}

// begin makes the lane ready for a scenario: nothing is left of the one before.
func (l *lane) begin(ctx context.Context) (*progon.Timeline, error) {
	if err := l.sync(ctx); err != nil {
		return nil, err
	}
	l.recorder.turn(progon.NewTimeline(l.clock)) // what still comes belongs to nobody
	l.portal.Restore(l.before)
	l.portal.ClearFaults()
	if l.file.Has("часы") {
		if err := l.setTime(ctx, baseTime); err != nil {
			return nil, err
		}
	}
	if r := l.file.Control.Reset; r != nil {
		if _, err := l.control.call(ctx, "reset", r, nil); err != nil {
			return nil, err
		}
	}
	if l.file.Control.Restart && l.bot != nil {
		if err := l.bot.Restart(ctx); err != nil {
			return nil, broken("бот не запустился снова: %w", err)
		}
	}
	if err := l.sync(ctx); err != nil {
		return nil, err
	}
	t := progon.NewTimeline(l.clock)
	l.recorder.turn(t)
	return t, nil
}

// setTime moves the clock of the lane and, where it lets us, the clock of the bot.
func (l *lane) setTime(ctx context.Context, to time.Time) error {
	l.clock.Set(to)
	return l.tellTime(ctx)
}

func (l *lane) tellTime(ctx context.Context) error {
	r := l.file.Control.Clock
	if r == nil {
		return nil
	}
	_, err := l.control.call(ctx, "clock", r, map[string]string{"now": l.clock.Now().Format(time.RFC3339Nano)})
	return err
}

// sync waits until everything that the bot has logged or printed so far is in the
// timeline. A bot that has died is told as such.
func (l *lane) sync(ctx context.Context) error {
	if l.bot != nil {
		if err := l.bot.Sync(ctx); err != nil {
			return err
		}
		if err := l.bot.Alive(); err != nil {
			return broken("%w", err)
		}
	}
	if l.tail == nil {
		return nil
	}
	return l.tail.Sync(ctx)
}

func (l *lane) close() error {
	var all []error
	for i := len(l.closers) - 1; i >= 0; i-- {
		all = append(all, l.closers[i]())
	}
	l.closers = nil
	return errors.Join(all...)
}

// lanes is a set of lanes from which scenarios take one each.
type lanes struct {
	free chan *lane
	all  []*lane
}

func openLanes(ctx context.Context, n int, f *botfile.File, dir string) (*lanes, error) {
	p := &lanes{free: make(chan *lane, n), all: make([]*lane, n)}
	var group errgroup.Group
	for i := range n {
		group.Go(func() error {
			l, err := openLane(ctx, i+1, f, filepath.Join(dir, fmt.Sprintf("lane-%d", i+1)))
			p.all[i] = l
			return err
		})
	}
	if err := group.Wait(); err != nil {
		_ = p.close()
		return nil, err
	}
	for _, l := range p.all {
		p.free <- l
	}
	return p, nil
}

func (p *lanes) close() error {
	var all []error
	for _, l := range p.all {
		if l != nil {
			all = append(all, l.close())
		}
	}
	return errors.Join(all...)
}
