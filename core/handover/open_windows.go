package handover

import (
	"context"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"

	"tenantry/core/exchange"
)

// Open puts a script into a private folder under its name and opens Windows PowerShell on it, in a console window of
// its own that stays when the script has ended. Whether scripts may run is for PowerShell's execution policy, which
// is left alone. It does not wait for the window to be closed; the script is taken away then. It may block on the
// disk. Errors are *exchange.Problem.
var Open = func(_ context.Context, name string, script []byte) error {
	system, err := windows.GetSystemDirectory()
	program := filepath.Join(system, "WindowsPowerShell", "v1.0", "powershell.exe")
	if err == nil {
		err = open(program, []string{"-NoLogo", "-NoExit", "-File"}, name, script)
	}
	if err != nil {
		return &exchange.Problem{Code: CodeNotOpened, Doing: "open a script in PowerShell", Args: map[string]string{"program": program}, Cause: err}
	}
	return nil
}

// open starts a program with words before the script's path.
func open(program string, before []string, name string, script []byte) error {
	path, done, err := put(name, script)
	if err != nil {
		return err
	}
	process, err := start(program, append(before, path)...)
	if err != nil {
		done()
		return err
	}
	go func() {
		_, _ = windows.WaitForSingleObject(process, windows.INFINITE)
		_ = windows.CloseHandle(process)
		done()
	}()
	return nil
}

// start starts a program in a console window of its own and returns its process. Package os/exec would give it
// files in the place of the console, and PowerShell then ends instead of asking.
func start(program string, args ...string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(program)
	if err != nil {
		return 0, err
	}
	line, err := windows.UTF16PtrFromString(windows.ComposeCommandLine(append([]string{program}, args...)))
	if err != nil {
		return 0, err
	}
	in := windows.StartupInfo{Cb: uint32(unsafe.Sizeof(windows.StartupInfo{}))}
	var out windows.ProcessInformation
	if err := windows.CreateProcess(name, line, nil, nil, false, windows.CREATE_NEW_CONSOLE, nil, nil, &in, &out); err != nil {
		return 0, err
	}
	_ = windows.CloseHandle(out.Thread)
	return out.Process, nil
}
