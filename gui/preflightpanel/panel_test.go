package preflightpanel_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
	"tenantry/gui/preflightpanel"
)

// sheet is the panel drawn in a window.
type sheet struct {
	*stage
	panel *preflightpanel.Panel
	win   fyne.Window
}

func draw(t *testing.T, s *stage, lang string) *sheet {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	was := tip.Delay
	tip.Delay = time.Hour
	t.Cleanup(func() { tip.Delay = was })
	v := &sheet{stage: s}
	s.do(func() {
		v.win = test.NewWindow(nil)
		changed := s.flow.OnChange
		v.panel = preflightpanel.NewPanel(s.flow, wording.For(lang), v.win)
		drawn := s.flow.OnChange
		s.flow.OnChange = func() { drawn(); changed() }
		v.win.SetContent(v.panel.Content())
		v.win.Resize(fyne.NewSize(1200, 760))
	})
	t.Cleanup(func() { s.do(v.win.Close) })
	return v
}

// each calls f with everything that can be seen.
func each(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	f(o)
	var below []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		below = o.Objects
	case fyne.Widget:
		below = test.WidgetRenderer(o).Objects()
	}
	for _, b := range below {
		each(b, f)
	}
}

func (v *sheet) texts() []string {
	var out []string
	v.queue.Do(func() {
		each(v.win.Canvas().Content(), func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *widget.Label:
				out = append(out, o.Text)
			case *kit.Text:
				out = append(out, o.Text)
			case *canvas.Text:
				if o.Text != "" {
					out = append(out, o.Text)
				}
			}
		})
	})
	return out
}

func (v *sheet) says(text string) bool { return slices.Contains(v.texts(), text) }

// key presses a key in what has the keyboard.
func (v *sheet) key(name fyne.KeyName) {
	v.do(func() { v.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) })
}

// reach moves the keyboard on until what has it says text.
func (v *sheet) reach(text string) {
	v.t.Helper()
	for range 80 {
		var at string
		v.do(func() {
			v.win.Canvas().FocusNext()
			if l, ok := v.win.Canvas().Focused().(interface{ AccessibilityLabel() string }); ok {
				at = l.AccessibilityLabel()
			}
		})
		if strings.HasPrefix(at, text) {
			return
		}
	}
	v.t.Fatalf("the keyboard does not reach %q; the screen says %q", text, v.texts())
}

// Everything is reached with the keyboard: unfolding, a repair that is left, and one that is made.
func TestThePanelWithTheKeyboard(t *testing.T) {
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
	v := draw(t, newStage(t, func() preflight.Subject { return preflight.Subject{Computer: local{c}, Use: preflight.UsePowerShell} }), "en-GB")
	words := wording.For("en-GB")
	v.do(func() { v.flow.Show(true) })
	if !v.says("Not checked yet") || !v.says("Look whether this computer and the way to the server are ready for work.") {
		t.Errorf("an empty panel says %q", v.texts())
	}
	v.reach("Check now")
	v.key(fyne.KeyReturn)
	name := words.Check(string(preflight.CheckPolicy))
	if !v.says(name) || !v.says(words.Text("status.pass")) || !v.says("Check again") {
		t.Fatalf("it says %q", v.texts())
	}
	f := v.found(preflight.CheckPolicy)
	m := words.Explain(f.Code, f.Args)
	if v.says(m.Why) {
		t.Error("what was found shows before anybody unfolds it")
	}
	v.reach(name)
	v.key(fyne.KeySpace)
	if !v.says(m.Why) || !v.says(m.Next) {
		t.Errorf("unfolded it says %q", v.texts())
	}
	fix := words.Text("fix." + string(preflight.FixPolicyMachine))
	v.reach(fix)
	v.key(fyne.KeyReturn)
	const asked = "Windows asks for an administrator first."
	for _, text := range []string{words.Text("fix." + string(preflight.FixPolicyMachine) + ".what"), policyKey, "ExecutionPolicy", "Restricted", "RemoteSigned", asked} {
		if !v.says(text) {
			t.Errorf("the question does not say %q: %q", text, v.texts())
		}
	}
	v.reach("Leave it")
	v.key(fyne.KeyReturn)
	if v.says(asked) {
		t.Error("the question is still there")
	}
	v.reach(fix)
	v.key(fyne.KeyReturn)
	v.reach("Change it")
	v.key(fyne.KeyReturn)
	if _, data := registry.Value(policyKey, "ExecutionPolicy"); data != "RemoteSigned" || !v.says("Changed, and checked again.") {
		t.Errorf("the policy is %s, and it says %q", data, v.texts())
	}
	v.reach("Copy report")
	v.key(fyne.KeyReturn)
	v.do(func() {
		if got := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(got, name+": "+words.Text("status.pass")) {
			t.Errorf("copied is %q", got)
		}
	})
}

