package journal

import (
	"os"
	"strconv"

	"golang.org/x/sys/windows"
)

// beginningOf tells when a running process began, in FILETIME units. A process that ended gives an error,
// also one of which somebody still holds a handle.
func beginningOf(pid int) (string, error) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return "", os.NewSyscallError("OpenProcess", err)
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var code uint32
	const stillActive = 259
	if err := windows.GetExitCodeProcess(h, &code); err != nil {
		return "", os.NewSyscallError("GetExitCodeProcess", err)
	}
	if code != stillActive {
		return "", os.ErrProcessDone
	}
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return "", os.NewSyscallError("GetProcessTimes", err)
	}
	return strconv.FormatInt(created.Nanoseconds(), 10), nil
}
