package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tenantry/core/clixml"
)

func TestEveryPlayedCmdletAnswersForEveryObject(t *testing.T) {
	e := customer(t, "adventure-works.example")
	for name := range played {
		if !strings.HasPrefix(name, "Get-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var h *heard
			switch name {
			case "Get-Mailbox", "Get-Recipient", "Get-User", "Get-CASMailbox", "Get-DistributionGroup", "Get-AcceptedDomain", "Get-OrganizationConfig", "Get-MobileDevice", "Get-RecipientPermission":
				h = run(t, e, cmd(name))
			case "Get-DistributionGroupMember":
				h = run(t, e, cmd("Get-DistributionGroup", "-ResultSize", "Unlimited"), cmd(name))
			default:
				h = run(t, e, cmd("Get-Mailbox", "-ResultSize", "Unlimited"), cmd(name))
			}
			if len(h.objects) == 0 || len(h.errors) > 0 {
				t.Fatalf("%d objects, errors %v", len(h.objects), h.errors)
			}
			seen := map[string]bool{}
			for _, v := range h.objects {
				o := v.Object()
				if !strings.HasPrefix(o.TypeNames[0], "Microsoft.Exchange.") || !o.HasToString {
					t.Fatalf("the object is %q", o.TypeNames)
				}
				for _, p := range o.Adapted {
					seen[p.Name] = true
				}
				if len(seen) != len(o.Adapted) {
					t.Fatalf("objects differ in their properties: %d and %d", len(seen), len(o.Adapted))
				}
			}
			if !seen["Identity"] {
				t.Error("no Identity")
			}
		})
	}
}

// The property names Exchange returns, from the reference beside the repository.
func TestObjectsHaveExchangesProperties(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "reference", "properties.json"))
	if err != nil {
		t.Skip("the property reference is not here:", err)
	}
	var reference struct {
		Sets map[string]map[string][]string `json:"property_sets"`
	}
	if err := json.Unmarshal(raw, &reference); err != nil {
		t.Fatal(err)
	}
	has := map[string]map[string]int{
		"Get-EXOMailbox": mailboxClass.byName, "Get-EXOMailboxStatistics": statisticsClass.byName,
		"Get-EXOCasMailbox": casClass.byName, "Get-EXORecipient": recipientClass.byName,
	}
	for cmdlet, known := range has {
		for set, names := range reference.Sets[cmdlet] {
			for _, n := range names {
				if _, ok := known[strings.ToLower(n)]; !ok {
					t.Errorf("%s lacks %s of set %s", cmdlet, n, set)
				}
			}
		}
	}
	if n := len(mailboxClass.fields); n < 180 {
		t.Errorf("a mailbox has only %d properties", n)
	}
}

func TestIdentities(t *testing.T) {
	e := customer(t, "adventure-works.example")
	for _, i := range []int{0, 3, 77, 309} {
		m := e.view.Mailbox(i)
		identities := []string{m.Alias, m.Name, m.UPN, strings.ToUpper(m.UPN), m.GUID, "{" + m.GUID + "}", m.ExchangeGUID, m.LegacyDN(), m.ExternalID}
		for _, a := range m.Addresses {
			if kind, address, _ := strings.Cut(a, ":"); strings.EqualFold(kind, "smtp") {
				identities = append(identities, address)
			}
		}
		for _, id := range identities {
			h := run(t, e, cmd("Get-Mailbox", "-Identity", id))
			if len(h.objects) != 1 || prop(t, h.objects[0], "Guid") != m.GUID {
				t.Errorf("%q gave %d objects, errors %v", id, len(h.objects), h.errors)
			}
		}
		if h := run(t, e, cmd("Get-Mailbox", m.Alias)); len(h.objects) != 1 {
			t.Errorf("by position: %v", h.errors)
		}
		if h := run(t, e, cmd("Get-Mailbox", "-Identity", prop(t, run(t, e, cmd("Get-Mailbox", m.Alias)).objects[0], "DistinguishedName"))); len(h.objects) != 1 {
			t.Errorf("by distinguished name: %v", h.errors)
		}
	}
}

var errorID = regexp.MustCompile(`^\[Server=\S+,RequestId=[0-9a-f-]{36},TimeStamp=[^\]]+\] \[FailureCategory=Cmdlet-(\w+)\] [0-9A-F]{8},(Microsoft\.Exchange\.Management\.\S+)$`)

