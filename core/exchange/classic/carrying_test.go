package classic

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
)

// Whatever goes wrong between here and the server has a code of its own; nothing known is unexpected.
func TestEachTroubleOnTheWayHasItsCode(t *testing.T) {
	here := place{user: "anna@fabrikam.example", customer: "contoso.example", host: "mail.contoso.example", chosen: exchange.AuthNTLM}
	here.patience, here.stall = 2*time.Minute, time.Minute
	basic, cloud, shown := here, here, here
	basic.chosen, cloud.host, shown.chosen = exchange.AuthBasic, "ps.outlook.com:443", exchange.AuthCertificate
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}
	for _, c := range []struct {
		name  string
		where place
		err   httpauth.Error
		code  exchange.Code
		args  map[string]string
	}{
		{"name", here, httpauth.Error{Kind: httpauth.KindName}, exchange.CodeNameNotFound, nil},
		{"nobody listens", here, httpauth.Error{Kind: httpauth.KindRefused}, exchange.CodeNotReachable, nil},
		{"no way", here, httpauth.Error{Kind: httpauth.KindUnreachable}, exchange.CodeNotReachable, nil},
		{"nothing answers the knock", here, httpauth.Error{Kind: httpauth.KindTimeout}, exchange.CodeNotReachable, nil},
		{"slow answer", here, httpauth.Error{Kind: httpauth.KindTimeout, Stage: httpauth.StageWaiting}, exchange.CodeTimeout, map[string]string{"seconds": "120"}},
		{"answer stands still", here, httpauth.Error{Kind: httpauth.KindTimeout, Stage: httpauth.StageAnswer}, exchange.CodeTimeout, map[string]string{"seconds": "60"}},
		{"whoever asked ran out of time", here, httpauth.Error{Kind: httpauth.KindTimeout, Stage: httpauth.StageWaiting, Cause: context.DeadlineExceeded}, exchange.CodeTimeout,
			map[string]string{"seconds": ""}},
		{"expired", here, httpauth.Error{Kind: httpauth.KindUntrusted, Trust: httpauth.TrustExpired}, exchange.CodeUntrusted, map[string]string{"why": "expired"}},
		{"another's name", here, httpauth.Error{Kind: httpauth.KindUntrusted, Trust: httpauth.TrustName}, exchange.CodeUntrusted, map[string]string{"why": "name"}},
		{"authority's file", here, httpauth.Error{Kind: httpauth.KindPrivateCA}, exchange.CodeUntrusted, map[string]string{"why": "private-ca"}},
		{"old TLS", here, httpauth.Error{Kind: httpauth.KindOldTLS}, exchange.CodeTLSFailed, nil},
		{"broken before", here, httpauth.Error{Kind: httpauth.KindDropped, Stage: httpauth.StageSending}, exchange.CodeDropped, nil},
		{"broken without an answer", here, httpauth.Error{Kind: httpauth.KindDropped, Stage: httpauth.StageWaiting}, exchange.CodeDropped, nil},
		{"broken in the answer", here, httpauth.Error{Kind: httpauth.KindDropped, Stage: httpauth.StageAnswer}, exchange.CodeAnswerCut, nil},
		{"closed on by the cloud", cloud, httpauth.Error{Kind: httpauth.KindDropped, Stage: httpauth.StageWaiting}, exchange.CodeRetired, nil},
		{"an idle line to the cloud", cloud, httpauth.Error{Kind: httpauth.KindDropped, Stage: httpauth.StageWaiting, Reused: true}, exchange.CodeDropped, nil},
		{"no proxy", here, httpauth.Error{Kind: httpauth.KindProxy}, exchange.CodeProxy, nil},
		{"proxy asks", here, httpauth.Error{Kind: httpauth.KindProxy, Status: 407}, exchange.CodeProxySignIn, nil},
		{"proxy says no", here, httpauth.Error{Kind: httpauth.KindProxy, Status: 403}, exchange.CodeProxyRefused, map[string]string{"status": "403"}},
		{"not offered", here, httpauth.Error{Kind: httpauth.KindNotOffered, Offered: []string{"Basic", "Kerberos"}}, exchange.CodeWayNotOffered,
			map[string]string{"chosen": "ntlm", "offered": "Basic, Kerberos"}},
		{"offered by name only", here, httpauth.Error{Kind: httpauth.KindNotOffered, Asked: []string{"NTLM"}, Offered: []string{"ntlm", "Basic"}}, exchange.CodeWayNotOffered,
			map[string]string{"offered": "Basic"}},
		{"Basic not offered", basic, httpauth.Error{Kind: httpauth.KindNotOffered, Offered: []string{"Negotiate"}}, exchange.CodeNoBasic, map[string]string{"offered": "Negotiate"}},
		{"not offered by the cloud", cloud, httpauth.Error{Kind: httpauth.KindNotOffered, Offered: []string{"Bearer"}}, exchange.CodeRetired, nil},
		{"refused", here, httpauth.Error{Kind: httpauth.KindSignInRefused}, exchange.CodeSignInRefused, nil},
		{"no ticket", here, httpauth.Error{Kind: httpauth.KindNoTicket}, exchange.CodeNoTicket, nil},
		{"ticket expired", here, httpauth.Error{Kind: httpauth.KindTicketExpired}, exchange.CodeTicketExpired, nil},
		{"certificate missing", shown, httpauth.Error{Kind: httpauth.KindClientCertificate}, exchange.CodeCertificateMissing, nil},
		{"certificate refused at once", shown, httpauth.Error{Kind: httpauth.KindClientCertificate, Cause: alert}, exchange.CodeCertificateRefused, nil},
		{"certificate refused later", shown, httpauth.Error{Kind: httpauth.KindClientCertificate, Stage: httpauth.StageWaiting}, exchange.CodeCertificateRefused, nil},
		{"certificate wanted, none chosen", basic, httpauth.Error{Kind: httpauth.KindClientCertificate, Cause: alert}, exchange.CodeForbidden, nil},
		{"unknown account", here, httpauth.Error{Kind: httpauth.KindAccountUnknown}, exchange.CodeAccountUnknown, nil},
		{"disabled account", here, httpauth.Error{Kind: httpauth.KindAccountDisabled}, exchange.CodeAccountDisabled, nil},
		{"expired password", here, httpauth.Error{Kind: httpauth.KindPasswordExpired}, exchange.CodePasswordExpired, nil},
		{"clocks", here, httpauth.Error{Kind: httpauth.KindClockSkew}, exchange.CodeClockSkew, nil},
		{"server's name", here, httpauth.Error{Kind: httpauth.KindServerUnknown}, exchange.CodeServerUnknown, nil},
		{"realm away", here, httpauth.Error{Kind: httpauth.KindKDC}, exchange.CodeKDCNotReachable, nil},
		{"encryption broken", here, httpauth.Error{Kind: httpauth.KindSealing}, exchange.CodeBadAnswer, nil},
		{"too large", here, httpauth.Error{Kind: httpauth.KindTooLarge}, exchange.CodeAnswerTooLarge, nil},
	} {
		p := c.where.problem(t.Context(), doingOpen, &c.err)
		if p.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, p, c.code)
		}
		for name, want := range c.args {
			if p.Args[name] != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, p.Args[name], want)
			}
		}
		if p.Details["Network"] == "" || p.Details["Stage"] == "" {
			t.Errorf("%s: details %v", c.name, p.Details)
		}
	}
	for kind := httpauth.KindOther + 1; kind.String() != httpauth.KindOther.String(); kind++ {
		if p := here.problem(t.Context(), "run Get-Mailbox", &httpauth.Error{Kind: kind, Stage: httpauth.StageWaiting}); p.Code == exchange.CodeUnexpected {
			t.Errorf("%s is unexpected", kind)
		}
	}
}

