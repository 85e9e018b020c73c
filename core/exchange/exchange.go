// Package exchange is the vocabulary every part of Tenantry shares: a Session with one customer's
// Exchange, the Invocation it runs, the Events that come back, the Values rows are made of and the
// Problem a failure is.
//
// Nothing here knows how a session is carried. core/exchange/classic and core/exchange/modern implement
// Connector and Session; everything above holds a Session and does not ask which kind it is.
package exchange

import (
	"context"
	"iter"
	"strings"
	"time"

	"tenantry/core/secret"
)

// CustomerID names a customer by its domain, lower case, such as "contoso.onmicrosoft.com".
type CustomerID string

// Connection names a way to reach Exchange.
type Connection string

// The two connections.
const (
	Classic Connection = "classic" // remote PowerShell: WSMan and MS-PSRP with a password
	Modern  Connection = "modern"  // OAuth and the REST admin API
)

// Session is one signed-in connection to one customer's Exchange.
//
// Invoke may be called again only after the previous sequence ended, unless Supports().MaxParallel is
// above 1. A Session is otherwise used from one goroutine at a time; Close may come from another.
type Session interface {
	// Customer is the customer the session was opened for, as asked.
	Customer() CustomerID

	// Supports tells, once and without the network, what this kind of session can do.
	Supports() Capabilities

	// Invoke runs one cmdlet and yields what comes back in the order the server sent it.
	//
	// A non-nil error is the last thing yielded and means that the run failed; it is a *Problem. A Fault
	// event means that one object failed and the run goes on. Leaving the loop early, or cancelling ctx,
	// stops the pipeline on the server; the sequence ends when the server has confirmed or the session's
	// own time limit for stopping has passed. Rows that were yielded stay valid for ever.
	Invoke(ctx context.Context, inv Invocation) iter.Seq2[Event, error]

	// Commands asks what this session may run, with parameters, as Import-PSSession does. With no names
	// it asks for everything, otherwise for the named cmdlets (wildcards allowed). The first yield is a
	// count; a cancelled ctx ends it like Invoke.
	Commands(ctx context.Context, names ...string) iter.Seq2[CommandNews, error]

	// Close ends the session on the server. It always tries, also after an error or a cancelled run, and
	// has its own time limit, so ctx may already be done. Calling it again does nothing and returns nil.
	Close(ctx context.Context) error
}

// Connector opens sessions of one kind. It is safe for use from several goroutines.
type Connector interface {
	// Connect signs in and opens a session with one customer. Errors are *Problem. When it returns an
	// error, nothing is left open on the server, or the shell that may be is in the journal.
	Connect(ctx context.Context, to Target, with Credential) (Session, error)
}

// Remover is a Connector that can end a session which an earlier program left open.
type Remover interface {
	// Remove ends the session of that id at to.URL, which is where it was opened. nil means that the session
	// is gone, also when the server had forgotten it already. Errors are *Problem; the session may then
	// still be there.
	Remove(ctx context.Context, to Target, with Credential, id string) error
}

// Target says which customer is asked, and where.
type Target struct {
	Customer CustomerID // empty: the account's own organisation

	// URL is the endpoint. A query already there is kept; the customer is added to it, replacing a
	// DelegatedOrg that stands there. Empty means the connector's default.
	URL string

	// PrivateCA holds certificate authorities to trust beside the system's, as PEM; nil for none.
	PrivateCA []byte

	// Proxy is the way out of the network. The zero value takes the system's.
	Proxy Proxy

	// AllowRedirect is asked before a redirect to a host outside the connector's own list is followed.
	// It runs on the goroutine of Connect and may wait for a person. nil refuses.
	AllowRedirect func(ctx context.Context, from, to string) bool

	// OnRedirect is told of each redirect that was followed, with the new address. nil is allowed.
	OnRedirect func(to string)

	// OnUnknown is told by Remove when the server does not know the session: it had forgotten it, or never
	// made it. nil is allowed.
	OnUnknown func()
}

// Proxy says how requests leave the network.
type Proxy struct {
	Mode ProxyMode

	// URL, User and Password are for ProxyManual: such as http://proxy.example:8080, and who may use it
	// where it asks. The URL holds no user name and no password.
	URL, User string
	Password  secret.Secret
}

// ProxyMode says where the proxy's address comes from.
type ProxyMode string

// The modes of a Proxy.
const (
	ProxySystem ProxyMode = ""       // what the system's settings and the environment say
	ProxyNone   ProxyMode = "none"   // straight, whatever they say
	ProxyManual ProxyMode = "manual" // the one given
)

// Authentication names how an account proves who it is on the classic connection.
type Authentication string

