// Package archtest holds the rules of the house: which part may import which, and why. A failure's message
// is the explanation a newcomer needs.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rule forbids imports to the packages that match a pattern. A pattern is an import path below the module,
// or outside it, and "/..." at its end takes in everything below.
type rule struct {
	of      string
	mustNot []string
	but     []string // exceptions to mustNot
	tests   bool     // the rule holds for test files too
	why     string
}

const fyne = "fyne.io/fyne/v2/..."

var rules = []rule{
	{of: "core/...", mustNot: []string{fyne, "github.com/sqweek/dialog"}, tests: true,
		why: "the command line must build without a screen and without cgo; only gui knows the toolkit"},
	{of: "core/...", mustNot: []string{"gui/...", "cmd/..."}, tests: true,
		why: "imports point down: cmd -> gui -> core. Pass a function or a small interface in instead"},
	{of: "cmd/tenantry-cli/...", mustNot: []string{"gui/...", fyne, "github.com/sqweek/dialog"}, tests: true,
		why: "the command line must build with CGO_ENABLED=0 on every system"},
	{of: "gui/...", mustNot: []string{"cmd/..."}, tests: true,
		why: "imports point down: cmd wires the window, the window does not know who opened it"},
	{of: "gui/...", mustNot: []string{"core/exchange/classic", "core/exchange/modern", "core/psrp", "core/wsman", "core/httpauth", "core/clixml"},
		why: "the window holds an exchange.Session and never asks which connection carries it"},
	{of: "core/clixml", mustNot: []string{"core/...", "net/...", "net", "os"},
		why: "clixml is bytes in, values out: no input or output, nothing of ours below it"},
	{of: "core/psrp", mustNot: []string{"core/...", "net/...", "net", "os"}, but: []string{"core/clixml", "core/secret"},
		why: "psrp is bytes in, events out: the caller owns sockets, time and retries"},
	{of: "core/challenge", mustNot: []string{"core/...", "net/...", "net", "os"},
		why: "challenge is text in, words out; wsman tells with it what was offered, httpauth answers with it"},
	{of: "core/wsman", mustNot: []string{"core/...", "net"}, but: []string{"core/challenge"},
		why: "WSMan carries opaque bytes over an injected transport; core/exchange/classic joins it to psrp and to sockets"},
	{of: "core/gsskrb5", mustNot: []string{"core/...", "net/...", "net", "os"},
		why: "gsskrb5 is tokens in, tokens out, for client and server: who asks the realm or the other end stands above it. Both may share it because MIT's library is its judge, not the one the other"},
	{of: "core/httpauth", mustNot: []string{"core/..."}, but: []string{"core/secret", "core/gsskrb5", "core/challenge", "core/proxy"},
		why: "httpauth carries any body; it does not know what is in it"},
	{of: "core/proxy", mustNot: []string{"core/..."}, but: []string{"core/secret"},
		why: "proxy only finds the way out; who sends requests through it and who tells about it stand above"},
	{of: "core/secret", mustNot: []string{"core/..."}, why: "everything that holds a password imports secret"},
	{of: "core/exchange", mustNot: []string{"core/..."}, but: []string{"core/secret"},
		why: "exchange is the vocabulary everybody shares, so it stands on nothing of ours"},
	{of: "core/exchange/objects", mustNot: []string{"core/..."}, but: []string{"core/exchange", "core/clixml", "core/secret"},
		why: "objects only turns PowerShell's values into exchange's words and back"},
	{of: "core/exchange/classic/...", mustNot: []string{"core/..."},
		but: []string{"core/exchange", "core/exchange/objects", "core/exchange/classic/...", "core/psrp", "core/wsman", "core/httpauth", "core/proxy", "core/clixml", "core/secret"},
		why: "a connection knows its protocols and the vocabulary; features stand above it"},
	{of: "core/signin", mustNot: transports, why: featureWhy},
	{of: "core/customers", mustNot: transports, why: featureWhy},
	{of: "core/cmdlets", mustNot: transports, why: featureWhy},
	{of: "core/preflight", mustNot: transports, why: featureWhy},
	{of: "core/troubleshoot", mustNot: transports, why: featureWhy},
	{of: "core/support", mustNot: transports, why: featureWhy},
	{of: "core/preflight/probe", mustNot: []string{"core/..."}, but: []string{"core/preflight", "core/exchange"},
		why: "probe asks as any program does that has no account, with the standard library alone: what it sees must not depend on how the classic connection asks"},
	{of: "core/preflight/remote", mustNot: []string{"core/..."},
		but: []string{"core/preflight", "core/preflight/probe", "core/exchange", "core/httpauth", "core/wsman", "core/proxy", "core/secret"},
		why: "another computer is reached by Windows Remote Management, so this part of preflight alone knows the way there; no session with Exchange is opened"},
	{of: "core/parquet", mustNot: []string{"core/...", "net/...", "net", "os", "github.com/parquet-go/..."},
		why: "parquet is bytes in, values out, and trusts nothing of them; what the values mean is core/export's"},
	{of: "core/charts", mustNot: []string{"core/..."}, but: []string{"core/exchange", "core/results"},
		why: "a chart is made of a view and laid out alone; words, files and the screen are handed in or stand above"},
	{of: "core/results", mustNot: transports, why: featureWhy},
	{of: "core/views", mustNot: transports, why: featureWhy},
	{of: "core/related", mustNot: transports, why: featureWhy},
	{of: "core/export/...", mustNot: transports, why: featureWhy},
	{of: "core/jobs", mustNot: transports, why: featureWhy},
	{of: "core/journal", mustNot: transports, why: featureWhy},
	{of: "core/reports", mustNot: transports, why: featureWhy},
	{of: "core/wording", mustNot: transports, why: featureWhy},
	{of: "core/exchangesim/...", mustNot: []string{"core/exchange/classic", "core/exchange/modern", "core/httpauth", "core/cmdlets", "core/jobs"},
		why: "the sample partner follows the specification, not our client; sharing the client's code would hide its mistakes"},
	{of: "assets/...", mustNot: []string{"core/...", "gui/...", "cmd/...", fyne},
		why: "assets only embeds files; who needs them turns the bytes into what it wants"},
	{of: "core/...", mustNot: testKit, why: testKitWhy},
	{of: "gui/...", mustNot: testKit, why: testKitWhy},
	{of: "cmd/...", mustNot: testKit, why: testKitWhy},
}

