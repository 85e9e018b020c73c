package preflightpanel_test

import (
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/secret"
	"tenantry/gui/preflightpanel"
)

// Several computers in one table: what one lacks, one that refuses, one that is not there; and a repair on one.
func TestOtherComputers(t *testing.T) {
	good, _ := windows(t, "RemoteSigned")
	lacks, registry := windows(t, "Restricted")
	nobody, l := listen(t)
	l.Close()
	s := newStage(t, func() preflight.Subject { return thisComputer() })
	f := s.flow
	s.do(func() { f.OpenAnother(true) })
	s.do(f.LookAtOthers)
	s.queue.Do(func() {
		if m := f.Model(); m.Missing != "window.preflight.no-names" || !m.Editing || len(m.Others) != 0 {
			t.Errorf("with nothing typed it says %q", m.Missing)
		}
	})
	names := []string{good.URL(), lacks.URL(), "http://" + nobody.String() + "/wsman"}
	s.do(func() {
		f.SetForm(func(form *preflightpanel.Form) {
			form.Names, form.User, form.Authentication = strings.Join(names, "\n"), user, exchange.AuthNTLM
		})
	})
	s.do(f.LookAtOthers)
	s.queue.Do(func() {
		if m := f.Model(); m.Missing != "window.preflight.no-password" {
			t.Errorf("without a password it says %q", m.Missing)
		}
	})
	s.do(func() { f.SetPassword(secret.New(password)) })
	s.do(f.LookAtOthers)
	var exams []*preflightpanel.Exam
	s.queue.Do(func() {
		m := f.Model()
		exams = m.Others
		if m.Editing || m.Looking() || len(exams) != 3 || len(m.Columns()) == 0 {
			t.Fatalf("%d computers, %d columns", len(exams), len(m.Columns()))
		}
		for i, e := range exams {
			if e.Computer != names[i] {
				t.Errorf("line %d is %s", i, e.Computer)
			}
		}
		if r := exams[0].Row(preflight.CheckPolicy); r == nil || r.Finding.Status != preflight.Pass {
			t.Errorf("the first one's policy: %+v", r)
		}
		if r := exams[1].Row(preflight.CheckPolicy); r == nil || r.Finding.Status == preflight.Pass {
			t.Errorf("the second one's policy: %+v", r)
		}
		if p := exams[2].Problem; p == nil || len(exams[2].Rows) != 0 {
			t.Errorf("one that is not there: %v", p)
		}
		f.Choose(exams[1])
		if m.Shown() != exams[1] {
			t.Error("the chosen one does not show")
		}
	})

	var fixes []preflight.Fix
	s.queue.Do(func() { fixes = exams[1].Row(preflight.CheckPolicy).Finding.Fixes })
	i := slices.IndexFunc(fixes, func(f preflight.Fix) bool { return f.ID == preflight.FixPolicyMachine })
	if i < 0 {
		t.Fatalf("it offers %v", fixes)
	}
	s.do(func() { exams[1].Ask(preflight.CheckPolicy, fixes[i]) })
	s.queue.Do(func() {
		if r := exams[1].Row(preflight.CheckPolicy).Repair; r == nil || r.Change.Computer == "" {
			t.Errorf("it does not say where: %+v", r)
		}
	})
	s.do(func() { exams[1].Agree(preflight.CheckPolicy) })
	if _, data := registry.Value(policyKey, "ExecutionPolicy"); data != "RemoteSigned" {
		t.Errorf("the policy there is %s", data)
	}
	s.queue.Do(func() {
		if r := exams[1].Row(preflight.CheckPolicy); r.Finding.Status != preflight.Pass {
			t.Errorf("afterwards it says %s: %+v", r.Finding.Code, r.Repair)
		}
	})

	// One whose password is not right says so in its line, and the connections are given back.
	s.do(func() { f.SetPassword(secret.New("another one")) })
	s.do(f.LookAtOthers)
	s.queue.Do(func() {
		for _, e := range f.Model().Others[:2] {
			if e.Problem == nil || !e.Problem.Code.AboutAccount() {
				t.Errorf("%s: %v", e.Computer, e.Problem)
			}
		}
	})
	s.do(f.Close)
	if n := good.Shells() + lacks.Shells(); n != 0 {
		t.Errorf("%d connections are left open", n)
	}
}
