package cmdletform

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tenantry/gui/kit"
)

const (
	fieldWidth = 250 // the least of a field, in points
	fieldGap   = 16
	rowGap     = 10
)

// fieldGrid puts fields beside and under each other, as many beside each other as fit.
type fieldGrid struct {
	width float32
	gap   float32 // between rows; 0 is the usual one
}

func (g *fieldGrid) columns() int {
	return min(max(int((g.width+fieldGap)/(fieldWidth+fieldGap)), 1), 4)
}

func (g *fieldGrid) each(objects []fyne.CanvasObject, place func(o fyne.CanvasObject, x, y, w float32)) float32 {
	n := g.columns()
	width := (g.width - fieldGap*float32(n-1)) / float32(n)
	var y, high float32
	gap := g.gap
	if gap == 0 {
		gap = rowGap
	}
	at := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if at == n {
			y, high, at = y+high+gap, 0, 0
		}
		place(o, float32(at)*(width+fieldGap), y, width)
		high = max(high, o.MinSize().Height)
		at++
	}
	return y + high
}

func (g *fieldGrid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(fieldWidth, g.each(objects, func(o fyne.CanvasObject, _, _, w float32) {
		if o.Size().Width != w { // wrapped words know their height by their width
			o.Resize(fyne.NewSize(w, o.Size().Height))
		}
	}))
}

func (g *fieldGrid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	g.width = size.Width
	g.each(objects, func(o fyne.CanvasObject, x, y, w float32) {
		o.Resize(fyne.NewSize(w, o.Size().Height))
		o.Resize(fyne.NewSize(w, o.MinSize().Height))
		o.Move(fyne.NewPos(x, y))
	})
}

// middleLine puts a line of text in the middle of the height.
type middleLine struct{}

func (middleLine) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
func (middleLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(size.Width, h))
	objects[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}

// popLayout lays the list below the search box over what is there, on a backdrop that closes it.
type popLayout struct{ rows func() int }

const (
	popRow     = 34
	popMargins = 8
)

func (p *popLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, popRow) }

func (p *popLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size) // the backdrop
	h := min(float32(p.rows())*popRow+popMargins, size.Height, 12*popRow+popMargins)
	objects[1].Resize(fyne.NewSize(min(size.Width, 760), h))
	objects[1].Move(fyne.NewPos(0, 0))
}

// group is some of the form's fields: first what is typed or chosen, then the boxes to tick.
type group struct {
	editors       []*editor
	inputs, boxes *fyne.Container
	root          *fyne.Container
}

func newGroup() *group {
	g := &group{inputs: container.New(&fieldGrid{}), boxes: container.New(&fieldGrid{gap: -2})}
	g.root = kit.Stacked(4, g.inputs, g.boxes)
	g.clear()
	return g
}

func (g *group) clear() {
	g.editors, g.inputs.Objects, g.boxes.Objects = nil, nil, nil
	g.inputs.Hidden, g.boxes.Hidden = true, true
}

func (g *group) add(e *editor) {
	g.editors = append(g.editors, e)
	box := g.inputs
	if e.field == nil {
		box = g.boxes
	}
	box.Add(e.whole)
	box.Show()
}

// show hides the fields that are not in names.
func (g *group) show(names map[string]bool) {
	g.inputs.Hidden, g.boxes.Hidden = true, true
	for _, e := range g.editors {
		if !names[e.param.Name] {
			e.whole.Hide()
			continue
		}
		e.whole.Show()
		if e.field == nil {
			g.boxes.Hidden = false
		} else {
			g.inputs.Hidden = false
		}
	}
	g.root.Refresh()
}

func (g *group) setWidth(width float32) {
	g.inputs.Layout.(*fieldGrid).width = width
	g.boxes.Layout.(*fieldGrid).width = width
}
