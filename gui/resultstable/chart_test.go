package resultstable

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/charts"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/theme"
)

// openChart opens the pane and gives its parts.
func (s *screen) openChart() *chartPane {
	s.t.Helper()
	s.do(s.panel.chart.OnTapped)
	if s.panel.right == nil || s.panel.right.name != sideChart {
		s.t.Fatal("the button opens no chart")
	}
	var pane *chartPane
	find := func(o any) {
		if l, ok := o.(*chartBody); ok {
			pane = l.s
		}
	}
	walkLayouts(s.panel.right.root, find)
	if pane == nil {
		s.t.Fatal("the pane has no picture")
	}
	return pane
}

func walkLayouts(o fyne.CanvasObject, see func(any)) {
	switch o := o.(type) {
	case *fyne.Container:
		see(o.Layout)
		for _, child := range o.Objects {
			walkLayouts(child, see)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walkLayouts(child, see)
		}
	}
}

func (c *chartPane) told() []string {
	d, _ := c.c.Data()
	var out []string
	for _, r := range d.Table(c.p.flow.Words()) {
		out = append(out, r.Name+" "+r.Amount)
	}
	return out
}

func TestAChartOfWhatShows(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(30))
	pane := s.openChart()
	if got := strings.Join(pane.told(), ", "); got != "SharedMailbox 10, UserMailbox 10, RoomMailbox 10" {
		t.Errorf("the usual chart of mailboxes is %s", got)
	}
	if pane.kind.Selected != "Ring" || pane.column.Selected != "Kind of recipient" || pane.measure.Selected != "Number of rows" {
		t.Errorf("chosen is %q, %q, %q", pane.kind.Selected, pane.column.Selected, pane.measure.Selected)
	}
	// Rows that arrive are counted.
	s.arrive(mailboxes(3))
	if got := strings.Join(pane.told(), ", "); got != "SharedMailbox 11, UserMailbox 11, RoomMailbox 11" {
		t.Errorf("after three more it is %s", got)
	}
	s.finish()
	// A click on a slice keeps its rows.
	s.do(func() {
		spot := pane.picture.Picture().Spots[2]
		pane.picture.Tapped(&fyne.PointEvent{Position: fyne.NewPos(float32(spot.X+spot.W/2), float32(spot.Y+spot.H/2))})
	})
	if f := s.flow.Filters(); len(f) != 1 || f[0].Column != "RecipientTypeDetails" || f[0].Value != "RoomMailbox" || s.flow.Model().View.Len() != 11 {
		t.Errorf("the click left %d rows by %+v", s.flow.Model().View.Len(), f)
	}
	if got := pane.told(); len(got) != 1 || got[0] != "RoomMailbox 11" {
		t.Errorf("the chart of the rows that are left is %q", got)
	}
	s.do(s.flow.Undo)
	// Another kind, another column, another measure.
	s.do(func() { pane.kind.SetSelected("Bars") })
	if d, _ := pane.c.Data(); d.Spec.String() != "bars:RecipientTypeDetails:rows" {
		t.Errorf("as bars it is %s", d.Spec)
	}
	s.do(func() { pane.measure.SetSelected("Sum of Size") })
	if d, _ := pane.c.Data(); d.Spec.String() != "bars:RecipientTypeDetails:sum:TotalItemSize" {
		t.Errorf("measured by size it is %s", d.Spec)
	}
	s.do(func() { pane.column.SetSelected("Display name") })
	if d, _ := pane.c.Data(); d.Spec.Column != "DisplayName" || len(d.Points) != 21 || d.Others() == 0 {
		t.Errorf("by name it is %s with %d points", d.Spec, len(d.Points))
	}
	s.do(func() { pane.kind.SetSelected("Time line") })
	if d, _ := pane.c.Data(); d.Spec.Kind != charts.Timeline || d.Spec.Column != "WhenCreated" {
		t.Errorf("as a time line it is %s", d.Spec)
	}
	s.do(func() { pane.kind.SetSelected("Spread") })
	if d, _ := pane.c.Data(); d.Spec.Kind != charts.Histogram || !pane.measure.Disabled() {
		t.Errorf("as a histogram it is %s", d.Spec)
	}
	// The table behind it.
	s.do(func() { pane.figures.SetOpen(true) })
	if pane.table.Data().Rows() != len(pane.told()) || pane.table.Size().Height < 100 {
		t.Errorf("the figures have %d rows, %v", pane.table.Data().Rows(), pane.table.Size())
	}
	// Groups have other columns: the chart gives way, and comes back.
	chosen := s.flow.Chart()
	s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{"RecipientTypeDetails"}}) })
	if d, ok := pane.c.Data(); !ok || d.Spec.Column != "RecipientTypeDetails" || d.Points[0].Amount.Int() != 11 {
		t.Errorf("the chart of groups is %s %v", d.Spec, pane.told())
	}
	s.do(func() { s.flow.GroupBy(results.Group{}) })
	if d, _ := pane.c.Data(); s.flow.Chart() != chosen || d.Spec.Kind != charts.Histogram {
		t.Errorf("after the groups it is %s", d.Spec)
	}
	// A step back goes to the chart before, and a saved view has the one that shows.
	saved := s.flow.View("Spread")
	s.do(s.flow.Undo)
	s.do(s.flow.Undo)
	s.do(s.flow.Undo)
	if d, _ := pane.c.Data(); d.Spec.Kind != charts.Timeline {
		t.Errorf("a step back is %s", d.Spec)
	}
	s.do(func() { s.flow.ShowView(saved) })
	if d, _ := pane.c.Data(); saved.Chart != chosen || d.Spec.Kind != charts.Histogram {
		t.Errorf("the saved view has %s, and shows %s", saved.Chart, d.Spec)
	}
	// An export takes it along, while the pane is open.
	var wanted Wanted
	s.panel.OnExport = func(w Wanted) { wanted = w }
	s.do(s.panel.Export)
	if wanted.Chart == nil || wanted.Chart.Kind != charts.Histogram {
		t.Errorf("exported is %+v", wanted.Chart)
	}
	s.do(s.panel.chart.OnTapped)
	s.do(s.panel.Export)
	if s.panel.right != nil || wanted.Chart != nil {
		t.Errorf("with the pane closed exported is %+v", wanted.Chart)
	}
}

