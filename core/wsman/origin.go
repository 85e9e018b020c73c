package wsman

import (
	"net/http"
	"sort"
	"strings"
	"sync"
)

// Origin is what the HTTP headers of an answer tell about who answered. A support engineer finds the request
// in the server's own logs by it. Fields are empty where the header was not there.
type Origin struct {
	FailureCategory string // X-RemotePS-FailureCategory
	RequestID       string // request-id
	BackEndTarget   string // X-CalculatedBETarget
	FrontEnd        string // X-FEServer
	BackEnd         string // X-BEServer

	// Remote are the other headers that begin with X-RemotePS- or X-Rps-, without the X-, sorted: at most
	// maxRemote, each cut to maxHeader.
	Remote []Pair
}

const (
	maxRemote = 24
	maxHeader = 400 // bytes
)

// remoteNames are headers as Exchange writes them; net/http changes the case of names.
var remoteNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range strings.Fields(`X-RemotePS-Ping X-RemotePS-Action X-RemotePS-RawAction X-RemotePS-SessionId X-RemotePS-ShellId
		X-RemotePS-CommandId X-RemotePS-CommandName X-RemotePS-SignalCode X-Rps-DiagInfoWritten`) {
		names[strings.ToLower(name)] = name
	}
	return names
}()

func originOf(h http.Header) Origin {
	o := Origin{
		FailureCategory: cut(h.Get("X-RemotePS-FailureCategory")),
		RequestID:       cut(h.Get("request-id")),
		BackEndTarget:   cut(h.Get("X-CalculatedBETarget")),
		FrontEnd:        cut(h.Get("X-FEServer")),
		BackEnd:         cut(h.Get("X-BEServer")),
	}
	for name := range h {
		low := strings.ToLower(name)
		if !strings.HasPrefix(low, "x-remoteps-") && !strings.HasPrefix(low, "x-rps-") || low == "x-remoteps-failurecategory" {
			continue
		}
		if value := cut(h.Get(name)); value != "" {
			if known := remoteNames[low]; known != "" {
				name = known
			}
			o.Remote = append(o.Remote, Pair{name[len("X-"):], value})
		}
	}
	sort.Slice(o.Remote, func(i, j int) bool { return o.Remote[i].Key < o.Remote[j].Key })
	if len(o.Remote) > maxRemote {
		o.Remote = o.Remote[:maxRemote]
	}
	return o
}

func cut(s string) string {
	if len(s) > maxHeader {
		s = strings.ToValidUTF8(s[:maxHeader], "")
	}
	return strings.TrimSpace(s)
}

// Pairs lists what is known as names and values, for a person to read or copy.
func (o Origin) Pairs() []Pair {
	var pairs []Pair
	for _, p := range []Pair{
		{"Failure category", o.FailureCategory}, {"Request id", o.RequestID}, {"Front end", o.FrontEnd},
		{"Back end", o.BackEnd}, {"Back end target", o.BackEndTarget},
	} {
		if p.Value != "" {
			pairs = append(pairs, p)
		}
	}
	return append(pairs, o.Remote...)
}

// track keeps the newest Origin of a client's answers.
type track struct {
	mu   sync.Mutex
	last Origin
}

func (t *track) note(o Origin) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = o
}

// Origin tells what the newest answer said about who answered; empty before the first. A client that was not
// made by NewClient keeps none.
func (c *Client) Origin() Origin {
	if c.seen == nil {
		return Origin{}
	}
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	return c.seen.last
}
