package charts

import (
	"math"
	"sort"
	"strings"
)

// Tone is a colour by what it is for. Whoever draws has one for light and one for dark surroundings.
type Tone uint8

// The tones. Series are those of the slices of a ring, one after the other; bars have the first.
const (
	Ink    Tone = iota // words
	Soft               // second words
	Line               // the base and the grid
	Paper              // the background
	Grey               // Others
	Empty              // the edge of what stands for no value
	OnFill             // words on a slice
	Series
)

// SeriesTones is how many tones there are from Series on.
const SeriesTones = 8

// Form is what a Shape is.
type Form uint8

// The forms.
const (
	Box   Form = iota // a rectangle
	Rule              // a line
	Label             // a text
	Slice             // a part of a ring
)

// Anchor is where the X of a text is.
type Anchor uint8

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Shape is one thing to draw. Measures are in points, from the top left.
type Shape struct {
	Form   Form
	Tone   Tone
	Hollow bool // an edge alone, of Box and Slice
	Point  int  // which of Data.Points it belongs to, -1 for none

	// X and Y are the top left of a Box, the begin of a Rule, the middle of a Slice's ring; of a text, its
	// anchor and the middle of its height.
	X, Y float64
	W, H float64 // of a Box; of a Rule, how far its end is away

	Outer, Inner float64 // the radii of a Slice
	From, To     float64 // of a Slice, in whole turns clockwise from the top

	Text   string
	Size   float64 // of the text, in points
	Anchor Anchor
	Bold   bool
}

// Spot is where a point of the data is, for the pointer and the keyboard.
type Spot struct {
	X, Y, W, H float64 // what belongs to it

	// Slice is the shape of a ring's slice that belongs to it too; -1 for none.
	Slice int
	Says  string // the point in words
}

// Picture is a chart laid out for a size: shapes in the order in which they are drawn, and a Spot for each
// point of the data.
type Picture struct {
	W, H     float64
	Title    string // what is measured, of what
	Describe string // the whole in a few sentences
	Shapes   []Shape
	Spots    []Spot
}

// At is the point of the data at a place, -1 for none.
func (p Picture) At(x, y float64) int {
	for i, s := range p.Spots {
		if s.Slice >= 0 && p.Shapes[s.Slice].holds(x, y) {
			return i
		}
	}
	for i, s := range p.Spots {
		if x >= s.X && x < s.X+s.W && y >= s.Y && y < s.Y+s.H {
			return i
		}
	}
	return -1
}

// holds tells whether a place is in a slice.
func (s Shape) holds(x, y float64) bool {
	dx, dy := x-s.X, y-s.Y
	r := math.Hypot(dx, dy)
	turn := math.Atan2(dx, -dy) / (2 * math.Pi)
	if turn < 0 {
		turn++
	}
	return r >= s.Inner && r <= s.Outer && turn >= s.From && turn < s.To
}

// Measured is how wide a text is, in points, at a size.
type Measured func(text string, size float64, bold bool) float64

// Frame is what a chart is laid out in.
type Frame struct {
	W, H float64 // the width to keep to and the height to use; bars and long legends take the height they need

	// Width measures texts; nil is Approximate.
	Width Measured

	// Titled puts the caption above the picture.
	Titled bool
}

// The sizes of the layout, in points.
const (
	textSize  = 12
	smallSize = 11
	headSize  = 14

	lineHeight = 18
	gap        = 8
	leastWidth = 160
)

// Layout places a chart in a frame. It is pure and quick: the same data in the same frame is the same
// picture, wherever it is drawn.
func Layout(d Data, w Words, f Frame) Picture {
	if f.Width == nil {
		f.Width = Approximate
	}
	b := &board{saying: say(d, w), f: f, w: max(f.W, leastWidth)}
	b.p = Picture{W: b.w, Title: d.Caption(w), Describe: d.Describe(w), Spots: make([]Spot, len(d.Points))}
	for i, point := range d.Points {
		b.p.Spots[i] = Spot{Slice: -1, Says: b.says(point)}
	}
	if f.Titled {
		b.text(0, headSize, b.fit(b.p.Title, b.w, headSize, true), headSize, Ink, Start, -1).Bold = true
		b.top = 2*headSize + 4
	}
	switch {
	case len(d.Points) == 0:
		b.text(b.w/2, b.top+lineHeight, b.fit(w.Text("charts.no-rows"), b.w, textSize, false), textSize, Soft, Middle, -1)
		b.p.H = max(f.H, b.top+2*lineHeight)
	case d.Spec.Kind == Ring:
		b.ring()
	case d.Spec.Kind == Bars:
		b.bars()
	default:
		b.columns()
	}
	return b.p
}

// board is a picture while it is laid out.
type board struct {
	saying
	f     Frame
	p     Picture
	w     float64
	top   float64 // where the chart itself begins
	right float64 // up to where the words of an axis go
}

func (b *board) add(s Shape) *Shape {
	b.p.Shapes = append(b.p.Shapes, s)
	return &b.p.Shapes[len(b.p.Shapes)-1]
}

func (b *board) text(x, y float64, text string, size float64, tone Tone, anchor Anchor, point int) *Shape {
	return b.add(Shape{Form: Label, X: x, Y: y, Text: text, Size: size, Tone: tone, Anchor: anchor, Point: point})
}

func (b *board) box(x, y, w, h float64, tone Tone, hollow bool, point int) {
	b.add(Shape{Form: Box, X: x, Y: y, W: w, H: h, Tone: tone, Hollow: hollow, Point: point})
}

func (b *board) rule(x, y, w, h float64, tone Tone) {
	b.add(Shape{Form: Rule, X: x, Y: y, W: w, H: h, Tone: tone, Point: -1})
}

// fit cuts a text with an ellipsis where it is too wide.
func (b *board) fit(text string, width, size float64, bold bool) string {
	if b.f.Width(text, size, bold) <= width {
		return text
	}
	const dots = "…"
	cuts := make([]int, 0, len(text))
	for i := range text {
		cuts = append(cuts, i)
	}
	fits := sort.Search(len(cuts), func(i int) bool { return b.f.Width(text[:cuts[i]]+dots, size, bold) > width })
	if fits == 0 {
		return ""
	}
	return strings.TrimRight(text[:cuts[fits-1]], " ") + dots
}

// looks is how a point is filled.
func looks(p Point, series int) (tone Tone, hollow bool) {
	switch p.Role {
	case Others, Outside:
		return Grey, false
	case Blank:
		return Empty, true
	}
	return Series + Tone(series%SeriesTones), false
}
