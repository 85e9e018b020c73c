package shell

import (
	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/gui/cmdletform"
	"tenantry/gui/resultstable"
)

// offerRelated lets a table ask more about its rows, in tabs of their own. A table that no run brought cannot.
func (p *Panel) offerRelated(table *resultstable.Panel, t *Tab) {
	if t.Request.Spec == nil || p.flow.Form == nil {
		return
	}
	table.Catalog = p.flow.Form.Catalog
	table.OnRelated = func(inv exchange.Invocation, id exchange.CustomerID) { p.flow.Related(t, inv, id) }
}

// Related runs a question about a row of a tab with the customer who sent the row, as the form would. What does
// not only read is not run.
func (f *Flow) Related(t *Tab, inv exchange.Invocation, id exchange.CustomerID) {
	if f.model.Stage != Working || !inv.ReadsOnly() || cmdlets.IsChange(inv) {
		return
	}
	r := cmdletform.Request{Spec: f.Form.Catalog().FindOrOpen(inv.Cmdlet), Invocation: inv,
		Draft: cmdlets.Draft{Cmdlet: inv.Cmdlet, Inputs: map[string]string{}, Locale: t.Request.Draft.Locale, Zone: t.Request.Draft.Zone}}
	for _, p := range inv.Params {
		r.Draft.Inputs[p.Name] = p.Value.Text()
		if p.Value.Kind() == exchange.Flag && p.Value.Flag() {
			r.Draft.Inputs[p.Name] = "true"
		}
	}
	if id != "" {
		r.Customers = []customers.Customer{{Domain: id, Name: f.Name(id)}}
		for _, c := range t.Request.Customers {
			if c.Domain == id {
				r.Customers[0] = c
			}
		}
	}
	f.Form.Restore(r.Spec, r.Draft, true)
	f.Run(r)
}
