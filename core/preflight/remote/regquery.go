package remote

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tenantry/core/preflight"
)

var (
	errNotAKey   = errors.New("what reg.exe printed is not the key that was asked for")
	errNoVersion = errors.New("the registry does not say which Windows it is")
)

// valueTypes are the types as reg.exe writes them.
var valueTypes = map[string]bool{
	"REG_SZ": true, "REG_EXPAND_SZ": true, "REG_MULTI_SZ": true, "REG_DWORD": true, "REG_DWORD_BIG_ENDIAN": true,
	"REG_QWORD": true, "REG_BINARY": true, "REG_NONE": true, "REG_LINK": true, "REG_RESOURCE_LIST": true,
	"REG_FULL_RESOURCE_DESCRIPTOR": true, "REG_RESOURCE_REQUIREMENTS_LIST": true,
}

// readKey reads what `reg query KEY` prints: the key's name and below it its values, each indented by four spaces
// with four between name, type and data; then the names of its subkeys. The name is left out where there are no
// values, and nothing at all is printed of an empty key. The default value is called (Default) in the language
// of that Windows.
//
// Text is UTF-8, or code page 1252 where it is not. A value that runs over several lines is cut after its first.
func readKey(key string, out []byte) (preflight.RegistryKey, error) {
	k := preflight.RegistryKey{Values: map[string]preflight.RegistryValue{}}
	whole := spelledOut(key)
	named := false // the key's name has come
	said := false
	for line := range strings.Lines(text(out)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case strings.EqualFold(line, whole):
			named = true
		case hasFold(line, whole+`\`):
			if name := line[len(whole)+1:]; name != "" && !strings.Contains(name, `\`) {
				k.Keys = append(k.Keys, name)
			}
		case named && strings.HasPrefix(line, gap):
			if name, v, ok := readValue(line[len(gap):]); ok {
				k.Values[name] = v
			}
		default: // the rest of a value's text, or no answer to the question
			said = true
			continue
		}
	}
	if said && !named && len(k.Keys) == 0 {
		return k, errNotAKey
	}
	return k, nil
}

// gap parts the columns of a value.
const gap = "    "

// readValue reads a value's line behind its indent. ok is false for a type that preflight does not read.
func readValue(line string) (name string, v preflight.RegistryValue, ok bool) {
	name, kind, data, ok := columns(line)
	if !ok {
		return "", v, false
	}
	isDefault := strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")")
	if isDefault {
		name = ""
	}
	switch kind {
	case "REG_SZ", "REG_EXPAND_SZ":
		if isDefault && strings.HasPrefix(data, "(") && strings.HasSuffix(data, ")") {
			return "", v, false // (value not set)
		}
		return strings.ToLower(name), preflight.RegistryText(data), true
	case "REG_DWORD", "REG_QWORD":
		digits, hex := strings.CutPrefix(data, "0x")
		n, err := strconv.ParseUint(digits, 16, 64)
		if !hex || err != nil {
			return "", v, false
		}
		return strings.ToLower(name), preflight.RegistryValue{Number: n, IsNumber: true}, true
	}
	return "", v, false
}

// columns parts a line at the first word that is a type. A name may have spaces in it, and data anything.
func columns(line string) (name, kind, data string, ok bool) {
	for at := 0; ; {
		i := strings.Index(line[at:], gap+"REG_")
		if i < 0 {
			return "", "", "", false
		}
		at += i
		kind, data, _ = strings.Cut(line[at+len(gap):], gap)
		kind = strings.TrimRight(kind, " ")
		if valueTypes[kind] {
			return line[:at], kind, data, true
		}
		at += len(gap)
	}
}

// spelledOut is a key with its root in full, as reg.exe prints it.
func spelledOut(key string) string {
	root, rest, below := strings.Cut(strings.TrimRight(key, `\`), `\`)
	if long := map[string]string{"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS"}[strings.ToUpper(root)]; long != "" {
		root = long
	}
	if !below {
		return root
	}
	return root + `\` + rest
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// text is what a program printed. A program that does not look at the console's code page prints in another.
func text(out []byte) string {
	if utf8.Valid(out) {
		return string(out)
	}
	s, _ := charmap.Windows1252.NewDecoder().Bytes(out) // it takes all bytes
	return string(s)
}
