package wsman

import (
	"strings"
	"time"
)

// Option is one element of a request's OptionSet.
type Option struct {
	Name, Value string
	MustComply  bool   // the server must refuse what it does not know
	Type        string // xsi type, usually empty
}

// Selector is one element of a request's SelectorSet.
type Selector struct{ Name, Value string }

// Header holds the headers of a request. The client fills it for every operation; a server finds in it
// what the client sent.
type Header struct {
	Action           string
	To               string // the whole address, query included
	MessageID        string // "uuid:…"
	ReplyTo          string
	ResourceURI      string
	MaxEnvelopeSize  int           // bytes; 0 when the client named none
	OperationTimeout time.Duration // 0 when the client named none
	Locale           string
	DataLocale       string
	SessionID        string // "uuid:…"
	OperationID      string // "uuid:…", optional
	SequenceID       string // optional
	Options          []Option
	Selectors        []Selector
}

// Option returns the value of the option with that name, compared without regard to case.
func (h *Header) Option(name string) (Option, bool) {
	for _, o := range h.Options {
		if strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	return Option{}, false
}

// Selector returns the value of the selector with that name, compared without regard to case.
func (h *Header) Selector(name string) (string, bool) {
	for _, s := range h.Selectors {
		if strings.EqualFold(s.Name, name) {
			return s.Value, true
		}
	}
	return "", false
}

// ShellID returns the ShellId selector, or "".
func (h *Header) ShellID() string {
	id, _ := h.Selector(SelectorShellID)
	return id
}

// Operation is the body of a request: one of *Create, *Receive, *Command, *Send, *Signal, *Delete, *Get,
// *Disconnect, *Reconnect, *Connect and *Enumerate.
type Operation interface {
	action() string
}

// Create opens a shell (MS-WSMV 3.1.4.5.2).
type Create struct {
	ShellID       string        // chosen by the client; empty lets the server choose
	Name          string        // optional
	InputStreams  string        // "stdin pr"
	OutputStreams string        // "stdout"
	IdleTimeout   time.Duration // 0 leaves it to the server
	CreationXML   []byte        // the opaque opening bytes; sent as base64 in creationXml
}

// Receive asks for what a shell or a command has put out (MS-WSMV 3.1.4.14).
type Receive struct {
	CommandID string   // empty asks for the shell's own output
	Streams   []string // desired streams; empty means "stdout"
	KeepAlive bool     // adds the option WSMAN_CMDSHELL_OPTION_KEEPALIVE
}

// Command starts a command in a shell (MS-WSMV 3.1.4.11).
type Command struct {
	ID        string // chosen by the client; empty lets the server choose
	Line      string // the command's name; empty for a PowerShell pipeline
	Arguments []byte // of a PowerShell pipeline: opaque, sent as base64 in one Arguments element

	// Words are the arguments of a command in a shell of ResourceCmd, each in an Arguments element of its own.
	// Windows joins them with spaces and quotes nothing: that is for whoever writes them.
	Words []string
}

// Send puts bytes into an input stream (MS-WSMV 3.1.4.13).
type Send struct {
	Stream    string // "stdin" or "pr"
	CommandID string // empty sends to the shell
	Data      []byte
	End       bool // these are the last bytes of the stream
}

// Signal tells a command or a shell to stop (MS-WSMV 3.1.4.12). Code is SignalTerminate or one of its neighbours.
type Signal struct{ CommandID, Code string }

// Delete closes the shell the selector names (MS-WSMV 3.1.4.4).
type Delete struct{}

// Get reads the resource that URI and selectors name: a shell or the service's settings.
type Get struct{}

// Disconnect leaves a shell running without this client (MS-WSMV 3.1.4.15).
type Disconnect struct {
	IdleTimeout time.Duration // 0 leaves it as it is
	BufferMode  string        // "Block", "Drop" or empty
}

// Reconnect takes a shell back that the same client left (MS-WSMV 3.1.4.16).
type Reconnect struct{}

// Connect takes over a shell that was left (MS-WSMV 3.1.4.17).
type Connect struct {
	CommandID  string // optional: connect to a command of the shell
	ConnectXML []byte // opaque; sent as base64 in connectXml, left out when empty
}

// Enumerate lists the resources of the URI, in one answer when the server can (DSP0226 8.2).
type Enumerate struct {
	MaxElements int    // 0 means 32000
	ShellID     string // optional: only what belongs to that shell
}

func (*Create) action() string     { return ActionCreate }
func (*Receive) action() string    { return ActionReceive }
func (*Command) action() string    { return ActionCommand }
func (*Send) action() string       { return ActionSend }
func (*Signal) action() string     { return ActionSignal }
func (*Delete) action() string     { return ActionDelete }
func (*Get) action() string        { return ActionGet }
func (*Disconnect) action() string { return ActionDisconnect }
func (*Reconnect) action() string  { return ActionReconnect }
func (*Connect) action() string    { return ActionConnect }
func (*Enumerate) action() string  { return ActionEnumerate }
