package export

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// evil is a table in which every text wants to be run.
func evil(t testing.TB) results.View {
	t.Helper()
	table := results.NewTable(results.RunInfo{Title: "</title><script>window.ran=1</script>"})
	for i, name := range []string{`<img src=x onerror="window.ran=1">`, "</td></table><script>window.ran=1</script>", `"><svg onload=window.ran=1>`, "=1+1", ""} {
		if err := table.Append("", []exchange.Record{rec("<b>Name</b>", exchange.NewText(name), "Size", exchange.NewSize(int64([]int{900, 5000, 70, 3 << 30, 0}[i])))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Append("", []exchange.Record{rec("<b>Name</b>", "zoë", "Size", exchange.Unlimited())}); err != nil {
		t.Fatal(err)
	}
	return results.All(table.Snapshot())
}

func TestAPageHoldsNothingOfTheRowsButText(t *testing.T) {
	cover := &Cover{Lines: []CoverLine{{"<i>", exchange.NewText("<script>window.ran=1</script>")}}}
	page := written(t, "html", evil(t), Options{Cover: cover, Language: `en"><script>`})
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("the page has %d scripts", n)
	}
	for _, bad := range []string{"<img", "<svg", "<i>", "<b>", "http://", "https://", "@import", "url("} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	for _, want := range []string{`content="default-src 'none'; style-src 'sha256-`, "prefers-color-scheme: dark", "@media print",
		"&lt;img src=x onerror=&#34;window.ran=1&#34;&gt;", `<td class="n" data-n="900">900 B (900 bytes)</td>`, "<td></td>", "<dt>&lt;i&gt;</dt>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "unsafe-inline") {
		t.Error("the page runs any script")
	}
}

// browser is a real one, told what to do through a pair of pipes.
type browser struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	session string
	calls   int
	loaded  bool // the page is there
}

func startBrowser(t *testing.T, address string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("Chromium is not installed: apt-get install --no-install-recommends chromium")
	}
	in, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	c := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--window-size=1200,900", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	c.ExtraFiles = []*os.File{in, out}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	_ = out.Close()
	b := &browser{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		_ = b.send("Browser.close", nil)
		_ = c.Wait()
		stop()
		_ = to.Close()
		_ = from.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
	b.call("Page.enable", nil, nil)
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	for !b.loaded {
		b.next()
	}
	return b
}

func (b *browser) send(method string, params any) error {
	b.calls++
	m := map[string]any{"id": b.calls, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" && !strings.HasPrefix(method, "Browser.") {
		m["sessionId"] = b.session
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = b.to.Write(append(text, 0))
	return err
}

func (b *browser) call(method string, params, into any) {
	b.t.Helper()
	if err := b.send(method, params); err != nil {
		b.t.Fatal(err)
	}
	for {
		answer := b.next()
		if answer.ID != b.calls {
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error.Message)
		}
		if into != nil {
			if err := json.Unmarshal(answer.Result, into); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

type message struct {
	ID     int
	Method string // of an event
	Result json.RawMessage
	Error  *struct{ Message string }
}

func (b *browser) next() message {
	b.t.Helper()
	var m message
	text, err := b.from.ReadBytes(0)
	if err == nil {
		err = json.Unmarshal(text[:len(text)-1], &m)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.loaded = b.loaded || m.Method == "Page.loadEventFired"
	return m
}

// ask has the browser work out an expression.
func (b *browser) ask(expression string) any {
	b.t.Helper()
	var got struct {
		Result struct{ Value any }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got)
	return got.Result.Value
}

func (b *browser) click(element string) {
	b.t.Helper()
	at, _ := b.ask(`(r => [r.x + r.width/2, r.y + r.height/2])(` + element + `.getBoundingClientRect())`).([]any)
	if len(at) != 2 {
		b.t.Fatalf("%s is not there", element)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}, nil)
	}
}

func (b *browser) column(n int) string {
	b.t.Helper()
	return fmt.Sprint(b.ask(fmt.Sprintf(`Array.from(document.querySelectorAll("tbody tr")).map(r => r.cells[%d].textContent).join(" | ")`, n)))
}

func TestABrowserSortsThePageAndRunsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(written(t, "html", evil(t), Options{Language: "en"})), 0o600); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String())
	first := b.column(0)
	want := `<img src=x onerror="window.ran=1"> | </td></table><script>window.ran=1</script> | "><svg onload=window.ran=1> | =1+1 |  | zoë`
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct{ heading, column, sort, want string }{
		{"1", "1", "ascending", "0 B (0 bytes) | 70 B (70 bytes) | 900 B (900 bytes) | 4.883 KB (5,000 bytes) | 3 GB (3,221,225,472 bytes) | Unlimited"},
		{"1", "1", "descending", "Unlimited | 3 GB (3,221,225,472 bytes) | 4.883 KB (5,000 bytes) | 900 B (900 bytes) | 70 B (70 bytes) | 0 B (0 bytes)"},
		{"0", "0", "ascending", `"><svg onload=window.ran=1> | </td></table><script>window.ran=1</script> | <img src=x onerror="window.ran=1"> | =1+1 | zoë | `},
	} {
		b.click(`document.querySelectorAll("th button")[` + c.heading + `]`)
		if diff := cmp.Diff(c.want, b.column(int(c.column[0]-'0'))); diff != "" {
			t.Errorf("%s %s: %s", c.heading, c.sort, diff)
		}
		if got := b.ask(`document.querySelectorAll("th")[` + c.heading + `].getAttribute("aria-sort")`); got != c.sort {
			t.Errorf("the heading says %v, not %s", got, c.sort)
		}
	}
	if got := b.ask(`typeof window.ran + document.images.length + document.scripts.length`); got != "undefined01" {
		t.Errorf("something of the rows was run: %v", got)
	}
	// The policy alone would have stopped it too.
	if got := b.ask(`(() => { const s = document.createElement("script"); s.textContent = "window.late=1"; document.body.append(s); return typeof window.late })()`); got != "undefined" {
		t.Errorf("a script that came later runs: %v", got)
	}
	if got := b.ask(`getComputedStyle(document.querySelector("td.n")).textAlign`); got != "right" {
		t.Errorf("the page has no style: %v", got)
	}
}
