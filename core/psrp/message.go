package psrp

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// Destination tells which end a message is for (MS-PSRP 2.2.1).
type Destination uint32

// The destinations.
const (
	ToClient Destination = 1
	ToServer Destination = 2
)

// MessageType is the type of a message (MS-PSRP 2.2.1).
type MessageType uint32

// The message types, with the section that describes each.
const (
	TypeSessionCapability      MessageType = 0x00010002 // 2.2.2.1
	TypeInitRunspacePool       MessageType = 0x00010004 // 2.2.2.2
	TypePublicKey              MessageType = 0x00010005 // 2.2.2.3
	TypeEncryptedSessionKey    MessageType = 0x00010006 // 2.2.2.4
	TypePublicKeyRequest       MessageType = 0x00010007 // 2.2.2.5
	TypeConnectRunspacePool    MessageType = 0x00010008 // 2.2.2.29
	TypeSetMaxRunspaces        MessageType = 0x00021002 // 2.2.2.6
	TypeSetMinRunspaces        MessageType = 0x00021003 // 2.2.2.7
	TypeRunspaceAvailability   MessageType = 0x00021004 // 2.2.2.8
	TypeRunspacePoolState      MessageType = 0x00021005 // 2.2.2.9
	TypeCreatePipeline         MessageType = 0x00021006 // 2.2.2.10
	TypeGetAvailableRunspaces  MessageType = 0x00021007 // 2.2.2.11
	TypeUserEvent              MessageType = 0x00021008 // 2.2.2.12
	TypeApplicationPrivateData MessageType = 0x00021009 // 2.2.2.13
	TypeGetCommandMetadata     MessageType = 0x0002100A // 2.2.2.14
	TypeRunspacePoolInitData   MessageType = 0x0002100B // 2.2.2.30
	TypeResetRunspaceState     MessageType = 0x0002100C // 2.2.2.31
	TypeRunspacePoolHostCall   MessageType = 0x00021100 // 2.2.2.15
	TypeRunspacePoolHostReply  MessageType = 0x00021101 // 2.2.2.16
	TypePipelineInput          MessageType = 0x00041002 // 2.2.2.17
	TypeEndOfPipelineInput     MessageType = 0x00041003 // 2.2.2.18
	TypePipelineOutput         MessageType = 0x00041004 // 2.2.2.19
	TypeErrorRecord            MessageType = 0x00041005 // 2.2.2.20
	TypePipelineState          MessageType = 0x00041006 // 2.2.2.21
	TypeDebugRecord            MessageType = 0x00041007 // 2.2.2.22
	TypeVerboseRecord          MessageType = 0x00041008 // 2.2.2.23
	TypeWarningRecord          MessageType = 0x00041009 // 2.2.2.24
	TypeProgressRecord         MessageType = 0x00041010 // 2.2.2.25
	TypeInformationRecord      MessageType = 0x00041011 // 2.2.2.26
	TypePipelineHostCall       MessageType = 0x00041100 // 2.2.2.27
	TypePipelineHostReply      MessageType = 0x00041101 // 2.2.2.28
)

