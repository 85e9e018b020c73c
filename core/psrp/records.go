package psrp

import (
	"time"

	"tenantry/core/clixml"
)

// ErrorRecord is one failure (MS-PSRP 2.2.3.15). It travels as ERROR_RECORD (2.2.2.20) when the run goes on,
// and inside a PipelineState or RunspacePoolState when it ends.
type ErrorRecord struct {
	Text                  string       // what PowerShell prints
	Exception             clixml.Value // the serialised exception: see ExceptionType, Message, Inner
	TargetObject          clixml.Value
	FullyQualifiedErrorID string
	Category              ErrorCategory
	Activity              string // ErrorCategory_Activity: the cmdlet
	Reason                string // ErrorCategory_Reason: the exception's short type name
	TargetName            string
	TargetType            string
	CategoryMessage       string // ErrorCategory_Message: all of the category in one line
	DetailsMessage        string // replaces the exception's message, when there is one
	RecommendedAction     string
	ScriptStackTrace      string
	InvocationInfo        clixml.Value // the whole object, when it was sent as one
	Invocation            *Invocation  // the details, when they were asked for; nil for none
	// Extra are properties this package knows nothing about, such as "writeErrorStream", "PSMessageDetails"
	// and "OriginInfo".
	Extra []clixml.Property
}

// Type returns TypeErrorRecord.
func (*ErrorRecord) Type() MessageType { return TypeErrorRecord }

// ExceptionType returns the full type name of the exception, without "Deserialized.", or "".
func (e *ErrorRecord) ExceptionType() string { return exceptionType(e.Exception) }

// Message returns the text a person should read: DetailsMessage, else the exception's message, else Text.
func (e *ErrorRecord) Message() string {
	if e.DetailsMessage != "" {
		return e.DetailsMessage
	}
	if s := exceptionMessage(e.Exception); s != "" {
		return s
	}
	return e.Text
}

// Inner returns the types and messages of the exceptions inside the exception, outermost first, at most 16.
func (e *ErrorRecord) Inner() []InnerException {
	var out []InnerException
	v := e.Exception
	for range 16 {
		next, ok := v.Property("InnerException")
		if !ok || next.IsNull() {
			break
		}
		out = append(out, InnerException{exceptionType(next), exceptionMessage(next)})
		v = next
	}
	return out
}

// InnerException is one cause inside an exception.
type InnerException struct{ Type, Message string }

const deserialized = "Deserialized."

func exceptionType(v clixml.Value) string {
	o := v.Object()
	if o == nil || len(o.TypeNames) == 0 {
		return ""
	}
	name := o.TypeNames[0]
	if len(name) > len(deserialized) && name[:len(deserialized)] == deserialized {
		name = name[len(deserialized):]
	}
	return name
}

func exceptionMessage(v clixml.Value) string {
	if m, ok := v.Property("Message"); ok && !m.IsNull() {
		return textOf(m)
	}
	return textOf(v)
}

// NewException returns a serialised .NET exception, as a server sends it inside an ErrorRecord. The type
// name is the full one; System.Exception and System.Object follow it.
func NewException(typeName, message string) clixml.Value {
	types := []string{typeName, "System.Exception", "System.Object"}
	if typeName == "System.Exception" {
		types = types[1:]
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames:   types,
		ToString:    typeName + ": " + message,
		HasToString: true,
		Adapted: []clixml.Property{
			prop("Message", clixml.NewString(message)),
			prop("Data", clixml.NewObject(&clixml.Object{
				TypeNames: []string{"System.Collections.ListDictionaryInternal", "System.Object"},
				Container: clixml.Dictionary,
			})),
			prop("InnerException", clixml.Value{}),
			prop("TargetSite", clixml.Value{}),
			prop("StackTrace", clixml.Value{}),
			prop("HelpLink", clixml.Value{}),
			prop("Source", clixml.Value{}),
			prop("HResult", clixml.NewInt32(-2146233088)), // COR_E_EXCEPTION
		},
	})
}

var errorRecordTypes = []string{"System.Management.Automation.ErrorRecord", "System.Object"}

