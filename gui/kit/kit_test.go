package kit

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

func window(t *testing.T, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	w := test.NewWindow(content)
	t.Cleanup(w.Close)
	w.Resize(fyne.NewSize(400, 300))
	return w
}

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

func TestButton(t *testing.T) {
	pressed := 0
	b := NewButton("Run", icons.Run, Primary, func() { pressed++ })
	w := window(t, container.NewVBox(b))
	test.Tap(b)
	w.Canvas().Focus(b)
	b.TypedKey(key(fyne.KeySpace))
	b.TypedKey(key(fyne.KeyReturn))
	if pressed != 3 {
		t.Errorf("pressed %d times, want 3", pressed)
	}
	b.Disable("Choose a customer first")
	test.Tap(b)
	b.TypedKey(key(fyne.KeySpace))
	if pressed != 3 {
		t.Error("a disabled button was pressed")
	}
	if r := test.WidgetRenderer(b).(*buttonRenderer); r.ring.Hidden {
		t.Error("the button has the keyboard and shows no ring")
	}
	heard := fyne.KeyName("")
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { heard = k.Name })
	b.TypedKey(key(fyne.KeyF5))
	if heard != fyne.KeyF5 {
		t.Errorf("the window heard %q, want F5", heard)
	}
}

// TestTips shows that a tooltip says the reason of a disabled button, and goes when the pointer does.
func TestTips(t *testing.T) {
	before := tip.Delay
	tip.Delay = 0
	t.Cleanup(func() { tip.Delay = before })
	b := NewIconButton(icons.Run, "Run it", nil)
	layer := tip.Wrap(container.NewVBox(b))
	w := window(t, layer)
	w.SetPadded(false)
	test.MoveMouse(w.Canvas(), fyne.NewPos(10, 10))
	if layer.Text() != "Run it" {
		t.Errorf("the tooltip says %q", layer.Text())
	}
	b.Disable("Choose a customer first")
	b.MouseOut()
	if layer.Text() != "" {
		t.Errorf("the tooltip stays: %q", layer.Text())
	}
	b.MouseIn(&desktop.MouseEvent{})
	if layer.Text() != "Choose a customer first" {
		t.Errorf("the tooltip says %q", layer.Text())
	}
}

func TestTipWaitsAndIsCancelled(t *testing.T) {
	before := tip.Delay
	tip.Delay = time.Hour
	t.Cleanup(func() { tip.Delay = before })
	b := NewIconButton(icons.Run, "Run it", nil)
	layer := tip.Wrap(container.NewVBox(b))
	window(t, layer)
	b.MouseIn(&desktop.MouseEvent{})
	if layer.Text() != "" {
		t.Errorf("the tooltip did not wait: %q", layer.Text())
	}
	b.MouseOut()
}

func TestSearch(t *testing.T) {
	var heard []string
	s := NewSearch("Search 214", func(text string) { heard = append(heard, text) })
	w := window(t, container.NewVBox(s))
	escaped := false
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { escaped = k.Name == fyne.KeyEscape })
	test.Type(s, "con")
	s.TypedKey(key(fyne.KeyEscape))
	if s.Text != "" || escaped {
		t.Errorf("Esc leaves %q, window heard it: %v", s.Text, escaped)
	}
	s.TypedKey(key(fyne.KeyEscape))
	if !escaped {
		t.Error("Esc with nothing to clear did not reach the window")
	}
	test.Type(s, "x")
	clear := s.ActionItem.(*small)
	if clear.Hidden {
		t.Error("no button to clear")
	}
	test.Tap(clear)
	if s.Text != "" || !clear.Hidden {
		t.Errorf("clearing leaves %q", s.Text)
	}
	if got := strings.Join(heard, ","); got != "c,co,con,,x," {
		t.Errorf("heard %q", got)
	}
}

