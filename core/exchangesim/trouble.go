package exchangesim

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"tenantry/core/exchangesim/faults"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// asking is one request with what decides whether a fault strikes it.
type asking struct {
	*wsman.Request
	step    faults.Step // empty for an operation that is no step of a session
	strikes *faults.Strikes
	user    string
	at      door
	http    *http.Request
	line    *line
	seal    func(contentType string, body []byte) ([]byte, string, error) // encrypts an answer; nil where it travels clear
	asked   bool                                                          // the faults that come before sign-in were looked at
}

func (a *asking) strike(part faults.Part, fits func(faults.Rule) bool) []faults.Rule {
	if a.step == "" {
		return nil
	}
	return a.strikes.Strike(part, a.step, fits)
}

func stepOf(q *wsman.Request) faults.Step {
	switch op := q.Op.(type) {
	case *wsman.Create:
		return faults.Create
	case *wsman.Receive:
		if op.CommandID == "" {
			return faults.FirstReceive
		}
		return faults.Receive
	case *wsman.Command:
		return faults.Command
	case *wsman.Send:
		return faults.Send
	case *wsman.Signal:
		return faults.Signal
	case *wsman.Delete:
		return faults.Delete
	}
	return ""
}

// SetFaults changes what goes wrong from the next request on: the rules of p count from the beginning, and
// what struck before stays counted. The error is a *faults.RuleError, and then nothing has changed.
func (s *Server) SetFaults(p faults.Plan) error {
	strikes, err := p.Begin(&s.tally)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strikes.Has(faults.RedirectToken) && s.forest == "" && s.origin != "" && !s.closed {
		host, _, _ := net.SplitHostPort(strings.SplitN(s.origin, "//", 2)[1])
		l, err := listenLoopback(net.JoinHostPort(host, "0"))
		if err != nil {
			return err
		}
		s.forest = s.originOf(l)
		s.serve(l, door{origin: s.forest, other: s.origin, forest: true})
	}
	s.faults.Store(strikes)
	return nil
}

// Struck tells how often each fault struck since Start. Those that never did are left out.
func (s *Server) Struck() map[faults.Name]int { return s.tally.Counts() }

// struckInstead tells which fault answers instead of the server.
func (s *Server) struckInstead(ask *asking) (faults.Rule, bool) {
	struck := ask.strike(faults.Instead, func(r faults.Rule) bool {
		switch r.Name {
		case faults.Retired, faults.NoBasic:
			return !ask.asked
		case faults.RedirectChain:
			_, _, on := hops(ask.http)
			return !on
		case faults.RedirectToken:
			return !ask.at.forest
		case faults.IdleExpiry, faults.ShellGone:
			return s.shells.has(account{user: ask.user}, ask.ShellID(), "")
		case faults.CommandGone:
			return s.shells.has(account{user: ask.user}, ask.ShellID(), commandID(ask.Request))
		}
		return true
	})
	if len(struck) == 0 {
		return faults.Rule{}, false
	}
	return struck[0], true
}

// unsigned tells whether a fault is one of a server that never comes to asking who sends a request.
func unsigned(r faults.Rule) bool { return r.Name == faults.Retired || r.Name == faults.NoBasic }

// struckUnsigned answers for a service that is switched off, or offers no Basic, whoever asks. asked says that
// those faults were looked at, so that they count the request once.
func (s *Server) struckUnsigned(l *line, r *http.Request) (struck, asked bool) {
	strikes := s.faults.Load()
	if !strikes.Has(faults.Retired) && !strikes.Has(faults.NoBasic) || r.Header.Get("Authorization") != "" ||
		strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/encrypted") { // what is asked is read after sign-in
		return false, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, wsman.DefaultMaxRequest+1))
	if err != nil {
		return false, false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	q, err := wsman.ReadRequest(bytes.NewReader(body), wsman.Limits{})
	step := faults.Create // which a client without a session is about to ask
	if err == nil {
		step = stepOf(q)
	}
	ask := &asking{Request: q, step: step, strikes: strikes, http: r, line: l}
	rules := ask.strike(faults.Instead, unsigned)
	if len(rules) > 0 {
		s.answerInstead(l, ask, rules[0])
	}
	return len(rules) > 0, true
}

