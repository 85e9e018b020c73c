package negotiate

import (
	"bytes"
	"crypto/rand"
	"testing"

	"tenantry/core/secret"
)

func FuzzNTLM(f *testing.F) {
	first := []byte("NTLMSSP\x00\x01\x00\x00\x00\x37\x82\x08\xe2\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Add(first, unhex(f, specified))
	f.Add([]byte("NTLMSSP\x00\x01\x00\x00\x00\x02\x02\x00\x00"), unhex(f, specified)[:64])
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a := newNTLM(&Options{Domain: "FABRIKAM", Computer: "EX01", Account: func(_, name string) (string, secret.Secret, bool) {
			return name, secret.New(rand.Text()), true // nobody can know it
		}}, bytes.Repeat([]byte{1}, 16))
		if _, done, _ := a.Accept(one); done {
			t.Fatal("signed in with the first message")
		}
		if _, done, _ := a.Accept(two); done || a.User() != "" {
			t.Fatal("signed in without the password")
		}
		if m, err := a.Open(one, two); err == nil {
			t.Fatalf("opened %q before signing in", m)
		}
		b := challengedAs(t, "Password")
		_, _, _ = b.Accept(two)
	})
}

func FuzzSPNEGO(f *testing.F) {
	f.Add(unhex(f, "604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa22a04284e544c4d535350000100000017820"+
		"8e200000000000000000000000000000000060200000000000f"), []byte{})
	f.Add(unhex(f, "601c06062b0601050502a0123010a00e300c060a2b06010401823702020a"), negTokenResp(acceptIncomplete, "", []byte("NTLMSSP"), []byte("mic")))
	f.Add([]byte("\x60\x82"), negTokenResp(reject, oidNTLM, nil, nil))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		o := &Options{Account: func(string, string) (string, secret.Secret, bool) { return "", secret.Secret{}, false }}
		s := &spnegoAcceptor{choose: func(oid string) Acceptor {
			if oid != oidNTLM {
				return nil
			}
			return newNTLM(o, nil)
		}}
		for _, token := range [][]byte{one, two, two} {
			if _, done, _ := s.Accept(token); done {
				t.Fatal("signed in without an account")
			}
		}
		_ = isSPNEGO(one)
		if r, err := parseNegTokenResp(two); err == nil && r.state == acceptIncomplete {
			again, err := parseNegTokenResp(negTokenResp(r.state, "", r.token, r.mic))
			if err != nil || !bytes.Equal(again.token, r.token) || !bytes.Equal(again.mic, r.mic) {
				t.Fatalf("%x and %x come back as %x and %x, %v", r.token, r.mic, again.token, again.mic, err)
			}
		}
	})
}

// ends are the two ends of a context that is signed in.
func ends(t testing.TB) (client *sealing, server *ntlmAcceptor) {
	t.Helper()
	key := bytes.Repeat([]byte{7}, 16)
	client, err := newSealing(flagsHere, key, false)
	if err != nil {
		t.Fatal(err)
	}
	session, err := newSealing(flagsHere, key, true)
	if err != nil {
		t.Fatal(err)
	}
	return client, &ntlmAcceptor{session: session, user: "anna"}
}

func FuzzUnseal(f *testing.F) {
	client, _ := ends(f)
	signature, sealed := client.seal([]byte("<s:Envelope/>"))
	frame := append([]byte("--Encrypted Boundary\r\n\tContent-Type: "+sealedSPNEGO+"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=13\r\n"+
		"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\x10\x00\x00\x00"), append(signature, sealed...)...)
	f.Add(append(frame, "--Encrypted Boundary--\r\n"...))
	f.Add(frame)
	f.Add([]byte("--Encrypted Boundary--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, server := ends(t)
		message, kind, err := unseal(server, body)
		if err == nil && (string(message) != "<s:Envelope/>" || kind == "") {
			t.Fatalf("opened %q of type %q, which nobody sealed", message, kind)
		}
	})
}
