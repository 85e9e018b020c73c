// Package httpauth carries requests to a server over HTTPS and proves who is asking.
//
// A [Transport] posts one body and streams back one answer, whatever its status, over kept-alive HTTP/1.1
// connections. It verifies TLS always, follows no redirect, bounds what it reads, and says in a typed [Error]
// what went wrong. An [Authorizer] proves who is asking with every request: [Basic], or a [Certificate]. A
// [Mechanism] proves it once for each connection, and encrypts what goes over plain http: [NTLM] or Kerberos.
// [NextHop] decides about redirects, [WithDelegatedOrg] and [WithPSVersion] about an address's query,
// package proxy about the way out of the network.
package httpauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"tenantry/core/proxy"
)

// Defaults of Options.
const (
	DefaultConnectTimeout = 20 * time.Second
	DefaultTLSTimeout     = 20 * time.Second
	DefaultAnswerTimeout  = 4 * time.Minute
	DefaultStallTimeout   = 2 * time.Minute
	DefaultMaxAnswer      = 512 << 20
)

// Options say how a Transport works. The zero value is anonymous, with the system's proxy and authorities.
type Options struct {
	// Authorizer proves who is asking with every request. nil sends no credentials.
	Authorizer Authorizer

	// Mechanisms sign in each connection: the first for which this computer has what it takes, and which the
	// server takes. Over plain http they encrypt every message; no request ever goes out in clear. With
	// Mechanisms there is no Authorizer.
	Mechanisms []Mechanism

	// PrivateCA holds certificates in PEM form that are trusted beside the system's. Verification cannot
	// be switched off.
	PrivateCA []byte

	// Proxy returns the proxy for an address; nil means proxy.System.
	Proxy proxy.Func

	// Time limits; zero means the default. AnswerTimeout runs from the sent request to the answer's headers:
	// keep it longer than the time the server may hold a request (WSMan's OperationTimeout). StallTimeout is
	// how long the body of an answer may stand still while it is being read.
	ConnectTimeout, TLSTimeout, AnswerTimeout, StallTimeout time.Duration

	// MaxAnswer bounds the bytes of one answer's body, after decompression; 0 means DefaultMaxAnswer.
	MaxAnswer int64

	UserAgent string // empty means "Tenantry"
}

// Transport posts requests. It keeps the server's cookies, by which Exchange finds the machine a session lives
// on: use one Transport for each session. It may be used from several goroutines.
type Transport struct {
	o     Options
	http  *http.Transport
	jar   *cookiejar.Jar
	lanes lanes // of connections that are signed in by themselves
}

// New returns a Transport. The error says that PrivateCA holds no certificate.
func New(o Options) (*Transport, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if len(o.PrivateCA) > 0 && !roots.AppendCertsFromPEM(o.PrivateCA) {
		return nil, &Error{Kind: KindPrivateCA, Cause: errors.New("no certificate in PEM form found")}
	}
	setDefault(&o.ConnectTimeout, DefaultConnectTimeout)
	setDefault(&o.TLSTimeout, DefaultTLSTimeout)
	setDefault(&o.AnswerTimeout, DefaultAnswerTimeout)
	setDefault(&o.StallTimeout, DefaultStallTimeout)
	if o.MaxAnswer <= 0 {
		o.MaxAnswer = DefaultMaxAnswer
	}
	if o.UserAgent == "" {
		o.UserAgent = "Tenantry"
	}
	if o.Proxy == nil {
		o.Proxy = proxy.System
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if c, ok := o.Authorizer.(Certificate); ok && c.pair != nil {
		// It is shown whatever authorities the server names: a server that names the wrong ones then says so.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return c.pair, nil }
	}
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 30 * time.Second}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	t := &Transport{o: o, jar: jar}
	t.http = &http.Transport{
		Proxy: func(req *http.Request) (*url.URL, error) {
			if u, ok := req.Context().Value(destination{}).(*url.URL); ok {
				return o.Proxy(u)
			}
			return o.Proxy(req.URL)
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return &proxyRefusal{answer.StatusCode}
			}
			return nil
		},
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    o.TLSTimeout,
		ResponseHeaderTimeout:  o.AnswerTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: 256 << 10,
		WriteBufferSize:        64 << 10,
		ReadBufferSize:         64 << 10,
		DisableCompression:     true, // gzip is asked for and bounded here
		Protocols:              &protocols,
	}
	return t, nil
}

func setDefault(d *time.Duration, otherwise time.Duration) {
	if *d <= 0 {
		*d = otherwise
	}
}

