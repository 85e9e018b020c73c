package wsman

import (
	"fmt"
	"strconv"
	"strings"
)

// Code is the number in WSManFault/@Code: a Windows error, unsigned as on the wire.
type Code uint32

// The codes this product meets. The words follow the Windows header wsmerror.h.
const (
	CodeAccessDenied        Code = 5
	CodeAborted             Code = 995 // the operation was ended from the server's side
	CodeAuthFailed          Code = 1311
	CodeNoLogonSession      Code = 1312
	CodeLogonFailure        Code = 1326
	CodeAccountRestriction  Code = 1327
	CodePasswordExpired     Code = 1330
	CodeAccountDisabled     Code = 1331
	CodeAccountExpired      Code = 1793
	CodePasswordMustChange  Code = 1907
	CodeAccountLocked       Code = 1909
	CodeCannotConnect       Code = 2150858770 // destination unreachable
	CodeInvalidHeader       Code = 2150858767
	CodeOperationTimeout    Code = 2150858793 // nothing to report within OperationTimeout: ask again
	CodeURITooLong          Code = 2150858797
	CodeInvalidResourceURI  Code = 2150858811
	CodeInvalidSelectors    Code = 2150858843 // no such shell or command, or no longer
	CodeServiceUnavailable  Code = 2150859026
	CodeURLNotAvailable     Code = 2150859027
	CodeShellQuota          Code = 2150859173 // too many shells of this user
	CodeUserOperationsQuota Code = 2150859174
	CodeUserQuota           Code = 2150859175
	CodeSystemQuota         Code = 2150859176
	CodeShellUsersQuota     Code = 2150859179
	CodeRemoteSessionDenied Code = 2150859180
	// The same limits as a quota of the plugin: of a user's shells, users, all shells, all operations, a
	// user's operations, and commands in one shell.
	CodePluginShellQuota          Code = 2150859236
	CodePluginUsersQuota          Code = 2150859237
	CodePluginShellsQuota         Code = 2150859238
	CodePluginOperationsQuota     Code = 2150859239
	CodePluginUserOperationsQuota Code = 2150859240
	CodePluginCommandsQuota       Code = 2150859241
	CodeServiceBusy               Code = 2150858815 // the service has more requests at hand than it allows
	CodeProviderFault             Code = 2152992672 // 0x80540FA0: the plugin refused; its text says why
)

// Fault is a SOAP fault, read from an answer or built to be sent. It is an error. The questions IsTimeout,
// IsShellGone and so on go by number, and say no on a nil Fault, so that AsFault(err).IsTimeout() is safe.
type Fault struct {
	HTTPStatus int    // the status it came with, or goes out with; 0 means 500
	SOAPCode   string // "Sender", "Receiver", "MustUnderstand" or "VersionMismatch"
	Subcode    string // without prefix: "InvalidSelectors", "TimedOut"
	Reason     string // localised

	Code         Code   // WSManFault/@Code; 0 when there was none
	Machine      string // WSManFault/@Machine
	Message      string // text of WSManFault/Message, without the provider's
	Provider     string // ProviderFault/@provider
	ProviderPath string // ProviderFault/@path
	ProviderText string // text inside ProviderFault, its own faults' messages included
	ProviderCode Code   // of a WSManFault inside ProviderFault; 0 when there was none
	DetailURI    string // FaultDetail
	DetailText   string // other text in Detail
	ActivityID   string // header ActivityId
	RelatesTo    string // header RelatesTo: the request's MessageID
	Origin       Origin // of a fault that was read: what the HTTP headers of its answer say
}

// Error gives the codes and the text.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString("wsman: fault")
	if f.Subcode != "" {
		b.WriteString(" " + f.Subcode)
	} else if f.SOAPCode != "" {
		b.WriteString(" " + f.SOAPCode)
	}
	if f.Code != 0 {
		fmt.Fprintf(&b, " %d", uint32(f.Code))
	}
	if t := f.Text(); t != "" {
		b.WriteString(": " + t)
	}
	return b.String()
}

// Text returns the most telling text of the fault: the provider's, else the message, else the reason.
func (f *Fault) Text() string {
	for _, t := range []string{f.ProviderText, f.Message, f.Reason, f.DetailText} {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// Diagnostics returns the bracketed groups of the fault's texts. They can stand before the message and,
// also or instead, inside the provider's text; Rest is that of Text.
func (f *Fault) Diagnostics() Diagnostics {
	d := ParseDiagnostics(f.Text())
	if f.ProviderText != "" {
		d.Pairs = append(d.Pairs, ParseDiagnostics(f.Message).Pairs...)
	}
	if len(d.Pairs) == 0 {
		d.Pairs = ParseDiagnostics(f.Reason).Pairs
	}
	return d
}

// IsTimeout tells whether there was just nothing to report within OperationTimeout: ask again.
func (f *Fault) IsTimeout() bool {
	return f != nil && (f.Code == CodeOperationTimeout || f.Code == 0 && f.Subcode == "TimedOut")
}

// IsShellGone tells whether the shell or command does not exist, or no longer: closed after being idle, or
// lost when the server was recycled.
func (f *Fault) IsShellGone() bool {
	return f != nil && (f.Code == CodeInvalidSelectors || f.Code == 0 && f.Subcode == "InvalidSelectors")
}

// IsQuota tells whether a limit of the service itself was reached: shells, operations or users.
func (f *Fault) IsQuota() bool {
	if f == nil {
		return false
	}
	switch f.Code {
	case CodeShellQuota, CodeUserOperationsQuota, CodeUserQuota, CodeSystemQuota, CodeShellUsersQuota, CodeServiceBusy,
		CodePluginShellQuota, CodePluginUsersQuota, CodePluginShellsQuota, CodePluginOperationsQuota,
		CodePluginUserOperationsQuota, CodePluginCommandsQuota:
		return true
	}
	return f.Code == 0 && f.Subcode == "QuotaLimit"
}

// IsAccessDenied tells whether the account may not do this, or could not sign in.
func (f *Fault) IsAccessDenied() bool {
	return f != nil && (f.Code == CodeAccessDenied || f.Code == CodeLogonFailure || f.Code == 0 && f.Subcode == "AccessDenied")
}

// IsProvider tells whether the plugin behind the service refused: Exchange's own limits and rights arrive so.
func (f *Fault) IsProvider() bool { return f != nil && f.Code == CodeProviderFault }

// IsInvalidResource tells whether there is no such resource: a wrong configuration name.
func (f *Fault) IsInvalidResource() bool { return f != nil && f.Code == CodeInvalidResourceURI }

// Status is the HTTP status the fault goes out with.
func (f *Fault) Status() int {
	if f.HTTPStatus == 0 {
		return 500
	}
	return f.HTTPStatus
}

// parseCode reads a code as servers write it: unsigned, or signed, or in hexadecimal.
func parseCode(s string) Code {
	s = strings.TrimSpace(s)
	if u, err := strconv.ParseUint(s, 0, 32); err == nil {
		return Code(u)
	}
	if i, err := strconv.ParseInt(s, 0, 32); err == nil {
		return Code(uint32(i))
	}
	return 0
}
