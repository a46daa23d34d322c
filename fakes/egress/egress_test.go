package egress

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

type fixed struct{}

func (fixed) Now() time.Time { return time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC) }

func proxy(t testing.TB, o Options) (*Server, *progon.Timeline) {
	t.Helper()
	tl := progon.NewTimeline(fixed{})
	o.Dir, o.Recorder = t.TempDir(), tl
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, tl
}

// bot is a client that goes through the proxy; trusting says whether it has the certificate.
func bot(t testing.TB, s *Server, trusting bool) *http.Client {
	t.Helper()
	address, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if trusting {
		ca, err := os.ReadFile(s.CAFile())
		if err != nil || !pool.AppendCertsFromPEM(ca) {
			t.Fatalf("no certificate: %v", err)
		}
	}
	tr := &http.Transport{
		Proxy: func(*http.Request) (*url.URL, error) { return address, nil }, TLSClientConfig: &tls.Config{RootCAs: pool},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

func send(t testing.TB, c *http.Client, address, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

type told struct{ Host, Text, Allowed, Zone, Error string }

func all(tl *progon.Timeline) (out []told) {
	for _, e := range tl.Events() {
		allowed, _ := progon.Get(e.Fields, "allowed")
		zone, _ := progon.Get(e.Fields, "zone")
		out = append(out, told{e.Kind, e.Text, allowed, zone, e.Error})
	}
	return out
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func TestRequests(t *testing.T) {
	t.Parallel()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Host, r.RequestURI, text)
	})
	fake := httptest.NewServer(echo)
	t.Cleanup(fake.Close)
	o := Options{
		Routes:  map[string]Route{"stub.example": {Handler: echo}, "api.telegram.org": {Handler: echo, Tells: true}},
		Allowed: []string{"*.agreed.example"}, Zones: map[string]string{"*.example": "Россия", "abroad.example": "США"},
	}
	tests := []struct {
		name, address, body string
		header              []string
		status              int
		answer              string
		want                []told
	}{
		{"blocked", "http://abroad.example/collect?p=1", "тел +7 9000000001", nil, 403, "не выпускает",
			[]told{{"abroad.example", "POST http://abroad.example/collect\nтел +7 9000000001", "false", "США", "BLOCKED"}}},
		{"blocked inside of TLS", "https://Abroad.example/collect", `{"phone":"+7 9000000001"}`, nil, 403, "не выпускает",
			[]told{{"abroad.example", "POST https://abroad.example/collect\n" + `{"phone":"+7 9000000001"}`, "false", "США", "BLOCKED"}}},
		{"agreed on, but nobody is let out", "https://a.agreed.example/", "x", nil, 403, "не выпускает",
			[]told{{"a.agreed.example", "POST https://a.agreed.example/\nx", "true", "Россия", "BLOCKED"}}},
		{"a route", "https://stub.example/a?b=c", "раз", nil, 200, "stub.example /a?b=c раз",
			[]told{{"stub.example", "POST https://stub.example/a\nраз", "true", "Россия", ""}}},
		{"a route that tells by itself", "https://api.telegram.org/bot1/sendMessage", "раз", nil, 200, "api.telegram.org /bot1/sendMessage раз", nil},
		{"a port", "https://other.test:8443/", "x", nil, 403, "не выпускает",
			[]told{{"other.test", "POST https://other.test:8443/\nx", "false", "", "BLOCKED"}}},
		{"an address", "https://203.0.113.7/", "x", nil, 403, "не выпускает",
			[]told{{"203.0.113.7", "POST https://203.0.113.7/\nx", "false", "", "BLOCKED"}}},
		{"a packed body", "https://abroad.example/p", zipped("СНИЛС 000-000-000 00"), []string{"Content-Encoding", "gzip"}, 403, "",
			[]told{{"abroad.example", "POST https://abroad.example/p\nСНИЛС 000-000-000 00", "false", "США", "BLOCKED"}}},
		{"a wrongly packed body", "https://abroad.example/p", "не gzip", []string{"Content-Encoding", "gzip"}, 403, "",
			[]told{{"abroad.example", "POST https://abroad.example/p\nне gzip", "false", "США", "BLOCKED"}}},
		{"bytes are no text", "https://abroad.example/p", "\x00\x01\x02", nil, 403, "",
			[]told{{"abroad.example", "POST https://abroad.example/p", "false", "США", "BLOCKED"}}},
		{"this machine", fake.URL + "/here", "раз", nil, 200, "/here раз", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, tl := proxy(t, o)
			status, answer := send(t, bot(t, s, true), tt.address, tt.body, tt.header...)
			if status != tt.status || !strings.Contains(answer, tt.answer) {
				t.Errorf("answer %d %q, want %d with %q", status, answer, tt.status, tt.answer)
			}
			if diff := cmp.Diff(tt.want, all(tl)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRawBytesBeginWithTheAddress(t *testing.T) {
	t.Parallel()
	s, tl := proxy(t, Options{MaxBody: 10})
	send(t, bot(t, s, true), "https://abroad.example/v1?phone=9000000001", strings.Repeat("я", 1000), "X-Client", "c-1")
	events := tl.Events()
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	raw := string(events[0].Raw)
	line, rest, _ := strings.Cut(raw, "\r\n")
	if want := "POST https://abroad.example/v1?phone=9000000001 HTTP/2.0"; line != want {
		t.Errorf("first line %q, want %q", line, want)
	}
	if !strings.Contains(rest, "X-Client: c-1") || !strings.HasSuffix(rest, "\r\n\r\nяяяяя") {
		t.Errorf("raw bytes:\n%s", rest)
	}
}

func TestAllowedHostsAreReached(t *testing.T) {
	t.Parallel()
	outside := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %d", r.Host, r.URL.Path, len(text))
	}))
	t.Cleanup(outside.Close)
	real := outside.Client().Transport.(*http.Transport).Clone()
	real.TLSClientConfig.InsecureSkipVerify = true // its certificate is for another name
	real.DialContext = nil
	real.DialTLS = func(network, _ string) (net.Conn, error) { //nolint:staticcheck // one address for all names
		return tls.Dial(network, outside.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // likewise
	}
	t.Cleanup(real.CloseIdleConnections)
	for _, tt := range []struct {
		mode   Mode
		host   string
		status int
	}{
		{Allowed, "api.agreed.example", 200},
		{Allowed, "abroad.example", 403},
		{Watch, "abroad.example", 200},
		{Block, "api.agreed.example", 403},
	} {
		t.Run(string(tt.mode)+" "+tt.host, func(t *testing.T) {
			t.Parallel()
			s, tl := proxy(t, Options{Mode: tt.mode, Allowed: []string{"*.agreed.example"}, Transport: real, MaxBody: 100})
			status, answer := send(t, bot(t, s, true), "https://"+tt.host+"/x", strings.Repeat("a", 5000))
			if status != tt.status || (status == 200 && answer != tt.host+" /x 5000") {
				t.Errorf("answer %d %q", status, answer)
			}
			if tl.Len() != 1 {
				t.Errorf("%d events, want 1", tl.Len())
			}
			want := []Host{{Name: tt.host, Allowed: tt.host == "api.agreed.example", Calls: 1}}
			if diff := cmp.Diff(want, s.Hosts()); diff != "" {
				t.Errorf("hosts (-want +got):\n%s", diff)
			}
			if s.Reset(); len(s.Hosts()) != 0 {
				t.Error("Reset keeps hosts")
			}
		})
	}
}

// until waits for the events of a tunnel, which are told when it is understood.
func until(t *testing.T, tl *progon.Timeline, n int) []progon.Event {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		grown := tl.Grown()
		if tl.Len() >= n {
			return tl.Events()
		}
		select {
		case <-grown:
		case <-deadline:
			t.Fatalf("%d events, want %d", tl.Len(), n)
		}
	}
}

func TestABotThatDoesNotTrust(t *testing.T) {
	t.Parallel()
	s, tl := proxy(t, Options{})
	if status, _ := send(t, bot(t, s, false), "https://abroad.example/", "x"); status != 0 {
		t.Errorf("status %d of a connection that must fail", status)
	}
	e := until(t, tl, 1)[0]
	if e.Kind != "abroad.example" || !strings.Contains(e.Gap, "SSL_CERT_FILE") {
		t.Errorf("event %+v", e)
	}
}

func tunnelTo(t *testing.T, s *Server, to string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to)
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "\r\n" {
			return conn, in
		}
	}
}

