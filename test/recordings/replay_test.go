package recordings

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

func TestEveryRecordingReplays(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder(), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no recordings in %s: set TENANTRY_RECORDINGS to a folder that has them", folder())
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			play(t, load(t, file))
		})
	}
}

// host serves a recording's answers: exchange n of its kind for the n-th request of that kind.
type host struct {
	t    *testing.T
	rec  recording
	mu   sync.Mutex
	next map[string]int
	sent map[string]int // requests by key and signal
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Errorf("a request broke off: %v", err)
	}
	got := readRequest(h.t, string(body))
	e, found := h.take(got)
	if !found && (got.signal == "terminate" || got.action == "Delete") {
		// Some recorded clients left finished commands to the end of the shell, and shells to their idle time.
		// Ours signals and deletes, which every server confirms.
		w.Header().Set("Content-Type", "application/soap+xml;charset=UTF-8")
		_, _ = fmt.Fprintf(w, confirmed, last(got.action), messageID.FindStringSubmatch(string(body))[1], last(got.action))
		return
	}
	if !found {
		h.t.Errorf("the client sent one %s more than the recorded one", got.key())
		http.Error(w, "nothing recorded", http.StatusInternalServerError)
		return
	}
	h.compare(e.asked, got)
	if e.Connection == "dropped" {
		panic(http.ErrAbortHandler)
	}
	answer := relatesTo.ReplaceAllString(e.Response, "${1}"+messageID.FindStringSubmatch(string(body))[1]+"${2}")
	w.Header().Set("Content-Type", "application/soap+xml;charset=UTF-8")
	w.WriteHeader(e.Status)
	_, _ = io.WriteString(w, answer)
}

