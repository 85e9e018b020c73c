package shell_test

import (
	"slices"
	"strings"
	"testing"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/exchangesim/world"
	"tenantry/core/related"
	"tenantry/gui/shell"
)

// TestEveryQuestionAboutARowIsAnswered asks the sample partner everything that is offered about a mailbox and a
// group, in the customer who sent the row.
func TestEveryQuestionAboutARowIsAnswered(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 12})
	var all []exchange.CustomerID
	s.queue.Do(func() {
		for _, c := range s.flow.Customers.Model().All() {
			all = append(all, c.Domain)
		}
	})
	s.choose(all...)
	for _, cmdlet := range []string{"Get-Mailbox", "Get-DistributionGroup", "Get-MailboxStatistics"} {
		var inputs []string
		if cmdlet == "Get-MailboxStatistics" {
			s.choose("contoso.example")
			inputs = []string{"Identity", s.texts(s.ask("Get-Mailbox"), "PrimarySmtpAddress")[0]}
		}
		tab := s.ask(cmdlet, inputs...)
		var links []related.Link
		var id exchange.CustomerID
		s.queue.Do(func() {
			view := tab.Table.Model().View
			if view.Len() == 0 {
				t.Errorf("%s brings no rows: %+v", cmdlet, tab.Parts)
				return
			}
			row := view.ID(view.Len() - 1)
			id = view.Snapshot().Customer(row)
			links = related.Of(cmdlets.Builtin(), cmdlet, view.Snapshot().Row(row))
		})
		if len(links) < 2 {
			t.Errorf("%d questions about a row of %s", len(links), cmdlet)
		}
		for _, link := range links {
			if link.Invocation.Cmdlet == "Get-CalendarProcessing" {
				continue // the sample partner does not play it
			}
			s.queue.Do(func() { s.flow.Related(tab, link.Invocation, id) })
			got := s.ended()
			s.queue.Do(func() {
				if got == tab || got.Troubled() || len(got.Parts) != 1 || got.Parts[0].Customer != id {
					t.Errorf("%s: %+v", cmdlets.PowerShell(link.Invocation), got.Parts)
				}
				for _, p := range link.Invocation.Params {
					if p.Name == "Identity" && !strings.HasSuffix(s.flow.Title(got), ": "+p.Value.Text()) {
						t.Errorf("the tab about %s is titled %q", p.Value.Text(), s.flow.Title(got))
					}
				}
				form := s.flow.Form.Model()
				if form.Spec == nil || form.Spec.Name != link.Invocation.Cmdlet || len(form.Draft.Inputs) != len(link.Invocation.Params) {
					t.Errorf("%s: the form shows %+v", cmdlets.PowerShell(link.Invocation), form.Draft)
				}
				i := slices.IndexFunc(s.flow.Model().Tabs, func(x *shell.Tab) bool { return x == tab })
				s.flow.Show(i)
			})
		}
	}
}

// TestOnlyQuestionsAreAsked hands over a change where only questions belong.
func TestOnlyQuestionsAreAsked(t *testing.T) {
	s := open(t, world.Options{Customers: 1, Mailboxes: 3})
	tab := s.ask("Get-Mailbox")
	name := s.texts(tab, "PrimarySmtpAddress")[0]
	before := s.sim.Stats()
	s.queue.Do(func() {
		for _, cmdlet := range []string{"Set-Mailbox", "Remove-Mailbox", "Enable-Mailbox"} {
			s.flow.Related(tab, exchange.Invocation{Cmdlet: cmdlet, Params: []exchange.Param{{Name: "Identity", Value: exchange.NewText(name)}}}, "")
		}
		if n := len(s.flow.Model().Tabs); n != 1 {
			t.Errorf("%d tabs", n)
		}
	})
	<-s.queue.Idle()
	if after := s.sim.Stats(); after.Commands != before.Commands {
		t.Errorf("the server got %d commands", after.Commands-before.Commands)
	}
}
