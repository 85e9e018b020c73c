package journal_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/journal"
)

func TestRepairsAreKeptNewestFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	list := []journal.Repair{
		{At: at, Program: "window", Fix: "execution-policy-user", Change: `HKCU\…\ExecutionPolicy: Restricted -> RemoteSigned`},
		{At: at, Program: "command line", Computer: "PC01", Fix: "winrm-basic", Change: "x", Code: exchange.CodeUnexpected},
		{At: at.Add(time.Minute), Program: "window", Fix: "close-sessions", Change: "remove session: contoso.example"},
	}
	for _, r := range list {
		if err := j.Repaired(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if j, err = journal.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	got, err := j.Repairs(t.Context(), 0)
	if d := cmp.Diff([]journal.Repair{list[2], list[1], list[0]}, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
	if got, err = j.Repairs(t.Context(), 1); err != nil || len(got) != 1 || got[0].Fix != "close-sessions" {
		t.Errorf("%v %v", got, err)
	}
}
