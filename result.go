package progon

import "time"

// StepResult is one sentence of a scenario and what came of it.
type StepResult struct {
	Keyword string        `json:"keyword"`
	Text    string        `json:"text"`
	Table   [][]string    `json:"table,omitempty"`
	Line    int           `json:"line"`
	Verdict Verdict       `json:"verdict"`
	Reason  string        `json:"reason,omitempty"` // why skipped or broken
	Took    time.Duration `json:"took_ns"`
	// From and To bound the events that happened during the step: From < Seq <= To.
	From int `json:"from"`
	To   int `json:"to"`
	// Findings of this very step; those of invariants stand in the scenario.
	Findings []Finding `json:"findings,omitempty"`
}

// Client is a simulated client as a report may show it: every value masked.
type Client struct {
	ID     string  `json:"id"`    // stable within the run
	Label  string  `json:"label"` // as the scenario calls the client: «Алсу»
	Values []Field `json:"values,omitempty"`
	// Goal and Stopped are set for a goal-driven client: what it wanted, why it stopped.
	Goal    string `json:"goal,omitempty"`
	Stopped string `json:"stopped,omitempty"`
}

// ScenarioResult is one rehearsed conversation with its evidence.
type ScenarioResult struct {
	// ID is the number in the catalogue («СОГ-01»); Key is unique in the run and does
	// not change between runs: «features/soglasie.feature:21» and, for a row of an
	// outline, its number.
	ID      string   `json:"id,omitempty"`
	Key     string   `json:"key"`
	Title   string   `json:"title"`
	Row     string   `json:"row,omitempty"` // values of the example row, for people
	Feature string   `json:"feature"`
	About   string   `json:"about,omitempty"` // description of the feature
	Rule    string   `json:"rule,omitempty"`  // the norm: text of «Правило»
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Tags    []string `json:"tags,omitempty"`
	Norms   []string `json:"norms,omitempty"`
	// Blocks tells whether a failure blocks the launch or only warns.
	Blocks bool `json:"blocks"`

	Verdict  Verdict       `json:"verdict"`
	Reason   string        `json:"reason,omitempty"`
	Steps    []StepResult  `json:"steps"`
	Findings []Finding     `json:"findings,omitempty"` // of invariants
	Clients  []Client      `json:"clients,omitempty"`
	Timeline Events        `json:"timeline"` // masked
	Seed     uint64        `json:"seed"`
	Attempt  int           `json:"attempt,omitempty"` // 1, 2… with --repeat
	Variant  int           `json:"variant,omitempty"` // 1, 2… with --variants
	Started  time.Time     `json:"started"`
	Took     time.Duration `json:"took_ns"`
}

// AllFindings returns the findings of the steps, then those of the invariants.
func (r ScenarioResult) AllFindings() []Finding {
	var all []Finding
	for _, s := range r.Steps {
		all = append(all, s.Findings...)
	}
	return append(all, r.Findings...)
}

// AgainstBot returns the findings that make the scenario fail.
func (r ScenarioResult) AgainstBot() []Finding {
	var against []Finding
	for _, f := range r.AllFindings() {
		if f.AgainstBot() {
			against = append(against, f)
		}
	}
	return against
}

// Judge derives the verdict from steps and findings. A scenario without a single step
// is broken, never passed: it checked nothing.
func (r ScenarioResult) Judge() (Verdict, string) {
	if len(r.Steps) == 0 {
		return Broken, "в сценарии нет ни одного шага"
	}
	verdict, reason := Passed, ""
	for _, s := range r.Steps {
		switch s.Verdict {
		case Broken, Failed:
			if Worse(verdict, s.Verdict) != verdict {
				verdict, reason = s.Verdict, s.Reason
			}
		case Draft:
			if verdict == Passed {
				verdict, reason = Draft, s.Reason
			}
		}
	}
	if verdict == Passed || verdict == Draft {
		if len(r.AgainstBot()) > 0 {
			return Failed, ""
		}
		for _, s := range r.Steps {
			if verdict == Passed && s.Verdict == Skipped {
				return Skipped, s.Reason
			}
		}
	}
	return verdict, reason
}
