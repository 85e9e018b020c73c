package preflightpanel_test

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/preflightpanel"
)

func TestFindingsComeAndAreReported(t *testing.T) {
	open, _ := listen(t)
	closed, l := listen(t)
	l.Close()
	s := newStage(t, func() preflight.Subject { return thisComputer(open, closed) })
	words := wording.For("en-GB")
	s.queue.Do(func() {
		if e := s.flow.Model().Local; e.Worst() != "" || e.Summary(words) != "Not checked yet" {
			t.Errorf("before anything was looked at it says %q", e.Summary(words))
		}
	})
	ended := false
	s.do(func() { s.flow.Check(func() { ended = true }) })
	if !ended {
		t.Error("nobody was told that it ended")
	}
	if f := s.found(preflight.CheckSystem); f.Status != preflight.Pass {
		t.Errorf("the system is %s: %s", f.Status, f.Code)
	}
	if f := s.found(preflight.NetworkCheck(open)); f.Status != preflight.Pass || len(f.Steps) == 0 {
		t.Errorf("a port that is open: %s, %v", f.Status, f.Steps)
	}
	bad := s.found(preflight.NetworkCheck(closed))
	if bad.Status != preflight.Fail {
		t.Errorf("a port that is closed: %s", bad.Status)
	}
	s.queue.Do(func() {
		e := s.flow.Model().Local
		if e.Running || e.Ended.IsZero() || e.Worst() != preflight.Fail || !strings.HasPrefix(e.Summary(words), "1 thing blocks") {
			t.Errorf("it says %q", e.Summary(words))
		}
		report := preflightpanel.Report(e, words, time.Date(2026, 11, 30, 14, 2, 0, 0, time.UTC))
		for _, part := range []string{"30 Nov 2026 14:02", "1 thing blocks", words.Check(string(bad.Check)) + ": Blocks",
			words.Explain(bad.Code, bad.Args).Title, string(bad.Code), "Connection: failed after"} {
			if !strings.Contains(report, part) {
				t.Errorf("the report lacks %q:\n%s", part, report)
			}
		}
	})

	// One check alone, after somebody opened the port.
	again, err := net.Listen("tcp", closed.String())
	if err != nil {
		t.Skipf("the port was taken meanwhile: %v", err)
	}
	defer again.Close()
	s.do(func() { s.flow.Model().Local.AgainOne(bad.Check) })
	if f := s.found(bad.Check); f.Status != preflight.Pass {
		t.Errorf("with somebody there it is %s", f.Status)
	}
	s.queue.Do(func() {
		if e := s.flow.Model().Local; e.Worst() == preflight.Fail {
			t.Errorf("it still says %q", e.Summary(words))
		}
	})
}

// A check that hangs is stopped, and what others found stays.
func TestCancelKeepsWhatWasFound(t *testing.T) {
	hangs, _ := listen(t)
	hangs.TLS = true // nobody answers the handshake
	s := newStage(t, func() preflight.Subject { return thisComputer(hangs) })
	s.queue.Do(func() { s.flow.Check(nil) })
	s.until("the system was looked at", func() bool {
		r := s.flow.Model().Local.Row(preflight.CheckSystem)
		return r != nil && r.Finding.Status == preflight.Pass
	})
	s.queue.Do(func() {
		if r := s.flow.Model().Local.Row(preflight.NetworkCheck(hangs)); !r.Running {
			t.Errorf("it does not wait: %s", r.Finding.Code)
		}
		s.flow.Escape()
	})
	s.until("it stopped", func() bool { return !s.flow.Model().Local.Running })
	if f := s.found(preflight.NetworkCheck(hangs)); f.Code != preflight.CodeCancelled {
		t.Errorf("what was stopped is told as %s", f.Code)
	}
	if f := s.found(preflight.CheckSystem); f.Status != preflight.Pass {
		t.Errorf("what was found is gone: %s", f.Status)
	}
	s.queue.Do(func() {
		if !s.flow.Model().Local.Ended.IsZero() {
			t.Error("a run that was stopped counts as whole")
		}
	})
}

// local is another computer as though it were this one.
type local struct{ preflight.Computer }

func (local) Name() string { return "" }

