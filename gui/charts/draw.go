// Package charts shows a chart in the window: the picture that core/charts lays out, drawn as vectors, with
// what the pointer is on said in words and a click or key to pick it.
package charts

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	"tenantry/core/charts"
	"tenantry/gui/kit/theme"
)

// brush turns shapes into objects of a screen.
type brush struct {
	colour func(charts.Tone) color.Color
	scale  float64 // pixels of a point, by which edges are put on whole pixels; 0 leaves them
	dx, dy float64 // where the picture begins
}

// onScreen is the colours of the theme in force.
func onScreen(dark bool) func(charts.Tone) color.Color {
	return func(t charts.Tone) color.Color {
		switch t {
		case charts.Ink:
			return theme.Color("foreground")
		case charts.Soft:
			return theme.Color(theme.ColorMuted)
		case charts.Line:
			return theme.Color("separator")
		case charts.Paper:
			return theme.Color(theme.ColorSurface)
		}
		return fixed(dark)(t)
	}
}

// fixed is the colours of a file.
func fixed(dark bool) func(charts.Tone) color.Color {
	return func(t charts.Tone) color.Color {
		c := charts.ColourOf(t, dark)
		return color.NRGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 0xFF}
	}
}

// measure is how wide the screen draws a text.
func measure(text string, size float64, bold bool) float64 {
	return float64(fyne.MeasureText(text, float32(size), fyne.TextStyle{Bold: bold}).Width)
}

func (b brush) snap(x float64) float32 {
	if b.scale > 0 {
		x = math.Round(x*b.scale) / b.scale
	}
	return float32(x)
}

func (b brush) draw(shapes []charts.Shape) []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(shapes))
	for i, s := range shapes {
		objects[i] = b.object(s)
	}
	return objects
}

const edgeWidth = 1.5 // points, of what is hollow

func (b brush) object(s charts.Shape) fyne.CanvasObject {
	c := b.colour(s.Tone)
	x, y := s.X+b.dx, s.Y+b.dy
	switch s.Form {
	case charts.Box:
		left, top := b.snap(x), b.snap(y)
		r := canvas.NewRectangle(c)
		r.Resize(fyne.NewSize(b.snap(x+s.W)-left, b.snap(y+s.H)-top))
		r.Move(fyne.NewPos(left, top))
		if s.Hollow {
			r.FillColor, r.StrokeColor, r.StrokeWidth = color.Transparent, c, edgeWidth
		}
		return r
	case charts.Rule:
		l := canvas.NewLine(c)
		l.StrokeWidth = 1
		l.Position1 = fyne.NewPos(b.snap(x), b.snap(y))
		l.Position2 = fyne.NewPos(b.snap(x+s.W), b.snap(y+s.H))
		return l
	case charts.Label:
		t := canvas.NewText(s.Text, c)
		t.TextSize = float32(s.Size)
		t.TextStyle.Bold = s.Bold
		size := t.MinSize()
		t.Resize(size)
		t.Move(fyne.NewPos(b.snap(x-float64(size.Width)*float64(s.Anchor)/2), b.snap(y-float64(size.Height)/2)))
		return t
	}
	a := canvas.NewArc(float32(s.From*360), float32(s.To*360), float32(s.Inner/s.Outer), c)
	if s.Hollow {
		a.FillColor, a.StrokeColor, a.StrokeWidth = color.Transparent, c, edgeWidth
	}
	a.Resize(fyne.NewSquareSize(float32(2 * s.Outer)))
	a.Move(fyne.NewPos(float32(x-s.Outer), float32(y-s.Outer)))
	return a
}

// Image draws a chart for a file: on white, with its caption, at so many pixels a point. UI goroutine only.
func Image(d charts.Data, w charts.Words, size fyne.Size, scale float32) image.Image {
	const margin = 16
	p := charts.Layout(d, w, charts.Frame{W: float64(size.Width - 2*margin), H: float64(size.Height - 2*margin), Width: measure, Titled: true})
	colour := fixed(false)
	objects := brush{colour: colour, scale: float64(scale), dx: margin, dy: margin}.draw(p.Shapes)
	back := canvas.NewRectangle(colour(charts.Paper))
	whole := fyne.NewSize(float32(p.W)+2*margin, float32(p.H)+2*margin)
	back.Resize(whole)
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(scale)
	c.SetContent(&fyne.Container{Objects: append([]fyne.CanvasObject{back}, objects...)})
	c.Resize(whole)
	return c.Capture()
}
