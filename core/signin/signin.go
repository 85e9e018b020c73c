// Package signin keeps what signing in needs between two starts: the saved connections (Profiles), their
// passwords in the system's secret store (Vault), and the folders in which everything else is kept
// (Folders). The window and the command line share all three.
package signin

import (
	"net"
	"net/url"
	"strings"
)

// DefaultURL is where the classic connection of Exchange Online has always been. The customer is added to
// it as DelegatedOrg for each session.
const DefaultURL = "https://ps.outlook.com/powershell-liveid"

// PasswordKey names the password of user at the endpoint rawURL in a Vault. It does not depend on the
// profile's name, the path or the query, so renaming a profile keeps its password, and two profiles for
// the same account at the same host share one. User names and hosts compare without regard to case.
func PasswordKey(user, rawURL string) string { return "password:" + AccountKey(user, rawURL) }

// AccountKey names user at the endpoint rawURL by what PasswordKey goes by. Those who share it share the
// few sessions that the account may hold.
func AccountKey(user, rawURL string) string {
	return strings.ToLower(strings.TrimSpace(user)) + "@" + hostOf(rawURL)
}

// hostOf returns the host and, where it is not the scheme's own, the port. Text that is no address is
// taken as it stands.
func hostOf(rawURL string) string {
	if strings.TrimSpace(rawURL) == "" {
		rawURL = DefaultURL
	}
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil || u.Host == "" {
		return strings.ToLower(strings.TrimSpace(rawURL))
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host
	}
	return net.JoinHostPort(host, port)
}
