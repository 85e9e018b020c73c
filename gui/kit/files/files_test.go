package files

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sqweek/dialog"
)

func TestACancelledContextOpensNoDialog(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (System{}).SaveFile(ctx, "Export", "rows.csv", Filter{"CSV", []string{"csv"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name string
		open func() (string, error)
		path string
		err  error
	}{
		{"a file", func() (string, error) { return "/tmp/rows.csv", nil }, "/tmp/rows.csv", nil},
		{"the user closed it", func() (string, error) { return "", dialog.Cancelled }, "", ErrCancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, err := ask(t.Context(), c.open)
			if path != c.path || !errors.Is(err, c.err) {
				t.Errorf("%q, %v; want %q, %v", path, err, c.path, c.err)
			}
		})
	}
	if _, err := ask(t.Context(), func() (string, error) { panic("no X server") }); err == nil || errors.Is(err, ErrCancelled) {
		t.Errorf("without a screen the error is %v", err)
	}
}

// TestOneDialogAtATime has a second question wait for the first, and lets who asks give up while it waits.
func TestOneDialogAtATime(t *testing.T) {
	opened, closing := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := ask(t.Context(), func() (string, error) { close(opened); <-closing; return "a", nil })
		done <- err
	}()
	<-opened
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() {
		_, err := ask(ctx, func() (string, error) { t.Error("two dialogs at once"); return "b", nil })
		second <- err
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	close(closing)
	if err := <-done; err != nil {
		t.Errorf("the first dialog ended with %v", err)
	}
}

func TestANameGetsTheEndingOfItsKind(t *testing.T) {
	kinds := []Filter{{"Excel workbook", []string{"xlsx"}}, {"Web page", []string{"html", "htm"}}}
	for path, want := range map[string]string{
		"rows": "rows.xlsx", "rows.xlsx": "rows.xlsx", "rows.HTM": "rows.HTM", "Mailboxes 30.11": "Mailboxes 30.11.xlsx", "rows.csv": "rows.csv.xlsx",
	} {
		if got := withEnding(path, "offered.xlsx", kinds, 0); got != want {
			t.Errorf("%s is saved as %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{ // a web page is chosen in the dialog
		"rows": "rows.html", "offered.xlsx": "offered.html", "own.xlsx": "own.xlsx", "rows.htm": "rows.htm",
	} {
		if got := withEnding(path, "offered.xlsx", kinds, 1); got != want {
			t.Errorf("as a web page %s is saved as %s, want %s", path, got, want)
		}
	}
	if got := withEnding("rows", "rows", nil, 0); got != "rows" {
		t.Errorf("without kinds it is saved as %s", got)
	}
}

func TestNamesThatEverySystemTakes(t *testing.T) {
	for words, want := range map[string]string{
		"Large mailboxes": "Large mailboxes", `a/b\c:d*e?f"g<h>i|j`: "a-b-c-d-e-f-g-h-i-j", "two\nlines": "two-lines",
		"CON": "CON-", "nul.2026": "nul-.2026", "Com1": "Com1-", "LPT²": "LPT²-", "COM10": "COM10", "console": "console", "aux ": "aux-",
		"what...": "what", ".hidden": "hidden", "...": "Tenantry", "": "Tenantry", strings.Repeat("é", 300): strings.Repeat("é", 120),
	} {
		if got := Name(words); got != want {
			t.Errorf("%q became %q, want %q", words, got, want)
		}
	}
}
