package psrp

import (
	"crypto/rand"
	"io"
	"iter"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/secret"
)

// ServerConfig says how a server's end of a pool behaves. The zero value speaks protocol 2.3 and sends a
// PSVersionTable as private data.
type ServerConfig struct {
	Protocol    Version      // the newest version to speak; zero means V23
	PrivateData clixml.Value // ApplicationPrivateData; Null means only the usual PSVersionTable
	// MaxRunspaces refuses more runspaces than this; 0 means no bound.
	MaxRunspaces int32
	Limits       Limits
	Random       io.Reader // for the session key; nil means crypto/rand
	// NoByteOrderMark leaves out the mark before the text of messages, as some servers do (MS-PSRP 2.2.1).
	NoByteOrderMark bool
}

// Server is the server's end of one runspace pool (MS-PSRP 3.2). It negotiates, opens the pool and answers
// questions about runspaces and keys by itself; events tell of all of it. See the package's description.
type Server struct {
	endpoint
	config    ServerConfig
	protocol  Version
	state     PoolState
	greeted   bool // SESSION_CAPABILITY came and is not used up by what must follow it
	min, max  int32
	pipelines map[uuid.UUID]*serverPipeline
	lastCall  int64
	calls     map[int64]hostCallOut
}

type hostCallOut struct {
	pipeline uuid.UUID
	method   HostMethod
}

// NewServer makes the server's end of a pool, in state BeforeOpen. Its id is the one the client gives.
func NewServer(config ServerConfig) *Server {
	config.Protocol = config.Protocol.or(V23)
	if config.Random == nil {
		config.Random = rand.Reader
	}
	s := &Server{
		endpoint:  newEndpoint(uuid.Nil, ToServer, config.Limits),
		config:    config,
		protocol:  config.Protocol,
		pipelines: make(map[uuid.UUID]*serverPipeline),
		calls:     make(map[int64]hostCallOut),
	}
	// .NET writes its CLIXML with a byte-order mark, so every client has met one.
	if !config.NoByteOrderMark {
		s.mark = byteOrderMark
	}
	return s
}

// ID is the id of the pool, uuid.Nil before the client told it.
func (s *Server) ID() uuid.UUID { return s.id }

// State is the state of the pool.
func (s *Server) State() PoolState { return s.state }

// Protocol is the version agreed on, and before that the newest one this server speaks.
func (s *Server) Protocol() Version { return s.protocol }

// Runspaces tells the bounds the client asked for.
func (s *Server) Runspaces() (minimum, maximum int32) { return s.min, s.max }

// HasKey tells whether a session key was agreed.
func (s *Server) HasKey() bool { return s.key != nil }

// SecureString encrypts a text with the session key; ErrNoKey without one.
func (s *Server) SecureString(text secret.Secret) (clixml.Value, error) {
	return s.key.seal(text.Reveal())
}

// ReadSecureString decrypts a SecureString the client sent. Errors are ErrNoKey and ErrSecret.
func (s *Server) ReadSecureString(v clixml.Value) (secret.Secret, error) { return s.key.open(v) }

// Receive takes bytes that arrived: creationXml, connectXml and what was sent on the pool's stream with
// uuid.Nil as source; Arguments of Command and what was sent on a command's stream with its CommandId. It
// yields an Event for each message that is complete with them, in order; errors and leaving early are as
// for Client.Receive. Answers wait in Take.
//
// The events an application acts on are *CreatePipeline and *GetCommandMetadata, after which the pipeline
// is Running, *PipelineInput, *EndOfPipelineInput and *HostReply.
func (s *Server) Receive(source uuid.UUID, data []byte) iter.Seq2[Event, error] {
	return s.receive(source, data, s.accept, s.breakDown)
}

// Take returns everything that waits for Receive responses, in order, and forgets it. It is nil when nothing
// waits. Each Packet names the stream it belongs to.
func (s *Server) Take() []Packet { return s.take() }

// SetFragmentSize changes how large the fragments of later messages are, in bytes, header included; at least
// MinFragmentSize.
func (s *Server) SetFragmentSize(bytes int) { s.setFragmentSize(bytes) }

// Break says that the pool cannot be used, and why: it sends RUNSPACEPOOL_STATE Broken.
func (s *Server) Break(why *ErrorRecord) error {
	if s.state == Closed || s.state == Broken {
		return &StateError{"breaking the pool", s.state.String()}
	}
	s.send(uuid.Nil, &RunspacePoolState{State: Broken, Error: why})
	s.breakDown()
	return nil
}

