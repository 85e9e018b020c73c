package exchangesim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

const (
	provider     = "microsoft.powershell"
	providerPath = `C:\Windows\system32\pwrshplugin.dll`
	// codeAborted is ERROR_OPERATION_ABORTED, as a Receive brings whose shell is deleted meanwhile.
	codeAborted wsman.Code = 995
	// codeShellDisconnected (0x803381C4) answers a request to a shell that was left; codeStreamDisconnected
	// (0x803381DE) ends a Receive that waited while its shell was left.
	codeShellDisconnected  wsman.Code = 2150859204
	codeStreamDisconnected wsman.Code = 2150859230
	// maxEnvelopeKB is what the service takes and gives in one envelope, as Windows does by default.
	maxEnvelopeKB = 500
	defaultWait   = 60 * time.Second // of a Receive that names no OperationTimeout
	longestWait   = 10 * time.Minute
)

// operate performs one WSMan operation.
func (s *Server) operate(ctx context.Context, who account, ask *asking) (wsman.Response, *wsman.Fault) {
	q := ask.Request
	if s.Hooks.Operation != nil {
		if fault := s.Hooks.Operation(q); fault != nil {
			return nil, fault
		}
	}
	switch op := q.Op.(type) {
	case *wsman.Create:
		return s.create(who, ask, op)
	case *wsman.Enumerate:
		return s.enumerate(who, q)
	case *wsman.Get:
		if strings.EqualFold(q.ResourceURI, wsman.ResourceConfig) {
			return wsman.GetConfigResponse{Config: wsman.Config{
				MaxEnvelopeSizeKB: maxEnvelopeKB, MaxTimeout: time.Minute, MaxBatchItems: 32000,
				MaxShellsPerUser: s.MaxSessions, IdleTimeout: s.IdleTimeout,
			}}, nil
		}
	}
	sh, done := s.shells.find(who, q.ShellID())
	if sh == nil {
		return nil, wsman.FaultInvalidSelectors()
	}
	defer done()
	if sh.refused != nil {
		return s.refusedShell(sh, q)
	}
	if fault := sh.left(q); fault != nil {
		return nil, fault
	}
	switch op := q.Op.(type) {
	case *wsman.Receive:
		return sh.receive(ctx, ask, op)
	case *wsman.Command:
		return s.command(sh, ask, op)
	case *wsman.Send:
		return s.send(sh, op)
	case *wsman.Signal:
		return sh.signal(op)
	case *wsman.Delete:
		if !s.shells.remove(sh) {
			return nil, wsman.FaultInvalidSelectors()
		}
		return wsman.DeleteResponse{}, nil
	case *wsman.Get:
		return wsman.GetShellResponse{Shell: s.describe(sh)}, nil
	case *wsman.Disconnect:
		return s.disconnect(sh, op)
	case *wsman.Reconnect:
		return sh.reconnect()
	case *wsman.Connect:
		if fault := checkVersion(q); fault != nil {
			return nil, fault
		}
		return sh.connect(op)
	}
	return nil, wsman.FaultActionNotSupported(q.Action)
}

// checkVersion refuses a client that insists on a protocol version of another kind (MS-PSRP 3.1.5.3.1): another
// major version, as PowerShell does, which takes newer minor ones. What is spoken here a client learns from
// SESSION_CAPABILITY.
func checkVersion(q *wsman.Request) *wsman.Fault {
	option, given := q.Option(wsman.OptionProtocolVersion)
	if !given || !option.MustComply {
		return nil
	}
	var v psrp.Version
	if n, _ := fmt.Sscanf(strings.TrimSpace(option.Value), "%d.%d", &v.Major, &v.Minor); n == 2 && v.Major == psrp.V23.Major && v.Minor >= 0 {
		return nil
	}
	return wsman.FaultProvider(provider, providerPath, fmt.Sprintf("The protocol version %q that the client asks for is not supported. The server speaks %s. ", option.Value, psrp.V23))
}

