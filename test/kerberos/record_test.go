package kerberos

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tenantry/test/kdc"
)

// recording is a conversation between two ends of MIT's library, as core/gsskrb5/testdata keeps it.
type recording struct {
	Keytab, Request, Reply          []byte
	FromInitiator, FromAcceptor     []kdc.Word
	InitiatorSigned, AcceptorSigned kdc.Word
}

// TestRecord writes the recordings anew when TENANTRY_UPDATE is set.
func TestRecord(t *testing.T) {
	if os.Getenv("TENANTRY_UPDATE") == "" {
		t.Skip("set TENANTRY_UPDATE to record MIT's library anew")
	}
	for _, encryption := range encryptions {
		for _, dce := range []bool{false, true} {
			if dce && encryption == "arcfour-hmac" {
				continue // its old tokens know no other way
			}
			name := "mit-" + encryption
			if dce {
				name += "-dce"
			}
			t.Run(name, func(t *testing.T) {
				s := startRealm(t, encryption)
				keytab, err := os.ReadFile(s.Keytab)
				if err != nil {
					t.Fatal(err)
				}
				r := recording{Keytab: keytab}
				client := s.NewPeer(t, s.Ticket(t, account, password), kdc.Word{Role: "initiator", Service: "HTTP@localhost", DCE: dce})
				server := s.NewPeer(t, "", kdc.Word{Role: "acceptor"})
				r.Request = client.Must(kdc.Word{Do: "step"}).Token
				r.Reply = server.Must(kdc.Word{Do: "step", Token: r.Request}).Token
				if third := client.Must(kdc.Word{Do: "step", Token: r.Reply}); len(third.Token) > 0 {
					server.Must(kdc.Word{Do: "step", Token: third.Token})
				}
				record := func(p *kdc.Peer, do string, message []byte) kdc.Word {
					a := p.Must(kdc.Word{Do: do, Message: message})
					return kdc.Word{Message: message, Signature: a.Signature, Sealed: a.Sealed, MIC: a.MIC}
				}
				for _, m := range messages()[:9] {
					r.FromInitiator = append(r.FromInitiator, record(client, "seal", m))
					r.FromAcceptor = append(r.FromAcceptor, record(server, "seal", m))
				}
				r.InitiatorSigned = record(client, "sign", []byte("a list"))
				r.AcceptorSigned = record(server, "sign", []byte("a list"))
				text, err := json.MarshalIndent(r, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join("../../core/gsskrb5/testdata", name+".json"), append(text, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
