package preflight_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/core/preflight"
	"tenantry/core/wording"
)

// reaching is a computer of which the test says how far it gets.
type reaching struct {
	preflight.Computer
	reach func(preflight.Endpoint) (preflight.Reach, error)
}

func (reaching) Name() string { return "" }

func (reaching) System(context.Context) (preflight.System, error) {
	return preflight.System{Family: preflight.Linux}, nil
}

func (r reaching) Reach(_ context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	return r.reach(e)
}

func networkOf(t *testing.T, s preflight.Subject) []preflight.Finding {
	t.Helper()
	var checks []preflight.Check
	for _, c := range preflight.Checks(s) {
		if c.About != nil {
			checks = append(checks, c)
		}
	}
	return preflight.Run(t.Context(), checks, nil)
}

func TestThePageForTheFirewall(t *testing.T) {
	endpoints := preflight.DefaultEndpoints()
	found := networkOf(t, preflight.Subject{Endpoints: endpoints, Computer: reaching{reach: func(e preflight.Endpoint) (preflight.Reach, error) {
		r := preflight.Reach{Endpoint: e, Steps: []preflight.Step{{Name: preflight.StepName, OK: true, Took: 12 * time.Millisecond, Text: "192.0.2.7"}}}
		switch {
		case e.Port == 80:
			r.Fault = preflight.FaultSilent
			r.Steps = append(r.Steps, preflight.Step{Name: preflight.StepConnect, Took: 6 * time.Second, Text: "192.0.2.7:80"})
		case e.Purpose == preflight.ForSignIn:
			return r, errors.New("not tried")
		}
		return r, nil
	}}})
	at := time.Date(2026, 11, 30, 14, 2, 0, 0, time.Local)
	for _, lang := range wording.Languages() {
		w := wording.For(lang)
		page := preflight.FirewallText(endpoints, found[:len(found)-1], at, w)
		for _, e := range endpoints {
			for _, want := range []string{e.Host, strconv.Itoa(e.Port), w.Check(string(preflight.NetworkCheck(e)))} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: nothing about %s in\n%s", lang, want, page)
				}
			}
		}
		for what, n := range map[string]int{
			": " + w.Text("firewall.works") + "\n": 2, ": " + w.Text("firewall.fails") + "\n": 2, ": " + w.Text("firewall.untested") + "\n": 1,
			"192.0.2.7:80": 2, w.Text("firewall.inspection"): 1, w.DateTime(at): 1, "6000 ms": 2,
		} {
			if got := strings.Count(page, what); got != n {
				t.Errorf("%s: %q stands there %d times, want %d, in\n%s", lang, what, got, n, page)
			}
		}
		for _, leftover := range []string{"{", "}", "[", "]", "firewall.", "step.", "preflight."} {
			if strings.Contains(page, leftover) {
				t.Errorf("%s: %q is left in\n%s", lang, leftover, page)
			}
		}
		t.Logf("\n%s", page)
	}
}

// A computer that could not even try is no failure of the network.
func TestAComputerThatCannotTry(t *testing.T) {
	e := preflight.Endpoint{Host: "mail.fabrikam.example", Port: 443, TLS: true, Purpose: preflight.ForConnection}
	found := networkOf(t, preflight.Subject{Endpoints: []preflight.Endpoint{e, e}, Computer: reaching{reach: func(preflight.Endpoint) (preflight.Reach, error) {
		return preflight.Reach{}, errors.New("no shell to try it in")
	}}})
	if len(found) != 1 || found[0].Status != preflight.Warn || found[0].Code != preflight.CodeUnread || found[0].Args["what"] != "mail.fabrikam.example:443" {
		t.Errorf("%+v", found)
	}
}
