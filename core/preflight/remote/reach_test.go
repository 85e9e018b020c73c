package remote_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/test/winrmserver"
)

// chain makes a certificate for ps.example and its authority, both as the text prints them.
func chain(t *testing.T, authority string, notAfter time.Time) (lines string, pemCA []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := func(name string, ca bool) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: notAfter.Add(-48 * time.Hour), NotAfter: notAfter,
			DNSNames: []string{"ps.example"}, IsCA: ca, BasicConstraintsValid: true,
		}
	}
	ca, err := x509.CreateCertificate(rand.Reader, template(authority, true), template(authority, true), &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.CreateCertificate(rand.Reader, template("ps.example", false), template(authority, true), &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return "certificate=" + b64(leaf) + "\r\ncertificate=" + b64(ca) + "\r\n", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca})
}

const (
	reachedHost = "step=name\r\ntext=192.0.2.7, 2001:db8::7\r\nms=12\r\nok=1\r\nstep=connect\r\naddress=192.0.2.7\r\nms=30\r\nok=1\r\n"
	greetedHost = reachedHost + "step=tls\r\ntls=3072\r\nms=40\r\nok=1\r\n"
	answered    = "step=answer\r\nasked=2026-11-30T12:00:10Z\r\ndate=Mon, 30 Nov 2026 12:00:00 GMT\r\nms=5\r\nok=1\r\nend=1\r\n"
)

