package httpauth_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
)

var byNTLM = []httpauth.Mechanism{httpauth.NTLM{User: `FABRIKAM\anna`, Password: secret.New(password)}}

// guarded is a server that signs people in as Windows does, and counts.
type guarded struct {
	*httptest.Server
	connections, answered, failed atomic.Int32
	mu                            sync.Mutex
	authorized                    []string // the schemes of Authorization headers
}

func newGuarded(t testing.TB, config *tls.Config, ways []negotiate.Way, h http.HandlerFunc) *guarded {
	t.Helper()
	g := &guarded{}
	var own []byte
	if config != nil {
		own = config.Certificates[0].Certificate[0]
	}
	gate := negotiate.New(negotiate.Options{
		Ways: ways, Domain: "FABRIKAM", Computer: "EX01", DNSDomain: "fabrikam.example", Failed: func() { g.failed.Add(1) },
		Account: func(domain, name string) (string, secret.Secret, bool) {
			return "anna", secret.New(password), strings.EqualFold(domain, "fabrikam") && strings.EqualFold(name, "anna") || name == anna.User
		},
		Certificate: func(*tls.ConnectionState) (string, bool) { return "anna", true },
	}, own)
	if h == nil {
		h = func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
			fmt.Fprintf(w, "answer to %s", body)
		}
	}
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s, _, given := strings.Cut(r.Header.Get("Authorization"), " "); given {
			g.mu.Lock()
			g.authorized = append(g.authorized, s)
			g.mu.Unlock()
		}
		admitted, ok := gate.Admit(w, r)
		if !ok {
			return
		}
		g.answered.Add(1)
		if admitted.Seal == nil {
			h(w, admitted.Request)
			return
		}
		a := httptest.NewRecorder()
		h(a, admitted.Request)
		maps.Copy(w.Header(), a.Header())
		sealed := a.Body.Bytes()
		if len(sealed) > 0 {
			var kind string
			var err error
			if sealed, kind, err = admitted.Seal(a.Header().Get("Content-Type"), sealed); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(a.Code)
		_, _ = w.Write(sealed) // a client that left needs no answer
	}))
	g.Config.ErrorLog = log.New(io.Discard, "", 0)
	g.Config.ConnContext = gate.ConnContext
	g.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			g.connections.Add(1)
		}
	}
	if config == nil {
		g.Start()
	} else {
		g.TLS = config
		g.StartTLS()
	}
	t.Cleanup(g.Close)
	return g
}

func (g *guarded) schemes() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.authorized)
}

func TestOneSignInForEachConnection(t *testing.T) {
	for _, c := range []struct {
		ways []negotiate.Way
		want string // the schemes that were used for the one connection
	}{
		{[]negotiate.Way{negotiate.Negotiate}, "[Negotiate Negotiate]"},
		{[]negotiate.Way{negotiate.Negotiate, negotiate.NTLM, negotiate.Basic}, "[Negotiate Negotiate]"},
		{[]negotiate.Way{negotiate.NTLM}, "[Negotiate NTLM NTLM]"}, // the first is not taken
	} {
		s := newGuarded(t, nil, c.ways, nil)
		tr := transport(t, httpauth.Options{Mechanisms: byNTLM})
		for i := range 5 {
			status, text, err := post(t.Context(), tr, s.URL)
			if err != nil || status != 200 || text != "answer to <request/>" {
				t.Fatalf("request %d: %d %q %v", i, status, text, err)
			}
		}
		if n := s.connections.Load(); n != 1 || fmt.Sprint(s.schemes()) != c.want {
			t.Errorf("%v: %d connections, signed in with %v", c.ways, n, s.schemes())
		}
		// A second connection, because the first is busy, signs in by itself and knows how.
		before := len(s.schemes())
		status, _, first, err := tr.Post(t.Context(), s.URL, "text/xml", strings.NewReader("<request/>"))
		if err != nil || status != 200 {
			t.Fatal(status, err)
		}
		first.Close()
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if status, _, err := post(t.Context(), tr, s.URL); status != 200 || err != nil {
					t.Error(status, err)
				}
			})
		}
		both.Wait()
		if legs := len(s.schemes()) - before; legs != 2*int(s.connections.Load()-1) {
			t.Errorf("%v: %d legs for %d more connections", c.ways, legs, s.connections.Load()-1)
		}
	}
}

