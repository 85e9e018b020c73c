package httpauth

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// answerBody is the body of an answer: decompressed, bounded, watched for standing still, with typed errors.
type answerBody struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	raw    io.ReadCloser
	plain  io.Reader // raw, or what gzip makes of it; nil until the first read of a compressed body
	host   string
	left   int64 // bytes still allowed
	limit  int64
	stall  time.Duration
	timer  *time.Timer
	gzip   bool
	err    error // sticky
}

func newAnswer(ctx context.Context, cancel context.CancelCauseFunc, resp *http.Response, host string, o Options) *answerBody {
	a := &answerBody{ctx: ctx, cancel: cancel, raw: resp.Body, host: host, left: o.MaxAnswer, limit: o.MaxAnswer, stall: o.StallTimeout}
	switch coding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
		a.plain = resp.Body
	case "gzip", "x-gzip":
		a.gzip = true
	default:
		a.err = &Error{Kind: KindEncoding, Stage: StageAnswer, Host: host, Cause: fmt.Errorf("unknown content encoding %.40q", coding)}
	}
	if resp.ContentLength > o.MaxAnswer {
		a.err = a.tooLarge()
	}
	a.timer = time.AfterFunc(time.Hour, func() { cancel(errStalled) })
	a.timer.Stop()
	return a
}

func (a *answerBody) tooLarge() error {
	return &Error{Kind: KindTooLarge, Stage: StageAnswer, Host: a.host, Cause: fmt.Errorf("more than %d bytes", a.limit)}
}

// Read reads decompressed bytes.
func (a *answerBody) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	// The clock runs only while bytes are awaited: a slow reader is not a stalled server.
	a.timer.Reset(a.stall)
	n, err := a.read(p)
	a.timer.Stop()
	a.left -= int64(n)
	switch {
	case a.left < 0:
		n += int(a.left)
		a.err = a.tooLarge()
	case err == io.EOF:
		a.err = io.EOF
	case err != nil:
		a.err = a.classify(err)
	}
	return n, a.err
}

func (a *answerBody) read(p []byte) (int, error) {
	if a.plain == nil {
		z, err := gzip.NewReader(a.raw)
		switch {
		case err == io.EOF && a.ctx.Err() == nil: // an empty body labelled as compressed
			return 0, io.EOF
		case err != nil:
			return 0, err
		}
		a.plain = z
	}
	return a.plain.Read(p)
}

func (a *answerBody) classify(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || a.gzip && strings.HasPrefix(err.Error(), "flate:") {
		return &Error{Kind: KindEncoding, Stage: StageAnswer, Host: a.host, Cause: err}
	}
	return classify(a.ctx, a.host, StageAnswer, err)
}

// Close ends the answer. One that was read to its end leaves its connection for the next request.
func (a *answerBody) Close() error {
	a.timer.Stop()
	err := a.raw.Close()
	a.cancel(nil)
	if a.err == nil {
		a.err = &Error{Kind: KindCancelled, Stage: StageAnswer, Host: a.host, Cause: http.ErrBodyReadAfterClose}
	}
	return err
}
