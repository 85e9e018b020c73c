package wsman_test

import (
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"tenantry/core/wsman"
)

func TestDurationsOfAShell(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT7200.000S":          2 * time.Hour,
		"P0DT0H0M9S":           9 * time.Second,
		"P1DT2H3M4.5S":         26*time.Hour + 3*time.Minute + 4500*time.Millisecond,
		" PT15M ":              15 * time.Minute,
		"P1M":                  30 * 24 * time.Hour,
		"PT2147483.647S":       2147483647 * time.Millisecond,
		"PT99999999999999999S": math.MaxInt64,
		"PT":                   0,
		"P":                    0,
		"60":                   0,
		"PT1":                  0,
		"PT1D":                 0,
		"PT1..5S":              0,
		"PTT1S":                0,
	} {
		body := `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Shell><ShellId>S</ShellId><IdleTimeOut>` + text + `</IdleTimeOut></Shell></s:Body></s:Envelope>`
		s, err := wsman.NewClient(recorded{200, body}, "http://h", "r").GetShell(t.Context(), "S")
		if err != nil || s.ID != "S" || s.IdleTimeout != want {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

// Older servers answer Create with the reference alone, and some with the shell alone.
func TestWhereTheShellIDStands(t *testing.T) {
	const head, tail = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>`, `</s:Body></s:Envelope>`
	const reference = `<ResourceCreated><ReferenceParameters><ResourceURI>r2</ResourceURI><SelectorSet><Selector Name="Other">x</Selector><Selector Name="ShellId">ref</Selector></SelectorSet></ReferenceParameters></ResourceCreated>`
	for body, want := range map[string]string{
		reference:                                           "ref",
		`<Shell><ShellId>own</ShellId></Shell>`:             "own",
		`<Shell ShellId="attr"/>`:                           "attr",
		reference + `<Shell><ShellId>own</ShellId></Shell>`: "ref",
		`<Shell/>`: "asked",
		``:         "",
	} {
		s, err := wsman.NewClient(recorded{200, head + body + tail}, "http://h", "r").Create(t.Context(), wsman.Create{ShellID: "asked"})
		switch {
		case want == "" && err == nil:
			t.Errorf("an empty answer gave %+v", s)
		case want != "" && (err != nil || s.ID != want):
			t.Errorf("%s: %+v, %v", body, s, err)
		}
	}
}

// The arguments of a program are words, as they are; those of a PowerShell pipeline are bytes.
func TestWordsOfACommand(t *testing.T) {
	words := []string{"query", `"HKLM\SOFTWARE\Microsoft\Windows NT"`, "<&>]]>", "/reg:64"}
	var got *wsman.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
		if err != nil {
			t.Error(err)
		}
		got = q
		_, _ = w.Write(q.Response(wsman.CommandResponse{CommandID: "C"}))
	})
	c.ResourceURI = wsman.ResourceCmd
	id, err := c.Command(t.Context(), "S", wsman.Command{Line: "reg.exe", Words: words}, wsman.Option{Name: wsman.OptionConsoleStdin, Value: "FALSE"})
	if err != nil || id != "C" {
		t.Fatal(id, err)
	}
	op, ok := got.Op.(*wsman.Command)
	if pipe, _ := got.Option(wsman.OptionConsoleStdin); !ok || op.Line != "reg.exe" || !slices.Equal(op.Words, words) || op.Arguments != nil || pipe.Value != "FALSE" {
		t.Errorf("%+v", got.Op)
	}
}
