package wsman

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"tenantry/core/challenge"
)

// MaxErrorText is how much of a body that is no SOAP message an HTTPError keeps, in bytes.
const MaxErrorText = 64 << 10

// Redirect is the error of an answer that points to another address. It is never followed here: the
// caller decides, and a session is built anew at the new place.
type Redirect struct {
	Status   int    // 301, 302, 307 or 308
	Location string // as the server wrote it: relative or absolute, or empty
	Origin   Origin
}

// Error says where the redirect points, without its query, which may hold a token.
func (e *Redirect) Error() string {
	where, _, _ := strings.Cut(e.Location, "?")
	return fmt.Sprintf("wsman: redirected with status %d to %q", e.Status, where)
}

// HTTPError is the error of an answer that is no SOAP message: plain text, a web page, or nothing, whatever
// its Content-Type says.
type HTTPError struct {
	Status int
	Text   string // at most MaxErrorText of the body, as UTF-8
	// Diagnostics are the bracketed groups that Text begins with.
	Diagnostics Diagnostics

	// Origin's FailureCategory is that of Diagnostics when no header says one.
	Origin

	Location    string
	RetryAfter  string   // Retry-After, as sent
	Schemes     []string // authentication schemes offered by WWW-Authenticate, in order
	ContentType string
}

// Error gives the status and the failure category.
func (e *HTTPError) Error() string {
	s := fmt.Sprintf("wsman: status %d %s", e.Status, http.StatusText(e.Status))
	if e.FailureCategory != "" {
		s += ", failure category " + e.FailureCategory
	}
	return strings.TrimSpace(s)
}

// Offers tells whether the server offered that authentication scheme, such as "Basic".
func (e *HTTPError) Offers(scheme string) bool {
	return challenge.Has(e.Schemes, scheme)
}

// FormatError is the error of bytes that are not the message they should be.
type FormatError struct {
	Offset int64  // roughly where, in bytes of the body
	What   string // in English, for the log
	Cause  error  // may be nil
}

// Error says what is wrong and where.
func (e *FormatError) Error() string {
	s := fmt.Sprintf("wsman: %s near byte %d", e.What, e.Offset)
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Cause }

// ErrTooLarge is the cause of a FormatError for a body or element beyond its bound.
var ErrTooLarge = errors.New("larger than allowed")

// AsFault returns the Fault in err's chain, or nil.
func AsFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

func newHTTPError(status int, h http.Header, text string) *HTTPError {
	e := &HTTPError{
		Status:      status,
		Text:        text,
		Diagnostics: ParseDiagnostics(text),
		Origin:      originOf(h),
		Location:    h.Get("Location"),
		RetryAfter:  h.Get("Retry-After"),
		Schemes:     challenge.Schemes(challenge.Read(h.Values("WWW-Authenticate"))),
		ContentType: h.Get("Content-Type"),
	}
	if e.FailureCategory == "" {
		e.FailureCategory = e.Diagnostics.Get("FailureCategory")
	}
	return e
}
