package shell_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/text/language"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/results"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/resultstable"
	"tenantry/gui/shell"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(otherProgram); plan != "" {
		os.Exit(playOther(plan))
	}
	goleak.VerifyTestMain(m)
}

// vault is a secret store in memory.
type vault struct {
	mu   sync.Mutex
	kept map[string]secret.Secret
}

func (v *vault) Load(key string) (secret.Secret, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.kept[key]
	return s, ok, nil
}

func (v *vault) Save(key string, s secret.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[key] = s
	return nil
}

func (v *vault) Delete(key string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, key)
	return nil
}

// chooser is a person who always chooses path; it changes on the screen's goroutine only.
type chooser struct {
	path    string
	offered string // the name that was offered last
}

func (c *chooser) SaveFile(_ context.Context, _, name string, _ ...files.Filter) (string, error) {
	c.offered = name
	if c.path == "" {
		return "", files.ErrCancelled
	}
	return c.path, nil
}

func (c *chooser) OpenFile(context.Context, string, ...files.Filter) (string, error) {
	return c.SaveFile(context.Background(), "", "")
}

// window is the shell without its panel, with a sample partner that is met over sockets.
type window struct {
	t      *testing.T
	queue  *loop.Queue
	flow   *shell.Flow
	sim    *exchangesim.Server
	path   string // what the person chooses in a file dialog at first
	chosen *chooser
	last   chan exchangesim.Stats // of the sample partner, when it was told to close
	news   chan struct{}          // something changed
	heard  func()                 // at every change, on the screen's goroutine
}

