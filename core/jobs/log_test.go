package jobs_test

import (
	"path/filepath"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/journal"
)

func TestARunIsInTheJournal(t *testing.T) {
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{run: func(n int, f *fakeSession, yield func(exchange.Event) bool) error {
		yield(rowOf(1))
		if f.customer == "customer001.example" {
			return &exchange.Problem{Code: exchange.CodeRunFailed}
		}
		return nil
	}}
	r := newRunner(s)
	r.Log, r.Program = j, "command line"
	inv := exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: exchange.Unlimited()}}}
	run := r.Start(t.Context(), jobs.Plan{Invocation: inv, Customers: names(3)}, func(jobs.Update) {})
	run.Wait()
	got, err := j.Run(t.Context(), run.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got.Outcome != journal.Partly || got.Rows != 3 || got.Account != "anna@fabrikam.example" || got.Program != "command line" ||
		got.Params[0] != (journal.Param{Name: "ResultSize", Value: "Unlimited"}) || got.Ended.IsZero() {
		t.Errorf("%+v", got)
	}
	if c := got.Customers[1]; c.Outcome != journal.Failed || !c.Partial || c.Rows != 1 || c.Code != exchange.CodeRunFailed {
		t.Errorf("%+v", c)
	}
	if c := got.Customers[2]; c.Outcome != journal.Answered || c.Rows != 1 || c.Ended.IsZero() {
		t.Errorf("%+v", c)
	}

	// Without its journal nothing is changed, but everything can still be read.
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	asked := s.runs
	sum := r.Start(t.Context(), jobs.Plan{Invocation: exchange.Invocation{Cmdlet: "Set-Mailbox"}, Customers: names(3)}, func(jobs.Update) {}).Wait()
	if s.runs != asked || len(sum.NotAsked()) != 3 || sum.Customers[0].Problem.Code != journal.CodeUnavailable {
		t.Errorf("%d runs, %+v", s.runs-asked, sum.Customers[0])
	}
	sum = r.Start(t.Context(), jobs.Plan{Invocation: inv, Customers: names(1)}, func(jobs.Update) {}).Wait()
	if len(sum.Answered()) != 1 {
		t.Errorf("%+v", sum.Customers)
	}
	closeAll(t, r.Sessions)
}

func BenchmarkRowsThroughARun(b *testing.B) {
	const rows = 20000
	s := &server{run: func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
		row := rowOf(1)
		for range rows {
			if !yield(row) {
				return nil
			}
		}
		return nil
	}}
	r := newRunner(s)
	r.Interval = jobs.DefaultInterval
	for b.Loop() {
		r.Start(b.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(1)}, func(jobs.Update) {}).Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	_ = r.Sessions.CloseAll(b.Context())
}
