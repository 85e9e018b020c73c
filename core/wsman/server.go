package wsman

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// Limits bound what ReadRequest reads. Zero fields mean the defaults.
type Limits struct {
	Body int64 // bytes of the whole request; DefaultMaxRequest
	Text int   // bytes of text of one element; DefaultMaxText
}

// Request is one request as a server read it.
type Request struct {
	Header
	Op Operation // never nil when ReadRequest returned no error

	// ActivityID is for the server to set before it answers. When it is not empty, the answer carries it
	// in an ActivityId header.
	ActivityID string
}

// ReadRequest reads one request. The Action decides what it is.
//
// The Request is never nil and holds what could be read, so that a fault can relate to it. The error is a
// *Fault when the request is wrong and the fault is the answer to send; any other error comes from r. Data
// inside Op is the caller's.
func ReadRequest(r io.Reader, limits Limits) (*Request, error) {
	if limits.Body <= 0 {
		limits.Body = DefaultMaxRequest
	}
	if limits.Text <= 0 {
		limits.Text = DefaultMaxText
	}
	q := &Request{}
	b := bufferPool.Get().(*buffers)
	defer bufferPool.Put(b)
	s := newScanner(r, limits.Body, limits.Text, b.window)
	unknown, wrong := "", ""
	var nodes []*node
	count := 0
	namespace, err := s.envelope(func(n *node) error {
		if !q.readHeader(n) && isTrue(n.attr("mustUnderstand")) && unknown == "" {
			unknown = n.name
		}
		if n.name == "OperationTimeout" && !readableTimeout(n.trimmed()) {
			wrong = n.name
		}
		return nil
	}, func() error {
		n, err := s.tree(&count)
		nodes = append(nodes, n)
		return err
	})
	if err != nil {
		return q, requestFault(err)
	}
	switch {
	case namespace == nsSOAP11 || namespace != nsSOAP12 && namespace != "":
		return q, FaultVersionMismatch()
	case unknown != "":
		return q, FaultMustUnderstand(unknown)
	case q.Action == "":
		return q, FaultHeaderRequired("Action")
	case wrong != "":
		return q, FaultInvalidHeader(wrong)
	}
	q.Op, err = q.operation(nodes)
	var f *FormatError
	if errors.As(err, &f) {
		return q, FaultInvalidBody(f.What)
	}
	return q, err
}

// requestFault turns an error of the reader into the fault to answer with. An error of the connection stays itself.
func requestFault(err error) error {
	var f *FormatError
	switch {
	case !errors.As(err, &f):
		return err
	case errors.Is(err, ErrTooLarge):
		return FaultEnvelopeTooLarge()
	}
	return FaultInvalidXML(f.What)
}

// readableTimeout tells whether a text is a time that a request can be given. An empty one names none.
func readableTimeout(text string) bool {
	d, ok := parseDuration(text)
	return text == "" || ok && d >= 0
}

// readHeader takes one header and tells whether it is a known one.
func (q *Request) readHeader(n *node) bool {
	switch n.name {
	case "Action":
		q.Action = n.trimmed()
	case "To":
		q.To = n.trimmed()
	case "MessageID":
		q.MessageID = n.trimmed()
	case "ReplyTo":
		q.ReplyTo = n.child("Address").trimmed()
	case "ResourceURI":
		q.ResourceURI = n.trimmed()
	case "MaxEnvelopeSize":
		q.MaxEnvelopeSize = n.number()
	case "OperationTimeout":
		q.OperationTimeout, _ = parseDuration(n.trimmed())
	case "Locale":
		q.Locale = n.attr("lang")
	case "DataLocale":
		q.DataLocale = n.attr("lang")
	case "SessionId":
		q.SessionID = n.trimmed()
	case "OperationID":
		q.OperationID = n.trimmed()
	case "SequenceId":
		q.SequenceID = n.trimmed()
	case "OptionSet":
		for _, k := range n.kids {
			if k.name == "Option" {
				q.Options = append(q.Options, Option{k.attr("Name"), k.text, isTrue(k.attr("MustComply")), k.attr("Type")})
			}
		}
	case "SelectorSet":
		for _, k := range n.kids {
			if k.name == "Selector" {
				q.Selectors = append(q.Selectors, Selector{k.attr("Name"), k.trimmed()})
			}
		}
	case "FaultTo", "From", "RelatesTo", "ActivityId", "CompressionType", "RequestEPR", "FragmentTransfer":
		// Known, and nothing here needs them. CompressionType may be declined by not answering it (MS-WSMV 3.1.4.1.32).
	default:
		return false
	}
	return true
}

