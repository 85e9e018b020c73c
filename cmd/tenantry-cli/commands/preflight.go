package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/updates"
)

// exitBlocked is the exit status of a preflight that found something that blocks.
const exitBlocked = 5

// Codes of the preflight's words.
const (
	codeBadUse       exchange.Code = "cli.bad-use"        // --for is neither app nor powershell. Args: word
	codeBadLimitTime exchange.Code = "cli.bad-limit-time" // --limit is not above 0. Args: none
	codeFixAndJSON   exchange.Code = "cli.fix-and-json"   // both were given. Args: none
	codeUnknownFix   exchange.Code = "cli.unknown-fix"    // --fix names nothing. Args: word, known
	codeFixNeedsYes  exchange.Code = "cli.fix-needs-yes"  // a repair, and nobody to ask. Args: none
	codeHostAndURL   exchange.Code = "cli.host-and-url"   // --host with --sample or --url. Args: none
	codeHostNoUser   exchange.Code = "cli.host-no-user"   // --host without --user. Args: none
	codeFixManyHosts exchange.Code = "cli.fix-many-hosts" // --fix with several --host. Args: none
)

type preflightOptions struct {
	connect  connectFlags
	customer string
	hosts    []string
	use      string
	fix      string
	yes      bool
	json     bool
	limit    time.Duration
	updates  string

	// computers opens the others: a password that one of them refuses is not tried at the next.
	computers remote.Opener
}

func (a *app) preflightCommand() *cobra.Command {
	var o preflightOptions
	c := &cobra.Command{
		Use:   "preflight",
		Short: "Check this computer and a connection, and repair what can be repaired",
		Long: "Check this computer, the way to the servers and, with a connection, the account: what is fine, what\n" +
			"gets in the way, why, and what repairs it. Nothing is changed unless --fix names a repair.\n\n" +
			"Without a connection the hosts of Exchange Online are reached. With --sample, --profile or --url the\n" +
			"hosts of that connection are, and one session is opened and closed when there is a password: from\n" +
			"--password-stdin, or kept in the system's secret store.\n\n" +
			"With --host other Windows computers are checked through Windows Remote Management, with an account\n" +
			"that is an administrator there (--user). They must have it switched on: Enable-PSRemoting.\n\n" +
			"The exit status is 0 when nothing blocks and 5 when something does. --for powershell also takes for\n" +
			"blocking what only keeps scripts from running in Windows PowerShell. --json writes a list with an\n" +
			"object for each check: computer, check, name, status, code, sentence, fix.",
		Example: "  tenantry-cli preflight\n" +
			"  tenantry-cli preflight --json --profile work --customer contoso.onmicrosoft.com\n" +
			"  tenantry-cli preflight --fix execution-policy-user\n" +
			"  tenantry-cli preflight --host PC01 --host PC02 --user 'EXAMPLE\\anna'",
		Args: a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), a) },
	}
	o.connect.add(a, c)
	c.Flags().StringVar(&o.customer, "customer", "", "try the account for the customer `NAME`: its domain, name or tenant ID")
	c.Flags().StringArrayVar(&o.hosts, "host", nil, "check the Windows computer `NAME` instead of this one (repeat for several)")
	c.Flags().StringVar(&o.use, "for", "app", "what the computer is wanted for: `USE` app (Tenantry's own sessions) or powershell (scripts too)")
	c.Flags().StringVar(&o.fix, "fix", "", "repair what the check with the code, fix or check `CODE` found, after asking")
	c.Flags().BoolVar(&o.yes, "yes", false, "repair without asking")
	c.Flags().BoolVar(&o.json, "json", false, "write the findings as JSON")
	c.Flags().DurationVar(&o.limit, "limit", 25*time.Second, "end after `TIME`, whatever has not answered until then")
	c.Flags().StringVar(&o.updates, "updates", "", "look at the address `URL` whether there is a newer version")
	complete(c, "customer", a.domains)
	complete(c, "for", func() []string { return []string{"app", "powershell"} })
	complete(c, "fix", func() []string { return fixNames() })
	return c
}

