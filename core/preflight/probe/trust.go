package probe

import (
	"crypto/x509"
	"errors"
	"time"

	"tenantry/core/preflight"
)

// roots are the authorities that are trusted for an endpoint: the system's and its own.
func (p *Prober) roots(e preflight.Endpoint) (*x509.CertPool, error) {
	roots := p.o.Roots
	if roots == nil {
		system, err := x509.SystemCertPool()
		if err != nil {
			system = x509.NewCertPool()
		}
		roots = system
	}
	if len(e.PrivateCA) == 0 {
		return roots, nil
	}
	roots = roots.Clone()
	if !roots.AppendCertsFromPEM(e.PrivateCA) {
		return nil, errors.New("no certificate in PEM form found in the given authority's file")
	}
	return roots, nil
}

// judge says whether the certificate is one to trust, and who reads along.
func (t *trial) judge() (string, *failure) {
	chain := t.r.Chain
	leaf := chain[0]
	text := nameOf(leaf.Issuer)
	roots, err := t.roots(t.r.Endpoint)
	if err != nil {
		return text, fails(preflight.FaultAuthority, err)
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	verify := func(at time.Time, host string) ([][]*x509.Certificate, error) {
		return leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: host, CurrentTime: at})
	}
	host, now := t.r.Endpoint.Host, t.o.Now()
	ways, err := verify(now, host)
	if err == nil {
		t.r.Inspector = inspectorOf(host, chain, ways)
		return text, nil
	}
	// Which of several things is wrong is asked one by one, the authority first: the time and the name of a
	// certificate that anybody can have made say nothing.
	if _, untrusted := verify(within(chain), ""); untrusted != nil {
		if product := inspectorOf(host, chain, nil); product != "" {
			t.r.Inspector = product
			return text, fails(preflight.FaultInspected, untrusted)
		}
		return text, fails(preflight.FaultAuthority, untrusted)
	}
	for _, c := range chain {
		switch {
		case now.Before(c.NotBefore):
			return text, fails(preflight.FaultNotYet, err)
		case now.After(c.NotAfter):
			return text, fails(preflight.FaultExpired, err)
		}
	}
	if wrong := leaf.VerifyHostname(host); wrong != nil {
		return text, fails(preflight.FaultOtherHost, wrong)
	}
	return text, fails(preflight.FaultAuthority, err)
}

// within is a time at which the whole chain was valid, or the leaf's last moment where there is none.
func within(chain []*x509.Certificate) time.Time {
	end := chain[0].NotAfter
	for _, c := range chain {
		if c.NotAfter.Before(end) {
			end = c.NotAfter
		}
	}
	for _, c := range chain {
		if end.Before(c.NotBefore) {
			return chain[0].NotAfter
		}
	}
	return end
}
