package jobs

import (
	"context"
	"strings"

	"tenantry/core/exchange"
)

// CodeWrongOrganization: a change was about to be made, and the session did not prove that it is in the
// customer's organisation. Nothing was changed. Args: customer, found (the domains it answered with, may be
// empty).
const CodeWrongOrganization exchange.Code = "jobs.wrong-organization"

// proofs are the questions that tell whose organisation a session is in, with the properties that name it.
var proofs = []struct {
	cmdlet     string
	properties []string
}{
	{"Get-AcceptedDomain", []string{"DomainName", "Name"}},
	{"Get-OrganizationConfig", []string{"Name", "Identity", "ExternalDirectoryOrganizationId", "Guid"}},
}

// proveOrganization makes sure, before a change, that the session answers for the customer it was opened
// for: a redirect or a server that ignores DelegatedOrg must not change somebody else's mailboxes. A session
// of the account's own organisation has nothing to prove but that it is still there.
func proveOrganization(ctx context.Context, session exchange.Session, customer exchange.CustomerID) *exchange.Problem {
	var found []string
	var last error
	for _, proof := range proofs {
		for event, err := range session.Invoke(ctx, exchange.Invocation{Cmdlet: proof.cmdlet}) {
			if err != nil {
				last = err
				break
			}
			row, ok := event.(exchange.Row)
			if !ok {
				continue
			}
			for _, name := range proof.properties {
				v, ok := row.Record.Get(name)
				if !ok || v.IsNone() {
					continue
				}
				if strings.EqualFold(v.Text(), string(customer)) {
					return nil
				}
				found = append(found, v.Text())
			}
		}
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		if customer == "" && last == nil {
			return nil
		}
	}
	if p := exchange.AsProblem(last); p != nil && p.Retry == exchange.RetryNow {
		return p // the session broke: that is the news, and it is safe to try again
	}
	if len(found) > 5 {
		found = found[:5]
	}
	return &exchange.Problem{Code: CodeWrongOrganization, Doing: "prove the organisation", Cause: last,
		Args: map[string]string{"customer": string(customer), "found": strings.Join(found, ", ")}}
}
