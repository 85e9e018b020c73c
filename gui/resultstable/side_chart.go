package resultstable

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
	drawn "tenantry/gui/charts"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

const sideChart = "chart"

// ToggleChart opens the pane with a picture of the rows, or closes it.
func (p *Panel) ToggleChart() {
	if p.right != nil && p.right.name == sideChart {
		p.closeSide()
		return
	}
	p.openSide(newChartPane(p))
}

// ShowChart opens the pane with a chart; the zero Spec is the usual one.
func (p *Panel) ShowChart(s charts.Spec) {
	p.flow.SetChart(s)
	if p.right == nil || p.right.name != sideChart {
		p.openSide(newChartPane(p))
	}
}

// chartPane is the pane with a picture of the rows: which one, the picture, and the figures behind it.
type chartPane struct {
	p       *Panel
	c       *Charting
	kind    *kit.Select
	column  *kit.Select
	measure *kit.Select
	columns []string     // of column, as the table spells them
	ways    []charts.Way // of measure
	caption *kit.Text
	picture *drawn.Chart
	words   *kit.Text // in place of the picture
	figures *kit.Fold
	table   *grid.Grid
	save    *kit.Button
	body    *fyne.Container
	scroll  *container.Scroll // of body
	content *fyne.Container
	setting bool // the choices are set, not chosen
}

func newChartPane(p *Panel) *side {
	w := p.flow.Words()
	s := &chartPane{p: p, c: p.charting}
	pick := func(label string, changed func(i int)) *kit.Select {
		var choice *kit.Select
		choice = kit.NewSelect(w.Text(label), nil, func(string) {
			if i := choice.SelectedIndex(); i >= 0 && !s.setting {
				changed(i)
			}
		})
		choice.SetTip(w.Text(label))
		return choice
	}
	s.kind = pick("charts.kind", func(i int) { s.c.Become(charts.Kinds()[i]) })
	s.column = pick("charts.column", func(i int) { s.c.About(s.columns[i]) })
	s.measure = pick("charts.measure", func(i int) { s.c.Measure(s.ways[i]) })
	s.caption = kit.NewText("")
	s.caption.Clip = true
	s.words = kit.NewText("")
	s.words.SetColor(theme.ColorMuted)
	s.words.Align, s.words.Clip = fyne.TextAlignCenter, true
	s.picture = drawn.New(w)
	s.picture.OnPick, s.picture.OnEscape = s.c.Pick, p.closeSide
	s.table = grid.New(nil)
	s.table.OnEscape = p.closeSide
	s.figures = kit.NewFold(w.Text("charts.figures"), s.table)
	s.figures.OnChanged = func(bool) { s.settle() }
	s.save = kit.NewButton(w.Text("charts.save"), icons.Export, kit.Quiet, s.savePicture)
	s.save.SetTip(w.Text("charts.save-tip"))
	usual := kit.NewButton(w.Text("charts.usual"), icons.Undo, kit.Quiet, func() { p.flow.SetChart(charts.Spec{}) })
	s.body = container.New(&chartBody{s}, s.caption, s.picture, s.words)
	s.scroll = container.NewVScroll(s.body)
	s.content = container.New(&chartContent{s}, s.scroll, s.figures)
	foot := container.NewHBox(usual, s.save)
	if p.Files == nil {
		s.save.Hide()
	}
	choices := kit.Stacked(4, container.NewGridWithColumns(2, s.kind, s.column), s.measure)
	root := framed(p, w.Text("charts.chart"), choices, foot, s.content)
	s.c.OnChange = s.draw
	s.draw()
	return &side{name: sideChart, root: root, update: s.c.Update, stop: func() {
		s.c.OnChange = nil
		s.c.Stop()
		p.chart.SetChosen(false)
	}, opened: func() { p.chart.SetChosen(true) }}
}