func TestSignInOverTLSIsBoundToTheCertificate(t *testing.T) {
	ca := newAuthority(t)
	pair := ca.issue(t, nil)
	s := newGuarded(t, &tls.Config{Certificates: []tls.Certificate{pair}}, []negotiate.Way{negotiate.Negotiate}, nil)
	tr := transport(t, httpauth.Options{Mechanisms: byNTLM, PrivateCA: ca.pem})
	if status, text, err := post(t.Context(), tr, s.URL); status != 200 || text != "answer to <request/>" || err != nil {
		t.Fatal(status, text, err)
	}
	// Somebody in between who holds another certificate that is trusted passes the sign-in on.
	other := ca.issue(t, nil)
	between, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{other}})
	if err != nil {
		t.Fatal(err)
	}
	var passing sync.WaitGroup
	t.Cleanup(func() { between.Close(); passing.Wait() })
	passing.Go(func() {
		for {
			client, err := between.Accept()
			if err != nil {
				return
			}
			server, err := tls.Dial("tcp", s.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
			if err != nil {
				client.Close()
				continue
			}
			passing.Go(func() { io.Copy(server, client); server.Close() })
			passing.Go(func() { io.Copy(client, server); client.Close() })
		}
	})
	relayed := transport(t, httpauth.Options{Mechanisms: byNTLM, PrivateCA: ca.pem})
	status, _, err := post(t.Context(), relayed, "https://"+between.Addr().String())
	relayed.Close()
	if status != 401 || err != nil || s.answered.Load() != 1 {
		t.Errorf("through somebody in between: %d %v, %d answered", status, err, s.answered.Load())
	}
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	for _, ways := range [][]negotiate.Way{{negotiate.Negotiate}, {negotiate.NTLM}, {negotiate.Negotiate, negotiate.NTLM, negotiate.Basic}} {
		s := newGuarded(t, nil, ways, nil)
		wrong := []httpauth.Mechanism{httpauth.NTLM{User: `FABRIKAM\anna`, Password: secret.New("wrong")}}
		status, _, err := post(t.Context(), transport(t, httpauth.Options{Mechanisms: wrong}), s.URL)
		if status != 401 || err != nil || s.failed.Load() != 1 || s.answered.Load() != 0 {
			t.Errorf("%v: %d %v after %d tries", ways, status, err, s.failed.Load())
		}
	}
}

func TestWhatIsNotOffered(t *testing.T) {
	s := newGuarded(t, nil, []negotiate.Way{negotiate.Basic}, nil)
	_, _, err := post(t.Context(), transport(t, httpauth.Options{Mechanisms: byNTLM}), s.URL)
	e := wantKind(t, err, httpauth.KindNotOffered, httpauth.StageAnswer)
	if !slices.Equal(e.Offered, []string{"Basic"}) || !slices.Equal(e.Asked, []string{"Negotiate", "NTLM"}) {
		t.Errorf("asked for %q, offered %q", e.Asked, e.Offered)
	}
	if !strings.Contains(err.Error(), "asked for Negotiate, NTLM, offered Basic") {
		t.Error(err)
	}
}

// scripted answers the n-th request of each connection as told. A token in want's place is a challenge of NTLM.
func scripted(t *testing.T, answers ...string) (address string, bodies func() []string) {
	t.Helper()
	var mu sync.Mutex
	var got []string
	address = raw(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for _, answer := range answers {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(req.Body)
			mu.Lock()
			got = append(got, string(body))
			mu.Unlock()
			io.WriteString(c, answer)
		}
	})
	return "http://" + address, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
}