// open starts the window and signs in to the sample partner.
func open(t *testing.T, w world.Options) *window {
	t.Helper()
	dir := t.TempDir()
	folders := signin.Folders{Config: filepath.Join(dir, "config"), Data: filepath.Join(dir, "data")}
	if err := folders.Make(); err != nil {
		t.Fatal(err)
	}
	log, err := journal.Open(t.Context(), folders.Journal())
	if err != nil {
		t.Fatal(err)
	}
	s := &window{t: t, queue: loop.NewQueue(), sim: &exchangesim.Server{World: w}, path: filepath.Join(dir, "out.csv"),
		last: make(chan exchangesim.Stats, 1), news: make(chan struct{}, 1)}
	s.chosen = &chooser{path: s.path}
	o := shell.Options{
		Locale: "en-GB", Folders: folders, Profiles: signin.OpenProfiles(folders.Profiles()),
		Vault: &vault{kept: map[string]secret.Secret{}}, Customers: customers.Open(folders.Customers(), language.English),
		Journal: log, Connector: classic.New(classic.Options{Shells: log.Shells()}), Loop: s.queue, Files: s.chosen,
		Sample: s.start,
	}
	s.queue.Do(func() {
		s.flow = shell.NewFlow(o)
		s.flow.OnChange = func(bool) { s.changed() }
		s.flow.SignIn.OnChange = s.changed
	})
	t.Cleanup(func() {
		if err := s.flow.CloseNow(context.Background()); err != nil {
			t.Error(err)
		}
		s.queue.Do(func() {
			for _, tab := range s.flow.Model().Tabs {
				tab.Table.Close()
			}
		})
		<-s.queue.Idle()
		s.queue.Close()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	<-s.queue.Idle()
	s.queue.Do(s.flow.SignIn.StartSample)
	s.until("the customers show", func() bool {
		f := s.flow
		return f.Customers != nil && f.Customers.Model().Loaded && f.Form != nil
	})
	<-s.queue.Idle()
	return s
}

func (s *window) start(context.Context) (shell.Sample, error) {
	if err := s.sim.Start(); err != nil {
		return shell.Sample{}, err
	}
	at := s.sim.Describe()
	out := shell.Sample{URL: at.Classic, Credential: exchange.Credential{User: at.User, Password: s.sim.Password}, PrivateCA: s.sim.CACert(),
		Close: func() {
			s.last <- s.sim.Stats()
			if err := s.sim.Close(); err != nil {
				s.t.Error(err)
			}
		}}
	for _, c := range at.Customers {
		out.Customers = append(out.Customers, customers.Customer{Domain: exchange.CustomerID(c.Domain), TenantID: c.TenantID, Name: c.Name})
	}
	return out, nil
}

func (s *window) changed() {
	if s.heard != nil {
		s.heard()
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// until waits for a change after which done says yes.
func (s *window) until(what string, done func() bool) {
	s.t.Helper()
	limit := time.After(time.Minute)
	for {
		var yes bool
		s.queue.Do(func() { yes = done() })
		if yes {
			return
		}
		select {
		case <-s.news:
		case <-limit:
			s.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// choose selects customers by domain.
func (s *window) choose(domains ...exchange.CustomerID) {
	s.t.Helper()
	s.queue.Do(func() {
		c := s.flow.Customers
		for n, domain := range domains {
			row := -1
			for i, r := range c.Model().Rows {
				if r.Heading == "" && r.Customer.Domain == domain {
					row = i
				}
			}
			if row < 0 {
				s.t.Errorf("%s is not on the list", domain)
				continue
			}
			c.Pick(row, n > 0, false)
		}
	})
}

// fill unfolds the form of a cmdlet and fills it in.
func (s *window) fill(cmdlet string, inputs ...string) {
	s.t.Helper()
	s.queue.Do(func() {
		spec, ok := s.flow.Form.Catalog().Find(cmdlet)
		if !ok {
			spec = cmdlets.Open(cmdlet)
		}
		s.flow.Form.Choose(spec)
		for i := 0; i < len(inputs); i += 2 {
			s.flow.Form.Input(inputs[i], inputs[i+1])
		}
	})
}

// run presses Run.
func (s *window) run() { s.queue.Do(s.flow.Form.Run) }

// ended waits for the end of the run that shows, until all of it is on the screen.
func (s *window) ended() *shell.Tab {
	s.t.Helper()
	var tab *shell.Tab
	s.until("the run ended", func() bool {
		tab = s.flow.Model().Tab()
		return tab != nil && !tab.Running
	})
	<-s.queue.Idle()
	return tab
}

func (s *window) ask(cmdlet string, inputs ...string) *shell.Tab {
	s.t.Helper()
	s.fill(cmdlet, inputs...)
	s.run()
	return s.ended()
}

// texts is one column of what shows.
func (s *window) texts(tab *shell.Tab, column string) []string {
	s.t.Helper()
	var out []string
	s.queue.Do(func() {
		v := tab.Table.Model().View
		i := slices.IndexFunc(v.Columns(), func(c results.Column) bool { return strings.EqualFold(c.Name, column) })
		if i < 0 {
			s.t.Errorf("there is no column %s among %v", column, v.Columns())
			return
		}
		for row := range v.Len() {
			out = append(out, v.Cell(row, i).Text())
		}
	})
	return out
}

// answered fails the test unless every customer answered.
func (s *window) answered(tab *shell.Tab, n int) {
	s.t.Helper()
	s.queue.Do(func() {
		if len(tab.Parts) != n || tab.Ended != n || tab.Troubled() {
			s.t.Errorf("%d of %d parts ended, want %d", tab.Ended, len(tab.Parts), n)
		}
		for _, p := range tab.Parts {
			if p.Phase != jobs.Finished {
				s.t.Errorf("%s is %s: %v", p.Customer, p.Phase, p.Problem)
			}
		}
	})
}

func TestFromSampleToRows(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 23})
	s.queue.Do(func() {
		m, c := s.flow.Model(), s.flow.Customers.Model()
		if m.Stage != shell.Working || !m.Sample || m.Account != s.sim.User || m.Host != "127.0.0.1" {
			t.Errorf("the window says %+v", m)
		}
		if c.Total != 5 || len(c.Selected()) != 1 {
			t.Errorf("%d customers show, %d selected", c.Total, len(c.Selected()))
		}
	})
	s.choose("contoso.example")
	tab := s.ask("Get-Mailbox")
	s.answered(tab, 1)
	if got := s.texts(tab, "PrimarySmtpAddress"); len(got) != 23 {
		t.Errorf("%d rows show, want 23", len(got))
	}
	s.queue.Do(func() {
		m := s.flow.Model()
		if len(m.Tabs) != 1 || m.Active != 0 || tab.Rows() != 23 || m.Busy() {
			t.Errorf("%d tabs, %d active, %d rows, busy %v", len(m.Tabs), m.Active, tab.Rows(), m.Busy())
		}
		if title := s.flow.Title(tab); title != "Contoso · Mailboxes" {
			t.Errorf("the tab is called %q", title)
		}
		if slices.ContainsFunc(tab.Table.Model().View.Columns(), func(c results.Column) bool { return c.Name == results.CustomerColumn }) &&
			slices.Contains(tab.Table.Model().Shown(), results.CustomerColumn) {
			t.Error("one customer needs no column that names it")
		}
	})

	// The same question again takes the same tab, another one a new tab.
	s.ask("Get-Mailbox")
	s.ask("Get-Mailbox", "ResultSize", "5")
	s.queue.Do(func() {
		m := s.flow.Model()
		if len(m.Tabs) != 2 || m.Active != 1 || m.Tabs[1].Rows() != 5 {
			t.Errorf("%d tabs, %d active", len(m.Tabs), m.Active)
		}
		s.flow.CloseTab(1)
		if m.Active != 0 || s.flow.Form.Model().Draft.Inputs["ResultSize"] != "" {
			t.Errorf("after closing a tab, %d shows with the form %v", m.Active, s.flow.Form.Model().Draft.Inputs)
		}
	})
}

func TestSeveralCustomersShareThreeSessions(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 12})
	var all []exchange.CustomerID
	most := 0
	s.queue.Do(func() {
		for _, c := range s.flow.Customers.Model().All() {
			all = append(all, c.Domain)
		}
		s.heard = func() { most = max(most, s.flow.Model().Used) }
	})
	s.choose(all...)
	tab := s.ask("Get-Mailbox")
	s.answered(tab, 5)
	count := map[string]int{}
	for _, name := range s.texts(tab, results.CustomerColumn) {
		count[name]++
	}
	for _, id := range all {
		if count[string(id)] != 12 {
			t.Errorf("%d rows are marked as of %s, want 12: %v", count[string(id)], id, count)
		}
	}
	st := s.sim.Stats()
	s.queue.Do(func() {
		if !slices.Contains(tab.Table.Model().Shown(), results.CustomerColumn) {
			t.Errorf("the customer's column does not show: %v", tab.Table.Model().Shown())
		}
		if most > 3 || most < 2 || s.flow.Model().Max != 3 || st.MaxConcurrent > 3 || st.Refused > 0 {
			t.Errorf("up to %d sessions of %d were in use, the server had %d and refused %d", most, s.flow.Model().Max, st.MaxConcurrent, st.Refused)
		}
	})
}

func TestAChangeIsConfirmedFirst(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 8})
	s.choose("contoso.example")
	who := s.texts(s.ask("Get-Mailbox"), "PrimarySmtpAddress")[3]
	before := s.sim.Stats().Commands

	s.fill("Set-Mailbox", "Identity", who, "DisplayName", "Reception desk")
	s.run()
	<-s.queue.Idle()
	s.queue.Do(func() {
		m := s.flow.Form.Model()
		if m.Confirm == nil || !slices.Equal(cmdlets.Subject(m.Confirm.Invocation), []string{who}) ||
			len(m.Confirm.Customers) != 1 || m.Confirm.Customers[0].Name != "Contoso" {
			t.Errorf("asked to confirm %+v", m.Confirm)
		}
		if len(s.flow.Model().Tabs) != 1 {
			t.Error("a tab was opened before the yes")
		}
		s.flow.Form.No()
		if m.Confirm != nil || m.Draft.Inputs["DisplayName"] != "Reception desk" {
			t.Error("a no should take the question away and nothing else")
		}
		s.flow.Form.Yes() // nothing waits for it any more
	})
	<-s.queue.Idle()
	if got := s.sim.Stats().Commands; got != before {
		t.Fatalf("%d commands were sent before the yes", got-before)
	}
	s.run()
	s.queue.Do(s.flow.Form.Yes)
	s.answered(s.ended(), 1)
	if got := s.texts(s.ask("Get-Mailbox", "Identity", who), "DisplayName"); !slices.Equal(got, []string{"Reception desk"}) {
		t.Errorf("after the change its name is %q", got)
	}

	// Asking a change once more is confirmed once more.
	s.queue.Do(func() {
		i := slices.IndexFunc(s.flow.Model().Tabs, func(tab *shell.Tab) bool { return tab.Request.Spec.Name == "Set-Mailbox" })
		s.flow.Show(i)
		before = s.sim.Stats().Commands
		s.flow.Again()
		if s.flow.Form.Model().Confirm == nil {
			t.Error("a change that is repeated is not confirmed")
		}
	})
	<-s.queue.Idle()
	if got := s.sim.Stats().Commands; got != before {
		t.Errorf("%d commands were sent before the yes", got-before)
	}
}

func TestCancelKeepsWhatArrived(t *testing.T) {
	s := open(t, world.Options{})
	s.choose("contoso.example")
	s.fill("Get-Mailbox", "ResultSize", "Unlimited")
	s.run()
	s.until("rows arrive", func() bool {
		tab := s.flow.Model().Tab()
		if tab.Rows() == 0 {
			return false
		}
		s.flow.Cancel()
		return true
	})
	tab := s.ended()
	rows := len(s.texts(tab, "PrimarySmtpAddress"))
	s.queue.Do(func() {
		p := tab.Parts[0]
		if p.Phase != jobs.Cancelled || rows == 0 || rows >= 20000 || p.Rows != rows {
			t.Errorf("%s with %d rows, %d show", p.Phase, p.Rows, rows)
		}
		if len(s.flow.Customers.Model().Status) > 0 && s.flow.Customers.Model().Status["contoso.example"].Problem != nil {
			t.Error("what a person stopped is held against the customer")
		}
	})
	s.answered(s.ask("Get-Mailbox", "ResultSize", "7"), 1)
}

func TestWhatTheSessionDoesNotKnow(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 6})
	s.choose("contoso.example")
	tab := s.ask("Get-NothingLikeIt")
	s.queue.Do(func() {
		p := tab.Parts[0]
		if code(p.Problem) != exchange.CodeCommandUnknown || !tab.Troubled() || p.Phase != jobs.Failed {
			t.Errorf("%s: %v", p.Phase, p.Problem)
		}
		if st := s.flow.Customers.Model().Status["contoso.example"]; code(st.Problem) != exchange.CodeCommandUnknown {
			t.Errorf("the list says %+v", st)
		}
	})
	s.answered(s.ask("Get-Mailbox"), 1)
	s.queue.Do(func() {
		if st := s.flow.Customers.Model().Status["contoso.example"]; st.Problem != nil {
			t.Errorf("after an answer the list still says %+v", st)
		}
	})
}

