package preflight

import (
	"context"
	"crypto/x509"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Computer is the one that is looked at: this one (package here) or another with Windows (package remote). Its
// methods may block and may be called from several goroutines. Errors are *exchange.Problem.
type Computer interface {
	// Name is what the person called it; empty for this computer.
	Name() string

	// System tells which operating system it has.
	System(ctx context.Context) (System, error)

	// Registry is the registry of Windows, nil on other systems.
	Registry() Registry

	// Variable returns an environment variable of the programs that run there, and whether it is set. Another
	// computer has none that matter.
	Variable(name string) (string, bool)

	// Reach tries to reach a host and port from there, step by step. What goes wrong is in the Reach; the
	// error says that nothing could be tried.
	Reach(ctx context.Context, e Endpoint) (Reach, error)
}

// Family is a kind of operating system.
type Family string

// The families.
const (
	Windows Family = "windows"
	MacOS   Family = "macos"
	Linux   Family = "linux"
)

// System is an operating system as it really is, whatever it tells older programs.
type System struct {
	Family Family
	Name   string // as it calls itself, such as "Windows 10 Pro", "macOS", "Debian GNU/Linux"

	// Major, Minor and Build are the version: 10, 0, 26100 of Windows 11; 15, 1, 0 of macOS; of Linux that of
	// the kernel.
	Major, Minor, Build int
	ServicePack         int    // of Windows
	Server              bool   // of Windows: a server edition, a domain controller too
	Release             string // of Linux: the distribution's ID and version, such as "debian 12"; of Windows such as "24H2"
	Arch                string // as Go names it, such as "amd64"; empty when not told
}

// Registry is the registry of Windows. A key is written whole, such as
// HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell, with HKLM, HKCU or HKU in front; keys and
// names of values are the same in capitals and small letters. It is the 64-bit view.
type Registry interface {
	// Read returns a key's values and the names of its subkeys. found is false when there is no such key; a
	// key that may not be read is an error.
	Read(ctx context.Context, key string) (k RegistryKey, found bool, err error)

	// Write sets one value, making the key where it is not there. One that needs an administrator asks for the
	// right in the way the system has for it, which waits for a person.
	Write(ctx context.Context, key, name string, v RegistryValue) error
}

// RegistryKey is a key as it was read.
type RegistryKey struct {
	Values map[string]RegistryValue // by name in small letters; "" is the default value
	Keys   []string                 // names of the subkeys
}

// RegistryValue is a text (REG_SZ, REG_EXPAND_SZ) or a number (REG_DWORD, REG_QWORD). Other types are not read.
type RegistryValue struct {
	Text     string
	Number   uint64
	IsNumber bool
}

// RegistryText is a text value.
func RegistryText(text string) RegistryValue { return RegistryValue{Text: text} }

// RegistryNumber is a number value (REG_DWORD).
func RegistryNumber(n uint32) RegistryValue { return RegistryValue{Number: uint64(n), IsNumber: true} }

// String shows the value as a registry editor does: the text, or the number in tens.
func (v RegistryValue) String() string {
	if v.IsNumber {
		return strconv.FormatUint(v.Number, 10)
	}
	return v.Text
}

// Value returns a value of the key by its name.
func (k RegistryKey) Value(name string) (RegistryValue, bool) {
	v, ok := k.Values[strings.ToLower(name)]
	return v, ok
}

// Endpoint is a host and port that a connection needs.
type Endpoint struct {
	Host string // a name or an address, without brackets
	Port int
	TLS  bool // speaks TLS there
	Web  bool // answers HTTP, with a Date to hold the clock against

	Purpose Purpose
	// PrivateCA are certificate authorities to trust beside the system's, as PEM; nil for none.
	PrivateCA []byte
}

// Purpose is what an endpoint is needed for.
type Purpose string

// The purposes.
const (
	ForConnection Purpose = "connection" // the address itself: without it nothing works
	ForRedirect   Purpose = "redirect"   // where sign-ins to the address usually go on to
	ForSignIn     Purpose = "sign-in"    // where people sign in with Microsoft
	ForWindows    Purpose = "windows"    // Windows' own client, and certificates being looked up: port 80
)

// String is host and port as one writes them.
func (e Endpoint) String() string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// The names of a Reach's steps, in the order they are taken.
const (
	StepProxy   = "proxy"   // connecting to the proxy, and it opening the way
	StepName    = "name"    // looking the host's name up
	StepConnect = "connect" // TCP
	StepTLS     = "tls"     // the TLS handshake, without judging the certificate
	StepTrust   = "trust"   // judging the certificate
	StepAnswer  = "answer"  // an answer to a HEAD request
)

// ReachFault says which way reaching a host failed.
type ReachFault string

// The faults. Empty is none.
const (
	FaultName         ReachFault = "name"          // the name is not known
	FaultNameServer   ReachFault = "name-server"   // nobody answers who knows names
	FaultRefused      ReachFault = "refused"       // the host answers, nothing listens at the port, or a firewall says no
	FaultSilent       ReachFault = "silent"        // no answer in time: usually a firewall that drops
	FaultUnreachable  ReachFault = "unreachable"   // no way to the host
	FaultDropped      ReachFault = "dropped"       // the connection was cut
	FaultNotTLS       ReachFault = "not-tls"       // what answers there speaks no TLS
	FaultOldTLS       ReachFault = "old-tls"       // only TLS older than 1.2
	FaultTLS          ReachFault = "tls"           // TLS could not be agreed on
	FaultExpired      ReachFault = "expired"       // the certificate is past its time
	FaultNotYet       ReachFault = "not-yet"       // the certificate's time has not begun
	FaultAuthority    ReachFault = "authority"     // signed by an authority that is not known here
	FaultInspected    ReachFault = "inspected"     // signed by a device on the way that reads along: Reach.Inspector
	FaultOtherHost    ReachFault = "other-host"    // made for another host
	FaultProxyName    ReachFault = "proxy-name"    // the proxy's name is not known
	FaultProxyDown    ReachFault = "proxy-down"    // the proxy does not answer
	FaultProxySignIn  ReachFault = "proxy-sign-in" // the proxy asks for a password (407)
	FaultProxyRefused ReachFault = "proxy-refused" // the proxy does not let this host through
	FaultProxyOdd     ReachFault = "proxy-odd"     // what answers there is no proxy
)

// Reach is how far somebody got to an endpoint.
type Reach struct {
	Endpoint  Endpoint
	Fault     ReachFault
	Steps     []Step // those that were taken, in order; the last one failed when Fault is set
	Proxy     string // host and port of the proxy that was used, without a user; empty for none
	Status    int    // of the proxy's answer, where it refused
	Address   string // the address that was connected to
	Took      time.Duration
	Version   string              // of TLS, such as "TLS 1.3"
	Chain     []*x509.Certificate // what the server showed, its own first; nil when not seen
	Inspector string              // the product or company that inspects traffic, as its certificate says; empty for none
	Date      time.Time           // the server's clock when it answered, zero when not told
	Asked     time.Time           // this computer's clock at that moment
	Cause     error               // for Details; may be nil
}

// ProxyFunc says through which proxy an address is reached; nil for none.
type ProxyFunc func(to *url.URL) (*url.URL, error)
