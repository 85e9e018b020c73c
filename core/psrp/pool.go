package psrp

import (
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// InitRunspacePool asks for a pool (INIT_RUNSPACEPOOL, MS-PSRP 2.2.2.2).
type InitRunspacePool struct {
	MinRunspaces, MaxRunspaces int32
	ThreadOptions              ThreadOptions
	ApartmentState             ApartmentState
	Host                       HostInfo
	Arguments                  clixml.Value // a PrimitiveDictionary, or Null
}

// Type returns TypeInitRunspacePool.
func (*InitRunspacePool) Type() MessageType { return TypeInitRunspacePool }

func (m *InitRunspacePool) value() clixml.Value {
	return bag(
		prop("MinRunspaces", clixml.NewInt32(m.MinRunspaces)),
		prop("MaxRunspaces", clixml.NewInt32(m.MaxRunspaces)),
		prop("PSThreadOptions", m.ThreadOptions.value()),
		prop("ApartmentState", m.ApartmentState.value()),
		prop("HostInfo", m.Host.value()),
		prop("ApplicationArguments", m.Arguments),
	)
}

func readInitRunspacePool(_ MessageType, f fields) Message {
	return &InitRunspacePool{
		MinRunspaces:   int32(f.needInt("MinRunspaces")),
		MaxRunspaces:   int32(f.needInt("MaxRunspaces")),
		ThreadOptions:  ThreadOptions(f.enum("PSThreadOptions")),
		ApartmentState: ApartmentState(f.enum("ApartmentState")),
		Host:           readHostInfo(f.of(f.get("HostInfo"))),
		Arguments:      f.get("ApplicationArguments"),
	}
}

// ConnectRunspacePool asks to go on with a disconnected pool (CONNECT_RUNSPACEPOOL, MS-PSRP 2.2.2.29).
// Negative numbers are left as they are on the server, and travel as an empty message.
type ConnectRunspacePool struct {
	MinRunspaces, MaxRunspaces int32
}

// Type returns TypeConnectRunspacePool.
func (*ConnectRunspacePool) Type() MessageType { return TypeConnectRunspacePool }

func (m *ConnectRunspacePool) value() clixml.Value {
	var ps []clixml.Property
	if m.MinRunspaces >= 0 {
		ps = append(ps, prop("MinRunspaces", clixml.NewInt32(m.MinRunspaces)))
	}
	if m.MaxRunspaces >= 0 {
		ps = append(ps, prop("MaxRunspaces", clixml.NewInt32(m.MaxRunspaces)))
	}
	if ps == nil {
		return clixml.NewString("")
	}
	return bag(ps...)
}

func readConnectRunspacePool(_ MessageType, f fields) Message {
	m := &ConnectRunspacePool{MinRunspaces: -1, MaxRunspaces: -1}
	if f.has("MinRunspaces") {
		m.MinRunspaces = f.int32("MinRunspaces")
	}
	if f.has("MaxRunspaces") {
		m.MaxRunspaces = f.int32("MaxRunspaces")
	}
	return m
}

// RunspacePoolInitData answers ConnectRunspacePool (RUNSPACEPOOL_INIT_DATA, MS-PSRP 2.2.2.30).
type RunspacePoolInitData struct {
	MinRunspaces, MaxRunspaces int32
}

// Type returns TypeRunspacePoolInitData.
func (*RunspacePoolInitData) Type() MessageType { return TypeRunspacePoolInitData }

func (m *RunspacePoolInitData) value() clixml.Value {
	return bag(
		prop("MinRunspaces", clixml.NewInt32(m.MinRunspaces)),
		prop("MaxRunspaces", clixml.NewInt32(m.MaxRunspaces)),
	)
}

func readRunspacePoolInitData(_ MessageType, f fields) Message {
	return &RunspacePoolInitData{MinRunspaces: f.int32("MinRunspaces"), MaxRunspaces: f.int32("MaxRunspaces")}
}

// SetMaxRunspaces asks for another upper bound (SET_MAX_RUNSPACES, MS-PSRP 2.2.2.6).
type SetMaxRunspaces struct {
	MaxRunspaces int32
	Call         int64 // the answer carries the same number
}

// Type returns TypeSetMaxRunspaces.
func (*SetMaxRunspaces) Type() MessageType { return TypeSetMaxRunspaces }

func (m *SetMaxRunspaces) value() clixml.Value {
	return bag(prop("MaxRunspaces", clixml.NewInt32(m.MaxRunspaces)), prop("ci", clixml.NewInt64(m.Call)))
}

func readSetMaxRunspaces(_ MessageType, f fields) Message {
	return &SetMaxRunspaces{MaxRunspaces: int32(f.needInt("MaxRunspaces")), Call: f.needInt("ci")}
}

// SetMinRunspaces asks for another lower bound (SET_MIN_RUNSPACES, MS-PSRP 2.2.2.7).
type SetMinRunspaces struct {
	MinRunspaces int32
	Call         int64
}

// Type returns TypeSetMinRunspaces.
func (*SetMinRunspaces) Type() MessageType { return TypeSetMinRunspaces }

func (m *SetMinRunspaces) value() clixml.Value {
	return bag(prop("MinRunspaces", clixml.NewInt32(m.MinRunspaces)), prop("ci", clixml.NewInt64(m.Call)))
}

func readSetMinRunspaces(_ MessageType, f fields) Message {
	return &SetMinRunspaces{MinRunspaces: int32(f.needInt("MinRunspaces")), Call: f.needInt("ci")}
}

// GetAvailableRunspaces asks how many runspaces are free (GET_AVAILABLE_RUNSPACES, MS-PSRP 2.2.2.11).
type GetAvailableRunspaces struct {
	Call int64
}

// Type returns TypeGetAvailableRunspaces.
func (*GetAvailableRunspaces) Type() MessageType { return TypeGetAvailableRunspaces }

func (m *GetAvailableRunspaces) value() clixml.Value {
	return bag(prop("ci", clixml.NewInt64(m.Call)))
}

func readGetAvailableRunspaces(_ MessageType, f fields) Message {
	return &GetAvailableRunspaces{Call: f.needInt("ci")}
}

// ResetRunspaceState asks to empty the pool's only runspace, from protocol 2.3 on (RESET_RUNSPACE_STATE,
// MS-PSRP 2.2.2.31).
type ResetRunspaceState struct {
	Call int64
}

// Type returns TypeResetRunspaceState.
func (*ResetRunspaceState) Type() MessageType { return TypeResetRunspaceState }

func (m *ResetRunspaceState) value() clixml.Value {
	return bag(prop("ci", clixml.NewInt64(m.Call)))
}

func readResetRunspaceState(_ MessageType, f fields) Message {
	return &ResetRunspaceState{Call: f.needInt("ci")}
}

// RunspaceAvailability answers SetMaxRunspaces, SetMinRunspaces, ResetRunspaceState with a Bool, and
// GetAvailableRunspaces with an Int64 (RUNSPACE_AVAILABILITY, MS-PSRP 2.2.2.8).
type RunspaceAvailability struct {
	Call     int64
	Response clixml.Value
	// Asked is what the call was, filled in by Client; 0 when it asked nothing with that number.
	Asked MessageType
}

// Type returns TypeRunspaceAvailability.
func (*RunspaceAvailability) Type() MessageType { return TypeRunspaceAvailability }

func (m *RunspaceAvailability) value() clixml.Value {
	return bag(prop("SetMinMaxRunspacesResponse", m.Response), prop("ci", clixml.NewInt64(m.Call)))
}

func readRunspaceAvailability(_ MessageType, f fields) Message {
	return &RunspaceAvailability{Response: f.get("SetMinMaxRunspacesResponse"), Call: f.needInt("ci")}
}

// RunspacePoolState tells a pool's new state (RUNSPACEPOOL_STATE, MS-PSRP 2.2.2.9).
type RunspacePoolState struct {
	State PoolState
	Error *ErrorRecord // why it is Broken or Closed; nil for none
}

// Type returns TypeRunspacePoolState.
func (*RunspacePoolState) Type() MessageType { return TypeRunspacePoolState }

func (m *RunspacePoolState) value() clixml.Value {
	ps := []clixml.Property{prop("RunspaceState", clixml.NewInt32(int32(m.State)))}
	if m.Error != nil {
		ps = append(ps, prop("ExceptionAsErrorRecord", m.Error.value()))
	}
	return bag(ps...)
}

func readRunspacePoolState(_ MessageType, f fields) Message {
	return &RunspacePoolState{State: PoolState(f.needInt("RunspaceState")), Error: f.errorRecord("ExceptionAsErrorRecord")}
}

// PipelineState tells a pipeline's new state (PIPELINE_STATE, MS-PSRP 2.2.2.21).
type PipelineState struct {
	State InvocationState
	Error *ErrorRecord // why it is Failed or Stopped; nil for none
}

// Type returns TypePipelineState.
func (*PipelineState) Type() MessageType { return TypePipelineState }

func (m *PipelineState) value() clixml.Value {
	ps := []clixml.Property{prop("PipelineState", clixml.NewInt32(int32(m.State)))}
	if m.Error != nil {
		ps = append(ps, prop("ExceptionAsErrorRecord", m.Error.value()))
	}
	return bag(ps...)
}

func readPipelineState(_ MessageType, f fields) Message {
	return &PipelineState{State: InvocationState(f.needInt("PipelineState")), Error: f.errorRecord("ExceptionAsErrorRecord")}
}

// ApplicationPrivateData is what the server tells of itself after the negotiation
// (APPLICATION_PRIVATE_DATA, MS-PSRP 2.2.2.13). Lookup finds "PSVersionTable" in it, and what a server such
// as Exchange adds, like "ImplicitRemoting".
type ApplicationPrivateData struct {
	Data clixml.Value // a PrimitiveDictionary, or Null
}

// Type returns TypeApplicationPrivateData.
func (*ApplicationPrivateData) Type() MessageType { return TypeApplicationPrivateData }

func (m *ApplicationPrivateData) value() clixml.Value {
	return bag(prop("ApplicationPrivateData", m.Data))
}

func readApplicationPrivateData(_ MessageType, f fields) Message {
	return &ApplicationPrivateData{Data: f.get("ApplicationPrivateData")}
}

// UserEvent is an event of the server's PowerShell (USER_EVENT, MS-PSRP 2.2.2.12).
type UserEvent struct {
	ID         int32
	Source     string
	Time       time.Time
	Sender     clixml.Value
	Arguments  clixml.Value
	Data       clixml.Value
	Computer   string
	RunspaceID uuid.UUID
}

// Type returns TypeUserEvent.
func (*UserEvent) Type() MessageType { return TypeUserEvent }

func (m *UserEvent) value() clixml.Value {
	return bag(
		prop("PSEventArgs.EventIdentifier", clixml.NewInt32(m.ID)),
		prop("PSEventArgs.SourceIdentifier", clixml.NewString(m.Source)),
		prop("PSEventArgs.TimeGenerated", clixml.NewDateTime(m.Time, clixml.UTC)),
		prop("PSEventArgs.Sender", m.Sender),
		prop("PSEventArgs.SourceArgs", m.Arguments),
		prop("PSEventArgs.MessageData", m.Data),
		prop("PSEventArgs.ComputerName", clixml.NewString(m.Computer)),
		prop("PSEventArgs.RunspaceId", clixml.NewLexical(clixml.GUID, m.RunspaceID.String())),
	)
}

func readUserEvent(_ MessageType, f fields) Message {
	return &UserEvent{
		ID:         f.int32("PSEventArgs.EventIdentifier"),
		Source:     f.str("PSEventArgs.SourceIdentifier"),
		Time:       f.time("PSEventArgs.TimeGenerated"),
		Sender:     f.get("PSEventArgs.Sender"),
		Arguments:  f.get("PSEventArgs.SourceArgs"),
		Data:       f.get("PSEventArgs.MessageData"),
		Computer:   f.str("PSEventArgs.ComputerName"),
		RunspaceID: f.id("PSEventArgs.RunspaceId"),
	}
}
