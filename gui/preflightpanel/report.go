package preflightpanel

import (
	"strings"
	"time"

	"tenantry/assets"
	"tenantry/core/preflight"
	"tenantry/core/wording"
)

// Report is everything an Exam found, as text for a ticket.
func Report(e *Exam, w *wording.Words, now time.Time) string {
	var b strings.Builder
	b.WriteString(w.Text("window.preflight.report", "version", assets.Version, "time", w.DateTime(now)) + "\n")
	if e.Computer != "" {
		b.WriteString(e.Computer + "\n")
	}
	b.WriteString(e.Summary(w) + "\n")
	group := Group(0xff)
	for _, r := range e.Rows {
		if g := GroupOf(r.Check.ID); g != group {
			group = g
			b.WriteString("\n" + w.Text(g.Key()) + "\n")
		}
		if r.Finding.Status == "" {
			continue
		}
		b.WriteString("\n" + RowText(r, w))
	}
	return b.String()
}

// RowText is one row of a report: what was found, why, what to do, and what was seen.
func RowText(r *Row, w *wording.Words) string {
	var b strings.Builder
	f := r.Finding
	m := w.Explain(f.Code, f.Args)
	b.WriteString(w.Check(string(r.Check.ID)) + ": " + w.Text("status."+string(f.Status)) + " (" + Took(w, f.Took) + ")\n")
	line := func(text string) {
		if text != "" {
			b.WriteString("    " + text + "\n")
		}
	}
	line(m.String())
	line(string(f.Code))
	for _, s := range f.Steps {
		line(StepText(w, s))
	}
	for _, fact := range f.Facts {
		line(fact.Name + ": " + strings.ReplaceAll(fact.Text, "\n", "\n        "))
	}
	if f.Cause != nil && !tells(f.Facts, "Cause") {
		line("Cause: " + f.Cause.Error())
	}
	return b.String()
}

func tells(facts []preflight.Fact, name string) bool {
	for _, f := range facts {
		if f.Name == name {
			return true
		}
	}
	return false
}

// StepText is one step of a check in a line: its name, how it ended, how long it took, what was seen.
func StepText(w *wording.Words, s preflight.Step) string {
	key := "window.preflight.step-failed"
	if s.OK {
		key = "window.preflight.step-ok"
	}
	text := w.Text(key, "step", w.Text("step."+s.Name), "time", Took(w, s.Took))
	if s.Text != "" {
		text += " · " + s.Text
	}
	return text
}

// Took is a span as a person reads it beside a check: in thousandths of a second, or in seconds.
func Took(w *wording.Words, d time.Duration) string {
	if d < time.Second {
		return w.Number(d.Milliseconds()) + " ms"
	}
	tenths := d.Round(100*time.Millisecond).Milliseconds() / 100
	return w.Decimal(float64(tenths)/10, 1) + " s"
}
