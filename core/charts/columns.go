package charts

import (
	"math"
	"time"

	"tenantry/core/exchange"
)

// The sizes of columns, in points.
const (
	tickEvery   = 36 // the height that a line of the grid takes at least
	axisHeight  = 42
	apartWidth  = 14 // between the axis and what has no place on it
	apartColumn = 34
	plotLeast   = 80
	widest      = 120 // of a column
)

// columns lays out a histogram or a time line: columns beside each other on an axis, and behind them what has
// no place on it.
func (b *board) columns() {
	var on, off []int // points on the axis and beside it
	low, high := 0.0, 0.0
	for i, p := range b.Points {
		if p.Role == Plain {
			on = append(on, i)
		} else {
			off = append(off, i)
		}
		if x := p.size(); !math.IsInf(x, 0) {
			low, high = min(low, x), max(high, x)
		}
	}
	height := max(b.f.H, b.top+axisHeight+plotLeast+lineHeight)
	b.p.H = height
	top, base := b.top+lineHeight, height-axisHeight
	typ := exchange.Integer
	if !b.countsRows() {
		if typ = b.Of.Type; typ == exchange.Integer && b.Spec.Measure == Average {
			typ = exchange.Decimal
		}
	}
	lines := ticks(low, high, max(2, int((base-top)/tickEvery)), typ)
	low, high = lines[0], lines[len(lines)-1]
	labels, left := make([]string, len(lines)), 0.0
	for i, x := range lines {
		labels[i] = b.saying.w.Value(valueAt(x, typ, lines[1]-lines[0]))
		left = max(left, b.f.Width(labels[i], smallSize, false))
	}
	left += gap
	right := b.w - 1
	if len(off) > 0 {
		right -= apartWidth + float64(len(off))*b.offPitch(off)
	}
	b.right = right + apartWidth/2
	yOf := func(x float64) float64 { return base - (base-top)*(x-low)/(high-low) }
	for i, x := range lines {
		b.rule(left, yOf(x), b.w-left, 0, Line)
		b.text(left-gap, yOf(x), labels[i], smallSize, Soft, End, -1)
	}
	zero := yOf(min(max(0, low), high))
	column := func(point int, x, width float64) {
		p := b.Points[point]
		y := yOf(min(max(p.size(), low), high))
		tone, hollow := looks(p, 0)
		if p.size() != 0 {
			t, h := min(y, zero), math.Abs(y-zero)
			if h < 1 { // what is there is seen
				t, h = zero-1, 1
			}
			b.box(x, t, width, h, tone, hollow, point)
		}
		spot := &b.p.Spots[point]
		spot.X, spot.Y, spot.W, spot.H = x, b.top, width, height-b.top
	}
	if len(on) > 0 {
		pitch := min((right-left)/float64(len(on)), widest)
		right = left + pitch*float64(len(on))
		space := 1.0
		if b.Spec.Kind == Timeline {
			space = max(1, pitch*0.15)
		}
		if pitch < 4 {
			space = pitch * 0.2
		}
		for i, point := range on {
			column(point, left+float64(i)*pitch+space/2, pitch-space)
			spot := &b.p.Spots[point]
			spot.X, spot.W, spot.H = left+float64(i)*pitch, pitch, base-b.top
		}
		b.heads(on, left, pitch, yOf)
		if b.Spec.Kind == Timeline {
			b.calendar(on, left, right, base)
		} else {
			b.edges(on, left, pitch, base)
		}
	}
	at := b.right + apartWidth/2
	for _, point := range off {
		pitch := b.offPitch(off)
		column(point, at+(pitch-apartColumn)/2, apartColumn)
		b.p.Spots[point].X, b.p.Spots[point].W = at, pitch
		p := b.Points[point]
		b.text(at+pitch/2, base+12, b.fit(b.Name(b.saying.w, p), pitch-2, smallSize, false), smallSize, Soft, Middle, point)
		if head := b.Amount(b.saying.w, p); b.f.Width(head, smallSize, false) < pitch {
			b.text(at+pitch/2, min(yOf(min(max(p.size(), low), high)), zero)-9, head, smallSize, Soft, Middle, point)
		}
		at += pitch
	}
	b.rule(left, zero, b.w-left, 0, Soft)
}

// offPitch is how wide each of the columns beside the axis is with its name.
func (b *board) offPitch(off []int) float64 {
	pitch := float64(apartColumn + gap)
	for _, point := range off {
		pitch = max(pitch, b.f.Width(b.Name(b.saying.w, b.Points[point]), smallSize, false)+gap)
	}
	return min(pitch, b.w*0.3/float64(len(off)))
}

// heads writes the amounts over the columns, when all of them have room.
func (b *board) heads(on []int, left, pitch float64, yOf func(float64) float64) {
	for _, point := range on {
		if b.f.Width(b.Amount(b.saying.w, b.Points[point]), smallSize, false) > pitch-4 || b.Points[point].size() < 0 {
			return
		}
	}
	for i, point := range on {
		if p := b.Points[point]; p.size() > 0 {
			b.text(left+(float64(i)+0.5)*pitch, yOf(p.size())-9, b.Amount(b.saying.w, p), smallSize, Soft, Middle, point)
		}
	}
}