// draw shows the figures there are.
func (s *chartPane) draw() {
	w, view := s.p.flow.Words(), s.p.flow.Model().View
	d, ok := s.c.Data()
	s.words.SetText("")
	switch {
	case ok:
		s.caption.SetText(d.Caption(w))
		s.picture.SetData(d)
		s.fill(d)
	case s.c.Problem() != nil:
		s.words.SetText(w.Problem(s.c.Problem()).Title)
	case view.Len() == 0:
		s.words.SetText(w.Text("charts.no-rows"))
	case s.c.Nothing():
		s.words.SetText(w.Text("charts.nothing"))
	default:
		s.words.SetText(w.Text("charts.working"))
	}
	for _, o := range []fyne.CanvasObject{s.caption, s.picture, s.figures} {
		if ok {
			o.Show()
		} else {
			o.Hide()
		}
	}
	if ok {
		s.save.Enable()
	} else {
		s.save.Disable(w.Text("charts.chart-none"))
	}
	s.choices()
	s.settle()
}

// fill puts the figures into the table behind the picture.
func (s *chartPane) fill(d charts.Data) {
	w := s.p.flow.Words()
	head := d.Headings(w)
	t := &figuresTable{rows: d.Table(w), columns: []grid.Column{{Title: head.Name, Key: "name", Width: 120, Fill: true},
		{Title: head.Amount, Key: "amount", Kind: grid.Number, Width: 110}}}
	if head.Share != "" {
		t.columns = append(t.columns, grid.Column{Title: head.Share, Key: "share", Kind: grid.Number, Width: 70})
	}
	s.table.SetData(t)
}

// figuresTable is the figures of a chart as the grid wants them.
type figuresTable struct {
	columns []grid.Column
	rows    []charts.Row
}

func (t *figuresTable) Rows() int              { return len(t.rows) }
func (t *figuresTable) Columns() []grid.Column { return t.columns }
func (t *figuresTable) Cell(row, column int) grid.Cell {
	r := t.rows[row]
	return grid.Cell{Text: [...]string{r.Name, r.Amount, r.Share}[column]}
}

// choices shows what can be chosen, and what is.
func (s *chartPane) choices() {
	w, view, spec := s.p.flow.Words(), s.p.flow.Model().View, s.c.Wanted()
	s.setting = true
	defer func() { s.setting = false }()
	set := func(choice *kit.Select, options []string, chosen int) {
		choice.Options = options
		choice.ClearSelected()
		if chosen >= 0 && chosen < len(options) {
			choice.SetSelectedIndex(chosen)
		}
		choice.Refresh()
	}
	var kinds []string
	chosen := -1
	for i, k := range charts.Kinds() {
		kinds = append(kinds, w.Text("charts.kind."+string(k)))
		if k == spec.Kind {
			chosen = i
		}
	}
	set(s.kind, kinds, chosen)
	var names []string
	chosen, s.columns = -1, nil
	for _, name := range s.inOrder(charts.Columns(view, spec.Kind)) {
		if name == spec.Column {
			chosen = len(names)
		}
		names, s.columns = append(names, w.Label(name)), append(s.columns, name)
	}
	set(s.column, names, chosen)
	var ways []string
	chosen, s.ways = 0, charts.Measures(view, spec.Kind)
	for i, way := range s.ways {
		of := w.Label(way.Of.Name)
		switch way.Measure {
		case charts.Sum:
			of = w.Text("charts.measure.sum-of", "of", of)
		case charts.Average:
			of = w.Text("charts.measure.average-of", "of", of)
		case charts.Each:
			of = w.Text("charts.measure.each-of", "of", of)
		default:
			of = w.Text("charts.measure.rows")
		}
		if way.Measure == spec.Measure && way.Of.Name == spec.Of {
			chosen = i
		}
		ways = append(ways, of)
	}
	set(s.measure, ways, chosen)
	if len(ways) < 2 {
		s.measure.Disable()
	} else {
		s.measure.Enable()
	}
}

// inOrder is the names of columns: those that show first, in their order.
func (s *chartPane) inOrder(fitting []results.Column) []string {
	var names, rest []string
	shown := s.p.flow.Model().Shown()
	for _, name := range shown {
		if _, ok := find(fitting, name); ok {
			names = append(names, name)
		}
	}
	for _, c := range fitting {
		if !contains(names, c.Name) {
			rest = append(rest, c.Name)
		}
	}
	return append(names, rest...)
}

// settle gives everything its place anew, because the height of a picture hangs on its figures.
func (s *chartPane) settle() {
	if size := s.content.Size(); !size.IsZero() {
		s.content.Layout.Layout(s.content.Objects, size)
		s.content.Refresh()
	}
}

const (
	chartEdge   = 12  // points beside the picture
	chartRoom   = 300 // the height of a picture that can have any
	figuresMost = 0.5 // of the height, for the figures while they are open
)

