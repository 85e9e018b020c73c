package negotiate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// certificateScheme is how a client says that its certificate is what it signs in with (DSP0226 C.3).
const certificateScheme = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"

// maxBody bounds a request's sealed body.
const maxBody = 4 << 20

// Gate lets requests in. Its methods may be called from many goroutines.
type Gate struct {
	o   Options
	own *x509.Certificate // of the server; nil over plain http
}

// New returns a Gate. own is the certificate that the server shows over https, in DER; nil over plain http.
func New(o Options, own []byte) *Gate {
	g := &Gate{o: o}
	if own != nil {
		g.own, _ = x509.ParseCertificate(own) // one that cannot be read binds nobody
	}
	return g
}

// ConnContext is for http.Server.ConnContext: what NTLM and Kerberos prove holds for one connection.
func (g *Gate) ConnContext(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{})
}

type connectionKey struct{}

// connection is what is known of one TCP connection. Requests on one come one after the other; the lock is for
// clients that send the next before the answer.
type connection struct {
	mu       sync.Mutex
	scheme   string
	acceptor Acceptor // signing in, or signed in
	user     string   // empty until signed in
	protocol string
}

// Admitted is a request whose sender is known.
type Admitted struct {
	User    string        // who sends it
	Request *http.Request // with its body decrypted

	// Seal encrypts the body of the answer, and returns the Content-Type to send it with. It is nil where the
	// answer travels as it is. It may be called once; an answer without it is one that somebody on the way wrote.
	Seal func(contentType string, body []byte) (sealed []byte, sealedType string, err error)
}

// Admit finds out who sends a request. When it returns false, it has answered itself: with what is offered, with
// the next token of a sign-in, or with the end of one that brought no message along.
func (g *Gate) Admit(w http.ResponseWriter, r *http.Request) (*Admitted, bool) {
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	if c == nil { // a server that was started without ConnContext: each request stands alone
		c = &connection{}
	}
	switch {
	case strings.EqualFold(scheme, "Basic") && g.offers(Basic):
		if user, ok := g.basic(r); ok {
			return &Admitted{User: user, Request: r}, true
		}
		g.failed()
		w.Header().Set("X-RemotePS-FailureCategory", "LiveID-InvalidCreds")
	case scheme == certificateScheme && g.offers(Certificate):
		if user, ok := g.certificate(r); ok {
			return &Admitted{User: user, Request: r}, true
		}
		g.failed()
	case scheme != "":
		return g.handshake(w, r, c, scheme, credentials)
	default:
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.user != "" {
			return g.message(w, r, c)
		}
	}
	g.Refuse(w)
	return nil, false
}

// Refuse answers with 401 and the ways that are offered.
func (g *Gate) Refuse(w http.ResponseWriter) {
	g.Offer(w.Header())
	w.WriteHeader(http.StatusUnauthorized)
}

// Offer names the ways in WWW-Authenticate.
func (g *Gate) Offer(h http.Header) {
	h.Del("WWW-Authenticate")
	for _, way := range Ways() {
		if !g.offers(way) {
			continue
		}
		switch way {
		case Basic:
			h.Add("WWW-Authenticate", `Basic realm="sample.example"`)
		case Certificate:
			h.Add("WWW-Authenticate", certificateScheme)
		default:
			h.Add("WWW-Authenticate", schemeOf(way))
		}
	}
}

func schemeOf(w Way) string {
	return map[Way]string{NTLM: "NTLM", Negotiate: "Negotiate", Kerberos: "Kerberos"}[w]
}

func (g *Gate) offers(w Way) bool { return slices.Contains(g.o.Ways, w) }

func (g *Gate) failed() {
	if g.o.Failed != nil {
		g.o.Failed()
	}
}

func (g *Gate) basic(r *http.Request) (user string, ok bool) {
	name, password, given := r.BasicAuth()
	if !given {
		return "", false
	}
	user, right, found := g.o.Account("", name)
	if !found {
		return "", false
	}
	// Hashing first keeps the comparison's time apart from the lengths.
	want, asked := sha256.Sum256([]byte(right.Reveal())), sha256.Sum256([]byte(password))
	return user, subtle.ConstantTimeCompare(want[:], asked[:]) == 1
}

func (g *Gate) certificate(r *http.Request) (user string, ok bool) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || g.o.Certificate == nil {
		return "", false
	}
	return g.o.Certificate(r.TLS)
}

