package wsman

import "fmt"

// Codes only a server uses.
const (
	codeInvalidHeader      Code = 2150858767
	codeMustUnderstand     Code = 2150858768
	codeHeaderRequired     Code = 2150858769
	codeActionNotSupported Code = 2150858771
	codeSchema             Code = 2150858817
	codeInvalidXML         Code = 2150858819
	codeEnvelopeLimit      Code = 2150858825
	codeVersion            Code = 2150858765
)

const (
	textSelectors = "The WS-Management service cannot process the request because the request contained invalid selectors for the resource. "
	textTimeout   = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
	detailBase    = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
)

// Fault returns the whole envelope that answers q with f. It goes out with the HTTP status f.Status().
func (q *Request) Fault(f *Fault) []byte {
	action, prefix := ActionFault, "w:"
	switch f.Subcode {
	case "DestinationUnreachable", "ActionNotSupported", "EndpointUnavailable", "InvalidMessageInformationHeader", "MessageInformationHeaderRequired":
		action, prefix = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", "a:"
	}
	out := q.appendHead(make([]byte, 0, 4096), declS+declA+declX+declE+declN+declW+declP, action)
	out = append(out, "<s:Fault><s:Code>"...)
	out = appendElement(out, "s:Value", "s:"+orDefault(f.SOAPCode, "Receiver"))
	if f.Subcode != "" {
		out = append(out, "<s:Subcode>"...)
		out = appendElement(out, "s:Value", prefix+f.Subcode)
		out = append(out, "</s:Subcode>"...)
	}
	out = append(out, "</s:Code><s:Reason><s:Text"...)
	out = appendAttr(out, "xml:lang", q.language())
	out = append(append(out, '>'), escape(f.Reason)...)
	out = append(out, "</s:Text></s:Reason><s:Detail>"...)
	out = appendOptional(out, "w:FaultDetail", f.DetailURI)
	if f.Code != 0 {
		out = f.appendWSManFault(out)
	}
	return append(out, "</s:Detail></s:Fault></s:Body></s:Envelope>"...)
}

func (f *Fault) appendWSManFault(out []byte) []byte {
	open := func(code Code) {
		out = append(out, `<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"`...)
		out = appendAttr(out, "Code", fmt.Sprint(uint32(code)))
		out = appendAttr(out, "Machine", f.Machine)
		out = append(out, "><f:Message>"...)
	}
	const end = "</f:Message></f:WSManFault>"
	open(f.Code)
	out = append(out, escape(f.Message)...)
	if f.Provider != "" {
		out = append(out, "<f:ProviderFault"...)
		out = appendAttr(out, "provider", f.Provider)
		out = appendAttr(out, "path", f.ProviderPath)
		out = append(out, '>')
		if f.ProviderCode != 0 {
			open(f.ProviderCode)
		}
		out = append(out, escape(f.ProviderText)...)
		if f.ProviderCode != 0 {
			out = append(out, end...)
		}
		out = append(out, "</f:ProviderFault>"...)
	}
	return append(out, end...)
}

func newFault(soapCode, subcode string, code Code, text string) *Fault {
	return &Fault{HTTPStatus: 500, SOAPCode: soapCode, Subcode: subcode, Code: code, Reason: text, Message: text, Machine: "localhost"}
}

// FaultTimeout says that there was nothing to report within OperationTimeout.
func FaultTimeout() *Fault {
	return newFault("Receiver", "TimedOut", CodeOperationTimeout, textTimeout)
}

// FaultInvalidSelectors says that there is no such shell or command.
func FaultInvalidSelectors() *Fault {
	f := newFault("Sender", "InvalidSelectors", CodeInvalidSelectors, textSelectors)
	f.Message = ""
	f.DetailURI = detailBase + "UnexpectedSelectors"
	f.Provider, f.ProviderPath = "Shell provider", `%systemroot%\system32\WsmSvc.dll`
	f.ProviderCode, f.ProviderText = CodeInvalidSelectors, textSelectors
	return f
}

// FaultShellQuota says that a user has as many shells as allowed (MS-WSMV 3.1.4.5.2 and its example of a quota fault).
func FaultShellQuota(limit int) *Fault {
	f := newFault("Sender", "QuotaLimit", CodeShellQuota, "The WS-Management service cannot process the request. The maximum number of concurrent shells for this user has been exceeded. Close existing shells or raise the quota for this user. ")
	f.Message = fmt.Sprintf("The WS-Management service cannot process the request. This user is allowed a maximum number of %d concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user. ", limit)
	return f
}

