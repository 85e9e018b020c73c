package grid

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"tenantry/gui/kit/theme"
)

// ink draws words and shapes into the picture of a row, at one scale of the screen. It keeps each character as a
// picture of its own: setting a row is copying some hundred of them, where Fyne shapes every text, keeps it as a
// texture for a minute, and looks through all of those for every frame.
//
// Scripts whose characters join or have no place in the theme's font are not for it; fits tells.
type ink struct {
	scale    float64 // pixels a point
	faces    [2]face // normal and bold
	marks    [marks]*image.Alpha
	rounds   map[int]*image.Alpha // quarters of a disc, by radius in pixels
	buffer   sfnt.Buffer
	baseline int // pixels from the top of a row
	height   int // of the row it was worked out for
}

// face is the font in one weight.
type face struct {
	font   *sfnt.Font
	draw   font.Face
	size   fixed.Int26_6
	ascii  [128]*letter
	others map[rune]*letter
}

// letter is a character in the four places between two pixels it is drawn at.
type letter struct {
	advance float64 // pixels to the next character
	at      [places]shape
}

// places is how many positions between two pixels a character is drawn for.
const places = 4

// shape is how much of each pixel a character covers.
type shape struct {
	cover []uint8
	w, h  int
	x, y  int // from where the character stands to the upper left pixel
}

// inkwell is where an ink comes from: all Grids share those that are alike, with the characters they know.
type inkwell struct {
	scale float64
	size  float32
	fonts [2]string
}

// inks belong to the UI goroutine.
var inks = map[inkwell]*ink{}

// inkFor gives the ink for a scale; the theme's font and text size are what they are now.
func inkFor(scale float64) *ink {
	of := inkwell{scale: scale, size: theme.Size(theme.SizeText)}
	var sources [2]fyne.Resource
	for i := range sources {
		sources[i] = fyne.CurrentApp().Settings().Theme().Font(fyne.TextStyle{Bold: i == 1})
		of.fonts[i] = sources[i].Name()
	}
	if inks[of] == nil {
		inks[of] = newInk(of, sources)
	}
	return inks[of]
}

func newInk(of inkwell, sources [2]fyne.Resource) *ink {
	k := &ink{scale: of.scale, rounds: map[int]*image.Alpha{}}
	for i := range k.faces {
		f := &k.faces[i]
		f.others = map[rune]*letter{}
		parsed, err := opentype.Parse(sources[i].Content())
		if err != nil {
			continue // nothing is drawn with it: fits says no to every text
		}
		size := float64(of.size) * of.scale
		f.font, f.size = parsed, fixed.Int26_6(math.Round(size*64))
		if f.draw, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone}); err != nil {
			f.font = nil
		}
	}
	return k
}

func (k *ink) face(bold bool) *face {
	if bold {
		return &k.faces[1]
	}
	return &k.faces[0]
}

// letter gives a character, nil when the font has none.
func (k *ink) letter(f *face, r rune) *letter {
	if r >= 0 && r < 128 && f.ascii[r] != nil {
		return f.ascii[r]
	}
	if l, ok := f.others[r]; ok {
		return l
	}
	l := k.make(f, r)
	if r >= 0 && r < 128 && l != nil {
		f.ascii[r] = l
	} else {
		f.others[r] = l
	}
	return l
}

func (k *ink) make(f *face, r rune) *letter {
	if f.font == nil {
		return nil
	}
	index, err := f.font.GlyphIndex(&k.buffer, r)
	if err != nil || index == 0 {
		return nil
	}
	advance, err := f.font.GlyphAdvance(&k.buffer, index, f.size, font.HintingNone)
	if err != nil {
		return nil
	}
	l := &letter{advance: float64(advance) / 64}
	for i := range l.at {
		box, mask, from, _, ok := f.draw.Glyph(fixed.Point26_6{X: fixed.Int26_6(i * 64 / places)}, r)
		if !ok {
			return nil
		}
		s := shape{w: box.Dx(), h: box.Dy(), x: box.Min.X, y: box.Min.Y}
		s.cover = make([]uint8, s.w*s.h)
		for y := range s.h {
			for x := range s.w {
				_, _, _, a := mask.At(from.X+x, from.Y+y).RGBA()
				s.cover[y*s.w+x] = uint8(a >> 8)
			}
		}
		l.at[i] = s
	}
	return l
}

// fits tells whether every character of a text's first line is in the font and stands alone.
func (k *ink) fits(text string, bold bool) bool {
	f := k.face(bold)
	for _, r := range text {
		switch {
		case r >= ' ' && r < 127 && f.font != nil:
			continue
		case r == '\n' || r == '\r':
			return true
		}
		if joins(r) || k.letter(f, r) == nil {
			return false
		}
	}
	return true
}

// joins tells of characters that have no width of their own: other scripts, and marks over the one before.
func joins(r rune) bool {
	return r >= 0x0590 && (r < 0x2000 || r > 0x20CF) || r >= 0x0300 && r < 0x0370
}

// width is how wide text is, in pixels.
func (k *ink) width(text string, bold bool) float64 {
	f := k.face(bold)
	var w float64
	for _, r := range text {
		if l := k.letter(f, r); l != nil {
			w += l.advance
		}
	}
	return w
}

