package httpauth

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync"
	"time"
)

// lane is one connection that was signed in by itself. What was proven on it, and the keys it was given, hold
// for no other, so a request goes to a lane and nowhere else. It is used for one request at a time.
type lane struct {
	conn    *http.ClientConn
	tls     *tls.ConnectionState // nil over plain http
	at      string               // scheme and host it leads to
	context SecurityContext      // nil until it is signed in
	scheme  Scheme
	idle    time.Time
}

// maxIdle is how long a lane may rest and be used again. Servers close one after two minutes.
const maxIdle = 90 * time.Second

// lanes holds those that rest.
type lanes struct {
	mu      sync.Mutex
	resting []*lane
	closed  bool
	last    choice // what the server took before
}

// choice is a mechanism, by its place among those asked for, and one of its schemes.
type choice struct{ mechanism, scheme int }

// take returns a lane that rests and leads to the place, or nil.
func (ls *lanes) take(at string) *lane {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for i := len(ls.resting) - 1; i >= 0; i-- {
		l := ls.resting[i]
		tired := l.conn.Err() != nil || time.Since(l.idle) > maxIdle
		if tired || l.at == at {
			ls.resting = slices.Delete(ls.resting, i, i+1)
		}
		switch {
		case tired:
			l.close()
		case l.at == at:
			return l
		}
	}
	return nil
}

// rest takes a lane back whose answer was read to its end.
func (ls *lanes) rest(l *lane) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.closed || l.conn.Err() != nil {
		l.close()
		return
	}
	l.idle = time.Now()
	ls.resting = append(ls.resting, l)
}

func (ls *lanes) close() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.closed = true
	for _, l := range ls.resting {
		l.close()
	}
	ls.resting = nil
}

func (l *lane) close() { _ = l.conn.Close() } // its error is that it was closed already

// connect opens a connection that nobody else uses.
func (t *Transport) connect(ctx context.Context, u *url.URL) (*lane, error) {
	l := &lane{at: placeOf(u)}
	trace := &httptrace.ClientTrace{TLSHandshakeDone: func(s tls.ConnectionState, err error) {
		if err == nil {
			l.tls = &s // where the proxy speaks TLS too, the server's comes after its
		}
	}}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	dial := context.WithValue(httptrace.WithClientTrace(ctx, trace), destination{}, u)
	conn, err := t.http.NewClientConn(dial, u.Scheme, net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, classify(ctx, u.Host, StageConnecting, err)
	}
	l.conn = conn
	if u.Scheme != "https" {
		l.tls = nil
	}
	return l, nil
}

func placeOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// destination is the key under which a context that dials carries the address. The standard library asks for the
// proxy of a connection without saying its port.
type destination struct{}

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r *reply) reader() io.ReadCloser { return io.NopCloser(bytes.NewReader(r.body)) }

// send posts a body over a lane. The answer is open when there is no error; closing it does not give the lane back.
func (t *Transport) send(ctx context.Context, l *lane, u *url.URL, contentType, authorization string, body []byte) (*http.Response, *answerBody, error) {
	var watch progress
	watch.connected.Store(true)
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, watch.trace()), http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		cancel(nil)
		return nil, nil, &Error{Kind: KindAddress, Host: u.Host}
	}
	t.setHeaders(req, contentType)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	reused := !l.idle.IsZero()
	resp, err := l.conn.RoundTrip(req)
	if err != nil {
		err = classify(ctx, u.Host, watch.stage(), err)
		cancel(nil)
		return nil, nil, withReuse(err, reused)
	}
	t.keepCookies(u, resp)
	if t.refusedByProxy(u, resp) {
		cancel(nil)
		_ = resp.Body.Close()
		return nil, nil, proxyAsks(u.Host)
	}
	return resp, newAnswer(ctx, cancel, resp, u.Host, t.o), nil
}

