package negotiate

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/md4" //lint:ignore SA1019 NTLM is built on it (MS-NLMP 3.3.2)
)

func hmacMD5(key []byte, parts ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// responseKey is NTOWFv2 (MS-NLMP 3.3.2): what stands for the password.
func responseKey(password, user, domain string) []byte {
	h := md4.New()
	h.Write(encodeUTF16(password))
	return hmacMD5(h.Sum(nil), encodeUTF16(strings.ToUpper(user)+domain))
}

func encodeUTF16(s string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

func decodeUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// decodeOEM reads a text of a client that knows no Unicode. Only ASCII means the same everywhere.
func decodeOEM(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// bindingsHash is what a client that is bound to a TLS connection puts into its response: the MD5 of
// gss_channel_bindings_struct with the server's certificate (MS-NLMP 3.1.5.1.2, RFC 5929 4). nil without TLS.
func bindingsHash(connection *tls.ConnectionState, own *x509.Certificate) []byte {
	if connection == nil || own == nil {
		return nil
	}
	data := endPoint(own)
	b := make([]byte, 16, 20+len(data)) // two addresses that are not there
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	sum := md5.Sum(append(b, data...))
	return sum[:]
}

// sealing is NTLM's session security with extended session security (MS-NLMP 3.4), as one of the two ends sees it.
type sealing struct {
	keyExchange    bool
	out, in        half
	outKey, inKey  []byte // for sealing
	outSign, inMAC []byte // for signing
}

type half struct {
	handle   *rc4.Cipher
	sequence uint32
}

var errSignature = errors.New("the signature does not fit")

// newSealing derives the keys. server tells which end this is.
func newSealing(flags uint32, exported []byte, server bool) (*sealing, error) {
	weakened := exported
	switch {
	case flags&flag128 != 0:
	case flags&flag56 != 0:
		weakened = exported[:7]
	default:
		weakened = exported[:5]
	}
	key := func(material []byte, direction, use string) []byte {
		sum := md5.Sum(append(append([]byte{}, material...), "session key to "+direction+" "+use+" key magic constant\x00"...))
		return sum[:]
	}
	const toServer, toClient = "client-to-server", "server-to-client"
	out, in := toServer, toClient
	if server {
		out, in = toClient, toServer
	}
	s := &sealing{
		keyExchange: flags&flagKeyExchange != 0,
		outKey:      key(weakened, out, "sealing"), inKey: key(weakened, in, "sealing"),
		outSign: key(exported, out, "signing"), inMAC: key(exported, in, "signing"),
	}
	return s, errors.Join(s.out.reset(s.outKey), s.in.reset(s.inKey))
}

func (h *half) reset(key []byte) (err error) {
	h.handle, err = rc4.NewCipher(key)
	return err
}

// signature makes NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP 2.2.2.9.2) for the next message of one direction.
func (s *sealing) signature(h *half, key, message []byte) []byte {
	sequence := binary.LittleEndian.AppendUint32(nil, h.sequence)
	h.sequence++
	sum := hmacMD5(key, sequence, message)[:8]
	if s.keyExchange {
		h.handle.XORKeyStream(sum, sum)
	}
	return append(append([]byte{1, 0, 0, 0}, sum...), sequence...)
}

func (s *sealing) seal(message []byte) (signature, sealed []byte) {
	sealed = make([]byte, len(message))
	s.out.handle.XORKeyStream(sealed, message)
	return s.signature(&s.out, s.outSign, message), sealed
}

func (s *sealing) open(signature, sealed []byte) ([]byte, error) {
	message := make([]byte, len(sealed))
	s.in.handle.XORKeyStream(message, sealed)
	if !hmac.Equal(signature, s.signature(&s.in, s.inMAC, message)) {
		return nil, errSignature
	}
	return message, nil
}

// mic signs SPNEGO's list of mechanisms. The cipher begins anew behind it, the numbering goes on (MS-SPNG 3.3.5.1).
func (s *sealing) mic(message []byte) ([]byte, error) {
	mic := s.signature(&s.out, s.outSign, message)
	return mic, s.out.reset(s.outKey)
}

func (s *sealing) verifyMIC(message, mic []byte) error {
	right := s.signature(&s.in, s.inMAC, message)
	if !hmac.Equal(right, mic) {
		return errSignature
	}
	return s.in.reset(s.inKey)
}
