package httpauth

import (
	"errors"
	"net/url"
	"strings"
)

// ErrNoCustomer is the error of WithDelegatedOrg without a customer.
var ErrNoCustomer = errors.New("httpauth: no customer named")

// WithDelegatedOrg returns address with DelegatedOrg=customer in its query, in place of one that stands there
// in whatever case. All other parameters, which ";" and "&" separate alike, stay byte for byte. A slash
// at the end of the path goes, as the Windows client has it. customer is a domain or a tenant id.
func WithDelegatedOrg(address, customer string) (string, error) {
	if strings.TrimSpace(customer) == "" {
		return "", ErrNoCustomer
	}
	return withParameter(address, "DelegatedOrg", url.QueryEscape(strings.TrimSpace(customer)), "&")
}

// WithPSVersion returns address with PSVersion=version at the end of its query, behind a ";" where there is a
// query, as the Windows client does on every connection. A PSVersion that stands there already is replaced.
func WithPSVersion(address, version string) (string, error) {
	return withParameter(address, "PSVersion", url.QueryEscape(version), ";")
}

// NamesCustomer tells whether an address carries DelegatedOrg, in whatever case, with a value.
func NamesCustomer(address *url.URL) bool {
	for _, p := range splitQuery(address.RawQuery) {
		key, value, _ := strings.Cut(p.text, "=")
		if decoded, err := url.QueryUnescape(key); err == nil && value != "" && strings.EqualFold(decoded, "DelegatedOrg") {
			return true
		}
	}
	return false
}

// withParameter sets one parameter. A new one goes to the end, behind ";" where the query uses that, else
// behind separator.
func withParameter(address, name, value, separator string) (string, error) {
	if _, err := checkURL(address); err != nil {
		return "", err
	}
	address, _, _ = strings.Cut(address, "#")
	path, query, _ := strings.Cut(address, "?")
	path = strings.TrimRight(path, "/")

	var out strings.Builder
	found, written := false, 0
	for _, p := range splitQuery(query) {
		key, _, _ := strings.Cut(p.text, "=")
		if decoded, err := url.QueryUnescape(key); err == nil && strings.EqualFold(decoded, name) {
			if found {
				continue // a second one would contradict the first
			}
			found = true
			p.text = key + "=" + value
		}
		if written++; written > 1 {
			out.WriteByte(p.before)
		}
		out.WriteString(p.text)
	}
	if !found {
		if kept := out.String(); kept != "" && !strings.HasSuffix(kept, "&") && !strings.HasSuffix(kept, ";") {
			if strings.Contains(query, ";") {
				separator = ";"
			}
			out.WriteString(separator)
		}
		out.WriteString(name + "=" + value)
	}
	return path + "?" + out.String(), nil
}

type parameter struct {
	before byte // the separator in front of it
	text   string
}

func splitQuery(query string) []parameter {
	var parts []parameter
	before := byte(0)
	for query != "" {
		i := strings.IndexAny(query, "&;")
		if i < 0 {
			return append(parts, parameter{before, query})
		}
		parts = append(parts, parameter{before, query[:i]})
		before, query = query[i], query[i+1:]
	}
	if before != 0 {
		parts = append(parts, parameter{before, ""})
	}
	return parts
}
