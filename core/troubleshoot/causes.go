package troubleshoot

import (
	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// causes are all causes by name, in the families of pages. Each has its sentences in
// assets/translations/<language>/troubleshoot.json under "cause.<name>". A cause that several codes share stands
// here once, in the family that meets it most.
//
// To add one: a line here, its three sentences in each language, and its name in at least one page. The tests
// name what is missing.
var causes = map[string]Cause{
	// What was not expected
	"fault-of-ours":  {Step: StepBundle},
	"system-trouble": {Step: StepPreflight},

	// Signing in
	"wrong-password":        {Check: preflight.CheckSignIn, Found: found("signin.refused"), Step: StepSignIn},
	"old-password-kept":     {Step: StepSignIn},
	"mfa-wanted":            {Check: preflight.CheckSignIn, Found: found("signin.mfa-needed"), Step: StepSignIn},
	"remote-powershell-off": {Check: preflight.CheckRemotePS, Found: found("signin.remote-powershell-off"), Step: StepSignIn},
}

func found(codes ...exchange.Code) []exchange.Code { return codes }
