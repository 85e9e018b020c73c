package psrp

import (
	"fmt"
	"strings"

	"tenantry/core/clixml"
)

// PoolState is the state of a runspace pool (MS-PSRP 2.2.3.4).
type PoolState int32

// The states of a pool.
const (
	BeforeOpen           PoolState = 0
	Opening              PoolState = 1
	Opened               PoolState = 2
	Closed               PoolState = 3
	Closing              PoolState = 4
	Broken               PoolState = 5
	NegotiationSent      PoolState = 6
	NegotiationSucceeded PoolState = 7
	Connecting           PoolState = 8
	PoolDisconnected     PoolState = 9
)

var poolStates = []string{"BeforeOpen", "Opening", "Opened", "Closed", "Closing", "Broken",
	"NegotiationSent", "NegotiationSucceeded", "Connecting", "Disconnected"}

// String returns the name in the specification.
func (s PoolState) String() string { return nameOf(poolStates, int32(s)) }

// InvocationState is the state of a pipeline (PSInvocationState, MS-PSRP 2.2.3.5).
type InvocationState int32

// The states of a pipeline.
const (
	NotStarted           InvocationState = 0
	Running              InvocationState = 1
	Stopping             InvocationState = 2
	Stopped              InvocationState = 3
	Completed            InvocationState = 4
	Failed               InvocationState = 5
	PipelineDisconnected InvocationState = 6
)

var invocationStates = []string{"NotStarted", "Running", "Stopping", "Stopped", "Completed", "Failed",
	"Disconnected"}

// String returns the name in the specification.
func (s InvocationState) String() string { return nameOf(invocationStates, int32(s)) }

// Done tells whether no more can come: Stopped, Completed or Failed.
func (s InvocationState) Done() bool { return s == Stopped || s == Completed || s == Failed }

// ThreadOptions is PSThreadOptions (MS-PSRP 2.2.3.6).
type ThreadOptions int32

// The thread options.
const (
	DefaultThread    ThreadOptions = 0
	UseNewThread     ThreadOptions = 1
	ReuseThread      ThreadOptions = 2
	UseCurrentThread ThreadOptions = 3
)

var threadOptions = []string{"Default", "UseNewThread", "ReuseThread", "UseCurrentThread"}

// String returns the name in the specification.
func (t ThreadOptions) String() string { return nameOf(threadOptions, int32(t)) }

func (t ThreadOptions) value() clixml.Value {
	return enumValue("System.Management.Automation.Runspaces.PSThreadOptions", t.String(), int32(t))
}

// ApartmentState is the COM threading of a runspace (MS-PSRP 2.2.3.7). The zero value is STA as on the wire;
// a config in this package that leaves it out means UnknownApartment.
type ApartmentState int32

// The apartment states.
const (
	STA              ApartmentState = 0
	MTA              ApartmentState = 1
	UnknownApartment ApartmentState = 2
)

var apartmentStates = []string{"STA", "MTA", "UNKNOWN"}

// String returns the name in the specification.
func (a ApartmentState) String() string { return nameOf(apartmentStates, int32(a)) }

func (a ApartmentState) value() clixml.Value {
	return enumValue("System.Management.Automation.Runspaces.ApartmentState", a.String(), int32(a))
}

// StreamOptions says which records are to come with invocation details (RemoteStreamOptions,
// MS-PSRP 2.2.3.8).
type StreamOptions int32

// The flags of StreamOptions.
const (
	AddInvocationInfoToErrorRecord   StreamOptions = 1
	AddInvocationInfoToWarningRecord StreamOptions = 2
	AddInvocationInfoToDebugRecord   StreamOptions = 4
	AddInvocationInfoToVerboseRecord StreamOptions = 8
	AddInvocationInfo                StreamOptions = 15
)

// String returns the names of the flags, joined by commas.
func (o StreamOptions) String() string {
	if o == AddInvocationInfo {
		return "AddInvocationInfo"
	}
	return flagNames(int32(o), "0", []string{"AddInvocationInfoToErrorRecord", "AddInvocationInfoToWarningRecord",
		"AddInvocationInfoToDebugRecord", "AddInvocationInfoToVerboseRecord"})
}

func (o StreamOptions) value() clixml.Value {
	return enumValue("System.Management.Automation.Runspaces.RemoteStreamOptions", o.String(), int32(o))
}

// ResultType names a stream in a Merge (PipelineResultTypes, MS-PSRP 2.2.3.31).
type ResultType int32

// The result types. Protocol 2.1 uses MergeNone, MergeOutput and MergeError as flags, so that 3 is output
// and error there.
const (
	MergeNone        ResultType = 0
	MergeOutput      ResultType = 1
	MergeError       ResultType = 2
	MergeWarning     ResultType = 3
	MergeVerbose     ResultType = 4
	MergeDebug       ResultType = 5
	MergeInformation ResultType = 6
	MergeAll         ResultType = 7
	MergeNull        ResultType = 8
)

