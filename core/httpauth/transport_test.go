package httpauth_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/httpauth"
	"tenantry/core/proxy"
	"tenantry/core/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "p\u00e4ss:w\u00f6rd correct horse"

var anna = httpauth.Basic{User: "anna@fabrikam.example", Password: secret.New(password)}

func transport(t testing.TB, o httpauth.Options) *httpauth.Transport {
	t.Helper()
	tr, err := httpauth.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func asError(err error, e **httpauth.Error) bool { return errors.As(err, e) }

func tlsServer(t testing.TB, c *tls.Config, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = c
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// raw serves each connection with handle and closes it.
func raw(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			handle(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

// readRequest reads a request as far as its body's last byte.
func readRequest(c net.Conn) {
	var got []byte
	b := make([]byte, 4096)
	for !bytes.HasSuffix(got, []byte("<request/>")) {
		n, err := c.Read(b)
		got = append(got, b[:n]...)
		if err != nil {
			return
		}
	}
}

func post(ctx context.Context, tr *httpauth.Transport, address string) (int, string, error) {
	status, _, body, err := tr.Post(ctx, address, "text/xml", strings.NewReader("<request/>"))
	if err != nil {
		return 0, "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return status, string(text), err
}

func wantKind(t *testing.T, err error, kind httpauth.Kind, stage httpauth.Stage) *httpauth.Error {
	t.Helper()
	var e *httpauth.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Stage != stage {
		t.Fatalf("error %v (%T), want %v while %v", err, err, kind, stage)
	}
	for _, hidden := range []string{password, "p%C3%A4ss", "YW5uYUBmYWJyaWth", "SecurityToken", "anna@"} {
		if strings.Contains(err.Error(), hidden) {
			t.Errorf("the error shows %q: %v", hidden, err)
		}
	}
	return e
}

func TestPostOverPrivateTLS(t *testing.T) {
	ca := newAuthority(t)
	connections := map[string]bool{}
	address := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}, func(w http.ResponseWriter, r *http.Request) {
		connections[r.RemoteAddr] = true
		user, pass, ok := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		if !ok || user != anna.User || pass != password || string(body) != "<request/>" || r.Header.Get("Content-Type") != "text/xml" || r.ProtoMajor != 1 || r.Method != "POST" {
			t.Errorf("arrived as %v %q %q", r, user, body)
		}
		if r.RequestURI != "/powershell?DelegatedOrg=a.example;x=%7e" {
			t.Errorf("asked for %s", r.RequestURI)
		}
		if c, err := r.Cookie("MS-WSMAN"); len(connections) > 0 && r.Header.Get("Cookie") != "" && (err != nil || c.Value != "b1") {
			t.Errorf("cookie %v", c)
		}
		http.SetCookie(w, &http.Cookie{Name: "MS-WSMAN", Value: "b1", Path: "/powershell"})
		w.Header().Set("X-Seen", r.Header.Get("Cookie"))
		w.WriteHeader(500)
		io.WriteString(w, "a fault")
	})
	tr := transport(t, httpauth.Options{Authorizer: anna, PrivateCA: ca.pem})
	for i := range 3 {
		status, header, body, err := tr.Post(t.Context(), address+"/powershell?DelegatedOrg=a.example;x=%7e", "text/xml", strings.NewReader("<request/>"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		body.Close()
		if status != 500 || string(text) != "a fault" || err != nil {
			t.Errorf("answer %d %q %v", status, text, err)
		}
		if i > 0 && header.Get("X-Seen") != "MS-WSMAN=b1" {
			t.Errorf("request %d brought cookie %q", i, header.Get("X-Seen"))
		}
	}
	if len(connections) != 1 {
		t.Errorf("%d connections for three requests", len(connections))
	}
}

func TestCertificatesThatAreNotTrusted(t *testing.T) {
	ca := newAuthority(t)
	for _, tc := range []struct {
		name   string
		trust  []byte
		change func(*x509.Certificate)
		want   httpauth.Trust
	}{
		{"unknown authority", nil, nil, httpauth.TrustAuthority},
		{"another authority", newAuthority(t).pem, nil, httpauth.TrustAuthority},
		{"expired", ca.pem, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, httpauth.TrustExpired},
		{"not yet valid", ca.pem, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, httpauth.TrustExpired},
		{"other name", ca.pem, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"mail.fabrikam.example"} }, httpauth.TrustName},
	} {
		t.Run(tc.name, func(t *testing.T) {
			address := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, tc.change)}}, func(http.ResponseWriter, *http.Request) {
				t.Error("a request arrived")
			})
			_, _, err := post(t.Context(), transport(t, httpauth.Options{Authorizer: anna, PrivateCA: tc.trust}), address+"/?SecurityToken=x")
			if e := wantKind(t, err, httpauth.KindUntrusted, httpauth.StageConnecting); e.Trust != tc.want {
				t.Errorf("trust %d, want %d", e.Trust, tc.want)
			}
		})
	}
	if _, err := httpauth.New(httpauth.Options{PrivateCA: []byte("no certificate")}); err == nil {
		t.Error("an authority without a certificate was accepted")
	}
}

