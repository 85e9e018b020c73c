package troubleshoot

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

	"tenantry/core/exchange"
)

// declaredCodes finds every constant of type exchange.Code in the module, with the file that has it.
func declaredCodes(t *testing.T) map[exchange.Code]string {
	t.Helper()
	root := moduleRoot(t)
	codes := map[exchange.Code]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "build") {
				return filepath.SkipDir
			}
			return nil
		} else if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("%s is not read: %v", path, err) // being edited; the compiler complains of it elsewhere
			return nil
		}
		where, _ := filepath.Rel(root, path)
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				v := spec.(*ast.ValueSpec)
				for _, value := range v.Values {
					kind := v.Type
					if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
						kind, value = call.Fun, call.Args[0]
					}
					if lit, ok := value.(*ast.BasicLit); ok && isCode(kind, file.Name.Name) {
						code, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						codes[exchange.Code(code)] = where
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func isCode(e ast.Expr, pkg string) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Code" && pkg == "exchange"
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name == "exchange" && e.Sel.Name == "Code"
	}
	return false
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the package")
		}
		dir = up
	}
}
