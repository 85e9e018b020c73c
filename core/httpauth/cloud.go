package httpauth

import "strings"

// Cloud is one of Microsoft's separate clouds, or none.
type Cloud uint8

// The clouds. CloudNone is any other host, such as a hosted or own Exchange server.
const (
	CloudNone Cloud = iota
	CloudWorldwide
	CloudChina
	CloudGCCHigh
	CloudDoD
	CloudGermany
)

// cloudSuffixes holds the domains of each cloud. A host belongs to the cloud of the longest domain it ends in.
var cloudSuffixes = map[string]Cloud{
	"outlook.com":         CloudWorldwide,
	"office365.com":       CloudWorldwide,
	"office.com":          CloudWorldwide,
	"microsoftonline.com": CloudWorldwide,
	"outlook.cn":          CloudChina,
	"office365.cn":        CloudChina,
	"microsoftonline.cn":  CloudChina,
	"office365.us":        CloudGCCHigh,
	"microsoftonline.us":  CloudGCCHigh,
	"apps.mil":            CloudDoD,
	// The compliance endpoint of the Department of Defense lives under the other government cloud's domain.
	"l5.ps.compliance.protection.office365.us": CloudDoD,
	"outlook.de":         CloudGermany,
	"office.de":          CloudGermany,
	"microsoftonline.de": CloudGermany,
}

// CloudOf returns the cloud a host, without its port, belongs to.
func CloudOf(host string) Cloud {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for {
		if c, ok := cloudSuffixes[host]; ok {
			return c
		}
		_, rest, more := strings.Cut(host, ".")
		if !more {
			return CloudNone
		}
		host = rest
	}
}

func sameCloud(a, b string) bool {
	c := CloudOf(a)
	return c != CloudNone && c == CloudOf(b)
}
