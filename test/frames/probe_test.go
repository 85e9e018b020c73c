//go:build linux

package frames

import (
	"time"

	"fyne.io/fyne/v2"
	"golang.org/x/sys/unix"
)

// probe measures what each frame costs the goroutine that owns the screen, in processor time of its thread.
//
// In the figure is all that this thread does for a frame: the events since the last one, our handlers and
// Fyne's; what was posted to it; laying out; drawing by the grid; the painter, with the texts it turns into
// pictures and hands to the graphics driver; and the part of the driver that runs inside those calls. Not in
// the figure is what other threads do: the driver's rasteriser, which stands in for a graphics card here, and
// the garbage collector's own; nor handing over the finished picture (SwapBuffers), nor waiting for anything.
//
// Three marks tell where a frame begins and ends. An animation ticks between the events and the drawing. The
// probe is the last object in the window and has no look: Fyne asks for its least size when it begins to draw a
// frame, and for its size when all else has been painted. A function posted then runs after the picture has been
// handed over, and there the next frame begins.
type probe struct {
	begin, ticked, painted, over mark
	laid                         bool   // a frame is being drawn
	drawn                        bool   // and it was painted
	count                        int    // frames painted, ever
	what                         string // what is being done, empty while nothing is measured
	frames                       []frame
	nudge                        chan struct{}
}

// mark is a moment: by the clock, and in processor time of the thread that asks.
type mark struct {
	at  time.Time
	cpu time.Duration
}

// frame is the cost of one: of handling events, and of drawing.
type frame struct {
	what         string
	events, draw time.Duration // processor time
	clock        time.Duration // from tick to painted
}

func (f frame) work() time.Duration { return f.events + f.draw }

func now() mark {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		panic(err) // Linux has this clock
	}
	return mark{time.Now(), time.Duration(ts.Nano())}
}

func newProbe() *probe {
	p := &probe{nudge: make(chan struct{}, 1), frames: make([]frame, 0, 1<<16)}
	go func() {
		for range p.nudge {
			fyne.Do(func() { p.over = now() })
		}
	}()
	return p
}

// start begins measuring, on the screen's goroutine.
func (p *probe) start() {
	a := fyne.NewAnimation(time.Second, func(float32) { p.tick() })
	a.RepeatCount = fyne.AnimationRepeatForever
	a.Start()
}

func (p *probe) tick() {
	t := now()
	switch {
	case p.ticked.at.IsZero():
	case p.drawn:
		p.begin = p.painted
		if p.over.cpu > p.painted.cpu {
			p.begin = p.over
		}
	default:
		p.begin = p.ticked // nothing was drawn: what it took belongs to no frame
	}
	p.ticked, p.laid, p.drawn = t, false, false
}

// paint ends a frame.
func (p *probe) paint() {
	if !p.laid || p.drawn || p.ticked.at.IsZero() {
		return
	}
	p.painted, p.drawn = now(), true
	p.count++
	if p.what != "" && !p.begin.at.IsZero() {
		p.frames = append(p.frames, frame{p.what, p.ticked.cpu - p.begin.cpu, p.painted.cpu - p.ticked.cpu, p.painted.at.Sub(p.ticked.at)})
	}
	select {
	case p.nudge <- struct{}{}:
	default:
	}
}

func (p *probe) MinSize() fyne.Size {
	p.laid = true
	return fyne.Size{}
}

func (p *probe) Size() fyne.Size {
	p.paint()
	return fyne.Size{}
}

// Position is where no pointer comes, so that only the painter asks for the size.
func (p *probe) Position() fyne.Position { return fyne.NewPos(1e6, 1e6) }
func (p *probe) Visible() bool           { return true }
func (p *probe) Move(fyne.Position)      {}
func (p *probe) Resize(fyne.Size)        {}
func (p *probe) Hide()                   {}
func (p *probe) Show()                   {}
func (p *probe) Refresh()                {}

// beside lays out the window: all room for the content, none for the probe after it.
type beside struct{}

func (beside) Layout(objects []fyne.CanvasObject, size fyne.Size)   { objects[0].Resize(size) }
func (beside) MinSize(objects []fyne.CanvasObject) (none fyne.Size) { return objects[0].MinSize() }
