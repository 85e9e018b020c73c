package remote

import (
	"context"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// Where Windows says which one it is. What it tells older programs is not read.
const (
	versionKey     = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	environmentKey = `HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment`
)

// architectures are those of Windows by their names in its environment.
var architectures = map[string]string{"AMD64": "amd64", "ARM64": "arm64", "X86": "386", "ARM": "arm"}

// System reads from the registry which Windows it is. Errors are *exchange.Problem.
func (c *Computer) System(ctx context.Context) (preflight.System, error) {
	const doing = "see which system it is"
	k, found, err := c.query(ctx, versionKey)
	switch {
	case err != nil:
		return preflight.System{}, c.failed(ctx, doing, err)
	case !found:
		return preflight.System{}, &exchange.Problem{Code: CodeNotWindows, Doing: doing, Args: map[string]string{"host": c.Name()}}
	}
	s := preflight.System{Family: preflight.Windows}
	text := func(name string) string {
		v, _ := k.Value(name)
		return v.Text
	}
	s.Name = text("ProductName")
	s.Server = strings.HasPrefix(text("InstallationType"), "Server") || text("InstallationType") == "Nano Server"
	s.Release = text("DisplayVersion")
	if s.Release == "" {
		s.Release = text("ReleaseId") // before 20H2
	}
	// Windows 10 and later say 6.3 as CurrentVersion.
	major, ok := k.Value("CurrentMajorVersionNumber")
	minor, _ := k.Value("CurrentMinorVersionNumber")
	if ok && major.IsNumber {
		s.Major, s.Minor = int(major.Number), int(minor.Number)
	} else {
		first, rest, _ := strings.Cut(text("CurrentVersion"), ".")
		s.Major, _ = strconv.Atoi(first)
		s.Minor, _ = strconv.Atoi(rest)
	}
	s.Build, _ = strconv.Atoi(text("CurrentBuildNumber"))
	if pack, ok := strings.CutPrefix(text("CSDVersion"), "Service Pack "); ok {
		s.ServicePack, _ = strconv.Atoi(strings.TrimSpace(pack))
	}
	if s.Major == 0 {
		return s, c.failed(ctx, doing, c.odd("reg.exe", errNoVersion))
	}
	environment, _, err := c.query(ctx, environmentKey)
	if err != nil {
		return s, c.failed(ctx, doing, err)
	}
	v, _ := environment.Value("PROCESSOR_ARCHITECTURE")
	s.Arch = architectures[strings.ToUpper(v.Text)]
	return s, nil
}
