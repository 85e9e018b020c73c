package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"tenantry/assets"
	"tenantry/core/exchange"
)

// declaredCodes finds every constant of type exchange.Code in the module, with the file that has it.
func declaredCodes(t *testing.T) map[string]string {
	t.Helper()
	root := moduleRoot(t)
	codes := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "build") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
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
					if isCode(v.Type, file.Name.Name) {
						addCode(t, codes, value, where)
					} else if call, ok := value.(*ast.CallExpr); ok && isCode(call.Fun, file.Name.Name) && len(call.Args) == 1 {
						addCode(t, codes, call.Args[0], where)
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

func addCode(t *testing.T, codes map[string]string, value ast.Expr, where string) {
	lit, ok := value.(*ast.BasicLit)
	if !ok {
		t.Errorf("%s: a code must be a plain text, so that its sentences can be found", where)
		return
	}
	code, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	codes[code] = where
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

func texts(t *testing.T, lang string) map[string]entry {
	t.Helper()
	all, err := load(assets.Translations, lang)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parts returns the sentences of an entry by name.
func (e entry) parts() map[string]string {
	switch e.kind {
	case plainText:
		return map[string]string{"text": e.plain}
	case countText:
		return map[string]string{"one": e.one, "other": e.other}
	}
	parts := map[string]string{"title": e.title, "why": e.why, "next": e.next}
	if e.why == "" && e.next == "" { // good news needs no more: see mayBeShort
		delete(parts, "why")
		delete(parts, "next")
	}
	return parts
}

func (e entry) all() string {
	parts := e.parts()
	var out []string
	for _, name := range sortedNames(parts) {
		out = append(out, parts[name])
	}
	return strings.Join(out, "\n")
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func TestEveryCodeHasItsSentences(t *testing.T) {
	codes := declaredCodes(t)
	if len(codes) < 40 {
		t.Fatalf("only %d codes were found: the search for them is broken", len(codes))
	}
	for _, lang := range Languages() {
		have := texts(t, lang)
		for _, code := range sortedNames(codes) {
			if e, ok := have[code]; !ok {
				t.Errorf("%s: no sentences for %q, declared in %s", lang, code, codes[code])
			} else if e.kind != codeText {
				t.Errorf("%s: %q, declared in %s, needs title, why and next", lang, code, codes[code])
			} else if e.why+e.next == "" && !mayBeShort(code) {
				t.Errorf("%s: %q, declared in %s, is a failure: it needs why and next", lang, code, codes[code])
			}
		}
		for _, key := range sortedNames(have) {
			if have[key].kind == codeText && codes[key] == "" && !strings.HasPrefix(key, "cause.") { // those of core/troubleshoot, which tests them
				t.Errorf("%s: sentences for %q, which no package declares", lang, key)
			}
		}
	}
}

// mayBeShort tells whether a code can be good news, which a title alone can tell: what a check found.
func mayBeShort(code string) bool { return strings.HasPrefix(code, "preflight.") }

func TestLanguagesSayTheSame(t *testing.T) {
	en, nl := texts(t, English), texts(t, Dutch)
	for _, key := range sortedNames(en) {
		other, ok := nl[key]
		if !ok {
			t.Errorf("nl: %q is missing", key)
			continue
		}
		if en[key].kind != other.kind {
			t.Errorf("%q is another kind of text in each language", key)
			continue
		}
		a, b := placeholders(en[key].all()), placeholders(other.all())
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%q has the placeholders %v in English and %v in Dutch", key, a, b)
		}
		english, dutch := en[key].parts(), other.parts()
		for name, text := range english {
			if text == dutch[name] && len(strings.Fields(text)) > 3 {
				t.Errorf("%q: %s is the same in both languages: %q", key, name, text)
			}
		}
	}
	for _, key := range sortedNames(nl) {
		if _, ok := en[key]; !ok {
			t.Errorf("en: %q is missing", key)
		}
	}
}

func TestSentencesAreWhole(t *testing.T) {
	for _, lang := range Languages() {
		all := texts(t, lang)
		for _, key := range sortedNames(all) {
			for name, text := range all[key].parts() {
				if strings.TrimSpace(text) == "" || strings.TrimSpace(text) != text {
					t.Errorf("%s: %q: %s is empty or has spaces at its ends", lang, key, name)
				}
				if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "[") != strings.Count(text, "]") {
					t.Errorf("%s: %q: %s has a bracket that is not closed: %q", lang, key, name, text)
				}
				if name == "title" && strings.HasSuffix(text, ".") {
					t.Errorf("%s: %q: a title has no full stop: %q", lang, key, text)
				}
				if (name == "why" || name == "next") && !strings.HasPrefix(key, "cli.") && // which may end in a command
					!regexp.MustCompile(`[.?\]]$`).MatchString(text) {
					t.Errorf("%s: %q: %s is no whole sentence: %q", lang, key, name, text)
				}
				for _, p := range placeholders(text) {
					if _, ok := all["missing."+p]; !ok && all[key].kind == codeText && !onlyOptional(text, p) {
						t.Errorf("%s: %q: nothing stands in for {%s} when it is missing", lang, key, p)
					}
				}
			}
		}
	}
}

// onlyOptional tells whether a placeholder stands nowhere outside [brackets].
func onlyOptional(text, name string) bool {
	bare := regexp.MustCompile(`\[[^\]]*\]`).ReplaceAllString(text, "")
	return !strings.Contains(bare, "{"+name+"}")
}

// Words that mean nothing to somebody who never saw a prompt, or that say nothing at all.
var jargon = []string{
	"tenant", "tenants", "organisation", "organisaties", "wsman", "winrm", "soap", "runspace", "runspacepool", "shell", "pipeline",
	"endpoint", "exception", "payload", "throttled", "throttling", "http", "401", "403", "503", "null",
	"invalid", "oops", "oeps", "stack", "socket", "localhost", "eof", "deprecated", "please", "gelieve", "sorry",
	"something went wrong", "er ging iets mis", "an error occurred", "er is een fout opgetreden", "onverwachte fout",
	"unexpected error", "failed to", "unable to", "kon niet worden uitgevoerd vanwege",
}

// The formal "you" of Dutch.
var formal = []string{"u", "uw", "uzelf"}

// Texts that may say a word of the list, and why.
var mayBeSaid = map[string]string{
	"cli.own-organisation": "the account's own is no customer",
}

func TestPlainWordsOnly(t *testing.T) {
	for _, lang := range Languages() {
		words := jargon
		if lang == Dutch {
			words = append(slices.Clone(jargon), formal...)
		}
		any := regexp.MustCompile(`(?:^|[^\p{L}\p{N}])(` + strings.Join(words, "|") + `)(?:$|[^\p{L}\p{N}])`)
		for key, e := range texts(t, lang) {
			text := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ToLower(e.all()), "")
			if said := any.FindStringSubmatch(text); said != nil && mayBeSaid[key] == "" {
				t.Errorf("%s: %q says %q: %q", lang, key, said[1], text)
			}
		}
	}
}

// No failure is told twice: whoever reads it must know which one it is and what to do about it.
func TestNoTwoCodesAreToldAlike(t *testing.T) {
	for _, lang := range Languages() {
		have := texts(t, lang)
		told := map[string]string{}
		for _, code := range sortedNames(declaredCodes(t)) {
			e := have[code]
			if strings.HasPrefix(code, "cli.") { // of the command line alone: the window may say the same of its own
				continue
			}
			text := e.title + "\n" + e.next
			if other := told[text]; other != "" && e.kind == codeText {
				t.Errorf("%s: %s and %s are told alike: %s", lang, other, code, text)
			}
			told[text] = code
		}
	}
}

// The six refusals of a connection that users meet most differ in everything they are told.
func TestTheSixRefusalsDifferInEverySentence(t *testing.T) {
	args := map[string]string{"user": "anna@fabrikam.example", "host": "ps.example", "customer": "contoso.example", "limit": "3"}
	for _, lang := range Languages() {
		seen := map[string]exchange.Code{}
		for _, code := range []exchange.Code{
			exchange.CodeSignInRefused, exchange.CodeDelegationRefused, exchange.CodeRemotePowerShellOff,
			exchange.CodeSessionLimit, exchange.CodeRetired, exchange.CodeMFANeeded,
		} {
			m := For(lang).Explain(code, args)
			for _, sentence := range []string{m.Title, m.Why, m.Next} {
				if other := seen[sentence]; other != "" || sentence == "" {
					t.Errorf("%s: %s says as %s: %q", lang, code, other, sentence)
				}
				seen[sentence] = code
			}
		}
	}
}

// Failures that look alike must not be told alike, or the person does the wrong thing next.
func TestFailuresAreToldApart(t *testing.T) {
	for _, lang := range Languages() {
		w := For(lang)
		titles, nexts := map[string]string{}, map[string]string{}
		for _, code := range []string{
			"signin.refused", "signin.delegation-refused", "signin.remote-powershell-off", "signin.basic-not-offered",
			"signin.no-password", "session.limit", "session.budget", "connect.retired", "connect.timeout",
			"connect.untrusted", "connect.name-not-found", "connect.not-reachable", "server.busy", "server.locked",
		} {
			m := w.Explain(codeOf(code), map[string]string{"user": "anna@fabrikam.example", "host": "ps.example", "customer": "contoso.example"})
			if other := titles[m.Title]; other != "" {
				t.Errorf("%s: %s and %s have the same title", lang, code, other)
			}
			if other := nexts[m.Next]; other != "" {
				t.Errorf("%s: %s and %s have the same next step", lang, code, other)
			}
			titles[m.Title], nexts[m.Next] = code, code
		}
	}
}

func TestAKeyStandsOnce(t *testing.T) {
	files := fstest.MapFS{
		"translations/en/a.json": {Data: []byte(`{"yes": "Yes"}`)},
		"translations/en/b.json": {Data: []byte(`{"yes": "Yeah"}`)},
	}
	if _, err := load(files, English); err == nil || !strings.Contains(err.Error(), `"yes"`) {
		t.Errorf("a key in two files: %v", err)
	}
	for name, text := range map[string]string{
		"an unknown part": `{"k": {"heading": "x"}}`,
		"two kinds":       `{"k": {"title": "x", "one": "y"}}`,
		"a number":        `{"k": 5}`,
		"nothing":         `{"k": {}}`,
	} {
		if _, err := load(fstest.MapFS{"translations/en/a.json": {Data: []byte(text)}}, English); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
