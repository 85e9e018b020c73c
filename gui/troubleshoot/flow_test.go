package troubleshoot_test

import (
	"archive/zip"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/support"
	pages "tenantry/core/troubleshoot"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/troubleshoot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type chooser struct{ path string }

func (c chooser) SaveFile(context.Context, string, string, ...files.Filter) (string, error) {
	if c.path == "" {
		return "", files.ErrCancelled
	}
	return c.path, nil
}

func (c chooser) OpenFile(context.Context, string, ...files.Filter) (string, error) {
	return "", files.ErrCancelled
}

var refused = &exchange.Problem{Code: exchange.CodeSignInRefused, Args: map[string]string{"user": "anna@fabrikam.example", "host": "ps.example"}}

// A page runs the checks that tell about its causes, those and no others, and says which cause it is.
func TestChecksTellWhichCauseItIs(t *testing.T) {
	queue := loop.NewQueue()
	defer queue.Close()
	var asked []preflight.CheckID
	var found []preflight.Finding
	var mended preflight.FixID
	flow := troubleshoot.NewFlow(troubleshoot.Options{
		Loop: queue, Findings: func() []preflight.Finding { return found },
		Check: func(which func(preflight.CheckID) bool, ended func([]preflight.Finding)) {
			for _, id := range []preflight.CheckID{preflight.CheckDisk, preflight.CheckAccount, preflight.CheckSignIn, preflight.CheckSessions} {
				if which(id) {
					asked = append(asked, id)
				}
			}
			found = []preflight.Finding{{Check: preflight.CheckSignIn, Status: preflight.Fail, Code: exchange.CodeSignInRefused},
				{Check: preflight.CheckSessions, Status: preflight.Warn, Code: preflight.CodeSessionsLeft, Fixes: []preflight.Fix{{ID: preflight.FixSessions}}}}
			ended(found)
		},
		Repair: func(_ preflight.Finding, fix preflight.Fix) { mended = fix.ID },
		Able:   func(pages.Step) bool { return true }, Step: func(pages.Step) {},
	})
	queue.Do(func() {
		flow.Open(refused)
		m := flow.Model()
		if !m.Open || len(m.Causes) < 2 || !m.Undecided() {
			t.Fatalf("%d causes", len(m.Causes))
		}
		for _, c := range m.Causes {
			if c.Verdict != pages.NotKnown {
				t.Errorf("%s is decided before anybody looked", c.Name)
			}
		}
		flow.CheckAll()
		if m.Checking() || m.Undecided() {
			t.Error("it does not end")
		}
		for _, id := range asked {
			if id == preflight.CheckDisk {
				t.Error("a check that tells nothing about it ran")
			}
		}
		if c := m.Causes[0]; c.Name != "wrong-password" || c.Verdict != pages.ThisIsIt || c.Finding.Check != preflight.CheckSignIn {
			t.Errorf("the likeliest is %s: %v", c.Name, c.Verdict)
		}

		// Another page begins with what is known by then, and offers the repair that a finding offers.
		flow.Open(&exchange.Problem{Code: exchange.CodeSessionLimit})
		for _, c := range flow.Model().Causes {
			if _, fix, ok := flow.Repair(c); ok && fix.ID == preflight.FixSessions {
				flow.Mend(c)
				break
			}
		}
		if mended != preflight.FixSessions {
			t.Errorf("the repair was %q", mended)
		}
	})
}

// A step in the window closes the page, because it leads to what is below; the checks lie over it.
func TestStepsLeadOn(t *testing.T) {
	queue := loop.NewQueue()
	defer queue.Close()
	var taken []pages.Step
	flow := troubleshoot.NewFlow(troubleshoot.Options{Loop: queue, Findings: func() []preflight.Finding { return nil },
		Able: func(pages.Step) bool { return true }, Step: func(s pages.Step) { taken = append(taken, s) }})
	queue.Do(func() {
		flow.Open(refused)
		flow.Step(pages.StepPreflight)
		if !flow.Model().Open {
			t.Error("the checks closed the page")
		}
		flow.Step(pages.StepAddress)
		if flow.Model().Open {
			t.Error("the page is in the way of the field")
		}
		flow.Step(pages.StepBundle) // there is none here
		if len(taken) != 2 || taken[1] != pages.StepAddress || flow.Model().Bundle != nil {
			t.Errorf("taken: %v", taken)
		}
	})
}

// The support bundle is shown, then saved as it was shown; one that cannot be made says why.
func TestTheBundleIsShownFirst(t *testing.T) {
	queue := loop.NewQueue()
	defer queue.Close()
	path := filepath.Join(t.TempDir(), "support.zip")
	broken := false
	flow := troubleshoot.NewFlow(troubleshoot.Options{
		Loop: queue, Files: chooser{path}, Findings: func() []preflight.Finding { return nil },
		Able: func(pages.Step) bool { return false }, Step: func(pages.Step) {},
		Bundle: func(p *exchange.Problem) func(ctx context.Context) (*support.Bundle, error) {
			if broken {
				return func(context.Context) (*support.Bundle, error) { return nil, errors.New("the disk is gone") }
			}
			return func(ctx context.Context) (*support.Bundle, error) {
				return support.Make(ctx, support.Source{Problem: p})
			}
		},
	})
	do := func(f func()) {
		queue.Do(f)
		<-queue.Idle()
	}
	do(func() { flow.Open(refused) })
	do(flow.ShowBundle)
	var shown string
	queue.Do(func() { shown = flow.Model().Bundle.Text })
	if shown == "" {
		t.Fatal("nothing shows")
	}
	do(func() { flow.SaveBundle("Support bundle") })
	queue.Do(func() {
		if b := flow.Model().Bundle; b.Saved != path || b.Problem != nil {
			t.Errorf("saved as %q: %v", b.Saved, b.Problem)
		}
	})
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Error(err)
	}
	do(flow.Close)
	queue.Do(func() {
		if m := flow.Model(); m.Bundle != nil || !m.Open {
			t.Error("going back does not lead to the page")
		}
		broken = true
	})
	do(flow.ShowBundle)
	queue.Do(func() {
		if b := flow.Model().Bundle; b == nil || b.Text != "" || b.Problem == nil {
			t.Errorf("it says %+v", b)
		}
		broken = false
	})
	do(flow.MakeBundle)
	do(flow.Close)
	queue.Do(func() {
		if flow.Model().Open {
			t.Error("without a page there is none to go back to")
		}
	})
}
