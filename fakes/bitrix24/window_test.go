package bitrix24

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"progon/fakes/calls"
)

func TestWindowShowsWhatTheBotDid(t *testing.T) {
	t.Parallel()
	p := newPortal(t, Options{})
	journal := calls.NewJournal(100, testTime)
	p.SetRecorder(journal)
	p.ShowJournal(journal)
	base := strings.TrimSuffix(p.base, "rest/1/secret/")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"_window/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	p.ok("crm.lead.add", `{"fields":{"TITLE":"<script>alert(1)</script>","PHONE":[{"VALUE":"+79000000101"}]}}`)
	stream, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	if line, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil || line != "data: 1\n" {
		t.Errorf("stream %q %v", line, err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	page := w.Body.String()
	for _, want := range []string{"&lt;script&gt;", "Телефон (PHONE)", "crm.lead.add", "создано lead:1", "lang=\"ru\""} {
		if !strings.Contains(page, want) {
			t.Errorf("the window lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "secret") {
		t.Error("the window runs what a client wrote, or shows the token")
	}
}

func TestControlPlane(t *testing.T) {
	t.Parallel()
	p := clinic(t, Options{})
	base := strings.TrimSuffix(p.base, "rest/1/secret/") + "_control/"
	post := func(what, body string) int {
		status, _ := p.send("POST", base+what, "application/json", body)
		return status
	}
	for _, c := range []struct {
		what, body string
		status     int
	}{
		{"fail", `{"what":"503 QUERY_LIMIT_EXCEEDED","how_long":"1 раз"}`, 200},
		{"fail", `{"what":"настроение"}`, 400},
		{"clear", `{}`, 200},
		{"age", `{"by":"24h"}`, 200},
		{"age", `{"by":"сутки"}`, 400},
		{"put", `{"actor":"врач","entity":"lead","fields":{"TITLE":"x"}}`, 200},
		{"change", `{"actor":"врач","entity":"lead","id":"1","fields":{"TITLE":"y"}}`, 200},
		{"change", `{"actor":"врач","entity":"lead","id":"9","fields":{"TITLE":"y"}}`, 400},
		{"client", `{"line":7,"user":"42","name":"Алсу","text":"привет"}`, 200},
		{"operator", `{"chat":1,"user":"врач","text":"ждём"}`, 200},
		{"return", `{"chat":1,"user":"врач"}`, 200},
		{"expire", ``, 200},
		{"twice", `{"times":1}`, 200},
		{"disorder", `{"on":true}`, 200},
		{"nothing", `{}`, 400},
		{"put", `{`, 400},
		{"reset", `{}`, 200},
	} {
		if got := post(c.what, c.body); got != c.status {
			t.Errorf("%s %s: %d, want %d", c.what, c.body, got, c.status)
		}
	}
	if status, answer := p.send("GET", base+"usage", "", ""); status != 200 || answer["result"] == nil {
		t.Errorf("usage: %d %v", status, answer)
	}
	if status, _ := p.send("GET", base+"journal", "", ""); status != 400 {
		t.Error("a journal that nobody keeps is shown")
	}
}

func TestPlainAndSecureOnOnePort(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	ca, config, err := LoopbackTLS()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain, secure := Both(listener, config)
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(plain) }()
	go func() { _ = server.Serve(secure) }()
	defer func() { _ = server.Close() }()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	for _, scheme := range []string{"http://", "https://"} {
		resp, err := client.Get(s.WebhookURL(scheme+listener.Addr().String()) + "server.time")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || (resp.TLS != nil) != (scheme == "https://") {
			t.Errorf("%s: %d", scheme, resp.StatusCode)
		}
	}
	if _, err := http.Get(s.WebhookURL("https://"+listener.Addr().String()) + "server.time"); err == nil {
		t.Error("a client without the authority trusts the certificate")
	}
}
