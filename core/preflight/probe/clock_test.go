package probe_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

// The clock is held against what the servers said when they were reached, which are not asked again.
func TestTheClock(t *testing.T) {
	const silent = time.Duration(1<<63 - 1) // a server that tells no time
	ca := public(t)
	pair := ca.issue(t, host, nil)
	resolver := names{host: {"127.0.0.1"}}.start(t)
	for _, tc := range []struct {
		name      string
		servers   []time.Duration // how far the clocks of the servers are ahead of the true one
		now       time.Duration   // and how far this computer's is
		signIn    exchange.Authentication
		status    preflight.Status
		code      exchange.Code
		seconds   string
		direction string
		fixes     string
	}{
		{"right", []time.Duration{0, 0}, 0, exchange.AuthKerberos, preflight.Pass, preflight.CodeClockRight, "", "", ""},
		{"half a minute", []time.Duration{30 * time.Second}, 0, exchange.AuthKerberos, preflight.Pass, preflight.CodeClockRight, "", "", ""},
		{"three minutes behind", []time.Duration{3 * time.Minute}, 0, exchange.AuthKerberos, preflight.Warn, preflight.CodeClockOff, "about 180", "behind", "open-page ms-settings:dateandtime"},
		{"ten minutes ahead", []time.Duration{0, 0}, 10 * time.Minute, exchange.AuthBasic, preflight.Warn, preflight.CodeClockOff, "about 600", "ahead", "open-page ms-settings:dateandtime"},
		{"ten minutes ahead, with Kerberos", []time.Duration{0, 0}, 10 * time.Minute, exchange.AuthKerberos, preflight.Fail, preflight.CodeClockWrong, "about 600", "ahead", "open-page ms-settings:dateandtime"},
		{"a year ahead, so that certificates seem over", []time.Duration{0}, 400 * 24 * time.Hour, exchange.AuthBasic, preflight.Fail, preflight.CodeClockWrong, "about 34560000", "ahead", "open-page ms-settings:dateandtime"},
		{"days behind, so that certificates seem not to have begun", []time.Duration{0}, -48 * time.Hour, exchange.AuthBasic, preflight.Fail, preflight.CodeClockWrong, "about 172800", "behind", "open-page ms-settings:dateandtime"},
		{"one server of three is wrong", []time.Duration{0, time.Hour, 0}, 0, exchange.AuthKerberos, preflight.Pass, preflight.CodeClockRight, "", "", ""},
		{"one server of two is wrong", []time.Duration{-time.Hour, 0}, 0, exchange.AuthKerberos, preflight.Pass, preflight.CodeClockRight, "", "", ""},
		{"nobody tells", []time.Duration{silent}, 0, exchange.AuthKerberos, preflight.NotApplicable, preflight.CodeClockUntold, "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			var endpoints []preflight.Endpoint
			for _, shift := range tc.servers {
				port := web(t, showing(pair), func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					if w.Header()["Date"] = nil; shift != silent {
						w.Header().Set("Date", time.Now().Add(shift).UTC().Format(http.TimeFormat))
					}
				})
				endpoints = append(endpoints, preflight.Endpoint{Host: host, Port: port, TLS: true, Web: true, Purpose: preflight.ForConnection})
			}
			p := probe.New(probe.Options{Resolver: resolver, Roots: pool(ca), Now: func() time.Time { return time.Now().Add(tc.now) }})
			s := preflight.Subject{Computer: computer{p, windows}, Endpoints: endpoints, Account: &preflight.Account{Authentication: tc.signIn}}
			verify := func(f preflight.Finding) {
				t.Helper()
				if f.Status != tc.status || f.Code != tc.code || fixes(f) != tc.fixes || f.Args["direction"] != tc.direction {
					t.Errorf("%s %s %v, fixes %q", f.Status, f.Code, f.Args, fixes(f))
				}
				if tc.seconds != "" && !about(tc.seconds, f.Args["seconds"]) {
					t.Errorf("off by %s seconds, want %s", f.Args["seconds"], tc.seconds)
				}
			}
			verify(network(t, t.Context(), s)[preflight.CheckClock])
			if n := int(asked.Load()); n != len(endpoints) {
				t.Errorf("%d servers were asked %d times", len(endpoints), n)
			}
			// Checked again by itself, after somebody set the clock, it has to ask.
			for _, c := range preflight.Checks(s) {
				if c.ID == preflight.CheckClock {
					c.After, c.Awaits = nil, nil
					verify(preflight.Run(t.Context(), []preflight.Check{c}, nil)[0])
				}
			}
		})
	}
}

// about tells whether a number of seconds is near one that is written as "about 180".
func about(want, got string) bool {
	w, err := time.ParseDuration(want[len("about "):] + "s")
	if err != nil {
		return false
	}
	g, err := time.ParseDuration(got + "s")
	return err == nil && (w-g).Abs() <= 30*time.Second
}
