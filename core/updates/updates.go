// Package updates looks whether there is a newer Tenantry, when somebody asks and at the address they name: that
// of a company's own server, or of a release. Nothing is sent but the question, and nothing is installed.
//
// What stands at the address is one JSON object:
//
//	{"version": "1.4.0", "page": "https://intranet.example/tenantry"}
package updates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/mod/semver"

	"tenantry/core/exchange"
	"tenantry/core/proxy"
)

// The codes of looking.
const (
	CodeBadAddress exchange.Code = "updates.bad-address" // it is not one of https. Args: url
	CodeNoAnswer   exchange.Code = "updates.no-answer"   // nobody answers there, or not with what was expected. Args: host
)

// maxAnswer bounds what is read.
const maxAnswer = 64 << 10

// Check tells whether address can be looked at: one of https, without a user name. The error is a
// *exchange.Problem with CodeBadAddress, and repeats no password. Nothing is sent.
func Check(address string) error {
	at, err := url.Parse(address)
	if err == nil && at.Scheme == "https" && at.Host != "" && at.User == nil {
		return nil
	}
	shown, _, _ := strings.Cut(address, "?")
	return &exchange.Problem{Code: CodeBadAddress, Args: map[string]string{"url": shown[strings.LastIndexByte(shown, '@')+1:]}}
}

// Look returns the version that stands at address and the page about it when it is newer than ours, and two
// empty texts when it is not. privateCA are authorities to trust beside the system's, as PEM, or nil; through
// finds the proxy, nil for none. A redirect is followed to https alone. Errors are *exchange.Problem.
func Look(ctx context.Context, address, ours string, privateCA []byte, through proxy.Func) (version, page string, err error) {
	if err := Check(address); err != nil {
		return "", "", err
	}
	at, err := url.Parse(address)
	if err != nil {
		return "", "", err
	}
	noAnswer := func(err error) error {
		var wrapped *url.Error // its text holds the address with its query
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return &exchange.Problem{Code: CodeNoAnswer, Doing: "look for a newer version", Args: map[string]string{"host": at.Host}, Retry: exchange.RetryNow, Cause: err}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(privateCA)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	if through != nil {
		transport.Proxy = func(r *http.Request) (*url.URL, error) { return through(r.URL) }
	}
	client := http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) > 5 {
			return errors.New("the redirect leads elsewhere than to https")
		}
		return nil
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", "", noAnswer(err)
	}
	r.Header.Set("User-Agent", "Tenantry/"+ours)
	answer, err := client.Do(r)
	if err != nil {
		return "", "", noAnswer(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", "", noAnswer(fmt.Errorf("status %d", answer.StatusCode))
	}
	var said struct{ Version, Page string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&said); err != nil {
		return "", "", noAnswer(err)
	}
	newest := "v" + strings.TrimPrefix(said.Version, "v")
	if !semver.IsValid(newest) {
		return "", "", noAnswer(errors.New("there is no version in it"))
	}
	if semver.Compare(newest, "v"+ours) <= 0 {
		return "", "", nil
	}
	if p, err := url.Parse(said.Page); err != nil || p.Scheme != "https" || p.Host == "" {
		said.Page = "" // only a page of the web is opened
	}
	return newest[1:], said.Page, nil
}
