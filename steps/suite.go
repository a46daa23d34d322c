// Package steps turns the sentences of features into actions and judgements. It is the
// only code that knows godog.
//
// Start at [Run]; the language is in [vocabulary], what one scenario owns in world.
package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"github.com/cucumber/godog"

	"progon"
	"progon/sim/acts"
	"progon/sim/client"
	"progon/sim/launch"
	"progon/sim/pii"
	"progon/sim/second"
	"progon/steps/botfile"
	"progon/steps/script"
)

// Options say what to rehearse and how.
type Options struct {
	Book *script.Book
	Bot  *botfile.File
	// Tags selects scenarios: «@медицина and not @предупреждение».
	Tags     string
	Seed     uint64
	Parallel int
	Repeat   int // how many times each scenario is played; 0 means once
	Variants int // how many more times, with the client's own lines in other manners
	Version  string
	// Second gives second opinions on the bot's replies; nil means that nobody is asked.
	Second *second.Judge
	// Planned and Done tell of the progress; both may be nil.
	Planned func(int)
	Done    func(progon.ScenarioResult)
	// Dir is where bots write their logs; empty means a temporary folder.
	Dir string
}

// ErrNothingSelected is returned when no scenario matches.
var ErrNothingSelected = errors.New("не выбран ни один сценарий")

// ErrUnreachable is returned, with a run that says so, when the bot could not be reached.
var ErrUnreachable = errUnreachable

// Run rehearses. It returns a run also when it was interrupted or the surroundings
// failed: what was finished is in it.
func Run(ctx context.Context, o Options) (*progon.Run, error) {
	selected, err := selectScenarios(o.Book, o.Tags)
	if err != nil {
		return nil, err
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("%w: ни одна метка не подошла под «%s»", ErrNothingSelected, o.Tags)
	}
	if err := Understand(o.Book); err != nil {
		return nil, err
	}
	varied := map[string]bool{}
	if o.Variants > 0 {
		m := newMatcher()
		for _, sc := range o.Book.Scenarios {
			if selected[sc.Key] && m.goalDriven(sc) {
				varied[sc.Key] = true
			}
		}
	}
	repeats := max(o.Repeat, 1)
	started := time.Now()
	run := &progon.Run{
		Format: progon.FormatVersion, Version: o.Version,
		Bot:  progon.Bot{Name: o.Bot.Bot.Name, Version: o.Bot.Bot.Version, Reach: reach(o.Bot)},
		Seed: o.Seed, Features: o.Book.Hash(), Config: o.Bot.Hash,
		Started: started, Planned: len(selected)*repeats + len(varied)*o.Variants,
	}
	finish := func(err error) (*progon.Run, error) {
		run.Took = time.Since(started)
		if ctx.Err() != nil {
			run.Interrupted = true
			return run, context.Cause(ctx)
		}
		if err != nil {
			run.Broken = err.Error()
		}
		return run, err
	}
	if o.Planned != nil {
		o.Planned(run.Planned)
	}
	dir := o.Dir
	if dir == "" {
		// What a killed run has left behind goes first.
		if _, err := launch.SweepFolders(filepath.Join(os.TempDir(), "progon-*")); err != nil {
			return finish(err)
		}
		if dir, err = os.MkdirTemp("", "progon-"); err != nil {
			return finish(fmt.Errorf("не удалось создать временную папку: %w", err))
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := launch.Claim(dir); err != nil {
			return finish(err)
		}
	}
	if o.Bot.Bot.Image != nil {
		// What a killed run has left is removed, the images are built: once for all lanes.
		ready, err := o.Bot.Bot.Image.Prepare(ctx, o.Bot.Dir)
		if err != nil {
			return finish(fmt.Errorf("%w: %w", errUnreachable, err))
		}
		bot := *o.Bot
		bot.Bot.Image = &ready
		o.Bot = &bot
	}
	pool, err := openLanes(ctx, laneCount(o, len(selected)), o.Bot, dir)
	if err != nil {
		return finish(err)
	}
	defer func() { _ = pool.close() }()

	s := &suite{Options: o, selected: selected, pool: pool, portal: portalOf(o.Bot, pool.all[0].portal), detector: pii.NewDetector(pii.ProfileLog), usage: newUsage(), ear: client.Remember(acts.Hear, 4096)}
	for pass := range repeats + o.Variants {
		s.pass = pass
		if pass >= repeats {
			s.selected = varied
		}
		if len(s.selected) == 0 {
			break
		}
		if err := s.play(ctx); err != nil {
			return finish(err)
		}
	}
	run.Scenarios, run.Map = s.inOrder(), s.atlas()
	run.CRM = s.usage.result(len(o.Bot.CRM.Scopes) > 0)
	if o.Second != nil {
		run.Opinions = o.Second.Answers()
	}
	return finish(nil)
}

func reach(f *botfile.File) string {
	switch {
	case f.Bot.Sample != nil:
		return "встроенный образец"
	case f.Bot.Command != nil:
		return "команда"
	case f.Bot.Image != nil:
		return "контейнер"
	default:
		return "адрес"
	}
}

func laneCount(o Options, scenarios int) int {
	n := max(o.Parallel, 1)
	if o.Bot.Bot.URL != "" || (o.Bot.Bot.Sample == nil && o.Bot.Shared()) || o.Bot.CRM.Listen != "" {
		return 1
	}
	if o.Bot.Bot.Lanes > 0 {
		n = min(n, o.Bot.Bot.Lanes)
	}
	return min(n, scenarios)
}

// suite is one run in progress.
type suite struct {
	Options
	selected map[string]bool // scenario keys
	pool     *lanes
	portal   portalNames
	detector *pii.Detector // of data that nobody planted
	usage    *usage
	ear      func(acts.Reply) []acts.Act // bots repeat themselves: what was heard is remembered
	pass     int

	mu      sync.Mutex
	results []progon.ScenarioResult
	seen    []sighted
}

// sighted is the map of personal data of one scenario, with the place of the scenario.
type sighted struct {
	at   progon.ScenarioResult
	seen []progon.Sighting
}

// play runs all selected scenarios once.
func (s *suite) play(ctx context.Context) error {
	var contents []godog.Feature
	for _, f := range s.Book.Files {
		contents = append(contents, godog.Feature{Name: f.Path, Contents: f.Content})
	}
	played := &sync.Map{}
	runner := godog.TestSuite{
		Name: "progon",
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			w := &world{suite: s}
			register(sc, w)
			sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
				scenario, ok := s.Book.Find(p.Id, p.Name)
				if !ok || !s.selected[scenario.Key] || ctx.Err() != nil {
					return ctx, godog.ErrSkip
				}
				played.Store(scenario.Key, true)
				return ctx, w.begin(ctx, scenario)
			})
			sc.After(func(ctx context.Context, p *godog.Scenario, _ error) (context.Context, error) {
				if r, ok := w.end(ctx); ok {
					s.keep(r)
				}
				return ctx, nil
			})
		},
		Options: &godog.Options{
			Strict: true, Dialect: script.Language, NoColors: true,
			Format: "progress", Output: io.Discard,
			Concurrency: len(s.pool.all), FeatureContents: contents, DefaultContext: ctx,
		},
	}
	// The exit code of godog says nothing that the results do not say better: findings
	// let a scenario go on.
	_ = runner.Run()
	if ctx.Err() != nil {
		return nil
	}
	// A scenario without steps is never begun: it must show up nevertheless.
	for _, sc := range s.Book.Scenarios {
		if _, ok := played.Load(sc.Key); ok || !s.selected[sc.Key] {
			continue
		}
		r := sc.Result()
		r.Verdict, r.Reason = progon.Broken, "сценарий не был сыгран"
		if len(r.Steps) == 0 {
			r.Verdict, r.Reason = r.Judge()
		}
		s.keep(r)
	}
	return nil
}