// The ways to sign in. Exchange Online knew only Basic; Exchange Server and hosted Exchange know them all.
const (
	AuthBasic       Authentication = ""            // the password with each request, over https only
	AuthNegotiate   Authentication = "negotiate"   // Kerberos where it works, otherwise NTLM
	AuthNTLM        Authentication = "ntlm"        // NTLM; over http every message is encrypted by it
	AuthKerberos    Authentication = "kerberos"    // a ticket; over http every message is encrypted by it
	AuthCertificate Authentication = "certificate" // a client certificate in TLS
)

// Credential is an account and what proves that it is one's own.
type Credential struct {
	// User is a name as the server wants it: name@domain, DOMAIN\name. Empty is allowed with
	// AuthCertificate, and with AuthKerberos for the one whose ticket the system holds.
	User     string
	Password secret.Secret // empty with AuthKerberos: use the ticket that is there

	Authentication Authentication

	// ClientCertificate is for AuthCertificate: the certificate, its chain and its private key, as PEM.
	ClientCertificate secret.Secret
}

// Capabilities is what a session can do, asked once before a run.
type Capabilities struct {
	Connection  Connection
	Cancel      bool // a running pipeline can be stopped on the server
	Progress    bool // progress records arrive
	Streaming   bool // rows arrive while the server still works
	MaxParallel int  // invocations at once in this session, at least 1
	MaxSessions int  // sessions an account may hold open at once, 0 for no known limit
}

// Invocation is one cmdlet with its parameters: data, never script text.
type Invocation struct {
	Cmdlet string // as Exchange spells it, such as "Get-Mailbox"
	Params []Param
}

// ReadsOnly tells, by the cmdlet's verb, whether running inv twice is the same as running it once.
func (inv Invocation) ReadsOnly() bool {
	verb, _, _ := strings.Cut(inv.Cmdlet, "-")
	switch strings.ToLower(verb) {
	case "get", "test", "find":
		return true
	}
	return false
}

// Param is one named parameter. A switch is a flag Value.
type Param struct {
	Name  string // without the dash
	Value Value
}

// Event is what a run yields: Row, Progress, Notice or Fault.
type Event interface{ isEvent() }

// Row is one object.
type Row struct{ Record Record }

// Progress is how far the server says it is.
type Progress struct {
	Activity, Status string
	Percent          int // 0 to 100, or -1 when the server does not know
	Done             bool
}

// NoticeLevel tells what kind of message a Notice is.
type NoticeLevel string

// The levels of a Notice, named after the streams of MS-PSRP.
const (
	Warning     NoticeLevel = "warning"
	Verbose     NoticeLevel = "verbose"
	Debug       NoticeLevel = "debug"
	Information NoticeLevel = "information"
)

// Notice is a message beside the rows.
type Notice struct {
	Level NoticeLevel
	Text  string // as the server wrote it

	// Code and Args are for a message that is known, which core/wording says in words instead of Text. Code is
	// empty for any other.
	Code Code
	Args map[string]string
}

// Fault says that one object failed. The run goes on.
type Fault struct{ Problem *Problem }

func (Row) isEvent()      {}
func (Progress) isEvent() {}
func (Notice) isEvent()   {}
func (Fault) isEvent()    {}

// Record is one object's properties in the order the server sent them.
// Names are shared between the records of a run; a Record is never changed after it was yielded.
type Record struct {
	Fields []Field
	Type   string // the object's type without "Deserialized.", empty when the server did not say
}

// Field is one property.
type Field struct {
	Name  string
	Value Value
}

// Get returns the value of the named property, without regard to case, and whether it is there.
func (r Record) Get(name string) (Value, bool) {
	for _, f := range r.Fields {
		if equalFold(f.Name, name) {
			return f.Value, true
		}
	}
	return Value{}, false
}

// CommandNews is one step of Session.Commands: the count when it is known, then one command each.
type CommandNews struct {
	Total   int      // how many commands will follow; repeated on each
	Command *Command // nil on the first
}

// Command is a cmdlet as the session describes it.
type Command struct {
	Name       string
	Parameters []Parameter
}

// Parameter is one parameter of a Command.
type Parameter struct {
	Name      string
	Type      string   // .NET type name, such as "System.String[]" or "Microsoft.Exchange.Data.Unlimited`1[…]"
	Switch    bool     // takes no value
	Mandatory bool     // in every parameter set it belongs to
	Aliases   []string // other names, may be empty
	Sets      []string // parameter sets it belongs to; empty when the server did not say
	Values    []string // the only values allowed, empty for any
	Position  int      // 0-based; -1 when it has none
}

// ClosingLimit is how long a session tries to close itself when nobody waits for it.
const ClosingLimit = 15 * time.Second
