package classic_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/secret"
)

func TestASessionLeftOpenIsRemoved(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 5)
	notes := &log{open: map[string]string{}}
	to, with := target(sim, customer)
	c := classic.New(classic.Options{Shells: notes})
	left, err := c.Connect(t.Context(), to, with)
	if err != nil {
		t.Fatal(err)
	}
	var id string
	for shell, address := range notes.open {
		id, to.URL = shell, address // where it was sent on to, not where it was asked for
	}
	unknown := 0
	to.OnUnknown = func() { unknown++ }

	wrong := with
	wrong.Password = secret.New("wrong")
	if err := c.Remove(t.Context(), to, wrong, id); exchange.CodeOf(err) != exchange.CodeSignInRefused {
		t.Errorf("a wrong password: %v", err)
	}
	if n := sim.Stats().OpenShells; n != 1 {
		t.Errorf("%d sessions are open after it", n)
	}
	elsewhere := to
	elsewhere.URL = strings.Replace(to.URL, string(customer), "stranger.example", 1)
	if err := c.Remove(t.Context(), elsewhere, with, id); exchange.CodeOf(err) != exchange.CodeDelegationRefused {
		t.Errorf("through a stranger: %v", err)
	}
	if err := c.Remove(t.Context(), to, with, id); err != nil || unknown != 0 {
		t.Errorf("%v, unknown %d times", err, unknown)
	}
	if err := c.Remove(t.Context(), to, with, id); err != nil || unknown != 1 {
		t.Errorf("once more: %v, unknown %d times", err, unknown)
	}
	if n := sim.Stats().OpenShells; n != 0 {
		t.Errorf("%d sessions are open", n)
	}
	if err := left.Close(t.Context()); err != nil { // its owner was alive after all
		t.Error(err)
	}
}

// A redirect is followed as when a session is opened, and no further.
func TestRemovingFollowsRedirectsWithCare(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{Plain: true}, 5)
	notes := &log{open: map[string]string{}}
	to, with := target(sim, customer)
	c := classic.New(classic.Options{Shells: notes, CloseLimit: 5 * time.Second})
	s, err := c.Connect(t.Context(), to, with)
	if err != nil {
		t.Fatal(err)
	}
	var id, address string
	for id, address = range notes.open {
	}
	for _, r := range []struct {
		name, location string
		code           exchange.Code
	}{
		{"to http at a host nobody knows", "http://exchange.example/powershell", exchange.CodeRedirectInsecure},
		{"to a host nobody knows", "https://exchange.example/powershell", exchange.CodeRedirectRefused},
		{"to where it is", address, ""},
	} {
		from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", r.location)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}))
		to.URL = from.URL + "/powershell"
		to.AllowRedirect = func(_ context.Context, _, host string) bool { return strings.Contains(address, host) }
		if err := c.Remove(t.Context(), to, with, id); exchange.CodeOf(err) != r.code {
			t.Errorf("%s: %v", r.name, err)
		}
		from.Close()
	}
	if n := sim.Stats().OpenShells; n != 0 {
		t.Errorf("%d sessions are open", n)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRemovingHasItsOwnTimeLimit(t *testing.T) {
	over := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer silent.Close()
	defer close(over)
	c := classic.New(classic.Options{CloseLimit: 50 * time.Millisecond})
	err := c.Remove(context.Background(), exchange.Target{URL: silent.URL}, exchange.Credential{User: "anna", Password: secret.New("x")}, "A")
	if exchange.CodeOf(err) != exchange.CodeTimeout {
		t.Error(err)
	}
}
