package wsman

import "time"

// Shell describes one shell, as Create, Get and Enumerate return it (MS-WSMV 2.2.4.40). Fields the server
// left out are zero.
type Shell struct {
	ID, Name, ResourceURI       string
	Owner, ClientIP             string
	ProcessID                   int
	IdleTimeout, MaxIdleTimeout time.Duration
	InputStreams, OutputStreams string
	Locale, DataLocale          string
	CompressionMode             string // "NoCompression" or "XpressCompression"
	ProfileLoaded               string // "Yes" or "No"
	Encoding, BufferMode        string // "UTF8", "Block"
	State                       string // "Connected" or "Disconnected"
	RunTime, Inactivity         time.Duration
	MemoryUsed                  string // "46MB"
	ChildProcesses              int
	CreationXML                 []byte // opaque bytes some servers return; nil otherwise
}

// Config is the service's settings, as Get of ResourceConfig returns them.
type Config struct {
	MaxEnvelopeSizeKB int // what the server takes in one request, in units of 1024 bytes
	MaxTimeout        time.Duration
	MaxBatchItems     int
	MaxShellsPerUser  int
	IdleTimeout       time.Duration // of shells
	// Values holds every leaf by its path, such as "Service/Auth/Basic". A server leaves it nil.
	Values map[string]string
}

// Chunk is a piece of one output stream. Data belongs to the reader that made it: it is overwritten after
// the callback returns, so whoever keeps it copies it. The pieces of one (Stream, CommandID), put one
// after another in the order they came, are the stream; a Stream element up to 192 KB comes as one piece,
// a larger one as several.
type Chunk struct {
	Stream    string // "stdout"
	CommandID string // empty: the shell's own
	Data      []byte
	End       bool // the server said that the stream ends with this piece
}

// CommandState says how far a command is.
type CommandState uint8

// The states of MS-WSMV 2.2.4.10. StateUnknown means the answer did not say.
const (
	StateUnknown CommandState = iota
	StatePending
	StateRunning
	StateDone
)

// String returns the state's word on the wire.
func (s CommandState) String() string {
	switch s {
	case StatePending:
		return "Pending"
	case StateRunning:
		return "Running"
	case StateDone:
		return "Done"
	}
	return ""
}

// Received is what one answer to Receive said beside its chunks.
type Received struct {
	State       CommandState
	CommandID   string // the command State belongs to
	ExitCode    int    // set when HasExitCode
	HasExitCode bool
}

// Response is the body of an answer: one of CreateResponse, CommandResponse, ReceiveResponse, SendResponse,
// SignalResponse, DeleteResponse, GetShellResponse, GetConfigResponse, DisconnectResponse,
// ReconnectResponse, ConnectResponse and EnumerateResponse.
type Response interface {
	appendBody(dst []byte, q *Request) []byte
	namespaces() string
}

// CreateResponse answers Create. Shell.ID must be set.
type CreateResponse struct{ Shell Shell }

// CommandResponse answers Command.
type CommandResponse struct{ CommandID string }

// ReceiveResponse answers Receive. State is written only when its State is known.
type ReceiveResponse struct {
	Chunks []Chunk
	State  Received
}

// SendResponse answers Send.
type SendResponse struct{}

// SignalResponse answers Signal.
type SignalResponse struct{}

// DeleteResponse answers Delete.
type DeleteResponse struct{}

// GetShellResponse answers Get of a shell.
type GetShellResponse struct{ Shell Shell }

// GetConfigResponse answers Get of ResourceConfig.
type GetConfigResponse struct{ Config Config }

// DisconnectResponse answers Disconnect.
type DisconnectResponse struct{}

// ReconnectResponse answers Reconnect.
type ReconnectResponse struct{}

// ConnectResponse answers Connect; the client's side of Connect returns it too.
type ConnectResponse struct {
	InputStreams, OutputStreams string
	ConnectResponseXML          []byte // opaque bytes; left out when empty
}

// CommandInfo describes one command of a shell, as Enumerate of ResourceCommand returns it (MS-WSMV 2.2.4.7).
type CommandInfo struct{ ID, ShellID, State string }

// EnumerateResponse answers Enumerate with everything at once: shells or commands.
type EnumerateResponse struct {
	Shells   []Shell
	Commands []CommandInfo
}
