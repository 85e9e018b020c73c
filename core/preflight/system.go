package preflight

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

// The codes of the operating system.
const (
	CodeSystemFine      exchange.Code = "preflight.system-fine"            // Args: system
	CodeSystemUntried   exchange.Code = "preflight.system-untried"         // nothing speaks against it, and nobody tried. Args: system
	CodeSystemOld       exchange.Code = "preflight.system-old"             // older than Tenantry is made for. Args: system, needs ("windows", "macos", "linux", "kernel"), scripts (of Windows: "run", "lack", "never")
	CodeSystemUnlisted  exchange.Code = "preflight.system-unlisted"        // not a Windows from which PowerShell connects. Args: system
	CodeSystemNoPack    exchange.Code = "preflight.system-no-service-pack" // only with Service Pack 1. Args: system
	CodeSystemLacks     exchange.Code = "preflight.system-lacks"           // only with what is missing. Args: system, lacks ("dotnet", "wmf", "both")
	CodeNoWindowsScript exchange.Code = "preflight.no-windows-powershell"  // no Windows, so no Windows PowerShell. Args: system
)

// The oldest systems on which Tenantry runs: Go 1.26 wants Windows 10 or Server 2016, macOS 12 and Linux 3.2, and
// the window is built against glibc 2.34.
const (
	firstWindows  = 10
	firstMacOS    = 12
	firstKernel   = 3
	firstKernel2  = 2
	windows11     = 22000 // the build
	dotNet45      = 378389
	dotNetPage    = "https://go.microsoft.com/fwlink/p/?LinkId=257868"
	frameworkPage = "https://aka.ms/wmf5download"
)

// firstRelease is, for Linux distributions by their ID, the oldest with glibc 2.34.
var firstRelease = map[string]string{
	"debian": "12", "ubuntu": "22.04", "linuxmint": "21", "pop": "22.04", "fedora": "35", "rhel": "9",
	"centos": "9", "almalinux": "9", "rocky": "9", "ol": "9", "opensuse-leap": "16.0", "sles": "16.0",
}

func (v *view) checkSystem(ctx context.Context) Finding {
	sys, err := v.readSystem(ctx)
	switch {
	case ctx.Err() != nil:
		return Finding{}
	case err != nil:
		return unread("system", err)
	}
	l := &look{view: v, ctx: ctx}
	l.fact("System", sys.Name)
	l.fact("Version", fmt.Sprintf("%d.%d.%d", sys.Major, sys.Minor, sys.Build))
	if sys.Family == Windows && sys.Major < firstWindows { // there were none after that
		l.fact("Service Pack", strconv.Itoa(sys.ServicePack))
	}
	for _, more := range []Fact{{"Release", sys.Release}, {"Architecture", sys.Arch}} {
		if more.Text != "" {
			l.fact(more.Name, more.Text)
		}
	}
	var f Finding
	switch {
	case sys.Family == Windows && v.use == UsePowerShell:
		f = windowsForScripts(l, sys)
	case sys.Family == Windows:
		f = windowsForApp(l, sys)
	case v.use == UsePowerShell:
		f = Finding{Status: Fail, Code: CodeNoWindowsScript}
	case sys.Family == MacOS && sys.Major < firstMacOS:
		f = v.oldSystem("macos", "")
	case sys.Family == MacOS:
		f = Finding{Status: Pass, Code: CodeSystemFine}
	default:
		f = v.linux(sys)
	}
	if f.Args == nil {
		f.Args = map[string]string{}
	}
	f.Args["system"] = systemName(sys)
	return l.end(f)
}

// oldSystem is the finding of a system that is older than Tenantry is made for. Where this program runs all the
// same it is no obstacle yet.
func (v *view) oldSystem(needs, scripts string) Finding {
	f := Finding{Status: Fail, Code: CodeSystemOld, Args: args("needs", needs, "scripts", scripts)}
	if v.here() {
		f.Status = Warn
	}
	return f
}

func windowsForApp(l *look, sys System) Finding {
	switch {
	case sys.Major > firstWindows:
		return Finding{Status: Pass, Code: CodeSystemUntried}
	case sys.Major == firstWindows:
		return Finding{Status: Pass, Code: CodeSystemFine}
	}
	scripts := "never"
	switch f := windowsForScripts(l, sys); {
	case f.Status == Pass:
		scripts = "run"
	case f.Code == CodeSystemLacks:
		scripts = "lack"
	}
	return l.oldSystem("windows", scripts)
}

