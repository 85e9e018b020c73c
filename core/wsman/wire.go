// Package wsman speaks WS-Management for remote shells: it builds and reads the SOAP envelopes and faults
// with which a client opens a shell on a server, starts commands in it, and moves bytes in and out.
//
// It speaks both ends. A [Client] drives an injected [Transport], one POST for each operation. A server
// reads a request with [ReadRequest] and answers with [Request.Response] or [Request.Fault]. The bytes
// inside a shell are opaque here.
//
// The operations and their bodies are those of MS-WSMV 2.2.4 and 3.1.4, on the ground of DSP0226
// (WS-Management) and SOAP 1.2. What is sent is strict; what is read may use any namespace prefixes, any
// order of elements and attributes, CDATA, comments, and UTF-8 or UTF-16 text.
package wsman

// Actions of requests, as they stand in the Action header (DSP0226 5.3, MS-WSMV 3.1.4). The action of an
// answer is the same text with "Response" behind it.
const (
	ActionCreate     = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create"
	ActionDelete     = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete"
	ActionGet        = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
	ActionEnumerate  = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate"
	ActionCommand    = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command"
	ActionReceive    = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive"
	ActionSend       = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send"
	ActionSignal     = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal"
	ActionDisconnect = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Disconnect"
	ActionReconnect  = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Reconnect"
	ActionConnect    = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Connect"
	ActionFault      = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
)

// Resource URIs.
const (
	// ResourcePowerShell and a configuration name make the resource of a PowerShell shell, such as
	// ResourcePowerShell + "Microsoft.Exchange".
	ResourcePowerShell = "http://schemas.microsoft.com/powershell/"
	ResourceCmd        = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"     // a shell of programs, as winrs uses
	ResourceShell      = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"         // any shell, for Get and Enumerate
	ResourceCommand    = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command" // the commands of a shell, for Enumerate
	ResourceConfig     = "http://schemas.microsoft.com/wbem/wsman/1/config"                // the service's settings, for Get
	Anonymous          = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous" // where answers go
)

// Codes of a Signal (MS-WSMV 2.2.4.38, MS-PSRP 3.1.5.3.10). Servers compare them without regard to case.
const (
	SignalTerminate       = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate"
	SignalCtrlC           = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_c"
	SignalPowerShellCtrlC = "powershell/signal/crtl_c" // the letters stand in this order on the wire
)

// Names of options (MS-WSMV 2.2.4.37 and MS-PSRP 3.1.5.3).
const (
	OptionProtocolVersion = "protocolversion"                 // on Create and Connect, with MustComply
	OptionKeepAlive       = "WSMAN_CMDSHELL_OPTION_KEEPALIVE" // on Receive
	OptionSkipCmdShell    = "WINRS_SKIP_CMD_SHELL"            // on Command
	OptionNoProfile       = "WINRS_NOPROFILE"                 // on Create
	OptionCodePage        = "WINRS_CODEPAGE"                  // on Create: of what programs print, such as 65001 for UTF-8
	OptionConsoleStdin    = "WINRS_CONSOLEMODE_STDIN"         // on Command: FALSE gives the program a pipe to read from
	SelectorShellID       = "ShellId"                         // the selector that names a shell
)

const (
	nsSOAP12     = "http://www.w3.org/2003/05/soap-envelope"
	nsSOAP11     = "http://schemas.xmlsoap.org/soap/envelope/"
	nsShell      = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
	nsPowerShell = "http://schemas.microsoft.com/powershell"
	statePrefix  = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"
)

// ContentType is the media type of every request and answer made here.
const ContentType = "application/soap+xml;charset=UTF-8"

// Default bounds and settings. A zero field of Client, Limits or Header means these.
const (
	DefaultMaxEnvelopeSize = 512000    // bytes, as the Windows client asks for
	DefaultMaxResponse     = 256 << 20 // bytes of one answer's body
	DefaultMaxRequest      = 8 << 20   // bytes of one request's body
	DefaultMaxText         = 8 << 20   // bytes of text of one element that is not streamed
	DefaultLocale          = "en-US"
)
