package cmdlets_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// scanner reads a command line by PowerShell's own rules for single quotes (about_Quoting_Rules), as far as
// a line of plain values needs them. It was written from those rules and shares no code with the writer.
type scanner struct {
	in  []rune
	pos int
}

func (s *scanner) peek() rune {
	if s.pos < len(s.in) {
		return s.in[s.pos]
	}
	return 0
}

func (s *scanner) done() bool { return s.pos >= len(s.in) }

func (s *scanner) spaces() {
	for s.peek() == ' ' {
		s.pos++
	}
}

// PowerShell's tokenizer treats these five alike.
func single(r rune) bool { return strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) }

// word reads what stands outside quotes; a character with a meaning of its own there is an error.
func (s *scanner) word() (string, error) {
	start := s.pos
	for !s.done() && !strings.ContainsRune(" ,;(){}=+", s.peek()) {
		if r := s.peek(); r > 0x7e || strings.ContainsRune("$`\"|&<>#*?%!~^\\/'", r) && !(r == '$' && s.pos == start) || single(r) {
			return "", fmt.Errorf("%q outside quotes", r)
		}
		s.pos++
	}
	return string(s.in[start:s.pos]), nil
}

// text reads a single-quoted text: it ends at a single quote of any kind that no other follows.
func (s *scanner) text() (string, error) {
	s.pos++
	var b strings.Builder
	for !s.done() {
		r := s.peek()
		s.pos++
		if !single(r) {
			b.WriteRune(r)
			continue
		}
		if !single(s.peek()) || s.done() {
			return b.String(), nil
		}
		b.WriteRune(r) // of two in a row the first counts
		s.pos++
	}
	return "", fmt.Errorf("a quote is not closed")
}

// value reads a text, a word, a list, a table or a sum of texts in parentheses.
func (s *scanner) value() (string, error) {
	var items []string
	for {
		item, err := s.item()
		if err != nil {
			return "", err
		}
		items = append(items, item)
		if s.peek() != ',' {
			break
		}
		s.pos++
	}
	if len(items) == 1 {
		return items[0], nil
	}
	return "[" + strings.Join(items, "|") + "]", nil
}

func (s *scanner) item() (string, error) {
	switch {
	case single(s.peek()):
		return s.text()
	case s.peek() == '(':
		return s.sum()
	}
	w, err := s.word()
	if err == nil && w == "" {
		return "", fmt.Errorf("a value is missing at %d", s.pos)
	}
	return w, err
}

func (s *scanner) sum() (string, error) {
	s.pos++
	var b strings.Builder
	for first := true; ; first = false {
		s.spaces()
		switch rest := string(s.in[s.pos:]); {
		case single(s.peek()):
			t, err := s.text()
			if err != nil {
				return "", err
			}
			b.WriteString(t)
		case strings.HasPrefix(rest, "[char]") && !first: // a sum that begins with a character would add numbers
			s.pos += len("[char]")
			if strings.HasPrefix(rest, "[char]::ConvertFromUtf32(") {
				s.pos += len("::ConvertFromUtf32(")
			}
			n := 0
			for s.peek() >= '0' && s.peek() <= '9' {
				n = n*10 + int(s.peek()-'0')
				s.pos++
			}
			if strings.HasPrefix(rest, "[char]::ConvertFromUtf32(") {
				s.pos++
			}
			b.WriteRune(rune(n))
		default:
			return "", fmt.Errorf("%q in parentheses", rest)
		}
		s.spaces()
		if s.peek() == ')' {
			s.pos++
			return b.String(), nil
		}
		if s.peek() != '+' {
			return "", fmt.Errorf("no + between texts")
		}
		s.pos++
	}
}

// parse reads "Cmdlet -Name value …" into the cmdlet and its values.
func parse(line string) (cmdlet string, values map[string]string, err error) {
	s := &scanner{in: []rune(line)}
	if cmdlet, err = s.word(); err != nil {
		return "", nil, err
	}
	values = map[string]string{}
	for s.spaces(); !s.done(); s.spaces() {
		if s.peek() != '-' {
			return "", nil, fmt.Errorf("a value without a name at %d of %q", s.pos, line)
		}
		name, err := s.word()
		if err != nil {
			return "", nil, err
		}
		s.spaces()
		v, err := s.value()
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", name, err)
		}
		values[name[1:]] = v
	}
	return cmdlet, values, nil
}

func hostile() *rapid.Generator[string] {
	bits := []string{"'", "''", "\u2018", "\u2019", "\u201a", "\u201b", "\"", "\u201c", "$", "$(rm -r /)", "`", ";", "|", "&", "\n", "\r\n",
		"\x00", "\u202e", "\u2028", "\U000e0041", "-", "--%", "@", "@{", "@(", ",", "(", ")", "{", "}", "#", "<#", "#>", " ", "a", "B", "9", "0x1f",
		"45GB", "1e3", "é", "漢", "😀", "%", "*", "?", "~", "[char]", "+", ".", "..", "/", "\\", "\xff"}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(bits), rapid.String()), 0, 12).Draw(t, "bits"), "")
	})
}

