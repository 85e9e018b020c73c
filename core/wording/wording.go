// Package wording is the one place that turns codes and facts into sentences: what happened, why, and what
// to do next, in English and Dutch, together with the display of numbers, sizes, dates and yes and no.
//
// The texts are in assets/translations, a folder for each language, any number of JSON files in it that are
// merged; a key stands in one file only. A value is one of
//
//	"key": "Text with {name}"                                            a plain text
//	"rows": {"one": "{n} row", "other": "{n} rows"}                      a count
//	"signin.refused": {"title": "…", "why": "…", "next": "…"}            a code; good news may have a title alone
//	"cause.wrong-password": {"title": "…", "why": "…", "next": "…"}      a likely cause, of core/troubleshoot
//
// What stands in [square brackets] with a placeholder is left out when one of the arguments in it is missing or empty; a
// missing argument elsewhere is replaced by the text "missing.<name>", such as "this account" for {user}.
package wording

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"tenantry/assets"
	"tenantry/core/exchange"
)

// The languages there are. English is complete and stands in for what another lacks.
const (
	English = "en"
	Dutch   = "nl"
)

// Languages returns the languages there are texts for, English first.
func Languages() []string { return []string{English, Dutch} }

// Message explains one code.
type Message struct {
	Title string // what happened, a short sentence without a full stop
	Why   string // why, as far as it is known
	Next  string // what the person can do about it

	// Details are raw facts for a support engineer, what is asked for first in front; Problem fills them in.
	Details []Detail
}

// Detail is one raw fact.
type Detail struct{ Name, Text string }

