package probe_test

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"testing"

	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

// blackHole listens where nobody gets in: the queue of those who wait is full, and Linux drops who knocks then,
// as a firewall does.
func blackHole(t *testing.T, address string) (port int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: netip.MustParseAddr(address).As4()}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port = name.(*syscall.SockaddrInet4).Port
	waits, err := net.Dial("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { waits.Close() })
	return port
}

func TestAFirewallThatDrops(t *testing.T) {
	port := blackHole(t, "127.0.0.1")
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	e := preflight.Endpoint{Host: host, Port: port, TLS: true, Web: true, Purpose: preflight.ForConnection}
	p := probe.New(probe.Options{Resolver: names{host: {"127.0.0.1"}}.start(t)})
	f := network(t, ctx, preflight.Subject{Computer: computer{p, windows}, Endpoints: []preflight.Endpoint{e}})[preflight.NetworkCheck(e)]
	if f.Status != preflight.Fail || f.Code != preflight.CodePortSilent || stepNames(f.Steps) != "name connect!" || fixes(f) != "firewall-text" {
		t.Errorf("%s %s after %s, fixes %q", f.Status, f.Code, stepNames(f.Steps), fixes(f))
	}
}

// One address that says nothing does not keep the next one waiting.
func TestTheNextAddress(t *testing.T) {
	port := blackHole(t, "127.0.0.2")
	serve(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), hang)
	p := probe.New(probe.Options{Resolver: names{host: {"127.0.0.2", "127.0.0.1"}}.start(t)})
	r, err := p.Reach(t.Context(), preflight.Endpoint{Host: host, Port: port})
	if err != nil || r.Fault != "" || r.Address != net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) {
		t.Errorf("%q at %q, %v", r.Fault, r.Address, err)
	}
}
