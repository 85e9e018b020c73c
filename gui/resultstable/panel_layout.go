package resultstable

import "fyne.io/fyne/v2"

// stacking lays out the panel: strips, the line with find, the name of a view, filters, progress, table, status
// line. Strips that need much room, with their details unfolded, scroll; the table keeps its part.
type stacking struct{ of *Panel }

const centerLeast = 32 // points, below which there is no room for the table

func (*stacking) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 200) }

func (l *stacking) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	const share = 0.6 // of the height at most for the strips
	above, head, naming, chips, bar, center, foot := objects[0], objects[1], objects[2], objects[3], objects[4], objects[5], objects[6]
	y := float32(0)
	put := func(o fyne.CanvasObject, h float32) {
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h
	}
	need := float32(0)
	if len(l.of.strips.Objects) > 0 {
		l.of.above.Content.Resize(fyne.NewSize(size.Width, l.of.above.Content.Size().Height)) // wrapped words know their height by their width
		need = l.of.above.Content.MinSize().Height
	}
	put(above, min(need, size.Height*share))
	put(head, head.MinSize().Height)
	if naming.Visible() {
		put(naming, naming.MinSize().Height)
	}
	if chips.Visible() {
		chips.Resize(fyne.NewSize(size.Width, chips.Size().Height)) // they know their height by their width too
		put(chips, chips.MinSize().Height)
	}
	put(bar, bar.MinSize().Height) // has its room also while it is hidden, so that nothing jumps
	last := foot.MinSize().Height
	room := max(size.Height-y-last, 0)
	if show := room >= centerLeast; show != center.Visible() { // half a line of names would lie under the status line
		if center.Hide(); show {
			center.Show()
		}
	}
	put(center, room)
	put(foot, last)
}

// footLine lays out the status line and the buttons beside it. Where there is little room the chart's button
// shows its icon alone, and where there is hardly any it goes: the menu of a header opens charts too.
type footLine struct{ of *Panel }

const (
	footWords = 720 // points from which the chart's button has its word
	footIcon  = 500 // and its icon
)

func (*footLine) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[1].MinSize() }

func (l *footLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	chart, text := l.of.chart, ""
	if size.Width >= footWords {
		text = l.of.flow.Words().Text("charts.chart")
	}
	if chart.Text() != text {
		chart.SetText(text)
	}
	if show := size.Width >= footIcon; show != chart.Visible() {
		if chart.Hidden = !show; show {
			chart.Refresh()
		}
	}
	status, buttons := objects[0], objects[1]
	width := buttons.MinSize().Width
	buttons.Resize(fyne.NewSize(width, size.Height))
	buttons.Move(fyne.NewPos(size.Width-width, 0))
	status.Resize(fyne.NewSize(max(size.Width-width-4, 0), size.Height))
	status.Move(fyne.NewPos(0, 0))
}