func TestWhatIsNotThereOrNotClear(t *testing.T) {
	e := customer(t, "contoso.example")
	h := run(t, e, cmd("Get-Mailbox", "-Identity", "nobody"))
	if len(h.errors) != 1 || h.errors[0].Message != "The operation couldn't be performed because object 'nobody' couldn't be found on 'AM0SMP01DC001.EURSMP01A001.sample.example'." {
		t.Fatalf("%v", h.errors)
	}
	id := errorID.FindStringSubmatch(h.errors[0].ID)
	if id == nil || id[1] != "ManagementObjectNotFoundException" || id[2] != "Microsoft.Exchange.Management.RecipientTasks.GetMailbox" {
		t.Errorf("id %q", h.errors[0].ID)
	}

	double := ""
	seen := map[string]bool{}
	for i := 0; i < e.view.Size() && double == ""; i++ {
		d := e.view.Mailbox(i).Display
		if seen[d] {
			double = d
		}
		seen[d] = true
	}
	h = run(t, e, cmd("Get-Mailbox", "-Identity", double))
	if len(h.errors) != 1 || h.errors[0].Message != "The operation couldn't be performed because '"+double+"' matches multiple entries." {
		t.Errorf("%q: %v", double, h.errors)
	}
	if h = run(t, e, cmd("Get-MailboxStatistics", "-Identity", "nobody")); len(h.errors) != 1 || !strings.Contains(h.errors[0].Message, "doesn't exist") {
		t.Errorf("%v", h.errors)
	}
	if h = run(t, e, cmd("Get-Mailbox", "-Identity", "nobody", "-ErrorAction", "SilentlyContinue")); len(h.errors) != 0 {
		t.Errorf("%v", h.errors)
	}
	if err := e.Run(context.Background(), Pipeline{Commands: []Command{cmd("Get-Mailbox", "nobody", "-ea", "Stop")}}, &heard{}); err == nil {
		t.Error("Stop did not stop")
	}
}

func TestResultSize(t *testing.T) {
	e := customer(t, "litware.example")
	for _, c := range []struct {
		size     any
		want     int
		warnings int
	}{{nil, 1000, 1}, {"Unlimited", 2100, 0}, {"unlimited", 2100, 0}, {10, 10, 1}, {"10", 10, 1}, {5000, 2100, 0}} {
		command := cmd("Get-Mailbox")
		if c.size != nil {
			command = cmd("Get-Mailbox", "-ResultSize", c.size)
		}
		h := run(t, e, command)
		if len(h.objects) != c.want || len(h.warnings) != c.warnings {
			t.Errorf("%v: %d objects, warnings %q", c.size, len(h.objects), h.warnings)
		}
	}
	h := run(t, e, cmd("Get-Mailbox", "-ResultSize", "Unlimited"))
	if len(h.progress) < 3 || !h.progress[len(h.progress)-1].Done {
		t.Errorf("progress %v", h.progress)
	}
}

func TestFiltersAgreeWithTheObjects(t *testing.T) {
	e := customer(t, "adventure-works.example")
	all := run(t, e, cmd("Get-Mailbox", "-ResultSize", "Unlimited")).objects
	for filter, keep := range map[string]func(v clixml.Value) bool{
		"RecipientTypeDetails -eq 'SharedMailbox'": func(v clixml.Value) bool { return prop(t, v, "RecipientTypeDetails") == "SharedMailbox" },
		"Name -like 'A*' -or alias -like '*n'": func(v clixml.Value) bool {
			return strings.HasPrefix(strings.ToLower(prop(t, v, "Name")), "a") || strings.HasSuffix(prop(t, v, "Alias"), "n")
		},
		"(LitigationHoldEnabled -eq $true) -or (HiddenFromAddressListsEnabled -eq 'True')": func(v clixml.Value) bool {
			return prop(t, v, "LitigationHoldEnabled") == "True" || prop(t, v, "HiddenFromAddressListsEnabled") == "True"
		},
		"!(ForwardingSmtpAddress -ne $null)": func(v clixml.Value) bool { return prop(t, v, "ForwardingSmtpAddress") == "" },
		"ForwardingSmtpAddress -ne $null":    func(v clixml.Value) bool { return prop(t, v, "ForwardingSmtpAddress") != "" },
		"ProhibitSendReceiveQuota -lt 50GB": func(v clixml.Value) bool {
			q := prop(t, v, "ProhibitSendReceiveQuota")
			return !strings.HasPrefix(q, "50 GB") && !strings.HasPrefix(q, "100 GB") && q != "Unlimited"
		},
		"EmailAddresses -like '*@adventure-works-old.example'": func(v clixml.Value) bool {
			return strings.Contains(prop(t, v, "EmailAddresses"), "@adventure-works-old.example")
		},
		"WhenCreated -gt '2025-03-01' -and RecipientTypeDetails -notlike 'User*'": func(v clixml.Value) bool {
			p, _ := v.Property("WhenCreated")
			when, _, _ := p.Time()
			return when.Year()*100+int(when.Month()) >= 202503 && prop(t, v, "RecipientTypeDetails") != "UserMailbox"
		},
	} {
		want := 0
		for _, v := range all {
			if keep(v) {
				want++
			}
		}
		h := run(t, e, cmd("Get-Mailbox", "-Filter", filter))
		if len(h.objects) != want || want == 0 || want == len(all) {
			t.Errorf("%s: %d objects, want %d of %d", filter, len(h.objects), want, len(all))
		}
		for _, v := range h.objects {
			if !keep(v) {
				t.Errorf("%s kept %s", filter, prop(t, v, "Name"))
				break
			}
		}
	}
}

