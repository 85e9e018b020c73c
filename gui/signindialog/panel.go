package signindialog

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/remedy"
	"tenantry/gui/waiting"
)

// Panel draws the first screen. It belongs to the UI goroutine.
type Panel struct {
	flow  *Flow
	words *wording.Words
	loop  loop.Loop
	files files.Chooser

	user, password                        *kit.Entry
	userField, passwordField              *kit.Field
	details                               *details
	remember                              *kit.Check
	where                                 *kit.Text // the password is kept
	signIn, cancel, explore, cancelSample *kit.Button
	bar, sampleBar                        *kit.ProgressBar
	question, waits                       *kit.Strip
	troubles                              map[Field]*fyne.Container
	root                                  *container.Scroll
	filled                                int
	filling                               bool
	told                                  *exchange.Problem // whose field got the keyboard
}

// NewPanel returns the screen for flow and takes its OnChange.
func NewPanel(flow *Flow, w *wording.Words, l loop.Loop, chooser files.Chooser) *Panel {
	p := &Panel{flow: flow, words: w, loop: l, files: chooser, filled: -1, troubles: map[Field]*fyne.Container{}}
	for f := NoField; f <= SampleField; f++ {
		p.troubles[f] = kit.Stacked(0)
		p.troubles[f].Hide()
	}
	cards := []fyne.CanvasObject{p.passwordCard()}
	if flow.HasSample() {
		cards = append(cards, p.sampleCard())
	}
	title := kit.NewTitle("Tenantry")
	title.Align = fyne.TextAlignCenter
	claim := kit.NewText(w.Text("window.claim"))
	claim.SetColor(theme.ColorMuted)
	claim.Align = fyne.TextAlignCenter
	p.root = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(32, 24, 24, 24),
		kit.Stacked(4, title, claim, container.New(layout.NewCustomPaddedLayout(20, 0, 0, 0), container.New(&side{}, cards...)))))
	flow.OnChange = p.draw
	flow.OnReveal = p.reach
	p.draw()
	return p
}

// reach gives the keyboard to a field.
func (p *Panel) reach(at Field) {
	switch at {
	case AccountField:
		kit.Focus(p.user)
	case PasswordField:
		kit.Focus(p.password)
	default:
		p.details.focus(at)
	}
	p.reveal(p.troubles[at])
}

// Content is what to put on the screen.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// First is what should have the keyboard: the first field that is empty, or the button.
func (p *Panel) First() fyne.Focusable {
	m := p.flow.Model()
	switch {
	case p.user.Text == "" && m.NeedsAccount():
		return p.user
	case p.password.Text == "" && m.NeedsPassword():
		return p.password
	}
	return p.signIn
}

// FocusFirst gives the keyboard to First.
func (p *Panel) FocusFirst() { kit.Focus(p.First()) }

func (p *Panel) passwordCard() fyne.CanvasObject {
	w, f := p.words, p.flow
	p.user = kit.NewEntry(w.Text("window.signin.account"))
	p.user.SetPlaceHolder(w.Text("window.signin.account-example"))
	p.user.OnChanged = func(text string) {
		if !p.filling {
			f.SetUser(text)
		}
	}
	p.user.OnSubmitted = func(string) { f.SignIn() }
	p.password = kit.NewPasswordEntry(w.Text("window.signin.password"))
	p.password.OnChanged = func(text string) {
		if !p.filling {
			f.SetPassword(secret.New(text))
		}
	}
	p.password.OnSubmitted = func(string) { f.SignIn() }
	p.userField = kit.NewField(w.Text("window.signin.account"), p.user)
	p.passwordField = kit.NewField(w.Text("window.signin.password"), p.password)
	p.remember = kit.NewCheck(w.Text("window.signin.remember"), func(on bool) {
		if !p.filling {
			f.SetRemember(on)
		}
	})
	p.where = kit.NewCaption(w.Text("window.signin.kept-in." + storeOf(runtime.GOOS)))
	p.where.Clip = true
	p.signIn = kit.NewButton(w.Text("window.signin.sign-in"), nil, kit.Primary, f.SignIn)
	p.cancel = kit.NewButton(w.Text("window.cancel"), nil, kit.Plain, f.Cancel)
	p.bar = kit.NewProgressBar()
	p.details = newDetails(p)
	p.question = kit.NewStrip(kit.Warn, "")
	p.question.Hide()
	p.waits = kit.NewStrip(kit.Info, "")
	p.waits.Hide()
	rows := kit.Stacked(12,
		kit.Stacked(2, kit.NewHeading(w.Text("window.signin.classic")), caption(w.Text("window.signin.classic-for"))),
		p.userField, p.troubles[AccountField], p.passwordField, p.troubles[PasswordField],
		kit.Stacked(0, p.remember, container.New(layout.NewCustomPaddedLayout(0, 0, 30, 0), p.where)),
		p.troubles[NoField], p.question, p.waits,
		container.NewHBox(p.signIn, p.cancel), p.bar, p.details.fold)
	return card(rows)
}

