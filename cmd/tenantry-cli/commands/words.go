package commands

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
)

// Codes of the command line's own words.
const (
	codeCannotOpen       exchange.Code = "cli.cannot-open"        // a file cannot be read. Args: path
	codeNeedsOutput      exchange.Code = "cli.needs-output"       // a format that no terminal shows, without --output. Args: format
	codeNoFolder         exchange.Code = "cli.no-folder"          // --output names a folder, or a file in none. Args: path
	codeNoConnection     exchange.Code = "cli.no-connection"      // none of --sample, --profile, --url was given. Args: known
	codeTwoConnections   exchange.Code = "cli.two-connections"    // more than one of them was. Args: none
	codeNoUser           exchange.Code = "cli.no-user"            // --url without --user. Args: none
	codeLeftNoPassword   exchange.Code = "cli.left-no-password"   // for a session that was left open. Args: user, url
	codeNoPassword       exchange.Code = "cli.no-password"        // none is kept, and nobody can be asked. Args: user
	codeBadCA            exchange.Code = "cli.bad-ca"             // --ca-cert holds no certificate. Args: path
	codeBadWay           exchange.Code = "cli.bad-way"            // --auth is none of the ways to sign in. Args: way, known
	codeNoClientCert     exchange.Code = "cli.no-client-cert"     // --auth certificate without --client-cert. Args: none
	codeBadProxy         exchange.Code = "cli.bad-proxy"          // --proxy is no address of one. Args: url
	codeOnlyClassic      exchange.Code = "cli.only-classic"       // --connect modern where only classic is there. Args: none
	codeNoCustomer       exchange.Code = "cli.no-customer"        // nobody was chosen. Args: some
	codeNoSuchTag        exchange.Code = "cli.no-such-tag"        // no customer has the tag. Args: tag
	codeNeedsYes         exchange.Code = "cli.needs-yes"          // a change, and nobody to ask. Args: cmdlet
	codeNoWhatIf         exchange.Code = "cli.no-whatif"          // the cmdlet cannot be asked like that. Args: cmdlet
	codeYesAndWhatIf     exchange.Code = "cli.yes-and-whatif"     // both were given. Args: none
	codeNoValue          exchange.Code = "cli.no-value"           // a parameter with nothing after its equals sign. Args: param, path (of a file without a line)
	codeBadLimit         exchange.Code = "cli.bad-limit"          // --limit is not above zero. Args: none
	codeBadJobs          exchange.Code = "cli.bad-jobs"           // --jobs is negative. Args: none
	codeBadWait          exchange.Code = "cli.bad-wait"           // --wait is negative. Args: none
	codeSumNoGroup       exchange.Code = "cli.sum-no-group"       // --sum or the like without --group. Args: flag
	codeChartFormat      exchange.Code = "cli.chart-format"       // --chart with a format that has no place for one. Args: format
	codeSheetsFormat     exchange.Code = "cli.sheets-format"      // --customer-sheets with a format that has no sheets. Args: format
	codeNoKey            exchange.Code = "cli.no-key"             // compare without --key. Args: near (columns that would do)
	codeRunNoRows        exchange.Code = "cli.run-without-rows"   // compare of a run, of which no rows are kept. Args: run
	codeUnknownCmdlet    exchange.Code = "cli.unknown-cmdlet"     // cmdlets show of something unknown. Args: cmdlet, near
	codeNotLoopback      exchange.Code = "cli.not-loopback"       // sample serve on another address. Args: address
	codeBadLimitStyle    exchange.Code = "cli.bad-limit-style"    // sample serve: no such way to refuse. Args: style
	codeUnknownFault     exchange.Code = "cli.unknown-fault"      // sample serve: no such fault. Args: word, near
	codeBadFaultValue    exchange.Code = "cli.bad-fault-value"    // sample serve: no value of the fault. Args: fault, word, value, means
	codeFaultNoValue     exchange.Code = "cli.fault-no-value"     // sample serve: the fault takes no value. Args: fault, word
	codeWrongFaultStep   exchange.Code = "cli.wrong-fault-step"   // sample serve: the fault does not strike there. Args: fault, word, steps
	codeBadFaultWhen     exchange.Code = "cli.bad-fault-when"     // sample serve: neither a step nor a count. Args: fault, word, near
	codeNoKeytab         exchange.Code = "cli.no-keytab"          // sample serve: --auth kerberos without --keytab. Args: none
	codePlainCertificate exchange.Code = "cli.plain-certificate"  // sample serve: --auth certificate with --plain. Args: none
	codeBadCount         exchange.Code = "cli.bad-count"          // sample serve: a negative number. Args: none
	codeBadListenAddress exchange.Code = "cli.bad-listen-address" // sample serve cannot listen there. Args: address

	codeUnknownCommand exchange.Code = "cli.unknown-command" // Args: word, command (where it was looked for), near
	codeMissingWord    exchange.Code = "cli.missing-word"    // Args: command, what
	codeExtraWord      exchange.Code = "cli.extra-word"      // Args: command, word
	codeUnknownFlag    exchange.Code = "cli.unknown-flag"    // Args: flag, command, near
	codeFlagNoValue    exchange.Code = "cli.flag-no-value"   // Args: flag, command
	codeFlagBadValue   exchange.Code = "cli.flag-bad-value"  // Args: flag, value, command
	codeFlagUnreadable exchange.Code = "cli.flag-unreadable" // Args: flag, command
)

