package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	for name, text := range map[string]string{
		"old.csv":    "Name,Mail,Quota,Note\nanna,anna@c.example,50 GB,x\nbert,bert@c.example,10 GB,\ncarl,carl@c.example,1 GB,\n",
		"new.jsonl":  `{"Name":"Anna","Mail":"ANNA@c.example","Quota":107374182400,"Extra":true}` + "\n" + `{"Name":"carl","Mail":"carl@c.example","Quota":1073741824,"Extra":false}` + "\n" + `{"Name":"dora","Mail":"dora@c.example","Quota":1}` + "\n",
		"twice.csv":  "Name,Mail\nanna,anna@c.example\nannie,anna@c.example\n",
		"other.csv":  "Other\n1\n",
		"broken.xml": "<Objs",
	} {
		if err := os.WriteFile(filepath.Join(who.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compare := func(args ...string) ended { return who.run(t, "", append([]string{"compare"}, args...)...) }

	got := compare("old.csv", "new.jsonl", "--key", "mail", "--format", "json").want(t, 0,
		"1 added, 1 removed, 1 changed, 1 the same.", "only old.csv has them: Note.", "only new.jsonl has them: Extra.")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(got.out), &rows); err != nil || len(rows) != 3 {
		t.Fatalf("%v %s", err, got.out)
	}
	if r := rows[0]; r["Change"] != "changed" || r["Quota before"] != 53687091200.0 || r["Quota after"] != 107374182400.0 ||
		r["Name before"] != "anna" || r["Name after"] != "Anna" || !slices.Equal(r["Changed"].([]any), []any{"Name", "Quota"}) {
		t.Error(r)
	}
	if rows[1]["Change"] != "added" || rows[1]["Mail"] != "dora@c.example" || rows[2]["Change"] != "removed" || rows[2]["Mail"] != "bert@c.example" {
		t.Error(rows[1:])
	}

	// It is shaped as any table.
	for want, args := range map[string][]string{
		"Mail ANNA@c.example":                {"--columns", "Mail", "--where", `"Quota after" > 99GB`},
		"Change,Count added,1 changed,1":     {"--group", "Change", "--where", "Change != removed"},
		"Mail dora@c.example":                {"--columns", "Mail", "--where", "Changed empty", "--sort", "Change,Mail", "--limit", "1"},
		"Mail bert@c.example":                {"--columns", "Mail", "--find", "BERT"},
		"Change,Mail":                        {"--columns", "Change,Mail", "--where", "Mail = nobody"},
		"Change,Mail changed,ANNA@c.example": {"--columns", "Change,Mail", "--where", "Changed = quota"},
	} {
		out := compare(append([]string{"old.csv", "new.jsonl", "--key", "Mail", "--format", "csv"}, args...)...).want(t, 0).out
		if rows := lines(out); !slices.Equal(rows, strings.Fields(want)) {
			t.Errorf("%v gives %q, want %q", args, rows, want)
		}
	}
	if out := compare("old.csv", "new.jsonl", "--key", "Mail", "-o", "diff.csv").want(t, 0).out; out != "" {
		t.Error(out)
	}
	if back := who.run(t, "", "open", "diff.csv", "--columns", "Change,Mail", "--format", "csv").want(t, 0); len(lines(back.out)) != 4 {
		t.Error(back.out)
	}

	// No difference is an answer too; with --quiet only what is wrong is said.
	if out := compare("old.csv", "old.csv", "--key", "Mail", "--format", "json").want(t, 0, "0 added, 0 removed, 0 changed, 3 the same.").out; out != "[]\n" {
		t.Error(out)
	}
	if got := compare("old.csv", "new.jsonl", "--key", "Mail", "--quiet").want(t, 0); got.err != "" {
		t.Error(got.err)
	}
	compare("twice.csv", "twice.csv", "--key", "Mail", "--quiet").want(t, 0, "Mail does not tell all rows of twice.csv apart.", "the first with anna@c.example")
	if got := compare("twice.csv", "twice.csv", "--key", "Mail,Name").want(t, 0, "2 the same"); strings.Contains(got.err, "apart") {
		t.Error(got.err)
	}

	for _, c := range []struct {
		said string
		args []string
	}{
		{"--key is missing. Rows are compared by the column that tells them apart. Add --key with that column, such as --key \"Name\".", []string{"old.csv", "new.jsonl"}},
		{"Add --key with that column.", []string{"old.csv", "other.csv"}},
		{"the names of two files", []string{"old.csv", "--key", "Mail"}},
		{"twice.csv is one word too many", []string{"old.csv", "new.jsonl", "twice.csv", "--key", "Mail"}},
		{"There is no column Note in new.jsonl.", []string{"old.csv", "new.jsonl", "--key", "Note"}},
		{"There is no column Mial in old.csv.", []string{"old.csv", "new.jsonl", "--key", "Mial"}},
		{"There is no column Quota.", []string{"old.csv", "new.jsonl", "--key", "Mail", "--where", "Quota > 1"}},
		{"Write it like ColumnA,ColumnB", []string{"old.csv", "new.jsonl", "--key", "Mail,"}},
		{"The file cannot be read.", []string{"old.csv", "nothing.csv", "--key", "Mail"}},
		{"nowhere/x.csv cannot be written.", []string{"old.csv", "new.jsonl", "--key", "Mail", "-o", "nowhere/x.csv"}},
		{"The rows of the run 5b0c0f4e-9b8e-4a55-9b9a-0a0d2a3d8a11 are not kept.", []string{"5b0c0f4e-9b8e-4a55-9b9a-0a0d2a3d8a11", "old.csv", "--key", "Mail"}},
	} {
		if got := compare(c.args...).want(t, 2, c.said); got.out != "" {
			t.Errorf("%v writes %q", c.args, got.out)
		}
	}
	if got := compare("old.csv", "broken.xml", "--key", "Mail").want(t, 1); got.out != "" || got.err == "" {
		t.Error(got)
	}
}
