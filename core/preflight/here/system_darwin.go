package here

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"tenantry/core/preflight"
)

func system() (preflight.System, error) {
	s := preflight.System{Family: preflight.MacOS, Name: "macOS", Arch: runtime.GOARCH}
	version, err := unix.Sysctl("kern.osproductversion")
	if err != nil {
		return s, os.NewSyscallError("sysctl", err)
	}
	n := numbers(version)
	s.Major, s.Minor, s.Build = n[0], n[1], n[2]
	return s, nil
}

func systemRegistry() preflight.Registry { return nil }
