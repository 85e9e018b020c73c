package preflight

import (
	"context"

	"tenantry/core/exchange"
)

// The codes of what Windows' own client for remote PowerShell may do.
const (
	CodeBasicFine  exchange.Code = "preflight.basic-fine"     // Args: none
	CodeBasicOff   exchange.Code = "preflight.basic-off"      // Args: none
	CodeBasicGroup exchange.Code = "preflight.basic-by-group" // a group policy forbids it. Args: none
	CodeTLSOwn     exchange.Code = "preflight.tls-own"        // not Windows: Tenantry brings its own. Args: none
	CodeTLSFine    exchange.Code = "preflight.tls-fine"       // Args: none
	CodeTLSOff     exchange.Code = "preflight.tls-off"        // somebody switched it off. Args: none
	CodeTLSOld     exchange.Code = "preflight.tls-old"        // off by default, and nobody switched it on. Args: system
	CodeTLSDotNet  exchange.Code = "preflight.tls-dotnet"     // on, but .NET Framework does not use it by itself. Args: version
)

const (
	basicPolicyKey = `HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client`
	schannelKey    = `HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	winHTTPKey     = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	dotNetTLSKey   = `HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319`

	winHTTPTLS12 = 0x800  // the bit of DefaultSecureProtocols
	dotNet47     = 460798 // from here on .NET Framework leaves TLS to Windows

	tlsUpdatePage = "https://support.microsoft.com/kb/3140245"
	tlsPage       = "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings"
)

func checkBasic(l *look, _ System) Finding {
	policy, decided := l.value(basicPolicyKey, "AllowBasic")
	own, set := l.value(basicKey, basicName)
	switch {
	case decided && policy.Number == 0:
		return Finding{Status: l.hinders(), Code: CodeBasicGroup}
	case !decided && set && own.Number == 0: // where nothing is set it is allowed
		return Finding{Status: l.hinders(), Code: CodeBasicOff, Fixes: []Fix{{ID: FixBasic}}}
	}
	return Finding{Status: Pass, Code: CodeBasicFine}
}

func (v *view) checkTLS(ctx context.Context) Finding {
	sys, err := v.readSystem(ctx)
	switch {
	case ctx.Err() != nil:
		return Finding{}
	case err != nil:
		return unknownSystem()
	case sys.Family != Windows:
		return Finding{Status: Pass, Code: CodeTLSOwn}
	}
	l := &look{view: v, ctx: ctx}
	return l.end(checkWindowsTLS(l, sys))
}

// checkWindowsTLS looks whether TLS 1.2 is on in Schannel, whether WinHTTP uses it, through which Windows' client
// for remote PowerShell connects, and whether .NET Framework does, through which modules download and sign in.
func checkWindowsTLS(l *look, sys System) Finding {
	enabled, set := l.value(schannelKey, "Enabled")
	byDefault, told := l.value(schannelKey, "DisabledByDefault")
	before8 := sys.Major < 6 || sys.Major == 6 && sys.Minor < 2
	before81 := sys.Major < 6 || sys.Major == 6 && sys.Minor < 3
	switch {
	case set && enabled.Number == 0, told && byDefault.Number != 0:
		return Finding{Status: l.hinders(), Code: CodeTLSOff, Fixes: []Fix{{FixPage, args("page", tlsPage)}}}
	case before81:
		// Windows 7 has it off in Schannel, and both it and Server 2012 in WinHTTP until an update and a value
		// in the registry allow it.
		protocols, _ := l.value(winHTTPKey, "DefaultSecureProtocols")
		if before8 && !told || protocols.Number&winHTTPTLS12 == 0 {
			return Finding{
				Status: l.hinders(), Code: CodeTLSOld, Args: args("system", systemName(sys)),
				Fixes: []Fix{{FixPage, args("page", tlsUpdatePage)}},
			}
		}
	}
	release, ok := l.value(dotNetKey, "Release")
	strong, _ := l.value(dotNetTLSKey, "SchUseStrongCrypto")
	system, _ := l.value(dotNetTLSKey, "SystemDefaultTlsVersions")
	if l.use == UsePowerShell && ok && release.Number < dotNet47 && strong.Number != 1 && system.Number != 1 {
		return Finding{Status: Warn, Code: CodeTLSDotNet, Args: args("version", dotNetVersion(release.Number)),
			Fixes: []Fix{{FixPage, args("page", dotNetPage)}}}
	}
	return Finding{Status: Pass, Code: CodeTLSFine}
}
