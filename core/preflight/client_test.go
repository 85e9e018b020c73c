package preflight_test

import (
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

func TestBasic(t *testing.T) {
	for _, c := range []struct {
		registry values
		code     exchange.Code
		fixes    string
	}{
		{values{}, preflight.CodeBasicFine, ""},
		{values{placeBasic: 1}, preflight.CodeBasicFine, ""},
		{values{placeBasic: 0}, preflight.CodeBasicOff, "winrm-basic"},
		{values{placeNoBasic: 0, placeBasic: 1}, preflight.CodeBasicGroup, ""},
		{values{placeNoBasic: 0}, preflight.CodeBasicGroup, ""},
		{values{placeNoBasic: 1, placeBasic: 0}, preflight.CodeBasicFine, ""},
	} {
		for use, status := range map[preflight.Use]preflight.Status{preflight.UseApp: preflight.Warn, preflight.UsePowerShell: preflight.Fail} {
			if c.code == preflight.CodeBasicFine {
				status = preflight.Pass
			}
			f := found(t, preflight.Subject{Computer: &pc{system: win10, registry: c.registry}, Use: use}, preflight.CheckBasic)
			is(t, f, status, c.code)
			if fixes(f) != c.fixes {
				t.Errorf("%v: fixes %q", c.registry, fixes(f))
			}
			if fact(f, placeBasic) == "" || fact(f, placeNoBasic) == "" {
				t.Errorf("the places are not among the facts: %v", f.Facts)
			}
		}
	}
}

func TestTLS(t *testing.T) {
	const (
		enabled, byDefault  = placeTLS + "Enabled", placeTLS + "DisabledByDefault"
		fine, off, old, net = preflight.CodeTLSFine, preflight.CodeTLSOff, preflight.CodeTLSOld, preflight.CodeTLSDotNet
	)
	server2012 := server(windows(6, 2, 9200))
	for name, c := range map[string]struct {
		system   preflight.System
		registry values
		code     exchange.Code // when scripts are wanted
	}{
		"Windows 11":                         {win11, values{placeRelease: 533320}, fine},
		"Windows 8.1":                        {win81, values{placeRelease: 528040}, fine},
		"switched on by hand":                {win10, values{enabled: 1, byDefault: 0}, fine},
		"with all bits":                      {win10, values{enabled: 0xffffffff, byDefault: 0}, fine},
		"switched off":                       {win11, values{enabled: 0}, off},
		"not by default":                     {win10, values{enabled: 1, byDefault: 1}, off},
		"Windows 7 as it comes":              {win7, values{}, old},
		"Windows 7 with half":                {win7, values{byDefault: 0, enabled: 1}, old},
		"Windows 7 with the other half":      {win7, values{placeWinHTTP: 0xa00}, old},
		"Windows 7 with an older one":        {win7, values{byDefault: 0, placeWinHTTP: 0x280}, old},
		"Windows 7 with both":                {win7, values{byDefault: 0, enabled: 1, placeWinHTTP: 0x800, placeRelease: 528040}, fine},
		"Windows 7 switched off":             {win7, values{enabled: 0, placeWinHTTP: 0x800}, off},
		"Server 2012 as it comes":            {server2012, values{}, old},
		"Server 2012 with the update":        {server2012, values{placeWinHTTP: 0xa00}, fine},
		".NET Framework 4.5.2":               {win81, values{placeRelease: 379893}, net},
		".NET Framework 4.6.2 with a switch": {win81, values{placeRelease: 394802, placeStrong: 1}, fine},
	} {
		t.Run(name, func(t *testing.T) {
			p := &pc{system: c.system, registry: c.registry}
			want := map[exchange.Code]preflight.Status{fine: preflight.Pass, off: preflight.Fail, old: preflight.Fail, net: preflight.Warn}[c.code]
			f := found(t, preflight.Subject{Computer: p, Use: preflight.UsePowerShell}, preflight.CheckTLS)
			is(t, f, want, c.code)
			if c.code != fine && fixes(f) != "open-page" {
				t.Errorf("fixes %q", fixes(f))
			}
			// Tenantry's own sessions are never kept from working by it.
			switch f = found(t, preflight.Subject{Computer: p}, preflight.CheckTLS); {
			case c.code == fine || c.code == net:
				is(t, f, preflight.Pass, fine)
			default:
				is(t, f, preflight.Warn, c.code)
			}
		})
	}
}
