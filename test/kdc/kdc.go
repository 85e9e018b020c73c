// Package kdc runs a Kerberos key distribution centre for tests: MIT's own, from the packages krb5-kdc,
// krb5-admin-server and krb5-user, on a free loopback port, with its database in the test's folder. It is the
// judge of this product's Kerberos: nobody here wrote it.
package kdc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Realm is the realm a server holds unless it is told otherwise.
const Realm = "FABRIKAM.EXAMPLE"

// RequiredVariable names the environment variable that makes a missing KDC a failure instead of a skipped test.
const RequiredVariable = "TENANTRY_REQUIRE_KDC"

// Server is a running key distribution centre.
type Server struct {
	Address string // host and port, TCP and UDP
	Config  string // a krb5.conf that names it
	Keytab  string // the keys of HTTP/localhost and HTTP/127.0.0.1
	Realm   string

	folder  string
	profile string
}

// Options say what a Server holds. The zero value works.
type Options struct {
	// Encryption is the one encryption type of the database, such as aes128-cts-hmac-sha1-96:normal; empty
	// means aes256-cts-hmac-sha1-96:normal. The tickets' session keys are of the same type.
	Encryption string

	// Realm is the realm it holds; empty means the constant Realm.
	Realm string

	// Refer is another realm, to which it refers whoever asks for a ticket for a host of that domain. Empty
	// refers nobody.
	Refer string
}

// Start starts a server and stops it at the end of the test. Without MIT's programs the test is skipped, or fails
// where RequiredVariable is set.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Encryption == "" {
		o.Encryption = "aes256-cts-hmac-sha1-96:normal"
	}
	for _, program := range []string{"krb5kdc", "kdb5_util", "kadmin.local", "kinit"} {
		if _, err := find(program); err != nil {
			if os.Getenv(RequiredVariable) != "" {
				t.Fatalf("%s is not installed; packaging/setup.sh test installs it", program)
			}
			t.Skipf("%s is not installed; packaging/setup.sh test installs it", program)
		}
	}
	if o.Realm == "" {
		o.Realm = Realm
	}
	s := &Server{folder: t.TempDir(), Realm: o.Realm}
	s.Config, s.profile, s.Keytab = s.path("krb5.conf"), s.path("kdc.conf"), s.path("http.keytab")
	var err error
	for range 3 { // the port was free a moment ago
		if err = s.start(t, o); err == nil {
			return s
		}
	}
	t.Fatal(err)
	return nil
}

func (s *Server) path(name string) string { return filepath.Join(s.folder, name) }

func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/" + program) // not on everybody's PATH
}

func (s *Server) start(t testing.TB, o Options) error {
	address, err := freePort()
	if err != nil {
		return err
	}
	s.Address = address
	if err := s.configure(o); err != nil {
		return err
	}
	if err := os.RemoveAll(s.path("db")); err != nil {
		return err
	}
	if err := os.Mkdir(s.path("db"), 0o700); err != nil {
		return err
	}
	if out, err := s.run("master\nmaster\n", "kdb5_util", "create", "-s", "-r", s.Realm); err != nil {
		return fmt.Errorf("kdb5_util: %w\n%s", err, out)
	}
	s.Admin(t,
		"addprinc -randkey HTTP/localhost",
		"addprinc -randkey HTTP/127.0.0.1",
		"ktadd -k "+s.Keytab+" HTTP/localhost HTTP/127.0.0.1")
	path, err := find("krb5kdc")
	if err != nil {
		return err
	}
	var said bytes.Buffer
	command := exec.Command(path, "-n", "-r", s.Realm, "-P", s.path("pid"))
	command.Env, command.Stdout, command.Stderr = s.environment(), &said, &said
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // it is killed
		close(ended)
	}()
	stop := func() {
		_ = command.Process.Kill()
		<-ended
	}
	if err := s.answering(ended); err != nil {
		stop()
		return fmt.Errorf("%w\n%s", err, said.String())
	}
	t.Cleanup(stop)
	return nil
}

