package negotiate

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rc4"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Flags of NTLM (MS-NLMP 2.2.2.5).
const (
	flagUnicode          = 0x00000001
	flagOEM              = 0x00000002
	flagRequestTarget    = 0x00000004
	flagSign             = 0x00000010
	flagSeal             = 0x00000020
	flagNTLM             = 0x00000200
	flagAlwaysSign       = 0x00008000
	flagTargetDomain     = 0x00010000
	flagExtendedSecurity = 0x00080000
	flagTargetInfo       = 0x00800000
	flagVersion          = 0x02000000
	flag128              = 0x20000000
	flagKeyExchange      = 0x40000000
	flag56               = 0x80000000

	// flagsHere are those that this server agrees to when a client asks for them.
	flagsHere = flagUnicode | flagSign | flagSeal | flagAlwaysSign | flagExtendedSecurity | flag128 | flagKeyExchange | flag56
)

// Numbers of the items of target information (MS-NLMP 2.2.2.1).
const (
	avEnd = iota
	avComputer
	avDomain
	avDNSComputer
	avDNSDomain
	avDNSTree
	avFlags
	avTimestamp
	avSingleHost
	avTargetName
	avBindings
)

const ntlmMagic = "NTLMSSP\x00"

// The reasons why NTLM refuses. A client learns none of them.
var (
	errNotNTLM      = errors.New("not a message of NTLM")
	errOrder        = errors.New("a message of NTLM that does not come now")
	errNoNTLMv2     = errors.New("the client does not speak NTLMv2")
	errNoAccount    = errors.New("there is no such account")
	errPassword     = errors.New("the password is wrong")
	errMIC          = errors.New("the messages were changed on their way")
	errBindings     = errors.New("the sign-in is bound to another TLS connection")
	errNotPermitted = errors.New("the client does not agree to extended session security")
)

// ntlmAcceptor is the server's end of NTLM on one connection.
type ntlmAcceptor struct {
	o        *Options
	bindings []byte // what a client bound to this connection shows; nil without TLS
	now      func() time.Time

	negotiated []byte // the client's first message; nil before it came
	challenged []byte // our answer
	nonce      [8]byte
	flags      uint32 // that both agree to
	user       string
	session    *sealing
}

func newNTLM(o *Options, bindings []byte) *ntlmAcceptor {
	return &ntlmAcceptor{o: o, bindings: bindings, now: time.Now}
}

func (a *ntlmAcceptor) User() string { return a.user }

func (a *ntlmAcceptor) Accept(token []byte) (reply []byte, done bool, err error) {
	if len(token) < 12 || string(token[:8]) != ntlmMagic {
		return nil, false, errNotNTLM
	}
	switch kind := binary.LittleEndian.Uint32(token[8:]); {
	case kind == 1 && a.negotiated == nil:
		return a.challenge(token)
	case kind == 3 && a.challenged != nil && a.session == nil:
		if err := a.authenticate(token); err != nil {
			return nil, false, err
		}
		return nil, true, nil
	}
	return nil, false, errOrder
}

// challenge answers a NEGOTIATE_MESSAGE with a CHALLENGE_MESSAGE (MS-NLMP 3.2.5.1.1).
func (a *ntlmAcceptor) challenge(token []byte) ([]byte, bool, error) {
	if len(token) < 16 {
		return nil, false, errNotNTLM
	}
	asked := binary.LittleEndian.Uint32(token[12:])
	a.flags = asked&flagsHere | flagNTLM | flagTargetInfo | flagRequestTarget | flagTargetDomain | flagVersion
	encode := encodeUTF16
	if asked&flagUnicode == 0 {
		if asked&flagOEM == 0 {
			return nil, false, errNotPermitted
		}
		a.flags |= flagOEM
		encode = func(s string) []byte { return []byte(s) }
	}
	if _, err := rand.Read(a.nonce[:]); err != nil {
		return nil, false, err
	}
	info := targetInfo(a.o, a.now())
	name := encode(a.o.Domain)
	const fixed = 56
	m := append([]byte(ntlmMagic), 2, 0, 0, 0)
	m = appendField(m, len(name), fixed)
	m = binary.LittleEndian.AppendUint32(m, a.flags)
	m = append(m, a.nonce[:]...)
	m = append(m, make([]byte, 8)...)
	m = appendField(m, len(info), fixed+len(name))
	m = append(m, 10, 0, 0x63, 0x45, 0, 0, 0, 15) // Windows Server 2019, NTLM revision 15 (MS-NLMP 2.2.2.10)
	m = append(append(m, name...), info...)
	a.negotiated, a.challenged = bytes.Clone(token), m
	return bytes.Clone(m), false, nil
}

func appendField(m []byte, size, offset int) []byte {
	m = binary.LittleEndian.AppendUint16(m, uint16(size))
	m = binary.LittleEndian.AppendUint16(m, uint16(size))
	return binary.LittleEndian.AppendUint32(m, uint32(offset))
}

