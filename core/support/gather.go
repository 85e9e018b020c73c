package support

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/signin"
	"tenantry/core/wording"
)

// gathering is a bundle that is being made.
type gathering struct {
	content
	redact *Redactor
	words  *wording.Words
}

// gather reads everything first, so that every name is known before anything is told.
func gather(ctx context.Context, s Source) content {
	g := &gathering{words: s.Words}
	g.Made, g.Language, g.Program = s.Now().UTC().Truncate(time.Second), s.Words.Lang(), versions()

	var listed []customers.Customer
	var profiles []signin.Profile
	var runs []journal.Run
	var repairs []journal.Repair
	var open []journal.OpenShell
	var system preflight.System
	var err error
	if s.Customers != nil {
		listed, err = s.Customers()
		g.unread("customers", err)
	}
	if s.Profiles != nil {
		profiles, err = s.Profiles()
		g.unread("connections", err)
	}
	if s.Log != nil {
		runs, err = s.Log.Runs(ctx, MaxRuns)
		g.unread("runs", err)
		repairs, err = s.Log.Repairs(ctx, MaxRuns)
		g.unread("repairs", err)
		open, err = s.Log.OpenShells(ctx)
		g.unread("sessions", err)
	}
	var findings []preflight.Finding
	if s.Findings != nil {
		findings = s.Findings(ctx)
	}
	names := everyName(s.Here, listed, profiles, runs, repairs, open)
	names.ofProblem(s.Problem)
	for _, f := range findings {
		names.ofArgs(f.Args)
	}
	g.redact = NewRedactor(names)

	if s.System != nil {
		system, err = s.System(ctx)
		if g.unread("system", err); err == nil {
			g.system(system)
		}
	}
	g.Settings.Customers = len(listed)
	for _, p := range profiles {
		g.Settings.Connections = append(g.Settings.Connections, g.connection(p))
	}
	g.problem(s.Problem)
	g.sessions(open)
	for _, r := range runs {
		g.Runs = append(g.Runs, g.run(r))
	}
	for _, r := range repairs {
		g.Repairs = append(g.Repairs, repairContent{
			At: r.At.UTC(), Program: program(r.Program), Fix: g.fix(preflight.FixID(r.Fix)), There: r.Computer != "", Code: g.code(r.Code),
		})
	}
	for _, f := range findings {
		g.Findings = append(g.Findings, g.finding(f))
	}
	return g.content
}

func (g *gathering) unread(what string, err error) {
	if err != nil {
		g.Unread = append(g.Unread, unreadContent{what, g.code(exchange.AsProblem(err).Code)})
	}
}

// code is a code that this program has words for, and nothing else.
func (g *gathering) code(c exchange.Code) string {
	if c == "" || g.words.Has(string(c)) {
		return string(c)
	}
	return string(exchange.CodeUnexpected)
}

func (g *gathering) system(s preflight.System) {
	g.System = &systemContent{
		Family: oneOf(string(s.Family), string(preflight.Windows), string(preflight.MacOS), string(preflight.Linux)),
		Name:   g.redact.Text(s.Name), Major: s.Major, Minor: s.Minor, Build: s.Build, ServicePack: s.ServicePack,
		Server: s.Server, Release: g.redact.Text(s.Release), Arch: g.redact.Text(s.Arch),
	}
}

func (g *gathering) connection(p signin.Profile) connectionContent {
	c := connectionContent{
		Kind: connection(p.Connection), Host: g.redact.Host(hostOf(p.Address())), Way: way(p.Authentication),
		OwnCA: p.CAFile != "", Certificate: p.ClientCertFile != "", Remember: p.Remember,
		MaxSessions: p.MaxSessions, Customers: len(p.Customers),
	}
	switch p.Way().Mode {
	case exchange.ProxyManual:
		c.Proxy, c.ProxyHost, c.ProxyUser = "manual", g.redact.Host(hostOf(p.Proxy)), p.ProxyUser != ""
	case exchange.ProxyNone:
		c.Proxy = "none"
	default:
		c.Proxy = "system"
	}
	return c
}

func (g *gathering) sessions(open []journal.OpenShell) {
	for _, s := range open {
		switch {
		case s.Owner.Left():
			g.Sessions.LeftOpen++
		case s.Owner == journal.OwnerUnknown:
			g.Sessions.Elsewhere++
		default:
			g.Sessions.InUse++
		}
	}
}

