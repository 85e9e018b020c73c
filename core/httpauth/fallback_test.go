package httpauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/httpauth"
)

// other is a mechanism that a server may or may not take.
type other struct {
	unable error // what New ends with
	asked  int
}

func (*other) Name() string { return "Other" }

func (*other) Schemes() []httpauth.Scheme {
	return []httpauth.Scheme{{Name: "Negotiate", Protocol: httpauth.SealedSPNEGO}, {Name: "Other", Protocol: httpauth.SealedSPNEGO}}
}

func (o *other) New(_ context.Context, to httpauth.Peer) (httpauth.SecurityContext, error) {
	o.asked++
	return o, o.unable
}

func (o *other) Step(_ context.Context, token []byte) ([]byte, bool, error) {
	return []byte("a token that nobody knows"), token != nil, nil
}

func (*other) Seal(m []byte) ([]byte, []byte, error) { return nil, nil, errors.New("not signed in") }
func (*other) Open(_, _ []byte) ([]byte, error)      { return nil, errors.New("not signed in") }

func TestTheNextMechanismIsTriedWhereItMay(t *testing.T) {
	for _, c := range []struct {
		name   string
		unable error
		want   httpauth.Kind // of the error; 0 when it works
		asked  int
	}{
		{"the server does not take it", nil, 0, 1},
		{"there is no ticket", &httpauth.Error{Kind: httpauth.KindNoTicket}, 0, 1},
		{"the realm refused the account", &httpauth.Error{Kind: httpauth.KindSignInRefused}, httpauth.KindSignInRefused, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newGuarded(t, nil, []negotiate.Way{negotiate.Negotiate}, nil)
			first := &other{unable: c.unable}
			tr := transport(t, httpauth.Options{Mechanisms: append([]httpauth.Mechanism{first}, byNTLM...)})
			for range 2 {
				status, text, err := post(t.Context(), tr, s.URL)
				if c.want != 0 {
					wantKind(t, err, c.want, httpauth.StageConnecting)
					if legs := len(s.schemes()); legs != 0 {
						t.Errorf("%d legs to a server, after the account was refused", legs)
					}
					return
				}
				if status != 200 || text != "answer to <request/>" || err != nil {
					t.Fatal(status, text, err)
				}
			}
			if first.asked != c.asked || s.connections.Load() != 1 || s.answered.Load() != 2 {
				t.Errorf("asked for %d times over %d connections, %d answered", first.asked, s.connections.Load(), s.answered.Load())
			}
		})
	}
}

// With a mechanism that proves who is asking in its first token, a server that offers it and says no has refused.
func TestARefusalOfTheFirstTokenIsOne(t *testing.T) {
	tokens := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			tokens++
		}
		w.Header().Set("WWW-Authenticate", "Negotiate")
		w.Header().Set("X-RemotePS-FailureCategory", "WSMan-Other")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(s.Close)
	tr := transport(t, httpauth.Options{Mechanisms: []httpauth.Mechanism{&other{}}})
	status, header, body, err := tr.Post(t.Context(), s.URL, "text/xml", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	body.Close()
	if status != 401 || header.Get("X-RemotePS-FailureCategory") != "WSMan-Other" || tokens != 1 {
		t.Error(fmt.Sprint(status, header, tokens))
	}
}

// Nothing of a message goes along while its connection is being signed in, whatever goes wrong then.
func TestAMessageIsNotSentBeforeItsConnectionIsSignedIn(t *testing.T) {
	for name, challenge := range map[string]string{
		"no challenge": "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: NTLM TlRMTVNTUAACAAAA\r\n\r\n",
		"half a line":  "HTTP/1.1 401 Unauth",
		"no line":      "",
	} {
		address, bodies := scripted(t, challenge)
		_, _, err := post(t.Context(), transport(t, httpauth.Options{Mechanisms: byNTLM}), address)
		var e *httpauth.Error
		if !errors.As(err, &e) || !e.Early || !e.Unsent() {
			t.Errorf("%s: %v", name, err)
		}
		if sent := strings.Join(bodies(), ""); sent != "" {
			t.Errorf("%s: %q was sent", name, sent)
		}
	}
}
