//go:build unix

// Package screen is a person in front of a computer: a virtual display with a window system, a keyboard, a
// mouse and eyes. It reads what is shown with text recognition and clicks on the words it finds, so a story
// knows nothing of the program it plays with.
//
// It needs Xvfb, openbox, xdotool, ImageMagick, tesseract and a session bus (packaging/setup.sh test).
package screen

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Programs are what a display needs to be there.
var Programs = []string{"Xvfb", "openbox", "xdotool", "import", "convert", "tesseract", "dbus-run-session", "gnome-keyring-daemon"}

// Missing returns the first of Programs that is not installed, or "".
func Missing() string {
	for _, p := range Programs {
		if _, err := exec.LookPath(p); err != nil {
			return p
		}
	}
	return ""
}

// Display is one virtual screen. It is used from the test's goroutine only.
type Display struct {
	// Language is what text recognition reads, as tesseract names it; empty means "eng".
	Language string

	t             testing.TB
	name          string // ":77"
	home          string
	Width, Height int
	shots         string

	seen   [sha256.Size]byte // the picture that was read last
	seenIn string            // and its Language
	read   map[string][]Word // what was read in it, by box
}

// New starts a display of the given size with a window manager, and ends both with the test.
// Pictures go to folder, which is made.
func New(t testing.TB, width, height int, folder string) *Display {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	d := &Display{t: t, Width: width, Height: height, shots: folder, home: t.TempDir()}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	// Without -noreset the display starts anew when its last client leaves, and takes a window manager that is just
	// coming with it.
	x := exec.Command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "+extension", "GLX", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	d.start(x)
	write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	d.name = ":" + strings.TrimSpace(number)
	d.start(d.command("openbox"))
	d.Until("the window manager runs", 10*time.Second, func() bool {
		out, err := d.command("xprop", "-root", "_NET_SUPPORTING_WM_CHECK").Output()
		return err == nil && bytes.Contains(out, []byte("window id"))
	})
	return d
}

// Home is the home folder of the programs started here.
func (d *Display) Home() string { return d.home }

// Start runs a program on the display, inside a session bus with an unlocked secret store of its own, and
// ends it with the test. What it prints goes to the test's log. extra are environment variables "A=b".
func (d *Display) Start(program string, args []string, extra ...string) *Process {
	d.t.Helper()
	unlock := `eval "$(printf 'scratch\n' | gnome-keyring-daemon --unlock --components=secrets)"; exec "$0" "$@"`
	c := d.command("dbus-run-session", append([]string{"--", "bash", "-c", unlock, program}, args...)...)
	c.Env = append(c.Env, extra...)
	p := &Process{program: program, done: make(chan struct{})}
	c.Stdout, c.Stderr = &p.out, &p.out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what it started ends with it
	if err := c.Start(); err != nil {
		d.t.Fatal(err)
	}
	p.cmd = c
	go func() {
		p.err = c.Wait()
		close(p.done)
	}()
	d.t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		<-p.done
		if d.t.Failed() {
			d.t.Logf("the program printed:\n%s", p.out.String())
		}
	})
	return p
}

// Process is a program on the display.
type Process struct {
	program string
	cmd     *exec.Cmd
	out     safeBuffer
	done    chan struct{}
	err     error
}

// Output is what the program printed so far.
func (p *Process) Output() string { return p.out.String() }

// Exit waits until the program ended, at most for limit.
func (p *Process) Exit(limit time.Duration) error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(limit):
		return errors.New("still running")
	}
}

// Kill ends the program itself with SIGKILL, as a crash or a power cut does, and waits for it. What it ran in,
// the session bus and the secret store, ends by itself.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	pid := p.find()
	if pid == 0 {
		t.Fatalf("%s does not run", p.program)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := p.Exit(20 * time.Second); err == nil {
		t.Errorf("%s ended well", p.program)
	}
}

// find looks for the program among those that were started with it.
func (p *Process) find() (pid int) {
	files, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return 0
	}
	for _, file := range files {
		exe, err := os.Readlink(file)
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if group, groupErr := syscall.Getpgid(n); err == nil && groupErr == nil && exe == p.program && group == p.cmd.Process.Pid {
			return n
		}
	}
	return 0
}

// Word is a piece of text on the screen with its box in pixels.
type Word struct {
	Text                     string
	Left, Top, Width, Height int
	line                     string
}

func (w Word) right() int { return w.Left + w.Width }

// Middle is where to click on w.
func (w Word) Middle() (x, y int) { return w.Left + w.Width/2, w.Top + w.Height/2 }

// enlarge is how much larger text recognition sees the screen: 13-pixel letters are too small for it.
const enlarge = 2

