package winrmserver

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/encoding/charmap"
)

// Words are what reg.exe says in the language of a Windows.
type Words struct{ Default, Unset, NotFound, Denied, Done, Syntax string }

// The languages that are known.
var (
	English = Words{
		Default: "(Default)", Unset: "(value not set)", Done: "The operation completed successfully.",
		NotFound: "ERROR: The system was unable to find the specified registry key or value.",
		Denied:   "ERROR: Access is denied.", Syntax: "ERROR: Invalid syntax.",
	}
	Dutch = Words{
		Default: "(Standaard)", Unset: "(waarde niet ingesteld)", Done: "De bewerking is voltooid.",
		NotFound: "FOUT: het systeem kan de opgegeven registersleutel of -waarde niet vinden.",
		Denied:   "FOUT: toegang geweigerd.", Syntax: "FOUT: ongeldige syntaxis.",
	}
	German = Words{
		Default: "(Standard)", Unset: "(Wert nicht gesetzt)", Done: "Der Vorgang wurde erfolgreich beendet.",
		NotFound: "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
		Denied:   "FEHLER: Zugriff verweigert", Syntax: "FEHLER: Ungültige Syntax.",
	}
)

// Registry answers as reg.exe does, from memory. The zero value is empty and in English; its methods are safe for
// use from several goroutines.
type Registry struct {
	Words Words

	// Old prints in code page 1252 whatever the shell asks for, as programs do that do not look at the console.
	Old bool

	mu     sync.Mutex
	keys   []*registryKey // in the order in which they were made
	denied []string
}

type registryKey struct {
	path   string // with HKEY_LOCAL_MACHINE in front
	values []registryValue
}

type registryValue struct{ name, kind, data string }

var roots = map[string]string{
	"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER", "HKU": "HKEY_USERS",
	"HKCR": "HKEY_CLASSES_ROOT", "HKCC": "HKEY_CURRENT_CONFIG",
}

func whole(key string) string {
	root, rest, found := strings.Cut(key, `\`)
	if long := roots[strings.ToUpper(root)]; long != "" {
		root = long
	}
	if !found {
		return root
	}
	return root + `\` + strings.TrimRight(rest, `\`)
}

// Set sets a value. kind is such as REG_SZ, data as reg.exe prints it, such as 0x1; an empty name is the default
// value, and with an empty kind only the key is made.
func (r *Registry) Set(key, name, kind, data string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(whole(key), name, kind, data)
}

func (r *Registry) set(path, name, kind, data string) {
	// The keys above are there too.
	for i := range path {
		if path[i] == '\\' {
			r.make(path[:i])
		}
	}
	k := r.make(path)
	if kind == "" {
		return
	}
	for i, v := range k.values {
		if strings.EqualFold(v.name, name) {
			k.values[i] = registryValue{v.name, kind, data}
			return
		}
	}
	k.values = append(k.values, registryValue{name, kind, data})
}

func (r *Registry) make(path string) *registryKey {
	if k := r.key(path); k != nil {
		return k
	}
	k := &registryKey{path: path}
	r.keys = append(r.keys, k)
	return k
}

func (r *Registry) key(path string) *registryKey {
	for _, k := range r.keys {
		if strings.EqualFold(k.path, path) {
			return k
		}
	}
	return nil
}

// Deny lets nobody read a key.
func (r *Registry) Deny(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.denied = append(r.denied, whole(key))
}

// Value is a value as reg.exe prints it, with its type; both are empty where there is none.
func (r *Registry) Value(key, name string) (kind, data string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.key(whole(key)); k != nil {
		for _, v := range k.values {
			if strings.EqualFold(v.name, name) {
				return v.kind, v.data
			}
		}
	}
	return "", ""
}

// Run is a Program: reg.exe. Another program is not known here, and neither are several commands in one line.
func (r *Registry) Run(_ context.Context, p Process) int {
	argv, err := Argv(p.Line)
	if err != nil {
		fmt.Fprintln(p.Errors, err)
		return 255
	}
	if name := strings.ToLower(argv[0]); name != "reg" && name != "reg.exe" && name != `c:\windows\system32\reg.exe` {
		fmt.Fprintf(p.Errors, "'%s' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n", argv[0])
		return 9009
	}
	words := r.Words
	if words == (Words{}) {
		words = English
	}
	out, errors := io.Writer(p.Output), io.Writer(p.Errors)
	if r.Old || p.CodePage != "65001" {
		out, errors = charmap.Windows1252.NewEncoder().Writer(out), charmap.Windows1252.NewEncoder().Writer(errors)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	argv = slices.DeleteFunc(argv[1:], func(a string) bool { return strings.EqualFold(a, "/reg:64") })
	switch {
	case len(argv) == 2 && strings.EqualFold(argv[0], "query"):
		return r.query(whole(argv[1]), words, out, errors)
	case len(argv) > 2 && strings.EqualFold(argv[0], "add"):
		return r.add(whole(argv[1]), argv[2:], words, out, errors)
	}
	fmt.Fprint(errors, words.Syntax+"\r\n")
	return 1
}

// query prints a key's values below its name, which is left out where there are none, and the keys in it.
func (r *Registry) query(path string, words Words, out, errors io.Writer) int {
	k := r.key(path)
	if k == nil {
		fmt.Fprint(errors, words.NotFound+"\r\n")
		return 1
	}
	if slices.ContainsFunc(r.denied, func(d string) bool { return strings.EqualFold(d, path) }) {
		fmt.Fprint(errors, words.Denied+"\r\n")
		return 1
	}
	fmt.Fprint(out, "\r\n")
	if len(k.values) > 0 {
		fmt.Fprint(out, k.path+"\r\n")
	}
	for _, v := range k.values {
		if v.name == "" {
			v.name = words.Default
		}
		fmt.Fprintf(out, "    %s    %s    %s\r\n", v.name, v.kind, v.data)
	}
	if len(k.values) > 0 {
		fmt.Fprint(out, "\r\n")
	}
	for _, sub := range r.keys {
		if rest, below := cutFold(sub.path, k.path+`\`); below && !strings.Contains(rest, `\`) {
			fmt.Fprint(out, sub.path+"\r\n")
		}
	}
	return 0
}

func cutFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func (r *Registry) add(path string, args []string, words Words, out, errors io.Writer) int {
	var name, data string
	kind, force := "REG_SZ", false
	for len(args) > 0 {
		option := strings.ToLower(args[0])
		if option == "/f" {
			force, args = true, args[1:]
			continue
		}
		if len(args) < 2 || !slices.Contains([]string{"/v", "/t", "/d"}, option) {
			fmt.Fprint(errors, words.Syntax+"\r\n")
			return 1
		}
		switch option {
		case "/v":
			name = args[1]
		case "/t":
			kind = strings.ToUpper(args[1])
		case "/d":
			data = args[1]
		}
		args = args[2:]
	}
	if slices.ContainsFunc(r.denied, func(d string) bool { return strings.EqualFold(d, path) }) {
		fmt.Fprint(errors, words.Denied+"\r\n")
		return 1
	}
	if !force { // it would ask, and nobody is there to answer
		fmt.Fprint(errors, words.Syntax+"\r\n")
		return 1
	}
	if kind == "REG_DWORD" {
		n, err := strconv.ParseUint(data, 0, 32)
		if err != nil {
			fmt.Fprint(errors, words.Syntax+"\r\n")
			return 1
		}
		data = "0x" + strconv.FormatUint(n, 16)
	}
	r.set(path, name, kind, data)
	fmt.Fprint(out, words.Done+"\r\n")
	return 0
}
