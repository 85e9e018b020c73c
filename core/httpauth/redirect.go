package httpauth

import (
	"net/netip"
	"net/url"
	"strings"

	"tenantry/core/proxy"
)

// MaxHops is how many redirects are followed when a policy names no number, as in the Windows client.
const MaxHops = 5

// RedirectPolicy says which redirects may be followed.
type RedirectPolicy struct {
	MaxHops int // 0 means MaxHops

	// Confirm is asked, by host name and port as they will be used, about a host that is neither the same one
	// nor of the same cloud. nil answers no. It may block; it is called on the caller's goroutine.
	Confirm func(host string) bool
}

// RedirectReason says why a redirect is not followed.
type RedirectReason uint8

// The reasons.
const (
	RedirectMalformed    RedirectReason = iota // no usable Location
	RedirectTooMany                            // more hops than allowed
	RedirectNotEncrypted                       // to something other than https
	RedirectUserinfo                           // the target holds a user name or password
	RedirectSuspicious                         // the host is written so that it could pass for another
	RedirectDeclined                           // Confirm said no, or there is none
)

// String names the reason, in English, for logs.
func (r RedirectReason) String() string {
	return [...]string{"no usable target", "too many hops", "target not encrypted", "target holds a user name",
		"host name not plain", "host not confirmed"}[min(r, RedirectDeclined)]
}

// RedirectError is the error of a redirect that is not followed.
type RedirectError struct {
	Reason RedirectReason
	Host   string // of the target, as written; empty when there was none
}

// Error says why, and where it would have gone, without the query.
func (e *RedirectError) Error() string {
	s := "httpauth: redirect not followed: " + e.Reason.String()
	if e.Host != "" {
		s += " (" + e.Host + ")"
	}
	return s
}

// NextHop decides where a redirect leads. from is the address that was asked, location what the answer said,
// hop the number of this redirect, the first being 1. Nothing is sent.
//
// The target is https; only from plain http on a loopback address it may be plain http on a loopback address.
// The same host is fine on any port, and so are another host of the same cloud and, from loopback, loopback;
// anything else is for policy.Confirm. A query in location is kept byte for byte; where it has none, that of
// from is added again, because it names the customer. The error is a *RedirectError.
func NextHop(from *url.URL, location string, hop int, policy RedirectPolicy) (*url.URL, error) {
	most := policy.MaxHops
	if most <= 0 {
		most = MaxHops
	}
	location = strings.TrimSpace(location)
	target, err := url.Parse(location)
	if location == "" || err != nil || target.Opaque != "" || strings.ContainsRune(location, '\\') {
		return nil, &RedirectError{Reason: RedirectMalformed}
	}
	to := from.ResolveReference(target)
	to.Fragment, to.RawFragment = "", ""
	if target.RawQuery == "" && !target.ForceQuery {
		to.RawQuery, to.ForceQuery = from.RawQuery, from.ForceQuery
	}
	refuse := func(r RedirectReason) (*url.URL, error) {
		return nil, &RedirectError{Reason: r, Host: to.Host}
	}
	host := strings.ToLower(to.Hostname())
	host = strings.TrimSuffix(host, ".") // a dot at the end is the same host, fully written
	fromHost := strings.TrimSuffix(strings.ToLower(from.Hostname()), ".")
	bothLocal := proxy.Loopback(fromHost) && proxy.Loopback(host)
	switch {
	case hop > most:
		return refuse(RedirectTooMany)
	case host == "":
		return refuse(RedirectMalformed)
	case to.User != nil:
		return refuse(RedirectUserinfo)
	case to.Scheme != "https" && !(to.Scheme == "http" && from.Scheme == "http" && bothLocal):
		return refuse(RedirectNotEncrypted)
	case !isPlainHost(host), !isASCII(to.Host):
		return refuse(RedirectSuspicious)
	}
	setHost(to, host)
	if host == fromHost || bothLocal || sameCloud(fromHost, host) {
		return to, nil
	}
	if policy.Confirm == nil || !policy.Confirm(to.Host) {
		return refuse(RedirectDeclined)
	}
	return to, nil
}

// isASCII keeps out letters whose lower case is a plain one, such as the Kelvin sign.
func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7E })
}

func setHost(u *url.URL, host string) {
	port := u.Port()
	if strings.ContainsRune(host, ':') {
		host = "[" + host + "]"
	}
	u.Host = host
	if port != "" {
		u.Host += ":" + port
	}
}

// isPlainHost tells whether a host, in lower case, is an address in its usual form or a name in plain letters.
// A name whose last label is a number is an address in disguise, such as 2130706433 or 0x7f.1.
func isPlainHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := 0; i < len(l); i++ {
			if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(host) <= 253 && (last[0] < '0' || last[0] > '9')
}
