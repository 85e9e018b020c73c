package troubleshoot_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
	"tenantry/core/troubleshoot"
)

// What goes wrong on the sample partner leads to a page on which the checks then point at the one cause that
// was made to happen.
func TestWhatHappensIsWhatTheChecksPointAt(t *testing.T) {
	for rule, want := range map[string]string{
		"wrong-password":        "wrong-password",
		"mfa-needed":            "mfa-wanted",
		"password-expired":      "password-too-old",
		"remote-powershell-off": "remote-powershell-off",
		"delegation-refused":    "role-not-given relation-ended",
		"limit-receive":         "sessions-elsewhere",
		"limit-create":          "sessions-elsewhere",
		"unavailable":           "in-maintenance",
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			plan, err := faults.Parse(rule)
			if err != nil {
				t.Fatal(err)
			}
			sim := &exchangesim.Server{World: world.Options{Customers: 1, Mailboxes: 1}, Faults: plan}
			if err := sim.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = sim.Close() })
			at := sim.Describe()
			customer := exchange.CustomerID(at.Customers[0].Domain)
			sessions := jobs.NewSessions(jobs.Account{
				Connector: classic.New(classic.Options{}), Credential: exchange.Credential{User: at.User, Password: sim.Password},
				Target: exchange.Target{URL: at.Classic, PrivateCA: sim.CACert()}, Idle: -1,
			})
			t.Cleanup(func() {
				ctx, cancel := context.WithTimeout(context.Background(), exchange.ClosingLimit)
				defer cancel()
				_ = sessions.CloseAll(ctx)
			})
			try := preflight.Trial(sessions, customer)
			problem := exchange.AsProblem(try(t.Context()))
			if problem == nil {
				t.Fatal("nothing went wrong")
			}
			page := troubleshoot.For(problem)
			findings := preflight.Run(t.Context(), only(preflight.Checks(preflight.Subject{Computer: here{}, Account: &preflight.Account{
				User: at.User, Host: at.Classic, Customer: customer, NeedsPassword: true, HasPassword: true, Try: try,
			}}), page), nil)
			if got := pointedAt(page, findings); got != want {
				t.Errorf("%s: it is %q, want %q", problem.Code, got, want)
			}
		})
	}
}

// A port that is closed, and scripts that may not run.
func TestWhatTheComputerShowsIsWhatTheChecksPointAt(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(closed.Addr().String()[strings.LastIndexByte(closed.Addr().String(), ':')+1:])
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		subject preflight.Subject
		code    exchange.Code
		cause   string
		fix     preflight.FixID
	}{
		{preflight.Subject{Computer: here{probe.New(probe.Options{}), nil}, Use: preflight.UsePowerShell,
			Endpoints: []preflight.Endpoint{{Host: "127.0.0.1", Port: port, Purpose: preflight.ForWindows}}}, preflight.CodeWindowsPort, "port-80-closed", preflight.FixFirewallText},
		{preflight.Subject{Computer: here{probe.New(probe.Options{}), nil},
			Endpoints: []preflight.Endpoint{{Host: "127.0.0.1", Port: port, TLS: true, Purpose: preflight.ForConnection}}}, exchange.CodeNotReachable, "firewall", preflight.FixFirewallText},
		{preflight.Subject{Computer: here{nil, registry{}}, Use: preflight.UsePowerShell}, preflight.CodePolicyBlocks, "scripts-never-allowed", preflight.FixPolicyUser},
		{preflight.Subject{Computer: here{nil, registry{`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client`: {"auth_basic": preflight.RegistryNumber(0)}}}, Use: preflight.UsePowerShell},
			preflight.CodeBasicOff, "basic-off-here", preflight.FixBasic},
	} {
		page := troubleshoot.ForCode(c.code)
		findings := preflight.Run(t.Context(), only(preflight.Checks(c.subject), page), nil)
		if got := pointedAt(page, findings); got != c.cause {
			t.Errorf("%s: it is %q, want %q: %+v", c.code, got, c.cause, findings)
			continue
		}
		for _, cause := range page.Causes {
			if cause.Name != c.cause {
				continue
			}
			if _, fix, ok := cause.Repair(findings); !ok || fix.ID != c.fix {
				t.Errorf("%s: its repair is %+v", c.cause, fix)
			}
		}
	}
}

// only are the checks that decide about a page's causes, as its buttons run them.
func only(checks []preflight.Check, page troubleshoot.Page) []preflight.Check {
	var list []preflight.Check
	for _, check := range checks {
		for _, cause := range page.Causes {
			if cause.Tells(check.ID) {
				list = append(list, check)
				break
			}
		}
	}
	return list
}

func pointedAt(page troubleshoot.Page, findings []preflight.Finding) string {
	var names []string
	for _, cause := range page.Causes {
		if verdict, _ := cause.Judge(findings); verdict == troubleshoot.ThisIsIt {
			names = append(names, cause.Name)
		}
	}
	return strings.Join(names, " ")
}

// here is a Windows computer with a registry in memory, which reaches hosts from here.
type here struct {
	prober   *probe.Prober
	registry registry
}

func (here) Name() string { return "" }
func (here) System(context.Context) (preflight.System, error) {
	return preflight.System{Family: preflight.Windows, Name: "Windows 11 Pro", Major: 10, Build: 26100}, nil
}
func (h here) Registry() preflight.Registry { return h.registry }
func (here) Variable(string) (string, bool) { return "", false }
func (h here) Reach(ctx context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	return h.prober.Reach(ctx, e)
}

type registry map[string]map[string]preflight.RegistryValue

func (r registry) Read(_ context.Context, key string) (preflight.RegistryKey, bool, error) {
	for place, values := range r {
		if strings.EqualFold(place, key) {
			return preflight.RegistryKey{Values: values}, true, nil
		}
	}
	return preflight.RegistryKey{}, false, nil
}

func (r registry) Write(_ context.Context, key, name string, v preflight.RegistryValue) error {
	if r[key] == nil {
		r[key] = map[string]preflight.RegistryValue{}
	}
	r[key][strings.ToLower(name)] = v
	return nil
}
