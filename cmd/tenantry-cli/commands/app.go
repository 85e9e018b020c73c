// Package commands is the command line: one file a command, each parsed into an options struct and then
// run. Its words and exit codes are a contract other programs build on.
package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

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
	a := &app{
		Streams: s, screen: &screen{in: s.In, out: s.Err},
		words: wording.For(wording.Detect()).WithParameterNames(), folders: signin.FindFolders(),
	}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return a.finish(err)
}

// app is what every command shares.
type app struct {
	Streams
	screen  *screen
	words   *wording.Words
	folders signin.Folders
	quiet   bool
	verbose bool
}

func (a *app) root() *cobra.Command {
	root := a.onlyCommands(&cobra.Command{
		Use:   "tenantry-cli",
		Short: "Work in your customers' Exchange without a script",
		Long: "tenantry-cli runs Exchange cmdlets for a Microsoft partner's customers and writes tables.\n" +
			"Data goes to standard output; progress, warnings and problems go to standard error.\n\n" +
			"Exit status:\n" +
			"    0  everybody asked has answered, also with no rows\n" +
			"    1  the run failed, or single objects in it (the rows that came are written)\n" +
			"    2  the command's words are wrong; nothing was sent\n" +
			"    3  some customers answered, and some did not\n" +
			"    4  sign-in was refused\n" +
			"    5  the preflight found something that blocks\n" +
			"  130  cancelled; what had arrived is written",
		Example: "  # no account needed: a sample partner with invented customers\n" +
			"  tenantry-cli run Get-Mailbox --sample --customer contoso.example\n\n" +
			"  # your own\n" +
			"  tenantry-cli run Get-MailboxStatistics --url https://ps.outlook.com/powershell-liveid \\\n" +
			"      --user admin@fabrikam.example --customer contoso.onmicrosoft.com -p Identity=anna",
		SilenceErrors: true,
		SilenceUsage:  true,
	})
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no notes on standard error, only problems")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "tell more on standard error: redirects, and the details behind a problem")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.runCommand(), a.customersCommand(), a.cmdletsCommand(), a.sessionsCommand(), a.openCommand(), a.compareCommand(), a.preflightCommand(), a.sampleCommand(), a.supportCommand(), a.versionCommand())
	root.SetHelpCommand(a.helpCommand())
	a.addCompletion(root)
	return root
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
	}
	a.explain(err)
	return statusOf(err)
}

func statusOf(err error) int {
	switch code := exchange.CodeOf(err); {
	case code == exchange.CodeCancelled, code == codeNotConfirmed, errors.Is(err, context.Canceled):
		return exitCancelled
	case code == codeSampleFailed, code == codeOutputStopped:
		return exitFailed
	case code == exchange.CodeNotHTTPS, code == exchange.CodeBadURL: // refused before anything was sent
		return exitUsage
	case code.SignInRefused():
		return exitSignIn
	case strings.HasPrefix(string(code), "input."), strings.HasPrefix(string(code), "table."), strings.HasPrefix(string(code), "cli."),
		strings.HasPrefix(string(code), "chart."):
		return exitUsage
	}
	return exitFailed
}

// explain writes what happened, why and what to do next.
func (a *app) explain(err error) {
	if exchange.CodeOf(err) == "" && errors.Is(err, context.Canceled) {
		return // the person who cancelled knows
	}
	a.explainProblem("", exchange.AsProblem(err))
}

// explainProblem explains p on one line, after whom it is about, with --verbose also what lies behind it.
func (a *app) explainProblem(about string, p *exchange.Problem) {
	if about != "" {
		about = firstUpper(about) + ": "
	}
	m := a.words.Problem(p)
	a.screen.line(about + m.String())
	if a.verbose {
		for _, d := range m.Details {
			a.screen.line("    " + d.Name + ": " + d.Text)
		}
	}
}

// note writes a line about the run, unless --quiet.
func (a *app) note(text string) {
	if !a.quiet {
		a.screen.line(firstUpper(text))
	}
}

// progress shows how far it is, unless --quiet.
func (a *app) progress(text string) {
	if !a.quiet {
		a.screen.progress(text)
	}
}

// firstUpper starts a line with a capital, unless it starts with a name such as a domain.
func firstUpper(line string) string {
	word, _, _ := strings.Cut(line, " ")
	r, size := utf8.DecodeRuneInString(line)
	if strings.ContainsAny(strings.TrimRight(word, ".,:"), ".@-_0123456789") {
		return line
	}
	return string(unicode.ToUpper(r)) + line[size:]
}
