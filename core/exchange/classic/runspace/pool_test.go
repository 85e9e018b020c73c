package runspace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
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

	forgetCommand, forgetShell bool // what a Receive on a command, and everything, does not find
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
	if h.forgetShell {
		return nil, wsman.FaultInvalidSelectors()
	}
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
			if source = uuid.MustParse(op.CommandID); h.forgetCommand {
				return nil, wsman.FaultInvalidSelectors()
			}
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
	return openAt(t, h, h, change)
}

// openAt opens a pool on h behind another handler.
func openAt(t *testing.T, h *host, at http.Handler, change func(*runspace.Options)) *runspace.Pool {
	t.Helper()
	pool, err := tryAt(t, h, at, change)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func tryAt(t *testing.T, h *host, at http.Handler, change func(*runspace.Options)) (*runspace.Pool, error) {
	t.Helper()
	return tryContext(t.Context(), t, h, at, change)
}

func tryContext(ctx context.Context, t *testing.T, h *host, at http.Handler, change func(*runspace.Options)) (*runspace.Pool, error) {
	t.Helper()
	h.t = t
	server := httptest.NewServer(at)
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
	return runspace.Open(ctx, o)
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

// troubled answers the first requests of an operation itself, as often as trouble has answers left.
func (h *host) troubled(action string, trouble ...func(http.ResponseWriter)) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		var strike func(http.ResponseWriter)
		if bytes.Contains(body, []byte(action)) && len(trouble) > 0 {
			strike, trouble = trouble[0], trouble[1:]
		}
		mu.Unlock()
		if strike != nil {
			strike(w)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func elsewhere(w http.ResponseWriter) {
	w.Header().Set("Location", "https://elsewhere.example/")
	w.WriteHeader(http.StatusFound)
}

const (
	deleting  = "transfer/Delete"
	receiving = "shell/Receive"
)

// A Delete is the one request that can be sent again: a line that broke must not leave a session behind.
func TestADeleteIsTriedAgainOnAFreshConnection(t *testing.T) {
	for name, c := range map[string]struct {
		trouble []func(http.ResponseWriter)
		asked   int32 // how often the troubled server was asked in all
		closed  bool
	}{
		"the line breaks once":   {[]func(http.ResponseWriter){hangUp}, 1, true},
		"twice":                  {[]func(http.ResponseWriter){hangUp, status(503)}, 2, true},
		"each time":              {[]func(http.ResponseWriter){hangUp, hangUp, hangUp, hangUp}, 3, false},
		"no is no":               {[]func(http.ResponseWriter){status(403), status(403)}, 1, false},
		"elsewhere is no answer": {[]func(http.ResponseWriter){elsewhere, elsewhere}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := &host{}
			var asked atomic.Int32
			var trouble []func(http.ResponseWriter)
			for _, strike := range c.trouble {
				trouble = append(trouble, func(w http.ResponseWriter) { asked.Add(1); strike(w) })
			}
			gone := 0
			pool := openAt(t, h, h.troubled(deleting, trouble...), func(o *runspace.Options) { o.Gone = func(string) { gone++ } })
			err := pool.Close(context.Background())
			if (err == nil) != c.closed || asked.Load() != c.asked || (gone == 1) != c.closed || (h.deleted == 1) != c.closed {
				t.Errorf("%v after %d failures, %d deleted, told %d times", err, asked.Load(), h.deleted, gone)
			}
		})
	}
}

// The same fault says that a command or the whole shell is forgotten. Neither must stay behind.
func TestAForgottenCommandIsToldFromAForgottenShell(t *testing.T) {
	lost := func(shell bool) (runspace.Loss, *host) {
		h := &host{started: func(s *psrp.Server, id uuid.UUID) {}}
		pool := open(t, h, nil)
		h.mu.Lock()
		h.forgetCommand, h.forgetShell = true, shell
		h.mu.Unlock()
		var last error
		for _, err := range pool.Run(t.Context(), getMailbox) {
			last = err
		}
		return pool.Lost(t.Context(), last), h
	}
	if what, h := lost(false); what != runspace.CommandLost || h.deleted != 1 {
		t.Errorf("a command: %d, %d deleted", what, h.deleted)
	}
	if what, _ := lost(true); what != runspace.ShellLost {
		t.Errorf("a shell: %d", what)
	}
	pool := open(t, &host{}, nil)
	if what := pool.Lost(t.Context(), errors.New("another")); what != runspace.NothingLost {
		t.Errorf("something else: %d", what)
	}
	if err := pool.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A stop signal that is refused, or never answered, does not hold whoever pressed stop.
func TestAStopThatCannotBeSentIsNotWaitedFor(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"silent":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
	for name, limit := range map[string]time.Duration{"refused": time.Hour, "silent": 200 * time.Millisecond} {
		h := &host{started: func(s *psrp.Server, id uuid.UUID) {
			if err := s.Write(id, psrp.Warning("working")); err != nil {
				t.Error(err)
			}
		}}
		pool := openAt(t, h, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client left
			}
			if bytes.Contains(body, []byte("shell/Signal")) {
				answers[name](w, r)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			h.ServeHTTP(w, r)
		}), func(o *runspace.Options) { o.StopLimit = limit })
		ctx, cancel := context.WithCancel(t.Context())
		var last error
		for ev, err := range pool.Run(ctx, getMailbox) {
			if last = err; ev.Message != nil {
				cancel()
			}
		}
		cancel()
		if !errors.Is(last, context.Canceled) {
			t.Errorf("%s: the run ended with %v", name, last)
		}
		if err := pool.Close(context.Background()); err != nil || h.deleted != 1 {
			t.Errorf("%s: closing: %v, %d deleted", name, err, h.deleted)
		}
	}
}

// Some servers give a shell an id of their own, which only the answer to Create tells: who cancels meanwhile
// still deletes the right one.
func TestACancelledCreateDeletesTheShellByItsOwnID(t *testing.T) {
	const own = "C8CD7685-F0A0-4B79-8F82-B8B37462667A"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := &host{}
	var deleted atomic.Value
	_, err := tryContext(ctx, t, h, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
		if err != nil {
			t.Errorf("a request that cannot be read: %v", err)
			return
		}
		w.Header().Set("Content-Type", wsman.ContentType)
		switch q.Op.(type) {
		case *wsman.Create:
			cancel()
			_, _ = w.Write(q.Response(wsman.CreateResponse{Shell: wsman.Shell{ID: own}}))
		case *wsman.Delete:
			deleted.Store(q.ShellID())
			_, _ = w.Write(q.Response(wsman.DeleteResponse{}))
		}
	}), nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if deleted.Load() != own {
		t.Errorf("deleted %v", deleted.Load())
	}
}

