// Package conformance drives the fake model with clients that others wrote: the vendor's
// for Node and for Go. It holds only tests.
package conformance

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"progon"
	"progon/fakes/faults"
	"progon/fakes/internal/node"
	"progon/fakes/llm"
)

var shop = node.Workshop{Files: []string{"package.json", "package-lock.json", "openai.mjs"}}

func TestMain(m *testing.M) { os.Exit(shop.Main(m)) }

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 9, 15, 14, 0, 0, 0, time.UTC) }

func open(t *testing.T) (model *llm.Server, base string, seen *progon.Timeline) {
	t.Helper()
	seen = progon.NewTimeline(clock{})
	model, err := llm.New(llm.Options{Recorder: seen, Rules: []llm.Rule{
		{When: "сколько стоит", Reply: "От 900 рублей за занятие."}, {When: "запишите", Tool: "book", Args: `{"hour":"11:00"}`},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	return model, server.URL, seen
}

func TestNodeClient(t *testing.T) {
	t.Parallel()
	if !shop.Installed(t) {
		return
	}
	_, base, seen := open(t)
	shop.Run(t, "openai.mjs", "BASE="+base+"/v1")
	if n := len(seen.Events()); n != 8 {
		t.Errorf("%d prompts were told", n)
	}
	for _, e := range seen.Events() {
		if strings.Contains(string(e.Raw), "sk-progon") {
			t.Error("the key of the model is in an event")
		}
	}
}

func TestGoClient(t *testing.T) {
	t.Parallel()
	model, base, seen := open(t)
	client := openai.NewClient(option.WithAPIKey("sk-progon"), option.WithBaseURL(base+"/v1"), option.WithMaxRetries(0))
	ask := openai.ChatCompletionNewParams{
		Model:    "gpt-4o-mini",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("Ты администратор."), openai.UserMessage("сколько стоит пилатес?")},
	}
	got, err := client.Chat.Completions.New(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Choices[0].Message.Content; text != "От 900 рублей за занятие." {
		t.Errorf("the model said %q", text)
	}
	stream := client.Chat.Completions.NewStreaming(t.Context(), ask)
	var said strings.Builder
	for stream.Next() {
		for _, c := range stream.Current().Choices {
			said.WriteString(c.Delta.Content)
		}
	}
	if err := stream.Err(); err != nil || said.String() != "От 900 рублей за занятие." {
		t.Errorf("streamed %q, %v", said.String(), err)
	}
	events := seen.Events()
	if len(events) != 2 || events[0].Text != "system: Ты администратор.\nuser: сколько стоит пилатес?" || events[0].Surface != progon.SurfaceModel {
		told, _ := json.Marshal(events)
		t.Errorf("told: %s", told)
	}
	model.Fail(faults.Rule{Kind: faults.Refuse, Status: 429, Times: 1})
	_, err = client.Chat.Completions.New(t.Context(), ask)
	var refused *openai.Error
	if !errors.As(err, &refused) || refused.StatusCode != 429 {
		t.Errorf("a refusal came as %v", err)
	}
}
