package steps_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
	"progon/fakes/samplebot"
	"progon/features"
	"progon/sim/client"
	"progon/sim/persona"
	"progon/sim/second"
	"progon/steps"
	"progon/steps/botfile"
	"progon/steps/script"
)

func builtIn(t *testing.T) *script.Book {
	t.Helper()
	files, err := script.Read(features.Files, ".")
	if err != nil {
		t.Fatal(err)
	}
	book, err := script.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func sample(t *testing.T, s botfile.Sample) *botfile.File {
	t.Helper()
	f, err := botfile.Parse(samplebot.Config())
	if err != nil {
		t.Fatal(err)
	}
	f.Bot.Sample = &s
	return f
}

func rehearse(t *testing.T, o steps.Options) *progon.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if o.Book == nil {
		o.Book = builtIn(t)
	}
	if o.Bot == nil {
		o.Bot = sample(t, botfile.Sample{})
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	run, err := steps.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// against lists what was found against the bot, as «scenario rule».
func against(run *progon.Run) []string {
	var out []string
	for _, s := range run.Scenarios {
		for _, f := range s.AgainstBot() {
			out = append(out, s.ID+" "+f.Rule)
		}
	}
	sort.Strings(out)
	return out
}

func TestGoodBotPassesEverything(t *testing.T) {
	t.Parallel()
	for wording := range samplebot.Wordings() {
		for _, order := range []string{"", "contacts-first"} {
			t.Run(fmt.Sprintf("wording %d %s", wording, order), func(t *testing.T) {
				t.Parallel()
				run := rehearse(t, steps.Options{Bot: sample(t, botfile.Sample{Wording: wording, Order: order}), Parallel: 4})
				if diff := cmp.Diff([]string(nil), against(run)); diff != "" {
					t.Errorf("findings against the good bot (-want +got):\n%s", diff)
				}
				for _, s := range run.Scenarios {
					if beyondSample(s) {
						continue
					}
					if s.Verdict != progon.Passed {
						t.Errorf("%s «%s»: %s %s", s.ID, s.Title, s.Verdict, s.Reason)
					}
				}
				if run.Verdict() != progon.Passed || len(run.Scenarios) < 30 {
					t.Errorf("verdict %s over %d scenarios", run.Verdict(), len(run.Scenarios))
				}
			})
		}
	}
}

// beyondSample tells whether a scenario needs what the sample bot or this machine has not.
func beyondSample(s progon.ScenarioResult) bool {
	for _, tag := range s.Tags {
		if tag == "@нужно:модель" || tag == "@нужно:исходящие" {
			return true
		}
	}
	return false
}

// The goal-driven scenarios hold in whatever manner the client writes.
func TestGoodBotUnderstandsEveryManner(t *testing.T) {
	t.Parallel()
	run := rehearse(t, steps.Options{Tags: "@запись or @маршрутизация", Variants: len(client.Manners()) - 1, Parallel: 4})
	if diff := cmp.Diff([]string(nil), against(run)); diff != "" {
		t.Errorf("findings against the good bot (-want +got):\n%s", diff)
	}
	varied := 0
	for _, s := range run.Scenarios {
		if s.Variant > 0 {
			varied++
		}
	}
	if varied < 50 {
		t.Errorf("only %d scenarios were played in another manner", varied)
	}
}

// Every defect turns red the scenarios that its row names, by the rule that it breaks.
func TestEveryDefectIsCaught(t *testing.T) {
	t.Parallel()
	book := builtIn(t)
	for _, d := range samplebot.Defects() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			var tags []string
			for _, id := range d.Scenarios {
				tags = append(tags, "@"+id)
			}
			run := rehearse(t, steps.Options{
				Book: book, Bot: sample(t, botfile.Sample{Defect: d.Name}), Tags: strings.Join(tags, " or "), Parallel: 2,
			})
			caught := map[string]bool{}
			for _, s := range run.Scenarios {
				for _, f := range s.AgainstBot() {
					if f.Rule == d.Rule {
						caught[s.ID] = true
					}
				}
			}
			for _, id := range d.Scenarios {
				if !caught[id] {
					t.Errorf("%s does not catch it by %s; found: %v", id, d.Rule, against(run))
				}
			}
		})
	}
}

// What was found does not depend on how many scenarios run at once.
func TestParallelChangesNothing(t *testing.T) {
	t.Parallel()
	bot := func() *botfile.File { return sample(t, botfile.Sample{Defect: "phone_in_log"}) }
	want := against(rehearse(t, steps.Options{Bot: bot(), Parallel: 1}))
	if len(want) == 0 {
		t.Fatal("the defect was not noticed at all")
	}
	for range 2 {
		if diff := cmp.Diff(want, against(rehearse(t, steps.Options{Bot: bot(), Parallel: 8}))); diff != "" {
			t.Fatalf("8 lanes find something else than 1 (-one +eight):\n%s", diff)
		}
	}
}

