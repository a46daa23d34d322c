//go:build linux

package launch

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/client"

	"progon"
	"progon/fakes/egress"
)

// buildOnce makes the folder from which the image of the bot is built, once for all tests.
var buildOnce = sync.OnceValues(func() (string, error) {
	dir := builtFolder()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bot"), "./testdata/bot")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("%w: %s", err, out)
	}
	file := "FROM scratch\nCOPY bot /bot\nENTRYPOINT [\"/bot\"]\nEXPOSE 3000\n"
	return dir, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(file), 0o600)
})

func builtFolder() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("progon-image-test-%d", os.Getpid()))
}

// removeBuilt leaves nothing behind of what buildOnce and Prepare made.
func removeBuilt() {
	if os.RemoveAll(builtFolder()) != nil {
		return
	}
	ctx := context.Background()
	e, err := openEngine(ctx)
	if err != nil {
		return
	}
	defer e.close()
	_, _ = e.api.ImageRemove(ctx, imageName(builtFolder(), ""), client.ImageRemoveOptions{}) // it may not have been built
}

// image is a description of the bot as an image that was built here. Where there is no
// Docker the test is skipped, and says so.
func image(t *testing.T, mode string) Image {
	t.Helper()
	if err := Docker(t.Context()); err != nil {
		t.Skipf("SKIPPED, containers were not tested: %v", err)
	}
	dir, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	i := Image{
		Part:    Part{Build: Build{Context: dir}, Env: map[string]string{"PORT": "{{port}}", "BOT_MODE": mode}},
		Timeout: "30s", Stop: "1s",
	}
	i, err = i.Prepare(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func contain(t *testing.T, i Image, o Options) *Containers {
	t.Helper()
	c, err := i.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// asked asks the bot to do something and returns what it says.
func asked(t *testing.T, c *Containers, what string, query ...string) (int, string) {
	t.Helper()
	q := url.Values{}
	for n := 0; n+1 < len(query); n += 2 {
		q.Set(query[n], query[n+1])
	}
	res, err := http.Get(c.URL() + what + "?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(b.String(), "\r\n\r\n")
	return res.StatusCode, body
}

// ours counts what is left in Docker of a start.
func ours(t *testing.T, mark string) (n int) {
	t.Helper()
	e, err := openEngine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	f := client.Filters{}.Add("label", labelRun+"="+mark)
	containers, err := e.api.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	networks, err := e.api.NetworkList(t.Context(), client.NetworkListOptions{Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	return len(containers.Items) + len(networks.Items)
}

func TestImageSeesTheFakesAndNothingElse(t *testing.T) {
	t.Parallel()
	i := image(t, "")
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "портал ", r.URL.Path) }))
	t.Cleanup(crm.Close)
	i.Env["CRM"] = "{{crm}}"
	dir := t.TempDir()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, []byte("сертификат"), 0o600); err != nil {
		t.Fatal(err)
	}
	tl := progon.NewTimeline(fixed{})
	c := contain(t, i, Options{
		WorkDir: dir, Recorder: tl, Values: map[string]string{"crm": crm.URL + "/rest/1/x/", "dir": dir},
		Files: map[string]string{"ca": ca}, Env: map[string]string{"SSL_CERT_FILE": "{{ca}}", "CRM": "не это"},
	})

	_, address := asked(t, c, "/env", "name", "CRM")
	if want := "http://" + hostName; !strings.HasPrefix(address, want) {
		t.Fatalf("the bot was told the portal %q", address)
	}
	if status, text := asked(t, c, "/get", "url", address); status != 200 || !strings.Contains(text, "портал /rest/1/x/") {
		t.Errorf("the portal: %d %s", status, text)
	}
	_, file := asked(t, c, "/env", "name", "SSL_CERT_FILE")
	if _, text := asked(t, c, "/read", "file", file); !strings.Contains(text, "сертификат") {
		t.Errorf("the certificate at %s: %s", file, text)
	}
	post(t, c.URL()+"/write?file="+laneFolder+"/bot.log", "строка")
	if text, err := os.ReadFile(filepath.Join(dir, "bot.log")); string(text) != "строка" {
		t.Errorf("the lane's folder: %q, %v", text, err)
	}
	// Nothing else answers: neither another port of this machine nor a foreign address.
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	port := strings.TrimPrefix(other.URL, "http://127.0.0.1:")
	for _, addr := range []string{hostName + ":" + port, "203.0.113.7:443"} {
		if status, _ := asked(t, c, "/dial", "addr", addr); status == 200 {
			t.Errorf("%s can be reached", addr)
		}
	}

	post(t, c.URL()+"/print", "раз\nдва\n"+strings.Repeat("я", 20_000)+"\n")
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []told
	for _, e := range tl.Events() {
		got = append(got, told{e.Kind, e.Place, e.Text})
	}
	want := []told{
		{"stdout", "контейнер bot (stdout), строка 1", "слушаю порт 3000"},
		{"stdout", "контейнер bot (stdout), строка 2", "раз"},
		{"stdout", "контейнер bot (stdout), строка 3", "два"},
		{"stdout", "контейнер bot (stdout), строка 4", strings.Repeat("я", 20_000)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if err := c.Alive(); err != nil {
		t.Error(err)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	if n := ours(t, c.mark); n != 0 {
		t.Errorf("%d things remain in Docker", n)
	}
}

type told struct{ Kind, Place, Text string }

func TestImageIsSeenOnItsWayOut(t *testing.T) {
	t.Parallel()
	i := image(t, "")
	tl := progon.NewTimeline(fixed{})
	proxy, err := egress.Start(egress.Options{Recorder: tl, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "портал") }))
	t.Cleanup(crm.Close)
	i.Env["CRM"] = "{{crm}}"
	c := contain(t, i, Options{
		Values: map[string]string{"proxy": proxy.URL(), "crm": crm.URL},
		Files:  map[string]string{"ca": proxy.CAFile()}, Env: egress.Env("{{proxy}}", "{{ca}}"),
	})
	for _, scheme := range []string{"http", "https"} {
		if status, text := asked(t, c, "/get", "url", scheme+"://collect.example/v1?user=79000000001"); status != http.StatusForbidden {
			t.Errorf("%s: %d %s", scheme, status, text)
		}
	}
	_, address := asked(t, c, "/env", "name", "CRM")
	if status, text := asked(t, c, "/get", "url", address); status != 200 {
		t.Errorf("the portal: %d %s", status, text)
	}
	var got []string
	for _, e := range tl.Events().On(progon.SurfaceEgress) {
		line, _, _ := strings.Cut(string(e.Raw), " HTTP/")
		got = append(got, line)
	}
	want := []string{"GET http://collect.example/v1?user=79000000001", "GET https://collect.example/v1?user=79000000001"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

func TestImageWithItsDatabase(t *testing.T) {
	t.Parallel()
	i := image(t, "")
	i.With = []Part{{Name: "db", Image: i.Image, Port: 5432, Env: map[string]string{"PORT": "{{port}}"}, Ready: Ready{Log: "слушаю"}}}
	i.Env["DB"] = "postgres://{{db.addr}}/bot"
	tl := progon.NewTimeline(fixed{})
	c := contain(t, i, Options{Recorder: tl})
	_, address := asked(t, c, "/env", "name", "DB")
	if !strings.HasPrefix(address, "postgres://db:5432/bot") {
		t.Errorf("the bot was told the database %q", address)
	}
	if status, text := asked(t, c, "/dial", "addr", "db:5432"); status != 200 {
		t.Errorf("the bot does not reach its database: %s", text)
	}
	addr, ok := c.Addr("db")
	if !ok || !listens(t.Context(), addr) || c.Values()["db.addr"] != addr {
		t.Errorf("the database is not reached at %q", addr)
	}
	post(t, "http://"+addr+"/print", "запрос\n")
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if es := tl.Events(); es[len(es)-1].Place != "контейнер db (stdout), строка 2" {
		t.Errorf("told %+v", es)
	}
}

func TestImageRestarts(t *testing.T) {
	t.Parallel()
	i := image(t, "")
	tl := progon.NewTimeline(fixed{})
	c := contain(t, i, Options{Recorder: tl})
	before := c.URL()
	if err := c.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	post(t, c.URL()+"/print", "снова\n")
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range tl.Events() {
		got = append(got, e.Text)
	}
	if diff := cmp.Diff([]string{"слушаю порт 3000", "слушаю порт 3000", "снова"}, got); diff != "" || c.URL() != before {
		t.Errorf("told, now at %s (-want +got):\n%s", c.URL(), diff)
	}
}

func TestImageFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, mode string
		change     func(*Image)
		want       []string
	}{
		{"dies", "dies", func(*Image) {}, []string{"контейнер bot завершился (код 7)", "TypeError: нет токена"}},
		{"does not answer", "mute", func(i *Image) { i.Timeout = "4s" }, []string{"не готов за 4s", "не отвечает", "ничего не напечатал"}},
		{"an unknown value", "", func(i *Image) { i.Env["X"] = "{{telegram}}" }, []string{"bot.image.env.X", "{{telegram}}", "crm, dir, port"}},
		{"no such image", "", func(i *Image) { i.Image = "127.0.0.1:1/none:1"; i.Timeout = "3s" }, []string{"127.0.0.1:1/none:1"}},
		{"no such program", "", func(i *Image) { i.Entry = Words{"/none"} }, []string{"контейнер bot не запустился"}},
		{"no such file", "", func(i *Image) { i.Files = map[string]string{"/x": "none.yml"} }, []string{"нет файла «none.yml» для /x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := image(t, tt.mode)
			tt.change(&i)
			c, err := i.Start(t.Context(), Options{Values: map[string]string{"crm": "x"}})
			if err == nil {
				_ = c.Stop()
				t.Fatal("it started")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q lacks %q", err, part)
				}
			}
			for _, secret := range []string{"Алсу", "917"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error shows %q", secret)
				}
			}
		})
	}
}

