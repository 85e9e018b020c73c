package main_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheFirstLineOfSampleServe(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--plain"}} {
		p := serve(t, append(args, "--customers", "2", "--mailboxes", "3")...)
		var words map[string]json.RawMessage
		if err := json.Unmarshal([]byte(p.line), &words); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"classic", "modern", "authority", "graph", "ca_cert", "user", "password", "client_id", "customers"} {
			if _, ok := words[name]; !ok {
				t.Errorf("%s is missing", name)
			}
			delete(words, name)
		}
		if len(words) > 0 {
			t.Errorf("it also says %v", words)
		}
		if len(p.Customers) != 2 || p.Customers[0].Domain == "" || p.Customers[0].TenantID == "" || p.Customers[0].Name == "" || p.User == "" || p.Password == "" {
			t.Error(p.line)
		}
		plain := len(args) > 0
		if strings.HasPrefix(p.Classic, "http://127.0.0.1:") != plain || (p.CACert == nil) != plain {
			t.Error(p.line)
		}
	}
}

func TestOneCustomer(t *testing.T) {
	t.Parallel()
	for _, kind := range [][]string{nil, {"--plain"}} {
		p, who := serve(t, append(kind, "--customers", "3", "--mailboxes", "30")...), somebody(t)
		domain := p.Customers[1].Domain
		got := who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "--columns", "Name,PrimarySmtpAddress").want(t, 0, "30 rows from "+domain+", read ")
		rows := lines(got.out)
		if len(rows) != 31 || rows[0] != "Name,PrimarySmtpAddress" {
			t.Errorf("%d lines, the first %q", len(rows), rows[0])
		}
		if s := p.stats(t); s.Created != 1 || s.Commands != 1 {
			t.Errorf("%+v", s)
		}
		if strings.Contains(got.err, "sent the session on") {
			t.Error("the usual redirect is told")
		}
		got = who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[1].TenantID, "--verbose", "-p", "ResultSize=1").want(t, 0)
		if told := strings.Contains(got.err, "The server sent the session on to https://127.0.0.1:"); told != (kind == nil) {
			t.Errorf("with --verbose, of the redirect: %v", told)
		}
		got = who.ask(t, p, "run", "get-mailbox", "--customer", domain, "--quiet", "-p", "ResultSize=1").want(t, 0)
		if got.err != "" {
			t.Errorf("--quiet says %q", got.err)
		}
	}
}

func TestManyCustomers(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "7", "--mailboxes", "4"), somebody(t)
	for i, c := range p.Customers {
		args := []string{"customers", "add", c.Domain, "--name", c.Name}
		if i < 2 {
			args = append(args, "--tag", "north")
		}
		if i == 2 {
			args = append(args, "--tag", "gold")
		}
		who.run(t, "", args...).want(t, 0)
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"--all"}, 7},
		{[]string{"--all", "--jobs", "50"}, 7},
		{[]string{"--tag", "north"}, 2},
		{[]string{"--tag", "north", "--tag", "GOLD", "--jobs", "1"}, 3},
		{[]string{"--tag", "north", "--customer", p.Customers[6].Domain}, 3},
		{[]string{"--customer", p.Customers[3].Name, "--customer", strings.ToUpper(p.Customers[3].Domain), "--customer", p.Customers[4].Domain}, 2},
	} {
		got := who.ask(t, p, append([]string{"run", "Get-Mailbox", "--columns", "Customer,Name"}, c.args...)...).want(t, 0)
		of := map[string]int{}
		if !slices.IsSortedFunc(lines(got.out)[1:], byCustomer) {
			t.Errorf("%v: the customers' rows are mixed", c.args)
		}
		for _, line := range lines(got.out)[1:] {
			domain, _, _ := strings.Cut(line, ",")
			of[domain]++
		}
		if len(of) != c.want {
			t.Errorf("%v asked %v", c.args, of)
		}
		for domain, rows := range of {
			if rows != 4 || !strings.Contains(got.err, "4 rows from "+domain+", read ") {
				t.Errorf("%v: %d rows of %s\n%s", c.args, rows, domain, got.err)
			}
		}
	}
	got := who.ask(t, p, "run", "Get-Mailbox", "--all", "-p", "ResultSize=Unlimited").want(t, 0)
	if !strings.HasPrefix(got.out, "Customer,") {
		t.Errorf("the first column over many is not Customer: %.40s", got.out)
	}
	who.ask(t, p, "run", "Get-Mailbox", "--tag", "south").want(t, 2, "No customer has the tag south.")
}

// byCustomer compares rows by their first cell.
func byCustomer(a, b string) int {
	a, _, _ = strings.Cut(a, ",")
	b, _, _ = strings.Cut(b, ",")
	return strings.Compare(a, b)
}

