// Package commands is the command line: one file a command, each parsed into an options struct and then
// run. Its words and exit codes are a contract other programs build on.
package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tenantry/core/exchange"
	"tenantry/core/signin"
	"tenantry/core/wording"
)

// Streams are where the command line reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Exit statuses.
const (
	exitDone      = 0   // all asked, all answered
	exitFailed    = 1   // the run failed
	exitUsage     = 2   // the command's words are wrong; nothing was sent
	exitSome      = 3   // some customers answered, some did not
	exitSignIn    = 4   // sign-in refused
	exitCancelled = 130 // what had arrived is written out
)

// Main runs one command line and returns its exit status.
func Main(ctx context.Context, args []string, s Streams) int {
	a := &app{Streams: s, words: wording.For(wording.Detect()), folders: signin.FindFolders()}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return a.finish(err)
}

// app is what every command shares.
type app struct {
	Streams
	words   *wording.Words
	folders signin.Folders
	quiet   bool
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tenantry-cli",
		Short: "Work in your customers' Exchange without a script",
		Long: "tenantry-cli runs Exchange cmdlets for a Microsoft partner's customers and writes tables.\n" +
			"Data goes to standard output; progress, warnings and problems go to standard error.\n\n" +
			"Exit status: 0 all answered, 1 the run failed, 2 wrong words (nothing was sent),\n" +
			"3 some customers did not answer, 4 sign-in refused, 130 cancelled.",
		Example: "  # no account needed: a sample partner with invented customers\n" +
			"  tenantry-cli run Get-Mailbox --sample --customer contoso.example\n\n" +
			"  # your own\n" +
			"  tenantry-cli run Get-MailboxStatistics --url https://ps.outlook.com/powershell-liveid \\\n" +
			"      --user admin@fabrikam.example --customer contoso.onmicrosoft.com --sort TotalItemSize:desc",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no notes on standard error, only problems")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(a.runCommand(), a.customersCommand(), a.cmdletsCommand(), a.sessionsCommand(), a.openCommand(), a.sampleCommand(), a.versionCommand())
	root.InitDefaultCompletionCmd()
	return root
}

// usageError says that the command's words are wrong.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

// usage makes an error of the command's words, with a code that wording explains.
func usage(code exchange.Code, args map[string]string) error {
	return &usageError{&exchange.Problem{Code: code, Args: args}}
}

// exitError ends with a status after everything there is to say was said.
type exitError struct{ status int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// finish says what went wrong, once, and chooses the exit status: the one place that does.
func (a *app) finish(err error) int {
	var exit *exitError
	var words *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.status
	case errors.As(err, &words):
		a.explain(err)
		return exitUsage
	case isUnknownWord(err):
		fmt.Fprintln(a.Err, err)
		return exitUsage
	}
	a.explain(err)
	return statusOf(err)
}

// isUnknownWord recognises cobra's own errors about commands and arguments, which have no type.
func isUnknownWord(err error) bool {
	if exchange.CodeOf(err) != "" {
		return false
	}
	s := err.Error()
	for _, start := range []string{"unknown command", "accepts ", "requires ", "required flag", "invalid argument", "if any flags in the group", "at least one of the flags"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

func statusOf(err error) int {
	switch code := exchange.CodeOf(err); {
	case code == exchange.CodeCancelled || errors.Is(err, context.Canceled):
		return exitCancelled
	case strings.HasPrefix(string(code), "signin."):
		return exitSignIn
	case strings.HasPrefix(string(code), "input."), strings.HasPrefix(string(code), "table."), strings.HasPrefix(string(code), "cli."):
		return exitUsage
	}
	return exitFailed
}

// explain writes what happened, why and what to do next.
func (a *app) explain(err error) {
	if p := exchange.AsProblem(err); exchange.CodeOf(err) != "" {
		a.explainProblem("", p)
		return
	}
	fmt.Fprintln(a.Err, err)
}

func (a *app) explainProblem(about string, p *exchange.Problem) {
	if about != "" {
		about += ": "
	}
	fmt.Fprintf(a.Err, "%s%s\n", about, a.words.Problem(p).String())
}

// note writes a line about the run, unless --quiet.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.Err, format+"\n", args...)
	}
}

// isTerminal tells whether f is a screen or keyboard somebody sits at.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalWidth is how many columns f shows, or otherwise when it is no terminal.
func terminalWidth(f any, otherwise int) int {
	if file, ok := f.(*os.File); ok {
		if w, _, err := term.GetSize(int(file.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return otherwise
}
