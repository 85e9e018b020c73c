package remote_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/core/wsman"
	"tenantry/test/winrmserver"
)

// looked is what was found of one computer.
type looked struct {
	host     string
	findings []preflight.Finding
}

// all looks at computers, as many side by side as limit says, as the window and the command line do.
func all(ctx context.Context, computers []remote.Options, limit int) []looked {
	var opener remote.Opener
	out := make([]looked, len(computers))
	room := make(chan struct{}, limit)
	var work sync.WaitGroup
	for i, o := range computers {
		work.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			c, err := opener.Open(ctx, o)
			if err != nil {
				out[i] = looked{o.Host, []preflight.Finding{preflight.Unreachable(err)}}
				return
			}
			defer func() { _ = c.Close(ctx) }() // what is left open is counted
			out[i] = looked{o.Host, preflight.Run(ctx, preflight.Checks(preflight.Subject{Computer: c, Use: preflight.UsePowerShell}), nil)}
		})
	}
	work.Wait()
	return out
}

// Ten computers in one table; one that is switched off is told like the others.
func TestTenComputers(t *testing.T) {
	var computers []remote.Options
	var servers []*winrmserver.Server
	for i := range 10 {
		pc := desk()
		pc.Set(versionKey, "CurrentBuildNumber", "REG_SZ", fmt.Sprint(19000+i))
		s := start(t, &winrmserver.Server{Run: pc.Run, TLS: i%2 == 1})
		servers = append(servers, s)
		computers = append(computers, to(s))
	}
	off := remote.Options{Host: nobody(t), User: user, Password: secret.New(password), Authentication: exchange.AuthNTLM}
	computers = append(computers[:4:4], append([]remote.Options{off}, computers[4:]...)...)
	for i, looked := range all(t.Context(), computers, 4) {
		f, ok := preflight.Find(looked.findings, preflight.CheckSystem)
		if i == 4 {
			f, ok = preflight.Find(looked.findings, preflight.CheckReach)
			if !ok || f.Status != preflight.Fail || f.Code != remote.CodeNotReachable {
				t.Errorf("the one that is off: %+v", looked.findings)
			}
			continue
		}
		if !ok || f.Status != preflight.Pass {
			t.Errorf("%s: %+v, %v", looked.host, f, f.Cause)
		}
	}
	for _, s := range servers {
		if s.Shells() != 0 || s.Opened() != 1 {
			t.Errorf("%s: %d shells, %d opened", s.URL(), s.Shells(), s.Opened())
		}
	}
}

// nobody is an address at which nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A wrong password meets the domain once, and not ten times, after which it would lock the account.
func TestAWrongPasswordIsNotTriedTenTimes(t *testing.T) {
	for account, want := range map[string]int{user: 1, "admin": 5} { // an account of each computer's own is another one each time
		var computers []remote.Options
		var servers []*winrmserver.Server
		for range 5 {
			s := start(t, &winrmserver.Server{User: account, Password: secret.New(password)})
			o := to(s)
			o.Password = secret.New("wrong")
			servers, computers = append(servers, s), append(computers, o)
		}
		for i, looked := range all(t.Context(), computers, len(computers)) {
			if f := looked.findings[0]; len(looked.findings) != 1 || f.Code != exchange.CodeSignInRefused || f.Args["host"] != computers[i].Host {
				t.Errorf("%+v", looked)
			}
		}
		refused := 0
		for _, s := range servers {
			refused += s.Refused()
		}
		if refused != want {
			t.Errorf("%s: the password was tried %d times, want %d", account, refused, want)
		}
	}
}

// A computer that takes the connection and then sleeps does not keep the others from being looked at, and a right
// password is tried again after a wrong one.
func TestOneThatSleeps(t *testing.T) {
	var opener remote.Opener
	awake := start(t, &winrmserver.Server{})
	wrong := to(awake)
	wrong.Password = secret.New("wrong")
	_, err := opener.Open(t.Context(), wrong)
	wants(t, err, exchange.CodeSignInRefused)

	asked := make(chan struct{})
	var first atomic.Bool
	wake := make(chan struct{})
	sleeper := start(t, &winrmserver.Server{Operation: func(*wsman.Request) *wsman.Fault {
		if first.CompareAndSwap(false, true) {
			close(asked)
			<-wake
		}
		return nil
	}})
	slept := make(chan error, 1)
	go func() {
		o := to(sleeper)
		o.ConnectTimeout = 200 * time.Millisecond
		c, err := opener.Open(t.Context(), o)
		if err == nil {
			err = c.Close(context.Background())
		}
		slept <- err
	}()
	<-asked
	began := time.Now()
	c, err := opener.Open(t.Context(), to(awake))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the other one waited for %v", took)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	close(wake)
	if err := <-slept; err != nil {
		t.Error(err)
	}
}

// Whoever stops the look at ten computers gets what there is, and no shell stays.
func TestStoppingAllOfThem(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pc := desk()
	var computers []remote.Options
	for range 6 {
		s := start(t, &winrmserver.Server{Run: func(life context.Context, p winrmserver.Process) int {
			cancel()
			<-life.Done()
			return pc.Run(life, p)
		}})
		computers = append(computers, to(s))
	}
	for _, looked := range all(ctx, computers, 2) {
		if len(looked.findings) == 0 {
			t.Errorf("%s is missing", looked.host)
		}
		for _, f := range looked.findings {
			if f.Status == preflight.Pass && f.Check == preflight.CheckSystem {
				t.Errorf("%+v", f)
			}
		}
	}
}
