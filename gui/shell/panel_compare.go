package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tenantry/gui/compare"
	"tenantry/gui/kit"
	"tenantry/gui/resultstable"
)

// comparePanel asks what to compare with; nil while nothing is to be compared.
func (p *Panel) comparePanel() *compare.Panel {
	c := p.flow.Model().Comparing
	if c != p.compared {
		p.compared, p.comparing = c, nil
	}
	if c != nil && p.comparing == nil {
		p.comparing = compare.NewPanel(c)
		p.comparing.OnHeight = func() {
			if p.middle != nil {
				p.middle.Refresh()
			}
		}
		p.flow.Loop().Post(func() { // when it is on the screen
			if p.comparing != nil {
				p.comparing.FocusStart()
			}
		})
	}
	return p.comparing
}

// compareItems are what can be done to see how a tab's table differs from another.
func (p *Panel) compareItems(t *Tab) []*fyne.MenuItem {
	w, f := p.words, p.flow
	var items []*fyne.MenuItem
	if before, ok := t.Earlier(); ok {
		items = append(items, fyne.NewMenuItem(w.Text("compare.since", "time", w.DateTime(before.Read.Local())), func() { f.WhatChanged(t) }))
	}
	return append(items, fyne.NewMenuItem(w.Text("compare.menu"), func() { f.CompareWith(t) }))
}

// offerCompare lets a table be compared. One that is a comparison itself shows its marks instead.
func (p *Panel) offerCompare(t *Tab, table *resultstable.Panel) {
	if t.Result != nil {
		table.Dress = compare.Dress(p.words)
		table.Grid().Changed()
		return
	}
	table.OfferCompare(func(from fyne.CanvasObject) {
		if items := p.compareItems(t); len(items) > 1 {
			kit.MenuBelow(from, items...)
			return
		}
		p.flow.CompareWith(t)
	})
	table.More = func() []*fyne.MenuItem { return p.compareItems(t) }
}

// withBar is the table of a comparison below the line that counts the changes.
func (p *Panel) withBar(t *Tab, table fyne.CanvasObject) fyne.CanvasObject {
	if p.bars[t.Table] == nil {
		p.bars[t.Table] = container.NewBorder(compare.NewBar(t.Table, t.Result).Content(), nil, nil, nil, table)
	}
	return p.bars[t.Table]
}
