package psrp

import (
	"errors"
	"fmt"
)

// FragmentFault tells which rule of MS-PSRP 2.2.4 a stream broke.
type FragmentFault uint8

// The ways a stream of fragments can be wrong.
const (
	NoStart     FragmentFault = iota + 1 // a fragment of an object that never started
	SecondStart                          // a start flag for an object that is open already
	WrongOrder                           // not the fragment id that must come next
	TooLong                              // more bytes than allowed for a message and all unfinished ones
	TooManyOpen                          // more unfinished objects than allowed
)

// String returns a short description for a log.
func (f FragmentFault) String() string {
	switch f {
	case NoStart:
		return "fragment without a start"
	case SecondStart:
		return "second start of one object"
	case WrongOrder:
		return "fragment out of order"
	case TooLong:
		return "message too long"
	case TooManyOpen:
		return "too many unfinished messages"
	}
	return fmt.Sprintf("fault %d", uint8(f))
}

// FragmentError says that a stream of fragments cannot be followed any further.
type FragmentError struct {
	Fault    FragmentFault
	Object   uint64 // object id of the fragment
	Fragment uint64 // its fragment id
	Limit    int    // the bound that was passed, for TooLong (bytes) and TooManyOpen (objects)
}

func (e *FragmentError) Error() string {
	if e.Limit > 0 {
		return fmt.Sprintf("psrp: %s: object %d fragment %d, limit %d", e.Fault, e.Object, e.Fragment, e.Limit)
	}
	return fmt.Sprintf("psrp: %s: object %d fragment %d", e.Fault, e.Object, e.Fragment)
}

// MessageError says that one message could not be read: unknown type, too short, CLIXML that is none, or a
// field that must be there and is not. The message is lost; the pool goes on.
type MessageError struct {
	Header Header
	Err    error // ErrShort, ErrUnknownType, ErrMissing with the field, or what clixml said
}

func (e *MessageError) Error() string {
	return fmt.Sprintf("psrp: unreadable %s: %v", e.Header.Type, e.Err)
}

// Unwrap returns the cause.
func (e *MessageError) Unwrap() error { return e.Err }

// StateError says that something was asked or received in a state that does not allow it.
type StateError struct {
	Doing string // what was asked, or the name of the message
	State string // the state of the pool or pipeline, by name
}

func (e *StateError) Error() string {
	return fmt.Sprintf("psrp: %s is not possible in state %s", e.Doing, e.State)
}

// VersionError says that the two ends have no protocol version in common (MS-PSRP 3.1.5.4.1, 3.2.5.4.1).
type VersionError struct {
	Ours   Version
	Theirs string // as the other end wrote it
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("psrp: protocol version %q is not supported, ours is %s", e.Theirs, e.Ours)
}

// Causes inside a MessageError and results of single calls.
var (
	// ErrShort is a message with less than its 40 bytes of header.
	ErrShort = errors.New("shorter than a message header")
	// ErrUnknownType is a message type that MS-PSRP 2.2.1 does not list.
	ErrUnknownType = errors.New("unknown message type")
	// ErrMissing is wrapped with the name of a property that must be there.
	ErrMissing = errors.New("missing property")
	// ErrDirection is a message that only the other end may send.
	ErrDirection = errors.New("message in the wrong direction")
	// ErrPool is a message for another runspace pool.
	ErrPool = errors.New("message for another runspace pool")
	// ErrNoPipeline is a pipeline id nobody knows (any more).
	ErrNoPipeline = errors.New("psrp: no such pipeline")
	// ErrPipelineExists is a pipeline id that is in use, by one that is not over.
	ErrPipelineExists = errors.New("psrp: pipeline id is in use")
	// ErrNoKey is a SecureString to read or write before a session key was agreed.
	ErrNoKey = errors.New("psrp: no session key")
	// ErrKey is a session key or public key that cannot be used.
	ErrKey = errors.New("psrp: unusable key")
	// ErrSecret is a SecureString that the session key does not open.
	ErrSecret = errors.New("psrp: unreadable secure string")
	// ErrNoCommand is a pipeline without any command.
	ErrNoCommand = errors.New("psrp: pipeline without a command")
)
