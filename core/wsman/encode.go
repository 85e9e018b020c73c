package wsman

import (
	"encoding/base64"
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/masterzen/simplexml/dom"
	"github.com/masterzen/winrm/soap"
)

// EncodeRequest builds the envelope of one request. h.Action is taken from op, and of h.Selectors only
// ShellId is sent, the one selector shells have.
func EncodeRequest(h Header, op Operation) []byte {
	// Receive's option travels in the header, but it is the operation that knows of it.
	if _, given := h.Option(OptionKeepAlive); !given && keepsAlive(op) {
		h.Options = append(h.Options[:len(h.Options):len(h.Options)], Option{Name: OptionKeepAlive, Value: "TRUE"})
	}
	locale := h.Locale
	if locale == "" {
		locale = DefaultLocale
	}
	// The soap package writes values as they are, so everything that goes into it is escaped here.
	message := soap.NewMessage()
	head := message.Header().
		Action(op.action()).
		To(escape(h.To)).
		ReplyTo(Anonymous).
		Id(escape(h.MessageID)).
		ResourceURI(escape(h.ResourceURI)).
		MaxEnvelopeSize(h.MaxEnvelopeSize).
		Locale(escape(locale)).
		ShellId(escape(h.ShellID()))
	if h.OperationTimeout > 0 {
		head.Timeout(formatDuration(h.OperationTimeout))
	}
	head.Build()
	b := body{message}
	b.write(op)
	return complete(message.String(), h)
}

func keepsAlive(op Operation) bool {
	r, ok := op.(*Receive)
	return ok && r.KeepAlive
}

// complete adds what the soap package cannot say, by writing it before the end of the header it built:
// SessionId, OperationID, SequenceId, and an OptionSet whose options carry MustComply. It also puts
// mustUnderstand into SOAP's namespace, without which the attribute means nothing (SOAP 1.2 5.2.3).
func complete(text string, h Header) []byte {
	const headerEnd = "</env:Header>"
	head, rest, _ := strings.Cut(text, headerEnd)
	// A value holds no quote that is not escaped, so this text stands only where it is an attribute.
	head = strings.ReplaceAll(head, ` mustUnderstand="`, ` env:mustUnderstand="`)

	out := make([]byte, 0, len(text)+1024)
	out = append(out, head...)
	for _, e := range []struct{ name, value string }{
		{"SessionId", h.SessionID}, {"OperationID", h.OperationID}, {"SequenceId", h.SequenceID},
	} {
		if e.value != "" {
			out = append(out, "<p:"+e.name+` env:mustUnderstand="false">`+escape(e.value)+"</p:"+e.name+">"...)
		}
	}
	if len(h.Options) > 0 {
		out = append(out, `<w:OptionSet xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" env:mustUnderstand="true">`...)
		for _, o := range h.Options {
			out = append(out, `<w:Option Name="`+escape(o.Name)+`"`...)
			if o.MustComply {
				out = append(out, ` MustComply="true"`...)
			}
			if o.Type != "" {
				out = append(out, ` Type="`+escape(o.Type)+`"`...)
			}
			out = append(out, ">"+escape(o.Value)+"</w:Option>"...)
		}
		out = append(out, "</w:OptionSet>"...)
	}
	out = append(out, headerEnd...)
	return append(out, rest...)
}

// body writes the operations' bodies with the soap package's elements.
type body struct{ *soap.SoapMessage }

