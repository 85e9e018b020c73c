package resultstable

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// tickRow is one line of a list of columns: a box, the name, what is in the column, and something at the end of
// the line. Or it is a heading.
type tickRow struct {
	widget.BaseWidget
	at          int
	line        tickLine
	heading     *kit.Text
	name, aside *kit.Text
	box         *canvas.Rectangle
	tick        *canvas.Image
	drop        *canvas.Rectangle
	end         fyne.CanvasObject // may be nil
}

// tickLine is what a tickRow shows.
type tickLine struct {
	heading string // alone; or
	label   string
	aside   string
	on      bool // ticked
	muted   bool
	noEnd   bool // without what stands at the end of the line
	drop    int  // below 0 draws that something goes above it, above 0 below it
}

func newTickRow() *tickRow {
	r := &tickRow{heading: kit.NewCaptionHeading(""), name: kit.NewText(""), aside: kit.NewCaption(""),
		box: canvas.NewRectangle(nil), tick: canvas.NewImageFromResource(icons.Check), drop: canvas.NewRectangle(nil)}
	r.heading.Clip, r.name.Clip, r.aside.Clip = true, true, true
	r.tick.FillMode = canvas.ImageFillContain
	r.ExtendBaseWidget(r)
	return r
}

func (r *tickRow) show(at int, line tickLine) {
	same := r.line == line && r.name.Text == line.label && r.heading.Text == line.heading
	r.at, r.line = at, line
	if same {
		return
	}
	r.heading.Hidden = line.heading == ""
	r.name.Hidden, r.aside.Hidden = !r.heading.Hidden, !r.heading.Hidden
	r.name.Color = ""
	if line.muted {
		r.name.Color = theme.ColorMuted
	}
	r.heading.SetText(line.heading)
	r.name.SetText(line.label)
	r.aside.SetText(line.aside)
	r.Refresh()
}

// CreateRenderer is Fyne's.
func (r *tickRow) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.heading, r.box, r.tick, r.name, r.aside, r.drop}
	if r.end != nil {
		objects = append(objects, r.end)
	}
	return &tickRowRenderer{of: r, objects: objects}
}

type tickRowRenderer struct {
	of      *tickRow
	objects []fyne.CanvasObject
}

func (r *tickRowRenderer) Destroy()                     {}
func (r *tickRowRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *tickRowRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, 36) }

func (r *tickRowRenderer) Layout(size fyne.Size) {
	const (
		edge, box, words = 12, 16, 38
		end              = 30
	)
	o := r.of
	text, caption := o.name.MinSize().Height, o.aside.MinSize().Height
	o.heading.Resize(fyne.NewSize(size.Width-2*edge, o.heading.MinSize().Height))
	o.heading.Move(fyne.NewPos(edge, size.Height-o.heading.MinSize().Height-6))
	o.box.Resize(fyne.NewSquareSize(box))
	o.box.Move(fyne.NewPos(edge, (size.Height-box)/2))
	o.tick.Resize(fyne.NewSquareSize(box - 4))
	o.tick.Move(fyne.NewPos(edge+2, (size.Height-box)/2+2))
	room := size.Width - words - 8
	if o.end != nil && o.end.Visible() {
		room -= end
		o.end.Resize(fyne.NewSize(end, min(size.Height, end)))
		o.end.Move(fyne.NewPos(size.Width-end-6, (size.Height-min(size.Height, end))/2))
	}
	top := (size.Height - text - caption) / 2
	o.name.Resize(fyne.NewSize(room, text))
	o.name.Move(fyne.NewPos(words, top))
	o.aside.Resize(fyne.NewSize(room, caption))
	o.aside.Move(fyne.NewPos(words, top+text))
	y := float32(0)
	if o.line.drop > 0 {
		y = size.Height - 2
	}
	o.drop.Resize(fyne.NewSize(size.Width-2*edge, 2))
	o.drop.Move(fyne.NewPos(edge, y))
}

func (r *tickRowRenderer) Refresh() {
	o := r.of
	head := o.line.heading != ""
	o.box.CornerRadius, o.box.StrokeWidth = 3, 1.5
	o.box.StrokeColor, o.box.FillColor = theme.Color(theme.ColorBorder), nil
	if o.line.on {
		o.box.StrokeColor, o.box.FillColor = theme.Color("primary"), theme.Color("primary")
	}
	o.tick.Resource = icons.Check.In("foregroundOnPrimary")
	o.box.Hidden, o.tick.Hidden = head, head || !o.line.on
	o.drop.FillColor, o.drop.Hidden = theme.Color(theme.ColorAccent), o.line.drop == 0
	if o.end != nil {
		if show := !head && !o.line.noEnd; show {
			o.end.Show()
		} else {
			o.end.Hide()
		}
	}
	r.Layout(o.Size())
	for _, x := range r.objects {
		x.Refresh()
	}
}
