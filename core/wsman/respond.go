package wsman

import (
	"encoding/base64"
	"strings"
	"time"
)

// Prefixes Windows declares on the envelope, per kind of answer and in its order.
const (
	declS   = ` xmlns:s="http://www.w3.org/2003/05/soap-envelope"`
	declA   = ` xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"`
	declX   = ` xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"`
	declE   = ` xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/eventing"`
	declN   = ` xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"`
	declW   = ` xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"`
	declRsp = ` xmlns:rsp="` + nsShell + `"`
	declP   = ` xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"`

	declShell = declS + declA + declX + declW + declRsp + declP
	declPlain = declS + declA + declW + declP
)

// Response returns the whole envelope that answers q with body.
func (q *Request) Response(body Response) []byte {
	size := 2048
	if r, ok := body.(ReceiveResponse); ok {
		for _, c := range r.Chunks {
			size += base64.StdEncoding.EncodedLen(len(c.Data)) + 128
		}
	}
	out := q.appendHead(make([]byte, 0, size), body.namespaces(), q.Action+"Response")
	out = body.appendBody(out, q)
	return append(out, "</s:Body></s:Envelope>"...)
}

// appendHead writes everything up to the start of the Body.
func (q *Request) appendHead(out []byte, namespaces, action string) []byte {
	out = append(out, `<s:Envelope xml:lang="`...)
	out = append(out, escape(q.language())...)
	out = append(out, '"')
	out = append(out, namespaces...)
	out = append(out, "><s:Header>"...)
	out = appendElement(out, "a:Action", action)
	out = appendElement(out, "a:MessageID", newID())
	if q.ActivityID != "" {
		out = appendElement(out, "p:ActivityId", q.ActivityID)
	}
	out = appendElement(out, "a:To", Anonymous)
	if q.MessageID != "" {
		out = appendElement(out, "a:RelatesTo", q.MessageID)
	}
	return append(out, "</s:Header><s:Body>"...)
}

func appendElement(out []byte, name, text string) []byte {
	out = append(append(append(out, '<'), name...), '>')
	out = append(out, escape(text)...)
	return append(append(append(out, '<', '/'), name...), '>')
}

func appendOptional(out []byte, name, text string) []byte {
	if text == "" {
		return out
	}
	return appendElement(out, name, text)
}

func appendAttr(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	out = append(append(append(out, ' '), name...), '=', '"')
	return append(append(out, escape(value)...), '"')
}

func appendOpaque(out []byte, name string, data []byte) []byte {
	if len(data) == 0 {
		return out
	}
	out = append(out, "<"+name+` xmlns="`+nsPowerShell+`">`...)
	out = base64.StdEncoding.AppendEncode(out, data)
	return append(out, "</"+name+">"...)
}

// append writes the Shell element in the order Windows has.
func (s *Shell) append(out []byte) []byte {
	number := func(name string, n int, always bool) {
		if n != 0 || always {
			out = appendElement(out, name, itoa(n))
		}
	}
	length := func(name string, d time.Duration) {
		if d > 0 {
			out = appendElement(out, name, formatShellDuration(d))
		}
	}
	out = append(out, "<rsp:Shell"+declRsp+">"...)
	out = appendElement(out, "rsp:ShellId", s.ID)
	out = appendOptional(out, "rsp:Name", s.Name)
	out = appendOptional(out, "rsp:ResourceUri", s.ResourceURI)
	out = appendOptional(out, "rsp:Owner", s.Owner)
	out = appendOptional(out, "rsp:ClientIP", s.ClientIP)
	number("rsp:ProcessId", s.ProcessID, false)
	length("rsp:IdleTimeOut", s.IdleTimeout)
	out = appendOptional(out, "rsp:InputStreams", s.InputStreams)
	out = appendOptional(out, "rsp:OutputStreams", s.OutputStreams)
	length("rsp:MaxIdleTimeOut", s.MaxIdleTimeout)
	out = appendOptional(out, "rsp:Locale", s.Locale)
	out = appendOptional(out, "rsp:DataLocale", s.DataLocale)
	out = appendOptional(out, "rsp:CompressionMode", s.CompressionMode)
	out = appendOptional(out, "rsp:ProfileLoaded", s.ProfileLoaded)
	out = appendOptional(out, "rsp:Encoding", s.Encoding)
	out = appendOptional(out, "rsp:BufferMode", s.BufferMode)
	out = appendOptional(out, "rsp:State", s.State)
	out = appendElement(out, "rsp:ShellRunTime", formatRunTime(s.RunTime))
	out = appendElement(out, "rsp:ShellInactivity", formatRunTime(s.Inactivity))
	if s.MemoryUsed != "" {
		out = appendElement(out, "rsp:MemoryUsed", s.MemoryUsed)
		number("rsp:ChildProcesses", s.ChildProcesses, true)
	}
	out = appendOpaque(out, "creationXml", s.CreationXML)
	return append(out, "</rsp:Shell>"...)
}

func (r CreateResponse) namespaces() string { return declShell }
func (r CreateResponse) appendBody(out []byte, q *Request) []byte {
	address, _, _ := strings.Cut(q.To, "?")
	resource := orDefault(r.Shell.ResourceURI, q.ResourceURI)
	out = append(out, "<x:ResourceCreated>"...)
	out = appendElement(out, "a:Address", address)
	out = append(out, "<a:ReferenceParameters>"...)
	out = appendElement(out, "w:ResourceURI", resource)
	out = append(out, `<w:SelectorSet><w:Selector Name="ShellId">`...)
	out = append(out, escape(r.Shell.ID)...)
	out = append(out, "</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>"...)
	shell := r.Shell
	shell.ResourceURI = resource
	return shell.append(out)
}

