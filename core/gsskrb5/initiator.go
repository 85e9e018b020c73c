package gsskrb5

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Ticket is what a key distribution centre issued for one client and one service.
type Ticket struct {
	Client     types.PrincipalName
	Realm      string // of the client
	Ticket     messages.Ticket
	SessionKey types.EncryptionKey
}

// Initiator is the client's end while the context is being made.
type Initiator struct {
	ticket  Ticket
	asked   types.Authenticator
	context *Context
}

// Initiate makes the token that opens a context: an AP-REQ that asks the server to prove itself too (RFC 4121
// section 4.1). bindings tie it to the TLS connection it travels on ("tls-server-end-point:" and a hash, RFC 5929);
// nil ties it to none.
func Initiate(t Ticket, bindings []byte) (*Initiator, []byte, error) {
	if len(t.Ticket.SName.NameString) == 0 {
		return nil, nil, ErrMalformed
	}
	asked, err := types.NewAuthenticator(t.Realm, t.Client)
	if err != nil {
		return nil, nil, err
	}
	if asked.SubKey, err = newKey(t.SessionKey); err != nil {
		return nil, nil, err
	}
	asked.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: contextChecksum(usual, bindings)}
	request, err := messages.NewAPReq(t.Ticket, t.SessionKey, asked)
	if err != nil {
		return nil, nil, err
	}
	types.SetFlag(&request.APOptions, flags.APOptionMutualRequired)
	message, err := request.Marshal()
	if err != nil {
		return nil, nil, err
	}
	i := &Initiator{ticket: t, asked: asked, context: &Context{
		Client: t.Client.PrincipalNameString(), Realm: t.Realm,
		initiatorKey: asked.SubKey, sendSeq: uint64(asked.SeqNumber),
	}}
	return i, frame(idRequest, message), nil
}

// Finish reads the server's answer and returns the context. A server that refuses with a KRB-ERROR makes it
// return a *Refusal.
func (i *Initiator) Finish(answer []byte) (*Context, error) {
	err := guarded(func() error { return i.finish(answer) })
	if err != nil {
		return nil, err
	}
	return i.context, nil
}

func (i *Initiator) finish(answer []byte) error {
	id, message := idReply, answer
	if len(answer) > 0 && answer[0] == 0x60 {
		var err error
		if id, message, err = unframe(answer); err != nil {
			return err
		}
	}
	switch string(id) {
	case string(idReply):
	case string(idError):
		return readRefusal(message)
	default:
		return ErrMalformed
	}
	var reply messages.APRep
	if err := reply.Unmarshal(message); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(reply.EncPart.Cipher) < minCipher(i.ticket.SessionKey) {
		return ErrMalformed
	}
	// RFC 4120 section 3.2.5: only who could read the authenticator knows its time.
	plain, err := crypto.DecryptEncPart(reply.EncPart, i.ticket.SessionKey, keyusage.AP_REP_ENCPART)
	if err != nil {
		return ErrMutual
	}
	var proof messages.EncAPRepPart
	if err := proof.Unmarshal(plain); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if !proof.CTime.Equal(i.asked.CTime.Truncate(time.Second)) || proof.Cusec != i.asked.Cusec {
		return ErrMutual
	}
	c := i.context
	c.receiveSeq = uint64(uint32(proof.SequenceNumber))
	// With RC4 on both sides the client's key goes on being used (RFC 1964 section 1.1.2).
	if len(proof.Subkey.KeyValue) > 0 && (proof.Subkey.KeyType != etypeID.RC4_HMAC || c.initiatorKey.KeyType != etypeID.RC4_HMAC) {
		c.acceptorKey = proof.Subkey
	}
	return c.begin()
}

func readRefusal(message []byte) error {
	var e messages.KRBError
	if err := e.Unmarshal(message); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return &Refusal{Code: e.ErrorCode}
}

// minCipher is the length below which nothing can be decrypted with a key.
func minCipher(key types.EncryptionKey) int {
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return 0 // the decryption says what is wrong
	}
	return e.GetConfounderByteSize() + e.GetHMACBitLength()/8
}

// contextChecksum is the checksum field of the authenticator (RFC 4121 section 4.1.1).
func contextChecksum(f Flags, bindings []byte) []byte {
	sum := make([]byte, 24)
	binary.LittleEndian.PutUint32(sum, 16)
	if len(bindings) > 0 {
		copy(sum[4:], bindingsHash(bindings))
	}
	binary.LittleEndian.PutUint32(sum[20:], uint32(f))
	return sum
}

// bindingsHash is the MD5 of the bindings without addresses (RFC 4121 section 4.1.1.2).
func bindingsHash(bindings []byte) []byte {
	b := make([]byte, 20, 20+len(bindings))
	binary.LittleEndian.PutUint32(b[16:], uint32(len(bindings)))
	sum := md5.Sum(append(b, bindings...))
	return sum[:]
}