func TestExportWritesWhatShows(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 30})
	s.choose("contoso.example")
	tab := s.ask("Get-Mailbox")
	came := s.texts(tab, "PrimarySmtpAddress")
	s.queue.Do(func() { tab.Table.SortBy([]results.SortKey{{Column: "PrimarySmtpAddress", Desc: true}}) })
	<-s.queue.Idle()
	order := s.texts(tab, "PrimarySmtpAddress")
	if slices.Equal(came, order) {
		t.Fatal("sorting changed nothing, so the order of the file would prove nothing")
	}
	s.queue.Do(func() {
		s.flow.Export(tab, resultstable.Wanted{View: tab.Table.Model().View, Columns: []string{"DisplayName", "PrimarySmtpAddress"}})
	})
	<-s.queue.Idle()
	raw, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(lines[0], []string{"DisplayName", "PrimarySmtpAddress"}) {
		t.Errorf("the first line is %q", lines[0])
	}
	var got []string
	for _, line := range lines[1:] {
		got = append(got, line[1])
	}
	if !slices.Equal(got, order) {
		t.Errorf("the file has %d rows in another order than the %d that show", len(got), len(order))
	}
	s.queue.Do(func() {
		notes := s.flow.Model().Notes
		if len(notes) != 1 || notes[0].Kind != shell.NoteGood || notes[0].Count != 30 || notes[0].Path != s.path {
			t.Errorf("the window says %+v", notes)
		}
		s.flow.Dismiss(0)
		if len(s.flow.Model().Notes) != 0 {
			t.Error("the note stays")
		}
	})
}

