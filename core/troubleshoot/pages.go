package troubleshoot

import "tenantry/core/exchange"

// pages are the pages by code, in families: the names of the causes, the likeliest first. itself is a cause
// without sentences of its own, where the code says all there is to say.
//
// Every code that is declared in the module has a page, and a test names those that lack one. To add one, put a
// line into the family it belongs to, with names from causes.
var pages = map[exchange.Code][]string{
	// What was not expected
	"unexpected": {"fault-of-ours", "system-trouble"},

	// Signing in
	"signin.refused":               {"wrong-password", "old-password-kept", "mfa-wanted"},
	"signin.mfa-needed":            {"mfa-wanted"},
	"signin.remote-powershell-off": {"remote-powershell-off"},
}

// itself stands in pages for the cause that is what the page says already: Cause.Itself.
const itself = ""
