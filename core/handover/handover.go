// Package handover gives a script to Windows PowerShell: it opens a console window of its own that runs the script
// and stays, so that the person sees what it asks and can go on with the rows.
//
// Only Windows has Windows PowerShell: Open is nil on other systems.
package handover

import "tenantry/core/exchange"

// CodeNotOpened: the system did not start PowerShell. Args: program.
const CodeNotOpened exchange.Code = "handover.not-opened"