func (s *suite) keep(r progon.ScenarioResult) {
	s.mu.Lock()
	s.results = append(s.results, r)
	s.mu.Unlock()
	if s.Done != nil {
		s.Done(r)
	}
}

// sightings keeps where a scenario has seen personal data, for the map of the run.
func (s *suite) sightings(seen []progon.Sighting, r progon.ScenarioResult) {
	for i := range seen {
		seen[i].Example.Scenario, seen[i].Example.Attempt, seen[i].Example.Variant = r.Key, r.Attempt, r.Variant
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, sighted{r, seen})
}

// inOrder returns the results as the features are written, whatever ran first.
func (s *suite) inOrder() []progon.ScenarioResult {
	less := s.order()
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.SliceStable(s.results, func(i, j int) bool { return less(s.results[i], s.results[j]) })
	return s.results
}

// order is that of the features, then of attempts and variants.
func (s *suite) order() func(a, b progon.ScenarioResult) bool {
	place := map[string]int{}
	for i, sc := range s.Book.Scenarios {
		place[sc.Key] = i
	}
	return func(a, b progon.ScenarioResult) bool {
		if a.Key != b.Key {
			return place[a.Key] < place[b.Key]
		}
		if a.Attempt != b.Attempt {
			return a.Attempt < b.Attempt
		}
		return a.Variant < b.Variant
	}
}

// atlas is the map of the whole run, the same whatever ran first.
func (s *suite) atlas() []progon.Sighting {
	less := s.order()
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.SliceStable(s.seen, func(i, j int) bool { return less(s.seen[i].at, s.seen[j].at) })
	var all []progon.Sighting
	for _, one := range s.seen {
		all = progon.Merge(all, one.seen)
	}
	return all
}

// attempt and variant number the present pass, from 1; 0 where there is only one.
func (s *suite) attempt() (attempt, variant int) {
	repeats := max(s.Repeat, 1)
	if s.pass >= repeats {
		return 0, s.pass - repeats + 1
	}
	if repeats > 1 {
		return s.pass + 1, 0
	}
	return 0, 0
}
