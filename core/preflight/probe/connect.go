package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tenantry/core/preflight"
)

// mostAddresses bounds how many addresses of a host are tried.
const mostAddresses = 8

// stagger is how long an address may take before the next one is tried beside it (RFC 8305 section 5).
const stagger = 250 * time.Millisecond

// lookUp returns a host's addresses, those of IPv6 and IPv4 in turns.
func (t *trial) lookUp(host string) ([]netip.Addr, *failure) {
	found, err := t.o.Resolver.LookupNetIP(t.ctx, "ip", host)
	var dns *net.DNSError
	switch {
	case err == nil && len(found) > 0:
		return inTurns(found), nil
	case err == nil, errors.As(err, &dns) && dns.IsNotFound:
		return nil, fails(preflight.FaultName, err)
	}
	return nil, fails(preflight.FaultNameServer, err)
}

// inTurns orders addresses so that families take turns, beginning with that of the first one.
func inTurns(addresses []netip.Addr) []netip.Addr {
	var first, second []netip.Addr
	for _, a := range addresses {
		a = a.Unmap()
		if a.Is4() == addresses[0].Unmap().Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	var out []netip.Addr
	for i := 0; (i < len(first) || i < len(second)) && len(out) < mostAddresses; i++ {
		out = append(out, first[min(i, len(first)):min(i+1, len(first))]...)
		out = append(out, second[min(i, len(second)):min(i+1, len(second))]...)
	}
	return out
}

func listed(addresses []netip.Addr) string {
	texts := make([]string, len(addresses))
	for i, a := range addresses {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ")
}

// connect connects to the first of the addresses that answers: each next one is tried when the one before has
// failed or takes long. The failure is the most telling one.
func (t *trial) connect(addresses []netip.Addr, port int) (net.Conn, string, *failure) {
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	type outcome struct {
		conn    net.Conn
		address string
		err     error
	}
	came := make(chan outcome)
	next, pending := 0, 0
	start := func() {
		address := net.JoinHostPort(addresses[next].String(), strconv.Itoa(port))
		next, pending = next+1, pending+1
		go func() {
			conn, err := t.o.Dial(ctx, "tcp", address)
			select {
			case came <- outcome{conn, address, err}:
			case <-ctx.Done():
				if conn != nil {
					_ = conn.Close()
				}
			}
		}()
	}
	var worst *failure
	note := func(f *failure) {
		if worst == nil || telling(f.fault) > telling(worst.fault) {
			worst = f
		}
	}
	wait := time.NewTimer(stagger)
	defer wait.Stop()
	start()
	for pending > 0 {
		select {
		case o := <-came:
			pending--
			if o.err == nil {
				return o.conn, o.address, nil
			}
			note(fails(networkFault(o.err), o.err))
			if next < len(addresses) {
				start()
				wait.Reset(stagger)
			}
		case <-wait.C:
			if next < len(addresses) {
				start()
				wait.Reset(stagger)
			}
		case <-t.ctx.Done():
			note(fails(preflight.FaultSilent, t.ctx.Err()))
			pending = 0
		}
	}
	return nil, "", worst
}

// telling ranks the faults of several addresses: an answer says more than silence, and silence more than a
// family of addresses that this computer does not have.
func telling(f preflight.ReachFault) int {
	switch f {
	case preflight.FaultUnreachable:
		return 0
	case preflight.FaultSilent:
		return 1
	}
	return 2
}

// limit makes everything on conn end with ctx. The function it returns lets go of ctx.
func limit(ctx context.Context, conn net.Conn) (free func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// Numbers of Windows sockets, which the syscall package of other systems does not name. They begin at 10000,
// where no other system has any.
const (
	wsaAccess             syscall.Errno = 10013
	wsaNetworkDown        syscall.Errno = 10050
	wsaNetworkUnreachable syscall.Errno = 10051
	wsaAborted            syscall.Errno = 10053
	wsaReset              syscall.Errno = 10054
	wsaTimedOut           syscall.Errno = 10060
	wsaRefused            syscall.Errno = 10061
	wsaHostUnreachable    syscall.Errno = 10065
)

// networkFault says which fault an error of a socket is; empty for none of the network.
func networkFault(err error) preflight.ReachFault {
	var timeout interface{ Timeout() bool }
	var number syscall.Errno
	errors.As(err, &number)
	switch {
	case errors.As(err, &timeout) && timeout.Timeout(), number == wsaTimedOut:
		return preflight.FaultSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return preflight.FaultDropped
	}
	switch number {
	case syscall.ECONNREFUSED, wsaRefused, syscall.EACCES, syscall.EPERM, wsaAccess: // the last three: a firewall on this computer
		return preflight.FaultRefused
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL, wsaNetworkDown, wsaNetworkUnreachable, wsaHostUnreachable:
		return preflight.FaultUnreachable
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, wsaReset, wsaAborted:
		return preflight.FaultDropped
	}
	return ""
}

// tlsFault says which fault an error of a TLS handshake is.
func tlsFault(err error) preflight.ReachFault {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return preflight.FaultNotTLS
	}
	// crypto/tls has no types for what follows; its texts are in English everywhere.
	text := err.Error()
	switch {
	case strings.Contains(text, "first record does not look like a TLS handshake"):
		return preflight.FaultNotTLS
	case strings.Contains(text, "protocol version not supported"), strings.Contains(text, "unsupported protocol version"):
		return preflight.FaultOldTLS
	}
	if f := networkFault(err); f != "" {
		return f
	}
	return preflight.FaultTLS
}
