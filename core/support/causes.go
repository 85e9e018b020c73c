package support

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// maxCauses is how far a chain of causes is followed.
const maxCauses = 12

func (g *gathering) problem(p *exchange.Problem) {
	if p == nil {
		return
	}
	c := &problemContent{Code: g.code(p.Code), Doing: g.redact.Text(p.Doing), Retry: retry(p.Retry), Args: g.args(p.Args), Causes: g.causes(p.Cause)}
	for name, text := range p.Details {
		switch {
		case strings.EqualFold(name, "stack"):
			text = frames(text)
		case freeText(name):
			continue
		default:
			text = g.redact.Text(text)
		}
		if c.Details == nil {
			c.Details = map[string]string{}
		}
		c.Details[g.redact.Text(name)] = text
	}
	g.Problem = c
}

// freeText tells whether a detail of that name is whole sentences of a server or a system, which are left out:
// what is behind them is told by causes.
func freeText(name string) bool {
	return slices.ContainsFunc([]string{"Server said", "Cause", "Message", "Body"}, func(n string) bool { return strings.EqualFold(n, name) })
}

func retry(r exchange.Retry) string {
	switch r {
	case exchange.RetryNow:
		return "now"
	case exchange.RetryLater:
		return "later"
	case exchange.RetryAfterSignIn:
		return "after sign-in"
	}
	return "never"
}

// causes tells a chain of errors from the outside in: of kinds that are known what they hold, of others their
// type. What the innermost says goes through the Redactor.
func (g *gathering) causes(err error) []string {
	var told []string
	for err != nil && len(told) < maxCauses {
		told = append(told, g.cause(err))
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			list := e.Unwrap()
			if len(list) == 0 {
				return told
			}
			for _, more := range list[1:] {
				told = append(told, g.causes(more)...)
			}
			err = list[0]
		default:
			return told[:min(len(told), maxCauses)]
		}
	}
	return told[:min(len(told), maxCauses)]
}

func (g *gathering) cause(err error) string {
	switch e := err.(type) {
	case *exchange.Problem:
		return strings.TrimSpace("Problem " + g.code(e.Code) + " " + g.redact.Text(e.Doing))
	case *net.OpError:
		return "net.OpError " + g.redact.Text(e.Op+" "+e.Net)
	case *net.DNSError:
		return fmt.Sprintf("net.DNSError not found %t, timeout %t, temporary %t", e.IsNotFound, e.IsTimeout, e.IsTemporary)
	case syscall.Errno:
		return "errno " + strconv.FormatUint(uint64(e), 10) + " " + g.redact.Text(e.Error())
	case *os.SyscallError:
		return "os.SyscallError " + g.redact.Text(e.Syscall)
	case *fs.PathError:
		return "fs.PathError " + g.redact.Text(e.Op)
	case *os.LinkError:
		return "os.LinkError " + g.redact.Text(e.Op)
	case x509.UnknownAuthorityError:
		return "x509: unknown authority"
	case x509.HostnameError:
		return "x509: another name"
	case x509.CertificateInvalidError:
		return "x509: certificate invalid, reason " + strconv.Itoa(int(e.Reason))
	case tls.AlertError:
		return "tls.AlertError " + strconv.Itoa(int(e))
	case tls.RecordHeaderError:
		return "tls: not a TLS record"
	}
	switch {
	case err == context.Canceled, err == context.DeadlineExceeded, err == io.EOF, err == io.ErrUnexpectedEOF:
		return err.Error()
	}
	if errors.Unwrap(err) != nil {
		return fmt.Sprintf("%T", err)
	}
	if _, several := err.(interface{ Unwrap() []error }); several {
		return fmt.Sprintf("%T", err)
	}
	return fmt.Sprintf("%T: ", err) + g.redact.Text(err.Error())
}

// frame is a line of a stack that names a function of this program or of the runtime.
var frame = regexp.MustCompile(`(?m)^((?:tenantry|runtime|main)[A-Za-z0-9_/.()*\[\]]*)\(`)

// frames are the names of the functions of a stack, without what they were called with.
func frames(stack string) string {
	var names []string
	for _, m := range frame.FindAllStringSubmatch(stack, 64) {
		names = append(names, m[1])
	}
	return strings.Join(names, "\n")
}

func cutNetwork(id preflight.CheckID) (address string, ok bool) {
	return strings.CutPrefix(string(id), "network:")
}
