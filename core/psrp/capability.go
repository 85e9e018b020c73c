package psrp

import (
	"strconv"
	"strings"

	"tenantry/core/clixml"
)

// Version is a version of the protocol.
type Version struct{ Major, Minor int }

// The protocol versions of MS-PSRP 2.2.2.1.
var (
	V21 = Version{2, 1} // PowerShell 2.0
	V22 = Version{2, 2} // PowerShell 3.0 and 4.0
	V23 = Version{2, 3} // PowerShell 5.0 and later
)

const serializationVersion = "1.1.0.1"

// String returns "major.minor".
func (v Version) String() string { return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) }

// Less tells whether v is older than w.
func (v Version) Less(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// or returns v, or w when v is zero.
func (v Version) or(w Version) Version {
	if v == (Version{}) {
		return w
	}
	return v
}

// parseVersion reads "2.3"; further parts are ignored.
func parseVersion(s string) (v Version, ok bool) {
	major, rest, ok := strings.Cut(strings.TrimSpace(s), ".")
	if !ok {
		return Version{}, false
	}
	minor, _, _ := strings.Cut(rest, ".")
	var err1, err2 error
	v.Major, err1 = strconv.Atoi(major)
	v.Minor, err2 = strconv.Atoi(minor)
	return v, err1 == nil && err2 == nil && v.Major >= 0 && v.Minor >= 0
}

// negotiate picks the version both ends speak: theirs, when it is no newer than ours and at least 2.1. The
// version "2.0" of a pre-release of Windows 7 means 2.1 on the wire and is accepted as that.
func negotiate(ours Version, theirs string) (Version, error) {
	v, ok := parseVersion(theirs)
	if !ok || v.Major != ours.Major || ours.Less(v) {
		return Version{}, &VersionError{Ours: ours, Theirs: theirs}
	}
	if v.Less(V21) {
		v = V21
	}
	return v, nil
}

// SessionCapability opens the negotiation in both directions (SESSION_CAPABILITY, MS-PSRP 2.2.2.1).
type SessionCapability struct {
	ProtocolVersion      string
	PSVersion            string // "2.0" whatever the PowerShell
	SerializationVersion string // "1.1.0.1"
	TimeZone             []byte // of a Windows client: a serialised .NET TimeZone; nil for none
}

// Type returns TypeSessionCapability.
func (*SessionCapability) Type() MessageType { return TypeSessionCapability }

func (m *SessionCapability) value() clixml.Value {
	ps := []clixml.Property{
		prop("protocolversion", clixml.NewLexical(clixml.Version, m.ProtocolVersion)),
		prop("PSVersion", clixml.NewLexical(clixml.Version, m.PSVersion)),
		prop("SerializationVersion", clixml.NewLexical(clixml.Version, m.SerializationVersion)),
	}
	if m.TimeZone != nil {
		ps = append(ps, prop("TimeZone", clixml.NewBytes(m.TimeZone)))
	}
	return bag(ps...)
}

func readSessionCapability(_ MessageType, f fields) Message {
	f.need("protocolversion")
	return &SessionCapability{
		ProtocolVersion:      f.str("protocolversion"),
		PSVersion:            f.str("PSVersion"),
		SerializationVersion: f.str("SerializationVersion"),
		TimeZone:             f.get("TimeZone").Bytes(),
	}
}
