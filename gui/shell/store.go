package shell

import (
	"io"
	"sync"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/gui/customerlist"
)

// lazyStore is a customer list that is made when it is first used, away from the screen.
type lazyStore struct {
	make  func() (customerlist.Store, error)
	once  sync.Once
	store customerlist.Store
	err   error
}

func (l *lazyStore) get() (customerlist.Store, error) {
	l.once.Do(func() { l.store, l.err = l.make() })
	return l.store, l.err
}

func (l *lazyStore) List() ([]customers.Customer, error) {
	s, err := l.get()
	if err != nil {
		return nil, err
	}
	return s.List()
}

func (l *lazyStore) Add(c customers.Customer) (customers.Customer, error) {
	s, err := l.get()
	if err != nil {
		return c, err
	}
	return s.Add(c)
}

func (l *lazyStore) Remove(ids ...exchange.CustomerID) error {
	s, err := l.get()
	if err != nil {
		return err
	}
	return s.Remove(ids...)
}

func (l *lazyStore) Favourite(id exchange.CustomerID, yes bool) error {
	s, err := l.get()
	if err != nil {
		return err
	}
	return s.Favourite(id, yes)
}

func (l *lazyStore) ImportCSV(r io.Reader) ([]customers.Customer, []customers.RowProblem, error) {
	s, err := l.get()
	if err != nil {
		return nil, nil, err
	}
	return s.ImportCSV(r)
}
