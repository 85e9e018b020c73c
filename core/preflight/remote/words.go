package remote

import (
	"fmt"
	"strings"
)

// The programs that are run there, by their whole paths, so that no file of the same name elsewhere is taken.
// cmd.exe, which every Windows since 8.1 puts before a program, writes the folder for %SystemRoot%.
const (
	programReg        = `%SystemRoot%\System32\reg.exe`
	programPowerShell = `%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe`
)

// quote makes words of arguments, so that a program there gets each as it is here: one with a space or a bracket in
// it stands in quotes, as CommandLineToArgvW reads them. The error refuses what cmd.exe or a program could read as
// anything but a word: quotes, control characters, and % & | < > ^ ! among others. No key, name or value that is asked
// for here has any of them.
func quote(arguments ...string) ([]string, error) {
	words := make([]string, 0, len(arguments))
	for _, a := range arguments {
		if a == "" || strings.ContainsFunc(a, func(r rune) bool { return !plain(r) && !strings.ContainsRune(` (){}`, r) }) {
			return nil, fmt.Errorf("%q is not a plain word", a)
		}
		if strings.ContainsFunc(a, func(r rune) bool { return !plain(r) }) {
			// Backslashes before a quote are doubled, or the last would take the quote along.
			ending := len(a) - len(strings.TrimRight(a, `\`))
			a = `"` + a + strings.Repeat(`\`, ending) + `"`
		}
		words = append(words, a)
	}
	return words, nil
}

// plain tells whether a character means itself everywhere.
func plain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(`\/._-:+=`, r)
}
