package charts

import (
	"math"
	"strconv"
)

// The sizes of a ring, in points.
const (
	ringLeast  = 120
	ringMostAt = 240
	ringHole   = 0.6
	keyPitch   = 24
	keySize    = 18
	keyEdge    = 4   // around a line of the key
	leastName  = 40  // of a name in the key
	besideAt   = 400 // the width from which the key stands beside the ring
)

// ring lays out slices with numbers on them, and a key that tells by the numbers what they are: nobody has to
// tell colours apart.
func (b *board) ring() {
	beside := b.w >= besideAt
	keyHeight := float64(len(b.Points)) * keyPitch
	across := min(b.w-2*keySize, ringMostAt)
	if beside {
		across = min(0.4*b.w, max(b.f.H-b.top-2*keySize, ringLeast), ringMostAt)
	} else if spare := b.f.H - b.top - keyHeight - 3*keySize; spare > 0 {
		across = min(across, max(spare, ringLeast))
	}
	across = max(across, ringLeast)
	outer := across / 2
	cx, cy := b.w/2, b.top+keySize+outer
	key := struct{ x, y, w float64 }{keyEdge, cy + outer + 1.5*keySize, b.w - 2*keyEdge}
	b.p.H = key.y + keyHeight
	if beside {
		cx = keySize + outer
		key.x = cx + outer + 2*keySize
		key.w = b.w - keyEdge - key.x
		height := max(across+2*keySize, keyHeight)
		cy = b.top + height/2
		key.y = cy - keyHeight/2
		b.p.H = b.top + height
	}
	b.slices(cx, cy, outer)
	b.middle(cx, cy, outer*ringHole)
	amounts, amountWidth := make([]string, len(b.Points)), 0.0
	shares, shareWidth := make([]string, len(b.Points)), 0.0
	for i, p := range b.Points {
		amounts[i], shares[i] = b.Amount(b.saying.w, p), b.share(p)
		amountWidth = max(amountWidth, b.f.Width(amounts[i], textSize, false))
		shareWidth = max(shareWidth, b.f.Width(shares[i], textSize, false))
	}
	names := 0.0
	for _, p := range b.Points {
		names = max(names, b.f.Width(b.Name(b.saying.w, p), textSize, false))
	}
	// Where there is little room, first the shares go, then the amounts are cut.
	room := key.w - keySize - gap - 4*gap - amountWidth - shareWidth
	if room < min(names, leastName) {
		room += shareWidth + 2*gap
		shareWidth = -2 * gap
		clear(shares)
	}
	if room < leastName {
		amountWidth = min(amountWidth, max(amountWidth+room-leastName, leastName))
	}
	// The figures stand close to the names, not at the far end of a wide picture.
	key.w = min(key.w, keySize+gap+names+2*gap+amountWidth+2*gap+shareWidth)
	if !beside {
		key.x = (b.w - key.w) / 2
	}
	room = key.w - keySize - gap - 2*gap - amountWidth - 2*gap - shareWidth
	for i, p := range b.Points {
		y := key.y + float64(i)*keyPitch
		middle := y + keyPitch/2
		tone, hollow := looks(p, i)
		b.box(key.x, middle-keySize/2, keySize, keySize, tone, hollow, i)
		b.tag(key.x+keySize/2, middle, i, hollow)
		words := Ink
		if p.Role != Plain {
			words = Soft
		}
		b.text(key.x+keySize+gap, middle, b.fit(b.Name(b.saying.w, p), max(room, 0), textSize, false), textSize, words, Start, i)
		b.text(key.x+key.w-shareWidth-2*gap, middle, b.fit(amounts[i], amountWidth, textSize, false), textSize, words, End, i)
		if shares[i] != "" {
			b.text(key.x+key.w, middle, shares[i], textSize, Soft, End, i)
		}
		spot := &b.p.Spots[i]
		spot.X, spot.Y, spot.W, spot.H = key.x-keyEdge, y, key.w+2*keyEdge, keyPitch
	}
}

// tag puts the number of a slice on it.
func (b *board) tag(x, y float64, point int, hollow bool) {
	tone := OnFill
	if hollow {
		tone = Ink
	}
	b.text(x, y, strconv.Itoa(point+1), smallSize, tone, Middle, point).Bold = true
}

// slices lays out the ring clockwise from the top.
func (b *board) slices(cx, cy, outer float64) {
	total := 0.0
	for _, p := range b.Points {
		if x := p.size(); x > 0 && !math.IsInf(x, 0) {
			total += x
		}
	}
	if total == 0 {
		b.add(Shape{Form: Slice, X: cx, Y: cy, Outer: outer, Inner: outer * ringHole, From: 0, To: 1, Tone: Empty, Hollow: true, Point: -1})
		return
	}
	crack := 1 / (2 * math.Pi * outer) // a point of the edge
	type tag struct {
		turn   float64
		point  int
		inside bool
		hollow bool
	}
	var tags []tag
	at := 0.0
	for i, p := range b.Points {
		x := p.size()
		if !(x > 0) || math.IsInf(x, 0) {
			continue
		}
		part := x / total
		tone, hollow := looks(p, i)
		from, to := at, at+part
		if part > 4*crack && part < 1 {
			from, to = from+crack/2, to-crack/2
		}
		b.p.Spots[i].Slice = len(b.p.Shapes)
		b.add(Shape{Form: Slice, X: cx, Y: cy, Outer: outer, Inner: outer * ringHole, From: from, To: to, Tone: tone, Hollow: hollow, Point: i})
		across := 2 * math.Pi * outer * (1 + ringHole) / 2 * part
		tags = append(tags, tag{at + part/2, i, across >= keySize, hollow})
		at += part
	}
	// Numbers of slices that are too small for them stand outside, apart from each other.
	const apart = 14
	step := apart / (2 * math.Pi * (outer + keySize/2))
	last := math.Inf(-1)
	for i := range tags {
		t := &tags[i]
		radius := outer * (1 + ringHole) / 2
		if !t.inside {
			t.turn = max(t.turn, last+step)
			last, radius = t.turn, outer+keySize/2
		}
		x, y := cx+radius*math.Sin(2*math.Pi*t.turn), cy-radius*math.Cos(2*math.Pi*t.turn)
		if t.inside {
			b.tag(x, y, t.point, t.hollow)
		} else {
			b.text(x, y, strconv.Itoa(t.point+1), smallSize, Ink, Middle, t.point).Bold = true
		}
	}
}

// middle says in the hole what the whole is.
func (b *board) middle(cx, cy, radius float64) {
	if b.total <= 0 {
		return
	}
	whole := sum{typ: b.Of.Type}
	for _, p := range b.Points {
		whole.add(p.Amount)
	}
	text, below := b.saying.w.Value(whole.value()), b.saying.w.Label(b.Of.Name)
	if b.countsRows() {
		below = b.saying.w.Text("charts.rows")
	}
	room := 1.7 * radius
	size := 18.0
	for size > smallSize && b.f.Width(text, size, true) > room {
		size--
	}
	b.text(cx, cy-size/2+1, b.fit(text, room, size, true), size, Ink, Middle, -1).Bold = true
	b.text(cx, cy+size/2+3, b.fit(below, room, smallSize, false), smallSize, Soft, Middle, -1)
}