// windowsForScripts judges a Windows as Microsoft's list of those from which PowerShell connects does.
func windowsForScripts(l *look, sys System) Finding {
	switch v := [2]int{sys.Major, sys.Minor}; {
	case sys.Major > firstWindows:
		return Finding{Status: Pass, Code: CodeSystemUntried}
	case sys.Major == firstWindows, v == [2]int{6, 3}, v == [2]int{6, 2} && sys.Server:
		return Finding{Status: Pass, Code: CodeSystemFine}
	case v != [2]int{6, 1}:
		return Finding{Status: Fail, Code: CodeSystemUnlisted}
	case sys.ServicePack < 1:
		return Finding{Status: Fail, Code: CodeSystemNoPack}
	}
	// Windows 7 and Server 2008 R2: only with .NET Framework 4.5 and one of three Management Frameworks.
	release, _ := l.value(dotNetKey, "Release")
	dotNet := release.Number >= dotNet45
	framework := listedFramework(l.powerShellVersion())
	f := Finding{Status: Fail, Code: CodeSystemLacks}
	if !dotNet {
		f.Fixes = append(f.Fixes, Fix{FixPage, args("page", dotNetPage)})
	}
	if !framework {
		f.Fixes = append(f.Fixes, Fix{FixPage, args("page", frameworkPage)})
	}
	switch {
	case dotNet && framework:
		return Finding{Status: Pass, Code: CodeSystemFine}
	case framework:
		f.Args = args("lacks", "dotnet")
	case dotNet:
		f.Args = args("lacks", "wmf")
	default:
		f.Args = args("lacks", "both")
	}
	return f
}

// listedFramework tells whether a PowerShell belongs to a Windows Management Framework that is on Microsoft's
// list: 3.0, 4.0 or 5.1. 5.0 was taken back.
func listedFramework(version string) bool {
	major, minor := twoNumbers(version)
	return major == 3 || major == 4 || major == 5 && minor >= 1
}

func (v *view) linux(sys System) Finding {
	if sys.Major < firstKernel || sys.Major == firstKernel && sys.Minor < firstKernel2 {
		return v.oldSystem("kernel", "")
	}
	id, version, _ := strings.Cut(sys.Release, " ")
	first, known := firstRelease[id]
	switch {
	case !known || version == "": // a testing release has no number
		return Finding{Status: Pass, Code: CodeSystemUntried}
	case olderThan(version, first):
		return v.oldSystem("linux", "")
	}
	return Finding{Status: Pass, Code: CodeSystemFine}
}

// systemName is the system as people call it.
func systemName(sys System) string {
	name := sys.Name
	switch sys.Family {
	case Windows:
		name = windowsName(sys)
		if sys.ServicePack > 0 && sys.Major < firstWindows {
			name += " SP" + strconv.Itoa(sys.ServicePack)
		} else if sys.Major >= firstWindows && !sys.Server && sys.Release != "" {
			name += " " + sys.Release
		}
	case MacOS:
		name = fmt.Sprintf("macOS %d.%d", sys.Major, sys.Minor)
	case Linux:
		if _, version, _ := strings.Cut(sys.Release, " "); version != "" && !strings.Contains(name, version) {
			name += " " + version
		}
	}
	return name
}

// windowsName names a Windows by its version and build: what it calls itself says Windows 10 of 11.
func windowsName(sys System) string {
	if sys.Major > firstWindows {
		return sys.Name
	}
	client, server := "", ""
	switch [2]int{sys.Major, sys.Minor} {
	case [2]int{10, 0}:
		client, server = "Windows 10", "Windows Server 2016"
		if sys.Build >= windows11 {
			client = "Windows 11"
		}
		for _, s := range []struct {
			build int
			name  string
		}{{17763, "Windows Server 2019"}, {20348, "Windows Server 2022"}, {26100, "Windows Server 2025"}} {
			if sys.Build >= s.build {
				server = s.name
			}
		}
	case [2]int{6, 3}:
		client, server = "Windows 8.1", "Windows Server 2012 R2"
	case [2]int{6, 2}:
		client, server = "Windows 8", "Windows Server 2012"
	case [2]int{6, 1}:
		client, server = "Windows 7", "Windows Server 2008 R2"
	case [2]int{6, 0}:
		client, server = "Windows Vista", "Windows Server 2008"
	default:
		client = fmt.Sprintf("Windows %d.%d", sys.Major, sys.Minor)
		server = client
	}
	if sys.Server {
		return server
	}
	return client
}

// olderThan compares versions such as "22.04" number by number.
func olderThan(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		have, want := 0, leadingNumber(b[i])
		if i < len(a) {
			have = leadingNumber(a[i])
		}
		if have != want {
			return have < want
		}
	}
	return false
}

// twoNumbers are the first two numbers of a version such as "5.1.19041.1"; 0 for what is not there.
func twoNumbers(version string) (major, minor int) {
	a, rest, _ := strings.Cut(version, ".")
	b, _, _ := strings.Cut(rest, ".")
	return leadingNumber(a), leadingNumber(b)
}

func leadingNumber(text string) int {
	end := 0
	for end < len(text) && end < 9 && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, _ := strconv.Atoi(text[:end])
	return n
}
