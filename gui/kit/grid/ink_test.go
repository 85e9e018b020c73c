package grid

import (
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tenantry/gui/kit/theme"
)

// spot is what a part of a picture looks like: how dark its darkest and lightest pixels are, and where what
// differs from its background begins and ends.
type spot struct {
	back, dark, light   int // of 255
	left, right         int
	top, bottom, weight int
}

// inkOf looks at a part of a picture, in pixels; its upper left pixel is background.
func inkOf(img image.Image, x0, y0, x1, y1 int) spot {
	s := spot{dark: 255, left: x1, right: x0, top: y1, bottom: y0}
	grey := func(x, y int) int { return int(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y) }
	s.back = grey(x0, y0)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			v := grey(x, y)
			s.dark, s.light = min(s.dark, v), max(s.light, v)
			d := max(v-s.back, s.back-v)
			if s.weight += d; d > 40 {
				s.left, s.right, s.top, s.bottom = min(s.left, x), max(s.right, x), min(s.top, y), max(s.bottom, y)
			}
		}
	}
	return s
}

// one is a table of a single column and a single cell.
type one struct {
	cell Cell
	kind Kind
}

func (o one) Rows() int { return 1 }
func (o one) Columns() []Column {
	return []Column{{Title: "One", Key: "one", Kind: o.kind, Width: 300}}
}
func (o one) Cell(_, _ int) Cell { return o.cell }

// TestInkWritesAsFyneDoes compares words drawn by ink with the same words as a text of the toolkit: they stand in
// the same place and are as heavy, at every scale.
func TestInkWritesAsFyneDoes(t *testing.T) {
	for i, words := range []string{"Finance", "finance@contoso.onmicrosoft.com", "48.2 GB", "Zoë Ångström", "Ежедневно", "Καλημέρα", "€ 12,50 – niet ‘nu’"} {
		for j, scale := range []float32{1, 1.25, 2} {
			bold := (i+j)%2 == 1
			_, w := show(t, one{cell: Cell{Text: words, Bold: bold}})
			w.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
			w.Resize(fyne.NewSize(320, 100))
			at := func(p float32) int { return int(p * scale) }
			ours := inkOf(w.Canvas().Capture(), at(2), at(29), at(298), at(55))
			text := canvas.NewText(words, theme.Color("foreground"))
			text.TextSize, text.TextStyle.Bold = 13, bold
			text.Move(fyne.NewPos(8, 28))
			text.Resize(fyne.NewSize(284, 28))
			back := canvas.NewRectangle(theme.Color(theme.ColorSurface))
			back.Resize(fyne.NewSize(320, 100))
			w.SetContent(&fyne.Container{Objects: []fyne.CanvasObject{back, text}})
			theirs := inkOf(w.Canvas().Capture(), at(2), at(29), at(298), at(55))
			far := func(a, b, most int) bool { return a-b > most || b-a > most }
			if far(ours.left, theirs.left, 1) || far(ours.right, theirs.right, 2+theirs.right/100) || far(ours.top, theirs.top, 1) || far(ours.bottom, theirs.bottom, 1) {
				t.Errorf("%q bold %v at %v: %+v, the toolkit's %+v", words, bold, scale, ours, theirs)
			}
			if ratio := float64(ours.weight) / float64(theirs.weight); ratio < 0.9 || ratio > 1.12 {
				t.Errorf("%q bold %v at %v is %.2f times as heavy as the toolkit's", words, bold, scale, ratio)
			}
		}
	}
}

func TestOtherScriptsAreShaped(t *testing.T) {
	for _, words := range []string{"日本語のメールボックス", "صندوق البريد", "שלום", "e\u0301te\u0301", "टीम"} {
		g, w := show(t, one{cell: Cell{Text: words}})
		s := &g.body.painted.slots[0].cells
		if len(s.box.Objects) != 2 || s.cells[0].shaped == nil || s.cells[0].say() != words {
			t.Errorf("%q is not drawn by the toolkit but as %q", words, s.cells[0].say())
		}
		if got := inkOf(w.Canvas().Capture(), 2, 29, 298, 55); got.weight == 0 {
			t.Errorf("%q is not seen", words)
		}
		g.SetData(one{cell: Cell{Text: "Finance"}})
		if s := &g.body.painted.slots[0].cells; !s.cells[0].shaped.Hidden || s.cells[0].say() != "Finance" {
			t.Errorf("after %q the cell says %q", words, s.cells[0].say())
		}
	}
}

func TestNumbersStandRight(t *testing.T) {
	_, w := show(t, one{Cell{Text: "48.2 GB"}, Number})
	right := inkOf(w.Canvas().Capture(), 2, 29, 298, 55)
	if right.right < 288 || right.right > 292 || right.left < 200 {
		t.Errorf("a number stands from %d to %d in a column to 300", right.left, right.right)
	}
	_, w = show(t, one{Cell{Text: "48.2 GB"}, Text})
	if left := inkOf(w.Canvas().Capture(), 2, 29, 298, 55); left.left < 7 || left.left > 10 || left.right > 100 {
		t.Errorf("a text stands from %d to %d", left.left, left.right)
	}
}