// fixNames are the repairs that the command line makes itself.
func fixNames() []string {
	return []string{string(preflight.FixPolicyUser), string(preflight.FixPolicyMachine), string(preflight.FixBasic),
		string(preflight.FixSessions), string(preflight.FixPage), string(preflight.FixFirewallText)}
}

func (o *preflightOptions) run(ctx context.Context, a *app) error {
	use, err := o.parse()
	if err != nil {
		return err
	}
	if len(o.hosts) > 0 {
		return o.runThere(ctx, a, use)
	}
	l, err := o.link(ctx, a)
	if err != nil {
		return err
	}
	defer l.close()
	s, err := o.subject(ctx, a, l)
	if err != nil {
		return err
	}
	s.Use = use
	if o.fix != "" {
		return o.repair(ctx, a, l.journal, "", s)
	}
	findings := o.look(ctx, a, "", s)
	if err := o.write(a, []looked{{findings: findings}}); err != nil {
		return err
	}
	return status(ctx, findings)
}

// parse holds the flags against each other.
func (o *preflightOptions) parse() (preflight.Use, error) {
	use, known := map[string]preflight.Use{"app": preflight.UseApp, "powershell": preflight.UsePowerShell}[strings.ToLower(o.use)]
	switch {
	case !known:
		return use, usage(codeBadUse, map[string]string{"word": o.use})
	case o.limit <= 0:
		return use, usage(codeBadLimitTime, nil)
	case o.fix != "" && o.json:
		return use, usage(codeFixAndJSON, nil)
	}
	if o.updates != "" {
		if err := updates.Check(o.updates); err != nil {
			return use, &usageError{err}
		}
	}
	return use, nil
}

// looked is what was found on one computer.
type looked struct {
	computer string // empty for this one
	findings []preflight.Finding
}

// look runs the checks, showing how far they are. It ends at the limit, whatever the checks do.
func (o *preflightOptions) look(ctx context.Context, a *app, computer string, s preflight.Subject) []preflight.Finding {
	checks := preflight.Checks(s)
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	done := 0
	findings := preflight.Run(ctx, checks, func(preflight.Finding) {
		done++
		if computer == "" {
			a.progress(a.words.Text("cli.checks-so-far", "n", done, "total", len(checks)))
		}
	})
	if computer == "" {
		a.screen.clear()
	}
	return findings
}

// status is the exit status of findings.
func status(ctx context.Context, findings []preflight.Finding) error {
	switch {
	case ctx.Err() != nil:
		return &exitError{exitCancelled}
	case preflight.Worst(findings) == preflight.Fail:
		return &exitError{exitBlocked}
	}
	return nil
}

// write writes what was found, for a person or for a program.
func (o *preflightOptions) write(a *app, list []looked) error {
	if o.json {
		return writeJSON(a, list)
	}
	var b strings.Builder
	for i, l := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		name := l.computer
		if name == "" {
			name = a.words.Text("cli.this-computer")
		}
		fmt.Fprintf(&b, "%s: %s\n", name, summary(a, l.findings))
		writeFindings(&b, a, l)
	}
	_, err := fmt.Fprint(a.Out, b.String())
	return err
}

// summary says in a few words how things stand.
func summary(a *app, findings []preflight.Finding) string {
	block, know := 0, 0
	for _, f := range findings {
		switch f.Status {
		case preflight.Fail:
			block++
		case preflight.Warn:
			know++
		}
	}
	switch {
	case block > 0:
		return a.words.Count("cli.blocks", block)
	case know > 0:
		return a.words.Count("cli.to-know", know)
	}
	return a.words.Text("cli.ready")
}

