package engine

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Category is PowerShell's ErrorCategory.
type Category int32

// The categories used here, with PowerShell's numbers.
const (
	NotSpecified    Category = 0
	InvalidArgument Category = 5
	InvalidData     Category = 6
	NotImplemented  Category = 11
	ObjectNotFound  Category = 13
	ParserError     Category = 17
	WriteErrors     Category = 23
)

// String is the category's name.
func (c Category) String() string {
	switch c {
	case InvalidArgument:
		return "InvalidArgument"
	case InvalidData:
		return "InvalidData"
	case NotImplemented:
		return "NotImplemented"
	case ObjectNotFound:
		return "ObjectNotFound"
	case ParserError:
		return "ParserError"
	case WriteErrors:
		return "WriteError"
	}
	return "NotSpecified"
}

// ErrorRecord is an error as PowerShell reports it.
type ErrorRecord struct {
	Message    string
	Types      []string // of the exception, most derived first
	ID         string   // FullyQualifiedErrorId
	Category   Category
	Activity   string // the cmdlet
	Reason     string // the exception's short name
	Target     string // what it was about, may be empty
	TargetType string
}

func (r *ErrorRecord) Error() string { return r.Message }

func shortName(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }

var exceptionBase = []string{"System.SystemException", "System.Exception", "System.Object"}

func powerShellError(message, exception, id string, category Category, activity, target, targetType string) *ErrorRecord {
	return &ErrorRecord{
		Message: message, ID: id, Category: category, Activity: activity, Reason: shortName(exception), Target: target, TargetType: targetType,
		Types: append([]string{exception, "System.Management.Automation.RuntimeException"}, exceptionBase...),
	}
}

func commandNotFound(name string) *ErrorRecord {
	return powerShellError(
		"The term '"+name+"' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.",
		"System.Management.Automation.CommandNotFoundException", "CommandNotFoundException", ObjectNotFound, "", name, "String")
}

// ScriptsNotAllowed is the error for script text, which Exchange's runspaces do not run.
func ScriptsNotAllowed() *ErrorRecord {
	return powerShellError(
		"The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
		"System.Management.Automation.PSNotSupportedException", "ScriptsNotAllowed", ParserError, "", "", "")
}

func bindingError(info *cmdlet, id, message string) *ErrorRecord {
	r := powerShellError(message, "System.Management.Automation.ParameterBindingException", id+","+info.class, InvalidArgument, info.Name, "", "")
	if id == "ParameterArgumentTransformationError" {
		r.Category = InvalidData
		r.Types = append([]string{"System.Management.Automation.ParameterBindingArgumentTransformationException"}, r.Types...)
		r.Reason = "ParameterBindingArgumentTransformationException"
	}
	return r
}

// exchangeError is an error of Exchange's own, with its long id.
func (s *stage) exchangeError(exception, message string) *ErrorRecord {
	return exchangeError(s.view, s.info, s.now(), exception, message)
}

func exchangeError(v *view, info *cmdlet, now time.Time, exception, message string) *ErrorRecord {
	hash := fnv.New32a()
	hash.Write([]byte(message))
	short := shortName(exception)
	return &ErrorRecord{
		Message: message, Reason: short, Activity: info.Name, Category: NotSpecified,
		Types: append([]string{exception, "Microsoft.Exchange.Configuration.Tasks.TaskException", "Microsoft.Exchange.Data.Common.LocalizedException"}, exceptionBase[1:]...),
		ID: fmt.Sprintf("[Server=%s,RequestId=%s,TimeStamp=%s] [FailureCategory=Cmdlet-%s] %08X,%s",
			v.server, uuid.NewString(), now.UTC().Format("1/2/2006 3:04:05 PM"), short, hash.Sum32(), info.class),
	}
}

// Problem is an error of Exchange's own, with its long id, as the named cmdlet ends with. A name that is no
// cmdlet counts as Get-Mailbox.
func (e *Engine) Problem(cmdlet, exception, message string) *ErrorRecord {
	info, err := lookUp(cmdlet)
	if err != nil {
		info, _ = lookUp("Get-Mailbox")
	}
	return exchangeError(e.view, info, e.now(), exception, message)
}

const (
	notFoundException  = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
	ambiguousException = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException"
	argumentException  = "Microsoft.Exchange.Management.RecipientTasks.RecipientTaskException"
	sampleException    = "Microsoft.Exchange.Configuration.Tasks.SampleDataNotAvailableException"
)

func (s *stage) notFound(identity string) *ErrorRecord {
	return s.exchangeError(notFoundException, "The operation couldn't be performed because object '"+identity+"' couldn't be found on '"+s.view.controller+"'.")
}

func (s *stage) ambiguous(identity string) *ErrorRecord {
	return s.exchangeError(ambiguousException, "The operation couldn't be performed because '"+identity+"' matches multiple entries.")
}
