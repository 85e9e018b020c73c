package httpauth

import (
	"context"
	"crypto/tls"
)

// Mechanism is a way of signing in that proves who is asking by an exchange of tokens (GSS-API, RFC 2743; over
// HTTP, RFC 4559): NTLM or Kerberos. What it proves holds for one connection. Its methods may be called from
// several goroutines.
type Mechanism interface {
	// Name is "NTLM" or "Kerberos", for errors.
	Name() string

	// Schemes are the forms in which a server may take the mechanism's tokens, the one to try first in front.
	Schemes() []Scheme

	// New begins signing in on one connection, before anything was sent over it. It may ask others, such as a
	// Kerberos realm's key distribution centre. An *Error with KindSignInRefused says that the account or the
	// password is wrong; with any other error another mechanism may still work.
	New(ctx context.Context, to Peer) (SecurityContext, error)
}

// Scheme is a form in which a mechanism's tokens travel.
type Scheme struct {
	Name     string // of the authentication scheme: "Negotiate", "NTLM", "Kerberos"
	SPNEGO   bool   // the tokens travel inside those of SPNEGO (RFC 4178)
	Protocol string // of sealed messages: SealedSPNEGO or SealedKerberos
}

// The protocols of sealed messages (MS-WSMV 2.2.9.1).
const (
	SealedSPNEGO   = "application/HTTP-SPNEGO-session-encrypted"
	SealedKerberos = "application/HTTP-Kerberos-session-encrypted"
)

// Peer is the server that a connection leads to.
type Peer struct {
	Host string               // the name in the address, without its port
	TLS  *tls.ConnectionState // of the connection, verified; nil over plain http
	// Seal says that messages will be sealed: a context that cannot seal must end with an error.
	Seal bool
}

// SecurityContext is one connection's signing in, and afterwards what seals its messages. It is used from one
// goroutine at a time, in the order in which messages are sent and received.
type SecurityContext interface {
	// Step takes the token the server sent, nil at the beginning, and returns the one to send, nil when there
	// is none. done says that nothing more is needed from the server for this side to be sure of it: when
	// the server accepts without another token, a context that is not done is not used for sealing.
	Step(ctx context.Context, token []byte) (reply []byte, done bool, err error)

	// Seal encrypts a message. signature is what stands in front of the sealed bytes, behind its length.
	Seal(message []byte) (signature, sealed []byte, err error)

	// Open decrypts a message and verifies it. It returns an error, and nothing of the message, when it was
	// not sealed by the other end of this context, or comes out of order. It must bear any bytes.
	Open(signature, sealed []byte) (message []byte, err error)
}
