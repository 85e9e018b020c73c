package psrp

import (
	"tenantry/core/clixml"
)

// HostMethod is a method of the client's host that a server can call (MS-PSRP 2.2.3.17).
type HostMethod int32

// The host methods.
const (
	HostGetName                 HostMethod = 1
	HostGetVersion              HostMethod = 2
	HostGetInstanceID           HostMethod = 3
	HostGetCurrentCulture       HostMethod = 4
	HostGetCurrentUICulture     HostMethod = 5
	HostSetShouldExit           HostMethod = 6
	HostEnterNestedPrompt       HostMethod = 7
	HostExitNestedPrompt        HostMethod = 8
	HostNotifyBegin             HostMethod = 9
	HostNotifyEnd               HostMethod = 10
	HostReadLine                HostMethod = 11
	HostReadSecure              HostMethod = 12
	HostWrite1                  HostMethod = 13
	HostWrite2                  HostMethod = 14
	HostWriteLine1              HostMethod = 15
	HostWriteLine2              HostMethod = 16
	HostWriteLine3              HostMethod = 17
	HostWriteErrorLine          HostMethod = 18
	HostWriteDebugLine          HostMethod = 19
	HostWriteProgress           HostMethod = 20
	HostWriteVerboseLine        HostMethod = 21
	HostWriteWarningLine        HostMethod = 22
	HostPrompt                  HostMethod = 23
	HostPromptForCredential1    HostMethod = 24
	HostPromptForCredential2    HostMethod = 25
	HostPromptForChoice         HostMethod = 26
	HostGetForegroundColor      HostMethod = 27
	HostSetForegroundColor      HostMethod = 28
	HostGetBackgroundColor      HostMethod = 29
	HostSetBackgroundColor      HostMethod = 30
	HostGetCursorPosition       HostMethod = 31
	HostSetCursorPosition       HostMethod = 32
	HostGetWindowPosition       HostMethod = 33
	HostSetWindowPosition       HostMethod = 34
	HostGetCursorSize           HostMethod = 35
	HostSetCursorSize           HostMethod = 36
	HostGetBufferSize           HostMethod = 37
	HostSetBufferSize           HostMethod = 38
	HostGetWindowSize           HostMethod = 39
	HostSetWindowSize           HostMethod = 40
	HostGetWindowTitle          HostMethod = 41
	HostSetWindowTitle          HostMethod = 42
	HostGetMaxWindowSize        HostMethod = 43
	HostGetMaxPhysicalSize      HostMethod = 44
	HostGetKeyAvailable         HostMethod = 45
	HostReadKey                 HostMethod = 46
	HostFlushInputBuffer        HostMethod = 47
	HostSetBufferContents1      HostMethod = 48
	HostSetBufferContents2      HostMethod = 49
	HostGetBufferContents       HostMethod = 50
	HostScrollBufferContents    HostMethod = 51
	HostPushRunspace            HostMethod = 52
	HostPopRunspace             HostMethod = 53
	HostGetIsRunspacePushed     HostMethod = 54
	HostGetRunspace             HostMethod = 55
	HostPromptForChoiceMultiple HostMethod = 56
)

var hostMethods = []string{"", "GetName", "GetVersion", "GetInstanceId", "GetCurrentCulture",
	"GetCurrentUICulture", "SetShouldExit", "EnterNestedPrompt", "ExitNestedPrompt", "NotifyBeginApplication",
	"NotifyEndApplication", "ReadLine", "ReadLineAsSecureString", "Write1", "Write2", "WriteLine1", "WriteLine2",
	"WriteLine3", "WriteErrorLine", "WriteDebugLine", "WriteProgress", "WriteVerboseLine", "WriteWarningLine",
	"Prompt", "PromptForCredential1", "PromptForCredential2", "PromptForChoice", "GetForegroundColor",
	"SetForegroundColor", "GetBackgroundColor", "SetBackgroundColor", "GetCursorPosition", "SetCursorPosition",
	"GetWindowPosition", "SetWindowPosition", "GetCursorSize", "SetCursorSize", "GetBufferSize", "SetBufferSize",
	"GetWindowSize", "SetWindowSize", "GetWindowTitle", "SetWindowTitle", "GetMaxWindowSize",
	"GetMaxPhysicalWindowSize", "GetKeyAvailable", "ReadKey", "FlushInputBuffer", "SetBufferContents1",
	"SetBufferContents2", "GetBufferContents", "ScrollBufferContents", "PushRunspace", "PopRunspace",
	"GetIsRunspacePushed", "GetRunspace", "PromptForChoiceMultipleSelection"}

// String returns the name in .NET, or the number.
func (m HostMethod) String() string { return nameOf(hostMethods, int32(m)) }

// VoidCall is the call id that servers give calls to which no answer is expected.
const VoidCall int64 = -100