func TestSomeAnswerSomeDoNot(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "3"), somebody(t)
	domain := p.Customers[0].Domain
	got := who.ask(t, p, "run", "Get-Mailbox", "--customer", "stranger.example", "--customer", domain, "--columns", "Customer,Name").
		want(t, 3, "stranger.example: not asked: No access to stranger.example.", "3 rows from "+domain)
	if len(lines(got.out)) != 4 {
		t.Error(got.out)
	}
	for _, format := range []string{"csv", "json"} {
		got = who.ask(t, p, "run", "Get-Mailbox", "--customer", "stranger.example", "--format", format, "-o", "x."+format).want(t, 4, "No access to stranger.example.")
		if got.out != "" {
			t.Errorf("nobody answered, and the output is %q", got.out)
		}
		if _, err := os.Stat(filepath.Join(who.home, "x."+format)); err == nil {
			t.Error("nobody answered, and a file was written")
		}
	}
	if s := p.stats(t); s.AuthFailures != 0 || s.Refused != 3 {
		t.Errorf("%+v", s)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "1", "--mailboxes", "5"), somebody(t)
	domain := p.Customers[0].Domain
	ask := func(args ...string) string {
		return who.ask(t, p, append([]string{"run", "Get-Mailbox", "--customer", domain, "--columns", "Name,EmailAddresses,ProhibitSendQuota,WhenCreated,LitigationHoldEnabled"}, args...)...).want(t, 0).out
	}
	check := func(name string, rows []map[string]any) {
		t.Helper()
		if len(rows) != 5 {
			t.Fatalf("%s: %d rows", name, len(rows))
		}
		for _, r := range rows {
			size, sized := r["ProhibitSendQuota"].(float64)
			_, unlimited := r["ProhibitSendQuota"].(string)
			list, isList := r["EmailAddresses"].([]any)
			if _, flag := r["LitigationHoldEnabled"].(bool); !flag || !isList || len(list) == 0 || !unlimited && (!sized || size < 1<<20) {
				t.Errorf("%s: %v", name, r)
			}
		}
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(ask("--format", "json")), &rows); err != nil {
		t.Fatal(err)
	}
	check("json", rows)
	rows = nil
	for _, line := range lines(ask("--format", "jsonl")) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	check("jsonl", rows)
	cells, err := csv.NewReader(strings.NewReader(ask())).ReadAll()
	if err != nil || len(cells) != 6 || !strings.Contains(cells[1][3], "T") {
		t.Errorf("%v %v", err, cells)
	}
	if text := ask("--format", "table"); len(lines(text)) != 7 || !strings.HasPrefix(lines(text)[1], "---") {
		t.Error(text)
	}
	for _, name := range []string{"t.csv", "t.json", "t.jsonl"} {
		path := filepath.Join(who.home, name)
		if out := ask("-o", path); out != "" {
			t.Errorf("with -o, standard output has %q", out)
		}
		opened := who.run(t, "", "open", path, "--columns", "Name", "--sort", "Name").want(t, 0)
		if len(lines(opened.out)) != 6 {
			t.Errorf("%s opens as %q", name, opened.out)
		}
	}
	if out := ask("--format", "json", "-o", "t.txt"); out != "" {
		t.Error(out)
	}
	if text, err := os.ReadFile(filepath.Join(who.home, "t.txt")); err != nil || !json.Valid(text) {
		t.Errorf("--format does not go before the ending: %v", err)
	}
}

