package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// binary is the command line, built once, or the one that TENANTRY_CLI names, such as a packaged one.
// Everything here runs it as a process of its own.
var binary string

func TestMain(m *testing.M) {
	if binary = os.Getenv("TENANTRY_CLI"); binary != "" {
		os.Exit(m.Run())
	}
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "tenantry-cli-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		binary = filepath.Join(folder, "tenantry-cli")
		if runtime.GOOS == "windows" {
			binary += ".exe"
		}
		build := exec.Command("go", "build", "-o", binary, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// limit is how long one process may take before the test gives it up.
const limit = 50 * time.Second

// person is somebody with an empty home, who speaks lang.
type person struct {
	home string
	lang string
	env  []string // further variables of the environment
}

func somebody(t *testing.T) *person {
	return &person{home: t.TempDir(), lang: "en_US.UTF-8"}
}

// command is the binary with args and nothing of the tester's own environment.
func (p *person) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, binary, args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "TENANTRY_HOME=" + filepath.Join(p.home, "tenantry"), "LANG=" + p.lang, "TZ=UTC"}
	c.Env = append(c.Env, p.env...)
	if root := os.Getenv("SystemRoot"); root != "" {
		c.Env = append(c.Env, "SystemRoot="+root)
	}
	c.Dir = p.home
	return c
}

// ended is what came of a process.
type ended struct {
	out, err string
	status   int
}

// run runs the binary to its end, with stdin as its whole standard input.
func (p *person) run(t *testing.T, stdin string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := p.command(ctx, args...)
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &errs
	err := c.Run()
	if ctx.Err() != nil {
		t.Fatalf("%v did not end\n%s", args, errs.String())
	}
	return ended{out.String(), errs.String(), statusOf(t, err)}
}

func statusOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return -1
}

// want checks the status, and that standard error has all of said.
func (e ended) want(t *testing.T, status int, said ...string) ended {
	t.Helper()
	wrong := ""
	if e.status != status {
		wrong = fmt.Sprintf("exit status %d, want %d\n", e.status, status)
	}
	for _, s := range said {
		if !strings.Contains(e.err, s) {
			wrong += fmt.Sprintf("standard error does not say %q\n", s)
		}
	}
	if wrong != "" {
		t.Errorf("%sstandard error:\n%s\nstandard output:\n%.2000s", wrong, e.err, e.out)
	}
	return e
}

// served is the first line of sample serve.
type served struct {
	Classic   string  `json:"classic"`
	Modern    *string `json:"modern"`
	Authority *string `json:"authority"`
	Graph     *string `json:"graph"`
	CACert    *string `json:"ca_cert"`
	User      string  `json:"user"`
	Password  string  `json:"password"`
	ClientID  *string `json:"client_id"`
	Customers []struct {
		Domain   string `json:"domain"`
		TenantID string `json:"tenant_id"`
		Name     string `json:"name"`
	} `json:"customers"`
}

type stats struct {
	OpenShells    int `json:"open_shells"`
	Created       int `json:"created"`
	Deleted       int `json:"deleted"`
	MaxConcurrent int `json:"max_concurrent"`
	Commands      int `json:"commands"`
	Refused       int `json:"refused"`
	AuthFailures  int `json:"auth_failures"`
}

// partner is a sample partner in a process of its own.
type partner struct {
	served
	line   string
	stdin  io.WriteCloser
	cmd    *exec.Cmd
	rest   *bufio.Reader
	client *http.Client
	gone   bool
}

// serve starts a sample partner. At the end of the test it is stopped, and must have no session left.
func serve(t *testing.T, args ...string) *partner {
	t.Helper()
	who := somebody(t)
	p := &partner{cmd: who.command(context.Background(), append([]string{"sample", "serve"}, args...)...)}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.rest = bufio.NewReader(out)
	if p.line, err = p.rest.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(p.line), &p.served); err != nil {
		t.Fatal(err)
	}
	p.client = &http.Client{Timeout: 10 * time.Second}
	if p.CACert != nil {
		pem, err := os.ReadFile(*p.CACert)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		p.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	t.Cleanup(func() {
		if p.gone {
			return
		}
		s := p.stats(t)
		if s.OpenShells != 0 || s.Created != s.Deleted || s.MaxConcurrent > 3 {
			t.Errorf("the partner has seen %+v", s)
		}
		p.stdin.Close()
		if status := statusOf(t, p.cmd.Wait()); status != 0 {
			t.Errorf("sample serve ended with %d", status)
		}
		if p.CACert != nil {
			if _, err := os.Stat(*p.CACert); err == nil {
				t.Errorf("%s was left behind", *p.CACert)
			}
		}
	})
	return p
}

func (p *partner) origin(t *testing.T) string {
	u, err := url.Parse(p.Classic)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}

func (p *partner) stats(t *testing.T) (s stats) {
	t.Helper()
	r, err := p.client.Get(p.origin(t) + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// until polls the partner until ok.
func (p *partner) until(t *testing.T, ok func(stats) bool) stats {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	end := time.After(limit)
	for {
		s := p.stats(t)
		if ok(s) {
			return s
		}
		select {
		case <-ticker.C:
		case <-end:
			t.Fatalf("the partner stays at %+v", s)
		}
	}
}

// at are the words that choose this partner as the connection.
func (p *partner) at() []string {
	args := []string{"--url", p.Classic, "--user", p.User, "--password-stdin"}
	if p.CACert != nil {
		args = append(args, "--ca-cert", *p.CACert)
	}
	return args
}

// ask runs a command of p's against a partner.
func (p *person) ask(t *testing.T, of *partner, args ...string) ended {
	t.Helper()
	return p.run(t, of.Password+"\n", append(args, of.at()...)...)
}

// lines are the lines of text; those of csv end in CR LF.
func lines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
