package gsskrb5

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

const realm = "FABRIKAM.EXAMPLE"

// service is a service with a key, and the realm that gives out tickets for it.
type service struct {
	t    *testing.T
	keys *keytab.Keytab
	name types.PrincipalName
}

func newService(t *testing.T, password string) *service {
	t.Helper()
	s := &service{t: t, keys: keytab.New(), name: types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "HTTP/ex01.fabrikam.example")}
	if err := s.keys.AddEntry("HTTP/ex01.fabrikam.example", realm, password, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *service) acceptor() *Acceptor {
	s.t.Helper()
	content, err := s.keys.Marshal()
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := NewAcceptor(content)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *service) ticket(start, end time.Time) Ticket {
	s.t.Helper()
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "admin")
	ticket, key, err := messages.NewTicket(client, realm, s.name, realm, types.NewKrbFlags(), s.keys,
		etypeID.AES256_CTS_HMAC_SHA1_96, 1, start, start, end, end)
	if err != nil {
		s.t.Fatal(err)
	}
	return Ticket{Client: client, Realm: realm, Ticket: ticket, SessionKey: key}
}

func (s *service) valid() Ticket {
	return s.ticket(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func TestBothEndsProveThemselves(t *testing.T) {
	s := newService(t, "secret of the service")
	bindings := []byte("tls-server-end-point:a hash")
	for _, c := range []struct {
		name          string
		client, serve []byte
		want          error
	}{
		{"without TLS", nil, nil, nil},
		{"bound to the same", bindings, bindings, nil},
		{"a client that binds nothing", nil, bindings, nil},
		{"bound to another", bindings, []byte("tls-server-end-point:another"), ErrBindings},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, token, err := Initiate(s.valid(), c.client)
			if err != nil {
				t.Fatal(err)
			}
			answer, server, err := s.acceptor().Accept(token, c.serve)
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if c.want != nil {
				return
			}
			if server.Client != "admin" || server.Realm != realm {
				t.Errorf("%s@%s signed in", server.Client, server.Realm)
			}
			client, err := i.Finish(answer)
			if err != nil {
				t.Fatal(err)
			}
			signature, sealed, err := client.Seal([]byte("hello"))
			if err != nil {
				t.Fatal(err)
			}
			if m, err := server.Open(signature, sealed); err != nil || string(m) != "hello" {
				t.Errorf("%q, %v", m, err)
			}
		})
	}
}

func TestTicketsThatAreRefused(t *testing.T) {
	s, other := newService(t, "secret of the service"), newService(t, "an older secret")
	now := time.Now()
	for _, c := range []struct {
		name   string
		ticket Ticket
		want   int32
	}{
		{"past its time", s.ticket(now.Add(-3*time.Hour), now.Add(-time.Hour)), CodeExpired},
		{"not yet valid", s.ticket(now.Add(time.Hour), now.Add(2*time.Hour)), 33},
		{"made for another key", other.valid(), CodeModified},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, token, err := Initiate(c.ticket, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, _, err := s.acceptor().Accept(token, nil)
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Code != c.want {
				t.Fatalf("%v, want code %d", err, c.want)
			}
			var told *Refusal
			if _, err := i.Finish(answer); !errors.As(err, &told) || told.Code != c.want {
				t.Errorf("the client reads %v", err)
			}
		})
	}
}

func TestTokenWorksOnce(t *testing.T) {
	s := newService(t, "secret of the service")
	a := s.acceptor()
	_, token, err := Initiate(s.valid(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Accept(token, nil); err != nil {
		t.Fatal(err)
	}
	var refusal *Refusal
	if _, _, err := a.Accept(token, nil); !errors.As(err, &refusal) || refusal.Code != CodeReplay {
		t.Errorf("the second time: %v", err)
	}
}

func TestServerThatCannotReadTheTicketIsFound(t *testing.T) {
	s := newService(t, "secret of the service")
	a := s.acceptor()
	first, token, err := Initiate(s.valid(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ofAnother, _, err := Initiate(s.valid(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := a.Accept(token, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ofAnother.Finish(answer); !errors.Is(err, ErrMutual) {
		t.Errorf("an answer to somebody else: %v", err)
	}
	changed := bytes.Clone(answer)
	changed[len(changed)-3] ^= 1
	if _, err := first.Finish(changed); !errors.Is(err, ErrMutual) {
		t.Errorf("a changed answer: %v", err)
	}
	for n := range answer {
		if _, err := first.Finish(answer[:n]); err == nil {
			t.Errorf("%d bytes of the answer are enough", n)
		}
	}
	if _, err := first.Finish(answer); err != nil {
		t.Errorf("the right answer: %v", err)
	}
}

func TestKeytabsThatAreNone(t *testing.T) {
	for _, content := range [][]byte{nil, []byte("x"), {5, 2}, {5, 2, 0, 0, 0, 200, 1}, bytes.Repeat([]byte{0xff}, 100)} {
		if _, err := NewAcceptor(content); err == nil {
			t.Errorf("%x is taken for a keytab", content)
		}
	}
}
