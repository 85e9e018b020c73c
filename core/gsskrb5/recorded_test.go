package gsskrb5

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
)

// recording is a conversation between a client and a server that were both MIT's library (test/kerberos records
// them). The keys are those of a realm that lived for a second.
type recording struct {
	Keytab, Request, Reply          []byte
	FromInitiator, FromAcceptor     []recorded
	InitiatorSigned, AcceptorSigned recorded
}

type recorded struct {
	Message   []byte `json:"message"`
	Signature []byte `json:"signature"`
	Sealed    []byte `json:"sealed"`
	MIC       []byte `json:"mic"`
}

func recordings(t testing.TB) map[string]recording {
	t.Helper()
	paths, err := filepath.Glob("testdata/mit-*.json")
	if err != nil || len(paths) < 9 {
		t.Fatalf("%d recordings, %v", len(paths), err)
	}
	all := map[string]recording{}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var r recording
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(p), ".json")] = r
	}
	return all
}

// ends takes the keys from a recording's tokens, as the two ends did while their tickets were valid.
func (r recording) ends(t testing.TB) (client, server *Context) {
	t.Helper()
	bare := func(token []byte) []byte {
		if token[0] != 0x60 {
			return token // Windows' variant for remote procedure calls has no frame
		}
		_, message, err := unframe(token)
		if err != nil {
			t.Fatal(err)
		}
		return message
	}
	keys := keytab.New()
	if err := keys.Unmarshal(r.Keytab); err != nil {
		t.Fatal(err)
	}
	var request messages.APReq
	if err := request.Unmarshal(bare(r.Request)); err != nil {
		t.Fatal(err)
	}
	if err := request.Ticket.DecryptEncPart(keys, nil); err != nil {
		t.Fatal(err)
	}
	session := request.Ticket.DecryptedEncPart.Key
	if err := request.DecryptAuthenticator(session); err != nil {
		t.Fatal(err)
	}
	asked := request.Authenticator
	plain := func(c Context) *Context {
		c.initiatorKey = asked.SubKey
		return &c
	}
	client = plain(Context{sendSeq: uint64(uint32(asked.SeqNumber))})
	var reply messages.APRep
	if err := reply.Unmarshal(bare(r.Reply)); err != nil {
		t.Fatal(err)
	}
	opened, err := crypto.DecryptEncPart(reply.EncPart, session, keyusage.AP_REP_ENCPART)
	if err != nil {
		t.Fatal(err)
	}
	var proof messages.EncAPRepPart
	if err := proof.Unmarshal(opened); err != nil {
		t.Fatal(err)
	}
	client.receiveSeq = uint64(uint32(proof.SequenceNumber))
	if proof.Subkey.KeyType != etypeID.RC4_HMAC {
		client.acceptorKey = proof.Subkey
	}
	server = plain(Context{acceptor: true, acceptorKey: client.acceptorKey, sendSeq: client.receiveSeq, receiveSeq: client.sendSeq})
	if err := errors.Join(client.begin(), server.begin()); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func TestWhatMITSealedIsOpened(t *testing.T) {
	for name, r := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			client, server := r.ends(t)
			for i := range r.FromInitiator {
				for _, side := range []struct {
					reader *Context
					word   recorded
				}{{server, r.FromInitiator[i]}, {client, r.FromAcceptor[i]}} {
					m, err := side.reader.Open(side.word.Signature, side.word.Sealed)
					if err != nil || !bytes.Equal(m, side.word.Message) {
						t.Errorf("message %d, of the client %v: %.40q, %v", i, side.reader == server, m, err)
					}
				}
			}
			if strings.HasSuffix(name, "-dce") {
				return // signatures are the same there
			}
			if err := server.Verify(r.InitiatorSigned.Message, r.InitiatorSigned.MIC); err != nil {
				t.Error(err)
			}
			if err := client.Verify(r.AcceptorSigned.Message, r.AcceptorSigned.MIC); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheTwoEndsUnderstandEachOther(t *testing.T) {
	for name, r := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			client, server := r.ends(t)
			for _, m := range [][]byte{{}, []byte("x"), bytes.Repeat([]byte("0123456789abcdef"), 100)} {
				for _, way := range [][2]*Context{{client, server}, {server, client}} {
					signature, sealed, err := way[0].Seal(m)
					if err != nil {
						t.Fatal(err)
					}
					back, err := way[1].Open(signature, sealed)
					if err != nil || !bytes.Equal(back, m) {
						t.Errorf("%.20q came as %.20q, %v", m, back, err)
					}
					if _, err := way[1].Open(signature, sealed); !errors.Is(err, ErrReplay) {
						t.Errorf("the same again: %v", err)
					}
					if _, err := way[0].Open(signature, sealed); err == nil {
						t.Error("a message sent back to its sender is taken")
					}
				}
			}
		})
	}
}

func TestWhatIsNotEncryptedIsRefused(t *testing.T) {
	r := recordings(t)["mit-aes256-cts-hmac-sha1-96"]
	client, _ := r.ends(t)
	w := r.FromAcceptor[3]
	signature := bytes.Clone(w.Signature)
	signature[2] &^= flagSealed
	if _, err := client.Open(signature, w.Sealed); !errors.Is(err, ErrNotSealed) {
		t.Errorf("%v", err)
	}
}

func FuzzOpen(f *testing.F) {
	all := recordings(f)
	var contexts []*Context
	for _, r := range all {
		client, _ := r.ends(f)
		contexts = append(contexts, client)
		f.Add(r.FromAcceptor[5].Signature, r.FromAcceptor[5].Sealed)
		f.Add(r.AcceptorSigned.MIC, []byte("a list"))
	}
	f.Fuzz(func(t *testing.T, signature, sealed []byte) {
		for _, c := range contexts {
			fresh := *c
			m, err := fresh.Open(signature, sealed)
			if err != nil && m != nil {
				t.Error("an error and a message")
			}
			fresh = *c
			_ = fresh.Verify(sealed, signature)
		}
	})
}

func FuzzAccept(f *testing.F) {
	all := recordings(f)
	var keys []byte
	for _, r := range all {
		keys = r.Keytab
		f.Add(r.Request)
		f.Add(r.Reply)
	}
	a, err := NewAcceptor(keys)
	if err != nil {
		f.Fatal(err)
	}
	client, _ := all["mit-aes256-cts-hmac-sha1-96"].ends(f)
	i := &Initiator{ticket: Ticket{SessionKey: client.initiatorKey}, context: &Context{}}
	f.Fuzz(func(t *testing.T, token []byte) {
		if _, c, err := a.Accept(token, nil); (err == nil) != (c != nil) {
			t.Errorf("%v and a context: %v", err, c != nil)
		}
		if _, err := i.Finish(token); err == nil {
			t.Error("a server that cannot know the key proved itself")
		}
	})
}

func BenchmarkSeal(b *testing.B) { benchmark(b, func(c, _ *Context, m []byte) { _, _, _ = c.Seal(m) }) }

func BenchmarkSealAndOpen(b *testing.B) {
	benchmark(b, func(client, server *Context, m []byte) {
		signature, sealed, err := client.Seal(m)
		if err == nil {
			_, err = server.Open(signature, sealed)
		}
		if err != nil {
			b.Fatal(err)
		}
	})
}

func benchmark(b *testing.B, run func(client, server *Context, m []byte)) {
	client, server := recordings(b)["mit-aes256-cts-hmac-sha1-96"].ends(b)
	m := bytes.Repeat([]byte("0123456789abcdef"), 32<<10)
	b.SetBytes(int64(len(m)))
	for b.Loop() {
		run(client, server, m)
	}
}