func commandID(q *wsman.Request) string {
	switch op := q.Op.(type) {
	case *wsman.Receive:
		return op.CommandID
	case *wsman.Send:
		return op.CommandID
	case *wsman.Signal:
		return op.CommandID
	}
	return ""
}

// has tells whether an account's shell is open and, when command is not empty, whether that runs or ran in it.
func (r *registry) has(who account, id, command string) bool {
	sh, done := r.find(who, id)
	if sh == nil || sh.refused != nil {
		if done != nil {
			done()
		}
		return false
	}
	defer done()
	source, fault := sh.source(command)
	return fault == nil && (command == "" || source != uuid.Nil)
}

// troubleSession lets faults decide how a session is. refuse says that it is refused at its first Receive.
func (s *Server) troubleSession(sh *shell, ask *asking, config *psrp.ServerConfig) (refuse bool) {
	for _, r := range ask.strike(faults.Within, nil) {
		switch r.Name {
		case faults.SmallFragments:
			config.Limits.FragmentSize = min(config.Limits.FragmentSize, r.Number())
		case faults.NoBOM:
			config.NoByteOrderMark = true
		case faults.LimitReceive, faults.Budget, faults.NoRole:
			if !refuse { // one refusal is enough
				sh.refused, refuse = s.refusal(r, ask.user), true
			}
		}
	}
	return refuse
}

// shape is how faults want the answer to a Receive.
type shape struct {
	streams int // at most
	joined  bool
}

// troubleReceive lets faults decide about one Receive. A fault it returns is the answer.
func (sh *shell) troubleReceive(ask *asking, source uuid.UUID) (shape, *wsman.Fault) {
	how := shape{streams: math.MaxInt}
	var fault *wsman.Fault
	struck := ask.strike(faults.Within, func(r faults.Rule) bool {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		switch r.Name {
		case faults.PollTimeouts:
			return sh.polled[source] < r.Number()
		case faults.RunspaceBroken:
			return sh.pool.State() == psrp.Opened
		}
		return true
	})
	for _, r := range struck {
		switch r.Name {
		case faults.SmallAnswers:
			how.streams = min(how.streams, r.Number())
		case faults.JoinedFragments:
			how.joined = true
		case faults.PollTimeouts:
			sh.mu.Lock()
			sh.polled[source]++
			sh.mu.Unlock()
			fault = wsman.FaultTimeout()
		case faults.RunspaceBroken:
			sh.mu.Lock()
			sh.breakPool()
			for id, c := range sh.commands { // what was not received is lost with the process
				if !c.told {
					c.finished = false
					delete(sh.out, id)
				}
			}
			sh.mu.Unlock()
		}
	}
	return how, fault
}

func (h shape) apply(answer *wsman.ReceiveResponse) {
	if !h.joined || len(answer.Chunks) < 2 {
		return
	}
	pieces := make([][]byte, len(answer.Chunks))
	for i, c := range answer.Chunks {
		pieces[i] = c.Data
	}
	answer.Chunks[0].Data = bytes.Join(pieces, nil)
	answer.Chunks = answer.Chunks[:1]
}

var errBroken = errors.New("exchangesim: the runspace pool is broken")

// breakPool breaks the runspace pool, which the client learns from the pool's stream. The caller holds mu.
func (sh *shell) breakPool() {
	const text = "The runspace pool cannot be used any more because the process behind it has ended."
	_ = sh.pool.Break(&psrp.ErrorRecord{ // fails only where it is broken or closed already
		Text: text, Exception: psrp.NewException("System.Management.Automation.Runspaces.InvalidRunspacePoolStateException", text),
		FullyQualifiedErrorID: "RunspaceStateBroken", Category: psrp.OperationStopped, Reason: "InvalidRunspacePoolStateException",
	})
	sh.collect()
	for _, c := range sh.commands {
		c.cancel()
	}
}
