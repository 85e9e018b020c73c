// Package httpauth carries requests to a server over HTTPS and proves who is asking.
//
// A [Transport] posts one body and streams back one answer, whatever its status, over kept-alive HTTP/1.1
// connections. It verifies TLS always, follows no redirect, bounds what it reads, and says in a typed [Error]
// what went wrong. An [Authorizer] adds the credentials; [Basic] is the one for the classic connection.
// [NextHop] decides about redirects, [WithDelegatedOrg] and [WithPSVersion] about an address's query.
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
	// Authorizer proves who is asking. nil sends no credentials.
	Authorizer Authorizer

	// PrivateCA holds certificates in PEM form that are trusted beside the system's. Verification cannot
	// be switched off.
	PrivateCA []byte

	// Proxy returns the proxy for a request; nil means the one the environment names (HTTPS_PROXY, HTTP_PROXY,
	// NO_PROXY). Plain http to a loopback address never goes through a proxy.
	Proxy func(*http.Request) (*url.URL, error)

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
	o    Options
	http *http.Transport
	jar  *cookiejar.Jar
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
		o.Proxy = http.ProxyFromEnvironment
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 30 * time.Second}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	t := &Transport{o: o, jar: jar, http: &http.Transport{
		Proxy: func(req *http.Request) (*url.URL, error) {
			if req.URL.Scheme == "http" && isLoopback(req.URL.Hostname()) {
				return nil, nil
			}
			return o.Proxy(req)
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return &proxyRefusal{answer.StatusCode}
			}
			return nil
		},
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    o.TLSTimeout,
		ResponseHeaderTimeout:  o.AnswerTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: 256 << 10,
		WriteBufferSize:        64 << 10,
		ReadBufferSize:         64 << 10,
		DisableCompression:     true, // gzip is asked for and bounded here
		Protocols:              &protocols,
	}}
	return t, nil
}

func setDefault(d *time.Duration, otherwise time.Duration) {
	if *d <= 0 {
		*d = otherwise
	}
}

// Close lets go of the connections that are idle. Requests that are under way go on.
func (t *Transport) Close() { t.http.CloseIdleConnections() }

// Post sends body to address and returns the answer, whatever its status: a redirect is not followed, and a
// 401 is an answer like another, whose headers hold the schemes the server offers.
//
// ctx governs the call and the reading of the answer. The caller closes the answer. Every error, also of the
// answer's Read, is an *Error, except io.EOF. No error holds credentials or the address's query.
func (t *Transport) Post(ctx context.Context, address, contentType string, body io.Reader) (status int, header http.Header, answer io.ReadCloser, err error) {
	u, err := checkURL(address)
	if err != nil {
		return 0, nil, nil, err
	}
	if a := t.o.Authorizer; a != nil && a.Exposed() && u.Scheme != "https" && !isLoopback(u.Hostname()) {
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
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", t.o.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	for _, c := range t.jar.Cookies(u) {
		req.AddCookie(c)
	}
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
	if cookies := resp.Cookies(); len(cookies) > 0 {
		t.jar.SetCookies(u, cookies)
	}
	return resp.StatusCode, resp.Header, newAnswer(ctx, cancel, resp, u.Host, t.o), nil
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