// chartContent lays out the picture, which scrolls, and below it the figures, which scroll by themselves.
type chartContent struct{ s *chartPane }

func (*chartContent) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 100) }

func (l *chartContent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	scroll, figures := l.s.scroll, l.s.figures
	below := float32(0)
	if figures.Visible() {
		head := theme.Size(theme.SizeHeader)
		if below = head; figures.Open() && l.s.table.Data() != nil {
			rows := head + theme.Size(theme.SizeRow)*float32(l.s.table.Data().Rows()) + chartEdge
			below = min(head+rows, max(size.Height*figuresMost, 3*head))
		}
		figures.Resize(fyne.NewSize(size.Width-2*chartEdge, below))
		figures.Move(fyne.NewPos(chartEdge, size.Height-below))
		below += chartEdge / 2
	}
	// The picture is given its width before it is asked for its height.
	scroll.Content.Resize(fyne.NewSize(size.Width, scroll.Content.Size().Height))
	scroll.Resize(fyne.NewSize(size.Width, max(size.Height-below, 0)))
	scroll.Move(fyne.NewPos(0, 0))
	scroll.Refresh()
}

// chartBody lays out the caption above the picture, or the words in its place.
type chartBody struct{ s *chartPane }

func (l *chartBody) heights(width float32) (caption, picture float32) {
	s := l.s
	if !s.picture.Visible() {
		return s.caption.MinSize().Height, 3 * s.words.MinSize().Height
	}
	return s.caption.MinSize().Height, s.picture.HeightFor(width-2*chartEdge, chartRoom)
}

func (l *chartBody) MinSize([]fyne.CanvasObject) fyne.Size {
	caption, picture := l.heights(l.s.body.Size().Width)
	return fyne.NewSize(200, caption+picture+2*chartEdge)
}

func (l *chartBody) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s := l.s
	caption, picture := l.heights(size.Width)
	put := func(o fyne.CanvasObject, y, h float32) {
		o.Resize(fyne.NewSize(size.Width-2*chartEdge, h))
		o.Move(fyne.NewPos(chartEdge, y))
	}
	put(s.caption, 0, caption)
	put(s.picture, caption+chartEdge, picture)
	put(s.words, caption+chartEdge, s.words.MinSize().Height)
}

// savePicture asks where the picture goes and writes it: as a drawing or as pixels, by the file's ending.
func (s *chartPane) savePicture() {
	d, ok := s.c.Data()
	if !ok || s.p.Files == nil {
		return
	}
	w, flow := s.p.flow.Words(), s.p.flow
	const width, height, scale = 760, 420, 2
	title := w.Text("charts.save-tip")
	name := files.Name(d.Caption(w)) + ".svg"
	kinds := []files.Filter{{Title: w.Text("charts.save-svg"), Extensions: []string{"svg"}}, {Title: w.Text("charts.save-png"), Extensions: []string{"png"}}}
	done := func(path string, err error) {
		switch {
		case errors.Is(err, files.ErrCancelled), errors.Is(err, context.Canceled):
		case err != nil:
			flow.Say(w.Problem(exchange.AsProblem(err)).String())
		default:
			flow.Say(w.Text("charts.saved", "path", path))
		}
	}
	flow.o.Loop.Go(flow.ctx, func(ctx context.Context) {
		path, err := s.p.Files.SaveFile(ctx, title, name, kinds...)
		if err != nil {
			flow.o.Loop.Post(func() { done("", err) })
			return
		}
		flow.o.Loop.Post(func() {
			var picture func(io.Writer) error
			if strings.EqualFold(filepath.Ext(path), ".png") {
				img := drawn.Image(d, w, fyne.NewSize(width, height), scale)
				picture = func(out io.Writer) error { return png.Encode(out, img) }
			} else {
				drawing := charts.Layout(d, w, charts.Frame{W: width, H: height, Titled: true}).File()
				picture = func(out io.Writer) error {
					_, err := io.Copy(out, bytes.NewReader([]byte(drawing)))
					return err
				}
			}
			flow.o.Loop.Go(flow.ctx, func(context.Context) {
				err := export.WriteFile(path, picture)
				flow.o.Loop.Post(func() { done(path, err) })
			})
		})
	})
}
