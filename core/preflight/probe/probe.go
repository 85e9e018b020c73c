// Package probe reaches a host and port step by step and says which step fails: the name, the connection, the
// proxy, TLS, the certificate, the answer, and how long each took.
//
// A Prober asks as any program does that has no account: it looks the name up, connects, shakes hands, judges
// the certificate by itself so that its chain is seen also where it is not trusted, and reads an answer's Date.
// It sends no credentials to the host; a proxy gets those that its address holds.
package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// Options say how a Prober works. The zero value asks as this computer does, without a proxy.
type Options struct {
	Proxy preflight.ProxyFunc // nil: none. It may wait for the system.

	// What stands in for the system's own where a test brings its own; nil for the system's.
	Resolver *net.Resolver
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Roots    *x509.CertPool
	Now      func() time.Time
}

// Prober reaches endpoints. It may be used from several goroutines.
type Prober struct{ o Options }

// New returns a Prober.
func New(o Options) *Prober {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Prober{o}
}

// Reach tries to reach an endpoint. What goes wrong is in the Reach, and its last step is the one that failed;
// when ctx comes to its deadline, that is the step that hung. The error is an *exchange.Problem: the proxy's
// settings cannot be read, or ctx was cancelled.
func (p *Prober) Reach(ctx context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	began := time.Now()
	t := &trial{Prober: p, ctx: ctx, r: preflight.Reach{Endpoint: e}}
	err := t.run()
	if t.conn != nil {
		_ = t.conn.Close()
	}
	t.r.Took = time.Since(began)
	if errors.Is(ctx.Err(), context.Canceled) {
		err = &exchange.Problem{Code: preflight.CodeCancelled, Doing: "reach " + e.String(), Retry: exchange.RetryNow, Cause: ctx.Err()}
	}
	return t.r, err
}

// trial is one attempt to reach an endpoint.
type trial struct {
	*Prober
	ctx  context.Context
	r    preflight.Reach
	conn net.Conn // to the host, once there is one
}

// failure is why a step failed.
type failure struct {
	fault  preflight.ReachFault
	status int
	cause  error
}

func fails(fault preflight.ReachFault, cause error) *failure {
	return &failure{fault: fault, cause: cause}
}

// step takes one step and notes it. It tells whether the way goes on.
func (t *trial) step(name string, take func() (text string, f *failure)) bool {
	began := time.Now()
	text, f := take()
	t.r.Steps = append(t.r.Steps, preflight.Step{Name: name, OK: f == nil, Took: time.Since(began), Text: text})
	if f != nil {
		t.r.Fault, t.r.Status, t.r.Cause = f.fault, f.status, f.cause
	}
	return f == nil
}

func (t *trial) run() error {
	e := t.r.Endpoint
	through, err := t.proxy()
	if err != nil {
		return err
	}
	if through == nil {
		if !t.straight(e.Host, e.Port) {
			return nil
		}
	} else {
		t.r.Proxy = through.Host
		if plain := !e.TLS && (e.Web || e.Port == 80); plain && !isSocks(through) {
			t.step(preflight.StepProxy, func() (string, *failure) { return t.askProxy(through) })
			return nil
		}
		if !t.step(preflight.StepProxy, func() (string, *failure) { return t.openProxy(through) }) {
			return nil
		}
	}
	if e.TLS && !t.secure() {
		return nil
	}
	if e.Web {
		t.step(preflight.StepAnswer, t.answer)
	}
	return nil
}

// straight looks the name up and connects.
func (t *trial) straight(host string, port int) bool {
	var addresses []netip.Addr
	if ip, err := netip.ParseAddr(host); err == nil {
		addresses = []netip.Addr{ip}
	} else if !t.step(preflight.StepName, func() (string, *failure) {
		found, f := t.lookUp(host)
		addresses = found
		return listed(found), f
	}) {
		return false
	}
	return t.step(preflight.StepConnect, func() (string, *failure) {
		conn, address, f := t.connect(addresses, port)
		t.conn, t.r.Address = conn, address
		if conn != nil {
			return address, nil
		}
		return net.JoinHostPort(host, strconv.Itoa(port)), f
	})
}

// secure shakes hands and judges the certificate.
func (t *trial) secure() bool {
	if !t.step(preflight.StepTLS, t.shakeHands) {
		return false
	}
	if t.step(preflight.StepTrust, t.judge) {
		return true
	}
	if f := t.r.Fault; (f == preflight.FaultExpired || f == preflight.FaultNotYet) && t.r.Endpoint.Web {
		// Whether this computer's clock is to blame, the server's tells. Nothing else is taken from it.
		_, _ = t.answer()
	}
	return false
}

func (t *trial) shakeHands() (string, *failure) {
	config := &tls.Config{
		ServerName: t.r.Endpoint.Host,
		MinVersion: tls.VersionTLS12,
		// The chain is kept also where it is not trusted; judge follows, and nothing secret is ever sent.
		InsecureSkipVerify: true,
	}
	conn := tls.Client(t.conn, config)
	if err := conn.HandshakeContext(t.ctx); err != nil {
		return "", fails(tlsFault(err), err)
	}
	t.conn = conn
	state := conn.ConnectionState()
	t.r.Version, t.r.Chain = tls.VersionName(state.Version), state.PeerCertificates
	return t.r.Version, nil
}

// proxy is the proxy that the endpoint is reached through, nil for none.
func (t *trial) proxy() (*url.URL, error) {
	if t.o.Proxy == nil {
		return nil, nil
	}
	to := preflight.AddressOf(t.r.Endpoint)
	type found struct {
		through *url.URL
		err     error
	}
	came := make(chan found, 1)
	go func() {
		through, err := t.o.Proxy(to)
		came <- found{through, err}
	}()
	select {
	case f := <-came:
		if f.err != nil {
			return nil, &exchange.Problem{Code: preflight.CodeProxyUnreadable, Doing: "find the proxy", Retry: exchange.RetryNow, Cause: f.err}
		}
		return f.through, nil
	case <-t.ctx.Done():
		return nil, &exchange.Problem{Code: preflight.CodeProxyUnreadable, Doing: "find the proxy", Retry: exchange.RetryNow, Cause: t.ctx.Err()}
	}
}
