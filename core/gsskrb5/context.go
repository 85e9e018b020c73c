package gsskrb5

import (
	"crypto/rand"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Flags say what both ends of a context agreed on (RFC 2743 section 1.2.1, values of RFC 4121 section 4.1.1.1).
type Flags uint32

// The flags.
const (
	FlagDelegate        Flags = 0x01
	FlagMutual          Flags = 0x02
	FlagReplay          Flags = 0x04
	FlagSequence        Flags = 0x08
	FlagConfidentiality Flags = 0x10
	FlagIntegrity       Flags = 0x20
)

// usual is what Windows Remote Management asks for.
const usual = FlagMutual | FlagReplay | FlagSequence | FlagConfidentiality | FlagIntegrity

// Context is one end of an established security context. It belongs to the connection that made it and is used
// by one goroutine at a time.
type Context struct {
	// Client and Realm name who signed in, as the ticket does: admin, or host/name for a machine.
	Client, Realm string

	acceptor        bool
	initiatorKey    types.EncryptionKey // the client's subkey, or the ticket's session key
	acceptorKey     types.EncryptionKey // the server's subkey; its KeyValue is empty when it chose none
	sendSeq         uint64
	receiveSeq      uint64
	perMessageOfRC4 bool // the old tokens of RFC 4757 instead of those of RFC 4121
}

func (c *Context) begin() error {
	key, _ := c.sendKey()
	switch key.KeyType {
	case etypeID.RC4_HMAC:
		c.perMessageOfRC4 = true
	case etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA1_96,
		etypeID.AES128_CTS_HMAC_SHA256_128, etypeID.AES256_CTS_HMAC_SHA384_192:
	default:
		return fmt.Errorf("%w: %d", ErrEncryption, key.KeyType)
	}
	return nil
}

// sendKey is the key for what this end says: the server's subkey when there is one (RFC 4121 section 2).
func (c *Context) sendKey() (key types.EncryptionKey, ofAcceptor bool) {
	if len(c.acceptorKey.KeyValue) > 0 {
		return c.acceptorKey, true
	}
	return c.initiatorKey, false
}

// Seal encrypts and signs a message: signature and sealed go side by side to the other end, which puts them
// together. sealed is as long as message, or one byte longer with RC4.
func (c *Context) Seal(message []byte) (signature, sealed []byte, err error) {
	seq := c.sendSeq
	if c.perMessageOfRC4 {
		signature, sealed, err = c.sealRC4(message, seq)
	} else {
		signature, sealed, err = c.sealAES(message, seq)
	}
	if err == nil {
		c.sendSeq++
	}
	return signature, sealed, err
}

// Open checks and decrypts what the other end sealed. A message that is not newer than the last one is refused;
// one that was lost in between is not missed.
func (c *Context) Open(signature, sealed []byte) (message []byte, err error) {
	token := make([]byte, 0, len(signature)+len(sealed))
	token = append(append(token, signature...), sealed...)
	var seq uint64
	err = guarded(func() error {
		if c.perMessageOfRC4 {
			message, seq, err = c.openRC4(token)
		} else {
			message, seq, err = c.openAES(token)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := c.received(seq); err != nil {
		return nil, err
	}
	return message, nil
}

// received notes the other end's sequence number.
func (c *Context) received(seq uint64) error {
	ahead := int64(seq - c.receiveSeq)
	if c.perMessageOfRC4 {
		ahead = int64(int32(uint32(seq) - uint32(c.receiveSeq))) // RFC 4757's numbers have 32 bits and wrap
	}
	if ahead < 0 {
		return ErrReplay
	}
	c.receiveSeq = seq + 1
	return nil
}

// newKey makes a random key of the same type as another.
func newKey(like types.EncryptionKey) (types.EncryptionKey, error) {
	value := make([]byte, len(like.KeyValue))
	if _, err := rand.Read(value); err != nil {
		return types.EncryptionKey{}, err
	}
	return types.EncryptionKey{KeyType: like.KeyType, KeyValue: value}, nil
}
