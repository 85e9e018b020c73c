package shell_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tenantry/core/exchangesim"
	"tenantry/core/results"
	"tenantry/gui/compare"
	"tenantry/gui/kit/grid"
	"tenantry/gui/resultstable"
)

const (
	january  = "PrimarySmtpAddress,DisplayName,ProhibitSendQuota,Department\r\nanna@a.example,Anna,10 GB,Sales\r\nbart@a.example,Bart,10 GB,Sales\r\nzoe@a.example,Zoë,10 GB,Legal\r\n"
	february = "PrimarySmtpAddress,DisplayName,ProhibitSendQuota,Department\r\nanna@a.example,Anna,20 GB,Sales\r\nbart@a.example,Bart,10 GB,Sales\r\ncees@a.example,Cees,10 GB,Legal\r\n"
)

// grid is the table on the screen.
func (d *desk) grid() (found *grid.Grid) {
	d.t.Helper()
	d.queue.Do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if g, ok := o.(*grid.Grid); ok {
				found = g
			}
			return found == nil
		})
	})
	if found == nil {
		d.t.Fatalf("no table shows: %q", d.texts())
	}
	return found
}

// cells are the cells of a column as they show.
func (d *desk) cells(column string) (out []grid.Cell) {
	d.t.Helper()
	g := d.grid()
	d.queue.Do(func() {
		data := g.Data()
		at := slices.IndexFunc(data.Columns(), func(c grid.Column) bool { return c.Key == column })
		if at < 0 {
			d.t.Errorf("there is no column %s", column)
			return
		}
		for row := range data.Rows() {
			out = append(out, data.Cell(row, at))
		}
	})
	return out
}

func words(cells []grid.Cell) (out []string) {
	for _, c := range cells {
		out = append(out, c.Text)
	}
	return out
}

// Two exports of a month apart: what came, what went, and what is another value now, marked and not by colour alone;
// buttons with the counts show one kind; the page in front of a file says what was compared.
func TestTwoFilesAreCompared(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.drop(d.file("january.csv", january), d.file("february.csv", february))
	d.press("Compare with an earlier table  (Ctrl+D)")
	d.shot("compare-choose")
	if c := d.flow.Model().Comparing; c == nil || !c.Model().Ready() || !slices.Equal(c.Model().Key, []string{"PrimarySmtpAddress"}) {
		t.Fatalf("asked is %+v; the screen says %q", c, d.texts())
	}
	d.press("Compare")
	if got := d.titles(); !slices.Equal(got, []string{"january.csv", "february.csv", "What changed: february.csv"}) {
		t.Fatalf("the tabs are %q; the screen says %q", got, d.texts())
	}
	d.shot("compare")
	if got := words(d.cells(results.ChangeColumn)); !slices.Equal(got, []string{"changed", "added", "removed"}) {
		t.Errorf("the changes are %q", got)
	}
	for i, want := range []grid.Mark{grid.MarkChanged, grid.MarkAdded, grid.MarkRemoved} {
		if c := d.cells(results.ChangeColumn)[i]; c.Mark != want || c.Fill == grid.Plain {
			t.Errorf("row %d is marked %+v", i, c)
		}
	}
	before, after := d.cells("ProhibitSendQuota before"), d.cells("ProhibitSendQuota after")
	if before[0].Text != "10 GB" || after[0].Text != "20 GB" || after[0].Mark != grid.MarkChanged || after[0].Fill == grid.Plain || after[1].Mark != grid.MarkNone {
		t.Errorf("the quota was %+v and is %+v", before, after)
	}
	for _, button := range []string{"All 3", "+ 1 added", "– 1 removed", "± 1 changed"} {
		if !d.offers(button) {
			t.Errorf("there is no button %q", button)
		}
	}
	d.press("– 1 removed")
	if got := words(d.cells("PrimarySmtpAddress")); !slices.Equal(got, []string{"zoe@a.example"}) {
		t.Errorf("removed are %q", got)
	}
	d.press("+ 1 added")
	if got := words(d.cells("PrimarySmtpAddress")); !slices.Equal(got, []string{"cees@a.example"}) {
		t.Errorf("added are %q", got)
	}
	d.press("All 3")
	if got := len(d.cells(results.ChangeColumn)); got != 3 {
		t.Errorf("%d rows show", got)
	}
	if shown := d.flow.Model().Tab().Table.Model().Shown(); !slices.Equal(shown, []string{"Change", "PrimarySmtpAddress", "Changed", "DisplayName", "ProhibitSendQuota before", "ProhibitSendQuota after"}) {
		t.Errorf("the columns are %q", shown)
	}
	tab := d.flow.Model().Tab()
	d.chosen.path = filepath.Join(filepath.Dir(d.saved), "changes.xlsx")
	d.do(func() { d.flow.Export(tab, resultstable.Wanted{View: tab.Table.Model().View}) })
	if day := time.Now().Format(time.DateOnly); d.chosen.offered != "What changed february "+day+".xlsx" {
		t.Errorf("the name that is offered is %q", d.chosen.offered)
	}
	names, cover := sheets(t, d.chosen.path)
	if len(names) != 2 || !strings.Contains(cover, "january.csv") || !strings.Contains(cover, "compared with february.csv") {
		t.Errorf("the sheets are %q, the first says\n%s", names, cover)
	}
	if tint := tintOf(t, d.chosen.path, names[1], "A2"); tint == "" || tint == tintOf(t, d.chosen.path, names[1], "A3") {
		t.Errorf("the first change is tinted %q", tint)
	}
	if tintOf(t, d.chosen.path, names[1], "B2") != "" {
		t.Error("a cell that is the same is tinted")
	}

	// The other way round, and a table that differs in nothing.
	d.do(func() { d.flow.Show(1) })
	d.press("Compare with an earlier table  (Ctrl+D)")
	d.press("The other way round")
	d.press("Compare")
	if got := words(d.cells("ProhibitSendQuota after")); got[0] != "10 GB" {
		t.Errorf("the other way round, the quota is %q", got)
	}
	d.drop(d.file("copy.csv", january))
	d.press("Compare with an earlier table  (Ctrl+D)")
	at := slices.IndexFunc(d.flow.Model().Comparing.Model().Others, func(s compare.Source) bool { return s.Title == "january.csv" })
	d.do(func() { d.flow.Model().Comparing.Choose(at) })
	d.press("Compare")
	if !d.says("Nothing changed") || !d.says("All 3 rows are the same in both.") {
		t.Errorf("the screen says %q", d.texts())
	}
}

