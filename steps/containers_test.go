//go:build linux

package steps_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon"
	"progon/fakes/samplebot"
	"progon/sim/launch"
	"progon/steps"
	"progon/steps/botfile"
)

// inContainer describes the sample bot as an image made of nothing but this program. It
// logs to the container's output.
func inContainer(t *testing.T, dir, defect string) *botfile.File {
	t.Helper()
	text := string(samplebot.Config())
	image := fmt.Sprintf(`  image:
    build: %s
    run: [bot, --addr, "0.0.0.0:3000", --crm, "{{crm}}", --alerts, "{{alerts}}", --model, "{{llm}}", --defect, %q]
    port: 3000
    ready: /healthz
    stop: 1s
`, dir, defect)
	text = strings.Replace(text, "  sample: {}\n", image, 1)
	text = strings.Replace(text, "logs:\n  - file: \"{{dir}}/bot.log\"\n", "", 1)
	text = strings.Replace(text, "quiet: 15ms", "quiet: 60ms", 1)
	text = strings.Replace(text, "settle: 400ms", "settle: 1s", 1)
	f, err := botfile.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The sample bot passes all scenarios in containers too, and what it does wrong is seen in
// the container's output and on its way to a foreign host.
func TestSampleBotInContainers(t *testing.T) { //nolint:paralleltest // four lanes of containers are enough for one machine
	if err := launch.Docker(t.Context()); err != nil {
		t.Skipf("SKIPPED, the sample bot was not rehearsed in containers: %v", err)
	}
	dir := t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(dir, "progon"), "progon/cmd/progon")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM scratch\nCOPY progon /progon\nENTRYPOINT [\"/progon\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		defect, tags string
		rules        []string
	}{
		{"", "", nil},
		{"phone_in_log", "@МАС-01", []string{"masking.log"}},
		{"foreign_host", "@ТРГ-03", []string{"egress.foreign"}},
	} {
		run := rehearse(t, steps.Options{Bot: inContainer(t, dir, c.defect), Tags: c.tags, Parallel: 4})
		var rules []string
		for _, s := range run.Scenarios {
			if s.Verdict == progon.Broken || (s.Verdict == progon.Skipped && c.defect == "") {
				t.Errorf("%s %s: %s", s.ID, s.Verdict, s.Reason)
			}
			for _, f := range s.AgainstBot() {
				if !slices.Contains(rules, f.Rule) {
					rules = append(rules, f.Rule)
				}
				if c.defect == "" {
					t.Errorf("%s: %s: %s (%s)", s.ID, f.Rule, f.Got, f.Expected)
				}
			}
		}
		if diff := cmp.Diff(c.rules, rules); diff != "" {
			t.Errorf("defect %q (-want +got):\n%s", c.defect, diff)
		}
	}
}