func TestOldTLSAndNoTLS(t *testing.T) {
	ca := newAuthority(t)
	tr := transport(t, httpauth.Options{Authorizer: anna, PrivateCA: ca.pem})
	old := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nil)
	_, _, err := post(t.Context(), tr, old)
	wantKind(t, err, httpauth.KindOldTLS, httpauth.StageConnecting)

	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	_, _, err = post(t.Context(), tr, strings.Replace(plain.URL, "http:", "https:", 1))
	wantKind(t, err, httpauth.KindNotTLS, httpauth.StageConnecting)

	garbage := raw(t, func(c net.Conn) {
		io.WriteString(c, "220 mail.example ESMTP\r\n")
		io.Copy(io.Discard, c)
	})
	_, _, err = post(t.Context(), tr, "https://"+garbage)
	wantKind(t, err, httpauth.KindNotTLS, httpauth.StageConnecting)

	closed := raw(t, func(c net.Conn) { c.Read(make([]byte, 1000)) })
	_, _, err = post(t.Context(), tr, "https://"+closed)
	wantKind(t, err, httpauth.KindDropped, httpauth.StageConnecting)
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	tr := transport(t, httpauth.Options{Authorizer: anna, Proxy: proxy.None})
	_, _, err = post(t.Context(), tr, "https://"+address)
	wantKind(t, err, httpauth.KindRefused, httpauth.StageConnecting)
	// The top-level name "invalid" never exists (RFC 6761 6.4).
	_, _, err = post(t.Context(), tr, "https://ps.fabrikam.invalid/powershell")
	wantKind(t, err, httpauth.KindName, httpauth.StageConnecting)
}

func TestLostConnections(t *testing.T) {
	tr := transport(t, httpauth.Options{Authorizer: anna})
	for _, tc := range []struct {
		name   string
		handle func(net.Conn)
		kind   httpauth.Kind
		stage  httpauth.Stage
	}{
		{"after the request", readRequest, httpauth.KindDropped, httpauth.StageWaiting},
		{"reset after the request", func(c net.Conn) { readRequest(c); c.(*net.TCPConn).SetLinger(0) }, httpauth.KindDropped, httpauth.StageWaiting},
		{"in the headers", func(c net.Conn) { readRequest(c); io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n") }, httpauth.KindDropped, httpauth.StageAnswer},
		{"in a body of known length", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		}, httpauth.KindDropped, httpauth.StageAnswer},
		{"in a chunked body", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		}, httpauth.KindDropped, httpauth.StageAnswer},
		{"not HTTP", func(c net.Conn) { readRequest(c); io.WriteString(c, "hello there, this is no HTTP\r\n\r\n") }, httpauth.KindNotHTTP, httpauth.StageAnswer},
		{"broken chunks", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n")
		}, httpauth.KindNotHTTP, httpauth.StageAnswer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, text, err := post(t.Context(), tr, "http://"+raw(t, tc.handle)+"/?SecurityToken=x")
			wantKind(t, err, tc.kind, tc.stage)
			if strings.Contains(tc.name, "in a") && text != "half" {
				t.Errorf("the half that came was %q", text)
			}
		})
	}
}

// A connection closed after a whole answer is not an error: the next request uses a new one.
func TestAConnectionClosedAfterTheAnswer(t *testing.T) {
	closed := make(chan struct{}, 1)
	address := raw(t, func(c net.Conn) {
		readRequest(c)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
		c.Close()
		closed <- struct{}{}
	})
	tr := transport(t, httpauth.Options{})
	for range 3 {
		status, text, err := post(t.Context(), tr, "http://"+address)
		var e *httpauth.Error
		if errors.As(err, &e) && e.Reused && e.Kind == httpauth.KindDropped && e.Stage <= httpauth.StageWaiting {
			continue // the close was not seen before the request went out, and the error says so: nobody read it
		}
		<-closed
		if err != nil || status != 200 || text != "whole" {
			t.Errorf("%d %q %v", status, text, err)
		}
	}
}

