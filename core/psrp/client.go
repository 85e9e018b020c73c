package psrp

import (
	"crypto/rand"
	"crypto/rsa"
	"io"
	"iter"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/secret"
)

// ClientConfig says what pool to ask for. The zero value asks for one runspace with protocol 2.3, no host
// and no application arguments.
type ClientConfig struct {
	Pool           uuid.UUID // the pool's id, also the ShellId; zero means a new one
	Protocol       Version   // the newest version to speak; zero means V23
	PSVersion      string    // of SESSION_CAPABILITY; empty means "2.0", as every known client says
	TimeZone       []byte    // of SESSION_CAPABILITY; nil sends none
	MinRunspaces   int32     // 0 means 1
	MaxRunspaces   int32     // 0 means MinRunspaces
	ThreadOptions  ThreadOptions
	ApartmentState *ApartmentState // nil means UnknownApartment
	Host           *HostInfo       // nil means NoHost
	Arguments      clixml.Value    // ApplicationArguments, a PrimitiveDictionary; Null sends none
	Limits         Limits

	// AnswerHost may answer a host call that waits for an answer; returning false leaves it to
	// HostCall.DefaultReply. It runs inside Receive. nil leaves all calls to DefaultReply.
	AnswerHost func(pipeline uuid.UUID, call *HostCall) (*HostReply, bool)

	Random io.Reader        // for keys; nil means crypto/rand
	NewID  func() uuid.UUID // for pipelines and the pool; nil means random ids
}

// Client is the client's end of one runspace pool (MS-PSRP 3.1). See the package's description for its use.
type Client struct {
	endpoint
	config    ClientConfig
	protocol  Version // agreed on, or the newest before that
	state     PoolState
	reason    *ErrorRecord
	private   clixml.Value
	pipelines map[uuid.UUID]*clientPipeline
	calls     map[int64]MessageType // asked and not answered
	lastCall  int64
	rsa       *rsa.PrivateKey
	keyAsked  bool
}

