package httpauth

import (
	"encoding/base64"
	"strings"
)

// challenge is one way to sign in that a server offers, from WWW-Authenticate (RFC 9110 11.6.1).
type challenge struct {
	scheme string
	token  []byte // what stands behind the scheme when it is a token (RFC 4559 4.2), decoded; nil otherwise
}

// readChallenges reads all values of WWW-Authenticate. One value can hold several challenges, and commas part
// those as they part the parameters of each.
func readChallenges(values []string) []challenge {
	var out []challenge
	for _, v := range values {
		for _, part := range splitOutsideQuotes(v) {
			scheme, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			rest = strings.TrimSpace(rest)
			if scheme == "" || strings.ContainsAny(scheme, `="`) || strings.HasPrefix(rest, "=") {
				continue // a parameter of the challenge before
			}
			c := challenge{scheme: scheme}
			if rest != "" && !strings.ContainsAny(rest, ` "`) {
				c.token, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "="))
			}
			out = append(out, c)
		}
	}
	return out
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

// schemesOf names the schemes that are offered, each once, in order.
func schemesOf(offered []challenge) []string {
	var names []string
	for _, c := range offered {
		if !contains(names, c.scheme) {
			names = append(names, c.scheme)
		}
	}
	return names
}

// tokenOf is the token that came for a scheme, nil when there was none.
func tokenOf(offered []challenge, scheme string) []byte {
	for _, c := range offered {
		if strings.EqualFold(c.scheme, scheme) && len(c.token) > 0 {
			return c.token
		}
	}
	return nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