func (e *ErrorRecord) value() clixml.Value {
	ps := []clixml.Property{
		prop("Exception", e.Exception),
		prop("TargetObject", e.TargetObject),
		prop("FullyQualifiedErrorId", clixml.NewString(e.FullyQualifiedErrorID)),
		prop("InvocationInfo", e.InvocationInfo),
		prop("ErrorCategory_Category", clixml.NewInt32(int32(e.Category))),
		prop("ErrorCategory_Activity", clixml.NewString(e.Activity)),
		prop("ErrorCategory_Reason", clixml.NewString(e.Reason)),
		prop("ErrorCategory_TargetName", clixml.NewString(e.TargetName)),
		prop("ErrorCategory_TargetType", clixml.NewString(e.TargetType)),
		prop("ErrorCategory_Message", clixml.NewString(e.CategoryMessage)),
	}
	// The two properties of ErrorDetails are there together or not at all.
	if e.DetailsMessage != "" || e.RecommendedAction != "" {
		ps = append(ps,
			prop("ErrorDetails_Message", clixml.NewString(e.DetailsMessage)),
			prop("ErrorDetails_RecommendedAction", clixml.NewString(e.RecommendedAction)),
		)
	}
	ps = append(ps, prop("SerializeExtendedInfo", clixml.NewBool(e.Invocation != nil)))
	if e.Invocation != nil {
		ps = e.Invocation.properties(ps)
		ps = append(ps, prop("PipelineIterationInfo", intList(readOnlyInts, e.Invocation.Iteration)))
	}
	if e.ScriptStackTrace != "" {
		ps = append(ps, prop("ErrorDetails_ScriptStackTrace", clixml.NewString(e.ScriptStackTrace)))
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames:   errorRecordTypes,
		ToString:    e.Text,
		HasToString: true,
		Extended:    append(ps, e.Extra...),
	})
}

var errorRecordNames = nameSet("Exception", "TargetObject", "FullyQualifiedErrorId", "InvocationInfo",
	"ErrorCategory_Category", "ErrorCategory_Activity", "ErrorCategory_Reason", "ErrorCategory_TargetName",
	"ErrorCategory_TargetType", "ErrorCategory_Message", "ErrorDetails_Message",
	"ErrorDetails_RecommendedAction", "ErrorDetails_ScriptStackTrace", "SerializeExtendedInfo",
	"PipelineIterationInfo", "SerializeExtent")

func readErrorMessage(_ MessageType, f fields) Message { return readErrorRecord(f) }

func readErrorRecord(f fields) *ErrorRecord {
	e := &ErrorRecord{
		Text:                  textOf(f.v),
		Exception:             f.get("Exception"),
		TargetObject:          f.get("TargetObject"),
		FullyQualifiedErrorID: f.str("FullyQualifiedErrorId"),
		Category:              ErrorCategory(f.enum("ErrorCategory_Category")),
		Activity:              f.str("ErrorCategory_Activity"),
		Reason:                f.str("ErrorCategory_Reason"),
		TargetName:            f.str("ErrorCategory_TargetName"),
		TargetType:            f.str("ErrorCategory_TargetType"),
		CategoryMessage:       f.str("ErrorCategory_Message"),
		DetailsMessage:        f.str("ErrorDetails_Message"),
		RecommendedAction:     f.str("ErrorDetails_RecommendedAction"),
		ScriptStackTrace:      f.str("ErrorDetails_ScriptStackTrace"),
		InvocationInfo:        f.get("InvocationInfo"),
	}
	if f.flag("SerializeExtendedInfo") {
		e.Invocation = readInvocation(f)
		e.Invocation.Iteration = intsOf(f.get("PipelineIterationInfo"))
	}
	if o := f.v.Object(); o != nil {
		e.Extra = others(o.Extended, errorRecordNames)
	}
	return e
}

// errorRecord reads an optional error record.
func (f fields) errorRecord(name string) *ErrorRecord {
	v := f.get(name)
	if v.IsNull() {
		return nil
	}
	return readErrorRecord(f.of(v))
}

// InformationalRecord is a debug, verbose or warning record (MS-PSRP 2.2.3.16; DEBUG_RECORD,
// VERBOSE_RECORD and WARNING_RECORD, 2.2.2.22 to 2.2.2.24).
type InformationalRecord struct {
	Level      MessageType // TypeDebugRecord, TypeVerboseRecord or TypeWarningRecord
	Message    string
	Invocation *Invocation // nil for none
}

// Warning returns a warning record.
func Warning(text string) *InformationalRecord {
	return &InformationalRecord{Level: TypeWarningRecord, Message: text}
}

// Verbose returns a verbose record.
func Verbose(text string) *InformationalRecord {
	return &InformationalRecord{Level: TypeVerboseRecord, Message: text}
}

// Debug returns a debug record.
func Debug(text string) *InformationalRecord {
	return &InformationalRecord{Level: TypeDebugRecord, Message: text}
}

// Type returns Level.
func (m *InformationalRecord) Type() MessageType { return m.Level }

var informationalTypes = map[MessageType][]string{
	TypeDebugRecord:   {"System.Management.Automation.DebugRecord", "System.Management.Automation.InformationalRecord", "System.Object"},
	TypeVerboseRecord: {"System.Management.Automation.VerboseRecord", "System.Management.Automation.InformationalRecord", "System.Object"},
	TypeWarningRecord: {"System.Management.Automation.WarningRecord", "System.Management.Automation.InformationalRecord", "System.Object"},
}

