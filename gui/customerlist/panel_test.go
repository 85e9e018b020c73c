package customerlist_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/language"

	"tenantry/core/customers"
	"tenantry/core/wording"
	"tenantry/gui/customerlist"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
)

func TestTwoThousandCustomersOnTheScreen(t *testing.T) {
	queue := loop.NewQueue()
	defer queue.Close()
	store := customers.Open(filepath.Join(t.TempDir(), "customers.json"), language.English)
	var flow *customerlist.Flow
	do := func(f func()) { queue.Do(f); <-queue.Idle() }
	selected := func(want string) {
		t.Helper()
		var got []string
		queue.Do(func() {
			for _, c := range flow.Model().Selected() {
				got = append(got, c.Name)
			}
		})
		if strings.Join(got, " ") != want {
			t.Errorf("selected are %v, want %s", got, want)
		}
	}
	list := ""
	for i := range 2000 {
		list += fmt.Sprintf("c%d.example\n", 1000+i)
	}
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	do(func() { flow = customerlist.NewFlow(queue, store, ""); flow.Import(file) })
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	var win fyne.Window
	do(func() {
		p := customerlist.NewPanel(flow, wording.For("en"), queue, files.System{})
		win = test.NewWindow(p.Content())
		win.Resize(fyne.NewSize(260, 700))
		p.FocusSearch()
		win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown}) // into the list
	})
	key := func(name fyne.KeyName) {
		do(func() { win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) })
	}
	key(fyne.KeyEnd)
	selected("c2999.example")
	do(func() {
		win.Canvas().Focused().(desktop.Keyable).KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	})
	key(fyne.KeyUp)
	selected("c2998.example c2999.example")
	queue.Do(func() {
		made := 0
		var count func(o fyne.CanvasObject)
		count = func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case fyne.Widget:
				made++
				for _, child := range test.WidgetRenderer(o).Objects() {
					count(child)
				}
			case *fyne.Container:
				for _, child := range o.Objects {
					count(child)
				}
			}
		}
		count(win.Content())
		if made > 1000 {
			t.Errorf("%d widgets were made for a list of which 25 rows show", made)
		}
		win.Close()
	})
}

func BenchmarkSearch2000(b *testing.B) {
	store := customers.Open(filepath.Join(b.TempDir(), "customers.json"), language.English)
	queue := loop.NewQueue()
	defer queue.Close()
	list := filepath.Join(b.TempDir(), "list.csv")
	text := ""
	for i := range 2000 {
		text += fmt.Sprintf("c%d.example\n", 1000+i)
	}
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	var flow *customerlist.Flow
	queue.Do(func() { flow = customerlist.NewFlow(queue, store, ""); flow.Import(list) })
	<-queue.Idle()
	b.ResetTimer()
	queue.Do(func() {
		for b.Loop() {
			flow.Search("99")
			flow.Search("")
		}
	})
}
