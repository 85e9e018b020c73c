// Package shell is the window: it puts the first screen, the customers, the form and the tables of answers
// together, starts and stops runs, and sees to it that no session is left open when it closes.
//
// The model says what is to be seen, the flow decides what intents of the parts mean and works away from
// the screen, the panel draws.
package shell

import (
	"time"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/gui/cmdletform"
	"tenantry/gui/compare"
	"tenantry/gui/resultstable"
	"tenantry/gui/signindialog"
)

// Sample is the sample partner, started.
type Sample = signindialog.Sample

// Stage is what the window is at.
type Stage uint8

// The stages.
const (
	SignedOut Stage = iota
	Working
	Closing // sessions are being closed
)

// Tab is one table: of a run with its form, or of a file.
type Tab struct {
	Request cmdletform.Request // of a run
	Run     *jobs.Run          // nil for a table that no run brings
	File    *File              // nil for a table that is of no file
	Result  *compare.Result    // nil for a table that is no comparison
	Table   *resultstable.Flow
	Name    string // given by the person, empty for the usual title
	Pinned  bool   // stands in front, and no other run takes its place
	Parts   []Part // in the order they were asked
	Running bool
	Ended   int    // customers that have answered, or will not
	Said    []Said // what servers wrote beside rows, such as what a change would do

	earlier *compare.Source // the answer to the same question of before, nil for none
	news    []jobs.Update   // what Table was told, without mere counts, to tell a new one after a change of language
}

// File is a table that was read from disk.
type File struct {
	Path     string
	Written  time.Time // the rows are at most as new as the file; zero when that is not known
	Warnings []*exchange.Problem

	table *results.Table
}

// rows is where the tab's rows are.
func (t *Tab) rows() *results.Table {
	switch {
	case t.Run != nil:
		return t.Run.Table()
	case t.Result != nil:
		return t.Result.Table
	}
	return t.File.table
}

// stop ends what still goes on for the tab. Rows that arrived stay.
func (t *Tab) stop() {
	if t.Run != nil {
		t.Run.Cancel()
	}
}

// OfAccount tells whether the rows came from customers of the account that is signed in, and so go when it does.
func (t *Tab) OfAccount() bool {
	return t.Run != nil || t.Result != nil && (t.Result.Before.OfAccount || t.Result.After.OfAccount)
}

// Part is one customer's part in a run.
type Part struct {
	Customer exchange.CustomerID
	Phase    jobs.Phase
	Rows     int
	Wait     *jobs.Wait        // what it waits for, while it does and that is known
	Problem  *exchange.Problem // why it ended without an answer
	Partial  bool              // rows came, but not all there were
}

// Said is a line a server wrote.
type Said struct {
	Customer exchange.CustomerID
	Text     string
}

// Told tells whether what servers wrote is all of the answer: of a preview, which brings no rows.
func (t *Tab) Told() bool {
	return t.Request.Preview && !t.Running && !t.Troubled() && t.Rows() == 0
}

// Missing are the customers whose rows are not all there were, some of them here.
func (t *Tab) Missing() []exchange.CustomerID {
	var out []exchange.CustomerID
	for _, p := range t.Parts {
		if p.Partial {
			out = append(out, p.Customer)
		}
	}
	return out
}

// Troubled tells whether something of the answer is missing.
func (t *Tab) Troubled() bool {
	for _, p := range t.Parts {
		if p.Problem != nil && p.Phase.Final() {
			return true
		}
	}
	return false
}

// Rows is how many rows arrived.
func (t *Tab) Rows() int {
	if t.Run == nil {
		return t.rows().Len()
	}
	n := 0
	for _, p := range t.Parts {
		n += p.Rows
	}
	return n
}

// Import is how far fetching all cmdlets is.
type Import struct{ Done, Total int }

// NoteKind says what a Note means.
type NoteKind uint8

// The kinds.
const (
	NoteInfo NoteKind = iota
	NoteGood
	NoteWarn
	NoteBad
)

// Note is something to say above everything else, until it is taken away. Its words are chosen when it is
// drawn, so that they follow the language.
type Note struct {
	Kind    NoteKind
	Key     string            // of a text, with Args; or
	Args    []any             //
	Count   int               // of a text that counts, when Counted
	Counted bool              //
	Problem *exchange.Problem // a problem instead of a text
	Path    string            // a file that can be shown, empty for none
	Undo    *Tab              // what was closed, and can come back
}

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	Stage     Stage
	Account   string
	Host      string
	Sample    bool
	Used      int // sessions of this window
	Others    int // sessions of the account elsewhere on this computer, and left open
	Max       int // sessions the account may have
	Tabs      []*Tab
	Active    int           // number of the tab that shows, -1 for none
	Bench     bool          // while signed out: tables of files show, not the first screen
	Comparing *compare.Flow // asks what to compare with, nil while it does not
	Closed    *Tab          // the one that was closed last, nil for none
	Import    *Import
	Tasks     []*Task
	Notes     []Note
	NotesTurn int // grows whenever Notes change
	Question  *signindialog.Question
	Sessions  SessionsView
	Keys      bool      // the card with the keys shows
	Left      *LeftNote // nil when nothing was left open
	Leaving   bool      // asks whether to sign in again though rows would be lost
	SaysSo    bool      // closing takes long enough to say so
	Before    int       // questions before which it is looked whether they can be answered
	Blocked   *Blocked  // nil while nothing blocks
}

// Tab is the tab that shows, nil for none.
func (m *Model) Tab() *Tab {
	if m.Active < 0 || m.Active >= len(m.Tabs) {
		return nil
	}
	return m.Tabs[m.Active]
}

// Busy tells whether a run is under way.
func (m *Model) Busy() bool {
	for _, t := range m.Tabs {
		if t.Running {
			return true
		}
	}
	return m.Import != nil
}
