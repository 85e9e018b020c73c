package journal

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// beginningOf tells when a running process began, to the microsecond, and in which start of the system that
// was. A process that ended gives an error, also one whose parent has not yet asked.
func beginningOf(pid int) (string, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return "", err
	}
	const zombie = 5 // SZOMB of sys/proc.h
	if int(info.Proc.P_pid) != pid || info.Proc.P_stat == zombie {
		return "", os.ErrProcessDone
	}
	boot, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		boot = "" // the time tells processes apart without it
	}
	return fmt.Sprintf("%s/%d.%06d", boot, info.Proc.P_starttime.Sec, info.Proc.P_starttime.Usec), nil
}
