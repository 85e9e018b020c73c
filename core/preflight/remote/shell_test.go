package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/wsman"
	"tenantry/test/winrmserver"
)

// Output comes in pieces, with answers between that say that there is none yet.
func TestOutputInPieces(t *testing.T) {
	pc := desk()
	s := start(t, &winrmserver.Server{Piece: 7, Hold: 20 * time.Millisecond, Run: func(ctx context.Context, p winrmserver.Process) int {
		time.AfterFunc(50*time.Millisecond, func() { _, _ = p.Errors.Write([]byte("a warning\r\n")) })
		select {
		case <-time.After(80 * time.Millisecond): // longer than a request is held
		case <-ctx.Done():
		}
		return pc.Run(ctx, p)
	}})
	c := open(t, to(s))
	k, found, err := c.Registry().Read(t.Context(), versionKey)
	if v, _ := k.Value("CurrentBuildNumber"); err != nil || !found || v.Text != "19045" || len(k.Keys) != 1 {
		t.Errorf("%v, %v, %v", k, found, err)
	}
}

func TestSideBySideInOneShell(t *testing.T) {
	pc := desk()
	var now, most atomic.Int32
	s := start(t, &winrmserver.Server{MaxProcesses: 8, Run: func(ctx context.Context, p winrmserver.Process) int {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		return pc.Run(ctx, p)
	}})
	c := open(t, to(s))
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, found, err := c.Registry().Read(t.Context(), policyKey); err != nil || !found {
				t.Errorf("%v, %v", found, err)
			}
		})
	}
	all.Wait()
	if s.Opened() != 1 || most.Load() > 8 {
		t.Errorf("%d shells, %d programs at once", s.Opened(), most.Load())
	}
}

// Windows ends a shell that nobody used for a while, as when somebody thinks a repair over.
func TestAShellThatWindowsEnded(t *testing.T) {
	s := start(t, &winrmserver.Server{})
	c := open(t, to(s))
	for range 3 {
		s.Forget()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, found, err := c.Registry().Read(t.Context(), policyKey); err != nil || !found {
					t.Errorf("%v, %v", found, err)
				}
			})
		}
		all.Wait()
		if s.Shells() != 1 {
			t.Errorf("%d shells are open", s.Shells())
		}
	}
	s.Forget()
	if err := c.Close(t.Context()); err != nil {
		t.Errorf("a shell that is gone: %v", err)
	}
}

// A person who gives up while the shell is opened leaves none behind.
func TestGivingUpWhileSigningIn(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s := start(t, &winrmserver.Server{Operation: func(q *wsman.Request) *wsman.Fault {
		if _, is := q.Op.(*wsman.Create); is {
			close(asked)
			<-answer
		}
		return nil
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
		close(answer)
	}()
	_, err := remote.Open(ctx, to(s))
	wants(t, err, exchange.CodeCancelled)
	if s.Opened() != 1 || s.Shells() != 0 {
		t.Errorf("%d shells were opened, %d are", s.Opened(), s.Shells())
	}
}

func TestGivingUpWhileAProgramRuns(t *testing.T) {
	began, ended := make(chan struct{}), make(chan struct{})
	s := start(t, &winrmserver.Server{Run: func(ctx context.Context, _ winrmserver.Process) int {
		close(began)
		<-ctx.Done() // the client ends it
		close(ended)
		return 1
	}})
	c, err := remote.Open(t.Context(), to(s))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	_, _, err = c.Registry().Read(ctx, versionKey)
	wants(t, err, exchange.CodeCancelled)
	<-ended
	if err := c.Close(ctx); err != nil || s.Shells() != 0 {
		t.Errorf("%d shells, %v", s.Shells(), err)
	}
}

// A computer that goes to sleep in the middle is told as such, and a check's limit holds.
func TestNoAnswerInTime(t *testing.T) {
	s := start(t, &winrmserver.Server{Run: func(ctx context.Context, _ winrmserver.Process) int {
		<-ctx.Done()
		return 1
	}})
	c := open(t, to(s))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err := c.Registry().Read(ctx, versionKey)
	wants(t, err, remote.CodeNoAnswer)
}

func TestFailingHalfWay(t *testing.T) {
	for step := 1; step <= 4; step++ {
		for _, how := range []string{"dropped", "denied", "garbled"} {
			t.Run(fmt.Sprint(how, " ", step), func(t *testing.T) {
				var asked atomic.Int32
				var broken atomic.Bool
				s := start(t, &winrmserver.Server{Operation: func(*wsman.Request) *wsman.Fault {
					if asked.Add(1) == int32(step)+1 && broken.CompareAndSwap(false, true) {
						switch how {
						case "dropped":
							panic(http.ErrAbortHandler)
						case "denied":
							return wsman.FaultAccessDenied()
						}
						return &wsman.Fault{HTTPStatus: 200, Subcode: "\x01", Code: 1}
					}
					return nil
				}})
				c, err := remote.Open(t.Context(), to(s))
				if err != nil {
					t.Fatal(err)
				}
				_, _, err = c.Registry().Read(t.Context(), versionKey)
				var p *exchange.Problem
				if err != nil && !errors.As(err, &p) {
					t.Errorf("%v is no problem", err)
				}
				if err == nil && step < 3 { // what follows is the letting go, which no answer depends on
					t.Error("it was not seen")
				}
				_ = c.Close(t.Context())
				if s.Shells() != 0 {
					t.Errorf("%d shells are left open", s.Shells())
				}
			})
		}
	}
}

// More output than anything that is asked for here has.
func TestTooMuchOutput(t *testing.T) {
	s := start(t, &winrmserver.Server{Run: func(_ context.Context, p winrmserver.Process) int {
		block := make([]byte, 1<<20)
		for range 6 {
			_, _ = p.Output.Write(block)
		}
		return 0
	}})
	c := open(t, to(s))
	_, _, err := c.Registry().Read(t.Context(), versionKey)
	wants(t, err, exchange.CodeBadAnswer)
}

// The same checks run there as here.
func TestTheChecks(t *testing.T) {
	pc := desk()
	pc.Set(`HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`, "PowerShellVersion", "REG_SZ", "5.1.19041.1")
	pc.Set(`HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`, "Release", "REG_DWORD", "0x80ff4")
	pc.Set(basicKey, "auth_basic", "REG_DWORD", "0x0")
	c := open(t, to(start(t, &winrmserver.Server{Run: pc.Run})))
	findings := preflight.Run(t.Context(), preflight.Checks(preflight.Subject{Computer: c, Use: preflight.UsePowerShell}), nil)
	for id, want := range map[preflight.CheckID]preflight.Status{
		preflight.CheckSystem: preflight.Pass, preflight.CheckDotNet: preflight.Pass, preflight.CheckPowerShell: preflight.Pass,
		preflight.CheckPolicy: preflight.Fail, preflight.CheckBasic: preflight.Fail,
	} {
		f, ok := preflight.Find(findings, id)
		if !ok || f.Status != want {
			t.Errorf("%s: %s %s %v, %v", id, f.Status, f.Code, f.Args, f.Cause)
		}
	}
	if f, _ := preflight.Find(findings, preflight.CheckPolicy); f.Args["policy"] != "AllSigned" || f.Args["scope"] != "CurrentUser" {
		t.Errorf("the policy of who works there: %v", f.Args)
	}
}