func TestMarksStandBeforeTheWords(t *testing.T) {
	for mark := MarkUp; mark < marks; mark++ {
		_, w := show(t, one{Cell{Text: "Il", Mark: mark}, Text})
		got := inkOf(w.Canvas().Capture(), 2, 29, 20, 55)
		if got.left < 7 || got.right < 14 || got.right > 18 || got.top < 29+8 || got.bottom > 29+18 {
			t.Errorf("mark %d stands at %+v", mark, got)
		}
		_, w = show(t, one{Cell{Text: "42", Mark: mark}, Number})
		img := w.Canvas().Capture()
		number := inkOf(img, 274, 29, 298, 55)
		if got := inkOf(img, 2, 29, 273, 55); got.right < 264 || got.right > 272 || number.right > 292 || number.right < 288 {
			t.Errorf("mark %d of a number stands at %+v, the number at %+v", mark, got, number)
		}
	}
}

func TestTintsAndBars(t *testing.T) {
	_, w := show(t, one{Cell{Text: "42", Fill: Bad, Bar: 0.5, BarTone: Warn}, Number})
	img := w.Canvas().Capture()
	at := func(x, y int) color.NRGBA { return nrgba(img.At(x, y)) }
	for _, c := range []struct {
		what string
		x, y int
		want fyne.ThemeColorName
	}{
		{"the tint", 20, 42, theme.ColorFillBad}, {"beside the tint", 150, 28, theme.ColorSurface},
		{"the bar", 200, 52, theme.ColorWarn},
		{"where the bar ends", 140, 52, theme.ColorFillBad},
	} {
		if got, want := at(c.x, c.y), nrgba(theme.Color(c.want)); got != want {
			t.Errorf("%s is %v, want %v", c.what, got, want)
		}
	}
}

// TestPicturesAreWholePixels holds for scales at which a row is not: one pixel more or less would blur the words.
func TestPicturesAreWholePixels(t *testing.T) {
	for _, scale := range []float32{1, 1.1, 1.25, 1.304, 1.5, 1.75, 2} {
		g, w := show(t, &numbered{rows: 100, columns: 20})
		w.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
		g.SetFrozen(1)
		for top := range 40 {
			g.SetTop(top/7, top)
			r := g.body.painted
			s := &r.slots[(top/7+1)%len(r.slots)].cells
			y := s.box.Position().Y
			pixels := func(p float32) int { return int(math.Round(float64(p * scale))) }
			high, wide := pixels(s.picture.Size().Height), pixels(s.picture.Size().Width)
			if drawn := pixels(y+s.picture.Size().Height) - pixels(y); drawn != high || high > 28*2 || wide == 0 {
				t.Fatalf("at %v a picture of %d pixels is drawn on %d", scale, high, drawn)
			}
			x := s.picture.Position().X + s.box.Position().X
			if drawn := pixels(x+s.picture.Size().Width) - pixels(x); drawn != wide {
				t.Fatalf("at %v a picture of %d pixels is drawn on %d", scale, wide, drawn)
			}
		}
	}
}

// TestBlendIsExact compares the mixing of colours with the rule itself.
func TestBlendIsExact(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 3, 3))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	blend(img, image.Rect(0, 0, 2, 3), []uint8{0, 128, 255, 64}, 2, 1, 1, color.NRGBA{R: 200, G: 0, B: 100, A: 255})
	for _, c := range []struct{ x, y, cover int }{{0, 0, 0}, {1, 1, 0}, {2, 1, 0}, {1, 2, 255}, {2, 2, 0}} {
		got := img.RGBAAt(c.x, c.y)
		want := uint8(math.Round(float64(255*(255-c.cover)+200*c.cover) / 255))
		if got.R != want || got.A != 255 {
			t.Errorf("at %d,%d: %v, want red %d", c.x, c.y, got, want)
		}
	}
}

// TestBroadColumnsNeedNoBroadPicture holds a picture near what shows of it, and draws what shows.
func TestBroadColumnsNeedNoBroadPicture(t *testing.T) {
	g, w := show(t, &numbered{rows: 10, columns: 3})
	g.SetColumns([]ColumnState{{Key: "0", Width: 1200}, {Key: "1", Width: 1200}, {Key: "2", Width: 1200}})
	for off := int64(0); off < 3000; off += 130 {
		g.x.set(off)
		g.scrolled()
		s := &g.body.painted.slots[0].cells
		if wide := s.to - s.from; wide > 500+2*margin {
			t.Fatalf("scrolled to %d the picture is %d wide", off, wide)
		}
		if s.from > g.x.off || s.to < min(g.x.off+g.x.view, g.cols.total) {
			t.Fatalf("scrolled to %d the picture is from %d to %d", off, s.from, s.to)
		}
	}
	g.x.set(2390)
	g.scrolled()
	if got := inkOf(w.Canvas().Capture(), 2, 29, 200, 55); got.weight == 0 {
		t.Error("the words of the last column are not seen")
	}
}