func (p *Panel) sampleCard() fyne.CanvasObject {
	w, f := p.words, p.flow
	p.explore = kit.NewButton(w.Text("window.signin.sample"), icons.Customer, kit.Plain, f.StartSample)
	p.cancelSample = kit.NewButton(w.Text("window.cancel"), nil, kit.Plain, f.Cancel)
	p.sampleBar = kit.NewProgressBar()
	about := widget.NewLabel(w.Text("window.signin.sample-about"))
	about.Wrapping = fyne.TextWrapWord
	return card(kit.Stacked(12,
		kit.Stacked(2, kit.NewHeading(w.Text("window.signin.sample-title")), caption(w.Text("window.signin.sample-for"))),
		container.New(layout.NewCustomPaddedLayout(-8, -8, -8, -8), about),
		p.troubles[SampleField], container.NewHBox(p.explore, p.cancelSample), p.sampleBar))
}

func caption(text string) *kit.Text {
	t := kit.NewText(text)
	t.SetColor(theme.ColorMuted)
	t.Clip = true
	return t
}

func card(content fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(kit.NewSurface(theme.ColorSurface, "separator"), container.New(layout.NewCustomPaddedLayout(20, 20, 20, 20), content))
}

// storeOf names the store in which a password is kept.
func storeOf(system string) string {
	switch system {
	case "windows", "darwin":
		return system
	}
	return "linux"
}

// draw brings the screen in line with the model.
func (p *Panel) draw() {
	m, w := p.flow.Model(), p.words
	if p.filled != m.Filled {
		p.filled, p.filling = m.Filled, true
		p.user.SetText(m.User)
		p.password.SetText(m.Password.Reveal())
		p.remember.SetChecked(m.Remember)
		p.details.fill(m)
		p.filling = false
		if c := locate.Canvas(p.user); c != nil && c.Focused() == p.user && p.First() != p.user {
			p.FocusFirst() // the account is there, the person goes on
		}
	}
	p.accounts()
	hint := ""
	switch {
	case m.Kept:
		hint = w.Text("window.signin.kept")
	case m.Way == exchange.AuthKerberos:
		hint = w.Text("window.signin.ticket")
	}
	p.passwordField.SetHint(hint)
	p.passwordField.Hidden = !m.TakesPassword()
	p.remember.Hidden = !m.TakesPassword() && m.Proxy != exchange.ProxyManual
	p.where.Hidden = p.remember.Hidden
	p.userField.SetHint("")
	if m.Way == exchange.AuthCertificate {
		p.userField.SetHint(w.Text("window.signin.account-of-certificate"))
	}
	p.missing(p.userField, m, AccountField)
	p.missing(p.passwordField, m, PasswordField)
	p.details.draw(m)
	for field, box := range p.troubles {
		p.trouble(box, m, field)
	}
	busy(p.signIn, p.cancel, p.bar, m.Busy == SigningIn, m.Busy != Idle, w)
	if p.explore != nil {
		busy(p.explore, p.cancelSample, p.sampleBar, m.Busy == StartingSample, m.Busy != Idle, w)
	}
	switch m.Busy {
	case SigningIn:
		p.signIn.SetText(w.Text("window.signin.signing-in"))
	default:
		p.signIn.SetText(w.Text("window.signin.sign-in"))
	}
	told := m.Problem != p.told
	if told {
		p.told = m.Problem
		// Where it went wrong is where the person goes on.
		switch {
		case m.Problem == nil:
		case m.At == PasswordField:
			kit.Focus(p.password)
			p.password.TypedShortcut(&fyne.ShortcutSelectAll{})
		case m.At == AccountField:
			kit.Focus(p.user)
		default:
			p.details.focus(m.At)
		}
	}
	name := func(id exchange.CustomerID) string {
		if id == "" {
			return w.Text("window.own-organisation")
		}
		return m.Name(id)
	}
	text := waiting.For(w, m.Behind, name)
	p.waits.Hidden = text == ""
	if text != "" && p.waits.Text() != text {
		p.waits.Set(kit.Info, text)
	}
	p.question.Hidden = m.Question == nil
	if q := m.Question; q != nil {
		p.question.Set(kit.Warn, w.Text("window.redirect", "from", q.From, "to", q.To),
			kit.Action{Text: w.Text("window.redirect-follow"), Do: func() { q.Answer(true) }},
			kit.Action{Text: w.Text("window.redirect-stop"), Do: func() { q.Answer(false) }})
	}
	p.root.Refresh()
	if told {
		p.reveal(p.troubles[m.At])
	}
}

