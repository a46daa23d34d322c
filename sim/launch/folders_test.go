//go:build linux

package launch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestSweepFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	folder := func(name, whose string) string {
		dir := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Join(dir, "lane-1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if whose != "" {
			if err := os.WriteFile(filepath.Join(dir, ownerFile), []byte(whose), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	dead, nobodys, mine := folder("progon-1", fmt.Sprintf("%d-1", os.Getpid())), folder("progon-2", ""), folder("progon-3", "")
	other := folder("else-1", "1-1")
	if err := Claim(mine); err != nil {
		t.Fatal(err)
	}
	// A child of a bot that has outlived both the bot and Progon.
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "BOT_MODE=child", markName+"=left-behind")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, "lane-1", markFile), []byte("1 left-behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := SweepFolders(filepath.Join(root, "progon-*"))
	if err != nil || n != 1 {
		t.Errorf("%d folders, %v", n, err)
	}
	if err := child.Wait(); err == nil {
		t.Error("the child has ended by itself")
	}
	for dir, want := range map[string]bool{dead: false, nobodys: true, mine: true, other: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: there = %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
	if err := Claim(filepath.Join(root, "none")); err == nil {
		t.Error("a folder that is not there was claimed")
	}
	if _, err := SweepFolders("["); err == nil {
		t.Error("a wrong pattern was taken")
	}
}