// Void tells whether a method returns nothing, so that no answer is sent.
func (m HostMethod) Void() bool {
	switch m {
	case HostSetShouldExit, HostEnterNestedPrompt, HostExitNestedPrompt, HostNotifyBegin, HostNotifyEnd,
		HostWrite1, HostWrite2, HostWriteLine1, HostWriteLine2, HostWriteLine3, HostWriteErrorLine,
		HostWriteDebugLine, HostWriteProgress, HostWriteVerboseLine, HostWriteWarningLine,
		HostSetForegroundColor, HostSetBackgroundColor, HostSetCursorPosition, HostSetWindowPosition,
		HostSetCursorSize, HostSetBufferSize, HostSetWindowSize, HostSetWindowTitle, HostFlushInputBuffer,
		HostSetBufferContents1, HostSetBufferContents2, HostScrollBufferContents, HostPushRunspace,
		HostPopRunspace:
		return true
	}
	return false
}

func (m HostMethod) value() clixml.Value {
	return enumValue("System.Management.Automation.Remoting.RemoteHostMethodId", m.String(), int32(m))
}

// HostCall is a server's call of a host method (RUNSPACEPOOL_HOST_CALL and PIPELINE_HOST_CALL, MS-PSRP
// 2.2.2.15 and 2.2.2.27). Client answers every call that waits for an answer by itself.
type HostCall struct {
	ForPipeline bool
	Call        int64
	Method      HostMethod
	Parameters  []clixml.Value
}

// Type returns TypePipelineHostCall or TypeRunspacePoolHostCall.
func (m *HostCall) Type() MessageType {
	if m.ForPipeline {
		return TypePipelineHostCall
	}
	return TypeRunspacePoolHostCall
}

func (m *HostCall) value() clixml.Value {
	return bag(
		prop("ci", clixml.NewInt64(m.Call)),
		prop("mi", m.Method.value()),
		prop("mp", list(arrayListTypes, m.Parameters)),
	)
}

func readHostCall(t MessageType, f fields) Message {
	f.need("mi")
	return &HostCall{
		ForPipeline: t == TypePipelineHostCall,
		Call:        f.needInt("ci"),
		Method:      HostMethod(f.enum("mi")),
		Parameters:  itemsOf(f.get("mp")),
	}
}

// HostReply answers a HostCall (RUNSPACEPOOL_HOST_RESPONSE and PIPELINE_HOST_RESPONSE, MS-PSRP 2.2.2.16 and
// 2.2.2.28).
type HostReply struct {
	ForPipeline bool
	Call        int64
	Method      HostMethod
	Value       clixml.Value // what the method returned; Null travels as no value
	Error       *ErrorRecord // the exception it threw; nil for none
}

// Type returns TypePipelineHostReply or TypeRunspacePoolHostReply.
func (m *HostReply) Type() MessageType {
	if m.ForPipeline {
		return TypePipelineHostReply
	}
	return TypeRunspacePoolHostReply
}

func (m *HostReply) value() clixml.Value {
	ps := []clixml.Property{prop("ci", clixml.NewInt64(m.Call)), prop("mi", m.Method.value())}
	if !m.Value.IsNull() {
		ps = append(ps, prop("mr", m.Value))
	}
	if m.Error != nil {
		ps = append(ps, prop("me", m.Error.value()))
	}
	return bag(ps...)
}

func readHostReply(t MessageType, f fields) Message {
	return &HostReply{
		ForPipeline: t == TypePipelineHostReply,
		Call:        f.needInt("ci"),
		Method:      HostMethod(f.enum("mi")),
		Value:       f.get("mr"),
		Error:       f.errorRecord("me"),
	}
}

// What a host without a window says of itself.
const (
	hostName    = "Tenantry"
	hostVersion = "1.0.0.0"
	hostCulture = "en-US"
	hostColumns = 120
	hostRows    = 50
	maxCells    = 10_000 // of a GetBufferContents that is answered
)