func TestField(t *testing.T) {
	e := NewEntry("Account")
	f := NewField("Account", e)
	window(t, f)
	plain := f.MinSize().Height
	f.SetRequired(true)
	f.SetHint("At your own organisation")
	hinted := f.MinSize().Height
	f.SetProblem("Type an account first.")
	if hinted <= plain || f.MinSize().Height <= plain {
		t.Errorf("heights %v, with hint %v, with problem %v", plain, hinted, f.MinSize().Height)
	}
	if f.hint.Visible() || !f.mark.Visible() {
		t.Error("the hint shows beside the problem")
	}
	if got, want := f.AccessibilityLabel(), "Account, required. Type an account first."; got != want {
		t.Errorf("a screen reader says %q, want %q", got, want)
	}
	f.SetProblem("")
	if !f.hint.Visible() || f.mark.Visible() {
		t.Error("the hint did not come back")
	}
}

func TestFold(t *testing.T) {
	inside := widget.NewLabel("inside")
	f := NewFold("61 more fields", inside)
	window(t, f)
	closed := f.MinSize().Height
	var heard []bool
	f.OnChanged = func(open bool) { heard = append(heard, open) }
	test.Tap(f.head)
	if !f.Open() || !inside.Visible() || f.MinSize().Height <= closed {
		t.Error("a click did not open it")
	}
	f.head.TypedKey(key(fyne.KeyLeft))
	f.head.TypedKey(key(fyne.KeyLeft))
	if f.Open() || inside.Visible() {
		t.Error("Left did not close it")
	}
	if len(heard) != 2 || !heard[0] || heard[1] {
		t.Errorf("heard %v", heard)
	}
}

func TestStrip(t *testing.T) {
	did := false
	s := NewStrip(Warn, "Not complete.", Action{Text: "Retry", Do: func() { did = true }})
	window(t, s)
	test.Tap(s.buttons.Objects[0].(*Button))
	if !did {
		t.Error("the button does nothing")
	}
	s.Set(Bad, "Not asked.")
	if s.Text() != "Not asked." || s.Kind() != Bad || len(s.buttons.Objects) != 0 {
		t.Errorf("says %q with %d buttons", s.Text(), len(s.buttons.Objects))
	}
}

func TestStripTakesTheLinesItNeeds(t *testing.T) {
	s := NewStrip(Info, strings.Repeat("Reading all cmdlets takes a minute. ", 6))
	c := Stacked(4, s, NewText("below"))
	window(t, c)
	c.Resize(fyne.NewSize(300, 300))
	if h := s.MinSize().Height; h < 80 {
		t.Errorf("in 300 points it is %v high", h)
	}
	if y := c.Objects[1].Position().Y; y < s.Size().Height {
		t.Errorf("what is below starts at %v inside its %v", y, s.Size().Height)
	}
}

func TestProblemCopies(t *testing.T) {
	p := NewProblem(Trouble{Kind: Bad, Title: "Could not sign in", Next: "Check the password.",
		Details: []Detail{{"Code", "signin.refused"}, {"Host", "ps.outlook.com"}}})
	window(t, p)
	var fold *Fold
	var button *Button
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *Fold:
			fold = o
			walk(o.content)
		case *Button:
			button = o
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		}
	}
	walk(p.body)
	if fold == nil || button == nil || fold.Open() {
		t.Fatal("the details are not folded away")
	}
	fold.SetOpen(true)
	test.Tap(button)
	want := "Could not sign in\nCheck the password.\nCode: signin.refused\nHost: ps.outlook.com"
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	if button.Text() != "Copied" {
		t.Errorf("the button says %q", button.Text())
	}
}

func TestChip(t *testing.T) {
	removed, changed := false, false
	c := NewChip("Kind is Shared", func() { removed = true })
	c.OnTapped = func() { changed = true }
	window(t, c)
	test.Tap(c.body)
	test.Tap(c.remove)
	if !removed || !changed {
		t.Errorf("removed %v, changed %v", removed, changed)
	}
	if got := c.remove.AccessibilityLabel(); got != "Remove: Kind is Shared" {
		t.Errorf("a screen reader says %q", got)
	}
}

