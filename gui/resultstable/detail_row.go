package resultstable

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// detailRow is one line of the details: a chevron where it unfolds, the name, the value.
type detailRow struct {
	widget.BaseWidget
	of          *detailsSide
	at          int
	mark        *foldMark
	name, value *kit.Text
}

const (
	detailIndent = 14 // points for each level
	detailMark   = 18 // for the chevron
	detailEdge   = 10
)

// places is where the name and the value of a line begin, and how wide a value can be. Names get the room they
// need, as long as values have some.
func (d *detailsSide) places(line Detail) (name, value, room float32) {
	width := d.list.Size().Width
	name = detailEdge + float32(line.Depth)*detailIndent
	if d.folds {
		name += detailMark - 6
	}
	value = max(min(d.widest+12, width*0.5), name+50)
	return name, value, max(width-value-detailEdge, 20)
}

// measure finds out how much room the names need.
func (d *detailsSide) measure() {
	d.folds, d.widest = false, 0
	if d.widths == nil {
		d.widths = map[string]float32{}
	}
	for _, line := range d.lines {
		d.folds = d.folds || line.Folds
	}
	for _, line := range d.lines {
		name := float32(detailEdge) + float32(line.Depth)*detailIndent
		if d.folds {
			name += detailMark - 6
		}
		width, known := d.widths[line.Name]
		if !known {
			width = fyne.MeasureText(line.Name, theme.Size(theme.SizeText), fyne.TextStyle{}).Width
			d.widths[line.Name] = width
		}
		d.widest = max(d.widest, name+width)
	}
}

func newDetailRow(d *detailsSide) *detailRow {
	r := &detailRow{of: d, name: kit.NewText(""), value: kit.NewText("")}
	r.name.SetColor(theme.ColorMuted)
	r.name.Clip, r.value.Clip = true, true
	r.mark = &foldMark{tapped: func() { d.fold(r.at, !d.lines[r.at].Open) }}
	r.mark.ExtendBaseWidget(r.mark)
	r.ExtendBaseWidget(r)
	return r
}

func (r *detailRow) set(i int) {
	r.at = i
	d := r.of.lines[i]
	r.name.SetText(d.Name)
	r.value.SetText(oneLine(d.Text))
	r.mark.Hidden = !d.Folds
	r.mark.set(d.Open)
	r.place(r.Size())
}

func (r *detailRow) place(size fyne.Size) {
	if r.at >= len(r.of.lines) {
		return
	}
	name, value, room := r.of.places(r.of.lines[r.at])
	high := r.name.MinSize().Height
	y := (size.Height - high) / 2
	r.mark.Resize(fyne.NewSize(detailMark, size.Height))
	r.mark.Move(fyne.NewPos(name-detailMark, 0))
	r.name.Resize(fyne.NewSize(value-name-10, high))
	r.name.Move(fyne.NewPos(name, y))
	r.value.Resize(fyne.NewSize(room, high))
	r.value.Move(fyne.NewPos(value, y))
}

// CreateRenderer is Fyne's.
func (r *detailRow) CreateRenderer() fyne.WidgetRenderer { return &detailRowRenderer{r} }

type detailRowRenderer struct{ of *detailRow }

func (r *detailRowRenderer) Destroy()           {}
func (r *detailRowRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 20) }
func (r *detailRowRenderer) Layout(s fyne.Size) { r.of.place(s) }
func (r *detailRowRenderer) Refresh()           { r.of.place(r.of.Size()) }
func (r *detailRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.of.mark, r.of.name, r.of.value}
}

// foldMark is the chevron of a line that unfolds.
type foldMark struct {
	widget.BaseWidget
	open   bool
	tapped func()
}

var _ fyne.Tappable = (*foldMark)(nil)

func (f *foldMark) set(open bool) {
	if f.open != open {
		f.open = open
		f.Refresh()
	}
}

// Tapped is Fyne's.
func (f *foldMark) Tapped(*fyne.PointEvent) { f.tapped() }

// CreateRenderer is Fyne's.
func (f *foldMark) CreateRenderer() fyne.WidgetRenderer {
	r := &foldMarkRenderer{of: f, icon: canvas.NewImageFromResource(icons.ChevronRight)}
	r.icon.FillMode = canvas.ImageFillContain
	return r
}

type foldMarkRenderer struct {
	of   *foldMark
	icon *canvas.Image
}

func (r *foldMarkRenderer) Destroy()                     {}
func (r *foldMarkRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.icon} }
func (r *foldMarkRenderer) MinSize() fyne.Size           { return fyne.NewSize(12, 12) }

func (r *foldMarkRenderer) Layout(size fyne.Size) {
	const side = 12
	r.icon.Resize(fyne.NewSquareSize(side))
	r.icon.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
}

func (r *foldMarkRenderer) Refresh() {
	r.icon.Resource = icons.ChevronRight
	if r.of.open {
		r.icon.Resource = icons.ChevronDown
	}
	r.Layout(r.of.Size())
	r.icon.Refresh()
}

// oneLine is text without line breaks, so that a line stays one.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n\t") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

func trimLine(text string) string { return strings.Trim(text, "\n") }
