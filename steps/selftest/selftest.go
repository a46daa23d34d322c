// Package selftest puts the judge on trial: it rehearses the sample bot with each of its
// defects and tells which scenario has caught which, by which rule, what was missed, and
// what was found against the good bot. It is mutation testing with named mutants.
package selftest

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"golang.org/x/sync/errgroup"

	"progon"
	"progon/fakes/samplebot"
	"progon/steps"
	"progon/steps/botfile"
	"progon/steps/script"
)

// Options say how to try.
type Options struct {
	Book     *script.Book
	Seed     uint64
	Seeds    int // rehearsals of the good bot, each with other clients; at least one
	Version  string
	Parallel int // rehearsals at once
	// Defects limits the trial to these names; none means all.
	Defects []string
	Done    func(Row) // tells of the progress; may be nil
}

// Row is one defect and what became of it.
type Row struct {
	Defect string   `json:"defect"` // empty for the good bot
	About  string   `json:"about,omitempty"`
	Rule   string   `json:"rule,omitempty"`
	Caught []Catch  `json:"caught,omitempty"`
	Named  []string `json:"named,omitempty"` // scenarios that must catch it
	Missed []string `json:"missed,omitempty"`
	// Right tells whether the rule that the defect breaks was among those that fired.
	Right bool `json:"right_rule"`
}

// Catch is one scenario that turned red, with the rules that fired there.
type Catch struct {
	Scenario string   `json:"scenario"`
	Rules    []string `json:"rules"`
}

// Matrix is the outcome of a trial.
type Matrix struct {
	progon.Trial
	Rows      []Row               `json:"rows"`
	Alarms    []Catch             `json:"alarms,omitempty"`  // raised about the good bot
	OnlyBy    map[string][]string `json:"only_by,omitempty"` // scenario → defects that nothing else catches
	Idle      []string            `json:"idle,omitempty"`    // scenarios that catch nothing
	Scenarios int                 `json:"scenarios"`
	Took      time.Duration       `json:"took_ns"`
}

// sumUp counts what the rows tell.
func (m *Matrix) sumUp() {
	m.Defects, m.FalseAlarms = len(m.Rows), len(m.Alarms)
	for _, r := range m.Rows {
		if len(r.Caught) > 0 {
			m.Caught++
		}
		if r.Right {
			m.OwnRule++
		}
	}
}

// Score is the mutation score: the share of defects that were noticed.
func (m Matrix) Score() float64 {
	if m.Defects == 0 {
		return 0
	}
	return float64(m.Caught) / float64(m.Defects)
}

// Run tries the good bot and then every defect.
func Run(ctx context.Context, o Options) (Matrix, error) {
	started := time.Now()
	defects := samplebot.Defects()
	if len(o.Defects) > 0 {
		chosen := defects[:0]
		for _, name := range o.Defects {
			i := slices.IndexFunc(samplebot.Defects(), func(d samplebot.Defect) bool { return d.Name == name })
			if i < 0 {
				return Matrix{}, fmt.Errorf("неизвестный дефект «%s»; список: progon bot --list-defects", name)
			}
			chosen = append(chosen, samplebot.Defects()[i])
		}
		defects = chosen
	}
	good, err := rehearse(ctx, o, "", o.Seed)
	if err != nil {
		return Matrix{}, err
	}
	o.Seeds = max(o.Seeds, 1)
	m := Matrix{
		Trial: progon.Trial{Features: good.Features, Version: o.Version, Seeds: o.Seeds},
		Rows:  make([]Row, len(defects)), Alarms: catches(good), OnlyBy: map[string][]string{}, Scenarios: len(good.Scenarios),
	}
	for more := range o.Seeds - 1 {
		run, err := rehearse(ctx, o, "", o.Seed+1+uint64(more))
		if err != nil {
			return Matrix{}, err
		}
		m.Alarms = append(m.Alarms, catches(run)...)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(o.Parallel, 1))
	told := make(chan struct{}, 1) // one at a time
	for i, d := range defects {
		group.Go(func() error {
			run, err := rehearse(ctx, o, d.Name, o.Seed)
			if err != nil {
				return fmt.Errorf("дефект %s: %w", d.Name, err)
			}
			m.Rows[i] = rowOf(d, run)
			if o.Done != nil {
				told <- struct{}{}
				o.Done(m.Rows[i])
				<-told
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Matrix{}, err
	}
	m.reverse(good)
	m.sumUp()
	m.Took = time.Since(started)
	return m, nil
}

func rehearse(ctx context.Context, o Options, defect string, seed uint64) (*progon.Run, error) {
	bot, err := botfile.Parse(samplebot.Config())
	if err != nil {
		return nil, err
	}
	bot.Bot.Sample = &botfile.Sample{Defect: defect}
	return steps.Run(ctx, steps.Options{Book: o.Book, Bot: bot, Seed: seed, Parallel: 4, Version: o.Version})
}

func rowOf(d samplebot.Defect, run *progon.Run) Row {
	r := Row{Defect: d.Name, About: d.About, Rule: d.Rule, Named: d.Scenarios, Caught: catches(run)}
	for _, c := range r.Caught {
		r.Right = r.Right || slices.Contains(c.Rules, d.Rule)
	}
	for _, id := range d.Scenarios {
		if !slices.ContainsFunc(r.Caught, func(c Catch) bool { return c.Scenario == id && slices.Contains(c.Rules, d.Rule) }) {
			r.Missed = append(r.Missed, id)
		}
	}
	return r
}

// catches lists the scenarios in which something was found against the bot.
func catches(run *progon.Run) []Catch {
	at := map[string]int{}
	var all []Catch
	for _, s := range run.Scenarios {
		for _, f := range s.AgainstBot() {
			i, ok := at[nameOf(s)]
			if !ok {
				i = len(all)
				at[nameOf(s)] = i
				all = append(all, Catch{Scenario: nameOf(s)})
			}
			if !slices.Contains(all[i].Rules, f.Rule) {
				all[i].Rules = append(all[i].Rules, f.Rule)
			}
		}
	}
	return all
}

func nameOf(s progon.ScenarioResult) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Key
}

// reverse looks at the matrix from the side of the scenarios.
func (m *Matrix) reverse(good *progon.Run) {
	useful := map[string]bool{}
	for _, r := range m.Rows {
		for _, c := range r.Caught {
			useful[c.Scenario] = true
		}
		if len(r.Caught) == 1 {
			only := r.Caught[0].Scenario
			m.OnlyBy[only] = append(m.OnlyBy[only], r.Defect)
		}
	}
	for _, s := range good.Scenarios {
		if n := nameOf(s); !useful[n] && !slices.Contains(m.Idle, n) && s.Verdict == progon.Passed {
			m.Idle = append(m.Idle, n)
		}
	}
	sort.Strings(m.Idle)
}