func (r CommandResponse) namespaces() string { return declShell }
func (r CommandResponse) appendBody(out []byte, _ *Request) []byte {
	out = append(out, "<rsp:CommandResponse>"...)
	out = appendElement(out, "rsp:CommandId", r.CommandID)
	return append(out, "</rsp:CommandResponse>"...)
}

func (r ReceiveResponse) namespaces() string { return declS + declA + declW + declRsp + declP }
func (r ReceiveResponse) appendBody(out []byte, _ *Request) []byte {
	out = append(out, "<rsp:ReceiveResponse>"...)
	for _, c := range r.Chunks {
		out = append(out, "<rsp:Stream"...)
		out = appendAttr(out, "Name", orDefault(c.Stream, "stdout"))
		out = appendAttr(out, "CommandId", c.CommandID)
		if c.End {
			out = append(out, ` End="true"`...)
		}
		out = append(out, '>')
		out = base64.StdEncoding.AppendEncode(out, c.Data)
		out = append(out, "</rsp:Stream>"...)
	}
	if s := r.State; s.State != StateUnknown {
		out = append(out, "<rsp:CommandState"...)
		out = appendAttr(out, "CommandId", s.CommandID)
		out = appendAttr(out, "State", statePrefix+s.State.String())
		if s.HasExitCode {
			out = append(out, '>')
			out = appendElement(out, "rsp:ExitCode", itoa(s.ExitCode))
			out = append(out, "</rsp:CommandState>"...)
		} else {
			out = append(out, "/>"...)
		}
	}
	return append(out, "</rsp:ReceiveResponse>"...)
}

func (SendResponse) namespaces() string { return declShell }
func (SendResponse) appendBody(out []byte, _ *Request) []byte {
	return append(out, "<rsp:SendResponse/>"...)
}

func (SignalResponse) namespaces() string { return declShell }
func (SignalResponse) appendBody(out []byte, _ *Request) []byte {
	return append(out, "<rsp:SignalResponse/>"...)
}

func (DeleteResponse) namespaces() string                           { return declPlain }
func (DeleteResponse) appendBody(out []byte, _ *Request) []byte     { return out }
func (DisconnectResponse) namespaces() string                       { return declPlain }
func (DisconnectResponse) appendBody(out []byte, _ *Request) []byte { return out }
func (ReconnectResponse) namespaces() string                        { return declPlain }
func (ReconnectResponse) appendBody(out []byte, _ *Request) []byte  { return out }

func (r GetShellResponse) namespaces() string { return declS + declA + declX + declW + declP }
func (r GetShellResponse) appendBody(out []byte, _ *Request) []byte {
	return r.Shell.append(out)
}

func (r GetConfigResponse) namespaces() string { return declS + declA + declX + declW + declP }
func (r GetConfigResponse) appendBody(out []byte, _ *Request) []byte {
	c := r.Config
	out = append(out, `<cfg:Config xmlns:cfg="`+ResourceConfig+`">`...)
	out = appendElement(out, "cfg:MaxEnvelopeSizekb", itoa(c.MaxEnvelopeSizeKB))
	out = appendElement(out, "cfg:MaxTimeoutms", itoa(int(c.MaxTimeout/time.Millisecond)))
	out = appendElement(out, "cfg:MaxBatchItems", itoa(c.MaxBatchItems))
	out = append(out, "<cfg:Winrs>"...)
	out = appendElement(out, "cfg:IdleTimeout", itoa(int(c.IdleTimeout/time.Millisecond)))
	out = appendElement(out, "cfg:MaxShellsPerUser", itoa(c.MaxShellsPerUser))
	return append(out, "</cfg:Winrs></cfg:Config>"...)
}

func (r ConnectResponse) namespaces() string { return declShell }
func (r ConnectResponse) appendBody(out []byte, _ *Request) []byte {
	out = append(out, "<rsp:ConnectResponse>"...)
	out = appendOptional(out, "rsp:InputStreams", r.InputStreams)
	out = appendOptional(out, "rsp:OutputStreams", r.OutputStreams)
	out = appendOpaque(out, "connectResponseXml", r.ConnectResponseXML)
	return append(out, "</rsp:ConnectResponse>"...)
}

func (r EnumerateResponse) namespaces() string { return declS + declA + declN + declW + declP }
func (r EnumerateResponse) appendBody(out []byte, _ *Request) []byte {
	out = append(out, "<n:EnumerateResponse><n:EnumerationContext></n:EnumerationContext>"...)
	if len(r.Shells)+len(r.Commands) > 0 {
		out = append(out, "<w:Items>"...)
		for i := range r.Shells {
			out = r.Shells[i].append(out)
		}
		for _, c := range r.Commands {
			out = append(out, "<rsp:Command"+declRsp+">"...)
			out = appendElement(out, "rsp:ShellId", c.ShellID)
			out = appendElement(out, "rsp:CommandId", c.ID)
			out = appendOptional(out, "rsp:State", c.State)
			out = append(out, "</rsp:Command>"...)
		}
		out = append(out, "</w:Items>"...)
	}
	return append(out, "<w:EndOfSequence/></n:EnumerateResponse>"...)
}