// NewClient makes a pool in state BeforeOpen.
func NewClient(config ClientConfig) *Client {
	config.Protocol = config.Protocol.or(V23)
	config.MinRunspaces = max(config.MinRunspaces, 1)
	config.MaxRunspaces = max(config.MaxRunspaces, config.MinRunspaces)
	if config.PSVersion == "" {
		config.PSVersion = "2.0"
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.NewID == nil {
		config.NewID = uuid.New
	}
	if config.Pool == uuid.Nil {
		config.Pool = config.NewID()
	}
	return &Client{
		endpoint:  newEndpoint(config.Pool, ToClient, config.Limits),
		config:    config,
		protocol:  config.Protocol,
		pipelines: make(map[uuid.UUID]*clientPipeline),
		calls:     make(map[int64]MessageType),
	}
}

// ID is the id of the pool.
func (c *Client) ID() uuid.UUID { return c.id }

// State is the state of the pool.
func (c *Client) State() PoolState { return c.state }

// Reason is why the server broke or closed the pool, nil when it said nothing.
func (c *Client) Reason() *ErrorRecord { return c.reason }

// Protocol is the version agreed on, and before that the newest one this client speaks.
func (c *Client) Protocol() Version { return c.protocol }

// PrivateData is the server's application private data, Null before it came.
func (c *Client) PrivateData() clixml.Value { return c.private }

// Take returns everything that waits to be sent by Send, in order, and forgets it. It is nil when nothing
// waits. Call it after every other method.
func (c *Client) Take() []Packet { return c.take() }

// SetFragmentSize changes how large the fragments of later messages are, in bytes, header included; at least
// MinFragmentSize. The transport knows what fits into an envelope.
func (c *Client) SetFragmentSize(bytes int) { c.setFragmentSize(bytes) }

// Open returns the bytes of creationXml: SESSION_CAPABILITY and INIT_RUNSPACEPOOL (MS-PSRP 3.1.4.1). The
// state becomes NegotiationSent. A *StateError says that it was opened before.
func (c *Client) Open() ([]byte, error) {
	if c.state != BeforeOpen {
		return nil, &StateError{"opening the pool", c.state.String()}
	}
	init := &InitRunspacePool{
		MinRunspaces:   c.config.MinRunspaces,
		MaxRunspaces:   c.config.MaxRunspaces,
		ThreadOptions:  c.config.ThreadOptions,
		ApartmentState: UnknownApartment,
		Host:           NoHost,
		Arguments:      c.config.Arguments,
	}
	if c.config.ApartmentState != nil {
		init.ApartmentState = *c.config.ApartmentState
	}
	if c.config.Host != nil {
		init.Host = *c.config.Host
	}
	c.state = NegotiationSent
	return c.opening(init), nil
}

// Connect returns the bytes of connectXml, to go on with a pool that is disconnected: SESSION_CAPABILITY and
// CONNECT_RUNSPACEPOOL (MS-PSRP 3.1.4.10). It is allowed for a new Client with the pool's id, and after
// Disconnected. connectResponseXml goes into Receive; then the state is Opened.
func (c *Client) Connect() ([]byte, error) {
	if c.state != BeforeOpen && c.state != PoolDisconnected {
		return nil, &StateError{"connecting to the pool", c.state.String()}
	}
	c.state = Connecting
	return c.opening(&ConnectRunspacePool{MinRunspaces: -1, MaxRunspaces: -1}), nil
}

func (c *Client) opening(second Message) []byte {
	var b []byte
	first := &SessionCapability{
		ProtocolVersion:      c.config.Protocol.String(),
		PSVersion:            c.config.PSVersion,
		SerializationVersion: serializationVersion,
		TimeZone:             c.config.TimeZone,
	}
	for _, m := range [2]Message{first, second} {
		for _, f := range c.encode(c.id, uuid.Nil, m) {
			b = append(b, f...)
		}
	}
	return b
}

// Disconnected tells the pool that the shell was disconnected. An opened pool becomes PoolDisconnected and
// its running pipelines PipelineDisconnected; in another state it is a *StateError.
func (c *Client) Disconnected() error {
	if c.state != Opened {
		return &StateError{"disconnecting", c.state.String()}
	}
	c.state = PoolDisconnected
	for _, p := range c.pipelines {
		if p.state == Running {
			p.state = PipelineDisconnected
		}
	}
	return nil
}

// Reconnected tells the pool that the shell was reconnected without a CONNECT_RUNSPACEPOOL, by the
// Reconnect of MS-WSMV. It undoes Disconnected.
func (c *Client) Reconnected() error {
	if c.state != PoolDisconnected {
		return &StateError{"reconnecting", c.state.String()}
	}
	c.opened()
	return nil
}

func (c *Client) opened() {
	c.state = Opened
	for _, p := range c.pipelines {
		if p.state == PipelineDisconnected {
			p.state = Running
		}
	}
}

// Close tells the pool that the shell was deleted, or is about to be. It is allowed in every state; nothing
// can be asked or received afterwards.
func (c *Client) Close() {
	if c.state != Broken {
		c.state = Closed
	}
	c.abandon()
}

func (c *Client) breakDown() {
	c.state = Broken
	c.abandon()
}

// abandon gives up everything that waits for an answer.
func (c *Client) abandon() {
	c.out = nil
	clear(c.calls)
	for _, p := range c.pipelines {
		if !p.state.Done() {
			p.state = Failed
		}
	}
}

// SetMaxRunspaces asks for another upper bound. The answer is a *RunspaceAvailability with the same call id
// and a Bool.
func (c *Client) SetMaxRunspaces(n int32) (call int64, err error) {
	return c.ask(TypeSetMaxRunspaces, func(call int64) Message { return &SetMaxRunspaces{n, call} })
}

// SetMinRunspaces asks for another lower bound, as SetMaxRunspaces.
func (c *Client) SetMinRunspaces(n int32) (call int64, err error) {
	return c.ask(TypeSetMinRunspaces, func(call int64) Message { return &SetMinRunspaces{n, call} })
}

// AvailableRunspaces asks how many runspaces are free. The answer is a *RunspaceAvailability with an Int64.
func (c *Client) AvailableRunspaces() (call int64, err error) {
	return c.ask(TypeGetAvailableRunspaces, func(call int64) Message { return &GetAvailableRunspaces{call} })
}

// ResetState asks to empty the runspace, from protocol 2.3 on; with an older server it is a *StateError. The
// answer is a *RunspaceAvailability with a Bool.
func (c *Client) ResetState() (call int64, err error) {
	if c.protocol.Less(V23) {
		return 0, &StateError{TypeResetRunspaceState.String(), "protocol " + c.protocol.String()}
	}
	return c.ask(TypeResetRunspaceState, func(call int64) Message { return &ResetRunspaceState{call} })
}

func (c *Client) ask(t MessageType, build func(int64) Message) (int64, error) {
	if c.state != Opened {
		return 0, &StateError{t.String(), c.state.String()}
	}
	call := c.lastCall
	c.lastCall++
	c.calls[call] = t
	c.send(uuid.Nil, build(call))
	return call, nil
}

// ExchangeKey sends the client's public key, so that SecureStrings can be read and written once an
// *EncryptedSessionKey has arrived. Asking twice sends it once. Making the key takes a tenth of a second or
// more of processor time.
func (c *Client) ExchangeKey() error {
	if c.state != Opened {
		return &StateError{TypePublicKey.String(), c.state.String()}
	}
	if c.keyAsked {
		return nil
	}
	return c.sendKey()
}

func (c *Client) sendKey() error {
	if c.rsa == nil {
		key, err := rsa.GenerateKey(c.config.Random, keyBits)
		if err != nil {
			return err
		}
		c.rsa = key
	}
	c.keyAsked = true
	c.send(uuid.Nil, &PublicKey{Key: publicBlob(&c.rsa.PublicKey)})
	return nil
}

// HasKey tells whether a session key was agreed.
func (c *Client) HasKey() bool { return c.key != nil }

// SecureString encrypts a text with the session key, as the value of a parameter; ErrNoKey without one.
func (c *Client) SecureString(text secret.Secret) (clixml.Value, error) {
	return c.key.seal(text.Reveal())
}

// ReadSecureString decrypts a SecureString the server sent. Errors are ErrNoKey and ErrSecret.
func (c *Client) ReadSecureString(v clixml.Value) (secret.Secret, error) { return c.key.open(v) }

// Receive takes bytes that arrived: from the pool's stream (creation, connectResponseXml, Receive without a
// CommandId) with uuid.Nil as source, from a command's stream with its id. It yields an Event for each
// message that is complete with them, in order.
//
// Errors stand between the events: *MessageError, *StateError and ErrNoPipeline are about one message and
// the sequence goes on; a *FragmentError or *VersionError breaks the pool. Leaving the loop early loses
// nothing: the next Receive for that source goes on where it stopped. After it, send what Take returns.
func (c *Client) Receive(source uuid.UUID, data []byte) iter.Seq2[Event, error] {
	return c.receive(source, data, c.accept, c.breakDown)
}

func (c *Client) accept(h Header, m Message) error {
	if c.state == Closed || c.state == Broken || c.state == BeforeOpen {
		return &StateError{h.Type.String(), c.state.String()}
	}
	switch m := m.(type) {
	case *SessionCapability:
		return c.acceptCapability(m)
	case *RunspacePoolState:
		return c.acceptState(m)
	case *ApplicationPrivateData:
		if c.state != NegotiationSucceeded && c.state != Opened && c.state != Connecting {
			return &StateError{h.Type.String(), c.state.String()}
		}
		c.private = m.Data
		return nil
	case *RunspacePoolInitData:
		if c.state != Connecting {
			return &StateError{h.Type.String(), c.state.String()}
		}
		c.opened()
		return nil
	case *HostCall:
		return c.acceptHostCall(h, m)
	}
	if c.state != Opened {
		return &StateError{h.Type.String(), c.state.String()}
	}
	switch m := m.(type) {
	case *RunspaceAvailability:
		m.Asked = c.calls[m.Call]
		delete(c.calls, m.Call)
		return nil
	case *PublicKeyRequest:
		return c.sendKey()
	case *EncryptedSessionKey:
		return c.acceptKey(h, m)
	case *UserEvent:
		return nil
	}
	return c.acceptForPipeline(h, m)
}

func (c *Client) acceptCapability(m *SessionCapability) error {
	if c.state != NegotiationSent && c.state != Connecting {
		return &StateError{m.Type().String(), c.state.String()}
	}
	v, err := negotiate(c.config.Protocol, m.ProtocolVersion)
	if err != nil {
		c.breakDown()
		return err
	}
	c.protocol = v
	if c.state == NegotiationSent {
		c.state = NegotiationSucceeded
	}
	return nil
}

func (c *Client) acceptState(m *RunspacePoolState) error {
	switch m.State {
	case Opened:
		if c.state != NegotiationSucceeded && c.state != Opened && c.state != Connecting {
			return &StateError{m.Type().String() + " " + m.State.String(), c.state.String()}
		}
		c.opened()
	case Broken:
		c.reason = m.Error
		c.breakDown()
	case Closed:
		c.reason = m.Error
		c.Close()
	case Closing:
		c.state = Closing
	case PoolDisconnected:
		if c.state == Opened {
			return c.Disconnected()
		}
	}
	// The server's other states are steps of its own opening.
	return nil
}

func (c *Client) acceptKey(h Header, m *EncryptedSessionKey) error {
	if c.rsa == nil {
		return &StateError{h.Type.String(), "no key sent"}
	}
	key, err := openSessionKey(c.rsa, m.Key)
	if err != nil {
		return &MessageError{h, err}
	}
	c.key = key
	return nil
}

func (c *Client) acceptHostCall(h Header, m *HostCall) error {
	if c.state != Opened && c.state != NegotiationSucceeded {
		return &StateError{h.Type.String(), c.state.String()}
	}
	if h.Pipeline != uuid.Nil {
		p := c.pipelines[h.Pipeline]
		if p == nil {
			return ErrNoPipeline
		}
		if p.state.Done() {
			return &StateError{h.Type.String(), p.state.String()}
		}
	}
	if m.Call == VoidCall {
		return nil
	}
	if c.config.AnswerHost != nil && !m.Method.Void() {
		if r, ok := c.config.AnswerHost(h.Pipeline, m); ok {
			r.ForPipeline, r.Call, r.Method = m.ForPipeline, m.Call, m.Method
			c.send(h.Pipeline, r)
			return nil
		}
	}
	r, ok := m.DefaultReply()
	if !ok {
		return nil
	}
	if m.Method == HostReadSecure && c.key != nil {
		if v, err := c.key.seal(""); err == nil {
			r.Value, r.Error = v, nil
		}
	}
	c.send(h.Pipeline, r)
	return nil
}