// FaultProvider says that the plugin behind the service refused. text goes into ProviderFault as it is,
// diagnostic groups included.
func FaultProvider(provider, path, text string) *Fault {
	return &Fault{
		HTTPStatus: 500, SOAPCode: "Receiver", Subcode: "InternalError", Code: CodeProviderFault, Machine: "localhost",
		Reason: text, Provider: provider, ProviderPath: path, ProviderText: text,
	}
}

// FaultAccessDenied says that the account may not do this.
func FaultAccessDenied() *Fault {
	return newFault("Sender", "AccessDenied", CodeAccessDenied, "Access is denied. ")
}

// FaultInvalidResourceURI says that there is no such resource.
func FaultInvalidResourceURI() *Fault {
	f := newFault("Sender", "DestinationUnreachable", CodeInvalidResourceURI, "The WS-Management service cannot process the request. The resource URI is missing or it has an incorrect format. Check the documentation or use the following command for information on how to construct a resource URI: \"winrm help uris\". ")
	f.DetailURI = detailBase + "InvalidResourceURI"
	return f
}

// FaultActionNotSupported says that the Action is unknown.
func FaultActionNotSupported(action string) *Fault {
	f := newFault("Sender", "ActionNotSupported", codeActionNotSupported, "The WS-Management service does not support the action specified in the request. ")
	f.Message += action
	return f
}

// FaultDestinationUnreachable says that nothing answers at the address.
func FaultDestinationUnreachable() *Fault {
	return newFault("Sender", "DestinationUnreachable", CodeCannotConnect, "The client cannot connect to the destination specified in the request. Verify that the service on the destination is running and is accepting requests. ")
}

// FaultMustUnderstand says that a header the client insists on is unknown.
func FaultMustUnderstand(header string) *Fault {
	return newFault("MustUnderstand", "", codeMustUnderstand, "The WS-Management service cannot process a SOAP header in the request that is marked as mustUnderstand by the client: "+header+". ")
}

// FaultHeaderRequired says that a header is missing.
func FaultHeaderRequired(header string) *Fault {
	return newFault("Sender", "MessageInformationHeaderRequired", codeHeaderRequired, "A required header is missing from the request: "+header+". ")
}

// FaultInvalidHeader says that what stands in a header cannot be, such as a negative OperationTimeout.
func FaultInvalidHeader(header string) *Fault {
	f := newFault("Sender", "InvalidMessageInformationHeader", codeInvalidHeader, "The WS-Management service cannot process the request. The request contains one or more invalid SOAP headers. ")
	f.Message += "The header is " + header + ". "
	return f
}

// FaultInvalidXML says that the request is not the message it should be.
func FaultInvalidXML(what string) *Fault {
	return newFault("Sender", "SchemaValidationError", codeInvalidXML, "The WS-Management service cannot process the request because the XML is invalid: "+what+". ")
}

// FaultInvalidBody says that a request is well-formed but not what its Action needs.
func FaultInvalidBody(what string) *Fault {
	return newFault("Sender", "SchemaValidationError", codeSchema, "The SOAP XML in the message does not match the corresponding XML schema definition: "+what+". ")
}

// FaultEnvelopeTooLarge says that the request is larger than the service takes.
func FaultEnvelopeTooLarge() *Fault {
	f := newFault("Sender", "EncodingLimit", codeEnvelopeLimit, "The WS-Management service cannot process the request because the envelope is larger than the service allows. ")
	f.DetailURI = detailBase + "ServiceEnvelopeLimit"
	return f
}

// FaultOperationsQuota says that the service has more requests at hand than it allows.
func FaultOperationsQuota() *Fault {
	return newFault("Receiver", "QuotaLimit", CodeServiceBusy, "The WS-Management service cannot process the request because the service is busy with other requests. Retry later. ")
}

// FaultVersionMismatch says that the envelope is not SOAP 1.2.
func FaultVersionMismatch() *Fault {
	return newFault("VersionMismatch", "", codeVersion, "The WS-Management service only supports SOAP 1.2. ")
}