// Close tells the pool that the client deleted its shell. Nothing can be sent or received afterwards.
func (s *Server) Close() {
	s.state = Closed
	s.out = nil
	s.end()
}

// Disconnected tells the pool that the client disconnected its shell; Reconnected undoes it. A client that
// comes back with connectXml needs no Reconnected.
func (s *Server) Disconnected() error {
	if s.state != Opened {
		return &StateError{"disconnecting", s.state.String()}
	}
	s.state = PoolDisconnected
	return nil
}

// Reconnected is for the Reconnect of MS-WSMV; see Disconnected.
func (s *Server) Reconnected() error {
	if s.state != PoolDisconnected {
		return &StateError{"reconnecting", s.state.String()}
	}
	s.state = Opened
	return nil
}

// breakDown keeps what waits in Take, because the client should learn why.
func (s *Server) breakDown() {
	s.state = Broken
	s.end()
}

func (s *Server) end() {
	clear(s.calls)
	for _, p := range s.pipelines {
		if !p.state.Done() {
			p.state = Failed
		}
	}
}

// SendEvent sends a message of the pool: a *UserEvent, a *PublicKeyRequest, or ApplicationPrivateData that
// changed. HostCall is for host calls.
func (s *Server) SendEvent(m Message) error {
	switch m.(type) {
	case *UserEvent, *PublicKeyRequest, *ApplicationPrivateData:
	default:
		return &StateError{m.Type().String(), "on the pool"}
	}
	if s.state != Opened {
		return &StateError{m.Type().String(), s.state.String()}
	}
	s.send(uuid.Nil, m)
	return nil
}

func (s *Server) accept(h Header, m Message) error {
	if s.state == Closed || s.state == Broken {
		return &StateError{h.Type.String(), s.state.String()}
	}
	switch m := m.(type) {
	case *SessionCapability:
		return s.acceptCapability(h, m)
	case *InitRunspacePool:
		return s.acceptInit(h, m)
	case *ConnectRunspacePool:
		return s.acceptConnect(h, m)
	}
	if s.state != Opened {
		return &StateError{h.Type.String(), s.state.String()}
	}
	switch m := m.(type) {
	case *SetMaxRunspaces:
		ok := m.MaxRunspaces >= s.min && m.MaxRunspaces > 0 &&
			(s.config.MaxRunspaces == 0 || m.MaxRunspaces <= s.config.MaxRunspaces)
		if ok {
			s.max = m.MaxRunspaces
		}
		s.answer(m.Call, clixml.NewBool(ok))
		return nil
	case *SetMinRunspaces:
		ok := m.MinRunspaces >= 1 && m.MinRunspaces <= s.max
		if ok {
			s.min = m.MinRunspaces
		}
		s.answer(m.Call, clixml.NewBool(ok))
		return nil
	case *GetAvailableRunspaces:
		s.answer(m.Call, clixml.NewInt64(max(0, int64(s.max)-s.busy())))
		return nil
	case *ResetRunspaceState:
		// Only a pool of one runspace can be reset, and only while nothing runs in it.
		s.answer(m.Call, clixml.NewBool(s.max == 1 && s.busy() == 0))
		return nil
	case *PublicKey:
		return s.acceptPublicKey(h, m)
	}
	return s.acceptForPipeline(h, m)
}

func (s *Server) answer(call int64, response clixml.Value) {
	s.send(uuid.Nil, &RunspaceAvailability{Call: call, Response: response})
}

func (s *Server) busy() (n int64) {
	for _, p := range s.pipelines {
		if !p.state.Done() {
			n++
		}
	}
	return n
}

func (s *Server) acceptCapability(h Header, m *SessionCapability) error {
	if s.greeted || s.state == NegotiationSucceeded {
		return &StateError{h.Type.String(), s.state.String()}
	}
	// The answer names no pool, as a Windows server's does not.
	s.sendAs(uuid.Nil, uuid.Nil, &SessionCapability{
		ProtocolVersion:      s.reply(m.ProtocolVersion).String(),
		PSVersion:            "2.0",
		SerializationVersion: serializationVersion,
	})
	v, err := s.agree(m.ProtocolVersion)
	if err != nil && s.state != BeforeOpen {
		return err // whoever comes to an open pool with a strange version does not end it
	}
	if err != nil {
		s.id = h.Pool
		s.refuse(&ErrorRecord{
			Text:                  err.Error(),
			Exception:             NewException("System.Management.Automation.Remoting.PSRemotingDataStructureException", err.Error()),
			FullyQualifiedErrorID: "ServerNegotiationFailed",
			Reason:                "PSRemotingDataStructureException",
		})
		return err
	}
	s.protocol = v
	s.greeted = true
	if s.state == BeforeOpen {
		s.id = h.Pool
		s.state = NegotiationSucceeded
	}
	return nil
}

