package wording

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

func codeOf(s string) exchange.Code { return exchange.Code(s) }

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name, locale string
		code         exchange.Code
		args         map[string]string
		want         string
	}{
		{"wait in words", "en", exchange.CodeServerBusy, map[string]string{"seconds": "90"},
			"Exchange asks us to slow down. Too much was asked in a short time. Wait 1 minute 30 seconds and run it again."},
		{"no wait known", "en", exchange.CodeServerBusy, nil,
			"Exchange asks us to slow down. Too much was asked in a short time. Wait and run it again."},
		{"a lock with its end", "nl", exchange.CodeServerLocked, map[string]string{"seconds": "887406", "until": time.Date(2026, 12, 4, 9, 30, 0, 0, time.Local).Format(time.RFC3339)},
			"Exchange sluit dit account een tijdje buiten. Het account heeft zoveel gevraagd dat Exchange een tijd geen antwoord geeft. Wacht 10 dagen 6 uur, tot 4-12-2026 09:30, voordat je het opnieuw probeert. Eerder proberen kan het langer laten duren."},
		{"wait in Dutch", "nl", exchange.CodeServerBusy, map[string]string{"seconds": "60"},
			"Exchange vraagt ons het rustiger aan te doen. Er is in korte tijd te veel gevraagd. Wacht 1 minuut en voer het opnieuw uit."},
		{"a missing argument begins a sentence", "en", exchange.CodeNotReachable, nil,
			"The server cannot be reached. The server does not take connections from this computer. A firewall may block it, or the server is switched off. Check your internet connection. If it works, ask whether a firewall or proxy blocks the server."},
		{"braces in an argument stay", "en", exchange.CodeObjectNotFound, map[string]string{"object": "{customer} [x]"},
			"{customer} [x] was not found. Exchange has nothing by that name, address or ID at this customer. Check the spelling and whether the right customer is chosen."},
		{"labels for parameters", "nl", "input.not-together", map[string]string{"param": "PrimarySmtpAddress", "with": "EmailAddresses", "cmdlet": "Set-Mailbox"},
			"Primair SMTP-adres en E-mailadressen gaan niet samen. Set-Mailbox neemt per keer het een of het ander. Maak een van de twee leeg."},
		{"a reason in words", "en", "customers.bad-domain", map[string]string{"text": "contoso", "why": "no-dot"},
			"This is not a domain name. contoso: there is no dot in it. Type the customer's domain, such as contoso.onmicrosoft.com."},
		{"a limit as a size", "nl", "customers.file-too-big", map[string]string{"limit": "20971520"},
			"Het bestand is te groot voor een klantenlijst. Het is groter dan 20 MB. Controleer of het het juiste bestand is, of splits het."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := For(c.locale).Explain(c.code, c.args).String(); got != c.want {
				t.Error(cmp.Diff(c.want, got))
			}
		})
	}
}

func TestUnknownCodeIsStillASentence(t *testing.T) {
	m := For("nl").Explain("made.up", nil)
	if m.Title == "" || m.Next == "" || len(m.Details) != 1 || m.Details[0].Text != "made.up" {
		t.Errorf("got %+v", m)
	}
}

