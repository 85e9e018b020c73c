package troubleshoot

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/wording"
)

func TestEveryCodeHasAPage(t *testing.T) {
	codes := declaredCodes(t)
	if len(codes) < 150 {
		t.Fatalf("only %d codes were found: the search for them is broken", len(codes))
	}
	for code, where := range codes {
		if len(pages[code]) == 0 {
			t.Errorf("%q, declared in %s, has no page: add a line to pages.go", code, where)
		}
	}
	for code := range pages {
		if codes[code] == "" {
			t.Errorf("there is a page for %q, which no package declares", code)
		}
	}
}

func TestEveryCauseIsKnownAndMet(t *testing.T) {
	met := map[string]bool{}
	for code, names := range pages {
		for i, name := range names {
			met[name] = true
			if _, ok := causes[name]; !ok && name != itself {
				t.Errorf("%s: there is no cause %q", code, name)
			}
			if slices.Contains(names[:i], name) {
				t.Errorf("%s: %q stands there twice", code, name)
			}
		}
		if slices.Contains(names, itself) && (len(names) > 1 || !strings.HasPrefix(string(code), "preflight.")) {
			t.Errorf("%s: only what a check found, or a repair, can be all there is to say", code)
		}
	}
	for name := range causes {
		if !met[name] {
			t.Errorf("no page has the cause %q", name)
		}
	}
}

// What leads nowhere does not help: each cause of a failure has a sentence that says what to do, and what is
// named beside it is there.
func TestEveryCauseHasItsSentences(t *testing.T) {
	codes := declaredCodes(t)
	fixes := []preflight.FixID{"", preflight.FixPolicyUser, preflight.FixPolicyMachine, preflight.FixBasic,
		preflight.FixSessions, preflight.FixPage, preflight.FixFirewallText}
	for _, lang := range wording.Languages() {
		w := wording.For(lang)
		told := map[string]string{}
		for name, c := range causes {
			c.Name = name
			if !w.Has(c.Key()) {
				t.Errorf("%s: the cause %q has no sentences", lang, name)
				continue
			}
			m := w.Explain(exchange.Code(c.Key()), nil)
			for part, text := range map[string]string{"title": m.Title, "why": m.Why, "next": m.Next} {
				if text == "" || len(m.Details) > 0 {
					t.Errorf("%s: the cause %q lacks its %s", lang, name, part)
				}
			}
			if other := told[m.Title]; other != "" {
				t.Errorf("%s: %q and %q are told alike: %q", lang, other, name, m.Title)
			}
			told[m.Title] = name
			if !slices.Contains(fixes, c.Fix) {
				t.Errorf("%q: there is no repair %q", name, c.Fix)
			}
			if c.Step != StepNone && !slices.Contains(Steps(), c.Step) {
				t.Errorf("%q: there is no step %q", name, c.Step)
			}
			if len(c.Found) > 0 && c.Check == "" {
				t.Errorf("%q names findings and no check that makes them", name)
			}
			for _, f := range c.Found {
				if codes[f] == "" {
					t.Errorf("%q: no check finds %q", name, f)
				}
			}
		}
	}
}

func TestEveryButtonHasItsWords(t *testing.T) {
	for _, lang := range wording.Languages() {
		w := wording.For(lang)
		for _, s := range Steps() {
			if !w.Has("troubleshoot.step." + string(s)) {
				t.Errorf("%s: the step %q has no words", lang, s)
			}
		}
		for _, fix := range []preflight.FixID{preflight.FixPolicyUser, preflight.FixPolicyMachine, preflight.FixBasic, preflight.FixSessions, preflight.FixPage, preflight.FixFirewallText} {
			if !w.Has("fix."+string(fix)) || !w.Has("fix."+string(fix)+".what") {
				t.Errorf("%s: the repair %q has no words", lang, fix)
			}
		}
		for _, s := range []preflight.Status{preflight.Pass, preflight.Warn, preflight.Fail, preflight.NotApplicable, preflight.Skipped} {
			if !w.Has("status." + string(s)) {
				t.Errorf("%s: the status %q has no words", lang, s)
			}
		}
	}
}

