// Package challenge reads the ways to sign in that a server offers beside a refusal: the values of
// WWW-Authenticate and Proxy-Authenticate (RFC 9110 11.6.1).
package challenge

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Challenge is one way to sign in, such as Negotiate.
type Challenge struct {
	Scheme string // as the server spelled it
	Token  []byte // what stands behind the scheme when it is a token (RFC 4559 4.2), decoded; nil otherwise
}

// Read reads all values of a field. One value can hold several challenges, and commas part those as they part
// the parameters of each. What is no challenge is passed over.
func Read(values []string) []Challenge {
	var out []Challenge
	for _, v := range values {
		for _, part := range splitOutsideQuotes(v) {
			scheme, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			rest = strings.TrimSpace(rest)
			if scheme == "" || strings.ContainsAny(scheme, `="`) || strings.HasPrefix(rest, "=") {
				continue // a parameter of the challenge before
			}
			c := Challenge{Scheme: scheme}
			if rest != "" && !strings.ContainsAny(rest, ` "`) {
				c.Token, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "="))
			}
			out = append(out, c)
		}
	}
	return out
}

// Schemes names the schemes that are offered, each once, in order.
func Schemes(offered []Challenge) []string {
	var names []string
	for _, c := range offered {
		if !Has(names, c.Scheme) {
			names = append(names, c.Scheme)
		}
	}
	return names
}

// Token is the token that came for a scheme, nil when there was none.
func Token(offered []Challenge, scheme string) []byte {
	for _, c := range offered {
		if strings.EqualFold(c.Scheme, scheme) && len(c.Token) > 0 {
			return c.Token
		}
	}
	return nil
}

// Has tells whether a scheme is among those; case does not count (RFC 9110 11.1).
func Has(schemes []string, scheme string) bool {
	return slices.ContainsFunc(schemes, func(s string) bool { return strings.EqualFold(s, scheme) })
}

func splitOutsideQuotes(s string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}
