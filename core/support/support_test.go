package support

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/language"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/signin"
	"tenantry/core/wording"
)

// planted are what must not be in any byte of a bundle, wherever it stood.
var planted = []string{
	"Umbrella Hospital", "umbrella", "hospital", "umbrella-hospital.example", "umbrellahosp.onmicrosoft.com", "Zorggroep", "zorggroep-twente.example",
	"Vanderveen", "Northwind", "northwind.example", "mail.northwind.example", "proxy7.northwind.example", "m.vanderveen", "NORTHWIND",
	"Tr0ub4dor", "hunter2", "eyJhbGciOiJIUzI1NiJ9.payload.signature", "abcdefghijklmnop0123456789ABCDEF",
	"6f9619ff-8b86-d011-b42d-00c04fc964ff", "0a1b2c3d-1111-2222-3333-444455556666", "203.0.113.77", "10.20.30.40", "2001:db8::77", "fe80::1234",
	"patient@umbrella-hospital.example", "someone@elsewhere.example", "FS01", "PC-VANDERVEEN", "S-1-5-21-3623811015-3361044348-30300820-1013",
	"S3cret Projekt", "projekt", "Jansen", "jansen", "UK-LONDON-14", "Enschede",
}

const token = "eyJhbGciOiJIUzI1NiJ9.payload.signature"

