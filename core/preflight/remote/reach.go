package remote

import (
	"context"
	_ "embed" // reach.ps1
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/net/idna"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

//go:embed reach.ps1
var reachText string

// reachEncoded is the text as -EncodedCommand takes it: base64 of UTF-16, without comments and indents.
var reachEncoded = encoded(reachText)

func encoded(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			b.WriteString(line + "\n")
		}
	}
	var raw []byte
	for _, unit := range utf16.Encode([]rune(b.String())) {
		raw = binary.LittleEndian.AppendUint16(raw, unit)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// powerShellWords are the arguments of powershell.exe, the same each time.
var powerShellWords = []string{
	"-NoProfile", "-NonInteractive", "-InputFormat", "Text", "-OutputFormat", "Text", "-EncodedCommand", reachEncoded,
}

// stepLimit is how long each step may take there, where the caller's own limit leaves twice as much: PowerShell
// takes a second or two to start.
const stepLimit = 3 * time.Second

// Reach tries to reach a host and port from that computer, by the text of reach.ps1. It goes there without a
// proxy: which one the person there uses is the person's setting, and this account's is another. The certificate
// is judged by the authorities that computer trusts, and by e.PrivateCA.
//
// Errors are *exchange.Problem: CodeNoPowerShell where the text cannot run there.
func (c *Computer) Reach(ctx context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	const doing = "reach a host from there"
	began := time.Now()
	host, err := idna.Lookup.ToASCII(e.Host)
	if err != nil || !isHost(host) {
		host = e.Host // an address of IPv6, or a name that nobody has
	}
	if !isHost(host) || e.Port < 1 || e.Port > 65535 {
		return preflight.Reach{}, &exchange.Problem{Code: exchange.CodeBadURL, Doing: doing, Args: map[string]string{"url": e.String()}}
	}
	limit := stepLimit
	if until, ok := ctx.Deadline(); ok {
		limit = max(min(limit, time.Until(until)/2), time.Second)
	}
	input := fmt.Sprintf("%s\r\n%d\r\n%s\r\n%s\r\n%d\r\n", host, e.Port, digit(e.TLS), digit(e.Web), limit.Milliseconds())
	ended, err := c.run(ctx, programPowerShell, powerShellWords, []byte(input))
	if err != nil {
		return preflight.Reach{}, c.failed(ctx, doing, err)
	}
	r, err := readReach(e, ended.out)
	r.Took = time.Since(began)
	switch {
	case errors.Is(err, errNoAnswer):
		return r, &exchange.Problem{Code: CodeNoPowerShell, Doing: doing, Args: map[string]string{"host": c.Name()}, Cause: ended.said()}
	case err != nil:
		return r, c.failed(ctx, doing, c.odd("powershell.exe", err))
	}
	return r, nil
}

func digit(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}
