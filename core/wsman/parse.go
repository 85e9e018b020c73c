package wsman

import (
	"strings"
	"time"
)

// parseShell reads a Shell element.
func parseShell(n *node) Shell {
	text := func(name string) string { return n.child(name).trimmed() }
	length := func(names ...string) time.Duration {
		for _, name := range names {
			if d, ok := parseDuration(text(name)); ok {
				return d
			}
		}
		return 0
	}
	s := Shell{
		ID:              text("ShellId"),
		Name:            text("Name"),
		ResourceURI:     text("ResourceUri"),
		Owner:           text("Owner"),
		ClientIP:        text("ClientIP"),
		ProcessID:       n.child("ProcessId").number(),
		IdleTimeout:     length("IdleTimeOut", "IdleTimeout"),
		MaxIdleTimeout:  length("MaxIdleTimeOut", "MaxIdleTimeout"),
		InputStreams:    text("InputStreams"),
		OutputStreams:   text("OutputStreams"),
		Locale:          text("Locale"),
		DataLocale:      text("DataLocale"),
		CompressionMode: text("CompressionMode"),
		ProfileLoaded:   text("ProfileLoaded"),
		Encoding:        text("Encoding"),
		BufferMode:      text("BufferMode"),
		State:           text("State"),
		RunTime:         length("ShellRunTime"),
		Inactivity:      length("ShellInactivity"),
		MemoryUsed:      text("MemoryUsed"),
		ChildProcesses:  n.child("ChildProcesses").number(),
	}
	if s.ID == "" {
		s.ID = n.attr("ShellId")
	}
	if s.Name == "" {
		s.Name = n.attr("Name")
	}
	return s
}

// createdShell reads the answer to Create: a ResourceCreated with the selectors, a Shell, or both. Windows
// 7 sends no Shell; the selector decides which id counts.
func createdShell(nodes []*node, asked string) (*Shell, error) {
	var s Shell
	if find(nodes, "Shell") == nil && find(nodes, "ResourceCreated") == nil {
		return nil, &FormatError{What: "answer to Create without a Shell or ResourceCreated"}
	}
	if n := find(nodes, "Shell"); n != nil {
		s = parseShell(n)
		var err error
		if s.CreationXML, err = n.child("creationXml").bytes(); err != nil {
			return nil, err
		}
	}
	reference := find(nodes, "ResourceCreated").child("ReferenceParameters")
	if s.ResourceURI == "" {
		s.ResourceURI = reference.child("ResourceURI").trimmed()
	}
	if set := reference.child("SelectorSet"); set != nil {
		for _, k := range set.kids {
			if strings.EqualFold(k.attr("Name"), SelectorShellID) {
				s.ID = k.trimmed()
			}
		}
	}
	if s.ID == "" {
		if len(nodes) == 0 || asked == "" {
			return nil, &FormatError{What: "answer to Create without a shell id"}
		}
		s.ID = asked
	}
	return &s, nil
}

func parseConnected(n *node) (*ConnectResponse, error) {
	if n == nil {
		return nil, &FormatError{What: "answer to Connect without ConnectResponse"}
	}
	data, err := n.child("connectResponseXml").bytes()
	if err != nil {
		return nil, err
	}
	return &ConnectResponse{
		InputStreams:       n.child("InputStreams").trimmed(),
		OutputStreams:      n.child("OutputStreams").trimmed(),
		ConnectResponseXML: data,
	}, nil
}

func parseEnumerated(n *node) (EnumerateResponse, error) {
	var r EnumerateResponse
	if n == nil {
		return r, &FormatError{What: "answer to Enumerate without EnumerateResponse"}
	}
	if items := n.child("Items"); items != nil {
		for _, k := range items.kids {
			switch k.name {
			case "Shell":
				r.Shells = append(r.Shells, parseShell(k))
			case "Command":
				id := k.child("CommandId").trimmed()
				if id == "" {
					id = k.attr("CommandId")
				}
				r.Commands = append(r.Commands, CommandInfo{ID: id, ShellID: k.child("ShellId").trimmed(), State: k.child("State").trimmed()})
			}
		}
	}
	return r, nil
}

func parseConfig(n *node) *Config {
	c := &Config{
		MaxEnvelopeSizeKB: n.child("MaxEnvelopeSizekb").number(),
		MaxTimeout:        time.Duration(min(n.child("MaxTimeoutms").number(), 1<<32)) * time.Millisecond,
		MaxBatchItems:     n.child("MaxBatchItems").number(),
		MaxShellsPerUser:  n.child("Winrs").child("MaxShellsPerUser").number(),
		IdleTimeout:       time.Duration(min(n.child("Winrs").child("IdleTimeout").number(), 1<<32)) * time.Millisecond,
		Values:            map[string]string{},
	}
	leaves(n, "", c.Values)
	return c
}

func leaves(n *node, path string, into map[string]string) {
	for _, k := range n.kids {
		here := path + k.name
		if len(k.kids) > 0 {
			leaves(k, here+"/", into)
		} else {
			into[here] = k.trimmed()
		}
	}
}

// header takes what a fault's headers tell.
func (f *Fault) header(n *node) error {
	switch n.name {
	case "ActivityId":
		f.ActivityID = n.trimmed()
	case "RelatesTo":
		f.RelatesTo = n.trimmed()
	}
	return nil
}

// body reads a Fault element (SOAP 1.2 5.4, MS-WSMV 2.2.4.43). The short form of SOAP 1.1 is understood too.
func (f *Fault) body(n *node) {
	code := n.child("Code")
	f.SOAPCode = localName(code.child("Value").trimmed())
	sub := code.child("Subcode")
	f.Subcode = localName(sub.child("Value").trimmed())
	f.Reason = n.child("Reason").child("Text").trimmed()
	if code == nil {
		f.SOAPCode = localName(n.child("faultcode").trimmed())
		f.Reason = n.child("faultstring").trimmed()
	}
	detail := n.child("Detail")
	if detail == nil {
		detail = n.child("detail")
	}
	if detail == nil {
		return
	}
	var other []string
	if t := detail.trimmed(); t != "" {
		other = append(other, t)
	}
	for _, k := range detail.kids {
		switch k.name {
		case "FaultDetail":
			f.DetailURI = k.trimmed()
		case "WSManFault":
			f.wsmanFault(k)
		default:
			if t := k.allText(); t != "" {
				other = append(other, t)
			}
		}
	}
	f.DetailText = strings.Join(other, " ")
}

func (f *Fault) wsmanFault(n *node) {
	f.Code = parseCode(n.attr("Code"))
	f.Machine = n.attr("Machine")
	message := n.child("Message")
	f.Message = message.trimmed()
	provider := message.child("ProviderFault")
	if provider == nil {
		if message != nil && f.Message == "" {
			f.Message = message.allText()
		}
		return
	}
	f.Provider = provider.attr("provider")
	f.ProviderPath = provider.attr("path")
	f.ProviderText = provider.allText()
	inner := provider.child("WSManFault")
	f.ProviderCode = parseCode(inner.attr("Code"))
}
