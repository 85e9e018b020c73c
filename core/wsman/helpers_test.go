package wsman_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tenantry/core/httpauth"
	"tenantry/core/wsman"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// httpauth's Transport fits by its shape; neither package imports the other.
var _ wsman.Transport = (*httpauth.Transport)(nil)

// recorded is a transport that plays back one recorded answer.
type recorded struct {
	status int
	body   string
}

func (r recorded) Post(context.Context, string, string, io.Reader) (int, http.Header, io.ReadCloser, error) {
	return r.status, http.Header{}, io.NopCloser(strings.NewReader(r.body)), nil
}

// serve starts a real server and returns a client of it over the real transport.
func serve(t testing.TB, handler http.HandlerFunc) *wsman.Client {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	tr, err := httpauth.New(httpauth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return wsman.NewClient(tr, s.URL+"/powershell?DelegatedOrg=fabrikam.example&x=1", wsman.ResourcePowerShell+"Microsoft.Exchange")
}

// streamed is a transport whose answer is a reader.
type streamed struct {
	status int
	body   io.ReadCloser
}

func (s streamed) Post(context.Context, string, string, io.Reader) (int, http.Header, io.ReadCloser, error) {
	return s.status, http.Header{}, s.body, nil
}
