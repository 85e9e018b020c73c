package exchangesim_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/httpauth"
)

// sealing carries requests over connections that NTLM signs in and encrypts.
type sealing struct{ *httpauth.Transport }

func (s sealing) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body, err := s.Post(r.Context(), r.URL.String(), r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: header, Body: body}, nil
}

// overheard lets everything through to a server and keeps it.
type overheard struct {
	address string
	mu      sync.Mutex
	bytes   bytes.Buffer
}

func (o *overheard) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.Write(p)
}

func overhear(t *testing.T, host string) *overheard {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &overheard{address: l.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				_ = near.Close()
				continue
			}
			for _, way := range [][2]net.Conn{{far, near}, {near, far}} {
				running.Go(func() {
					_, _ = io.Copy(way[0], io.TeeReader(way[1], o))
					_ = way[0].Close()
					_ = way[1].Close()
				})
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return o
}

// TestFaultsOnEncryptedConnections: whatever strikes, nothing of what is said stands clear on the wire, and the counts
// stay exact. Web pages come from things on the way, which cannot encrypt.
func TestFaultsOnEncryptedConnections(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.NTLM}})
	d := s.Describe()
	at, err := url.Parse(d.Classic)
	if err != nil {
		t.Fatal(err)
	}
	wire := overhear(t, at.Host)
	short := map[string]string{"slow": "=1ms", "trickle": "=2ms"}
	for _, f := range faults.Catalogue() {
		rules := []string{string(f.Name) + short[string(f.Name)]}
		if f.Part == faults.Around {
			rules = append(rules, string(f.Name)+"@create,command"+short[string(f.Name)])
		}
		for _, rule := range rules {
			carrier, err := httpauth.New(httpauth.Options{Mechanisms: []httpauth.Mechanism{httpauth.NTLM{User: d.User, Password: s.Password}}})
			if err != nil {
				t.Fatal(err)
			}
			c := connect(t, s, someQuery)
			c.http, c.user, c.wait = &http.Client{Transport: sealing{carrier}}, "", "PT0.02S"
			c.url = strings.Replace(c.url, at.Host, wire.address, 1)
			id := strings.ToUpper(uuid.NewString())
			if err := s.SetFaults(faults.Must(rule)); err != nil {
				t.Fatal(err)
			}
			before := s.Struck()[f.Name]
			for _, step := range []string{"create", "first-receive", "command", "send", "receive", "signal", "delete"} {
				a, err := c.tryStep(step, id)
				if step == "create" {
					if err == nil && a.status == http.StatusFound && strings.HasPrefix(a.header.Get("Location"), "http://127.0.0.1") && f.Name == faults.RedirectChain {
						c.url = a.header.Get("Location")
					}
					c.shell = c.chosen
				}
			}
			if s.Struck()[f.Name] == before {
				t.Errorf("%s never struck", rule)
			}
			if err := s.SetFaults(faults.Plan{}); err != nil {
				t.Fatal(err)
			}
			_, _ = c.tryStep("delete", id) // what a lost answer left
			if st := s.Stats(); st.OpenShells != 0 || st.Created != st.Deleted {
				t.Fatalf("%s: %+v", rule, st)
			}
			carrier.Close()
		}
	}
	wire.mu.Lock()
	defer wire.mu.Unlock()
	// Shorter words stand in what is encrypted by chance.
	for _, clear := range []string{"Envelope", "CommandLine", s.Password.Reveal(), "[FailureCategory"} {
		if i := bytes.Index(wire.bytes.Bytes(), []byte(clear)); i >= 0 {
			t.Errorf("%q stands in clear on the wire: %q", clear, wire.bytes.Bytes()[max(0, i-300):min(wire.bytes.Len(), i+100)])
		}
	}
	for _, page := range []string{"Service Unavailable", "acting as a gateway", "Gateway Time-out", "accept the terms of use", "Internal server error"} {
		if !bytes.Contains(wire.bytes.Bytes(), []byte(page)) {
			t.Errorf("the page %q was not heard", page)
		}
	}
	if n := bytes.Count(wire.bytes.Bytes(), []byte("encrypted;protocol=")); n < 100 {
		t.Errorf("only %d encrypted messages were heard", n)
	}
}