// edges writes the numbers at which the parts of a histogram meet, as many as have room.
func (b *board) edges(on []int, left, pitch, base float64) {
	first, last := b.Points[on[0]], b.Points[on[len(on)-1]]
	if b.single(first) { // each column is a number of its own, below which it stands
		labels := make([]string, len(on))
		for i, point := range on {
			labels[i] = b.Name(b.saying.w, b.Points[point])
		}
		b.spread(labels, func(i int) float64 { return left + (float64(i)+0.5)*pitch }, base)
		return
	}
	labels := make([]string, 0, len(on)+1)
	for _, point := range on {
		labels = append(labels, b.saying.w.Value(b.Points[point].Value))
	}
	labels = append(labels, b.saying.w.Value(last.To))
	b.spread(labels, func(i int) float64 { return left + float64(i)*pitch }, base)
}

// spread writes every so many of the labels, so that none touches the next, with a mark where it stands.
func (b *board) spread(labels []string, at func(int) float64, base float64) {
	wide := make([]float64, len(labels))
	for i, label := range labels {
		wide[i] = b.f.Width(label, smallSize, false)
	}
	for _, every := range []int{1, 2, 5, 10, 20, 50, 100, len(labels)} {
		clear, end := true, math.Inf(-1)
		for i := 0; i < len(labels); i += every {
			x := b.within(at(i), wide[i])
			if x-wide[i]/2 < end+gap {
				clear = false
			}
			end = x + wide[i]/2
		}
		if !clear && every < len(labels) {
			continue
		}
		for i := 0; i < len(labels); i += every {
			b.rule(at(i), base, 0, 4, Soft)
			b.text(b.within(at(i), wide[i]), base+12, labels[i], smallSize, Soft, Middle, -1)
		}
		return
	}
}

// within moves the middle of a text so that the text stays in the picture.
func (b *board) within(x, width float64) float64 {
	return max(min(x, min(b.w, b.right)-width/2), width/2)
}

// calendar writes days, months and years below a time line: the finest step that has room, and below it what
// that step leaves open.
func (b *board) calendar(on []int, left, right, base float64) {
	from, _ := b.Points[on[0]].Value.Instant()
	to, _ := b.Points[on[len(on)-1]].To.Instant()
	from, to = from.In(b.zone), to.In(b.zone)
	span := float64(to.Sub(from))
	at := func(t time.Time) float64 { return left + (right-left)*float64(t.Sub(from))/span }
	for i, step := range steps {
		if step.length() < b.Step.length() || step.length() == b.Step.length() && step != b.Step {
			continue
		}
		marks := b.marks(step, from, to, at)
		if marks == nil && i < len(steps)-1 {
			continue
		}
		for _, m := range marks {
			b.rule(at(m.t), base, 0, 4, Soft)
			b.text(m.x, base+12, m.text, smallSize, Soft, Middle, -1)
		}
		b.below(step, marks, base+28)
		return
	}
}

type mark struct {
	t      time.Time
	x, end float64
	text   string
}

// marks are the labels of a step, nil when they touch.
func (b *board) marks(step Step, from, to time.Time, at func(time.Time) float64) []mark {
	const most = 200
	var marks []mark
	end := math.Inf(-1)
	t := step.floor(from)
	for t.Before(from) {
		t = step.next(t)
	}
	for ; !t.After(to.Add(-1)); t = step.next(t) {
		text := b.tick(step, t)
		wide := b.f.Width(text, smallSize, false)
		x := b.within(at(t), wide)
		if x-wide/2 < end+gap || len(marks) == most {
			return nil
		}
		end = x + wide/2
		marks = append(marks, mark{t, x, end, text})
	}
	return marks
}

// tick is the label of a place: what a step counts, without what stays the same.
func (b *board) tick(step Step, t time.Time) string {
	switch step.Unit {
	case Seconds:
		return t.Format("15:04:05")
	case Minutes, Hours:
		return b.saying.w.Clock(t)
	case Days, Weeks:
		return day(b.saying.w, t)
	case Months:
		return month(b.saying.w, t)
	}
	return t.Format("2006")
}

// below writes the day below hours and the year below days and months, where it begins.
func (b *board) below(step Step, marks []mark, y float64) {
	context := func(t time.Time) string {
		switch {
		case step.Unit <= Hours:
			return b.saying.w.Date(t)
		case step.Unit <= Months:
			return t.Format("2006")
		}
		return ""
	}
	last, end := "", math.Inf(-1)
	for _, m := range marks {
		text := context(m.t)
		if text == last || text == "" {
			continue
		}
		wide := b.f.Width(text, smallSize, false)
		x := b.within(m.x, wide)
		if x-wide/2 < end+gap {
			continue
		}
		last, end = text, x+wide/2
		b.text(x, y, text, smallSize, Soft, Middle, -1)
	}
}
