package preflight_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/wording"
)

func TestExecutionPolicy(t *testing.T) {
	const (
		user, machine = "execution-policy-user", "execution-policy-machine"
		page          = "open-page"
		blocks        = preflight.CodePolicyBlocks
		signed        = preflight.CodePolicySigned
		group         = preflight.CodePolicyGroup
	)
	for _, c := range []struct {
		name     string
		system   preflight.System
		registry values
		process  string
		code     exchange.Code // fine where empty
		policy   string
		scope    string
		fixes    string
	}{
		{"nothing set on a client", win11, values{}, "", blocks, "Restricted", "Default", user + " " + machine},
		{"nothing set on Windows 7", win7, values{}, "", blocks, "Restricted", "Default", user + " " + machine},
		{"nothing set on a server", server(windows(10, 0, 20348)), values{}, "", "", "RemoteSigned", "Default", ""},
		{"nothing set on Server 2012 R2", server(win81), values{}, "", "", "RemoteSigned", "Default", ""},
		{"nothing set on Server 2012", server(windows(6, 2, 9200)), values{}, "", blocks, "Restricted", "Default", user + " " + machine},
		{"nothing set on Server 2008 R2", server(win7), values{}, "", blocks, "Restricted", "Default", user + " " + machine},

		{"set for the computer", win11, values{placeMachine: "RemoteSigned"}, "", "", "RemoteSigned", "LocalMachine", ""},
		{"in small letters", win11, values{placeMachine: "unrestricted"}, "", "", "Unrestricted", "LocalMachine", ""},
		{"blocked for the computer", win11, values{placeMachine: "Restricted"}, "", blocks, "Restricted", "LocalMachine", user + " " + machine},
		{"a word nobody knows", win11, values{placeMachine: "Whatever"}, "", blocks, "Restricted", "LocalMachine", user + " " + machine},
		{"signed only", win11, values{placeMachine: "AllSigned"}, "", signed, "AllSigned", "LocalMachine", user + " " + machine},
		{"the user's comes first", win11, values{placeMachine: "Restricted", placeUser: "Bypass"}, "", "", "Bypass", "CurrentUser", ""},
		{"blocked for the user", win11, values{placeMachine: "RemoteSigned", placeUser: "AllSigned"}, "", signed, "AllSigned", "CurrentUser", user},
		{"an empty one says nothing", win11, values{placeMachine: "RemoteSigned", placeUser: ""}, "", "", "RemoteSigned", "LocalMachine", ""},

		{"where it was started from", win11, values{placeUser: "Restricted"}, "Bypass", "", "Bypass", "Process", ""},
		{"blocked where it was started from", win11, values{placeUser: "RemoteSigned"}, "Restricted", preflight.CodePolicyProcess, "Restricted", "Process", ""},

		{"a group policy allows", win11, values{placeGroup + "EnableScripts": 1, placeGroup + "ExecutionPolicy": "RemoteSigned", placeUser: "Restricted"}, "", "", "RemoteSigned", "MachinePolicy", ""},
		{"a group policy wants signatures", win11, values{placeGroup + "EnableScripts": 1, placeGroup + "ExecutionPolicy": "AllSigned", placeUser: "Bypass"}, "Bypass", group, "AllSigned", "MachinePolicy", page},
		{"a group policy forbids scripts", win11, values{placeGroup + "EnableScripts": 0, placeGroup + "ExecutionPolicy": "RemoteSigned", placeUser: "Bypass"}, "", group, "Restricted", "MachinePolicy", page},
		{"the user's group policy forbids", win11, values{placeUserGroup + "EnableScripts": 0, placeMachine: "RemoteSigned"}, "", group, "Restricted", "UserPolicy", page},
		{"the computer's group policy wins", win11, values{placeGroup + "EnableScripts": 1, placeGroup + "ExecutionPolicy": "Unrestricted", placeUserGroup + "EnableScripts": 0}, "", "", "Unrestricted", "MachinePolicy", ""},
		{"a group policy without its switch", win11, values{placeGroup + "ExecutionPolicy": "Restricted", placeMachine: "RemoteSigned"}, "", "", "RemoteSigned", "LocalMachine", ""},
		{"a group policy without a policy", win11, values{placeGroup + "EnableScripts": 1, placeMachine: "RemoteSigned"}, "", "", "RemoteSigned", "LocalMachine", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &pc{system: c.system, registry: c.registry}
			if c.process != "" {
				p.variables = map[string]string{"PSExecutionPolicyPreference": c.process}
			}
			for use, status := range map[preflight.Use]preflight.Status{preflight.UseApp: preflight.Warn, preflight.UsePowerShell: preflight.Fail} {
				code := c.code
				if code == "" {
					code, status = preflight.CodePolicyFine, preflight.Pass
				}
				f := found(t, preflight.Subject{Computer: p, Use: use}, preflight.CheckPolicy)
				is(t, f, status, code)
				if f.Args["policy"] != c.policy || f.Args["scope"] != c.scope || fixes(f) != c.fixes {
					t.Errorf("%v, fixes %q; want %s of %s, %q", f.Args, fixes(f), c.policy, c.scope, c.fixes)
				}
				if got := fact(f, "Effective"); got != c.policy+" ("+c.scope+")" {
					t.Errorf("effective %q", got)
				}
				for _, scope := range []string{"MachinePolicy", "UserPolicy", "Process", "CurrentUser", "LocalMachine"} {
					if got := fact(f, scope); got == "" || scope == c.scope && got != c.policy {
						t.Errorf("%s is %q", scope, got)
					}
				}
			}
		})
	}
}

