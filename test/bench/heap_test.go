package bench

import (
	"context"
	"runtime"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// mostHeap is how many bytes a run may leave behind for each byte of the distinct values in its table. The
// table itself takes most of them: a number for each cell, and what a list needs beside its texts.
const mostHeap = 1.8

// A run leaves its table behind and nothing else: no answers that a kept text would hold on to, no objects,
// no buffers that grow with the rows.
func TestARunLeavesOnlyItsTable(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 20,000 mailboxes")
	}
	url := startServer(t)
	s := connect(t, url)
	before := heap()
	table := receive(t, s, func() {})
	if table.Len() != mailboxCount {
		t.Fatalf("%d rows came", table.Len())
	}
	withSession := heap() - before
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	left := heap() - before
	distinct := distinctBytes(table.Snapshot())
	t.Logf("the table's distinct values are %.1f MB; %.1f MB are left with the session open and %.1f MB when it is closed, %.2f times as much",
		mega(distinct), mega(withSession), mega(left), float64(left)/float64(distinct))
	if float64(left) > mostHeap*float64(distinct) {
		t.Errorf("%.1f MB are left for %.1f MB of distinct values, more than %.1f times as much", mega(left), mega(distinct), mostHeap)
	}
	if more := withSession - left; more > 4<<20 {
		t.Errorf("the open session holds %.1f MB more", mega(more))
	}

	// A copy in which nothing is shared with anything shows what the table alone takes.
	before = heap()
	alone := copyOf(table)
	own := heap() - before
	t.Logf("a copy of the table takes %.1f MB", mega(own))
	if float64(left) > 1.1*float64(own)+4<<20 {
		t.Errorf("%.1f MB are left, and the table takes %.1f MB", mega(left), mega(own))
	}
	runtime.KeepAlive(table)
	runtime.KeepAlive(alone)
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// copyOf fills a new table with the rows of another.
func copyOf(from *results.Table) *results.Table {
	s := from.Snapshot()
	to := results.NewTable(from.Info())
	for r := range s.Len() {
		_ = to.Append("contoso.onmicrosoft.com", []exchange.Record{s.Row(results.RowID(r))}) // only more rows than there are would fail
	}
	to.Finish(from.Info().Finished)
	return to
}
