package charts

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

func rows(t testing.TB) results.View {
	t.Helper()
	table := results.NewTable(results.RunInfo{Title: "Mailboxes"})
	kinds := []string{"UserMailbox", "UserMailbox", "UserMailbox", "SharedMailbox", "RoomMailbox", ""}
	for i := range 120 {
		r := exchange.Record{Fields: []exchange.Field{
			{Name: "DisplayName", Value: exchange.NewText(fmt.Sprintf("%s %d", []string{"Finance", "Anna de Vries", "Ward 11 noticeboard and planning", "Zoë Ångström"}[i%4], i))},
			{Name: "RecipientTypeDetails", Value: exchange.NewText(kinds[i*i%len(kinds)])},
			{Name: "TotalItemSize", Value: exchange.NewSize(int64((i*7919%1000)*(i*7919%1000)) << 16)},
			{Name: "LastLogonTime", Value: exchange.NewTime(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC).Add(-time.Duration(i*i) * time.Hour))},
		}}
		if err := table.Append("", []exchange.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	return results.All(table.Snapshot())
}

func made(t testing.TB, text string) charts.Data {
	t.Helper()
	s, err := charts.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := charts.Make(context.Background(), rows(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func show(t *testing.T, mode theme.Mode, scale float32, text string, size fyne.Size) (*Chart, fyne.Window) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: mode})
	c := New(wording.For("en-GB"))
	c.SetData(made(t, text))
	w := test.NewWindow(tip.Wrap(container.NewStack(kit.NewSurface(theme.ColorSurface, ""), c)))
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
	w.Resize(size)
	return c, w
}

func at(c *Chart, x, y float64) *desktop.MouseEvent {
	p := fyne.NewPos(float32(x), float32(y))
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p, AbsolutePosition: p}}
}

// middle is a place on a point of the chart.
func middle(c *Chart, point int) (x, y float64) {
	s := c.Picture().Spots[point]
	return s.X + s.W/2, s.Y + s.H/2
}

func quick(t *testing.T) {
	before := tip.Delay
	tip.Delay = 0
	t.Cleanup(func() { tip.Delay = before })
}

func TestThePointerSaysAndPicks(t *testing.T) {
	quick(t)
	for _, text := range []string{"bars:TotalItemSize:top:5", "ring:RecipientTypeDetails", "histogram:TotalItemSize", "timeline:LastLogonTime"} {
		c, w := show(t, theme.Light, 1, text, fyne.NewSize(640, 320))
		layer := w.Content().(*tip.Layer)
		var picked []charts.Point
		c.OnPick = func(p charts.Point) { picked = append(picked, p) }
		for i := range c.data.Points {
			x, y := middle(c, i)
			c.MouseMoved(at(c, x, y))
			if said := layer.Text(); said != c.Picture().Spots[i].Says || said == "" {
				t.Errorf("%s: on point %d it says %q", text, i, said)
			}
			if c.Cursor() != desktop.PointerCursor {
				t.Errorf("%s: no hand on point %d", text, i)
			}
			c.Tapped(&fyne.PointEvent{Position: fyne.NewPos(float32(x), float32(y))})
			if len(picked) != i+1 || picked[i].Filter.IsZero() || picked[i].Rows != c.data.Points[i].Rows {
				t.Fatalf("%s: a click on point %d picked %v", text, i, picked)
			}
		}
		c.MouseMoved(at(c, -3, -3))
		if layer.Text() != "" || c.Cursor() != desktop.DefaultCursor {
			t.Errorf("%s: beside the picture it says %q", text, layer.Text())
		}
		c.MouseOut()
		c.Tapped(&fyne.PointEvent{Position: fyne.NewPos(-3, -3)})
		if len(picked) != len(c.data.Points) {
			t.Errorf("%s: a click beside picked something", text)
		}
	}
}

