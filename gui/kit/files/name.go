package files

import (
	"slices"
	"strings"
	"unicode"
)

// devices are what Windows takes for a device, whatever stands behind a dot.
var devices = []string{"con", "prn", "aux", "nul", "conin$", "conout$"}

// Name makes a name for a file from any words, one that every system takes: nothing that Windows rules out or takes
// for a device, and no more than 120 characters. An ending is for the caller to add.
func Name(words string) string {
	const longest = 120 // with a folder before it and an ending behind it
	list := []rune(words)
	for i, r := range list {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"/\|?*`, r) {
			list[i] = '-'
		}
	}
	// A dot before it hides the file elsewhere, one behind it is lost on Windows.
	name := strings.Trim(string(list[:min(len(list), longest)]), ". ")
	stem, rest, dotted := strings.Cut(name, ".")
	bare := strings.ToLower(strings.TrimSpace(stem))
	port := strings.HasPrefix(bare, "com") || strings.HasPrefix(bare, "lpt")
	if slices.Contains(devices, bare) || port && len([]rune(bare)) == 4 && strings.ContainsAny(bare[3:], "0123456789¹²³") {
		if name = stem + "-"; dotted {
			name += "." + rest
		}
	}
	if name == "" {
		return "Tenantry"
	}
	return name
}
