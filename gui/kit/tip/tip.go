// Package tip shows tooltips: a few words beside what the pointer rests on.
//
// Fyne has no tooltips, and its overlays would take the pointer away from what is below. So a layer that
// takes no input lies over a window's content: Wrap makes it, once a window and once for each dialog that
// wants tooltips. Where no layer is, Show does nothing.
package tip

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// Delay is how long the pointer rests before a tooltip appears. Zero, for tests, shows it at once.
// It is read on the UI goroutine.
var Delay = 500 * time.Millisecond

const (
	widest   = 420 // points of text before a line breaks
	most     = 12  // lines, so that a huge cell does not cover the window
	distance = 18  // below the pointer

	stay = 8 * time.Second
)

// layers and pending belong to the UI goroutine.
var (
	layers  []*Layer
	pending *time.Timer
	owner   fyne.CanvasObject
	shown   *Layer
	turn    int // counts Show and Hide, so that a late timer knows that it is late
)

// Layer lies over content and draws at most one tooltip.
type Layer struct {
	widget.BaseWidget
	content fyne.CanvasObject
	text    string
	at      fyne.Position // in the layer
}

// Wrap returns content with a layer for tooltips over it.
func Wrap(content fyne.CanvasObject) *Layer {
	l := &Layer{content: content}
	l.ExtendBaseWidget(l)
	layers = append(layers, l)
	return l
}

// Text is what the layer shows now, empty for nothing.
func (l *Layer) Text() string { return l.text }

// Show brings up text beside at, a position on the canvas, once the pointer has rested for Delay. of is the
// object that asks; a new Show or a Hide by the same object cancels it. UI goroutine only.
func Show(of fyne.CanvasObject, text string, at fyne.Position) {
	if owner == of && shown != nil && shown.text == text {
		return // the pointer moves within what the words are about
	}
	cancel()
	if text == "" {
		return
	}
	l := layerFor(of)
	if l == nil {
		return
	}
	owner = of
	if Delay == 0 {
		l.set(text, at)
		return
	}
	mine := turn
	pending = time.AfterFunc(Delay, func() {
		fyne.Do(func() {
			if mine != turn {
				return
			}
			l.set(text, at)
			// The pointer leaves nothing when the object under it goes away, so a tooltip also ends by itself.
			pending = time.AfterFunc(stay, func() {
				fyne.Do(func() {
					if mine == turn {
						cancel()
					}
				})
			})
		})
	})
}

// Hide takes away the tooltip of an object. UI goroutine only.
func Hide(of fyne.CanvasObject) {
	if owner == of {
		cancel()
	}
}

// Dismiss takes away whatever tooltip there is: someone types, or what it was about has gone. UI goroutine only.
func Dismiss() { cancel() }

func cancel() {
	turn++
	owner = nil
	if pending != nil {
		pending.Stop()
		pending = nil
	}
	if shown != nil {
		shown.text = ""
		shown.Refresh()
		shown = nil
	}
}

// layerFor chooses the window's layer, or the newest one while an overlay such as a dialog is open.
func layerFor(of fyne.CanvasObject) *Layer {
	app := fyne.CurrentApp()
	if app == nil || len(layers) == 0 {
		return nil
	}
	c := locate.Canvas(of)
	if c == nil {
		return nil
	}
	var first, last *Layer
	for _, l := range layers {
		switch {
		case fyne.CanvasObject(l) == c.Content():
			first = l
		case app.Driver().CanvasForObject(l) != c:
			continue
		case first == nil:
			first = l
		}
		last = l
	}
	if c.Overlays().Top() == nil {
		return first
	}
	return last
}

func (l *Layer) set(text string, at fyne.Position) {
	shown = l
	l.text = text
	l.at = at.Subtract(locate.Position(l))
	l.Refresh()
}

// CreateRenderer is Fyne's.
func (l *Layer) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{layer: l, back: canvas.NewRectangle(nil), objects: []fyne.CanvasObject{l.content}}
	r.Refresh()
	return r
}

type renderer struct {
	layer   *Layer
	back    *canvas.Rectangle
	lines   []*canvas.Text
	objects []fyne.CanvasObject
}

func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *renderer) MinSize() fyne.Size { return r.layer.content.MinSize() }

func (r *renderer) Layout(size fyne.Size) {
	r.layer.content.Resize(size)
	r.place()
}

func (r *renderer) Refresh() {
	r.lines = nil
	r.objects = r.objects[:1:1]
	if r.layer.text != "" {
		r.objects = append(r.objects, r.back)
		for _, s := range wrap(r.layer.text, theme.Size(theme.SizeText)) {
			t := canvas.NewText(s, theme.Color(theme.ColorTip))
			t.TextSize = theme.Size(theme.SizeText)
			r.lines = append(r.lines, t)
			r.objects = append(r.objects, t)
		}
		r.back.FillColor = theme.Color(theme.ColorTipBack)
		r.back.CornerRadius = theme.Size(theme.SizeRadius)
		r.place()
	}
	canvas.Refresh(r.layer)
}

func (r *renderer) place() {
	if len(r.lines) == 0 {
		return
	}
	pad, line := float32(8), r.lines[0].MinSize().Height
	var w float32
	for _, t := range r.lines {
		w = max(w, t.MinSize().Width)
	}
	size := fyne.NewSize(w+2*pad, line*float32(len(r.lines))+2*pad-4)
	area := r.layer.Size()
	x := min(r.layer.at.X+8, area.Width-size.Width-4)
	y := r.layer.at.Y + distance
	if y+size.Height > area.Height-4 {
		y = r.layer.at.Y - size.Height - 8
	}
	at := fyne.NewPos(max(x, 4), max(y, 4))
	r.back.Resize(size)
	r.back.Move(at)
	for i, t := range r.lines {
		t.Resize(t.MinSize())
		t.Move(at.AddXY(pad, pad-2+float32(i)*line))
	}
}

func (r *renderer) Destroy() {
	for i, l := range layers {
		if l == r.layer {
			layers = append(layers[:i:i], layers[i+1:]...)
			return
		}
	}
}

// wrap breaks text into lines of at most widest points, at spaces where there are any.
func wrap(text string, size float32) []string {
	var lines []string
	measure := func(s string) float32 { return fyne.MeasureText(s, size, fyne.TextStyle{}).Width }
	for _, part := range strings.Split(strings.TrimSpace(text), "\n") {
		line := ""
		for _, word := range strings.Fields(part) {
			switch {
			case line == "":
				line = word
			case measure(line+" "+word) <= widest:
				line += " " + word
			default:
				lines = append(lines, line)
				line = word
			}
			for len(lines) < most && measure(line) > widest {
				cut := len([]rune(line))
				runes := []rune(line)
				for cut > 1 && measure(string(runes[:cut])) > widest {
					cut -= 1 + cut/16
				}
				lines = append(lines, string(runes[:cut]))
				line = string(runes[cut:])
			}
		}
		lines = append(lines, line)
		if len(lines) > most {
			lines = append(lines[:most], "…")
			break
		}
	}
	return lines
}
