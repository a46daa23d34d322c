package steps

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"progon"
	"progon/fakes/bitrix24"
	"progon/sim"
	"progon/sim/persona"
	"progon/sim/pii/trace"
	"progon/steps/checks"
	"progon/steps/script"
)

// world is what one scenario owns: its lane, its clients, its evidence.
type world struct {
	suite    *suite
	scenario script.Scenario
	result   progon.ScenarioResult
	lane     *lane
	timeline *progon.Timeline
	started  time.Time

	simulator *sim.Simulator
	cast      *persona.Cast
	guests    []*guest
	current   *guest // who spoke last; nil until somebody is named
	tracer    *trace.Tracer
	known     int // how many people the tracer knows
	health    []string
	channel   string
	burstFrom int
	problems  []string // what the bot's own check of its settings reported
	staffSaid []string // what people of the staff said: a bot may pass it on
	backup    *bitrix24.Snapshot

	step    int
	stopped bool
}

// guest is one simulated client in this scenario.
type guest struct {
	person  *persona.Person
	session *sim.Session
	before  []*sim.Session // conversations on other channels
	goal    string
	stopped string
}

// begin prepares a scenario. What goes wrong here is kept as the scenario's reason and
// returned, so that no step is tried.
func (w *world) begin(ctx context.Context, sc script.Scenario) error {
	w.scenario, w.started = sc, time.Now()
	w.result = sc.Result()
	w.result.Seed, w.result.Started = w.suite.Seed, w.started
	w.result.Attempt, w.result.Variant = w.suite.attempt()
	if sc.Draft {
		return w.giveUp(progon.Draft, "черновик: ещё не проверяется")
	}
	for _, need := range sc.Needs {
		if !w.suite.Bot.Has(need) {
			return w.giveUp(progon.Skipped, fmt.Sprintf("бот не заявил возможность «%s» (раздел can в progon.yaml)", need))
		}
	}
	select {
	case w.lane = <-w.suite.pool.free:
	case <-ctx.Done():
		return w.giveUp(progon.Broken, "прогон прерван")
	}
	timeline, err := w.lane.begin(ctx)
	if err != nil {
		return w.giveUp(progon.Broken, err.Error())
	}
	w.timeline = timeline
	key := fmt.Sprintf("%s/%d/%d", sc.Key, w.result.Attempt, w.result.Variant)
	w.cast = persona.NewCast(w.suite.Seed, key)
	w.channel = "сайт"
	w.simulator = sim.New(sim.Options{
		Connector: w.lane.connector, Clock: w.lane.clock.Now, Recorder: w.lane.recorder,
		TurnTimeout: w.suite.Bot.Policy.TurnTimeout.Or(40 * time.Second),
		Quiet:       w.suite.Bot.Policy.Quiet.Or(300 * time.Millisecond),
		Key:         fmt.Sprintf("%d/%s", w.suite.Seed, key),
	})
	return nil
}

// giveUp marks the whole scenario with one verdict and reason.
func (w *world) giveUp(v progon.Verdict, reason string) error {
	w.stopped = true
	for i := range w.result.Steps {
		w.result.Steps[i].Verdict, w.result.Steps[i].Reason = progon.Skipped, reason
	}
	if len(w.result.Steps) > 0 && v != progon.Skipped {
		w.result.Steps[0].Verdict = v
	}
	return errors.New(reason)
}

// perform runs one sentence and keeps what came of it.
func (w *world) perform(ctx context.Context, s sentence, in input) (err error) {
	if w.stopped || w.step >= len(w.result.Steps) {
		return nil
	}
	step := &w.result.Steps[w.step]
	w.step++
	begun := time.Now()
	step.From = w.timeline.Len()
	defer func() {
		if p := recover(); p != nil {
			err = broken("внутренняя ошибка Прогона: %v\n%s", p, debug.Stack())
		}
		step.To, step.Took = w.timeline.Len(), time.Since(begun)
		w.conclude(step, err)
		err = nil // findings and reasons are kept; godog only calls the steps
	}()
	if s.needs != "" && !w.suite.Bot.Has(s.needs) {
		return notChecked("бот не заявил возможность «%s» (раздел can в progon.yaml)", s.needs)
	}
	if err := s.do(ctx, w, in); err != nil {
		return err
	}
	return w.lane.sync(ctx)
}

