package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startFake runs «progon fake bitrix24» and returns the reader of what it prints, a
// function that interrupts it and returns its exit code, and what it said on stderr by then.
func startFake(t *testing.T, args ...string) (*bufio.Reader, func() int, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code <- run(ctx, append([]string{"fake", "bitrix24"}, args...), strings.NewReader(""), in, &errs)
		_ = in.Close()
	}()
	stopped := false
	stop := func() int {
		stopped = true
		cancel()
		go func() { _, _ = io.Copy(io.Discard, out) }()
		select {
		case c := <-code:
			return c
		case <-time.After(10 * time.Second):
			t.Fatalf("the fake does not stop; it said %s", &errs)
			return -1
		}
	}
	t.Cleanup(func() {
		if !stopped {
			stop()
		}
	})
	return bufio.NewReader(out), stop, &errs
}

func TestFakePrintsItsAddressFirst(t *testing.T) {
	t.Parallel()
	out, stop, errs := startFake(t, "--token", "T", "--user", "5")
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	webhook := strings.TrimSpace(line)
	if !strings.HasPrefix(webhook, "http://127.0.0.1:") || !strings.HasSuffix(webhook, "/rest/5/T/") {
		t.Fatalf("first line %q", line)
	}
	resp, err := http.Get(webhook + "crm.lead.add.json?fields[TITLE]=x")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"result":1,`)) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if code := stop(); code != exitPassed {
		t.Errorf("exit %d after an interruption", code)
	}
	if said := errs.String(); !strings.Contains(said, "вызваны методы: crm.lead.add\n") || !strings.Contains(said, "не понадобились: booking, ") {
		t.Errorf("the end says %q", said)
	}
}

func TestFakeInJSONOverHTTPS(t *testing.T) {
	t.Parallel()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	out, _, _ := startFake(t, "--token", "T", "--https", "--ca-file", ca, "--json", "--app", "local.app:app-secret", "--fault", "503 QUERY_LIMIT_EXCEEDED; 1 раз")
	line, err := out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a address
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	var got []int
	for _, call := range []string{a.WebhookHTTPS + "server.time", a.WebhookHTTPS + "server.time", a.Webhook + "server.time",
		strings.TrimSuffix(a.WebhookHTTPS, "1/T/") + "app.info?auth=" + a.Apps["local.app"]} {
		resp, err := client.Get(call)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		got = append(got, resp.StatusCode)
	}
	if got[0] != 503 || got[1] != 200 || got[2] != 200 || got[3] != 200 {
		t.Errorf("statuses %v", got)
	}
}
