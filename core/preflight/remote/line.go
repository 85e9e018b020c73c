package remote

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/proxy"
	"tenantry/core/wsman"
)

// holdTime is how long the other computer may hold a request before it says that there is nothing yet.
const holdTime = 20 * time.Second

// line is the way to one port of the computer.
type line struct {
	o         Options
	url       *url.URL
	transport *httpauth.Transport
	client    *wsman.Client
}

// linesTo are the ways to try, the likeliest first. The error is a *exchange.Problem.
func linesTo(o Options, kerberos *httpauth.Kerberos) ([]*line, error) {
	addresses, err := addressesOf(o)
	if err != nil {
		return nil, err
	}
	var lines []*line
	for _, u := range addresses {
		l := &line{o: o, url: u}
		if err := l.connect(kerberos); err != nil {
			return nil, l.problem(context.Background(), "prepare the connection", err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// addressesOf are the addresses that Options.Host stands for.
func addressesOf(o Options) ([]*url.URL, error) {
	bad := &exchange.Problem{Code: CodeBadHost, Doing: "read the computer's name", Args: map[string]string{"host": shown(o.Host)}}
	host := strings.TrimSpace(o.Host)
	basic := o.Authentication == exchange.AuthBasic
	at := func(scheme, host string, port int) *url.URL {
		return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, strconv.Itoa(port)), Path: "/wsman"}
	}
	plain := func(u *url.URL) error {
		if basic && u.Scheme == "http" {
			return &exchange.Problem{Code: CodeBasicPlain, Doing: doingOpen, Args: map[string]string{"host": u.Host}}
		}
		return nil
	}
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || !isHost(u.Hostname()) {
			return nil, bad
		}
		port := map[string]int{"http": PortPlain, "https": PortTLS}[u.Scheme]
		if n, err := strconv.Atoi(u.Port()); err == nil {
			port = n
		}
		whole := at(u.Scheme, u.Hostname(), port)
		if path := strings.TrimRight(u.Path, "/"); path != "" {
			whole.Path = path
		}
		return []*url.URL{whole}, plain(whole)
	}
	if name, text, err := net.SplitHostPort(host); err == nil {
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 || !isHost(name) {
			return nil, bad
		}
		scheme := "http"
		known := port == PortPlain || port == 80
		if port == PortTLS || port == 443 || !known && (basic || len(o.PrivateCA) > 0) {
			scheme = "https"
		}
		whole := at(scheme, name, port)
		return []*url.URL{whole}, plain(whole)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	secure, sealed := at("https", name, PortTLS), at("http", name, PortPlain)
	switch {
	case !isHost(name):
		return nil, bad
	case basic:
		return []*url.URL{secure}, nil
	case len(o.PrivateCA) > 0:
		return []*url.URL{secure, sealed}, nil
	}
	return []*url.URL{sealed, secure}, nil
}

// isHost tells whether a text can be the name or the address of a computer.
func isHost(name string) bool {
	return name != "" && len(name) <= 255 && !strings.ContainsAny(name, " \t\r\n/\\?#@\"'<>%&|,;[]")
}

// shown is what was typed, without a user name and password somebody wrote into it.
func shown(host string) string {
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	return host
}

// connect makes the transport and the client. Nothing is sent.
func (l *line) connect(kerberos *httpauth.Kerberos) error {
	o := httpauth.Options{
		PrivateCA: l.o.PrivateCA, Proxy: proxy.None, // another computer's administration is not the web's business
		ConnectTimeout: l.o.ConnectTimeout, TLSTimeout: l.o.ConnectTimeout,
		AnswerTimeout: holdTime + l.o.CommandTimeout, StallTimeout: l.o.CommandTimeout, MaxAnswer: 16 << 20,
	}
	if l.o.Version != "" {
		o.UserAgent = "Tenantry/" + l.o.Version
	}
	ntlm := httpauth.NTLM{User: l.o.User, Password: l.o.Password}
	switch l.o.Authentication {
	case exchange.AuthBasic:
		o.Authorizer = httpauth.Basic{User: l.o.User, Password: l.o.Password}
	case exchange.AuthNTLM:
		o.Mechanisms = []httpauth.Mechanism{ntlm}
	case exchange.AuthKerberos:
		o.Mechanisms = []httpauth.Mechanism{kerberos}
	case exchange.AuthNegotiate:
		o.Mechanisms = []httpauth.Mechanism{kerberos}
		if l.o.User != "" && !l.o.Password.Empty() {
			o.Mechanisms = append(o.Mechanisms, ntlm)
		}
	default:
		return &exchange.Problem{Code: CodeNoSuchWay, Doing: doingOpen, Args: map[string]string{"chosen": string(l.o.Authentication)}}
	}
	var err error
	if l.transport, err = httpauth.New(o); err != nil {
		return err
	}
	l.client = wsman.NewClient(l.transport, l.url.String(), wsman.ResourceCmd)
	l.client.OperationTimeout = holdTime
	l.client.MaxEnvelopeSize = 153600 // what every Windows takes, Windows 7's first version too
	l.client.MaxResponse = 16 << 20
	return nil
}

// reach tells whether something takes connections there, before an account's turn is taken up with waiting for it.
func (l *line) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.o.ConnectTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", l.url.Host)
	if err == nil {
		return conn.Close()
	}
	e := &httpauth.Error{Kind: httpauth.KindUnreachable, Host: l.url.Host, Cause: err}
	var unknown *net.DNSError
	if errors.As(err, &unknown) && !unknown.IsTimeout {
		e.Kind = httpauth.KindName
	}
	return e
}

func (l *line) close() {
	if l.transport != nil {
		l.transport.Close()
	}
}