// DefaultReply answers a call as a host would in front of which nobody sits: empty lines, the default
// choices, no credential. ok is false when the method has no answer; see HostMethod.Void. A method that
// cannot be answered gets a reply with Error set. ReadLineAsSecureString is one of them here, because its
// answer needs the session key; Client answers it when there is one.
func (m *HostCall) DefaultReply() (reply *HostReply, ok bool) {
	if m.Method.Void() {
		return nil, false
	}
	r := &HostReply{ForPipeline: m.ForPipeline, Call: m.Call, Method: m.Method}
	answered := true
	switch m.Method {
	case HostGetName:
		r.Value = clixml.NewString(hostName)
	case HostGetVersion:
		r.Value = clixml.NewLexical(clixml.Version, hostVersion)
	case HostGetInstanceID:
		r.Value = clixml.NewLexical(clixml.GUID, "7c3f6f0e-6d0b-4f55-9f40-3a1c51d7a9a4")
	case HostGetCurrentCulture, HostGetCurrentUICulture:
		r.Value = clixml.NewString(hostCulture)
	case HostReadLine, HostGetWindowTitle:
		r.Value = clixml.NewString("")
	case HostPrompt:
		r.Value = m.promptReply()
	case HostPromptForCredential1, HostPromptForCredential2: // null: the question was cancelled
	case HostPromptForChoice:
		// Without a default choice nobody may choose for the person who is not there.
		choice, ok := m.parameter(3).Int()
		answered = ok && choice >= 0
		if answered {
			r.Value = clixml.NewInt32(int32(choice))
		}
	case HostPromptForChoiceMultiple:
		choices := intsOf(m.parameter(3))
		vs := make([]clixml.Value, len(choices))
		for i, n := range choices {
			vs[i] = clixml.NewInt32(n)
		}
		r.Value = list(arrayListTypes, vs)
	case HostGetForegroundColor:
		r.Value = clixml.NewInt32(7) // Gray
	case HostGetBackgroundColor:
		r.Value = clixml.NewInt32(0) // Black
	case HostGetCursorPosition, HostGetWindowPosition:
		r.Value = Coordinates{}.value()
	case HostGetCursorSize:
		r.Value = clixml.NewInt32(25)
	case HostGetBufferSize, HostGetWindowSize, HostGetMaxWindowSize, HostGetMaxPhysicalSize:
		r.Value = Size{hostColumns, hostRows}.value()
	case HostGetKeyAvailable, HostGetIsRunspacePushed:
		r.Value = clixml.NewBool(false)
	case HostReadKey:
		r.Value = bag( // KeyInfo, MS-PSRP 2.2.3.26: the Enter key
			prop("virtualKeyCode", clixml.NewInt32(13)),
			prop("character", clixml.NewInteger(clixml.Char, '\r')),
			prop("controlKeyState", clixml.NewInt32(0)),
			prop("keyDown", clixml.NewBool(true)),
		)
	case HostGetBufferContents:
		r.Value, answered = m.bufferReply()
	default: // ReadLineAsSecureString, GetRunspace, and whatever a newer server may ask
		answered = false
	}
	if !answered {
		r.Error = notImplemented(m.Method)
	}
	return r, true
}

func (m *HostCall) parameter(i int) clixml.Value {
	if i < len(m.Parameters) {
		return m.Parameters[i]
	}
	return clixml.Value{}
}

// promptReply answers Prompt(caption, message, descriptions): each field gets its default value, else an
// empty text.
func (m *HostCall) promptReply() clixml.Value {
	o := &clixml.Object{TypeNames: hashtableTypes, Container: clixml.Dictionary}
	for _, field := range itemsOf(m.parameter(2)) {
		name, _ := field.Property("name")
		v, _ := field.Property("defaultValue")
		if v.IsNull() {
			v = clixml.NewString("")
		}
		o.Entries = append(o.Entries, clixml.Entry{Key: clixml.NewString(textOf(name)), Value: v})
	}
	return clixml.NewObject(o)
}

// bufferReply answers GetBufferContents(rectangle) with blank cells (MS-PSRP 2.2.3.28, 2.2.6.1.4).
func (m *HostCall) bufferReply() (clixml.Value, bool) {
	var missing string
	f := fields{v: m.parameter(0), missing: &missing}
	columns := f.int64("right") - f.int64("left") + 1
	rows := f.int64("bottom") - f.int64("top") + 1
	if columns < 1 || rows < 1 || columns > maxCells || rows > maxCells || columns*rows > maxCells {
		return clixml.Value{}, false
	}
	blank := bag(
		prop("character", clixml.NewInteger(clixml.Char, ' ')),
		prop("foregroundColor", clixml.NewInt32(7)),
		prop("backgroundColor", clixml.NewInt32(0)),
		prop("bufferCellType", clixml.NewInt32(0)),
	)
	cells := make([]clixml.Value, columns*rows)
	for i := range cells {
		cells[i] = blank
	}
	return bag(
		prop("mae", list(arrayListTypes, cells)),
		prop("mal", intList(intsTypes, []int32{int32(rows), int32(columns)})),
	), true
}

func notImplemented(method HostMethod) *ErrorRecord {
	text := "The host method " + method.String() + " is not available."
	return &ErrorRecord{
		Text:                  text,
		Exception:             NewException("System.NotImplementedException", text),
		FullyQualifiedErrorID: "NotImplemented",
		Category:              InvalidOperation,
		Activity:              method.String(),
		Reason:                "NotImplementedException",
		CategoryMessage:       "InvalidOperation: (:) [" + method.String() + "], NotImplementedException",
	}
}
