package kdc

import (
	"bufio"
	_ "embed" // peer.py
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

//go:embed peer.py
var peerProgram string

// Peer is one end of a security context played by MIT's own library, through Python's gssapi.
type Peer struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Scanner
}

// Word is what is said to a Peer and what it answers. Bytes travel in Base64.
type Word struct {
	Do      string `json:"do,omitempty"` // start, step, seal (header and data apart), wrap (one token), open, sign, verify
	Role    string `json:"role,omitempty"`
	Service string `json:"service,omitempty"` // such as HTTP@localhost
	SPNEGO  bool   `json:"spnego,omitempty"`
	DCE     bool   `json:"dce,omitempty"` // Windows' variant for remote procedure calls

	Bindings []byte `json:"bindings,omitempty"` // of the TLS connection

	Token     []byte `json:"token,omitempty"`
	Message   []byte `json:"message,omitempty"`
	Signature []byte `json:"signature"`
	Sealed    []byte `json:"sealed"`
	MIC       []byte `json:"mic,omitempty"`

	Done      bool   `json:"done,omitempty"`
	Initiator string `json:"initiator,omitempty"`
	Encrypted bool   `json:"encrypted,omitempty"`
	Error     string `json:"error,omitempty"`
}

// NewPeer starts the library with a ticket (for an initiator) and the server's keytab (for an acceptor). The test
// is skipped where Python has no gssapi.
func (s *Server) NewPeer(t testing.TB, ticket string, first Word) *Peer {
	t.Helper()
	const python = "/usr/bin/python3" // the one that Debian's packages belong to
	if err := exec.Command(python, "-c", "import gssapi").Run(); err != nil {
		t.Skip("python3-gssapi is not installed: the recorded tokens are the judge")
	}
	c := exec.Command(python, "-u", "-c", peerProgram)
	c.Env = append(s.environment(), "KRB5CCNAME=FILE:"+ticket, "KRB5_KTNAME="+s.Keytab)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	p := &Peer{t: t, in: in, out: bufio.NewScanner(out)}
	p.out.Buffer(nil, 64<<20)
	first.Do = "start"
	p.Must(first)
	return p
}

// Say says a word and returns the answer.
func (p *Peer) Say(w Word) Word {
	p.t.Helper()
	line, err := json.Marshal(w)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		p.t.Fatal(err)
	}
	if !p.out.Scan() {
		p.t.Fatalf("the peer ended: %v", p.out.Err())
	}
	var a Word
	if err := json.Unmarshal(p.out.Bytes(), &a); err != nil {
		p.t.Fatalf("%v: %s", err, p.out.Bytes())
	}
	return a
}

// Must is Say of which no error is expected.
func (p *Peer) Must(w Word) Word {
	p.t.Helper()
	a := p.Say(w)
	if a.Error != "" {
		p.t.Fatalf("MIT's library: %s: %s", w.Do, a.Error)
	}
	return a
}