// The errors that people meet most lead first to what usually is behind them, and to what mends it.
func TestWhatPeopleMeetLeadsToTheRightPage(t *testing.T) {
	for _, c := range []struct {
		code  exchange.Code
		first string
		check preflight.CheckID
		fix   preflight.FixID
		step  Step
	}{
		{exchange.CodeSignInRefused, "wrong-password", preflight.CheckSignIn, "", StepSignIn},
		{exchange.CodeMFANeeded, "mfa-wanted", preflight.CheckSignIn, "", StepSignIn},
		{exchange.CodeRemotePowerShellOff, "remote-powershell-off", preflight.CheckRemotePS, "", StepSignIn},
		{exchange.CodeDelegationRefused, "role-not-given", preflight.CheckDelegation, "", StepSignIn},
		{exchange.CodeRetired, "retired-service", preflight.CheckService, "", StepAddress},
		{exchange.CodeNotReachable, "firewall", CheckNetwork, preflight.FixFirewallText, StepNone},
		{exchange.CodeSessionLimit, "sessions-elsewhere", preflight.CheckSessions, "", StepSessions},
		{exchange.CodeClockSkew, "clock-wrong", preflight.CheckClock, preflight.FixPage, StepPreflight},
		{exchange.CodeProxySignIn, "proxy-wants-password", CheckNetwork, "", StepProxy},
		{exchange.CodeUntrusted, "inspection", CheckNetwork, preflight.FixFirewallText, StepAuthority},
		{exchange.CodeServerBusy, "asked-much", "", "", StepWait},
		{preflight.CodePolicyBlocks, "scripts-never-allowed", preflight.CheckPolicy, preflight.FixPolicyUser, StepNone},
		{preflight.CodeBasicOff, "basic-off-here", preflight.CheckBasic, preflight.FixBasic, StepNone},
		{preflight.CodeWindowsPort, "port-80-closed", CheckNetwork, preflight.FixFirewallText, StepNone},
		{preflight.CodeSessionsLeft, "sessions-left-open", preflight.CheckSessions, preflight.FixSessions, StepSessions},
	} {
		page := ForCode(c.code)
		got := page.Causes[0]
		if got.Name != c.first || got.Check != c.check || got.Fix != c.fix || got.Step != c.step {
			t.Errorf("%s: first %+v, want %s with %q, %q, %q", c.code, got, c.first, c.check, c.fix, c.step)
		}
		if c.check != "" && !slices.Contains(page.Checks(), c.check) {
			t.Errorf("%s: its checks are %v", c.code, page.Checks())
		}
	}
}

func TestACodeNobodyKnowsStillLeadsSomewhere(t *testing.T) {
	for _, page := range []Page{For(nil), ForCode("made.up"), For(exchange.AsProblem(errors.New("disk")))} {
		if len(page.Causes) == 0 || page.Problem == nil || page.Causes[0].Name != "fault-of-ours" {
			t.Errorf("got %+v", page)
		}
	}
}