func TestAChartOfOneColumn(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(30))
	s.finish()
	for name, want := range map[string]string{"WhenCreated": "timeline:WhenCreated:rows", "TotalItemSize": "histogram:TotalItemSize:rows", "LitigationHoldEnabled": "bars:LitigationHoldEnabled:rows"} {
		column, _ := find(s.flow.Model().View.Columns(), name)
		s.do(func() {
			for _, item := range s.panel.menuFor(-1, column).Items {
				if item.Label == "Draw this column" {
					item.Action()
				}
			}
		})
		if got := s.panel.charting.Wanted().String(); got != want || s.panel.right == nil || s.panel.right.name != sideChart {
			t.Errorf("%s is drawn as %s", name, got)
		}
	}
	// The button is there while there is room for it.
	for width, words := range map[float32]string{1000: "Chart", 600: ""} {
		s.do(func() { s.win.Resize(fyne.NewSize(width, 560)) })
		if s.panel.chart.Text() != words || !s.panel.chart.Visible() {
			t.Errorf("at %v points the button says %q", width, s.panel.chart.Text())
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	s := open(t, "Get-Nothing", "contoso.example")
	pane := s.openChart()
	if pane.words.Text != "There are no rows to draw yet." || pane.picture.Visible() || !pane.save.Disabled() {
		t.Errorf("without rows it says %q", pane.words.Text)
	}
	s.arrive(mailboxes(9))
	if !pane.picture.Visible() || pane.words.Text != "" {
		t.Errorf("with rows it says %q", pane.words.Text)
	}
	s.do(func() {
		s.flow.SetFilter(views.Together([]results.Filter{{Column: "DisplayName", Op: results.Equal, Value: "nobody"}}))
	})
	if pane.picture.Visible() {
		t.Error("a picture of no rows shows")
	}
}

// chooser answers with a path.
type chooser struct{ path string }

func (c chooser) SaveFile(context.Context, string, string, ...files.Filter) (string, error) {
	if c.path == "" {
		return "", files.ErrCancelled
	}
	return c.path, nil
}

func (c chooser) OpenFile(context.Context, string, ...files.Filter) (string, error) {
	return "", files.ErrCancelled
}

func TestSavingThePicture(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	folder := t.TempDir()
	s.arrive(mailboxes(30))
	s.panel.Files = chooser{filepath.Join(folder, "p.svg")}
	pane := s.openChart()
	s.do(pane.save.OnTapped)
	data, err := os.ReadFile(filepath.Join(folder, "p.svg"))
	if err != nil || !bytes.HasPrefix(data, []byte("<svg")) || !bytes.Contains(data, []byte("SharedMailbox")) {
		t.Errorf("the drawing is %.80q, %v", data, err)
	}
	if said := s.flow.Model().Said; !strings.Contains(said, "p.svg") {
		t.Errorf("it says %q", said)
	}
	s.panel.Files = chooser{filepath.Join(folder, "p.png")}
	s.do(pane.save.OnTapped)
	f, err := os.Open(filepath.Join(folder, "p.png"))
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(f); err != nil || img.Bounds().Dx() != 1520 {
		t.Errorf("the picture is %v, %v", img.Bounds(), err)
	}
	_ = f.Close()
	s.panel.Files = chooser{filepath.Join(folder, "not", "there.svg")}
	s.do(pane.save.OnTapped)
	if said := s.flow.Model().Said; said == "" || strings.Contains(said, "saved") {
		t.Errorf("what could not be written is said as %q", said)
	}
	s.panel.Files = chooser{}
	s.do(pane.save.OnTapped)
}

// TestChartShots leaves pictures in the folder that TENANTRY_SHOTS names, to look at.
func TestChartShots(t *testing.T) {
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		t.Skip("TENANTRY_SHOTS names no folder for the pictures")
	}
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(300))
	s.finish()
	s.panel.Files = chooser{}
	pane := s.openChart()
	for name, spec := range map[string]string{"ring": "auto", "bars": "bars:TotalItemSize", "time": "timeline:WhenCreated", "spread": "histogram:TotalItemSize"} {
		chart, err := charts.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
			for _, scale := range []float32{1, 1.25, 2} {
				s.do(func() {
					fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: mode})
					s.win.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
					s.win.Resize(fyne.NewSize(1100, 640))
					s.panel.split.SetOffset(0.68)
					s.flow.SetChart(chart)
				})
				s.do(func() { pane.figures.SetOpen(name == "ring") })
				s.do(func() {
					f, err := os.Create(filepath.Join(folder, fmt.Sprintf("pane-%s-%d-%g.png", name, mode, scale)))
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = f.Close() }()
					if err := png.Encode(f, s.win.Canvas().Capture()); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}
