package negotiate

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"tenantry/core/secret"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// specified is the AUTHENTICATE_MESSAGE of MS-NLMP 4.2.4.3, of Domain\User with the password "Password".
const specified = `
	4e544c4d53535000 03000000 18001800 6c000000 54005400 84000000 0c000c00 48000000 08000800 54000000 10001000
	5c000000 10001000 d8000000 358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200
	43004f004d0050005500540045005200 86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa
	68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
	02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
	c5dad2544fc9799094ce1ce90bc9d03e`

// challengedAs is an acceptor that has sent the challenge of MS-NLMP 4.2.1.
func challengedAs(t testing.TB, password string) *ntlmAcceptor {
	a := newNTLM(&Options{Account: func(domain, name string) (string, secret.Secret, bool) {
		return name + " of " + domain, secret.New(password), true
	}}, nil)
	a.negotiated, a.challenged, a.flags = []byte{}, []byte{}, 0xe28a8233
	copy(a.nonce[:], unhex(t, "0123456789abcdef"))
	return a
}

func TestWhatTheSpecificationWorksOut(t *testing.T) {
	if key := responseKey("Password", "User", "Domain"); !bytes.Equal(key, unhex(t, "0c868a403bfd7a93a3001ef22ef02e3f")) {
		t.Errorf("NTOWFv2 is %x", key)
	}
	server := challengedAs(t, "Password")
	if _, done, err := server.Accept(unhex(t, specified)); !done || err != nil {
		t.Fatal(done, err)
	}
	if server.User() != "User of Domain" {
		t.Errorf("it is %q who signed in", server.User())
	}
	// MS-NLMP 4.2.4.4, as the client sends it.
	message := encodeUTF16("Plaintext")
	sealed, signature := unhex(t, "54e50165bf1936dc996020c1811b0f06fb5f"), unhex(t, "010000007fb38ec5c55d497600000000")
	client, err := newSealing(0xe28a8233, bytes.Repeat([]byte{0x55}, 16), false)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(client.outSign, unhex(t, "4788dc861b4782f35d43fd98fe1a2d39")) || !bytes.Equal(client.outKey, unhex(t, "59f600973cc4960a25480a7c196e4c58")) {
		t.Errorf("the keys are %x and %x", client.outSign, client.outKey)
	}
	if gotSignature, got := client.seal(message); !bytes.Equal(got, sealed) || !bytes.Equal(gotSignature, signature) {
		t.Errorf("sealed as %x with %x", got, gotSignature)
	}
	if got, err := server.Open(signature, sealed); err != nil || !bytes.Equal(got, message) {
		t.Errorf("opened as %q, %v", got, err)
	}
	// The same bytes again are a replay.
	if _, err := server.Open(signature, sealed); err == nil {
		t.Error("a message was taken twice")
	}
}

func TestWhatNTLMRefuses(t *testing.T) {
	right := unhex(t, specified)
	changed := func(at int, to byte) []byte {
		b := bytes.Clone(right)
		b[at] = to
		return b
	}
	for name, token := range map[string][]byte{
		"another proof":          changed(0x84, 0),
		"another time":           changed(0x84+16+8, 1),
		"another name":           changed(0x54, 'X'),
		"NTLMv1":                 append(append(append([]byte{}, right[:20]...), 24, 0, 24, 0), right[24:]...),
		"a field outside":        changed(0x1a, 0xff),
		"no session key":         changed(0x34, 0),
		"items that break off":   changed(0x84+16+28+2, 0xff),
		"no extended security":   changed(0x3e, 0x80),
		"a second first message": []byte("NTLMSSP\x00\x01\x00\x00\x00\x07\x82\x08\xa2"),
		"cut":                    right[:60],
		"nothing":                nil,
	} {
		a := challengedAs(t, "Password")
		if _, done, err := a.Accept(token); done || err == nil || a.User() != "" {
			t.Errorf("%s: done %v, %v, signed in as %q", name, done, err, a.User())
		}
	}
	if _, done, err := challengedAs(t, "password").Accept(right); done || err == nil {
		t.Error("a wrong password was taken")
	}
	if _, done, err := newNTLM(&Options{}, nil).Accept(right); done || err == nil {
		t.Error("a last message was taken before the first")
	}
}
