package here

import (
	"runtime"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tenantry/core/preflight"
)

const (
	versionPath  = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	machinePath  = `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`
	workstation  = 1     // ProductType; a server and a domain controller have others
	windows11    = 22000 // the build
	oldName      = "Windows 10"
	eleven       = "Windows 11"
	architecture = "PROCESSOR_ARCHITECTURE"
)

// system asks the kernel for the version: what programs are told otherwise depends on their manifest and on the
// compatibility they were given.
func system() (preflight.System, error) {
	info := windows.RtlGetVersion()
	major, minor, build := windows.RtlGetNtVersionNumbers()
	s := preflight.System{
		Family: preflight.Windows, Name: "Windows",
		Major: int(major), Minor: int(minor), Build: int(build), ServicePack: int(info.ServicePackMajor),
		Server: info.ProductType != workstation, Arch: machine(),
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, versionPath, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return s, nil // the numbers are what counts
	}
	defer k.Close()
	if name, _, err := k.GetStringValue("ProductName"); err == nil && name != "" {
		s.Name = name
	}
	if s.Build >= windows11 && !s.Server { // it still writes the name of the one before it
		s.Name = strings.Replace(s.Name, oldName, eleven, 1)
	}
	for _, name := range []string{"DisplayVersion", "ReleaseId"} {
		if release, _, err := k.GetStringValue(name); err == nil && release != "" {
			s.Release = release
			break
		}
	}
	return s, nil
}

// machine is the computer's own architecture, also where this program runs in emulation.
func machine() string {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, machinePath, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return runtime.GOARCH
	}
	defer k.Close()
	name, _, err := k.GetStringValue(architecture)
	if err != nil || name == "" {
		return runtime.GOARCH
	}
	name = strings.ToLower(name)
	if name == "x86" {
		return "386"
	}
	return name
}
