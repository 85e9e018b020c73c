package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/signin"
)

func TestCustomers(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	who.run(t, "", "customers", "list").want(t, 0, "There are no customers on the list yet.")
	who.run(t, "", "customers", "add", "Contoso.example", "--name", "Contoso", "--tag", "north", "--note", "first").want(t, 0, "Contoso (contoso.example) is on the list.")
	who.run(t, "", "customers", "add", "contoso.example").want(t, 2, "contoso.example is in the list already.")
	who.run(t, "", "customers", "add", "no domain").want(t, 2, "This is not a domain name.")
	who.run(t, "", "customers", "tag", "contoso", "gold", "east").want(t, 0, "Tags of Contoso: ", "gold")
	who.run(t, "", "customers", "tag", "contoso", "east", "--remove").want(t, 0)
	got := who.run(t, "", "customers", "list", "--tag", "gold", "--format", "jsonl").want(t, 0)
	if !strings.Contains(got.out, `"Domain":"contoso.example"`) || !strings.Contains(got.out, `["gold","north"]`) && !strings.Contains(got.out, `["north","gold"]`) {
		t.Error(got.out)
	}
	file := filepath.Join(who.home, "c.csv")
	if err := os.WriteFile(file, []byte("Name,Domain\nFabrikam,fabrikam.example\nContoso,contoso.example\nBad,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	who.run(t, "", "customers", "import", file).want(t, 3, "1 customer added.", "1 customer was on the list already.", "Line 4: ")
	got = who.run(t, "", "customers", "list", "--columns", "Name", "--sort", "Name:desc").want(t, 0)
	if !slices.Equal(lines(got.out), []string{"Name", "Fabrikam", "Contoso"}) {
		t.Error(got.out)
	}
	who.run(t, "", "customers", "remove", "contoso", "fabrikam.example").want(t, 0, "2 customers are no longer on the list")
	who.run(t, "", "customers", "remove", "contoso").want(t, 2, "contoso is not in the list.")
	who.run(t, "", "customers", "import", "none.csv").want(t, 2, "This file could not be opened")
	if err := os.WriteFile(file, []byte("Name,Domain\nBad,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	who.run(t, "", "customers", "import", file).want(t, 1, "0 customers added.")
}

func TestCmdletsAreFoundByEverydayWords(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	got := who.run(t, "", "cmdlets", "forwarding", "--columns", "Name").want(t, 0)
	if !slices.Contains(lines(got.out), "Set-Mailbox") {
		t.Error(got.out)
	}
	got = who.run(t, "", "cmdlets", "show", "get-mailbox", "--columns", "Name", "--where", "Type ~ Unlimited").want(t, 0)
	if !slices.Contains(lines(got.out), "ResultSize") {
		t.Error(got.out)
	}
	if got := who.run(t, "", "cmdlets", "zzzz", "--format", "json").want(t, 0); got.out != "[]\n" {
		t.Error(got.out)
	}
}

// A saved connection is shared with the window.
func TestAProfile(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "3", "--mailboxes", "2"), somebody(t)
	for _, c := range p.Customers {
		who.run(t, "", "customers", "add", c.Domain).want(t, 0)
	}
	profiles := signin.OpenProfiles(signin.Folders{Config: filepath.Join(who.home, "tenantry", "config")}.Profiles())
	if err := profiles.Save(signin.Profile{
		Name: "work", Connection: exchange.Classic, URL: p.Classic, User: p.User, CAFile: *p.CACert,
		Customers: []exchange.CustomerID{exchange.CustomerID(p.Customers[1].Domain)},
	}); err != nil {
		t.Fatal(err)
	}
	got := who.run(t, p.Password, "run", "Get-Mailbox", "--profile", "WORK", "--password-stdin", "--all", "--columns", "Name").want(t, 0, "2 rows from "+p.Customers[1].Domain)
	if len(lines(got.out)) != 3 {
		t.Error(got.out)
	}
	if saved, err := profiles.Get("work"); err != nil || saved.Used.IsZero() {
		t.Errorf("that it was used is not noted: %+v %v", saved, err)
	}
	who.run(t, "", "run", "Get-Mailbox").want(t, 2, "Saved: work.")
}

func TestDutch(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	who.lang = "nl_NL.UTF-8"
	who.run(t, "", "run", "Get-Mailbox", "--sample", "--customer", "contoso.example", "-p", "ResultSize=2", "--columns", "Name").
		want(t, 0, "2 rijen van contoso.example, gelezen om ")
	who.run(t, "", "run", "Get-Mailbox", "--sample", "--customer", "vreemd.example").want(t, 4, "vreemd.example: niet bevraagd: ")
	who.run(t, "", "run").want(t, 2, "Er ontbreekt iets na tenantry-cli run. Nodig is de naam van een cmdlet.")
	who.run(t, "", "run", "Get-Mailbox").want(t, 2, "Er is geen verbinding gekozen.")
	who.run(t, "", "customers", "list").want(t, 0, "Er staan nog geen klanten op de lijst.")
}

// commands are all commands, found by their help as a person would.
func commands(t *testing.T, who *person, of ...string) [][]string {
	t.Helper()
	all := [][]string{of}
	help := who.run(t, "", append(slices.Clone(of), "--help")...).want(t, 0)
	_, list, ok := strings.Cut(help.out, "Available Commands:\n")
	if !ok {
		return all
	}
	for _, line := range lines(list) {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		all = append(all, commands(t, who, append(slices.Clone(of), strings.Fields(line)[0])...)...)
	}
	return all
}

func TestEveryHelpHasAnExampleThatWorks(t *testing.T) {
	t.Parallel()
	all := commands(t, somebody(t))
	var names []string
	for _, c := range all {
		names = append(names, strings.Join(c, " "))
		who := somebody(t)
		help := who.run(t, "", append(slices.Clone(c), "--help")...).want(t, 0)
		_, examples, ok := strings.Cut(help.out, "Examples:\n")
		if !ok {
			t.Errorf("%v has no example", c)
			continue
		}
		examples, _, _ = strings.Cut(examples, "\n\nFlags:")
		examples, _, _ = strings.Cut(examples, "\n\nAvailable Commands:")
		for _, line := range lines(strings.ReplaceAll(examples, "\\\n", " ")) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "tenantry-cli ") || strings.Contains(line, "--url") || strings.Contains(line, "--profile") ||
				strings.Contains(line, " serve") || strings.Contains(line, " preflight") || strings.Contains(line, "|") {
				continue // needs an account or the network, or does not end, or is two programs
			}
			who := prepared(t, line)
			got := who.run(t, "", words(line)[1:]...)
			if got.status != 0 || got.out == "" && !strings.HasPrefix(line, "tenantry-cli customers ") && !strings.Contains(line, " -o ") {
				t.Errorf("%s\nends with %d\n%s", line, got.status, got.err)
			}
		}
	}
	slices.Sort(names)
	want := []string{"", "cmdlets", "cmdlets show", "compare", "completion", "completion bash", "completion fish", "completion powershell", "completion zsh",
		"customers", "customers add", "customers import", "customers list", "customers remove", "customers tag",
		"help", "open", "preflight", "run", "sample", "sample faults", "sample serve", "sessions", "sessions clean", "sessions list", "support-bundle", "version"}
	if !slices.Equal(names, want) {
		t.Errorf("the commands are %q", names)
	}
}

// prepared is somebody who has what the examples speak of.
func prepared(t *testing.T, example string) *person {
	t.Helper()
	who := somebody(t)
	if !strings.Contains(example, "customers add") {
		who.run(t, "", "customers", "add", "contoso.onmicrosoft.com").want(t, 0)
	}
	for name, text := range map[string]string{
		"customers.csv": "fabrikam.example\n",
		"mailboxes.csv": "TotalItemSize,Name\n50 GB,anna\n1 GB,bert\n",
		"january.csv":   "PrimarySmtpAddress,ProhibitSendQuota\nanna@contoso.example,50 GB\n",
		"february.csv":  "PrimarySmtpAddress,ProhibitSendQuota\nanna@contoso.example,100 GB\n",
		"mailboxes.xml": `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><MS><S N="RecipientTypeDetails">UserMailbox</S></MS></Obj></Objs>`,
	} {
		if err := os.WriteFile(filepath.Join(who.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return who
}

// words splits a line as a shell does, as far as the examples need it.
func words(line string) (list []string) {
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		list = append(list, m[1]+m[2])
	}
	return list
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	for shell, has := range map[string]string{"bash": "complete -o default", "zsh": "#compdef tenantry-cli", "fish": "complete -c tenantry-cli", "powershell": "Register-ArgumentCompleter"} {
		got := who.run(t, "", "completion", shell).want(t, 0)
		if !strings.Contains(got.out, has) {
			t.Errorf("%s: no %q", shell, has)
		}
		if path, err := exec.LookPath(shell); err == nil && shell == "bash" {
			check := exec.Command(path, "-n")
			check.Stdin = strings.NewReader(got.out)
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%v %s", err, out)
			}
		}
	}
	who.run(t, "", "customers", "add", "contoso.example", "--tag", "north").want(t, 0)
	for _, c := range []struct {
		typed []string
		want  string
	}{
		{[]string{"run", "get-mailboxst"}, "Get-MailboxStatistics"},
		{[]string{"run", "Get-Mailbox", "-p", ""}, "ResultSize="},
		{[]string{"run", "Get-Mailbox", "--customer", ""}, "contoso.example"},
		{[]string{"run", "Get-Mailbox", "--tag", ""}, "north"},
		{[]string{"run", "Get-Mailbox", "--format", ""}, "jsonl"},
		{[]string{"customers", "remove", ""}, "contoso.example"},
		{[]string{"custom"}, "customers"},
	} {
		got := who.run(t, "", append([]string{"__complete"}, c.typed...)...)
		if !strings.Contains("\n"+got.out, "\n"+c.want) {
			t.Errorf("%q completes to %q", c.typed, got.out)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := somebody(t).run(t, "", "version").want(t, 0); !regexp.MustCompile(`^tenantry-cli \d+\.\d+\.\d+ \(go`).MatchString(got.out) {
		t.Error(got.out)
	}
}

// The golden files are what a person sees. TENANTRY_UPDATE=1 writes them anew; read them before keeping them.
func TestGolden(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	golden := func(name string, got ended) {
		t.Helper()
		text := "exit status " + string(rune('0'+got.status)) + "\n"
		if got.err != "" {
			text += "--- standard error\n" + got.err
		}
		if got.out != "" {
			text += "--- standard output\n" + got.out
		}
		text = regexp.MustCompile(`\d+:\d\d [AP]M`).ReplaceAllString(text, "12:34 PM")
		path := filepath.Join("testdata", "golden", name+".txt")
		if os.Getenv("TENANTRY_UPDATE") == "1" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ReplaceAll(string(want), "\r\n", "\n") != strings.ReplaceAll(text, "\r\n", "\n") {
			t.Errorf("%s is now\n%s", path, text)
		}
	}
	for _, c := range commands(t, who) {
		name := strings.Join(append([]string{"help"}, c...), "-")
		if !strings.HasPrefix(name, "help-completion-") { // cobra's own text
			golden(name, who.run(t, "", append(slices.Clone(c), "--help")...))
		}
	}
	sample := func(args ...string) ended {
		return who.run(t, "", append([]string{"run", args[0], "--sample", "--format", "table"}, args[1:]...)...)
	}
	golden("table", sample("Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSize=6", "--columns", "DisplayName,PrimarySmtpAddress,RecipientTypeDetails,ProhibitSendQuota,LitigationHoldEnabled"))
	golden("table-grouped", sample("Get-Mailbox", "--customer", "litware.example", "--group", "RecipientTypeDetails"))
	golden("table-some", sample("Get-AcceptedDomain", "--jobs", "1", "--customer", "contoso.example", "--customer", "stranger.example", "--columns", "Customer,DomainName,Default", "--where", "Default = true"))
	golden("unknown-cmdlet", sample("Get-Mailbx", "--customer", "contoso.example"))
	golden("unknown-column", sample("Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSize=1", "--sort", "Nmae"))
	golden("unknown-parameter", sample("Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSiz=1"))
	golden("not-found", sample("Get-Mailbox", "--customer", "contoso.example", "-p", "Identity=qqq"))
	golden("whatif", sample("Set-Mailbox", "--customer", "contoso.example", "-p", "Identity=admin", "-p", "CustomAttribute1=x", "--whatif"))
	golden("needs-yes", sample("Set-Mailbox", "--customer", "contoso.example", "-p", "Identity=admin", "-p", "CustomAttribute1=x"))
	golden("no-connection", who.run(t, "", "run", "Get-Mailbox", "--customer", "contoso.example"))
	golden("no-customer", sample("Get-Mailbox"))
	golden("not-reachable", who.run(t, "secret", "run", "Get-Mailbox", "--url", "https://127.0.0.1:1/powershell", "--user", "anna", "--password-stdin", "--customer", "a.example", "--customer", "b.example", "--customer", "c.example", "--jobs", "1"))
}
