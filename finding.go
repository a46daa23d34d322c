package progon

// Severity says what a finding does to a launch.
type Severity string

// Severities, in rising order.
const (
	Remark  Severity = "remark"  // worth knowing, changes nothing
	Warning Severity = "warning" // shown, does not block by itself
	Blocker Severity = "blocker" // the bot must not be launched
)

// Finding is one conclusion of a check, in Russian, with the place that proves it. It
// never holds a raw personal datum: Excerpt is masked before it comes here.
type Finding struct {
	// Rule is the stable name of the violated rule: «masking.log». Defects of the
	// sample bot name the rule that must catch them.
	Rule string `json:"rule"`
	// Text says in one sentence what is wrong.
	Text string `json:"text"`
	// Expected and Got say the same in two halves, where that helps.
	Expected string   `json:"expected,omitempty"`
	Got      string   `json:"got,omitempty"`
	Severity Severity `json:"severity"`
	// Norms are articles of law or sections of the requirement.
	Norms   []string `json:"norms,omitempty"`
	Persona string   `json:"persona,omitempty"`
	// Evidence lists the Seq of the events that prove it. A finding about something
	// that is missing points at the moment from which it should have been there.
	Evidence []int  `json:"evidence,omitempty"`
	Place    string `json:"place,omitempty"`
	Excerpt  string `json:"excerpt,omitempty"`
	// Advice says what to change in the bot.
	Advice string `json:"advice,omitempty"`
	// Invariant is true for a check that runs on every conversation, whether or not
	// the scenario mentions it.
	Invariant bool `json:"invariant,omitempty"`
	// About is empty for a finding about the bot, and «progon» for a remark about a
	// gap in Progon itself: such a finding never makes a bot fail.
	About string `json:"about,omitempty"`
}

// AboutProgon marks findings about gaps of Progon's own.
const AboutProgon = "progon"

// AgainstBot tells whether the finding makes a scenario fail.
func (f Finding) AgainstBot() bool { return f.About == "" && f.Severity != Remark }
