package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// valve is a wire to a partner that counts what the partner answers, tells when so many bytes have passed,
// and holds the rest back until it is opened.
type valve struct {
	address string
	most    atomic.Int64
	reached chan struct{}
	open    chan struct{}
}

func holdAfter(t *testing.T, p *partner, bytes int64) *valve {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(p.Classic)
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{reached: make(chan struct{}), open: make(chan struct{})}
	v.most.Store(bytes)
	there := at.Host
	at.Host = listener.Addr().String()
	v.address = at.String()
	var passed atomic.Int64
	var once sync.Once
	var wires sync.WaitGroup
	wires.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", there)
			if err != nil {
				client.Close()
				continue
			}
			wires.Go(func() { // ends when the client leaves
				_, _ = io.Copy(server, client)
				server.Close()
			})
			wires.Go(func() {
				defer client.Close()
				buf := make([]byte, 16<<10)
				for {
					n, err := server.Read(buf)
					if passed.Add(int64(n)) >= v.most.Load() {
						once.Do(func() { close(v.reached) })
						<-v.open
					}
					if _, broken := client.Write(buf[:n]); err != nil || broken != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		v.release()
		listener.Close()
		wires.Wait()
	})
	return v
}

func (v *valve) release() {
	select {
	case <-v.open:
	default:
		close(v.open)
	}
}

// started is a process under way.
type started struct {
	cmd *exec.Cmd
	out bytes.Buffer
	err heard
}

func (p *person) start(t *testing.T, stdin string, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	s := &started{cmd: p.command(ctx, args...)}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = strings.NewReader(stdin), &s.out, &s.err
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *started) wait(t *testing.T) ended {
	t.Helper()
	err := s.cmd.Wait()
	return ended{s.out.String(), s.err.String(), statusOf(t, err)}
}

func noSignals(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send this signal to another on Windows")
	}
}

func TestCancelled(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p := serve(t, "--plain") // contoso.example has 20,000 mailboxes
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		who, wire := somebody(t), holdAfter(t, p, 2<<20)
		at := p.at()
		at[1] = wire.address
		run := who.start(t, p.Password, append([]string{"run", "Get-Mailbox", "--customer", "contoso.example",
			"--customer", "litware.example", "--jobs", "1", "-p", "ResultSize=Unlimited", "--columns", "Customer,Name", "-o", "rows.csv"}, at...)...)
		<-wire.reached
		if err := run.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		wire.release()
		run.wait(t).want(t, 130, "contoso.example: stopped. ", "Not asked, because the run was stopped: litware.example.")
		text, err := os.ReadFile(filepath.Join(who.home, "rows.csv"))
		if err != nil {
			t.Fatal(err)
		}
		if rows := len(lines(string(text))) - 1; rows < 1 || rows >= 20000 {
			t.Errorf("after %v %d rows are written", signal, rows)
		}
		p.until(t, func(s stats) bool { return s.OpenShells == 0 })
		if left := who.run(t, "", "sessions", "list", "--format", "json").want(t, 0); left.out != "[]\n" {
			t.Errorf("after %v sessions are noted as open: %s", signal, left.out)
		}
	}
}