func (s *Server) create(who account, ask *asking, op *wsman.Create) (wsman.Response, *wsman.Fault) {
	q := ask.Request
	if !strings.EqualFold(q.ResourceURI, wsman.ResourcePowerShell+"Microsoft.Exchange") {
		return nil, wsman.FaultInvalidResourceURI()
	}
	if fault := checkVersion(q); fault != nil {
		return nil, fault
	}
	if len(op.CreationXML) == 0 {
		return nil, wsman.FaultInvalidBody("creationXml is missing")
	}
	now := s.Now()
	sh := &shell{
		id: op.ShellID, owner: who, engine: s.engineOf(who.org), opened: now, used: now, name: op.Name, locale: q.Locale,
		streams: [2]string{op.InputStreams, op.OutputStreams}, host: psrp.NoHost,
		idle: s.idleOf(op.IdleTimeout), polled: map[uuid.UUID]int{},
		out: map[uuid.UUID]*stream{}, commands: map[uuid.UUID]*command{}, commandOf: map[uuid.UUID]uuid.UUID{}, changed: make(chan struct{}),
	}
	if sh.id == "" {
		sh.id = strings.ToUpper(uuid.NewString())
	}
	if s.LimitStyle == LimitAtReceive {
		sh.refused = s.tooMany(LimitAtReceive)
	}
	config := psrp.ServerConfig{Limits: psrp.Limits{FragmentSize: min(psrp.DefaultFragmentSize, q.ReceiveRoom(1))}}
	refuse := s.troubleSession(sh, ask, &config)
	sh.pool = psrp.NewServer(config)
	full, taken := s.shells.add(sh, refuse)
	switch {
	case taken:
		return nil, wsman.FaultInvalidSelectors()
	case full:
		s.refusals.add()
		if sh.refused == nil {
			return nil, s.tooMany(s.LimitStyle)
		}
		return wsman.CreateResponse{Shell: s.describe(sh)}, nil
	}
	if fault := s.accept(sh, uuid.Nil, op.CreationXML); fault != nil {
		s.shells.remove(sh)
		return nil, fault
	}
	return wsman.CreateResponse{Shell: s.describe(sh)}, nil
}

// tooMany is the fault for a session above the account's limit.
func (s *Server) tooMany(style LimitStyle) *wsman.Fault {
	limit := s.MaxSessions
	if limit < 0 {
		limit = DefaultMaxSessions // only a fault refuses where there is no limit
	}
	switch style {
	case LimitAtCreate:
		return wsman.FaultShellQuota(limit)
	case LimitOfPlugin:
		f := wsman.FaultShellQuota(limit)
		f.Code = wsman.CodePluginShellQuota
		f.Message = "The WS-Management service cannot process the request. The maximum number of concurrent shells for this plugin and user has been exceeded. Retry later, or close existing shells. "
		f.Reason = f.Message
		return f
	}
	return wsman.FaultProvider(provider, providerPath, fmt.Sprintf(
		"[AuthZRequestId=%s][FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : %d\nPolicy: CN=GlobalThrottlingPolicy_%s; \nSnapshot: Owner: Sid~%s~WSMan~false; BudgetType: PowerShell; ActiveRunspaces: %d/%d",
		uuid.NewString(), limit, uuid.NewString(), s.User, limit, limit))
}

// refusedShell answers for a session too many: everything waits for the Receive that tells it.
func (s *Server) refusedShell(sh *shell, q *wsman.Request) (wsman.Response, *wsman.Fault) {
	switch q.Op.(type) {
	case *wsman.Receive, *wsman.Command, *wsman.Send:
		s.shells.remove(sh)
		return nil, sh.refused
	case *wsman.Delete:
		s.shells.remove(sh)
		return wsman.DeleteResponse{}, nil
	}
	return nil, wsman.FaultInvalidSelectors()
}

// shortestIdle is the least time a client may ask for until its idle session ends, as WinRM has it.
const shortestIdle = time.Minute

// idleOf bounds the idle time a client asks for; 0 asks for the usual one.
func (s *Server) idleOf(asked time.Duration) time.Duration {
	if asked <= 0 {
		return s.IdleTimeout
	}
	return min(max(asked, shortestIdle), s.IdleTimeout)
}

// describe is a shell as Create, Get and Enumerate show it.
func (s *Server) describe(sh *shell) wsman.Shell {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	now := s.Now()
	state := "Connected"
	if sh.disconnected {
		state = "Disconnected"
	}
	return wsman.Shell{
		ID: sh.id, Name: sh.name, ResourceURI: wsman.ResourcePowerShell + "Microsoft.Exchange", Owner: sh.owner.user, ClientIP: "127.0.0.1",
		ProcessID: 4242, IdleTimeout: sh.idle, MaxIdleTimeout: s.IdleTimeout, InputStreams: sh.streams[0], OutputStreams: sh.streams[1],
		Locale: sh.locale, DataLocale: sh.locale, CompressionMode: "NoCompression", ProfileLoaded: "Yes", Encoding: "UTF8", BufferMode: "Block",
		State: state, RunTime: now.Sub(sh.opened), Inactivity: now.Sub(sh.used),
	}
}

func (s *Server) enumerate(who account, q *wsman.Request) (wsman.Response, *wsman.Fault) {
	if strings.EqualFold(q.ResourceURI, wsman.ResourceCommand) {
		op, _ := q.Op.(*wsman.Enumerate)
		answer := wsman.EnumerateResponse{}
		for _, sh := range s.shells.of(who) {
			if op.ShellID != "" && !strings.EqualFold(op.ShellID, sh.id) {
				continue
			}
			sh.mu.Lock()
			for id, c := range sh.commands {
				answer.Commands = append(answer.Commands, wsman.CommandInfo{ID: strings.ToUpper(id.String()), ShellID: sh.id, State: c.stateName()})
			}
			sh.mu.Unlock()
		}
		return answer, nil
	}
	if !strings.EqualFold(q.ResourceURI, wsman.ResourceShell) {
		return nil, wsman.FaultInvalidResourceURI()
	}
	answer := wsman.EnumerateResponse{}
	for _, sh := range s.shells.of(who) {
		answer.Shells = append(answer.Shells, s.describe(sh))
	}
	return answer, nil
}