func (b body) write(op Operation) {
	switch op := op.(type) {
	case *Create:
		shell := b.shell("Shell")
		setAttr(shell, "ShellId", op.ShellID)
		setAttr(shell, "Name", op.Name)
		if op.IdleTimeout > 0 {
			b.add(shell, "IdleTimeOut", formatDuration(op.IdleTimeout))
		}
		b.add(shell, "InputStreams", orDefault(op.InputStreams, "stdin pr"))
		b.add(shell, "OutputStreams", orDefault(op.OutputStreams, "stdout"))
		if len(op.CreationXML) > 0 {
			addOpaque(shell, "creationXml", op.CreationXML)
		}
	case *Receive:
		desired := b.add(b.shell("Receive"), "DesiredStream", orDefault(strings.Join(op.Streams, " "), "stdout"))
		setAttr(desired, "CommandId", op.CommandID)
	case *Command:
		line := b.shell("CommandLine")
		setAttr(line, "CommandId", op.ID)
		b.add(line, "Command", op.Line)
		if len(op.Arguments) > 0 {
			b.add(line, "Arguments", base64.StdEncoding.EncodeToString(op.Arguments))
		}
		for _, word := range op.Words {
			b.add(line, "Arguments", word)
		}
	case *Send:
		stream := b.add(b.shell("Send"), "Stream", base64.StdEncoding.EncodeToString(op.Data))
		setAttr(stream, "Name", orDefault(op.Stream, "stdin"))
		setAttr(stream, "CommandId", op.CommandID)
		if op.End {
			setAttr(stream, "End", "true")
		}
	case *Signal:
		signal := b.shell("Signal")
		setAttr(signal, "CommandId", op.CommandID)
		b.add(signal, "Code", op.Code)
	case *Disconnect:
		d := b.shell("Disconnect")
		if op.IdleTimeout > 0 {
			b.add(d, "IdleTimeOut", formatDuration(op.IdleTimeout))
		}
		if op.BufferMode != "" {
			b.add(d, "BufferMode", op.BufferMode)
		}
	case *Connect:
		c := b.shell("Connect")
		setAttr(c, "CommandId", op.CommandID)
		if len(op.ConnectXML) > 0 {
			addOpaque(c, "connectXml", op.ConnectXML)
		}
	case *Enumerate:
		e := b.CreateBodyElement("Enumerate", soap.DOM_NS_ENUM)
		b.CreateElement(e, "OptimizeEnumeration", soap.DOM_NS_WSMAN_DMTF)
		most := op.MaxElements
		if most <= 0 {
			most = 32000
		}
		b.CreateElement(e, "MaxElements", soap.DOM_NS_WSMAN_DMTF).SetContent(strconv.Itoa(most))
		if op.ShellID != "" {
			filter := b.CreateElement(e, "Filter", soap.DOM_NS_WSMAN_DMTF)
			setAttr(filter, "Dialect", "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter")
			set := b.CreateElement(filter, "SelectorSet", soap.DOM_NS_WSMAN_DMTF)
			shell := b.CreateElement(set, "Selector", soap.DOM_NS_WSMAN_DMTF)
			setAttr(shell, "Name", SelectorShellID)
			shell.SetContent(escape(op.ShellID))
		}
	default: // Delete, Get and Reconnect have an empty body
		b.NewBody()
	}
}

func (b body) shell(name string) *dom.Element {
	return b.CreateBodyElement(name, soap.DOM_NS_WIN_SHELL)
}

func (b body) add(parent *dom.Element, name, text string) *dom.Element {
	return b.CreateElement(parent, name, soap.DOM_NS_WIN_SHELL).SetContent(escape(text))
}

// addOpaque adds an element of PowerShell's namespace, which is declared on it as the default one, because
// that is how every known client writes it.
func addOpaque(parent *dom.Element, name string, data []byte) {
	e := dom.CreateElement(name)
	parent.AddChild(e)
	e.SetAttr("xmlns", nsPowerShell)
	e.SetContent(base64.StdEncoding.EncodeToString(data))
}

func setAttr(e *dom.Element, name, value string) {
	if value != "" {
		e.SetAttr(name, escape(value))
	}
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// escape makes text fit for XML content and attributes. Characters XML has no place for become U+FFFD.
func escape(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 || r == '&' || r == '<' || r == '>' || r == '"' || r == '\'' || r >= 0x7F
	}) {
		return s
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