func TestImportAllCmdlets(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 6})
	var seen []shell.Import
	stop := true
	s.queue.Do(func() {
		s.heard = func() {
			at := s.flow.Model().Import
			if at == nil {
				return
			}
			seen = append(seen, *at)
			if stop && at.Total > 0 {
				stop = false
				s.flow.Cancel()
			}
		}
		s.flow.ImportAll()
	})
	s.until("the import is over", func() bool { return s.flow.Model().Import == nil })
	<-s.queue.Idle()
	s.queue.Do(func() {
		notes := s.flow.Model().Notes
		if len(notes) != 1 || notes[0].Key != "window.import.cancelled" || s.flow.Form.Model().Imported {
			t.Errorf("after cancelling it says %+v", notes)
		}
		s.flow.Dismiss(0)
		seen = nil
		s.flow.ImportAll()
		s.flow.ImportAll() // a second press does nothing
	})
	s.until("the import is over", func() bool { return s.flow.Model().Import == nil })
	<-s.queue.Idle()
	s.queue.Do(func() {
		last := seen[len(seen)-1]
		if last.Total == 0 || last.Done != last.Total || !slices.IsSortedFunc(seen, func(a, b shell.Import) int { return a.Done - b.Done }) {
			t.Errorf("it counted %v", seen)
		}
		notes := s.flow.Model().Notes
		if len(notes) != 1 || notes[0].Key != "window.import.done" || notes[0].Count != last.Total || !s.flow.Form.Model().Imported {
			t.Errorf("after %d cmdlets it says %+v", last.Total, notes)
		}
		if n := len(s.flow.Form.Catalog().List()); n != last.Total {
			t.Errorf("the form knows %d cmdlets, the session said %d", n, last.Total)
		}
	})
	s.answered(s.ask("Get-Mailbox"), 1)
}