// accept hands bytes of the client to the pool and acts on what they say.
func (s *Server) accept(sh *shell, source uuid.UUID, data []byte) *wsman.Fault {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.gone {
		return wsman.FaultInvalidSelectors()
	}
	defer func() {
		sh.collect()
		sh.startQueued() // there may be more runspaces now
	}()
	var broken *psrp.FragmentError
	var unreadable *psrp.MessageError
	for ev, err := range sh.pool.Receive(source, data) {
		switch {
		case err == nil:
			s.heard(sh, source, ev)
		case errors.As(err, &broken), errors.As(err, &unreadable) && source != uuid.Nil:
			return wsman.FaultInvalidBody(err.Error())
		}
		// Any other error concerns one message: it is dropped, as PowerShell drops it.
	}
	return nil
}

// heard acts on one message. source is the command it came for: a message belongs to the command that
// carries it, because some clients write a pipeline's id in another byte order than its CommandId.
func (s *Server) heard(sh *shell, source uuid.UUID, ev psrp.Event) {
	id := source
	if id == uuid.Nil {
		id = sh.commandOf[ev.Pipeline]
	}
	switch m := ev.Message.(type) {
	case *psrp.InitRunspacePool:
		sh.host = m.Host
	case *psrp.CreatePipeline:
		sh.bind(id, ev.Pipeline)
		s.createPipeline(sh, id, m)
	case *psrp.GetCommandMetadata:
		sh.bind(id, ev.Pipeline)
		s.getMetadata(sh, id, m)
	case *psrp.PipelineInput:
		sh.input(id, m)
	case *psrp.EndOfPipelineInput:
		s.inputEnded(sh, id)
	}
}

func (s *Server) send(sh *shell, op *wsman.Send) (wsman.Response, *wsman.Fault) {
	source, fault := sh.source(op.CommandID)
	if fault == nil {
		fault = s.accept(sh, source, op.Data)
	}
	if fault != nil {
		return nil, fault
	}
	return wsman.SendResponse{}, nil
}

// source finds the command a request names; uuid.Nil for the shell itself.
func (sh *shell) source(id string) (uuid.UUID, *wsman.Fault) {
	if id == "" {
		return uuid.Nil, nil
	}
	source, err := uuid.Parse(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err != nil || sh.gone || sh.commands[source] == nil {
		return uuid.Nil, wsman.FaultInvalidSelectors()
	}
	return source, nil
}

func (s *Server) disconnect(sh *shell, op *wsman.Disconnect) (wsman.Response, *wsman.Fault) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.gone || sh.pool.Disconnected() != nil {
		return nil, wsman.FaultInvalidSelectors()
	}
	if op.IdleTimeout > 0 { // none leaves it as it is (MS-WSMV 3.1.4.15)
		sh.idle = s.idleOf(op.IdleTimeout)
	}
	sh.disconnected = true
	sh.notify() // a Receive that waits ends
	return wsman.DisconnectResponse{}, nil
}

func (sh *shell) reconnect() (wsman.Response, *wsman.Fault) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.gone || sh.pool.Reconnected() != nil {
		return nil, wsman.FaultInvalidSelectors()
	}
	sh.disconnected = false
	return wsman.ReconnectResponse{}, nil
}

// connect hands a shell that was left to another client. What the pool answers travels in the answer.
func (sh *shell) connect(op *wsman.Connect) (wsman.Response, *wsman.Fault) {
	if op.CommandID != "" {
		if _, fault := sh.source(op.CommandID); fault != nil {
			return nil, fault
		}
		return wsman.ConnectResponse{InputStreams: sh.streams[0], OutputStreams: sh.streams[1]}, nil
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.gone || !sh.disconnected {
		return nil, wsman.FaultInvalidSelectors()
	}
	for _, err := range sh.pool.Receive(uuid.Nil, op.ConnectXML) {
		if err != nil {
			return nil, wsman.FaultInvalidBody(err.Error())
		}
	}
	var answer []byte
	// The answer holds SESSION_CAPABILITY and RUNSPACEPOOL_INIT_DATA. What follows, the private data, goes on
	// the pool's stream as Windows sends it: a client that comes back waits for it with a Receive.
	packets := sh.pool.Take()
	messages := 0
	for len(packets) > 0 && messages < 2 {
		answer = append(answer, packets[0].Data...)
		if packets[0].Last {
			messages++
		}
		packets = packets[1:]
	}
	sh.queue(packets)
	sh.notify()
	sh.disconnected = false
	return wsman.ConnectResponse{InputStreams: sh.streams[0], OutputStreams: sh.streams[1], ConnectResponseXML: answer}, nil
}
