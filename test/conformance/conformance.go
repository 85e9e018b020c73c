// Package conformance is the one suite every exchange.Session passes, whatever carries it: a new
// connection is done when conformance.Run is green, and a pretended one that passes does not lie.
package conformance

import (
	"context"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// Options say how to reach the Exchange under test and what is known of it.
type Options struct {
	// Connect opens a session with a customer that has at least Rows mailboxes.
	Connect func(t *testing.T) exchange.Session

	Rows    int    // how many mailboxes Get-Mailbox -ResultSize Unlimited gives; above 20
	Mailbox string // an identity that exists

	// Open tells how many sessions the server holds open; nil when that cannot be asked.
	Open func(t *testing.T) int
}

// Run runs the suite. Each test opens sessions of its own and closes them.
func Run(t *testing.T, o Options) {
	if o.Rows <= 20 {
		t.Fatalf("conformance needs more than 20 mailboxes, not %d", o.Rows)
	}
	for _, story := range []struct {
		name string
		tell func(t *testing.T, s exchange.Session, o Options)
	}{
		{"every row arrives once, in order, with its properties", everyRow},
		{"a session runs one cmdlet after another", oneAfterAnother},
		{"leaving the loop stops the run and keeps the session", leaveEarly},
		{"cancelling stops the run, says so and keeps the session", cancel},
		{"an unknown cmdlet is named in the problem", unknownCmdlet},
		{"an object that is not there is a fault of that object", missingObject},
		{"a wrong parameter is the run's problem", wrongParameter},
		{"all commands come with a count first", allCommands},
		{"one command comes with its parameters", oneCommand},
		{"asking for commands can be cancelled", cancelCommands},
		{"a closed session says that it is closed", closed},
	} {
		t.Run(story.name, func(t *testing.T) {
			s := o.Connect(t)
			t.Cleanup(func() {
				if err := s.Close(context.Background()); err != nil {
					t.Errorf("closing: %v", err)
				}
				if o.Open != nil {
					if n := o.Open(t); n != 0 {
						t.Errorf("%d sessions are still open on the server", n)
					}
				}
			})
			story.tell(t, s, o)
		})
	}
}

func mailboxes(size exchange.Value) exchange.Invocation {
	return exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: size}}}
}

// collect runs to the end and returns rows and faults; a failed run fails the test.
func collect(t *testing.T, s exchange.Session, inv exchange.Invocation) (rows []exchange.Record, faults []*exchange.Problem) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for ev, err := range s.Invoke(ctx, inv) {
		if err != nil {
			t.Fatalf("%s: %v", inv.Cmdlet, err)
		}
		switch ev := ev.(type) {
		case exchange.Row:
			rows = append(rows, ev.Record)
		case exchange.Fault:
			faults = append(faults, ev.Problem)
		}
	}
	return rows, faults
}

// failure runs to the end and returns the error the run ended with, nil when it did not fail.
func failure(t *testing.T, s exchange.Session, inv exchange.Invocation) *exchange.Problem {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	var last error
	for _, err := range s.Invoke(ctx, inv) {
		if last != nil {
			t.Fatal("something was yielded after the error")
		}
		last = err
	}
	return exchange.AsProblem(last)
}

func everyRow(t *testing.T, s exchange.Session, o Options) {
	rows, faults := collect(t, s, mailboxes(exchange.NewText("Unlimited")))
	if len(rows) != o.Rows || len(faults) != 0 {
		t.Fatalf("%d rows and %d faults, want %d rows", len(rows), len(faults), o.Rows)
	}
	seen := map[string]bool{}
	for i, r := range rows {
		v, ok := r.Get("PrimarySmtpAddress")
		if !ok || !strings.Contains(v.Text(), "@") {
			t.Fatalf("row %d has no address: %v", i, v)
		}
		if seen[v.Text()] {
			t.Fatalf("%s came twice", v.Text())
		}
		seen[v.Text()] = true
		if len(r.Fields) < 100 {
			t.Fatalf("row %d has only %d properties", i, len(r.Fields))
		}
	}
}

func oneAfterAnother(t *testing.T, s exchange.Session, o Options) {
	for _, size := range []int64{1, 7, 20} {
		if rows, _ := collect(t, s, mailboxes(exchange.NewInteger(size))); int64(len(rows)) != size {
			t.Fatalf("%d rows for ResultSize %d", len(rows), size)
		}
	}
	rows, _ := collect(t, s, exchange.Invocation{Cmdlet: "Get-OrganizationConfig"})
	if len(rows) != 1 {
		t.Fatalf("%d organisations", len(rows))
	}
}