func TestOtherProtocols(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, said, text string }{
		{"another protocol", "\x04\x00client +7 9000000001", "tcp://db.example:5432"},
		{"words", "EHLO bot.example\r\n", "tcp://db.example:5432\nEHLO bot.example\r\n"},
		{"HTTP without TLS", "GET /a HTTP/1.1\r\nHost: db.example\r\n\r\n", "GET http://db.example:5432/a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, tl := proxy(t, Options{})
			conn, _ := tunnelTo(t, s, "db.example:5432")
			fmt.Fprint(conn, tt.said)
			e := until(t, tl, 1)[0]
			if e.Text != tt.text || e.Kind != "db.example" {
				t.Errorf("told %q of %s, want %q", e.Text, e.Kind, tt.text)
			}
			if !strings.HasPrefix(tt.said, "GET") && !strings.HasSuffix(string(e.Raw), tt.said) {
				t.Errorf("raw %q", e.Raw)
			}
		})
	}
	t.Run("nothing is said", func(t *testing.T) {
		t.Parallel()
		s, tl := proxy(t, Options{})
		conn, _ := tunnelTo(t, s, "db.example:5432")
		_ = conn.Close()
		if e := until(t, tl, 1)[0]; e.Kind != "db.example" || e.Gap == "" {
			t.Errorf("event %+v", e)
		}
	})
	t.Run("this machine", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		go func() {
			if c, err := l.Accept(); err == nil {
				fmt.Fprintln(c, "сначала говорит сервер")
				_ = c.Close()
			}
		}()
		s, tl := proxy(t, Options{})
		_, in := tunnelTo(t, s, l.Addr().String())
		if line, err := in.ReadString('\n'); line != "сначала говорит сервер\n" {
			t.Errorf("%q, %v", line, err)
		}
		if tl.Len() != 0 {
			t.Error("what stays on this machine was told")
		}
	})
}

