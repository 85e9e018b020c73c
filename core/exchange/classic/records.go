package classic

import (
	"regexp"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// recordProblem says what kind of failure an error record is; otherwise is the code of one that is nothing
// in particular.
func (w place) recordProblem(inv exchange.Invocation, e *psrp.ErrorRecord, otherwise exchange.Code) *exchange.Problem {
	doing := "run " + inv.Cmdlet
	if e == nil {
		return w.make(otherwise, doing, exchange.RetryNever, nil, "cmdlet", inv.Cmdlet)
	}
	id := wsman.ParseDiagnostics(e.FullyQualifiedErrorID)
	said := wsman.ParseDiagnostics(e.Message())
	text := strings.TrimSpace(said.Rest)
	p := w.refusal(doing, first(id.Get("FailureCategory"), said.Get("FailureCategory")), text, nil)
	is := func(word string) bool {
		return strings.Contains(e.FullyQualifiedErrorID, word) || strings.Contains(e.Reason, word) || strings.Contains(e.ExceptionType(), word)
	}
	object := e.TargetName
	if object == "" {
		object = subject(inv)
	}
	switch {
	case p != nil:
	case is("CommandNotFoundException"):
		p = w.make(exchange.CodeCommandUnknown, doing, exchange.RetryNever, nil)
	case is("ScriptsNotAllowed"):
		p = w.make(exchange.CodeScriptRefused, doing, exchange.RetryNever, nil)
	case is("ManagementObjectNotFoundException"):
		p = w.make(exchange.CodeObjectNotFound, doing, exchange.RetryNever, nil)
		object = first(subject(inv), object)
	case is("ParameterBinding"), is("NamedParameterNotFound"), is("ParameterArgument"), is("MissingMandatoryParameter"),
		is("AmbiguousParameter"), is("CannotConvertArgument"), is("MissingArgument"):
		p = w.make(exchange.CodeParameterWrong, doing, exchange.RetryNever, nil)
	default:
		p = w.make(otherwise, doing, exchange.RetryNever, nil)
	}
	p.Args["text"], p.Args["object"], p.Args["cmdlet"] = text, object, inv.Cmdlet
	p.Cause = &recordError{id: e.FullyQualifiedErrorID, text: text}
	noteAll(p, id.Pairs)
	noteAll(p, said.Pairs)
	note(p, "Error id", e.FullyQualifiedErrorID, "Exception", e.ExceptionType(), "Category", e.CategoryMessage, "Server said", e.Message())
	return p
}

// recordError is an error record as the cause of a problem.
type recordError struct{ id, text string }

func (e *recordError) Error() string { return e.id + ": " + e.text }

func subject(inv exchange.Invocation) string {
	for _, p := range inv.Params {
		if strings.EqualFold(p.Name, "Identity") {
			return p.Value.Text()
		}
	}
	return ""
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// microDelay is how Exchange says, among the warnings, that it made an account wait.
var microDelay = regexp.MustCompile(`^\s*(?:\[[^\]]*\]\s*)*Micro delay applied\. Actual delayed: (\d{1,12}) msecs`)

// noticeOf is a message beside the rows, with a code when it is a known one.
func noticeOf(level exchange.NoticeLevel, text string) exchange.Notice {
	n := exchange.Notice{Level: level, Text: text}
	if m := microDelay.FindStringSubmatch(text); m != nil {
		ms, _ := strconv.ParseFloat(m[1], 64)
		n.Code, n.Args = exchange.CodeSlowedDown, map[string]string{"seconds": strconv.FormatFloat(ms/1000, 'f', -1, 64)}
	}
	return n
}