// A password that is refused in mid-run is sent once more, to delete the shell: each time counts for a lock.
func TestARefusedSignInIsNotSignalled(t *testing.T) {
	var asked atomic.Int32
	var refuse atomic.Bool
	h := &host{started: func(*psrp.Server, uuid.UUID) { refuse.Store(true) }}
	pool := openAt(t, h, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse.Load() {
			asked.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	}), nil)
	var last error
	for _, err := range pool.Run(t.Context(), getMailbox) {
		last = err
	}
	var answer *wsman.HTTPError
	if !errors.As(last, &answer) || answer.Status != http.StatusUnauthorized {
		t.Errorf("%v", last)
	}
	if err := pool.Close(t.Context()); err == nil {
		t.Error("a refused Delete counts as closed")
	}
	if n := asked.Load(); n != 2 || h.signals != 0 {
		t.Errorf("asked %d times after the refusal", n)
	}
}

// A redirect inside a session must not look like one that can be followed.
func TestARedirectInsideASessionIsStray(t *testing.T) {
	h := &host{}
	_, err := tryAt(t, h, h.troubled(receiving, elsewhere), nil)
	var stray *runspace.StrayRedirect
	var redirect *wsman.Redirect
	var opening *runspace.OpenError
	if !errors.As(err, &stray) || errors.As(err, &redirect) || !errors.As(err, &opening) || opening.ShellID == "" {
		t.Errorf("%v", err)
	}
	if h.deleted != 1 {
		t.Errorf("%d shells were deleted", h.deleted)
	}
}

// What an earlier command did says nothing of one that was never sent.
func TestACommandThatWasNotSentIsNotAccepted(t *testing.T) {
	h := &host{started: func(s *psrp.Server, id uuid.UUID) {
		if err := s.Finish(id, psrp.Completed, nil); err != nil {
			t.Error(err)
		}
	}}
	pool := openAt(t, h, h.troubled("windows/shell/Signal<", hangUp), nil)
	for _, err := range pool.Run(t.Context(), getMailbox) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !pool.Accepted() {
		t.Error("a command that ran was not accepted")
	}
	var last error
	for _, err := range pool.Run(t.Context(), getMailbox) { // begins with the Signal for the first
		last = err
	}
	if last == nil || pool.Accepted() {
		t.Errorf("%v, accepted %v", last, pool.Accepted())
	}
	if err := pool.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// After an answer was lost nobody knows what the runspace does: it is not used again, only closed.
func TestAPoolIsNotUsedAfterALostAnswer(t *testing.T) {
	h := &host{started: func(*psrp.Server, uuid.UUID) {}}
	pool := openAt(t, h, h.troubled("windows/shell/Command<", hangUp), nil)
	var last error
	for _, err := range pool.Run(t.Context(), getMailbox) {
		last = err
	}
	var carrier *httpauth.Error
	if !errors.As(last, &carrier) || carrier.Kind != httpauth.KindDropped {
		t.Fatalf("the run ended with %v", last)
	}
	for _, err := range pool.Run(t.Context(), getMailbox) {
		var broken *runspace.BrokenError
		if !errors.As(err, &broken) {
			t.Errorf("it was used again: %v", err)
		}
	}
	if err := pool.Close(t.Context()); err != nil || h.deleted != 1 {
		t.Errorf("closing: %v, %d deleted", err, h.deleted)
	}
}
