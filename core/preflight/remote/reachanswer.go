package remote

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

var (
	errNoAnswer  = errors.New("the text printed nothing")
	errCut       = errors.New("what the text printed has no end")
	errNotLines  = errors.New("what the text printed are not its lines")
	errUntrusted = errors.New("not trusted there")
)

// maxShown bounds how many certificates are read.
const maxShown = 16

// answered is what reach.ps1 printed, as it stands there.
type answered struct {
	reach          preflight.Reach
	policy         int    // System.Net.Security.SslPolicyErrors
	status         string // names of X509ChainStatusFlags, with commas
	greeted, ended bool
}

// readReach reads what reach.ps1 prints and judges the certificate by what that computer said of it. The errors
// are errNoAnswer, errCut and errNotLines.
func readReach(e preflight.Endpoint, out []byte) (preflight.Reach, error) {
	a := answered{reach: preflight.Reach{Endpoint: e}}
	lines := strings.Split(text(out), "\n")
	for _, line := range lines {
		line = strings.TrimRight(line, "\r")
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || a.ended || !a.read(name, value) {
			return a.reach, fmt.Errorf("%w: %.80q", errNotLines, line)
		}
	}
	switch {
	case len(a.reach.Steps) == 0 && !a.ended:
		return a.reach, errNoAnswer
	case !a.ended:
		return a.reach, errCut
	}
	if a.greeted {
		a.judge()
	}
	return a.reach, nil
}

// faults are those that the text names.
var faults = map[string]preflight.ReachFault{
	"name": preflight.FaultName, "name-server": preflight.FaultNameServer, "refused": preflight.FaultRefused,
	"silent": preflight.FaultSilent, "unreachable": preflight.FaultUnreachable, "dropped": preflight.FaultDropped,
	"not-tls": preflight.FaultNotTLS, "old-tls": preflight.FaultOldTLS, "tls": preflight.FaultTLS,
}

// steps are those that the text takes; trust is added where the certificate is judged.
var steps = map[string]string{
	"name": preflight.StepName, "connect": preflight.StepConnect, "tls": preflight.StepTLS, "answer": preflight.StepAnswer,
}

// read takes one line. It returns false for one that the text does not print.
func (a *answered) read(name, value string) bool {
	r := &a.reach
	var step *preflight.Step
	if n := len(r.Steps); n > 0 {
		step = &r.Steps[n-1]
	}
	number, err := strconv.Atoi(value)
	switch name {
	case "step":
		known, ok := steps[value]
		r.Steps = append(r.Steps, preflight.Step{Name: known})
		return ok && len(r.Steps) <= len(steps)
	case "ms":
		if step == nil || err != nil || number < 0 || number > int(time.Hour.Milliseconds()) {
			return false
		}
		step.Took = time.Duration(number) * time.Millisecond
	case "ok":
		if step == nil {
			return false
		}
		step.OK = value == "1"
		a.greeted = a.greeted || step.OK && step.Name == preflight.StepTLS
	case "text":
		if step == nil {
			return false
		}
		step.Text = value
	case "address":
		ip := net.ParseIP(value)
		if step == nil || ip == nil && !strings.Contains(value, "%") {
			return false
		}
		r.Address = net.JoinHostPort(value, strconv.Itoa(r.Endpoint.Port))
		step.Text = r.Address
	case "fault":
		fault, ok := faults[value]
		r.Fault = fault
		return ok
	case "error":
		r.Cause = errors.New(value)
	case "tls":
		if step == nil || err != nil {
			return false
		}
		r.Version = versionName(number)
		step.Text = r.Version
	case "policy":
		a.policy = number
		return err == nil
	case "status":
		a.status = value
	case "certificate":
		der, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(r.Chain) >= maxShown {
			return false
		}
		if c, err := x509.ParseCertificate(der); err == nil { // Windows reads some that are not quite right
			r.Chain = append(r.Chain, c)
		}
	case "date":
		r.Date, _ = http.ParseTime(value) // a server may write what it likes
	case "asked":
		at, err := time.Parse("2006-01-02T15:04:05Z", value)
		r.Asked = at
		return err == nil
	case "end":
		a.ended = true
	default:
		return false
	}
	return true
}

// versionName is the name of a number of .NET's SslProtocols.
func versionName(n int) string {
	if name, ok := map[int]string{48: "SSL 3.0", 192: "TLS 1.0", 768: "TLS 1.1", 3072: "TLS 1.2", 12288: "TLS 1.3"}[n]; ok {
		return name
	}
	return "TLS (" + strconv.Itoa(n) + ")"
}

// The bits of System.Net.Security.SslPolicyErrors.
const (
	policyNoCertificate = 1
	policyName          = 2
	policyChain         = 4
)

// judge says what is wrong with the certificate: the authority first, as the time and the name of a certificate
// that anybody can have made say nothing. It adds the step, and lets the answer's step go where there is a fault.
func (a *answered) judge() {
	r := &a.reach
	timely, known := true, a.policy&policyChain == 0
	if !known {
		known = true
		for _, status := range strings.Split(a.status, ",") {
			switch strings.TrimSpace(status) {
			case "NotTimeValid", "NotTimeNested", "CtlNotTimeValid":
				timely = false
			case "", "NoError", "RevocationStatusUnknown", "OfflineRevocation":
			default:
				known = false
			}
		}
	}
	fault, issuer, begun := preflight.ReachFault(""), "", true
	if len(r.Chain) > 0 { // none of them may be readable here
		r.Inspector = probe.ReadBy(r.Endpoint.Host, r.Chain, known)
		issuer, begun = r.Chain[0].Issuer.CommonName, !a.now().Before(r.Chain[0].NotBefore)
	}
	switch {
	case !known && a.privatelyTrusted():
		if a.policy&policyName != 0 {
			fault = preflight.FaultOtherHost
		}
	case !known && r.Inspector != "":
		fault = preflight.FaultInspected
	case !known, a.policy&policyNoCertificate != 0:
		fault = preflight.FaultAuthority
	case !timely && !begun:
		fault = preflight.FaultNotYet
	case !timely:
		fault = preflight.FaultExpired
	case a.policy&policyName != 0:
		fault = preflight.FaultOtherHost
	}
	trust := preflight.Step{Name: preflight.StepTrust, OK: fault == "", Text: issuer}
	var rest []preflight.Step
	for i, s := range r.Steps {
		if s.Name == preflight.StepAnswer {
			r.Steps, rest = r.Steps[:i:i], r.Steps[i:]
			break
		}
	}
	r.Steps = append(r.Steps, trust)
	if fault == "" {
		r.Steps = append(r.Steps, rest...)
		return
	}
	r.Fault, r.Cause = fault, fmt.Errorf("%w: policy errors %d, %s", errUntrusted, a.policy, a.status)
}

// now is the clock of that computer, or of this one where that did not tell.
func (a *answered) now() time.Time {
	if a.reach.Asked.IsZero() {
		return time.Now()
	}
	return a.reach.Asked
}

// privatelyTrusted tells whether the chain leads to an authority that the endpoint names. Windows there does not
// know it, and Tenantry there would be told of it.
func (a *answered) privatelyTrusted() bool {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	if len(a.reach.Chain) == 0 || !roots.AppendCertsFromPEM(a.reach.Endpoint.PrivateCA) {
		return false
	}
	for _, c := range a.reach.Chain[1:] {
		between.AddCert(c)
	}
	_, err := a.reach.Chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: a.now()})
	return err == nil
}
