package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// ProgressBar is a line 3 points high: so far out of all, or moving when nobody knows how much there is.
type ProgressBar struct {
	widget.BaseWidget
	value     float32
	unknown   bool
	animation *fyne.Animation
	phase     float32
	unseen    int // steps of the animation since the window was last drawn with the bar in it
}

// NewProgressBar returns a hidden bar.
func NewProgressBar() *ProgressBar {
	p := &ProgressBar{}
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

// Set shows the bar at value, 0 to 1.
func (p *ProgressBar) Set(value float32) {
	p.stop()
	p.unknown = false
	p.value = min(max(value, 0), 1)
	p.Show()
	p.Refresh()
}

// Busy shows the bar moving, for work whose end nobody knows.
func (p *ProgressBar) Busy() {
	p.Show()
	if p.unknown {
		return
	}
	p.unknown = true
	p.move()
	p.Refresh()
}

// move starts the animation. One that nobody sees ends by itself, because each step makes the window draw: a bar
// that was taken away, or stands behind something else, would keep a processor busy for ever.
func (p *ProgressBar) move() {
	const most = 60 // steps, about a second
	p.unseen = 0
	animation := fyne.NewAnimation(2*canvas.DurationStandard*3, nil)
	animation.Tick = func(done float32) {
		if p.unseen++; p.unseen > most {
			animation.Stop()
			if p.animation == animation {
				p.animation = nil
			}
			return
		}
		p.phase = done
		p.Refresh()
	}
	animation.RepeatCount = fyne.AnimationRepeatForever
	p.animation = animation
	animation.Start()
}

// Done hides the bar.
func (p *ProgressBar) Done() {
	p.stop()
	p.Hide()
}

func (p *ProgressBar) stop() {
	p.unknown = false
	if p.animation != nil {
		p.animation.Stop()
		p.animation = nil
	}
}

// CreateRenderer is Fyne's.
func (p *ProgressBar) CreateRenderer() fyne.WidgetRenderer {
	r := &progressRenderer{of: p, track: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.track, r.bar}
	r.Refresh()
	return r
}

type progressRenderer struct {
	of         *ProgressBar
	track, bar *canvas.Rectangle
	objects    []fyne.CanvasObject
}

func (r *progressRenderer) Destroy()           { r.of.stop() }
func (r *progressRenderer) MinSize() fyne.Size { return fyne.NewSize(16, 3) }

// Objects is asked for whenever the window is drawn with the bar in it.
func (r *progressRenderer) Objects() []fyne.CanvasObject {
	r.of.unseen = 0
	if r.of.unknown && r.of.animation == nil {
		r.of.move()
	}
	return r.objects
}

func (r *progressRenderer) Layout(size fyne.Size) {
	r.track.Resize(size)
	x, w := float32(0), size.Width*r.of.value
	if r.of.unknown {
		w = size.Width / 4
		x = (size.Width+w)*r.of.phase - w
		if x < 0 {
			w, x = w+x, 0
		}
		w = min(w, size.Width-x)
	}
	r.bar.Resize(fyne.NewSize(max(w, 0), size.Height))
	r.bar.Move(fyne.NewPos(x, 0))
}

func (r *progressRenderer) Refresh() {
	r.track.FillColor = theme.Color("separator")
	r.bar.FillColor = theme.Color(theme.ColorAccent)
	r.Layout(r.of.Size())
	r.track.Refresh()
	r.bar.Refresh()
}

// State is what a StateDot shows by shape and colour together.
type State uint8

// The states.
const (
	Idle      State = iota // ○ an empty ring
	Working                // ◌ a ring with a moving gap; drawn broken
	Connected              // ● filled
	Attention              // ! in red
)

// StateDot shows a state in 12 points. words say the same for the tooltip and a screen reader.
type StateDot struct {
	widget.BaseWidget
	state State
	words string
}

// NewStateDot returns a dot.
func NewStateDot(state State, words string) *StateDot {
	d := &StateDot{state: state, words: words}
	d.ExtendBaseWidget(d)
	return d
}

// Set changes the state and its words.
func (d *StateDot) Set(state State, words string) {
	d.state, d.words = state, words
	d.Refresh()
}

// AccessibilityLabel is the state in words.
func (d *StateDot) AccessibilityLabel() string { return d.words }

// AccessibilityRole is Fyne's.
func (d *StateDot) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MouseIn is Fyne's.
func (d *StateDot) MouseIn(ev *desktop.MouseEvent) { tip.Show(d, d.words, ev.AbsolutePosition) }

// MouseMoved is Fyne's.
func (d *StateDot) MouseMoved(ev *desktop.MouseEvent) { tip.Show(d, d.words, ev.AbsolutePosition) }

// MouseOut is Fyne's.
func (d *StateDot) MouseOut() { tip.Hide(d) }

// CreateRenderer is Fyne's.
func (d *StateDot) CreateRenderer() fyne.WidgetRenderer {
	r := &dotRenderer{of: d, ring: canvas.NewCircle(nil), mark: canvas.NewText("!", nil)}
	for i := range r.arcs {
		r.arcs[i] = canvas.NewArc(float32(i)*90+15, float32(i)*90+75, 0.7, nil)
		r.objects = append(r.objects, r.arcs[i])
	}
	r.mark.TextStyle.Bold = true
	r.mark.Alignment = fyne.TextAlignCenter
	r.objects = append(r.objects, r.ring, r.mark)
	r.Refresh()
	return r
}

type dotRenderer struct {
	of      *StateDot
	ring    *canvas.Circle
	arcs    [4]*canvas.Arc
	mark    *canvas.Text
	objects []fyne.CanvasObject
}

func (r *dotRenderer) Destroy()                     {}
func (r *dotRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *dotRenderer) MinSize() fyne.Size           { return fyne.NewSize(14, 14) }

func (r *dotRenderer) Layout(size fyne.Size) {
	side := float32(10)
	at := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
	r.ring.Resize(fyne.NewSquareSize(side))
	r.ring.Move(at)
	for _, a := range r.arcs {
		a.Resize(fyne.NewSquareSize(side))
		a.Move(at)
	}
	r.mark.Resize(size)
}

func (r *dotRenderer) Refresh() {
	c := theme.Color(theme.ColorMuted)
	var fill color.Color
	switch r.of.state {
	case Connected:
		c = theme.Color(theme.ColorAccent)
		fill = c
	case Working:
		c = theme.Color(theme.ColorAccent)
	case Attention:
		c = theme.Color(theme.ColorProblem)
	}
	r.ring.FillColor, r.ring.StrokeColor, r.ring.StrokeWidth = fill, c, 1.5
	r.ring.Hidden = r.of.state == Attention || r.of.state == Working
	r.mark.Color, r.mark.TextSize = c, theme.Size(theme.SizeText)
	r.mark.Hidden = r.of.state != Attention
	for _, a := range r.arcs {
		a.FillColor = c
		a.Hidden = r.of.state != Working
	}
	r.Layout(r.of.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

// Chip is a small piece of a filter or choice, with a button that takes it away.
type Chip struct {
	widget.BaseWidget
	OnTapped func() // may be nil: to change it
	OnRemove func() // nil draws no button

	text   string
	body   *Button
	remove *Button
	root   *fyne.Container
}

// NewChip returns a chip.
func NewChip(text string, removed func()) *Chip {
	c := &Chip{text: text, OnRemove: removed}
	c.body = NewButton(text, nil, Quiet, func() {
		if c.OnTapped != nil {
			c.OnTapped()
		}
	})
	row := container.New(layout.NewCustomPaddedHBoxLayout(0), c.body)
	if removed != nil {
		c.remove = NewIconButton(icons.Close, words.Remove+": "+text, func() {
			if c.OnRemove != nil {
				c.OnRemove()
			}
		})
		row.Add(c.remove)
	}
	c.root = container.NewStack(NewSurface(theme.ColorInfoBack, ""), row)
	c.ExtendBaseWidget(c)
	return c
}

// SetTip changes the tooltip of the words.
func (c *Chip) SetTip(text string) { c.body.SetTip(text) }

// Text is what the chip says.
func (c *Chip) Text() string { return c.text }

// CreateRenderer is Fyne's.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.root) }

// EmptyState fills the place of something that is not there: an icon, a sentence, a hint, and at most one
// thing to do. Where there is less room than that needs, it scrolls.
type EmptyState struct {
	widget.BaseWidget
	root *container.Scroll
}

// NewEmptyState returns one; hint may be empty and action may be nil.
func NewEmptyState(icon *icons.Icon, sentence, hint string, action *Action) *EmptyState {
	e := &EmptyState{}
	column := container.NewVBox(
		container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(32), widget.NewIcon(icon.In(theme.ColorMuted)))),
		container.NewCenter(NewHeading(sentence)))
	if hint != "" {
		words := NewText(hint)
		words.SetColor(theme.ColorMuted)
		column.Add(container.NewCenter(words))
	}
	if action != nil {
		column.Add(container.NewCenter(NewButton(action.Text, action.Icon, Plain, action.Do)))
	}
	e.root = container.NewScroll(container.NewCenter(column))
	e.ExtendBaseWidget(e)
	return e
}

// MinSize is what shows without scrolling.
func (e *EmptyState) MinSize() fyne.Size { return e.root.Content.MinSize() }

// CreateRenderer is Fyne's.
func (e *EmptyState) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(e.root) }