// TestMessagesAsExchangeWritesThem: Exchange puts a space behind the dashes around encrypted parts; a client that
// does so too is understood.
func TestMessagesAsExchangeWritesThem(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.NTLM}})
	d := s.Describe()
	carrier, err := httpauth.New(httpauth.Options{Mechanisms: []httpauth.Mechanism{httpauth.NTLM{User: d.User, Password: s.Password}}})
	if err != nil {
		t.Fatal(err)
	}
	defer carrier.Close()
	at, err := url.Parse(d.Classic)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	spaced := 0
	var running sync.WaitGroup
	running.Go(func() { // one connection, whose requests are written again with the space
		near, err := l.Accept()
		if err != nil {
			return
		}
		defer near.Close()
		far, err := net.Dial("tcp", at.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer far.Close()
		requests, answers := bufio.NewReader(near), bufio.NewReader(far)
		for {
			r, err := http.ReadRequest(requests)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(r.Body)
			spaced += bytes.Count(body, []byte("--Encrypted Boundary"))
			body = bytes.ReplaceAll(body, []byte("--Encrypted Boundary"), []byte("-- Encrypted Boundary"))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			if err := r.Write(far); err != nil {
				return
			}
			a, err := http.ReadResponse(answers, r)
			if err != nil {
				return
			}
			_ = a.Write(near)
		}
	})
	c := connect(t, s, someQuery)
	c.http, c.user = &http.Client{Transport: sealing{carrier}}, ""
	c.url = strings.Replace(c.url, at.Host, l.Addr().String(), 1)
	c.open()
	if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 || len(r.objects) == 0 {
		t.Errorf("%+v", r)
	}
	c.remove()
	carrier.Close()
	_ = l.Close()
	running.Wait()
	if spaced < 9 {
		t.Errorf("only %d boundaries were written with a space", spaced)
	}
}

// TestEncryptedAnswersTravelAsFaultsWant: pieces and compression are those of what travels, the encrypted parts.
func TestEncryptedAnswersTravelAsFaultsWant(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.NTLM}})
	d := s.Describe()
	at, err := url.Parse(d.Classic)
	if err != nil {
		t.Fatal(err)
	}
	for rule, heard := range map[string]string{
		"chunked=50":         "\r\n\r\n32\r\n--Encrypted Boundary",
		"trickle=5ms":        "\r\n\r\n--Encrypted Boundary",
		"gzip=always":        "\r\n\r\n\x1f\x8b",
		"drop-in@delete":     "\r\n\r\n--Encrypted Boundary",
		"half-body@delete":   "\r\n\r\n--Encrypted Boundary",
		"garbage@delete=cut": "\r\n\r\n--Encrypted Boundary",
	} {
		carrier, err := httpauth.New(httpauth.Options{Mechanisms: []httpauth.Mechanism{httpauth.NTLM{User: d.User, Password: s.Password}}})
		if err != nil {
			t.Fatal(err)
		}
		wire := overhear(t, at.Host)
		c := connect(t, s, someQuery)
		c.http, c.user = &http.Client{Transport: sealing{carrier}}, ""
		c.url = strings.Replace(c.url, at.Host, wire.address, 1)
		if err := s.SetFaults(faults.Must(rule)); err != nil {
			t.Fatal(err)
		}
		c.open()
		_, _ = c.tryStep("delete", uuid.NewString())
		carrier.Close()
		wire.mu.Lock()
		answers := 0
		for _, a := range strings.Split(wire.bytes.String(), "HTTP/1.1 200 OK\r\n")[1:] {
			if strings.Contains(a, heard) {
				answers++
			}
		}
		if answers < 3 {
			t.Errorf("%s: %q was heard in %d answers: %q", rule, heard, answers, wire.bytes.String())
		}
		wire.mu.Unlock()
		if n := s.Stats().OpenShells; n != 0 {
			t.Errorf("%s: %d sessions are open", rule, n)
		}
	}
}
