// Package world is the invented partner and its customers that the sample partner plays: people with
// names in several scripts, mailboxes, groups, permissions, rules and devices, all made from a seed.
//
// A World costs nothing to start: each customer is generated when it is first asked for. The same options
// and the same clock reading give the same world. Mailboxes can be changed; everything that was read
// before stays as it was read.
package world

import (
	"strings"
	"time"
)

// Options say how a world is made. The zero Options give the usual one.
type Options struct {
	Seed      uint64           // 0 means the usual seed
	Customers int              // 0 means DefaultCustomers
	Mailboxes int              // in every customer; 0 means from 5 to 20,000
	Now       func() time.Time // nil means time.Now; read once, when the world is made
}

// World is a partner and its customers. It is safe for use from several goroutines.
type World struct {
	home      *Org
	customers []*Org
	byName    map[string]*Org // domains and tenant ids
}

// New makes a world. It takes microseconds.
func New(o Options) *World {
	if o.Seed == 0 {
		o.Seed = 20190411
	}
	if o.Customers <= 0 {
		o.Customers = DefaultCustomers
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	at := now().UTC().Truncate(time.Second)
	w := &World{byName: map[string]*Org{}}
	w.home = w.org(o.Seed, 0, at, "Fabrikam", "fabrikam.example", 25, []*place{&english, &dutch})
	for i := range o.Customers {
		var size int
		var org *Org
		if i < len(companies) {
			c := companies[i]
			if size = c.size; o.Mailboxes > 0 {
				size = o.Mailboxes
			}
			org = w.org(o.Seed, i+1, at, c.name, c.domain, size, c.at)
		} else {
			name, domain, n, places := further(i - len(companies))
			if size = n; o.Mailboxes > 0 {
				size = o.Mailboxes
			}
			org = w.org(o.Seed, i+1, at, name, domain, size, places)
		}
		w.customers = append(w.customers, org)
	}
	return w
}

func (w *World) org(seed uint64, index int, at time.Time, name, domain string, size int, places []*place) *Org {
	d := roll(seed, uint64(index))
	short, _, _ := strings.Cut(domain, ".")
	o := &Org{
		Name: name, Domain: domain, Initial: short + ".onmicrosoft.example", TenantID: d.guid(),
		seed: d.next(), size: size, places: places, now: at,
		Created: at.AddDate(0, 0, -d.between(900, 3600)),
	}
	for _, n := range append(o.Domains(), o.TenantID) {
		w.byName[n] = o
	}
	return o
}

// Home is the partner's own organisation.
func (w *World) Home() *Org { return w.home }

// Customers are the partner's customers, in the order they are listed. The slice belongs to the world.
func (w *World) Customers() []*Org { return w.customers }

// Find returns the organisation with that domain (any it accepts) or tenant id, in upper or lower case;
// nil when there is none.
func (w *World) Find(domainOrTenant string) *Org {
	return w.byName[strings.ToLower(strings.Trim(domainOrTenant, "{} "))]
}
