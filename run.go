package progon

import "time"

// FormatVersion is the version of run.json. It grows when a field changes its meaning.
const FormatVersion = 1

// Run is one rehearsal as a whole: all results with all that is needed to repeat it.
type Run struct {
	Format  int    `json:"format"`
	Version string `json:"version"` // of Progon
	Bot     Bot    `json:"bot"`
	Seed    uint64 `json:"seed"`
	// Features and Config are hashes of what was rehearsed and how.
	Features string        `json:"features_sha256,omitempty"`
	Config   string        `json:"config_sha256,omitempty"`
	Options  []Field       `json:"options,omitempty"` // tags, parallel, repeat…
	Started  time.Time     `json:"started"`
	Took     time.Duration `json:"took_ns"`
	// Planned is how many scenarios were selected; fewer results than that means that
	// the run was interrupted.
	Planned     int              `json:"planned"`
	Interrupted bool             `json:"interrupted,omitempty"`
	Broken      string           `json:"broken,omitempty"` // surroundings failed before or beside any scenario
	Scenarios   []ScenarioResult `json:"scenarios"`
	// Opinions are what a language model thought of the bot's replies, where one was
	// asked. They are kept so that the run can be repeated without the model.
	Opinions []Opinion `json:"opinions,omitempty"`
	// Trial is how the judge did against bots with known defects, where that was tried.
	Trial *Trial `json:"trial,omitempty"`
	// Map is where personal data went: what clients told the bot, and every place where it
	// was seen afterwards.
	Map []Sighting `json:"map,omitempty"`
	// Keys are where the bot's keys are kept, as far as Progon could see.
	Keys []string `json:"keys,omitempty"`
	// CRM is what the bot's webhook was really used for.
	CRM Usage `json:"crm"`
	// Remarks are findings about the run as a whole: gaps of fakes, unused scopes.
	Remarks []Finding `json:"remarks,omitempty"`
}

// Opinion is one answer of a model about one reply of the bot. The reply itself is not
// kept here: its fingerprint is.
type Opinion struct {
	Reply string   `json:"reply_sha256"`
	Model string   `json:"model"`
	Acts  []string `json:"acts"`
}

// Trial sums up a trial of the judge: how many known defects it noticed, and how often it
// was wrong about a good bot.
type Trial struct {
	Features    string `json:"features_sha256"` // of the scenarios that were tried
	Version     string `json:"version,omitempty"`
	Defects     int    `json:"defects"`
	Caught      int    `json:"caught"`
	OwnRule     int    `json:"caught_by_own_rule"`
	FalseAlarms int    `json:"false_alarms"`
	Seeds       int    `json:"seeds"` // rehearsals of the good bot
}

// Usage is which methods of the CRM a bot called, which rights they needed, and which of
// its rights it never needed: those should be taken away.
type Usage struct {
	Methods []string `json:"methods,omitempty"`
	Scopes  []string `json:"scopes,omitempty"`
	Unused  []string `json:"unused,omitempty"`
}

// Bot is the bot under test as the configuration describes it.
type Bot struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Reach   string `json:"reach"` // «встроенный образец», «команда», «контейнер», «адрес»
}

// Counts is how many scenarios have each verdict.
type Counts map[Verdict]int

// Counts counts the verdicts.
func (r Run) Counts() Counts {
	c := Counts{}
	for _, s := range r.Scenarios {
		c[s.Verdict]++
	}
	return c
}

// Verdict is the gate: failed where a blocking scenario failed or an invariant that
// blocks was violated anywhere; broken where the bot was not judged; passed only if
// something was really checked.
func (r Run) Verdict() Verdict {
	if r.Broken != "" {
		return Broken
	}
	worst := Verdict("")
	for _, s := range r.Scenarios {
		switch s.Verdict {
		case Broken:
			worst = Worse(worst, Broken)
		case Failed:
			if s.BlocksLaunch() {
				worst = Worse(worst, Failed)
			} else {
				worst = Worse(worst, Passed)
			}
		default:
			worst = Worse(worst, s.Verdict)
		}
	}
	if worst == "" || worst == Draft {
		return Skipped
	}
	return worst
}

// BlocksLaunch tells whether this result alone turns the gate red.
func (r ScenarioResult) BlocksLaunch() bool {
	if r.Verdict != Failed {
		return false
	}
	if r.Blocks {
		return true
	}
	for _, f := range r.AgainstBot() {
		if f.Invariant && f.Severity == Blocker {
			return true
		}
	}
	return false
}