// answering waits until the server takes connections.
func (s *Server) answering(ended <-chan struct{}) error {
	limit := time.After(20 * time.Second)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := net.DialTimeout("tcp", s.Address, time.Second)
		if err == nil {
			return c.Close()
		}
		select {
		case <-again.C:
		case <-ended:
			return errors.New("krb5kdc ended")
		case <-limit:
			return fmt.Errorf("krb5kdc does not answer: %w", err)
		}
	}
}

func (s *Server) configure(o Options) error {
	kind, _, _ := strings.Cut(o.Encryption, ":")
	conf := fmt.Sprintf(`[libdefaults]
	default_realm = %[1]s
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false
	allow_weak_crypto = true
	allow_rc4 = true
	permitted_enctypes = %[3]s
	default_tkt_enctypes = %[3]s
	default_tgs_enctypes = %[3]s
[realms]
	%[1]s = {
		kdc = %[2]s
	}
[domain_realm]
	localhost = %[1]s
	127.0.0.1 = %[1]s
`, o.Realm, s.Address, kind)
	if o.Refer != "" {
		conf += fmt.Sprintf("\t.%s = %s\n", strings.ToLower(o.Refer), o.Refer)
	}
	profile := fmt.Sprintf(`[realms]
	%[1]s = {
		kdc_listen = %[2]s
		kdc_tcp_listen = %[2]s
		database_name = %[3]s/db/principal
		key_stash_file = %[3]s/db/stash
		acl_file = %[3]s/db/acl
		supported_enctypes = %[4]s
		master_key_type = %[5]s
		max_life = 10h
		default_principal_flags = +preauth
	}
[logging]
	kdc = FILE:%[3]s/kdc.log
	default = FILE:%[3]s/default.log
`, o.Realm, s.Address, s.folder, o.Encryption, kind)
	return errors.Join(os.WriteFile(s.Config, []byte(conf), 0o600), os.WriteFile(s.profile, []byte(profile), 0o600))
}

// Environment returns variables that make MIT's programs use this server.
func (s *Server) Environment() []string { return []string{"KRB5_CONFIG=" + s.Config} }

func (s *Server) environment() []string {
	return append(os.Environ(), "KRB5_CONFIG="+s.Config, "KRB5_KDC_PROFILE="+s.profile, "KRB5RCACHEDIR="+s.folder, "KRB5RCACHENAME=none:")
}

func (s *Server) run(input, program string, args ...string) (string, error) {
	path, err := find(program)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	command.Env, command.Stdin = s.environment(), strings.NewReader(input)
	out, err := command.CombinedOutput()
	return string(out), err
}

// Admin gives lines to kadmin.local and fails the test when one is refused.
func (s *Server) Admin(t testing.TB, lines ...string) {
	t.Helper()
	out, err := s.run(strings.Join(lines, "\n")+"\n", "kadmin.local", "-r", s.Realm)
	if err != nil || strings.Contains(out, "while ") {
		t.Fatalf("kadmin.local: %v\n%s", err, out)
	}
}

// AddUser adds an account.
func (s *Server) AddUser(t testing.TB, name, password string) {
	t.Helper()
	s.Admin(t, fmt.Sprintf("addprinc -pw %q %s", password, name))
}

// Ticket signs an account in with MIT's kinit and returns the file with its ticket.
func (s *Server) Ticket(t testing.TB, name, password string) string {
	t.Helper()
	cache := filepath.Join(t.TempDir(), "ticket")
	if out, err := s.run(password+"\n", "kinit", "-c", "FILE:"+cache, name+"@"+s.Realm); err != nil {
		t.Fatalf("kinit: %v\n%s", err, out)
	}
	return cache
}

// Log is what the server has noted of the questions it was asked.
func (s *Server) Log(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(s.path("kdc.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// freePort finds a loopback port that is free for TCP and UDP.
func freePort() (string, error) {
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		address := l.Addr().String()
		p, err := net.ListenPacket("udp", address)
		_ = l.Close()
		if err == nil {
			_ = p.Close()
			return address, nil
		}
	}
	return "", errors.New("no port is free for both TCP and UDP")
}