// Words reads the screen, or the part of it inside box (left, top, width, height).
func (d *Display) Words(box ...int) []Word {
	d.t.Helper()
	file := filepath.Join(d.home, "read.ppm")
	d.capture(file)
	picture, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	// Reading takes a second; what has not changed since is not read again.
	if now := sha256.Sum256(picture); now != d.seen || d.Language != d.seenIn {
		d.seen, d.seenIn, d.read = now, d.Language, map[string][]Word{}
	}
	where := fmt.Sprint(box)
	if words, ok := d.read[where]; ok {
		return words
	}
	words := d.recognise(file, box)
	d.read[where] = words
	return words
}

// recognise reads a picture of the screen, or the part of it inside box.
func (d *Display) recognise(file string, box []int) []Word {
	d.t.Helper()
	args := []string{file}
	dx, dy := 0, 0
	if len(box) == 4 {
		dx, dy = box[0], box[1]
		args = append(args, "-crop", fmt.Sprintf("%dx%d+%d+%d", box[2], box[3], box[0], box[1]), "+repage")
	}
	args = append(args, "-colorspace", "Gray", "-filter", "Triangle", "-resize", fmt.Sprintf("%d%%", enlarge*100), file)
	if out, err := exec.Command("convert", args...).CombinedOutput(); err != nil {
		d.t.Fatalf("convert: %v\n%s", err, out)
	}
	language := d.Language
	if language == "" {
		language = "eng"
	}
	c := exec.Command("tesseract", file, "-", "--psm", "11", "-l", language, "tsv")
	c.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	out, err := c.Output()
	if err != nil {
		d.t.Fatalf("tesseract: %v", err)
	}
	var words []Word
	for _, row := range strings.Split(string(out), "\n")[1:] {
		f := strings.Split(row, "\t")
		if len(f) < 12 || f[0] != "5" || strings.TrimSpace(f[11]) == "" {
			continue
		}
		n := make([]int, 4)
		for i := range n {
			n[i], _ = strconv.Atoi(f[6+i])
		}
		words = append(words, Word{
			Text: strings.TrimSpace(f[11]), Left: n[0]/enlarge + dx, Top: n[1]/enlarge + dy,
			Width: n[2] / enlarge, Height: n[3] / enlarge, line: strings.Join(f[1:5], "."),
		})
	}
	return words
}

// Find returns where text stands on the screen: one word, or several that follow each other on one line.
// Case does not count. The topmost place wins.
func (d *Display) Find(text string, box ...int) (Word, bool) {
	return find(d.Words(box...), text)
}

// FindIn is Find among words that were read before.
func FindIn(words []Word, text string) (Word, bool) { return find(words, text) }

func find(words []Word, text string) (Word, bool) {
	want := strings.Fields(strings.ToLower(text))
	for i := range words {
		if i+len(want) > len(words) {
			break
		}
		whole := words[i]
		ok := true
		for k, w := range want {
			got := words[i+k]
			if !same(got.Text, w) || k > 0 && (abs(got.Top-words[i].Top) > 12 || got.Left-whole.right() > 40) {
				ok = false
				break
			}
			whole.Width = got.right() - whole.Left
		}
		if ok {
			whole.Text = text
			return whole, true
		}
	}
	return Word{}, false
}

// same forgives what text recognition gets wrong at the edges of a word: dots, bars and brackets.
func same(got, want string) bool {
	trim := func(s string) string { return strings.Trim(strings.ToLower(s), ".,:;|()[]{}'\"`_-—…©®°*!?>< ") }
	return trim(got) == trim(want)
}

// See waits until text stands on the screen, at most for limit, and returns where.
func (d *Display) See(text string, limit time.Duration, box ...int) Word {
	d.t.Helper()
	var w Word
	d.Until(fmt.Sprintf("%q is on the screen", text), limit, func() (ok bool) {
		w, ok = d.Find(text, box...)
		return ok
	})
	return w
}

// Click waits until text stands on the screen and clicks on it.
func (d *Display) Click(text string, box ...int) {
	d.t.Helper()
	x, y := d.See(text, 20*time.Second, box...).Middle()
	d.ClickAt(x, y)
}

