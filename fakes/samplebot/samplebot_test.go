package samplebot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"progon/fakes/samplebot"
)

type reply struct {
	Text    string
	Buttons []struct{ Title, Payload string }
}

// talk says one line to a bot and returns its answer.
func talk(t testing.TB, bot http.Handler, session, id, text string) []reply {
	t.Helper()
	body, err := json.Marshal(map[string]string{"session": session, "message_id": id, "type": "text", "text": text})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	bot.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/chat", bytes.NewReader(body)))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var answer struct{ Replies []reply }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Replies
}

func open(t testing.TB, o samplebot.Options) http.Handler {
	t.Helper()
	bot, err := samplebot.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]samplebot.Options{
		"defect": {Defect: "no_such"}, "wording": {Wording: 99}, "negative wording": {Wording: -1}, "order": {Order: "backwards"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := samplebot.New(o); err == nil {
				t.Error("no error")
			}
		})
	}
}

// A row of the table without a line of code behind it would be a defect in words only.
func TestEveryDefectIsInTheCode(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f == "defects.go" || strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	seen := map[string]bool{}
	for _, d := range samplebot.Defects() {
		if seen[d.Name] {
			t.Errorf("%s stands twice", d.Name)
		}
		seen[d.Name] = true
		if !strings.Contains(code.String(), `wrong("`+d.Name+`")`) {
			t.Errorf("%s is in the table and not in the code", d.Name)
		}
		if d.About == "" || d.Rule == "" || len(d.Scenarios) == 0 {
			t.Errorf("%s says too little: %+v", d.Name, d)
		}
	}
	if n := strings.Count(code.String(), `wrong("`); n < len(seen) {
		t.Errorf("%d places for %d defects", n, len(seen))
	}
}

// Outside text never stops the bot, with or without a CRM.
func FuzzChat(f *testing.F) {
	f.Add("хочу на маникюр завтра в 11")
	f.Add("8 900 000 01 01")
	f.Add("болит зуб")
	f.Fuzz(func(t *testing.T, text string) {
		bot := open(t, samplebot.Options{})
		for i, line := range []string{text, "Согласен", text, text} {
			talk(t, bot, "s", fmt.Sprint(i), line)
		}
	})
}

func TestWrongRequests(t *testing.T) {
	t.Parallel()
	bot := open(t, samplebot.Options{})
	for name, body := range map[string]string{"no JSON": "привет", "no session": `{"text":"привет"}`, "empty": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			bot.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/chat", strings.NewReader(body)))
			if w.Code != http.StatusBadRequest {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

// Many clients at once get each their own conversation.
func TestManyClients(t *testing.T) {
	t.Parallel()
	bot := open(t, samplebot.Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			session := fmt.Sprint("s", i)
			talk(t, bot, session, "1", "хочу на пилатес")
			if got := talk(t, bot, session, "2", "Согласен"); len(got) < 2 || !strings.Contains(got[1].Text, "пилатес") {
				t.Errorf("client %d heard %+v", i, got)
			}
		})
	}
	wg.Wait()
}

func BenchmarkChat(b *testing.B) {
	bot := open(b, samplebot.Options{})
	for i := 0; b.Loop(); i++ {
		talk(b, bot, fmt.Sprint(i%1000), fmt.Sprint(i), "сколько стоит маникюр?")
	}
}