const confirmed = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header><a:Action>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/%sResponse</a:Action><a:RelatesTo>%s</a:RelatesTo></s:Header><s:Body><rsp:%sResponse/></s:Body></s:Envelope>`

var (
	messageID = regexp.MustCompile(`MessageID[^>]*>([^<]+)<`)
	relatesTo = regexp.MustCompile(`(RelatesTo[^>]*>)[^<]+(<)`)
)

func (h *host) take(got said) (exchange, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := got.key()
	h.sent[key]++
	at := h.next[key]
	var latest *exchange
	n := 0
	for i := range h.rec.Exchanges {
		e := &h.rec.Exchanges[i]
		if e.asked.key() != key {
			continue
		}
		if n == at {
			h.next[key]++
			return *e, true
		}
		latest, n = e, n+1
	}
	if latest != nil && strings.HasPrefix(key, "Send") {
		return *latest, true // how input is cut into requests is the client's own
	}
	return exchange{}, false
}

// compare is rule 2 of the recordings' README.
func (h *host) compare(want, got said) {
	same := func(what, want, got string) {
		if want != got {
			h.t.Errorf("%s: %s is %q, recorded %q", want, what, got, want)
		}
	}
	same("action", want.action, got.action)
	same("resource", want.resource, got.resource)
	slices.Sort(want.selectors)
	slices.Sort(got.selectors)
	same("selectors", strings.Join(want.selectors, ","), strings.Join(got.selectors, ","))
	same("a command id", fmt.Sprint(want.command != ""), fmt.Sprint(got.command != ""))
	same("stream", want.stream, got.stream)
	same("signal", want.signal, got.signal)
	same("an operation timeout", fmt.Sprint(want.timeout), fmt.Sprint(got.timeout))
	same("option protocolversion", want.protocol, got.protocol)
}

// player does with our client what the recorded client did.
type player struct {
	t      *testing.T
	ctx    context.Context
	rec    recording
	client *wsman.Client
	pools  map[string]*runspace.Pool // by recorded shell id
	ids    []uuid.UUID               // the next pipelines' recorded ids
	pool   []psrp.Event              // what came on pool streams
}

func play(t *testing.T, rec recording) {
	h := &host{t: t, rec: rec, next: map[string]int{}, sent: map[string]int{}}
	server := httptest.NewServer(h)
	defer server.Close()
	transport, err := httpauth.New(httpauth.Options{
		Authorizer: httpauth.Basic{User: "vagrant", Password: secret.New("vagrant")}, AnswerTimeout: 30 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	resource := "Microsoft.PowerShell"
	for _, e := range rec.Exchanges {
		if e.asked.action == "Create" {
			resource = e.asked.resource
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	p := &player{
		t: t, ctx: ctx, rec: rec, pools: map[string]*runspace.Pool{},
		client: wsman.NewClient(transport, server.URL+"/wsman", wsman.ResourcePowerShell+resource),
	}
	for i := range rec.Exchanges {
		p.step(i)
	}
	for _, must := range []string{"Create", "Command", "Signal of a command", "Delete", "Disconnect", "Reconnect", "Connect", "Get", "Enumerate"} {
		recorded := 0
		for _, e := range rec.Exchanges {
			if e.asked.key() == must {
				recorded++
			}
		}
		if (must == "Signal of a command" || must == "Delete") && h.sent[must] > recorded {
			continue // see ServeHTTP
		}
		if h.sent[must] != recorded {
			t.Errorf("%d of %s were sent, recorded are %d", h.sent[must], must, recorded)
		}
	}
}

// step plays one recorded request. Those that our client sends by itself as part of another are passed over.
func (p *player) step(i int) {
	e := p.rec.Exchanges[i]
	t, shell := p.t, e.asked.shellID
	// wantFault holds an error against a recorded failure.
	judgeError := func(err error) {
		t.Helper()
		failed := e.Status != 200 || e.Connection == "dropped" || strings.Contains(e.Response, "Fault>")
		if failed != (err != nil) {
			t.Errorf("exchange %d, %s: error %v, recorded status %d %s", i, e.asked.action, err, e.Status, e.Connection)
		}
		if fault := wsman.AsFault(err); fault != nil {
			p.judgeFault(e, fault)
		}
	}
	if _, open := p.pools[shell]; !open && shell != "" && e.asked.action != "Get" && e.asked.action != "Connect" && e.asked.action != "Enumerate" {
		return // the recorded server never opened it
	}
	switch e.asked.key() {
	case "Create":
		p.open(e)
	case "Send":
		p.ask(i, p.pools[shell])
	case "Command":
		p.run(i, p.pools[shell])
	case "Signal of a command":
		if !p.stopped(i) {
			judgeError(p.pools[shell].Signal(p.ctx))
		}
	case "Delete":
		judgeError(p.pools[shell].Close(p.ctx))
	case "Disconnect":
		judgeError(p.pools[shell].Disconnect(p.ctx, 0))
	case "Reconnect":
		judgeError(p.pools[shell].Reconnect(p.ctx))
	case "Connect":
		pool, err := runspace.Attach(p.ctx, shell, p.options(messages(t, e.asked.payload)[0].pool))
		judgeError(err)
		p.pools[shell] = pool
	case "Get":
		if e.asked.resource == "config" {
			config, err := p.client.GetConfig(p.ctx)
			judgeError(err)
			p.judgeConfig(e, config)
			break
		}
		got, err := p.client.GetShell(p.ctx, shell)
		judgeError(err)
		if err == nil {
			p.judgeShells(e, []wsman.Shell{*got})
		}
	case "Enumerate":
		if e.asked.resource == "Command" {
			_, err := p.client.EnumerateCommands(p.ctx, e.asked.enumerateOf)
			judgeError(err)
			break
		}
		got, err := p.client.Enumerate(p.ctx)
		judgeError(err)
		if err == nil {
			p.judgeShells(e, got)
		}
	}
}

func (p *player) options(pool uuid.UUID) runspace.Options {
	return runspace.Options{
		Client: p.client,
		Config: psrp.ClientConfig{Pool: pool, NewID: func() uuid.UUID {
			id := p.ids[0]
			p.ids = p.ids[1:]
			return id
		}},
		Event: func(ev psrp.Event, err error) {
			if err == nil {
				p.pool = append(p.pool, ev)
			}
		},
	}
}

// open asks for the pool that the recorded creationXml asks for.
func (p *player) open(e exchange) {
	t := p.t
	var init *node
	var arguments clixml.Value
	version := "2.3"
	for _, m := range messages(t, e.asked.payload) {
		root, err := parseXML(strings.NewReader(m.body))
		if err != nil {
			t.Fatal(err)
		}
		switch psrp.MessageType(m.kind) {
		case psrp.TypeSessionCapability:
			for _, v := range root.all("Version") {
				if v.attrs["N"] == "protocolversion" {
					version = v.text
				}
			}
		case psrp.TypeInitRunspacePool:
			init = root
			v, err := clixml.Decode([]byte(m.body), clixml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			arguments, _ = v.Property("ApplicationArguments")
		}
	}
	number := func(name string) int32 {
		for _, n := range init.all("I32") {
			if n.attrs["N"] == name {
				var v int32
				_, _ = fmt.Sscan(n.text, &v)
				return v
			}
		}
		t.Fatalf("INIT_RUNSPACEPOOL without %s", name)
		return 0
	}
	// The server decides on the shell's id; with protocol 2.1 it is another than the one asked for.
	id := ""
	if root, err := parseXML(strings.NewReader(e.Response)); err == nil {
		for _, sel := range root.all("Selector") {
			if sel.attrs["Name"] == "ShellId" {
				id = sel.text
			}
		}
	}
	// The recorded client wrote its pool's id in another byte order than its shell's, so the two differ.
	o := p.options(messages(t, e.asked.payload)[0].pool)
	o.Config.MinRunspaces, o.Config.MaxRunspaces, o.Config.Arguments = number("MinRunspaces"), number("MaxRunspaces"), arguments
	for _, v := range []psrp.Version{psrp.V21, psrp.V22, psrp.V23} {
		if v.String() == version {
			o.Config.Protocol = v
		}
	}
	for name, value := range e.asked.options {
		if name != "protocolversion" {
			o.Extra = append(o.Extra, wsman.Option{Name: name, Value: value})
		}
	}
	pool, err := runspace.Open(p.ctx, o)
	opens := false // whether the recorded server opened it
	for _, later := range p.rec.Exchanges {
		if later.asked.action == "Receive" && later.asked.command == "" && later.asked.shellID == id {
			if later.Connection == "dropped" {
				break
			}
			for _, m := range messages(t, streams(t, later.Response)...) {
				opens = opens || psrp.MessageType(m.kind) == psrp.TypeRunspacePoolState && strings.Contains(m.body, ">2<")
			}
		}
	}
	if opens != (err == nil) {
		t.Fatalf("opening: %v, recorded opening %v", err, opens)
	}
	if err == nil {
		p.pools[id] = pool
		if !strings.EqualFold(pool.ID(), id) {
			t.Errorf("the shell is %s, recorded %s", pool.ID(), id)
		}
	}
}

// ask plays what the recorded client sent to the pool itself.
func (p *player) ask(i int, pool *runspace.Pool) {
	t := p.t
	for _, m := range messages(t, p.rec.Exchanges[i].asked.payload) {
		c := pool.PSRP()
		kind := psrp.MessageType(m.kind)
		if kind == psrp.TypePublicKey {
			// The recorded answer was made for the recorded client's key. Ours cannot open it, must say so,
			// and the session goes on without.
			if err := pool.ExchangeKey(p.ctx); err == nil {
				t.Error("a session key for somebody else's key was accepted")
			}
			continue
		}
		body, err := psrp.Decode(nil, psrp.Header{To: psrp.ToServer, Type: kind}, []byte(m.body))
		if err != nil {
			t.Fatal(err)
		}
		var call int64
		switch b := body.(type) {
		case *psrp.SetMaxRunspaces:
			call, err = c.SetMaxRunspaces(b.MaxRunspaces)
		case *psrp.SetMinRunspaces:
			call, err = c.SetMinRunspaces(b.MinRunspaces)
		case *psrp.GetAvailableRunspaces:
			call, err = c.AvailableRunspaces()
		case *psrp.ResetRunspaceState:
			call, err = c.ResetState()
		default:
			t.Fatalf("the recorded client sent %v to its pool", kind)
		}
		if err != nil {
			t.Fatal(err)
		}
		before := len(p.pool)
		answered := func() bool {
			for _, ev := range p.pool[before:] {
				// The recorded numbers of calls are the recorded client's; each is asked and answered by itself.
				if _, ok := ev.Message.(*psrp.RunspaceAvailability); ok {
					return true
				}
			}
			return false
		}
		if err := pool.Ask(p.ctx, answered); err != nil {
			t.Fatalf("%v, call %d: %v", kind, call, err)
		}
		p.judgeAvailability(i, p.pool[before:])
	}
}
