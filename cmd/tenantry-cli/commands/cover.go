package commands

import (
	"tenantry/core/export"
	"tenantry/core/export/cover"
	"tenantry/core/results"
)

// cover tells what was asked, of whom, when and by whom, what was left out of the rows, and which customers
// did not answer.
func (s *shaper) cover(a *app, view results.View) *export.Cover {
	facts := cover.Facts{Words: a.words, Name: a.name, Chosen: s.asked}
	for _, r := range s.missing.NotAsked() {
		facts.Missing = append(facts.Missing, cover.Missing{Customer: r.Customer, Problem: r.Problem})
	}
	for _, r := range s.missing.Failed() {
		facts.Missing = append(facts.Missing, cover.Missing{Customer: r.Customer, Asked: true, Problem: r.Problem})
	}
	return cover.Of(view, facts)
}