func TestTimeouts(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/stall" {
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })
	tr := transport(t, httpauth.Options{AnswerTimeout: 50 * time.Millisecond, StallTimeout: 50 * time.Millisecond, TLSTimeout: 50 * time.Millisecond})
	_, _, err := post(t.Context(), tr, s.URL)
	wantKind(t, err, httpauth.KindTimeout, httpauth.StageWaiting)
	_, text, err := post(t.Context(), tr, s.URL+"/stall")
	wantKind(t, err, httpauth.KindTimeout, httpauth.StageAnswer)
	if text != "half" {
		t.Errorf("the half that came was %q", text)
	}
	silent := raw(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	_, _, err = post(t.Context(), tr, "https://"+silent)
	wantKind(t, err, httpauth.KindTimeout, httpauth.StageConnecting)

	patient := transport(t, httpauth.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err = post(ctx, patient, s.URL)
	if wantKind(t, err, httpauth.KindTimeout, httpauth.StageWaiting); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is missing: %v", err)
	}
}

func TestCancelling(t *testing.T) {
	started := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/body" {
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		started <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	tr := transport(t, httpauth.Options{})
	for path, stage := range map[string]httpauth.Stage{"/wait": httpauth.StageWaiting, "/body": httpauth.StageAnswer} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-started
			cancel()
		}()
		_, _, err := post(ctx, tr, s.URL+path)
		if path == "/body" {
			var e *httpauth.Error // the cancel may be faster than the headers
			if errors.As(err, &e) && e.Stage == httpauth.StageWaiting {
				stage = e.Stage
			}
		}
		if wantKind(t, err, httpauth.KindCancelled, stage); !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is missing: %v", err)
		}
	}
}

func TestWherePasswordsMayGo(t *testing.T) {
	arrived := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { arrived++ }))
	t.Cleanup(s.Close)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	tr := transport(t, httpauth.Options{Authorizer: anna})
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST"} {
		if _, _, err := post(t.Context(), tr, "http://"+host+port); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if arrived != 3 {
		t.Errorf("%d of 3 arrived", arrived)
	}
	// A proxy elsewhere would read what goes over plain http, wherever that leads.
	elsewhere, err := proxy.Manual("proxy.example:3128", "", secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = post(t.Context(), transport(t, httpauth.Options{Authorizer: anna, Proxy: elsewhere}), s.URL)
	wantKind(t, err, httpauth.KindNotEncrypted, httpauth.StageConnecting)
	for _, host := range []string{"127.1", "0x7f.0.0.1", "2130706433", "0", "0.0.0.0", "localhost.example", "127.0.0.1.example", "mail.fabrikam.example", "192.0.2.1", "[::]"} {
		_, _, err := post(t.Context(), tr, "http://"+host+port)
		wantKind(t, err, httpauth.KindNotEncrypted, httpauth.StageConnecting)
	}
	for address, kind := range map[string]httpauth.Kind{
		"http://anna@127.0.0.1" + port: httpauth.KindUserinfo, "https://a:" + url.QueryEscape(password) + "@h.example": httpauth.KindUserinfo,
		"ftp://127.0.0.1": httpauth.KindAddress, "127.0.0.1": httpauth.KindAddress, "https:///p": httpauth.KindAddress, "": httpauth.KindAddress, "https://h\x7f/?SecurityToken=x": httpauth.KindAddress,
	} {
		_, _, err := post(t.Context(), tr, address)
		wantKind(t, err, kind, httpauth.StageConnecting)
	}
	if arrived != 3 {
		t.Error("a refused request arrived")
	}
	_, _, err = post(t.Context(), transport(t, httpauth.Options{Authorizer: httpauth.Basic{User: "a:b", Password: secret.New(password)}}), s.URL)
	if wantKind(t, err, httpauth.KindCredentials, httpauth.StageConnecting); !errors.Is(err, httpauth.ErrColon) {
		t.Errorf("a colon: %v", err)
	}
	if shown := fmt.Sprintf("%v %+v %#v", anna, anna, anna); strings.Contains(shown, "correct horse") {
		t.Errorf("Basic prints %s", shown)
	}
}

func TestEveryStatusIsAnAnswer(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.Header().Set("Location", "/200")
		w.Header().Add("WWW-Authenticate", "Negotiate")
		w.Header().Add("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(status)
		io.WriteString(w, "text")
	}))
	t.Cleanup(s.Close)
	tr := transport(t, httpauth.Options{Authorizer: anna})
	for i, want := range []int{200, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 500, 503} {
		status, header, body, err := tr.Post(t.Context(), fmt.Sprint(s.URL, "/", want), "text/xml", strings.NewReader("<request/>"))
		if err != nil {
			t.Fatal(want, err)
		}
		text, err := io.ReadAll(body)
		body.Close()
		if status != want || string(text) != "text" || err != nil || header.Get("Location") != "/200" || len(header.Values("WWW-Authenticate")) != 2 || asked != i+1 {
			t.Errorf("%d: %d %q %v after %d requests", want, status, text, err, asked)
		}
	}
}

