package runspace_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is a server with one shell, which a test makes awkward through started.
type host struct {
	t       *testing.T
	started func(s *psrp.Server, command uuid.UUID) // called when a command has started

	mu      sync.Mutex
	shell   *psrp.Server
	queue   map[uuid.UUID][]psrp.Packet
	deleted int
	signals int
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
	if err != nil {
		h.t.Errorf("a request that cannot be read: %v", err)
		return
	}
	body, fault := h.answer(q)
	w.Header().Set("Content-Type", wsman.ContentType)
	if fault != nil {
		w.WriteHeader(fault.Status())
		_, _ = w.Write(q.Fault(fault))
		return
	}
	_, _ = w.Write(q.Response(body))
}

func (h *host) answer(q *wsman.Request) (wsman.Response, *wsman.Fault) {
	switch op := q.Op.(type) {
	case *wsman.Create:
		h.shell, h.queue = psrp.NewServer(psrp.ServerConfig{}), map[uuid.UUID][]psrp.Packet{}
		h.feed(uuid.Nil, op.CreationXML)
		return wsman.CreateResponse{Shell: wsman.Shell{ID: op.ShellID}}, nil
	case *wsman.Command:
		id := uuid.MustParse(op.ID)
		h.feed(id, op.Arguments)
		h.started(h.shell, id)
		return wsman.CommandResponse{CommandID: op.ID}, nil
	case *wsman.Receive:
		source := uuid.Nil
		if op.CommandID != "" {
			source = uuid.MustParse(op.CommandID)
		}
		for _, p := range h.shell.Take() {
			h.queue[p.Pipeline] = append(h.queue[p.Pipeline], p)
		}
		packets := h.queue[source]
		delete(h.queue, source)
		if len(packets) == 0 {
			return nil, wsman.FaultTimeout()
		}
		var r wsman.ReceiveResponse
		for _, p := range packets {
			r.Chunks = append(r.Chunks, wsman.Chunk{Stream: "stdout", CommandID: op.CommandID, Data: p.Data})
		}
		return r, nil
	case *wsman.Signal:
		h.signals++
		return wsman.SignalResponse{}, nil
	case *wsman.Delete:
		h.deleted++
		return wsman.DeleteResponse{}, nil
	}
	return nil, wsman.FaultActionNotSupported(q.Action)
}

func (h *host) feed(source uuid.UUID, data []byte) {
	for _, err := range h.shell.Receive(source, data) {
		if err != nil {
			h.t.Errorf("the client sent what the server cannot read: %v", err)
		}
	}
}

func open(t *testing.T, h *host, change func(*runspace.Options)) *runspace.Pool {
	t.Helper()
	h.t = t
	server := httptest.NewServer(h)
	transport, err := httpauth.New(httpauth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		transport.Close()
		server.Close()
	})
	o := runspace.Options{Client: wsman.NewClient(transport, server.URL, wsman.ResourcePowerShell+"Test"), StopLimit: time.Second}
	if change != nil {
		change(&o)
	}
	pool, err := runspace.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func getMailbox(c *psrp.Client) (uuid.UUID, []byte, error) {
	return c.CreatePipeline(psrp.SingleCommand("Get-Mailbox"))
}

// A pool can break while a command's own stream just stays quiet.
func TestAPoolThatBreaksInMidRunEndsTheRun(t *testing.T) {
	h := &host{started: func(s *psrp.Server, _ uuid.UUID) {
		if err := s.Break(nil); err != nil {
			t.Error(err)
		}
	}}
	pool := open(t, h, func(o *runspace.Options) { o.QuietLimit = time.Nanosecond })
	var last error
	for _, err := range pool.Run(t.Context(), getMailbox) {
		last = err
	}
	var broken *runspace.BrokenError
	if !errors.As(last, &broken) || broken.State != psrp.Broken {
		t.Errorf("the run ended with %v", last)
	}
	if err := pool.Close(context.Background()); err != nil || h.deleted != 1 {
		t.Errorf("closing: %v, %d deleted", err, h.deleted)
	}
}

// A server that never confirms a stop must not hold the caller for ever, and its shell is closed all the same.
func TestAStopThatIsNeverConfirmedIsGivenUp(t *testing.T) {
	h := &host{started: func(s *psrp.Server, id uuid.UUID) {
		if err := s.Write(id, psrp.Warning("working")); err != nil {
			t.Error(err)
		}
	}}
	pool := open(t, h, func(o *runspace.Options) { o.StopLimit = 200 * time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for ev, err := range pool.Run(ctx, getMailbox) {
		if last = err; ev.Message != nil {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the run ended with %v", last)
	}
	h.mu.Lock()
	signals := h.signals
	h.mu.Unlock()
	if signals == 0 {
		t.Error("no stop signal was sent")
	}
	for _, err := range pool.Run(t.Context(), getMailbox) {
		var broken *runspace.BrokenError
		if !errors.As(err, &broken) {
			t.Errorf("a pool that may still be busy was used again: %v", err)
		}
	}
	if err := pool.Close(context.Background()); err != nil || h.deleted != 1 {
		t.Errorf("closing: %v, %d deleted", err, h.deleted)
	}
}

func TestAClosedPoolSaysSo(t *testing.T) {
	h := &host{}
	var gone []string
	pool := open(t, h, func(o *runspace.Options) { o.Gone = func(id string) { gone = append(gone, id) } })
	for range 2 {
		if err := pool.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if h.deleted != 1 || len(gone) != 1 || gone[0] != pool.ID() {
		t.Errorf("%d deleted, gone %v", h.deleted, gone)
	}
	for _, err := range pool.Run(t.Context(), getMailbox) {
		if !errors.Is(err, runspace.ErrClosed) {
			t.Errorf("running gave %v", err)
		}
	}
}