func leaveEarly(t *testing.T, s exchange.Session, o Options) {
	for ev, err := range s.Invoke(context.Background(), mailboxes(exchange.NewText("Unlimited"))) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := ev.(exchange.Row); ok {
			break
		}
	}
	if rows, _ := collect(t, s, mailboxes(exchange.NewInteger(3))); len(rows) != 3 {
		t.Fatalf("%d rows after leaving a run early", len(rows))
	}
}

func cancel(t *testing.T, s exchange.Session, o Options) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var rows int
	var last error
	for ev, err := range s.Invoke(ctx, mailboxes(exchange.NewText("Unlimited"))) {
		if last = err; err != nil {
			break
		}
		if _, ok := ev.(exchange.Row); ok {
			if rows++; rows == 5 {
				stop()
			}
		}
	}
	if code := exchange.CodeOf(last); code != exchange.CodeCancelled {
		t.Fatalf("a cancelled run ended with %v after %d rows", last, rows)
	}
	if rows, _ := collect(t, s, mailboxes(exchange.NewInteger(3))); len(rows) != 3 {
		t.Fatalf("%d rows after a cancelled run", len(rows))
	}
}

func unknownCmdlet(t *testing.T, s exchange.Session, o Options) {
	p := failure(t, s, exchange.Invocation{Cmdlet: "Get-Milbox"})
	if p == nil || p.Code != exchange.CodeCommandUnknown || p.Args["cmdlet"] != "Get-Milbox" {
		t.Fatalf("got %v", p)
	}
}

func missingObject(t *testing.T, s exchange.Session, o Options) {
	rows, faults := collect(t, s, exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "Identity", Value: exchange.NewText("nobody-by-that-name")}}})
	if len(rows) != 0 || len(faults) != 1 || faults[0].Code != exchange.CodeObjectNotFound {
		t.Fatalf("%d rows, faults %v", len(rows), faults)
	}
}

func wrongParameter(t *testing.T, s exchange.Session, o Options) {
	p := failure(t, s, exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "Colour", Value: exchange.NewText("red")}}})
	if p == nil || p.Code != exchange.CodeParameterWrong {
		t.Fatalf("got %v", p)
	}
}

func allCommands(t *testing.T, s exchange.Session, o Options) {
	total, got := -1, 0
	for news, err := range s.Commands(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if news.Command == nil {
			if total >= 0 {
				t.Fatal("the count came twice")
			}
			total = news.Total
			continue
		}
		if total < 0 {
			t.Fatal("a command came before the count")
		}
		got++
	}
	if got == 0 || got != total {
		t.Fatalf("%d commands were announced and %d came", total, got)
	}
}

func oneCommand(t *testing.T, s exchange.Session, o Options) {
	var found []exchange.Command
	for news, err := range s.Commands(context.Background(), "Get-Mailbox") {
		if err != nil {
			t.Fatal(err)
		}
		if news.Command != nil {
			found = append(found, *news.Command)
		}
	}
	if len(found) != 1 || found[0].Name != "Get-Mailbox" {
		t.Fatalf("found %v", found)
	}
	byName := map[string]exchange.Parameter{}
	for _, p := range found[0].Parameters {
		byName[p.Name] = p
	}
	if _, ok := byName["Identity"]; !ok || len(byName) < 10 {
		t.Fatalf("%d parameters, Identity there: %v", len(byName), ok)
	}
	if !byName["Archive"].Switch || byName["Identity"].Switch {
		t.Errorf("switches are told wrongly: Archive %v, Identity %v", byName["Archive"], byName["Identity"])
	}
}

func cancelCommands(t *testing.T, s exchange.Session, o Options) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var last error
	for news, err := range s.Commands(ctx) {
		if last = err; err != nil {
			break
		}
		if news.Command != nil {
			stop()
		}
	}
	if exchange.CodeOf(last) != exchange.CodeCancelled {
		t.Fatalf("ended with %v", last)
	}
	if rows, _ := collect(t, s, mailboxes(exchange.NewInteger(2))); len(rows) != 2 {
		t.Fatalf("%d rows after cancelling", len(rows))
	}
}

func closed(t *testing.T, s exchange.Session, o Options) {
	for range 2 {
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if p := failure(t, s, mailboxes(exchange.NewInteger(1))); p == nil || p.Code != exchange.CodeSessionClosed {
		t.Fatalf("got %v", p)
	}
}
