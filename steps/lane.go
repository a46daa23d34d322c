package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"progon"
	"progon/fakes/bitrix24"
	"progon/fakes/egress"
	"progon/fakes/llm"
	"progon/sim"
	"progon/sim/connectors"
	"progon/sim/storage"
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
	bot       running  // nil for a bot that Progon has not started
	values    values   // what the bot is told of its surroundings
	hearing   []synced // logs that may lag behind
	kept      []*storage.Storage
	model     *llm.Server
	proxy     *egress.Server // nil where nobody looks
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
	if err := l.openSurroundings(dir); err != nil {
		return nil, err
	}
	base, err := l.openBot(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := l.openStorage(ctx); err != nil {
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

// begin makes the lane ready for a scenario: nothing is left of the one before.
func (l *lane) begin(ctx context.Context) (*progon.Timeline, error) {
	if err := l.sync(ctx); err != nil {
		return nil, err
	}
	l.recorder.turn(progon.NewTimeline(l.clock)) // what still comes belongs to nobody
	l.portal.Restore(l.before)
	l.portal.ClearFaults()
	l.model.ClearFaults()
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
	for _, s := range l.kept {
		if err := s.Begin(ctx); err != nil {
			return nil, broken("хранилище бота не прочитано: %w", err)
		}
	}
	if l.proxy != nil {
		l.proxy.Reset()
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
	for _, h := range l.hearing {
		if err := h.Sync(ctx); err != nil {
			return err
		}
	}
	return nil
}

// look reads what the bot has stored since the last look.
func (l *lane) look(ctx context.Context) error {
	for _, s := range l.kept {
		if err := s.Changes(ctx); err != nil {
			return broken("хранилище бота не прочитано: %w", err)
		}
	}
	return nil
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