// conclude turns the outcome of a sentence into the verdict of its step.
func (w *world) conclude(step *progon.StepResult, err error) {
	var skipped *notCheckedError
	var blind *unseenError
	switch {
	case errors.As(err, &blind):
		step.Verdict, step.Reason = progon.Skipped, blind.reason
		return
	case err == nil, errors.Is(err, errStop):
		step.Verdict = progon.Passed
		for _, f := range step.Findings {
			if f.AgainstBot() {
				step.Verdict = progon.Failed
			}
		}
		if err == nil {
			return
		}
	case errors.As(err, &skipped):
		step.Verdict, step.Reason = progon.Skipped, skipped.reason
	default:
		step.Verdict, step.Reason = progon.Broken, err.Error()
	}
	w.stopped = true
	for i := w.step; i < len(w.result.Steps); i++ {
		w.result.Steps[i].Reason = "не проверялся: сценарий остановился на шаге выше"
	}
}

// found adds findings to the present step.
func (w *world) found(fs ...progon.Finding) {
	step := &w.result.Steps[w.step-1]
	for _, f := range fs {
		if len(f.Norms) == 0 {
			f.Norms = w.scenario.Norms
		}
		step.Findings = append(step.Findings, f)
	}
}

// end judges the invariants, masks the evidence and gives the lane back.
func (w *world) end(ctx context.Context) (progon.ScenarioResult, bool) {
	if w.scenario.Key == "" {
		return progon.ScenarioResult{}, false // was not selected
	}
	if w.lane != nil {
		defer func() { w.suite.pool.free <- w.lane }()
	}
	if w.simulator != nil {
		w.simulator.Close() // the connector hears for the next scenario from now on
	}
	if ctx.Err() != nil {
		return progon.ScenarioResult{}, false // interrupted: half a scenario says nothing
	}
	if w.timeline != nil {
		err := w.lane.sync(ctx)
		if err == nil {
			err = w.lane.look(ctx)
		}
		if err != nil && !w.stopped {
			w.result.Reason = err.Error()
		}
		w.suite.usage.add(w.lane.portal.Usage())
		c := w.evidence()
		for _, f := range checks.CheckInvariants(c, w.result.AllFindings()) {
			w.result.Findings = append(w.result.Findings, f)
		}
		w.result.Findings = append(w.result.Findings, checks.GapsOfProgon(c)...)
		w.result.Findings = append(w.result.Findings, w.secondOpinions(ctx, c.Events)...)
		w.suite.sightings(checks.Sightings(c), w.result)
		w.result.Timeline = c.Events
		w.result.Clients = w.clients()
		w.sealer().result(&w.result)
	}
	w.result.Verdict, w.result.Reason = w.result.Judge()
	w.result.Took = time.Since(w.started)
	return w.result, true
}

// sealer masks everything but first names: scenarios call their clients by them, and by
// itself a first name identifies nobody.
func (w *world) sealer() sealer {
	var secret []trace.Canary
	for _, c := range w.cast.Canaries() {
		if c.Name != "имя" {
			secret = append(secret, c)
		}
	}
	return sealer{
		tracer: trace.New(secret), detector: w.suite.detector, secrets: w.lane.secrets, own: w.suite.Bot.Policy.Own.All(),
	}
}

// clients shows the cast with every value masked.
func (w *world) clients() []progon.Client {
	var out []progon.Client
	for _, g := range w.guests {
		c := progon.Client{ID: g.person.ID, Label: g.person.Label, Goal: g.goal, Stopped: g.stopped}
		for _, canary := range g.person.Canaries() {
			c.Values = append(c.Values, progon.Field{Name: canary.Name, Value: canary.Mask})
		}
		out = append(out, c)
	}
	return out
}

// evidence is what has been seen until now, with every event attributed.
func (w *world) evidence() checks.Case {
	sessions, labels := map[string]string{}, map[string]string{}
	for _, p := range w.cast.All() { // those who were only spoken of as well
		labels[p.ID] = p.Label
	}
	for _, g := range w.guests {
		for _, s := range append(g.before, g.session) {
			if s != nil {
				sessions[s.ID()] = g.person.ID
			}
		}
	}
	events := w.timeline.Events()
	for i := range events {
		if w.byStaff(events[i]) {
			events[i].Actor = "сотрудник"
		}
	}
	b := w.suite.Bot
	c := checks.Case{
		Events: checks.Attribute(events, sessions, w.trace()), Labels: labels,
		Portal: w.suite.portal.Portal, Tracer: w.trace(), Detector: w.suite.detector, Secrets: w.lane.secrets,
		Policy: checks.Policy{
			ReplyWithin: b.Policy.ReplyWithin.Or(30 * time.Second),
			Hosts:       b.Policy.Hosts, Own: b.Policy.Own.All(), Approved: b.Policy.Approved,
		},
		Health: w.health, Now: w.lane.clock.Now().In(kazan), BurstFrom: w.burstFrom,
	}
	if w.current != nil {
		c.Client = w.current.person.ID
	}
	return c
}