// String returns the message as one paragraph, for a terminal.
func (m Message) String() string {
	var parts []string
	for _, s := range []string{m.Title, m.Why, m.Next} {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if !strings.ContainsAny(s[len(s)-1:], ".!?:") {
			s += "."
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// DetailsText is the details as lines of name and text, to be copied into a ticket. What goes on over several
// lines is moved in.
func (m Message) DetailsText() string {
	var b strings.Builder
	for _, d := range m.Details {
		text := strings.ReplaceAll(strings.ReplaceAll(d.Text, "\r\n", "\n"), "\n", "\n    ")
		b.WriteString(d.Name + ": " + text + "\n")
	}
	return b.String()
}

// Words speaks one language. It never changes after it was made, so it may be shared between goroutines.
type Words struct {
	lang   string
	locale string
	texts  map[string]entry
	spare  *Words // English; nil for English itself
	format format
	bare   bool // parameters by their own names
}

// entry is one value of a translation file.
type entry struct {
	plain            string
	one, other       string
	title, why, next string
	kind             entryKind
}

type entryKind uint8

const (
	plainText entryKind = iota + 1
	countText
	codeText
)

// For returns the words of a language or locale, such as "nl", "nl-BE" or "en_US.UTF-8". A language there
// are no texts for gives English texts with that locale's dates and numbers as far as they are known.
func For(locale string) *Words {
	locale = tidyLocale(locale)
	lang, _, _ := strings.Cut(locale, "-")
	if !slices.Contains(Languages(), lang) {
		lang = English
	}
	w := &Words{lang: lang, locale: locale, texts: loaded()[lang], format: formatOf(locale)}
	if lang != English {
		w.spare = &Words{lang: English, locale: locale, texts: loaded()[English], format: w.format}
	}
	return w
}

// Lang returns the language of the texts, "en" or "nl".
func (w *Words) Lang() string { return w.lang }

// Locale returns what For was asked for, tidied: "nl-NL". Draft.Locale of core/cmdlets takes it.
func (w *Words) Locale() string { return w.locale }

var loaded = sync.OnceValue(func() map[string]map[string]entry {
	all := map[string]map[string]entry{}
	for _, lang := range Languages() {
		texts, err := load(assets.Translations, lang)
		if err != nil {
			// The files are part of the program; a test reads them.
			panic("wording: " + err.Error())
		}
		all[lang] = texts
	}
	return all
})

// load reads and merges the files of one language.
func load(from fs.FS, lang string) (map[string]entry, error) {
	files, err := fs.Glob(from, path.Join("translations", lang, "*.json"))
	if err != nil {
		return nil, err
	}
	texts := map[string]entry{}
	owner := map[string]string{}
	for _, name := range files {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, value := range raw {
			if owner[key] != "" {
				return nil, fmt.Errorf("%s: %q stands in %s already", name, key, owner[key])
			}
			e, err := readEntry(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", name, key, err)
			}
			owner[key], texts[key] = name, e
		}
	}
	return texts, nil
}

func readEntry(value json.RawMessage) (entry, error) {
	var e entry
	if json.Unmarshal(value, &e.plain) == nil {
		e.kind = plainText
		return e, nil
	}
	var parts map[string]string
	if err := json.Unmarshal(value, &parts); err != nil {
		return e, err
	}
	for name, text := range parts {
		kind := codeText
		switch name {
		case "one":
			e.one, kind = text, countText
		case "other":
			e.other, kind = text, countText
		case "title":
			e.title = text
		case "why":
			e.why = text
		case "next":
			e.next = text
		default:
			return e, fmt.Errorf("a text has no part %q", name)
		}
		if e.kind != 0 && e.kind != kind {
			return e, fmt.Errorf("a text is either a count or a code")
		}
		e.kind = kind
	}
	if e.kind == 0 {
		return e, fmt.Errorf("a text without parts")
	}
	return e, nil
}

// find returns the entry of a key and the words it belongs to, with English standing in.
func (w *Words) find(key string) (entry, *Words, bool) {
	if e, ok := w.texts[key]; ok {
		return e, w, true
	}
	if w.spare != nil {
		if e, ok := w.spare.texts[key]; ok {
			return e, w.spare, true
		}
	}
	return entry{}, w, false
}

// Has tells whether there is a text for key, in this language or in English.
func (w *Words) Has(key string) bool {
	_, _, ok := w.find(key)
	return ok
}

// Text returns the text of key. args are pairs of a placeholder's name and its value: a string as it is,
// an int as a number, an exchange.Value as Value shows it. An unknown key comes back as it is.
func (w *Words) Text(key string, args ...any) string {
	e, in, ok := w.find(key)
	if !ok {
		return key
	}
	text := e.plain
	switch e.kind {
	case countText:
		text = e.other
	case codeText:
		text = e.title
	}
	return in.fill(text, w.pairs(args))
}

// Count returns the text of key for n things: "1 row", "2,140 rows". The placeholder {n} is n; args are as
// for Text.
func (w *Words) Count(key string, n int, args ...any) string {
	e, in, ok := w.find(key)
	values := w.pairs(args)
	values["n"] = w.Number(int64(n))
	if !ok {
		return values["n"] + " " + key
	}
	text := e.other
	if n == 1 && e.one != "" {
		text = e.one
	}
	if e.kind == plainText {
		text = e.plain
	}
	return in.fill(text, values)
}

// Explain returns the sentences of a code. args are those of the exchange.Problem or FieldProblem: {param}
// is shown as the field's label, {wait} is the argument seconds as a span in words, {until} a date and time, {size} the argument limit
// as a size, {free} a number of bytes as a size, {reason} the title of the code it holds, {check} the name of the check. A code without
// sentences is explained as something unexpected, with the code in Details.
func (w *Words) Explain(code exchange.Code, args map[string]string) Message {
	e, in, ok := w.find(string(code))
	if !ok || e.kind != codeText {
		m := Message{Details: []Detail{{"Code", string(code)}}}
		if code != exchange.CodeUnexpected {
			unexpected := w.Explain(exchange.CodeUnexpected, nil)
			m.Title, m.Why, m.Next = unexpected.Title, unexpected.Why, unexpected.Next
		}
		return m
	}
	values := w.spoken(args)
	m := Message{
		Title: in.fill(e.title, values),
		Why:   in.fill(e.why, values),
		Next:  in.fill(e.next, values),
	}
	if args["unsure"] == exchange.Unsure { // with whatever code a change ended
		m.Why += " " + w.Text("arg.unsure."+exchange.Unsure)
	}
	return m
}

// Problem explains a Problem and adds its details: the code, what was being done, the cause, and what the
// server told. nil gives the empty Message.
func (w *Words) Problem(p *exchange.Problem) Message {
	if p == nil {
		return Message{}
	}
	m := w.Explain(p.Code, p.Args)
	m.Details = []Detail{{"Code", string(p.Code)}}
	if p.Doing != "" {
		m.Details = append(m.Details, Detail{"Doing", p.Doing})
	}
	names := make([]string, 0, len(p.Details))
	for name := range p.Details {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return detailLess(names[i], names[j]) })
	for _, name := range names {
		m.Details = append(m.Details, Detail{name, p.Details[name]})
	}
	if p.Cause != nil {
		m.Details = append(m.Details, Detail{"Cause", p.Cause.Error()})
	}
	return m
}

// firstDetails are asked for first in a ticket, and lastDetails are long.
var (
	firstDetails = []string{"Time", "Customer", "Account", "Host", "Status", "Fault", "Failure category", "Request id", "Shell id"}
	lastDetails  = []string{"Server said", "stack"}
)

func detailLess(a, b string) bool {
	rank := func(name string) int {
		if i := slices.Index(firstDetails, name); i >= 0 {
			return i - len(firstDetails)
		}
		return slices.Index(lastDetails, name) + 1
	}
	if ra, rb := rank(a), rank(b); ra != rb {
		return ra < rb
	}
	return a < b
}

// Notice is a message beside the rows as a sentence: in words where it is a known one, otherwise as the
// server wrote it.
func (w *Words) Notice(n exchange.Notice) string {
	if n.Code == "" {
		return n.Text
	}
	return w.Explain(n.Code, n.Args).String()
}

// Error explains any error: a Problem as Problem does, anything else as unexpected.
func (w *Words) Error(err error) Message { return w.Problem(exchange.AsProblem(err)) }

// spoken turns a problem's raw arguments into what a sentence shows. A word that stands for a reason or a
// kind, such as "no-dot", has a text under "arg.<name>.<word>".
func (w *Words) spoken(args map[string]string) map[string]string {
	values := make(map[string]string, len(args)+2)
	for name, text := range args {
		if key := "arg." + name + "." + text; w.Has(key) {
			text = w.Text(key)
		}
		values[name] = text
	}
	if s, err := strconv.ParseFloat(args["seconds"], 64); err == nil && s >= 1 && s < 1e9 {
		values["wait"] = w.Duration(int64(s) * exchange.TicksPerSecond)
	}
	if at, err := time.Parse(time.RFC3339, args["until"]); err == nil {
		values["until"] = w.DateTime(at.Local())
	}
	if n, err := strconv.ParseInt(args["limit"], 10, 64); err == nil {
		values["limit"], values["size"] = w.Number(n), w.Size(n)
	}
	if n, err := strconv.ParseInt(args["free"], 10, 64); err == nil {
		values["free"] = w.Size(n)
	}
	if e, in, ok := w.find(args["reason"]); ok && e.kind == codeText {
		values["reason"] = in.fill(e.title, values)
	}
	if id := args["check"]; id != "" {
		values["check"] = w.Check(id)
	}
	for _, name := range []string{"param", "with"} {
		if values[name] != "" {
			values[name] = w.labels(values[name])
		}
	}
	return values
}

func (w *Words) labels(names string) string {
	parts := strings.Split(names, ", ")
	for i, p := range parts {
		parts[i] = w.Label(p)
	}
	return strings.Join(parts, ", ")
}

func (w *Words) pairs(args []any) map[string]string {
	values := make(map[string]string, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			values[name] = v
		case int:
			values[name] = w.Number(int64(v))
		case int64:
			values[name] = w.Number(v)
		case exchange.Value:
			values[name] = w.Value(v)
		default:
			values[name] = fmt.Sprint(v)
		}
	}
	return values
}

// fill puts values into a text's placeholders. Values are put in as they are: a brace in one is a brace.
func (w *Words) fill(text string, values map[string]string) string {
	if !strings.ContainsAny(text, "{[") {
		return text
	}
	var b strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			w.fillPart(&b, text, values)
			break
		}
		w.fillPart(&b, text[:open], values)
		end := strings.IndexByte(text[open:], ']')
		if end < 0 {
			w.fillPart(&b, text[open:], values)
			break
		}
		part := text[open+1 : open+end]
		switch names := placeholders(part); {
		case len(names) == 0: // brackets that are text, as in [::1]
			b.WriteString(text[open : open+end+1])
		case allGiven(names, values):
			w.fillPart(&b, part, values)
		}
		text = text[open+end+1:]
	}
	return b.String()
}

