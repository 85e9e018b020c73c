package bench

import (
	"context"
	"net/http/httptest"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
)

// A session that runs one cmdlet sends five requests, and no client can send fewer:
//
//	Create   makes the shell, with the pool's opening messages inside it (MS-PSRP 3.1.5.3.1).
//	Receive  gets the server's answers to them. A pipeline may be created only in a pool that is opened
//	         (MS-PSRP 3.1.4.2), and that is said in RUNSPACEPOOL_STATE, which travels in a Receive only.
//	Command  starts the pipeline, with CREATE_PIPELINE inside it when that fits in one fragment.
//	Receive  gets its output and its end, when they fit in one answer.
//	Delete   closes the shell and everything in it, so a finished command needs no Signal of its own.
//
// Every further answer costs one Receive, and a second cmdlet a Signal for the first, because Exchange gives
// a session one pipeline at a time.
func TestASessionSendsTheFewestRequests(t *testing.T) {
	defer goleak.VerifyNone(t)
	canned := &cannedServer{objects: mailboxes()[:3], whole: true}
	server := httptest.NewServer(canned)
	defer server.Close()

	s := connect(t, server.URL)
	if table := receive(t, s, func() {}); table.Len() != 3 {
		t.Errorf("%d rows came", table.Len())
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	fewest := []string{"Create", "Receive", "Command", "Receive", "Delete"}
	if got := canned.take(); !slices.Equal(got, fewest) {
		t.Errorf("the requests were %v, and %v do", got, fewest)
	}

	s = connect(t, server.URL)
	receive(t, s, func() {})
	receive(t, s, func() {})
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	fewest = []string{"Create", "Receive", "Command", "Receive", "Signal", "Command", "Receive", "Delete"}
	if got := canned.take(); !slices.Equal(got, fewest) {
		t.Errorf("with two cmdlets the requests were %v, and %v do", got, fewest)
	}
}

// Ends that are not the usual one leave no goroutine and no shell behind either.
func TestARunLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	canned := &cannedServer{objects: mailboxes()[:300]}
	server := httptest.NewServer(canned)
	defer server.Close()
	get := exchange.Invocation{Cmdlet: "Get-Mailbox"}

	for name, leave := range map[string]func(t *testing.T, s exchange.Session){
		"read to the end": func(t *testing.T, s exchange.Session) {
			if table := receive(t, s, func() {}); table.Len() != 300 {
				t.Errorf("%d rows came", table.Len())
			}
		},
		"left early": func(t *testing.T, s exchange.Session) {
			for _, err := range s.Invoke(context.Background(), get) {
				if err != nil {
					t.Error(err)
				}
				break
			}
		},
		"cancelled": func(t *testing.T, s exchange.Session) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var last error
			for _, err := range s.Invoke(ctx, get) {
				cancel()
				last = err
			}
			if exchange.CodeOf(last) != exchange.CodeCancelled {
				t.Errorf("it ended with %v", last)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := connect(t, server.URL)
			leave(t, s)
			if err := s.Close(context.Background()); err != nil {
				t.Error(err)
			}
			if actions := canned.take(); len(actions) == 0 || actions[len(actions)-1] != "Delete" {
				t.Errorf("the shell was left: %v", actions)
			}
		})
	}
}
