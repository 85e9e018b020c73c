package preflight

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// The codes of reaching a host. All have the arguments host and port; proxy where one was used; and only, with
// the word "sign-in", where the host is needed for nothing else.
const (
	CodeReached            exchange.Code = "preflight.reached"
	CodeHostUnknown        exchange.Code = "preflight.host-unknown"        // no computer has that name
	CodeNoNameServer       exchange.Code = "preflight.no-name-server"      // nobody answers who knows names
	CodePortRefused        exchange.Code = "preflight.port-refused"        // the host or a firewall says no
	CodePortSilent         exchange.Code = "preflight.port-silent"         // no connection in time
	CodeAnswerSilent       exchange.Code = "preflight.answer-silent"       // a connection, and then nothing. Args: step
	CodeHostUnreachable    exchange.Code = "preflight.host-unreachable"    // no way there
	CodeCutOff             exchange.Code = "preflight.cut-off"             // the connection was cut. Args: step
	CodeNotTLS             exchange.Code = "preflight.not-tls"             //
	CodeOldTLS             exchange.Code = "preflight.old-tls"             // only TLS older than 1.2
	CodeTLSFailed          exchange.Code = "preflight.tls-failed"          //
	CodeCertificateExpired exchange.Code = "preflight.certificate-expired" // Args: until (its end, as RFC 3339)
	CodeCertificateNotYet  exchange.Code = "preflight.certificate-not-yet" // Args: until (its beginning)
	CodeCertificateUnknown exchange.Code = "preflight.certificate-unknown" // Args: issuer
	CodeCertificateOther   exchange.Code = "preflight.certificate-other"   // Args: names
	CodeCertificateEnds    exchange.Code = "preflight.certificate-ends"    // trusted, and not for long. Args: until
	CodeInspected          exchange.Code = "preflight.inspected"           // not trusted. Args: product
	CodeInspectedTrusted   exchange.Code = "preflight.inspected-trusted"   // trusted here. Args: product
	CodeWindowsPort        exchange.Code = "preflight.windows-port"        // of ForWindows alone. Args: reason (the code of what is wrong)

	CodeProxyHostUnknown exchange.Code = "preflight.proxy-unknown"
	CodeProxyDown        exchange.Code = "preflight.proxy-down"
	CodeProxySignIn      exchange.Code = "preflight.proxy-sign-in"
	CodeProxyRefused     exchange.Code = "preflight.proxy-refused" // Args: status
	CodeProxyOdd         exchange.Code = "preflight.proxy-odd"
)

// endsSoon is how long before its end a certificate is warned of.
const endsSoon = 14 * 24 * time.Hour

// faultCodes are the codes of the faults, and whether the people who look after the firewall can mend them.
var faultCodes = map[ReachFault]struct {
	code     exchange.Code
	firewall bool
}{
	FaultName:         {CodeHostUnknown, false},
	FaultNameServer:   {CodeNoNameServer, false},
	FaultRefused:      {CodePortRefused, true},
	FaultSilent:       {CodePortSilent, true},
	FaultUnreachable:  {CodeHostUnreachable, true},
	FaultDropped:      {CodeCutOff, true},
	FaultNotTLS:       {CodeNotTLS, true},
	FaultOldTLS:       {CodeOldTLS, true},
	FaultTLS:          {CodeTLSFailed, true},
	FaultExpired:      {CodeCertificateExpired, false},
	FaultNotYet:       {CodeCertificateNotYet, false},
	FaultAuthority:    {CodeCertificateUnknown, false},
	FaultInspected:    {CodeInspected, true},
	FaultOtherHost:    {CodeCertificateOther, false},
	FaultProxyName:    {CodeProxyHostUnknown, false},
	FaultProxyDown:    {CodeProxyDown, false},
	FaultProxySignIn:  {CodeProxySignIn, true},
	FaultProxyRefused: {CodeProxyRefused, true},
	FaultProxyOdd:     {CodeProxyOdd, false},
}

