package journal

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// beginningOf tells when a running process began, to the microsecond. A process that ended gives an
// error, also one whose parent has not yet asked.
func beginningOf(pid int) (string, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return "", err
	}
	const zombie = 5 // SZOMB of sys/proc.h
	if int(info.Proc.P_pid) != pid || info.Proc.P_stat == zombie {
		return "", os.ErrProcessDone
	}
	return fmt.Sprintf("%d.%06d", info.Proc.P_starttime.Sec, info.Proc.P_starttime.Usec), nil
}