func TestProgressBar(t *testing.T) {
	p := NewProgressBar()
	window(t, container.NewVBox(p))
	if p.Visible() {
		t.Error("it shows before anything started")
	}
	p.Resize(fyne.NewSize(200, 3))
	p.Set(0.25)
	if r := test.WidgetRenderer(p).(*progressRenderer); !p.Visible() || r.bar.Size().Width != 50 {
		t.Errorf("a quarter of 200 is drawn %v wide", r.bar.Size().Width)
	}
	p.Set(7)
	p.Busy()
	p.Done()
	if p.Visible() || p.animation != nil {
		t.Error("it goes on after Done")
	}
}

// A moving bar makes the window draw, so one that nobody sees stands still until it is seen again.
func TestABarThatNobodySeesStandsStill(t *testing.T) {
	p := NewProgressBar()
	w := window(t, container.NewVBox(p))
	p.Busy()
	steps := func(n int) {
		for range n {
			if p.animation != nil {
				p.animation.Tick(0.5)
			}
		}
	}
	for range 10 {
		steps(20)
		w.Canvas().Capture()
	}
	if p.animation == nil {
		t.Error("a bar that is drawn stands still")
	}
	steps(200)
	if p.animation != nil {
		t.Error("a bar that nobody draws moves for ever")
	}
	w.Canvas().Capture()
	if p.animation == nil {
		t.Error("a bar that is drawn again stands still")
	}
	p.Done()
}

func TestStateDotSaysItsState(t *testing.T) {
	d := NewStateDot(Idle, "idle")
	window(t, container.NewVBox(d))
	r := test.WidgetRenderer(d).(*dotRenderer)
	shape := func() string {
		s := ""
		for _, o := range r.objects {
			if o.Visible() {
				s += "x"
			} else {
				s += "."
			}
		}
		if r.ring.FillColor != nil {
			s += "filled"
		}
		return s
	}
	seen := map[string]State{}
	for _, s := range []State{Idle, Working, Connected, Attention} {
		d.Set(s, "words")
		if other, ok := seen[shape()]; ok {
			t.Errorf("states %d and %d have the same shape: only colour tells them apart", s, other)
		}
		seen[shape()] = s
	}
	if d.AccessibilityLabel() != "words" {
		t.Error("a screen reader says nothing")
	}
}

func TestEntryForwardsKeys(t *testing.T) {
	e := NewEntry("Account")
	w := window(t, container.NewVBox(e))
	var heard []fyne.KeyName
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { heard = append(heard, k.Name) })
	w.Canvas().Focus(e)
	for _, n := range []fyne.KeyName{fyne.KeyF5, fyne.KeyF1, fyne.KeyEscape, fyne.KeyLeft} {
		e.TypedKey(key(n))
	}
	if len(heard) != 3 {
		t.Errorf("the window heard %v, want F5, F1 and Esc", heard)
	}
}

func TestShorten(t *testing.T) {
	test.NewTempApp(t)
	for _, width := range []float32{20, 60, 200} {
		got := Shorten("finance@contoso.onmicrosoft.com", width, 13, fyne.TextStyle{})
		if w := fyne.MeasureText(got, 13, fyne.TextStyle{}).Width; w > width {
			t.Errorf("%q is %v wide, more than %v", got, w, width)
		}
	}
	if got := Shorten("short", 200, 13, fyne.TextStyle{}); got != "short" {
		t.Errorf("%q was cut", got)
	}
}

func TestIconsDrawInTheirColour(t *testing.T) {
	window(t, widget.NewLabel(""))
	names := map[string]bool{}
	for _, i := range icons.All() {
		light := string(i.In(theme.ColorAccent).Content())
		if !strings.Contains(light, "#0f766e") || strings.Contains(light, "%!") || strings.Contains(light, "%[") {
			t.Errorf("%s is drawn as %s", i.Name(), light)
		}
		if names[i.Name()] {
			t.Errorf("two icons are called %s", i.Name())
		}
		names[i.Name()] = true
	}
	fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: theme.Dark})
	if dark := string(icons.Search.In(theme.ColorAccent).Content()); !strings.Contains(dark, "#2dd4bf") {
		t.Errorf("in the dark it is drawn as %s", dark)
	}
}
