// Package conformance drives the fake portal with client programs that others wrote: the
// vendor's SDK for Node over https, @2bad/bitrix over http. It holds only tests.
//
// They need node, npm and a package registry. Where one of these is missing the tests say
// so on stderr and check nothing; with PROGON_REQUIRE_NODE=1, as in CI, that is a failure.
package conformance

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"progon/fakes/bitrix24"
)

// timeout bounds one client program, and the installation of its packages.
const timeout = 3 * time.Minute

// workshop is the folder in which the packages are installed, once for all tests and only
// if a test asks for them.
type workshop struct {
	dir  string
	once sync.Once
	err  error
}

var shop workshop

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "progon-conformance-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "no folder for the packages:", err)
		os.Exit(1)
	}
	shop.dir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// packages installs the locked packages.
func (w *workshop) packages() (string, error) {
	w.once.Do(func() { w.err = w.install() })
	return w.dir, w.err
}

func (w *workshop) install() error {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed", tool)
		}
	}
	for _, name := range []string{"package.json", "package-lock.json", "b24jssdk.mjs", "2bad.cjs"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
	install.Dir = w.dir
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// installed returns the folder of the packages, or false where nothing can be checked.
func installed(t *testing.T) (string, bool) {
	t.Helper()
	dir, err := shop.packages()
	if err == nil {
		return dir, true
	}
	notice := "НЕ ПРОВЕРЕНО (" + t.Name() + "): нужны node, npm и доступ к пакетам: " + err.Error()
	if os.Getenv("PROGON_REQUIRE_NODE") == "1" {
		t.Fatal(notice)
	}
	t.Log(notice)
	_, _ = fmt.Fprintln(os.Stderr, notice)
	return "", false
}

// open starts a portal on loopback, http and https on one port.
func open(t *testing.T) (portal *bitrix24.Server, address, caFile string) {
	t.Helper()
	portal, err := bitrix24.New(bitrix24.Options{Token: "conformance"})
	if err != nil {
		t.Fatal(err)
	}
	ca, config, err := bitrix24.LoopbackTLS()
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain, secure := bitrix24.Both(listener, config)
	server := &http.Server{Handler: portal, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(plain) }()
	go func() { _ = server.Serve(secure) }()
	t.Cleanup(func() { _ = server.Close() })
	return portal, listener.Addr().String(), caFile
}

func run(t *testing.T, dir, script string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	node := exec.CommandContext(ctx, "node", script)
	node.Dir = dir
	node.Env = append(os.Environ(), env...)
	out, err := node.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "all done") {
		t.Errorf("%s: %v", script, err)
	}
}

func TestVendorSDK(t *testing.T) {
	t.Parallel()
	dir, ok := installed(t)
	if !ok {
		return
	}
	portal, address, caFile := open(t)
	portal.AddApp("local.app", "app-secret")
	tokens, err := portal.Install("local.app")
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "b24jssdk.mjs", "WEBHOOK="+portal.WebhookURL("https://"+address), "CONTROL=http://"+address+"/_control/",
		"NODE_EXTRA_CA_CERTS="+caFile, "REFRESH="+tokens.Refresh)
}

func Test2bad(t *testing.T) {
	t.Parallel()
	dir, ok := installed(t)
	if !ok {
		return
	}
	portal, address, _ := open(t)
	run(t, dir, "2bad.cjs", "WEBHOOK="+portal.WebhookURL("http://"+address))
}
