package wsman

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Transport carries one request and returns its answer. The status may be any: reading it is not the
// transport's work, and a redirect is returned, not followed. The caller closes the answer's body, which ends
// with a typed error of the transport when the connection breaks. Cancelling ctx ends the call and the body.
type Transport interface {
	Post(ctx context.Context, url, contentType string, body io.Reader) (status int, header http.Header, answer io.ReadCloser, err error)
}

// Client performs operations on one server. Set the fields before the first call; after that it may be used
// from several goroutines, as far as its transport allows that.
//
// Every method returns a *Fault when the server refused, a *Redirect when the answer points elsewhere, an
// *HTTPError when the answer is no SOAP message, a *FormatError when it is a broken one, and the transport's
// error as it came, wrapped or not, when there was no answer or it broke off.
type Client struct {
	Transport        Transport
	URL              string        // the whole address; its query goes along, in the request line and in To
	ResourceURI      string        // of the shells: ResourcePowerShell + "Microsoft.Exchange"
	SessionID        string        // "uuid:…", the same in every request of a session
	Locale           string        // empty means DefaultLocale
	MaxEnvelopeSize  int           // bytes asked for in an answer, and held to in a request; 0 means DefaultMaxEnvelopeSize
	OperationTimeout time.Duration // how long the server may hold a request; 0 means 60 seconds
	MaxResponse      int64         // bytes of one answer's body; 0 means DefaultMaxResponse
	OperationIDs     bool          // add OperationID and SequenceId to every request, as newer Windows clients do

	seen *track // shared by copies of the client
}

// NewClient returns a Client with a new session id.
func NewClient(t Transport, url, resourceURI string) *Client {
	return &Client{Transport: t, URL: url, ResourceURI: resourceURI, SessionID: newID(), seen: &track{}}
}

func newID() string { return "uuid:" + strings.ToUpper(uuid.NewString()) }

// Create opens a shell. options usually hold OptionProtocolVersion. The returned Shell has at least its ID.
func (c *Client) Create(ctx context.Context, op Create, options ...Option) (*Shell, error) {
	nodes, err := c.call(ctx, c.header("", options), &op)
	if err != nil {
		return nil, err
	}
	return createdShell(nodes, op.ShellID)
}

// Command starts a command and returns its id.
func (c *Client) Command(ctx context.Context, shellID string, op Command, options ...Option) (string, error) {
	nodes, err := c.call(ctx, c.header(shellID, options), &op)
	if err != nil {
		return "", err
	}
	answer := find(nodes, "CommandResponse")
	if answer == nil {
		return "", &FormatError{What: "answer to Command without a CommandResponse"}
	}
	if id := answer.child("CommandId").trimmed(); id != "" {
		return id, nil
	}
	if op.ID == "" {
		return "", &FormatError{What: "answer to Command without CommandId"}
	}
	return op.ID, nil
}

// Send puts bytes into an input stream.
func (c *Client) Send(ctx context.Context, shellID string, op Send, options ...Option) error {
	nodes, err := c.call(ctx, c.header(shellID, options), &op)
	return done(nodes, err, "SendResponse")
}

// done is for an operation whose answer says nothing but that it was done. Some servers leave its element
// out; an envelope with something else in it answers another question, and leaves open what was done.
func done(nodes []*node, err error, name string) error {
	if err == nil && len(nodes) > 0 && find(nodes, name) == nil {
		return &FormatError{What: "answer with " + nodes[0].name + " where " + name + " is due"}
	}
	return err
}

// Receive asks once for output and hands every piece to each, on the calling goroutine, while the answer
// still arrives. An error of each ends the reading and is returned. A Fault with IsTimeout is normal: ask again.
// Pieces handed over before an error are part of the stream all the same.
func (c *Client) Receive(ctx context.Context, shellID string, op Receive, each func(Chunk) error) (Received, error) {
	a, err := c.post(ctx, c.header(shellID, nil), &op)
	if err != nil {
		return Received{}, err
	}
	defer a.Close()
	return a.readReceive(c.maxResponse(), each)
}

// Signal sends code, such as SignalTerminate, to a command, or to the shell when commandID is empty.
func (c *Client) Signal(ctx context.Context, shellID, commandID, code string) error {
	nodes, err := c.call(ctx, c.header(shellID, nil), &Signal{CommandID: commandID, Code: code})
	return done(nodes, err, "SignalResponse")
}

// Delete closes a shell and everything that runs in it.
func (c *Client) Delete(ctx context.Context, shellID string) error {
	nodes, err := c.call(ctx, c.header(shellID, nil), &Delete{})
	return done(nodes, err, "DeleteResponse")
}