func (m *InformationalRecord) value() clixml.Value {
	ps := []clixml.Property{
		prop("InformationalRecord_Message", clixml.NewString(m.Message)),
		prop("InformationalRecord_SerializeInvocationInfo", clixml.NewBool(m.Invocation != nil)),
	}
	if m.Invocation != nil {
		ps = m.Invocation.properties(ps)
		ps = append(ps, prop("InformationalRecord_PipelineIterationInfo",
			intList(readOnlyInts, m.Invocation.Iteration)))
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames:   informationalTypes[m.Level],
		ToString:    m.Message,
		HasToString: true,
		Extended:    ps,
	})
}

func readInformationalRecord(t MessageType, f fields) Message {
	m := &InformationalRecord{Level: t, Message: f.str("InformationalRecord_Message")}
	if m.Message == "" {
		m.Message = textOf(f.v)
	}
	if f.flag("InformationalRecord_SerializeInvocationInfo") {
		m.Invocation = readInvocation(f)
		m.Invocation.Iteration = intsOf(f.get("InformationalRecord_PipelineIterationInfo"))
	}
	return m
}

// ProgressRecord is how far something is (PROGRESS_RECORD, MS-PSRP 2.2.2.25).
type ProgressRecord struct {
	Activity         string
	ActivityID       int32
	Status           string // StatusDescription
	CurrentOperation string
	ParentActivityID int32 // -1 for none
	Percent          int32 // 0 to 100, -1 when unknown
	SecondsRemaining int32 // -1 when unknown
	Kind             ProgressType
}

// Type returns TypeProgressRecord.
func (*ProgressRecord) Type() MessageType { return TypeProgressRecord }

func (m *ProgressRecord) value() clixml.Value {
	return bag(
		prop("Activity", clixml.NewString(m.Activity)),
		prop("ActivityId", clixml.NewInt32(m.ActivityID)),
		prop("StatusDescription", clixml.NewString(m.Status)),
		prop("CurrentOperation", textOrNull(m.CurrentOperation)),
		prop("ParentActivityId", clixml.NewInt32(m.ParentActivityID)),
		prop("PercentComplete", clixml.NewInt32(m.Percent)),
		prop("Type", m.Kind.value()),
		prop("SecondsRemaining", clixml.NewInt32(m.SecondsRemaining)),
	)
}

func readProgressRecord(_ MessageType, f fields) Message {
	number := func(name string) int32 {
		if n, ok := f.get(name).Int(); ok {
			return int32(n)
		}
		return -1
	}
	return &ProgressRecord{
		Activity:         f.str("Activity"),
		ActivityID:       f.int32("ActivityId"),
		Status:           f.str("StatusDescription"),
		CurrentOperation: f.str("CurrentOperation"),
		ParentActivityID: number("ParentActivityId"),
		Percent:          number("PercentComplete"),
		SecondsRemaining: number("SecondsRemaining"),
		Kind:             ProgressType(f.enum("Type")),
	}
}

// InformationRecord is what Write-Information and, from PowerShell 5 on, Write-Host write
// (INFORMATION_RECORD, MS-PSRP 2.2.2.26; from protocol 2.3 on).
type InformationRecord struct {
	Data            clixml.Value // MessageData: a text, or any object
	Source          string
	Time            time.Time
	Tags            []string
	User            string
	Computer        string
	ProcessID       uint32
	NativeThreadID  uint32
	ManagedThreadID uint32
}

// Type returns TypeInformationRecord.
func (*InformationRecord) Type() MessageType { return TypeInformationRecord }

// Text returns MessageData as a text.
func (m *InformationRecord) Text() string {
	if v, ok := m.Data.Property("Message"); ok { // HostInformationMessage of Write-Host
		return textOf(v)
	}
	return textOf(m.Data)
}

var stringListTypes = []string{
	"System.Collections.Generic.List`1[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
	"System.Object",
}

func (m *InformationRecord) value() clixml.Value {
	return bag(
		prop("MessageData", m.Data),
		prop("Source", clixml.NewString(m.Source)),
		prop("TimeGenerated", clixml.NewDateTime(m.Time, clixml.Offset)),
		prop("Tags", texts(stringListTypes, m.Tags)),
		prop("User", clixml.NewString(m.User)),
		prop("Computer", clixml.NewString(m.Computer)),
		prop("ProcessId", clixml.NewUInt32(m.ProcessID)),
		prop("NativeThreadId", clixml.NewUInt32(m.NativeThreadID)),
		prop("ManagedThreadId", clixml.NewUInt32(m.ManagedThreadID)),
	)
}

func readInformationRecord(_ MessageType, f fields) Message {
	return &InformationRecord{
		Data:            f.get("MessageData"),
		Source:          f.str("Source"),
		Time:            f.time("TimeGenerated"),
		Tags:            f.strs("Tags"),
		User:            f.str("User"),
		Computer:        f.str("Computer"),
		ProcessID:       uint32(f.int64("ProcessId")),
		NativeThreadID:  uint32(f.int64("NativeThreadId")),
		ManagedThreadID: uint32(f.int64("ManagedThreadId")),
	}
}