// agree picks the version to speak with a client. One that speaks a newer minor version is told of the server's
// own and goes along with it, as with PowerShell, for which minor versions break nothing.
func (s *Server) agree(theirs string) (Version, error) {
	ours := s.config.Protocol
	if v, ok := parseVersion(theirs); ok && v.Major == ours.Major && ours.Less(v) {
		return ours, nil
	}
	return negotiate(ours, theirs)
}

// reply is the version to name to a client that named theirs.
func (s *Server) reply(theirs string) Version {
	if v, err := s.agree(theirs); err == nil {
		return v
	}
	return s.config.Protocol
}

func (s *Server) refuse(why *ErrorRecord) {
	s.send(uuid.Nil, &RunspacePoolState{State: Broken, Error: why})
	s.breakDown()
}

func (s *Server) acceptInit(h Header, m *InitRunspacePool) error {
	if s.state != NegotiationSucceeded {
		return &StateError{h.Type.String(), s.state.String()}
	}
	s.greeted = false
	if s.id == uuid.Nil {
		s.id = h.Pool
	}
	if m.MinRunspaces < 1 || m.MaxRunspaces < m.MinRunspaces ||
		s.config.MaxRunspaces > 0 && m.MaxRunspaces > s.config.MaxRunspaces {
		const text = "The number of runspaces is not allowed."
		s.refuse(&ErrorRecord{
			Text:                  text,
			Exception:             NewException("System.ArgumentOutOfRangeException", text),
			FullyQualifiedErrorID: "RemoteRunspaceStateInfoReason",
			Category:              InvalidArgument,
			Reason:                "ArgumentOutOfRangeException",
		})
		return &StateError{h.Type.String(), "without runspaces"}
	}
	s.min, s.max = m.MinRunspaces, m.MaxRunspaces
	s.state = Opened
	s.sendPrivateData()
	s.send(uuid.Nil, &RunspacePoolState{State: Opened})
	return nil
}

func (s *Server) sendPrivateData() {
	data := s.config.PrivateData
	if data.IsNull() {
		data = PrimitiveDictionary(Entry{"PSVersionTable", VersionTable("5.1.17763.771", s.protocol)})
	}
	s.send(uuid.Nil, &ApplicationPrivateData{Data: data})
}

func (s *Server) acceptConnect(h Header, m *ConnectRunspacePool) error {
	if !s.greeted || s.state != Opened && s.state != PoolDisconnected {
		return &StateError{h.Type.String(), s.state.String()}
	}
	s.greeted = false
	s.state = Opened
	if m.MaxRunspaces >= max(s.min, 1) && (s.config.MaxRunspaces == 0 || m.MaxRunspaces <= s.config.MaxRunspaces) {
		s.max = m.MaxRunspaces
	}
	if m.MinRunspaces >= 1 && m.MinRunspaces <= s.max {
		s.min = m.MinRunspaces
	}
	s.send(uuid.Nil, &RunspacePoolInitData{MinRunspaces: s.min, MaxRunspaces: s.max})
	s.sendPrivateData()
	// A Windows server tells the state again, and some clients take the pool as open only then.
	s.send(uuid.Nil, &RunspacePoolState{State: Opened})
	return nil
}

func (s *Server) acceptPublicKey(h Header, m *PublicKey) error {
	to, err := readPublicBlob(m.Key)
	if err != nil {
		return &MessageError{h, err}
	}
	key := s.key
	if key == nil {
		key = make(sessionKey, sessionKeySize)
		if _, err := io.ReadFull(s.config.Random, key); err != nil {
			return err
		}
	}
	sealed, err := sealSessionKey(s.config.Random, to, key)
	if err != nil {
		return &MessageError{h, err}
	}
	s.key = key
	// As with the capability, a Windows server names no pool here.
	s.sendAs(uuid.Nil, uuid.Nil, &EncryptedSessionKey{Key: sealed})
	return nil
}
