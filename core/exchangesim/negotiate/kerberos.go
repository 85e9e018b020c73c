package negotiate

import (
	"crypto"
	"crypto/x509"
	"errors"

	"tenantry/core/gsskrb5"
)

// KerberosKeys are the keys of this server's service, HTTP/<host>, by which it reads the tickets that clients
// bring. It is safe for use from several goroutines.
type KerberosKeys struct {
	keys    *gsskrb5.Acceptor
	account func(name, realm string) (user string, found bool)
}

// NewKerberosKeys reads the content of a keytab. account finds the account that a ticket names: name as it stands
// in the ticket, such as admin, and its realm, such as FABRIKAM.EXAMPLE. It is called from many goroutines.
func NewKerberosKeys(keytab []byte, account func(name, realm string) (user string, found bool)) (*KerberosKeys, error) {
	keys, err := gsskrb5.NewAcceptor(keytab)
	if err != nil {
		return nil, err
	}
	return &KerberosKeys{keys: keys, account: account}, nil
}

// Acceptor begins on one connection. own is the certificate this server shows on it, nil over plain http: a
// sign-in that is bound to another one is refused.
func (k *KerberosKeys) Acceptor(own *x509.Certificate) Acceptor {
	return &kerberosAcceptor{keys: k, bindings: endPoint(own)}
}

// endPoint is the binding of a certificate (RFC 5929 section 4).
func endPoint(own *x509.Certificate) []byte {
	if own == nil {
		return nil
	}
	hash := crypto.SHA256
	switch own.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	}
	h := hash.New()
	h.Write(own.Raw)
	return append([]byte("tls-server-end-point:"), h.Sum(nil)...)
}

// errNotSignedIn is the error of sealing before a ticket was accepted.
var errNotSignedIn = errors.New("nobody has signed in on this connection")

// kerberosAcceptor is the server's end of Kerberos on one connection: one token in, one out.
type kerberosAcceptor struct {
	keys     *KerberosKeys
	bindings []byte
	user     string
	context  *gsskrb5.Context
}

func (a *kerberosAcceptor) User() string { return a.user }

// Accept reads the ticket. The reply of a refused one says why (RFC 4121 section 4.1).
func (a *kerberosAcceptor) Accept(token []byte) (reply []byte, done bool, err error) {
	if a.context != nil {
		return nil, false, errOrder
	}
	reply, context, err := a.keys.keys.Accept(token, a.bindings)
	if err != nil {
		return reply, false, err
	}
	user, found := a.keys.account(context.Client, context.Realm)
	if !found {
		return nil, false, errNoAccount
	}
	a.user, a.context = user, context
	return reply, true, nil
}

func (a *kerberosAcceptor) Seal(message []byte) (signature, sealed []byte, err error) {
	if a.context == nil {
		return nil, nil, errNotSignedIn
	}
	return a.context.Seal(message)
}

func (a *kerberosAcceptor) Open(signature, sealed []byte) ([]byte, error) {
	if a.context == nil {
		return nil, errNotSignedIn
	}
	return a.context.Open(signature, sealed)
}

func (a *kerberosAcceptor) MIC(message []byte) ([]byte, error) {
	if a.context == nil {
		return nil, errNotSignedIn
	}
	return a.context.Sign(message)
}

func (a *kerberosAcceptor) VerifyMIC(message, mic []byte) error {
	if a.context == nil {
		return errNotSignedIn
	}
	return a.context.Verify(message, mic)
}
