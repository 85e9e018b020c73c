package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The checks of values. A rule that passed them is read with the functions below without another check.

func count(least, most int) func(string) bool {
	return func(v string) bool {
		n, err := strconv.Atoi(v)
		return err == nil && n >= least && n <= most
	}
}

func choice(words ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(words, v) }
}

// longest is the longest wait a rule may ask for.
const longest = time.Hour

func duration(v string) bool {
	d, err := time.ParseDuration(v)
	return err == nil && d > 0 && d <= longest
}

// printable are values that go into a header or a text as they are.
func printable(v string) bool {
	return v != "" && len(v) <= 2048 && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func word(v string) bool {
	return v != "" && len(v) <= 64 && !strings.ContainsFunc(v, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

func code(v string) bool {
	n, err := strconv.ParseUint(v, 10, 32)
	return err == nil && n > 0
}

// Number is the value of a rule whose fault takes a number, else 0.
func (r Rule) Number() int {
	n, _ := strconv.Atoi(r.Value)
	return n
}

// Code is the value of a rule whose fault takes a code of WSMan, else 0.
func (r Rule) Code() uint32 {
	n, _ := strconv.ParseUint(r.Value, 10, 32)
	return uint32(n)
}

// Duration is the value of a rule whose fault takes a time, else 0.
func (r Rule) Duration() time.Duration {
	d, _ := time.ParseDuration(r.Value)
	return d
}

// SignInResults are the results of a sign-in with Basic that Exchange's front end tells apart: the words behind
// "LiveID-" in a failure category. They are the members of its enumeration LiveIdAuthResult other than Success,
// as public listings of Exchange Server 2013's assemblies show it.
func SignInResults() []string {
	return strings.Fields(`UserNotFoundInAD LiveServerUnreachable FederatedStsUnreachable OperationTimedOut CommunicationFailure
		AuthFailure ExpiredCreds InvalidCreds RecoverableAuthFailure S4ULogonFailure HRDFailure OfflineOrgIdAuthFailure
		AmbigiousMailboxFoundFailure UnableToOpenTicketFailure PuidMismatchFailure InvalidUsername FaultException
		LowPasswordConfidence OfflineHrdFailed AppPasswordRequired FederatedStsUrlNotEncrypted FederatedStsADFSRulesDenied
		InternalServerError AccountNotProvisioned Forbidden UnfamiliarLocation`)
}

func among(words ...string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return fmt.Sprintf("%s or %s", strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
}
