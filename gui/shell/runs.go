package shell

import (
	"context"
	"maps"
	"slices"
	"sync"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/gui/cmdletform"
)

// Run starts a run and shows its tab: a new one, or that of the same question to the same customers. Rows
// that are not complete stay in their own tab: asking again may bring fewer.
func (f *Flow) Run(r cmdletform.Request) {
	if f.model.Stage != Working {
		return
	}
	f.runIn(slices.IndexFunc(f.model.Tabs, func(old *Tab) bool {
		return old.Run != nil && !old.Pinned && !old.Running && len(old.Missing()) == 0 && same(old.Request, r)
	}), r)
}

// runIn starts a run in the place of a tab, or in a new one when i is below 0, unless something is known to
// block it.
func (f *Flow) runIn(i int, r cmdletform.Request) {
	var old *Tab
	if i >= 0 {
		old = f.model.Tabs[i]
	}
	f.lookFirst(r, func() { f.start(slices.Index(f.model.Tabs, old), r) })
}

func (f *Flow) start(i int, r cmdletform.Request) {
	t := &Tab{Request: r}
	if i >= 0 {
		old := f.model.Tabs[i]
		old.stop()
		old.Table.Close()
		t.Name = old.Name
		if same(old.Request, r) && old.Rows() > 0 {
			before := f.source(old)
			t.earlier = &before
		}
		f.model.Tabs[i], f.model.Active = t, i
	} else {
		f.model.Tabs = append(f.model.Tabs, t)
		f.model.Active = len(f.model.Tabs) - 1
	}
	ids := make([]exchange.CustomerID, len(r.Customers))
	for i, c := range r.Customers {
		ids[i] = c.Domain
	}
	if len(ids) == 0 {
		ids = []exchange.CustomerID{""}
	}
	for _, id := range ids {
		t.Parts = append(t.Parts, Part{Customer: id, Phase: jobs.Waiting})
	}
	f.settings.setLast(f.model.Account, ids[0])
	t.Running = true
	t.Run = f.runner.Start(context.Background(), jobs.Plan{
		Invocation: r.Invocation, Customers: ids,
		Info: results.RunInfo{Title: f.Title(t), Account: f.model.Account, Connection: exchange.Classic},
	}, f.hear(t))
	f.newTable(t)
	f.showStates()
	f.changed(false)
}

func same(a, b cmdletform.Request) bool {
	return a.Preview == b.Preview && cmdlets.PowerShell(a.Invocation) == cmdlets.PowerShell(b.Invocation) &&
		slices.EqualFunc(a.Customers, b.Customers, func(x, y customers.Customer) bool { return x.Domain == y.Domain })
}

// hear returns what a run tells its news to, from any goroutine. All that waits is taken at once and drawn once:
// a run can bring news faster than the window can be drawn, and what the user does must not wait behind it.
func (f *Flow) hear(t *Tab) func(jobs.Update) {
	var lock sync.Mutex
	var heard []jobs.Update
	return func(u jobs.Update) {
		lock.Lock()
		heard = append(heard, u)
		first := len(heard) == 1
		lock.Unlock()
		if !first {
			return
		}
		f.loop.Post(func() {
			lock.Lock()
			news := heard
			heard = nil
			lock.Unlock()
			for _, u := range news {
				f.apply(t, u)
			}
			f.showStates()
			f.changed(false)
		})
	}
}

// apply takes one piece of news of a run.
func (f *Flow) apply(t *Tab, u jobs.Update) {
	if u.Problem != nil {
		u.Problem = f.named(u.Problem)
	}
	if u.Notice != nil || u.Problem != nil || u.Summary != nil || u.Phase.Final() {
		t.news = append(t.news, u)
	}
	if u.Notice != nil && u.Notice.Level == exchange.Information {
		t.Said = append(t.Said, Said{Customer: u.Customer, Text: u.Notice.Text})
	}
	t.Table.Apply(u)
	if u.Summary != nil {
		t.Running, t.Ended = false, len(t.Parts)
		f.ended(t)
	}
	for i := range t.Parts {
		p := &t.Parts[i]
		if u.Summary != nil || p.Customer != u.Customer {
			continue
		}
		p.Phase, p.Rows, p.Wait = u.Phase, u.Rows, u.Wait
		if u.Wait != nil && len(u.Wait.Holders) > 0 {
			f.readOthers()
		}
		if u.Phase.Final() {
			p.Problem, p.Partial = u.Problem, u.Partial
			t.Ended = u.Ended
			delete(f.failed, p.Customer)
			if u.Problem != nil && u.Phase != jobs.Cancelled {
				f.failed[p.Customer] = u.Problem
			}
		}
	}
}

