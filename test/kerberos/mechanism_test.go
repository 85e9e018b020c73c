// Package kerberos proves the product's Kerberos with a real key distribution centre and with MIT's own library
// at the other end: alone, and in whole runs over the wire.
package kerberos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"tenantry/core/gsskrb5"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
	"tenantry/test/kdc"
)

const (
	account  = "admin"
	password = "Grüße, a päss word"
)

var encryptions = []string{
	"aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96", "aes256-cts-hmac-sha384-192", "aes128-cts-hmac-sha256-128", "arcfour-hmac",
}

// messages of lengths around the cipher's blocks.
func messages() [][]byte {
	var all [][]byte
	for _, n := range []int{0, 1, 15, 16, 17, 31, 32, 33, 1000, 65537} {
		all = append(all, bytes.Repeat([]byte("Get-Mailbox "), n/12+1)[:n])
	}
	return all
}

func startRealm(t *testing.T, encryption string) *kdc.Server {
	s := kdc.Start(t, kdc.Options{Encryption: encryption + ":normal"})
	s.AddUser(t, account, password)
	return s
}

func TestOurClientWithMITsServer(t *testing.T) {
	for _, encryption := range encryptions {
		t.Run(encryption, func(t *testing.T) {
			s := startRealm(t, encryption)
			k := &httpauth.Kerberos{User: account + "@" + strings.ToLower(kdc.Realm), Password: secret.New(password), Config: s.Config}
			ours, err := k.New(context.Background(), httpauth.Peer{Host: "localhost", Seal: true})
			if err != nil {
				t.Fatal(err)
			}
			theirs := s.NewPeer(t, "", kdc.Word{Role: "acceptor"})
			token, done, err := ours.Step(context.Background(), nil)
			if err != nil || done {
				t.Fatalf("done %v, %v", done, err)
			}
			answer := theirs.Must(kdc.Word{Do: "step", Token: token})
			if want := account + "@" + kdc.Realm; answer.Initiator != want {
				t.Errorf("MIT sees %q, want %q", answer.Initiator, want)
			}
			if _, done, err = ours.Step(context.Background(), answer.Token); err != nil || !done {
				t.Fatalf("done %v, %v", done, err)
			}
			converse(t, ours, theirs)
		})
	}
}