// Codes of what is not the words' fault.
const (
	codeSampleFailed exchange.Code = "cli.sample-failed" // the sample partner could not start. Args: none
	codeNotConfirmed exchange.Code = "cli.not-confirmed" // the person said no. Args: none

	codeOutputStopped exchange.Code = "cli.output-stopped" // standard output takes no more. Args: none
)

// usageError says that the command's words are wrong.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

// usage makes an error of the command's words, with a code that wording explains.
func usage(code exchange.Code, args map[string]string) error {
	return &usageError{&exchange.Problem{Code: code, Args: args}}
}

// cannotOpen says that a file that was named cannot be read.
func cannotOpen(path string, cause error) error {
	return &usageError{&exchange.Problem{Code: codeCannotOpen, Args: map[string]string{"path": path}, Cause: cause}}
}

// takes checks how many words follow a command: from least to most, below 0 for any number. what names the
// text that says what they are.
func (a *app) takes(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage(codeMissingWord, map[string]string{"command": c.CommandPath(), "what": a.words.Text("cli.what." + what)})
		case most >= 0 && len(args) > most:
			return usage(codeExtraWord, map[string]string{"command": c.CommandPath(), "word": args[most]})
		}
		return nil
	}
}

// onlyCommands is for a command that does nothing itself: a word after it that is no command of its own is
// refused, and without one its help is shown.
func (a *app) onlyCommands(c *cobra.Command) *cobra.Command {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return unknownCommand(c, args[0])
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

func unknownCommand(under *cobra.Command, word string) error {
	var names []string
	for _, c := range under.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	near := strings.Join(cmdlets.Near(word, names, 2), ", ")
	return usage(codeUnknownCommand, map[string]string{"word": word, "command": under.CommandPath(), "near": near})
}

// flagError puts what the reader of flags says into a code.
func flagError(c *cobra.Command, err error) error {
	if c.HasSubCommands() && c.Flags().NArg() > 0 && c.Name() != "cmdlets" {
		return unknownCommand(c, c.Flags().Arg(0))
	}
	args := map[string]string{"command": c.CommandPath()}
	problem := &exchange.Problem{Args: args, Cause: err}
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		problem.Code = codeUnknownFlag
		name := unknown.GetSpecifiedName()
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		args["flag"] = "-" + name
		if unknown.GetSpecifiedShortnames() == "" {
			args["flag"] = "--" + name
		}
		args["near"] = strings.Join(cmdlets.Near("--"+name, names, 2), ", ")
	case errors.As(err, &missing):
		problem.Code = codeFlagNoValue
		args["flag"] = "--" + missing.GetFlag().Name
	case errors.As(err, &bad):
		problem.Code = codeFlagBadValue
		args["flag"], args["value"] = "--"+bad.GetFlag().Name, bad.GetValue()
	default:
		problem.Code = codeFlagUnreadable
		args["flag"] = strings.TrimPrefix(err.Error(), "bad flag syntax: ")
	}
	return &usageError{problem}
}
