package support

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/wording"
)

// text is the content as a person reads it.
func (c content) text(w *wording.Words) string {
	t := &textOf{w: w}
	t.line(w.Text("support.title"))
	t.line(w.Text("support.about"))
	t.head("support.program")
	t.item(fmt.Sprintf("Tenantry %s (%s, %s/%s)", c.Program.Tenantry, c.Program.Go, c.Program.System, c.Program.Arch))
	t.item(c.Made.Format(time.RFC3339))
	if s := c.System; s != nil {
		t.item(join(s.Name, fmt.Sprintf("%d.%d.%d", s.Major, s.Minor, s.Build), s.Release, s.Arch))
	}
	t.problem(c.Problem)
	t.settings(c.Settings)
	t.findings(c.Findings)
	t.head("support.sessions")
	t.item(w.Text("support.sessions-open", "used", c.Sessions.InUse, "left", c.Sessions.LeftOpen, "elsewhere", c.Sessions.Elsewhere))
	t.runs(c.Runs)
	t.repairs(c.Repairs)
	if len(c.Unread) > 0 {
		t.head("support.unread")
	}
	for _, u := range c.Unread {
		t.item(u.What + ": " + t.told(u.Code, nil))
	}
	return t.b.String()
}

type textOf struct {
	w *wording.Words
	b strings.Builder
}

func (t *textOf) line(text string) { t.b.WriteString(text + "\n") }
func (t *textOf) head(key string)  { t.line("\n" + t.w.Text(key)) }
func (t *textOf) item(text string) { t.line("  " + text) }
func (t *textOf) under(text string) {
	if text != "" {
		t.line("      " + strings.ReplaceAll(text, "\n", "\n      "))
	}
}

// told is a code with its title. The arguments have gone through the Redactor.
func (t *textOf) told(code string, args map[string]string) string {
	return t.w.Explain(exchange.Code(code), args).Title + " (" + code + ")"
}

func (t *textOf) problem(p *problemContent) {
	if p == nil {
		return
	}
	t.head("support.problem")
	t.item(t.told(p.Code, p.Args))
	t.under(p.Doing)
	for _, name := range slices.Sorted(maps.Keys(p.Details)) {
		t.under(name + ": " + strings.ReplaceAll(p.Details[name], "\n", "\n  "))
	}
	for _, cause := range p.Causes {
		t.under(cause)
	}
}

func (t *textOf) settings(s settingsContent) {
	t.head("support.settings")
	t.item(t.w.Count("support.customers", s.Customers))
	for i, c := range s.Connections {
		proxy := "proxy " + c.Proxy
		if c.ProxyHost != "" {
			proxy += " " + c.ProxyHost
		}
		t.item(join(t.w.Text("support.connection", "n", i+1), c.Kind, c.Host, c.Way, proxy,
			onlyIf(c.ProxyUser, "proxy user"), onlyIf(c.OwnCA, "private CA"), onlyIf(c.Certificate, "client certificate"),
			onlyIf(c.Remember, "password kept"), onlyIf(c.MaxSessions > 0, strconv.Itoa(c.MaxSessions)+" sessions"),
			onlyIf(c.Customers > 0, strconv.Itoa(c.Customers)+" customers")))
	}
}

func (t *textOf) findings(list []findContent) {
	if len(list) == 0 {
		return
	}
	t.head("support.findings")
	for _, f := range list {
		t.item(f.Status + "  " + f.Check + ": " + t.told(f.Code, f.Args) + ", " + strconv.FormatInt(f.Millis, 10) + " ms")
		if f.Because != "" {
			t.under("because of " + f.Because)
		}
		for _, s := range f.Steps {
			state := "ok"
			if !s.OK {
				state = "failed"
			}
			t.under(join(s.Name+" "+state, strconv.FormatInt(s.Millis, 10)+" ms", s.Seen))
		}
		for _, fact := range f.Facts {
			t.under(fact.Name + ": " + fact.Text)
		}
		for _, cause := range f.Causes {
			t.under(cause)
		}
	}
}

func (t *textOf) runs(list []runContent) {
	if len(list) == 0 {
		return
	}
	t.head("support.runs")
	for _, r := range list {
		t.item(join(r.Started.Format(time.RFC3339), r.Cmdlet, r.Outcome, strconv.Itoa(r.Rows)+" rows",
			onlyIf(r.Millis > 0, strconv.FormatInt(r.Millis, 10)+" ms"), r.Program, r.Kind, r.Host))
		t.under(strings.Join(r.Params, " "))
		for _, p := range r.Parts {
			t.under(join(strconv.Itoa(p.Count)+" x "+p.Outcome, p.Code, strconv.Itoa(p.Rows)+" rows", onlyIf(p.Partial > 0, strconv.Itoa(p.Partial)+" partial")))
		}
	}
}

func (t *textOf) repairs(list []repairContent) {
	if len(list) == 0 {
		return
	}
	t.head("support.repairs")
	for _, r := range list {
		t.item(join(r.At.Format(time.RFC3339), r.Fix, r.Program, onlyIf(r.There, "another computer"), r.Code))
	}
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

func onlyIf(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}