var resultTypes = []string{"None", "Output", "Error", "Warning", "Verbose", "Debug", "Information", "All", "Null"}

// String returns the name in .NET.
func (r ResultType) String() string { return nameOf(resultTypes, int32(r)) }

func (r ResultType) value() clixml.Value {
	return enumValue("System.Management.Automation.Runspaces.PipelineResultTypes", r.String(), int32(r))
}

// CommandType tells what kinds of commands are meant (MS-PSRP 2.2.3.19).
type CommandType int32

// The flags of CommandType.
const (
	AliasCommand          CommandType = 0x001
	FunctionCommand       CommandType = 0x002
	FilterCommand         CommandType = 0x004
	CmdletCommand         CommandType = 0x008
	ExternalScriptCommand CommandType = 0x010
	ApplicationCommand    CommandType = 0x020
	ScriptCommand         CommandType = 0x040
	WorkflowCommand       CommandType = 0x080
	ConfigurationCommand  CommandType = 0x100
	AllCommands           CommandType = 0x1FF
)

var commandTypes = []string{"Alias", "Function", "Filter", "Cmdlet", "ExternalScript", "Application", "Script",
	"Workflow", "Configuration"}

// String returns the names of the flags, joined by commas.
func (c CommandType) String() string {
	if c == AllCommands {
		return "All"
	}
	return flagNames(int32(c), "0", commandTypes)
}

func (c CommandType) value() clixml.Value {
	return enumValue("System.Management.Automation.CommandTypes", c.String(), int32(c))
}

// commandTypeOf reads the enumeration, or its names, as a deserialised CommandInfo carries them.
func commandTypeOf(v clixml.Value) CommandType {
	if n, ok := v.Int(); ok {
		return CommandType(n)
	}
	var c CommandType
	for name := range strings.SplitSeq(textOf(v), ",") {
		name = strings.TrimSpace(name)
		if strings.EqualFold(name, "All") {
			c |= AllCommands
		}
		for i, known := range commandTypes {
			if strings.EqualFold(name, known) {
				c |= 1 << i
			}
		}
	}
	return c
}

// ErrorCategory is what kind of failure an ErrorRecord is (.NET ErrorCategory; carried as
// ErrorCategory_Category, MS-PSRP 2.2.3.15).
type ErrorCategory int32

// The error categories that Exchange uses; all of them have a name.
const (
	NotSpecified        ErrorCategory = 0
	InvalidArgument     ErrorCategory = 5
	InvalidData         ErrorCategory = 6
	InvalidOperation    ErrorCategory = 7
	ObjectNotFound      ErrorCategory = 13
	OperationStopped    ErrorCategory = 14
	OperationTimeout    ErrorCategory = 15
	ParserError         ErrorCategory = 17
	PermissionDenied    ErrorCategory = 18
	ResourceBusy        ErrorCategory = 19
	ResourceExists      ErrorCategory = 20
	ResourceUnavailable ErrorCategory = 21
	WriteError          ErrorCategory = 23
	SecurityError       ErrorCategory = 25
	ConnectionError     ErrorCategory = 27
	LimitsExceeded      ErrorCategory = 29
	QuotaExceeded       ErrorCategory = 30
)

var errorCategories = []string{"NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected",
	"InvalidArgument", "InvalidData", "InvalidOperation", "InvalidResult", "InvalidType", "MetadataError",
	"NotImplemented", "NotInstalled", "ObjectNotFound", "OperationStopped", "OperationTimeout", "SyntaxError",
	"ParserError", "PermissionDenied", "ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError",
	"WriteError", "FromStdErr", "SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError",
	"LimitsExceeded", "QuotaExceeded", "NotEnabled"}

// String returns the name in .NET.
func (c ErrorCategory) String() string { return nameOf(errorCategories, int32(c)) }

// ProgressType tells whether a progress goes on or is over (.NET ProgressRecordType).
type ProgressType int32

// The progress types.
const (
	Processing        ProgressType = 0
	ProgressCompleted ProgressType = 1
)

// String returns the name in .NET.
func (p ProgressType) String() string { return nameOf([]string{"Processing", "Completed"}, int32(p)) }

func (p ProgressType) value() clixml.Value {
	return enumValue("System.Management.Automation.ProgressRecordType", p.String(), int32(p))
}

// enumValue builds an enumeration as .NET serialises it (MS-PSRP 2.2.5.2.7).
func enumValue(typeName, text string, n int32) clixml.Value {
	return clixml.NewObject(&clixml.Object{
		TypeNames:   []string{typeName, "System.Enum", "System.ValueType", "System.Object"},
		ToString:    text,
		HasToString: true,
		Base:        clixml.NewInt32(n),
	})
}

func nameOf(names []string, n int32) string {
	if n >= 0 && int(n) < len(names) {
		return names[n]
	}
	return fmt.Sprint(n)
}

func flagNames(n int32, none string, names []string) string {
	var set []string
	for i, name := range names {
		if n&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return none
	}
	return strings.Join(set, ", ")
}
