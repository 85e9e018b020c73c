package soak

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"tenantry/core/wsman"
)

// wire stands between the command line and a partner and carries requests on, so that a process can be
// killed at any point of one: before the partner has it, after it acted, and in the middle of its answer.
type wire struct {
	partner string // its origin
	origin  string // of the wire itself
	client  *http.Transport
	server  *http.Server
	serving sync.WaitGroup
	late    sync.WaitGroup // requests that are handed on after their process was killed

	mu   sync.Mutex
	plan *moment        // nil when nothing is to happen
	seen map[string]int // requests of each operation since the plan was made
	held []*heldBack    // requests whose time has not come; one that is let go is taken out
}

// heldBack is a request that waits until its process is gone and the next has begun.
type heldBack struct {
	let  chan struct{} // closed to let it go
	wait int           // how many requests of other processes come before that
}

// operations are what a run sends, in the order of its life.
var operations = []string{"Create", "Receive", "Command", "Signal", "Delete"}

func newWire(t *testing.T, partner string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{partner: partner, origin: "http://" + listener.Addr().String(), client: &http.Transport{}, seen: map[string]int{}}
	w.server = &http.Server{Handler: w}
	w.serving.Go(func() { _ = w.server.Serve(listener) })
	t.Cleanup(func() {
		w.release()
		w.late.Wait()
		_ = w.server.Close()
		w.serving.Wait()
		w.client.CloseIdleConnections()
	})
	return w
}

// arm makes m happen from now on; nil makes nothing happen.
func (w *wire) arm(m *moment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plan = m
	clear(w.seen)
}

// strike counts a request and returns the moment whose turn it is.
func (w *wire) strike(operation string) *moment {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = slices.DeleteFunc(w.held, func(h *heldBack) bool {
		h.wait--
		if h.wait <= 0 {
			close(h.let)
		}
		return h.wait <= 0
	})
	w.seen[operation]++
	m := w.plan
	if m == nil || m.operation != operation || m.nth != w.seen[operation] {
		return nil
	}
	w.plan = nil
	return m
}

// hold returns what is closed when so many requests of the next processes have come, or at release.
func (w *wire) hold(requests int) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := &heldBack{let: make(chan struct{}), wait: requests}
	w.held = append(w.held, h)
	return h.let
}

// release lets go of all requests that are held.
func (w *wire) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.held {
		close(h.let)
	}
	w.held = nil
}

func (w *wire) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	m := w.strike(operationOf(body))
	if m == nil {
		w.pass(r.Context(), to, r, body, nil)
		return
	}
	switch m.point {
	case before:
		m.strike()
	case beforeLate:
		m.strike()
		let := w.hold(m.late)
		late := r.Clone(context.WithoutCancel(r.Context()))
		w.late.Go(func() {
			<-let
			w.pass(late.Context(), nil, late, body, nil)
		})
	case acted, inAnswer:
		w.pass(context.WithoutCancel(r.Context()), to, r, body, m)
	case answered:
		w.pass(r.Context(), to, r, body, nil)
		_ = http.NewResponseController(to).Flush() // one that is gone needs none
		m.soon()
		return
	case beside:
		m.strike()
		w.pass(r.Context(), to, r, body, nil)
		return
	}
	panic(http.ErrAbortHandler)
}

// pass carries a request on, and its answer back to to, which is nil when nobody waits for it. When m is
// given it strikes before the answer, or in its middle.
func (w *wire) pass(ctx context.Context, to http.ResponseWriter, r *http.Request, body []byte, m *moment) {
	u, err := url.Parse(w.partner + r.URL.RequestURI())
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	q := &http.Request{Method: r.Method, URL: u, Header: r.Header.Clone(), Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}
	answer, err := w.client.RoundTrip(q.WithContext(ctx))
	if err != nil {
		if to == nil {
			return
		}
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	switch {
	case to == nil:
		return
	case err != nil:
		panic(http.ErrAbortHandler)
	case m != nil && m.point == acted:
		m.strike()
		return
	}
	for name, values := range answer.Header {
		to.Header()[name] = values
	}
	to.Header().Set("Content-Length", fmt.Sprint(len(all)))
	to.WriteHeader(answer.StatusCode)
	if m == nil {
		_, _ = to.Write(all) // one that is gone needs no answer
		return
	}
	_, _ = to.Write(all[:len(all)/2])
	_ = http.NewResponseController(to).Flush()
	m.strike()
}

// counted are the requests of each operation since arm.
func (w *wire) counted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.seen)
}

// operationOf is the WSMan operation a body asks for, such as "Create"; empty when it asks for none.
func operationOf(body []byte) string {
	q, err := wsman.ReadRequest(bytes.NewReader(body), wsman.Limits{})
	if err != nil {
		return ""
	}
	return nameOf(q.Op)
}

func nameOf(op wsman.Operation) string {
	return strings.TrimPrefix(fmt.Sprintf("%T", op), "*wsman.")
}

// origin is where an address leads, without its path.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