// full is a computer on which every place that text can come from holds something that must not leave it.
func full(t *testing.T) Source {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	log, err := journal.Open(ctx, filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	run := journal.Run{
		ID: "6f9619ff-8b86-d011-b42d-00c04fc964ff", Program: "window", Account: "m.vanderveen@northwind.example",
		URL: "https://mail.northwind.example/PowerShell?DelegatedOrg=umbrella-hospital.example", Connection: exchange.Classic, Cmdlet: "Get-Mailbox",
		Params:  []journal.Param{{Name: "Identity", Value: "patient@umbrella-hospital.example"}, {Name: "ResultSize", Value: "Unlimited"}, {Name: "Vanderveen", Value: "hunter2"}},
		Started: at, Customers: []journal.RunCustomer{{Customer: "umbrella-hospital.example"}, {Customer: "zorggroep-twente.example"}, {Customer: "elsewhere.example"}},
	}
	must(t, log.RunStarted(ctx, run))
	must(t, log.CustomerEnded(ctx, run.ID, journal.RunCustomer{Customer: "umbrella-hospital.example", Outcome: journal.Answered, Rows: 12, Ended: at.Add(time.Second)}))
	must(t, log.CustomerEnded(ctx, run.ID, journal.RunCustomer{Customer: "zorggroep-twente.example", Outcome: journal.Failed, Code: exchange.CodeTimeout, Ended: at.Add(time.Second)}))
	must(t, log.CustomerEnded(ctx, run.ID, journal.RunCustomer{Customer: "elsewhere.example", Outcome: journal.Failed, Code: exchange.CodeTimeout, Ended: at.Add(time.Second)}))
	must(t, log.RunEnded(ctx, run.ID, journal.Partly, 12, at.Add(1500*time.Millisecond)))
	run.ID, run.Cmdlet, run.Program, run.Params, run.Customers = "2", "Get-UmbrellaThing", "Vanderveen", nil, []journal.RunCustomer{{Customer: "x.example", Code: ""}}
	must(t, log.RunStarted(ctx, run))
	must(t, log.ShellOpening(ctx, journal.Shell{ID: "0a1b2c3d-1111-2222-3333-444455556666", URL: "https://mail.northwind.example/PowerShell", User: "m.vanderveen@northwind.example", Customer: "umbrella-hospital.example"}))
	must(t, log.Repaired(ctx, journal.Repair{At: at, Program: "command line", Computer: "PC-VANDERVEEN", Fix: "execution-policy-user", Change: `HKU\S-1-5-21-3623811015-3361044348-30300820-1013\SOFTWARE: Jansen -> hunter2`}))
	must(t, log.Repaired(ctx, journal.Repair{At: at, Program: "command line", Fix: "Jansen", Code: "umbrella.code"}))

	list := customers.Open(filepath.Join(dir, "customers.json"), language.Und)
	must(t, os.WriteFile(filepath.Join(dir, "customers.json"), []byte(`{"version":1,"customers":[
		{"domain":"umbrella-hospital.example","name":"Umbrella Hospital","tenantId":"6f9619ff-8b86-d011-b42d-00c04fc964ff","otherDomains":["umbrellahosp.onmicrosoft.com"],"tags":["S3cret Projekt"],"note":"call Jansen, hunter2"},
		{"domain":"zorggroep-twente.example","name":"Zorggroep Twente"}]}`), 0o600))
	saved := signin.OpenProfiles(filepath.Join(dir, "connections.json"))
	must(t, saved.Save(signin.Profile{Name: "Umbrella at Northwind", Connection: exchange.Classic, URL: "https://mail.northwind.example/PowerShell", User: `NORTHWIND\m.vanderveen`,
		CAFile: `\\FS01\users\jansen\ca.pem`, Proxy: "http://proxy7.northwind.example:8080", ProxyUser: "Jansen", Remember: true, Customers: []exchange.CustomerID{"umbrellahosp.onmicrosoft.com"}}))
	must(t, saved.Save(signin.Profile{Name: "work", Connection: exchange.Classic, User: "jansen@northwind.example"}))

	problem := &exchange.Problem{
		Code: exchange.CodeServerFault, Doing: "open shell at mail.northwind.example", Retry: exchange.RetryNow,
		Args: map[string]string{"host": "mail.northwind.example", "user": "m.vanderveen@northwind.example", "customer": "umbrella-hospital.example",
			"text": "Dear Jansen, your password Tr0ub4dor is wrong", "fault": "2150858843", "object": "Umbrella", "Jansen": "x"},
		Details: map[string]string{"Server said": "hunter2 " + token, "Request id": "0a1b2c3d-1111-2222-3333-444455556666", "Customer": "umbrella-hospital.example",
			"Account": "m.vanderveen@northwind.example", "Last front end": "UK-LONDON-14", "Time": "2026-11-30T12:00:00Z", "Jansen": "Vanderveen",
			"stack":  "goroutine 1 [running]:\ntenantry/core/jobs.(*Runner).run(0xc000123456, {0x1, 0x2})\n\t/home/jansen/src/jobs.go:12 +0x1\npanic(hunter2)\n",
			"Status": "500", "X-Token": "abcdefghijklmnop0123456789ABCDEF"},
		Cause: fmt.Errorf("reading for umbrella: %w", &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 77), Port: 443},
			Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}),
	}
	findings := []preflight.Finding{
		{Check: "network:mail.northwind.example:443", Status: preflight.Fail, Code: exchange.CodeUntrusted, Args: map[string]string{"host": "mail.northwind.example", "why": "expired"}, Took: 120 * time.Millisecond,
			Steps: []preflight.Step{{Name: preflight.StepName, OK: true, Took: time.Millisecond, Text: "203.0.113.77, 2001:db8::77"}, {Name: preflight.StepTLS, Text: "TLS 1.3"}},
			Facts: []preflight.Fact{{Name: "Subject", Text: "CN=mail.northwind.example, O=Umbrella Hospital, L=Enschede Zorggroep"}, {Name: "Expires", Text: "2026-12-31T23:59:59Z"},
				{Name: "Address", Text: "[fe80::1234%eth0]:443 via 10.20.30.40"}, {Name: "Cause", Text: "hunter2"}},
			Cause: errors.New("certificate of Jansen has expired: " + token)},
		{Check: preflight.CheckPolicy, Status: preflight.Warn, Code: preflight.CodeUnread, Args: map[string]string{"what": `HKU\S-1-5-21-3623811015-3361044348-30300820-1013`},
			Facts: []preflight.Fact{{Name: `HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy`, Text: "Restricted"}, {Name: `HKLM\SOFTWARE\Jansen`, Text: "abcdefghijklmnop0123456789ABCDEF"}},
			Fixes: []preflight.Fix{{ID: preflight.FixPolicyUser}}},
		{Check: "network:outlook.office365.com:443", Status: preflight.Pass, Code: preflight.CodeServiceOpen, Args: map[string]string{"host": "outlook.office365.com"}},
		{Check: preflight.CheckDisk, Status: preflight.Pass, Code: preflight.CodeDiskFine, Args: map[string]string{"path": "/home/jansen", "free": "48318382080"}},
		{Check: "Jansen", Status: "hunter2", Code: "umbrella.code", Because: "network:proxy7.northwind.example:8080"},
		{Check: preflight.CheckFolder, Status: preflight.Pass, Code: preflight.CodeNotRepaired, Args: map[string]string{"path": `C:\Users\jansen\AppData`, "what": "/home/jansen/.config/tenantry"}},
	}
	return Source{
		Words: wording.For("en"), Now: func() time.Time { return at },
		System: func(context.Context) (preflight.System, error) {
			return preflight.System{Family: preflight.Windows, Name: "Windows 11 Pro of Jansen", Major: 10, Build: 26100, Release: "24H2", Arch: "amd64"}, nil
		},
		Findings: func(context.Context) []preflight.Finding { return findings },
		Log:      log, Problem: problem, Profiles: saved.List, Customers: list.List,
		Here: Names{Hosts: []string{"PC-VANDERVEEN"}, Accounts: []string{"jansen"}},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingOfAnybodyIsInTheBundle(t *testing.T) {
	for _, lang := range wording.Languages() {
		s := full(t)
		s.Words = wording.For(lang)
		b, err := Make(t.Context(), s)
		must(t, err)
		path := filepath.Join(t.TempDir(), FileName)
		must(t, export.WriteFile(path, b.WriteZip))
		shown := b.Preview()
		for name, data := range unzipped(t, path) {
			text := strings.ToLower(string(data))
			for _, p := range planted {
				if strings.Contains(text, strings.ToLower(p)) {
					t.Errorf("%s: %s holds %q:\n%s", lang, name, p, around(text, strings.ToLower(p)))
				}
			}
			if !bytes.Contains(shown, data) || len(data) == 0 {
				t.Errorf("%s: %s was not shown before it was saved", lang, name)
			}
		}
	}
}

// What helps must still be in it.
func TestWhatHelpsIsInTheBundle(t *testing.T) {
	b, err := Make(t.Context(), full(t))
	must(t, err)
	text := string(b.Files()[0].Data)
	for _, want := range []string{
		"Tenantry ", "Windows 11 Pro of account-", "10.0.26100", "24H2",
		"2 customers on the list", "Connection 1, classic, host-", "ps.outlook.com", "proxy manual host-", "basic",
		"(server.fault)", "Request id: id-", "Status: 500", "Time: 2026-11-30T12:00:00Z", "tenantry/core/jobs.(*Runner).run",
		"net.OpError dial tcp", "os.SyscallError connect", "connection refused",
		"fail  network:host-", ":443: The server could not prove who it is (connect.untrusted), 120 ms", "TLS 1.3", "Expires: 2026-12-31T23:59:59Z",
		`HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy: Restricted`,
		"pass  network:outlook.office365.com:443",
		"There is room on the disk: 45 GB", "1 in use, 0 left open, 0 of other computers",
		"2026-11-30T12:00:00Z, Get-Mailbox, partly, 12 rows, 1500 ms, window, classic, host-", "Identity ResultSize text-",
		"1 x answered, 12 rows", "2 x failed, connect.timeout, 0 rows",
		"execution-policy-user, command line, another computer",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	var read content
	if err := json.Unmarshal(b.Files()[1].Data, &read); err != nil || len(read.Runs) != 2 || read.Problem.Code != "server.fault" || len(read.Findings) != 6 {
		t.Errorf("report.json: %v %+v", err, read)
	}
	// The same thing has the same placeholder everywhere.
	if host := read.Settings.Connections[1].Host; host == "" || read.Findings[0].Check != "network:"+host+":443" && read.Findings[0].Check != "network:"+read.Settings.Connections[0].Host+":443" {
		t.Errorf("the server is %q in the check and %+v in the settings", read.Findings[0].Check, read.Settings.Connections)
	}
}

func TestABundleIsMadeAlsoWhereNothingCanBeRead(t *testing.T) {
	broken := &exchange.Problem{Code: journal.CodeDamaged, Args: map[string]string{"path": "/home/jansen/journal.db"}}
	b, err := Make(t.Context(), Source{
		System:    func(context.Context) (preflight.System, error) { return preflight.System{}, errors.New("hunter2") },
		Customers: func() ([]customers.Customer, error) { return nil, broken },
		Profiles:  func() ([]signin.Profile, error) { return nil, broken },
		Log:       brokenLog{broken},
	})
	must(t, err)
	text := string(b.Preview())
	if !strings.Contains(text, "runs: The journal is damaged (journal.damaged)") || strings.Contains(text, "jansen") || strings.Contains(text, "hunter2") {
		t.Errorf("got\n%s", text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Make(ctx, full(t)); exchange.CodeOf(err) != exchange.CodeCancelled {
		t.Errorf("stopped: %v", err)
	}
	if _, err := Make(t.Context(), Source{}); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

type brokenLog struct{ err error }

func (l brokenLog) Runs(context.Context, int) ([]journal.Run, error)       { return nil, l.err }
func (l brokenLog) Repairs(context.Context, int) ([]journal.Repair, error) { return nil, l.err }
func (l brokenLog) OpenShells(context.Context) ([]journal.OpenShell, error) {
	return nil, l.err
}

// Names of this very computer and its user are known without anybody saying them.
func TestThisComputerIsKnown(t *testing.T) {
	t.Setenv("USERNAME", "q.zwartkruis")
	n := ThisComputer(signin.Folders{Config: "/srv/zwart/config"})
	got := NewRedactor(n).Text("q.zwartkruis saved /srv/zwart/config")
	if strings.Contains(got, "zwart") {
		t.Errorf("got %q", got)
	}
	if host, err := os.Hostname(); err == nil && !strings.Contains(strings.Join(n.Hosts, " "), host) {
		t.Errorf("hosts: %v", n.Hosts)
	}
}

func unzipped(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	must(t, err)
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		data, err := io.ReadAll(r)
		must(t, err)
		must(t, r.Close())
		files[f.Name] = data
	}
	if len(files) != 2 {
		t.Errorf("files: %d", len(files))
	}
	return files
}

func around(text, part string) string {
	at := strings.Index(text, part)
	return text[max(0, at-80):min(len(text), at+len(part)+80)]
}
