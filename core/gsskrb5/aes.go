package gsskrb5

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/crypto/etype"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Of a token's header (RFC 4121 section 4.2.2).
const (
	headerLen = 16

	flagFromAcceptor = 0x01
	flagSealed       = 0x02
	flagAcceptorKey  = 0x04
)

// tokenHeader is the header of a Wrap token without its RRC, as it is encrypted behind the message (RFC 4121
// section 4.2.4).
func tokenHeader(flags byte, extra uint16, seq uint64) []byte {
	h := make([]byte, headerLen)
	h[0], h[1], h[2], h[3] = 5, 4, flags, 0xff
	binary.BigEndian.PutUint16(h[4:], extra)
	binary.BigEndian.PutUint64(h[8:], seq)
	return h
}

// sealUsage is the key's use for messages that one end seals (RFC 4121 section 2).
func sealUsage(ofAcceptor bool) uint32 {
	if ofAcceptor {
		return keyusage.GSSAPI_ACCEPTOR_SEAL
	}
	return keyusage.GSSAPI_INITIATOR_SEAL
}

func signUsage(ofAcceptor bool) uint32 {
	if ofAcceptor {
		return keyusage.GSSAPI_ACCEPTOR_SIGN
	}
	return keyusage.GSSAPI_INITIATOR_SIGN
}

func (c *Context) ownFlags() (key types.EncryptionKey, flags byte) {
	key, ofAcceptor := c.sendKey()
	if ofAcceptor {
		flags |= flagAcceptorKey
	}
	if c.acceptor {
		flags |= flagFromAcceptor
	}
	return key, flags
}

// sealAES makes a Wrap token with confidentiality (RFC 4121 section 4.2.4). What follows the message is turned to
// its front, by RRC bytes, so that the token falls into two parts of which the second is as long as the message
// (section 4.2.5): header, encrypted header, checksum and encrypted confounder before it, as Windows has them.
func (c *Context) sealAES(message []byte, seq uint64) (signature, sealed []byte, err error) {
	key, flags := c.ownFlags()
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %d", ErrEncryption, key.KeyType)
	}
	header := tokenHeader(flags|flagSealed, 0, seq)
	plain := make([]byte, 0, len(message)+headerLen)
	plain = append(append(plain, message...), header...)
	_, encrypted, err := e.EncryptMessage(key.KeyValue, plain, sealUsage(c.acceptor))
	if err != nil {
		return nil, nil, err
	}
	trailer := headerLen + e.GetHMACBitLength()/8
	confounder := e.GetConfounderByteSize()
	binary.BigEndian.PutUint16(header[6:], uint16(trailer))
	signature = make([]byte, 0, headerLen+trailer+confounder)
	signature = append(signature, header...)
	signature = append(signature, encrypted[len(encrypted)-trailer:]...)
	signature = append(signature, encrypted[:confounder]...)
	return signature, encrypted[confounder : len(encrypted)-trailer], nil
}

func (c *Context) openAES(token []byte) (message []byte, seq uint64, err error) {
	key, e, err := c.readHeader(token, [2]byte{5, 4})
	if err != nil {
		return nil, 0, err
	}
	if token[2]&flagSealed == 0 {
		return nil, 0, ErrNotSealed
	}
	extra, turned := int(binary.BigEndian.Uint16(token[4:])), int(binary.BigEndian.Uint16(token[6:]))
	body := token[headerLen:]
	if len(body) < e.GetConfounderByteSize()+extra+headerLen+e.GetHMACBitLength()/8 {
		return nil, 0, ErrMalformed
	}
	plain, err := c.decrypt(e, key, body, turned)
	if err != nil && extra > 0 {
		// Windows turns by EC and RRC together and writes only RRC down (MS-KILE 3.4.5.4.1).
		plain, err = c.decrypt(e, key, body, turned+extra)
	}
	if err != nil {
		return nil, 0, ErrIntegrity
	}
	end := len(plain) - headerLen
	// The RRC is not part of what is protected.
	if !bytes.Equal(plain[end:end+6], token[:6]) || !bytes.Equal(plain[end+8:], token[8:headerLen]) {
		return nil, 0, ErrIntegrity
	}
	return plain[:end-extra], binary.BigEndian.Uint64(token[8:]), nil
}

func (c *Context) decrypt(e etype.EType, key types.EncryptionKey, body []byte, turned int) ([]byte, error) {
	turned %= len(body)
	straight := make([]byte, 0, len(body))
	straight = append(append(straight, body[turned:]...), body[:turned]...)
	return e.DecryptMessage(key.KeyValue, straight, sealUsage(!c.acceptor))
}

// readHeader checks a token's kind and direction and finds the key it was made with.
func (c *Context) readHeader(token []byte, id [2]byte) (types.EncryptionKey, etype.EType, error) {
	if len(token) < headerLen || token[0] != id[0] || token[1] != id[1] || token[3] != 0xff {
		return types.EncryptionKey{}, nil, ErrMalformed
	}
	flags := token[2]
	if flags&flagFromAcceptor != 0 == c.acceptor {
		return types.EncryptionKey{}, nil, errors.Join(ErrReplay, errors.New("gsskrb5: this end's own message came back"))
	}
	key := c.initiatorKey
	if flags&flagAcceptorKey != 0 {
		if key = c.acceptorKey; len(key.KeyValue) == 0 {
			return key, nil, ErrMalformed
		}
	}
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return key, nil, fmt.Errorf("%w: %d", ErrEncryption, key.KeyType)
	}
	return key, e, nil
}

// Sign returns the MIC token of a message that travels in clear (RFC 4121 section 4.2.6.1), as SPNEGO's
// mechListMIC needs it.
func (c *Context) Sign(message []byte) ([]byte, error) {
	if c.perMessageOfRC4 {
		return c.signRC4(message)
	}
	key, flags := c.ownFlags()
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, fmt.Errorf("%w: %d", ErrEncryption, key.KeyType)
	}
	header := micHeader(flags, c.sendSeq)
	sum, err := e.GetChecksumHash(key.KeyValue, append(bytes.Clone(message), header...), signUsage(c.acceptor))
	if err != nil {
		return nil, err
	}
	c.sendSeq++
	return append(header, sum...), nil
}

func micHeader(flags byte, seq uint64) []byte {
	h := []byte{4, 4, flags, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint64(h[8:], seq)
	return h
}

// Verify checks the other end's MIC token of a message.
func (c *Context) Verify(message, mic []byte) error {
	return guarded(func() error {
		if c.perMessageOfRC4 {
			return c.verifyRC4(message, mic)
		}
		key, e, err := c.readHeader(mic, [2]byte{4, 4})
		if err != nil {
			return err
		}
		sum, err := e.GetChecksumHash(key.KeyValue, append(bytes.Clone(message), mic[:headerLen]...), signUsage(!c.acceptor))
		if err != nil {
			return err
		}
		if !hmac.Equal(sum, mic[headerLen:]) {
			return ErrIntegrity
		}
		return c.received(binary.BigEndian.Uint64(mic[8:]))
	})
}
