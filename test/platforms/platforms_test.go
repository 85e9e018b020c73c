// Package platforms checks, without a Mac and without a compiler for Windows' C, that the whole product fits
// together on each system: every package has files there, and every name that a file uses is declared in files
// of the same system. What is written in C and Objective-C is taken on trust.
package platforms

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// listed is a package as `go list` tells it for one system. A package may come again with its tests.
type listed struct {
	ImportPath        string
	ForTest           string // the package whose tests this belongs to
	Dir               string
	Standard          bool
	GoFiles, CgoFiles []string
	ImportMap         map[string]string // where an import means another package than its path says
	Module            *struct{ Main bool }
	Error             *struct{ Err string }
}

func (p *listed) ours() bool { return p.Module != nil && p.Module.Main }

// list returns the product's packages and all that they import, the imported ones first.
func list(t *testing.T, system, arch string) []*listed {
	t.Helper()
	c := exec.Command("go", "list", "-e", "-deps", "-test", "-tags", "x11,migrated_fynedo,no_animations",
		"-json=ImportPath,ForTest,Dir,Standard,GoFiles,CgoFiles,ImportMap,Module,Error", "./...")
	c.Dir = filepath.Join("..", "..")
	c.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=1")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var all []*listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listed)
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// checker knows the packages that were checked so far.
type checker struct {
	fset  *token.FileSet
	sizes types.Sizes
	known map[string]*types.Package // by go list's path
}

// importer finds what one package imports.
type importer struct {
	c *checker
	p *listed
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if to := i.p.ImportMap[path]; to != "" {
		path = to
	}
	if p := i.c.known[path]; p != nil {
		return p, nil
	}
	return nil, errors.New("the package " + path + " is not there")
}

// check reads a package and checks its types: of the product's own all, of others what they declare.
func (c *checker) check(p *listed) (problems []error) {
	problem := func(err error) { problems = append(problems, err) }
	var files []*ast.File
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		f, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			problem(err)
			continue
		}
		files = append(files, f)
	}
	conf := types.Config{
		Importer: importer{c, p}, FakeImportC: true, Sizes: c.sizes, Error: problem, IgnoreFuncBodies: !p.ours(),
	}
	path, _, _ := strings.Cut(p.ImportPath, " ")
	c.known[p.ImportPath], _ = conf.Check(path, c.fset, files, nil)
	return problems
}

func TestEverythingFitsTogetherOnEachSystem(t *testing.T) {
	here := map[string]bool{} // the packages that have files on Linux
	for _, p := range list(t, "linux", "amd64") {
		here[p.ImportPath] = p.ours() && p.ForTest == "" && !strings.HasSuffix(p.ImportPath, ".test") && len(p.GoFiles)+len(p.CgoFiles) > 0
	}
	for _, on := range []struct{ system, arch string }{{"darwin", "arm64"}, {"windows", "amd64"}} {
		t.Run(on.system, func(t *testing.T) {
			t.Parallel()
			c := &checker{fset: token.NewFileSet(), sizes: types.SizesFor("gc", on.arch), known: map[string]*types.Package{}}
			checked := map[string]bool{}
			for _, p := range list(t, on.system, on.arch) {
				if p.ImportPath == "unsafe" || strings.HasSuffix(p.ImportPath, ".test") {
					continue
				}
				if p.Error != nil {
					t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
					continue
				}
				for _, err := range c.check(p) {
					if p.ours() {
						t.Errorf("%s: %v", p.ImportPath, err)
					}
				}
				checked[p.ImportPath] = len(p.GoFiles)+len(p.CgoFiles) > 0
			}
			for path, is := range here {
				if is && !checked[path] && !strings.HasPrefix(path, "tenantry/test/") {
					t.Errorf("%s has no files for %s", path, on.system)
				}
			}
			own := 0
			for path, is := range checked {
				if is && strings.HasPrefix(path, "tenantry/") {
					own++
				}
			}
			t.Logf("%d packages of ours, their tests counted separately, and %d in all", own, len(checked))
		})
	}
}
