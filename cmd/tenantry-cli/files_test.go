package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The cells that a spreadsheet could run are among them.
const fileRows = "Name,Size,Seen,Hold,Price,Addresses,Phone\r\n" +
	"Anna,3221225473,2026-01-02T10:00:00+01:00,True,1.50,smtp:a@x.example; smtp:b@x.example,0612\r\n" +
	"'=1+1,1024,2024-05-06T23:59:59.125Z,False,2,,+31\r\n" +
	"'@x,,,,,c,007\r\n"

func TestAFileGoesThroughEveryFormat(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "a.csv"), []byte(strings.Replace(fileRows, "Size", "TotalItemSize", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	trip := []string{"a.csv", "b.xlsx", "c.parquet", "e.jsonl", "d.csv"}
	for i, from := range trip[:len(trip)-1] {
		who.run(t, "", "open", from, "-o", trip[i+1]).want(t, 0)
	}
	got, err := os.ReadFile(filepath.Join(who.home, "d.csv"))
	if want := strings.Replace(fileRows, "Size", "TotalItemSize", 1); err != nil || string(got) != want {
		t.Errorf("%v: the rows became\n%s", err, got)
	}
	rows := who.run(t, "", "open", "b.xlsx", "--where", "TotalItemSize > 2GB", "--columns", "Name", "--format", "csv").want(t, 0)
	if rows.out != "Name\r\nAnna\r\n" {
		t.Errorf("a workbook is filtered to %q", rows.out)
	}
}

func TestAWorkbookOfManyCustomers(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "3", "--mailboxes", "4"), somebody(t)
	who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--customer", p.Customers[1].Domain,
		"--columns", "Customer,Name", "--customer-sheets", "-o", "m.xlsx").want(t, 0)
	f, err := excelize.OpenFile(filepath.Join(who.home, "m.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want := []string{p.Customers[0].Domain, p.Customers[1].Domain}
	slices.Sort(want)
	sheets := f.GetSheetList()
	slices.Sort(sheets[1:])
	if !slices.Equal(sheets, append([]string{"About"}, want...)) {
		t.Errorf("sheets %q", sheets)
	}
	about, err := f.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, line := range about {
		if len(line) == 2 {
			said[line[0]] = line[1]
		}
	}
	if said["What was asked"] != "Get-Mailbox" || said["Asked by"] != p.User || said["Rows here"] != "8" || said["Started"] == "" ||
		said["Not asked"] != "nobody: all customers answered" || !strings.Contains(said["Customers"], want[0]) {
		t.Errorf("the cover says %v", said)
	}
	got := who.run(t, "", "open", "m.xlsx", "--group", "Customer", "--columns", "Count", "--format", "csv").want(t, 0)
	if got.out != "Count\r\n4\r\n4\r\n" {
		t.Errorf("read back: %q", got.out)
	}

	// Who did not answer is named.
	who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--customer", "nobody.example", "-o", "n.xlsx").want(t, 3)
	n, err := excelize.OpenFile(filepath.Join(who.home, "n.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close() }()
	about, err = n.GetRows("About")
	if err != nil || !slices.ContainsFunc(about, func(line []string) bool {
		return len(line) == 2 && strings.HasPrefix(line[0], "Not ") && strings.HasPrefix(line[1], "nobody.example: ")
	}) {
		t.Errorf("the cover says %q, %v", about, err)
	}
}

func TestAPageForABrowser(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "a.csv"), []byte(fileRows), 0o600); err != nil {
		t.Fatal(err)
	}
	who.run(t, "", "open", "a.csv", "--where", "Size > 1GB", "-o", "a.html").want(t, 0)
	page, err := os.ReadFile(filepath.Join(who.home, "a.html"))
	for _, want := range []string{"<html lang=\"en\">", "<title>a.csv</title>", "<dt>Chosen</dt><dd>--where Size &gt; 1GB</dd>", "<dt>Rows read</dt><dd>3</dd>", ">smtp:a@x.example; smtp:b@x.example<"} {
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("the page has no %s, %v", want, err)
		}
	}
	got := who.run(t, "", "open", "a.csv", "--format", "html").want(t, 0)
	if !strings.HasPrefix(got.out, "<!DOCTYPE html>") {
		t.Errorf("written is %.40q", got.out)
	}
}