// operation reads the Body according to the Action. Its error is a *FormatError or a *Fault.
func (q *Request) operation(nodes []*node) (Operation, error) {
	switch q.Action {
	case ActionCreate:
		return readCreate(find(nodes, "Shell"))
	case ActionDelete:
		return &Delete{}, nil
	case ActionGet:
		return &Get{}, nil
	case ActionEnumerate:
		return readEnumerate(find(nodes, "Enumerate")), nil
	case ActionCommand:
		return readCommand(find(nodes, "CommandLine"), strings.EqualFold(q.ResourceURI, ResourceCmd))
	case ActionReceive:
		desired := find(nodes, "Receive").child("DesiredStream")
		keep, _ := q.Option(OptionKeepAlive)
		return &Receive{CommandID: desired.attr("CommandId"), Streams: strings.Fields(desired.trimmed()), KeepAlive: isTrue(keep.Value)}, nil
	case ActionSend:
		return readSend(find(nodes, "Send").child("Stream"))
	case ActionSignal:
		n := find(nodes, "Signal")
		if n == nil {
			return nil, &FormatError{What: "Signal without its body"}
		}
		return &Signal{CommandID: n.attr("CommandId"), Code: n.child("Code").trimmed()}, nil
	case ActionDisconnect:
		n := find(nodes, "Disconnect")
		idle, _ := parseDuration(n.child("IdleTimeOut").trimmed())
		return &Disconnect{IdleTimeout: idle, BufferMode: n.child("BufferMode").trimmed()}, nil
	case ActionReconnect:
		return &Reconnect{}, nil
	case ActionConnect:
		n := find(nodes, "Connect")
		data, err := n.child("connectXml").bytes()
		return &Connect{CommandID: n.attr("CommandId"), ConnectXML: data}, err
	}
	return nil, FaultActionNotSupported(q.Action)
}

func readEnumerate(n *node) Operation {
	e := &Enumerate{MaxElements: n.child("MaxElements").number()}
	if set := n.child("Filter").child("SelectorSet"); set != nil {
		for _, k := range set.kids {
			if strings.EqualFold(k.attr("Name"), SelectorShellID) {
				e.ShellID = k.trimmed()
			}
		}
	}
	return e
}

func readCreate(n *node) (Operation, error) {
	if n == nil {
		return nil, &FormatError{What: "Create without a Shell"}
	}
	data, err := n.child("creationXml").bytes()
	if err != nil {
		return nil, err
	}
	shell := parseShell(n)
	return &Create{
		ShellID:       n.attr("ShellId"),
		Name:          shell.Name,
		InputStreams:  shell.InputStreams,
		OutputStreams: shell.OutputStreams,
		IdleTimeout:   shell.IdleTimeout,
		CreationXML:   data,
	}, nil
}

// readCommand reads a command of a PowerShell shell, or of one of ResourceCmd, whose arguments are words.
func readCommand(n *node, words bool) (Operation, error) {
	if n == nil {
		return nil, &FormatError{What: "Command without a CommandLine"}
	}
	c := &Command{ID: n.attr("CommandId"), Line: n.child("Command").trimmed()}
	if words {
		for _, k := range n.kids {
			if k.name == "Arguments" {
				c.Words = append(c.Words, k.text)
			}
		}
		return c, nil
	}
	// Several Arguments elements are one text, cut where the client liked.
	whole := &node{name: "Arguments"}
	for _, k := range n.kids {
		if k.name == "Arguments" {
			whole.text += k.text
		}
	}
	if whole.text == "" {
		return c, nil
	}
	var err error
	c.Arguments, err = whole.bytes()
	return c, err
}

func readSend(n *node) (Operation, error) {
	if n == nil {
		return nil, &FormatError{What: "Send without a Stream"}
	}
	data, err := n.bytes()
	return &Send{Stream: n.attr("Name"), CommandID: n.attr("CommandId"), Data: data, End: isTrue(n.attr("End"))}, err
}

// ReceiveRoom returns how many bytes of output, in n chunks, fit in the answer to q so that its envelope
// stays within the MaxEnvelopeSize the client asked for.
func (q *Request) ReceiveRoom(n int) int {
	size := q.MaxEnvelopeSize
	if size <= 0 {
		size = DefaultMaxEnvelopeSize
	}
	const perChunk = 128 // the Stream tag, its attributes and padding
	empty := len(q.Response(ReceiveResponse{State: Received{State: StateDone, CommandID: strings.Repeat("x", 36), HasExitCode: true, ExitCode: 1 << 30}}))
	return max((size-empty-n*perChunk)/4*3, 1024)
}

// language is the xml:lang of an answer.
func (q *Request) language() string {
	if q == nil || q.Locale == "" {
		return DefaultLocale
	}
	return q.Locale
}

func itoa(n int) string { return strconv.Itoa(n) }