func TestClosingLeavesNothingOpen(t *testing.T) {
	for _, how := range []string{"Quit", "SignOut"} {
		t.Run(how, func(t *testing.T) {
			s := open(t, world.Options{})
			s.choose("contoso.example", "litware.example")
			s.fill("Get-Mailbox", "ResultSize", "Unlimited")
			s.run()
			s.until("two sessions are open and rows arrive", func() bool {
				return s.flow.Model().Used >= 2 && s.flow.Model().Tab().Rows() > 0 && s.flow.Model().Tab().Running
			})
			done := make(chan struct{})
			s.queue.Do(func() {
				if how == "Quit" {
					s.flow.Quit(func() { close(done) })
				} else {
					s.flow.OnChange = func(stage bool) {
						s.changed()
						if stage && s.flow.Model().Stage == shell.SignedOut {
							close(done)
						}
					}
					s.flow.SignOut()
				}
				if s.flow.Model().Stage != shell.Closing {
					t.Errorf("while it closes the stage is %d", s.flow.Model().Stage)
				}
			})
			<-done
			st := <-s.last // counted after the sessions were closed and before the partner was
			if st.OpenShells != 0 || st.Created != st.Deleted || st.Created < 2 {
				t.Errorf("%d sessions are open; %d were opened, %d closed", st.OpenShells, st.Created, st.Deleted)
			}
			s.queue.Do(func() {
				if how == "SignOut" && (s.flow.Customers != nil || s.flow.Form != nil || len(s.flow.Model().Tabs) > 0) {
					t.Error("something of the account still shows")
				}
			})
		})
	}
}

func code(p *exchange.Problem) exchange.Code {
	if p == nil {
		return ""
	}
	return p.Code
}