func TestFindingsTellWhichCauseItIs(t *testing.T) {
	wrong, mfa := causes["wrong-password"], causes["mfa-wanted"]
	signIn := func(s preflight.Status, code exchange.Code) []preflight.Finding {
		return []preflight.Finding{{Check: "tls", Status: preflight.Fail, Code: "x"}, {Check: preflight.CheckSignIn, Status: s, Code: code}}
	}
	for _, c := range []struct {
		name     string
		cause    Cause
		findings []preflight.Finding
		want     Verdict
	}{
		{"nothing was checked", wrong, nil, NotKnown},
		{"it was found", wrong, signIn(preflight.Fail, exchange.CodeSignInRefused), ThisIsIt},
		{"another was found", wrong, signIn(preflight.Fail, exchange.CodeMFANeeded), NotThis},
		{"the other one", mfa, signIn(preflight.Fail, exchange.CodeMFANeeded), ThisIsIt},
		{"all is well", wrong, signIn(preflight.Pass, preflight.CodeSignedIn), NotThis},
		{"it was skipped", wrong, signIn(preflight.Skipped, preflight.CodeSkipped), NotKnown},
		{"it was too slow", wrong, signIn(preflight.Warn, preflight.CodeTooSlow), NotKnown},
		{"no check decides", causes["line-weak"], signIn(preflight.Fail, exchange.CodeDropped), NotKnown},
		{"whatever the check complains of", causes["clock-wrong"], []preflight.Finding{{Check: preflight.CheckClock, Status: preflight.Warn, Code: "x"}}, ThisIsIt},
		{"one host of many", Cause{Check: CheckNetwork, Found: found("x")}, []preflight.Finding{
			{Check: "network:a.example:443", Status: preflight.Pass, Code: "fine"}, {Check: "network:b.example:443", Status: preflight.Fail, Code: "x"}}, ThisIsIt},
	} {
		got, by := c.cause.Judge(c.findings)
		if got != c.want || got == NotKnown && by.Check != "" || got != NotKnown && by.Check == "" {
			t.Errorf("%s: %v by %q, want %v", c.name, got, by.Check, c.want)
		}
	}
}

func TestTheRepairComesFromTheFinding(t *testing.T) {
	left := causes["sessions-left-open"]
	if _, _, ok := left.Repair(nil); ok {
		t.Error("a repair without a finding")
	}
	offered := []preflight.Finding{
		{Check: preflight.CheckPolicy, Fixes: []preflight.Fix{{ID: preflight.FixPolicyUser}}},
		{Check: preflight.CheckSessions, Fixes: []preflight.Fix{{ID: preflight.FixSessions, Args: map[string]string{"a": "b"}}}},
	}
	f, fix, ok := left.Repair(offered)
	if !ok || f.Check != preflight.CheckSessions || fix.Args["a"] != "b" {
		t.Errorf("got %v %v %v", f, fix, ok)
	}
}

func TestThePageAsText(t *testing.T) {
	p := &exchange.Problem{Code: exchange.CodeSessionLimit, Args: map[string]string{"user": "anna@fabrikam.example", "limit": "3"},
		Details: map[string]string{"Request id": "7"}, Cause: errors.New("fault 2150858999")}
	for lang, want := range map[string][]string{
		"en": {"All sessions of this account are in use. anna@fabrikam.example has", "\nLikely causes\n1. The account is in use in other windows", "\n2. Programs that were cut short", "\nDetails\nCode: session.limit\nRequest id: 7\nCause: fault 2150858999\n"},
		"nl": {"Alle sessies van dit account zijn in gebruik.", "\nWaarschijnlijke oorzaken\n1. Het account is in gebruik"},
	} {
		text := Text(For(p), wording.For(lang))
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %q in\n%s", lang, part, text)
			}
		}
	}
	// A cause that is the finding itself is not said twice.
	f := preflight.Finding{Check: preflight.CheckSessions, Status: preflight.Pass, Code: preflight.CodeRoomForSession}
	if text := Text(ForFinding(f), wording.For("en")); strings.Count(text, "No session is left open") != 1 || strings.Contains(text, "Likely causes") {
		t.Errorf("got\n%s", text)
	}
}

// An answer that was lost in a change is told with what happened, and not again with every cause.
func TestCausesDoNotRepeatTheWarning(t *testing.T) {
	page := For(&exchange.Problem{Code: exchange.CodeDropped, Args: map[string]string{"host": "ps.example", "unsure": exchange.Unsure}})
	if text := Text(page, wording.For("en")); strings.Count(text, "may have been made") != 1 {
		t.Errorf("got\n%s", text)
	}
}
