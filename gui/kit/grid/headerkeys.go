package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// keyStep is how far a key moves a border, in points.
const keyStep = 8

// up is the arrow above the first row: to the field of the column, or to the header where there are no fields.
func (g *Grid) up() bool {
	if len(g.cols.list) == 0 {
		return false
	}
	if g.filters.on {
		g.filters.reach(min(g.column, len(g.cols.list)-1))
		return true
	}
	g.toHeader()
	return true
}

// toHeader moves the cursor to the title of its column.
func (g *Grid) toHeader() {
	if len(g.cols.list) == 0 {
		return
	}
	g.header.reached = true
	g.revealPlace(min(g.column, len(g.cols.list)-1))
	g.scrolled()
	g.header.draw()
}

// leaveHeader moves the cursor back to the cells.
func (g *Grid) leaveHeader() {
	g.header.reached = false
	g.header.draw()
	g.body.draw()
}

// headerKey is a key while the cursor is on a title: Enter sorts by it, with Shift by one more column.
func (g *Grid) headerKey(key fyne.KeyName, shift bool) bool {
	switch key {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		g.sortBy(min(g.column, len(g.cols.list)-1), shift)
	case fyne.KeyDown:
		g.leaveHeader()
		if g.filters.on {
			g.filters.reach(min(g.column, len(g.cols.list)-1))
		}
	case fyne.KeyEscape:
		g.leaveHeader()
	case fyne.KeyUp:
	case desktop.KeyMenu:
		g.headerMenu()
	case fyne.KeyF10:
		if !shift {
			return false
		}
		g.headerMenu()
	case fyne.KeyPageUp, fyne.KeyPageDown:
		g.leaveHeader()
		return false
	default:
		return false
	}
	return true
}

// headerMenu asks for the menu of the cursor's column.
func (g *Grid) headerMenu() {
	if g.OnMenu == nil || len(g.cols.list) == 0 {
		return
	}
	g.toColumn(g.column)
	x, _ := g.onScreen(g.column)
	at := locate.Position(g.header)
	g.OnMenu(-1, g.CursorColumn(), at.AddXY(float32(x)+theme.Size(theme.SizeCellPad), g.header.Size().Height))
}

// nudge moves the cursor's column by a place, or its border when widths is set.
func (g *Grid) nudge(by int, widths bool) {
	i := min(g.column, len(g.cols.list)-1)
	if widths {
		if g.cols.resize(i, g.cols.list[i].width+int64(by)*keyStep) {
			g.columnsChanged()
		}
		return
	}
	to := i + by
	if to < 0 || to >= len(g.cols.list) {
		return
	}
	if by > 0 {
		to++ // the gap behind the neighbour
	}
	g.moveColumn(i, to)
	g.revealPlace(g.column)
	g.scrolled()
}

// moveColumn puts a column into the gap before another; the cursor stays on its column.
func (g *Grid) moveColumn(from, to int) {
	at := g.CursorColumn()
	if !g.cols.move(from, to) {
		return
	}
	for i, s := range g.cols.list {
		if s.index == at {
			g.column = i
		}
	}
	g.columnsChanged()
}
