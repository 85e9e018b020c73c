package opath_test

import (
	"errors"
	"testing"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
)

var object = map[string]clixml.Value{
	"Name":   clixml.NewString("O'Brien, Zoë"),
	"Empty":  clixml.NewString(""),
	"Hidden": clixml.NewBool(true),
	"Count":  clixml.NewInt32(42),
	"Quota":  clixml.NewString("49.5 GB (53,150,220,288 bytes)"),
	"Free":   clixml.NewString("Unlimited"),
	"When":   clixml.NewDateTime(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), clixml.UTC),
	"Mail":   clixml.NewList(clixml.NewString("SMTP:zoe@a.example"), clixml.NewString("smtp:z@b.example")),
	"None":   clixml.NewList(),
}

func get(name string) clixml.Value { return object[name] }

func TestMatch(t *testing.T) {
	for filter, want := range map[string]bool{
		`Name -eq 'o''brien, ZOË'`:                         true,
		`Name -eq "O'Brien, Zoë"`:                          true,
		`Name -like "O'B*Zo*"`:                             true,
		`Name -like '*x*'`:                                 false,
		`Name -notlike '*x*'`:                              true,
		`Name -like 'O*O*O*O*O*'`:                          false,
		`Hidden -eq $true`:                                 true,
		`Hidden -eq 'False'`:                               false,
		`Hidden -ne $false`:                                true,
		`Count -gt 41 -and Count -lt '43'`:                 true,
		`Count -ge 42 -and Count -le 42`:                   true,
		`Quota -gt 45GB`:                                   true,
		`Quota -lt '50 GB (53,687,091,200 bytes)'`:         true,
		`Free -gt 900TB`:                                   true,
		`When -gt '2026-02-03'`:                            true,
		`When -lt '2/3/2026 4:05:06 AM'`:                   false,
		`When -gt 'yesterday'`:                             false,
		`Empty -eq $null`:                                  true,
		`Empty -ne $null`:                                  false,
		`Missing -eq $null`:                                true,
		`None -eq $null`:                                   true,
		`Mail -ne $null`:                                   true,
		`Mail -eq 'zoe@a.example'`:                         true,
		`Mail -eq 'smtp:Z@B.example'`:                      true,
		`Mail -like '*@c.example'`:                         false,
		`-not (Hidden -eq $true) -or Count -eq 42`:         true,
		`-not (Hidden -eq $true -or Count -eq 42)`:         false,
		`!(Count -eq 1)`:                                   true,
		`{ Count -eq 42 }`:                                 true,
		`((Count -eq 42))-and(Hidden -eq $true)`:           true,
		`Count -eq 1 -or Count -eq 42 -and Hidden -eq 'x'`: false,
	} {
		f, err := opath.Parse(filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if f.Match(get) != want {
			t.Errorf("%s is %v", filter, !want)
		}
	}
}

func TestWhatIsNoFilter(t *testing.T) {
	for _, filter := range []string{
		"", " ", "Name", "Name -eq", "-eq 'x'", "Name -foo 'x'", "Name -eq 'x", "Name -eq $variable", "(Name -eq 'x'", "Name -eq 'x')",
		"Name -eq 'x' -and", "Name -eq 'x' Name -eq 'y'", "-not", "Name -eq -and", "Name -eqx 'y'", "Name == 'x'",
	} {
		_, err := opath.Parse(filter)
		var syntax *opath.SyntaxError
		if !errors.As(err, &syntax) || syntax.Position < 1 {
			t.Errorf("%q: %v", filter, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("(Name -like 'a*') -and -not (Count -gt 5 -or Quota -eq \"1 GB\")")
	f.Add("{((((!Name -eq $null))))}")
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := opath.Parse(text)
		if (filter == nil) == (err == nil) {
			t.Fatal("neither a filter nor an error, or both")
		}
		if filter != nil {
			filter.Match(get)
		}
	})
}
