package journal

import "os"

// process is a process as the journal remembers it: its number alone is not enough, because the system
// gives it to another program later.
type process struct {
	pid   int
	begun string // when it began, in the system's own terms; never the same for two with one number
	host  string
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
