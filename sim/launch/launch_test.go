//go:build unix

package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"progon"
)

// TestMain lets the test binary be the bot that the tests start.
func TestMain(m *testing.M) {
	if mode := os.Getenv("BOT_MODE"); mode != "" {
		os.Exit(bot(mode))
	}
	code := m.Run()
	removeBuilt()
	os.Exit(code)
}

// bot is a bot of one kind.
func bot(mode string) int {
	switch mode {
	case "dies":
		fmt.Println("Запуск")
		fmt.Fprintln(os.Stderr, "TypeError: нет токена у клиента Алсу, 8 917 000-00-00")
		return 7
	case "progon":
		return startAndStay()
	case "mute":
		<-time.After(time.Minute)
		return 0
	case "port taken":
		fmt.Fprintln(os.Stderr, "Error: listen EADDRINUSE: address already in use 127.0.0.1:1")
		return 1
	case "child":
		signal.Ignore(syscall.SIGTERM)
		<-time.After(time.Minute)
		return 0
	case "family":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "BOT_MODE=child")
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it even leaves the group
		if child.Start() != nil {
			return 1
		}
		if os.WriteFile(os.Getenv("CHILD"), []byte(strconv.Itoa(child.Process.Pid)), 0o600) != nil {
			return 1
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/print", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		fmt.Print(string(text))
	})
	mux.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, os.Getenv("CRM"), "|", strings.Join(os.Args[1:], "|"))
	})
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if mode == "ill" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	fmt.Println("слушаю порт", os.Getenv("PORT"))
	fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
	return 1
}

func command(mode string) Command {
	return Command{Run: Words{os.Args[0]}, Env: map[string]string{"BOT_MODE": mode}, Timeout: "10s", Stop: "300ms"}
}

type fixed struct{}

func (fixed) Now() time.Time { return time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC) }

func start(t *testing.T, c Command, o Options) *Process {
	t.Helper()
	p, err := c.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop() })
	return p
}

func post(t *testing.T, address, body string) string {
	t.Helper()
	res, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestStartGivesValues(t *testing.T) {
	t.Parallel()
	c := command("good")
	c.Run = append(c.Run, "--at={{port}}", "в одном слове")
	c.Env["CRM"] = "{{crm}}/rest"
	p := start(t, c, Options{Values: map[string]string{"crm": "http://crm"}})
	got := post(t, p.URL()+"/env", "")
	if want := "http://crm/rest|--at=" + p.options.Values["port"] + "|в одном слове"; got != want {
		t.Errorf("the bot has got %q, want %q", got, want)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		mode  string
		ready Ready
		want  string // of the error; empty: it starts
	}{
		{"its address answers", "good", Ready{}, ""},
		{"a path answers", "good", Ready{URL: "/health"}, ""},
		{"a line", "good", Ready{Log: `слушаю порт \d+`}, ""},
		{"its port", "good", Ready{Port: true}, ""},
		{"the path says that it is ill", "ill", Ready{URL: "health"}, "health не отвечает"},
		{"another line", "good", Ready{Log: "started"}, "не появилась строка «started»"},
		{"mute", "mute", Ready{Port: true}, "он ничего не напечатал"},
		{"dies", "dies", Ready{}, "бот завершился, не начав отвечать (код 7)"},
		{"dies before the line", "dies", Ready{Log: "started"}, "TypeError: нет токена у клиента ***, * *** ***-**-**"},
		{"the port is taken each time", "port taken", Ready{}, "EADDRINUSE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := command(tt.mode)
			c.Ready = tt.ready
			if tt.want != "" {
				c.Timeout = "700ms"
			}
			if strings.HasPrefix(tt.mode, "dies") || tt.mode == "port taken" {
				c.Timeout = "10s"
			}
			p, err := c.Start(t.Context(), Options{})
			if err == nil {
				defer func() { _ = p.Stop() }()
			}
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error = %v, want «…%s…»", err, tt.want)
			case tt.want != "" && (strings.Contains(err.Error(), "Алсу") || strings.Contains(err.Error(), "917")):
				t.Errorf("error shows personal data: %v", err)
			}
		})
	}
}