func (g *gathering) run(r journal.Run) runContent {
	c := runContent{
		Started: r.Started.UTC(), Program: program(r.Program), Kind: connection(r.Connection),
		Host: g.redact.Host(hostOf(r.URL)), Outcome: outcome(r.Outcome), Rows: r.Rows,
	}
	if !r.Ended.IsZero() {
		c.Millis = r.Ended.Sub(r.Started).Milliseconds()
	}
	// What somebody typed is told where it is a name that everybody knows.
	spec, known := cmdlets.Builtin().Find(r.Cmdlet)
	if known {
		c.Cmdlet = spec.Name
	} else {
		c.Cmdlet = g.redact.place(kindText, r.Cmdlet)
	}
	for _, p := range r.Params {
		if known {
			if of, there := spec.Param(p.Name); there {
				c.Params = append(c.Params, of.Name)
				continue
			}
		}
		c.Params = append(c.Params, g.redact.place(kindText, p.Name))
	}
	for _, part := range r.Customers {
		told := partContent{Outcome: outcome(part.Outcome), Code: g.code(part.Code)}
		at := slices.IndexFunc(c.Parts, func(p partContent) bool { return p.Outcome == told.Outcome && p.Code == told.Code })
		if at < 0 {
			at = len(c.Parts)
			c.Parts = append(c.Parts, told)
		}
		c.Parts[at].Count++
		c.Parts[at].Rows += part.Rows
		if part.Partial {
			c.Parts[at].Partial++
		}
	}
	return c
}

func (g *gathering) finding(f preflight.Finding) findContent {
	c := findContent{
		Check: g.check(f.Check), Code: g.code(f.Code), Args: g.args(f.Args), Because: g.check(f.Because),
		Millis: f.Took.Milliseconds(), Causes: g.causes(f.Cause),
		Status: oneOf(string(f.Status), string(preflight.Pass), string(preflight.Warn), string(preflight.Fail), string(preflight.NotApplicable), string(preflight.Skipped)),
	}
	for _, s := range f.Steps {
		c.Steps = append(c.Steps, stepContent{Name: g.redact.Text(s.Name), OK: s.OK, Millis: s.Took.Milliseconds(), Seen: g.redact.Text(s.Text)})
	}
	for _, fact := range f.Facts {
		if freeText(fact.Name) {
			continue
		}
		c.Facts = append(c.Facts, factContent{g.redact.Text(fact.Name), g.redact.Text(fact.Text)})
	}
	for _, fix := range f.Fixes {
		c.Fixes = append(c.Fixes, g.fix(fix.ID))
	}
	return c
}

func (g *gathering) fix(id preflight.FixID) string {
	if g.words.Has("fix." + string(id)) {
		return string(id)
	}
	return "other"
}

// check is the ID of a check, with the host in it as it may be told.
func (g *gathering) check(id preflight.CheckID) string {
	if id == "" {
		return ""
	}
	if address, ok := cutNetwork(id); ok {
		return "network:" + g.redact.Endpoint(address)
	}
	if g.words.Has("check." + string(id)) {
		return string(id)
	}
	return "other"
}

func (g *gathering) args(args map[string]string) map[string]string {
	if len(args) == 0 {
		return nil
	}
	told := make(map[string]string, len(args))
	for name, text := range args {
		if !argName.MatchString(name) {
			name = kindText
		}
		told[name] = g.arg(name, text)
	}
	return told
}

// argName is what an argument is called where this program names it.
var argName = regexp.MustCompile(`^[a-z][a-z-]{0,20}$`)

// arg is an argument of a sentence. What is a name of this program, such as a code, stays.
func (g *gathering) arg(name, text string) string {
	switch name {
	case "check":
		return g.check(preflight.CheckID(text))
	case "cmdlet":
		if spec, ok := cmdlets.Builtin().Find(text); ok {
			return spec.Name
		}
		return g.redact.place(kindText, text)
	case "reason":
		return g.code(exchange.Code(text))
	case "seconds", "count", "limit", "free", "port", "status", "width", "height", "line":
		if strings.Trim(text, "0123456789") == "" { // only this program writes these
			return text
		}
	case "text", "object", "value", "expression", "stack":
		return g.redact.place(kindText, text) // what somebody typed, or a server wrote
	}
	if g.words.Has("arg." + name + "." + text) {
		return text
	}
	return g.redact.Text(text)
}

func oneOf(text string, known ...string) string {
	if slices.Contains(known, text) {
		return text
	}
	return "other"
}

func program(name string) string { return oneOf(name, "window", "command line") }

func connection(c exchange.Connection) string {
	return oneOf(string(c), string(exchange.Classic), string(exchange.Modern))
}

func outcome(o journal.Outcome) string {
	return oneOf(string(o), string(journal.Running), string(journal.Answered), string(journal.Partly),
		string(journal.Failed), string(journal.NotAsked), string(journal.Cancelled))
}

func way(a exchange.Authentication) string {
	if a == exchange.AuthBasic {
		return "basic"
	}
	return oneOf(string(a), string(exchange.AuthNegotiate), string(exchange.AuthNTLM),
		string(exchange.AuthKerberos), string(exchange.AuthCertificate))
}
