package shell

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/waiting"
)

// sessionsPanel shows the sessions of the account and those left open, below the button that opens it.
type sessionsPanel struct {
	panel *Panel
	title *kit.Text
	head  *fyne.Container
	rows  *fyne.Container
	root  *fyne.Container
	turn  int

	closing *kit.Button
	before  fyne.Focusable // what had the keyboard before the panel opened
}

const (
	sessionsWidth = 480
	sessionsMost  = 440 // high, until it scrolls
	sessionsEdge  = 10
	sessionsBar   = 12 // room for the scroll bar
)

func newSessionsPanel(p *Panel) *sessionsPanel {
	w := p.words
	s := &sessionsPanel{panel: p, title: kit.NewHeading(""), rows: kit.Stacked(6), turn: -1}
	about := widget.NewLabel(w.Text("window.sessions-tip"))
	about.Wrapping = fyne.TextWrapWord
	about.SizeName = theme.SizeCaption
	s.closing = kit.NewIconButton(icons.Close, w.Text("kit.close"), func() { p.flow.ShowSessions(false) })
	line := container.NewBorder(nil, nil, nil, s.closing,
		container.New(&middleLine{}, s.title))
	s.head = kit.Stacked(2, line, container.New(layout.NewCustomPaddedLayout(-6, -2, -8, 0), about))
	card := container.NewStack(kit.NewShield(), kit.NewSurface(theme.ColorSurface, theme.ColorBorder),
		container.New(layout.NewCustomPaddedLayout(sessionsEdge, sessionsEdge, 16, sessionsEdge), container.NewBorder(s.head, nil, nil, nil,
			container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 4, 0, sessionsBar), s.rows)))))
	s.root = container.New(&corner{of: s}, card)
	s.root.Hide()
	return s
}

// corner puts the panel at the top right, as high as its rows need.
type corner struct{ of *sessionsPanel }

func (*corner) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (c *corner) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(float32(sessionsWidth), size.Width-16)
	// Wrapped words know their height by their width.
	inside := width - 16 - sessionsEdge
	c.of.head.Resize(fyne.NewSize(inside, c.of.head.Size().Height))
	c.of.rows.Resize(fyne.NewSize(inside-sessionsBar, c.of.rows.Size().Height))
	need := c.of.head.MinSize().Height + c.of.rows.MinSize().Height + 2*sessionsEdge + 16
	height := min(need, sessionsMost, size.Height-48)
	objects[0].Resize(fyne.NewSize(width, height))
	objects[0].Move(fyne.NewPos(size.Width-width-8, 42))
}

func (s *sessionsPanel) draw() {
	m, w := s.panel.flow.Model(), s.panel.words
	if !m.Sessions.Open || m.Stage == Closing {
		if s.root.Visible() {
			s.root.Hide()
			s.panel.win.Canvas().Focus(s.before)
		}
		s.turn, s.before = -1, nil
		return
	}
	title := w.Text("window.sessions.title")
	if m.Stage == Working {
		title = w.Text("window.sessions", "n", m.Used+m.Others, "total", m.Max)
	}
	s.title.SetText(title)
	if s.turn != m.Sessions.Turn {
		s.turn = m.Sessions.Turn
		s.rows.Objects = nil
		for i, r := range m.Sessions.Rows {
			s.rows.Add(s.row(i, r))
		}
		if n := s.panel.flow.LeftSessions(); n > 1 {
			s.rows.Add(container.NewHBox(layout.NewSpacer(), kit.NewButton(w.Count("window.sessions.remove-all", n), nil, kit.Plain, s.panel.flow.RemoveAllSessions)))
		}
		if len(m.Sessions.Rows) == 0 {
			none := kit.NewText(w.Text("window.sessions.none"))
			none.SetColor(theme.ColorMuted)
			s.rows.Add(none)
		}
		s.rows.Refresh()
	}
	if !s.root.Visible() {
		s.root.Show()
		s.before = s.panel.win.Canvas().Focused()
		s.panel.win.Canvas().Focus(s.closing)
	}
	s.root.Refresh()
}

