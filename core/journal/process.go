package journal

import (
	"os"
	"strings"
)

// process is a process as the journal remembers it: its number alone is not enough, because the system
// gives it to another program later.
type process struct {
	pid   int
	begun string // when it began, in the system's own terms; never the same for two with one number
	host  string
}

// sameComputer tells whether two processes surely ran on one computer. Its name is not enough to tell: it can
// change with the network. Where the system names its starts, begun begins with that name and a slash.
func (p process) sameComputer(o process) bool {
	if p.host == o.host {
		return true
	}
	start, _, named := strings.Cut(p.begun, "/")
	other, _, _ := strings.Cut(o.begun, "/")
	return named && start != "" && start == other
}

func thisProcess() (process, error) {
	host, err := os.Hostname()
	if err != nil {
		return process{}, err
	}
	pid := os.Getpid()
	begun, err := beginningOf(pid)
	if err != nil {
		return process{}, err
	}
	return process{pid: pid, begun: begun, host: host}, nil
}
