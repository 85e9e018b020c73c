//go:build linux

package frames

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"

	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
	"tenantry/gui/resultstable"
	"tenantry/test/bench/million"
	"tenantry/test/e2e/screen"
)

// onMain brings functions to the goroutine that owns the screen, before there is one.
var onMain = make(chan func())

// scratch is a folder that is gone when the tests have ended.
var scratch string

// TestMain keeps the main goroutine for the window: the toolkit wants that one.
func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "tenantry-frames-"); err != nil {
		panic(err)
	}
	ended := make(chan int)
	go func() { ended <- m.Run() }()
	for {
		select {
		case f := <-onMain:
			f()
		case code := <-ended:
			if err := os.RemoveAll(scratch); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			os.Exit(code)
		}
	}
}

// stage is the window with the results of a million rows, and who sits before it.
type stage struct {
	*screen.Display
	t      testing.TB
	win    fyne.Window
	panel  *resultstable.Panel
	flow   *resultstable.Flow
	grid   *grid.Grid // what input goes to
	probe  *probe
	closed chan struct{}
}

// taken is held by the one stage a process can have: the toolkit's driver runs once.
var taken sync.Mutex

const title = "A million rows"

// open shows the table in a window on a display of its own, and closes both with the test.
func open(t testing.TB) *stage {
	t.Helper()
	if p := screen.Missing(); p != "" {
		t.Skipf("%s is not installed: run packaging/setup.sh test", p)
	}
	if !taken.TryLock() {
		t.Skip("another test of this process had the window")
	}
	rows := table(t)
	build, err := filepath.Abs(filepath.Join("..", "..", "build"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Display: screen.New(t, 1280, 800, filepath.Join(build, "screens")), t: t, closed: make(chan struct{})}
	for _, e := range s.Environ() {
		if name, value, _ := strings.Cut(e, "="); name == "DISPLAY" || name == "LIBGL_ALWAYS_SOFTWARE" || name == "LC_ALL" || name == "LANG" {
			t.Setenv(name, value)
		}
	}
	// The toolkit watches its settings until the process has ended, so they are in no folder that goes before.
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(build, "frames-settings"))
	shown := make(chan struct{})
	onMain <- func() {
		a := app.NewWithID("app.tenantry.frames")
		a.Settings().SetTheme(theme.Theme{Mode: theme.Light})
		s.win = a.NewWindow(title)
		s.flow = resultstable.NewFlow(rows, resultstable.Options{Loop: &loop.App{}, Words: wording.For("en")})
		s.panel = resultstable.NewPanel(s.flow)
		s.grid = s.panel.Grid()
		s.probe = newProbe()
		s.show(tip.Wrap(s.panel.Content()))
		s.win.SetPadded(false)
		s.win.Resize(fyne.NewSize(1240, 740))
		a.Lifecycle().SetOnStarted(func() {
			s.probe.start()
			close(shown)
		})
		s.win.ShowAndRun()
		close(s.closed)
	}
	<-shown
	t.Cleanup(func() {
		s.do(s.panel.Close)
		fyne.Do(fyne.CurrentApp().Quit)
		<-s.closed
	})
	s.Window(title, 20*time.Second)
	s.Until("the rows are there", 20*time.Second, func() (there bool) {
		s.do(func() { there = s.grid.Data().Rows() == million.Rows })
		return there
	})
	s.do(func() {
		states := make([]resultstable.ColumnState, len(million.Columns)) // all 20, in the file's order
		for i, name := range million.Columns {
			states[i].Name = name
		}
		s.flow.SetColumns(states)
		s.flow.Freeze(2)
		grid.Focus(s.grid)
	})
	s.quiet()
	return s
}

// table is the million rows, read from a file as a user would open it.
func table(t testing.TB) *results.Table {
	t.Helper()
	path := filepath.Join(scratch, "million.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := million.Write(f, million.Rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	o, err := export.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	return o.Table
}

// show puts content in the window, with the probe behind it.
func (s *stage) show(content fyne.CanvasObject) {
	s.win.SetContent(container.New(beside{}, content, s.probe))
}

// do runs f on the screen's goroutine and waits for it.
func (s *stage) do(f func()) { fyne.DoAndWait(f) }

// quiet waits until everything that was put in has been handled and drawn.
func (s *stage) quiet() {
	s.t.Helper()
	before := -1
	s.Until("the window stands still", time.Minute, func() bool {
		now := 0
		s.do(func() { now = s.probe.count })
		same := now == before
		before = now
		return same
	})
}

// way is one way to scroll: real input, and the frames it led to.
func (s *stage) way(name string, input func()) {
	s.t.Helper()
	s.do(func() { s.probe.what = name })
	input()
	s.quiet()
	s.do(func() { s.probe.what = "" })
	s.right(name)
}

// right looks whether what is drawn are the rows that belong there. The two frozen columns are always in sight,
// and the second ends with the row's number.
func (s *stage) right(when string) {
	s.t.Helper()
	s.do(func() {
		data := s.grid.Data()
		top, _ := s.grid.Top()
		lines, columns := s.grid.Words(), s.grid.VisibleColumns()
		if len(lines) < 20 {
			s.t.Errorf("%s: only %d rows are drawn", when, len(lines))
		}
		for i, line := range lines {
			for c := range 2 {
				if want := data.Cell(top+i, columns[c]).Text; len(line) < 3 || line[c] != want {
					s.t.Errorf("%s: row %d of the screen says %q, row %d of the table says %q", when, i, line, top+i, want)
					return
				}
			}
		}
	})
}

// memory is what the process holds: bytes and objects in use, and what the system counts, drivers too.
type memory struct{ bytes, objects, resident int64 }

func (s *stage) memory() (m memory) {
	s.do(func() {
		runtime.GC()
		runtime.GC() // what the first one found to be finalised
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		m.bytes, m.objects = int64(stats.HeapAlloc), int64(stats.HeapObjects)
	})
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		s.t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(status))[1], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	m.resident = pages * int64(os.Getpagesize())
	return m
}

// mouse gives xdotool's commands that are about the window, in its own coordinates.
func (s *stage) mouse(commands ...string) {
	s.t.Helper()
	s.Input(append([]string{"search", "--onlyvisible", "--name", "^" + title + "$"}, commands...)...)
}

// to is xdotool's command that moves the pointer to a point of the grid.
func (s *stage) to(x, y float32) []string {
	var at fyne.Position
	s.do(func() { at = locate.Position(s.grid) })
	return []string{"mousemove", "--window", "%1", strconv.Itoa(int(at.X + x)), strconv.Itoa(int(at.Y + y))}
}

// picture is what the display shows.
func (s *stage) picture(name string) image.Image {
	s.t.Helper()
	s.quiet()
	f, err := os.Open(s.Shot(name))
	if err != nil {
		s.t.Fatal(err)
	}
	img, err := png.Decode(f)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
	return img
}