// Close lets go of the connections that are idle. Requests that are under way go on.
func (t *Transport) Close() {
	t.http.CloseIdleConnections()
	t.lanes.close()
}

// Post sends body to address and returns the answer, whatever its status: a redirect is not followed, and a
// 401 is an answer like another, whose headers hold the schemes the server offers.
//
// ctx governs the call and the reading of the answer. The caller closes the answer. Every error, also of the
// answer's Read, is an *Error, except io.EOF. No error holds credentials or the address's query.
//
// With Mechanisms, a 401 is the answer to an account or a password that was not accepted; that the server takes
// none of them is an error. The body is read before anything is sent.
func (t *Transport) Post(ctx context.Context, address, contentType string, body io.Reader) (status int, header http.Header, answer io.ReadCloser, err error) {
	u, err := checkURL(address)
	if err != nil {
		return 0, nil, nil, err
	}
	if len(t.o.Mechanisms) > 0 {
		return t.postSigned(ctx, u, contentType, body)
	}
	if a := t.o.Authorizer; a != nil && a.Exposed() && u.Scheme != "https" && !t.staysHere(u) {
		return 0, nil, nil, &Error{Kind: KindNotEncrypted, Host: u.Host}
	}
	// What is under way is watched, so that an error can say how far the request had come.
	var watch progress
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, watch.trace()), http.MethodPost, u.String(), body)
	if err != nil {
		cancel(nil)
		return 0, nil, nil, &Error{Kind: KindAddress, Host: u.Host}
	}
	t.setHeaders(req, contentType)
	if t.o.Authorizer != nil {
		if err := t.o.Authorizer.Authorize(req); err != nil {
			cancel(nil)
			return 0, nil, nil, err
		}
	}
	resp, err := t.http.RoundTrip(req)
	if err != nil {
		err = classify(ctx, u.Host, watch.stage(), err)
		cancel(nil)
		return 0, nil, nil, withReuse(err, watch.reused.Load())
	}
	t.keepCookies(u, resp)
	if t.refusedByProxy(u, resp) {
		cancel(nil)
		_ = resp.Body.Close()
		return 0, nil, nil, proxyAsks(u.Host)
	}
	return resp.StatusCode, resp.Header, newAnswer(ctx, cancel, resp, u.Host, t.o), nil
}

func (t *Transport) setHeaders(req *http.Request, contentType string) {
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", t.o.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	for _, c := range t.jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
}

func (t *Transport) keepCookies(u *url.URL, resp *http.Response) {
	if cookies := resp.Cookies(); len(cookies) > 0 {
		t.jar.SetCookies(u, cookies)
	}
}

// staysHere tells whether a request to u does not leave this computer.
func (t *Transport) staysHere(u *url.URL) bool {
	if !proxy.Loopback(u.Hostname()) {
		return false
	}
	through, err := t.o.Proxy(u)
	return err == nil && (through == nil || proxy.Loopback(through.Hostname()))
}

// refusedByProxy tells whether an answer is a proxy's that wants to know who is asking. Over https the proxy's
// own answer never looks like the server's.
func (t *Transport) refusedByProxy(u *url.URL, resp *http.Response) bool {
	if resp.StatusCode != http.StatusProxyAuthRequired || u.Scheme != "http" {
		return false
	}
	through, err := t.o.Proxy(u)
	return err == nil && through != nil
}

func withReuse(err error, reused bool) error {
	var e *Error
	if errors.As(err, &e) {
		e.Reused = reused
	}
	return err
}

// progress notes how far a request has come. Its fields are set by the connection's goroutines.
type progress struct {
	connected, reused, sent, answering atomic.Bool
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			// A request that is sent again on a fresh connection starts anew.
			p.connected.Store(true)
			p.reused.Store(i.Reused)
			p.sent.Store(false)
			p.answering.Store(false)
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			p.sent.Store(i.Err == nil)
		},
		GotFirstResponseByte: func() { p.answering.Store(true) },
	}
}

func (p *progress) stage() Stage {
	switch {
	case p.answering.Load():
		return StageAnswer
	case p.sent.Load():
		return StageWaiting
	case p.connected.Load():
		return StageSending
	}
	return StageConnecting
}

// checkURL reads an address and refuses one that no request should go to.
func checkURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Opaque != "", u.Hostname() == "":
		return nil, &Error{Kind: KindAddress} // url.Error repeats the address, which may hold a token
	case u.User != nil:
		return nil, &Error{Kind: KindUserinfo, Host: u.Host}
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, &Error{Kind: KindAddress, Host: u.Host}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