func TestKeysGoFromPointToPoint(t *testing.T) {
	quick(t)
	c, w := show(t, theme.Light, 1, "bars:TotalItemSize:top:3", fyne.NewSize(640, 320))
	var picked charts.Point
	escaped := false
	c.OnPick = func(p charts.Point) { picked = p }
	c.OnEscape = func() { escaped = true }
	if label := c.AccessibilityLabel(); !strings.Contains(label, "the 3 largest of 120 rows") || strings.Count(label, "GB") < 3 {
		t.Errorf("it is read out as %q", label)
	}
	w.Canvas().Focus(c)
	press := func(keys ...fyne.KeyName) {
		for _, k := range keys {
			c.TypedKey(&fyne.KeyEvent{Name: k})
		}
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want int
	}{{fyne.KeyDown, 1}, {fyne.KeyRight, 2}, {fyne.KeyEnd, 3}, {fyne.KeyDown, 3}, {fyne.KeyUp, 2}, {fyne.KeyHome, 0}, {fyne.KeyLeft, 0}} {
		press(step.key)
		said := c.Picture().Spots[step.want].Says
		if !strings.HasSuffix(c.AccessibilityLabel(), said) {
			t.Errorf("after %s it is read out as %q, not %q", step.key, c.AccessibilityLabel(), said)
		}
	}
	press(fyne.KeyDown, fyne.KeyReturn)
	if !picked.Value.Same(c.data.Points[1].Value) {
		t.Errorf("Enter picked %+v", picked)
	}
	// Other figures: the point stays the one it was.
	c.SetData(made(t, "bars:TotalItemSize:top:3:by:name"))
	if got := c.data.Points[c.cursor].Value; !got.Same(picked.Value) {
		t.Errorf("the keyboard went from %s to %s", picked.Value, got)
	}
	press(fyne.KeyEscape)
	if !escaped {
		t.Error("Escape was not heard")
	}
	c.SetData(charts.Data{})
	press(fyne.KeyDown, fyne.KeyReturn)
	if c.Picture().Title == "" {
		t.Error("no figures have no picture")
	}
}

// near tells whether a picture has about a colour at a place in points.
func near(img image.Image, x, y float64, scale float32, want color.Color) bool {
	r, g, b, _ := img.At(int(x*float64(scale)), int(y*float64(scale))).RGBA()
	wr, wg, wb, _ := want.RGBA()
	diff := func(a, b uint32) int { return max(int(a)-int(b), int(b)-int(a)) >> 8 }
	return diff(r, wr)+diff(g, wg)+diff(b, wb) < 12
}

// What is drawn stands where the layout says, at every scale: bars in their colour, slices in theirs.
func TestItIsDrawnWhereItIsLaidOut(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		for _, scale := range []float32{1, 1.25, 2} {
			for _, text := range []string{"bars:TotalItemSize:top:6", "ring:RecipientTypeDetails"} {
				c, w := show(t, mode, scale, text, fyne.NewSize(640, 320))
				img := w.Canvas().Capture()
				seen := 0
				for _, s := range c.Picture().Shapes {
					var x, y float64
					switch {
					case s.Form == charts.Box && !s.Hollow && s.W > 12 && s.Point >= 0 && s.Tone != charts.Paper:
						x, y = s.X+3, s.Y+4
					case s.Form == charts.Slice && !s.Hollow && s.To-s.From > 0.05:
						slice := s
						slice.To = s.From + 0.02 // beside the number in its middle
						x, y = middleOf(slice)
					default:
						continue
					}
					seen++
					if !near(img, x, y, scale, fixed(mode == theme.Dark)(s.Tone)) {
						t.Errorf("%s at %g, mode %d: at %.0f %.0f is %v, not tone %d", text, scale, mode, x, y, img.At(int(x*float64(scale)), int(y*float64(scale))), s.Tone)
					}
				}
				if seen < 4 {
					t.Errorf("%s: only %d shapes were looked at", text, seen)
				}
			}
		}
	}
}

func TestASavedPicture(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Dark})
	img := Image(made(t, "ring:RecipientTypeDetails"), wording.For("en"), fyne.NewSize(640, 360), 2)
	if b := img.Bounds(); b.Dx() != 1280 || b.Dy() < 600 {
		t.Errorf("the picture is %v", b)
	}
	if !near(img, 1, 1, 2, color.White) {
		t.Error("a picture for a file is not on white")
	}
	colours := map[color.Color]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 7 {
		for x := 0; x < img.Bounds().Dx(); x += 7 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 5 {
		t.Errorf("the picture has %d colours", len(colours))
	}
}

// TestShots leaves pictures in the folder that TENANTRY_SHOTS names, to look at.
func TestShots(t *testing.T) {
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		t.Skip("TENANTRY_SHOTS names no folder for the pictures")
	}
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		for _, scale := range []float32{1, 1.25, 2} {
			for _, text := range []string{"bars:TotalItemSize:top:8", "ring:RecipientTypeDetails", "histogram:TotalItemSize", "timeline:LastLogonTime"} {
				c, w := show(t, mode, scale, text, fyne.NewSize(420, 340))
				x, y := middle(c, 1)
				c.MouseMoved(at(c, x, y))
				w.Canvas().Focus(c)
				name := fmt.Sprintf("window-%d-%g-%s.png", mode, scale, strings.ReplaceAll(text, ":", "-"))
				f, err := os.Create(filepath.Join(folder, name))
				if err != nil {
					t.Fatal(err)
				}
				if err := png.Encode(f, w.Canvas().Capture()); err != nil {
					t.Fatal(err)
				}
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// middleOf is the middle of a slice.
func middleOf(s charts.Shape) (x, y float64) {
	turn, r := (s.From+s.To)*math.Pi, (s.Outer+s.Inner)/2
	return s.X + r*math.Sin(turn), s.Y - r*math.Cos(turn)
}