// ended looks into what went wrong on the way, when a run ends with that; a run that ends well shows that what
// went wrong before is over.
func (f *Flow) ended(t *Tab) {
	well := true
	for _, p := range t.Parts {
		if p.Problem == nil || p.Problem.Code == exchange.CodeCancelled {
			continue
		}
		f.failedLast, well = p.Problem, false
		if ofConnection(p.Problem) {
			f.lookInto(p.Problem)
			return
		}
	}
	if well {
		f.lookAgain()
	}
}

// Cancel stops the run of the tab that shows, fetching cmdlets, and work with files. Rows that arrived stay.
func (f *Flow) Cancel() {
	if t := f.model.Tab(); t != nil && t.Running {
		t.stop()
	}
	for _, t := range f.model.Tasks {
		f.CancelTask(t)
	}
	if f.importing != nil {
		f.importing()
	}
}

// Again asks the question of the tab that shows once more, or reads its file again. A change is confirmed once
// more, too.
func (f *Flow) Again() {
	t := f.model.Tab()
	switch {
	case t == nil || t.Running:
	case t.File != nil:
		f.read(t.File.Path, func() {})
	case t.Run != nil:
		f.ask(t.Request)
	}
}

// ask runs a request of before; a change is confirmed like any other.
func (f *Flow) ask(r cmdletform.Request) {
	if !cmdlets.NeedsConfirm(r.Invocation) {
		f.Run(r)
		return
	}
	f.Customers.Select(r.Customers) // what is confirmed is what the list shows
	f.Form.Restore(r.Spec, r.Draft, false)
	f.Form.Run()
}

// Retry asks some customers of a tab again.
func (f *Flow) Retry(t *Tab, ids []exchange.CustomerID) {
	r := t.Request
	r.Customers = slices.DeleteFunc(slices.Clone(r.Customers), func(c customers.Customer) bool { return !slices.Contains(ids, c.Domain) })
	f.ask(r)
}

// AllRows asks the question of a tab again, for all rows there are. They take the place of those it has.
func (f *Flow) AllRows(t *Tab) {
	r := t.Request
	r.Draft.Inputs = maps.Clone(r.Draft.Inputs)
	r.Draft.Inputs["ResultSize"] = "Unlimited"
	inv, problems := cmdlets.Build(r.Spec, r.Draft)
	if i := slices.Index(f.model.Tabs, t); i >= 0 && len(problems) == 0 {
		r.Invocation = inv
		f.Form.Restore(r.Spec, r.Draft, true)
		f.runIn(i, r)
	}
}

// CanAllRows tells whether a tab's cmdlet can be asked for all rows.
func (t *Tab) CanAllRows() bool {
	if t.Run == nil {
		return false
	}
	_, ok := t.Request.Spec.Param("ResultSize")
	return ok
}

// ImportAll asks the session of the first chosen customer what it may run, as Import-PSSession does. From
// then on the form knows those cmdlets and no others.
func (f *Flow) ImportAll() {
	m := &f.model
	if m.Import != nil || m.Stage != Working {
		return
	}
	var customer exchange.CustomerID
	if selected := f.Customers.Model().Selected(); len(selected) > 0 {
		customer = selected[0].Domain
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.importing = cancel
	m.Import = &Import{}
	f.changed(false)
	sessions := f.runner.Sessions
	f.loop.Go(ctx, func(ctx context.Context) {
		list, err := importCommands(ctx, sessions, customer, func(at jobs.Imported) {
			f.loop.Post(func() {
				if m.Import != nil {
					m.Import.Done, m.Import.Total = at.Done, at.Total
					f.changed(false)
				}
			})
		})
		var catalog *cmdlets.Catalog
		if err == nil {
			catalog = cmdlets.Builtin().Only(list)
		}
		f.loop.Post(func() {
			cancel()
			m.Import, f.importing = nil, nil
			switch {
			case m.Stage != Working || f.runner.Sessions != sessions:
				return
			case exchange.CodeOf(err) == exchange.CodeCancelled:
				f.note(Note{Kind: NoteInfo, Key: "window.import.cancelled"})
			case err != nil:
				f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
			default:
				f.Form.SetCatalog(catalog, true)
				f.note(Note{Kind: NoteGood, Key: "window.import.done", Count: len(list), Counted: true, Args: []any{"customer", f.Name(customer)}})
			}
		})
	})
}

func importCommands(ctx context.Context, sessions *jobs.Sessions, customer exchange.CustomerID, deliver func(jobs.Imported)) ([]exchange.Command, error) {
	lease, err := sessions.Acquire(ctx, customer, nil, nil)
	if err != nil {
		return nil, err
	}
	list, err := jobs.ImportCommands(ctx, lease.Session(), deliver)
	lease.Done(err)
	return list, err
}
