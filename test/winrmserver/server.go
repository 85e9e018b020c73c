// Package winrmserver is a computer with Windows Remote Management switched on, for tests: a server over real
// sockets that opens shells of programs (MS-WSMV 3.1.4, the shell of winrs) and runs what it is told to in them.
//
// It follows the specification and what Windows is known to do, not our client: any client of winrs' kind can use
// it, and pywinrm does in the tests. What the programs do is the test's: a Registry held in memory answers as
// reg.exe does, Wine runs the real programs of another system, and a Program may be any function.
//
//	pc := &winrmserver.Server{User: `FABRIKAM\admin`, Password: secret.New("…"), Run: registry.Run}
//	if err := pc.Start(); err != nil { … }
//	defer pc.Close()
//	pc.URL() // such as http://127.0.0.1:40001/wsman
package winrmserver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

// Program runs one command line and returns its exit code. It ends soon after ctx does, which is when the client
// terminates the command or deletes the shell.
type Program func(ctx context.Context, p Process) int

// Process is a program that runs.
type Process struct {
	// Line is the command line as cmd.exe gets it: the command and its arguments with spaces between them. Argv
	// says what becomes of it.
	Line     string
	CodePage string // WINRS_CODEPAGE of the shell; empty for the system's own
	Pipe     bool   // WINRS_CONSOLEMODE_STDIN is FALSE: Input is a pipe, not a console

	Input          io.Reader // ends where the client says so
	Output, Errors io.Writer
}

// Server is the computer. Set the fields before Start and leave them alone afterwards; the methods are safe for
// use from several goroutines.
type Server struct {
	TLS      bool // https, with a certificate of an authority of its own: CACert
	Ways     []negotiate.Way
	User     string // DOMAIN\name, or a plain name of this computer
	Password secret.Secret
	Kerberos *negotiate.KerberosKeys
	Listen   string // a loopback address with its port; empty means 127.0.0.1:0

	// NotAdministrator lets the account sign in and do nothing, as Windows does with one that is no administrator.
	NotAdministrator bool

	Run Program

	// MaxShells and MaxProcesses are MaxShellsPerUser and MaxProcessesPerShell; 0 means 30 and 25, as on Windows.
	MaxShells, MaxProcesses int

	// Hold is how long a Receive waits at most for output, where the client allows longer; 0 means as it says.
	Hold time.Duration

	// Piece bounds the bytes of one stream in one answer to Receive; 0 means as many as fit.
	Piece int

	// HTTP sees every request before anything else does, and returns true when it has answered it. May be nil.
	HTTP func(w http.ResponseWriter, r *http.Request) bool

	// Operation sees every operation of a signed-in account; a fault it returns is the answer. It may wait. May
	// be nil.
	Operation func(q *wsman.Request) *wsman.Fault

	gate   *negotiate.Gate
	http   *http.Server
	origin string
	ca     []byte
	life   context.Context
	end    context.CancelFunc
	served sync.WaitGroup

	mu      sync.Mutex
	shells  map[string]*shell
	opened  int
	refused int
	lines   []string
	profile bool
}

// Start listens. When it returns nil, clients can connect and Close must be called.
func (s *Server) Start() error {
	if s.Run == nil {
		return errors.New("winrmserver: no Program to run")
	}
	if s.MaxShells == 0 {
		s.MaxShells = 30
	}
	if s.MaxProcesses == 0 {
		s.MaxProcesses = 25
	}
	listen := s.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	ways := s.Ways
	if len(ways) == 0 {
		ways = []negotiate.Way{negotiate.Negotiate}
	}
	domain, _, found := strings.Cut(s.User, `\`)
	if !found {
		domain = "PC01"
	}
	options := negotiate.Options{
		Account: s.account, Kerberos: s.Kerberos, Failed: s.failed,
		Domain: domain, Computer: "PC01", DNSDomain: strings.ToLower(domain) + ".example",
	}
	for _, way := range ways {
		// With AllowUnencrypted off, as it is by default, the service has no Basic over plain http.
		if s.TLS || way != negotiate.Basic {
			options.Ways = append(options.Ways, way)
		}
	}
	s.origin = "http://" + listener.Addr().String()
	var own []byte
	if s.TLS {
		config, ca, err := certificates(listener.Addr().(*net.TCPAddr).IP)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		own, s.ca = config.Certificates[0].Certificate[0], ca
		s.origin = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, config)
	}
	s.gate = negotiate.New(options, own)
	s.shells = map[string]*shell{}
	s.life, s.end = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ConnContext: s.gate.ConnContext, ErrorLog: log.New(io.Discard, "", 0)}
	s.served.Go(func() { _ = s.http.Serve(listener) })
	return nil
}

// Close stops the programs that run, and the server.
func (s *Server) Close() {
	s.end()
	_ = s.http.Close()
	s.mu.Lock()
	for _, sh := range s.shells {
		sh.end()
	}
	s.mu.Unlock()
	s.served.Wait()
}

// URL is the address that clients use.
func (s *Server) URL() string { return s.origin + "/wsman" }

// Address is the host and port it listens on.
func (s *Server) Address() string { _, address, _ := strings.Cut(s.origin, "://"); return address }

// CACert is the certificate of its authority as PEM; nil without TLS.
func (s *Server) CACert() []byte { return s.ca }

// Shells tells how many shells are open.
func (s *Server) Shells() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.shells)
}

// Opened tells how many shells were opened since Start.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Refused tells how often an account or a password was refused.
func (s *Server) Refused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Lines are the command lines that were run, in order.
func (s *Server) Lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lines...)
}

// ProfileLoaded tells whether a shell was opened that loads the account's profile, which writes to the disk of
// that computer the first time.
func (s *Server) ProfileLoaded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.profile
}

// Forget ends all shells, as Windows does with those nobody uses for long.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, sh := range s.shells {
		sh.end()
		delete(s.shells, id)
	}
}

func (s *Server) failed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused++
}

// account knows the one account: with its domain, or without one where it is this computer's own.
func (s *Server) account(domain, name string) (string, secret.Secret, bool) {
	its, plain, found := strings.Cut(s.User, `\`)
	if !found {
		its, plain = "", s.User
	}
	if domain == "" {
		if d, n, found := strings.Cut(name, `\`); found {
			domain, name = d, n
		}
	}
	here := its == "" || domain == "" || strings.EqualFold(domain, its)
	return s.User, s.Password, here && strings.EqualFold(name, plain)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
	switch {
	case s.HTTP != nil && s.HTTP(w, r):
		return
	case !strings.EqualFold(strings.TrimRight(r.URL.Path, "/"), "/wsman"):
		http.NotFound(w, r)
		return
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	admitted, ok := s.gate.Admit(w, r)
	if !ok {
		return
	}
	r = admitted.Request
	q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
	var fault *wsman.Fault
	if err != nil && !errors.As(err, &fault) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var answer wsman.Response
	if fault == nil {
		answer, fault = s.operate(r.Context(), q)
	}
	status, body := http.StatusOK, []byte(nil)
	if fault != nil {
		status, body = fault.Status(), q.Fault(fault)
	} else {
		body = q.Response(answer)
	}
	contentType := wsman.ContentType
	if admitted.Seal != nil {
		if body, contentType, err = admitted.Seal(contentType, body); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