// The same seed says the same words; another seed invents other people.
func TestSeedDecidesTheTranscript(t *testing.T) {
	t.Parallel()
	transcript := func(seed uint64, parallel int) string {
		var b strings.Builder
		for _, s := range rehearse(t, steps.Options{Seed: seed, Parallel: parallel, Tags: "@запись or @согласие"}).Scenarios {
			for _, e := range s.Timeline.On(progon.SurfaceChat) {
				_, _ = fmt.Fprintln(&b, s.Key, e.Direction, e.Text)
			}
		}
		return b.String()
	}
	first := transcript(7, 1)
	if diff := cmp.Diff(first, transcript(7, 4)); diff != "" {
		t.Errorf("the same seed, another transcript (-first +second):\n%s", diff)
	}
	if first == transcript(8, 1) {
		t.Error("another seed gave the same people")
	}
}

// Nothing that a client was given leaves the run in the open.
func TestRunHoldsNoCanary(t *testing.T) {
	t.Parallel()
	for _, defect := range []string{"", "chat_in_log", "raw_chat_in_comments", "papers_in_crm"} {
		t.Run("defect "+defect, func(t *testing.T) {
			t.Parallel()
			run := rehearse(t, steps.Options{Bot: sample(t, botfile.Sample{Defect: defect}), Parallel: 4})
			text, err := json.Marshal(run)
			if err != nil {
				t.Fatal(err)
			}
			searched := 0
			for _, s := range run.Scenarios {
				cast := persona.NewCast(run.Seed, s.Key+"/0/0")
				for _, c := range s.Clients {
					for _, canary := range cast.Person(c.Label).Canaries() {
						if canary.Name == "имя" || canary.Name == "отчество" {
							continue
						}
						searched++
						if strings.Contains(string(text), canary.Value) {
							t.Errorf("%s of «%s» in %s is open", canary.Name, c.Label, s.ID)
						}
					}
				}
			}
			if searched < 500 {
				t.Errorf("only %d canaries were looked for", searched)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	t.Run("nothing selected", func(t *testing.T) {
		t.Parallel()
		_, err := steps.Run(context.Background(), steps.Options{Book: builtIn(t), Bot: sample(t, botfile.Sample{}), Tags: "@нет-такого"})
		if !errors.Is(err, steps.ErrNothingSelected) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("tags that mean nothing", func(t *testing.T) {
		t.Parallel()
		_, err := steps.Run(context.Background(), steps.Options{Book: builtIn(t), Bot: sample(t, botfile.Sample{}), Tags: "@а and and"})
		if err == nil || !strings.Contains(err.Error(), "выражение меток") {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		run, err := steps.Run(ctx, steps.Options{
			Book: builtIn(t), Bot: sample(t, botfile.Sample{}), Seed: 1, Parallel: 1,
			Done: func(progon.ScenarioResult) { cancel() },
		})
		if !errors.Is(err, context.Canceled) || run == nil || !run.Interrupted {
			t.Fatalf("run %+v, error %v", run, err)
		}
		if n := len(run.Scenarios); n == 0 || n >= run.Planned {
			t.Errorf("%d of %d scenarios are kept", n, run.Planned)
		}
	})
}

// Every step of every scenario means exactly one sentence.
func TestEveryStepMeansOneSentence(t *testing.T) {
	t.Parallel()
	if err := steps.Understand(builtIn(t)); err != nil {
		t.Error(err)
	}
}

func BenchmarkRun(b *testing.B) {
	files, err := script.Read(features.Files, ".")
	if err != nil {
		b.Fatal(err)
	}
	book, err := script.Parse(files)
	if err != nil {
		b.Fatal(err)
	}
	for _, lanes := range []int{1, 4} {
		b.Run(fmt.Sprintf("lanes=%d", lanes), func(b *testing.B) {
			for b.Loop() {
				bot, err := botfile.Parse(samplebot.Config())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := steps.Run(context.Background(), steps.Options{Book: book, Bot: bot, Seed: 1, Parallel: lanes}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A model is asked about masked texts only, and its disagreement changes no verdict.
func TestSecondOpinionDecidesNothing(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1000)
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- string(body)
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"{\"acts\":[\"medical_advice\"]}"}}]}`)
	}))
	defer model.Close()
	judge := second.New(second.Options{URL: model.URL, Model: "m"})
	run := rehearse(t, steps.Options{Tags: "@ЗАП-01 or @МЕД-01", Second: judge})
	if run.Verdict() != progon.Passed {
		t.Errorf("verdict %s: a model alone has decided", run.Verdict())
	}
	shown := 0
	for _, s := range run.Scenarios {
		for _, f := range s.AllFindings() {
			if f.Rule == "second.disagrees" {
				shown++
			}
		}
	}
	if shown == 0 || len(run.Opinions) == 0 {
		t.Fatalf("%d disagreements shown, %d opinions kept", shown, len(run.Opinions))
	}
	close(asked)
	var told strings.Builder
	for body := range asked {
		told.WriteString(body)
	}
	for _, s := range run.Scenarios {
		cast := persona.NewCast(run.Seed, s.Key+"/0/0")
		for _, c := range s.Clients {
			for _, canary := range cast.Person(c.Label).Canaries() {
				if canary.Name != "имя" && strings.Contains(told.String(), canary.Value) {
					t.Errorf("the model was told: %s", canary.Name)
				}
			}
		}
	}
	replayed := rehearse(t, steps.Options{Tags: "@ЗАП-01 or @МЕД-01", Second: second.New(second.Options{Known: run.Opinions})})
	if diff := cmp.Diff(run.Opinions, replayed.Opinions); diff != "" {
		t.Errorf("opinions of the replayed run (-first +replayed):\n%s", diff)
	}
}
