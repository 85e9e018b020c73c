package preflight

import (
	"context"
	"strings"

	"tenantry/core/exchange"
)

// The codes of the execution policy. policy is its name in PowerShell; scope is MachinePolicy, UserPolicy, Process,
// CurrentUser, LocalMachine, or Default where none of them says anything.
const (
	CodePolicyFine    exchange.Code = "preflight.policy-fine"       // Args: policy, scope
	CodePolicyBlocks  exchange.Code = "preflight.policy-blocks"     // Restricted. Args: policy, scope, seven ("yes" where PowerShell 7 is installed)
	CodePolicySigned  exchange.Code = "preflight.policy-signed"     // AllSigned. Args: policy, scope, seven
	CodePolicyGroup   exchange.Code = "preflight.policy-by-group"   // either, and a group policy says so. Args: policy, scope, seven
	CodePolicyProcess exchange.Code = "preflight.policy-by-process" // either, for programs started like this one. Args: policy, scope, seven
)

// The scopes of the execution policy, in the order in which they decide.
const (
	scopeMachinePolicy = "MachinePolicy"
	scopeUserPolicy    = "UserPolicy"
	scopeProcess       = "Process"
	scopeCurrentUser   = "CurrentUser"
	scopeLocalMachine  = "LocalMachine"
	scopeDefault       = "Default" // no scope of PowerShell's: none of them decides
)

const (
	groupPolicyPath = `SOFTWARE\Policies\Microsoft\Windows\PowerShell`
	policyVariable  = "PSExecutionPolicyPreference"
	policyPage      = "https://go.microsoft.com/fwlink/?LinkID=135170" // PowerShell's own error names it
)

const (
	restricted   = "Restricted"
	allSigned    = "AllSigned"
	remoteSigned = "RemoteSigned"
	undefined    = "Undefined"
)

// Watched is a Computer that is looked at from afar: what it holds below HKCU is of the person at its screen.
type Watched interface {
	// Person tells who that is, such as CONTOSO\piet. It is an error where that is nobody, or more than one.
	Person(ctx context.Context) (string, error)
}

func checkPolicy(l *look, sys System) Finding {
	policy, scope := undefined, scopeDefault
	type set struct{ name, policy string }
	scopes := []set{{scopeMachinePolicy, l.groupPolicy("HKLM")}}
	personal := l.hasPerson()
	if personal {
		scopes = append(scopes, set{scopeUserPolicy, l.groupPolicy("HKCU")})
	}
	scopes = append(scopes, set{scopeProcess, l.processPolicy()})
	if personal {
		scopes = append(scopes, set{scopeCurrentUser, l.ownPolicy("HKCU")})
	}
	scopes = append(scopes, set{scopeLocalMachine, l.ownPolicy("HKLM")})
	for _, s := range scopes {
		l.fact(s.name, s.policy)
		if policy == undefined && s.policy != undefined {
			policy, scope = s.policy, s.name
		}
	}
	if policy == undefined {
		policy = defaultPolicy(sys)
	}
	l.fact("Effective", policy+" ("+scope+")")

	f := Finding{Status: l.hinders(), Args: args("policy", policy, "scope", scope)}
	switch {
	case policy != restricted && policy != allSigned:
		f.Status, f.Code = Pass, CodePolicyFine
		return f
	case scope == scopeMachinePolicy || scope == scopeUserPolicy:
		f.Code = CodePolicyGroup
		f.Fixes = []Fix{{FixPage, args("page", policyPage)}}
	case scope == scopeProcess: // neither repair would reach the programs that are started from here
		f.Code = CodePolicyProcess
	default:
		f.Code = CodePolicyBlocks
		if policy == allSigned {
			f.Code = CodePolicySigned
		}
		f.Fixes = l.policyFixes(scope)
	}
	if l.newestCore() != "" {
		f.Args["seven"] = "yes"
	}
	return f
}

// hasPerson tells whether there is one person whose settings hold, and keeps who it is. Without one, the settings
// of the whole computer are judged: they hold for whoever has none of their own.
func (l *look) hasPerson() bool {
	from, ok := l.computer.(Watched)
	if !ok {
		return true
	}
	person, err := from.Person(l.ctx)
	if err != nil {
		l.fact(scopeUserPolicy+", "+scopeCurrentUser, "not known: not one person is signed in at its screen")
		return false
	}
	l.fact("Signed in at its screen", person)
	return true
}

// policyFixes are the repairs that take effect, the best first. Those of a person are made at their own computer.
func (l *look) policyFixes(scope string) []Fix {
	switch {
	case scope == scopeCurrentUser && !l.here():
		return []Fix{{FixPage, args("page", policyPage)}}
	case scope == scopeCurrentUser: // what the computer says would not be heard
		return []Fix{{ID: FixPolicyUser}}
	case !l.here():
		return []Fix{{ID: FixPolicyMachine}}
	}
	return []Fix{{ID: FixPolicyUser}, {ID: FixPolicyMachine}}
}

// groupPolicy is what a group policy sets for the computer (HKLM) or the user (HKCU).
func (l *look) groupPolicy(hive string) string {
	key := hive + `\` + groupPolicyPath
	enabled, ok := l.value(key, "EnableScripts")
	switch {
	case !ok:
		return undefined
	case enabled.String() == "0":
		return restricted
	case enabled.String() != "1":
		return undefined
	}
	v, ok := l.value(key, "ExecutionPolicy")
	if !ok {
		return undefined
	}
	return policyNamed(v.Text)
}

// ownPolicy is what Set-ExecutionPolicy set for the user (HKCU) or the computer (HKLM).
func (l *look) ownPolicy(hive string) string {
	v, _ := l.value(hive+`\`+policyPath, "ExecutionPolicy")
	return policyNamed(v.Text)
}

func (l *look) processPolicy() string {
	text, _ := l.computer.Variable(policyVariable)
	return policyNamed(text)
}

// policyNamed is a policy as PowerShell reads its name: capitals do not matter, and one it does not know is
// Restricted.
func policyNamed(text string) string {
	if text == "" {
		return undefined
	}
	for _, p := range []string{"Bypass", "Unrestricted", remoteSigned, allSigned} {
		if strings.EqualFold(text, p) {
			return p
		}
	}
	return restricted
}

// defaultPolicy is what holds where no scope says anything.
func defaultPolicy(sys System) string {
	if sys.Server && (sys.Major > 6 || sys.Major == 6 && sys.Minor >= 3) {
		return remoteSigned
	}
	return restricted
}
