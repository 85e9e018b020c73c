package httpauth

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tenantry/core/secret"
)

// seals is a context whose sealing can be read: the bytes turned over, behind a signature of their number.
type seals struct{ out, in byte }

func (*seals) Step(context.Context, []byte) ([]byte, bool, error) { return nil, true, nil }

func (s *seals) Seal(m []byte) (signature, sealed []byte, err error) {
	s.out++
	return []byte{'n', s.out}, turned(m), nil
}

func (s *seals) Open(signature, sealed []byte) ([]byte, error) {
	if s.in++; !bytes.Equal(signature, []byte{'n', s.in}) {
		return nil, errors.New("out of order")
	}
	return turned(sealed), nil
}

func turned(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= 0xff
	}
	return out
}

const frameKind = `multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"`

func frame(mark, tab, end string, texts ...string) []byte {
	var b bytes.Buffer
	for i, text := range texts {
		fmt.Fprintf(&b, "%s%s%sContent-Type: application/HTTP-SPNEGO-session-encrypted%s%sOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d%s", mark, end, tab, end, tab, len(text), end)
		fmt.Fprintf(&b, "%s%s%sContent-Type: application/octet-stream%s\x02\x00\x00\x00n%c%s", mark, end, tab, end, i+1, turned([]byte(text)))
	}
	b.WriteString(mark + "--" + end)
	return b.Bytes()
}

func TestFramesOfManyMakes(t *testing.T) {
	// Sealed, this looks like the boundary.
	tricky := string(turned([]byte("--Encrypted Boundary--\r\n--Encrypted Boundary\r\n")))
	for name, c := range map[string]struct {
		kind  string
		frame []byte
		want  string
	}{
		"Windows":               {frameKind, frame("--Encrypted Boundary", "\t", "\r\n", "<s:Envelope/>"), "<s:Envelope/>"},
		"Exchange":              {frameKind, frame("-- Encrypted Boundary", "\t", "\r\n", "<s:Envelope/>"), "<s:Envelope/>"},
		"no tabs":               {frameKind, frame("--Encrypted Boundary", "", "\r\n", "<s:Envelope/>"), "<s:Envelope/>"},
		"bare line ends":        {frameKind, frame("--Encrypted Boundary", " ", "\n", "<s:Envelope/>"), "<s:Envelope/>"},
		"parts":                 {"multipart/x-multi-encrypted;protocol=x;boundary=\"Encrypted Boundary\"", frame("--Encrypted Boundary", "\t", "\r\n", "<s:Env", "elope/>"), "<s:Envelope/>"},
		"another boundary":      {`Multipart/Encrypted; boundary=other; protocol="x"`, frame("--other", "\t", "\r\n", "text"), "text"},
		"parameters that break": {`multipart/encrypted;protocol=a b;boundary="Encrypted Boundary`, frame("--Encrypted Boundary", "\t", "\r\n", "text"), "text"},
		"a boundary inside":     {frameKind, frame("--Encrypted Boundary", "\t", "\r\n", tricky, "end"), tricky + "end"},
		"an empty line":         {frameKind, bytes.Replace(frame("--Encrypted Boundary", "\t", "\r\n", "text"), []byte("stream\r\n"), []byte("stream\r\n\r\n"), 1), "text"},
		"an empty message":      {frameKind, frame("--Encrypted Boundary", "\t", "\r\n", ""), ""},
	} {
		got, kind, err := openMessages(&seals{}, c.kind, c.frame)
		if err != nil || string(got) != c.want || kind != "application/soap+xml;charset=UTF-8" || !isSealed(c.kind) {
			t.Errorf("%s: %q of type %q, %v", name, got, kind, err)
		}
	}
}

