package gsskrb5

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// MaxSkew is how far the clocks of two machines may be apart (RFC 4120 section 3.2.3; Windows' default).
const MaxSkew = 5 * time.Minute

// Acceptor is the server's end: it knows the service's keys. It is safe for use from several goroutines.
type Acceptor struct {
	keys *keytab.Keytab
	mu   sync.Mutex
	seen map[[sha256.Size]byte]time.Time // authenticators that were used, until they are too old to be accepted
}

// NewAcceptor returns an Acceptor with the keys of a keytab file's content.
func NewAcceptor(content []byte) (*Acceptor, error) {
	keys := keytab.New()
	if err := guarded(func() error { return keys.Unmarshal(content) }); err != nil {
		return nil, fmt.Errorf("gsskrb5: the keytab cannot be read: %w", err)
	}
	if len(keys.Entries) == 0 {
		return nil, errors.New("gsskrb5: the keytab holds no key")
	}
	return &Acceptor{keys: keys, seen: map[[sha256.Size]byte]time.Time{}}, nil
}

// Accept checks a client's token. It returns the answer for the client, which is empty when the client asked for
// none, and the context. When it refuses, answer is a KRB-ERROR token and err says why; answer is nil when the
// token was none of Kerberos. bindings are those of this end's TLS connection: a token that was made for another
// one is refused, a token without any is not.
func (a *Acceptor) Accept(token, bindings []byte) (answer []byte, c *Context, err error) {
	err = guarded(func() error {
		answer, c, err = a.accept(token, bindings)
		return err
	})
	if err == nil {
		return answer, c, nil
	}
	refusal := (*Refusal)(nil)
	if errors.As(err, &refusal) {
		e := messages.NewKRBError(types.PrincipalName{NameString: []string{}}, "", refusal.Code, "")
		if message, marshalErr := e.Marshal(); marshalErr == nil {
			answer = frame(idError, message)
		}
	}
	return answer, nil, err
}

func (a *Acceptor) accept(token, bindings []byte) ([]byte, *Context, error) {
	id, message, err := unframe(token)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(id, idRequest) {
		return nil, nil, ErrMalformed
	}
	var request messages.APReq
	if err := request.Unmarshal(message); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := a.verify(&request); err != nil {
		return nil, nil, err
	}
	asked, ticket := request.Authenticator, request.Ticket.DecryptedEncPart
	wanted, err := readContextChecksum(asked.Cksum, bindings)
	if err != nil {
		return nil, nil, err
	}
	if a.used(request.EncryptedAuthenticator.Cipher) {
		return nil, nil, &Refusal{Code: CodeReplay}
	}
	c := &Context{
		Client: ticket.CName.PrincipalNameString(), Realm: ticket.CRealm,
		acceptor: true, initiatorKey: asked.SubKey, receiveSeq: uint64(uint32(asked.SeqNumber)),
	}
	if len(c.initiatorKey.KeyValue) == 0 {
		c.initiatorKey = ticket.Key
	}
	if wanted&FlagMutual == 0 && !types.IsFlagSet(&request.APOptions, flags.APOptionMutualRequired) {
		// RFC 4121 section 4.1: without an answer both ends count from the client's number.
		c.sendSeq = c.receiveSeq
		return nil, c, c.begin()
	}
	answer, err := c.reply(asked, ticket.Key)
	if err != nil {
		return nil, nil, err
	}
	return answer, c, c.begin()
}

// verify checks the ticket and the authenticator (RFC 4120 section 3.2.3).
func (a *Acceptor) verify(request *messages.APReq) error {
	for _, part := range []types.EncryptedData{request.Ticket.EncPart, request.EncryptedAuthenticator} {
		if len(part.Cipher) < minCipher(types.EncryptionKey{KeyType: part.EType}) {
			return ErrMalformed
		}
	}
	if _, err := request.Verify(a.keys, MaxSkew, types.HostAddress{}, nil); err != nil {
		refusal := messages.KRBError{}
		if errors.As(err, &refusal) {
			return &Refusal{Code: refusal.ErrorCode}
		}
		if _, _, keyErr := a.keys.GetEncryptionKey(request.Ticket.SName, request.Ticket.Realm, request.Ticket.EncPart.KVNO, request.Ticket.EncPart.EType); keyErr != nil {
			return &Refusal{Code: CodeNoKey}
		}
		return &Refusal{Code: CodeModified}
	}
	return nil
}

// used tells whether an authenticator was seen before, and notes it.
func (a *Acceptor) used(authenticator []byte) bool {
	now := time.Now()
	sum := sha256.Sum256(authenticator)
	a.mu.Lock()
	defer a.mu.Unlock()
	for old, at := range a.seen {
		if now.Sub(at) > 2*MaxSkew {
			delete(a.seen, old)
		}
	}
	_, before := a.seen[sum]
	a.seen[sum] = now
	return before
}

// readContextChecksum reads the authenticator's checksum field (RFC 4121 section 4.1.1).
func readContextChecksum(sum types.Checksum, bindings []byte) (Flags, error) {
	if sum.CksumType != chksumtype.GSSAPI || len(sum.Checksum) < 24 || binary.LittleEndian.Uint32(sum.Checksum) != 16 {
		return 0, ErrMalformed
	}
	given := sum.Checksum[4:20]
	if len(bindings) > 0 && !bytes.Equal(given, make([]byte, 16)) && !bytes.Equal(given, bindingsHash(bindings)) {
		return 0, ErrBindings
	}
	return Flags(binary.LittleEndian.Uint32(sum.Checksum[20:])), nil
}

// encReply is EncAPRepPart (RFC 4120 section 5.5.2). The types of gokrb5 can be read but not written.
type encReply struct {
	CTime          time.Time           `asn1:"generalized,explicit,tag:0"`
	Cusec          int                 `asn1:"explicit,tag:1"`
	Subkey         types.EncryptionKey `asn1:"optional,explicit,tag:2"`
	SequenceNumber int64               `asn1:"optional,explicit,tag:3"`
}

// reply makes the AP-REP that proves this end, with a key and a first sequence number of its own.
func (c *Context) reply(asked types.Authenticator, sessionKey types.EncryptionKey) ([]byte, error) {
	own, err := types.NewAuthenticator("", types.PrincipalName{}) // for its random sequence number
	if err != nil {
		return nil, err
	}
	c.sendSeq = uint64(own.SeqNumber)
	proof := encReply{CTime: asked.CTime, Cusec: asked.Cusec, SequenceNumber: own.SeqNumber}
	if c.initiatorKey.KeyType != etypeID.RC4_HMAC { // the old tokens cannot say whose key they use
		if c.acceptorKey, err = newKey(c.initiatorKey); err != nil {
			return nil, err
		}
		proof.Subkey = c.acceptorKey
	}
	plain, err := asn1.Marshal(proof)
	if err != nil {
		return nil, err
	}
	plain = asn1tools.AddASNAppTag(plain, asnAppTag.EncAPRepPart)
	sealed, err := crypto.GetEncryptedData(plain, sessionKey, keyusage.AP_REP_ENCPART, 0)
	if err != nil {
		return nil, err
	}
	message, err := asn1.Marshal(messages.APRep{PVNO: iana.PVNO, MsgType: msgtype.KRB_AP_REP, EncPart: sealed})
	if err != nil {
		return nil, err
	}
	return frame(idReply, asn1tools.AddASNAppTag(message, asnAppTag.APREP)), nil
}