// meant is what a text is once bytes that are no UTF-8 are shown as the mark for them.
func meant(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func TestTextsSurviveQuoting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := hostile().Draw(t, "one")
		many := rapid.SliceOfN(hostile(), 2, 4).Draw(t, "many")
		items := make([]exchange.Value, len(many))
		want := make([]string, len(many))
		for i, m := range many {
			items[i], want[i] = exchange.NewText(m), meant(m)
		}
		line := cmdlets.PowerShell(exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{
			{Name: "One", Value: exchange.NewText(one)},
			{Name: "Many", Value: exchange.NewList(items)},
			{Name: "Last", Value: exchange.NewText("end")},
		}})
		checkLine(t, line, map[string]string{"One": meant(one), "Many": "[" + strings.Join(want, "|") + "]", "Last": "end"})
	})
}

type failer interface{ Fatalf(string, ...any) }

func checkLine(t failer, line string, want map[string]string) {
	if strings.ContainsAny(line, "\n\r\x00\u2028\u2029\u202e") {
		t.Fatalf("the line does not stay one line: %q", line)
	}
	cmdlet, values, err := parse(line)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if cmdlet != "Set-Thing" || len(values) != len(want) {
		t.Fatalf("%q reads as %s %q", line, cmdlet, values)
	}
	for name, w := range want {
		if values[name] != w {
			t.Fatalf("%q: %s reads as %q, want %q", line, name, values[name], w)
		}
	}
}

func FuzzPowerShell(f *testing.F) {
	for _, s := range []string{"'", "\u2019;calc", "a\nb", "$(x)", "@{a=1}", "45GB", "-x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := cmdlets.PowerShell(exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{
			{Name: "One", Value: exchange.NewText(s)}, {Name: "Last", Value: exchange.NewText("end")}}})
		checkLine(t, line, map[string]string{"One": meant(s), "Last": "end"})
		if strings.HasPrefix(s, "9") && strings.Contains(line, "-One 9") {
			t.Fatalf("a text that begins with a digit is bare: %q", line)
		}
	})
}

func TestTheLine(t *testing.T) {
	at := time.Date(2026, 12, 31, 14, 2, 0, 0, time.UTC)
	table := cmdlets.NewTable([]exchange.Field{
		{Name: "Add", Value: exchange.NewList([]exchange.Value{exchange.NewText("a"), exchange.NewText("b's")})},
		{Name: "odd name", Value: exchange.NewFlag(true)}, {Name: "Size", Value: exchange.NewSize(1 << 20)},
		{Name: "None", Value: exchange.Value{}}})
	deep := exchange.NewText("x")
	for range 40 {
		deep = exchange.NewList([]exchange.Value{deep, deep})
		if len(deep.List()) != 2 {
			t.Fatal("no list")
		}
	}
	for _, c := range []struct {
		name  string
		value exchange.Value
		want  string
	}{
		{"a word", exchange.NewText("Finance"), "Finance"},
		{"an address", exchange.NewText("anna.b@contoso.example"), "anna.b@contoso.example"},
		{"a name with a space", exchange.NewText("Anna B"), "'Anna B'"},
		{"an apostrophe", exchange.NewText("Anna's"), "'Anna''s'"},
		{"a curly apostrophe", exchange.NewText("Anna\u2019s"), "'Anna\u2019\u2019s'"},
		{"two lines", exchange.NewText("a\nb"), "('a' + [char]10 + 'b')"},
		{"begins with a line break", exchange.NewText("\nb"), "('' + [char]10 + 'b')"},
		{"a number as text", exchange.NewText("007"), "'007'"},
		{"begins with a dash", exchange.NewText("-x"), "'-x'"},
		{"empty", exchange.NewText(""), "''"},
		{"a number", exchange.NewInteger(-5), "-5"},
		{"yes", exchange.NewFlag(true), ""},
		{"a size", exchange.NewSize(45 << 30), "'45GB'"},
		{"an uneven size", exchange.NewSize(1000), "'1000'"},
		{"no limit", exchange.Unlimited(), "Unlimited"},
		{"a span", exchange.NewDuration(90 * 86400 * exchange.TicksPerSecond), "'90.00:00:00'"},
		{"a time", exchange.NewTime(at), "'2026-12-31T14:02:00Z'"},
		{"a time without zone", exchange.NewZonelessTime(at), "'2026-12-31T14:02:00'"},
		{"nothing", exchange.Value{}, "$null"},
		{"an empty list", exchange.NewList(nil), "@()"},
		{"a list of one", exchange.NewList([]exchange.Value{exchange.NewText("a")}), "'a'"},
		{"a password", exchange.NewSecret(secret.New("hunter2")), "(Read-Host -AsSecureString)"},
		{"a table", table, "@{Add='a','b''s'; 'odd name'=$true; Size='1MB'; None=$null}"},
	} {
		inv := exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{{Name: "P", Value: c.value}}}
		want := "Set-Thing -P " + c.want
		if c.want == "" {
			want = "Set-Thing -P:$true"
		}
		if got := cmdlets.PowerShell(inv); got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
	if got := cmdlets.PowerShell(exchange.Invocation{Cmdlet: "Set-X; rm", Params: []exchange.Param{{Name: "a b;", Value: exchange.NewText("c")}}}); got != "Set-Xrm -ab c" {
		t.Errorf("names that are none: %s", got)
	}
	if got := cmdlets.PowerShell(exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{{Name: "P", Value: deep}}}); len(got) > 1<<20 || !utf8.ValidString(got) {
		t.Errorf("a list too deep gives %s bytes", strconv.Itoa(len(got)))
	}
}
