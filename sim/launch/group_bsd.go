//go:build unix && !linux

package launch

import "syscall"

// Where there is no /proc and no death signal, the group of the bot is all that is ended.
func dieWithParent(*syscall.SysProcAttr) {}

func killMarked(string) {}
