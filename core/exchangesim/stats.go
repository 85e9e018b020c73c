package exchangesim

import (
	"encoding/json"
	"net/http"
	"sync/atomic"

	"tenantry/core/exchangesim/faults"
)

// Stats are exact counts of what happened since Start. What a fault made happen counts as what it was for the
// client: a session that a fault refused is refused.
type Stats struct {
	OpenShells    int `json:"open_shells"`
	Created       int `json:"created"`        // sessions opened
	Deleted       int `json:"deleted"`        // sessions ended: deleted by the client, or after being idle
	MaxConcurrent int `json:"max_concurrent"` // most sessions open at once
	Commands      int `json:"commands"`       // pipelines started
	Refused       int `json:"refused"`        // sessions refused: limit, or not a customer
	AuthFailures  int `json:"auth_failures"`  // wrong user or password
}

type counter struct{ n atomic.Int64 }

func (c *counter) add()     { c.n.Add(1) }
func (c *counter) get() int { return int(c.n.Load()) }

// Stats counts now. Sessions that have been idle too long are ended first.
func (s *Server) Stats() Stats {
	st := s.shells.stats()
	st.Commands, st.Refused, st.AuthFailures = s.commands.get(), s.refusals.get(), s.failures.get()
	return st
}

// Report is the counts together with the faults that struck, as GET /stats answers it.
type Report struct {
	Stats
	Faults map[faults.Name]int `json:"faults"` // how often each struck; never nil
}

// Report counts now, as Stats does.
func (s *Server) Report() Report { return Report{Stats: s.Stats(), Faults: s.Struck()} }

func (s *Server) serveStats(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.Report()) // a client that left needs no answer
}

// Description is where the server is and who may sign in, as the first line of `sample serve` says it.
type Description struct {
	Classic   string     `json:"classic"`
	CACert    *string    `json:"ca_cert"` // a file
	User      string     `json:"user"`
	Password  string     `json:"password"` // of the sample only
	Customers []Customer `json:"customers"`
}

// Customer is one customer of the sample partner.
type Customer struct {
	Domain   string `json:"domain"`
	TenantID string `json:"tenant_id"`
	Name     string `json:"name"`
}

// Describe describes the running server.
func (s *Server) Describe() Description {
	d := Description{Classic: s.origin + "/powershell-liveid", User: s.User, Password: s.Password.Reveal()}
	if s.ca != nil && s.CACertFile != "" {
		d.CACert = &s.CACertFile
	}
	for _, o := range s.world.Customers() {
		d.Customers = append(d.Customers, Customer{Domain: o.Domain, TenantID: o.TenantID, Name: o.Name})
	}
	return d
}
