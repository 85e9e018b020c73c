package shell

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/text/language"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/preflight"
	"tenantry/core/signin"
	"tenantry/core/support"
	pages "tenantry/core/troubleshoot"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/cmdletform"
	"tenantry/gui/customerlist"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/signindialog"
	"tenantry/gui/troubleshoot"
)

// Options are what the window works with. Nothing in it opens a connection or a file before it is used.
type Options struct {
	Locale    string // of the person, such as "nl-NL"; what they chose in the window goes before it
	Folders   signin.Folders
	Profiles  *signin.Profiles
	Vault     signin.Vault
	Customers customerlist.Store
	Connector exchange.Connector

	// What the journal keeps; nil for none: what ran, who on this computer holds which sessions of an account,
	// and which sessions are open. With Places and Shells the Connector writes to the same journal.
	Journal jobs.Log
	Places  Places
	Shells  jobs.LeftLog

	Loop  loop.Loop
	Files files.Chooser

	// Sample starts the sample partner; nil offers none. It is called away from the screen.
	Sample func(ctx context.Context) (Sample, error)

	// Preflight says what is looked at: this computer, and the way to what About names. It is called away from
	// the screen; nil offers no checks. Repairs is where repairs are written down, OpenPage opens a settings
	// page or an address, Screen tells what the window has to draw with and is called on the UI goroutine; nil
	// for none.
	Preflight func(about preflightpanel.About) preflight.Subject
	Repairs   preflight.RepairLog
	OpenPage  func(page string) error
	Screen    func() (preflight.Screen, error)

	// Remote opens a connection to another computer, to look at it; nil offers none.
	Remote func(ctx context.Context, a preflightpanel.Another) (preflight.Computer, func(context.Context) error, error)

	// Support is what a support bundle is made from, beside what the window knows; nil offers none.
	Support *support.Source

	// OpenScript opens a script, under a name, in a PowerShell window of its own. It is called away from the
	// screen; nil where there is no Windows PowerShell.
	OpenScript func(ctx context.Context, name string, script []byte) error

	// Problem is something that went wrong before the window opened; nil for nothing.
	Problem *exchange.Problem
}

// Places is the book of all sessions that programs of this computer hold. (*journal.Journal).Places makes one.
type Places interface {
	jobs.Places

	// Holders lists the sessions of an account as signin.AccountKey names it.
	Holders(ctx context.Context, account string) ([]jobs.Holder, error)
}

// Flow decides what the intents of the parts mean. All methods are for the UI goroutine, unless they say
// otherwise.
type Flow struct {
	// OnChange hears that something changed; stage tells that it is the stage, and everything is drawn anew.
	OnChange func(stage bool)
	OnGo     func(pages.Step) // someone wants to go on there

	SignIn    *signindialog.Flow
	Customers *customerlist.Flow   // nil while signed out
	Form      *cmdletform.Flow     // nil while signed out
	Preflight *preflightpanel.Flow // nil without something to look with
	Trouble   *troubleshoot.Flow

	o         Options
	loop      loop.Loop
	settings  *settingsFile
	views     *views.Store
	words     *wording.Words
	model     Model
	redirects signindialog.Redirects
	names     map[exchange.CustomerID]string
	failed    map[exchange.CustomerID]*exchange.Problem // the last answer that did not come
	runner    *jobs.Runner
	unwatch   func()
	importing context.CancelFunc
	working   sync.WaitGroup // counts Tasks
	scratch   string         // folder with the sample's customer list, empty for none

	leftovers *jobs.Leftovers // nil without a journal
	leftIDs   map[string]bool // sessions found at the start that are still there
	leftURL   string          // where the one is that model.Left asks to sign in for
	reading   int             // counts the readings of the panel with the sessions
	counting  int             // counts the countings of sessions elsewhere

	met        *exchange.Problem // what the next look at the connection need not try again; nil for nothing
	quiet      bool              // the next look at the connection opens no session of its own where one is open
	failedLast *exchange.Problem // what F1 is about

	// What must be closed, whatever happens; CloseNow reads it on any goroutine.
	mu       sync.Mutex
	sessions *jobs.Sessions
	sample   *Sample
}