// handshake takes the next token of a sign-in.
func (g *Gate) handshake(w http.ResponseWriter, r *http.Request, c *connection, scheme, credentials string) (*Admitted, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	way, taken := g.wayOf(scheme)
	token, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
	if !taken || err != nil || len(token) == 0 {
		g.forget(c)
		g.Refuse(w)
		return nil, false
	}
	if c.user != "" || c.acceptor == nil || c.scheme != scheme {
		g.forget(c)
		c.scheme, c.acceptor = scheme, g.acceptor(way, token, r.TLS)
	}
	if c.acceptor == nil {
		g.Refuse(w)
		return nil, false
	}
	reply, done, err := c.acceptor.Accept(token)
	if err != nil {
		g.failed()
		g.forget(c)
		if reply == nil {
			g.Refuse(w)
			return nil, false
		}
		done = false
	}
	if reply != nil {
		w.Header().Set("WWW-Authenticate", schemeOf(way)+" "+base64.StdEncoding.EncodeToString(reply))
	}
	if !done {
		w.WriteHeader(http.StatusUnauthorized)
		return nil, false
	}
	c.user, c.protocol = c.acceptor.User(), sealedSPNEGO
	if way == Kerberos {
		c.protocol = sealedKerberos
	}
	if r.ContentLength == 0 {
		w.WriteHeader(http.StatusOK)
		return nil, false
	}
	return g.message(w, r, c)
}

func (g *Gate) forget(c *connection) { c.scheme, c.acceptor, c.user, c.protocol = "", nil, "", "" }

func (g *Gate) wayOf(scheme string) (Way, bool) {
	for _, way := range []Way{Negotiate, NTLM, Kerberos} {
		if strings.EqualFold(schemeOf(way), scheme) {
			return way, g.offers(way)
		}
	}
	return "", false
}

// acceptor is what understands the first token of a way, nil when nothing does.
func (g *Gate) acceptor(way Way, token []byte, connection *tls.ConnectionState) Acceptor {
	ntlm := func() Acceptor { return newNTLM(&g.o, bindingsHash(connection, g.own)) }
	kerberos := func() Acceptor {
		if g.o.Kerberos == nil {
			return nil
		}
		if connection == nil {
			return g.o.Kerberos.Acceptor(nil)
		}
		return g.o.Kerberos.Acceptor(g.own)
	}
	switch {
	case way == NTLM:
		return ntlm()
	case way == Negotiate && bytes.HasPrefix(token, []byte(ntlmMagic)):
		return ntlm()
	case isSPNEGO(token):
		return &spnegoAcceptor{choose: func(oid string) Acceptor {
			switch {
			case oid == oidNTLM && way == Negotiate:
				return ntlm()
			case oid == oidKerberos, oid == oidMSKerberos:
				return kerberos()
			}
			return nil
		}}
	}
	return kerberos()
}

// isSPNEGO tells a first token of SPNEGO from one of Kerberos: both begin with a frame and an object identifier
// (RFC 2743 3.1).
func isSPNEGO(token []byte) bool {
	const longest = 16
	return len(token) > 2 && token[0] == 0x60 && bytes.Contains(token[:min(len(token), longest)], []byte("\x06\x06"+oidSPNEGO))
}

// message admits a request on a connection that is signed in. Over plain http it must be encrypted, and so is
// its answer. The caller holds c.mu.
func (g *Gate) message(w http.ResponseWriter, r *http.Request, c *connection) (*Admitted, bool) {
	contentType := r.Header.Get("Content-Type")
	if !isSealed(contentType) {
		if r.TLS == nil {
			// Unencrypted traffic is switched off in the service, as it is by default.
			w.WriteHeader(http.StatusInternalServerError)
			return nil, false
		}
		return &Admitted{User: c.user, Request: r}, true
	}
	protocol := protocolOf(contentType)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	var plain []byte
	if err == nil && protocol != "" {
		plain, contentType, err = unseal(c.acceptor, body)
	}
	if err != nil || protocol == "" {
		g.forget(c) // neither side knows any more where the other is
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusBadRequest)
		return nil, false
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(plain)), int64(len(plain))
	r.Header.Set("Content-Type", contentType)
	return &Admitted{c.user, r, func(contentType string, body []byte) ([]byte, string, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.acceptor == nil {
			return nil, "", errNotSealed
		}
		return seal(c.acceptor, protocol, contentType, body)
	}}, true
}