func TestCloseEndsTunnelsAndRemovesTheCertificate(t *testing.T) {
	t.Parallel()
	s, _ := proxy(t, Options{})
	conn, in := tunnelTo(t, s, "db.example:443")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := in.ReadByte(); err == nil || os.IsTimeout(err) {
		t.Errorf("the tunnel is open: %v", err)
	}
	if _, err := os.Stat(s.CAFile()); !os.IsNotExist(err) {
		t.Errorf("the certificate remains: %v", err)
	}
}

func TestItselfIsNoTarget(t *testing.T) {
	t.Parallel()
	s, _ := proxy(t, Options{})
	if status, _ := send(t, bot(t, s, true), s.URL()+"/", "x"); status != http.StatusLoopDetected {
		t.Errorf("status %d", status)
	}
	res, err := http.Get(s.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d of a request that is none to a proxy", res.StatusCode)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Mode: "open", Dir: t.TempDir()}, {Dir: t.TempDir() + "/none"}, {Dir: t.TempDir(), Listen: "256.0.0.1:1"}} {
		if s, err := Start(o); err == nil {
			_ = s.Close()
			t.Errorf("%+v was taken", o)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, host string
		want          bool
	}{
		{"a.example", "a.example", true}, {"A.example", "a.example", true}, {"*.example", "a.example", true},
		{"*.a.example", "a.example", true}, {"*.a.example", "c.b.a.example", true},
		{"a.example", "b.a.example", false}, {"*.a.example", "ba.example", false}, {"", "a.example", false}, {"a.example", "a.example.evil", false},
	} {
		if got := matches(tt.pattern, tt.host); got != tt.want {
			t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.host, got)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("gzip", []byte(zipped("x")), "a.example:443")
	f.Add("zstd", []byte("\x28\xb5\x2f\xfd"), "[::1]")
	f.Add("deflate", []byte{0x78, 0x9c}, "")
	f.Fuzz(func(t *testing.T, encoding string, body []byte, host string) {
		r := httptest.NewRequest(http.MethodPost, "/a?b", bytes.NewReader(body))
		r.Header.Set("Content-Encoding", encoding)
		r.Host = host
		q := request(r, newTarget("https", host), body)
		if len(q.body) > maxUnpacked || len(asText(q.body)) > maxText {
			t.Errorf("%d bytes of %d", len(q.body), len(body))
		}
		looksHTTP(bufio.NewReader(bytes.NewReader(body)))
	})
}

func BenchmarkBlockedTLS(b *testing.B) {
	s, _ := proxy(b, Options{})
	c := bot(b, s, true)
	for b.Loop() {
		if status, text := send(b, c, "https://abroad.example/collect", `{"phone":"+7 9000000001"}`); status != 403 {
			b.Fatal(status, text)
		}
	}
}

func ExampleServer() {
	dir, err := os.MkdirTemp("", "lane")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	tl := progon.NewTimeline(fixed{})
	s, err := Start(Options{Recorder: tl, Dir: dir, Zones: map[string]string{"*.example": "США"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	// s.Env() is the environment of the bot. This one counts its visitors abroad:
	address, _ := url.Parse(s.URL())
	c := http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address), DisableKeepAlives: true}}
	res, err := c.Get("http://counter.example/hit")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = res.Body.Close()
	for _, h := range s.Hosts() {
		fmt.Println(h.Name, h.Zone, h.Allowed, h.Calls)
	}
	// Output: counter.example США false 1
}