// NewFlow returns the flow of a window that is signed out.
func NewFlow(o Options) *Flow {
	f := &Flow{o: o, model: Model{Active: -1}}
	f.loop = guard{Loop: o.Loop, told: func(p *exchange.Problem) {
		o.Loop.Post(func() { f.note(Note{Kind: NoteBad, Problem: p}) })
	}}
	f.settings = openSettings(o.Folders, f.loop)
	f.views = views.Open(o.Folders.Views())
	f.chooseWords()
	if o.Problem != nil {
		f.model.Notes = append(f.model.Notes, Note{Kind: NoteBad, Problem: o.Problem})
	}
	f.leftovers = newLeftovers(f)
	f.newSignIn()
	f.Preflight = newPreflight(f)
	f.Trouble = newTrouble(f)
	f.lookForLeft()
	f.loop.Post(f.lookOnce) // when the window shows
	// The catalog takes a moment to read; nobody should wait for it at the first key.
	f.loop.Go(context.Background(), func(context.Context) { cmdlets.Builtin() })
	return f
}

func (f *Flow) newSignIn() {
	f.SignIn = signindialog.NewFlow(signindialog.Options{
		Loop: f.loop, Profiles: f.o.Profiles, Vault: f.o.Vault, Connector: f.o.Connector, Redirects: &f.redirects,
		Customers: f.o.Customers.List, LastCustomer: f.settings.last, Sample: f.o.Sample, Places: f.o.Places, Leftovers: f.leftovers,
	})
	f.SignIn.OnSignedIn = f.signedIn
	f.SignIn.OnFindOut = f.FindOut
	f.SignIn.OnFailed = func(p *exchange.Problem) {
		if p.Code != exchange.CodeCancelled {
			f.failedLast = p
		}
		f.lookInto(p)
	}
	if f.leftovers != nil {
		f.SignIn.OnSessions = func() { f.ShowSessions(true) }
	}
	f.SignIn.Load()
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// Words are the words of the window.
func (f *Flow) Words() *wording.Words { return f.words }

// Settings are what the person chose.
func (f *Flow) Settings() Settings { return f.settings.get() }

// Loop is the one door, guarded.
func (f *Flow) Loop() loop.Loop { return f.loop }

// Files asks for files.
func (f *Flow) Files() files.Chooser { return f.o.Files }

func (f *Flow) changed(stage bool) {
	if f.OnChange != nil {
		f.OnChange(stage)
	}
}

func (f *Flow) chooseWords() {
	locale := f.settings.get().Language
	if locale == "" {
		locale = f.o.Locale
	}
	f.words = wording.For(locale)
}

// SetLook changes how the window is drawn.
func (f *Flow) SetLook(l Look) {
	f.settings.change(func(s *Settings) { s.Look = l })
	f.changed(true)
}

// SetLanguage changes the language, empty for the system's. Runs go on.
func (f *Flow) SetLanguage(lang string) {
	f.settings.change(func(s *Settings) { s.Language = lang })
	f.chooseWords()
	f.forget()
	f.closeComparing()
	for _, t := range f.model.Tabs {
		t.Table.Close()
		f.newTable(t)
	}
	if f.Form != nil {
		old := f.Form.Model()
		f.newForm()
		if old.Spec != nil {
			f.Form.Restore(old.Spec, old.Draft, old.Compact)
		}
	}
	f.changed(true)
}

// Name is a customer's name for the screen.
func (f *Flow) Name(id exchange.CustomerID) string {
	if id == "" {
		return f.words.Text("window.own-organisation")
	}
	if name := f.names[id]; name != "" {
		return name
	}
	return string(id)
}

// named is p with the customer called as on the screen.
func (f *Flow) named(p *exchange.Problem) *exchange.Problem {
	id := exchange.CustomerID(p.Args["customer"])
	if id == "" || f.Name(id) == string(id) {
		return p
	}
	out := *p
	out.Args = maps.Clone(p.Args)
	out.Args["customer"] = f.Name(id)
	return &out
}

// signedIn opens the window proper for a proven account.
func (f *Flow) signedIn(in signindialog.SignedIn) {
	f.closeComparing()
	f.mu.Lock()
	f.sessions, f.sample = in.Sessions, in.Sample
	f.mu.Unlock()
	m := &f.model
	*m = Model{Stage: Working, Active: -1, Account: in.User, Host: in.Host, Sample: in.Sample != nil, Notes: m.Notes, Left: m.Left,
		Tasks: m.Tasks, Tabs: m.Tabs, Closed: m.Closed} // the tables of files stay
	f.names, f.failed = map[exchange.CustomerID]string{}, map[exchange.CustomerID]*exchange.Problem{}
	f.runner = jobs.NewRunner(in.Sessions)
	f.runner.Log, f.runner.Program = f.o.Journal, "window"
	if in.NotKept != nil {
		m.Notes = append(m.Notes, Note{Kind: NoteWarn, Problem: in.NotKept})
	}
	if in.Refused != nil {
		f.failed[in.Customer] = in.Refused
	}
	store := f.o.Customers
	if in.Sample != nil {
		store = f.sampleStore(in.Sample.Customers)
	}
	f.Customers = customerlist.NewFlow(f.loop, store, in.Customer)
	f.Customers.OnSelect = f.selected
	f.newForm()
	f.redirects.Listen(func(q *signindialog.Question) {
		f.loop.Post(func() {
			m.Question = q
			f.changed(false)
		})
	})
	sessions := in.Sessions
	f.unwatch = sessions.Watch(func(used, max int) {
		f.loop.Post(func() {
			if f.sessions != sessions {
				return
			}
			m.Used, m.Max = used, max
			f.readOthers()
			f.readSessions()
			f.showStates()
			f.changed(false)
		})
	})
	f.Customers.Load()
	if f.Preflight != nil && f.Preflight.Model().Quiet {
		f.Preflight.Show(false)
	}
	f.lookAgain()
	f.changed(true)
}

func (f *Flow) newForm() {
	catalog, imported := cmdlets.Builtin(), false
	if f.Form != nil && f.model.Stage == Working && f.Form.Model().Imported {
		catalog, imported = f.Form.Catalog(), true
	}
	words := f.words
	f.Form = cmdletform.NewFlow(catalog, words.Locale(), func(cmdlet string) string {
		title, _ := words.Cmdlet(cmdlet)
		return title
	})
	if imported {
		f.Form.SetCatalog(catalog, true)
	}
	f.Form.OnRun = f.Run
	if f.Customers != nil && f.Customers.Model().Loaded {
		f.Form.SetCustomers(f.Customers.Model().Selected(), f.Customers.Model().Total == 0)
	}
}

// sampleStore is a list of its own for the invented customers, so that they never mix with real ones.
func (f *Flow) sampleStore(list []customers.Customer) customerlist.Store {
	return &lazyStore{make: func() (customerlist.Store, error) {
		folder, err := os.MkdirTemp("", "tenantry-sample-")
		if err != nil {
			return nil, &exchange.Problem{Code: signin.CodeNoFolder, Args: map[string]string{"path": os.TempDir()}, Cause: err}
		}
		f.mu.Lock()
		f.scratch = folder
		f.mu.Unlock()
		store := customers.Open(filepath.Join(folder, "customers.json"), language.Und)
		for _, c := range list {
			if _, err := store.Add(c); err != nil {
				return nil, err
			}
		}
		return store, nil
	}}
}

// selected hears whom the next question goes to.
func (f *Flow) selected(list []customers.Customer) {
	all := f.Customers.Model().All()
	f.names = make(map[exchange.CustomerID]string, len(all))
	for _, c := range all {
		f.names[c.Domain] = c.Name
	}
	f.Form.OpenSearch(false)
	f.Form.SetCustomers(list, f.Customers.Model().Loaded && len(all) == 0)
	f.changed(false)
}

// showStates tells the list what each customer is doing.
func (f *Flow) showStates() {
	if f.Customers == nil {
		return
	}
	states := map[exchange.CustomerID]customerlist.Status{}
	for id, p := range f.failed {
		states[id] = customerlist.Status{State: customerlist.Attention, Problem: f.named(p)}
	}
	for _, id := range f.runner.Sessions.Connected() {
		if _, failed := f.failed[id]; !failed {
			states[id] = customerlist.Status{State: customerlist.Connected}
		}
	}
	for _, t := range f.model.Tabs {
		for _, p := range t.Parts {
			if t.Running && (p.Phase == jobs.Running || p.Phase == jobs.Connecting) {
				states[p.Customer] = customerlist.Status{State: customerlist.Running, Rows: p.Rows}
			}
		}
	}
	for id := range f.Customers.Model().Status {
		if _, there := states[id]; !there {
			states[id] = customerlist.Status{}
		}
	}
	for id, s := range states {
		f.Customers.SetStatus(id, s)
	}
	f.Customers.Redraw()
}

// note says something. What it says good news of replaces the same news of before.
func (f *Flow) note(n Note) {
	if n.Kind == NoteGood || n.Kind == NoteInfo {
		f.model.Notes = slices.DeleteFunc(f.model.Notes, func(old Note) bool { return old.Problem == nil && old.Key == n.Key })
	}
	if n.Problem != nil {
		f.failedLast = n.Problem
	}
	f.model.Notes = append(f.model.Notes, n)
	f.model.NotesTurn++
	f.changed(false)
}

// Dismiss takes a note away.
func (f *Flow) Dismiss(i int) {
	if i < len(f.model.Notes) {
		f.model.Notes = slices.Delete(f.model.Notes, i, i+1)
		f.model.NotesTurn++
		f.changed(false)
	}
}

// SignOut closes all sessions and goes back to the first screen.
func (f *Flow) SignOut() {
	f.end(func() {
		f.model = Model{Active: -1, Left: f.model.Left, Tasks: f.model.Tasks, Tabs: f.ofFiles()}
		f.Customers, f.Form = nil, nil
		f.newSignIn()
		f.changed(true)
	})
}

// Quit closes all sessions and then calls done.
func (f *Flow) Quit(done func()) {
	f.SignIn.Cancel()
	if f.model.Stage == Closing { // a second press: the person does not want to wait
		done()
		return
	}
	f.end(done)
}

// ClosingNotice is how long closing takes before the window says so.
const ClosingNotice = 300 * time.Millisecond

// end stops all runs, closes all sessions, and calls then on the screen.
func (f *Flow) end(then func()) {
	m := &f.model
	if f.importing != nil {
		f.importing()
	}
	if f.Preflight != nil {
		f.Preflight.Close()
	}
	for _, t := range m.Tabs {
		t.stop()
	}
	m.Stage, m.SaysSo, m.Question = Closing, false, nil
	tidied := f.cancelTasks()
	f.closeComparing()
	f.changed(false)
	f.loop.Go(context.Background(), func(ctx context.Context) {
		told := time.AfterFunc(ClosingNotice, func() {
			f.loop.Post(func() {
				if m.Stage == Closing {
					m.SaysSo = true
					f.changed(false)
				}
			})
		})
		err := f.CloseNow(ctx)
		tidied()
		told.Stop()
		f.loop.Post(func() {
			f.forget()
			for _, t := range m.Tabs {
				t.Table.Close()
			}
			then()
			if err != nil {
				f.note(Note{Kind: NoteWarn, Problem: exchange.AsProblem(err)})
			}
		})
	})
}

// CloseNow closes all sessions and then the sample partner, and waits for it, at most for
// exchange.ClosingLimit. It may be called from any goroutine and more than once: it is the last thing a
// program does, also after a fault.
func (f *Flow) CloseNow(ctx context.Context) error {
	f.mu.Lock()
	sessions, sample, scratch := f.sessions, f.sample, f.scratch
	f.sessions, f.sample, f.scratch = nil, nil, ""
	f.mu.Unlock()
	var err error
	if sessions != nil {
		err = sessions.CloseAll(ctx)
	}
	if sample != nil && sample.Close != nil {
		sample.Close()
	}
	if scratch != "" {
		err = errors.Join(err, os.RemoveAll(scratch))
	}
	return err
}
