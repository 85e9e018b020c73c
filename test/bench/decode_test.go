package bench

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/exchange/objects"
	"tenantry/core/results"
)

// rowsAtOnce is how many rows go into the table together: enough that its lock costs nothing, and few enough
// that they are still in the processor's cache.
const rowsAtOnce = 32

// BenchmarkDecodeToColumns decodes the 20,000 mailboxes into the typed columns of a table, on one core and on
// two: there each has a decoder, and the rows go into the table in their order.
func BenchmarkDecodeToColumns(b *testing.B) {
	docs := mailboxes()
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("cores=%d", cores), func(b *testing.B) {
			measure(b, cores, mailboxBytes(), func() { decodeToTable(b, docs, cores) })
		})
	}
}

func decodeToTable(tb testing.TB, docs [][]byte, cores int) *results.Table {
	table := results.NewTable(results.RunInfo{ID: "bench"})
	batches := (len(docs) + rowsAtOnce - 1) / rowsAtOnce
	turns := make([]chan struct{}, batches+1) // closed when the batch may go into the table
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[0])
	var next atomic.Int64
	var group sync.WaitGroup
	for range cores {
		group.Go(func() {
			d := clixml.NewDecoder(clixml.Limits{})
			rows := make([]exchange.Record, 0, rowsAtOnce)
			for {
				at := int(next.Add(1)) - 1
				if at >= batches {
					return
				}
				rows = rows[:0]
				for _, doc := range docs[at*rowsAtOnce : min(len(docs), (at+1)*rowsAtOnce)] {
					v, err := d.Lend(doc)
					if err != nil {
						tb.Error(err)
					}
					rows = append(rows, objects.Record(v))
				}
				<-turns[at]
				if err := table.Append("contoso.onmicrosoft.com", rows); err != nil {
					tb.Error(err)
				}
				close(turns[at+1])
				clear(rows)
			}
		})
	}
	group.Wait()
	table.Finish(time.Time{})
	return table
}

// BenchmarkDecodeYardstickXML is what Go's encoding/xml needs only to find the tokens of 2,000 of them.
func BenchmarkDecodeYardstickXML(b *testing.B) {
	docs := mailboxes()[:2000]
	n := int64(0)
	for _, doc := range docs {
		n += int64(len(doc))
	}
	measure(b, 1, n, func() {
		for _, doc := range docs {
			readTokens(b, bytes.NewReader(doc))
		}
	})
}

func readTokens(tb testing.TB, r io.Reader) {
	d := xml.NewDecoder(r)
	for {
		if _, err := d.RawToken(); err == io.EOF {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}
