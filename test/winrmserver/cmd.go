package winrmserver

import (
	"errors"
	"fmt"
	"strings"
)

// ErrSeveral is the error of a line that is more than one plain command to cmd.exe: somebody's data became a
// command, or a file would be read or written.
var ErrSeveral = errors.New("more than one plain command")

// variables of the programs in a shell, as cmd.exe writes them for %NAME%.
var variables = map[string]string{
	"SYSTEMROOT": `C:\Windows`, "WINDIR": `C:\Windows`, "COMSPEC": `C:\Windows\system32\cmd.exe`,
	"PATH": `C:\Windows\system32;C:\Windows`, "USERNAME": "admin",
}

// Argv is what a program gets of a command line: cmd.exe, which stands before it on every Windows since 8.1, writes
// variables' values for their names and looks for & | < > ^ and ( outside quotes; the program then parts the
// arguments as CommandLineToArgvW does.
func Argv(line string) ([]string, error) {
	line = expand(line)
	quoted := false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case strings.ContainsRune("\r\n\x00", r), !quoted && strings.ContainsRune("&|<>^()", r):
			return nil, fmt.Errorf("%w: %q in %q", ErrSeveral, r, line)
		}
	}
	if quoted {
		return nil, fmt.Errorf("%w: an open quote in %q", ErrSeveral, line)
	}
	return split(line), nil
}

func expand(line string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(line, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "%")
		value, known := variables[strings.ToUpper(name)]
		if !closed || !known {
			b.WriteByte('%')
			line = rest
			continue
		}
		b.WriteString(value)
		line = after
	}
}

// split parts arguments: 2n backslashes and a quote are n backslashes and a quote that groups, 2n+1 are n
// backslashes and a quote that is meant.
func split(line string) []string {
	var argv []string
	var b strings.Builder
	open, quoted, slashes := false, false, 0
	flush := func() { b.WriteString(strings.Repeat(`\`, slashes)); slashes = 0 }
	for _, r := range line {
		switch {
		case r == '\\':
			slashes++
			open = true
		case r == '"':
			odd := slashes%2 == 1
			slashes /= 2
			flush()
			if odd {
				b.WriteRune(r)
			} else {
				quoted = !quoted
			}
			open = true
		case (r == ' ' || r == '\t') && !quoted:
			flush()
			if open {
				argv = append(argv, b.String())
				b.Reset()
				open = false
			}
		default:
			flush()
			b.WriteRune(r)
			open = true
		}
	}
	flush()
	if open {
		argv = append(argv, b.String())
	}
	return argv
}