func TestSyncHasEverythingPrintedSoFar(t *testing.T) {
	t.Parallel()
	tl := progon.NewTimeline(fixed{})
	p := start(t, command("good"), Options{Recorder: tl})
	for i := range 50 {
		post(t, p.URL()+"/print", fmt.Sprintf("строка %d\nи начало", i))
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		events := tl.Events()
		last := events[len(events)-1]
		if last.Surface != progon.SurfaceLog || last.Kind != "stdout" || last.Text != "и начало" {
			t.Fatalf("turn %d: the last event is %+v", i, last)
		}
		if !strings.HasSuffix(events[len(events)-2].Text, fmt.Sprintf("строка %d", i)) {
			t.Fatalf("turn %d: before it %q", i, events[len(events)-2].Text)
		}
	}
}

func TestStopEndsTheWholeFamily(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"family", "stubborn"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			c := command(mode)
			file := filepath.Join(t.TempDir(), "pid")
			c.Env["CHILD"] = file
			p := start(t, c, Options{})
			pids := []int{p.cmd.Process.Pid}
			if mode == "family" {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				pid, err := strconv.Atoi(string(text))
				if err != nil {
					t.Fatal(err)
				}
				pids = append(pids, pid)
			}
			if err := p.Stop(); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids {
				waitGone(t, pid)
			}
			if err := p.Stop(); err != nil {
				t.Errorf("a second Stop: %v", err)
			}
		})
	}
}

// waitGone waits until a process has ended. One that nobody waits for stays a zombie where
// there is no init: that is as good as gone.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if (err != nil && !alive(pid)) || strings.Contains(string(stat), ") Z ") {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Errorf("process %d still runs", pid)
}

func TestRestartKeepsTheAddress(t *testing.T) {
	t.Parallel()
	p := start(t, command("good"), Options{})
	before, pid := p.URL(), p.cmd.Process.Pid
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.URL() != before || p.cmd.Process.Pid == pid {
		t.Errorf("address %s → %s, process %d → %d", before, p.URL(), pid, p.cmd.Process.Pid)
	}
	post(t, p.URL()+"/print", "снова")
	if err := p.Alive(); err != nil {
		t.Errorf("Alive = %v", err)
	}
	if err := syscall.Kill(p.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-p.Ended()
	if err := p.Alive(); err == nil || !strings.Contains(err.Error(), "бот завершился посреди прогона") {
		t.Errorf("Alive = %v", err)
	}
}

func TestSweepEndsWhatAKilledProgonLeft(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Log("не проверено: здесь нет /proc")
		return
	}
	dir := t.TempDir()
	left := exec.Command(os.Args[0])
	left.Env = append(os.Environ(), "BOT_MODE=child", markName+"=ABCDEFGHIJKLMNOP")
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = left.Wait(); close(ended) }()
	// No process has this number: pid_max is at most 4194304.
	if err := os.WriteFile(filepath.Join(dir, markFile), []byte("9999999 ABCDEFGHIJKLMNOP"), 0o600); err != nil {
		t.Fatal(err)
	}
	// The environment of a process can be read as soon as it has begun to run.
	waitMark(t, left.Process.Pid)
	start(t, command("good"), Options{WorkDir: dir})
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = left.Process.Kill()
		t.Error("the process of the run before still lives")
	}
}

func waitMark(t *testing.T, pid int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && strings.Contains(string(env), markName) {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatal("the process has no environment")
}

func TestStartMistakes(t *testing.T) {
	t.Parallel()
	busy := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(busy.Close)
	tests := []struct {
		name string
		c    Command
		want string
	}{
		{"nothing to run", Command{}, "bot.command.run: не указано"},
		{"no such program", Command{Run: Words{"no-such-program-progon"}}, "не удалось запустить «no-such-program-progon»: нет такой программы"},
		{"no such folder", Command{Run: Words{os.Args[0]}, Dir: "нет/такой"}, "нет такой программы или папки"},
		{"unknown value", Command{Run: Words{"bot", "{{prt}}"}}, "bot.command.run: значения {{prt}} нет; есть: port, url"},
		{"unknown value in env", Command{Run: Words{"bot"}, Env: map[string]string{"A": "{{b}}"}}, "bot.command.env.A"},
		{"address is taken", Command{Run: Words{"bot"}, URL: busy.URL}, "уже занят другой программой"},
		{"wrong address", Command{Run: Words{"bot"}, URL: "bot"}, "bot.command.url"},
		{"wrong timeout", Command{Run: Words{"bot"}, Timeout: "скоро"}, "bot.command.timeout"},
		{"wrong pattern", Command{Run: Words{"bot"}, Ready: Ready{Log: "("}}, "bot.command.ready.log"},
		{"two ways of being ready", Command{Run: Words{"bot"}, Ready: Ready{Log: "a", Port: true}}, "bot.command.ready: нужно что-то одно"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.c.Start(t.Context(), Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want «…%s…»", err, tt.want)
			}
		})
	}
}

