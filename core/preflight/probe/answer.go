package probe

import (
	"bufio"
	"io"
	"net/http"
	"net/url"

	"tenantry/core/preflight"
)

// mostAnswer bounds the bytes that are read of an answer, whose body is not wanted.
const mostAnswer = 64 << 10

// answer asks for the host's root without credentials and reads the Date. A redirect is not followed. What is no
// answer of HTTP is no fault of the network.
func (t *trial) answer() (string, *failure) {
	defer limit(t.ctx, t.conn)()
	req := ask(t.r.Endpoint)
	if err := req.Write(t.conn); err != nil {
		return "", answerFault(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(io.LimitReader(t.conn, mostAnswer)), req)
	if err != nil {
		return "", answerFault(err)
	}
	t.clock(resp)
	return resp.Status, nil
}

func answerFault(err error) *failure {
	if fault := networkFault(err); fault != "" {
		return fails(fault, err)
	}
	return nil
}

// clock takes the server's clock from an answer.
func (t *trial) clock(resp *http.Response) {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		t.r.Date, t.r.Asked = at, t.o.Now()
	}
}

// ask is the request for a host's root.
func ask(e preflight.Endpoint) *http.Request {
	at := *preflight.AddressOf(e)
	at.Path = "/"
	return &http.Request{Method: http.MethodHead, URL: &url.URL{Scheme: at.Scheme, Host: at.Host, Path: "/"}, Host: at.Host,
		ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"User-Agent": {agent}}, Close: true}
}

const agent = "Tenantry"
