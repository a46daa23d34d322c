package progon

// Verdict is the outcome of a step, a scenario or a run.
type Verdict string

// Verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"  // the bot is wrong
	Broken  Verdict = "broken"  // Progon or its surroundings are wrong: the bot was not judged
	Skipped Verdict = "skipped" // not checked, with a reason
	Draft   Verdict = "draft"   // shown as a draft, never as passed
)

// Verdicts lists all verdicts in the order of reports.
func Verdicts() []Verdict { return []Verdict{Failed, Broken, Passed, Skipped, Draft} }

// Russian is the verdict in the words of a report.
func (v Verdict) Russian() string {
	switch v {
	case Passed:
		return "пройден"
	case Failed:
		return "не пройден"
	case Broken:
		return "не удалось проверить"
	case Skipped:
		return "не проверялся"
	case Draft:
		return "черновик"
	}
	return string(v)
}

// Worse returns the graver of two verdicts: broken outweighs failed, because a run
// whose surroundings failed says nothing reliable about the bot.
func Worse(a, b Verdict) Verdict {
	if rank(a) >= rank(b) {
		return a
	}
	return b
}

func rank(v Verdict) int {
	switch v {
	case Broken:
		return 5
	case Failed:
		return 4
	case Passed:
		return 3
	case Skipped:
		return 2
	case Draft:
		return 1
	}
	return 0
}
