package here

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// writeElevated sets a value as an administrator: Windows' own reg.exe does it, with words that are passed as
// data, once a person has agreed in the prompt that Windows shows.
func writeElevated(ctx context.Context, key, name string, v preflight.RegistryValue) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return notWritten(key, name, err)
	}
	code, err := runElevated(ctx, filepath.Join(system, "reg.exe"), addWords(key, name, v))
	switch {
	case errors.Is(err, windows.ERROR_CANCELLED):
		return &exchange.Problem{
			Code: preflight.CodeNotElevated, Doing: "write the registry", Args: map[string]string{"what": key + `\` + name},
			Retry: exchange.RetryNow, Cause: err,
		}
	case err != nil:
		return notWritten(key, name, err)
	case code != 0:
		return notWritten(key, name, fmt.Errorf("reg.exe ended with %d", code))
	}
	return nil
}

// addWords are the words after reg.exe that set a value in the 64-bit registry without a question.
func addWords(key, name string, v preflight.RegistryValue) []string {
	words := []string{"add", key, "/v", name, "/t", "REG_SZ", "/d", v.Text, "/f", "/reg:64"}
	if v.IsNumber {
		words[5], words[7] = "REG_DWORD", strconv.FormatUint(v.Number, 10)
		if v.Number>>32 != 0 {
			words[5] = "REG_QWORD"
		}
	}
	return words
}

var shellExecuteEx = windows.NewLazySystemDLL("shell32.dll").NewProc("ShellExecuteExW")

// shellExecuteInfo is SHELLEXECUTEINFOW.
type shellExecuteInfo struct {
	size       uint32
	mask       uint32
	window     windows.Handle
	verb       *uint16
	file       *uint16
	parameters *uint16
	directory  *uint16
	show       int32
	instance   windows.Handle
	idList     uintptr
	class      *uint16
	classKey   windows.Handle
	hotKey     uint32
	icon       windows.Handle
	process    windows.Handle
}

const (
	maskProcess = 0x40  // SEE_MASK_NOCLOSEPROCESS: process is handed back
	maskWait    = 0x100 // SEE_MASK_NOASYNC: the call may not go on after it returned
	maskQuiet   = 0x400 // SEE_MASK_FLAG_NO_UI: no box of its own when it goes wrong
)

// runElevated runs a program as an administrator, waits for its end and returns its exit code. A person who says
// no is windows.ERROR_CANCELLED. When ctx is done it returns; the prompt and the program stay.
func runElevated(ctx context.Context, program string, words []string) (uint32, error) {
	type ended struct {
		code uint32
		err  error
	}
	came := make(chan ended, 1)
	go func() {
		code, err := shellExecute(ctx, program, words)
		came <- ended{code, err}
	}()
	select {
	case e := <-came:
		return e.code, e.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func shellExecute(ctx context.Context, program string, words []string) (uint32, error) {
	// The prompt may be drawn by parts that want COM on a thread of their own.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const already = syscall.Errno(1) // S_FALSE: it is on, and wants to be put off once more
	err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE)
	if err == nil || errors.Is(err, already) {
		defer windows.CoUninitialize()
	}
	escaped := make([]string, len(words))
	for i, w := range words {
		escaped[i] = syscall.EscapeArg(w)
	}
	info := shellExecuteInfo{mask: maskProcess | maskWait | maskQuiet, show: windows.SW_HIDE}
	info.size = uint32(unsafe.Sizeof(info))
	for _, text := range []struct {
		to   **uint16
		text string
	}{{&info.verb, "runas"}, {&info.file, program}, {&info.parameters, strings.Join(escaped, " ")}} {
		p, err := windows.UTF16PtrFromString(text.text)
		if err != nil {
			return 0, err
		}
		*text.to = p
	}
	if done, _, err := shellExecuteEx.Call(uintptr(unsafe.Pointer(&info))); done == 0 {
		return 0, err
	}
	if info.process == 0 {
		return 0, windows.ERROR_INVALID_HANDLE
	}
	defer func() { _ = windows.CloseHandle(info.process) }()
	return wait(ctx, info.process)
}

// wait returns a process's exit code once it has ended.
func wait(ctx context.Context, process windows.Handle) (uint32, error) {
	stop, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return 0, err
	}
	signalled := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		_ = windows.SetEvent(stop)
		close(signalled)
	})
	defer func() {
		if !unhook() {
			<-signalled
		}
		_ = windows.CloseHandle(stop)
	}()
	which, err := windows.WaitForMultipleObjects([]windows.Handle{process, stop}, false, windows.INFINITE)
	switch {
	case err != nil:
		return 0, err
	case which != windows.WAIT_OBJECT_0:
		return 0, ctx.Err()
	}
	var code uint32
	err = windows.GetExitCodeProcess(process, &code)
	return code, err
}