// ClickAt clicks the left button at a pixel.
func (d *Display) ClickAt(x, y int) {
	d.t.Helper()
	// A press straight after the move lands at the old place: the toolkit takes the position from its own
	// loop. xdotool itself waits in between.
	d.run("xdotool", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.2", "click", "1", "sleep", "0.1")
}

// RightClick waits until text stands on the screen and opens its menu.
func (d *Display) RightClick(text string, box ...int) {
	d.t.Helper()
	x, y := d.See(text, 20*time.Second, box...).Middle()
	d.run("xdotool", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.2", "click", "3", "sleep", "0.1")
}

// Wheel turns the mouse's wheel down by some notches over a pixel.
func (d *Display) Wheel(x, y, notches int) {
	d.t.Helper()
	d.run("xdotool", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.2", "click", "--repeat", strconv.Itoa(notches), "--delay", "40", "5", "sleep", "0.1")
}

// Type types text into what has the focus.
func (d *Display) Type(text string) {
	d.t.Helper()
	d.run("xdotool", "type", "--delay", "25", text)
}

// Key presses keys in xdotool's names, one after the other: "Tab", "ctrl+k", "Return".
func (d *Display) Key(keys ...string) {
	d.t.Helper()
	d.run("xdotool", append([]string{"key", "--delay", "60"}, keys...)...)
}

// Input gives xdotool's commands in one go, for what the other methods do not do: a wheel, a drag, a key held.
func (d *Display) Input(commands ...string) {
	d.t.Helper()
	d.run("xdotool", commands...)
}

// Window waits for a window whose title matches and brings it to the front.
func (d *Display) Window(title string, limit time.Duration) {
	d.t.Helper()
	d.Until("a window titled "+title+" is open", limit, func() bool {
		return d.command("xdotool", "search", "--onlyvisible", "--name", title, "windowactivate", "--sync").Run() == nil
	})
}

// CloseWindow asks the window with that title to close, as its cross does.
func (d *Display) CloseWindow(title string) {
	d.t.Helper()
	d.run("xdotool", "search", "--onlyvisible", "--name", title, "windowactivate", "--sync", "key", "--clearmodifiers", "alt+F4")
}

// FillField clicks below a label and types text into the field there, in place of what it holds.
func (d *Display) FillField(label, text string, box ...int) {
	d.t.Helper()
	w := d.See(label, 20*time.Second, box...)
	d.ClickAt(w.Left+40, w.Top+w.Height+22)
	d.Key("ctrl+a")
	d.Type(text)
}

// Settle waits until two pictures in a row are the same: nothing on the screen moves any more.
func (d *Display) Settle() {
	d.t.Helper()
	before := ""
	d.Until("the screen stands still", 10*time.Second, func() bool {
		file := filepath.Join(d.home, "settle.png")
		d.capture(file)
		out, err := exec.Command("convert", file, "-format", "%#", "info:").Output()
		if err != nil {
			d.t.Fatalf("convert: %v", err)
		}
		same := string(out) == before
		before = string(out)
		return same
	})
}

// titleBar is how many pixels openbox puts around a window's content, above and below.
const titleBar = 26

// Maximise makes the window with that title fill the screen. The toolkit gives a new window its own size once
// more after it has opened, so it is done until it stays.
func (d *Display) Maximise(title string) {
	d.t.Helper()
	want := fmt.Sprintf("Geometry: %dx%d", d.Width, d.Height-titleBar)
	stays := 0
	d.Until("the window fills the screen", 20*time.Second, func() bool {
		out, err := d.command("xdotool", "search", "--onlyvisible", "--name", title, "getwindowgeometry").Output()
		if err == nil && strings.Contains(string(out), want) {
			stays++
			return stays > 3
		}
		stays = 0
		d.run("xdotool", "search", "--onlyvisible", "--name", title, "windowmove", "0", strconv.Itoa(titleBar-6), "windowsize", strconv.Itoa(d.Width), strconv.Itoa(d.Height-titleBar))
		return false
	})
}

// Shot saves a picture of the screen under name and returns its path.
func (d *Display) Shot(name string) string {
	d.t.Helper()
	file := filepath.Join(d.shots, name+".png")
	d.capture(file)
	return file
}

// Until asks again and again, a few times a second, until ok says yes; after limit the test fails and a
// picture of the screen is left.
func (d *Display) Until(what string, limit time.Duration, ok func() bool) {
	d.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok() {
			return
		}
		select {
		case <-ctx.Done():
			if d.name != "" {
				d.t.Fatalf("after %v it is still not so that %s; see %s", limit, what, d.Shot("failed-"+strings.ReplaceAll(d.t.Name(), "/", "-")))
			}
			d.t.Fatalf("after %v it is still not so that %s", limit, what)
		case <-tick.C:
		}
	}
}

func (d *Display) capture(file string) {
	d.t.Helper()
	d.run("import", "-window", "root", file)
}

func (d *Display) run(name string, args ...string) {
	d.t.Helper()
	if out, err := d.command(name, args...).CombinedOutput(); err != nil {
		d.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (d *Display) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = d.home
	c.Env = append(os.Environ(), d.Environ()...)
	return c
}

// Environ is what a program on the display needs in its environment beside the test's own.
func (d *Display) Environ() []string {
	return []string{"DISPLAY=" + d.name, "HOME=" + d.home, "LC_ALL=en_GB.UTF-8", "LANG=en_GB.UTF-8",
		"XDG_CONFIG_HOME=" + d.home + "/.config", "XDG_DATA_HOME=" + d.home + "/.local/share", "XDG_CACHE_HOME=" + d.home + "/.cache",
		"XDG_RUNTIME_DIR=" + d.home, "GTK_USE_PORTAL=0", "NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1"}
}

func (d *Display) start(c *exec.Cmd) {
	d.t.Helper()
	if err := c.Start(); err != nil {
		d.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = c.Wait(); close(done) }()
	d.t.Cleanup(func() {
		_ = c.Process.Kill()
		<-done
	})
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
