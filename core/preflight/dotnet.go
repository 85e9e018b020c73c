package preflight

import (
	"context"

	"tenantry/core/exchange"
)

// The codes of what PowerShell needs and of PowerShell itself.
const (
	CodeDotNetFine      exchange.Code = "preflight.dotnet-fine"       // Args: version
	CodeDotNetOld       exchange.Code = "preflight.dotnet-old"        // older than 4.5, or none. Args: version (empty for none)
	CodePowerShellFine  exchange.Code = "preflight.powershell-fine"   // Args: version
	CodePowerShellOld   exchange.Code = "preflight.powershell-old"    // older than 3.0, or none. Args: version (empty for none)
	CodePowerShell7Fine exchange.Code = "preflight.powershell-7-fine" // Args: version (empty when not told)
	CodePowerShell7None exchange.Code = "preflight.powershell-7-none" // not installed, and not needed. Args: none
)

const (
	dotNetKey      = `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	engineKey      = `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`
	firstEngineKey = `HKLM\SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine` // keeps saying 2.0 beside a newer one
	coreKey        = `HKLM\SOFTWARE\Microsoft\PowerShellCore\InstalledVersions`
)

// Programs is what a Computer may have beside: it finds programs by their names.
type Programs interface {
	// Program is the path of a program that is started by its name alone.
	Program(name string) (path string, found bool)
}

// dotNetVersions are the versions of .NET Framework by the smallest release number each has.
var dotNetVersions = []struct {
	release uint64
	version string
}{
	{533320, "4.8.1"}, {528040, "4.8"}, {461808, "4.7.2"}, {461308, "4.7.1"}, {dotNet47, "4.7"}, {394802, "4.6.2"},
	{394254, "4.6.1"}, {393295, "4.6"}, {379893, "4.5.2"}, {378675, "4.5.1"}, {dotNet45, "4.5"},
}

func dotNetVersion(release uint64) string {
	for _, v := range dotNetVersions {
		if release >= v.release {
			return v.version
		}
	}
	return ""
}

func checkDotNet(l *look, _ System) Finding {
	release, _ := l.value(dotNetKey, "Release")
	if version := dotNetVersion(release.Number); version != "" {
		return Finding{Status: Pass, Code: CodeDotNetFine, Args: args("version", version)}
	}
	version, _ := l.value(dotNetKey, "Version") // 4.0 has one, and no release number
	return Finding{
		Status: l.hinders(), Code: CodeDotNetOld, Args: args("version", version.Text),
		Fixes: []Fix{{FixPage, args("page", dotNetPage)}},
	}
}

func checkPowerShell(l *look, _ System) Finding {
	version := l.powerShellVersion()
	if major, _ := twoNumbers(version); major >= 3 {
		return Finding{Status: Pass, Code: CodePowerShellFine, Args: args("version", version)}
	}
	return Finding{
		Status: l.hinders(), Code: CodePowerShellOld, Args: args("version", version),
		Fixes: []Fix{{FixPage, args("page", frameworkPage)}},
	}
}

// powerShellVersion is the version of Windows PowerShell, such as "5.1.26100.1"; empty for none.
func (l *look) powerShellVersion() string {
	for _, key := range []string{engineKey, firstEngineKey} {
		if v, ok := l.value(key, "PowerShellVersion"); ok && v.Text != "" {
			return v.Text
		}
	}
	return ""
}

func (v *view) checkPowerShell7(ctx context.Context) Finding {
	sys, err := v.readSystem(ctx)
	switch {
	case ctx.Err() != nil:
		return Finding{}
	case err != nil:
		return unknownSystem()
	}
	l := &look{view: v, ctx: ctx}
	f := Finding{Status: NotApplicable, Code: CodePowerShell7None}
	if sys.Family == Windows {
		if version := l.newestCore(); version != "" {
			f = Finding{Status: Pass, Code: CodePowerShell7Fine, Args: args("version", version)}
		}
	}
	// One from the Store, from an archive, or on another system is found by its name alone.
	if programs, ok := v.computer.(Programs); ok && f.Status == NotApplicable {
		if path, found := programs.Program("pwsh"); found {
			l.fact("Program", path)
			f = Finding{Status: Pass, Code: CodePowerShell7Fine}
		}
	}
	return l.end(f)
}

// newestCore is the newest PowerShell 7 that was installed with its own installer; empty for none.
func (l *look) newestCore() string {
	newest := ""
	for _, id := range l.key(coreKey).Keys {
		v, ok := l.value(coreKey+`\`+id, "SemanticVersion")
		if ok && (newest == "" || olderThan(newest, v.Text)) {
			newest = v.Text
		}
	}
	return newest
}