// kinds tells for each type its name in the specification, where it goes, and how its body is read.
var kinds = map[MessageType]struct {
	name string
	to   Destination // 0: both ways
	read func(MessageType, fields) Message
}{
	TypeSessionCapability:      {"SESSION_CAPABILITY", 0, readSessionCapability},
	TypeInitRunspacePool:       {"INIT_RUNSPACEPOOL", ToServer, readInitRunspacePool},
	TypePublicKey:              {"PUBLIC_KEY", ToServer, readPublicKey},
	TypeEncryptedSessionKey:    {"ENCRYPTED_SESSION_KEY", ToClient, readEncryptedSessionKey},
	TypePublicKeyRequest:       {"PUBLIC_KEY_REQUEST", ToClient, readPublicKeyRequest},
	TypeConnectRunspacePool:    {"CONNECT_RUNSPACEPOOL", ToServer, readConnectRunspacePool},
	TypeSetMaxRunspaces:        {"SET_MAX_RUNSPACES", ToServer, readSetMaxRunspaces},
	TypeSetMinRunspaces:        {"SET_MIN_RUNSPACES", ToServer, readSetMinRunspaces},
	TypeRunspaceAvailability:   {"RUNSPACE_AVAILABILITY", ToClient, readRunspaceAvailability},
	TypeRunspacePoolState:      {"RUNSPACEPOOL_STATE", ToClient, readRunspacePoolState},
	TypeCreatePipeline:         {"CREATE_PIPELINE", ToServer, readCreatePipeline},
	TypeGetAvailableRunspaces:  {"GET_AVAILABLE_RUNSPACES", ToServer, readGetAvailableRunspaces},
	TypeUserEvent:              {"USER_EVENT", ToClient, readUserEvent},
	TypeApplicationPrivateData: {"APPLICATION_PRIVATE_DATA", ToClient, readApplicationPrivateData},
	TypeGetCommandMetadata:     {"GET_COMMAND_METADATA", ToServer, readGetCommandMetadata},
	TypeRunspacePoolInitData:   {"RUNSPACEPOOL_INIT_DATA", ToClient, readRunspacePoolInitData},
	TypeResetRunspaceState:     {"RESET_RUNSPACE_STATE", ToServer, readResetRunspaceState},
	TypeRunspacePoolHostCall:   {"RUNSPACEPOOL_HOST_CALL", ToClient, readHostCall},
	TypeRunspacePoolHostReply:  {"RUNSPACEPOOL_HOST_RESPONSE", ToServer, readHostReply},
	TypePipelineInput:          {"PIPELINE_INPUT", ToServer, readPipelineInput},
	TypeEndOfPipelineInput:     {"END_OF_PIPELINE_INPUT", ToServer, nil},
	TypePipelineOutput:         {"PIPELINE_OUTPUT", ToClient, nil},
	TypeErrorRecord:            {"ERROR_RECORD", ToClient, readErrorMessage},
	TypePipelineState:          {"PIPELINE_STATE", ToClient, readPipelineState},
	TypeDebugRecord:            {"DEBUG_RECORD", ToClient, readInformationalRecord},
	TypeVerboseRecord:          {"VERBOSE_RECORD", ToClient, readInformationalRecord},
	TypeWarningRecord:          {"WARNING_RECORD", ToClient, readInformationalRecord},
	TypeProgressRecord:         {"PROGRESS_RECORD", ToClient, readProgressRecord},
	TypeInformationRecord:      {"INFORMATION_RECORD", ToClient, readInformationRecord},
	TypePipelineHostCall:       {"PIPELINE_HOST_CALL", ToClient, readHostCall},
	TypePipelineHostReply:      {"PIPELINE_HOST_RESPONSE", ToServer, readHostReply},
}

// String returns the name of MS-PSRP 2.2.1, or the number in hexadecimal.
func (t MessageType) String() string {
	if k, ok := kinds[t]; ok {
		return k.name
	}
	return fmt.Sprintf("0x%08X", uint32(t))
}

// HeaderSize is the size of a message's header in bytes (MS-PSRP 2.2.1).
const HeaderSize = 40

// Header is what stands before a message's CLIXML.
type Header struct {
	To       Destination
	Type     MessageType
	Pool     uuid.UUID // all zero in some messages of a server
	Pipeline uuid.UUID // uuid.Nil for a message of the pool
}

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// ParseHeader splits a message into its header and its CLIXML, without the byte-order mark that servers put
// between them. body shares memory with message. The only error is ErrShort.
func ParseHeader(message []byte) (h Header, body []byte, err error) {
	if len(message) < HeaderSize {
		return Header{}, nil, ErrShort
	}
	h.To = Destination(binary.LittleEndian.Uint32(message))
	h.Type = MessageType(binary.LittleEndian.Uint32(message[4:]))
	h.Pool = idFromWire(message[8:24])
	h.Pipeline = idFromWire(message[24:40])
	return h, bytes.TrimPrefix(message[HeaderSize:], byteOrderMark), nil
}

// AppendHeader appends the 40 bytes of h.
func AppendHeader(dst []byte, h Header) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.To))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.Type))
	dst = appendID(dst, h.Pool)
	return appendID(dst, h.Pipeline)
}