func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := command("mute").Start(ctx, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
}

func TestCommandFromYAML(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       Command
		wrong      bool
	}{
		{"list", `{run: [node, "my bot.js"]}`, Command{Run: Words{"node", "my bot.js"}}, false},
		{"string", `run: node "my bot.js" --name='a b' c\ d ""`, Command{Run: Words{"node", "my bot.js", "--name=a b", "c d", ""}}, false},
		{"path of readiness", `{run: a, ready: /health}`, Command{Run: Words{"a"}, Ready: Ready{URL: "/health"}}, false},
		{"line of readiness", `{run: a, ready: {log: готов}}`, Command{Run: Words{"a"}, Ready: Ready{Log: "готов"}}, false},
		{"open quote", `run: node "bot.js`, Command{}, true},
		{"unknown way", `{run: a, ready: {line: x}}`, Command{}, true},
		{"neither", `{run: {a: b}}`, Command{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got Command
			err := yaml.NewDecoder(strings.NewReader(tt.text), yaml.Strict()).Decode(&got)
			if (err != nil) != tt.wrong {
				t.Fatalf("error = %v", err)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("command (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	tests := []struct{ name, address, want string }{
		{"there", s.URL, ""},
		{"nobody", "http://127.0.0.1:1", "никто не отвечает"},
		{"no scheme", "127.0.0.1:80", "не адрес"},
		{"words", "мой бот", "не адрес"},
		{"empty", "", "не адрес"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Reachable(t.Context(), tt.address)
			if (tt.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error = %v, want «…%s…»", err, tt.want)
			}
		})
	}
}

// A bot in another language, with nothing of Progon in it.
func TestNodeBot(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Log("не проверено: node не установлен")
		return
	}
	tl := progon.NewTimeline(fixed{})
	c := Command{Run: Words{"node", "bot.js"}, Dir: "testdata", Env: map[string]string{"CRM": "{{crm}}"}}
	p := start(t, c, Options{Recorder: tl, Values: map[string]string{"crm": "http://crm"}})
	got := post(t, p.URL(), `{"session":"chat-1","text":"Сәлам 🙂"}`)
	if want := `{"replies":[{"text":"вы написали: Сәлам 🙂"}]}`; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	if err := p.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	type line struct{ Kind, Conversation, Text string }
	var lines []line
	for _, e := range tl.Events() {
		lines = append(lines, line{e.Kind, e.Conversation, e.Text})
	}
	want := map[line]bool{
		{"stdout", "", "готов"}: true, {"stderr", "", "крм: http://crm"}: true,
		{"stdout", "chat-1", `{"level":"info","session":"chat-1","text":"Сәлам 🙂"}`}: true,
	}
	for _, l := range lines {
		delete(want, l)
	}
	if len(want) > 0 {
		t.Errorf("missing %v in %v", want, lines)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`node "my bot.js" 'a b' \ c`)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := split(line)
		if err == nil && len(strings.Join(words, "")) > len(line) {
			t.Errorf("split(%q) = %q", line, words)
		}
	})
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p, err := command("good").Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFourLanes starts four bots side by side and stops them.
func BenchmarkFourLanes(b *testing.B) {
	for b.Loop() {
		var group sync.WaitGroup
		bots := make([]*Process, 4)
		for i := range bots {
			group.Go(func() {
				p, err := command("well").Start(b.Context(), Options{WorkDir: b.TempDir()})
				if err != nil {
					b.Error(err)
					return
				}
				bots[i] = p
			})
		}
		group.Wait()
		b.StopTimer()
		for _, p := range bots {
			if p != nil {
				_ = p.Stop()
			}
		}
		b.StartTimer()
	}
}
