package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/preflight"
)

// repair finds what --fix names, shows what would change, asks, changes it and checks again.
func (o *preflightOptions) repair(ctx context.Context, a *app, log *journal.Journal, computer string, s preflight.Subject) error {
	findings := o.look(ctx, a, computer, s)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f, fix, found := fixFor(findings, o.fix)
	if !found {
		if !knownFix(findings, o.fix) {
			return usage(codeUnknownFix, map[string]string{"word": o.fix, "known": strings.Join(offered(findings), ", ")})
		}
		a.note(a.words.Text("cli.nothing-to-repair", "what", o.fix))
		return nil
	}
	if fix.ID == preflight.FixFirewallText {
		_, err := fmt.Fprint(a.Out, preflight.FirewallText(s.Endpoints, findings, time.Now(), a.words))
		return err
	}
	d := preflight.Doctor{Subject: s, Program: program}
	if log != nil { // a repair is also made where what is wrong is the journal
		d.Log = log
	}
	change, err := d.Plan(ctx, f, fix)
	if err != nil {
		return err
	}
	a.screen.line(a.words.Text("fix." + string(fix.ID) + ".what"))
	for _, line := range strings.Split(change.String(), "\n") {
		a.screen.line("    " + line)
	}
	if change.Elevated && computer == "" {
		a.screen.line(a.words.Text("window.preflight.elevated"))
	}
	if change.Opens != "" { // nothing here can open a page
		return nil
	}
	if !o.yes {
		if !a.screen.canAsk() {
			return usage(codeFixNeedsYes, nil)
		}
		if yes, err := a.confirm(ctx, a.words.Text("cli.change-it")); err != nil || !yes {
			if err == nil {
				err = &exchange.Problem{Code: codeNotConfirmed}
			}
			return err
		}
	}
	after, err := d.Apply(ctx, change)
	if err != nil {
		return err
	}
	return o.write(a, []looked{{computer: computer, findings: []preflight.Finding{after}}})
}

// fixFor is the finding that word names by its code, its check or its fix, with the fix.
func fixFor(findings []preflight.Finding, word string) (preflight.Finding, preflight.Fix, bool) {
	for _, f := range findings {
		for _, fix := range f.Fixes {
			if strings.EqualFold(string(fix.ID), word) {
				return f, fix, true
			}
		}
	}
	for _, f := range findings {
		if len(f.Fixes) > 0 && (strings.EqualFold(string(f.Code), word) || strings.EqualFold(string(f.Check), word)) {
			return f, f.Fixes[0], true
		}
	}
	return preflight.Finding{}, preflight.Fix{}, false
}

// knownFix tells whether word names something, though there is nothing to repair there.
func knownFix(findings []preflight.Finding, word string) bool {
	if slices.ContainsFunc(fixNames(), func(n string) bool { return strings.EqualFold(n, word) }) {
		return true
	}
	return slices.ContainsFunc(findings, func(f preflight.Finding) bool {
		return strings.EqualFold(string(f.Code), word) || strings.EqualFold(string(f.Check), word)
	})
}

// offered are the fixes that findings offer, or all there are.
func offered(findings []preflight.Finding) []string {
	var names []string
	for _, f := range findings {
		for _, fix := range f.Fixes {
			if !slices.Contains(names, string(fix.ID)) {
				names = append(names, string(fix.ID))
			}
		}
	}
	if len(names) == 0 {
		return fixNames()
	}
	return names
}