var transports = []string{"core/exchange/classic", "core/exchange/modern", "core/psrp", "core/wsman", "core/httpauth"}

var testKit = []string{"testing", "testing/...", "fyne.io/fyne/v2/test", "test/..."}

const testKitWhy = "what is shipped does not contain a test kit"

const featureWhy = "features hold an exchange.Session and do not ask which connection it is"

func TestImports(t *testing.T) {
	files := parseTree(t)
	for _, f := range files {
		for _, imp := range f.imports {
			for _, r := range rules {
				if f.test && !r.tests || !match(r.of, f.pkg) || !matchAny(r.mustNot, imp) || matchAny(r.but, imp) || imp == f.pkg {
					continue
				}
				t.Errorf("%s imports %s, which %s must not: %s", f.path, imp, r.of, r.why)
			}
			if match("core/exchangesim/...", imp) && !f.test && !match("cmd/...", f.pkg) && !match("core/exchangesim/...", f.pkg) && !match("test/...", f.pkg) {
				t.Errorf("%s imports %s: only cmd and tests start the sample partner; everybody else meets it over a socket", f.path, imp)
			}
		}
	}
}

// Inside a screen part the state and the flow must be testable without a window.
func TestOnlyPanelsKnowTheToolkit(t *testing.T) {
	for _, f := range parseTree(t) {
		name := filepath.Base(f.path)
		if f.test || !match("gui/...", f.pkg) || name != "model.go" && name != "flow.go" {
			continue
		}
		for _, imp := range f.imports {
			if match(fyne, imp) || imp == "github.com/sqweek/dialog" {
				t.Errorf("%s imports %s: model.go and flow.go know no Fyne, so that they are tested without a window; draw in panel.go", f.path, imp)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said, seen := map[string]bool{}, map[string]bool{}
	for _, f := range parseTree(t) {
		if f.test && !match("test/...", f.pkg) {
			continue
		}
		seen[f.pkg] = true
		said[f.pkg] = said[f.pkg] || f.doc != ""
	}
	for pkg := range seen {
		if !said[pkg] {
			t.Errorf("%s has no package comment: start with a sentence a newcomer can use", pkg)
		}
	}
}

func TestNamesSaySomething(t *testing.T) {
	empty := map[string]bool{"util": true, "utils": true, "common": true, "helper": true, "helpers": true, "misc": true, "manager": true, "base": true, "shared": true}
	for _, f := range parseTree(t) {
		if empty[f.name] || empty[strings.TrimSuffix(filepath.Base(f.path), ".go")] {
			t.Errorf("%s: name it after what it holds, in the user's or the specification's words", f.path)
		}
		if !f.test && f.lines > 600 {
			t.Errorf("%s has %d lines: past 600 a file holds two ideas", f.path, f.lines)
		}
	}
}

// The rules above must not fall silent because a package was renamed.
func TestRulesNameWhatExists(t *testing.T) {
	have := map[string]bool{}
	for _, f := range parseTree(t) {
		for p := f.pkg; p != "." && p != ""; p = filepath.ToSlash(filepath.Dir(p)) {
			have[p] = true
		}
	}
	for _, must := range []string{"core/clixml", "core/psrp", "core/wsman", "core/gsskrb5", "core/httpauth", "core/exchange", "core/exchange/classic", "core/exchangesim", "core/results", "core/jobs", "gui", "cmd/tenantry", "cmd/tenantry-cli"} {
		if !have[must] {
			t.Errorf("%s is named by a rule and is not in the tree", must)
		}
	}
}

type source struct {
	path, pkg, name, doc string
	imports              []string
	lines                int
	test                 bool
}

func parseTree(t *testing.T) []source {
	t.Helper()
	root := moduleRoot(t)
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "testdata" || n == "build" || n == "dist" || strings.HasPrefix(n, ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out = append(out, source{
			path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), name: file.Name.Name, doc: docOf(file),
			imports: importsOf(t, file), lines: strings.Count(string(text), "\n"), test: strings.HasSuffix(path, "_test.go"),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("only %d Go files found below %s", len(out), root)
	}
	return out
}

func docOf(f *ast.File) string {
	if f.Doc == nil {
		return ""
	}
	return f.Doc.Text()
}

func importsOf(t *testing.T, f *ast.File) []string {
	var out []string
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimPrefix(p, "tenantry/"))
	}
	return out
}

func moduleRoot(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

func match(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return pattern == path
}

func matchAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if match(p, path) {
			return true
		}
	}
	return false
}