func TestNamesThatPretend(t *testing.T) {
	for host, want := range map[string]bool{
		"outlook.com": false, "ps.outlook.com": false, "outlook.office365.com:443": false, "mail.contoso.example": false, "": false,
		"outlook.com.example": true, "ps.outlook.com.attacker.example:443": true, "ps-outlook.com": true, "outlook-com.example": true,
		"login.microsoftonline.com.example": true, "myoffice365.us.example": true, "outlook.example": false,
	} {
		if looksLikeCloud(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

func TestAnAddressIsShownWithoutWhatIsSecretInIt(t *testing.T) {
	for given, want := range map[string]string{
		"mail.contoso.example/ps":                          "mail.contoso.example/ps",
		"https://mail.contoso.example/ps?Token=abc":        "https://mail.contoso.example/ps",
		"https://anna:secret@mail.contoso.example/ps?x=1":  "https://mail.contoso.example/ps",
		"anna:secret@mail.contoso.example/ps":              "mail.contoso.example/ps",
		"https://anna:sec/ret@mail.contoso.example/ps":     "https://mail.contoso.example/ps",
		"https://anna:sec?ret@mail.contoso.example/ps":     "https://mail.contoso.example/ps",
		"https://anna:sec@ret %zz@mail.contoso.example/ps": "https://mail.contoso.example/ps",
	} {
		if got := (place{}).badURL(given, nil).Args["url"]; got != want {
			t.Errorf("%s is shown as %s", given, got)
		}
	}
}