func TestBadCommands(t *testing.T) {
	e := customer(t, "fourthcoffee.example")
	for _, c := range []struct {
		command  Command
		id, text string
	}{
		{cmd("Get-Nonsense"), "CommandNotFoundException", "The term 'Get-Nonsense' is not recognized as the name of a cmdlet"},
		{cmd("Get-Mailbox", "-Nonsense", "x"), "NamedParameterNotFound,Microsoft.Exchange.Management.RecipientTasks.GetMailbox", "A parameter cannot be found that matches parameter name 'Nonsense'."},
		{cmd("Get-Mailbox", "-Re", "x"), "AmbiguousParameter,", "is ambiguous. Possible matches include: -RecipientTypeDetails -ResultSize."},
		{cmd("Get-MailboxStatistics", "-Archive"), "MissingMandatoryParameter,", "missing mandatory parameters: Identity."},
		{cmd("Get-Mailbox", "a", "b"), "PositionalParameterNotFound,", "accepts argument 'b'"},
		{cmd("Get-Mailbox", "-Identity", "a", "-Identity", "b"), "ParameterAlreadyBound,", "specified more than once"},
		{cmd("Get-Mailbox", "-Anr", "a", "-Identity", "b"), "AmbiguousParameterSet,", "Parameter set cannot be resolved"},
		{cmd("Get-Mailbox", "-ResultSize", "many"), "ParameterArgumentTransformationError,", "ResultSize"},
		{cmd("Get-Mailbox", "-RecipientTypeDetails", "Nothing"), "ParameterArgumentTransformationError,", "UserMailbox"},
		{cmd("Get-Mailbox", "-Filter", "Name -foo 'x'"), "ParameterBindingFailed,", "Invalid filter syntax"},
		{cmd("Get-Mailbox", "-Filter", "Nonsense -eq 'x'"), "ParameterBindingFailed,", `"Nonsense" is not a recognized filterable property.`},
		{cmd("Set-Mailbox", "-Identity", "admin", "-HiddenFromAddressListsEnabled", "yes"), "ParameterArgumentTransformationError,", "Boolean parameters accept only"},
		{Command{Name: "Get-Mailbox | ForEach-Object { $_ }", Script: true}, "ScriptsNotAllowed", "no-language mode"},
	} {
		err := e.Run(context.Background(), Pipeline{Commands: []Command{c.command}}, &heard{})
		r, ok := err.(*ErrorRecord)
		if !ok || !strings.HasPrefix(r.ID, c.id) || !strings.Contains(r.Message, c.text) {
			t.Errorf("%v: %T %+v", c.command, err, err)
		}
	}
	if h := run(t, e, cmd("Get-TransportRule")); len(h.errors) != 1 || !strings.Contains(h.errors[0].Message, "sample partner has no data") {
		t.Errorf("%v", h.errors)
	}
	if h := run(t, e, cmd("get-mailbox", "-result", "unlimited", "-RecipientTypeD", []string{"UserMailbox"})); len(h.objects) == 0 {
		t.Error("prefixes are not taken")
	}
}

func TestShellCommands(t *testing.T) {
	e := customer(t, "adventure-works.example")
	h := run(t, e, cmd("Get-Mailbox", "-ResultSize", "Unlimited"), cmd("Select-Object", "-Property", []string{"DisplayName", "Custom*"}, "-First", 3))
	if len(h.objects) != 3 || len(h.objects[0].Object().Extended) != 16 || h.objects[0].Object().TypeNames[0] != "Selected.Microsoft.Exchange.Data.Directory.Management.Mailbox" {
		t.Errorf("%d objects, %v", len(h.objects), h.objects[0].Object())
	}
	h = run(t, e, cmd("Get-Mailbox", "-ResultSize", 7), cmd("Measure-Object"))
	if len(h.objects) != 1 || prop(t, h.objects[0], "Count") != "7" {
		t.Errorf("%v", h.objects)
	}
	h = run(t, e, cmd("Get-Mailbox", "admin"), cmd("Select-Object", "-ExpandProperty", "EmailAddresses"))
	if len(h.objects) < 2 || h.objects[0].Str() != "SMTP:admin@adventure-works.example" {
		t.Errorf("%v", h.objects)
	}
	if h = run(t, e, cmd("Get-FormatData", "-TypeName", "*")); len(h.objects) != 0 {
		t.Errorf("%v", h.objects)
	}
	if h = run(t, e, cmd("Get-Command", "-Name", "Get-Mailbox*")); len(h.objects) < 8 {
		t.Errorf("%d commands", len(h.objects))
	}
	if h = run(t, e, cmd("Get-Help", "Get-Mailbox")); len(h.objects) != 1 {
		t.Errorf("%v", h.errors)
	}
}

