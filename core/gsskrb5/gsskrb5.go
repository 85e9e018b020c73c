// Package gsskrb5 is Kerberos as a GSS-API mechanism (RFC 4121, RFC 4757): how a ticket proves to a server who is
// asking, how the server proves itself in turn, and how both then seal messages. It speaks both ends, client and
// server, and does no input or output: bytes in, bytes out.
//
// The client's end is an [Initiator]: its token goes to the server, and Finish reads the answer. The server's end
// is an [Acceptor]. Both end in a [Context], whose Seal and Open protect messages the way Windows Remote
// Management cuts them: a signature and the sealed data beside it (MS-WSMV 2.2.9.1).
package gsskrb5

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
)

// OID names the mechanism in tokens and in SPNEGO (RFC 4121 section 1).
var OID = asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}

// MicrosoftOID is the name that Windows 2000 made of OID by mistake and that SPNEGO has carried beside it since
// (MS-SPNG 3.1.5.2).
var MicrosoftOID = asn1.ObjectIdentifier{1, 2, 840, 48018, 1, 2, 2}

// Errors of tokens and messages. They may be wrapped.
var (
	ErrMalformed  = errors.New("gsskrb5: not a Kerberos token")
	ErrIntegrity  = errors.New("gsskrb5: the message was changed on its way or sealed with another key")
	ErrReplay     = errors.New("gsskrb5: the message or ticket was used before")
	ErrNotSealed  = errors.New("gsskrb5: the message is signed but not encrypted")
	ErrMutual     = errors.New("gsskrb5: the server did not prove who it is")
	ErrEncryption = errors.New("gsskrb5: the encryption type is not supported")
	ErrBindings   = errors.New("gsskrb5: the ticket was sent over another TLS connection")
)

// Refusal is the other end's KRB-ERROR message (RFC 4120 section 5.9.1), or the error an Acceptor refuses with.
type Refusal struct {
	Code int32 // RFC 4120 section 7.5.9, such as 37 for clocks that differ
}

// Codes of Refusal that have a cause of their own (RFC 4120 section 7.5.9).
const (
	CodeExpired  = errorcode.KRB_AP_ERR_TKT_EXPIRED
	CodeSkew     = errorcode.KRB_AP_ERR_SKEW
	CodeModified = errorcode.KRB_AP_ERR_MODIFIED // the service's key is not the one the ticket was made for
	CodeNoKey    = errorcode.KRB_AP_ERR_NOKEY
	CodeReplay   = errorcode.KRB_AP_ERR_REPEAT
)

// Error names the code as RFC 4120 does.
func (r *Refusal) Error() string { return "gsskrb5: " + errorcode.Lookup(r.Code) }

// The kinds of context token (RFC 4121 section 4.1).
var (
	idRequest = []byte{1, 0} // AP-REQ
	idReply   = []byte{2, 0} // AP-REP
	idError   = []byte{3, 0} // KRB-ERROR
)

// oidBytes is OID in DER, as it stands in a token.
var oidBytes = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02}

// frame puts the generic token header around a message (RFC 2743 section 3.1).
func frame(id, message []byte) []byte {
	body := bytes.Join([][]byte{oidBytes, id, message}, nil)
	return append(derHeader(0x60, len(body)), body...)
}

// unframe takes the header off and tells the kind of token.
func unframe(token []byte) (id, message []byte, err error) {
	body, rest, ok := derValue(token, 0x60)
	if !ok || len(rest) > 0 || len(body) < len(oidBytes)+2 || !bytes.Equal(body[:len(oidBytes)], oidBytes) {
		return nil, nil, ErrMalformed
	}
	body = body[len(oidBytes):]
	return body[:2], body[2:], nil
}

// derHeader is the tag and the length of a DER value of n bytes.
func derHeader(tag byte, n int) []byte {
	switch {
	case n < 0x80:
		return []byte{tag, byte(n)}
	case n < 0x100:
		return []byte{tag, 0x81, byte(n)}
	case n < 0x10000:
		return []byte{tag, 0x82, byte(n >> 8), byte(n)}
	}
	return []byte{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}
}

// derValue cuts the DER value with a tag off the front of b.
func derValue(b []byte, tag byte) (value, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}
	n, head := int(b[1]), 2
	if n >= 0x80 {
		digits := n & 0x7f
		if digits == 0 || digits > 3 || len(b) < 2+digits {
			return nil, nil, false
		}
		n = 0
		for _, d := range b[2 : 2+digits] {
			n = n<<8 | int(d)
		}
		head += digits
	}
	if len(b)-head < n {
		return nil, nil, false
	}
	return b[head : head+n], b[head+n:], true
}

// guarded runs a decoder of gokrb5, which indexes some fields without looking whether they are there: a broken
// token is an error like another, not the end of the program.
func guarded(decode func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrMalformed, r)
		}
	}()
	return decode()
}
