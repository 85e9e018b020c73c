package results

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tenantry/core/exchange"
)

func TestGuessKey(t *testing.T) {
	table := func(customers []exchange.CustomerID, columns []string, rows ...[]string) Snapshot {
		tb := NewTable(RunInfo{Customers: customers})
		for _, r := range rows {
			var rec exchange.Record
			for i, c := range columns {
				rec.Fields = append(rec.Fields, exchange.Field{Name: c, Value: exchange.NewText(r[i+1])})
			}
			if err := tb.Append(exchange.CustomerID(r[0]), []exchange.Record{rec}); err != nil {
				t.Fatal(err)
			}
		}
		tb.Declare(columns...)
		return tb.Snapshot()
	}
	for name, c := range map[string]struct {
		before, after Snapshot
		want          []string
	}{
		"what people know": {table(nil, []string{"Guid", "PrimarySmtpAddress"}, []string{"", "1", "a"}, []string{"", "2", "b"}),
			table(nil, []string{"Guid", "PrimarySmtpAddress"}, []string{"", "1", "a"}), []string{"PrimarySmtpAddress"}},
		"not one with gaps": {table(nil, []string{"PrimarySmtpAddress", "Guid"}, []string{"", "", "1"}, []string{"", "b", "2"}),
			table(nil, []string{"PrimarySmtpAddress", "Guid"}, []string{"", "a", "1"}), []string{"Guid"}},
		"any that tells apart": {table(nil, []string{"Kind", "Badge"}, []string{"", "x", "1"}, []string{"", "x", "2"}),
			table(nil, []string{"Kind", "Badge"}, []string{"", "x", "1"}, []string{"", "X", "2"}), []string{"Badge"}},
		"with the customer": {table([]exchange.CustomerID{"a", "b"}, []string{"Name"}, []string{"a", "Sales"}, []string{"b", "Sales"}),
			table([]exchange.CustomerID{"a", "b"}, []string{"Name"}, []string{"a", "Sales"}, []string{"b", "Sales"}), []string{CustomerColumn, "Name"}},
		"the best there is": {table(nil, []string{"Kind", "Name"}, []string{"", "x", "1"}, []string{"", "x", "1"}),
			table(nil, []string{"Kind", "Name"}, []string{"", "x", "1"}), []string{"Name"}},
		"nothing shared": {table(nil, []string{"Kind"}, []string{"", "x"}), table(nil, []string{"Name"}, []string{"", "y"}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := GuessKey(t.Context(), c.before, c.after)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := table(nil, []string{"Name"}, []string{"", "y"})
	if _, err := GuessKey(ctx, s, s); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it says %v", err)
	}
}