func TestInboxRulesByMailboxAndIdentity(t *testing.T) {
	e := customer(t, "adventure-works.example")
	tried := 0
	for i := range e.view.Size() {
		m := e.view.Mailbox(i)
		h := run(t, e, cmd("Get-InboxRule", "-Mailbox", m.GUID))
		if len(h.objects) == 0 || m.Name != m.Display {
			continue
		}
		tried++
		if h = run(t, e, cmd("Get-InboxRule", "-Mailbox", m.GUID, "-Identity", prop(t, h.objects[0], "RuleIdentity"))); len(h.objects) != 1 {
			t.Errorf("by number: %v", h.errors)
		}
		if len(e.view.Find(m.Name)) != 1 {
			continue
		}
		if h = run(t, e, cmd("Get-InboxRule", prop(t, h.objects[0], "Identity"))); len(h.objects) != 1 {
			t.Errorf("by identity: %v", h.errors)
		}
	}
	if tried < 10 {
		t.Errorf("only %d mailboxes have rules", tried)
	}
}

func TestMetadata(t *testing.T) {
	e := customer(t, "fourthcoffee.example")
	h := &heard{}
	if err := e.Metadata(context.Background(), nil, 0, h); err != nil {
		t.Fatal(err)
	}
	if n := len(h.objects) - 1; n < 700 || prop(t, h.objects[0], "Count") != itoa(n) {
		t.Fatalf("%d commands, counted %s", n, prop(t, h.objects[0], "Count"))
	}
	h = &heard{}
	if err := e.Metadata(context.Background(), []string{"get-mailbox", "Select-Obj*"}, 511, h); err != nil {
		t.Fatal(err)
	}
	if len(h.objects) != 3 || prop(t, h.objects[1], "Name") != "Get-Mailbox" {
		t.Fatalf("%v", h.objects)
	}
	params, _ := h.objects[1].Property("Parameters")
	i := slices.IndexFunc(params.Object().Entries, func(e clixml.Entry) bool { return e.Key.Str() == "ResultSize" })
	if i < 0 || !strings.Contains(prop(t, params.Object().Entries[i].Value, "ParameterType"), "Unlimited") {
		t.Errorf("no ResultSize in %d parameters", len(params.Object().Entries))
	}
	h = &heard{}
	if err := e.Metadata(context.Background(), nil, 1, h); err != nil || len(h.objects) != 1 {
		t.Errorf("aliases: %d, %v", len(h.objects), err)
	}
}

func TestStopping(t *testing.T) {
	e := customer(t, "contoso.example")
	h := &heard{stopAt: 5}
	if err := e.Run(context.Background(), Pipeline{Commands: []Command{cmd("Get-Mailbox", "-ResultSize", "Unlimited")}}, h); err != errStop || len(h.objects) != 5 {
		t.Errorf("%v after %d", err, len(h.objects))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Run(ctx, Pipeline{Commands: []Command{cmd("Get-Mailbox")}}, &heard{}); err != context.Canceled {
		t.Error(err)
	}
}

func TestWhatMakesNoDifferenceIsSaid(t *testing.T) {
	e := customer(t, "fourthcoffee.example")
	h := run(t, e, cmd("Get-Mailbox", "-ResultSize", "Unlimited", "-OrganizationalUnit", "x"))
	if len(h.warnings) != 1 || !strings.Contains(h.warnings[0], "-OrganizationalUnit") {
		t.Errorf("%v", h.warnings)
	}
	for name, params := range heeded {
		c, err := lookUp(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range strings.Fields(params) {
			if c.param(p) == nil {
				t.Errorf("%s has no parameter %s", name, p)
			}
		}
	}
	for name := range changes {
		if c, _ := lookUp("Set-Mailbox"); c.param(name) == nil {
			t.Errorf("Set-Mailbox has no parameter %s", name)
		}
	}
}

func itoa(n int) string { return textOf(clixml.NewInt32(int32(n))) }

func TestSizes(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B (0 bytes)", 512: "512 B (512 bytes)", 1610612736: "1.5 GB (1,610,612,736 bytes)",
		107374182400: "100 GB (107,374,182,400 bytes)", 1 << 20: "1 MB (1,048,576 bytes)", -1: "Unlimited", 1090000: "1.04 MB (1,090,000 bytes)",
	} {
		if got := sizeText(bytes); got != want {
			t.Errorf("%d: %s", bytes, got)
		}
	}
}
