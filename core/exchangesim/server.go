// Package exchangesim is the sample partner: a server on this computer's loopback that speaks the classic
// connection to Exchange over real sockets, with invented customers. It is how anyone tries the product
// without an account, and how most tests run.
//
// It follows MS-WSMV, MS-PSRP and what is known of Exchange's own ways, not our client: any client of
// remote PowerShell can use it. Faults and SetFaults let things go wrong on purpose, as they do in the wild;
// package faults lists how.
//
//	var sim exchangesim.Server
//	if err := sim.Start(); err != nil { … }
//	defer sim.Close()
//	d := sim.Describe() // where it is and who may sign in
package exchangesim

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/exchangesim/world"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

// LimitStyle is the form in which a session too many is refused.
type LimitStyle string

// The forms seen in the wild.
const (
	LimitAtReceive LimitStyle = "receive" // Create succeeds; the first Receive brings a fault of Exchange's plugin, code 2152992672
	LimitAtCreate  LimitStyle = "create"  // Create brings WSMan's own fault for too many shells of a user, code 2150859173
	LimitOfPlugin  LimitStyle = "winrm"   // Create brings WinRM's fault for too many shells of the plugin, code 2150859236
)

// Redirect tells whether the partners' address, /powershell-liveid, sends a new session on to a second
// one. Exchange Server's address, /powershell, answers by itself always.
type Redirect uint8

// When there is a redirect.
const (
	RedirectUsual  Redirect = iota // over https, as Exchange Online did; not with Plain, whose clients are simple ones
	RedirectAlways                 // also with Plain
	RedirectNever
)

// Defaults of a Server.
const (
	DefaultMaxSessions = 3
	DefaultIdleTimeout = 15 * time.Minute
	DefaultUser        = "admin@fabrikam.example"
)

// Server is the sample partner. The zero value works. Set the fields before Start and leave them alone
// afterwards; the methods are safe for use from several goroutines.
type Server struct {
	World       world.Options
	Listen      string        // a loopback address with its port; empty means 127.0.0.1:0
	Plain       bool          // http instead of https
	User        string        // empty means DefaultUser
	Password    secret.Secret // empty means a random one
	MaxSessions int           // of one account; 0 means DefaultMaxSessions, negative means no limit
	LimitStyle  LimitStyle    // empty means LimitAtReceive

	// SignIn are the ways to sign in that are offered; empty means Basic alone. Over plain http all but Basic
	// take encrypted messages only. Kerberos needs Kerberos, which Negotiate takes too.
	SignIn      []negotiate.Way
	Kerberos    *negotiate.KerberosKeys
	Redirect    Redirect
	IdleTimeout time.Duration    // of a session nobody uses; 0 means DefaultIdleTimeout
	Now         func() time.Time // nil means time.Now
	CACertFile  string           // where Start writes the certificate of its authority as PEM; empty for nowhere
	Hooks       Hooks
	// Faults are what goes wrong from the start; SetFaults changes that later.
	Faults faults.Plan

	world    *world.World
	ca       []byte // PEM
	origin   string // of the first listener, such as https://127.0.0.1:5986
	second   string
	servers  []*http.Server
	serving  sync.WaitGroup
	engines  sync.Map // *world.Org to *engine.Engine
	shells   registry
	failures counter
	refusals counter
	commands counter
	faults   atomic.Pointer[faults.Strikes]
	tally    faults.Tally
	config   *tls.Config
	gate     *negotiate.Gate

	clientCertificate secret.Secret

	mu     sync.Mutex // guards what follows
	tokens []string   // SecurityTokens that were given out, the last ones
	forest string     // the address that is reached with a SecurityToken; empty until a fault needs it
	closed bool
}

// Hooks are the places where a test or a fault can take part. All may be nil. They run on the goroutine of
// the request or the pipeline, and may wait.
type Hooks struct {
	// HTTP sees every request before anything else does, and returns true when it has answered it.
	HTTP func(w http.ResponseWriter, r *http.Request) bool
	// Operation sees every WSMan operation of a signed-in account; a fault it returns is the answer.
	Operation func(q *wsman.Request) *wsman.Fault
	// Pipeline sees every pipeline before it runs, with where its output goes. An error it returns ends the
	// pipeline: an *engine.ErrorRecord as Failed, any other as Stopped.
	Pipeline func(p engine.Pipeline, out engine.Output) error
}

