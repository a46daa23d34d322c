package progon_test

import (
	"testing"

	"progon"
)

func step(v progon.Verdict, findings ...progon.Finding) progon.StepResult {
	return progon.StepResult{Verdict: v, Findings: findings}
}

func scenario(steps ...progon.StepResult) progon.ScenarioResult {
	r := progon.ScenarioResult{Blocks: true, Steps: steps}
	r.Verdict, r.Reason = r.Judge()
	return r
}

var (
	blocker = progon.Finding{Rule: "a", Severity: progon.Blocker}

	remark = progon.Finding{Rule: "c", Severity: progon.Remark}
	gap    = progon.Finding{Rule: "progon.gap", Severity: progon.Blocker, About: progon.AboutProgon}
)

func TestJudge(t *testing.T) {
	t.Parallel()
	withInvariant := progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed)}, Findings: []progon.Finding{blocker}}
	tests := []struct {
		name string
		in   progon.ScenarioResult
		want progon.Verdict
	}{
		{"all passed", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed), step(progon.Passed)}}, progon.Passed},
		{"no step at all", progon.ScenarioResult{}, progon.Broken},
		{"nothing was played", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Skipped)}}, progon.Skipped},
		{"a part was not checked", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed), step(progon.Skipped)}}, progon.Skipped},
		{"failed", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Failed, blocker), step(progon.Passed)}}, progon.Failed},
		{"failed, the rest not checked", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Failed, blocker), step(progon.Skipped)}}, progon.Failed},
		{"broken outweighs failed", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Failed, blocker), step(progon.Broken)}}, progon.Broken},
		{"invariant violated", withInvariant, progon.Failed},
		{"remark only", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed, remark)}}, progon.Passed},
		{"a gap of ours is not the bot's fault", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed, gap)}}, progon.Passed},
		{"draft", progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Draft), step(progon.Skipped)}}, progon.Draft},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := tt.in.Judge(); got != tt.want {
				t.Errorf("Judge() = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRunVerdict(t *testing.T) {
	t.Parallel()
	passed, failed, skipped, broken := scenario(step(progon.Passed)), scenario(step(progon.Failed, blocker)),
		scenario(step(progon.Skipped)), scenario(step(progon.Broken))
	warns := failed
	warns.Blocks = false
	leaks := progon.ScenarioResult{Steps: []progon.StepResult{step(progon.Passed)}, Findings: []progon.Finding{{Severity: progon.Blocker, Invariant: true}}}
	leaks.Verdict, _ = leaks.Judge()
	tests := []struct {
		name string
		in   []progon.ScenarioResult
		want progon.Verdict
	}{
		{"nothing played", nil, progon.Skipped},
		{"all passed", []progon.ScenarioResult{passed, passed}, progon.Passed},
		{"one failed", []progon.ScenarioResult{passed, failed}, progon.Failed},
		{"one only warns", []progon.ScenarioResult{passed, warns}, progon.Passed},
		{"a leak blocks also where the scenario only warns", []progon.ScenarioResult{passed, leaks}, progon.Failed},
		{"some not checked", []progon.ScenarioResult{passed, skipped}, progon.Passed},
		{"none checked", []progon.ScenarioResult{skipped, skipped}, progon.Skipped},
		{"not judged", []progon.ScenarioResult{failed, broken}, progon.Broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (progon.Run{Scenarios: tt.in}).Verdict(); got != tt.want {
				t.Errorf("Verdict() = %s, want %s", got, tt.want)
			}
		})
	}
	if got := (progon.Run{Broken: "бот не запустился", Scenarios: []progon.ScenarioResult{passed}}).Verdict(); got != progon.Broken {
		t.Errorf("a run with broken surroundings is %s", got)
	}
}
