package probe

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"tenantry/core/preflight"
)

func isSocks(through *url.URL) bool { return through.Scheme == "socks5" || through.Scheme == "socks5h" }

// dialProxy connects to a proxy.
func (t *trial) dialProxy(through *url.URL) (net.Conn, *failure) {
	host, text := through.Hostname(), through.Port()
	if text == "" {
		text = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[through.Scheme]
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		port = 80
	}
	addresses := make([]netip.Addr, 1)
	if addresses[0], err = netip.ParseAddr(host); err != nil {
		found, f := t.lookUp(host)
		if f != nil {
			return nil, fails(preflight.FaultProxyName, f.cause)
		}
		addresses = found
	}
	conn, address, f := t.connect(addresses, int(port))
	if f != nil {
		return nil, fails(preflight.FaultProxyDown, f.cause)
	}
	t.r.Address = address
	if through.Scheme != "https" {
		return conn, nil
	}
	roots, err := t.roots(preflight.Endpoint{})
	if err != nil {
		return nil, fails(preflight.FaultProxyOdd, err)
	}
	secured := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12, Time: t.o.Now})
	if err := secured.HandshakeContext(t.ctx); err != nil {
		_ = conn.Close()
		if networkFault(err) == preflight.FaultSilent {
			return nil, fails(preflight.FaultProxyDown, err)
		}
		return nil, fails(preflight.FaultProxyOdd, err)
	}
	return secured, nil
}

// openProxy has a proxy open the way to the endpoint.
func (t *trial) openProxy(through *url.URL) (string, *failure) {
	conn, f := t.dialProxy(through)
	if f != nil {
		return through.Host, f
	}
	t.conn = conn
	defer limit(t.ctx, conn)()
	if isSocks(through) {
		return through.Host, t.openSocks(through)
	}
	return through.Host, t.openTunnel(through)
}

// openTunnel asks a proxy of HTTP to CONNECT (RFC 9110 9.3.6).
func (t *trial) openTunnel(through *url.URL) *failure {
	at := t.r.Endpoint.String()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: at}, Host: at, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"User-Agent": {agent}}}
	known(req, through)
	if err := req.Write(t.conn); err != nil {
		return proxyFault(err)
	}
	r := bufio.NewReader(t.conn)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		return proxyFault(err)
	}
	if resp.StatusCode != http.StatusOK {
		return refusal(resp.StatusCode)
	}
	t.conn = &begun{t.conn, r}
	return nil
}

// askProxy has a proxy of HTTP fetch the endpoint's root over plain http, which it does itself.
func (t *trial) askProxy(through *url.URL) (string, *failure) {
	conn, f := t.dialProxy(through)
	if f != nil {
		return through.Host, f
	}
	t.conn = conn
	defer limit(t.ctx, conn)()
	req := ask(t.r.Endpoint)
	known(req, through)
	if err := req.WriteProxy(conn); err != nil {
		return through.Host, proxyFault(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, mostAnswer)), req)
	if err != nil {
		return through.Host, proxyFault(err)
	}
	switch resp.StatusCode {
	case http.StatusProxyAuthRequired, http.StatusForbidden, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return through.Host, refusal(resp.StatusCode) // the proxy's own answer
	}
	if t.r.Endpoint.Web {
		t.clock(resp)
	}
	return through.Host, nil
}

// known adds who may use the proxy, where its address says so.
func known(req *http.Request, through *url.URL) {
	if through.User == nil {
		return
	}
	password, _ := through.User.Password()
	req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(through.User.Username()+":"+password)))
}

// refusal is a proxy's answer that opens no way.
func refusal(status int) *failure {
	f := &failure{fault: preflight.FaultProxyRefused, status: status, cause: fmt.Errorf("the proxy answered with status %d %s", status, http.StatusText(status))}
	switch status {
	case http.StatusProxyAuthRequired:
		f.fault = preflight.FaultProxySignIn
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		f.fault = preflight.FaultProxyOdd // a web server, which opens no ways at all
	}
	return f
}