func TestShaping(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "m.csv"), []byte("Name,Team,Size,Seen\nanna,red,3 GB,2026-01-02\nbert,blue,10 GB,2024-05-06\ncarl,red,1 GB,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--columns", "Name", "--sort", "Size:desc"}, "Name bert anna carl"},
		{[]string{"--columns", "Name", "--where", "Size > 2GB"}, "Name anna bert"},
		{[]string{"--columns", "Name", "--where", "Size > 2GB", "--where", "Team = red"}, "Name anna"},
		{[]string{"--columns", "Name", "--where", "Seen empty"}, "Name carl"},
		{[]string{"--columns", "Name", "--where", "Seen !empty", "--where", "Name ~ er"}, "Name bert"},
		{[]string{"--columns", "Name", "--where", "Name ^ c"}, "Name carl"},
		{[]string{"--columns", "Name", "--where", "Name !~ a"}, "Name bert"},
		{[]string{"--columns", "Name", "--where", "Seen >= 2026-01-01"}, "Name anna"},
		{[]string{"--columns", "Name", "--find", "BER"}, "Name bert"},
		{[]string{"--columns", "Name", "--limit", "2"}, "Name anna bert"},
		{[]string{"--columns", "Team,Count", "--group", "Team"}, "Team,Count red,2 blue,1"},
		{[]string{"--columns", "Name", "--find", "nothing"}, "Name"},
	} {
		got := who.run(t, "", append([]string{"open", "m.csv", "--format", "csv"}, c.args...)...).want(t, 0)
		rows := lines(got.out)
		want := strings.Fields(c.want)
		if c.args[len(c.args)-2] != "--sort" {
			slices.Sort(rows[1:])
			slices.Sort(want[1:])
		}
		if !slices.Equal(rows, want) {
			t.Errorf("%v gives %q, want %q", c.args, rows, want)
		}
	}
	got := who.run(t, "", "open", "m.csv", "--group", "Team", "--sum", "Size", "--sort", "Team", "--format", "json").want(t, 0)
	if !strings.Contains(got.out, "4294967296") || !strings.Contains(got.out, "10737418240") {
		t.Error(got.out)
	}
	got = who.run(t, "", "open", "m.csv", "--group", "Team", "--avg", "Size", "--min", "Size,Seen", "--max", "Name", "--distinct", "Name", "--distinct", "Seen", "--format", "jsonl").want(t, 0)
	if want := []string{`{"Team":"blue","Count":1,"Average of Size":10737418240,"Min of Size":10737418240,"Min of Seen":"2024-05-06T00:00:00","Max of Name":"bert","Distinct Name":1,"Distinct Seen":1}`,
		`{"Team":"red","Count":2,"Average of Size":2147483648,"Min of Size":1073741824,"Min of Seen":"2026-01-02T00:00:00","Max of Name":"carl","Distinct Name":2,"Distinct Seen":1}`}; !slices.Equal(lines(got.out), want) {
		t.Error(got.out)
	}
	for said, args := range map[string][]string{
		"There is no column Sise. The table does not have it. Near it: Size.": {"--columns", "Sise"},
		"There is no column Nam.":         {"--where", "Nam = x"},
		"There is no column Tean.":        {"--sort", "Tean"},
		"--sum needs --group.":            {"--sum", "Size"},
		"--distinct needs --group.":       {"--distinct", "Size"},
		"There is no column Siz.":         {"--group", "Team", "--max", "Siz"},
		"Name cannot be added up.":        {"--group", "Team", "--avg", "Name"},
		"--limit takes a number":          {"--limit", "-1"},
		"Write it like Column:desc":       {"--sort", "Name:down"},
		"Size":                            {"--where", "Size > many"},
		"table, csv, json, jsonl":         {"--format", "docx"},
		"nowhere/x.csv cannot be written": {"-o", "nowhere/x.csv"},
		"x is no value for --limit":       {"--limit", "x"},
		"--format needs a value":          {"--format"},
		"Did you mean --columns?":         {"--column", "x"},
		"m.csv is one word too many":      {"m.csv"},
	} {
		got := who.run(t, "", append([]string{"open", "m.csv"}, args...)...).want(t, 2, said)
		if got.out != "" {
			t.Errorf("%v writes %q", args, got.out)
		}
	}
}

