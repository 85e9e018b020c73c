package exchangesim

import (
	"context"
	"strings"
	"time"

	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// gather is how long a Receive that has something waits for more while the command still works: long
// enough to fill an envelope from a quick one, too short for a person to notice.
const gather = 5 * time.Millisecond

// receive answers with what waits on a stream, as much as the client's envelope holds, or waits for it.
func (sh *shell) receive(ctx context.Context, ask *asking, op *wsman.Receive) (wsman.Response, *wsman.Fault) {
	q := ask.Request
	source, fault := sh.source(op.CommandID)
	if fault != nil {
		return nil, fault
	}
	shape, fault := sh.troubleReceive(ask, source)
	if fault != nil {
		return nil, fault
	}
	wait := q.OperationTimeout
	if wait <= 0 {
		wait = defaultWait
	}
	over := time.NewTimer(min(wait, longestWait))
	defer over.Stop()
	// 128 bytes of markup around each chunk are 96 bytes less of output.
	const perChunk = 96
	room := q.ReceiveRoom(0)
	var full <-chan time.Time
	for {
		sh.mu.Lock()
		if sh.gone || ctx.Err() != nil { // output stays for a client that asks again
			sh.mu.Unlock()
			return nil, aborted()
		}
		if sh.disconnected {
			sh.mu.Unlock()
			return nil, failed(codeStreamDisconnected, textStreamDisconnected)
		}
		c := sh.commands[source]
		waiting := sh.out[source]
		broken := sh.pool.State() == psrp.Broken && (c == nil || !c.finished)
		done := c != nil && c.over && !broken // a broken pool ends no pipeline in good order
		if waiting != nil && len(waiting.packets) > 0 && (waiting.bytes >= room || len(waiting.packets) >= shape.streams || done || c == nil || expired(full)) {
			answer := wsman.ReceiveResponse{}
			size := 0
			for len(waiting.packets) > 0 {
				p := waiting.packets[0]
				if n := len(p.Data) + perChunk; size > 0 && (size+n > room || len(answer.Chunks) >= shape.streams) {
					break
				} else {
					size += n
				}
				answer.Chunks = append(answer.Chunks, wsman.Chunk{Stream: "stdout", CommandID: op.CommandID, Data: p.Data})
				waiting.packets[0].Data = nil
				waiting.packets = waiting.packets[1:]
				waiting.bytes -= len(p.Data)
			}
			if c != nil {
				answer.State = wsman.Received{CommandID: strings.ToUpper(op.CommandID), State: wsman.StateRunning}
				if done && len(waiting.packets) == 0 {
					answer.State.State, answer.State.HasExitCode = wsman.StateDone, true
					c.told = true
				}
			}
			delete(sh.polled, source)
			sh.notify() // there is room again
			sh.mu.Unlock()
			shape.apply(&answer)
			return answer, nil
		}
		if broken && (waiting == nil || len(waiting.packets) == 0) {
			sh.mu.Unlock()
			return nil, wsman.FaultProvider(provider, providerPath, "The runspace pool is broken. Close the session and open another. ")
		}
		if done && (waiting == nil || len(waiting.packets) == 0) {
			c.told = true
			sh.mu.Unlock()
			return wsman.ReceiveResponse{State: wsman.Received{CommandID: strings.ToUpper(op.CommandID), State: wsman.StateDone, HasExitCode: true}}, nil
		}
		if full == nil && waiting != nil && len(waiting.packets) > 0 {
			timer := time.NewTimer(gather)
			defer timer.Stop()
			full = timer.C
		}
		changed := sh.changed
		sh.mu.Unlock()
		select {
		case <-changed:
		case <-full:
			full = elapsed
		case <-over.C:
			return nil, wsman.FaultTimeout()
		case <-ctx.Done():
			return nil, aborted()
		}
	}
}

// elapsed is a channel that is always ready.
var elapsed = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

func expired(c <-chan time.Time) bool { return c == elapsed }

// left refuses what only a connected shell does, and returns nil for all else.
func (sh *shell) left(q *wsman.Request) *wsman.Fault {
	switch q.Op.(type) {
	case *wsman.Receive, *wsman.Command, *wsman.Send, *wsman.Signal:
	default:
		return nil
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !sh.disconnected {
		return nil
	}
	return failed(codeShellDisconnected, textShellDisconnected)
}

const (
	textAborted            = "The I/O operation has been aborted because of either a thread exit or an application request. "
	textShellDisconnected  = "The WS-Management service cannot process the request because the shell is disconnected. Reconnect to it first. "
	textStreamDisconnected = "The WS-Management service ended the operation because the shell was disconnected. "
)

func aborted() *wsman.Fault { return failed(codeAborted, textAborted) }

func failed(code wsman.Code, text string) *wsman.Fault {
	return &wsman.Fault{HTTPStatus: 500, SOAPCode: "Receiver", Subcode: "InternalError", Code: code, Reason: text, Message: text, Machine: "localhost"}
}
