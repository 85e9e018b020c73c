package commands

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/results"
)

// faultRules is what the help says about rules of faults.
const faultRules = "A fault is written NAME[@WHEN[,WHEN]...][=VALUE]; everything behind the first = is the value. WHEN is\n" +
	"  a step    only there: create, first-receive, command, receive, send, signal or delete (several: at each)\n" +
	"  N         only the N-th request that fits\n" +
	"  N+        the N-th request that fits, and those after it\n" +
	"  every:N   each N-th request that fits\n" +
	"  P%        with this probability; --fault-seed makes it the same each time\n" +
	"  xN        at most N times\n" +
	"such as wrong-password, drop-in@receive,2 or slow@10%=200ms. Without a step it strikes where it usually does,\n" +
	"without the rest each time. Of several faults that answer instead of the server, the first one does; all others\n" +
	"apply together."

func (a *app) sampleFaults() *cobra.Command {
	var shape shapeFlags
	c := &cobra.Command{
		Use:     "faults",
		Short:   "List what can go wrong on purpose in the sample partner",
		Long:    "List what can go wrong on purpose in the sample partner, for --fault of sample serve.\n\n" + faultRules,
		Example: "  tenantry-cli sample faults\n  tenantry-cli sample faults --find redirect --columns Fault,Value,Default",
		Args:    a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			table := results.NewTable(results.RunInfo{Title: "Faults"})
			columns := []string{"Fault", "Does", "Value", "Default", "Strikes", "CanStrike"}
			table.Declare(columns...)
			if len(writer.query.Columns) == 0 && writer.format.Name == "table" && writer.output == "" && isTerminal(a.Out) {
				writer.query.Columns = columns[:2] // sentences need the room
				a.note(a.words.Count("cli.more-columns", len(columns)))
			}
			for _, f := range faults.Catalogue() {
				value := f.Value
				if value != "" {
					value += ": " + f.Means
				}
				if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
					{Name: "Fault", Value: exchange.NewText(string(f.Name))},
					{Name: "Does", Value: exchange.NewText(f.Does)},
					{Name: "Value", Value: exchange.NewText(value)},
					{Name: "Default", Value: exchange.NewText(f.Default)},
					{Name: "Strikes", Value: exchange.NewText(steps(f.Usual))},
					{Name: "CanStrike", Value: exchange.NewText(steps(f.Steps))},
				}}}); err != nil {
					return err
				}
			}
			return writer.write(c.Context(), a, table.Snapshot())
		},
	}
	shape.add(c)
	return c
}

func steps(list []faults.Step) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// parseFaults reads the values of --fault.
func parseFaults(rules []string, seed uint64) (faults.Plan, error) {
	plan, err := faults.Parse(rules...)
	plan.Seed = seed
	var wrong *faults.RuleError
	if !errors.As(err, &wrong) {
		return plan, err
	}
	args := map[string]string{"fault": string(wrong.Fault.Name), "word": wrong.Word}
	switch wrong.Mistake {
	case faults.UnknownFault:
		args["near"] = strings.Join(nearFaults(wrong.Word), ", ")
		return plan, usage(codeUnknownFault, args)
	case faults.BadValue:
		args["value"], args["means"] = wrong.Fault.Value, wrong.Fault.Means
		return plan, usage(codeBadFaultValue, args)
	case faults.NoValue:
		return plan, usage(codeFaultNoValue, args)
	case faults.WrongStep:
		args["steps"] = steps(wrong.Fault.Steps)
		return plan, usage(codeWrongFaultStep, args)
	}
	args["near"] = strings.Join(cmdlets.Near(wrong.Word, strings.Split(steps(faults.Steps()), ", "), 2), ", ")
	return plan, usage(codeBadFaultWhen, args)
}

// nearFaults are the faults whose name is like a word, or has it in it.
func nearFaults(word string) []string {
	near := cmdlets.Near(word, faults.Names(), 3)
	for _, name := range faults.Names() {
		if len(word) > 2 && len(near) < 8 && strings.Contains(name, strings.ToLower(word)) && !slices.Contains(near, name) {
			near = append(near, name)
		}
	}
	return near
}

// completeFault completes the name of a fault, behind @ the steps at which it can strike, and behind = the value
// it has by default.
func completeFault(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const plain = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	var list []cobra.Completion
	head, _, valued := strings.Cut(typed, "=")
	name, when, timed := strings.Cut(head, "@")
	f, known := faults.Find(faults.Name(name))
	switch {
	case valued && known && f.Value != "":
		list = append(list, head+"="+f.Default)
	case valued:
	case timed && known:
		before := ""
		if i := strings.LastIndexByte(when, ','); i >= 0 {
			before = when[:i+1]
		}
		for _, s := range f.Steps {
			if !slices.Contains(strings.Split(before, ","), string(s)) {
				list = append(list, name+"@"+before+string(s))
			}
		}
	case !timed:
		for _, f := range faults.Catalogue() {
			list = append(list, cobra.CompletionWithDesc(string(f.Name), f.Does))
		}
	}
	return list, plain
}