// What changed since last time: the same question asked again keeps the answer of before to compare with. A file
// of last month will do, too.
func TestWhatChangedSinceLastTime(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.enter()
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	tab := d.ended()
	who := words(d.cells("PrimarySmtpAddress"))[3]
	d.chosen.path = filepath.Join(filepath.Dir(d.saved), "last-month.jsonl")
	d.do(func() { d.flow.Export(tab, resultstable.Wanted{View: tab.Table.Model().View}) })

	d.ask("Set-Mailbox", "Identity", who, "DisplayName", "Reception desk")
	d.do(d.flow.Form.Yes)
	d.ended()
	d.do(func() {
		d.flow.Show(0)
		d.flow.Again()
	})
	again := d.ended()
	if _, ok := again.Earlier(); again == tab || !ok {
		t.Fatal("the answer of before is gone")
	}
	d.do(func() { d.flow.WhatChanged(again) })
	d.shot("compare-since")
	if got := words(d.cells("DisplayName after")); !slices.Equal(got, []string{"Reception desk"}) {
		t.Errorf("changed are %q; the screen says %q", got, d.texts())
	}
	if got := words(d.cells("PrimarySmtpAddress")); !slices.Equal(got, []string{who}) {
		t.Errorf("changed is %q, want %q", got, who)
	}

	// A file that is chosen while one compares.
	d.do(func() {
		d.flow.Show(0)
		d.flow.CompareWith(d.flow.Model().Tab())
	})
	d.press("Open a file…")
	if others := d.flow.Model().Comparing.Model().Others; others[len(others)-1].Title != "last-month.jsonl" {
		t.Fatalf("to choose from are %+v", others)
	}
	d.press("Compare")
	if got := words(d.cells("DisplayName after")); !slices.Equal(got, []string{"Reception desk"}) {
		t.Errorf("since last month changed are %q", got)
	}
	d.do(d.flow.SignOut)
	d.until("nothing of the account shows", func() bool { return len(d.flow.Model().Tabs) == 0 })
}

// Tables that share nothing are said to; Esc puts the question away; a comparison follows the language.
func TestComparingSaysWhatDoesNotFit(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.drop(d.file("a.csv", "Name\r\nAnna\r\nAnna\r\n"), d.file("b.csv", "Beds\r\n24\r\n"), d.file("c.csv", "Name,Desk\r\nAnna,1\r\nBart,2\r\n"))
	d.do(func() { d.flow.CompareWith(d.flow.Model().Tabs[1]) })
	d.shot("compare-nothing-shared")
	if !d.says("These two tables have no column in common") || d.flow.Model().Comparing.Model().Ready() {
		t.Errorf("the screen says %q", d.texts())
	}
	d.do(func() { d.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
	if d.flow.Model().Comparing != nil || d.says("Rows are about the same thing when these agree") {
		t.Error("Esc does not put the question away")
	}
	d.do(func() { d.flow.CompareWith(d.flow.Model().Tabs[2]) })
	d.press("Compare")
	d.shot("compare-repeats")
	for _, part := range []string{"Name does not tell all rows of a.csv apart", "Only c.csv", "has the column Desk"} {
		if !slicesContainsPart(d.texts(), part) {
			t.Errorf("the screen does not say %q: %q", part, d.texts())
		}
	}
	d.do(func() { d.flow.SetLanguage("nl") })
	if got := words(d.cells(results.ChangeColumn)); !slices.Contains(got, "toegevoegd") {
		t.Errorf("in Dutch the changes are %q", got)
	}
	d.shot("compare-dutch")
}
