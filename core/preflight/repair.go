package preflight

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
)

// FixID names a repair. It is stable: `preflight --fix` takes it.
type FixID string

// The repairs.
const (
	FixPolicyUser    FixID = "execution-policy-user"    // RemoteSigned for the current user
	FixPolicyMachine FixID = "execution-policy-machine" // RemoteSigned for the whole computer
	FixBasic         FixID = "winrm-basic"              // Windows' own client may sign in with Basic
	FixSessions      FixID = "close-sessions"           // sessions that were left open are removed
	FixPage          FixID = "open-page"                // opens the settings page for what cannot be done here. Args: page
	FixFirewallText  FixID = "firewall-text"            // a page for the people who look after the firewall
)

// Fix is a repair that a finding offers. Args are its own, such as the page.
type Fix struct {
	ID   FixID
	Args map[string]string
}

// Change is exactly what a repair would do. It is shown before anybody agrees.
type Change struct {
	Fix      Fix
	Check    CheckID          // that is run again afterwards
	Computer string           // where; empty for this computer
	Registry []RegistryChange // values that are set
	Sessions []string         // whose sessions are removed: customers, or hosts where those are not known
	Opens    string           // an address or a settings page that is opened
	Writes   bool             // a file is written, where the person says
	Elevated bool             // Windows asks for an administrator first
}

// RegistryChange is one value that is set.
type RegistryChange struct {
	Key, Name string
	Old       *RegistryValue // nil where it is not there
	New       RegistryValue
}

// The codes of repairs.
const (
	CodeNotRepaired   exchange.Code = "preflight.not-repaired"   // the change could not be made. Args: what (the place)
	CodeNotElevated   exchange.Code = "preflight.not-elevated"   // the administrator's agreement did not come. Args: what
	CodeStillThere    exchange.Code = "preflight.still-there"    // the change was made, and the check says the same. Args: check
	CodeNotRepairable exchange.Code = "preflight.not-repairable" // nothing here repairs it. Args: what
	CodeSessionsStay  exchange.Code = "preflight.sessions-stay"  // some sessions could not be removed. Args: count, customer (one of them), reason (a code)
)

// RepairLog is where repairs are written down. *journal.Journal is one.
type RepairLog interface {
	Repaired(ctx context.Context, r journal.Repair) error
}

// Doctor makes repairs.
type Doctor struct {
	Subject Subject
	Log     RepairLog // nil for none
	Program string    // for the Log
	Now     func() time.Time
}

// Plan says what a fix of a finding would change. Nothing is changed. Errors are *exchange.Problem.
func (d *Doctor) Plan(ctx context.Context, f Finding, fix Fix) (Change, error) {
	c := Change{Fix: fix, Check: f.Check, Computer: d.Subject.Computer.Name()}
	switch fix.ID {
	case FixPolicyUser, FixPolicyMachine, FixBasic:
		r := d.Subject.Computer.Registry()
		if r == nil {
			return c, notRepairable(fix)
		}
		err := planRegistry(ctx, r, &c)
		return c, err
	case FixSessions:
		if d.Subject.Sessions == nil {
			return c, notRepairable(fix)
		}
		left, err := d.Subject.Sessions.Left(ctx)
		for _, l := range left {
			c.Sessions = append(c.Sessions, l.Customer)
		}
		return c, err
	case FixPage:
		c.Opens = fix.Args["page"]
		return c, nil
	case FixFirewallText:
		c.Writes = true
		return c, nil
	}
	return c, notRepairable(fix)
}

func notRepairable(fix Fix) error {
	return &exchange.Problem{Code: CodeNotRepairable, Args: map[string]string{"what": string(fix.ID)}}
}

// Apply makes a change that a person has agreed to, writes it in the journal, and checks again: the finding is
// what the check says afterwards. A page to open and a file to write are for the program around, and CodeNotRepairable here.
// Errors are *exchange.Problem; a change that was made though the check still complains is CodeStillThere.
func (d *Doctor) Apply(ctx context.Context, c Change) (Finding, error) {
	err := d.apply(ctx, c)
	if logged := d.note(context.WithoutCancel(ctx), c, err); err == nil {
		err = logged
	}
	if err != nil {
		return Finding{}, err
	}
	var again []Check
	for _, check := range Checks(d.Subject) {
		if check.ID == c.Check {
			check.After, check.Awaits = nil, nil
			again = append(again, check)
		}
	}
	findings := Run(ctx, again, nil)
	if len(findings) == 0 {
		return Finding{}, nil
	}
	f := findings[0]
	for _, fix := range f.Fixes {
		if fix.ID == c.Fix.ID {
			return f, &exchange.Problem{Code: CodeStillThere, Args: map[string]string{"check": string(c.Check)}}
		}
	}
	return f, nil
}

func (d *Doctor) apply(ctx context.Context, c Change) error {
	switch {
	case len(c.Registry) > 0:
		r := d.Subject.Computer.Registry()
		for _, v := range c.Registry {
			if err := r.Write(ctx, v.Key, v.Name, v.New); err != nil {
				return err
			}
		}
		return nil
	case c.Fix.ID == FixSessions:
		return d.Subject.Sessions.Remove(ctx)
	}
	return notRepairable(c.Fix)
}

func (d *Doctor) note(ctx context.Context, c Change, err error) error {
	if d.Log == nil {
		return nil
	}
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return d.Log.Repaired(ctx, journal.Repair{
		At: now(), Program: d.Program, Computer: c.Computer, Fix: string(c.Fix.ID), Change: c.String(), Code: exchange.CodeOf(err),
	})
}

// String is the change for the journal, in English, a line for each thing that is done.
func (c Change) String() string {
	var lines []string
	for _, r := range c.Registry {
		old := "(not set)"
		if r.Old != nil {
			old = r.Old.String()
		}
		lines = append(lines, r.Key+"\\"+r.Name+": "+old+" -> "+r.New.String())
	}
	for _, s := range c.Sessions {
		lines = append(lines, "remove session: "+s)
	}
	if c.Opens != "" {
		lines = append(lines, "open: "+c.Opens)
	}
	return strings.Join(lines, "\n")
}

// places are the registry values a fix sets.
var places = map[FixID]RegistryChange{
	FixPolicyUser:    {Key: `HKCU\` + policyPath, Name: "ExecutionPolicy", New: RegistryText("RemoteSigned")},
	FixPolicyMachine: {Key: `HKLM\` + policyPath, Name: "ExecutionPolicy", New: RegistryText("RemoteSigned")},
	FixBasic:         {Key: basicKey, Name: basicName, New: RegistryNumber(1)},
}

// SetByRepairs are all the registry values that repairs set, with what they set them to. A Registry that reaches
// further than this computer writes nothing else.
func SetByRepairs() []RegistryChange { return slices.Collect(maps.Values(places)) }

func planRegistry(ctx context.Context, r Registry, c *Change) error {
	v := places[c.Fix.ID]
	k, found, err := r.Read(ctx, v.Key)
	if err != nil {
		return err
	}
	if old, ok := k.Value(v.Name); found && ok {
		v.Old = &old
	}
	c.Registry = []RegistryChange{v}
	c.Elevated = strings.HasPrefix(v.Key, `HKLM\`)
	return nil
}

func args(pairs ...string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}