func TestBoundsAndCompression(t *testing.T) {
	zip := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		z.Write(b)
		z.Close()
		return out.Bytes()
	}
	bodies := map[string]struct {
		coding string
		body   []byte
		kind   httpauth.Kind
	}{
		"/zip":     {"gzip", zip([]byte("hello")), 0},
		"/empty":   {"gzip", nil, 0},
		"/bomb":    {"gzip", zip(make([]byte, 10<<20)), httpauth.KindTooLarge},
		"/known":   {"", make([]byte, 2<<20), httpauth.KindTooLarge},
		"/just":    {"", make([]byte, 1<<20), 0},
		"/broken":  {"gzip", []byte("this is not gzip at all, really"), httpauth.KindEncoding},
		"/corrupt": {"gzip", append(zip([]byte("hello"))[:10], 0xFF, 0xFF, 0xFF, 0xFF), httpauth.KindEncoding},
		"/sum":     {"gzip", flip(zip([]byte("hello")), -8), httpauth.KindEncoding},
		"/cut":     {"gzip", zip([]byte("hello"))[:12], httpauth.KindDropped},
		"/br":      {"br", []byte("x"), httpauth.KindEncoding},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
		}
		b := bodies[r.URL.Path]
		if b.coding != "" {
			w.Header().Set("Content-Encoding", b.coding)
		}
		w.Write(b.body)
	}))
	t.Cleanup(s.Close)
	tr := transport(t, httpauth.Options{MaxAnswer: 1 << 20})
	for path, b := range bodies {
		_, text, err := post(t.Context(), tr, s.URL+path)
		if b.kind == 0 {
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			continue
		}
		wantKind(t, err, b.kind, httpauth.StageAnswer)
		if len(text) > 1<<20 {
			t.Errorf("%s: %d bytes let through", path, len(text))
		}
	}
	if _, text, _ := post(t.Context(), tr, s.URL+"/zip"); text != "hello" {
		t.Errorf("unpacked to %q", text)
	}
}

func TestProxies(t *testing.T) {
	ca := newAuthority(t)
	target := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "through")
	})
	via := func(address string) *httpauth.Transport {
		return transport(t, httpauth.Options{Authorizer: anna, PrivateCA: ca.pem, Proxy: func(*url.URL) (*url.URL, error) {
			return url.Parse("http://" + address)
		}})
	}
	seen := ""
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Method + " " + r.Header.Get("Authorization")
		out, err := net.Dial("tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer out.Close()
		in, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer in.Close()
		io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
		done := make(chan struct{})
		go func() { io.Copy(out, in); out.(*net.TCPConn).CloseWrite(); close(done) }()
		io.Copy(in, out)
		in.Close()
		<-done
	}))
	tr := via(good.Listener.Addr().String())
	if _, text, err := post(t.Context(), tr, target); err != nil || text != "through" || seen != "CONNECT " {
		t.Errorf("%q %v, the proxy saw %q", text, err, seen)
	}
	tr.Close()
	good.Close()

	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(407) }))
	t.Cleanup(refusing.Close)
	_, _, err := post(t.Context(), via(refusing.Listener.Addr().String()), target)
	if e := wantKind(t, err, httpauth.KindProxy, httpauth.StageConnecting); e.Status != 407 {
		t.Errorf("status %d", e.Status)
	}
	_, _, err = post(t.Context(), via(good.Listener.Addr().String()), target) // closed by now
	if e := wantKind(t, err, httpauth.KindProxy, httpauth.StageConnecting); e.Status != 0 {
		t.Errorf("status %d", e.Status)
	}
	unread := transport(t, httpauth.Options{Authorizer: anna, Proxy: func(*url.URL) (*url.URL, error) { return nil, proxy.ErrAddress }})
	_, _, err = post(t.Context(), unread, target)
	wantKind(t, err, httpauth.KindProxy, httpauth.StageConnecting)
}

func TestLargeRequestsAreStreamed(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, r.ContentLength, err)
	}))
	t.Cleanup(s.Close)
	tr := transport(t, httpauth.Options{})
	_, _, body, err := tr.Post(t.Context(), s.URL, "x/y", io.LimitReader(zeros{}, 5<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if text, _ := io.ReadAll(body); string(text) != fmt.Sprint(5<<20, -1, nil) {
		t.Errorf("the server saw %s", text)
	}
}

func flip(b []byte, at int) []byte {
	b[len(b)+at] ^= 0xFF
	return b
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
