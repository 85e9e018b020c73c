package jobs_test

import (
	"testing"
	"testing/synctest"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// A server that ignores which customer was asked for must not get a change; reading is harmless.
func TestNothingIsChangedInAnOrganizationThatIsNotProven(t *testing.T) {
	for _, c := range []struct {
		name, home, cmdlet string
		runs               int
		code               exchange.Code
	}{
		{"a change in the right place", "", "Set-Mailbox", 1, ""},
		{"a change in another's", "stranger.example", "Set-Mailbox", 0, jobs.CodeWrongOrganization},
		{"a question in another's", "stranger.example", "Get-Mailbox", 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{home: c.home}
				r := newRunner(s)
				sum := r.Start(t.Context(), jobs.Plan{Invocation: exchange.Invocation{Cmdlet: c.cmdlet}, Customers: names(1)}, func(jobs.Update) {}).Wait()
				code := exchange.Code("")
				if p := sum.Customers[0].Problem; p != nil {
					code = p.Code
				}
				if s.runs != c.runs || code != c.code {
					t.Errorf("%d runs, %+v", s.runs, sum.Customers[0])
				}
				closeAll(t, r.Sessions)
			})
		})
	}
}
