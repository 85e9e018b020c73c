package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/psrp"
	"tenantry/core/results"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

func connect(tb testing.TB, url string) exchange.Session {
	tb.Helper()
	s, err := classic.New(classic.Options{}).Connect(context.Background(),
		exchange.Target{Customer: "contoso.onmicrosoft.com", URL: url},
		exchange.Credential{User: "admin@partner.example", Password: secret.New("a password")})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// receive runs Get-Mailbox and puts its rows into a new table. begin is called when the server has its
// answers ready.
func receive(tb testing.TB, s exchange.Session, begin func()) *results.Table {
	tb.Helper()
	table := results.NewTable(results.RunInfo{ID: "bench"})
	batch := make([]exchange.Record, 0, rowsAtOnce)
	flush := func() {
		if err := table.Append(s.Customer(), batch); err != nil {
			tb.Fatal(err)
		}
		clear(batch)
		batch = batch[:0]
	}
	for ev, err := range s.Invoke(context.Background(), exchange.Invocation{Cmdlet: "Get-Mailbox"}) {
		if err != nil {
			tb.Fatal(err)
		}
		switch ev := ev.(type) {
		case exchange.Notice:
			if ev.Text == readyNotice {
				begin()
			}
		case exchange.Row:
			if batch = append(batch, ev.Record); len(batch) == cap(batch) {
				flush()
			}
		case exchange.Fault:
			tb.Fatal(ev.Problem)
		}
	}
	flush()
	table.Finish(time.Time{})
	return table
}

// BenchmarkWireToColumns reads the 20,000 mailboxes from a server: sockets, HTTP, SOAP, base64, fragments,
// CLIXML, rows, columns. The size that counts is that of the CLIXML. On one core the client's own work has
// one; the server is another process.
func BenchmarkWireToColumns1(b *testing.B) { benchmarkWire(b, 1) }
func BenchmarkWireToColumns2(b *testing.B) { benchmarkWire(b, 2) }

func benchmarkWire(b *testing.B, cores int) {
	s := connect(b, startServer(b))
	defer func() {
		if err := s.Close(context.Background()); err != nil {
			b.Error(err)
		}
	}()
	if cores > runtime.NumCPU() {
		b.Skipf("needs %d cores", cores)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	b.ReportAllocs()
	var clock, cpu time.Duration
	for b.Loop() {
		var start time.Time
		var startCPU time.Duration
		table := receive(b, s, func() { start, startCPU = time.Now(), cpuTime() })
		clock += time.Since(start)
		cpu += cpuTime() - startCPU
		if table.Len() != mailboxCount {
			b.Fatalf("%d rows", table.Len())
		}
	}
	report(b, mailboxBytes(), clock, cpu)
}

// BenchmarkWireYardstickXML reads 2,000 of the mailboxes out of the same answers with encoding/xml and
// encoding/base64, without looking inside the fragments.
func BenchmarkWireYardstickXML(b *testing.B) {
	docs := mailboxes()[:2000]
	bodies := answersOf(b, docs)
	n := int64(0)
	for _, doc := range docs {
		n += int64(len(doc))
	}
	measure(b, 1, n, func() {
		for _, body := range bodies {
			decodeStreams(b, body)
		}
	})
}

func decodeStreams(tb testing.TB, body []byte) (size int) {
	d := xml.NewDecoder(bytes.NewReader(body))
	inside := false
	var out []byte
	for {
		t, err := d.Token()
		if err == io.EOF {
			return size
		} else if err != nil {
			tb.Fatal(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			inside = t.Name.Local == "Stream"
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if !inside {
				continue
			}
			if out, err = base64.StdEncoding.AppendDecode(out[:0], t); err != nil {
				tb.Fatal(err)
			}
			size += len(out)
		}
	}
}

// answersOf makes the answers a server of these objects sends.
func answersOf(tb testing.TB, docs [][]byte) [][]byte {
	tb.Helper()
	s := &cannedServer{objects: docs, pool: psrp.NewServer(psrp.ServerConfig{})}
	c := psrp.NewClient(psrp.ClientConfig{})
	creation, err := c.Open()
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.receive(uuid.Nil, creation); err != nil {
		tb.Fatal(err)
	}
	for _, p := range s.pool.Take() {
		for _, err := range c.Receive(uuid.Nil, p.Data) {
			if err != nil {
				tb.Fatal(err)
			}
		}
	}
	id, first, err := c.CreatePipeline(psrp.SingleCommand("Get-Mailbox"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.receive(id, first); err != nil {
		tb.Fatal(err)
	}
	answers, err := s.run(&wsman.Request{Header: wsman.Header{Action: wsman.ActionCommand, MessageID: "uuid:" + uuid.NewString()}}, id)
	if err != nil {
		tb.Fatal(err)
	}
	return answers[1:] // the first only says that the others are ready
}