// The keyboard stays where it is while findings come, and when the panel opens by itself.
func TestTheKeyboardStays(t *testing.T) {
	hangs, _ := listen(t)
	hangs.TLS = true
	v := draw(t, newStage(t, func() preflight.Subject { return thisComputer(hangs) }), "nl-NL")
	words := wording.For("nl-NL")
	v.do(v.flow.ShowQuietly)
	v.queue.Do(func() {
		if at := v.win.Canvas().Focused(); at != nil {
			t.Errorf("a panel that opens by itself took the keyboard: %T", at)
		}
		v.flow.Check(nil)
	})
	v.until("the system was looked at", func() bool {
		r := v.flow.Model().Local.Row(preflight.CheckSystem)
		return r != nil && r.Finding.Status == preflight.Pass
	})
	name := words.Check(string(preflight.CheckSystem))
	var at fyne.Focusable
	for range 40 {
		v.queue.Do(func() {
			v.win.Canvas().FocusNext()
			at = v.win.Canvas().Focused()
		})
		if l, ok := at.(interface{ AccessibilityLabel() string }); ok && strings.HasPrefix(l.AccessibilityLabel(), name) {
			break
		}
	}
	if !slices.Contains(v.texts(), words.Text("window.preflight.running")) {
		t.Errorf("a check that runs does not say so: %q", v.texts())
	}
	v.queue.Do(func() { v.flow.Model().Local.Cancel() })
	v.until("it stopped", func() bool { return !v.flow.Model().Local.Running })
	v.queue.Do(func() {
		if v.win.Canvas().Focused() != at {
			t.Errorf("the keyboard went from %T to %T", at, v.win.Canvas().Focused())
		}
	})
}

// The table of other computers: a line each, with words for every state.
func TestTheTableOfComputers(t *testing.T) {
	lacks, _ := windows(t, "Restricted")
	nobody, l := listen(t)
	l.Close()
	v := draw(t, newStage(t, func() preflight.Subject { return thisComputer() }), "en-GB")
	words := wording.For("en-GB")
	v.do(func() {
		v.flow.Show(true)
		v.flow.OpenAnother(true)
		v.flow.SetForm(func(f *preflightpanel.Form) {
			f.Names, f.User, f.Password = lacks.URL()+"\nhttp://"+nobody.String(), user, secret.New(password)
		})
	})
	v.reach("Check them")
	v.key(fyne.KeyReturn)
	for _, text := range []string{"2 of 2 computers lack something", lacks.URL(), words.Check(string(preflight.CheckPolicy)), words.Text("status.pass")} {
		if !v.says(text) {
			t.Errorf("the table does not say %q: %q", text, v.texts())
		}
	}
	v.do(func() { v.flow.Choose(v.flow.Model().Others[1]) })
	var why string
	v.queue.Do(func() { why = words.Problem(v.flow.Model().Others[1].Problem).Next })
	if why == "" || !v.says(why) {
		t.Errorf("why one was not reached is not said: %q", v.texts())
	}
	v.do(v.flow.Escape)
	if !v.says("Check this computer") {
		t.Errorf("Esc does not lead back: %q", v.texts())
	}
}
