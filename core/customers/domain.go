package customers

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"tenantry/core/exchange"
)

// ParseDomain reads the domain out of what a person types or pastes: "Contoso.com", "anna@contoso.com",
// "https://www.contoso.com/about", "münchen.example", or a tenant ID with or without braces. It returns
// lower case ASCII without a dot at the end. What names no customer is a *exchange.Problem with
// CodeBadDomain.
func ParseDomain(text string) (exchange.CustomerID, error) {
	t := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\t' {
			return -1 // marks that come along unseen when text is copied from a page
		}
		return r
	}, text)
	trim := func() {
		t = strings.TrimFunc(t, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'<>,;()`, r) })
	}
	trim()
	if guid, ok := parseGUID(t); ok {
		return exchange.CustomerID(guid), nil
	}
	if len(t) > 7 && strings.EqualFold(t[:7], "mailto:") {
		t = t[7:]
	}
	scheme := false
	if i := strings.Index(t, "://"); i >= 0 {
		t, scheme = t[i+3:], true
	}
	if i := strings.IndexAny(t, "/?#\\"); i >= 0 {
		t = t[:i]
	}
	if i := strings.LastIndexByte(t, '@'); i >= 0 {
		t = t[i+1:]
	}
	if host, port, ok := strings.Cut(t, ":"); ok && strings.Trim(port, "0123456789") == "" {
		t = host
	}
	trim()
	t = strings.TrimRight(t, ".。")
	if len(t) > 4 && scheme && strings.EqualFold(t[:4], "www.") {
		t = t[4:]
	}
	switch {
	case t == "":
		return "", badDomain(text, "empty", "")
	case len(t) > 1024:
		return "", badDomain(text[:64], "too-long", "")
	}
	if guid, ok := parseGUID(t); ok {
		return exchange.CustomerID(guid), nil
	}
	ascii, err := idna.Lookup.ToASCII(t)
	if err != nil || !plain(ascii) {
		why := "characters"
		if len(ascii) > 253 || longLabel(ascii) {
			why = "too-long"
		}
		return "", badDomain(text, why, "")
	}
	if !strings.Contains(ascii, ".") {
		return "", badDomain(text, "no-dot", ascii+".onmicrosoft.com")
	}
	return exchange.CustomerID(ascii), nil
}

// plain tells whether s is a host name as DNS has them, with a last label that is no number (an IP
// address names no customer).
func plain(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, r := range l {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

func longLabel(s string) bool {
	for l := range strings.SplitSeq(s, ".") {
		if len(l) > 63 {
			return true
		}
	}
	return false
}

// parseGUID reads a GUID with dashes, with or without braces, and returns it in lower case.
func parseGUID(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		text = text[1 : len(text)-1]
	}
	if len(text) != 36 {
		return "", false
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return "", false
	}
	return id.String(), true
}

// readable shows an international domain in its own letters.
func readable(id exchange.CustomerID) string {
	if shown, err := idna.Display.ToUnicode(string(id)); err == nil {
		return shown
	}
	return string(id)
}

// fold makes two spellings of the same word equal: case, accents and width do not count.
func fold(text string) string {
	bare, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		bare = text
	}
	return cases.Fold().String(bare)
}

func badDomain(text, why, suggestion string) *exchange.Problem {
	p := &exchange.Problem{
		Code: CodeBadDomain, Doing: "read a domain",
		Args: map[string]string{"text": shorten(text), "why": why},
	}
	if suggestion != "" {
		p.Args["suggestion"] = suggestion
	}
	return p
}

// shorten makes a pasted text fit into a sentence, without a password that a link may carry.
func shorten(text string) string {
	text = strings.TrimSpace(text)
	if u, err := url.Parse(text); err == nil && u.User != nil {
		text = u.Redacted()
	}
	if r := []rune(text); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return text
}
