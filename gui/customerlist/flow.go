package customerlist

import (
	"context"
	"io"
	"os"
	"slices"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/gui/kit/loop"
)

// Store is where the list is kept; *customers.Store is one. Its methods block and are called away from the
// screen.
type Store interface {
	List() ([]customers.Customer, error)
	Add(c customers.Customer) (customers.Customer, error)
	Remove(ids ...exchange.CustomerID) error
	Favourite(id exchange.CustomerID, yes bool) error
	ImportCSV(r io.Reader) (added []customers.Customer, rows []customers.RowProblem, err error)
}

var _ Store = (*customers.Store)(nil)

// Flow changes the model. All methods are for the UI goroutine.
type Flow struct {
	OnChange func()
	OnSelect func(selected []customers.Customer)

	loop   loop.Loop
	store  Store
	model  Model
	prefer exchange.CustomerID // selected when the list is first there
}

// NewFlow returns the flow of a list. prefer is the customer to select at first; when it is empty or not
// there the first one is.
func NewFlow(l loop.Loop, store Store, prefer exchange.CustomerID) *Flow {
	return &Flow{loop: l, store: store, prefer: prefer, model: Model{
		Cursor: -1, Status: map[exchange.CustomerID]Status{}, selected: map[exchange.CustomerID]bool{}}}
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

func (f *Flow) changed() {
	if f.OnChange != nil {
		f.OnChange()
	}
}

func (f *Flow) selection() {
	f.changed()
	if f.OnSelect != nil {
		f.OnSelect(f.model.Selected())
	}
}

// Load reads the list anew.
func (f *Flow) Load() { f.work(func() error { return nil }, nil) }

// work changes the list away from the screen, reads it, and shows it. done runs after that, on the screen.
func (f *Flow) work(change func() error, done func(err error)) {
	f.loop.Go(context.Background(), func(context.Context) {
		err := change()
		list, readErr := f.store.List()
		f.loop.Post(func() {
			if readErr == nil {
				f.show(list)
			} else if err == nil {
				err = readErr
			}
			f.model.Loaded, f.model.Saving = true, false
			if err != nil {
				f.model.Problem = exchange.AsProblem(err)
			}
			if done != nil {
				done(err)
			}
			f.selection()
		})
	})
}

func (f *Flow) show(list []customers.Customer) {
	m := &f.model
	m.all, m.narrowed = list, ""
	for id := range m.selected {
		if !slices.ContainsFunc(list, func(c customers.Customer) bool { return c.Domain == id }) {
			delete(m.selected, id)
		}
	}
	m.arrange()
	if len(m.selected) > 0 || len(m.Rows) == 0 {
		return
	}
	row := m.rowOf(f.prefer)
	if row < 0 {
		row = slices.IndexFunc(m.Rows, func(r Row) bool { return r.Heading == "" })
	}
	m.pick(row, false, false)
}

// Search keeps the customers that match text. It is meant to be called at every key.
func (f *Flow) Search(text string) {
	f.model.Search = text
	f.model.arrange()
	f.changed()
}

// Pick selects a row; toggle and extend are Ctrl and Shift.
func (f *Flow) Pick(row int, toggle, extend bool) {
	f.model.pick(row, toggle, extend)
	f.selection()
}

// Select selects these customers and no others, such as those of a question that is asked again.
func (f *Flow) Select(list []customers.Customer) {
	m := &f.model
	m.selected = map[exchange.CustomerID]bool{}
	for _, c := range list {
		m.selected[c.Domain] = true
	}
	if len(list) > 0 {
		m.anchor, m.cursor = list[0].Domain, list[0].Domain
		m.Cursor = m.rowOf(m.cursor)
	}
	f.selection()
}

// PickFirst selects the first customer that shows, for Enter in the search field.
func (f *Flow) PickFirst() {
	f.Pick(slices.IndexFunc(f.model.Rows, func(r Row) bool { return r.Heading == "" }), false, false)
}

// PickAll selects every customer that shows.
func (f *Flow) PickAll() {
	for _, r := range f.model.Rows {
		if r.Heading == "" {
			f.model.selected[r.Customer.Domain] = true
		}
	}
	f.selection()
}

// SetStatus says what a customer is doing. Call Redraw after the last of several.
func (f *Flow) SetStatus(id exchange.CustomerID, s Status) { f.model.Status[id] = s }

// Redraw shows what SetStatus said.
func (f *Flow) Redraw() { f.changed() }

// ShowForm opens or closes the form for a new customer.
func (f *Flow) ShowForm(open bool) {
	f.model.Adding, f.model.Problem, f.model.AtDomain = open, nil, false
	f.changed()
}

// Add puts a customer on the list and selects it. A domain that is not one, or that is there already, is
// said beside the field.
func (f *Flow) Add(domain, name string) {
	m := &f.model
	if m.Saving {
		return
	}
	m.Problem, m.AtDomain = nil, false
	if _, err := customers.ParseDomain(domain); err != nil {
		m.Problem, m.AtDomain = exchange.AsProblem(err), true
		f.changed()
		return
	}
	m.Saving = true
	f.changed()
	var added customers.Customer
	f.work(func() (err error) {
		id, err := customers.ParseDomain(domain)
		if err != nil {
			return err
		}
		added, err = f.store.Add(customers.Customer{Domain: id, Name: name})
		return err
	}, func(err error) {
		if err != nil {
			m.AtDomain = exchange.CodeOf(err) == customers.CodeDuplicate || exchange.CodeOf(err) == customers.CodeBadDomain
			return
		}
		m.Adding, m.Search = false, ""
		m.arrange()
		m.pick(m.rowOf(added.Domain), false, false)
	})
}

// Import puts the customers of a file on the list.
func (f *Flow) Import(path string) {
	m := &f.model
	m.Problem, m.Report = nil, nil
	var report Report
	f.work(func() error {
		file, err := os.Open(path)
		if err != nil {
			return &exchange.Problem{Code: customers.CodeFileUnread, Cause: err}
		}
		defer file.Close()
		added, rows, err := f.store.ImportCSV(file)
		report = Report{Added: len(added), Rows: rows}
		return err
	}, func(err error) {
		if err == nil {
			m.Report = &report
		}
	})
}

// Favourite marks a customer or takes the mark away.
func (f *Flow) Favourite(id exchange.CustomerID, yes bool) {
	f.work(func() error { return f.store.Favourite(id, yes) }, nil)
}

// RemoveSelected takes the selected customers off the list; Undo puts them back.
func (f *Flow) RemoveSelected() {
	gone := f.model.Selected()
	if len(gone) == 0 {
		return
	}
	ids := make([]exchange.CustomerID, len(gone))
	for i, c := range gone {
		ids[i] = c.Domain
	}
	f.work(func() error { return f.store.Remove(ids...) }, func(err error) {
		if err == nil {
			f.model.Removed = gone
		}
	})
}

// Undo puts back what RemoveSelected took away last.
func (f *Flow) Undo() {
	back := f.model.Removed
	f.model.Removed = nil
	f.work(func() error {
		for _, c := range back {
			if _, err := f.store.Add(c); err != nil && exchange.CodeOf(err) != customers.CodeDuplicate {
				return err
			}
		}
		return nil
	}, nil)
}

// Dismiss takes the report, the offer to undo and the problem away.
func (f *Flow) Dismiss() {
	f.model.Report, f.model.Removed, f.model.Problem, f.model.AtDomain = nil, nil, nil, false
	f.changed()
}
