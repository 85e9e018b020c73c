package wsman

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// answer is what came back for one request.
type answer struct {
	status int
	header http.Header
	body   io.ReadCloser
}

func (a *answer) Close() error { return a.body.Close() }

// buffers are what reading one answer needs. They are kept for the next one.
type buffers struct{ window, out []byte }

var bufferPool = sync.Pool{New: func() any {
	return &buffers{window: make([]byte, windowSize), out: make([]byte, 0, pieceSize)}
}}

// pieceSize is the most decoded bytes one Chunk holds.
const pieceSize = 192 << 10

// maxFault bounds the body of an answer that reports an error.
const maxFault = 1 << 20

// post sends one request. It returns an answer that can hold a message, or the error the answer's status says.
func (c *Client) post(ctx context.Context, h Header, op Operation) (*answer, error) {
	status, header, body, err := c.Transport.Post(ctx, c.URL, ContentType, bytes.NewReader(EncodeRequest(h, op)))
	if err != nil {
		return nil, err
	}
	a := &answer{status, header, body}
	if a.header == nil {
		a.header = http.Header{}
	}
	c.seen.note(originOf(a.header))
	if status >= 200 && status < 300 {
		return a, nil
	}
	defer a.Close()
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return nil, &Redirect{Status: status, Location: a.header.Get("Location"), Origin: originOf(a.header)}
	}
	return nil, a.readError()
}

// call sends a request whose answer is small, and returns the elements of its Body.
func (c *Client) call(ctx context.Context, h Header, op Operation) ([]*node, error) {
	a, err := c.post(ctx, h, op)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	var nodes []*node
	count := 0
	err = a.read(c.maxResponse(), func(s *scanner, _ *buffers) error {
		n, err := s.tree(&count)
		nodes = append(nodes, n)
		return err
	})
	return nodes, err
}

// read reads the message of an answer. body consumes each element of the Body, except a Fault, which becomes
// the error whatever the status said.
func (a *answer) read(limit int64, body func(*scanner, *buffers) error) error {
	b := bufferPool.Get().(*buffers)
	defer bufferPool.Put(b)
	s := newScanner(a.body, limit, DefaultMaxText, b.window)
	fault := &Fault{HTTPStatus: a.status, Origin: originOf(a.header)}
	isFault := false
	_, err := s.envelope(fault.header, func() error {
		if localName(s.name) != "Fault" {
			return body(s, b)
		}
		nodes := 0
		n, err := s.tree(&nodes)
		if err == nil {
			isFault = true
			fault.body(n)
		}
		return err
	})
	switch {
	case isFault:
		return fault // even when the envelope breaks off behind it
	case err != nil && !s.soap && isFormat(err):
		return newHTTPError(a.status, a.header, s.plainText())
	}
	return err
}

func isFormat(err error) bool {
	var f *FormatError
	return errors.As(err, &f)
}

// readError reads the body of an answer whose status says error: a Fault, or anything at all. The
// Content-Type is not asked, because Exchange labels plain text as SOAP.
func (a *answer) readError() error {
	text, readErr := io.ReadAll(io.LimitReader(a.body, maxFault))
	again := &answer{a.status, a.header, io.NopCloser(bytes.NewReader(text))}
	err := again.read(maxFault, func(s *scanner, _ *buffers) error {
		nodes := 0
		_, err := s.tree(&nodes)
		return err
	})
	var fault *Fault
	var plain *HTTPError
	switch {
	case errors.As(err, &fault), errors.As(err, &plain):
		return err
	case readErr != nil:
		return readErr
	}
	if len(text) > MaxErrorText {
		text = text[:MaxErrorText]
	}
	return newHTTPError(a.status, a.header, strings.ToValidUTF8(string(text), "\uFFFD"))
}

// plainText returns what a scanner that met no envelope has read so far and could still read, within MaxErrorText.
func (s *scanner) plainText() string {
	text := bytes.Clone(s.win[:s.end])
	if s.readErr == nil {
		rest, _ := io.ReadAll(io.LimitReader(s.r, MaxErrorText)) // what cannot be read is not shown
		text = append(text, rest...)
	}
	if len(text) > MaxErrorText {
		text = text[:MaxErrorText]
	}
	return strings.TrimPrefix(strings.ToValidUTF8(string(text), "\uFFFD"), "\uFEFF")
}

// readReceive reads the answer to Receive, handing over the bytes while they arrive.
func (a *answer) readReceive(limit int64, each func(Chunk) error) (Received, error) {
	var got Received
	answered := false
	err := a.read(limit, func(s *scanner, b *buffers) error {
		nodes := 0
		if localName(s.name) != "ReceiveResponse" {
			_, err := s.tree(&nodes)
			return err
		}
		answered = true
		return s.children(func() error {
			switch localName(s.name) {
			case "Stream":
				return s.stream(b, each)
			case "CommandState":
				n, err := s.tree(&nodes)
				if err == nil {
					got = parseState(n)
				}
				return err
			}
			_, err := s.tree(&nodes)
			return err
		})
	})
	if err == nil && !answered { // taken for an empty one, it would hide that output was lost
		err = &FormatError{What: "answer to Receive without a ReceiveResponse"}
	}
	return got, err
}

// stream decodes the Stream element last started.
func (s *scanner) stream(b *buffers, each func(Chunk) error) error {
	c := Chunk{Stream: s.attr("Name"), CommandID: s.attr("CommandId")}
	ends := isTrue(s.attr("End"))
	var refused error
	d := base64Decoder{out: b.out[:0], emit: func(data []byte) error {
		c.Data = data
		refused = each(c)
		return refused
	}}
	err := s.content(d.write, nil)
	if err == nil {
		err = d.finish()
	}
	switch {
	case refused != nil:
		return refused
	case err != nil && !isFormat(err) && s.readErr != err:
		return &FormatError{Offset: s.read, What: "base64 of a Stream", Cause: err}
	case err == nil && ends:
		c.Data, c.End = nil, true
		return each(c)
	}
	return err
}

func isTrue(s string) bool {
	return strings.EqualFold(s, "true") || s == "1"
}

func parseState(n *node) Received {
	r := Received{CommandID: n.attr("CommandId")}
	state := n.attr("State")
	switch strings.ToLower(state[strings.LastIndexByte(state, '/')+1:]) {
	case "done":
		r.State = StateDone
	case "running":
		r.State = StateRunning
	case "pending":
		r.State = StatePending
	}
	if text := n.child("ExitCode").trimmed(); text != "" {
		// Windows writes exit codes unsigned, and they are 32 bits wide.
		if code, err := strconv.ParseInt(text, 10, 64); err == nil {
			r.ExitCode, r.HasExitCode = int(int32(code)), true
		}
	}
	return r
}
