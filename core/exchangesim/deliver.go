package exchangesim

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchangesim/faults"
)

// reply is an answer before it travels. Its other headers stand in the ResponseWriter.
type reply struct {
	status int
	kind   string // Content-Type; empty for none
	body   []byte
}

func soap(status int, envelope []byte) reply { return reply{status, soapType, envelope} }

// deliver sends an answer, encrypted where it must be, through the faults that make it suffer on its way.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, a reply, ask *asking) {
	h := w.Header()
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	var way journey
	way.plan(ask)
	if way.wait > 0 && !s.pause(r.Context(), way.wait) {
		ask.line.breaks = dropBefore // nothing is no answer either
		return
	}
	a.body = way.spoil(a.body)
	if ask.seal != nil && len(a.body) > 0 {
		sealed, kind, err := ask.seal(a.kind, a.body)
		if err != nil {
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
			return
		}
		a.body = sealed
		h.Set("Content-Type", kind)
	}
	if way.gzip && len(a.body) > 0 {
		a.body = compressed(a.body)
		h.Set("Content-Encoding", "gzip")
	}
	if way.drop != "" {
		ask.line.breaks = way.drop
	}
	if way.chunk == 0 {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if way.chunk == 0 && way.trickle == 0 {
		_, _ = w.Write(a.body) // a client that left needs no answer
		return
	}
	s.pour(w, r, a.body, way)
}

// journey is what faults do to an answer on its way.
type journey struct {
	wait    time.Duration
	trickle time.Duration
	chunk   int    // bytes; 0 sends Content-Length
	drop    string // how the connection breaks; empty when it does not
	garbage string
	gzip    bool
}

const (
	dropBefore  = "before"
	dropHeaders = "headers"
	dropBody    = "body"
	dropLength  = "length"
	dropChunks  = "chunks"
)

func (j *journey) plan(ask *asking) {
	for _, r := range ask.strike(faults.Around, func(r faults.Rule) bool {
		return r.Name != faults.Gzip || r.Value == "always" || readsGzip(ask.http.Header)
	}) {
		switch r.Name {
		case faults.Slow:
			j.wait += r.Duration()
		case faults.Trickle:
			j.trickle += r.Duration()
		case faults.Chunked:
			j.chunk = r.Number()
		case faults.Gzip:
			j.gzip = true
		case faults.Garbage:
			j.garbage = r.Value
		case faults.DropAfter:
			j.drop = dropBefore
		case faults.DropIn:
			j.drop = r.Value
		case faults.HalfBody:
			j.drop = dropLength
			if r.Value == "chunked" {
				j.drop = dropChunks
			}
		}
	}
}

// pause waits; false when the client or the server has gone.
func (s *Server) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.shells.base.Done():
	}
	return false
}

// otherAnswer is a well-formed envelope that answers nothing a session asks.
const otherAnswer = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><wsmid:IdentifyResponse><wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion><wsmid:ProductVendor>Sample</wsmid:ProductVendor></wsmid:IdentifyResponse></s:Body></s:Envelope>`

func (j *journey) spoil(body []byte) []byte {
	switch j.garbage {
	case "bytes":
		body = make([]byte, max(64, len(body)))
		_, _ = rand.Read(body) // it never fails
	case "cut":
		body = body[:len(body)*2/3]
	case "soap":
		body = []byte(otherAnswer)
	case "empty":
		body = nil
	}
	return body
}

// readsGzip tells whether a client said that it reads gzip (RFC 9110 12.5.3).
func readsGzip(h http.Header) bool {
	for item := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, _ := strings.Cut(item, ";")
		if c := strings.ToLower(strings.TrimSpace(coding)); c != "gzip" && c != "x-gzip" {
			continue
		}
		name, weight, weighted := strings.Cut(parameters, "=")
		q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
		return !weighted || !strings.EqualFold(strings.TrimSpace(name), "q") || err == nil && q > 0
	}
	return false
}

func compressed(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// pour sends a body in pieces.
func (s *Server) pour(w http.ResponseWriter, r *http.Request, body []byte, way journey) {
	const steps = 20
	size := way.chunk
	if size == 0 {
		size = max(1, (len(body)+steps-1)/steps)
	}
	pieces := max(1, (len(body)+size-1)/size)
	flush := http.NewResponseController(w).Flush
	_ = flush() // the headers
	for len(body) > 0 {
		n := min(size, len(body))
		if _, err := w.Write(body[:n]); err != nil || flush() != nil {
			return
		}
		if body = body[n:]; way.trickle > 0 && len(body) > 0 && !s.pause(r.Context(), way.trickle/time.Duration(pieces)) {
			panic(http.ErrAbortHandler) // what was sent must not look whole
		}
	}
}

// line is the connection a request came on, below message encryption: where it breaks, an answer breaks as it
// travels. It keeps the answer until end when it is to break.
type line struct {
	http.ResponseWriter
	breaks string // how; empty when it does not
	status int
	body   bytes.Buffer
}

// Unwrap lets http.ResponseController reach the connection.
func (l *line) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *line) WriteHeader(status int) {
	if l.breaks == "" {
		l.ResponseWriter.WriteHeader(status)
		return
	}
	l.status = status
}

func (l *line) Write(b []byte) (int, error) {
	if l.breaks == "" {
		return l.ResponseWriter.Write(b)
	}
	return l.body.Write(b)
}

// FlushError keeps what is to break.
func (l *line) FlushError() error {
	if l.breaks == "" {
		return http.NewResponseController(l.ResponseWriter).Flush()
	}
	return nil
}

// end breaks the connection if it is to break: it takes it over, sends a part of the answer and closes it.
func (l *line) end(r *http.Request) {
	if l.breaks == "" {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20)) // what is not read would turn the end into a reset
	conn, _, err := http.NewResponseController(l.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the other way to break it
	}
	h := l.Header()
	h.Del("Content-Length")
	whole := l.body.Bytes()
	half := whole[:len(whole)/2]
	var b bytes.Buffer
	head := func() {
		fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", l.status, http.StatusText(l.status))
		_ = h.Write(&b) // a buffer takes everything
		b.WriteString("\r\n")
	}
	switch l.breaks {
	case dropHeaders:
		h.Set("Content-Length", strconv.Itoa(len(whole)))
		head()
		b.Truncate(b.Len() / 2)
	case dropBody, dropLength:
		h.Set("Content-Length", strconv.Itoa(max(1, len(whole)))) // also an empty body is not all there
		head()
		b.Write(half)
	case dropChunks:
		h.Set("Transfer-Encoding", "chunked")
		head()
		chunks := httputil.NewChunkedWriter(&b)
		_, _ = chunks.Write(half) // without Close the end is missing
	}
	_, _ = conn.Write(b.Bytes()) // a client that left needs no answer
	if l.breaks == dropLength || l.breaks == dropChunks {
		_ = conn.Close()
		return
	}
	breakOff(conn, l.breaks == dropBefore)
}

// breakOff closes the socket below TLS, so that nothing says that this is the end; a reset also drops what is
// still on its way.
func breakOff(conn net.Conn, reset bool) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok && reset {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
}
