package main_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"tenantry/core/exchangesim/faults"
)

func TestSampleFaultsAreListed(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	rows, err := csv.NewReader(strings.NewReader(who.run(t, "", "sample", "faults").want(t, 0).out)).ReadAll()
	if err != nil || len(rows) != len(faults.Names())+1 || strings.Join(rows[0], " ") != "Fault Does Value Default Strikes CanStrike" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, f := range faults.Catalogue() {
		row := rows[i+1]
		if row[0] != string(f.Name) || row[1] != f.Does || row[3] != f.Default || (row[2] == "") != (f.Value == "") || row[4] == "" || !strings.Contains(row[5], row[4]) && len(f.Usual) == 1 {
			t.Errorf("%q", row)
		}
	}
	for typed, want := range map[string]string{"redir": "redirect-token\t", "slow@send,": "slow@send,delete\n", "retired=": "retired=400\n"} {
		if got := who.run(t, "", "__complete", "sample", "serve", "--fault", typed); !strings.Contains(got.out, want) {
			t.Errorf("%s completes to %q", typed, got.out)
		}
	}
}

// TestSampleServeLetsThingsGoWrong: several at once, as often as was said, and counted.
func TestSampleServeLetsThingsGoWrong(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "2", "--mailboxes", "8", "--fault", "small-answers=3", "--fault", "micro-delay=1500", "--fault", "wrong-password@2", "--fault-seed", "5"), somebody(t)
	ask := func() ended {
		return who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--columns", "Alias")
	}
	if got := ask().want(t, 0); strings.Count(got.out, "\n") != 9 {
		t.Errorf("%q", got.out)
	}
	ask().want(t, 4)
	r, err := p.client.Get(p.origin(t) + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var counts struct {
		AuthFailures int `json:"auth_failures"`
		Created      int
		Deleted      int
		Faults       map[string]int
	}
	if err := json.NewDecoder(r.Body).Decode(&counts); err != nil || counts.AuthFailures != 1 || counts.Created != 1 || counts.Deleted != 1 ||
		counts.Faults["wrong-password"] != 1 || counts.Faults["micro-delay"] != 1 || counts.Faults["small-answers"] < 3 {
		t.Errorf("%+v %v", counts, err)
	}
}
