package journal

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// beginningOf tells when a running process began: the ticks since the system started, and which start of
// the system that was. A process that ended gives an error, also one whose parent has not yet asked.
func beginningOf(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is the program's name in brackets and may hold anything: count from its end.
	i := bytes.LastIndexByte(stat, ')')
	if i < 0 {
		return "", fmt.Errorf("/proc/%d/stat has no name", pid)
	}
	fields := strings.Fields(string(stat[i+1:]))
	const state, start = 0, 19 // fields 3 and 22 of proc(5)
	if len(fields) <= start {
		return "", fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields)+2)
	}
	if s := fields[state]; s == "Z" || s == "X" {
		return "", os.ErrProcessDone
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		boot = nil // some sandboxes hide it; the ticks still tell processes of one start apart
	}
	return strings.TrimSpace(string(boot)) + "/" + fields[start], nil
}