func TestReachingFromThere(t *testing.T) {
	asked := time.Date(2026, 11, 30, 12, 0, 10, 0, time.UTC)
	good, ca := chain(t, "Private Root", asked.Add(24*time.Hour))
	zscaler, _ := chain(t, "Zscaler Intermediate Root CA", asked.Add(24*time.Hour))
	old, _ := chain(t, "Private Root", asked.Add(-time.Hour))
	future, _ := chain(t, "Private Root", asked.Add(100*24*time.Hour))
	for name, c := range map[string]struct {
		said  string
		ca    []byte
		fault preflight.ReachFault
		steps string // with - before one that failed
	}{
		"fine":              {greetedHost + "policy=0\r\nstatus=\r\n" + good + answered, nil, "", "name connect tls trust answer"},
		"fine, a known one": {greetedHost + "policy=4\r\nstatus=UntrustedRoot\r\n" + good + answered, ca, "", "name connect tls trust answer"},
		"unknown authority": {greetedHost + "policy=4\r\nstatus=UntrustedRoot\r\n" + good + answered, nil, preflight.FaultAuthority, "name connect tls -trust"},
		"inspected":         {greetedHost + "policy=4\r\nstatus=UntrustedRoot\r\n" + zscaler + answered, nil, preflight.FaultInspected, "name connect tls -trust"},
		"expired":           {greetedHost + "policy=4\r\nstatus=NotTimeValid\r\n" + old + answered, nil, preflight.FaultExpired, "name connect tls -trust"},
		"not yet":           {greetedHost + "policy=4\r\nstatus=NotTimeValid\r\n" + future + answered, nil, preflight.FaultNotYet, "name connect tls -trust"},
		"expired, unknown":  {greetedHost + "policy=6\r\nstatus=NotTimeValid,UntrustedRoot\r\n" + old + answered, nil, preflight.FaultAuthority, "name connect tls -trust"},
		"another host":      {greetedHost + "policy=2\r\nstatus=\r\n" + good + answered, nil, preflight.FaultOtherHost, "name connect tls -trust"},
		"none to be seen":   {greetedHost + "policy=1\r\nstatus=\r\nend=1\r\n", nil, preflight.FaultAuthority, "name connect tls -trust"},
		"no name":           {"step=name\r\nms=9\r\nok=0\r\nfault=name\r\nerror=No such host is known\r\nend=1\r\n", nil, preflight.FaultName, "-name"},
		"no name server":    {"step=name\r\nms=9\r\nok=0\r\nfault=name-server\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultNameServer, "-name"},
		"silent":            {"step=name\r\nms=9\r\nok=1\r\nstep=connect\r\nms=4000\r\nok=0\r\nfault=silent\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultSilent, "name -connect"},
		"refused":           {"step=name\r\nms=9\r\nok=1\r\nstep=connect\r\nms=1\r\nok=0\r\nfault=refused\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultRefused, "name -connect"},
		"no TLS":            {reachedHost + "step=tls\r\nms=1\r\nok=0\r\nfault=not-tls\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultNotTLS, "name connect -tls"},
		"old TLS":           {reachedHost + "step=tls\r\naddress=192.0.2.7\r\nms=1\r\nok=0\r\nfault=old-tls\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultOldTLS, "name connect -tls"},
		"dropped":           {greetedHost + "policy=0\r\nstatus=\r\n" + good + "step=answer\r\nms=1\r\nok=0\r\nfault=dropped\r\nerror=x\r\nend=1\r\n", nil, preflight.FaultDropped, "name connect tls trust -answer"},
	} {
		t.Run(name, func(t *testing.T) {
			e := preflight.Endpoint{Host: "ps.example", Port: 443, TLS: true, Web: true, PrivateCA: c.ca}
			s := start(t, &winrmserver.Server{Run: withPowerShell(desk(), func(lines []string, p winrmserver.Process) int {
				if len(lines) != 5 || !slices.Equal(lines[:4], []string{"ps.example", "443", "1", "1"}) || !p.Pipe {
					t.Errorf("it was asked %q, pipe %v", lines, p.Pipe)
				}
				_, _ = p.Output.Write([]byte(c.said))
				return 0
			})})
			r, err := open(t, to(s)).Reach(t.Context(), e)
			if err != nil || r.Fault != c.fault {
				t.Fatalf("%q, %v", r.Fault, err)
			}
			var steps []string
			for _, s := range r.Steps {
				steps = append(steps, map[bool]string{false: "-"}[s.OK]+s.Name)
			}
			if got := strings.Join(steps, " "); got != c.steps {
				t.Errorf("steps %s, want %s", got, c.steps)
			}
			if (r.Fault != "") != (r.Cause != nil) {
				t.Errorf("cause %v", r.Cause)
			}
			if strings.Contains(c.said, "date=") && (r.Asked != asked || r.Date != asked.Add(-10*time.Second)) {
				t.Errorf("clocks %v, %v", r.Asked, r.Date)
			}
			if name == "fine" && (r.Version != "TLS 1.2" || r.Address != "192.0.2.7:443" || len(r.Chain) != 2 || r.Steps[0].Took != 12*time.Millisecond || r.Inspector != "") {
				t.Errorf("%+v", r)
			}
			if name == "inspected" && r.Inspector != "Zscaler" {
				t.Errorf("read by %q", r.Inspector)
			}
		})
	}
}

func TestWherePowerShellCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		out, errors string
		code        int
		want        exchange.Code
	}{
		"not there":              {"", "The system cannot find the path specified.", 1, remote.CodeNoPowerShell},
		"rules forbid its parts": {"", "Cannot invoke method. Method invocation is supported only on core types in this language mode.", 1, remote.CodeNoPowerShell},
		"cut off":                {"step=name\r\nms=1\r\nok=1\r\n", "", 1, remote.CodeOddOutput},
		"something else":         {"Hello from a profile\r\n", "", 0, remote.CodeOddOutput},
	} {
		s := start(t, &winrmserver.Server{Run: withPowerShell(desk(), func(_ []string, p winrmserver.Process) int {
			_, _ = p.Output.Write([]byte(c.out))
			_, _ = p.Errors.Write([]byte(c.errors))
			return c.code
		})})
		_, err := open(t, to(s)).Reach(t.Context(), preflight.Endpoint{Host: "ps.example", Port: 443})
		if p := wants(t, err, c.want); p.Cause == nil || c.errors != "" && !strings.Contains(p.Cause.Error(), c.errors) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The text is the same each time, and what it is asked for travels as lines, whatever stands in a host's name.
func TestTheTextIsFixed(t *testing.T) {
	var lines [][]string
	s := start(t, &winrmserver.Server{Run: withPowerShell(desk(), func(l []string, p winrmserver.Process) int {
		lines = append(lines, l)
		_, _ = p.Output.Write([]byte("step=name\r\nms=1\r\nok=0\r\nfault=name\r\nerror=x\r\nend=1\r\n"))
		return 0
	})})
	c := open(t, to(s))
	for _, e := range []preflight.Endpoint{{Host: "ps.example", Port: 443}, {Host: "münchen.example", Port: 80}, {Host: "2001:db8::7", Port: 443}} {
		if _, err := c.Reach(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []preflight.Endpoint{{Host: "a\r\n& calc", Port: 443}, {Host: `$(calc)"`, Port: 443}, {Host: "", Port: 443}, {Host: "a", Port: 0}, {Host: "a", Port: 70000}} {
		_, err := c.Reach(t.Context(), e)
		wants(t, err, exchange.CodeBadURL)
	}
	ran := s.Lines()
	if len(ran) != 3 || ran[0] != ran[1] || ran[0] != ran[2] || lines[1][0] != "xn--mnchen-3ya.example" || lines[2][0] != "2001:db8::7" {
		t.Fatalf("%d lines, %q", len(ran), lines)
	}
	// cmd.exe takes 8191 characters, with the system's folder written out.
	if n := len("cmd.exe /c ") + len(strings.Replace(ran[0], "%SystemRoot%", `C:\WINDOWS\`, 1)); n > 8191 {
		t.Errorf("the command line has %d characters", n)
	}
	argv, err := winrmserver.Argv(ran[0])
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(argv[len(argv)-1])
	if err != nil || len(raw)%2 != 0 {
		t.Fatal(err)
	}
	var units []uint16
	for i := 0; i < len(raw); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(raw[i:]))
	}
	text := string(utf16.Decode(units))
	whole, err := os.ReadFile("reach.ps1")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, line := range strings.Split(string(whole), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			fmt.Fprintln(&want, line)
		}
	}
	if text != want.String() || strings.ContainsFunc(text, func(r rune) bool { return r > 0x7E }) {
		t.Errorf("what is run is not reach.ps1:\n%s", text)
	}
}

func TestReachingIsGivenUp(t *testing.T) {
	s := start(t, &winrmserver.Server{Run: func(ctx context.Context, _ winrmserver.Process) int { <-ctx.Done(); return 1 }})
	c := open(t, to(s))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := c.Reach(ctx, preflight.Endpoint{Host: "ps.example", Port: 443})
	wants(t, err, remote.CodeNoAnswer)
}