func TestMITsClientWithOurServer(t *testing.T) {
	for _, encryption := range encryptions {
		t.Run(encryption, func(t *testing.T) {
			s := startRealm(t, encryption)
			theirs := s.NewPeer(t, s.Ticket(t, account, password), kdc.Word{Role: "initiator", Service: "HTTP@localhost"})
			asked := theirs.Must(kdc.Word{Do: "step"})
			answer, ours, err := acceptor(t, s).Accept(asked.Token, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ours.Client != account || ours.Realm != kdc.Realm {
				t.Errorf("%s@%s signed in", ours.Client, ours.Realm)
			}
			if a := theirs.Must(kdc.Word{Do: "step", Token: answer}); !a.Done {
				t.Error("MIT wants more")
			}
			converse(t, ours, theirs)
		})
	}
}

func acceptor(t *testing.T, s *kdc.Server) *gsskrb5.Acceptor {
	t.Helper()
	content, err := os.ReadFile(s.Keytab)
	if err != nil {
		t.Fatal(err)
	}
	a, err := gsskrb5.NewAcceptor(content)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestBindingsAreThoseOfMIT(t *testing.T) {
	s := startRealm(t, encryptions[0])
	ticket := s.Ticket(t, account, password)
	k := &httpauth.Kerberos{User: user, Password: secret.New(password), Config: s.Config}
	certificate := &x509.Certificate{Raw: []byte("a certificate"), SignatureAlgorithm: x509.SHA256WithRSA}
	hash := sha256.Sum256(certificate.Raw) // RFC 5929 section 4.1
	right, wrong := append([]byte("tls-server-end-point:"), hash[:]...), []byte("tls-server-end-point:another")
	for _, c := range []struct {
		name      string
		serve     []byte
		wantTaken bool
	}{{"the same", right, true}, {"another", wrong, false}, {"none", nil, true}} {
		t.Run(c.name, func(t *testing.T) {
			theirs := s.NewPeer(t, ticket, kdc.Word{Role: "initiator", Service: "HTTP@localhost", Bindings: right})
			_, _, err := acceptor(t, s).Accept(theirs.Must(kdc.Word{Do: "step"}).Token, c.serve)
			if (err == nil) != c.wantTaken {
				t.Errorf("our server: %v", err)
			}
			server := s.NewPeer(t, "", kdc.Word{Role: "acceptor", Bindings: c.serve})
			ours, err := k.New(context.Background(), httpauth.Peer{
				Host: "localhost", TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}},
			})
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := ours.Step(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if a := server.Say(kdc.Word{Do: "step", Token: token}); (a.Error == "") != c.wantTaken {
				t.Errorf("MIT's server: %q", a.Error)
			}
		})
	}
}

// sealer is what both ends of ours can do.
type sealer interface {
	Seal(message []byte) (signature, sealed []byte, err error)
	Open(signature, sealed []byte) ([]byte, error)
	Sign(message []byte) ([]byte, error)
	Verify(message, mic []byte) error
}

func converse(t *testing.T, end any, theirs *kdc.Peer) {
	t.Helper()
	ours, ok := end.(sealer)
	if !ok {
		t.Fatalf("%T cannot sign", end)
	}
	for i, m := range messages() {
		signature, sealed, err := ours.Seal(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(m) > 16 && bytes.Contains(sealed, m[:12]) {
			t.Errorf("message %d is in clear", i)
		}
		if a := theirs.Must(kdc.Word{Do: "open", Signature: signature, Sealed: sealed}); !bytes.Equal(a.Message, m) || !a.Encrypted {
			t.Errorf("MIT opens message %d as %.40q, encrypted %v", i, a.Message, a.Encrypted)
		}
		for _, way := range []string{"seal", "wrap"} {
			a := theirs.Must(kdc.Word{Do: way, Message: m})
			if way == "seal" && len(m) > 0 && len(a.Sealed) != len(sealed) {
				t.Errorf("message %d: MIT's sealed part has %d bytes, ours %d", i, len(a.Sealed), len(sealed))
			}
			if way == "seal" && len(a.Signature) != len(signature) {
				t.Errorf("message %d: MIT's signature has %d bytes, ours %d", i, len(a.Signature), len(signature))
			}
			plain, err := ours.Open(a.Signature, a.Sealed)
			if err != nil || !bytes.Equal(plain, m) {
				t.Errorf("%s of message %d opens as %.40q: %v", way, i, plain, err)
			}
			if _, err := ours.Open(a.Signature, a.Sealed); err == nil {
				t.Errorf("message %d can be sent twice", i)
			}
		}
	}
	mic, err := ours.Sign([]byte("a list"))
	if err != nil {
		t.Fatal(err)
	}
	theirs.Must(kdc.Word{Do: "verify", Message: []byte("a list"), MIC: mic})
	said := theirs.Must(kdc.Word{Do: "sign", Message: []byte("their list")})
	if err := ours.Verify([]byte("another list"), said.MIC); err == nil {
		t.Error("a signature fits another message")
	}
	if err := ours.Verify([]byte("their list"), said.MIC); err != nil {
		t.Error(err)
	}
	a := theirs.Must(kdc.Word{Do: "seal", Message: []byte("to be changed on its way")})
	for _, i := range []int{0, 5, 20, len(a.Signature) - 1} {
		changed := bytes.Clone(a.Signature)
		changed[i] ^= 1
		if m, err := ours.Open(changed, a.Sealed); err == nil {
			t.Errorf("byte %d of the signature does not matter: %q", i, m)
		}
	}
	changed := bytes.Clone(a.Sealed)
	changed[len(changed)/2] ^= 1
	if _, err := ours.Open(a.Signature, changed); err == nil {
		t.Error("a changed message is taken for a good one")
	}
}
