// Package customerlist is the left side of the window: the customers with what each of them is doing,
// searched while one types, favourites first. One or several of them are whom the next question goes to.
//
// The model says what is to be seen, the flow changes it and reads and writes the list away from the
// screen, the panel draws.
package customerlist

import (
	"slices"
	"strings"

	"tenantry/core/customers"
	"tenantry/core/exchange"
)

// State is what a customer is doing.
type State uint8

// The states.
const (
	Idle State = iota
	Connected
	Running   // rows may be arriving
	Attention // the last question was not answered
)

// Status is a customer's state with what belongs to it.
type Status struct {
	State   State
	Rows    int               // of Running: how many arrived so far
	Problem *exchange.Problem // of Attention
}

// Row is a line of the list: a customer, or a heading over some.
type Row struct {
	Heading  string // key of the heading's words; empty for a customer
	Customer customers.Customer
}

// Report is what came of a file.
type Report struct {
	Added int
	Rows  []customers.RowProblem // lines that gave no customer
}

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	Loaded   bool
	Search   string
	Rows     []Row
	Shown    int // customers among Rows
	Total    int // customers in the list
	Cursor   int // row of the list, -1 for none
	Status   map[exchange.CustomerID]Status
	Adding   bool // the form for a new customer shows
	Saving   bool // it is being written
	Problem  *exchange.Problem
	AtDomain bool // Problem is about the domain in the form
	Report   *Report
	Removed  []customers.Customer // that can be put back; nil for none

	all      []customers.Customer
	found    []customers.Customer // by the text narrowed, of all
	narrowed string               // empty when found is not of all
	selected map[exchange.CustomerID]bool
	anchor   exchange.CustomerID
	cursor   exchange.CustomerID
}

// IsSelected tells whether a row's customer is selected.
func (m *Model) IsSelected(row int) bool {
	return row >= 0 && row < len(m.Rows) && m.Rows[row].Heading == "" && m.selected[m.Rows[row].Customer.Domain]
}

// Selected are the selected customers in the list's order, also those that the search hides.
func (m *Model) Selected() []customers.Customer {
	var out []customers.Customer
	for _, c := range m.all {
		if m.selected[c.Domain] {
			out = append(out, c)
		}
	}
	return out
}

// All are all customers of the list.
func (m *Model) All() []customers.Customer { return m.all }

// arrange makes Rows of the customers that match the search.
func (m *Model) arrange() {
	found := m.all
	if strings.TrimSpace(m.Search) != "" {
		if m.narrowed != "" && strings.HasPrefix(m.Search, m.narrowed) {
			found = m.found // whoever matches more letters is among those who matched fewer
		}
		found = customers.Search(found, m.Search)
	}
	m.found, m.narrowed = found, m.Search
	m.Total, m.Shown = len(m.all), len(found)
	m.Rows = m.Rows[:0:0]
	favourites := 0
	for _, c := range found {
		if c.Favourite {
			favourites++
		}
	}
	if favourites > 0 {
		m.Rows = append(m.Rows, Row{Heading: "window.customers.favourites"})
		for _, c := range found {
			if c.Favourite {
				m.Rows = append(m.Rows, Row{Customer: c})
			}
		}
		if favourites < len(found) {
			m.Rows = append(m.Rows, Row{Heading: "window.customers.others"})
		}
	}
	for _, c := range found {
		if !c.Favourite {
			m.Rows = append(m.Rows, Row{Customer: c})
		}
	}
	m.Cursor = m.rowOf(m.cursor)
}

func (m *Model) rowOf(id exchange.CustomerID) int {
	if id == "" {
		return -1
	}
	return slices.IndexFunc(m.Rows, func(r Row) bool { return r.Heading == "" && r.Customer.Domain == id })
}

// pick selects as people know it from file lists: a plain press selects one, toggle adds or takes one away,
// extend selects from where the last plain press was.
func (m *Model) pick(row int, toggle, extend bool) {
	if row < 0 || row >= len(m.Rows) || m.Rows[row].Heading != "" {
		return
	}
	id := m.Rows[row].Customer.Domain
	switch anchor := m.rowOf(m.anchor); {
	case extend && anchor >= 0:
		if !toggle {
			m.selected = map[exchange.CustomerID]bool{}
		}
		for i := min(anchor, row); i <= max(anchor, row); i++ {
			if m.Rows[i].Heading == "" {
				m.selected[m.Rows[i].Customer.Domain] = true
			}
		}
	case toggle:
		m.anchor = id
		if m.selected[id] {
			delete(m.selected, id)
		} else {
			m.selected[id] = true
		}
	default:
		m.anchor = id
		m.selected = map[exchange.CustomerID]bool{id: true}
	}
	m.cursor, m.Cursor = id, row
}