func TestOurFrameIsTheSpecified(t *testing.T) {
	body, kind, err := sealMessage(&seals{}, SealedSPNEGO, "application/soap+xml;charset=UTF-8", []byte("<s:Envelope/>"))
	if want := frame("--Encrypted Boundary", "\t", "\r\n", "<s:Envelope/>"); err != nil || !bytes.Equal(body, want) || kind != frameKind {
		t.Errorf("%s\n%q\nwant %q", kind, body, want)
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	right := string(frame("--Encrypted Boundary", "\t", "\r\n", "<s:Envelope/>"))
	for name, text := range map[string]string{
		"empty": "", "clear": "<s:Envelope/>", "no end": strings.TrimSuffix(right, "--Encrypted Boundary--\r\n"), "cut": right[:150],
		"another number":     strings.Replace(right, "\x02\x00\x00\x00n\x01", "\x02\x00\x00\x00n\x02", 1),
		"another length":     strings.Replace(right, "Length=13", "Length=12", 1),
		"a negative length":  strings.Replace(right, "Length=13", "Length=-1", 1),
		"an endless length":  strings.Replace(right, "Length=13", "Length=99999999999999999999", 1),
		"no length":          strings.Replace(right, ";Length=13", "", 1),
		"a huge signature":   strings.Replace(right, "\x02\x00\x00\x00n", "\xff\xff\xff\xffn", 1),
		"no bytes":           strings.Replace(right, "application/octet-stream", "text/plain", 1),
		"something before":   "x" + right,
		"one part of a pair": "--Encrypted Boundary\r\n\tOriginalContent: type=x;Length=1\r\n--Encrypted Boundary--\r\n",
	} {
		if got, _, err := openMessages(&seals{}, frameKind, []byte(text)); err == nil {
			t.Errorf("%s: read as %q", name, got)
		}
	}
}

func FuzzOpenMessages(f *testing.F) {
	f.Add(frameKind, frame("--Encrypted Boundary", "\t", "\r\n", "<s:Envelope/>", "x"))
	f.Add(frameKind, frame("-- Encrypted Boundary", "", "\n", ""))
	f.Add("multipart/encrypted;boundary=a", []byte("--a\r\n\tOriginalContent: type=x;Length=0\r\n--a\r\napplication/octet-stream\r\n\x00\x00\x00\x00--a--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		message, _, err := openMessages(&seals{}, kind, body)
		if err == nil && len(message) > len(body) {
			t.Fatalf("%d bytes became %d", len(body), len(message))
		}
		if c, _, err := openMessages(&ntlmContext{}, kind, body); err == nil && len(c) > 0 {
			t.Fatalf("opened %q without a key", c)
		}
	})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// specifiedChallenge is the CHALLENGE_MESSAGE of MS-NLMP 4.2.4.3.
const specifiedChallenge = `4e544c4d53535000 02000000 0c000c00 38000000 33828ae2 0123456789abcdef 0000000000000000
	24002400 44000000 06007017 0000000f 530065007200760065007200
	02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`

// The answer to the specification's challenge is held against the key that the specification works out for
// Domain\User with the password "Password" (MS-NLMP 4.2.4.1.1), and what is sealed against its method.
func TestNTLMOnTheSpecificationsChallenge(t *testing.T) {
	c, err := NTLM{User: `Domain\User`, Password: secret.New("Password")}.New(t.Context(), Peer{Host: "server", Seal: true})
	if err != nil {
		t.Fatal(err)
	}
	first, done, err := c.Step(t.Context(), nil)
	if done || err != nil || !bytes.HasPrefix(first, []byte("NTLMSSP\x00\x01")) || bytes.Contains(first, []byte("Domain")) {
		t.Fatalf("%q %v %v", first, done, err)
	}
	m, done, err := c.Step(t.Context(), unhex(t, specifiedChallenge))
	if !done || err != nil {
		t.Fatal(done, err)
	}
	field := func(at int) []byte {
		n, offset := int(binary.LittleEndian.Uint16(m[at:])), int(binary.LittleEndian.Uint32(m[at+4:]))
		return m[offset : offset+n]
	}
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(md5.New, key)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	if string(field(28)) != "D\x00o\x00m\x00a\x00i\x00n\x00" || string(field(36)) != "U\x00s\x00e\x00r\x00" {
		t.Errorf("signs in as %q in %q", field(36), field(28))
	}
	key, response := unhex(t, "0c868a403bfd7a93a3001ef22ef02e3f"), field(20)
	if !bytes.Equal(response[:16], mac(key, unhex(t, "0123456789abcdef"), response[16:])) {
		t.Errorf("the proof is %x", response[:16])
	}
	session := field(52)
	cipher, err := rc4.NewCipher(mac(key, response[:16]))
	if err != nil {
		t.Fatal(err)
	}
	cipher.XORKeyStream(session, session)
	derive := func(what string) []byte {
		sum := md5.Sum(append(bytes.Clone(session), "session key to client-to-server "+what+" key magic constant\x00"...))
		return sum[:]
	}
	stream, err := rc4.NewCipher(derive("sealing"))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"P\x00l\x00a\x00i\x00n\x00t\x00e\x00x\x00t\x00", "", "more"} {
		signature, sealed, err := c.Seal([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		plain, number := make([]byte, len(sealed)), []byte{byte(i), 0, 0, 0}
		stream.XORKeyStream(plain, sealed)
		sum := mac(derive("signing"), number, plain)[:8]
		stream.XORKeyStream(sum, sum)
		if want := append(append([]byte{1, 0, 0, 0}, sum...), number...); string(plain) != text || !bytes.Equal(signature, want) {
			t.Errorf("message %d: %q signed with %x, want %x", i, plain, signature, want)
		}
	}
	if _, _, err := c.Step(t.Context(), unhex(t, specifiedChallenge)); err == nil {
		t.Error("it can be challenged twice")
	}
}

func FuzzNTLMChallenge(f *testing.F) {
	f.Add(unhex(f, specifiedChallenge))
	f.Add(unhex(f, specifiedChallenge)[:48])
	f.Add(append(unhex(f, specifiedChallenge)[:100], 6, 0, 0, 0, 0, 0, 0, 0))
	bare := unhex(f, specifiedChallenge)
	bare[22] &^= 0x80 // no target information
	f.Add(bare)
	empty := unhex(f, specifiedChallenge)
	empty[40], empty[42] = 0, 0
	f.Add(empty)
	f.Fuzz(func(t *testing.T, token []byte) {
		for _, seal := range []bool{true, false} {
			c, err := NTLM{User: "anna@fabrikam.example", Password: secret.New("p")}.New(t.Context(), Peer{Host: "h", Seal: seal})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.Step(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			reply, done, err := c.Step(t.Context(), token)
			if err == nil && (!done || len(reply) == 0) {
				t.Fatal("neither refused nor answered")
			}
			if err == nil && seal {
				if _, _, err := c.Seal([]byte("x")); err != nil {
					t.Fatal(err)
				}
			}
			if m, err := c.Open(token, token); err == nil {
				t.Fatalf("opened %q", m)
			}
		}
	})
}

func FuzzNegTokenResp(f *testing.F) {
	if b, err := negTokenResp([]byte("token")); err == nil {
		f.Add(b)
	}
	f.Add(unhex(f, "a11b3019a0030a0100a312041001000000 3d3fc58acab01aa9 00000000"))
	f.Add(unhex(f, "a1073005a0030a0102"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseNegTokenResp(b); err == nil && len(a.token) > len(b) {
			t.Fatalf("%d bytes hold a token of %d", len(b), len(a.token))
		}
		s := &spnegoContext{SecurityContext: &seals{}, begun: true}
		_, _, _ = s.Step(t.Context(), b)
	})
}