// idFromWire reads a .NET Guid, whose first three parts are little-endian.
func idFromWire(b []byte) uuid.UUID {
	return uuid.UUID{
		b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6],
		b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
	}
}

func appendID(dst []byte, id uuid.UUID) []byte {
	dst = append(dst, id[3], id[2], id[1], id[0], id[5], id[4], id[7], id[6])
	return append(dst, id[8:]...)
}

// Message is one of this package's message structs, as a pointer: *SessionCapability, *PipelineOutput, …
type Message interface {
	// Type returns the type it travels as.
	Type() MessageType
	// value is its body.
	value() clixml.Value
}

// Decode reads the body of a message. With a nil decoder it uses one of its own. Errors are *MessageError.
// The body of PIPELINE_OUTPUT is not read here: see PipelineOutput.Value.
func Decode(d *clixml.Decoder, h Header, body []byte) (Message, error) {
	k, ok := kinds[h.Type]
	if !ok {
		return nil, &MessageError{h, ErrUnknownType}
	}
	switch h.Type {
	case TypePipelineOutput:
		return &PipelineOutput{Raw: body, decoder: d}, nil
	case TypeEndOfPipelineInput: // empty, or anything at all: only its arrival counts
		return &EndOfPipelineInput{}, nil
	}
	var v clixml.Value
	if len(body) > 0 {
		var err error
		if v, err = decodeValue(d, body); err != nil {
			return nil, &MessageError{h, err}
		}
	}
	var missing string
	m := k.read(h.Type, fields{v: v, missing: &missing})
	if missing != "" {
		return nil, &MessageError{h, fmt.Errorf("%w %s", ErrMissing, missing)}
	}
	return m, nil
}

// AppendBody appends the CLIXML of m, without a byte-order mark.
func AppendBody(dst []byte, m Message) []byte {
	switch m := m.(type) {
	case *EndOfPipelineInput:
		return dst
	case *PipelineOutput:
		if m.Raw != nil {
			return append(dst, m.Raw...)
		}
	}
	return appendValue(dst, m.value())
}

// PipelineInput is one object for the pipeline's input (PIPELINE_INPUT, MS-PSRP 2.2.2.17).
type PipelineInput struct {
	Object clixml.Value
}

// Type returns TypePipelineInput.
func (*PipelineInput) Type() MessageType     { return TypePipelineInput }
func (m *PipelineInput) value() clixml.Value { return m.Object }

func readPipelineInput(_ MessageType, f fields) Message { return &PipelineInput{Object: f.v} }

// EndOfPipelineInput says that no more input comes (END_OF_PIPELINE_INPUT, MS-PSRP 2.2.2.18).
type EndOfPipelineInput struct{}

// Type returns TypeEndOfPipelineInput.
func (*EndOfPipelineInput) Type() MessageType   { return TypeEndOfPipelineInput }
func (*EndOfPipelineInput) value() clixml.Value { return clixml.Value{} }

// PipelineOutput is one object the pipeline wrote (PIPELINE_OUTPUT, MS-PSRP 2.2.2.19). It is handed on
// undecoded, so that a reader can decode it where and when it likes.
type PipelineOutput struct {
	// Raw is the object's CLIXML without a byte-order mark. When a message is built it may be nil; then
	// Object is encoded.
	Raw []byte
	// Object is the object to send. It is not set in a message that was received.
	Object clixml.Value

	decoder *clixml.Decoder
}

// Type returns TypePipelineOutput.
func (*PipelineOutput) Type() MessageType     { return TypePipelineOutput }
func (m *PipelineOutput) value() clixml.Value { return m.Object }

// Value decodes the object with the pool's own decoder, so it must be called on the goroutine that uses the
// pool; another goroutine decodes Raw with a decoder of its own. Errors come from clixml. Each call decodes
// again.
func (m *PipelineOutput) Value() (clixml.Value, error) {
	if m.Raw == nil {
		return m.Object, nil
	}
	return decodeValue(m.decoder, m.Raw)
}
