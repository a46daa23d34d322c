package launch

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// dieWithParent ends the bot also when Progon is killed itself.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// killMarked ends every process that has a mark in its environment, wherever it has gone.
func killMarked(mark string) {
	want := []byte(markName + "=" + mark)
	found, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right
	for _, name := range found {
		env, err := os.ReadFile(name)
		if err != nil {
			continue // gone, or not ours
		}
		for _, v := range bytes.Split(env, []byte{0}) {
			if !bytes.Equal(v, want) {
				continue
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil && pid != os.Getpid() {
				_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is fine
			}
		}
	}
}
