package httpauth

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/bodgit/ntlmssp"

	"tenantry/core/secret"
)

// NTLM signs in with a user name and a password, by NTLMv2 (MS-NLMP). The password does not travel. Over https
// the sign-in is bound to the server's certificate (RFC 5929), so that nobody can pass it on to another.
type NTLM struct {
	User     string // name@domain, or DOMAIN\name, or the name alone for an account of the server itself
	Password secret.Secret
}

var _ Mechanism = NTLM{}

// Name is "NTLM".
func (NTLM) Name() string { return "NTLM" }

// Schemes: Windows Remote Management takes NTLM's tokens, as they are, only as Negotiate; an IIS that was told
// to may take them only as NTLM.
func (NTLM) Schemes() []Scheme {
	return []Scheme{{Name: "Negotiate", Protocol: SealedSPNEGO}, {Name: "NTLM", Protocol: SealedSPNEGO}}
}

// New begins on one connection. Nobody else is asked.
func (n NTLM) New(_ context.Context, to Peer) (SecurityContext, error) {
	if n.User == "" {
		return nil, &Error{Kind: KindCredentials, Host: to.Host, Cause: errors.New("NTLM needs a user name")}
	}
	client, err := ntlmssp.NewClient()
	if err != nil {
		return nil, err
	}
	c := &ntlmContext{client: client, account: n, seal: to.Seal}
	if to.TLS != nil && len(to.TLS.PeerCertificates) > 0 {
		if hash := endPointHash(to.TLS.PeerCertificates[0]); hash != nil {
			c.bindings = &ntlmssp.ChannelBindings{ApplicationData: append([]byte(ntlmssp.TLSServerEndPoint+":"), hash...)}
		}
	}
	return c, nil
}

// ntlmContext is one connection's NTLM. The client of the library is let go once it has signed in, because it
// holds the password.
type ntlmContext struct {
	client   *ntlmssp.Client
	account  NTLM
	bindings *ntlmssp.ChannelBindings
	seal     bool
	session  *ntlmssp.SecuritySession
}

// Flags of a CHALLENGE_MESSAGE (MS-NLMP 2.2.2.5) without which a message is not sealed as it must be.
const (
	ntlmUnicode          = 0x00000001
	ntlmSign             = 0x00000010
	ntlmSeal             = 0x00000020
	ntlmExtendedSecurity = 0x00080000
	ntlm128              = 0x20000000
	ntlmKeyExchange      = 0x40000000
	ntlmSealing          = ntlmUnicode | ntlmSign | ntlmSeal | ntlmExtendedSecurity | ntlm128 | ntlmKeyExchange
)

// errWeakNTLM is the error of a server that would have messages sent in clear or weakly encrypted.
var errWeakNTLM = errors.New("the server does not agree to NTLM's 128-bit message encryption")

func (c *ntlmContext) Step(_ context.Context, token []byte) (reply []byte, done bool, err error) {
	switch {
	case c.client == nil:
		return nil, true, errors.New("NTLM is over, and the server asks for more")
	case token == nil:
		reply, err = c.client.Authenticate(nil, nil)
		return reply, false, err
	}
	flags, err := checkChallenge(token)
	if err != nil {
		return nil, false, err
	}
	if c.seal && flags&ntlmSealing != ntlmSealing {
		return nil, false, errWeakNTLM
	}
	domain, user := splitUser(c.account.User)
	// The domain is set only now: the first message would carry it in an unknown code page.
	if err := c.client.SetOption(ntlmssp.SetDomain(domain), ntlmssp.SetUserInfo(user, c.account.Password.Reveal())); err != nil {
		return nil, false, err
	}
	reply, err = c.client.Authenticate(token, c.bindings)
	if err != nil {
		return nil, false, err
	}
	c.session = c.client.SecuritySession()
	c.client, c.account = nil, NTLM{}
	return reply, true, nil
}

func (c *ntlmContext) Seal(message []byte) (signature, sealed []byte, err error) {
	if c.session == nil {
		return nil, nil, errWeakNTLM
	}
	sealed, signature, err = c.session.Wrap(message)
	return signature, sealed, err
}

func (c *ntlmContext) Open(signature, sealed []byte) ([]byte, error) {
	const signatureSize = 16 // MS-NLMP 2.2.2.9
	if c.session == nil || len(signature) != signatureSize {
		return nil, errors.New("not sealed by NTLM")
	}
	return c.session.Unwrap(sealed, signature)
}

// splitUser parts DOMAIN\name. A name@domain goes whole, with no domain (MS-NLMP 3.1.5.1.2 leaves that to the
// server's domain, which knows such names).
func splitUser(user string) (domain, name string) {
	if domain, name, found := strings.Cut(user, `\`); found {
		return domain, name
	}
	return "", user
}

// checkChallenge holds a CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) against what the library takes for granted, and
// returns its flags.
func checkChallenge(b []byte) (flags uint32, err error) {
	const fixed = 48
	if len(b) < fixed || string(b[:8]) != "NTLMSSP\x00" || binary.LittleEndian.Uint32(b[8:]) != 2 {
		return 0, errors.New("not a challenge of NTLM")
	}
	flags = binary.LittleEndian.Uint32(b[20:])
	const hasTargetInfo = 0x00800000
	if flags&hasTargetInfo == 0 {
		return flags, nil
	}
	size, offset := int(binary.LittleEndian.Uint16(b[40:])), uint64(binary.LittleEndian.Uint32(b[44:]))
	if offset+uint64(size) > uint64(len(b)) {
		return 0, errors.New("the target information of an NTLM challenge lies outside it")
	}
	for info := b[offset : offset+uint64(size)]; len(info) > 0; {
		if len(info) < 4 {
			return 0, errors.New("the target information of an NTLM challenge breaks off")
		}
		id, n := binary.LittleEndian.Uint16(info), int(binary.LittleEndian.Uint16(info[2:]))
		if n > len(info)-4 {
			return 0, errors.New("the target information of an NTLM challenge breaks off")
		}
		const endOfList, avFlags, avTimestamp = 0, 6, 7
		if id == endOfList {
			break
		}
		if id == avFlags && n != 4 || id == avTimestamp && n != 8 {
			return 0, fmt.Errorf("item %d of an NTLM challenge has %d bytes", id, n)
		}
		info = info[4+n:]
	}
	return flags, nil
}

// endPointHash is the hash of a server's certificate by which a sign-in is bound to it (RFC 5929 4.1); nil for
// a certificate whose signature names no hash.
func endPointHash(cert *x509.Certificate) []byte {
	var hash crypto.Hash
	switch cert.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.DSAWithSHA256, x509.ECDSAWithSHA256:
		hash = crypto.SHA256 // also in place of the two that are broken
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	default:
		return nil
	}
	h := hash.New()
	h.Write(cert.Raw)
	return h.Sum(nil)
}