func TestNoRows(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "1", "--mailboxes", "3"), somebody(t)
	for _, c := range []struct{ format, columns, want string }{
		{"json", "", "[]\n"}, {"jsonl", "", ""}, {"csv", "Name,Size", "Name,Size\r\n"}, {"csv", "", ""}, {"table", "", ""},
	} {
		args := []string{"run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "-p", "Anr=nobodyatall", "--format", c.format}
		if c.columns != "" {
			args = append(args, "--columns", c.columns)
		}
		if got := who.ask(t, p, args...).want(t, 0, "0 rows from "); got.out != c.want {
			t.Errorf("%s: %q", c.format, got.out)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "10"), somebody(t)
	domain := p.Customers[0].Domain
	set := func(args ...string) ended {
		return who.ask(t, p, append([]string{"run", "Set-Mailbox", "--customer", domain, "-p", "Identity=admin"}, args...)...)
	}
	value := func() string {
		got := who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "Identity=admin", "--columns", "CustomAttribute1").want(t, 0)
		return strings.Trim(lines(got.out)[1], `"`)
	}
	set("-p", "CustomAttribute1=one").want(t, 2, "Set-Mailbox changes something and nobody could be asked.", "Nothing was sent.")
	set("-p", "CustomAttribute1=one", "--yes", "--whatif").want(t, 2, "--yes and --whatif do not go together.")
	if s := p.stats(t); s.Created != 0 {
		t.Errorf("something was sent: %+v", s)
	}
	set("-p", "CustomAttribute1=one", "--whatif").want(t, 0, "What if: Setting mailbox", "nothing was changed")
	if v := value(); v != "" {
		t.Errorf("--whatif changed it to %q", v)
	}
	set("-p", "CustomAttribute1=one", "--yes").want(t, 0, "Set-Mailbox is done at "+domain)
	if v := value(); v != "one" {
		t.Errorf("it is %q", v)
	}
	set("-p", "CustomAttribute1=$null", "--yes").want(t, 0)
	if v := value(); v != "" {
		t.Errorf("it is %q after it was emptied", v)
	}
	who.ask(t, p, "run", "Set-Mailbox", "--customer", domain, "-p", "Identity=nobody", "-p", "CustomAttribute1=x", "--yes").want(t, 1, domain+": nobody was not found.")
	before := p.stats(t).Created
	for _, identity := range []string{"Identity=", "Identity= ", "Identity=@empty.txt"} {
		if err := os.WriteFile(filepath.Join(who.home, "empty.txt"), []byte("\ufeff\r\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		who.ask(t, p, "run", "Set-Mailbox", "--customer", domain, "-p", identity, "-p", "CustomAttribute1=x", "--yes").want(t, 2, "Identity has no value.")
		who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", identity).want(t, 2, "Identity has no value.")
	}
	who.ask(t, p, "run", "Set-Mailbox", "--customer", domain, "-p", "CustomAttribute1=x", "--yes").want(t, 2)
	if now := p.stats(t).Created; now != before {
		t.Error("something was sent without an object")
	}
}

func TestParametersFromAFile(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "1", "--mailboxes", "10"), somebody(t)
	domain := p.Customers[0].Domain
	utf16 := []byte{0xff, 0xfe}
	for _, r := range "admin\r\n" {
		utf16 = append(utf16, byte(r), 0)
	}
	for _, text := range [][]byte{[]byte("admin"), []byte("\ufeffadmin\r\n"), utf16} {
		if err := os.WriteFile(filepath.Join(who.home, "who.txt"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		got := who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "Identity=@who.txt", "--columns", "Alias").want(t, 0)
		if got.out != "Alias\r\nadmin\r\n" {
			t.Errorf("%q gives %q", text, got.out)
		}
	}
	if err := os.WriteFile(filepath.Join(who.home, "kinds.txt"), []byte("UserMailbox\nSharedMailbox\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fromFile := who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "RecipientTypeDetails=@kinds.txt", "--columns", "Name").want(t, 0)
	repeated := who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "RecipientTypeDetails=UserMailbox", "-p", "RecipientTypeDetails=SharedMailbox", "--columns", "Name").want(t, 0)
	if fromFile.out != repeated.out || len(lines(fromFile.out)) < 2 {
		t.Errorf("%q and %q", fromFile.out, repeated.out)
	}
	who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "Identity=@nowhere.txt").want(t, 2, "This file could not be opened: nowhere.txt.")
}

func TestImportFetchesTheCmdletsFirst(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "2"), somebody(t)
	args := []string{"run", "Get-Mailbox", "--import", "--customer", p.Customers[0].Domain, "--columns", "Name"}
	got := who.ask(t, p, args...).want(t, 0, " cmdlets fetched.", "2 rows from ")
	if len(lines(got.out)) != 3 || p.stats(t).Commands != 2 || p.stats(t).Created != 1 {
		t.Errorf("%q %+v", got.out, p.stats(t))
	}
	who.ask(t, p, append(args, "--customer", "stranger.example")...).want(t, 3, " cmdlets fetched.")
	who.ask(t, p, "run", "Get-Mailbox", "--import", "--customer", "stranger.example").want(t, 4, "No access to stranger.example.")
	who.ask(t, p, "cmdlets", "mailbox", "--customer", p.Customers[0].Domain, "--columns", "Name").want(t, 0)
	shown := who.ask(t, p, "cmdlets", "show", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--columns", "Name").want(t, 0)
	if !slices.Contains(lines(shown.out), "Identity") {
		t.Error(shown.out)
	}
}

// An address may have a query of its own, and may itself say whose organisation it leads to.
func TestAddressesWithAQuery(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "2"), somebody(t)
	ask := func(query string, args ...string) ended {
		at := p.at()
		at[1] += query
		return who.run(t, p.Password, append(append([]string{"run", "Get-AcceptedDomain", "--columns", "Name"}, args...), at...)...)
	}
	first, second := p.Customers[0].Domain, p.Customers[1].Domain
	for _, c := range []struct {
		query string
		args  []string
		from  string
	}{
		{"?DelegatedOrg=" + first, nil, first},
		{"?delegatedorg=" + first + ";PSVersion=5.1", nil, first},
		{"?DelegatedOrg=" + first, []string{"--customer", second}, second},
		{"?SerializationLevel=Full", []string{"--customer", second}, second},
	} {
		got := ask(c.query, c.args...).want(t, 0, "rows from "+c.from+", read ")
		if !slices.Contains(lines(got.out), c.from) {
			t.Errorf("%s %v answered %q", c.query, c.args, got.out)
		}
	}
}