// postSigned is Post where each connection signs in by itself. The message is sent again only when it cannot
// have been acted on: to a lane that had died while it rested, or whose server no longer knew who it was.
func (t *Transport) postSigned(ctx context.Context, u *url.URL, contentType string, body io.Reader) (int, http.Header, io.ReadCloser, error) {
	message, err := io.ReadAll(body)
	if err != nil {
		return 0, nil, nil, &Error{Kind: KindOther, Host: u.Host, Cause: err}
	}
	for {
		l := t.lanes.take(placeOf(u))
		rested := l != nil
		if l == nil {
			var early *reply
			if l, early, err = t.signIn(ctx, u, contentType); err != nil {
				return 0, nil, nil, err
			} else if early != nil {
				return early.status, early.header, early.reader(), nil
			}
		}
		status, header, answer, err := t.postOn(ctx, l, u, contentType, message)
		if rested && unheard(status, err) {
			if answer != nil {
				_ = answer.Close()
			}
			continue // each turn uses up a lane that rested, or ends
		}
		return status, header, answer, err
	}
}

// unheard tells whether a message was not acted on, and may be sent over another connection.
func unheard(status int, err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind == KindDropped && e.Stage < StageWaiting
	}
	return err == nil && status == http.StatusUnauthorized
}

// postOn sends a message over a lane that is signed in, encrypted over plain http.
func (t *Transport) postOn(ctx context.Context, l *lane, u *url.URL, contentType string, message []byte) (int, http.Header, io.ReadCloser, error) {
	seal := u.Scheme != "https"
	if seal {
		var err error
		if message, contentType, err = sealMessage(l.context, l.scheme.Protocol, contentType, message); err != nil {
			l.close()
			return 0, nil, nil, &Error{Kind: KindSealing, Stage: StageSending, Host: u.Host, Cause: err}
		}
	}
	resp, answer, err := t.send(ctx, l, u, contentType, "", message)
	if err != nil {
		l.close()
		return 0, nil, nil, err
	}
	open := &laneAnswer{answerBody: answer, lane: l, lanes: &t.lanes}
	switch {
	case seal && isSealed(resp.Header.Get("Content-Type")):
	case seal && resp.StatusCode < 300:
		// What says that something worked must be known to come from the server. An error needs not: the web
		// server in front writes some, and believing one does no more harm than the line it came over can do.
		frame, err := io.ReadAll(io.LimitReader(open, 1))
		_ = open.Close()
		if err == nil && len(frame) > 0 {
			err = &Error{Kind: KindSealing, Stage: StageAnswer, Host: u.Host, Cause: errors.New("the answer is not encrypted")}
		}
		return resp.StatusCode, resp.Header, http.NoBody, err
	default:
		return resp.StatusCode, resp.Header, open, nil
	}
	const usual = 1 << 20 // what a server says of the length is believed up to here
	frame := bytes.NewBuffer(make([]byte, 0, min(max(resp.ContentLength, 0), usual)+bytes.MinRead))
	if _, err := frame.ReadFrom(open); err != nil {
		_ = open.Close()
		return 0, nil, nil, err
	}
	plain, plainType, err := openMessages(l.context, resp.Header.Get("Content-Type"), frame.Bytes())
	if err != nil {
		l.close()
		_ = open.Close()
		return 0, nil, nil, &Error{Kind: KindSealing, Stage: StageAnswer, Host: u.Host, Cause: err}
	}
	_ = open.Close()
	resp.Header.Set("Content-Type", plainType)
	resp.Header.Del("Content-Length")
	return resp.StatusCode, resp.Header, io.NopCloser(bytes.NewReader(plain)), nil
}

// laneAnswer is an answer that gives its lane back when it is closed.
type laneAnswer struct {
	*answerBody
	lane  *lane
	lanes *lanes
	once  sync.Once
}

// Close ends the answer. A lane whose answer was not read to its end cannot be used again.
func (a *laneAnswer) Close() error {
	whole := errors.Is(a.err, io.EOF)
	err := a.answerBody.Close()
	a.once.Do(func() {
		if whole {
			a.lanes.rest(a.lane)
		} else {
			a.lane.close()
		}
	})
	return err
}