// challengeOf is a CHALLENGE_MESSAGE with these flags, as an answer.
func challengeOf(flags uint32) string {
	m := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0)
	m = binary.LittleEndian.AppendUint32(m, flags)
	m = append(m, "12345678\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x04\x00\x38\x00\x00\x00\x0a\x00\x63\x45\x00\x00\x00\x0f\x00\x00\x00\x00"...)
	return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Negotiate " + base64.StdEncoding.EncodeToString(m) + "\r\n\r\n"
}

const (
	usualFlags = 0xe28a8235
	accepted   = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
)

func TestNothingIsSaidInClearAndNothingClearIsBelieved(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		kind    httpauth.Kind
		stage   httpauth.Stage
	}{
		{"a server that asks nobody to sign in", []string{accepted}, httpauth.KindSealing, httpauth.StageAnswer},
		{"a challenge without encryption", []string{challengeOf(usualFlags &^ 0x20)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"a challenge with weak encryption", []string{challengeOf(usualFlags &^ 0x20000000)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"a challenge without session security", []string{challengeOf(usualFlags &^ 0x80000)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"a challenge that is none", []string{"HTTP/1.1 401 U\r\nContent-Length: 0\r\nWWW-Authenticate: Negotiate TlRMTVNTUAAC\r\n\r\n"}, httpauth.KindNotHTTP, httpauth.StageAnswer},
		{"an answer in clear", []string{challengeOf(usualFlags), accepted, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\ntext"}, httpauth.KindSealing, httpauth.StageAnswer},
		{"an answer sealed by somebody else", []string{challengeOf(usualFlags), accepted, sealedAnswer(strings.Repeat("x", 16), "text", 4)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"an answer with a short signature", []string{challengeOf(usualFlags), accepted, sealedAnswer("xx", "text", 4)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"an answer that lies about its length", []string{challengeOf(usualFlags), accepted, sealedAnswer(strings.Repeat("x", 16), "text", 1000)}, httpauth.KindSealing, httpauth.StageAnswer},
		{"challenges without end", slices.Repeat([]string{challengeOf(usualFlags)}, 9), httpauth.KindNotHTTP, httpauth.StageAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, bodies := scripted(t, c.answers...)
			_, _, err := post(t.Context(), transport(t, httpauth.Options{Mechanisms: byNTLM}), address)
			wantKind(t, err, c.kind, c.stage)
			for _, b := range bodies() {
				if strings.Contains(b, "request") || b != "" && !strings.HasPrefix(b, "--Encrypted Boundary\r\n") {
					t.Errorf("sent in clear: %q", b)
				}
			}
		})
	}
}

func sealedAnswer(signature, sealed string, length int) string {
	body := "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n" +
		fmt.Sprintf("\tOriginalContent: type=text/xml;Length=%d\r\n", length) +
		"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(signature)))) + signature + sealed + "--Encrypted Boundary--\r\n"
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// What a server says before anybody signed in is an answer: a redirect, or that it is not there.
func TestAnswersBeforeSignIn(t *testing.T) {
	for _, status := range []int{302, 403, 404, 500, 503} {
		address, bodies := scripted(t, fmt.Sprintf("HTTP/1.1 %d X\r\nLocation: https://elsewhere.example/\r\nContent-Length: 4\r\n\r\ntext", status))
		got, header, body, err := transport(t, httpauth.Options{Mechanisms: byNTLM}).Post(t.Context(), address, "text/xml", strings.NewReader("<request/>"))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(body)
		body.Close()
		if got != status || header.Get("Location") == "" || string(text) != "text" || fmt.Sprintf("%q", bodies()) != `[""]` {
			t.Errorf("%d %q after %q", got, text, bodies())
		}
	}
}

// A server that closed the connection, or forgot who is on it, is asked again over a new one: it has not acted.
func TestAConnectionThatDied(t *testing.T) {
	for name, spoil := range map[string]func(*guarded, *atomic.Bool){
		"closed while it rested": func(s *guarded, _ *atomic.Bool) { s.CloseClientConnections() },
		"forgotten":              func(_ *guarded, forget *atomic.Bool) { forget.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			var forget atomic.Bool
			var acted atomic.Int32
			s := newGuarded(t, nil, []negotiate.Way{negotiate.Negotiate}, func(w http.ResponseWriter, r *http.Request) {
				if forget.CompareAndSwap(true, false) {
					w.Header().Set("Content-Length", "0")
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				acted.Add(1)
				io.WriteString(w, "done")
			})
			tr := transport(t, httpauth.Options{Mechanisms: byNTLM})
			answered := int32(0)
			for answered < 4 {
				status, text, err := post(t.Context(), tr, s.URL)
				if e := new(httpauth.Error); asError(err, &e) && e.Reused && e.Kind == httpauth.KindDropped && e.Stage == httpauth.StageWaiting {
					continue // the close was not seen before the request went out: the caller must know
				}
				if status != 200 || text != "done" || err != nil {
					t.Fatal(status, text, err)
				}
				if answered++; acted.Load() != answered {
					t.Fatalf("%d requests were acted on %d times", answered, acted.Load())
				}
				spoil(s, &forget)
			}
		})
	}
}

func TestLargeMessagesBothWays(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	s := newGuarded(t, nil, []negotiate.Way{negotiate.Negotiate}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(body, large) || r.Header.Get("Content-Type") != "text/xml" || r.ContentLength != int64(len(large)) {
			t.Errorf("%d bytes of %s arrived, %v", len(body), r.Header.Get("Content-Type"), err)
		}
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(500)
		w.Write(body)
	})
	tr := transport(t, httpauth.Options{Mechanisms: byNTLM})
	for range 3 {
		status, header, answer, err := tr.Post(t.Context(), s.URL, "text/xml", bytes.NewReader(large))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer)
		answer.Close()
		if status != 500 || header.Get("Content-Type") != "text/plain" || !bytes.Equal(text, large) || err != nil {
			t.Errorf("%d %s, %d bytes, %v", status, header.Get("Content-Type"), len(text), err)
		}
	}
	if s.connections.Load() != 1 {
		t.Errorf("%d connections", s.connections.Load())
	}
}

func TestGivingUpWhileSigningIn(t *testing.T) {
	asked := make(chan struct{})
	release := make(chan struct{})
	address := raw(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			close(asked)
			<-release
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	_, _, err := post(ctx, transport(t, httpauth.Options{Mechanisms: byNTLM}), "http://"+address)
	close(release)
	wantKind(t, err, httpauth.KindCancelled, httpauth.StageWaiting)
}

func TestClientCertificate(t *testing.T) {
	ca, people := newAuthority(t), newAuthority(t)
	config := func() *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: people.pool()}
	}
	s := newGuarded(t, config(), []negotiate.Way{negotiate.Certificate}, nil)
	own, err := httpauth.NewCertificate(people.person(t))
	if err != nil {
		t.Fatal(err)
	}
	tr := transport(t, httpauth.Options{Authorizer: own, PrivateCA: ca.pem})
	for range 2 {
		if status, text, err := post(t.Context(), tr, s.URL); status != 200 || text != "answer to <request/>" || err != nil {
			t.Fatal(status, text, err)
		}
	}
	_, _, err = post(t.Context(), tr, strings.Replace(s.URL, "https:", "http:", 1))
	wantKind(t, err, httpauth.KindNotEncrypted, httpauth.StageConnecting)

	strangers, err := httpauth.NewCertificate(ca.person(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, with := range map[string]httpauth.Authorizer{"of strangers": strangers, "none": nil} {
		_, _, err := post(t.Context(), transport(t, httpauth.Options{Authorizer: with, PrivateCA: ca.pem}), s.URL)
		if e := new(httpauth.Error); !asError(err, &e) || e.Kind != httpauth.KindClientCertificate {
			t.Errorf("a certificate %s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"empty": "", "not PEM": "x", "no key": string(people.pem), "another's key": string(people.pem) + strings.SplitAfterN(people.person(t).Reveal(), "END CERTIFICATE-----\n", 2)[1]} {
		if _, err := httpauth.NewCertificate(secret.New(text)); err == nil || strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
