// Package node runs client programs in Node against the fakes, for their conformance
// tests: it installs locked packages once and starts scripts. It is used by tests only.
//
// Where node, npm or a package registry is missing, nothing can be checked: the test says
// so on stderr and goes on; with PROGON_REQUIRE_NODE=1, as in CI, that is a failure.
package node

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// timeout bounds one client program, and the installation of its packages.
const timeout = 3 * time.Minute

// Workshop is the folder in which the packages are installed, once for all tests of a
// package and only if one asks for them. Files are what is copied into it: package.json,
// package-lock.json and the scripts.
type Workshop struct {
	Files []string

	dir  string
	once sync.Once
	err  error
}

// Main runs the tests of a package and removes the folder.
func (w *Workshop) Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "progon-conformance-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "no folder for the packages:", err)
		return 1
	}
	w.dir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	return code
}

func (w *Workshop) install() error {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed", tool)
		}
	}
	for _, name := range w.Files {
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

// Installed installs the packages, or tells that nothing can be checked here.
func (w *Workshop) Installed(t *testing.T) bool {
	t.Helper()
	w.once.Do(func() { w.err = w.install() })
	if w.err == nil {
		return true
	}
	notice := "НЕ ПРОВЕРЕНО (" + t.Name() + "): нужны node, npm и доступ к пакетам: " + w.err.Error()
	if os.Getenv("PROGON_REQUIRE_NODE") == "1" {
		t.Fatal(notice)
	}
	t.Log(notice)
	_, _ = fmt.Fprintln(os.Stderr, notice)
	return false
}

// Run starts a script to its end; it must print «all done».
func (w *Workshop) Run(t *testing.T, script string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	out, err := w.command(ctx, script, env).CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "all done") {
		t.Errorf("%s: %v", script, err)
	}
}

// Start starts a script that runs until the test ends: a bot.
func (w *Workshop) Start(t *testing.T, script string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	node := w.command(ctx, script, env)
	var out bytes.Buffer
	node.Stdout, node.Stderr = &out, &out
	if err := node.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = node.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s: %s", script, out.String())
		}
	})
}

func (w *Workshop) command(ctx context.Context, script string, env []string) *exec.Cmd {
	node := exec.CommandContext(ctx, "node", script)
	node.Dir = w.dir
	node.Env = append(os.Environ(), env...)
	return node
}
