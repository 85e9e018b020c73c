package main_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestWhatAServerSendsOutOfTurnIsNotShown: a server that sends bytes where none belong must not reach standard
// error with them.
func TestWhatAServerSendsOutOfTurnIsNotShown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					if req, err := http.ReadRequest(in); err != nil {
						return
					} else if _, err = io.Copy(io.Discard, req.Body); err != nil {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 304 Not Modified\r\n\r\nout of turn")
				}
			}()
		}
	}()
	p := somebody(t)
	got := p.run(t, "secret\n", "run", "Get-Mailbox", "--url", "http://"+l.Addr().String()+"/powershell",
		"--user", "anna@fabrikam.example", "--password-stdin", "--customer", "contoso.example").want(t, 1, "This address does not answer as Exchange")
	if strings.Contains(got.err, "out of turn") || strings.Contains(got.err, "Unsolicited") {
		t.Errorf("standard error:\n%s", got.err)
	}
}
