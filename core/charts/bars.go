package charts

import "math"

// The sizes of bars, in points.
const (
	barHeight  = 18
	barPitch   = 26
	further    = 0.35 // how much further than all other bars one goes that has no end
	nameShare  = 0.4  // of the width that names take at most
	breakWidth = 3
	barLeast   = 24 // the width that is left for bars
)

// bars lays out a bar for each point, one below the other: name, bar, amount.
func (b *board) bars() {
	names, amounts := make([]string, len(b.Points)), make([]string, len(b.Points))
	var nameWidth, amountWidth float64
	low, high := 0.0, 0.0 // of the bars that are drawn to their length
	for i, p := range b.Points {
		names[i] = b.Name(b.saying.w, p)
		amounts[i] = b.Amount(b.saying.w, p)
		if share := b.share(p); share != "" && p.Role != Others && b.countsRows() {
			amounts[i] = b.saying.w.Text("charts.amount-share", "amount", amounts[i], "share", share)
		}
		nameWidth = max(nameWidth, b.f.Width(names[i], textSize, false))
		amountWidth = max(amountWidth, b.f.Width(amounts[i], textSize, false))
		if x := p.size(); !math.IsInf(x, 0) && p.Role != Others {
			low, high = min(low, x), max(high, x)
		}
	}
	least, most := low, high
	span := high - low
	if span == 0 {
		span = 1
	}
	for _, p := range b.Points {
		least, most = min(least, max(p.size(), low-further*span)), max(most, min(p.size(), high+further*span))
	}
	if most == least {
		most = least + 1
	}
	nameWidth = min(nameWidth, nameShare*b.w)
	amountWidth = min(amountWidth, b.w-nameWidth-2*gap-2*keyEdge-barLeast)
	left := keyEdge + nameWidth + gap
	room := b.w - left - gap - amountWidth - keyEdge
	zero := left + room*(0-least)/(most-least)
	for i, p := range b.Points {
		y := b.top + float64(i)*barPitch
		middle := y + barPitch/2
		tone, hollow := looks(p, 0)
		words := Ink
		if p.Role != Plain {
			words = Soft
		}
		b.text(left-gap, middle, b.fit(names[i], nameWidth, textSize, false), textSize, words, End, i)
		x := p.size()
		end := left + room*(min(max(x, least), most)-least)/(most-least)
		from, to := min(zero, end), max(zero, end)
		if x != 0 {
			to = max(to, from+1)
		}
		b.box(from, middle-barHeight/2, to-from, barHeight, tone, hollow, i)
		if x > most || x < least { // it goes on: a cut shows that its length says nothing
			for _, at := range []float64{0.72, 0.76} {
				b.box(from+(to-from)*at, middle-barHeight/2, breakWidth, barHeight, Paper, false, i)
			}
		}
		b.text(to+gap-2, middle, b.fit(amounts[i], amountWidth, textSize, false), textSize, words, Start, i)
		b.p.Spots[i].X, b.p.Spots[i].Y, b.p.Spots[i].W, b.p.Spots[i].H = 0, y, b.w, barPitch
	}
	b.p.H = b.top + float64(len(b.Points))*barPitch
	b.rule(zero, b.top, 0, b.p.H-b.top, Line)
}