// base is how far below the top of a row, height pixels high, its words stand.
func (k *ink) base(height int) int {
	if k.height != height {
		size := theme.Size(theme.SizeText)
		box, below := fyne.CurrentApp().Driver().RenderedTextSize("M", size, fyne.TextStyle{}, nil)
		top := (float64(height)/k.scale - float64(box.Height)) / 2
		k.height, k.baseline = height, int(math.Round((top+float64(below))*k.scale))
	}
	return k.baseline
}

// words writes text from x on, nothing outside clip, and returns where it ends.
func (k *ink) words(to *image.RGBA, clip image.Rectangle, text string, bold bool, x float64, baseline int, ink color.NRGBA) float64 {
	f := k.face(bold)
	for _, r := range text {
		l := k.letter(f, r)
		if l == nil {
			continue
		}
		whole := math.Floor(x)
		s := &l.at[int((x-whole)*places)]
		blend(to, clip, s.cover, s.w, int(whole)+s.x, baseline+s.y, ink)
		x += l.advance
	}
	return x
}

// blend lays ink over a picture as far as cover, w pixels wide, says, from x, y on, nothing outside clip.
func blend(to *image.RGBA, clip image.Rectangle, cover []uint8, w, x, y int, ink color.NRGBA) {
	if w == 0 {
		return
	}
	h := len(cover) / w
	left, right := max(clip.Min.X-x, 0), min(clip.Max.X-x, w)
	top, bottom := max(clip.Min.Y-y, 0), min(clip.Max.Y-y, h)
	if left >= right {
		return
	}
	red, green, blue, alpha := uint32(ink.R), uint32(ink.G), uint32(ink.B), uint32(ink.A)
	for row := top; row < bottom; row++ {
		line := cover[row*w+left : row*w+right]
		at := to.PixOffset(x+left, y+row)
		for _, c := range line {
			if c != 0 {
				a := uint32(c) * alpha / 255
				p := to.Pix[at : at+4 : at+4]
				rest := 255 - a
				p[0] = uint8((red*a + uint32(p[0])*rest) / 255)
				p[1] = uint8((green*a + uint32(p[1])*rest) / 255)
				p[2] = uint8((blue*a + uint32(p[2])*rest) / 255)
				p[3] = uint8(a + uint32(p[3])*rest/255)
			}
			at += 4
		}
	}
}

// block fills a rectangle with rounded corners, all in pixels.
func (k *ink) block(to *image.RGBA, clip, box image.Rectangle, radius int, ink color.NRGBA) {
	radius = max(min(radius, box.Dx()/2, box.Dy()/2), 0)
	fill := func(r image.Rectangle) {
		r = r.Intersect(clip)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			at := to.PixOffset(r.Min.X, y)
			for range r.Dx() {
				p := to.Pix[at : at+4 : at+4]
				p[0], p[1], p[2], p[3] = ink.R, ink.G, ink.B, ink.A // opaque
				at += 4
			}
		}
	}
	fill(image.Rect(box.Min.X+radius, box.Min.Y, box.Max.X-radius, box.Max.Y))
	fill(image.Rect(box.Min.X, box.Min.Y+radius, box.Min.X+radius, box.Max.Y-radius))
	fill(image.Rect(box.Max.X-radius, box.Min.Y+radius, box.Max.X, box.Max.Y-radius))
	if radius == 0 {
		return
	}
	disc := k.disc(radius)
	for i := range 4 {
		part := image.Rect(box.Min.X, box.Min.Y, box.Min.X+radius, box.Min.Y+radius)
		x, y := part.Min.X, part.Min.Y
		if i%2 == 1 {
			part = part.Add(image.Pt(box.Dx()-radius, 0))
			x = part.Max.X - 2*radius
		}
		if i/2 == 1 {
			part = part.Add(image.Pt(0, box.Dy()-radius))
			y = part.Max.Y - 2*radius
		}
		blend(to, part.Intersect(clip), disc.Pix, 2*radius, x, y, ink)
	}
}

// disc is a filled circle.
func (k *ink) disc(radius int) *image.Alpha {
	d := k.rounds[radius]
	if d == nil {
		d = outline(round(16, 0.5), 2*radius)
		k.rounds[radius] = d
	}
	return d
}

// mark draws a mark whose upper left corner is at x, y.
func (k *ink) mark(to *image.RGBA, clip image.Rectangle, m Mark, x, y int, ink color.NRGBA) {
	size := int(math.Round(markSize * k.scale))
	if k.marks[m] == nil {
		k.marks[m] = outline(outlines[m], size)
	}
	blend(to, clip, k.marks[m].Pix, size, x, y, ink)
}

// outline fills a polygon whose corners are in a square of 1.
func outline(corners []fyne.Position, size int) *image.Alpha {
	r := vector.NewRasterizer(size, size)
	for i, p := range corners {
		if x, y := p.X*float32(size), p.Y*float32(size); i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	out := image.NewAlpha(image.Rect(0, 0, size, size))
	r.Draw(out, out.Rect, image.Opaque, image.Point{})
	return out
}
