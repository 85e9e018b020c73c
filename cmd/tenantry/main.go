// Tenantry is the window: it wires the parts together, opens it, and sees to it that whatever happens no
// session stays open on a server.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"golang.org/x/text/language"

	"tenantry/assets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/handover"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/signin"
	"tenantry/core/support"
	"tenantry/core/wording"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/monitor"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/shell"
)

func main() {
	sample := flag.Bool("sample", false, "explore the sample partner: invented customers on this computer, no account needed")
	version := flag.Bool("version", false, "print the version")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Tenantry: work in your customers' Exchange without a script.\n\nUsage: tenantry [flags] [FILE...]\n\nFILE is a table to open: an Excel workbook, CSV, JSON lines, Parquet, or what PowerShell's Export-Clixml wrote.\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *version {
		fmt.Println("tenantry", assets.Version)
		return
	}
	run(*sample, flag.Args())
}

// run opens the window, and the tables in the files.
func run(sample bool, files []string) {
	o, end := options()
	defer end()
	a := app.NewWithID("app.tenantry.desktop")
	win := a.NewWindow("Tenantry")
	o.Screen = func() (preflight.Screen, error) { return monitor.Read(win) }
	flow := shell.NewFlow(o)
	// Also when something panics on the screen's goroutine, which is this one: no session is left behind.
	defer func() {
		if err := flow.CloseNow(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, flow.Words().Error(err))
		}
	}()
	panel := shell.NewPanel(flow, win)
	usual := fyne.NewSize(1280, 780)
	win.Resize(usual)
	win.CenterOnScreen()
	a.Lifecycle().SetOnStarted(func() {
		if room, ok := monitor.Room(win); ok && (room.Width < usual.Width || room.Height < usual.Height) {
			win.Resize(usual.Min(room)) // a small screen, or a scale that makes it small
			win.CenterOnScreen()
		}
	})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		signal.Stop(stop) // a second one ends the program at once
		fyne.Do(panel.Quit)
	}()
	if sample {
		flow.SignIn.StartSample()
	}
	flow.OpenFiles(files...)
	win.ShowAndRun()
}

// options are the parts the window works with, and what ends them.
func options() (o shell.Options, end func()) {
	locale := wording.Detect()
	folders := signin.FindFolders()
	o = shell.Options{
		Locale: locale, Folders: folders,
		Profiles: signin.OpenProfiles(folders.Profiles()), Vault: signin.SystemVault(),
		Customers: customers.Open(folders.Customers(), language.Make(locale)),
		Loop:      &loop.App{}, Files: files.System{}, Sample: startSample, OpenPage: openPage, Remote: another, OpenScript: handover.Open,
	}
	o.Preflight = func(about preflightpanel.About) preflight.Subject { return subject(about, &folders, o.Vault) }
	o.Support = &support.Source{
		System: here.New(nil).System, Profiles: o.Profiles.List, Customers: o.Customers.List,
		Here: support.ThisComputer(folders),
	}
	end = func() {}
	c := classic.Options{Version: assets.Version}
	err := folders.Make()
	if err == nil {
		var log *journal.Journal
		if log, err = journal.Open(context.Background(), folders.Journal()); err == nil {
			c.Shells, o.Journal, o.Places, o.Shells, o.Repairs = log.Shells(), jobs.Log(log), log.Places("window"), log, log
			o.Support.Log = log
			end = func() { _ = log.Close() } // everything is written by then
		}
	}
	if err != nil {
		o.Problem = exchange.AsProblem(err) // the window opens all the same, and says so
	}
	o.Connector = classic.New(c)
	return o, end
}

// startSample starts the sample partner, which is met over a socket like any server.
func startSample(ctx context.Context) (shell.Sample, error) {
	sim := &exchangesim.Server{}
	if err := sim.Start(); err != nil {
		return shell.Sample{}, &exchange.Problem{Code: exchange.CodeUnexpected, Doing: "start the sample partner", Cause: err}
	}
	if ctx.Err() != nil {
		_ = sim.Close()
		return shell.Sample{}, &exchange.Problem{Code: exchange.CodeCancelled, Cause: ctx.Err()}
	}
	at := sim.Describe()
	s := shell.Sample{
		URL: at.Classic, Credential: exchange.Credential{User: at.User, Password: sim.Password}, PrivateCA: sim.CACert(),
		Connector: classic.New(classic.Options{Version: assets.Version}),
		Close:     func() { _ = sim.Close() },
	}
	for _, c := range at.Customers {
		s.Customers = append(s.Customers, customers.Customer{Domain: exchange.CustomerID(c.Domain), TenantID: c.TenantID, Name: c.Name})
	}
	return s, nil
}
