package cmdlets

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"tenantry/core/exchange"
)

// PowerShell returns the one line of PowerShell that says what inv says, for people to read and copy.
// Tenantry never runs it. Every text is quoted so that nothing in it is evaluated; a password is shown as
// a question for it.
func PowerShell(inv exchange.Invocation) string {
	return commandLine(inv, func(string) string { return "(Read-Host -AsSecureString)" })
}

// commandText is a command as it is written down. secret says what stands for a password of a parameter.
type commandText struct {
	strings.Builder
	secret func(param string) string
	param  string // that is being written
}

func commandLine(inv exchange.Invocation, secret func(param string) string) string {
	b := commandText{secret: secret}
	b.WriteString(safeOnly(inv.Cmdlet))
	spec, known := Builtin().Find(inv.Cmdlet)
	for _, p := range inv.Params {
		name := safeOnly(p.Name)
		if name == "" {
			continue
		}
		b.WriteString(" -")
		b.WriteString(name)
		if p.Value.Kind() == exchange.Flag {
			yesNo := false
			if known {
				if ps, ok := spec.Param(p.Name); ok {
					yesNo = ps.Editor != EditSwitch
				}
			}
			switch {
			case yesNo:
				b.WriteString(" " + flagWord(p.Value))
			case !p.Value.Flag():
				b.WriteString(":$false")
			case !known || !hasFold(switchLike, p.Name) && !isSwitch(spec, p.Name):
				b.WriteString(":$true") // right for a switch and for a value alike
			}
			continue
		}
		b.WriteByte(' ')
		b.param = name
		writeValue(&b, p.Value, 0)
	}
	return b.String()
}

// The switches that every cmdlet can have.
var switchLike = []string{"WhatIf", "Confirm", "Verbose", "Debug"}

func isSwitch(s *Spec, name string) bool {
	p, ok := s.Param(name)
	return ok && p.Editor == EditSwitch
}

func flagWord(v exchange.Value) string {
	if v.Flag() {
		return "$true"
	}
	return "$false"
}

// safeOnly drops what cannot stand in a name. Build never lets such a name through.
func safeOnly(name string) string {
	if safeName(name) {
		return name
	}
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_') {
			return r
		}
		return -1
	}, name), "-_0123456789")
}

// How deep lists and tables are written; deeper ones are shown as text.
const writeDepth = 8

func writeValue(b *commandText, v exchange.Value, depth int) {
	switch v.Kind() {
	case exchange.None:
		b.WriteString("$null")
	case exchange.Flag:
		b.WriteString(flagWord(v))
	case exchange.Integer:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case exchange.Secret:
		b.WriteString(b.secret(b.param))
	case exchange.Size:
		b.WriteString(quoteUnlessWord(sizeText(v)))
	case exchange.Time:
		b.WriteString(quote(timeText(v)))
	case exchange.List:
		writeList(b, v.List(), depth)
	case exchange.Nested:
		writeTable(b, v, depth)
	default:
		b.WriteString(quoteUnlessWord(v.Text()))
	}
}

func sizeText(v exchange.Value) string {
	if v.IsUnlimited() {
		return "Unlimited"
	}
	n := v.Int()
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

func timeText(v exchange.Value) string {
	t, zone := v.Instant()
	if zone {
		return t.Format(time.RFC3339Nano)
	}
	return t.Format("2006-01-02T15:04:05.9999999")
}

func writeList(b *commandText, items []exchange.Value, depth int) {
	if len(items) == 0 || depth >= writeDepth {
		b.WriteString("@()")
		return
	}
	if depth > 0 || len(items) == 1 && items[0].Kind() == exchange.List {
		b.WriteString("@(")
		defer b.WriteByte(')')
	}
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if item.Kind() == exchange.Text {
			b.WriteString(quote(item.Text()))
		} else {
			writeValue(b, item, depth+1)
		}
	}
}

func writeTable(b *commandText, v exchange.Value, depth int) {
	fields := v.Nested().Fields
	if depth >= writeDepth {
		b.WriteString("@{}")
		return
	}
	b.WriteString("@{")
	for i, f := range fields {
		if i > 0 {
			b.WriteString("; ")
		}
		if safeName(f.Name) && !strings.Contains(f.Name, "-") {
			b.WriteString(f.Name)
		} else {
			b.WriteString(quote(f.Name))
		}
		b.WriteByte('=')
		switch f.Value.Kind() {
		case exchange.Text:
			b.WriteString(quote(f.Value.Text()))
		case exchange.List:
			if len(f.Value.List()) == 0 {
				b.WriteString("@()")
			} else {
				writeList(b, f.Value.List(), 0)
			}
		default:
			writeQuoted(b, f.Value, depth)
		}
	}
	b.WriteByte('}')
}

// writeQuoted writes a value inside a table, where a bare word would be run as a command.
func writeQuoted(b *commandText, v exchange.Value, depth int) {
	switch v.Kind() {
	case exchange.Size:
		b.WriteString(quote(sizeText(v)))
	case exchange.Duration, exchange.Decimal:
		b.WriteString(quote(v.Text()))
	default:
		writeValue(b, v, depth+1)
	}
}

// quoteUnlessWord leaves a plain word bare: a letter, then letters, digits and . _ - @ within. A word that
// begins with a digit is quoted, because PowerShell would read 45GB or 007 as numbers.
func quoteUnlessWord(s string) string {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		inside := i > 0 && (r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' || r == '@')
		if !letter && !inside {
			return quote(s)
		}
	}
	if s == "" {
		return "''"
	}
	return s
}

// quote writes s in single quotes, where PowerShell evaluates nothing. Quotes are doubled, the curly ones
// too, because PowerShell ends a text at any of them. Line breaks and marks that do not show, or turn the
// line around on the screen, are written as [char] so that the line stays one line and shows all it holds.
func quote(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if !strings.ContainsFunc(s, hidden) {
		return "'" + doubled(s) + "'"
	}
	var parts []string
	run := 0
	for i, r := range s {
		if !hidden(r) {
			continue
		}
		if i > run || len(parts) == 0 {
			parts = append(parts, "'"+doubled(s[run:i])+"'")
		}
		if r > 0xffff {
			parts = append(parts, "[char]::ConvertFromUtf32("+strconv.Itoa(int(r))+")")
		} else {
			parts = append(parts, "[char]"+strconv.Itoa(int(r)))
		}
		run = i + len(string(r))
	}
	if run < len(s) {
		parts = append(parts, "'"+doubled(s[run:])+"'")
	}
	return "(" + strings.Join(parts, " + ") + ")"
}

func doubled(s string) string {
	if !strings.ContainsFunc(s, isSingleQuote) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if isSingleQuote(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden are control characters, line and paragraph separators, and formatting marks such as those that
// change the direction of the text.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf)
}