// GetShell asks how a shell is.
func (c *Client) GetShell(ctx context.Context, shellID string) (*Shell, error) {
	h := c.header(shellID, nil)
	h.ResourceURI = ResourceShell
	nodes, err := c.call(ctx, h, &Get{})
	if err != nil {
		return nil, err
	}
	n := find(nodes, "Shell")
	if n == nil {
		return nil, &FormatError{What: "answer to Get without a Shell"}
	}
	s := parseShell(n)
	return &s, nil
}

// GetConfig reads the service's settings.
func (c *Client) GetConfig(ctx context.Context) (*Config, error) {
	h := c.header("", nil)
	h.ResourceURI = ResourceConfig
	nodes, err := c.call(ctx, h, &Get{})
	if err != nil {
		return nil, err
	}
	n := find(nodes, "Config")
	if n == nil {
		return nil, &FormatError{What: "answer to Get without a Config"}
	}
	return parseConfig(n), nil
}

// Disconnect leaves a shell running without this client.
func (c *Client) Disconnect(ctx context.Context, shellID string, op Disconnect) error {
	_, err := c.call(ctx, c.header(shellID, nil), &op)
	return err
}

// Reconnect takes a shell back that this client left.
func (c *Client) Reconnect(ctx context.Context, shellID string) error {
	_, err := c.call(ctx, c.header(shellID, nil), &Reconnect{})
	return err
}

// Connect takes over a shell that another client left, or one of its commands.
func (c *Client) Connect(ctx context.Context, shellID string, op Connect, options ...Option) (*ConnectResponse, error) {
	nodes, err := c.call(ctx, c.header(shellID, options), &op)
	if err != nil {
		return nil, err
	}
	return parseConnected(find(nodes, "ConnectResponse"))
}

// Enumerate lists the shells of the server that the account may see.
func (c *Client) Enumerate(ctx context.Context) ([]Shell, error) {
	r, err := c.enumerate(ctx, ResourceShell, "")
	return r.Shells, err
}

// EnumerateCommands lists the commands of a shell.
func (c *Client) EnumerateCommands(ctx context.Context, shellID string) ([]CommandInfo, error) {
	r, err := c.enumerate(ctx, ResourceCommand, shellID)
	return r.Commands, err
}

func (c *Client) enumerate(ctx context.Context, resourceURI, shellID string) (EnumerateResponse, error) {
	h := c.header("", nil)
	h.ResourceURI = resourceURI
	nodes, err := c.call(ctx, h, &Enumerate{ShellID: shellID})
	if err != nil {
		return EnumerateResponse{}, err
	}
	return parseEnumerated(find(nodes, "EnumerateResponse"))
}

// SendRoom returns how many bytes fit in one Send, or in the Arguments of a Command, so that the envelope
// stays within MaxEnvelopeSize.
func (c *Client) SendRoom() int {
	const id = "00000000-0000-0000-0000-000000000000"
	h := c.header(id, []Option{{Name: OptionSkipCmdShell, Value: "False"}})
	empty := len(EncodeRequest(h, &Command{ID: id, Line: strings.Repeat("x", 64)}))
	// An answer about a quota names the limit in characters of the envelope; a margin keeps clear of it.
	room := (h.MaxEnvelopeSize - empty - 512) / 4 * 3
	return max(room, 1024)
}

func (c *Client) maxResponse() int64 {
	if c.MaxResponse > 0 {
		return c.MaxResponse
	}
	return DefaultMaxResponse
}

func (c *Client) header(shellID string, options []Option) Header {
	h := Header{
		To:               c.URL,
		MessageID:        newID(),
		ReplyTo:          Anonymous,
		ResourceURI:      c.ResourceURI,
		MaxEnvelopeSize:  c.MaxEnvelopeSize,
		OperationTimeout: c.OperationTimeout,
		Locale:           c.Locale,
		DataLocale:       c.Locale,
		SessionID:        c.SessionID,
		Options:          options,
	}
	if h.MaxEnvelopeSize <= 0 {
		h.MaxEnvelopeSize = DefaultMaxEnvelopeSize
	}
	if h.OperationTimeout <= 0 {
		h.OperationTimeout = time.Minute
	}
	if c.OperationIDs {
		h.OperationID, h.SequenceID = newID(), "1"
	}
	if shellID != "" {
		h.Selectors = []Selector{{SelectorShellID, shellID}}
	}
	return h
}
