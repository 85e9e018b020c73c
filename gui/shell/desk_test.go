package shell_test

import (
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/language"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/journal"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
	"tenantry/gui/shell"
)

// desk is a whole window in front of a person, on a computer whose files and secret store outlive it, with a
// server in the network.
type desk struct {
	t       *testing.T
	sim     *exchangesim.Server
	folders signin.Folders
	ca      string // file with the server's authority
	vault   *vault
	lang    string
	saved   string // where files are saved at first
	chosen  *chooser
	more    func(*shell.Options)

	queue *loop.Queue
	log   *journal.Journal
	flow  *shell.Flow
	panel *shell.Panel
	win   fyne.Window
	news  chan struct{}
}

// telling is a Queue that tells when something was done on the screen.
type telling struct {
	*loop.Queue
	news chan<- struct{}
}

func (l telling) Post(f func()) {
	l.Queue.Post(func() {
		f()
		select {
		case l.news <- struct{}{}:
		default:
		}
	})
}

// newDesk starts the server and opens the window.
func newDesk(t *testing.T, sim *exchangesim.Server) *desk { return newDeskWith(t, sim, nil) }

// newDeskWith opens a window with more of the options it can have.
func newDeskWith(t *testing.T, sim *exchangesim.Server, more func(*shell.Options)) *desk {
	t.Helper()
	if sim.World.Customers == 0 {
		sim.World = world.Options{Customers: 4, Mailboxes: 40}
	}
	dir := t.TempDir()
	d := &desk{t: t, sim: sim, folders: signin.Folders{Config: filepath.Join(dir, "config"), Data: filepath.Join(dir, "data")},
		vault: &vault{kept: map[string]secret.Secret{}}, lang: "en-GB", saved: filepath.Join(dir, "saved.csv"), more: more}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	d.ca = d.write("ca.pem", sim.CACert())
	if err := d.folders.Make(); err != nil {
		t.Fatal(err)
	}
	store := customers.Open(d.folders.Customers(), language.English)
	for _, c := range sim.Describe().Customers {
		if _, err := store.Add(customers.Customer{Domain: exchange.CustomerID(c.Domain), Name: c.Name}); err != nil {
			t.Fatal(err)
		}
	}
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	wasDelay := tip.Delay
	tip.Delay = time.Hour
	t.Cleanup(func() { tip.Delay = wasDelay })
	d.open()
	t.Cleanup(d.leave)
	return d
}

func (d *desk) write(name string, text []byte) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// open starts the window, as the program does.
func (d *desk) open() {
	d.t.Helper()
	log, err := journal.Open(d.t.Context(), d.folders.Journal())
	if err != nil {
		d.t.Fatal(err)
	}
	d.log, d.queue, d.news = log, loop.NewQueue(), make(chan struct{}, 1)
	d.chosen = &chooser{path: d.saved}
	o := shell.Options{
		Locale: d.lang, Folders: d.folders, Profiles: signin.OpenProfiles(d.folders.Profiles()), Vault: d.vault,
		Customers: customers.Open(d.folders.Customers(), language.English),
		Connector: classic.New(classic.Options{Shells: log.Shells()}), Journal: log, Places: log.Places("window"), Shells: log,
		Loop: telling{d.queue, d.news}, Files: d.chosen,
	}
	if d.more != nil {
		d.more(&o)
	}
	d.do(func() {
		d.flow = shell.NewFlow(o)
		d.win = test.NewWindow(nil)
		d.panel = shell.NewPanel(d.flow, d.win)
		d.win.Resize(fyne.NewSize(1280, 780))
	})
}

// leave closes the window as a person does.
func (d *desk) leave() {
	if d.queue == nil {
		return
	}
	closed := make(chan struct{})
	d.queue.Do(func() { d.flow.Quit(func() { close(closed) }) })
	<-closed
	d.end()
}

// end waits until nothing is left to do, and takes the window away.
func (d *desk) end() {
	<-d.queue.Idle()
	d.queue.Do(d.win.Close)
	d.queue.Close()
	if err := d.log.Close(); err != nil {
		d.t.Error(err)
	}
	d.queue = nil
}

func (d *desk) do(f func()) {
	d.t.Helper()
	d.queue.Do(f)
	<-d.queue.Idle()
}

// until waits for a change after which done says yes.
func (d *desk) until(what string, done func() bool) {
	d.t.Helper()
	limit := time.After(time.Minute)
	for {
		var yes bool
		d.queue.Do(func() { yes = done() })
		if yes {
			return
		}
		select {
		case <-d.news:
		case <-limit:
			d.shot("failed")
			d.t.Fatalf("waited in vain until %s; the screen says %q", what, d.texts())
		}
	}
}

// typed types into what has the keyboard.
func (d *desk) typed(text string) {
	d.do(func() {
		for _, r := range text {
			d.win.Canvas().Focused().TypedRune(r)
		}
	})
}

// details fills in where the server is, as a person does once.
func (d *desk) details(url, ca string) {
	d.do(func() {
		d.flow.SignIn.SetURL(url)
		d.flow.SignIn.SetCAFile(ca)
	})
}

// signIn types an account and its password, and presses Enter.
func (d *desk) signIn(user, password string) {
	d.t.Helper()
	d.typed(user)
	d.do(func() { d.win.Canvas().FocusNext() })
	d.typed(password)
	d.do(func() { d.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) })
}

