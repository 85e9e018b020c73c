package main_test

import (
	"bytes"
	"context"
	"fmt"
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
	who.run(t, "", "open", "m.xlsx", "--customer-sheets", "-o", "again.xlsx").want(t, 0)
	again, err := excelize.OpenFile(filepath.Join(who.home, "again.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if list := again.GetSheetList(); len(list) != 3 || !slices.Contains(list, want[0]) || !slices.Contains(list, want[1]) {
		t.Errorf("read back and written again, the sheets are %q", list)
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

// What Export-Clixml wrote in PowerShell has all types, which files for spreadsheets do not: they come out as they went in
// from those that have them, and as what is said in core/export from the others.
func TestWhatPowerShellExportedGoesThroughEveryFormat(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	row := func(ref int, name, size, quota, when, keep, hold, list, owner string) string {
		return fmt.Sprintf(`<Obj RefId="%d"><TN RefId="%d"><T>Deserialized.Microsoft.Exchange.Data.Mailbox</T></TN><MS><S N="Name">%s</S>
<Obj N="TotalItemSize" RefId="%d"><TN RefId="%d"><T>Deserialized.Microsoft.Exchange.Data.ByteQuantifiedSize</T></TN><ToString>%s</ToString></Obj>
<Obj N="ProhibitSendQuota" RefId="%d"><TN RefId="%d"><T>Deserialized.Microsoft.Exchange.Data.Unlimited</T></TN><ToString>%s</ToString></Obj>
<I32 N="ItemCount">%d</I32><D N="Price">%d.50</D><DT N="WhenCreated">%s</DT><TS N="RetainDeletedItemsFor">%s</TS><B N="LitigationHoldEnabled">%s</B><Nil N="ForwardingAddress" />
<Obj N="EmailAddresses" RefId="%d"><TN RefId="%d"><T>Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection</T></TN><LST>%s</LST></Obj>
<Obj N="Owner" RefId="%d"><TN RefId="%d"><T>System.Management.Automation.PSCustomObject</T></TN><MS><S N="Title">%s</S><I32 N="Level">3</I32></MS></Obj></MS></Obj>`,
			10*ref, 10*ref, name, 10*ref+1, 10*ref+1, size, 10*ref+2, 10*ref+2, quota, ref*7-10, ref, when, keep, hold, 10*ref+3, 10*ref+3, list, 10*ref+4, 10*ref+4, owner)
	}
	text := `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">` +
		row(1, "Anna", "1.5 GB (1,610,612,736 bytes)", "Unlimited", "2026-05-01T10:20:30.1234567+02:00", "P14D", "true", "<S>SMTP:anna@contoso.example</S><S>smtp:a@contoso.example</S>", "Head") +
		row(2, "=1+1", "900 B (900 bytes)", "49.5 GB (53,150,220,288 bytes)", "2020-01-01T00:00:00Z", "PT1S", "false", "<S>SMTP:b@contoso.example</S>", "") + `</Objs>`
	if err := os.WriteFile(filepath.Join(who.home, "m.xml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	jsonl := func(file string) string { return who.run(t, "", "open", file, "--format", "jsonl").want(t, 0).out }
	want := `{"Name":"Anna","TotalItemSize":1610612736,"ProhibitSendQuota":"Unlimited","ItemCount":-3,"Price":1.50,"WhenCreated":"2026-05-01T10:20:30.1234567+02:00",` +
		`"RetainDeletedItemsFor":"14.00:00:00","LitigationHoldEnabled":true,"ForwardingAddress":null,"EmailAddresses":["SMTP:anna@contoso.example","smtp:a@contoso.example"],"Owner":{"Title":"Head","Level":3}}` + "\n" +
		`{"Name":"=1+1","TotalItemSize":900,"ProhibitSendQuota":53150220288,"ItemCount":4,"Price":2.50,"WhenCreated":"2020-01-01T00:00:00Z",` +
		`"RetainDeletedItemsFor":"00:00:01","LitigationHoldEnabled":false,"ForwardingAddress":null,"EmailAddresses":["SMTP:b@contoso.example"],"Owner":{"Title":"","Level":3}}` + "\n"
	if got := jsonl("m.xml"); got != want {
		t.Fatalf("it reads as\n%s", got)
	}
	last := "m.xml"
	for _, file := range []string{"a.parquet", "b.jsonl", "c.parquet", "d.json"} {
		who.run(t, "", "open", last, "-o", file).want(t, 0)
		if got := jsonl(file); got != want {
			t.Errorf("%s holds\n%s", file, got)
		}
		last = file
	}
	flat := who.run(t, "", "open", "m.xml", "--format", "csv").want(t, 0).out
	for _, file := range []string{"e.xlsx", "f.parquet", "g.jsonl", "h.csv"} {
		who.run(t, "", "open", last, "-o", file).want(t, 0)
		if got := who.run(t, "", "open", file, "--format", "csv").want(t, 0).out; got != flat {
			t.Errorf("%s holds\n%s\nnot\n%s", file, got, flat)
		}
		last = file
	}
	if got := who.run(t, "", "open", "h.csv", "--where", "ProhibitSendQuota = Unlimited", "--where", "RetainDeletedItemsFor > 13d", "--columns", "Name,TotalItemSize", "--format", "csv").want(t, 0).out; got != "Name,TotalItemSize\r\nAnna,1610612736\r\n" {
		t.Errorf("the last file is filtered to %q", got)
	}
}

func TestWhatIsOddAboutAFileIsSaid(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	const rows = "Name,Note\n"
	for name, text := range map[string]string{
		"row.csv":     rows + "anna,\"a\nb\"\nbert,\"never\ncarl,x\n",
		"heading.csv": "Name,\"Note\nanna,a\n",
		"ended.csv":   rows + "anna,a\nbert,\"b\"",
		"large.csv":   rows + strings.Repeat("anna,a\n", 1<<19) + "bert,\"never\ncarl,x\n",
	} {
		if err := os.WriteFile(filepath.Join(who.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, said := range map[string]string{
		"row.csv":     "row.csv has a cell that starts with one in line 4,",
		"heading.csv": "heading.csv has a cell that starts with one in line 1,",
		"large.csv":   "large.csv has a cell that starts with one in line 524290,",
	} {
		who.run(t, "", "open", name, "--limit", "1").want(t, 0, said)
	}
	if got := who.run(t, "", "open", "ended.csv", "--quiet").want(t, 0); got.err != "" || !strings.HasSuffix(got.out, "bert,b\r\n") {
		t.Errorf("%q %q", got.out, got.err)
	}
}

func TestWordsAboutAFileThatAreWrong(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "a.csv"), []byte(fileRows), 0o600); err != nil {
		t.Fatal(err)
	}
	for said, args := range map[string][]string{
		"--limit takes a number from 1 up.":                             {"--limit", "0"},
		"--output needs a value.":                                       {"-o", ""},
		"Only xlsx has sheets, and the format is csv.":                  {"--customer-sheets", "-o", "b.csv"},
		"--customer-sheets needs a workbook. Only xlsx has sheets, and": {"--customer-sheets"},
	} {
		if got := who.run(t, "", append([]string{"open", "a.csv"}, args...)...).want(t, 2, said); got.out != "" {
			t.Errorf("%q writes %q", args, got.out)
		}
	}
}

func TestOutputThatTakesNoMore(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("only Linux has a disk that is always full")
	}
	defer func() { _ = full.Close() }()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "a.csv"), []byte(fileRows), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for _, format := range []string{"table", "csv", "json", "jsonl", "xlsx", "html", "parquet"} {
		c := who.command(ctx, "open", "a.csv", "--format", format)
		var errs bytes.Buffer
		c.Stdout, c.Stderr = full, &errs
		status := statusOf(t, c.Run())
		ended{err: errs.String(), status: status}.want(t, 1)
		if !strings.HasPrefix(errs.String(), "Not all rows could be written out.") {
			t.Errorf("%s says %q", format, errs.String())
		}
	}
}

// Rows from a file can be read again, so nobody who cancels waits until they are written.
func TestCancelledWhileAFileIsWritten(t *testing.T) {
	noSignals(t)
	t.Parallel()
	who := somebody(t)
	rows := "Name,Mail\r\n" + strings.Repeat("Anna de Vries,anna@contoso.example\r\n", 400_000)
	for name, text := range map[string]string{"a.csv": rows, "kept.xlsx": "as it was"} {
		if err := os.WriteFile(filepath.Join(who.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()

	c := who.command(ctx, "open", "a.csv", "--format", "csv")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	part, n := make([]byte, 4096), 0
	for first := true; ; first = false {
		m, err := out.Read(part)
		if n += m; err != nil {
			break
		}
		if first {
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	status := statusOf(t, c.Wait())
	ended{err: errs.String(), status: status}.want(t, 130)
	if errs.Len() > 0 || n == 0 || n >= len(rows) {
		t.Errorf("%d of %d bytes came, and it said %q", n, len(rows), errs.String())
	}

	// What stands where the file was to be stays, and nothing new is left beside it.
	c = who.command(ctx, "open", "a.csv", "-o", "kept.xlsx")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for ctx.Err() == nil {
		if parts, _ := filepath.Glob(filepath.Join(who.home, ".tenantry-*.part")); len(parts) > 0 {
			break
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	status = statusOf(t, c.Wait())
	ended{status: status}.want(t, 130)
	if text, err := os.ReadFile(filepath.Join(who.home, "kept.xlsx")); err != nil || string(text) != "as it was" {
		t.Errorf("%v, the file holds %.100q", err, text)
	}
	if all, err := filepath.Glob(filepath.Join(who.home, ".tenantry-*")); err != nil || len(all) > 0 {
		t.Errorf("%v, %q is left", err, all)
	}
}