func writeFindings(b *strings.Builder, a *app, l looked) {
	w := a.words
	names, statuses := 0, 0
	for _, f := range l.findings {
		names = max(names, width(w.Check(string(f.Check))))
		statuses = max(statuses, width(w.Text("status."+string(f.Status))))
	}
	apart := 0
	for _, f := range l.findings {
		if f.Status == preflight.NotApplicable && !a.verbose {
			apart++
			continue
		}
		m := w.Explain(f.Code, f.Args)
		fmt.Fprintf(b, "  %s  %s  %s\n", padded(w.Text("status."+string(f.Status)), statuses), padded(w.Check(string(f.Check)), names), plain(m.Title))
		if f.Status != preflight.Fail && f.Status != preflight.Warn {
			continue
		}
		indent := strings.Repeat(" ", statuses+4)
		for _, sentence := range []string{m.Why, m.Next} {
			if sentence != "" {
				fmt.Fprintf(b, "%s%s\n", indent, plain(sentence))
			}
		}
		for _, fix := range f.Fixes {
			fmt.Fprintf(b, "%s%s: tenantry-cli preflight%s --fix %s\n", indent, w.Text("fix."+string(fix.ID)), hostFlag(l.computer), fix.ID)
		}
		if a.verbose {
			for _, step := range f.Steps {
				fmt.Fprintf(b, "%s%s: %s %s (%s)\n", indent, w.Text("step."+step.Name), okWord(a, step.OK), plain(step.Text), step.Took.Round(time.Millisecond))
			}
			for _, fact := range f.Facts {
				fmt.Fprintf(b, "%s%s: %s\n", indent, plain(fact.Name), plain(fact.Text))
			}
		}
	}
	if apart > 0 {
		fmt.Fprintf(b, "  %s\n", w.Count("cli.checks-apart", apart))
	}
}

func okWord(a *app, ok bool) string {
	if ok {
		return a.words.Text("status.pass")
	}
	return a.words.Text("status.fail")
}

func hostFlag(computer string) string {
	if computer == "" {
		return ""
	}
	return " --host " + computer
}

// width is how many columns a text takes, as far as its letters are of the usual width.
func width(text string) int { return len([]rune(text)) }

func padded(text string, to int) string { return text + strings.Repeat(" ", max(to-width(text), 0)) }

// jsonFinding is a finding as programs read it.
type jsonFinding struct {
	Computer string            `json:"computer"` // empty for this one
	Check    string            `json:"check"`
	Name     string            `json:"name"`
	Status   preflight.Status  `json:"status"`
	Code     exchange.Code     `json:"code"`
	Sentence string            `json:"sentence"`
	Fix      *string           `json:"fix"` // the first of fixes, null for none
	Fixes    []string          `json:"fixes"`
	Because  string            `json:"because,omitempty"`
	Args     map[string]string `json:"args,omitempty"`
	Steps    []jsonStep        `json:"steps,omitempty"`
	Facts    []jsonFact        `json:"facts,omitempty"`
	TookMS   float64           `json:"took_ms"`
}

type jsonStep struct {
	Name   string  `json:"name"`
	OK     bool    `json:"ok"`
	Text   string  `json:"text,omitempty"`
	TookMS float64 `json:"took_ms"`
}

type jsonFact struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func writeJSON(a *app, list []looked) error {
	out := []jsonFinding{}
	for _, l := range list {
		for _, f := range l.findings {
			j := jsonFinding{
				Computer: l.computer, Check: string(f.Check), Name: a.words.Check(string(f.Check)), Status: f.Status, Code: f.Code,
				Sentence: a.words.Explain(f.Code, f.Args).String(), Because: string(f.Because), Args: f.Args, Fixes: []string{}, TookMS: milliseconds(f.Took),
			}
			for _, fix := range f.Fixes {
				j.Fixes = append(j.Fixes, string(fix.ID))
			}
			if len(j.Fixes) > 0 {
				j.Fix = &j.Fixes[0]
			}
			for _, s := range f.Steps {
				j.Steps = append(j.Steps, jsonStep{s.Name, s.OK, s.Text, milliseconds(s.Took)})
			}
			for _, fact := range f.Facts {
				j.Facts = append(j.Facts, jsonFact(fact))
			}
			out = append(out, j)
		}
	}
	e := json.NewEncoder(a.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(100*time.Microsecond).Microseconds()) / 1000
}

// sideBySide looks at several computers, at most ten at a time, and keeps their order.
func sideBySide(names []string, look func(name string) looked) []looked {
	const most = 10
	list := make([]looked, len(names))
	room := make(chan struct{}, most)
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			list[i] = look(name)
		})
	}
	all.Wait()
	return list
}

// withoutTwins drops names that were given twice.
func withoutTwins(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}
