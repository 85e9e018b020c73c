package resultstable

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/cmdlets"
	"tenantry/core/related"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
)

// related lists what can be asked about a row of the view; nothing where nobody asks.
func (p *Panel) related(row int) []related.Link {
	m := p.flow.Model()
	if p.OnRelated == nil || row < 0 || row >= m.View.Len() || m.View.Grouped() {
		return nil
	}
	catalog := cmdlets.Builtin()
	if p.Catalog != nil {
		catalog = p.Catalog()
	}
	return related.Of(catalog, m.Info.Invocation.Cmdlet, m.View.Snapshot().Row(m.View.ID(row)))
}

// ask hands over a question about a row, with the customer who sent the row.
func (p *Panel) ask(link related.Link, row int) {
	view := p.flow.Model().View
	p.OnRelated(link.Invocation, view.Snapshot().Customer(view.ID(row)))
}

// relatedMenu is what can be asked about a row, nil for nothing.
func (p *Panel) relatedMenu(row int) *fyne.Menu {
	var items []*fyne.MenuItem
	for _, link := range p.related(row) {
		items = append(items, fyne.NewMenuItem(p.flow.Words().Text("related."+link.ID), func() { p.ask(link, row) }))
	}
	if len(items) == 0 {
		return nil
	}
	return fyne.NewMenu("", items...)
}

// fillLinks makes a button for each of the first questions, and one for the others.
func (d *detailsSide) fillLinks() {
	const most = 4 // buttons
	p, w, row := d.panel, d.panel.flow.Words(), d.row
	links := p.related(row)
	d.links.Objects = nil
	for i, link := range links {
		if i == most-1 && len(links) > most {
			var more *kit.Button
			more = kit.NewButton(w.Text("related.more"), icons.ChevronDown, kit.Quiet, func() {
				if c := locate.Canvas(more); c != nil {
					menu := p.relatedMenu(row)
					menu.Items = menu.Items[most-1:]
					widget.ShowPopUpMenuAtPosition(menu, c, locate.Position(more).AddXY(0, more.Size().Height))
				}
			})
			d.links.Add(more)
			break
		}
		d.links.Add(kit.NewButton(w.Text("related."+link.ID), icons.ChevronRight, kit.Quiet, func() { p.ask(link, row) }))
	}
	d.links.Hidden = len(links) == 0
	d.content.Refresh()
}
