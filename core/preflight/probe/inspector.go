package probe

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
)

// products are the words by which the certificates of products that read along in TLS are known, in small
// letters, as they stand in the organization, unit or name of an issuer.
var products = []struct{ word, name string }{
	{"zscaler", "Zscaler"},
	{"fortinet", "Fortinet"},
	{"fortigate", "Fortinet"}, // O=Fortinet, CN=FortiGate CA and Fortinet_CA_SSL
	{"palo alto networks", "Palo Alto Networks"},
	{"globalprotect", "Palo Alto Networks"},
	{"sophos", "Sophos"},
	{"blue coat", "Blue Coat (Symantec)"},
	{"bluecoat", "Blue Coat (Symantec)"},
	{"symantec web security", "Symantec Web Security Service"},
	{"netskope", "Netskope"},
	{"goskope", "Netskope"}, // CN=ca.<company>.goskope.com
	{"cisco umbrella", "Cisco Umbrella"},
	{"opendns", "Cisco Umbrella"},
	{"check point", "Check Point"},
	{"checkpoint", "Check Point"},
	{"barracuda", "Barracuda"},
	{"watchguard", "WatchGuard"},
	{"fireware https proxy", "WatchGuard"},
	{"sonicwall", "SonicWall"},
	{"forcepoint", "Forcepoint"},
	{"websense", "Forcepoint"},
	{"mcafee web gateway", "McAfee Web Gateway"},
	{"skyhigh", "Skyhigh Security"},
	{"trend micro", "Trend Micro"},
	{"iboss", "iboss"},
	{"lightspeed", "Lightspeed"},
	{"securly", "Securly"},
	{"smoothwall", "Smoothwall"},
	{"untangle", "Untangle"},
	{"sangfor", "Sangfor"},
	{"stormshield", "Stormshield"},
	{"kerio", "Kerio Control"},
	{"cloudflare managed", "Cloudflare Gateway"}, // CN=Gateway CA - Cloudflare Managed G1
	{"cloudflare for teams", "Cloudflare Gateway"},
	{"eset ssl filter", "ESET"},
	{"eset, spol", "ESET"},
	{"kaspersky", "Kaspersky"},
	{"avast", "Avast"}, // CN=Avast Web/Mail Shield Root
	{"avg web", "AVG"},
	{"avg technologies", "AVG"},
	{"norton web", "Norton"},
	{"bitdefender", "Bitdefender"},
	{"dr.web", "Dr.Web"},
	{"fiddler", "Fiddler"}, // CN=DO_NOT_TRUST_FiddlerRoot
	{"mitmproxy", "mitmproxy"},
	{"charles proxy", "Charles"},
	{"portswigger", "Burp Suite"},
	{"squid", "Squid"},
}

// microsoft are the domains whose certificates come from the authorities in authorities, which are the beginnings
// of organizations that Microsoft lists in "Microsoft 365 encryption chains".
var microsoft = []string{
	"outlook.com", "office365.com", "office.com", "office.net", "microsoft.com", "microsoftonline.com", "windows.net",
	"office365.us", "microsoftonline.us", "outlook.cn", "microsoftonline.cn", "outlook.de", "microsoftonline.de",
}

var authorities = []string{"digicert", "microsoft", "baltimore", "globalsign", "entrust", "d-trust"}

// inspectorOf names who reads along: a product that signs what it shows by itself, or at a host of Microsoft
// whoever signed what Microsoft did not. ways are the chains that lead to a trusted authority, nil where none
// does. It is empty for nobody.
func inspectorOf(host string, shown []*x509.Certificate, ways [][]*x509.Certificate) string {
	for _, chain := range append([][]*x509.Certificate{shown}, ways...) {
		for _, c := range chain {
			if name := productOf(c.Issuer); name != "" {
				return name
			}
		}
	}
	if !isMicrosoft(host) || shown[0].VerifyHostname(host) != nil {
		return ""
	}
	for _, chain := range ways {
		if slices.ContainsFunc(chain[len(chain)-1].Subject.Organization, isAuthority) {
			return ""
		}
	}
	last := shown[len(shown)-1].Issuer
	if len(ways) > 0 {
		last = ways[0][len(ways[0])-1].Subject
	}
	return nameOf(last)
}

// ReadBy names who reads along on a way that another computer looked at, empty for nobody. chain is what it was
// shown, the server's own certificate first, up to the authority where that is trusted there.
func ReadBy(host string, chain []*x509.Certificate, trusted bool) string {
	var ways [][]*x509.Certificate
	if trusted {
		ways = [][]*x509.Certificate{chain}
	}
	return inspectorOf(host, chain, ways)
}

func productOf(issuer pkix.Name) string {
	for _, p := range products {
		if saysOf(issuer, p.word) {
			return p.name
		}
	}
	return ""
}

// saysOf tells whether a name says a word, in small letters.
func saysOf(name pkix.Name, word string) bool {
	for _, text := range slices.Concat(name.Organization, name.OrganizationalUnit, []string{name.CommonName}) {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}

func isAuthority(organization string) bool {
	organization = strings.ToLower(organization)
	return slices.ContainsFunc(authorities, func(known string) bool { return strings.HasPrefix(organization, known) })
}

func isMicrosoft(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(microsoft, func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// nameOf is what a person would call the bearer of a name: its organization, and its common name where there is
// none.
func nameOf(name pkix.Name) string {
	if len(name.Organization) > 0 && strings.TrimSpace(name.Organization[0]) != "" {
		return name.Organization[0]
	}
	if name.CommonName != "" {
		return name.CommonName
	}
	return name.String()
}
