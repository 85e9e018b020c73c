package httpauth

import (
	"crypto/tls"
	"errors"
	"net/http"

	"tenantry/core/secret"
)

// certificateScheme is how a client of WSMan says that its certificate is what it signs in with
// (DSP0226 C.3, MS-WSMV 3.1.4.1).
const certificateScheme = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"

// Certificate signs in with a client certificate in TLS. It goes only over https. NewCertificate makes one.
type Certificate struct{ pair *tls.Certificate }

var _ Authorizer = Certificate{}

// NewCertificate reads the certificate, the chain behind it, and its private key, in any order, from PEM. An
// encrypted key is not read. The error is an *Error with KindClientCertificate, and holds nothing of the key.
func NewCertificate(pem secret.Secret) (Certificate, error) {
	text := []byte(pem.Reveal())
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return Certificate{}, &Error{Kind: KindClientCertificate, Cause: errors.New("no certificate with its private key found, or one does not fit the other")}
	}
	return Certificate{&pair}, nil
}

// Exposed says false: what proves who is asking never leaves this computer.
func (Certificate) Exposed() bool { return false }

// Authorize says in a header that the certificate is what to go by.
func (c Certificate) Authorize(req *http.Request) error {
	if c.pair == nil {
		return &Error{Kind: KindClientCertificate, Host: req.URL.Host, Cause: errors.New("no certificate")}
	}
	if req.URL.Scheme != "https" {
		return &Error{Kind: KindNotEncrypted, Host: req.URL.Host, Cause: errors.New("a client certificate needs https")}
	}
	req.Header.Set("Authorization", certificateScheme)
	return nil
}
