// Package negotiate is how the sample partner finds out who sends a request: Basic, NTLM, Negotiate, Kerberos or
// a client certificate, and the message encryption that Windows Remote Management asks for over plain http.
//
// It is the server's end, written from the specifications (MS-NLMP, RFC 4178, RFC 4559, MS-WSMV 2.2.9.1), and
// shares nothing with the client's.
//
//	gate := negotiate.New(options)
//	server := &http.Server{ConnContext: gate.ConnContext, Handler: …}
//	// in the handler:
//	admitted, ok := gate.Admit(w, r)
//	if !ok { return } // it was answered
//	// the answer to admitted.Request goes through admitted.Seal, where that is not nil
package negotiate

import (
	"crypto/tls"

	"tenantry/core/secret"
)

// Way is a way to sign in that a server offers.
type Way string

// The ways. Negotiate takes NTLM, as it is or inside SPNEGO, and Kerberos where there is an acceptor for it.
const (
	Basic       Way = "basic"
	NTLM        Way = "ntlm"
	Negotiate   Way = "negotiate"
	Kerberos    Way = "kerberos"
	Certificate Way = "certificate"
)

// Ways are all there are, in the order in which they are offered.
func Ways() []Way { return []Way{Negotiate, Kerberos, NTLM, Basic, Certificate} }

// Options say who may sign in, and how.
type Options struct {
	Ways []Way // at least one

	// Account finds an account by the name a client gives: name@domain with an empty domain, or the two parts
	// of DOMAIN\name. user is its one name here. It is called from many goroutines.
	Account func(domain, name string) (user string, password secret.Secret, found bool)

	// Kerberos are the keys by which tickets are read; nil when there is no Kerberos.
	Kerberos *KerberosKeys

	// Certificate finds the account that a client certificate, verified already, stands for. nil when there is none.
	Certificate func(shown *tls.ConnectionState) (user string, found bool)

	// Domain and Computer are what NTLM's challenges say of the server, such as "FABRIKAM" and "EX01". DNSDomain
	// is the domain's other name, such as "fabrikam.example".
	Domain, Computer, DNSDomain string

	// Failed is told of each refusal of an account or a password. May be nil.
	Failed func()
}

// Acceptor is the server's end of one connection's sign-in by NTLM or Kerberos, and afterwards what seals its
// messages. It is used from one goroutine at a time.
type Acceptor interface {
	// Accept takes a token of the client and returns the one to answer with, nil for none. done says that the
	// client is signed in. An error refuses it; a reply beside it says why.
	Accept(token []byte) (reply []byte, done bool, err error)

	// User is who signed in, as Options.Account or the acceptor itself names it.
	User() string

	// Seal and Open encrypt the server's messages and decrypt the client's (MS-WSMV 2.2.9.1). Open must bear
	// any bytes.
	Seal(message []byte) (signature, sealed []byte, err error)
	Open(signature, sealed []byte) (message []byte, err error)

	// MIC and VerifyMIC protect SPNEGO's list of mechanisms (RFC 4178 5): a signature without encryption, which
	// leaves the state of Seal and Open as it was before them where the mechanism says so (MS-SPNG 3.3.5.1).
	MIC(message []byte) ([]byte, error)
	VerifyMIC(message, mic []byte) error
}
