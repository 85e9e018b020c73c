package preflight

import (
	"strconv"
	"strings"
	"time"

	"tenantry/core/wording"
)

// FirewallText is the page for the people who look after the firewall and the proxy: which hosts and ports are
// needed and why, that they are not to be inspected, and what was tested and how it failed. findings are those
// of the endpoints' checks, others are left out; at is when they were made. It names no account and no customer.
func FirewallText(endpoints []Endpoint, findings []Finding, at time.Time, w *wording.Words) string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteByte('\n')
	}
	title := w.Text("firewall.title")
	line(title)
	line(strings.Repeat("=", len([]rune(title))))
	line()
	line(w.Text("firewall.intro"))
	line()
	line(w.Text("firewall.wanted"))
	line()
	for _, e := range endpoints {
		line("  - ", w.Text("firewall.line", "host", e.Host, "port", strconv.Itoa(e.Port), "purpose", w.Text("firewall.purpose."+string(e.Purpose))))
	}
	line()
	line(w.Text("firewall.inspection"))
	line()
	line(w.Text("firewall.proxy"))
	line()
	line(w.Text("firewall.tested", "time", w.DateTime(at.Local()), "zone", at.Local().Format("-07:00")))
	for _, e := range endpoints {
		line()
		f, ran := Find(findings, NetworkCheck(e))
		name := w.Check(string(NetworkCheck(e)))
		if !ran || f.Status == Skipped || f.Status == NotApplicable {
			line("  ", name, ": ", w.Text("firewall.untested"))
			continue
		}
		verdict := map[Status]string{Pass: "firewall.works", Warn: "firewall.attention", Fail: "firewall.fails"}[f.Status]
		if failed(f) {
			verdict = "firewall.fails"
		}
		line("  ", name, ": ", w.Text(verdict))
		if f.Status != Pass {
			m := w.Explain(f.Code, f.Args)
			line("    ", m.Title, ". ", m.Why)
		}
		for _, s := range f.Steps {
			key := "firewall.step-ok"
			if !s.OK {
				key = "firewall.step-failed"
			}
			text := w.Text(key, "step", w.Text("step."+s.Name), "took", strconv.FormatInt(s.Took.Milliseconds(), 10))
			if s.Text != "" {
				text += " (" + s.Text + ")"
			}
			line("    - ", text)
		}
		for _, fact := range f.Facts {
			if strings.HasPrefix(fact.Name, "Certificate ") {
				line("    - ", fact.Text)
			}
		}
	}
	return b.String()
}

// failed tells whether one of the steps failed, also where the finding only warns.
func failed(f Finding) bool {
	return len(f.Steps) > 0 && !f.Steps[len(f.Steps)-1].OK
}