// A repair is shown before it is made, made when somebody agrees, written down, and checked.
func TestARepairIsAskedFor(t *testing.T) {
	pc, registry := windows(t, "Restricted")
	c, err := remote.Open(t.Context(), remote.Options{Host: pc.URL(), User: user, Password: secret.New(password), Authentication: exchange.AuthNTLM})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	s := newStage(t, func() preflight.Subject { return preflight.Subject{Computer: local{c}, Use: preflight.UsePowerShell} })
	s.do(func() { s.flow.Check(nil) })
	before := s.found(preflight.CheckPolicy)
	i := slices.IndexFunc(before.Fixes, func(f preflight.Fix) bool { return f.ID == preflight.FixPolicyMachine })
	if before.Status == preflight.Pass || i < 0 {
		t.Fatalf("the policy is %s: %s, %v", before.Status, before.Code, before.Fixes)
	}
	value := func() string {
		_, data := registry.Value(policyKey, "ExecutionPolicy")
		return data
	}
	ask := func() preflightpanel.Repair {
		var r preflightpanel.Repair
		s.do(func() { s.flow.Model().Local.Ask(preflight.CheckPolicy, before.Fixes[i]) })
		s.queue.Do(func() {
			row := s.flow.Model().Local.Row(preflight.CheckPolicy)
			if row.Repair == nil || !row.Open {
				t.Fatal("nothing is asked")
			}
			r = *row.Repair
		})
		return r
	}
	r := ask()
	if r.Phase != preflightpanel.RepairAsking || len(r.Change.Registry) != 1 || !r.Change.Elevated || value() != "Restricted" {
		t.Fatalf("it asks %+v, and the policy is %s", r, value())
	}
	if v := r.Change.Registry[0]; v.Key != policyKey || v.Old == nil || v.Old.Text != "Restricted" || v.New.Text != "RemoteSigned" {
		t.Errorf("what is shown is %+v", v)
	}
	s.do(s.flow.Escape) // leaves it, and keeps the panel
	s.queue.Do(func() {
		if s.flow.Model().Local.Row(preflight.CheckPolicy).Repair != nil {
			t.Error("it is still asked")
		}
	})
	s.do(func() { s.flow.Model().Local.Agree(preflight.CheckPolicy) })
	if value() != "Restricted" {
		t.Fatal("it was changed though nobody agreed")
	}
	ask()
	s.do(func() { s.flow.Model().Local.Agree(preflight.CheckPolicy) })
	if value() != "RemoteSigned" {
		t.Errorf("the policy is %s", value())
	}
	s.queue.Do(func() {
		row := s.flow.Model().Local.Row(preflight.CheckPolicy)
		if row.Repair == nil || row.Repair.Phase != preflightpanel.RepairMade || row.Finding.Status != preflight.Pass {
			t.Errorf("afterwards it says %s: %+v", row.Finding.Code, row.Repair)
		}
	})
	list, err := s.log.Repairs(t.Context(), 10)
	if err != nil || len(list) != 1 || list[0].Program != "window" || !strings.Contains(list[0].Change, "Restricted -> RemoteSigned") {
		t.Errorf("the journal says %+v, %v", list, err)
	}
}

func TestThePageForTheFirewallIsSaved(t *testing.T) {
	closed, l := listen(t)
	l.Close()
	s := newStage(t, func() preflight.Subject { return thisComputer(closed) })
	s.do(func() { s.flow.Check(nil) })
	f := s.found(preflight.NetworkCheck(closed))
	i := slices.IndexFunc(f.Fixes, func(f preflight.Fix) bool { return f.ID == preflight.FixFirewallText })
	if i < 0 {
		t.Fatalf("a port that is closed offers %v", f.Fixes)
	}
	s.do(func() { s.flow.Model().Local.Ask(f.Check, f.Fixes[i]) })
	text, err := os.ReadFile(s.saved)
	if err != nil || !strings.Contains(string(text), "127.0.0.1") {
		t.Errorf("%v: %s", err, text)
	}
	s.queue.Do(func() {
		if r := s.flow.Model().Local.Row(f.Check); r.Saved != s.saved || r.Repair != nil {
			t.Errorf("it says %q, %+v", r.Saved, r.Repair)
		}
	})
}

func TestNamesOfComputers(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, " \n,": nil, "PC01": {"PC01"}, "PC01, pc02;PC03": {"PC01", "pc02", "PC03"},
		"PC01\r\npc01\nPC02:5986\n": {"PC01", "PC02:5986"}, "https://pc01.fabrikam.example:5986/wsman PC02": {"https://pc01.fabrikam.example:5986/wsman", "PC02"},
	} {
		if got := preflightpanel.Hosts(text); !slices.Equal(got, want) {
			t.Errorf("%q gives %q", text, got)
		}
	}
}