func allGiven(names []string, values map[string]string) bool {
	for _, name := range names {
		if values[name] == "" {
			return false
		}
	}
	return true
}

func (w *Words) fillPart(b *strings.Builder, text string, values map[string]string) {
	for {
		before, name, after, found := cutPlaceholder(text)
		b.WriteString(before)
		if !found {
			return
		}
		if v := values[name]; v != "" {
			b.WriteString(v)
		} else if w.Has("missing." + name) {
			b.WriteString(atStart(b.String(), w.Text("missing."+name)))
		} else {
			b.WriteString("\u2026")
		}
		text = after
	}
}

// cutPlaceholder finds the first {name}. Braces around anything else, as in @{Add='a'}, are text.
func cutPlaceholder(text string) (before, name, after string, found bool) {
	for from := 0; ; {
		open := strings.IndexByte(text[from:], '{')
		if open < 0 {
			return text, "", "", false
		}
		open += from
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			return text, "", "", false
		}
		name = text[open+1 : open+end]
		if name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-_") == "" {
			return text[:open], name, text[open+end+1:], true
		}
		from = open + 1
	}
}

// atStart makes the first letter of a text a capital when it begins a sentence.
func atStart(before, text string) string {
	if before != "" && !strings.HasSuffix(before, ". ") {
		return text
	}
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// placeholders returns the names in {braces}, in order.
func placeholders(text string) []string {
	var names []string
	for {
		_, name, after, found := cutPlaceholder(text)
		if !found {
			return names
		}
		names = append(names, name)
		text = after
	}
}