// Also while a session is being opened, or the cmdlets are fetched, it ends soon and leaves nothing open.
func TestCancelledBeforeTheFirstRow(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p := serve(t, "--plain", "--customers", "1", "--mailboxes", "5000") // enough to be still busy when the signal is there
	for passed, args := range map[int64][]string{1: nil, 60 << 10: {"--import"}} {
		who, wire := somebody(t), holdAfter(t, p, passed)
		at := p.at()
		at[1] = wire.address
		run := who.start(t, p.Password, append(append([]string{"run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "-p", "ResultSize=Unlimited"}, args...), at...)...)
		<-wire.reached
		if err := run.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		wire.release()
		run.wait(t).want(t, 130)
		p.until(t, func(s stats) bool { return s.OpenShells == 0 })
		if left := who.run(t, "", "sessions", "list", "--format", "json").want(t, 0); left.out != "[]\n" {
			t.Errorf("sessions are noted as open: %s", left.out)
		}
	}
}

// A run that was killed cannot close its sessions; they are still on the list afterwards.
func TestKilled(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p, who := serve(t, "--plain"), somebody(t)
	wire := holdAfter(t, p, 1<<20)
	at := p.at()
	at[1] = wire.address
	run := who.start(t, p.Password, append([]string{"run", "Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSize=Unlimited"}, at...)...)
	<-wire.reached
	var rows []struct{ Customer, Account, State string }
	listed := func(state string) {
		t.Helper()
		got := who.run(t, "", "sessions", "list", "--format", "json").want(t, 0)
		if err := json.Unmarshal([]byte(got.out), &rows); err != nil {
			t.Fatal(err)
		}
		if len(rows) != 1 || rows[0].Customer != "contoso.example" || rows[0].Account != p.User || rows[0].State != state {
			t.Errorf("%s", got.out)
		}
	}
	listed("in use")
	if err := run.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.wait(t)
	wire.release()
	listed("left open")
	// The next run of the account removes it, at the address where it was opened.
	at[1] = p.Classic
	other := who.run(t, p.Password, append([]string{"run", "Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSize=1"}, at...)...).want(t, 0)
	if strings.Contains(other.err, "left open") {
		t.Errorf("another address is another account: %s", other.err)
	}
	at[1] = wire.address
	who.run(t, p.Password, append([]string{"run", "Get-Mailbox", "--customer", "contoso.example", "-p", "ResultSize=1"}, at...)...).
		want(t, 0, "A session that was left open is closed: contoso.example.")
	if got := who.run(t, "", "sessions", "list", "--format", "json").want(t, 0); got.out != "[]\n" {
		t.Error(got.out)
	}
}

// The password is nowhere to be seen, while it runs and afterwards.
func TestThePasswordIsSeenNowhere(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain"), somebody(t)
	wire := holdAfter(t, p, 1<<20)
	at := p.at()
	at[1] = wire.address
	run := who.start(t, p.Password, append([]string{"run", "Get-Mailbox", "--verbose", "--import", "--customer", "contoso.example", "-p", "ResultSize=300"}, at...)...)
	<-wire.reached
	if runtime.GOOS == "linux" {
		for _, name := range []string{"cmdline", "environ"} {
			text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(run.cmd.Process.Pid), name))
			if err != nil || len(text) == 0 {
				t.Fatalf("%s: %v", name, err)
			}
			if bytes.Contains(text, []byte(p.Password)) {
				t.Errorf("it is in %s", name)
			}
		}
	}
	wire.release()
	outputs := []ended{run.wait(t).want(t, 0)}
	outputs = append(outputs,
		who.ask(t, p, "run", "Get-Nothing", "--verbose", "--customer", "contoso.example").want(t, 1),
		who.ask(t, p, "run", "Get-Mailbox", "--verbose", "--customer", "stranger.example").want(t, 4),
		who.run(t, p.Password+"x", append([]string{"run", "Get-Mailbox", "--verbose", "--customer", "contoso.example"}, p.at()...)...).want(t, 4),
		who.run(t, p.Password, "run", "Get-Mailbox", "--verbose", "--url", "https://127.0.0.1:1/", "--user", "a", "--password-stdin").want(t, 1),
		who.run(t, "", "sessions", "list", "--format", "json").want(t, 0),
	)
	for _, o := range outputs {
		if strings.Contains(o.out+o.err, p.Password) {
			t.Errorf("it is written:\n%s", o.err)
		}
	}
	files := 0
	err := filepath.WalkDir(who.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(p.Password)) {
			t.Errorf("it is in %s", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files looked at: %v", files, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "2"), somebody(t)
	domain := p.Customers[0].Domain
	ask := []string{"run", "Get-Mailbox", "--customer", domain, "--customer", p.Customers[1].Domain}

	got := who.run(t, "wrong", append(ask, p.at()...)...).want(t, 4, "Not asked, for the same reason: ")
	if strings.Count(got.err, "The user name or password") != 1 || got.out != "" {
		t.Error(got.err)
	}
	if s := p.stats(t); s.AuthFailures != 1 || s.Created != 0 {
		t.Errorf("a wrong password gives %+v", s)
	}
	who.ask(t, p, "run", "Get-Mailbx", "--customer", domain).want(t, 1, domain+": Get-Mailbx is not available here.")
	who.ask(t, p, "run", "Get-Mailbox", "--customer", "stranger.example").want(t, 4, "stranger.example: not asked: No access to stranger.example.")
	who.run(t, p.Password, "run", "Get-Mailbox", "--customer", domain, "--url", p.Classic, "--user", p.User, "--password-stdin").
		want(t, 1, "authority")
	who.run(t, p.Password, "run", "Get-Mailbox", "--customer", domain, "--url", p.Classic+"/elsewhere", "--user", p.User, "--password-stdin", "--ca-cert", *p.CACert).
		want(t, 1)

	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "https://" + free.Addr().String() + "/powershell"
	free.Close()
	for _, customers := range [][]string{{"a.example"}, {"a.example", "b.example", "c.example", "d.example"}} {
		args := []string{"run", "Get-Mailbox", "--url", nobody, "--user", "anna", "--password-stdin"}
		for _, c := range customers {
			args = append(args, "--customer", c)
		}
		got := who.run(t, "secret", args...).want(t, 1)
		if strings.Count(got.err, "The server cannot be reached.") != 1 {
			t.Error(got.err)
		}
	}
	// The name cannot be looked up, so this answer can only come from before the dialling.
	for _, address := range []string{"http://exchange.invalid/powershell", "http://192.0.2.1/powershell"} {
		who.run(t, "secret", "run", "Get-Mailbox", "--url", address, "--user", "anna", "--password-stdin", "--customer", "a.example").
			want(t, 2, "This address is not protected.")
	}
}

func TestWrongWords(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "1", "--mailboxes", "2"), somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "no.pem"), []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	domain := p.Customers[0].Domain
	for _, c := range []struct {
		said string
		args []string
	}{
		{"Something is missing after tenantry-cli run.", []string{"run"}},
		{"There is no command custommers.", []string{"custommers"}},
		{"Did you mean customers?", []string{"custommers"}},
		{"There is no command report.", []string{"report", "--list"}},
		{"There is no command sync.", []string{"customers", "sync"}},
		{"There is no command clear.", []string{"sessions", "clear"}},
		{"There is no command fault.", []string{"sample", "fault"}},
		{"There is no command nothing.", []string{"help", "nothing"}},
		{"There is no command tcsh.", []string{"completion", "tcsh"}},
		{"No connection was chosen.", []string{"run", "Get-Mailbox", "--customer", domain}},
		{"More than one connection was chosen.", append([]string{"run", "Get-Mailbox", "--sample"}, p.at()...)},
		{"That connection is not known.", append([]string{"run", "Get-Mailbox", "--connect", "modern"}, p.at()...)},
		{"No account was given.", []string{"run", "Get-Mailbox", "--url", p.Classic}},
		{"A password is needed.", []string{"run", "Get-Mailbox", "--url", p.Classic, "--user", p.User}},
		{"There is no certificate in no.pem.", []string{"run", "Get-Mailbox", "--url", p.Classic, "--user", p.User, "--ca-cert", "no.pem"}},
		{"This file could not be opened: none.pem.", []string{"run", "Get-Mailbox", "--url", p.Classic, "--user", p.User, "--ca-cert", "none.pem"}},
		{"There is no saved connection called work.", []string{"run", "Get-Mailbox", "--profile", "work"}},
		{"No customer was chosen.", []string{"run", "Get-Mailbox", "--sample"}},
		{"This is not a domain name.", append([]string{"run", "Get-Mailbox", "--customer", "not a domain"}, p.at()...)},
		{"Near it in spelling: ResultSize.", append([]string{"run", "Get-Mailbox", "-p", "ResultSiz=2"}, p.at()...)},
		{"Write it like Column:desc", append([]string{"run", "Get-Mailbox", "--sort", "Name:down", "--customer", domain}, p.at()...)},
		{"x.bin", append([]string{"run", "Get-Mailbox", "-o", "nowhere/x.bin", "--customer", domain}, p.at()...)},
		{"nowhere/x.csv cannot be written.", append([]string{"run", "Get-Mailbox", "-o", "nowhere/x.csv", "--customer", domain}, p.at()...)},
		{"--jobs takes a number", append([]string{"run", "Get-Mailbox", "--jobs", "-1", "--customer", domain}, p.at()...)},
		{"--wait takes a time", append([]string{"run", "Get-Mailbox", "--wait", "-1s", "--customer", domain}, p.at()...)},
		{"There is no cmdlet Get-Mailbx.", []string{"cmdlets", "show", "Get-Mailbx"}},
		{"The sample partner does not listen on 0.0.0.0:0.", []string{"sample", "serve", "--listen", "0.0.0.0:0"}},
		{"odd is none of them.", []string{"sample", "serve", "--limit-style", "odd"}},
		{"There is no fault wrong-pasword.", []string{"sample", "serve", "--fault", "slow", "--fault", "wrong-pasword"}},
		{"Did you mean drop-before, drop-in, drop-after?", []string{"sample", "serve", "--fault", "drop"}},
		{"\"tail\" is no value of the fault drop-in.", []string{"sample", "serve", "--fault", "drop-in=tail"}},
		{"The fault no-bom takes no value.", []string{"sample", "serve", "--fault", "no-bom=3"}},
		{"The fault no-bom does not strike at receive.", []string{"sample", "serve", "--fault", "no-bom@receive"}},
		{"Did you mean receive?", []string{"sample", "serve", "--fault", "slow@reciev"}},
		{"The file cannot be read.", []string{"open", "nothing.csv"}},
	} {
		got := who.run(t, "", c.args...).want(t, 2, c.said)
		if got.out != "" {
			t.Errorf("%v writes %q", c.args, got.out)
		}
	}
	if s := p.stats(t); s.Created+s.AuthFailures+s.Commands != 0 {
		t.Errorf("something was sent: %+v", s)
	}
}

// A column that is not there shows only when the rows are; the sessions are closed all the same.
func TestAColumnTheRowsDoNotHave(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "1", "--mailboxes", "2"), somebody(t)
	got := who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--where", "DisplyName = x", "-o", "x.csv").want(t, 2, "There is no column DisplyName.", "Near it: DisplayName")
	if _, err := os.Stat(filepath.Join(who.home, "x.csv")); err == nil || got.out != "" {
		t.Error("something was written")
	}
}

// A reader that has seen enough is no failure, and leaves no session behind.
func TestAReaderThatLeaves(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "1", "--mailboxes", "2000"), somebody(t)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := who.command(ctx, append([]string{"run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "-p", "ResultSize=Unlimited"}, p.at()...)...)
	c.Stdin = strings.NewReader(p.Password)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if status := statusOf(t, c.Wait()); status != 0 || strings.Contains(errs.String(), "pipe") {
		t.Errorf("exit status %d: %s", status, errs.String())
	}
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "4", "--mailboxes", "50"), somebody(t)
	var both sync.WaitGroup
	for _, some := range [][]string{{p.Customers[0].Domain, p.Customers[1].Domain}, {p.Customers[2].Domain, p.Customers[3].Domain}} {
		args := append([]string{"run", "Get-Mailbox", "--columns", "Customer,Name", "--jobs", "1", "--customer", some[0], "--customer", some[1]}, p.at()...)
		both.Go(func() {
			if got := who.run(t, p.Password, args...).want(t, 0); len(lines(got.out)) != 101 {
				t.Errorf("%d lines", len(lines(got.out)))
			}
		})
		both.Go(func() {
			who.run(t, "", "customers", "add", some[0]).want(t, 0)
			who.run(t, "", "customers", "tag", some[0], "north").want(t, 0)
		})
	}
	both.Wait()
	if got := who.run(t, "", "customers", "list", "--tag", "north"); len(lines(got.out)) != 3 {
		t.Error(got.out)
	}
}

func TestSampleServeStops(t *testing.T) {
	noSignals(t)
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := serve(t, "--customers", "1", "--mailboxes", "1")
		if err := p.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		p.gone = true
		if _, err := io.Copy(io.Discard, p.rest); err != nil {
			t.Error(err)
		}
		if status := statusOf(t, p.cmd.Wait()); status != 0 {
			t.Errorf("after %v it ended with %d", signal, status)
		}
		if _, err := os.Stat(*p.CACert); err == nil {
			t.Errorf("after %v %s was left behind", signal, *p.CACert)
		}
		p.stdin.Close()
	}
}

func TestSampleServeListensWhereItIsTold(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	somebody(t).run(t, "", "sample", "serve", "--listen", address).want(t, 2, "The sample partner cannot listen on "+address+".")
	free.Close()
	p := serve(t, "--plain", "--listen", address, "--customers", "1", "--mailboxes", "1")
	if p.origin(t) != "http://"+address {
		t.Error(p.Classic)
	}
}

func TestSampleServeWritesItsCounts(t *testing.T) {
	t.Parallel()
	c := somebody(t).command(context.Background(), "sample", "serve", "--plain", "--customers", "1", "--mailboxes", "1", "--stats-every", "10ms")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var counts map[string]any
	if err := json.NewDecoder(errs).Decode(&counts); err != nil || len(counts) != 8 || counts["open_shells"] != 0.0 || counts["faults"] == nil {
		t.Errorf("%v %v", counts, err)
	}
	stdin.Close()
	if _, err := io.Copy(io.Discard, errs); err != nil {
		t.Error(err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// Every form in which a server refuses a session too many is waited out: here another program of the same
// account has all three.
func TestLimitStyles(t *testing.T) {
	if os.Getenv("TENANTRY_WINDOWS_VERSION") != "" {
		t.Skip("nine programs at once with 15,000 rows each take longer in Wine than this waits")
	}
	t.Parallel()
	var finish []func()
	for _, style := range []string{"create", "receive", "winrm"} {
		p, who := serve(t, "--plain", "--limit-style", style, "--customers", "4", "--mailboxes", "5000"), somebody(t)
		wire := holdAfter(t, p, 1<<40)
		at := p.at()
		at[1] = wire.address
		args := []string{"run", "Get-Mailbox", "-p", "ResultSize=Unlimited", "--columns", "Name"}
		for _, c := range p.Customers[:3] {
			args = append(args, "--customer", c.Domain)
		}
		first := who.start(t, p.Password, append(args, at...)...)
		p.until(t, func(s stats) bool { return s.OpenShells == 3 })
		wire.most.Store(0)
		<-wire.reached
		second := who.start(t, p.Password, append([]string{"run", "Get-Mailbox", "-p", "ResultSize=5", "--columns", "Name", "--customer", p.Customers[3].Domain}, p.at()...)...)
		p.until(t, func(s stats) bool { return s.Refused > 0 })
		wire.release()
		finish = append(finish, func() { // later, so that the three wait at the same time
			if got := first.wait(t).want(t, 0); len(lines(got.out)) != 15001 {
				t.Errorf("%s: %d lines", style, len(lines(got.out)))
			}
			if got := second.wait(t).want(t, 0, "Another computer or another program has them. Trying again in 10 seconds."); len(lines(got.out)) != 6 {
				t.Errorf("%s: %q", style, got.out)
			}
		})
	}
	for _, f := range finish {
		f()
	}
}
