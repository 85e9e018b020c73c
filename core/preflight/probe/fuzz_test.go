package probe_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"testing"

	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

// Whatever a proxy or a host answers, Reach ends and says how far it got.
func FuzzAnswers(f *testing.F) {
	f.Add(uint8(0), []byte("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 No Content\r\nDate: Mon, 30 Nov 2026 12:00:00 GMT\r\n\r\n"))
	f.Add(uint8(0), []byte("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n"))
	f.Add(uint8(1), []byte("\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50HTTP/1.0 200 OK\r\n\r\n"))
	f.Add(uint8(1), []byte("\x05\x02\x01\x00\x05\x00\x00\x03\x02ab\x00\x00"))
	f.Add(uint8(1), []byte("\x05\xff"))
	f.Add(uint8(2), []byte("HTTP/1.1 302 Found\r\nDate: yesterday\r\nLocation: /\r\n\r\n"))
	f.Add(uint8(3), []byte("\x15\x03\x01\x00\x02\x02\x46"))
	f.Fuzz(func(t *testing.T, way uint8, answer []byte) {
		o := probe.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go io.Copy(io.Discard, there)
			go func() {
				there.Write(answer)
				there.Close()
			}()
			return here, nil
		}}
		e := preflight.Endpoint{Host: "192.0.2.1", Port: 8443, Web: true, Purpose: preflight.ForConnection}
		switch way % 4 {
		case 0:
			e.TLS = true
			o.Proxy = func(*url.URL) (*url.URL, error) { return url.Parse("http://192.0.2.2:3128") }
		case 1:
			o.Proxy = func(*url.URL) (*url.URL, error) { return url.Parse("socks5://jo:pw@192.0.2.2:1080") }
		case 3:
			e.TLS = true
		}
		r, err := probe.New(o).Reach(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Steps) == 0 || r.Steps[len(r.Steps)-1].OK != (r.Fault == "") {
			t.Errorf("%q after %s", r.Fault, stepNames(r.Steps))
		}
		if r.Date.IsZero() != r.Asked.IsZero() {
			t.Errorf("the server's clock %v was read at %v", r.Date, r.Asked)
		}
	})
}
