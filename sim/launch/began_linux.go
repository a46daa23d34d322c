package launch

import (
	"bytes"
	"fmt"
	"os"
)

// began is when a process started, in ticks since the machine did.
func began(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name, in brackets, may hold anything; the fields after it count from the third.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const starttime = 22 - 3
	if len(fields) <= starttime {
		return ""
	}
	return string(fields[starttime])
}