// Start makes the world and the certificates, and listens. When it returns nil, clients can connect and
// Close must be called.
func (s *Server) Start() error {
	if s.world != nil {
		return errors.New("exchangesim: started already")
	}
	switch s.LimitStyle {
	case "":
		s.LimitStyle = LimitAtReceive
	case LimitAtReceive, LimitAtCreate, LimitOfPlugin:
	default:
		return fmt.Errorf("exchangesim: there is no limit style %q", s.LimitStyle)
	}
	s.applyDefaults()
	first, err := listenLoopback(s.Listen)
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(first.Addr().String())
	second, err := listenLoopback(net.JoinHostPort(host, "0"))
	if err != nil {
		return errors.Join(err, first.Close())
	}
	if !s.Plain {
		if s.config, s.ca, err = makeCertificates(s.Now()); err == nil && s.CACertFile != "" {
			err = os.WriteFile(s.CACertFile, s.ca, 0o644)
		}
		if err != nil {
			return errors.Join(err, first.Close(), second.Close())
		}
	}
	if err := s.openGate(); err != nil {
		return errors.Join(err, first.Close(), second.Close())
	}
	s.origin, s.second = s.originOf(first), s.originOf(second)
	if err := s.SetFaults(s.Faults); err != nil {
		return errors.Join(err, first.Close(), second.Close())
	}
	s.world = world.New(s.World)
	s.shells.start(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve(first, door{origin: s.origin, other: s.second, redirects: s.redirects()})
	s.serve(second, door{origin: s.second, other: s.origin})
	return nil
}

func (s *Server) applyDefaults() {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.World.Now == nil {
		s.World.Now = s.Now
	}
	if s.User == "" {
		s.User = DefaultUser
	}
	if s.Password.Empty() {
		raw := make([]byte, 9)
		_, _ = rand.Read(raw) // it never fails
		s.Password = secret.New("Sample-" + hex.EncodeToString(raw))
	}
	if s.MaxSessions == 0 {
		s.MaxSessions = DefaultMaxSessions
	}
	if s.IdleTimeout <= 0 {
		s.IdleTimeout = DefaultIdleTimeout
	}
}

func (s *Server) redirects() bool {
	return s.Redirect == RedirectAlways || s.Redirect == RedirectUsual && !s.Plain
}

// listenLoopback refuses every address that others could reach.
func listenLoopback(address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("exchangesim: listen address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("exchangesim: listen address %q is not a loopback address", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if at, ok := l.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("exchangesim: %q is not a loopback address here", address), l.Close())
	}
	return l, nil
}

func (s *Server) originOf(l net.Listener) string {
	if s.Plain {
		return "http://" + l.Addr().String()
	}
	return "https://" + l.Addr().String()
}

// serve serves one door. The caller holds s.mu.
func (s *Server) serve(l net.Listener, at door) {
	server := &http.Server{
		Handler:           s.handler(at),
		TLSConfig:         s.config,
		ConnContext:       s.gate.ConnContext,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          quietLog,
		// WSMan is HTTP/1.1; a nil map would bring HTTP/2.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	s.servers = append(s.servers, server)
	s.serving.Go(func() {
		if !s.Plain {
			_ = server.ServeTLS(l, "", "") // ends with ErrServerClosed
			return
		}
		_ = server.Serve(l)
	})
}

// Close stops listening, ends every session and waits until all has ended. Closing again, or without
// Start, does nothing.
func (s *Server) Close() error {
	s.shells.closeAll()
	s.mu.Lock()
	s.closed = true
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	s.shells.wait()
	return errors.Join(errs...)
}

// Partner is what the server plays; nil before Start.
func (s *Server) Partner() *world.World { return s.world }

func (s *Server) engineOf(org *world.Org) *engine.Engine {
	if e, ok := s.engines.Load(org); ok {
		return e.(*engine.Engine)
	}
	e, _ := s.engines.LoadOrStore(org, engine.New(org, s.User, s.Now))
	return e.(*engine.Engine)
}