func targetInfo(o *Options, now time.Time) []byte {
	var b []byte
	add := func(id uint16, value []byte) {
		b = binary.LittleEndian.AppendUint16(b, id)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
		b = append(b, value...)
	}
	add(avDomain, encodeUTF16(o.Domain))
	add(avComputer, encodeUTF16(o.Computer))
	add(avDNSDomain, encodeUTF16(o.DNSDomain))
	add(avDNSComputer, encodeUTF16(o.Computer+"."+o.DNSDomain))
	// The time counts tenths of microseconds since 1601.
	const since1601 = 116444736000000000
	add(avTimestamp, binary.LittleEndian.AppendUint64(nil, uint64(now.UnixNano()/100+since1601)))
	add(avEnd, nil)
	return b
}

// authenticate checks an AUTHENTICATE_MESSAGE (MS-NLMP 3.2.5.1.2). Only NTLMv2 is taken.
func (a *ntlmAcceptor) authenticate(token []byte) error {
	m, err := parseAuthenticate(token)
	if err != nil {
		return err
	}
	const proofSize, beforeInfo = 16, 28
	if len(m.response) < proofSize+beforeInfo || m.response[16] != 1 || m.response[17] != 1 {
		return errNoNTLMv2
	}
	user, password, found := a.o.Account(m.domain, m.user)
	if !found {
		return errNoAccount
	}
	key := responseKey(password.Reveal(), m.user, m.domain)
	proof, rest := m.response[:proofSize], m.response[proofSize:]
	if !hmac.Equal(proof, hmacMD5(key, a.nonce[:], rest)) {
		return errPassword
	}
	exported := hmacMD5(key, proof)
	flags := m.flags & a.flags
	if flags&flagKeyExchange != 0 {
		if len(m.sessionKey) != 16 {
			return errNotNTLM
		}
		cipher, err := rc4.NewCipher(exported)
		if err != nil {
			return err
		}
		exported = make([]byte, 16)
		cipher.XORKeyStream(exported, m.sessionKey)
	}
	items, err := parseInfo(rest[beforeInfo:])
	if err != nil {
		return err
	}
	if f := items[avFlags]; len(f) == 4 && f[0]&2 != 0 {
		if err := a.checkMIC(token, exported); err != nil {
			return err
		}
	}
	// A client that does not know about binding shows nothing, or zeros; one that does must be bound to this
	// connection and no other.
	if shown := items[avBindings]; a.bindings != nil && len(shown) == 16 && !bytes.Equal(shown, make([]byte, 16)) && !hmac.Equal(shown, a.bindings) {
		return errBindings
	}
	if flags&flagExtendedSecurity == 0 {
		return errNotPermitted
	}
	if a.session, err = newSealing(flags, exported, true); err != nil {
		return err
	}
	a.user = user
	return nil
}

// checkMIC holds the three messages against the code of the third one (MS-NLMP 3.1.5.1.2).
func (a *ntlmAcceptor) checkMIC(token, exported []byte) error {
	const at, size = 72, 16
	if len(token) < at+size {
		return errNotNTLM
	}
	zeroed := bytes.Clone(token)
	clear(zeroed[at : at+size])
	if !hmac.Equal(token[at:at+size], hmacMD5(exported, a.negotiated, a.challenged, zeroed)) {
		return errMIC
	}
	return nil
}

// authenticateMessage is what is read of an AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3).
type authenticateMessage struct {
	response, sessionKey []byte
	domain, user         string
	flags                uint32
}

func parseAuthenticate(b []byte) (authenticateMessage, error) {
	var m authenticateMessage
	const fixed = 64
	if len(b) < fixed || string(b[:8]) != ntlmMagic || binary.LittleEndian.Uint32(b[8:]) != 3 {
		return m, errNotNTLM
	}
	var failed error
	field := func(at int) []byte {
		size, offset := uint64(binary.LittleEndian.Uint16(b[at:])), uint64(binary.LittleEndian.Uint32(b[at+4:]))
		if size == 0 {
			return nil
		}
		if offset+size > uint64(len(b)) {
			failed = errNotNTLM
			return nil
		}
		return b[offset : offset+size]
	}
	m.flags = binary.LittleEndian.Uint32(b[60:])
	decode := decodeUTF16
	if m.flags&flagUnicode == 0 {
		decode = decodeOEM
	}
	m.response, m.sessionKey = field(20), field(52)
	m.domain, m.user = decode(field(28)), decode(field(36))
	return m, failed
}

// parseInfo reads target information; what stands behind its end is left alone.
func parseInfo(b []byte) (map[uint16][]byte, error) {
	items := map[uint16][]byte{}
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if id == avEnd {
			return items, nil
		}
		if n > len(b)-4 {
			break
		}
		items[id] = b[4 : 4+n]
		b = b[4+n:]
	}
	return nil, fmt.Errorf("%w: its target information breaks off", errNotNTLM)
}

func (a *ntlmAcceptor) Seal(message []byte) (signature, sealed []byte, err error) {
	if a.session == nil {
		return nil, nil, errOrder
	}
	signature, sealed = a.session.seal(message)
	return signature, sealed, nil
}

func (a *ntlmAcceptor) Open(signature, sealed []byte) ([]byte, error) {
	if a.session == nil {
		return nil, errOrder
	}
	return a.session.open(signature, sealed)
}

func (a *ntlmAcceptor) MIC(message []byte) ([]byte, error) {
	if a.session == nil {
		return nil, errOrder
	}
	return a.session.mic(message)
}

func (a *ntlmAcceptor) VerifyMIC(message, mic []byte) error {
	if a.session == nil {
		return errOrder
	}
	return a.session.verifyMIC(message, mic)
}
