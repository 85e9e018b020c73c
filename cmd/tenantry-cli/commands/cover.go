package commands

import (
	"strings"
	"time"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/jobs"
	"tenantry/core/results"
)

// cover tells what was asked, of whom, when and by whom, what was left out of the rows, and which customers
// did not answer.
func (s *shaper) cover(a *app, view results.View) *export.Cover {
	info := view.Snapshot().Info()
	c := &export.Cover{Sheet: a.words.Text("file.cover")}
	add := func(key string, v exchange.Value) {
		if !v.IsNone() {
			c.Lines = append(c.Lines, export.CoverLine{Label: a.words.Text(key), Value: v})
		}
	}
	text := func(key, text string) { add(key, exchange.NewText(text)) }
	at := func(key string, t time.Time) {
		if !t.IsZero() {
			add(key, exchange.NewTime(t.Local().Truncate(time.Second)))
		}
	}
	asked := info.Title
	if info.Invocation.Cmdlet != "" {
		asked = cmdlets.PowerShell(info.Invocation)
	}
	text("file.cover.asked", asked)
	names := make([]string, len(info.Customers))
	for i, id := range info.Customers {
		names[i] = a.name(id)
	}
	text("file.cover.customers", strings.Join(names, "; "))
	text("file.cover.account", info.Account)
	at("file.cover.started", info.Started)
	at("file.cover.finished", info.Finished)
	add("file.cover.rows", exchange.NewInteger(int64(view.Len())))
	add("file.cover.rows-read", exchange.NewInteger(int64(view.Snapshot().Len())))
	for _, line := range s.asked {
		text("file.cover.shaped", line)
	}
	missing := len(c.Lines)
	for _, r := range s.missing.NotAsked() {
		text("file.cover.not-asked", a.missed(r))
	}
	for _, r := range s.missing.Failed() {
		text("file.cover.not-complete", a.missed(r))
	}
	if len(info.Customers) > 0 && len(c.Lines) == missing {
		text("file.cover.not-asked", a.words.Text("file.cover.nobody"))
	}
	return c
}

// missed names a customer and why its answer is missing.
func (a *app) missed(r jobs.CustomerResult) string {
	if r.Problem == nil {
		return a.name(r.Customer)
	}
	return a.name(r.Customer) + ": " + a.words.Problem(r.Problem).Title
}