// reveal scrolls until what was said about a field is in sight.
func (p *Panel) reveal(box *fyne.Container) {
	c := locate.Canvas(p.root)
	if c == nil || box == nil || !box.Visible() {
		return
	}
	const around = 24
	top := locate.Position(box).Y - locate.Position(p.root.Content).Y
	if low := top + box.Size().Height + around - p.root.Size().Height; low > p.root.Offset.Y {
		p.root.ScrollToOffset(fyne.NewPos(0, low))
	}
	if high := max(top-around, 0); high < p.root.Offset.Y {
		p.root.ScrollToOffset(fyne.NewPos(0, high))
	}
}

func (p *Panel) missing(field *kit.Field, m *Model, at Field) {
	text := ""
	if m.Missing != "" && m.At == at {
		text = p.words.Text(m.Missing)
	}
	if field.Problem() != text {
		field.SetProblem(text)
		switch {
		case text == "":
		case at.detail():
			p.details.focus(at)
		default:
			p.FocusFirst()
		}
	}
}

func (p *Panel) trouble(box *fyne.Container, m *Model, at Field) {
	shows := m.Problem != nil && (m.At == at || at == NoField && p.troubles[m.At] == nil)
	box.Hidden = !shows
	box.Objects = nil
	if shows {
		panel := kit.NewProblem(kit.Explained(kit.Bad, p.words.Problem(m.Problem), p.steps(m)...))
		panel.OnFold = func() {
			p.root.Refresh()
			p.reveal(box)
		}
		box.Objects = []fyne.CanvasObject{panel}
	}
	box.Refresh()
}

// steps are buttons for what can be done about the problem. A field to change has the keyboard already.
func (p *Panel) steps(m *Model) []kit.Action {
	var out []kit.Action
	for _, step := range remedy.For(m.Problem) {
		switch {
		case step == remedy.TryAgain && m.At != SampleField:
			out = append(out, kit.Action{Text: p.words.Text(step.Key()), Icon: icons.Retry, Do: p.flow.SignIn})
		case step == remedy.Sessions && p.flow.OnSessions != nil:
			out = append(out, kit.Action{Text: p.words.Text(step.Key()), Do: p.flow.OnSessions})
		}
	}
	if p.flow.OnFindOut != nil {
		out = append(out, kit.Action{Text: p.words.Text("window.find-out"), Icon: icons.Search, Do: func() { p.flow.OnFindOut(m.Problem) }})
	}
	return out
}

// accounts offers the accounts that signed in before, when there are several.
func (p *Panel) accounts() {
	m := p.flow.Model()
	if len(m.Accounts) < 2 || p.user.ActionItem != nil {
		return
	}
	var open *kit.Button
	open = kit.NewIconButton(icons.ChevronDown, p.words.Text("window.signin.accounts"), func() {
		var items []*fyne.MenuItem
		for _, user := range m.Accounts {
			items = append(items, fyne.NewMenuItem(user, func() {
				p.flow.Choose(user)
				p.FocusFirst()
			}))
		}
		c := locate.Canvas(open)
		at := locate.Position(p.user)
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at.AddXY(0, p.user.Size().Height))
	})
	p.user.ActionItem = open
	p.user.Refresh()
}

func busy(button, cancel *kit.Button, bar *kit.ProgressBar, mine, any bool, w *wording.Words) {
	if any {
		button.Disable(w.Text("window.signin.busy"))
	} else {
		button.Enable()
	}
	cancel.Hidden = !mine
	if mine {
		bar.Busy()
	} else {
		bar.Done()
	}
}

// side puts cards beside each other in the middle.
type side struct{}

const (
	cardWidth  = 440
	otherWidth = 320
	cardGap    = 16
)

func (s *side) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(cardWidth, height)
}

func (s *side) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	widths := []float32{cardWidth, otherWidth}
	total := -float32(cardGap)
	for i := range objects {
		total += widths[i] + cardGap
	}
	x := max((size.Width-total)/2, 0)
	for i, o := range objects {
		o.Resize(fyne.NewSize(widths[i], o.Size().Height)) // wrapped words know their height by their width
		o.Resize(fyne.NewSize(widths[i], o.MinSize().Height))
		o.Move(fyne.NewPos(x, 0))
		x += widths[i] + cardGap
	}
}