func TestProblemHasDetails(t *testing.T) {
	p := &exchange.Problem{
		Code: exchange.CodeServerFault, Doing: "open shell", Args: map[string]string{"host": "ps.example"},
		Cause: errors.New("fault 2150858999"), Details: map[string]string{"request id": "7", "category": "x"},
	}
	got := For("en").Problem(p).Details
	want := []Detail{{"Code", "server.fault"}, {"Doing", "open shell"}, {"category", "x"}, {"request id", "7"}, {"Cause", "fault 2150858999"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	told := Message{Details: []Detail{{"Code", "server.fault"}, {"Server said", "one\r\ntwo"}}}.DetailsText()
	if told != "Code: server.fault\nServer said: one\n    two\n" {
		t.Errorf("to copy: %q", told)
	}
	p.Details = map[string]string{"Server said": "no", "Machine": "m", "Time": "now", "Request id": "7"}
	var order []string
	for _, d := range For("en").Problem(p).Details {
		order = append(order, d.Name)
	}
	if d := cmp.Diff([]string{"Code", "Doing", "Time", "Request id", "Machine", "Server said", "Cause"}, order); d != "" {
		t.Error(d)
	}
	if m := For("en").Error(errors.New("disk")); m.Title != For("en").Explain(exchange.CodeUnexpected, nil).Title {
		t.Errorf("a foreign error: %+v", m)
	}
	if m := For("en").Problem(nil); m.String() != "" {
		t.Errorf("no problem: %+v", m)
	}
}

func TestNoticesThatAreKnownAreSaidInWords(t *testing.T) {
	slow := exchange.Notice{Level: exchange.Warning, Text: "Micro delay applied. Actual delayed: 21956 msecs", Code: exchange.CodeSlowedDown,
		Args: map[string]string{"seconds": "21.956"}}
	want := "Exchange slowed this account down. It asked a lot in a short time, so Exchange makes it wait, this time 21 seconds. Nothing needs to be done: the run goes on, only slower."
	if got := For("en").Notice(slow); got != want {
		t.Errorf("%q", got)
	}
	slow.Args["seconds"] = "0.2"
	if got := For("nl").Notice(slow); !strings.Contains(got, "laat Exchange het wachten. Je") {
		t.Errorf("%q", got)
	}
	if got := For("nl").Notice(exchange.Notice{Text: "as it is"}); got != "as it is" {
		t.Errorf("%q", got)
	}
}

// A change whose answer was lost must not be repeated without a look.
func TestALostAnswerToAChangeSaysSo(t *testing.T) {
	for _, code := range []exchange.Code{exchange.CodeTimeout, exchange.CodeDropped, exchange.CodeServerFault, exchange.CodeCommandGone} {
		for lang, want := range map[string]string{"en": "may have been made", "nl": "toch zijn doorgevoerd"} {
			m := For(lang).Explain(code, map[string]string{"unsure": exchange.Unsure})
			if !strings.Contains(m.Why, want) {
				t.Errorf("%s: %s: %s", lang, code, m.Why)
			}
			if m := For(lang).Explain(code, nil); strings.Contains(m.String(), want) {
				t.Errorf("%s: %s says so of a question: %s", lang, code, m.Why)
			}
		}
	}
}

func TestTextFallsBack(t *testing.T) {
	w := For("nl")
	w = &Words{lang: Dutch, texts: map[string]entry{}, spare: w.spare, format: w.format}
	if got := w.Text("yes"); got != "Yes" {
		t.Errorf("a text that lacks in Dutch: %q", got)
	}
	if got := w.Text("no.such.key"); got != "no.such.key" {
		t.Errorf("a text that is nowhere: %q", got)
	}
	if got := w.Count("no.such.key", 2); got != "2 no.such.key" {
		t.Errorf("a count that is nowhere: %q", got)
	}
	if got := For("fr-FR"); got.Lang() != English || got.Locale() != "fr-FR" {
		t.Errorf("a language without texts: %s %s", got.Lang(), got.Locale())
	}
}

func TestLabel(t *testing.T) {
	en, nl := For("en"), For("nl")
	for name, want := range map[string][2]string{
		"PrimarySmtpAddress":       {"Primary SMTP address", "Primair SMTP-adres"},
		"-ResultSize":              {"At most so many rows", "Maximaal aantal rijen"},
		"CustomAttribute7":         {"Custom attribute 7", "Aangepast kenmerk 7"},
		"OWAMailboxPolicy":         {"OWA mailbox policy", "OWA mailbox policy"},
		"AllowPOPIMAPEmail":        {"Allow POPIMAP email", "Allow POPIMAP email"},
		"SclRejectThreshold":       {"SCL reject threshold", "SCL reject threshold"},
		"ArchiveGuid":              {"Archive GUID", "Archive GUID"},
		"UserPrincipalName":        {"Sign-in name", "Aanmeldnaam"},
		"Something_odd":            {"Something odd", "Something odd"},
		"Net amount (EUR)":         {"Net amount (EUR)", "Net amount (EUR)"},
		"UserPrincipalName before": {"Sign-in name, before", "Aanmeldnaam, eerst"},
		"UserPrincipalName after":  {"Sign-in name, after", "Aanmeldnaam, nu"},
		"":                         {"", ""},
		"\u00e9t\u00e9Enabled":     {"\u00c9t\u00e9 enabled", "\u00c9t\u00e9 enabled"},
	} {
		if got := en.Label(name); got != want[0] {
			t.Errorf("en: %s is %q, want %q", name, got, want[0])
		}
		if got := nl.Label(name); got != want[1] {
			t.Errorf("nl: %s is %q, want %q", name, got, want[1])
		}
	}
	if got := en.WithParameterNames().Explain("input.required", map[string]string{"param": "ResultSize"}).Title; got != "ResultSize is needed" {
		t.Errorf("by its own name: %q", got)
	}
	if got, ok := nl.Cmdlet("Get-Mailbox"); !ok || got != "Postvakken" {
		t.Errorf("what a cmdlet is for: %q %v", got, ok)
	}
	if got := nl.Choice("SharedMailbox"); got != "Gedeeld postvak" {
		t.Errorf("a choice: %q", got)
	}
	if got := nl.Choice("NeverHeardOf"); got != "NeverHeardOf" {
		t.Errorf("a choice without words: %q", got)
	}
}

func TestDisplay(t *testing.T) {
	at := time.Date(2026, 12, 31, 14, 2, 0, 0, time.UTC)
	en, us, gb, nl, be := For("en"), For("en-US"), For("en-GB"), For("nl-NL"), For("nl_BE.UTF-8")
	const day = 86400 * exchange.TicksPerSecond
	for _, c := range []struct{ name, got, want string }{
		{"date en", en.DateTime(at), "Dec 31, 2026 2:02 PM"},
		{"date en-US", us.DateTime(at), "Dec 31, 2026 2:02 PM"},
		{"date en-GB", gb.DateTime(at), "31 Dec 2026 14:02"},
		{"date nl", nl.DateTime(at), "31-12-2026 14:02"},
		{"date nl-BE", be.DateTime(at), "31/12/2026 14:02"},
		{"date ISO", us.WithISODates().DateTime(at), "2026-12-31 14:02"},
		{"number en", en.Number(1234567), "1,234,567"},
		{"number nl", nl.Number(-1234567), "-1.234.567"},
		{"number smallest", en.Number(math.MinInt64), "-9,223,372,036,854,775,808"},
		{"number small", en.Number(999), "999"},
		{"decimal nl", nl.Decimal(1234.5, 2), "1.234,5"},
		{"decimal negative", nl.Decimal(-0.25, 2), "-0,25"},
		{"size en", en.Size(51754570547), "48.2 GB"},
		{"size nl", nl.Size(51754570547), "48,2 GB"},
		{"size whole", en.Size(45 << 30), "45 GB"},
		{"size small", en.Size(900), "900 B"},
		{"size none", en.Size(0), "0 B"},
		{"size rounds up a unit", en.Size(1<<30 - 1), "1 GB"},
		{"size under a unit", en.Size(1023 << 20), "1,023 MB"},
		{"size largest", en.Size(math.MaxInt64), "8 EB"},
		{"duration", en.Duration(90 * day), "90 days"},
		{"duration two units", nl.Duration(day + 2*3600*exchange.TicksPerSecond), "1 dag 2 uur"},
		{"duration zero", en.Duration(0), "0 seconds"},
		{"duration part of a second", nl.Duration(2_500_000), "0,25 seconden"},
		{"duration negative", en.Duration(-day), "-1 day"},
		{"duration smallest", en.Duration(math.MinInt64), "-10,675,199 days 2 hours"},
		{"yes", nl.YesNo(true), "Ja"},
		{"no", en.YesNo(false), "No"},
		{"value unlimited", nl.Value(exchange.Unlimited()), "Onbeperkt"},
		{"value flag", nl.Value(exchange.NewFlag(true)), "Ja"},
		{"value decimal", nl.Value(exchange.NewDecimal("12345.678")), "12.345,678"},
		{"value list", en.Value(exchange.NewList([]exchange.Value{exchange.NewInteger(1000), exchange.NewText("x")})), "1,000; x"},
		{"value clock without zone", nl.Value(exchange.NewZonelessTime(at)), "31-12-2026 14:02"},
		{"value none", en.Value(exchange.Value{}), ""},
		{"count one", en.Count("duration.days", 1), "1 day"},
		{"count many", nl.Count("duration.days", 1200), "1.200 dagen"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name   string
		env    map[string]string
		system string
		want   string
	}{
		{"LC_ALL first", map[string]string{"LC_ALL": "nl_NL.UTF-8", "LANG": "en_US.UTF-8"}, "", "nl-NL"},
		{"LANG", map[string]string{"LANG": "nl_BE@euro"}, "de-DE", "nl-BE"},
		{"the language of programs", map[string]string{"LANG": "C.UTF-8"}, "nl-NL", "en"},
		{"the system", nil, "nl-nl", "nl-NL"},
		{"a script", nil, "zh-Hans-CN", "zh-CN"},
		{"nothing", nil, "", "en"},
		{"nonsense", map[string]string{"LANG": "../../etc"}, "", "en"},
	} {
		got := detect(func(n string) string { return c.env[n] }, func() string { return c.system })
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzExplain(f *testing.F) {
	f.Add("signin.refused", "user", "{host} [x", "nl")
	f.Add("customers.bad-domain", "why", "]", "en_US.UTF-8")
	f.Fuzz(func(t *testing.T, code, name, text, locale string) {
		w := For(locale)
		m := w.Explain(exchange.Code(code), map[string]string{name: text, "seconds": text, "limit": text})
		if m.Title == "" && w.Has(code) {
			t.Errorf("%q has no title", code)
		}
		if strings.Contains(w.Label(name), "\x00") && !strings.Contains(name, "\x00") {
			t.Error("a label has what its name has not")
		}
	})
}