// proxyFault is what went wrong while a proxy was asked.
func proxyFault(err error) *failure {
	switch networkFault(err) {
	case "":
		return fails(preflight.FaultProxyOdd, err)
	case preflight.FaultDropped:
		return fails(preflight.FaultProxyRefused, err)
	}
	return fails(preflight.FaultProxyDown, err)
}

// begun is a connection of which some bytes have been read ahead.
type begun struct {
	net.Conn
	r *bufio.Reader
}

func (b *begun) Read(p []byte) (int, error) { return b.r.Read(p) }

// The words of SOCKS 5 (RFC 1928, RFC 1929).
const (
	socksVersion  = 5
	socksOpen     = 0
	socksPassword = 2
	socksConnect  = 1
	socksIPv4     = 1
	socksName     = 3
	socksIPv6     = 4
)

// openSocks asks a proxy of SOCKS 5 to connect. It is given the name, and looks it up itself.
func (t *trial) openSocks(through *url.URL) *failure {
	e := t.r.Endpoint
	methods := []byte{socksVersion, 1, socksOpen}
	user := through.User.Username()
	password, _ := through.User.Password()
	if through.User != nil {
		methods = []byte{socksVersion, 2, socksOpen, socksPassword}
	}
	if len(e.Host) > 255 || len(user) > 255 || len(password) > 255 {
		return fails(preflight.FaultProxyRefused, errors.New("a name or password is too long for SOCKS"))
	}
	said, err := t.exchange(methods, 2)
	switch {
	case err != nil && networkFault(err) == preflight.FaultDropped: // as a proxy of HTTP does with bytes that say nothing to it
		return fails(preflight.FaultProxyOdd, err)
	case err != nil:
		return proxyFault(err)
	case said[0] != socksVersion:
		return fails(preflight.FaultProxyOdd, errors.New("no answer of SOCKS 5"))
	case said[1] == socksPassword && through.User != nil:
		hello := append([]byte{1, byte(len(user))}, user...)
		hello = append(append(hello, byte(len(password))), password...)
		if said, err = t.exchange(hello, 2); err != nil {
			return proxyFault(err)
		}
		if said[1] != 0 {
			return fails(preflight.FaultProxySignIn, errors.New("the proxy does not take this user name and password"))
		}
	case said[1] != socksOpen:
		return fails(preflight.FaultProxySignIn, errors.New("the proxy wants to know who is asking"))
	}
	request := append([]byte{socksVersion, socksConnect, 0, socksName, byte(len(e.Host))}, e.Host...)
	said, err = t.exchange(binary.BigEndian.AppendUint16(request, uint16(e.Port)), 5)
	if err != nil {
		return proxyFault(err)
	}
	if said[1] != 0 {
		return fails(socksFault(said[1]), fmt.Errorf("the proxy answered with SOCKS reply %d", said[1]))
	}
	// The address and port it connected from follow, which nobody needs; the first byte has been read.
	rest := 0
	switch said[3] {
	case socksIPv4:
		rest = 4 - 1 + 2
	case socksIPv6:
		rest = 16 - 1 + 2
	case socksName:
		rest = int(said[4]) + 2
	default:
		return fails(preflight.FaultProxyOdd, errors.New("an answer of SOCKS with an unknown kind of address"))
	}
	if _, err := io.ReadFull(t.conn, make([]byte, rest)); err != nil {
		return proxyFault(err)
	}
	return nil
}

// exchange sends bytes to a proxy and reads the answer's first n.
func (t *trial) exchange(say []byte, n int) ([]byte, error) {
	if _, err := t.conn.Write(say); err != nil {
		return nil, err
	}
	said := make([]byte, n)
	_, err := io.ReadFull(t.conn, said)
	return said, err
}

// socksFault is what a reply of SOCKS says.
func socksFault(reply byte) preflight.ReachFault {
	switch reply {
	case 3, 4, 6: // network or host not reachable, time to live expired
		return preflight.FaultUnreachable
	case 5:
		return preflight.FaultRefused
	}
	return preflight.FaultProxyRefused // 2: its rules do not allow it; 1, 7, 8: it cannot
}