// watched is a computer that is looked at from afar; person is who is signed in at its screen, empty for nobody.
type watched struct {
	*pc
	person string
}

func (w watched) Person(context.Context) (string, error) {
	if w.person == "" {
		return "", errors.New("nobody is there")
	}
	return w.person, nil
}

// On another computer the person's own settings are read, told whose they are, and never set. Where nobody is
// signed in, what the whole computer says is judged.
func TestPolicyOfAnotherComputer(t *testing.T) {
	const machine, page = "execution-policy-machine", "open-page"
	for _, c := range []struct {
		name, person string
		registry     values
		policy, from string
		fixes        string
	}{
		{"nothing set", `CONTOSO\piet`, values{}, "Restricted", "Default", machine},
		{"the person's own", `CONTOSO\piet`, values{placeUser: "RemoteSigned"}, "RemoteSigned", "CurrentUser", ""},
		{"the person's own blocks", `CONTOSO\piet`, values{placeUser: "Restricted", placeMachine: "RemoteSigned"}, "Restricted", "CurrentUser", page},
		{"nobody there", "", values{placeUser: "RemoteSigned", placeMachine: "AllSigned"}, "AllSigned", "LocalMachine", machine},
		{"nobody there and a group policy", "", values{placeGroup + "EnableScripts": 0}, "Restricted", "MachinePolicy", page},
	} {
		f := found(t, preflight.Subject{Computer: watched{&pc{name: "PC01", system: win11, registry: c.registry}, c.person}}, preflight.CheckPolicy)
		if f.Args["policy"] != c.policy || f.Args["scope"] != c.from || fixes(f) != c.fixes {
			t.Errorf("%s: %v, fixes %q", c.name, f.Args, fixes(f))
		}
		told := false
		for _, fact := range f.Facts {
			told = told || c.person != "" && fact.Text == c.person || c.person == "" && strings.Contains(fact.Text, "not known")
		}
		if !told {
			t.Errorf("%s: it is not told whose settings those are: %v", c.name, f.Facts)
		}
	}
}

// The seed's own error is what people search for, and whoever reads it must see what goes on working.
func TestWhatABlockedPolicyMeans(t *testing.T) {
	r := values{placeCore + `{A}\SemanticVersion`: "7.4.6"}
	f := found(t, preflight.Subject{Computer: &pc{system: win11, registry: r}}, preflight.CheckPolicy)
	for lang, words := range map[string][]string{
		wording.English: {"no session can be opened in PowerShell", "Tenantry's own sessions are not affected", "PowerShell 7 is installed too"},
		wording.Dutch:   {"in PowerShell kan geen sessie worden geopend", "sessies van Tenantry zelf hebben er geen last van", "PowerShell 7 is ook"},
	} {
		text := wording.For(lang).Explain(f.Code, f.Args).Why
		for _, want := range append(words, "Files cannot be loaded because running scripts is disabled on this system. Provide a valid certificate with which to sign the files.") {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", lang, want, text)
			}
		}
	}
}

// Each repair of a finding puts it right, as far as a check of the same registry can tell.
func TestRepairsTakeEffect(t *testing.T) {
	for name, c := range map[string]struct {
		registry values
		check    preflight.CheckID
	}{
		"nothing set":           {values{}, preflight.CheckPolicy},
		"blocked for the user":  {values{placeUser: "Restricted"}, preflight.CheckPolicy},
		"signed for everybody":  {values{placeMachine: "AllSigned"}, preflight.CheckPolicy},
		"Basic is switched off": {values{placeBasic: 0}, preflight.CheckBasic},
	} {
		before := found(t, preflight.Subject{Computer: &pc{system: win11, registry: c.registry}}, c.check)
		if len(before.Fixes) == 0 {
			t.Errorf("%s: no repair is offered", name)
		}
		for _, fix := range before.Fixes {
			r := values{}
			for place, v := range c.registry {
				r[place] = v
			}
			d := preflight.Doctor{Subject: preflight.Subject{Computer: &pc{system: win11, registry: r}}}
			change, err := d.Plan(t.Context(), before, fix)
			if err != nil || len(change.Registry) != 1 {
				t.Fatalf("%s: %s is planned as %+v, %v", name, fix.ID, change, err)
			}
			after, err := d.Apply(t.Context(), change)
			if err != nil || after.Status != preflight.Pass {
				t.Errorf("%s: after %s it is %s %s, %v", name, fix.ID, after.Status, after.Code, err)
			}
		}
	}
}
