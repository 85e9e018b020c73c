package cmdletform_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/cmdletform"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
)

func newFlow(locale string) *cmdletform.Flow {
	w := wording.For(locale)
	return cmdletform.NewFlow(cmdlets.Builtin(), locale, func(name string) string {
		title, _ := w.Cmdlet(name)
		return title
	})
}

func choose(t *testing.T, f *cmdletform.Flow, name string) {
	t.Helper()
	s, ok := cmdlets.Builtin().Find(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	f.Choose(s)
}

var contoso = customers.Customer{Domain: "contoso.example", Name: "Contoso"}

func TestSearchFindsWhatButtonsSay(t *testing.T) {
	for _, c := range []struct{ locale, typed, want string }{
		{"en", "mailboxes", "Get-Mailbox"},
		{"en", "Change a mailbox", "Set-Mailbox"},
		{"en", "access give", "Add-MailboxPermission"},
		{"en", "get-mobiledevice", "Get-MobileDevice"},
		{"en", "forwarding", "Get-Mailbox"},
		{"nl", "postvak wijzigen", "Set-Mailbox"},
		{"nl", "doorsturen", "Get-Mailbox"},
	} {
		f := newFlow(c.locale)
		f.SetSearch(c.typed)
		m := f.Model()
		if len(m.Found) == 0 || m.Found[0].Name != c.want {
			t.Errorf("%s: %q finds %v first, want %s", c.locale, c.typed, names(m.Found), c.want)
		}
		seen := map[string]bool{}
		for _, s := range m.Found {
			if seen[s.Name] {
				t.Errorf("%q finds %s twice", c.typed, s.Name)
			}
			seen[s.Name] = true
		}
	}
}

func names(specs []*cmdlets.Spec) []string {
	var out []string
	for _, s := range specs[:min(len(specs), 5)] {
		out = append(out, s.Name)
	}
	return out
}

func TestTheLineGrowsAsFieldsFill(t *testing.T) {
	f := newFlow("en")
	choose(t, f, "Set-Mailbox")
	m := f.Model()
	if m.Line != "Set-Mailbox" {
		t.Errorf("an empty form is %q", m.Line)
	}
	f.Input("DisplayName", "Reception desk")
	if want := "Set-Mailbox -DisplayName 'Reception desk'"; m.Line != want {
		t.Errorf("the line is %q, want %q", m.Line, want)
	}
	f.Input("MaxSendSize", "a lot")
	if strings.Contains(m.Line, "lot") {
		t.Errorf("the line %q has what cannot be read", m.Line)
	}
	if p, ok := m.Shown("MaxSendSize"); !ok || p.Code != cmdlets.CodeNotSize {
		t.Errorf("beside the size is %+v", p)
	}
	f.Input("MaxSendSize", "")
	f.Secret("Password", secret.New("hunter2"))
	if strings.Contains(m.Line, "hunter2") {
		t.Errorf("the line shows the password: %q", m.Line)
	}
}

func TestRunSaysWhyItCannot(t *testing.T) {
	f := newFlow("en")
	ran := 0
	f.OnRun = func(cmdletform.Request) { ran++ }
	choose(t, f, "Get-MailboxStatistics")
	m := f.Model()
	f.SetCustomers([]customers.Customer{contoso}, false)
	if reason, param := m.Reason(); reason != cmdletform.FieldMissing || param != "Identity" {
		t.Errorf("the reason is %d for %q", reason, param)
	}
	if _, ok := m.Shown("Identity"); ok {
		t.Error("an empty field is held against somebody who has not tried to run")
	}
	f.Run()
	if _, ok := m.Shown("Identity"); !ok || ran != 0 {
		t.Errorf("after Run the empty field says nothing, or it ran %d times", ran)
	}
	f.Input("Identity", "anna")
	f.SetCustomers(nil, false)
	if reason, _ := m.Reason(); reason != cmdletform.NoCustomer {
		t.Errorf("without a customer the reason is %d", reason)
	}
	f.SetCustomers(nil, true)
	f.Run()
	if ran != 1 || !m.Compact {
		t.Errorf("in the account's own company it ran %d times", ran)
	}
}

func TestAQuestionIsNotConfirmedAndAChangeIs(t *testing.T) {
	f := newFlow("en")
	var got []cmdletform.Request
	f.OnRun = func(r cmdletform.Request) { got = append(got, r) }
	f.SetCustomers([]customers.Customer{contoso}, false)
	choose(t, f, "Set-Mailbox")
	f.Input("Identity", "anna")
	f.Input("DisplayName", "Anna")
	f.Preview()
	if len(got) != 1 || !got[0].Preview || cmdlets.IsChange(got[0].Invocation) {
		t.Fatalf("a preview asks %+v", got)
	}
	f.Run()
	if len(got) != 1 || f.Model().Confirm == nil {
		t.Fatal("a change runs without a yes")
	}
	f.SetCustomers(nil, true)
	if f.Model().Confirm != nil {
		t.Error("a question that names other customers still waits for its yes")
	}
	f.SetCustomers([]customers.Customer{contoso}, false)
	f.Run()
	f.Yes()
	if len(got) != 2 || !slices.ContainsFunc(got[1].Invocation.Params, func(p exchange.Param) bool { return p.Name == "Confirm" && !p.Value.Flag() }) {
		t.Errorf("after the yes, %d runs: %+v", len(got), got)
	}
	f.Input("DisplayName", "Somebody else")
	if got[1].Draft.Inputs["DisplayName"] != "Anna" {
		t.Error("a run that was started changes with the form")
	}
}

// panel is the form in a window.
func panel(t *testing.T, f *cmdletform.Flow) (*cmdletform.Panel, fyne.Window) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	p := cmdletform.NewPanel(f, wording.For("en"))
	win := test.NewTempWindow(t, kit.Stacked(4, p.Search(), p.Card(), p.Pop()))
	win.Resize(fyne.NewSize(1000, 700))
	return p, win
}