// enter signs in with the right password.
func (d *desk) enter() {
	d.t.Helper()
	d.details(d.sim.Describe().Classic, d.ca)
	d.signIn(d.sim.User, d.sim.Password.Reveal())
	d.until("the customers show", func() bool { return d.flow.Customers != nil && d.flow.Customers.Model().Loaded })
	<-d.queue.Idle()
}

// choose selects customers by domain, and ask runs a cmdlet for them.
func (d *desk) choose(domains ...exchange.CustomerID) {
	d.t.Helper()
	d.do(func() {
		var list []customers.Customer
		for _, c := range d.flow.Customers.Model().All() {
			if slices.Contains(domains, c.Domain) {
				list = append(list, c)
			}
		}
		if len(list) != len(domains) {
			d.t.Errorf("%d of %v are on the list", len(list), domains)
		}
		d.flow.Customers.Select(list)
	})
}

func (d *desk) ask(cmdlet string, inputs ...string) {
	d.t.Helper()
	d.do(func() {
		spec, ok := d.flow.Form.Catalog().Find(cmdlet)
		if !ok {
			d.t.Fatalf("there is no %s", cmdlet)
		}
		d.flow.Form.Choose(spec)
		for i := 0; i < len(inputs); i += 2 {
			d.flow.Form.Input(inputs[i], inputs[i+1])
		}
		d.flow.Form.Run()
	})
}

// ended waits for the end of the run that shows.
func (d *desk) ended() *shell.Tab {
	d.t.Helper()
	var tab *shell.Tab
	d.until("the run ended", func() bool {
		tab = d.flow.Model().Tab()
		return tab != nil && !tab.Running
	})
	<-d.queue.Idle()
	return tab
}

// texts is everything one can read on the screen.
func (d *desk) texts() []string {
	var out []string
	d.queue.Do(func() { out = readable(d.win.Canvas().Content()) })
	return out
}

func (d *desk) says(text string) bool { return slices.Contains(d.texts(), text) }

// pick chooses an item of the menu that is open.
func (d *desk) pick(words string) {
	d.t.Helper()
	var item fyne.Tappable
	d.do(func() {
		if menu := d.win.Canvas().Overlays().Top(); menu != nil {
			item = itemWith(menu, words, nil)
		}
		if item != nil {
			item.Tapped(&fyne.PointEvent{})
		}
	})
	if item == nil {
		d.shot("failed")
		d.t.Fatalf("no menu offers %q; it offers %q", words, d.offered())
	}
}

// offered is what can be read in the menu that is open.
func (d *desk) offered() (out []string) {
	d.queue.Do(func() {
		if menu := d.win.Canvas().Overlays().Top(); menu != nil {
			out = readable(menu)
		}
	})
	return out
}

// itemWith finds what a tap on words below o reaches.
func itemWith(o fyne.CanvasObject, words string, near fyne.Tappable) (found fyne.Tappable) {
	if t, ok := o.(fyne.Tappable); ok {
		near = t
	}
	if t, ok := o.(*canvas.Text); ok && t.Text == words {
		return near
	}
	for _, c := range below(o) {
		if found = itemWith(c, words, near); found != nil {
			return found
		}
	}
	return nil
}

// press presses the button with these words.
func (d *desk) press(words string) {
	d.t.Helper()
	found := false
	d.do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if b, ok := o.(*kit.Button); ok && b.AccessibilityLabel() == words && !b.Disabled() && !found {
				found = true
				b.Tapped(nil)
			}
			return !found
		})
	})
	if !found {
		d.shot("failed")
		d.t.Fatalf("no button says %q; the screen says %q", words, d.texts())
	}
}

// offers tells whether a button with these words shows.
func (d *desk) offers(words string) bool {
	found := false
	d.queue.Do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if b, ok := o.(*kit.Button); ok && b.Text() == words {
				found = true
			}
			return !found
		})
	})
	return found
}

// shot keeps a picture of the screen where TENANTRY_SHOTS says.
func (d *desk) shot(name string) {
	d.t.Helper()
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		return
	}
	d.queue.Do(func() {
		f, err := os.Create(filepath.Join(folder, name+".png"))
		if err != nil {
			d.t.Error(err)
			return
		}
		defer f.Close()
		if err := png.Encode(f, d.win.Canvas().Capture()); err != nil {
			d.t.Error(err)
		}
	})
}

// eachVisible calls f with everything on the screen until it says stop.
func eachVisible(o fyne.CanvasObject, f func(fyne.CanvasObject) bool) bool {
	if o == nil || !o.Visible() {
		return true
	}
	if !f(o) {
		return false
	}
	for _, c := range below(o) {
		if !eachVisible(c, f) {
			return false
		}
	}
	return true
}

func below(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// readable are the texts of everything visible below o; a label's is whole, however many lines it takes.
func readable(o fyne.CanvasObject) []string {
	var out []string
	eachVisible(o, func(o fyne.CanvasObject) bool {
		switch o := o.(type) {
		case *widget.Label:
			out = append(out, o.Text)
		case *kit.Text:
			out = append(out, o.Text)
		case *grid.Grid:
			for _, row := range o.Words() {
				out = append(out, row...)
			}
		case *canvas.Text:
			if o.Text != "" {
				out = append(out, o.Text)
			}
		}
		return true
	})
	return out
}