// byStaff tells whether a message of the bot only passes on what a person wrote.
func (w *world) byStaff(e progon.Event) bool {
	if e.Surface != progon.SurfaceChat || e.Direction != progon.FromBot || e.Actor != progon.ActorBot {
		return false
	}
	for _, said := range w.staffSaid {
		if strings.Contains(e.Text, said) {
			return true
		}
	}
	return false
}

// trace builds the tracer of this cast, again when somebody has joined.
func (w *world) trace() *trace.Tracer {
	if w.tracer == nil {
		w.tracer = trace.New(w.cast.Canaries())
	}
	return w.tracer
}

// recast forgets the tracer if it does not know the whole cast any more.
func (w *world) recast() {
	if n := len(w.cast.All()); n != w.known {
		w.tracer, w.known = nil, n
	}
}

// expect judges a check that may need a moment: the bot may write to the CRM after it has
// answered. It waits for the evidence as long as the policy allows.
func (w *world) expect(ctx context.Context, check func(checks.Case) []progon.Finding) error {
	deadline := time.NewTimer(w.suite.Bot.Policy.Settle.Or(3 * time.Second))
	defer deadline.Stop()
	for {
		grown := w.timeline.Grown()
		if err := w.lane.sync(ctx); err != nil {
			return err
		}
		found := check(w.evidence())
		if len(found) == 0 {
			return nil
		}
		select {
		case <-grown:
		case <-deadline.C:
			w.found(found...)
			return nil
		case <-ctx.Done():
			return broken("прогон прерван")
		}
	}
}

// forbid judges a check that something has not happened. It first waits until the bot
// has been quiet for a moment.
func (w *world) forbid(ctx context.Context, check func(checks.Case) []progon.Finding) error {
	quiet := w.suite.Bot.Policy.Quiet.Or(300 * time.Millisecond)
	deadline := time.NewTimer(w.suite.Bot.Policy.Settle.Or(3 * time.Second))
	defer deadline.Stop()
	for still := false; !still; {
		grown := w.timeline.Grown()
		pause := time.NewTimer(quiet)
		select {
		case <-grown:
		case <-pause.C:
			still = true
		case <-deadline.C:
			still = true
		case <-ctx.Done():
			pause.Stop()
			return broken("прогон прерван")
		}
		pause.Stop()
	}
	if err := w.lane.sync(ctx); err != nil {
		return err
	}
	if err := w.lane.look(ctx); err != nil {
		return err
	}
	w.found(check(w.evidence())...)
	return nil
}

// note leaves a remark of Progon's own in the timeline.
func (w *world) note(format string, args ...any) {
	w.timeline.Record(progon.Event{
		Surface: progon.SurfaceChat, Direction: progon.Note, Actor: progon.ActorProgon, Text: fmt.Sprintf(format, args...),
	})
}

// guest finds a client by name, or lets a new one in.
func (w *world) guest(label string) *guest {
	for _, g := range w.guests {
		if strings.EqualFold(g.person.Label, label) {
			return g
		}
	}
	g := &guest{person: w.cast.Person(label)}
	w.guests = append(w.guests, g)
	w.recast()
	return g
}

// client is who a sentence without a name is about.
func (w *world) client() *guest {
	if w.current == nil {
		w.current = w.guest("Клиент")
	}
	return w.current
}

// session opens the conversation of a client at its first word.
func (w *world) session(g *guest) *sim.Session {
	if g.session == nil {
		g.session = w.simulator.Open(g.person.ID, g.person.Label, w.channel)
	}
	return g.session
}

// masked is the placeholder for the agreed mask of a value: «{телефон: маска}».
var masked = regexp.MustCompile(`\{([^{}:]+):\s*маска\}`)

// fillMasks puts in the masks, which are no values of the client.
func (w *world) fillMasks(text string) string {
	return masked.ReplaceAllStringFunc(text, func(m string) string {
		return w.client().person.Masked(strings.TrimSpace(masked.FindStringSubmatch(m)[1]))
	})
}

// views are the client's cards as a person of the staff sees them.
func (w *world) views(role string) map[string][]progon.Field {
	seen := map[string][]progon.Field{}
	for _, user := range w.suite.portal.People[strings.ToLower(role)].Users {
		for _, card := range w.evidence().Events.Cards() {
			if fields, err := w.lane.portal.View(user, card.Entity, card.ID); err == nil {
				seen[card.Ref()] = fields
			}
		}
		break
	}
	return seen
}