// reached is the finding of how far somebody got to a host.
func reached(ctx context.Context, s Subject, r Reach, now time.Time) Finding {
	f := Finding{Status: Pass, Code: CodeReached, Args: reachArgs(r), Steps: r.Steps, Facts: reachFacts(r), Cause: r.Cause}
	if r.Fault == "" {
		switch {
		case r.Inspector != "":
			f.Status, f.Code = Warn, CodeInspectedTrusted
			f.Fixes = []Fix{{ID: FixFirewallText}}
		case len(r.Chain) > 0 && r.Chain[0].NotAfter.Sub(now) < endsSoon:
			f.Status, f.Code = Warn, CodeCertificateEnds
			f.Args["until"] = r.Chain[0].NotAfter.Format(time.RFC3339)
		}
		return f
	}
	known := faultCodes[r.Fault]
	f.Status, f.Code = Fail, known.code
	if r.Fault == FaultSilent && len(r.Steps) > 0 && r.Steps[len(r.Steps)-1].Name != StepConnect {
		f.Code = CodeAnswerSilent
	}
	if known.firewall {
		f.Fixes = []Fix{{ID: FixFirewallText}}
	}
	switch r.Fault {
	case FaultExpired, FaultNotYet:
		if skewOf(r).Abs() > clockTolerance && timely(r.Chain, r.Date) {
			f.Fixes = settings(ctx, s, pageTime) // the certificate is right and this computer's clock is not
		}
	case FaultProxyName, FaultProxyDown, FaultProxyOdd:
		if s.ProxyFrom == "system" {
			f.Fixes = settings(ctx, s, pageProxy)
		}
	}
	switch r.Endpoint.Purpose {
	case ForWindows:
		f.Args["reason"], f.Code = string(f.Code), CodeWindowsPort
		if s.Use != UsePowerShell {
			f.Status = Warn
		}
	case ForSignIn:
		f.Status = Warn
	}
	return f
}

// timely tells whether a whole chain was valid at a time.
func timely(chain []*x509.Certificate, at time.Time) bool {
	return len(chain) > 0 && !slices.ContainsFunc(chain, func(c *x509.Certificate) bool {
		return at.Before(c.NotBefore) || at.After(c.NotAfter)
	})
}

func reachArgs(r Reach) map[string]string {
	m := args("host", r.Endpoint.Host, "port", strconv.Itoa(r.Endpoint.Port))
	if r.Proxy != "" {
		m["proxy"] = r.Proxy
	}
	if r.Endpoint.Purpose == ForSignIn {
		m["only"] = string(ForSignIn)
	}
	if r.Status != 0 {
		m["status"] = strconv.Itoa(r.Status)
	}
	if r.Inspector != "" {
		m["product"] = r.Inspector
	}
	if n := len(r.Steps); n > 0 && r.Fault != "" {
		m["step"] = r.Steps[n-1].Name
	}
	if len(r.Chain) == 0 {
		return m
	}
	leaf := r.Chain[0]
	switch r.Fault {
	case FaultExpired:
		m["until"] = ending(r.Chain).Format(time.RFC3339)
	case FaultNotYet:
		m["until"] = beginning(r.Chain).Format(time.RFC3339)
	case FaultAuthority:
		m["issuer"] = called(leaf.Issuer.CommonName, leaf.Issuer.Organization)
	case FaultOtherHost:
		m["names"] = namesOf(leaf)
	}
	return m
}

// ending is when the first certificate of a chain ends, and beginning when the last one begins.
func ending(chain []*x509.Certificate) time.Time {
	at := chain[0].NotAfter
	for _, c := range chain {
		if c.NotAfter.Before(at) {
			at = c.NotAfter
		}
	}
	return at
}

func beginning(chain []*x509.Certificate) time.Time {
	at := chain[0].NotBefore
	for _, c := range chain {
		if c.NotBefore.After(at) {
			at = c.NotBefore
		}
	}
	return at
}

// namesOf are the hosts a certificate was made for, the first few of them.
func namesOf(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = []string{c.Subject.CommonName}
	}
	const most = 4
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}

func called(name string, organization []string) string {
	if name == "" && len(organization) > 0 {
		return organization[0]
	}
	return name
}

// reachFacts are the details of a Reach for a support engineer.
func reachFacts(r Reach) []Fact {
	var facts []Fact
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, Fact{name, text})
		}
	}
	add("Proxy", r.Proxy)
	if r.Status != 0 {
		add("Proxy status", strconv.Itoa(r.Status))
	}
	add("Address", r.Address)
	add("TLS", r.Version)
	for i, c := range r.Chain {
		add(fmt.Sprintf("Certificate %d", i+1), fmt.Sprintf("%s; issued by %s; valid %s to %s", c.Subject, c.Issuer,
			c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339)))
	}
	add("Inspected by", r.Inspector)
	if !r.Date.IsZero() {
		add("Server's clock", r.Date.UTC().Format(time.RFC3339))
		add("This computer's clock", r.Asked.UTC().Format(time.RFC3339))
	}
	return facts
}