func TestFillingInAFormChangesNothing(t *testing.T) {
	f := newFlow("en")
	panel(t, f)
	s, _ := cmdlets.Builtin().Find("Get-Mailbox")
	d := cmdlets.Draft{Cmdlet: s.Name, Inputs: map[string]string{"ResultSize": "Unlimited", "Archive": "true",
		"RecipientTypeDetails": "SharedMailbox\nRoomMailbox", "Identity": "anna"}}
	f.Restore(s, d, false)
	want := cmdlets.PowerShell(mustBuild(t, s, d))
	if got := f.Model().Line; got != want {
		t.Errorf("once it is drawn the form says %q, want %q", got, want)
	}
}

func mustBuild(t *testing.T, s *cmdlets.Spec, d cmdlets.Draft) exchange.Invocation {
	t.Helper()
	inv, problems := cmdlets.Build(s, d)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return inv
}

// typeInto types into what has the keyboard.
func typeInto(c fyne.Canvas, text string) {
	for _, r := range text {
		c.Focused().TypedRune(r)
	}
}

func TestTypeChooseFillRun(t *testing.T) {
	f := newFlow("en")
	var got []cmdletform.Request
	f.OnRun = func(r cmdletform.Request) { got = append(got, r) }
	f.SetCustomers([]customers.Customer{contoso}, false)
	p, win := panel(t, f)
	c := win.Canvas()
	p.FocusSearch()
	typeInto(c, "mailbox sizes")
	if !f.Model().Searching || f.Model().Found[0].Name != "Get-MailboxStatistics" {
		t.Fatalf("typing finds %v", names(f.Model().Found))
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	typeInto(c, "anna")
	if f.Model().Draft.Inputs["Identity"] != "anna" {
		t.Fatalf("what is typed next goes to %T: %v", c.Focused(), f.Model().Draft.Inputs)
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(got) != 1 || cmdlets.PowerShell(got[0].Invocation) != "Get-MailboxStatistics -Identity anna" {
		t.Errorf("Enter in a field ran %+v", got)
	}
}

// Every cmdlet there is can be drawn, folded fields and all.
func TestEveryFormDraws(t *testing.T) {
	f := newFlow("nl")
	p, _ := panel(t, f)
	for i, s := range cmdlets.Builtin().List() {
		if testing.Short() && i%40 != 0 || i%7 != 0 {
			continue
		}
		f.Choose(s)
		f.SetMore(true)
		if h := p.Height(960); h < 100 {
			t.Errorf("the form of %s is %v high", s.Name, h)
		}
		if line := f.Model().Line; line != s.Name {
			t.Errorf("drawing %s filled in %q", s.Name, line)
		}
	}
}