func TestImageThatEndsIsTold(t *testing.T) {
	t.Parallel()
	c := contain(t, image(t, ""), Options{})
	if res, err := http.Get(c.URL() + "/die"); err == nil {
		_ = res.Body.Close()
	}
	select {
	case <-c.Ended():
	case <-time.After(10 * time.Second):
		t.Fatal("nobody noticed")
	}
	if err := c.Alive(); err == nil || !strings.Contains(err.Error(), "код 3") || !strings.Contains(err.Error(), "panic: всё") {
		t.Errorf("error = %v", err)
	}
}

// startAndStay is a Progon that starts an image, says so and never stops it.
func startAndStay() int {
	c, err := Image{Part: Part{Image: os.Getenv("IMAGE"), Env: map[string]string{"PORT": "{{port}}", "BOT_MODE": ""}}}.Start(context.Background(), Options{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(c.mark)
	<-time.After(time.Minute)
	return 0
}

// TestSweepRemovesWhatAKilledProgonLeft runs alone: the other tests sweep too.
func TestSweepRemovesWhatAKilledProgonLeft(t *testing.T) { //nolint:paralleltest // see above
	i := image(t, "")
	progon := exec.Command(os.Args[0])
	progon.Env = append(os.Environ(), "BOT_MODE=progon", "IMAGE="+i.Image)
	out, err := progon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := progon.Start(); err != nil {
		t.Fatal(err)
	}
	mark, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	mark = strings.TrimSpace(mark)
	if err := progon.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = progon.Wait() // it was killed
	if n := ours(t, mark); n != 2 {
		t.Fatalf("%d things are left of «%s», want a container and a network", n, mark)
	}
	alive := contain(t, i, Options{})
	if _, err := Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := ours(t, mark); n != 0 {
		t.Errorf("%d things remain", n)
	}
	if err := alive.Alive(); err != nil {
		t.Errorf("what still runs was swept: %v", err)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, owner string
		want        bool
	}{
		{"this process", owner(os.Getpid()), true},
		{"its number, another time", fmt.Sprintf("%d-1", os.Getpid()), false},
		{"nobody", "", false},
		{"no number", "x-1", false},
	} {
		if got := lives(tt.owner); got != tt.want {
			t.Errorf("%s: lives(%q) = %v", tt.name, tt.owner, got)
		}
	}
}

func TestImageFromYAML(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       Image
		wrong      []string
	}{
		{"a name", `salon-bot:1.4`, Image{Part: Part{Image: "salon-bot:1.4"}}, nil},
		{"a folder", "build: ./bot\nport: 3000", Image{Part: Part{Build: Build{Context: "./bot"}, Port: 3000}}, nil},
		{"with its database", "image: a\nwith:\n- {name: db, image: postgres:16, ready: {log: ready}}\nnetwork: open",
			Image{Part: Part{Image: "a"}, With: []Part{{Name: "db", Image: "postgres:16", Ready: Ready{Log: "ready"}}}, Network: "open"}, nil},
		{"nothing", "port: 3000", Image{}, []string{"bot.image: не указано, что запускать"}},
		{"both", "{image: a, build: b}", Image{}, []string{"нужно что-то одно: image или build"}},
		{"a nameless part", "{image: a, with: [{image: b}]}", Image{}, []string{"bot.image.with[0].name", "db"}},
		{"a name twice", "{image: a, with: [{name: bot, image: b}]}", Image{}, []string{"имя «bot» уже занято"}},
		{"a network", "{image: a, network: host}", Image{}, []string{"bot.image.network", "closed", "open"}},
		{"a path", "{image: a, files: {x: y}, mounts: {z: w}, port: 70000, timeout: 1}", Image{}, []string{"bot.image.files", "bot.image.mounts", "70000 не порт", "bot.image.timeout"}},
		{"a pattern", "{image: a, ready: {log: '['}, env: {'A B': c}}", Image{}, []string{"bot.image.ready.log", "bot.image.env"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got Image
			if err := yaml.Unmarshal([]byte(tt.text), &got); err != nil {
				t.Fatal(err)
			}
			err := got.Check()
			if len(tt.wrong) == 0 {
				if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				return
			}
			for _, w := range tt.wrong {
				if err == nil || !strings.Contains(err.Error(), w) {
					t.Errorf("error %v lacks %q", err, w)
				}
			}
		})
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x242026-09-15T12:00:00.000000000Z привет"))
	f.Add([]byte{2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		n := 0
		_ = frames(strings.NewReader(string(in)), func(_ byte, _ time.Time, said []byte) { n += len(said) })
		if n > len(in) {
			t.Errorf("%d bytes told of %d", n, len(in))
		}
	})
}
