package here

import (
	"errors"
	"io/fs"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"tenantry/core/preflight"
)

// releaseFiles are where a distribution says what it is; the first one there counts.
var releaseFiles = []string{"/etc/os-release", "/usr/lib/os-release"}

func system() (preflight.System, error) {
	s := preflight.System{Family: preflight.Linux, Name: "Linux", Arch: runtime.GOARCH}
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return s, os.NewSyscallError("uname", err)
	}
	n := numbers(unix.ByteSliceToString(name.Release[:]))
	s.Major, s.Minor, s.Build = n[0], n[1], n[2]
	for _, path := range releaseFiles {
		file, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return s, err
		}
		if name, release := distribution(file); name != "" {
			s.Name, s.Release = name, release
		}
		break
	}
	return s, nil
}

func systemRegistry() preflight.Registry { return nil }
