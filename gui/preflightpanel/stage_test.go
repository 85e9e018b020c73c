package preflightpanel_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/preflight/probe"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/preflightpanel"
	"tenantry/test/winrmserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	versionKey = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	policyKey  = `HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
	user       = `FABRIKAM\anna`
	password   = "p@ss for the computers"
)

// chooser is a person who always chooses path.
type chooser struct{ path string }

func (c chooser) SaveFile(context.Context, string, string, ...files.Filter) (string, error) {
	return c.path, nil
}

func (c chooser) OpenFile(context.Context, string, ...files.Filter) (string, error) {
	return c.path, nil
}

// stage is the panel's flow with a loop of its own.
type stage struct {
	t     *testing.T
	queue *loop.Queue
	flow  *preflightpanel.Flow
	log   *journal.Journal
	saved string
	news  chan struct{}
}

// newStage looks at what subject says.
func newStage(t *testing.T, subject func() preflight.Subject) *stage {
	t.Helper()
	dir := t.TempDir()
	log, err := journal.Open(t.Context(), filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, queue: loop.NewQueue(), log: log, saved: filepath.Join(dir, "saved.txt"), news: make(chan struct{}, 1)}
	words := wording.For("en-GB")
	s.flow = preflightpanel.NewFlow(preflightpanel.Options{
		Loop: s.queue, Files: chooser{s.saved}, Words: func() *wording.Words { return words },
		Subject: func() func() preflight.Subject { return subject }, Log: log, Authority: os.ReadFile,
		Remote: func(ctx context.Context, a preflightpanel.Another) (preflight.Computer, func(context.Context) error, error) {
			c, err := remote.Open(ctx, remote.Options{Host: a.Host, User: a.User, Password: a.Password, Authentication: a.Authentication,
				PrivateCA: a.PrivateCA, ConnectTimeout: 2 * time.Second})
			if err != nil {
				return nil, nil, err
			}
			return c, c.Close, nil
		},
	})
	s.flow.OnChange = func() {
		select {
		case s.news <- struct{}{}:
		default:
		}
	}
	t.Cleanup(func() {
		s.queue.Do(s.flow.Close)
		<-s.queue.Idle()
		s.queue.Close()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// do does something on the screen's goroutine and waits until nothing is left to do.
func (s *stage) do(f func()) {
	s.t.Helper()
	s.queue.Do(f)
	<-s.queue.Idle()
}

// until waits for a change after which done says yes.
func (s *stage) until(what string, done func() bool) {
	s.t.Helper()
	limit := time.After(time.Minute)
	for {
		var yes bool
		s.queue.Do(func() { yes = done() })
		if yes {
			return
		}
		select {
		case <-s.news:
		case <-limit:
			s.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// found is what a check of this computer found.
func (s *stage) found(id preflight.CheckID) preflight.Finding {
	s.t.Helper()
	var f preflight.Finding
	s.queue.Do(func() {
		r := s.flow.Model().Local.Row(id)
		if r == nil {
			s.t.Errorf("there is no %s", id)
			return
		}
		f = r.Finding
	})
	return f
}

// thisComputer is the one the test runs on, which needs to reach endpoints.
func thisComputer(endpoints ...preflight.Endpoint) preflight.Subject {
	return preflight.Subject{Computer: here.New(probe.New(probe.Options{}).Reach), Endpoints: endpoints}
}

// listen is a host and port where somebody listens and says nothing.
func listen(t *testing.T) (preflight.Endpoint, net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	port, err := strconv.Atoi(l.Addr().String()[len("127.0.0.1:"):])
	if err != nil {
		t.Fatal(err)
	}
	return preflight.Endpoint{Host: "127.0.0.1", Port: port, Purpose: preflight.ForConnection}, l
}

// windows is a computer with Windows 10 in the network, whose policy forbids scripts.
func windows(t *testing.T, policy string) (*winrmserver.Server, *winrmserver.Registry) {
	t.Helper()
	r := &winrmserver.Registry{}
	for _, v := range [][4]string{
		{versionKey, "ProductName", "REG_SZ", "Windows 10 Pro"},
		{versionKey, "CurrentMajorVersionNumber", "REG_DWORD", "0xa"},
		{versionKey, "CurrentMinorVersionNumber", "REG_DWORD", "0x0"},
		{versionKey, "CurrentBuildNumber", "REG_SZ", "19045"},
		{versionKey, "InstallationType", "REG_SZ", "Client"},
		{policyKey, "ExecutionPolicy", "REG_SZ", policy},
		{`HKU\S-1-5-21-1-2-3-1001\Volatile Environment`, "USERNAME", "REG_SZ", "piet"},
	} {
		r.Set(v[0], v[1], v[2], v[3])
	}
	s := &winrmserver.Server{Run: r.Run, User: user, Password: secret.New(password)}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, r
}
