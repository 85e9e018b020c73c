package commands

import (
	"strings"

	"github.com/spf13/cobra"

	"tenantry/core/charts"
	"tenantry/core/cmdlets"
	"tenantry/core/export"
)

// complete lets the shell complete a flag's value from a list.
func complete(c *cobra.Command, flag string, list func() []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	}) // fails only for a flag that is not there
}

func formatNames() []string {
	var names []string
	for _, f := range export.Formats() {
		names = append(names, f.Name)
	}
	return names
}

func chartKinds() []string {
	names := []string{"auto"}
	for _, k := range charts.Kinds() {
		names = append(names, string(k)+":")
	}
	return names
}

func cmdletNames() []string {
	var names []string
	for _, s := range cmdlets.Builtin().List() {
		names = append(names, s.Name)
	}
	return names
}

// completeCmdlet completes the one word of a command that takes a cmdlet. Cmdlets have no case.
func completeCmdlet(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var fitting []cobra.Completion
	for _, name := range cmdletNames() {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(typed)) {
			fitting = append(fitting, name)
		}
	}
	return fitting, cobra.ShellCompDirectiveNoFileComp
}

// completeParam completes the parameters of the cmdlet that stands before.
func completeParam(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, p := range cmdlets.Builtin().FindOrOpen(args[0]).Params {
		if p.Editor != cmdlets.EditSwitch && !p.Editor.Secret() {
			names = append(names, p.Name+"=")
		} else {
			names = append(names, p.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// domains are those of the customer list, for completion.
func (a *app) domains() []string {
	return a.listed(func(domain string, _ []string) []string { return []string{domain} })
}

func (a *app) tags() []string {
	return a.listed(func(_ string, tags []string) []string { return tags })
}

func (a *app) listed(of func(domain string, tags []string) []string) []string {
	store, err := a.customerStore()
	if err != nil {
		return nil
	}
	list, err := store.List()
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	var all []string
	for _, c := range list {
		for _, word := range of(string(c.Domain), c.Tags) {
			if !seen[word] {
				seen[word] = true
				all = append(all, word)
			}
		}
	}
	return all
}

// completeDomain completes customers of the list.
func (a *app) completeDomain(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.domains(), cobra.ShellCompDirectiveNoFileComp
}

// addCompletion adds cobra's completion command, with our way of refusing words and with examples.
func (a *app) addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	examples := map[string]string{
		"bash":       "  source <(tenantry-cli completion bash)",
		"zsh":        "  source <(tenantry-cli completion zsh)",
		"fish":       "  tenantry-cli completion fish | source",
		"powershell": "  tenantry-cli completion powershell | Out-String | Invoke-Expression",
	}
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		a.onlyCommands(c)
		c.Short = "Let your shell complete commands with the Tab key"
		c.Long = "Write the script that lets your shell complete commands, options and names with the Tab key.\n" +
			"The help of each shell's command says how to load it for every session."
		c.Example = "  source <(tenantry-cli completion bash)\n  tenantry-cli completion fish | source"
		for _, shell := range c.Commands() {
			shell.Short = "Completion for " + shell.Name()
			shell.Example = examples[shell.Name()]
			shell.Args = a.takes(0, 0, "")
		}
	}
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		Example: "  tenantry-cli help run",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil {
				return unknownCommand(c.Root(), args[0])
			}
			if len(rest) > 0 && about.HasSubCommands() {
				return unknownCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
