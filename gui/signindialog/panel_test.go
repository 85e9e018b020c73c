package signindialog_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/signindialog"
)

// refusing is a server that refuses everybody, and notes who came.
type refusing struct{ came []exchange.Credential }

func (r *refusing) Connect(_ context.Context, _ exchange.Target, with exchange.Credential) (exchange.Session, error) {
	r.came = append(r.came, with)
	return nil, &exchange.Problem{Code: exchange.CodeSignInRefused, Args: map[string]string{"user": with.User, "host": "ps.example"}}
}

// locked is a secret store that nobody unlocked.
type locked struct{}

func (locked) Load(string) (secret.Secret, bool, error) {
	return secret.Secret{}, false, errors.New("locked")
}
func (locked) Save(string, secret.Secret) error { return errors.New("locked") }
func (locked) Delete(string) error              { return errors.New("locked") }

// A person signs in with the keyboard alone; what was refused is said beside the password, and nothing that
// was typed is lost.
func TestSignInByKeyboard(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	queue, server := loop.NewQueue(), &refusing{}
	defer queue.Close()
	do := func(f func()) {
		t.Helper()
		queue.Do(f)
		<-queue.Idle()
	}
	var flow *signindialog.Flow
	var win fyne.Window
	do(func() {
		flow = signindialog.NewFlow(signindialog.Options{Loop: queue, Vault: locked{}, Connector: server, Redirects: &signindialog.Redirects{},
			Profiles: signin.OpenProfiles(filepath.Join(t.TempDir(), "connections.json"))})
		panel := signindialog.NewPanel(flow, wording.For("en"), queue, files.System{})
		win = test.NewWindow(panel.Content())
		win.Resize(fyne.NewSize(900, 700))
		panel.FocusFirst()
		flow.Load()
	})
	defer do(func() { win.Close() })
	c := win.Canvas()
	typed := func(text string) {
		do(func() {
			for _, r := range text {
				c.Focused().TypedRune(r)
			}
		})
	}
	enter := func() { do(func() { c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }) }

	typed("anna@fabrikam.example")
	enter()
	if m := flow.Model(); m.At != signindialog.PasswordField || m.Missing == "" || len(server.came) != 0 {
		t.Errorf("without a password it says %q at %d", m.Missing, m.At)
	}
	typed("a wrong one") // what is missing has the keyboard
	do(c.FocusNext)      // remember
	do(c.FocusNext)
	if b, ok := c.Focused().(*kit.Button); !ok || b.Text() != "Sign in" {
		t.Errorf("after the password and the box to remember it, the keyboard is at %T", c.Focused())
	}
	enter()
	if len(server.came) != 1 || server.came[0].User != "anna@fabrikam.example" || server.came[0].Password.Reveal() != "a wrong one" {
		t.Fatalf("the server was asked by %v", server.came)
	}
	m := flow.Model()
	if m.At != signindialog.PasswordField || exchange.CodeOf(m.Problem) != exchange.CodeSignInRefused || m.Busy != signindialog.Idle {
		t.Errorf("a refusal is shown at %d: %v", m.At, m.Problem)
	}
	e, ok := c.Focused().(*kit.Entry)
	if !ok || !e.Password || e.Text != "a wrong one" || e.SelectedText() != e.Text {
		t.Errorf("after a refusal the keyboard is at %T", c.Focused())
	}
}