// row is one session: whose, where, since when, and what can be done.
func (s *sessionsPanel) row(i int, r SessionRow) fyne.CanvasObject {
	f, w := s.panel.flow, s.panel.words
	state := map[SessionState]kit.State{SessionOpening: kit.Working, SessionInUse: kit.Working, SessionClosing: kit.Working,
		SessionIdle: kit.Connected, SessionElsewhere: kit.Connected, SessionLeft: kit.Attention, SessionAbroad: kit.Attention}[r.State]
	said := s.panel.sessionWords(r)
	name := kit.NewText(f.Name(r.Customer))
	name.Clip = true
	about := kit.NewCaption(said)
	about.Clip = true
	buttons := container.NewHBox()
	switch {
	case r.State == SessionIdle:
		buttons.Add(kit.NewButton(w.Text("window.sessions.close"), nil, kit.Plain, func() { f.CloseSession(i) }))
	case r.State == SessionLeft && r.needsAccount() && f.Model().Stage == SignedOut:
		buttons.Add(kit.NewButton(w.Text("window.left.sign-in", "user", r.Account), nil, kit.Plain, func() { f.SignInForSession(i) }))
	case r.State == SessionLeft:
		b := kit.NewButton(w.Text("window.sessions.remove"), nil, kit.Plain, func() { f.RemoveSession(i) })
		if r.Busy {
			b.Disable(w.Text("window.sessions.removing"))
		}
		buttons.Add(b)
	}
	line := container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 0, 10), container.NewCenter(kit.NewStateDot(state, said))),
		container.NewCenter(buttons), kit.Stacked(0, name, about))
	if r.Problem == nil || r.Busy || r.needsAccount() {
		return line
	}
	why := kit.NewProblem(kit.Explained(kit.Warn, w.Problem(r.Problem),
		kit.Action{Text: w.Text("window.find-out"), Icon: icons.Search, Do: func() { f.FindOut(r.Problem) }}))
	why.OnFold = func() { s.root.Refresh() }
	return kit.Stacked(4, line, why)
}

// sessionWords say what a session does, for whom, and since when.
func (p *Panel) sessionWords(r SessionRow) string {
	w := p.words
	var parts []string
	switch r.State {
	case SessionOpening:
		parts = append(parts, w.Text("window.sessions.opening"))
	case SessionInUse:
		parts = append(parts, w.Text("window.sessions.in-use"))
	case SessionIdle:
		parts = append(parts, w.Text("window.sessions.idle"))
	case SessionClosing:
		parts = append(parts, w.Text("window.sessions.closing"))
	case SessionElsewhere:
		parts = append(parts, waiting.Program(w, r.Program))
	case SessionAbroad:
		parts = append(parts, w.Text("window.sessions.abroad"))
	case SessionLeft:
		switch {
		case r.Busy:
			parts = append(parts, w.Text("window.sessions.removing"))
		case r.needsAccount():
			parts = append(parts, w.Text("window.sessions.needs-account", "user", r.Account))
		default:
			parts = append(parts, w.Text("window.sessions.left"), r.Account)
		}
	}
	if !r.Since.IsZero() {
		parts = append(parts, w.Text("window.sessions.since", "time", p.when(r.Since)))
	}
	return strings.Join(parts, " · ")
}

// when is the time alone on the same day, otherwise with its date.
func (p *Panel) when(t time.Time) string {
	t = t.Local()
	if now := time.Now(); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return p.words.Clock(t)
	}
	return p.words.DateTime(t)
}

// waitWords say what a run waits for: which sessions are in the way, or when it is tried again and why. Empty
// when that is not known.
func (p *Panel) waitWords(wait *jobs.Wait) string {
	w := p.words
	switch {
	case wait == nil:
		return ""
	case wait.Elsewhere:
		return w.Text("window.run.elsewhere", "wait", w.Duration(int64(wait.For.Seconds())*exchange.TicksPerSecond))
	case wait.Reason != nil && wait.For > 0:
		return w.Text("window.run.again-in", "reason", w.Problem(wait.Reason).Title, "wait", w.Duration(int64(wait.For.Seconds())*exchange.TicksPerSecond))
	case wait.Reason != nil:
		return w.Text("window.run.again", "reason", w.Problem(wait.Reason).Title)
	}
	return waiting.For(w, wait.Holders, p.flow.Name)
}

// leftNote says what became of sessions that were left open.
func (p *Panel) leftNote(n *LeftNote) fyne.CanvasObject {
	w, f := p.words, p.flow
	text := w.Count("window.left", n.Count, "time", p.when(n.Newest))
	dismiss := kit.Action{Icon: icons.Close, Do: f.DismissLeft}
	switch {
	case n.Removed == n.Count:
		return kit.NewStrip(kit.Good, text+" "+w.Text("window.left.removed"), dismiss)
	case n.Working:
		return kit.NewStrip(kit.Info, text+" "+w.Text("window.left.removing"), dismiss)
	}
	if n.Removed > 0 {
		text += " " + w.Count("window.left.some-removed", n.Removed)
	}
	show := kit.Action{Text: w.Text("window.step.sessions"), Do: func() { f.ShowSessions(true) }}
	switch {
	case n.SignIn != "" && f.Model().Stage == SignedOut:
		return kit.NewStrip(kit.Info, text, kit.Action{Text: w.Count("window.left.sign-in-to-remove", n.Count-n.Removed, "user", n.SignIn), Do: f.SignInForLeft}, dismiss)
	case n.SignIn != "":
		return kit.NewStrip(kit.Info, text+" "+w.Count("window.left.needs-account", n.Count-n.Removed, "user", n.SignIn), show, dismiss)
	case n.Problem != nil:
		m := w.Problem(n.Problem)
		return kit.NewStrip(kit.Warn, text+" "+w.Text("window.left.there", "reason", m.Title), show, dismiss)
	}
	return kit.NewStrip(kit.Info, text, show, dismiss)
}
