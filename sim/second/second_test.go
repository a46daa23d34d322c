package second_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/sim/acts"
	"progon/sim/second"
)

// model is a service in the protocol of chat/completions.
func model(t *testing.T, status int, content string) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		var asked struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Messages) != 2 || r.URL.Path != "/v1/chat/completions" {
			t.Errorf("the request is not chat/completions: %v %+v", r.URL, asked)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer key" {
			t.Errorf("authorization %q", got)
		}
		w.WriteHeader(status)
		text, _ := json.Marshal(content)
		_, _ = fmt.Fprintf(w, `{"choices":[{"message":{"content":%s}}]}`, text)
	}))
	t.Cleanup(s.Close)
	return s, &calls
}

func TestActs(t *testing.T) {
	t.Parallel()
	reply := acts.Reply{Text: "Примите ибупрофен."}
	tests := []struct {
		name, content string
		status        int
		want          []acts.Name
		fails         string
	}{
		{"labels", `{"acts":["medical_advice","greeting"]}`, 200, []acts.Name{acts.Greeting, acts.MedicalAdvice}, ""},
		{"talk around it", "Sure!\n```json\n{\"acts\":[\"handover\"]}\n```", 200, []acts.Name{acts.Handover}, ""},
		{"unknown labels", `{"acts":["dances","handover","handover"]}`, 200, []acts.Name{acts.Handover}, ""},
		{"no labels", `{"acts":[]}`, 200, nil, ""},
		{"no JSON", "I think it is advice", 200, nil, "не JSON"},
		{"broken JSON", `{"acts":`, 200, nil, "не JSON"},
		{"refusal", "{}", 429, nil, "429"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, calls := model(t, tt.status, tt.content)
			j := second.New(second.Options{URL: s.URL + "/v1", Model: "m", Key: "key"})
			got, err := j.Acts(context.Background(), reply)
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || len(j.Answers()) != 0 {
					t.Fatalf("error %v, kept %v", err, j.Answers())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("acts (-want +got):\n%s", diff)
			}
			if _, err := j.Acts(context.Background(), reply); err != nil || calls.Load() != 1 {
				t.Errorf("the same reply was asked about %d times, %v", calls.Load(), err)
			}
			// The run keeps the answer, and a later run needs no model for it.
			again := second.New(second.Options{Known: j.Answers()})
			replayed, err := again.Acts(context.Background(), reply)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, replayed); diff != "" {
				t.Errorf("replayed (-want +got):\n%s", diff)
			}
			if _, err := again.Acts(context.Background(), acts.Reply{Text: "другой"}); !errors.Is(err, second.ErrUnknown) {
				t.Errorf("error %v for a reply that nobody has judged", err)
			}
		})
	}
}

func TestDisagreements(t *testing.T) {
	t.Parallel()
	rules := []acts.Act{{Name: acts.Handover}, {Name: acts.Greeting}}
	tests := []struct {
		name                  string
		model                 []acts.Name
		wantRules, wantModels []acts.Name
	}{
		{"the same", []acts.Name{acts.Handover}, nil, nil},
		{"matters of taste", []acts.Name{acts.Handover, acts.Apology}, nil, nil},
		{"the model heard advice", []acts.Name{acts.Handover, acts.MedicalAdvice}, nil, []acts.Name{acts.MedicalAdvice}},
		{"the model heard nothing", nil, []acts.Name{acts.Handover}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, m := second.Disagreements(rules, tt.model)
			if diff := cmp.Diff([][]acts.Name{tt.wantRules, tt.wantModels}, [][]acts.Name{r, m}); diff != "" {
				t.Errorf("disagreements (-want +got):\n%s", diff)
			}
		})
	}
}
