package shell_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/handover"
	"tenantry/core/preflight"
	"tenantry/gui/kit"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/shell"
)

// pc is a computer with Windows whose execution policy can be changed.
type pc struct {
	mu     sync.Mutex
	policy string
}

func (*pc) Name() string { return "" }
func (*pc) System(context.Context) (preflight.System, error) {
	return preflight.System{Family: preflight.Windows, Name: "Windows 10 Pro", Major: 10, Build: 26100}, nil
}
func (c *pc) Registry() preflight.Registry { return c }
func (*pc) Variable(string) (string, bool) { return "", false }
func (*pc) Reach(context.Context, preflight.Endpoint) (preflight.Reach, error) {
	return preflight.Reach{}, nil
}

const (
	engineKey = `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`
	policyKey = `HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
)

func (c *pc) Read(_ context.Context, key string) (preflight.RegistryKey, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case strings.EqualFold(key, engineKey):
		return preflight.RegistryKey{Values: map[string]preflight.RegistryValue{"powershellversion": preflight.RegistryText("5.1.26100.1")}}, true, nil
	case strings.EqualFold(key, policyKey):
		return preflight.RegistryKey{Values: map[string]preflight.RegistryValue{"executionpolicy": preflight.RegistryText(c.policy)}}, true, nil
	}
	return preflight.RegistryKey{}, false, nil
}

func (*pc) Write(context.Context, string, string, preflight.RegistryValue) error {
	return &exchange.Problem{Code: preflight.CodeNotRepaired}
}

func (c *pc) set(policy string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policy = policy
}

// opened are the scripts that PowerShell was given.
type opened struct {
	name   string
	script []byte
}

// menu opens a menu by the name of its button, and presses what it offers by its words.
func (d *desk) menu(button, words string) {
	d.t.Helper()
	d.do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			b, ok := o.(*kit.Button)
			if ok = ok && b.AccessibilityLabel() == button; ok {
				b.Tapped(nil)
			}
			return !ok
		})
	})
	d.shot("menu of " + button)
	d.pick(words)
}

func (d *desk) menuOffers(button string) []string {
	var out []string
	d.do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			b, ok := o.(*kit.Button)
			if ok = ok && b.AccessibilityLabel() == button; ok {
				b.Tapped(nil)
			}
			return !ok
		})
		if menu := d.win.Canvas().Overlays().Top(); menu != nil {
			out = readable(menu)
			menu.Hide()
		}
	})
	return out
}

const formMenu = "As a script of PowerShell that signs in, asks and signs out again"

func TestARunIsHandedOverToPowerShell(t *testing.T) {
	computer := &pc{policy: "Restricted"}
	came := make(chan opened, 1)
	var refuse error
	d := newDeskWith(t, &exchangesim.Server{}, func(o *shell.Options) {
		o.Preflight = func(preflightpanel.About) preflight.Subject { return preflight.Subject{Computer: computer} }
		o.OpenScript = func(_ context.Context, name string, script []byte) error {
			came <- opened{name, script}
			return refuse
		}
	})
	d.enter()
	first, second := exchange.CustomerID(d.sim.Describe().Customers[0].Domain), exchange.CustomerID(d.sim.Describe().Customers[1].Domain)
	d.choose(first, second)
	d.do(func() {
		spec, _ := d.flow.Form.Catalog().Find("Get-MailboxStatistics")
		d.flow.Form.Choose(spec)
	})
	if offers := d.menuOffers(formMenu); len(offers) > 0 {
		t.Errorf("a form that is not filled in offers %q", offers)
	}
	d.do(func() {
		if p, ok := d.flow.Form.Model().Shown("Identity"); !ok {
			t.Errorf("beside the empty field it says %+v", p)
		}
	})
	d.do(func() { d.flow.Form.Input("Identity", "anna's") })

	d.menu(formMenu, "Copy as script")
	copied := ""
	d.do(func() { copied = fyne.CurrentApp().Clipboard().Content() })
	for _, has := range []string{"'" + string(first) + "' # \"", "'" + string(second) + "' # \"", " Get-MailboxStatistics -Identity 'anna''s'\n",
		"Get-Credential -Credential '" + d.sim.User + "'\n", "('" + d.sim.Describe().Classic + "?DelegatedOrg=' + $Customer)", "certutil"} {
		if !strings.Contains(copied, has) {
			t.Errorf("the clipboard lacks %q:\n%s", has, copied)
		}
	}
	if strings.Contains(copied, d.sim.Password.Reveal()) || !d.says("The script is on the clipboard.") {
		t.Errorf("the clipboard holds the password, or the screen does not say what was copied: %q", d.texts())
	}

	d.menu(formMenu, "Save as script…")
	raw, err := os.ReadFile(d.saved)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(raw, []byte("\ufeff# ")) || !bytes.Contains(raw, []byte("-Identity 'anna''s'\r\n")) || !bytes.Contains(raw, []byte("\r\n")) {
		t.Errorf("the file holds\n%s", raw)
	}
	if !d.says("The script was saved as " + d.saved + ".") {
		t.Errorf("the screen says %q", d.texts())
	}

	d.menu(formMenu, "Open in PowerShell")
	d.until("the screen says why it is not opened", func() bool { return d.flow.Model().Blocked != nil })
	d.shot("script blocked")
	if !d.says("The script was not opened: PowerShell would not run it on this computer.") || d.offers("Run anyway") {
		t.Errorf("the screen says %q", d.texts())
	}
	select {
	case <-came:
		t.Error("a script was opened that PowerShell would not run")
	default:
	}
	d.do(func() {
		if len(d.flow.Model().Blocked.Found[0].Fixes) == 0 {
			t.Error("nothing is offered to repair it")
		}
	})

	computer.set("RemoteSigned")
	d.menu(formMenu, "Open in PowerShell")
	got := <-came
	if !strings.HasSuffix(got.name, ".ps1") || !bytes.HasPrefix(got.script, []byte("\ufeff# ")) || !bytes.Contains(got.script, []byte("-Identity 'anna''s'\r\n")) {
		t.Errorf("PowerShell was given %s\n%s", got.name, got.script)
	}
	<-d.queue.Idle()
	if d.says("The script was not opened: PowerShell would not run it on this computer.") {
		t.Error("after it was opened the screen still says that it was not")
	}

	refuse = &exchange.Problem{Code: handover.CodeNotOpened, Args: map[string]string{"program": "powershell.exe"}}
	d.menu(formMenu, "Open in PowerShell")
	<-came
	d.until("the screen says that it did not open", func() bool {
		notes := d.flow.Model().Notes
		return len(notes) > 0 && notes[len(notes)-1].Problem != nil && notes[len(notes)-1].Problem.Code == handover.CodeNotOpened
	})
	if !d.says("PowerShell could not be opened") {
		t.Errorf("the screen says %q", d.texts())
	}
}

// What is agreed to here is not agreed to there: the script of a change that was made asks again.
func TestAChangeThatWasMadeAsAScript(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.enter()
	d.choose(exchange.CustomerID(d.sim.Describe().Customers[0].Domain))
	d.ask("Set-Mailbox", "Identity", "admin", "CustomAttribute1", "x")
	d.do(d.flow.Form.Yes)
	d.ended()
	if offers := d.menuOffers("PowerShell"); len(offers) != 2 {
		t.Errorf("without PowerShell on this computer it offers %q", offers)
	}
	d.menu("PowerShell", "Copy as script")
	copied := ""
	d.do(func() { copied = fyne.CurrentApp().Clipboard().Content() })
	if !strings.Contains(copied, "Set-Mailbox -Identity admin -CustomAttribute1 x\n") || strings.Contains(copied, "-Confirm") {
		t.Errorf("the clipboard holds\n%s", copied)
	}
}
