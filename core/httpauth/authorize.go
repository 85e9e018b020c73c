package httpauth

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"tenantry/core/secret"
)

// Authorizer adds to a request what proves who is asking.
type Authorizer interface {
	// Exposed tells whether whoever reads the request can use what it proves: a password or a token as it
	// is. Such a request goes only over https, or over http to a loopback address.
	Exposed() bool

	// Authorize sets headers of req, which is about to be sent. It is called for every request, from the
	// goroutine that posts, and keeps nothing of req. Its error must not hold the secret.
	Authorize(req *http.Request) error
}

// Basic sends a user name and password with every request (RFC 7617), in UTF-8.
type Basic struct {
	User     string
	Password secret.Secret
}

// ErrColon is the error of a user name that Basic cannot carry.
var ErrColon = errors.New("httpauth: a user name for Basic cannot hold a colon")

// Exposed says true: the password is only encoded, not encrypted.
func (b Basic) Exposed() bool { return true }

// Authorize sets the Authorization header. The password is in clear only while the header is made.
func (b Basic) Authorize(req *http.Request) error {
	if strings.Contains(b.User, ":") {
		return &Error{Kind: KindCredentials, Host: req.URL.Host, Cause: ErrColon}
	}
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(b.User+":"+b.Password.Reveal())))
	return nil
}
