package soak

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// question is a cmdlet that is asked again and again.
type question struct {
	invocation exchange.Invocation
	text       string
}

func ask(cmdlet string, parameters ...exchange.Param) question {
	q := question{invocation: exchange.Invocation{Cmdlet: cmdlet, Params: parameters}, text: cmdlet}
	for _, p := range parameters {
		q.text += fmt.Sprintf(" -%s %s", p.Name, p.Value.Text())
	}
	return q
}

func parameter(name, value string) exchange.Param {
	return exchange.Param{Name: name, Value: exchange.NewText(value)}
}

// questions have all kinds of answers: long, short, none, and failures of the cmdlet itself.
var questions = []question{
	ask("Get-Mailbox", parameter("ResultSize", "Unlimited")),
	ask("Get-Recipient", parameter("ResultSize", "Unlimited")),
	ask("Get-User", parameter("ResultSize", "20")),
	ask("Get-DistributionGroup"),
	ask("Get-OrganizationConfig"),
	ask("Get-CASMailbox", parameter("ResultSize", "Unlimited")),
	ask("Get-Mailbox", parameter("Identity", "nobody-of-this-name")),
	ask("Get-Nothing"),
}

// answer is what came of a question for one customer: its rows, each as one text, and how it ended.
type answer struct {
	rows   []string
	phase  jobs.Phase
	code   exchange.Code // empty when it is finished
	faults int
}

// answersOf reads what a run brought.
func answersOf(snap results.Snapshot, s jobs.Summary) map[exchange.CustomerID]answer {
	all := map[exchange.CustomerID]answer{}
	for _, c := range s.Customers {
		all[c.Customer] = answer{phase: c.Phase, code: exchange.CodeOf(problemOf(c)), faults: c.Faults}
	}
	for row := range snap.Len() {
		customer := snap.Customer(results.RowID(row))
		a := all[customer]
		a.rows = append(a.rows, rowText(snap, results.RowID(row)))
		all[customer] = a
	}
	return all
}

// problemOf is a result's problem as an error, which is nil when there is none.
func problemOf(c jobs.CustomerResult) error {
	if c.Problem == nil {
		return nil
	}
	return c.Problem
}

// rowText is a whole row as one text.
func rowText(snap results.Snapshot, id results.RowID) string {
	var b strings.Builder
	for _, f := range snap.Row(id).Fields {
		if f.Name != results.CustomerColumn {
			valueText(&b, f)
		}
	}
	return b.String()
}

func valueText(b *strings.Builder, f exchange.Field) {
	fmt.Fprintf(b, "%s %d ", f.Name, f.Value.Kind())
	switch f.Value.Kind() {
	case exchange.List:
		for _, m := range f.Value.List() {
			valueText(b, exchange.Field{Value: m})
		}
	case exchange.Nested:
		for _, inner := range f.Value.Nested().Fields {
			valueText(b, inner)
		}
	default:
		b.WriteString(f.Value.Text())
	}
	b.WriteByte('\n')
}

// wrong tells what is wrong with the answer of a run for one customer, when right is the faultless one; empty
// when every row is accounted for. c is the result the answer was read from.
func (a answer) wrong(right answer, c jobs.CustomerResult) string {
	if c.Rows != len(a.rows) {
		return fmt.Sprintf("%d rows are counted and %d are there", c.Rows, len(a.rows))
	}
	if c.Partial != (len(a.rows) > 0 && (a.phase == jobs.Failed || a.phase == jobs.Cancelled)) {
		return fmt.Sprintf("%d rows of a customer that is %s are marked partial: %v", len(a.rows), a.phase, c.Partial)
	}
	if (a.phase == jobs.Finished) != (c.Problem == nil) {
		return fmt.Sprintf("it is %s with the problem %v", a.phase, c.Problem)
	}
	switch a.phase {
	case jobs.Finished:
		switch {
		case right.phase != jobs.Finished:
			return "it is finished, where the faultless answer fails with " + string(right.code)
		case a.faults <= right.faults && !slices.Equal(a.rows, right.rows):
			return fmt.Sprintf("it is finished with %d rows that are not the %d of the faultless answer", len(a.rows), len(right.rows))
		case len(a.rows)+a.faults < len(right.rows):
			return fmt.Sprintf("it is finished with %d rows of %d, and only %d are said to be lost", len(a.rows), len(right.rows), a.faults)
		}
		return notAmong(a.rows, right.rows)
	case jobs.Failed, jobs.Cancelled:
		if a.faults > right.faults {
			return notAmong(a.rows, right.rows)
		}
		if len(a.rows) > len(right.rows) || !slices.Equal(a.rows, right.rows[:len(a.rows)]) {
			return fmt.Sprintf("its %d rows are not the first of the faultless answer's %d", len(a.rows), len(right.rows))
		}
	case jobs.NotAsked:
		if len(a.rows) > 0 {
			return fmt.Sprintf("it was not asked and has %d rows", len(a.rows))
		}
	default:
		return "it ended " + string(a.phase)
	}
	return ""
}

// notAmong tells of the first row that is not in all, in the same order; rows may be left out.
func notAmong(rows, all []string) string {
	at := 0
	for i, row := range rows {
		next := slices.Index(all[at:], row)
		if next < 0 {
			return fmt.Sprintf("row %d was invented, or came twice, or in another place", i)
		}
		at += next + 1
	}
	return ""
}

// sentences checks that a problem can be told: its code is an expected one and has words in each language.
func sentences(t *testing.T, p *exchange.Problem) {
	t.Helper()
	if p == nil {
		return
	}
	if p.Code == exchange.CodeUnexpected {
		t.Errorf("a failure nobody expected: %v %v", p, p.Details)
	}
	for _, words := range speakers {
		m := words.Explain(p.Code, p.Args)
		if len(m.Details) > 0 || m.Title == "" || m.Next == "" {
			t.Errorf("%s has no sentences in %s", p.Code, words.Lang())
		}
	}
}

var speakers = []*wording.Words{wording.For(wording.English), wording.For(wording.Dutch)}
